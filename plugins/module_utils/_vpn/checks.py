# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what is refused between the reads and the first write. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter

from . import addressing, topology
from .actions import Plan
from .faults import Fault
from .links import Link
from .sites import AWS, JDCLOUD
from .view import View, link_of

if t.TYPE_CHECKING:
    from .planner import Inventory

# Defaults of JD Cloud (quotas) and AWS (Site-to-Site VPN quotas) where the cloud does not tell its own.
AWS_CONNECTIONS_PER_GATEWAY = 10
AWS_CONNECTIONS_PER_REGION = 50
AWS_CUSTOMER_GATEWAYS_PER_REGION = 50

Triple = tuple[Link, View, Plan]


def after_reads(inventory: Inventory, planned: t.Sequence[Triple], gathered: t.Mapping[str, t.Any]) -> list[Fault]:
    """Ranges that VPCs really have, renamed links and quotas. Gateways and VPCs are the site plans' matter."""
    known = {edge.uid for edge in inventory.edges}
    faults = [fault for triple in planned for fault in _renamed(triple, gathered, known)]
    real = {name: site.stated_ranges for name, site in inventory.sites.items()}
    for link, view, _plan in planned:
        for site in link.clouds:
            found = _real_ranges(view.jdcloud_vpc if site.kind == JDCLOUD else view.aws_vpc)
            if found and not site.declared_ranges:
                real[site.name] = tuple({*found, *site.stated_ranges}) if site.kind != AWS else found
    faults += topology.overlaps(inventory.staying, [link for link, _view, _plan in planned], real)
    return faults + _quotas(planned, gathered)


def _real_ranges(vpc: t.Mapping[str, t.Any] | None) -> tuple[addressing.Network, ...]:
    vpc = vpc or {}
    values = list(vpc.get("cidr_blocks") or ()) or [vpc.get("address_prefix")]
    if not any(values):
        values = [subnet.get("address_prefix") for subnet in vpc.get("subnets") or ()]
    return tuple(addressing.networks(values))


def _renamed(triple: Triple, gathered: t.Mapping[str, t.Any], known: t.Collection[str]) -> list[Fault]:
    """A link between the same two gateways that the inventory does not know (any more) is nearly always this one."""
    link, view, _plan = triple
    gateway = (view.vpn_gateway or {}).get("vpn_gateway_id")
    bgw = (view.border_gateway or {}).get("bgw_id")
    if link.device or view.vpn_connection is not None or not gateway or not bgw:
        return []
    here = {link_of(c) for c in gathered[link.near.name].get("vpn_connections") or () if c.get("bgw_id") == bgw}
    there = {
        link_of(c)
        for c in gathered[link.far.name].get("vpn_connections") or ()
        if c.get("vpn_gateway_id") == gateway and c.get("state") not in ("deleted", "deleting")
    }
    faults = []
    for uid in sorted((here & there) - {"", *known}):
        text = f"its two gateways are joined already, by the link with uid {uid!r}"
        remedy = f"if the link was renamed, set vpn_link_uid: {uid}; else tear that link down first"
        faults.append(Fault(f"link {link.name}", text, "", remedy))
    return faults


def _quotas(planned: t.Sequence[Triple], gathered: t.Mapping[str, t.Any]) -> list[Fault]:
    """Planned + existing against what the clouds allow, before the first write."""
    create: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], Triple] = {}
    for triple in planned:
        link, _view, plan = triple
        for action in plan.actions:
            if action.verb == "create":
                site = link.far if action.kind.startswith("aws_") else link.near
                create[site.name, action.kind] += 1
                where[site.name, action.kind] = triple
    faults = []
    for (site_name, kind), count in sorted(create.items()):
        link, view, _plan = where[site_name, kind]
        for label, limit, have in _limits(kind, view, gathered.get(site_name) or {}):
            if have + count > limit:
                text = f"needs {count} more {label}; {have} exist, the limit is {limit}"
                remedy = "have the quota raised, remove what is not used, or use another gateway or region"
                faults.append(Fault(f"site {site_name}", text, "", remedy))
    return faults


def _limits(kind: str, view: View, data: t.Mapping[str, t.Any]) -> list[tuple[str, int, int]]:
    """What bounds a kind: label, limit, how many exist."""
    if kind in ("jdcloud_customer_gateway", "jdcloud_vpn_connection", "jdcloud_border_gateway_route"):
        name = {"jdcloud_border_gateway_route": "bgw_route"}.get(kind, kind.removeprefix("jdcloud_"))
        quota = (data.get("quotas") or {}).get(name)
        return [(f"JD Cloud {name}", int(quota["max_limit"]), int(quota["count"]))] if quota else []
    if kind == "aws_vpn_connection":
        alive = [c for c in data.get("vpn_connections") or () if c.get("state") not in ("deleted", "deleting")]
        gateway = (view.vpn_gateway or {}).get("vpn_gateway_id")
        on_gateway = sum(1 for c in alive if gateway and c.get("vpn_gateway_id") == gateway)
        quotas = data.get("quotas") or {}
        per_gateway = int(quotas.get("connections_per_gateway") or AWS_CONNECTIONS_PER_GATEWAY)
        per_region = int(quotas.get("connections_per_region") or AWS_CONNECTIONS_PER_REGION)
        return [
            ("AWS VPN connections on this gateway", per_gateway, on_gateway),
            ("AWS VPN connections in this region", per_region, len(alive)),
        ]
    if kind == "aws_customer_gateway":
        alive = [g for g in data.get("customer_gateways") or () if g.get("state") not in ("deleted", "deleting")]
        limit = int((data.get("quotas") or {}).get("customer_gateways") or AWS_CUSTOMER_GATEWAYS_PER_REGION)
        return [("AWS customer gateways in this region", limit, len(alive))]
    return []
