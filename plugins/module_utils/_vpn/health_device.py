# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: how a tunnel between a cloud and a VPN device is, from what its one cloud tells. Pure.

The device's own view is not asked for: what it should have is what role vpn_device compares and pushes.
"""

from __future__ import annotations

import typing as t

from .._aws import fields as aws_fields
from .._jdcloud import fields as jdcloud_fields
from . import proposals, slots
from .diff import differences
from .health_finding import (
    ADMIN_DOWN,
    BGP_DOWN,
    ERROR,
    INFO,
    IPSEC_DOWN,
    MODIFYING,
    NO_ROUTES,
    NOT_CONFIGURED,
    RECORDS,
    WARNING,
    Finding,
)
from .health_tunnels import RUN_SITE, UP, TunnelHealth, begin
from .links import Link
from .sites import Site
from .view import IPSEC_IS_UP, Resource, View, ipsec_up


def judge(link: Link, slot: str, view: View) -> TunnelHealth:
    """One tunnel of a link with a device."""
    here, there = view.tunnel(slot), view.aws_tunnel(slot)
    record = there if link.aws else here
    tunnel = begin(link, slot, view, here or {}, there or {})
    if record is None:
        tunnel.state = NOT_CONFIGURED
        text = f"{_cloud(link).label} has no tunnel {tunnel.pair}"
        tunnel.findings.append(Finding(ERROR, link.name, slot, NOT_CONFIGURED, text, RUN_SITE))
        return tunnel
    tunnel.findings += _record(link, slot, record)
    state = _aws_state if link.aws else _jdcloud_state
    tunnel.state, level, text, remedy = state(link, tunnel, view, record)
    if text:
        tunnel.findings.append(Finding(level, link.name, slot, tunnel.state, text, remedy))
    return tunnel


def _cloud(link: Link) -> Site:
    return link.clouds[0]


def _record(link: Link, slot: str, record: Resource) -> list[Finding]:
    """The device has what the inventory says, so the cloud's record is compared with that."""
    proposal = next(item for item in link.tunnels if item.slot == slot).proposal
    fields = aws_fields.VPN_TUNNEL if link.aws else jdcloud_fields.VPN_TUNNEL
    wanted = proposals.to_aws(proposal) if link.aws else proposals.to_jdcloud(proposal)
    label, remedy = _cloud(link).label, f"{RUN_SITE}, which brings both ends to what the inventory says"
    return [
        Finding(
            ERROR if change.field.interrupts else WARNING,
            link.name,
            slot,
            RECORDS,
            f"{change.name}: {label} has {change.before}, the device shall have {change.after}",
            remedy,
        )
        for change in differences(fields, wanted, record)
    ]


State = tuple[str, str, str, str]


def _jdcloud_state(link: Link, tunnel: TunnelHealth, view: View, record: Resource) -> State:
    if record.get("admin_status") == "DOWN":
        if not tunnel.wanted:
            return ADMIN_DOWN, INFO, "stopped on purpose, as the inventory says", ""
        remedy = f"find out who stopped it and why; {RUN_SITE} sets it UP again"
        return ADMIN_DOWN, ERROR, "stopped on JD Cloud (adminStatus DOWN), and the inventory wants it UP", remedy
    if record.get("op_status") != "UP":
        return IPSEC_DOWN, ERROR, f"JD Cloud tells {record.get('op_status') or 'nothing'} ({tunnel.pair})", _way(link)
    return UP, INFO, "", ""


def _aws_state(link: Link, tunnel: TunnelHealth, view: View, record: Resource) -> State:
    telemetry = record.get("telemetry") or {}
    if not tunnel.wanted and telemetry.get("status") != "UP":
        return ADMIN_DOWN, INFO, "stopped on the device, as the inventory says", ""
    connection = view.aws_connections[slots.near(tunnel.slot)]
    if connection.get("state") in ("modifying", "pending") and telemetry.get("status") != "UP":
        text = f"AWS's connection {connection.get('vpn_connection_id')} is {connection['state']}"
        return MODIFYING, WARNING, text, "wait; AWS takes some minutes"
    since = f" since {telemetry['last_status_change']}" if telemetry.get("last_status_change") else ""
    if not ipsec_up(telemetry):
        text = "AWS tells IPSEC IS DOWN" if telemetry.get("status") else "AWS tells nothing of this tunnel yet"
        return IPSEC_DOWN, ERROR, f"{text}{since} ({tunnel.pair})", _way(link)
    if telemetry.get("status") != "UP":
        remedy = "see whether the device speaks BGP in this tunnel; AWS's hold time is 30 s, so look again in a minute"
        return BGP_DOWN, ERROR, f"AWS tells DOWN{since} with «{IPSEC_IS_UP}»", remedy
    if link.bgp and not telemetry.get("accepted_route_count"):
        text = f"AWS has accepted no route from device {link.near.name}"
        return NO_ROUTES, ERROR, text, "see what the device announces"
    return UP, INFO, "", ""


def _way(link: Link) -> str:
    device = t.cast(Site, link.device).name
    return (
        f"«ansible-playbook intercloud.vpn.site --limit {device} --check --diff» shows whether the device has what it "
        "should; then look at its own log, and at the way between the outside addresses (UDP 500 and 4500, ESP)"
    )
