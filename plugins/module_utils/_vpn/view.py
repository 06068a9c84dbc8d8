# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what the clouds already hold of one link, and whose a thing is. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import addressing, naming, slots
from .faults import Fault
from .sites import JDCLOUD, Site

Resource = t.Mapping[str, t.Any]
# What AWS's telemetry says of a tunnel that is DOWN only for want of BGP.
IPSEC_IS_UP = "IPSEC IS UP"


def ipsec_up(telemetry: Resource) -> bool:
    """Whether AWS's telemetry of a tunnel tells that IPsec is up, with or without BGP."""
    return telemetry.get("status") == "UP" or str(telemetry.get("status_message") or "").upper() == IPSEC_IS_UP


@dataclass
class View:
    """One link as the clouds have it. None and missing keys mean: does not exist (yet)."""

    border_gateway: Resource | None = None
    jdcloud_vpc: Resource | None = None
    vpc_attached: bool = False  # of JD Cloud, to the border gateway
    customer_gateway: Resource | None = None
    vpn_connection: Resource | None = None
    tunnels: list[Resource] = field(default_factory=list)
    siblings: list[Resource] = field(default_factory=list)
    # Connections of other links on the same customer gateway, which is a device's then.
    gateway_users: list[Resource] = field(default_factory=list)
    routes: list[Resource] = field(default_factory=list)
    route_tables: list[Resource] = field(default_factory=list)
    vpn_gateway: Resource | None = None
    aws_vpc: Resource | None = None
    aws_customer_gateways: dict[int, Resource] = field(default_factory=dict)
    aws_connections: dict[int, Resource] = field(default_factory=dict)
    spare_customer_gateways: list[Resource] = field(default_factory=list)
    # Public addresses of the near end (JD Cloud's or a device's) and of a device that is the far end, by ordinal.
    near_ips: dict[int, str] = field(default_factory=dict)
    far_ips: dict[int, str] = field(default_factory=dict)
    blocks: dict[str, addressing.Network] = field(default_factory=dict)
    # Site name → blocks of everybody else on its gateway.
    used_blocks: dict[str, set[addressing.Network]] = field(default_factory=dict)
    adopted: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    @property
    def attached_gateway(self) -> str:
        """The id of the virtual private gateway; empty while it is attached to no VPC."""
        gateway = self.vpn_gateway or {}
        return str(gateway["vpn_gateway_id"]) if gateway.get("vpc_attachments") else ""

    def aws_tunnel(self, slot: str) -> Resource | None:
        """The AWS end of a slot, by its inside block."""
        connection = self.aws_connections.get(slots.near(slot))
        block = self.blocks.get(slot)
        for tunnel in (connection or {}).get("tunnels", ()):
            if block is not None and tunnel.get("tunnel_inside_cidr") == str(block):
                return t.cast(Resource, tunnel)
        return None

    def customer_ip(self, slot: str) -> str:
        """The public address of a slot's far end; empty until AWS has told its own."""
        if self.far_ips:
            return self.far_ips.get(slots.far(slot), "")
        return str((self.aws_tunnel(slot) or {}).get("outside_ip_address") or "")

    def tunnel(self, slot: str) -> Resource | None:
        """The JD Cloud end of a slot: its identity is its pair of public addresses."""
        pair = (self.near_ips.get(slots.near(slot)), self.customer_ip(slot))
        for tunnel in self.tunnels:
            if pair == (tunnel.get("cloud_public_ip"), tunnel.get("customer_ip")):
                return tunnel
        return None

    def is_up(self, slot: str) -> bool:
        """Whether the tunnel of a slot may carry traffic: as soon as one of the clouds says so."""
        telemetry = (self.aws_tunnel(slot) or {}).get("telemetry") or {}
        return ipsec_up(telemetry) or (self.tunnel(slot) or {}).get("op_status") == "UP"

    def up(self, slots: t.Iterable[str]) -> tuple[str, ...]:
        """Those of some slots whose tunnels may carry traffic."""
        return tuple(slot for slot in slots if self.is_up(slot))


def site_gateway(site: Site, gathered: Resource) -> tuple[Resource | None, list[Fault]]:
    """A site's border gateway or virtual private gateway."""
    key, name_key = ("border_gateways", "bgw_name") if site.kind == JDCLOUD else ("vpn_gateways", "name")
    id_key = "bgw_id" if site.kind == JDCLOUD else "vpn_gateway_id"
    surplus = surplus_gateways(site, gathered)
    items = [item for item in gathered.get(key) or () if item not in surplus]
    return _one_of_site(site, items, site.gateway_id, site.gateway_name, id_key, name_key, "gateway")


def surplus_gateways(site: Site, gathered: Resource) -> list[Resource]:
    """Virtual private gateways of ours that another one of ours makes useless.

    Two runs at once may each make one, and a VPC takes one only. Kept is the one that is attached; where none is, the
    one with the lowest id.
    """
    if site.gateway_id:
        return []
    named = [item for item in gathered.get("vpn_gateways") or () if item.get("name") == site.gateway_name]
    ours = sorted((x for x in named if site_of(x) == site.name), key=lambda x: str(x.get("vpn_gateway_id")))
    idle = [item for item in ours if not item.get("vpc_attachments")]
    return idle[1:] if len(idle) == len(ours) else idle


def site_vpc(site: Site, gathered: Resource) -> tuple[Resource | None, list[Fault]]:
    """A site's VPC."""
    name_key = "vpc_name" if site.kind == JDCLOUD else "name"
    return _one_of_site(site, gathered.get("vpcs") or [], site.vpc_id, site.vpc_name, "vpc_id", name_key, "VPC")


def _one_of_site(
    site: Site, items: t.Sequence[Resource], wanted: str, name: str, id_key: str, name_key: str, what: str
) -> tuple[Resource | None, list[Fault]]:
    if wanted:
        found = [item for item in items if item.get(id_key) == wanted]
        if found:
            return found[0], []
        text = f"{what} {wanted} does not exist in {site.region}"
        return None, [Fault(f"site {site.name}", text, "", "correct the id, the region or the credentials")]
    named = [item for item in items if item.get(name_key) == name]
    ours = [item for item in named if site_of(item) == site.name]
    if len(ours) > 1:
        ids = ", ".join(str(item.get(id_key)) for item in ours)
        text = f"more than one {what} is named {name} and marked as ours: {ids}"
        return None, [Fault(f"site {site.name}", text, "", "delete the surplus ones, or give the id of the right one")]
    if ours:
        return ours[0], []
    if named:
        text = f"{what} {named[0].get(id_key)} is named {name} but is not ours"
        return None, [Fault(f"site {site.name}", text, "", "give its id to adopt it, or rename it or the site")]
    return None, []


def site_of(item: Resource) -> str:
    """The name of the site that a resource is marked with; empty where it is not ours."""
    tags = item.get("tags") or {}
    return naming.read_mark(item.get("description")).get("site") or str(tags.get(naming.TAG_SITE) or "")


def link_of(item: Resource) -> str:
    """The uid of the link that a resource is marked with; empty where it is not ours."""
    tags = item.get("tags") or {}
    return naming.read_mark(item.get("description")).get("link") or str(tags.get(naming.TAG_LINK) or "")
