# SPDX-License-Identifier: GPL-3.0-or-later
"""H3C Comware: what is typed, read back by its views, and undone."""

from __future__ import annotations

import ipaddress
import itertools
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Link, Refused, Tunnel

from .devices import device, expected, keys, matrix, named
from .vrp import Facts, Reader, assert_nothing_dangles, commands

FAMILY = "h3c_comware"
NAME = r"(\S+)"
READER = Reader(
    r"ikev2 (proposal|policy|keychain|profile) \S+",
    r"ikev2 keychain \S+ > peer \S+",
    r"ike (proposal|keychain|profile) \S+",
    r"ipsec transform-set \S+",
    r"ipsec profile \S+ isakmp",
    r"interface \S+ mode ipsec",
    r"security-zone name \S+",
    r"security-policy ip",
    r"security-policy ip > rule name \S+",
    r"route-policy \S+ permit node \d+",
    r"bgp \d+",
    r"bgp \d+ > address-family ipv4 unicast",
    r"nqa entry \S+ \S+",
    r"nqa entry \S+ \S+ > type icmp-echo",
    r"track \d+ nqa entry \S+ \S+ reaction 1",
)
CIPHERS = {"aes-cbc-128": "aes128", "aes-cbc-256": "aes256"}
HASHES = {"sha": "sha1", "sha1": "sha1", "sha256": "sha256", "sha384": "sha384"}
FOREIGN = """security-zone name intercloud
 import interface Tunnel9
 quit
ikev2 keychain icv1
 quit
security-policy ip
 rule name ours
  action pass
  quit
 quit
ip prefix-list icv1 index 10 permit 10.0.0.0 8
ip route-static 10.1.0.0 16 192.0.2.1
bgp 65010
 router-id 192.0.2.99
 address-family ipv4 unicast
  network 172.31.0.0 255.255.0.0
  quit
 quit
"""
REFERENCES = {
    "ikev2 keychain": "keychain",
    "ikev2 profile": "ikev2-profile",
    "ike profile": "ike-profile",
    "ipsec transform-set": "transform-set",
    "ipsec profile": "tunnel protection ipsec profile",
    "ikev2 proposal": "proposal",
}


def read(item: Device) -> dict[str, Any]:
    top = Facts(READER.read("".join(part.text for part in render(item, keys(item)))))
    zone = top.open("security-zone name intercloud")[1]
    rules = top.open("security-policy ip")[1]
    for name, source, target in (("in", "intercloud", "Local"), ("out", "Local", "intercloud")):
        rule = rules.open(f"rule name icv-local-{name}")[1]
        assert list(rule.view) == [
            *("action pass", f"source-zone {source}", f"destination-zone {target}", "service bgp", "service ping")
        ]
        rule.view.clear()
    shared = _policies(top)
    found = {x.name: _tunnel(top, zone, shared, link, x) for link in item.links for x in link.tunnels}
    originated = {prefix for link in item.links if link.bgp for prefix in link.announce}
    if originated:
        nulls = top.all(rf"ip route-static {NAME} (\d+) NULL0 preference 254")
        assert {"/".join(x) for x in nulls} == originated
        family = top.open(r"bgp 65010")[1].open("address-family ipv4 unicast")[1]
        networks = family.all(rf"network {NAME} {NAME}")
        assert {str(ipaddress.IPv4Network("/".join(x))) for x in networks} == originated
    assert top.rest(READER) == [], "nothing more is configured"
    return found


def _policies(top: Facts) -> dict[str, set[tuple[str, str, int]]]:
    """By local address what is offered and taken there."""
    proposals = {}
    for line in [line for line in top.view if line.startswith("ikev2 proposal ")]:
        said = dict(words.split(" ", 1) for words in top.view.pop(line))
        assert set(said) == {"encryption", "integrity", "prf", "dh"}
        assert said["prf"] == said["integrity"]
        proposals[line.split()[-1]] = (CIPHERS[said["encryption"]], HASHES[said["integrity"]], int(said["dh"][5:]))
    found = {}
    for line in [line for line in top.view if line.startswith("ikev2 policy ")]:
        policy = Facts(top.view.pop(line))
        (address,) = policy.take(f"match local address {NAME}")
        found[address] = {proposals[name] for (name,) in policy.all(f"proposal {NAME}")}
        assert not policy.view
    assert {x for held in found.values() for x in held} == set(proposals.values())
    return found


def _tunnel(top: Facts, zone: Facts, shared: dict[str, Any], link: Link, x: Tunnel) -> dict[str, Any]:
    assert zone.has(f"import interface Tunnel{x.number}")
    interface = top.open(f"interface Tunnel{x.number} mode ipsec")[1]
    (profile_name,) = interface.take(f"tunnel protection ipsec profile {NAME}")
    profile = top.open(f"ipsec profile {profile_name} isakmp")[1]
    esp = top.open(f"ipsec transform-set {profile.take(f'transform-set {NAME}')[0]}")[1]
    assert esp.has("encapsulation-mode tunnel")
    assert esp.has("protocol esp")
    ((version, ike_name),) = profile.all(rf"ike(v2)?-profile {NAME}")
    ike = top.open(f"ike{version or ''} profile {ike_name}")[1]
    said = _version_2(top, ike, shared, x) if version else _version_1(top, ike)
    assert ike.take(r"dpd interval (\d+) retry (\d+) periodic") == ("10", "5")
    local, remote = interface.take(f"source {NAME}")[0], interface.take(f"destination {NAME}")[0]
    assert ike.take(f"match local address {NAME}") == (local,)
    assert said.pop("keychain for") == remote
    address, mask = interface.take(rf"ip address {NAME} {NAME}")
    assert mask == "255.255.255.252"
    maker, tunnel_name, mark = interface.take(rf"description {NAME} {NAME} {NAME}")
    assert (maker, tunnel_name) == ("intercloud.vpn", x.name)
    up = interface.has("undo shutdown")
    assert interface.has("shutdown") != up
    found = {
        **said,
        "version": 2 if version else 1,
        "ipsec": (
            CIPHERS[esp.take(f"esp encryption-algorithm {NAME}")[0]],
            HASHES[esp.take(f"esp authentication-algorithm {NAME}")[0]],
            int(esp.take(r"pfs dh-group(\d+)")[0]),
            int(profile.take(r"sa duration time-based (\d+)")[0]),
        ),
        "addresses": (local, remote),
        "dpd": 10,
        "inside": f"{address}/30",
        "mtu": int(interface.take(r"mtu (\d+)")[0]),
        "mss": int(interface.take(r"tcp mss (\d+)")[0]),
        "mark": mark,
        "enabled": up,
        "routing": _session(top, x, up) if link.bgp else _routes(top, x),
    }
    assert not any(x.view for x in (interface, profile, ike, esp))
    return found


def _version_2(top: Facts, ike: Facts, shared: dict[str, Any], x: Tunnel) -> dict[str, Any]:
    assert (ike.has("authentication-method local pre-share"), ike.has("authentication-method remote pre-share")) == (
        True,
        True,
    )
    keychain = top.open(f"ikev2 keychain {ike.take(f'keychain {NAME}')[0]}")[1].open(f"peer {NAME}")[1]
    wanted = (x.proposal.ike_encryption, x.proposal.ike_integrity, x.proposal.ike_dh_group)
    assert wanted in shared[x.local_address]
    (remote,) = keychain.take(f"address {NAME} 32")
    assert keychain.take(f"identity address {NAME}") == (remote,)
    found = {
        "ike": (*wanted, int(ike.take(r"sa duration (\d+)")[0])),
        "ids": (ike.take(f"identity local address {NAME}")[0], ike.take(f"match remote identity address {NAME} 32")[0]),
        "key": keychain.take(f"pre-shared-key plaintext {NAME}")[0],
        "keychain for": remote,
    }
    assert not keychain.view
    return found


def _version_1(top: Facts, ike: Facts) -> dict[str, Any]:
    proposal = top.open(f"ike proposal {ike.take(f'proposal {NAME}')[0]}")[1]
    keychain = top.open(f"ike keychain {ike.take(f'keychain {NAME}')[0]}")[1]
    assert ike.take("exchange-mode (.*)") == ("main",)
    assert proposal.has("authentication-method pre-share")
    assert keychain.has(f"match local address {NAME}")
    host = r"255\.255\.255\.255"
    remote, key = keychain.take(f"pre-shared-key address {NAME} {host} key simple {NAME}")
    found = {
        "ike": (
            CIPHERS[proposal.take(f"encryption-algorithm {NAME}")[0]],
            HASHES[proposal.take(f"authentication-algorithm {NAME}")[0]],
            int(proposal.take(r"dh group(\d+)")[0]),
            int(proposal.take(r"sa duration (\d+)")[0]),
        ),
        "ids": (
            ike.take(f"local-identity address {NAME}")[0],
            ike.take(f"match remote identity address {NAME} {host}")[0],
        ),
        "key": key,
        "keychain for": remote,
    }
    assert not any(x.view for x in (proposal, keychain))
    return found


def _session(top: Facts, x: Tunnel, up: bool) -> dict[str, Any]:
    (asn,), bgp = top.open(r"bgp (\d+)")
    family = bgp.open("address-family ipv4 unicast")[1]
    peer = x.cloud_inside.replace(".", r"\.")
    assert bgp.take(f"peer {peer} description {NAME}") == (x.name,)
    assert family.has(f"peer {peer} enable")
    assert not [line for line in [*bgp.view, *family.view] if "allow-as-loop" in line]
    (way_in,) = family.take(f"peer {peer} route-policy {NAME} import")
    (way_out,) = family.take(f"peer {peer} route-policy {NAME} export")
    received, sent = (top.open(f"route-policy {way} permit node 10")[1] for way in (way_in, way_out))
    lists = [policy.take(f"if-match ip address prefix-list {NAME}")[0] for policy in (received, sent)]
    prepended = list(sent.all(r"apply as-path (.*)"))
    taken = [
        list(top.all(rf"ip prefix-list {name} index \d+ permit {NAME} (\d+)(?: less-equal (\d+))?")) for name in lists
    ]
    keepalive, hold = bgp.take(rf"peer {peer} timer keepalive (\d+) hold (\d+)")
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
    assert not any(x.view for x in (received, sent))
    return found


def _routes(top: Facts, x: Tunnel) -> dict[str, int]:
    pattern = rf"ip route-static {NAME} (\d+) Tunnel{x.number} {x.cloud_inside} track (\d+) preference (\d+)"
    routes = list(top.all(pattern))
    for track in {track for _net, _size, track, _preference in routes}:
        assert 1 <= int(track) <= 1024
        ((entry,), view) = top.open(rf"track {track} nqa entry (\S+ \S+) reaction 1")
        assert not view.view
        assert top.take(f"nqa schedule {entry} (.*)") == ("start-time now lifetime forever",)
        probe = top.open(f"nqa entry {entry}")[1].open("type icmp-echo")[1]
        assert probe.take("destination ip (.*)") == (x.cloud_inside,)
        assert probe.take("source ip (.*)") == (x.device_inside,)
        assert probe.take(r"frequency (\d+)") == ("5000",)
        failing = "checked-element probe-fail threshold-type consecutive 3 action-type trigger-only"
        assert probe.take("reaction 1 (.*)") == (failing,)
        assert not probe.view
    return {f"{net}/{size}": int(preference) - 60 for net, size, _track, preference in routes}


@pytest.mark.parametrize("item", matrix(FAMILY), ids=named)
def test_lines_say_what_the_model_says(item: Device) -> None:
    assert read(item) == expected(item)


@pytest.mark.parametrize("routing", ["bgp", "static"])
@pytest.mark.parametrize("proposal", ["default", "v1-256-sha256-14"])
def test_undo_leaves_what_is_not_ours(routing: str, proposal: str) -> None:
    item = device(FAMILY, routing=routing, proposal=proposal)
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
    assert list(top) == ["security-zone name intercloud", "security-policy ip"]


def test_a_device_without_zones() -> None:
    item = device(FAMILY, zone="")
    assert not [part for part in render(item, keys(item)) if "zone" in part.text + part.remove]


@pytest.mark.parametrize("field", ["ike_dh_group", "ipsec_pfs_group"])
def test_elliptic_groups_need_version_2(field: str) -> None:
    data = device(FAMILY, proposal="v1-256-sha256-14").as_dict()
    data["links"][0]["tunnels"][0]["proposal"][field] = 19
    with pytest.raises(Refused, match=rf"office-aws-1-1: {field} 19 is not possible; possible: 2, (5, )?14$"):
        render(Device.from_dict(data), keys(Device.from_dict(data)))


def test_a_policy_holds_six_proposals() -> None:
    data = device(FAMILY, "two").as_dict()
    tunnel = data["links"][0]["tunnels"][0]
    variants = list(itertools.product(("aes128", "aes256"), ("sha1", "sha256"), (14, 19)))[:7]
    made = []
    for n, values in enumerate(variants):
        proposal = dict(zip(("ike_encryption", "ike_integrity", "ike_dh_group"), values, strict=True))
        made.append({**tunnel, "name": f"t-{n}", "number": n, "proposal": {**tunnel["proposal"], **proposal}})
    data["links"][0]["tunnels"] = made[:6]
    assert render(Device.from_dict(data), keys(Device.from_dict(data)))
    data["links"][0]["tunnels"] = made
    with pytest.raises(Refused, match=r"t-6: more than 6 sets of IKEv2 algorithms"):
        render(Device.from_dict(data), keys(Device.from_dict(data)))
