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
from .links import SLOTS, Link, Tunnel, slots_of
from .sites import JDCLOUD_ASN
from .view import ADDRESSES, View

UNKNOWN = "(known after apply)"

Params = dict[str, t.Any]


@dataclass(frozen=True)
class Ranges:
    """The networks that the link makes reachable, from both ends."""

    jdcloud: tuple[str, ...]
    aws: tuple[str, ...]


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
        params: Params = {
            "customer_gateway_name": naming.resource_name("jdcloud_customer_gateway", self.link.uid),
            "description": naming.mark(link=self.link.uid),
            "bgp_asn": self.link.aws.asn,
            "customer_ips": self.customer_ips(view),
        }
        if view.customer_gateway is None and params["customer_ips"] is None:
            params["initial_customer_ips"] = addressing.standins(self.link.uid)
        return params

    def customer_ips(self, view: View) -> list[str] | None:
        """The four AWS addresses in the order of the slots; None while AWS has not told them all."""
        ips = [view.customer_ip(slot) for slot in SLOTS]
        return ips if all(ips) else None

    def jdcloud_vpn_connection(self, view: View) -> Params:
        gateway = (view.vpn_gateway or {}).get("vpn_gateway_id") or ""
        return {
            "vpn_connection_name": naming.resource_name("jdcloud_vpn_connection", self.link.uid),
            "description": naming.mark(
                link=self.link.uid,
                psk=str(self.marker),
                aws=str(gateway),
                found=",".join(propagation.found_before(view, self.ranges.aws)),
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
            "cloud_public_ip": view.cloud_ips.get(tunnel.address) or UNKNOWN,
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
        return [] if self.link.bgp else list(self.ranges.aws)

    def aws_connection(self, address: int, view: View) -> Params:
        """One AWS connection with its customer gateway: the far end of one JD address."""
        name = naming.resource_name(f"aws_connection_{address}", self.link.uid)
        tags = {
            "Name": name,
            naming.TAG_LINK: self.link.uid,
            naming.TAG_ADDRESS: str(address),
        }
        slots = {f"{naming.TAG_SLOT}{slot}": str(self.blocks[slot]) for slot in slots_of(address)}
        local_asn = (view.vpn_connection or {}).get("local_asn") or JDCLOUD_ASN
        return {
            "address": address,
            "name": name,
            "ip_address": view.cloud_ips.get(address) or UNKNOWN,
            "bgp_asn": int(local_asn),
            "device_name": self.link.uid,
            "customer_gateway_tags": tags,
            "vpn_gateway_id": (view.vpn_gateway or {}).get("vpn_gateway_id") or UNKNOWN,
            "static_routes_only": not self.link.bgp,
            "routes": [] if self.link.bgp else list(self.ranges.jdcloud),
            "tags": {**tags, naming.TAG_PSK: str(self.marker), **slots, **self.memory(view)},
            "tunnel_options": [self.aws_tunnel(slot) for slot in slots_of(address)],
        }

    def aws_tunnel(self, slot: str) -> Params:
        return {
            "slot": slot,
            "tunnel_inside_cidr": str(self.blocks[slot]),
            **proposals.to_aws(self.tunnel(slot).proposal),
        }

    def aws_connections(self, view: View) -> list[Params]:
        return [self.aws_connection(address, view) for address in ADDRESSES]

    def outdated(self, view: View) -> list[Params]:
        """Which ranges the JD Cloud VPC's route tables learned for this link and need no longer."""
        return propagation.outdated(self.link.jdcloud, view, self.ranges.aws)

    def memory(self, view: View) -> dict[str, str]:
        """The tag that remembers what they learn; what is to go stays in it until it is gone."""
        leaving = {cidr for item in self.outdated(view) for cidr in item["cidrs"]}
        return propagation.memory(leaving | set(self.ranges.aws))

    def propagations(self, view: View) -> list[Params]:
        """Which ranges the JD Cloud VPC's route tables should learn from the border gateway, and in whose place."""
        old = {item["route_table_id"]: item["cidrs"] for item in self.outdated(view)}
        gateway = (view.border_gateway or {}).get("bgw_id") or UNKNOWN
        tables = [str(table.get("route_table_id")) for table in view.route_tables] or [UNKNOWN]
        cidrs = list(self.ranges.aws)
        return [{"route_table_id": x, "bgw_id": gateway, "cidrs": cidrs, "replaces": old.get(x, [])} for x in tables]


def ranges(link: Link, view: View) -> Ranges:
    """The link's own choice, else the site's, else what its VPC has, else what the inventory says it will have."""
    vpc = view.jdcloud_vpc or {}
    subnets = [str(s.get("address_prefix")) for s in vpc.get("subnets") or () if s.get("address_prefix")]
    prefix = [str(vpc["address_prefix"])] if vpc.get("address_prefix") else []
    jdcloud = _first(link.jdcloud_ranges, link.jdcloud.declared_ranges, prefix, subnets, link.jdcloud.stated_ranges)
    cidrs = (view.aws_vpc or {}).get("cidr_blocks") or ()
    aws = _first(link.aws_ranges, link.aws.declared_ranges, cidrs, link.aws.stated_ranges)
    return Ranges(jdcloud, aws)


def _first(*choices: t.Iterable[t.Any]) -> tuple[str, ...]:
    for choice in choices:
        values = tuple(sorted({str(value) for value in choice}))
        if values:
            return values
    return ()
