# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: how a tunnel is, from what both clouds tell of it. Pure.

JD Cloud tells `adminStatus` and `opStatus` and nothing of BGP; AWS tells UP or DOWN with a message: DOWN with «IPSEC IS
UP» means that only BGP is down.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import slots
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
from .health_records import Ends, compare
from .links import Link
from .view import IPSEC_IS_UP, Resource, View, ipsec_up

UP = "up"
RUN_SITE = "run intercloud.vpn.site"


@dataclass
class TunnelHealth:
    """One tunnel. It counts for an expectation where it is up and nothing is wrong with it."""

    slot: str
    data: dict[str, t.Any]
    kinds: tuple[str, str]  # of the link's ends
    state: str = UP
    wanted: bool = True
    findings: list[Finding] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        return self.state == UP and not any(finding.level == ERROR for finding in self.findings)

    @property
    def stuck(self) -> bool:
        """Whether waiting won't make it count."""
        return not self.wanted or any(finding.lasting for finding in self.findings)

    @property
    def pair(self) -> str:
        return " ↔ ".join(str(self.data[f"{kind}_ip"] or "?") for kind in self.kinds)

    @property
    def trouble(self) -> str:
        """In a few words why it does not count."""
        if self.state != UP:
            return self.state
        return next((finding.verdict for finding in self.findings if finding.level == ERROR), UP)

    def as_dict(self) -> dict[str, t.Any]:
        """For a return value."""
        return {"slot": self.slot, **self.data, "state": self.state, "healthy": self.counts}


def judge(link: Link, slot: str, view: View) -> TunnelHealth:
    """One tunnel of a link."""
    here, there = view.tunnel(slot), view.aws_tunnel(slot)
    tunnel = begin(link, slot, view, here or {}, there or {})
    if here is None or there is None:
        tunnel.state = NOT_CONFIGURED
        tunnel.findings.append(_missing(link, slot, view, there))
        return tunnel
    ends = Ends(link, slot, view, here, there)
    tunnel.findings += compare(ends)
    agree = not any(finding.level == ERROR for finding in tunnel.findings)
    tunnel.state, level, text, remedy = _state(tunnel, ends, agree)
    if text:
        tunnel.findings.append(Finding(level, link.name, slot, tunnel.state, text, remedy))
    return tunnel


def begin(link: Link, slot: str, view: View, here: Resource, there: Resource) -> TunnelHealth:
    """What is known of a tunnel, before it is judged; `here` is JD Cloud's record, `there` AWS's."""
    telemetry = there.get("telemetry") or {}
    block = view.blocks.get(slot)
    told = ("status", "status_message", "accepted_route_count", "last_status_change")
    kinds = (link.near.kind, link.far.kind)
    data = {
        f"{link.near.kind}_ip": view.near_ips.get(slots.near(slot)),
        f"{link.far.kind}_ip": view.customer_ip(slot) or None,
        "inside_cidr": str(block) if block else None,
        "vpn_tunnel_id": here.get("vpn_tunnel_id"),
        "jdcloud": {"admin_status": here.get("admin_status"), "op_status": here.get("op_status")},
        "aws": {key: telemetry.get(key) for key in told},
        "bgp": _bgp(link, telemetry),
    }
    wanted = next(item for item in link.tunnels if item.slot == slot).admin_status == "UP"
    return TunnelHealth(slot, data, kinds, wanted=wanted)


def _bgp(link: Link, telemetry: Resource) -> str:
    """AWS alone tells, and only where IPsec is up."""
    if not link.bgp:
        return "not used"
    if telemetry.get("status") == "UP":
        return "up"
    return "down" if ipsec_up(telemetry) else "unknown"


def _missing(link: Link, slot: str, view: View, there: Resource | None) -> Finding:
    """Why there is no pair of records: never made, or made between other addresses."""
    address = slots.near(slot)
    verdict, remedy = NOT_CONFIGURED, RUN_SITE
    if address not in view.aws_connections:
        text = f"AWS has no VPN connection for JD Cloud's address {address}"
    elif there is None:
        text = f"AWS's connection {view.aws_connections[address].get('vpn_connection_id')} has no tunnel for this slot"
    else:
        pair = f"{view.near_ips.get(address)} ↔ {there.get('outside_ip_address')}"
        other = next((x for x in view.tunnels if x.get("tunnel_ip") == there.get("tunnel_inside_cidr")), None)
        text = f"JD Cloud has no tunnel {pair}"
        if other is not None:
            verdict = RECORDS
            text = (
                f"outside addresses: JD Cloud has {other.get('cloud_public_ip')} ↔ {other.get('customer_ip')}, "
                f"AWS has {pair}"
            )
            remedy = "a tunnel's addresses can't be changed: remove JD Cloud's tunnel, then run intercloud.vpn.site"
    return Finding(ERROR, link.name, slot, verdict, text, remedy)


def _state(tunnel: TunnelHealth, ends: Ends, agree: bool) -> tuple[str, str, str, str]:
    """State, level, text and remedy; no text where all is well."""
    telemetry, op_status = ends.there.get("telemetry") or {}, ends.here.get("op_status")
    if ends.here.get("admin_status") == "DOWN":
        if not tunnel.wanted:
            return ADMIN_DOWN, INFO, "stopped on purpose, as the inventory says", ""
        remedy = f"find out who stopped it and why; {RUN_SITE} sets it UP again"
        text = "stopped on purpose on JD Cloud (adminStatus DOWN), and the inventory wants it UP"
        return ADMIN_DOWN, ERROR, text, remedy
    both_up = op_status == telemetry.get("status") == "UP"
    if ends.aws_connection.get("state") in ("modifying", "pending") and not both_up:
        text = f"AWS's connection {ends.aws_connection.get('vpn_connection_id')} is {ends.aws_connection['state']}"
        return MODIFYING, WARNING, text, "wait; AWS takes some minutes"
    since = f" since {telemetry['last_status_change']}" if telemetry.get("last_status_change") else ""
    if not ipsec_up(telemetry):
        text = "AWS tells IPSEC IS DOWN" if telemetry.get("status") else "AWS tells nothing of this tunnel yet"
        text += f"{since}, JD Cloud {op_status or 'nothing'}"
        return IPSEC_DOWN, ERROR, f"{text} ({tunnel.pair})", _ipsec_remedy(agree)
    if op_status != "UP":
        text = f"JD Cloud tells {op_status or 'nothing'}, AWS tells IPSEC IS UP ({tunnel.pair})"
        return IPSEC_DOWN, ERROR, text, f"look again in a minute, one cloud may lag behind; then {_ipsec_remedy(agree)}"
    if telemetry.get("status") != "UP":
        return BGP_DOWN, ERROR, f"AWS tells DOWN{since} with «{IPSEC_IS_UP}»", _bgp_remedy(agree)
    if ends.link.bgp and not telemetry.get("accepted_route_count"):
        remedy = "see whether JD Cloud's VPC attachment propagates subnets to the border gateway"
        return NO_ROUTES, ERROR, "AWS has accepted no route from JD Cloud", remedy
    return UP, INFO, "", ""


def _ipsec_remedy(agree: bool) -> str:
    if not agree:
        return "mend the records first"
    return (
        "the two records agree, so look at the way between the outside addresses (UDP 500 and 4500, ESP) and at both "
        "clouds' maintenance notices; setting JD Cloud's adminStatus DOWN and UP starts the negotiation anew"
    )


def _bgp_remedy(agree: bool) -> str:
    looked = "the ASNs and inside addresses" + (" agree in both records" if agree else ": see what differs, mend it")
    return f"{looked}; AWS's hold time is 30 s, so look again in a minute; then set JD Cloud's adminStatus DOWN and UP"
