# SPDX-License-Identifier: GPL-3.0-or-later
"""What VyOS 1.4 knows of, where a VPN gateway is concerned: its paths, and what a commit checks.

From the command definitions in VyOS's public repository: which nodes have a value, and which may have several.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """`has_value`: the last word is a value, and a new one replaces it unless there may be `multiple`."""

    known: bool
    has_value: bool = False
    multiple: bool = False


_IP = r"\d+\.\d+\.\d+\.\d+"
_NAME = r"[\w.-]+"
_AFI = "address-family ipv4-unicast"
# Each as words; the last one is the value, `*` before it where there may be several, `-` where there is none.
_DEFINITIONS = f"""
system host-name {_NAME}
interfaces ethernet eth\\d+ *address {_IP}/\\d+
interfaces vti vti\\d+ *address {_IP}/\\d+
interfaces vti vti\\d+ description .{{1,255}}
interfaces vti vti\\d+ ip adjust-mss \\d+
interfaces vti vti\\d+ ip source-validation (strict|loose|disable)
interfaces vti vti\\d+ mtu \\d+
interfaces vti vti\\d+ -disable
firewall zone {_NAME} default-action (drop|reject)
firewall zone {_NAME} *interface {_NAME}
vpn ipsec authentication psk {_NAME} *id {_NAME}
vpn ipsec authentication psk {_NAME} secret .+
vpn ipsec ike-group {_NAME} close-action (none|trap|start)
vpn ipsec ike-group {_NAME} dead-peer-detection action (trap|clear|restart)
vpn ipsec ike-group {_NAME} dead-peer-detection (interval|timeout) \\d+
vpn ipsec ike-group {_NAME} -disable-mobike
vpn ipsec ike-group {_NAME} mode (main|aggressive)
vpn ipsec ike-group {_NAME} key-exchange ikev[12]
vpn ipsec ike-group {_NAME} lifetime \\d+
vpn ipsec ike-group {_NAME} proposal \\d+ dh-group \\d+
vpn ipsec ike-group {_NAME} proposal \\d+ encryption {_NAME}
vpn ipsec ike-group {_NAME} proposal \\d+ hash {_NAME}
vpn ipsec esp-group {_NAME} lifetime \\d+
vpn ipsec esp-group {_NAME} mode (tunnel|transport)
vpn ipsec esp-group {_NAME} pfs (enable|disable|dh-group\\d+)
vpn ipsec esp-group {_NAME} proposal \\d+ encryption {_NAME}
vpn ipsec esp-group {_NAME} proposal \\d+ hash {_NAME}
vpn ipsec site-to-site peer {_NAME} authentication (local-id|remote-id) {_NAME}
vpn ipsec site-to-site peer {_NAME} authentication mode (pre-shared-secret|rsa|x509)
vpn ipsec site-to-site peer {_NAME} connection-type (initiate|respond|none)
vpn ipsec site-to-site peer {_NAME} description .{{1,255}}
vpn ipsec site-to-site peer {_NAME} ike-group {_NAME}
vpn ipsec site-to-site peer {_NAME} local-address {_IP}
vpn ipsec site-to-site peer {_NAME} *remote-address {_IP}
vpn ipsec site-to-site peer {_NAME} vti bind vti\\d+
vpn ipsec site-to-site peer {_NAME} vti esp-group {_NAME}
vpn ipsec site-to-site peer {_NAME} -disable
policy prefix-list {_NAME} rule \\d+ action (permit|deny)
policy prefix-list {_NAME} rule \\d+ prefix {_IP}/\\d+
policy prefix-list {_NAME} rule \\d+ (le|ge) \\d+
policy route-map {_NAME} rule \\d+ action (permit|deny)
policy route-map {_NAME} rule \\d+ match ip address prefix-list {_NAME}
policy route-map {_NAME} rule \\d+ set local-preference \\d+
policy route-map {_NAME} rule \\d+ set as-path prepend [\\d\\s]+
protocols bgp system-as \\d+
protocols bgp parameters router-id {_IP}
protocols bgp {_AFI} network -{_IP}/\\d+
protocols bgp neighbor {_IP} remote-as (\\d+|internal|external)
protocols bgp neighbor {_IP} description .{{1,255}}
protocols bgp neighbor {_IP} timers (keepalive|holdtime|connect) \\d+
protocols bgp neighbor {_IP} {_AFI} -nexthop-self
protocols bgp neighbor {_IP} {_AFI} soft-reconfiguration -inbound
protocols bgp neighbor {_IP} {_AFI} route-map (import|export) {_NAME}
protocols bgp neighbor {_IP} -shutdown
protocols failover route {_IP}/\\d+ next-hop {_IP} check *target {_IP}
protocols failover route {_IP}/\\d+ next-hop {_IP} check timeout \\d+
protocols failover route {_IP}/\\d+ next-hop {_IP} check type (icmp|arp|tcp)
protocols failover route {_IP}/\\d+ next-hop {_IP} interface {_NAME}
protocols failover route {_IP}/\\d+ next-hop {_IP} metric \\d+
protocols static route {_IP}/\\d+ next-hop -{_IP}
"""


def _compile(line: str) -> tuple[list[re.Pattern[str]], Node]:
    words = line.split()
    marks = "".join(word[0] for word in words if word[0] in "*-")
    patterns = [re.compile(word.lstrip("*-") if word[0] in "*-" else word) for word in words]
    return patterns, Node(known=True, has_value="-" not in marks, multiple="*" in marks)


_NODES = [_compile(line) for line in _DEFINITIONS.strip().splitlines()]


@functools.cache
def node(path: Path) -> Node:
    """What VyOS knows of a path."""
    for patterns, found in _NODES:
        if len(patterns) == len(path) and all(p.fullmatch(word) for p, word in zip(patterns, path, strict=True)):
            return found
    return Node(known=False)


def faults(config: Iterable[Path]) -> list[str]:
    """Why a commit of this configuration fails; VyOS's own scripts check the same."""
    lines = list(config)

    def names(*above: str) -> set[str]:
        return {path[len(above)] for path in lines if path[: len(above)] == above and len(path) > len(above)}

    def having(*words: str) -> set[str]:
        """Values of `… words VALUE`, wherever that stands."""
        return {path[-1] for path in lines if path[-1 - len(words) : -1] == words}

    checks = [
        ("vpn ipsec", "ike-group", having("ike-group") - names("vpn", "ipsec", "ike-group")),
        ("vpn ipsec", "esp-group", having("vti", "esp-group") - names("vpn", "ipsec", "esp-group")),
        ("vpn ipsec", "VTI interface", having("vti", "bind") - names("interfaces", "vti")),
        ("policy", "prefix-list", having("prefix-list") - names("policy", "prefix-list")),
        (
            "protocols bgp",
            "route-map",
            (having("route-map", "import") | having("route-map", "export")) - names("policy", "route-map"),
        ),
    ]
    said = [
        f"[[{where}]] failed\n{what} {name} does not exist" for where, what, left in checks for name in sorted(left)
    ]
    peers = names("vpn", "ipsec", "site-to-site", "peer")
    for peer in sorted(peers):
        above = ("vpn", "ipsec", "site-to-site", "peer", peer)
        held = {path[5:] for path in lines if path[:5] == above}
        remote = {path[-1] for path in held if path[:2] == ("authentication", "remote-id")}
        known = {p[-1] for p in lines if p[:4] == ("vpn", "ipsec", "authentication", "psk") and p[5:6] == ("id",)}
        if not remote <= known:
            said.append(f"[[vpn ipsec]] failed\nMissing pre-shared secret for peer {peer}")
    if names("protocols", "bgp") and "system-as" not in names("protocols", "bgp"):
        said.append("[[protocols bgp]] failed\nBGP system-as number must be defined!")
    return said
