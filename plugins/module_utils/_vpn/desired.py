# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what each cloud should hold of a link, as options of the collection's modules. Pure.

Values that only a cloud can tell are `UNKNOWN` until it has. Keys never stand here: the roles add them last.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import addressing, naming, propagation, proposals, psk
from .links import Link, Tunnel
from .sites import AWS, JDCLOUD_ASN, Site
from .view import View

UNKNOWN = "(known after apply)"

Params = dict[str, t.Any]


@dataclass(frozen=True)
class Ranges:
    """The networks that the link makes reachable, at its near and at its far end."""

    near: tuple[str, ...]
    far: tuple[str, ...]


@dataclass(frozen=True)
class Desired:
    """The link as it should be."""

    link: Link
    ranges: Ranges
    marker: psk.Marker
    blocks: t.Mapping[str, addressing.Network]
    previous_fingerprint: str = ""  # of the master secret that is given up

    def tunnel(self, slot: str) -> Tunnel:
        return next(tunnel for tunnel in self.link.tunnels if tunnel.slot == slot)

    def jdcloud_customer_gateway(self, view: View) -> Params:
        device = self.link.device
        if device:  # all of the device's links in this region share it
            name, mark = naming.resource_name("jdcloud_device_gateway", device.name), naming.mark(device=device.name)
        else:
            name = naming.resource_name("jdcloud_customer_gateway", self.link.uid)
            mark = naming.mark(link=self.link.uid)
        params: Params = {
            "customer_gateway_name": name,
            "description": mark,
            "bgp_asn": self.link.far.asn,
            "customer_ips": self.customer_ips(view),
        }
        if view.customer_gateway is None and params["customer_ips"] is None:
            params["initial_customer_ips"] = addressing.standins(self.link.uid)
        return params

    def customer_ips(self, view: View) -> list[str] | None:
        """The addresses of the far end in the order of the slots; None while AWS has not told them all."""
        ips = list(dict.fromkeys(view.customer_ip(slot) for slot in self.link.slots))
        return ips if all(ips) else None

    def jdcloud_vpn_connection(self, view: View) -> Params:
        gateway = (view.vpn_gateway or {}).get("vpn_gateway_id") or (UNKNOWN if self.link.aws else "")
        return {
            "vpn_connection_name": naming.resource_name("jdcloud_vpn_connection", self.link.uid),
            "description": naming.mark(
                link=self.link.uid,
                psk=str(self.marker),
                aws=str(gateway),
                device=self.link.device.name if self.link.device else "",
                found=",".join(propagation.found_before(view, self.ranges.far)),
            ),
            "bgw_id": (view.border_gateway or {}).get("bgw_id") or UNKNOWN,
            "cgw_id": (view.customer_gateway or {}).get("customer_gateway_id") or UNKNOWN,
            "bgp_enabled": self.link.bgp,
        }

    def jdcloud_tunnel(self, slot: str, view: View) -> Params:
        tunnel = self.tunnel(slot)
        block = self.blocks[slot]
        params: Params = {
            "slot": slot,
            "cloud_public_ip": view.near_ips.get(tunnel.address) or UNKNOWN,
            "customer_ip": view.customer_ip(slot) or UNKNOWN,
            "tunnel_ip": str(block),
            "local_tunnel_ip": addressing.jdcloud_address(block),
            "admin_status": tunnel.admin_status,
            **proposals.to_jdcloud(tunnel.proposal),
        }
        if tunnel.bandwidth_mbps is not None:
            params["bandwidth_mbps"] = tunnel.bandwidth_mbps
        return params

    def jdcloud_routes(self) -> list[str]:
        """Destinations of static routes on the border gateway, to the VPN connection."""
        return [] if self.link.bgp else list(self.ranges.far)

    def aws_connection(self, address: int, view: View) -> Params:
        """One AWS connection with its customer gateway: the far end of one near address."""
        name = naming.resource_name(f"aws_connection_{address}", self.link.uid)
        tags = {
            "Name": name,
            naming.TAG_LINK: self.link.uid,
            naming.TAG_ADDRESS: str(address),
        }
        slots = {f"{naming.TAG_SLOT}{slot}": str(self.blocks[slot]) for slot in self.link.slots_of(address)}
        near = self.link.near
        local_asn = near.asn if near.device else (view.vpn_connection or {}).get("local_asn") or JDCLOUD_ASN
        return {
            "address": address,
            "name": name,
            "ip_address": view.near_ips.get(address) or UNKNOWN,
            "bgp_asn": int(local_asn),
            "device_name": self.link.uid,
            "customer_gateway_tags": tags,
            # AWS attaches no gateway that has a pending connection, so one that is not attached can't be used yet.
            "vpn_gateway_id": view.attached_gateway or UNKNOWN,
            "static_routes_only": not self.link.bgp,
            "routes": [] if self.link.bgp else list(self.ranges.near),
            "tags": {**tags, naming.TAG_PSK: str(self.marker), **slots, **self.memory(view)},
            "tunnel_options": [self.aws_tunnel(slot) for slot in self.link.slots_of(address)],
        }

    def aws_tunnel(self, slot: str) -> Params:
        return {
            "slot": slot,
            "tunnel_inside_cidr": str(self.blocks[slot]),
            **proposals.to_aws(self.tunnel(slot).proposal),
        }

    def aws_connections(self, view: View) -> list[Params]:
        return [self.aws_connection(address, view) for address in self.link.addresses]

    def outdated(self, view: View) -> list[Params]:
        """Which ranges the JD Cloud VPC's route tables learned for this link and need no longer."""
        return propagation.outdated(self.link.near, view, self.ranges.far) if self.link.jdcloud else []

    def memory(self, view: View) -> dict[str, str]:
        """The tag that remembers what they learn; what is to go stays in it until it is gone."""
        leaving = {cidr for item in self.outdated(view) for cidr in item["cidrs"]}
        return propagation.memory(leaving | set(self.ranges.far))

    def propagations(self, view: View) -> list[Params]:
        """Which ranges the JD Cloud VPC's route tables should learn from the border gateway, and in whose place."""
        old = {item["route_table_id"]: item["cidrs"] for item in self.outdated(view)}
        gateway = (view.border_gateway or {}).get("bgw_id") or UNKNOWN
        tables = [str(table.get("route_table_id")) for table in view.route_tables] or [UNKNOWN]
        cidrs = list(self.ranges.far)
        return [{"route_table_id": x, "bgw_id": gateway, "cidrs": cidrs, "replaces": old.get(x, [])} for x in tables]


def ranges(link: Link, view: View) -> Ranges:
    """The link's own choice, else the site's, else what its VPC has, else what the inventory says it will have."""
    near, far = (
        _first(chosen, site.declared_ranges, *_found(site, view), site.stated_ranges)
        for site, chosen in ((link.near, link.near_ranges), (link.far, link.far_ranges))
    )
    return Ranges(near, far)


def _found(site: Site, view: View) -> list[t.Sequence[str]]:
    """What the VPC of a site has, in the order of preference."""
    if site.kind == AWS:
        return [(view.aws_vpc or {}).get("cidr_blocks") or ()]
    if site.device:
        return []
    vpc = view.jdcloud_vpc or {}
    prefix = [str(vpc["address_prefix"])] if vpc.get("address_prefix") else []
    return [prefix, [str(s.get("address_prefix")) for s in vpc.get("subnets") or () if s.get("address_prefix")]]


def _first(*choices: t.Iterable[t.Any]) -> tuple[str, ...]:
    for choice in choices:
        values = tuple(sorted({str(value) for value in choice}))
        if values:
            return values
    return ()
