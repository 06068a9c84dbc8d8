# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: where tunnels must go before anything else can be done. Pure.

JD Cloud changes the addresses of a customer gateway only while it has no tunnel, and AWS can't switch a connection
between BGP and static routes. So an AWS connection that was made anew, or that has to be, takes all tunnels of the link
down at once; nothing can be rolled.
"""

from __future__ import annotations

from dataclasses import replace

from .actions import Action, Plan
from .desired import Desired
from .tunnel_plan import slot_of
from .view import View

STEP = "rebuild"


def clear(desired: Desired, view: View, plan: Plan) -> View:
    """Plans the removal of what is in the way, and returns the view without it."""
    if _fixed(desired, view):
        plan.blocked.append(
            f"the addresses of device {desired.link.far.name} have changed, and JD Cloud changes those of a customer "
            "gateway only while no tunnel leads to it: remove the device's links in this region, then make them anew"
        )
        return view
    switched = [c for c in view.aws_connections.values() if c.get("static_routes_only") is desired.link.bgp]
    if "aws_vpn_connection" in view.adopted:
        switched = []  # the field table says that it can't be changed
    reason = _reason(desired, view, bool(switched))
    if not reason:
        return view
    if view.tunnels and "jdcloud_vpn_connection" in view.adopted:
        plan.blocked.append(
            f"{reason}, but the JD Cloud connection is adopted, so its tunnels are not removed here; remove them"
        )
        return view
    for tunnel in view.tunnels:
        name = f"{tunnel.get('cloud_public_ip')} ↔ {tunnel.get('customer_ip')}"
        slot = slot_of(tunnel, desired.link.slots, view)
        up = tunnel.get("op_status") == "UP" or view.is_up(slot)
        plan.actions.append(Action(STEP, "delete", "jdcloud_vpn_tunnel", name, reason, (), (slot,) if up else ()))
    for connection in switched:
        name = str(connection.get("vpn_connection_id"))
        plan.actions.append(Action(STEP, "delete", "aws_vpn_connection", name, reason))
    plan.data["rebuild"] = {
        "vpn_connection_id": (view.vpn_connection or {}).get("vpn_connection_id") if view.tunnels else None,
        "aws_connections": sorted(str(c.get("vpn_connection_id")) for c in switched),
    }
    return replace(view, tunnels=[], aws_connections={} if switched else view.aws_connections)


def _fixed(desired: Desired, view: View) -> bool:
    """Whether a device's gateway has other addresses than the device, and tunnels that lead to them."""
    if not desired.link.device or view.customer_gateway is None or not (view.tunnels or view.gateway_users):
        return False
    have = sorted(str(ip) for ip in view.customer_gateway.get("customer_ips") or ())
    return have != sorted(desired.customer_ips(view) or ())


def _reason(desired: Desired, view: View, switched: bool) -> str:
    if switched:
        return f"AWS can't switch a connection to {desired.link.routing} routing, so both are made anew"
    wanted = desired.customer_ips(view)
    have = sorted(str(ip) for ip in (view.customer_gateway or {}).get("customer_ips") or ())
    if not view.tunnels or view.customer_gateway is None or (wanted is not None and sorted(wanted) == have):
        return ""
    return "AWS's addresses have changed, and JD Cloud changes them only while no tunnel exists"
