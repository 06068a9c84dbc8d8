# SPDX-License-Identifier: GPL-3.0-or-later
"""What Cisco IOS-XE takes in its configuration modes, where a VPN gateway is concerned.

From Cisco's command references: which lines lead into which mode, which of them replace another one, which are shown
otherwise than they are typed, and which are not shown because they are the default.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_IP = r"\d+\.\d+\.\d+\.\d+"
_NAME = r"[\w.:-]+"


@dataclass(frozen=True)
class Rule:
    """`slot`: what a line is about where there can be only one such line; `mode`: where it leads to."""

    pattern: re.Pattern[str]
    slot: str = ""
    mode: str = ""


def _rules(text: str) -> list[Rule]:
    found = []
    for line in text.strip().splitlines():
        words, _arrow, mode = line.partition(" -> ")
        slot, mark, rest = words.partition("~")
        pattern = f"{slot.rstrip()}{rest}" if mark else words.strip()
        found.append(Rule(re.compile(pattern), slot.strip() if mark else "", mode.strip()))
    return found


# Before the tilde stands what there is only one of; after the arrow the mode that follows.
MODES: dict[str, list[Rule]] = {
    "": _rules(rf"""
hostname ~ {_NAME}
service {_NAME}
password encryption aes
archive -> archive
crypto ikev2 proposal {_NAME} -> ikev2-proposal
crypto ikev2 policy {_NAME} -> ikev2-policy
crypto ikev2 keyring {_NAME} -> ikev2-keyring
crypto ikev2 profile {_NAME} -> ikev2-profile
crypto isakmp policy \d+ -> isakmp-policy
crypto keyring {_NAME} -> keyring
crypto isakmp profile {_NAME} -> isakmp-profile
crypto ipsec transform-set {_NAME}~ esp-(aes|3des)( (128|192|256))? esp-(sha|sha256|sha384)-hmac -> transform-set
crypto ipsec profile {_NAME} -> ipsec-profile
interface (Tunnel|GigabitEthernet)\d+ -> interface
ip prefix-list {_NAME} seq \d+~ (permit|deny) {_IP}/\d+( ge \d+)?( le \d+)?
route-map {_NAME} (permit|deny) \d+ -> route-map
router bgp \d+ -> bgp
ip route {_IP} {_IP} (Null0|Tunnel\d+|{_IP})( {_IP})?( \d+)?
zone security {_NAME} -> zone
"""),
    "archive": _rules(r"""
path ~ \S+
maximum ~ \d+
"""),
    "ikev2-proposal": _rules(r"""
encryption ~( aes-cbc-(128|192|256)| 3des)+
integrity ~( (sha1|sha256|sha384|sha512))+
group ~( \d+)+
"""),
    "ikev2-policy": _rules(rf"""
match address local {_IP}
match fvrf ~ {_NAME}
proposal {_NAME}
"""),
    "ikev2-keyring": _rules(rf"""
peer {_NAME} -> ikev2-peer
"""),
    "ikev2-peer": _rules(rf"""
address ~ {_IP}( {_IP})?
pre-shared-key ~( [06])? \S+
"""),
    "ikev2-profile": _rules(rf"""
match address local {_IP}
match identity remote address {_IP} {_IP}
identity local ~ address {_IP}
authentication remote ~ pre-share
authentication local ~ pre-share
keyring local ~ {_NAME}
lifetime ~ \d+
dpd ~ \d+ \d+ (periodic|on-demand)
"""),
    "isakmp-policy": _rules(r"""
encryption ~ (aes( (128|192|256))?|3des)
hash ~ (sha|sha256|sha384|md5)
authentication ~ (pre-share|rsa-sig)
group ~ \d+
lifetime ~ \d+
"""),
    "keyring": _rules(rf"""
local-address ~ {_IP}
pre-shared-key address {_IP} key~( [06])? \S+
"""),
    "isakmp-profile": _rules(rf"""
keyring ~ {_NAME}
self-identity ~ address
match identity address {_IP} {_IP}
keepalive ~ \d+ retry \d+
local-address ~ {_IP}
"""),
    "transform-set": _rules(r"""
mode ~ (tunnel|transport)
"""),
    "ipsec-profile": _rules(rf"""
set security-association lifetime seconds ~ \d+
set security-association lifetime kilobytes ~ (\d+|disable)
set transform-set ~ {_NAME}
set pfs ~ group\d+
set ikev2-profile ~ {_NAME}
set isakmp-profile ~ {_NAME}
"""),
    "interface": _rules(rf"""
description ~ .{{1,240}}
zone-member security ~ {_NAME}
ip address ~ {_IP} {_IP}
ip mtu ~ \d+
ip tcp adjust-mss ~ \d+
tunnel source ~ \S+
tunnel mode ~ ipsec ipv4
tunnel destination ~ {_IP}
tunnel protection ~ ipsec profile {_NAME}
shutdown
"""),
    "route-map": _rules(rf"""
match ip address prefix-list {_NAME}
set local-preference ~ \d+
set as-path prepend ~ [\d ]+
"""),
    "bgp": _rules(rf"""
bgp router-id ~ {_IP}
neighbor {_IP} remote-as~ \d+
neighbor {_IP} description~ .+
neighbor {_IP} timers~ \d+ \d+
neighbor {_IP} shutdown
address-family ipv4 -> bgp-ipv4
"""),
    "bgp-ipv4": _rules(rf"""
network {_IP} mask {_IP}
neighbor {_IP} activate
neighbor {_IP} next-hop-self
neighbor {_IP} soft-reconfiguration inbound
neighbor {_IP} route-map~ {_NAME} in
neighbor {_IP} route-map~ {_NAME} out
"""),
    "zone": [],
}
# In this order `show running-config` has them.
_SHOWN = (
    "hostname", "service", "password", "archive", "crypto ikev2 proposal", "crypto ikev2 policy",
    "crypto ikev2 keyring", "crypto ikev2 profile", "crypto keyring", "crypto isakmp policy", "crypto isakmp profile",
    "crypto ipsec transform-set", "crypto ipsec profile", "zone security", "interface", "router bgp", "ip route",
    "ip prefix-list", "route-map",
)  # fmt: skip
_DEFAULTS = {
    "isakmp-policy": ("hash sha", "lifetime 86400"),
    "ikev2-profile": ("lifetime 86400",),
    "isakmp-profile": ("self-identity address",),
    "ipsec-profile": ("set security-association lifetime seconds 3600",),
}
# (what names, what is named, where that is kept)
_NAMES = (
    (r"keyring local (\S+)", "crypto ikev2 keyring"),
    (r"keyring (?!local )(\S+)", "crypto keyring"),
    (r"proposal (\S+)", "crypto ikev2 proposal"),
    (r"set transform-set (\S+)", "crypto ipsec transform-set"),
    (r"set ikev2-profile (\S+)", "crypto ikev2 profile"),
    (r"set isakmp-profile (\S+)", "crypto isakmp profile"),
    (r"tunnel protection ipsec profile (\S+)", "crypto ipsec profile"),
)


def rule(mode: str, line: str) -> Rule | None:
    return next((found for found in MODES[mode] if found.pattern.fullmatch(line)), None)


def place(mode: str, line: str) -> int:
    """Where in its mode a line is shown; equal ones in the order in which they were typed."""
    return next((n for n, found in enumerate(MODES[mode]) if found.pattern.fullmatch(line)), len(MODES[mode]))


def rank(line: str) -> tuple[int, str, int]:
    """Where a line of the top level is shown."""
    place = next((n for n, head in enumerate(_SHOWN) if line.startswith(f"{head} ") or line == head), len(_SHOWN))
    seq = re.search(r" seq (\d+) ", line)
    return place, line.partition(" seq ")[0] if seq else "", int(seq[1]) if seq else 0


def shown(mode: str, line: str) -> str:
    """As the running configuration has it; empty where it does not."""
    if line in _DEFAULTS.get(mode, ()):
        return ""
    if mode == "isakmp-policy":
        return re.sub(r"^encryption ", "encr ", line).replace("encr aes 128", "encr aes")
    return line


def named_by(line: str) -> tuple[str, str] | None:
    """What a line needs to be there: (kind, name)."""
    for pattern, kind in _NAMES:
        if match := re.fullmatch(pattern, line):
            return kind, match[1]
    return None
