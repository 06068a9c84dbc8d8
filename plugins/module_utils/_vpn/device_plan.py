# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what a VPN device has to do for its links, as the renderers take it. Pure.

A device follows the clouds: it is told of a link's tunnels once its cloud has everything of them on record. Of links
that are not there yet, or that this run knows nothing of, what the device has is left alone.
"""

from __future__ import annotations

import typing as t

from .._render import model
from . import addressing, slots
from .actions import Plan
from .desired import Desired
from .sites import AWS, Site
from .topology import Edge
from .view import View

Record = dict[str, t.Any]


# Stands for an address that a cloud has not told yet, only to try whether a family can do the rest (RFC 5737).
UNTOLD = "192.0.2.1"


def link(desired: Desired, view: View, digest: t.Callable[[str], str]) -> model.Link | None:
    """A device's side of a link; None where the link has none. `digest` tells that of a slot's key."""
    own, device = desired.link, desired.link.device
    if device is None or device.device is None:
        return None
    near_is_device = own.near is device
    cloud = own.far if near_is_device else own.near
    announce, accept = (
        (desired.ranges.near, desired.ranges.far) if near_is_device else (desired.ranges.far, desired.ranges.near)
    )
    tunnels = []
    for preference, slot in enumerate(own.slots):
        ordinal = (slots.near if near_is_device else slots.far)(slot)
        remote = view.customer_ip(slot) if near_is_device else view.near_ips.get(slots.near(slot))
        block = desired.blocks[slot]
        # AWS takes the first address of a block, JD Cloud the second; the device what is left.
        first, second = addressing.peer_address(block), addressing.jdcloud_address(block)
        tunnel = desired.tunnel(slot)
        tunnels.append(
            model.Tunnel(
                name=f"{own.uid}-{slot}",
                number=addressing.POSITION[block],
                slot=slot,
                mark=f"g{desired.marker.generation}-{digest(slot)[:8]}",
                cloud=cloud.kind,
                local_address=device.device.local_addresses[ordinal - 1],
                local_id=device.device.addresses[ordinal - 1],
                remote_address=remote or UNTOLD,
                inside=str(block),
                device_inside=second if cloud.kind == AWS else first,
                cloud_inside=first if cloud.kind == AWS else second,
                proposal=tunnel.proposal,
                preference=preference,
                enabled=tunnel.admin_status == "UP",
            )
        )
    asn = int((view.vpn_connection or {}).get("local_asn") or cloud.asn)
    return model.Link(own.uid, own.routing, asn, announce, accept, tuple(tunnels))


def devices(sites: t.Mapping[str, Site], edges: t.Sequence[Edge], plans: t.Sequence[Plan]) -> dict[str, Record]:
    """Every device of the planned links.

    `model` is as the renderers take it, of the links that the clouds have as wanted; `keep` are uids of links that are
    to be left as the device has them; `trial` is the device once all planned links are there.
    """
    by_uid = {plan.uid: plan for plan in plans}
    found: dict[str, Record] = {}
    for name, site in sorted(sites.items()):
        own = [edge for edge in edges if name in edge.ends]
        if site.device is None or not any(edge.uid in by_uid for edge in own):
            continue
        planned = {edge.uid: by_uid[edge.uid] for edge in own if edge.uid in by_uid}
        settled = {uid: plan for uid, plan in planned.items() if not plan.actions and not plan.blocked}
        found[name] = {
            "model": device(site, _sides(settled)).as_dict(),
            "trial": device(site, _sides(planned)).as_dict(),
            "keep": sorted(edge.uid for edge in own if edge.uid not in settled),
        }
    return found


def _sides(plans: t.Mapping[str, Plan]) -> tuple[model.Link, ...]:
    return tuple(plan.device for plan in plans.values() if plan.device)


def device(site: Site, links: tuple[model.Link, ...]) -> model.Device:
    """A device with some of its links."""
    own = site.device
    if own is None:
        raise TypeError(f"site {site.name} is no device")
    return model.Device(
        name=site.name,
        family=own.family,
        asn=site.asn,
        router_id=own.router_id,
        wan=own.wan,
        zone=own.zone,
        bgp_process=own.bgp_process,
        zone_firewall=own.zone_firewall,
        tunnel_interfaces=own.tunnel_interfaces,
        links=links,
    )
