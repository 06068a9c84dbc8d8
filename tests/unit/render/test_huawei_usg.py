# SPDX-License-Identifier: GPL-3.0-or-later
"""Huawei USG: what is typed, read back by its views, and undone."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Link, Refused, Tunnel

from .devices import device, expected, keys, matrix, named
from .vrp import Facts, Reader, assert_nothing_dangles, commands

FAMILY = "huawei_usg"
NAME = r"(\S+)"
READER = Reader(
    r"ike (proposal|peer) \S+",
    r"ipsec (proposal|profile) \S+",
    r"interface \S+",
    r"firewall zone name \S+",
    r"security-policy",
    r"security-policy > rule name \S+",
    r"route-policy \S+ permit node \d+",
    r"bgp \d+",
    r"bgp \d+ > ipv4-family unicast",
    r"ip-link name \S+",
)
CIPHERS = {"aes-128": "aes128", "aes-256": "aes256"}
HASHES = {"sha1": "sha1", "sha2-256": "sha256", "sha2-384": "sha384"}
STAYS = """ipsec sha2 compatible enable
ip-link check enable
firewall zone name intercloud
 set priority 42
 add interface Tunnel9
 quit
"""
FOREIGN = f"""{STAYS}ike proposal 1
 dh group14
 quit
ike peer icv1
 ike-proposal 1
 quit
security-policy
 rule name ours
  action permit
  quit
 quit
ip ip-prefix icv1 index 10 permit 10.0.0.0 8
ip route-static 10.1.0.0 255.255.0.0 192.0.2.1
bgp 65010
 router-id 192.0.2.99
 peer 169.254.10.166 as-number 64999
 ipv4-family unicast
  network 172.31.0.0 255.255.0.0
  peer 169.254.10.166 enable
  quit
 quit
"""
REFERENCES = {"ike peer": "ike-peer", "ipsec proposal": "proposal", "ipsec profile": "ipsec profile"}


def length(network: str, mask: str) -> str:
    return str(ipaddress.IPv4Network(f"{network}/{mask}"))


def read(item: Device) -> dict[str, Any]:
    top = Facts(READER.read("".join(part.text for part in render(item, keys(item)))))
    assert top.has("ipsec sha2 compatible enable")
    assert top.has("ip-link check enable") == any(not link.bgp for link in item.links)
    zone = top.open("firewall zone name intercloud")[1]
    assert zone.take(r"set priority (\d+)") == ("42",)
    rules = top.open("security-policy")[1]
    for name, source, target in (("in", "intercloud", "local"), ("out", "local", "intercloud")):
        rule = rules.open(f"rule name icv-local-{name}")[1]
        assert list(rule.view) == [
            *(f"source-zone {source}", f"destination-zone {target}", "service bgp", "service icmp", "action permit")
        ]
        rule.view.clear()
    used: set[str] = set()
    found = {x.name: _tunnel(top, zone, used, link, x) for link in item.links for x in link.tunnels}
    originated = {prefix for link in item.links if link.bgp for prefix in link.announce}
    if originated:
        assert {length(*x) for x in top.all(rf"ip route-static {NAME} {NAME} NULL0 preference 254")} == originated
        family = top.open(r"bgp 65010")[1].open("ipv4-family unicast")[1]
        assert {length(*x) for x in family.all(rf"network {NAME} {NAME}")} == originated
    assert used == {line.split()[-1] for line in top.view if line.startswith("ike proposal ")}
    for number in used:  # shared by tunnels with the same algorithms, so they were not taken
        del top.view[f"ike proposal {number}"]
    assert top.rest(READER) == [], "nothing more is configured"
    return found


def _tunnel(top: Facts, zone: Facts, used: set[str], link: Link, x: Tunnel) -> dict[str, Any]:
    name = f"icv{x.number}"
    assert zone.has(f"add interface Tunnel{x.number}")
    interface = top.open(f"interface Tunnel{x.number}")[1]
    assert interface.has("tunnel-protocol ipsec")
    assert interface.has("service-manage ping permit")
    (profile_name,) = interface.take(f"ipsec profile {NAME}")
    profile = top.open(f"ipsec profile {profile_name}")[1]
    assert profile.take("sa duration traffic-based (.*)") == ("0",)
    peer = top.open(f"ike peer {profile.take(f'ike-peer {NAME}')[0]}")[1]
    esp = top.open(f"ipsec proposal {profile.take(f'proposal {NAME}')[0]}")[1]
    assert esp.has("encapsulation-mode tunnel")
    assert esp.has("transform esp")
    (number,) = peer.take(r"ike-proposal (\d+)")
    used.add(number)
    assert 1 <= int(number) <= 99
    ike = top.view[f"ike proposal {number}"]
    said = dict(line.rsplit(" ", 1) for line in ike)
    short = HASHES[said["authentication-algorithm"]]
    assert said["integrity-algorithm"] == {"sha1": "hmac-sha1-96"}.get(short, f"hmac-sha2-{short[3:]}")
    assert said["prf"] == {"sha1": "hmac-sha1"}.get(short, f"hmac-sha2-{short[3:]}")
    assert said["authentication-method"] == "pre-share"
    assert len(said) == 7
    (version,), (other,) = peer.take(r"version (\d)"), peer.take(r"undo version (\d)")
    assert {version, other} == {"1", "2"}
    assert peer.has("exchange-mode main") == (version == "1")
    assert peer.has("nat traversal")
    assert (peer.has("local-id-type ip"), peer.has("remote-id-type ip")) == (True, True)
    assert peer.take("dpd type (.*)") == ("periodic",)
    idle, wait, tries = (
        int(peer.take(rf"dpd {word} (\d+)")[0]) for word in ("idle-time", "retransmit-interval", "retry-limit")
    )
    assert idle + wait * tries == 30
    (remote,) = peer.take(f"remote-address {NAME}")
    assert interface.take(f"destination {NAME}") == (remote,)
    address, mask = interface.take(rf"ip address {NAME} {NAME}")
    assert mask == "255.255.255.252"
    link_name, tunnel_name, mark = interface.take(rf"description {NAME} {NAME} {NAME}")
    assert (link_name, tunnel_name) == ("intercloud.vpn", x.name)
    up = interface.has("undo shutdown")
    assert interface.has("shutdown") != up
    found = {
        "version": int(version),
        "ike": (CIPHERS[said["encryption-algorithm"]], short, int(said["dh"][5:]), int(said["sa duration"])),
        "ipsec": (
            CIPHERS[esp.take(f"esp encryption-algorithm {NAME}")[0]],
            HASHES[esp.take(f"esp authentication-algorithm {NAME}")[0]],
            int(profile.take(r"pfs dh-group(\d+)")[0]),
            int(profile.take(r"sa duration time-based (\d+)")[0]),
        ),
        "addresses": (interface.take(f"source {NAME}")[0], remote),
        "ids": (peer.take(f"local-id {NAME}")[0], peer.take(f"remote-id {NAME}")[0]),
        "key": peer.take(f"pre-shared-key {NAME}")[0],
        "dpd": idle,
        "inside": f"{address}/30",
        "mtu": int(interface.take(r"mtu (\d+)")[0]),
        "mss": int(interface.take(r"tcp adjust-mss (\d+)")[0]),
        "mark": mark,
        "enabled": up,
        "routing": _session(top, x, up) if link.bgp else _routes(top, name, x),
    }
    for view in (interface, profile, peer, esp):
        assert not view.view
    return found


def _session(top: Facts, x: Tunnel, up: bool) -> dict[str, Any]:
    (asn,), bgp = top.open(r"bgp (\d+)")
    family = bgp.open("ipv4-family unicast")[1]
    peer = x.cloud_inside.replace(".", r"\.")
    assert bgp.take(f"peer {peer} description {NAME}") == (x.name,)
    assert family.has(f"peer {peer} enable")
    assert not [line for line in [*bgp.view, *family.view] if "allow-as-loop" in line]
    (way_in,) = family.take(f"peer {peer} route-policy {NAME} import")
    (way_out,) = family.take(f"peer {peer} route-policy {NAME} export")
    received, sent = (top.open(f"route-policy {way} permit node 10")[1] for way in (way_in, way_out))
    lists = [policy.take(f"if-match ip-prefix {NAME}")[0] for policy in (received, sent)]
    prepended = list(sent.all(r"apply as-path (.*) additive"))
    taken = [
        list(top.all(rf"ip ip-prefix {name} index \d+ permit {NAME} (\d+)(?: less-equal (\d+))?")) for name in lists
    ]
    (keepalive, hold) = bgp.take(rf"peer {peer} timer keepalive (\d+) hold (\d+)")
    found = {
        "asns": (int(asn), int(bgp.take(rf"peer {peer} as-number (\d+)")[0])),
        "peer": x.cloud_inside,
        "timers": (int(keepalive), int(hold)),
        "accept": {(f"{net}/{size}", int(most or size)) for net, size, most in taken[0]},
        "announce": {(f"{net}/{size}", int(most or size)) for net, size, most in taken[1]},
        "preference": int(received.take(r"apply local-preference (\d+)")[0]),
        "prepend": [int(y) for y in prepended[0][0].split()] if prepended else [],
        "enabled": up,
    }
    assert not received.view
    assert not sent.view
    return found


def _routes(top: Facts, name: str, x: Tunnel) -> dict[str, int]:
    pattern = rf"ip route-static {NAME} {NAME} Tunnel{x.number} {x.cloud_inside} preference (\d+) track ip-link {name}"
    found = {length(net, mask): int(preference) - 60 for net, mask, preference in top.all(pattern)}
    if found:
        probe = top.open(f"ip-link name {name}")[1]
        assert probe.take(r"destination (.*)") == (f"{x.cloud_inside} interface Tunnel{x.number} mode icmp",)
    return found


@pytest.mark.parametrize("item", matrix(FAMILY), ids=named)
def test_lines_say_what_the_model_says(item: Device) -> None:
    assert read(item) == expected(item)


@pytest.mark.parametrize("routing", ["bgp", "static"])
def test_undo_leaves_what_is_not_ours(routing: str) -> None:
    item = device(FAMILY, routing=routing)
    top = READER.read(FOREIGN)
    parts = render(item, keys(item))
    for part in parts:
        READER.read(part.text, top)
    for part in reversed(parts):
        for block in commands(part.remove):
            READER.read(block, top, removal=True)
            assert_nothing_dangles(block, top, REFERENCES)
    assert top == READER.read(FOREIGN)


def test_bgp_of_our_own_goes_as_a_whole() -> None:
    item = device(FAMILY, bgp_process="own")
    parts = render(item, keys(item))
    top = READER.read("".join(part.text for part in parts))
    assert "router-id 198.51.100.10" in top["bgp 65010"]
    for part in reversed(parts):
        READER.read(part.remove, top, removal=True)
    assert list(top) == ["ipsec sha2 compatible enable", "firewall zone name intercloud", "security-policy"]


def test_same_algorithms_with_two_lifetimes_are_refused() -> None:
    item = device(FAMILY)
    data = item.as_dict()
    data["links"][0]["tunnels"][0]["proposal"]["ike_lifetime"] = 7200
    with pytest.raises(Refused, match=r"office-aws-1-2: ike_lifetime 14400 .* such as 7200"):
        render(Device.from_dict(data), keys(item))


def test_nothing_agreed_lets_nothing_pass() -> None:
    data = device(FAMILY, "two").as_dict()
    data["links"][0]["announce"], data["links"][0]["accept"] = (), ()
    item = Device.from_dict(data)
    top = READER.read("".join(part.text for part in render(item, keys(item))))
    for way in ("in", "out"):
        assert f"ip ip-prefix icv17-{way} index 10 deny 0.0.0.0 0 less-equal 32" in top
