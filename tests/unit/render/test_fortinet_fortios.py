# SPDX-License-Identifier: GPL-3.0-or-later
"""FortiOS: blocks read back, judged by the schema of Fortinet's own Ansible collection, and removed."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Link, Tunnel

from .devices import device, expected, keys, matrix, named
from .fortios import FortiOS, Node, faults

FAMILY = "fortinet_fortios"
PHASE1, PHASE2 = "config vpn ipsec phase1-interface", "config vpn ipsec phase2-interface"
FOREIGN = """config system zone
    edit "intercloud"
        set intrazone deny
        set interface "ours"
    next
end
config vpn ipsec phase1-interface
    edit "icv1"
        set remote-gw 192.0.2.77
    next
end
config router bgp
    set as 65010
    set router-id 192.0.2.99
    config neighbor
        edit "169.254.10.166"
            set remote-as 64999
        next
    end
    config network
        edit 1
            set prefix 172.31.0.0 255.255.0.0
        next
    end
end
config router prefix-list
    edit "icv1"
        config rule
            edit 1
                set prefix 10.0.0.0 255.0.0.0
            next
        end
    next
end
config router static
    edit 1
        set dst 10.1.0.0 255.255.0.0
        set device "ours"
    next
end
"""


def prefix(words: list[str]) -> str:
    return str(ipaddress.IPv4Network("/".join(words)))


def read(item: Device) -> dict[str, Any]:
    top = FortiOS(*(part.text for part in render(item, keys(item)))).top
    names = [f"icv{x.number}" for x in item.tunnels]
    assert top["config system zone"]["edit intercloud"] == {"intrazone": ["deny"], "interface": names}
    for table in (PHASE1, PHASE2, "config system interface"):
        assert list(top[table]) == [f"edit {name}" for name in names]
    if bgp := top.get("config router bgp"):
        assert bgp["as"] == ["65010"]
        assert "router-id" not in bgp, "other sessions would be reset"
        networks = bgp["config network"].values()
        assert all(x["network-import-check"] == ["disable"] for x in networks)
        assert {prefix(x["prefix"]) for x in networks} == {y for link in item.links if link.bgp for y in link.announce}
    return {x.name: _tunnel(top, item, link, x) for link in item.links for x in link.tunnels}


def _tunnel(top: Node, item: Device, link: Link, x: Tunnel) -> dict[str, Any]:
    name = f"icv{x.number}"
    one = dict(top[PHASE1][f"edit {name}"])
    two = dict(top[PHASE2][f"edit {name}"])
    interface = dict(top["config system interface"][f"edit {name}"])
    wanted = {
        "type": ["static"],
        "interface": [item.wan],
        "authmethod": ["psk"],
        "peertype": ["any"],
        "localid-type": ["address"],
        "nattraversal": ["enable"],
        "dpd": ["on-idle"],
        "dpd-retrycount": ["3"],
        "net-device": ["disable"],
        "auto-negotiate": ["enable"],
    }
    assert {key: one.pop(key) for key in wanted} == wanted
    (version,), (remark,) = one.pop("ike-version"), one.pop("comments")
    assert one.pop("mode", None) == (["main"] if version == "1" else None)
    assert remark.startswith(f"intercloud.vpn {x.name} ")
    fixed = {"phase1name": [name], "pfs": ["enable"], "keylife-type": ["seconds"], "auto-negotiate": ["enable"]}
    assert {key: two.pop(key) for key in fixed} == fixed
    plain = {"allowaccess": ["ping"], "mtu-override": ["enable"], "src-check": ["disable"], "description": [x.name]}
    assert {key: interface.pop(key) for key in plain} == plain
    address, own_mask = interface.pop("ip")
    peer, mask = interface.pop("remote-ip")
    assert (own_mask, mask) == ("255.255.255.255", "255.255.255.252")
    up = interface.pop("status") == ["up"]
    found = {
        "version": int(version),
        "ike": (*_single(one, "proposal").split("-"), int(_single(one, "dhgrp")), int(_single(one, "keylife"))),
        "ipsec": (
            *_single(two, "proposal").split("-"),
            int(_single(two, "dhgrp")),
            int(_single(two, "keylifeseconds")),
        ),
        "addresses": (_single(one, "local-gw"), remote := _single(one, "remote-gw")),
        "ids": (_single(one, "localid"), remote),  # what the cloud calls itself is not compared: peertype any
        "key": _single(one, "psksecret"),
        "dpd": int(_single(one, "dpd-retryinterval")),
        "inside": f"{address}/30",
        "mtu": int(_single(interface, "mtu")),
        "mss": int(_single(interface, "tcp-mss")),
        "mark": remark.split()[-1],
        "enabled": up,
        "routing": _session(top, name, peer) if link.bgp else _routes(top, name),
    }
    assert not one
    assert not two
    assert not interface
    return found


def _single(node: Node, key: str) -> str:
    (value,) = node.pop(key)
    return value


def _session(top: Node, name: str, peer: str) -> dict[str, Any]:
    bgp = top["config router bgp"]
    neighbor = dict(bgp["config neighbor"][f"edit {peer}"])
    assert neighbor["allowas-in-enable"] == ["disable"]
    (way_in,), (way_out,) = neighbor["route-map-in"], neighbor["route-map-out"]
    maps = [top["config router route-map"][f"edit {way}"]["config rule"] for way in (way_in, way_out)]
    assert [list(rules) for rules in maps] == [["edit 1"], ["edit 1"]]
    received, sent = (rules["edit 1"] for rules in maps)
    lists = [
        top["config router prefix-list"][f"edit {x['match-ip-address'][0]}"]["config rule"] for x in (received, sent)
    ]
    accept = {(prefix(x["prefix"]), int(x["le"][0])) for x in lists[0].values()}
    assert all(set(x) == {"prefix"} for x in lists[1].values())
    prepended = sent.get("set-aspath", [""])[0].split()
    assert sent.get("set-aspath-action") == (["prepend"] if prepended else None)
    return {
        "asns": (int(bgp["as"][0]), int(neighbor["remote-as"][0])),
        "peer": peer,
        "timers": (int(neighbor["keep-alive-timer"][0]), int(neighbor["holdtime-timer"][0])),
        "accept": accept,
        "announce": {(prefix(x["prefix"]), int(prefix(x["prefix"]).split("/")[1])) for x in lists[1].values()},
        "preference": int(received["set-local-preference"][0]),
        "prepend": [int(asn) for asn in prepended],
        "enabled": neighbor["shutdown"] == ["disable"],
    }


def _routes(top: Node, name: str) -> dict[str, int]:
    routes = [x for x in top["config router static"].values() if x["device"] == [name]]
    return {prefix(x["dst"]): int(x["priority"][0]) - 1 for x in routes}


@pytest.mark.parametrize("item", matrix(FAMILY), ids=named)
def test_blocks_say_what_the_model_says(item: Device) -> None:
    assert read(item) == expected(item)


@pytest.mark.parametrize("routing", ["bgp", "static"])
@pytest.mark.parametrize("proposal", ["default", "v1-128-sha1-2", "v2-256-sha384-20"])
def test_fortinets_own_schema_knows_every_word(routing: str, proposal: str) -> None:
    pytest.importorskip("ansible_collections.fortinet.fortios.plugins.modules.fortios_system_zone")
    item = device(FAMILY, routing=routing, proposal=proposal, bgp_process="own")
    assert faults(FortiOS(*(part.text for part in render(item, keys(item)))).top) == []


def test_the_schema_would_tell() -> None:
    pytest.importorskip("ansible_collections.fortinet.fortios.plugins.modules.fortios_system_zone")
    wrong = FortiOS(
        'config system zone\n    edit "a"\n        set intrazone never\n        set colour red\n    next\nend\n'
    )
    assert faults(wrong.top) == ["config system zone edit a intrazone never", "config system zone edit a colour"]


@pytest.mark.parametrize("routing", ["bgp", "static"])
def test_removal_leaves_what_is_not_ours(routing: str) -> None:
    item = device(FAMILY, routing=routing)
    config = FortiOS(FOREIGN)
    parts = render(item, keys(item))
    for part in parts:
        config.apply(part.text)
    for part in reversed(parts):
        config.apply(part.remove)
    assert config.pruned() == FortiOS(FOREIGN).pruned()


def test_bgp_of_our_own_is_switched_off() -> None:
    item = device(FAMILY, bgp_process="own")
    parts = render(item, keys(item))
    config = FortiOS(*(part.text for part in parts))
    for part in reversed(parts):
        config.apply(part.remove)
    zone = {"config system zone": {"edit intercloud": {"intrazone": ["deny"]}}}
    assert config.pruned() == {**zone, "config router bgp": {"as": ["0"]}}
