# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices to render, and what must be read back from every rendering, in words that no family uses."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Link, Tunnel
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.proposals import Proposal

Facts = dict[str, Any]

PROPOSALS = {
    "default": Proposal(),
    "weakest": Proposal(1, "aes128", "sha1", 2, 900, "aes128", "sha1", 2, 900),
    "version 1": Proposal(1, "aes256", "sha384", 14, 28800, "aes256", "sha256", 14, 3600),
    "group 5": Proposal(2, "aes128", "sha256", 14, 7200, "aes256", "sha1", 5, 1800),
    "strongest": Proposal(2, "aes256", "sha384", 20, 28800, "aes256", "sha384", 20, 3600),
}
SHAPES = ("jd two", "jd four", "aws two", "both")
# By family; a sheet names none.
WAN = {"juniper_srx": "ge-0/0/0.0", "fortinet_fortios": "port1"}
ADDRESSES = ("198.51.100.10", "198.51.100.11")


def device(
    family: str, shape: str = "jd two", routing: str = "bgp", proposal: Proposal | None = None, nat: bool = False
) -> Device:
    """A device with one link, or with one to each cloud; tunnels of both clouds interleave in number."""
    made = proposal or Proposal()
    links = []
    if shape in {"jd two", "jd four", "both"}:
        slots = ("1-1", "2-1") if shape != "jd four" else ("1-1", "1-2", "2-1", "2-2")
        links.append(_link("Office-jd", "jdcloud", 65000, slots, 0, routing, made, nat, ("10.1.0.0/16", "10.2.3.0/24")))
    if shape in {"aws two", "both"}:
        other = "static" if routing == "bgp" and shape == "both" else routing
        links.append(_link("office-JD", "aws", 65433, ("1-1", "1-2"), 9, other, made, nat, ("172.31.0.0/16",)))
    return Device("edge-1", family, 65010, "198.51.100.10", WAN.get(family, ""), links=tuple(links))


def _link(
    uid: str,
    cloud: str,
    asn: int,
    slots: tuple[str, ...],
    first: int,
    routing: str,
    proposal: Proposal,
    nat: bool,
    accept: tuple[str, ...],
) -> Link:
    tunnels = []
    for place, slot in enumerate(slots):
        number = 1017 - first * place if first else place * 7
        mine, theirs = (int(part) - 1 for part in reversed(slot.split("-"))) if cloud == "jdcloud" else (0, place)
        block = f"169.254.{number // 64}.{number % 64 * 4}"
        head, tail = block.rsplit(".", 1)
        address = ADDRESSES[mine]
        tunnels.append(
            Tunnel(
                name=f"{uid}-{slot}",
                number=number,
                slot=slot,
                mark=f"g{place + 1}-0a1b2c3{place}",
                cloud=cloud,
                local_address=address.replace("198.51.100", "192.168.77") if nat else address,
                local_id=address,
                remote_address=f"203.0.113.{(10 if cloud == 'jdcloud' else 20) + theirs}",
                inside=f"{block}/30",
                device_inside=f"{head}.{int(tail) + (1 if cloud == 'jdcloud' else 2)}",
                cloud_inside=f"{head}.{int(tail) + (2 if cloud == 'jdcloud' else 1)}",
                proposal=proposal,
                preference=place,
                enabled=place != 1,
            )
        )
    return Link(uid, routing, asn, ("192.168.0.0/16", "192.0.2.0/24"), accept, tuple(tunnels))


def keys(made: Device) -> dict[str, str]:
    return {tunnel.name: f"Key_of_{tunnel.number:04d}_xyz" for tunnel in made.tunnels}


def matrix(*families: str) -> list[Device]:
    return [
        device(family, shape, routing, proposal, nat)
        for family, shape, routing, proposal, nat in itertools.product(
            families, SHAPES, ("bgp", "static"), PROPOSALS.values(), (False, True)
        )
    ]


def expected(made: Device, *, zone: bool = True, remote_id: bool = True) -> dict[int, Facts]:
    """By tunnel number, what its rendering says; a family that can't say a thing leaves it out here too."""
    secrets = keys(made)
    found: dict[int, Facts] = {}
    for link in made.links:
        for tunnel in link.tunnels:
            p = tunnel.proposal
            found[tunnel.number] = {
                "ike": (p.ike_version, p.ike_encryption, p.ike_integrity, p.ike_dh_group, p.ike_lifetime),
                "esp": (p.ipsec_encryption, p.ipsec_integrity, p.ipsec_pfs_group, p.ipsec_lifetime),
                "key": secrets[tunnel.name],
                "local": (tunnel.local_address, tunnel.local_id),
                "remote": (tunnel.remote_address, tunnel.remote_address if remote_id else None),
                "inside": (f"{tunnel.device_inside}/30", tunnel.cloud_inside if link.bgp else None),
                "mtu": (1400, 1360),
                "zone": made.zone if zone else None,
                "enabled": tunnel.enabled,
                "remark": f"intercloud.vpn {tunnel.name} {tunnel.mark}",
                "bgp": _bgp(made, link, tunnel) if link.bgp else None,
                "routes": None if link.bgp else dict.fromkeys(link.accept, tunnel.preference),
            }
    return found


def _bgp(made: Device, link: Link, tunnel: Tunnel) -> Facts:
    return {
        "asns": (made.asn, link.cloud_asn),
        "timers": (10, 30),
        "in": dict.fromkeys(link.accept, "or longer"),
        "out": dict.fromkeys(link.announce, "exactly"),
        "local preference": 200 - 10 * tunnel.preference,
        "prepended": [made.asn] * tunnel.preference,
    }


def rekeyed(made: Device, number: int) -> Device:
    """The device with another mark on one tunnel."""
    links = tuple(
        replace(
            link, tunnels=tuple(replace(t, mark="g9-ffffffff") if t.number == number else t for t in link.tunnels)
        )
        for link in made.links
    )
    return replace(made, links=links)
