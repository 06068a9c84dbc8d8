# SPDX-License-Identifier: GPL-3.0-or-later
"""Juniper SRX: set lines read back with their groups, and removal."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Link, Tunnel

from .devices import device, expected, keys, matrix, named
from .junos import Junos

FAMILY = "juniper_srx"
CIPHERS = {"aes-128-cbc": "aes128", "aes-256-cbc": "aes256"}
IKE_HASHES = {"sha1": "sha1", "sha-256": "sha256", "sha-384": "sha384"}
ESP_HASHES = {"hmac-sha1-96": "sha1", "hmac-sha-256-128": "sha256", "hmac-sha-384": "sha384"}
FOREIGN = """set groups icv1 interfaces st0 unit 1 family inet address 192.0.2.1/30
set apply-groups icv1
set interfaces st0 unit 17 family inet address 192.0.2.5/30
set routing-options router-id 192.0.2.99
set routing-options static route 10.1.0.0/16 next-hop 192.0.2.6
set security zones security-zone intercloud
set security policies from-zone intercloud to-zone trust policy ours then permit
set protocols bgp group ours neighbor 169.254.10.66 peer-as 64999
"""


def read(item: Device) -> dict[str, Any]:
    config = Junos(*(part.text for part in render(item, keys(item)))).effective()
    found = {x.name: _tunnel(config, item, link, x) for link in item.links for x in link.tunnels}
    assert config.one("security", "flow", "tcp-mss", "ipsec-vpn", "mss") == "1360"
    originated = {prefix for link in item.links if link.bgp for prefix in link.announce}
    assert {x[0] for x in config.all("routing-options", "aggregate", "route")} == originated
    assert list(config.held) == [("security", "zones", "security-zone", "intercloud")], "nothing more is configured"
    return found


def _tunnel(config: Junos, item: Device, link: Link, x: Tunnel) -> dict[str, Any]:
    name, unit = f"icv{x.number}", str(10000 + x.number)
    ike, esp = ("security", "ike"), ("security", "ipsec")
    vpn = (*esp, "vpn", name)
    assert config.one(*vpn, "bind-interface") == f"st0.{unit}"
    gateway = (*ike, "gateway", config.one(*vpn, "ike", "gateway"))
    esp_policy = (*esp, "policy", config.one(*vpn, "ike", "ipsec-policy"))
    esp_proposal = (*esp, "proposal", config.one(*esp_policy, "proposals"))
    policy = (*ike, "policy", config.one(*gateway, "ike-policy"))
    proposal = (*ike, "proposal", config.one(*policy, "proposals"))
    version = int(config.one(*gateway, "version").removeprefix("v").removesuffix("-only"))
    assert config.has(*policy, "mode", "main") == (version == 1)
    assert config.one(*proposal, "authentication-method") == "pre-shared-keys"
    assert config.one(*esp_proposal, "protocol") == "esp"
    assert config.one(*gateway, "external-interface") == item.wan
    assert config.has(*gateway, "dead-peer-detection", "always-send")
    assert config.one(*gateway, "dead-peer-detection", "threshold") == "3"
    assert config.has(*vpn, "df-bit", "clear")
    remark = config.one(*policy, "description")
    interface = ("interfaces", "st0", "unit", unit)
    assert config.one(*interface, "description") == remark == f"intercloud.vpn {x.name} {remark.split()[-1]}"
    up = not config.has(*interface, "disable")
    assert config.has(*vpn, "establish-tunnels", "immediately") == up
    inbound = ("security", "zones", "security-zone", "intercloud", "interfaces", f"st0.{unit}", "host-inbound-traffic")
    services = {("system-services", "ping")} | ({("protocols", "bgp")} if link.bgp else set())
    assert set(config.all(*inbound)) == services
    return {
        "version": version,
        "ike": (
            CIPHERS[config.one(*proposal, "encryption-algorithm")],
            IKE_HASHES[config.one(*proposal, "authentication-algorithm")],
            int(config.one(*proposal, "dh-group").removeprefix("group")),
            int(config.one(*proposal, "lifetime-seconds")),
        ),
        "ipsec": (
            CIPHERS[config.one(*esp_proposal, "encryption-algorithm")],
            ESP_HASHES[config.one(*esp_proposal, "authentication-algorithm")],
            int(config.one(*esp_policy, "perfect-forward-secrecy", "keys").removeprefix("group")),
            int(config.one(*esp_proposal, "lifetime-seconds")),
        ),
        "addresses": (config.one(*gateway, "local-address"), config.one(*gateway, "address")),
        "ids": (config.one(*gateway, "local-identity", "inet"), config.one(*gateway, "remote-identity", "inet")),
        "key": config.one(*policy, "pre-shared-key", "ascii-text"),
        "dpd": int(config.one(*gateway, "dead-peer-detection", "interval")),
        "inside": config.one(*interface, "family", "inet", "address"),
        "mtu": int(config.one(*interface, "family", "inet", "mtu")),
        "mss": 1360,
        "mark": remark.split()[-1],
        "enabled": up,
        "routing": _session(config, name, up) if link.bgp else _routes(config, unit),
    }


def _session(config: Junos, name: str, up: bool) -> dict[str, Any]:
    group = ("protocols", "bgp", "group", name)
    assert config.one(*group, "type") == "external"
    assert config.one(*group, "local-address")
    hold = int(config.one(*group, "hold-time"))
    way_in = ("policy-options", "policy-statement", config.one(*group, "import"))
    way_out = ("policy-options", "policy-statement", config.one(*group, "export"))
    prepended = config.all(*way_out, "term", "agreed", "then", "as-path-prepend")
    found = {
        "asns": (int(config.one(*group, "local-as")), int(config.one(*group, "peer-as"))),
        "peer": config.one(*group, "neighbor"),
        "timers": (hold // 3, hold),  # Junos sends a keepalive three times in a hold time
        "accept": {
            (x[0], 32) for x in config.all(*way_in, "term", "agreed", "from", "route-filter") if _is(x, "orlonger")
        },
        "announce": {
            (x[0], int(x[0].split("/")[1]))
            for x in config.all(*way_out, "term", "agreed", "from", "route-filter")
            if _is(x, "exact")
        },
        "preference": int(config.one(*way_in, "term", "agreed", "then", "local-preference")),
        "prepend": [int(asn) for asn in prepended[0][0].split()] if prepended else [],
        "enabled": up,
    }
    for way in (way_in, way_out):
        assert config.all(*way) == [("term", "agreed", "then", "accept"), ("term", "rest", "then", "reject")]
    return found


def _is(route: tuple[str, ...], match: str) -> bool:
    assert route[1:] == (match,)
    return True


def _routes(config: Junos, unit: str) -> dict[str, int]:
    static = ("routing-options", "static", "route")
    found = {}
    for x in [x for x in config.held if x[:3] == static and x[4:6] == ("qualified-next-hop", f"st0.{unit}")]:
        found[x[3]] = int(config.one(*x[:7])) - 5
    return found


@pytest.mark.parametrize("item", matrix(FAMILY), ids=named)
def test_lines_say_what_the_model_says(item: Device) -> None:
    assert read(item) == expected(item)


@pytest.mark.parametrize("item", [device(FAMILY), device(FAMILY, routing="static"), device(FAMILY, bgp_process="own")])
def test_removal_leaves_what_is_not_ours(item: Device) -> None:
    config = Junos(FOREIGN)
    parts = render(item, keys(item))
    for part in parts:
        config.apply(part.text)
    for part in reversed(parts):
        config.apply(part.remove)
    assert config.held == Junos(FOREIGN).held


def test_one_tunnel_goes_and_the_others_stay() -> None:
    item = device(FAMILY)
    parts = render(item, keys(item))
    config = Junos(*(part.text for part in parts))
    config.apply(parts[-1].remove)
    assert config.held == Junos(*(part.text for part in parts[:-1])).held


def test_nothing_agreed_lets_nothing_pass() -> None:
    item = _without_ranges(device(FAMILY, "two"))
    config = Junos(*(part.text for part in render(item, keys(item)))).effective()
    for way in ("in", "out"):
        assert config.all("policy-options", "policy-statement", f"icv17-{way}") == [("term", "rest", "then", "reject")]


def _without_ranges(item: Device) -> Device:
    data = item.as_dict()
    for link in data["links"]:
        link["announce"], link["accept"] = (), ()
    return Device.from_dict(data)
