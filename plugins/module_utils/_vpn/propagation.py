# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: which ranges a VPC's route tables learn from the border gateway, and whose they are.

JD Cloud's propagations carry no description, so nothing in them tells who added a range. The mark of the link's
VPN connection does: `found=` names the route tables that learned a wanted range before any link of ours led there.
Those tables keep what they have when the link is removed.
"""

from __future__ import annotations

import typing as t

from .addressing import Network, networks
from .naming import MAX_TAG, TAG_RANGES, read_mark
from .sites import Site
from .view import Resource, View, site_of


def propagated(item: Resource) -> list[str]:
    """The ranges of a propagation: JD Cloud joins them with commas."""
    value = item.get("propagation_cidrs") or []
    members = value.split(",") if isinstance(value, str) else [str(v) for v in value]
    return [member.strip() for member in members if member.strip()]


def _learned(table: Resource | None, bgw_id: t.Any) -> list[str]:
    found: list[str] = []
    for item in (table or {}).get("route_propagations") or ():
        if item.get("bgw_id") == bgw_id and item.get("propagation_cidr_type") in (None, "", "CIDR"):
            found += propagated(item)
    return found


def missing_ranges(
    table: Resource | None, bgw_id: str, cidrs: t.Iterable[str], leaving: t.Collection[str] = ()
) -> list[str]:
    """Which ranges a route table does not learn from a border gateway yet, or no more once others have left."""
    known = networks(set(_learned(table, bgw_id)) - set(leaving))
    return [cidr for cidr in cidrs if not any(Network(cidr).subnet_of(n) for n in known)]


def found_before(view: View, cidrs: t.Collection[str]) -> list[str]:
    """The route tables that learned one of these ranges before us; the connection's mark knows, once there is one."""
    if view.vpn_connection is not None:
        return [x for x in read_mark(view.vpn_connection.get("description")).get("found", "").split(",") if x]
    bgw_id = (view.border_gateway or {}).get("bgw_id")
    return sorted(
        str(table.get("route_table_id"))
        for table in view.route_tables
        if bgw_id and set(_learned(table, bgw_id)) & set(cidrs)
    )


def memory(cidrs: t.Iterable[str]) -> dict[str, str]:
    """The tag of an AWS connection that remembers which ranges JD Cloud's tables learn for the link. More ranges than a
    tag can hold are not remembered: when one of them goes, the tables go on to learn it."""
    text = ",".join(sorted(cidrs))
    return {TAG_RANGES: text} if len(text) <= MAX_TAG else {}


def remembered(view: View) -> set[str]:
    """What JD Cloud's tables have learned for this link so far."""
    if "aws_vpn_connection" in view.adopted:
        return set()
    texts = [(connection.get("tags") or {}).get(TAG_RANGES) or "" for connection in view.aws_connections.values()]
    return {cidr for text in texts for cidr in text.split(",") if cidr}


def outdated(site: Site, view: View, wanted: t.Collection[str]) -> list[dict[str, t.Any]]:
    """Ranges that the tables learned for this link, and that are none of the other end's any more."""
    return removable(site, view, remembered(view) - set(wanted))


def removable(site: Site, view: View, cidrs: t.Collection[str]) -> list[dict[str, t.Any]]:
    """Which ranges the VPC's tables need no longer learn once the link is gone.

    A range stays while another link leads from this border gateway to the same AWS gateway, and where it was found.
    Without a mark to tell (the connection is adopted, or is gone already), only a border gateway of our own is cleared.
    """
    if view.border_gateway is None or view.siblings:
        return []
    marked = bool(read_mark((view.vpn_connection or {}).get("description")))
    our_gateway = not site.gateway_id and site_of(view.border_gateway) == site.name
    if not marked and not our_gateway:
        return []
    kept = found_before(view, ()) if marked else []
    result = []
    for table in view.route_tables:
        table_id = str(table.get("route_table_id"))
        present = sorted(set(_learned(table, view.border_gateway.get("bgw_id"))) & set(cidrs))
        if present and table_id not in kept:
            result.append({"route_table_id": table_id, "cidrs": present})
    return result
