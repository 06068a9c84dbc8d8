# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what has to be removed so that nothing of a link is left. Pure.

Only what carries the link's mark, or hangs on such a parent, is removed; adopted things stay. The order is JD Cloud's:
static routes, tunnels (DOWN first), connection, customer gateway.
"""

from __future__ import annotations

import typing as t

from .actions import Action, Plan
from .desired import Desired
from .propagation import remembered, removable
from .view import Resource, View


def build(desired: Desired, view: View) -> Plan:
    """The plan of a link that should be absent."""
    link = desired.link
    plan = Plan(link.name, link.uid, "absent")
    removable = removals(desired, view)
    for cidr in removable["routes"]:
        plan.actions.append(_delete("remove_jdcloud_routes", "jdcloud_border_gateway_route", cidr))
    for item in removable["propagations"]:
        name = f"{item['route_table_id']}: {', '.join(item['cidrs'])}"
        plan.actions.append(_delete("remove_jdcloud_routes", "jdcloud_route_propagation", name))
    for tunnel in view.tunnels if _owned(view, "jdcloud_vpn_connection", view.vpn_connection) else ():
        name = f"{tunnel.get('cloud_public_ip')} ↔ {tunnel.get('customer_ip')}"
        plan.actions.append(_delete("remove_jdcloud_vpn", "jdcloud_vpn_tunnel", name))
    for key, kind in (("vpn_connection", "jdcloud_vpn_connection"), ("customer_gateway", "jdcloud_customer_gateway")):
        if removable[f"{key}_id"]:
            plan.actions.append(_delete("remove_jdcloud_vpn", kind, str(removable[f"{key}_id"])))
    for connection_id in removable["aws_connections"]:
        plan.actions.append(_delete("remove_aws_vpn", "aws_vpn_connection", connection_id))
    for gateway_id in removable["aws_customer_gateways"]:
        plan.actions.append(_delete("remove_aws_vpn", "aws_customer_gateway", gateway_id))
    plan.data["removals"] = removable
    return plan


def _delete(step: str, kind: str, name: str) -> Action:
    return Action(step, "delete", kind, name, "the link is to be absent")


def _owned(view: View, kind: str, item: Resource | None) -> bool:
    return item is not None and kind not in view.adopted


def removals(desired: Desired, view: View) -> dict[str, t.Any]:
    """The ids of everything that goes, as the removal steps use them."""
    connection = view.vpn_connection if _owned(view, "jdcloud_vpn_connection", view.vpn_connection) else None
    gateway = view.customer_gateway if _owned(view, "jdcloud_customer_gateway", view.customer_gateway) else None
    if view.gateway_users:
        gateway = None  # a device's gateway goes with the last of its links
    outdated = {*desired.ranges.far, *remembered(view)}
    connections = [] if "aws_vpn_connection" in view.adopted else list(view.aws_connections.values())
    gateways = [] if "aws_vpn_connection" in view.adopted else list(view.aws_customer_gateways.values())
    gateways += view.spare_customer_gateways
    bgw_id = (view.border_gateway or {}).get("bgw_id")
    return {
        "routes": sorted(str(r.get("bgw_route_destination")) for r in view.routes) if connection else [],
        "propagations": removable(desired.link.near, view, outdated) if desired.link.jdcloud else [],
        "bgw_id": bgw_id,
        "vpn_connection_id": (connection or {}).get("vpn_connection_id"),
        "customer_gateway_id": (gateway or {}).get("customer_gateway_id"),
        "aws_connections": sorted(str(c.get("vpn_connection_id")) for c in connections),
        "aws_customer_gateways": sorted({str(g.get("customer_gateway_id")) for g in gateways}),
    }
