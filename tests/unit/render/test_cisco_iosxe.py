# SPDX-License-Identifier: GPL-3.0-or-later
"""Cisco IOS-XE: the lines, read back by a strict reader (there is no offline checker); removal in an order that IOS takes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Part, Refused, Tunnel

from .bgp_lines import originated, session
from .devices import changed_parts, device, expected, keys, keys_stay_secret, matrix, named
from .lines import Lines, take, took

FAMILY = "cisco_iosxe"
IPV4 = "address-family ipv4"
HASHES = {"esp-sha-hmac": "sha1", "esp-sha256-hmac": "sha256", "esp-sha384-hmac": "sha384"}
FOREIGN = f"""crypto ikev2 proposal icv1
 encryption aes-cbc-128
crypto ikev2 policy own
 proposal icv1
crypto isakmp policy 10
 group 14
crypto ipsec profile icv1
 set pfs group14
interface Tunnel1
 ip address 169.254.99.1 255.255.255.252
 tunnel protection ipsec profile icv1
ip route 0.0.0.0 0.0.0.0 192.0.2.1
ip route 10.1.0.0 255.255.0.0 192.0.2.1 250
ip prefix-list icv1 seq 5 permit 10.0.0.0/8
route-map icv1 permit 10
 match ip address prefix-list icv1
router bgp 65010
 bgp router-id 192.0.2.99
 neighbor 169.254.10.6 remote-as 64999
 {IPV4}
  network 172.31.0.0 mask 255.255.0.0
  neighbor 169.254.10.6 activate
  neighbor 169.254.10.6 route-map icv1 in
 exit-address-family
"""
# What IOS does not let go of while another line names it.
USED_BY = {
    r"crypto ipsec profile (\S+)": "tunnel protection ipsec profile {}",
    r"crypto ipsec transform-set (\S+)": "set transform-set {}",
    r"crypto ikev2 profile (\S+)": "set ikev2-profile {}",
    r"crypto ikev2 keyring (\S+)": "keyring local {}",
    r"crypto ikev2 proposal (\S+)": "proposal {}",
    r"crypto isakmp profile (\S+)": "set isakmp-profile {}",
    r"crypto keyring (\S+)": "keyring {}",
    r"ip prefix-list (\S+)": "match ip address prefix-list {}",
    r"route-map (\S+)": r"neighbor \S+ route-map {} (in|out)",
    r"zone security (\S+)": "zone-member security {}",
    r"interface (\S+)": r"ip route \S+ \S+ {} .*",
}
CONSTANT = ("tunnel mode ipsec ipv4", "ip mtu 1400", "ip tcp adjust-mss 1360")


def text_of(parts: list[Part]) -> Lines:
    return Lines(*(part.text for part in parts))


def read(item: Device, config: Lines) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for link in item.links:
        for x in link.tunnels:
            number, name = 10000 + x.number, f"icv{x.number}"
            found[x.name] = _tunnel(config, x, name, number)
            if link.bgp:
                found[x.name]["routing"] = session(config, name, x.cloud_inside, IPV4)
            else:
                routes = config.tops(rf"ip route (\S+) (\S+) Tunnel{number} {x.cloud_inside} (\d+)")
                found[x.name]["routing"] = {f"{y[1]}/{_bits(y[2])}": int(y[3]) - 10 for y in routes}
    return found


def _bits(mask: str) -> int:
    return sum(bin(int(octet)).count("1") for octet in mask.split("."))


def _tunnel(config: Lines, x: Tunnel, name: str, number: int) -> dict[str, Any]:
    interface = config.under(f"interface Tunnel{number}")
    for line in CONSTANT:
        assert took(interface, line)
    maker, title, mark = take(interface, r"description (.+)")[0].split()
    assert (maker, title) == ("intercloud.vpn", x.name)
    address, mask = take(interface, r"ip address (\S+) (\S+)")
    (source,) = take(interface, r"tunnel source (\S+)")
    (destination,) = take(interface, r"tunnel destination (\S+)")
    (profile,) = take(interface, r"tunnel protection ipsec profile (\S+)")
    enabled = not took(interface, "shutdown")
    assert not interface and profile == name
    ipsec = config.under(f"crypto ipsec profile {profile}")
    (lifetime,) = take(ipsec, r"set security-association lifetime seconds (\d+)")
    assert took(ipsec, "set security-association lifetime kilobytes disable")
    (transform,) = take(ipsec, r"set transform-set (\S+)")
    (pfs,) = take(ipsec, r"set pfs group(\d+)")
    ike = _ikev2 if x.proposal.ike_version == 2 else _ikev1
    facts = ike(config, ipsec, source)
    assert not ipsec
    ((cipher, bits, hmac),) = [
        y.groups() for y in config.tops(rf"crypto ipsec transform-set {transform} (esp-aes)( 256)? (\S+)")
    ]
    (header,) = config.tops(rf"crypto ipsec transform-set {transform} .*")
    assert cipher == "esp-aes" and config.under(header[0]) == ["mode tunnel"]
    return {
        **facts,
        "ipsec": ("aes256" if bits else "aes128", HASHES[hmac], int(pfs), int(lifetime)),
        "addresses": (source, destination),
        "inside": f"{address}/{_bits(mask)}",
        "mtu": 1400,
        "mss": 1360,
        "mark": mark,
        "enabled": enabled,
    }


def _ikev2(config: Lines, ipsec: list[str], source: str) -> dict[str, Any]:
    (name,) = take(ipsec, r"set ikev2-profile (\S+)")
    lines = config.under(f"crypto ikev2 profile {name}")
    for line in (f"match address local {source}", "authentication remote pre-share", "authentication local pre-share"):
        assert took(lines, line)
    (remote,) = take(lines, r"match identity remote address (\S+) 255.255.255.255")
    (local,) = take(lines, r"identity local address (\S+)")
    (ring,) = take(lines, r"keyring local (\S+)")
    (lifetime,) = take(lines, r"lifetime (\d+)")
    interval, retry = take(lines, r"dpd (\d+) (\d+) periodic")
    assert not lines and int(interval) + 5 * int(retry) <= 30
    (peer,) = config.under(f"crypto ikev2 keyring {ring}")
    lines = config.under(f"crypto ikev2 keyring {ring}", peer)
    assert took(lines, f"address {remote}")
    (key,) = take(lines, r"pre-shared-key (\S+)")
    assert not lines
    return {
        "version": 2,
        "ike": (_proposals(config, source), int(lifetime)),
        "ids": (local, remote),
        "key": key,
        "dpd": int(interval),
    }


def _proposals(config: Lines, source: str) -> set[tuple[str, str, int]]:
    """All that IOS offers from an address."""
    (policy,) = [
        y[0] for y in config.tops(r"crypto ikev2 policy .*") if f"match address local {source}" in config.under(y[0])
    ]
    lines = config.under(policy)
    assert took(lines, f"match address local {source}")
    found = set()
    for line in lines:
        proposal = config.under(f"crypto ikev2 {line}")
        (bits,) = take(proposal, r"encryption aes-cbc-(128|256)")
        (integrity,) = take(proposal, r"integrity (\S+)")
        (group,) = take(proposal, r"group (\d+)")
        assert not proposal
        found.add((f"aes{bits}", integrity, int(group)))
    return found


def _ikev1(config: Lines, ipsec: list[str], source: str) -> dict[str, Any]:
    (name,) = take(ipsec, r"set isakmp-profile (\S+)")
    lines = config.under(f"crypto isakmp profile {name}")
    for line in ("self-identity address", f"local-address {source}"):
        assert took(lines, line)
    (ring,) = take(lines, r"keyring (\S+)")
    (remote,) = take(lines, r"match identity address (\S+) 255.255.255.255")
    interval, _retry = take(lines, r"keepalive (\d+) retry (\d+)")
    assert not lines
    lines = config.under(f"crypto keyring {ring}")
    assert took(lines, f"local-address {source}")
    address, key = take(lines, r"pre-shared-key address (\S+) key (\S+)")
    assert not lines and address == remote
    policy = config.under(f"crypto isakmp policy {8000 + int(name[3:])}")
    assert took(policy, "authentication pre-share")
    (bits,) = take(policy, r"encryption aes (128|256)")
    (integrity,) = take(policy, r"hash (\S+)")
    (group,) = take(policy, r"group (\d+)")
    (lifetime,) = take(policy, r"lifetime (\d+)")
    assert not policy
    proposal = (f"aes{bits}", "sha1" if integrity == "sha" else integrity, int(group))
    return {"version": 1, "ike": ({proposal}, int(lifetime)), "ids": (source, remote), "key": key, "dpd": int(interval)}


def refused(item: Device) -> bool:
    return any(x.behind_nat and x.proposal.ike_version == 1 for x in item.tunnels)


@pytest.mark.parametrize("item", [x for x in matrix(FAMILY) if not refused(x)], ids=named)
def test_lines_say_what_the_model_says(item: Device) -> None:
    parts = render(item, keys(item))
    wanted = expected(item)
    asked = {x.name: wanted[x.name]["ike"][:3] for x in item.tunnels}
    # Tunnels of one address share a policy, so that of IKEv2 holds what they all want and nothing else.
    together = {asked[x.name] for x in item.tunnels if x.proposal.ike_version == 2}
    for x in item.tunnels:
        offered = together if x.proposal.ike_version == 2 else {asked[x.name]}
        wanted[x.name]["ike"] = (offered, x.proposal.ike_lifetime)
    assert read(item, text_of(parts)) == wanted
    keys_stay_secret(item, parts)


def test_no_line_is_left_that_no_reader_asked_for() -> None:
    """Every outermost line is of a kind that the reader looks into, and numbered or named for one of the tunnels."""
    kinds = (
        r"crypto ikev2 (keyring|profile) icv\d+|crypto ikev2 (proposal|policy) icv-198\.51\.100\.10.*|ip prefix-list icv\d+-(accept|announce) .*"
        r"|crypto ipsec (profile icv\d+|transform-set icv\d+ .*)|interface Tunnel100\d\d|route-map icv\d+-(in|out) permit 10"
        r"|router bgp 65010|ip route \S+ \S+ Null0 254"
    )
    item = device(FAMILY)
    tops = [x[0] for x in text_of(render(item, keys(item))).held if len(x) == 1]
    assert tops and all(re.fullmatch(kinds, line) for line in tops)


def test_each_range_is_originated_once_over_an_anchor() -> None:
    item = device(FAMILY)
    config = text_of(render(item, keys(item)))
    ranges = [("192.168.10.0", "255.255.255.0"), ("192.168.20.0", "255.255.255.0")]
    assert originated(config, IPV4, r"network (\S+) mask (\S+)") == ranges
    assert [(x[1], x[2]) for x in config.tops(r"ip route (\S+) (\S+) Null0 254")] == ranges


@pytest.mark.parametrize("zone", [False, True])
@pytest.mark.parametrize("proposal", ["default", "v1-128-sha1-2"])
@pytest.mark.parametrize("routing", ["bgp", "static"])
def test_removal_leaves_the_operators_lines(routing: str, proposal: str, zone: bool) -> None:
    item = device(FAMILY, routing=routing, proposal=proposal, zone_firewall=zone)
    parts = render(item, keys(item))
    config = Lines(FOREIGN, *(part.text for part in parts))
    assert config.held.keys() > Lines(FOREIGN).held.keys()
    for part in reversed(parts):
        for line in _single(part.remove):
            for removed in config.apply(line):
                assert not _users(config, removed[-1]), f"{removed[-1]} is still used"
    assert config.held.keys() == Lines(FOREIGN).held.keys()


def _single(text: str) -> list[str]:
    """Each `no` with the lines it stands under, to be typed one by one."""
    above: list[str] = []
    found = []
    for line in text.splitlines():
        above = [*above[: len(line) - len(line.lstrip(" "))], line]
        if line.strip().startswith("no "):
            found.append("\n".join(above))
    return found


def _users(config: Lines, removed: str) -> list[str]:
    for pattern, use in USED_BY.items():
        if match := re.fullmatch(pattern, removed):
            wanted = re.compile(use.format(re.escape(match[1])))
            return [x[-1] for x in config.held if len(x) > 1 or x[0].startswith("ip route") if wanted.fullmatch(x[-1])]
    return []


def test_an_own_process_goes_too() -> None:
    item = device(FAMILY, bgp_process="own")
    parts = render(item, keys(item))
    config = text_of(parts)
    assert ("router bgp 65010", "bgp router-id 198.51.100.10") in config.held
    for part in reversed(parts):
        config.apply(part.remove)
    assert not config.held


def test_zones_only_where_the_device_filters_between_them() -> None:
    plain, zoned = device(FAMILY), device(FAMILY, zone_firewall=True)
    assert "zone" not in "".join(part.text for part in render(plain, keys(plain)))
    config = text_of(render(zoned, keys(zoned)))
    assert ("zone security intercloud",) in config.held
    members = [x for x in config.held if x[-1] == "zone-member security intercloud"]
    assert len(members) == len(zoned.tunnels)


def test_a_change_of_one_tunnel_touches_its_part_alone() -> None:
    item = device(FAMILY)
    link = item.links[0]
    for change in ({"enabled": False}, {"mark": "g9-0a1b2c3d"}, {"preference": 5}, {"remote_address": "203.0.113.200"}):
        tunnels = (link.tunnels[0], replace(link.tunnels[1], **change))
        after = replace(item, links=(replace(link, tunnels=tunnels), item.links[1]))
        assert changed_parts(render(item, keys(item)), render(after, keys(after))) == {link.tunnels[1].name}


def test_ikev1_behind_nat_is_refused() -> None:
    item = device(FAMILY, "two", proposal="v1-128-sha1-2", nat=True)
    with pytest.raises(Refused, match=r"device office: family cisco_iosxe can't use IKEv1 behind NAT .* ike_version 2"):
        render(item, keys(item))
