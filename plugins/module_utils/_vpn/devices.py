# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: VPN devices, as `vpn_sites` defines them (`kind: device`). Pure.

A device is a site of its own: an on-prem or third-party VPN gateway with the networks behind it. How Ansible reaches it
are variables of the host of the same name.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from .._render.families import FAMILIES
from .slots import DEVICE_ADDRESSES

KEYS = {
    "kind",
    "name",
    "family",
    "asn",
    "addresses",
    "local_addresses",
    "ranges",
    "wan",
    "zone",
    "zone_firewall",
    "bgp_process",
    "tunnel_interfaces",
    "router_id",
}
BGP_PROCESS = ("shared", "own")
TUNNEL_INTERFACES = ("xfrm", "external")
DEFAULT_ZONE = "intercloud"

Report = t.Callable[..., None]


@dataclass(frozen=True)
class Device:
    """What a device is. `addresses` are its public ones, `local_addresses` those that it really has (behind NAT)."""

    family: str
    addresses: tuple[str, ...]
    local_addresses: tuple[str, ...]
    router_id: str
    wan: str = ""
    zone: str = DEFAULT_ZONE
    zone_firewall: bool = False
    bgp_process: str = "shared"
    tunnel_interfaces: str = "xfrm"


def read(data: t.Mapping[str, t.Any], fault: Report) -> Device | None:
    """A device's settings; `fault(key, problem, allowed, remedy)` is told what is wrong with them."""
    family = data.get("family")
    if family not in FAMILIES:
        fault("family", f"{family!r} is no family of devices", ", ".join(sorted(FAMILIES)), "set it")
    public = _addresses(data.get("addresses"), "addresses", fault)
    allowed = "1, 2 or 4 distinct public IPv4 addresses (JD Cloud's customer gateways take no other number)"
    if len(public) not in DEVICE_ADDRESSES or len(set(public)) != len(public):
        fault("addresses", f"are {len(public)}: {', '.join(public) or 'none'}", allowed, "correct them")
    for address in public:
        if not ipaddress.IPv4Address(address).is_global:
            text = f"{address} is not publicly routable, and neither cloud takes it"
            fault("addresses", text, allowed, "give the public ones; what the device itself has is local_addresses")
    local = _addresses(data.get("local_addresses"), "local_addresses", fault) or public
    if len(local) != len(public):
        fault("local_addresses", f"are {len(local)}, but addresses are {len(public)}", "", "give one for each of them")
    for key, choices in (("bgp_process", BGP_PROCESS), ("tunnel_interfaces", TUNNEL_INTERFACES)):
        if data.get(key) not in (None, *choices):
            fault(key, f"{data[key]!r} is not known", ", ".join(choices), "choose one")
    if not isinstance(data.get("zone_firewall", False), bool):
        fault("zone_firewall", f"{data['zone_firewall']!r} is not a boolean", "true, false", "correct it")
    router_id = _addresses([data["router_id"]] if data.get("router_id") else [], "router_id", fault)
    if not public or len(local) != len(public):
        return None
    return Device(
        family=str(family),
        addresses=public,
        local_addresses=local,
        router_id=(router_id or local)[0],
        wan=str(data.get("wan") or ""),
        zone=str(data.get("zone", DEFAULT_ZONE) or ""),
        zone_firewall=data.get("zone_firewall") is True,
        bgp_process=str(data.get("bgp_process") or BGP_PROCESS[0]),
        tunnel_interfaces=str(data.get("tunnel_interfaces") or TUNNEL_INTERFACES[0]),
    )


def _addresses(value: t.Any, key: str, fault: Report) -> tuple[str, ...]:
    if value is not None and not isinstance(value, (list, tuple)):
        fault(key, f"is {type(value).__name__}, not a list", "IPv4 addresses", "write it as a list")
        return ()
    found = []
    for item in value or ():
        try:
            found.append(str(ipaddress.IPv4Address(str(item))))
        except ValueError:
            fault(key, f"{item!r} is no IPv4 address", "such as 198.51.100.1", "correct it")
    return tuple(found)
