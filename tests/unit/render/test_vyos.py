# SPDX-License-Identifier: GPL-3.0-or-later
"""VyOS: the lines, read back by a strict reader (there is no offline checker); removal."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Link, Part, Tunnel

from .devices import changed_parts, device, expected, keys, keys_stay_secret, matrix, named

FAMILY = "vyos"
Line = tuple[str, ...]
FOREIGN = """set interfaces vti vti1 address 169.254.99.1/30
set vpn ipsec authentication psk icv1 secret other
set vpn ipsec ike-group icv1 lifetime 28800
set policy prefix-list icv1 rule 5 prefix 10.0.0.0/8
set protocols bgp system-as 65010
set protocols bgp parameters router-id 192.0.2.99
set protocols bgp neighbor 169.254.10.6 remote-as 64999
set protocols bgp address-family ipv4-unicast network 172.31.0.0/16
set protocols failover route 10.99.0.0/16 next-hop 192.0.2.1 interface eth0
set protocols static route 10.1.0.0/16 next-hop 192.0.2.1
"""


class Tree:
    """A configuration as the set of its `set` lines."""

    def __init__(self, *texts: str) -> None:
        self.held: set[Line] = set()
        for text in texts:
            self.apply(text)

    def apply(self, text: str) -> None:
        """Fails where a `delete` takes nothing, as VyOS does."""
        for line in text.splitlines():
            verb, *words = shlex.split(line)
            assert verb in {"set", "delete"} and words
            if verb == "set":
                self.held.add(tuple(words))
            else:
                gone = {x for x in self.held if x[: len(words)] == tuple(words)}
                assert gone, f"nothing is removed by {line!r}"
                self.held -= gone

    def under(self, *above: str) -> Tree:
        """What stands under these words."""
        found = Tree()
        found.held = {x[len(above) :] for x in self.held if x[: len(above)] == above}
        return found

    def one(self, *words: str) -> str:
        """Take the one value out; what is left in the end nobody asked for."""
        found = [x for x in self.held if x[:-1] == words]
        assert len(found) == 1, f"{words}: {found} of {self.held}"
        self.held.remove(found[0])
        return found[0][-1]

    def flag(self, *words: str) -> bool:
        present = words in self.held
        self.held.discard(words)
        return present


def read(item: Device, config: Tree) -> dict[str, Any]:
    return {x.name: _tunnel(config, link, x) for link in item.links for x in link.tunnels}


def _tunnel(config: Tree, link: Link, x: Tunnel) -> dict[str, Any]:
    name = f"icv{x.number}"
    peer = config.under("vpn", "ipsec", "site-to-site", "peer", name)
    assert peer.one("authentication", "mode") == "pre-shared-secret"
    assert peer.one("connection-type") == "initiate"
    maker, title, mark = peer.one("description").split()
    assert (maker, title) == ("intercloud.vpn", x.name)
    local, remote = peer.one("authentication", "local-id"), peer.one("authentication", "remote-id")
    vti = peer.one("vti", "bind")
    ike = config.under("vpn", "ipsec", "ike-group", peer.one("ike-group"))
    esp = config.under("vpn", "ipsec", "esp-group", peer.one("vti", "esp-group"))
    psk = config.under("vpn", "ipsec", "authentication", "psk", name)
    interface = config.under("interfaces", "vti", vti)
    enabled = not peer.flag("disable")
    assert interface.flag("disable") == (not enabled)
    assert vti == f"vti{10000 + x.number}"
    assert interface.one("description").endswith(mark)
    assert interface.one("ip", "source-validation") == "loose"
    assert psk.held >= {("id", local), ("id", remote)} and len(psk.held) == 3
    version = int(ike.one("key-exchange").removeprefix("ikev"))
    assert ike.flag("disable-mobike") if version == 2 else ike.one("mode") == "main"
    assert (ike.one("close-action"), ike.one("dead-peer-detection", "action")) == ("start", "restart")
    assert ike.one("dead-peer-detection", "timeout") == "30"
    assert esp.one("mode") == "tunnel"
    found = {
        "version": version,
        "ike": (*_proposal(ike, "dh-group"), int(ike.one("lifetime"))),
        "ipsec": (*_proposal(esp), int(esp.one("pfs").removeprefix("dh-group")), int(esp.one("lifetime"))),
        "addresses": (peer.one("local-address"), peer.one("remote-address")),
        "ids": (local, remote),
        "key": psk.one("secret"),
        "dpd": int(ike.one("dead-peer-detection", "interval")),
        "inside": interface.one("address"),
        "mtu": int(interface.one("mtu")),
        "mss": int(interface.one("ip", "adjust-mss")),
        "mark": mark,
        "enabled": enabled,
        "routing": _bgp(config, name, x.cloud_inside) if link.bgp else _static(config, vti, x.cloud_inside),
    }
    assert not peer.held | ike.held | esp.held | interface.held
    return found


def _proposal(group: Tree, *more: str) -> tuple[Any, ...]:
    words = (group.one("proposal", "1", "encryption"), group.one("proposal", "1", "hash"))
    return (*words, *(int(group.one("proposal", "1", word)) for word in more))


def _bgp(config: Tree, name: str, peer: str) -> dict[str, Any]:
    process = config.under("protocols", "bgp")
    neighbor = process.under("neighbor", peer)
    for flag in ("nexthop-self", "soft-reconfiguration inbound"):
        assert neighbor.flag("address-family", "ipv4-unicast", *flag.split())
    assert neighbor.one("timers", "connect") == "10"
    assert neighbor.one("description")
    found: dict[str, Any] = {
        "asns": (int(process.one("system-as")), int(neighbor.one("remote-as"))),
        "peer": peer,
        "timers": (int(neighbor.one("timers", "keepalive")), int(neighbor.one("timers", "holdtime"))),
        "enabled": not neighbor.flag("shutdown"),
        "prepend": [],
    }
    for way, list_name in (("import", "accept"), ("export", "announce")):
        route_map = config.under(
            "policy", "route-map", neighbor.one("address-family", "ipv4-unicast", "route-map", way)
        )
        rule = route_map.under("rule", "10")
        assert len(rule.held) == len(route_map.held)
        assert rule.one("action") == "permit"
        found[list_name] = _prefixes(config, rule.one("match", "ip", "address", "prefix-list"))
        if way == "import":
            found["preference"] = int(rule.one("set", "local-preference"))
        elif rule.held:
            found["prepend"] = [int(asn) for asn in rule.one("set", "as-path", "prepend").split()]
        assert not rule.held
    assert not neighbor.held  # above all no allowas-in
    assert len({x[2] for x in config.held if x[:2] == ("policy", "route-map") and x[2].startswith(f"{name}-")}) == 2
    return found


def _prefixes(config: Tree, name: str) -> set[tuple[str, int]]:
    entries = config.under("policy", "prefix-list", name)
    found = set()
    for number in {x[1] for x in entries.held}:
        rule = entries.under("rule", number)
        prefix, action = rule.one("prefix"), rule.one("action")
        longest = int(rule.one("le")) if rule.held else int(prefix.split("/")[1])
        assert not rule.held
        assert action == "permit" or (prefix, longest) == ("0.0.0.0/0", 32)
        found |= {(prefix, longest)} if action == "permit" else set()
    return found


def _static(config: Tree, vti: str, address: str) -> dict[str, int]:
    routes = config.under("protocols", "failover", "route")
    found = {}
    for prefix in {x[0] for x in routes.held if x[2] == address}:
        hop = routes.under(prefix, "next-hop", address)
        assert (hop.one("interface"), hop.one("check", "target"), hop.one("check", "type")) == (vti, address, "icmp")
        assert hop.one("check", "timeout") == "5"
        found[prefix] = int(hop.one("metric")) - 10
        assert not hop.held
    return found


def text_of(parts: list[Part]) -> Tree:
    return Tree(*(part.text for part in parts))


@pytest.mark.parametrize("item", matrix(FAMILY), ids=named)
def test_lines_say_what_the_model_says(item: Device) -> None:
    parts = render(item, keys(item))
    assert read(item, text_of(parts)) == expected(item)
    keys_stay_secret(item, parts)


def test_no_line_is_left_that_no_reader_asked_for() -> None:
    known = [
        ("interfaces", "vti"),
        *(("vpn", "ipsec", x) for x in ("authentication", "ike-group", "esp-group", "site-to-site")),
        *(("policy", x) for x in ("prefix-list", "route-map")),
        *(("protocols", "bgp", x) for x in ("system-as", "neighbor")),
        ("protocols", "bgp", "address-family", "ipv4-unicast", "network", "192.168.10.0/24"),
        ("protocols", "bgp", "address-family", "ipv4-unicast", "network", "192.168.20.0/24"),
    ]
    item = device(FAMILY)
    held = text_of(render(item, keys(item))).held
    assert all(any(line[: len(start)] == start for start in known) for line in held)
    assert all(any(line[: len(start)] == start for line in held) for start in known)


@pytest.mark.parametrize("zone", [False, True])
@pytest.mark.parametrize("routing", ["bgp", "static"])
def test_removal_leaves_the_operators_lines(routing: str, zone: bool) -> None:
    item = device(FAMILY, routing=routing, zone_firewall=zone)
    parts = render(item, keys(item))
    config = Tree(FOREIGN, *(part.text for part in parts))
    assert config.held > Tree(FOREIGN).held
    for part in reversed(parts):
        config.apply(part.remove)
    assert config.held == Tree(FOREIGN).held


def test_an_own_process_goes_too() -> None:
    item = device(FAMILY, bgp_process="own")
    parts = render(item, keys(item))
    config = text_of(parts)
    assert ("protocols", "bgp", "parameters", "router-id", "198.51.100.10") in config.held
    for part in reversed(parts):
        config.apply(part.remove)
    assert not config.held


def test_zones_only_where_the_device_filters_between_them() -> None:
    plain, zoned = device(FAMILY), device(FAMILY, zone_firewall=True)
    assert not text_of(render(plain, keys(plain))).under("firewall").held
    zone = text_of(render(zoned, keys(zoned))).under("firewall", "zone", "intercloud").held
    assert zone == {("default-action", "drop"), *(("interface", f"vti{10000 + x.number}") for x in zoned.tunnels)}


def test_a_change_of_one_tunnel_touches_its_part_alone() -> None:
    item = device(FAMILY)
    link = item.links[0]
    for change in ({"enabled": False}, {"mark": "g9-0a1b2c3d"}, {"preference": 5}, {"remote_address": "203.0.113.200"}):
        tunnels = (link.tunnels[0], replace(link.tunnels[1], **change))
        after = replace(item, links=(replace(link, tunnels=tunnels), item.links[1]))
        assert changed_parts(render(item, keys(item)), render(after, keys(after))) == {link.tunnels[1].name}
