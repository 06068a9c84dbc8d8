# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what may be known of a link without any key. Pure."""

from __future__ import annotations

import typing as t

from . import addressing, slots
from .desired import Desired
from .sites import JDCLOUD, Site
from .view import View

Record = dict[str, t.Any]


def summary(desired: Desired, view: View) -> Record:
    """The part of `vpn_link_facts` that inventory and clouds tell. An end that the link does not have is None."""
    link = desired.link
    return {
        "routing": link.routing,
        "summary": {
            "link": link.name,
            "uid": link.uid,
            "routing": link.routing,
            "ends": [_end(site, view) for site in link.ends],
            "ranges": {link.near.name: list(desired.ranges.near), link.far.name: list(desired.ranges.far)},
            "jdcloud": _jdcloud(link.jdcloud, view) if link.jdcloud else None,
            "aws": _aws(link.aws, view) if link.aws else None,
            "device": _device(link.device) if link.device else None,
            "tunnels": [_tunnel(slot, desired, view) for slot in link.slots],
        },
    }


def _end(site: Site, view: View) -> Record:
    """Either end in the same words, near end first."""
    place = site.device.family if site.device else site.region
    return {"site": site.name, "kind": site.kind, "label": site.label, "place": place, "asn": _asn(site, view)}


def _asn(site: Site, view: View) -> int:
    told = (view.vpn_connection or {}).get("local_asn") if site.kind == JDCLOUD else None
    return int(told or site.asn)


def _jdcloud(site: Site, view: View) -> Record:
    return {
        "site": site.name,
        "region": site.region,
        "asn": _asn(site, view),
        "bgw_id": (view.border_gateway or {}).get("bgw_id"),
        "customer_gateway_id": (view.customer_gateway or {}).get("customer_gateway_id"),
        "vpn_connection_id": (view.vpn_connection or {}).get("vpn_connection_id"),
        "ha_status": (view.vpn_connection or {}).get("ha_status"),
    }


def _aws(site: Site, view: View) -> Record:
    gateways, connections = view.aws_customer_gateways, view.aws_connections
    return {
        "site": site.name,
        "region": site.region,
        "asn": site.asn,
        "vpn_gateway_id": (view.vpn_gateway or {}).get("vpn_gateway_id"),
        "customer_gateway_ids": [gateways[n].get("customer_gateway_id") for n in sorted(gateways)],
        "vpn_connection_ids": [connections[n].get("vpn_connection_id") for n in sorted(connections)],
    }


def _device(site: Site) -> Record:
    return {"site": site.name, "asn": site.asn, "family": site.device.family if site.device else ""}


def _tunnel(slot: str, desired: Desired, view: View) -> Record:
    link = desired.link
    block = view.blocks.get(slot) or desired.blocks.get(slot)
    here, there = view.tunnel(slot) or {}, view.aws_tunnel(slot) or {}
    telemetry = there.get("telemetry") or {}
    # JD Cloud takes a block's second address and AWS its first; the device the one that its cloud leaves.
    second, first = (addressing.jdcloud_address(block), addressing.peer_address(block)) if block else (None, None)
    public = {link.near.kind: view.near_ips.get(slots.near(slot)), link.far.kind: view.customer_ip(slot) or None}
    inside = {link.near.kind: second, link.far.kind: first}
    return {
        "slot": slot,
        **{f"{kind}_ip": address for kind, address in public.items()},
        "inside_cidr": str(block) if block else None,
        **{f"{kind}_inside_ip": address for kind, address in inside.items()},
        "vpn_tunnel_id": here.get("vpn_tunnel_id"),
        "admin_status": here.get("admin_status"),
        "op_status": here.get("op_status"),
        "aws_status": telemetry.get("status"),
        "aws_status_message": telemetry.get("status_message"),
    }
