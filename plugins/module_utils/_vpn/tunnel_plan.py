# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what has to be done to single tunnels, and which of them are rolled. Pure.

A tunnel is **rolled** where a change makes its two ends negotiate anew: JD Cloud's end is set DOWN, then both ends are
changed, then it is set UP, and it must come back before the next one is touched. That is JD Cloud's own documented
procedure. A tunnel that is down already is rolled likewise, but that interrupts nothing.
"""

from __future__ import annotations

import typing as t

from .._aws import fields as aws_fields
from .._jdcloud import fields as jdcloud_fields
from .actions import Action, Plan, shown
from .desired import Desired
from .diff import Change, differences
from .keys import KeyDigest, aws_change, jdcloud_change
from .slots import near
from .view import Resource, View

ROLL = "roll"


def aws_end(desired: Desired, slot: str, name: str, view: View, plan: Plan, key_digest: KeyDigest) -> None:
    """AWS's end of a slot; `name` is that of its connection."""
    current = view.aws_tunnel(slot)
    if current is None:
        # The connection has two tunnels always, so a slot without one means that its inside block is another.
        block = desired.blocks[slot]
        change = {"field": "tunnel_inside_cidr", "before": "another block", "after": str(block), "interrupts": True}
        plan.actions.append(
            Action("aws_vpn_connections", "modify", "aws_vpn_tunnel", f"{name} {slot}", "differs", (change,), (slot,))
        )
        return
    changes = differences(aws_fields.VPN_TUNNEL, desired.aws_tunnel(slot), current)
    changes += aws_change(desired, slot, current, view, key_digest, plan)
    if changes:
        where = f"{name} {slot} ({current.get('outside_ip_address')})"
        plan.actions.append(_modify("aws_vpn_connections", "aws_vpn_tunnel", where, changes, slot, view))


def jdcloud_ends(desired: Desired, view: View, plan: Plan, key_digest: KeyDigest) -> None:
    """JD Cloud's ends of all slots, and tunnels that belong to none."""
    step, kind = "jdcloud_vpn_tunnels", "jdcloud_vpn_tunnel"
    matched: list[Resource] = []
    for slot in desired.link.slots:
        params = desired.jdcloud_tunnel(slot, view)
        name = f"{desired.link.uid} {slot}"
        current = view.tunnel(slot)
        if current is None:
            reason = (
                f"does not exist; {params['cloud_public_ip']} ↔ {params['customer_ip']}, inside {params['tunnel_ip']}"
            )
            plan.actions.append(Action(step, "create", kind, name, reason))
            continue
        matched.append(current)
        status = params.pop("admin_status")
        changes = differences(jdcloud_fields.VPN_TUNNEL, params, current)
        changes += jdcloud_change(desired, slot, current, view, key_digest, plan)
        if changes:
            plan.actions.append(_modify(step, kind, name, changes, slot, view))
        if current.get("admin_status") not in (None, status):
            # Setting DOWN in the inventory is the user's own word for stopping this tunnel; UP harms nothing.
            change = {
                "field": "admin_status",
                "before": current.get("admin_status"),
                "after": status,
                "interrupts": False,
            }
            plan.actions.append(Action(step, "modify", kind, name, f"administratively {status}", (change,)))
    if "jdcloud_vpn_connection" in view.adopted:
        return
    for tunnel in view.tunnels:
        if tunnel not in matched:
            name = f"{tunnel.get('cloud_public_ip')} ↔ {tunnel.get('customer_ip')}"
            hit = (slot_of(tunnel, desired.link.slots, view),) if tunnel.get("op_status") == "UP" else ()
            plan.actions.append(Action(step, "delete", kind, name, "belongs to no slot of the link", (), hit))


def _modify(step: str, kind: str, name: str, changes: list[Change], slot: str, view: View) -> Action:
    if not any(change.field.interrupts for change in changes):
        return Action(step, "modify", kind, name, "differs", shown(changes))
    return Action(ROLL, "modify", kind, name, "differs", shown(changes), view.up([slot]), (slot,))


def slot_of(tunnel: Resource, slots: t.Iterable[str], view: View) -> str:
    """The slot of a JD tunnel, or its two addresses where it has none."""
    for slot in slots:
        if view.tunnel(slot) is tunnel:
            return slot
    for slot, block in view.blocks.items():
        if tunnel.get("tunnel_ip") == str(block):
            return slot
    return f"{tunnel.get('cloud_public_ip')} ↔ {tunnel.get('customer_ip')}"


def rolling(desired: Desired, view: View, plan: Plan) -> list[dict[str, t.Any]]:
    """The tunnels to roll, each with what both ends shall have but the key: first those that carry nothing anyway."""
    slots = sorted({slot for action in plan.actions for slot in action.rolls}, key=lambda x: (view.is_up(x), x))
    return [_roll(desired, view, slot) for slot in slots]


def _roll(desired: Desired, view: View, slot: str) -> dict[str, t.Any]:
    here, there = view.tunnel(slot), view.aws_tunnel(slot)
    # Where JD Cloud does not reveal the key, it is sent whatever it is: the tunnel negotiates anew anyway.
    params = {**desired.jdcloud_tunnel(slot, view), "force_psk": (here or {}).get("psk_digest") is None}
    expected = desired.tunnel(slot).admin_status == "UP" and bool(here or not desired.link.jdcloud)
    # One that a stopped run has left DOWN comes back as one that is up; what is down for another reason may not.
    stopped = (here or {}).get("admin_status") == "DOWN"
    return {
        "slot": slot,
        "up": view.is_up(slot),
        "comes_back": expected and (view.is_up(slot) or stopped),
        "others": [other for other in desired.link.slots if other != slot],
        "vpn_tunnel_id": (here or {}).get("vpn_tunnel_id"),
        "jdcloud": params if here else None,
        "vpn_connection_id": (view.aws_connections.get(near(slot)) or {}).get("vpn_connection_id"),
        "aws": {**desired.aws_tunnel(slot), "outside_ip_address": there.get("outside_ip_address")} if there else None,
    }
