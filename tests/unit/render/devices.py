# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices to render, over the matrix, and what a reader must find again in what was rendered."""

from __future__ import annotations

import ipaddress
import itertools
import os
import shutil
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Link, Part, Tunnel
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.proposals import Proposal

PUBLIC, PRIVATE = "198.51.100.10", "192.0.2.10"
AWS = Link("office-aws", "bgp", 65001, ("192.168.10.0/24", "192.168.20.0/24"), ("10.1.0.0/16", "10.9.9.9/32"), ())
JDCLOUD = Link("office-jd", "bgp", 65000, ("192.168.10.0/24",), ("10.2.0.0/16",), ())
PROPOSALS = {
    "default": Proposal(),
    "v2-128-sha1-2": Proposal(2, "aes128", "sha1", 2, 28800, "aes128", "sha1", 5, 900),
    "v2-256-sha384-20": Proposal(2, "aes256", "sha384", 20, 900, "aes256", "sha384", 20, 899),
    "v1-256-sha256-14": Proposal(1, "aes256", "sha256", 14, 14400, "aes128", "sha1", 14, 3600),
    "v1-128-sha1-2": Proposal(1, "aes128", "sha1", 2, 14405, "aes256", "sha384", 2, 3599),
}
LAYOUTS = ("two", "four", "both")


def tunnel(link: Link, slot: int, number: int, proposal: Proposal, nat: bool = False, enabled: bool = True) -> Tunnel:
    """The device takes the second inside address towards AWS and the first towards JD Cloud."""
    cloud = link.uid.split("-")[1].replace("jd", "jdcloud")
    inside = f"169.254.10.{number * 4 % 256}/30"
    first, second = map(str, ipaddress.ip_network(inside).hosts())
    device, far = (second, first) if cloud == "aws" else (first, second)
    return Tunnel(
        name=f"{link.uid}-1-{slot}",
        number=number,
        slot=f"1-{slot}",
        mark=f"g{slot}-0a1b2c3d",
        cloud=cloud,
        local_address=PRIVATE if nat else PUBLIC,
        local_id=PUBLIC,
        remote_address=f"203.0.113.{number}",
        inside=inside,
        device_inside=device,
        cloud_inside=far,
        proposal=proposal,
        preference=slot - 1,
        enabled=enabled,
    )


def device(
    family: str, layout: str = "both", routing: str = "bgp", proposal: str = "default", nat: bool = False, **facts: Any
) -> Device:
    """Two tunnels to AWS; or four to JD Cloud, the last shut down; or both, the second link with the default proposal."""
    chosen = PROPOSALS[proposal]
    links = []
    if layout in {"two", "both"}:
        links.append(replace(AWS, tunnels=tuple(tunnel(AWS, n, 16 + n, chosen, nat) for n in (1, 2))))
    if layout in {"four", "both"}:
        other = chosen if layout == "four" else PROPOSALS["default"]
        four = tuple(tunnel(JDCLOUD, n, 30 + n, other, nat, enabled=n < 4) for n in (1, 2, 3, 4))
        links.append(replace(JDCLOUD, tunnels=four))
    links = [replace(link, routing=routing) for link in links]
    return Device("office", family, 65010, PUBLIC, wan="eth0", links=tuple(links), **facts)


def matrix(family: str) -> list[Device]:
    """Proposals, routing, tunnel counts and NAT, every one with every other."""
    combinations = itertools.product(LAYOUTS, ("bgp", "static"), PROPOSALS, (False, True))
    return [device(family, layout, routing, proposal, nat) for layout, routing, proposal, nat in combinations]


def named(item: Device) -> str:
    """For pytest's ids."""
    first = item.tunnels[0]
    found = [name for name, proposal in PROPOSALS.items() if proposal == first.proposal]
    return f"{len(item.tunnels)}-{item.links[0].routing}-{found[0]}-{'nat' if first.behind_nat else 'public'}"


def keys(item: Device) -> dict[str, str]:
    """Distinct for each tunnel, and found nowhere else."""
    return {x.name: f"Key_{x.number}_{'x' * 8}" for x in item.tunnels}


def expected(item: Device) -> dict[str, Any]:
    """What the model asks of each tunnel; a family's reader returns the same shape."""
    found: dict[str, Any] = {}
    for link in item.links:
        for x in link.tunnels:
            p = x.proposal
            found[x.name] = {
                "version": p.ike_version,
                "ike": (p.ike_encryption, p.ike_integrity, p.ike_dh_group, p.ike_lifetime),
                "ipsec": (p.ipsec_encryption, p.ipsec_integrity, p.ipsec_pfs_group, p.ipsec_lifetime),
                "addresses": (x.local_address, x.remote_address),
                "ids": (x.local_id, x.remote_address),
                "key": keys(item)[x.name],
                "dpd": 10,
                "inside": f"{x.device_inside}/30",
                "mtu": 1400,
                "mss": 1360,
                "mark": x.mark,
                "enabled": x.enabled,
                "routing": _bgp(item, link, x) if link.bgp else _static(link, x),
            }
    return found


def _bgp(item: Device, link: Link, x: Tunnel) -> dict[str, Any]:
    return {
        "asns": (item.asn, link.cloud_asn),
        "peer": x.cloud_inside,
        "timers": (10, 30),
        "accept": {(prefix, 32) for prefix in link.accept},
        "announce": {(prefix, int(prefix.split("/")[1])) for prefix in link.announce},
        "preference": 200 - 10 * x.preference,
        "prepend": [item.asn] * x.preference,
        "enabled": x.enabled,
    }


def _static(link: Link, x: Tunnel) -> dict[str, int]:
    """Each range with the tunnel's rank; nothing over a tunnel that is shut down."""
    return dict.fromkeys(link.accept, x.preference) if x.enabled else {}


def keys_stay_secret(item: Device, parts: list[Part]) -> None:
    """Every key stands in a secret part, and in no other, nor in any command."""
    for key in keys(item).values():
        holders = [part for part in parts if key in part.text]
        assert holders
        assert all(part.secret for part in holders)
        assert not any(key in text for part in parts for text in (part.name, part.path, part.remove, part.apply))


def changed_parts(before: list[Part], after: list[Part]) -> set[str]:
    """Names of the parts that differ."""
    texts = {part.name: part.text for part in before}
    assert len(texts) == len(before)
    return {part.name for part in after if texts.get(part.name) != part.text}


def needs(program: str, package: str) -> str:
    """The vendor's own program. As root `make` has installed it, so there its absence is a failure."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if found:
        return found
    message = f"{program} of the Debian package {package} is not installed, so its check of the rendering can't be made"
    if os.geteuid() == 0:
        pytest.fail(f"{message}; `make setup` installs it", pytrace=False)
    pytest.skip(message)
    raise AssertionError
