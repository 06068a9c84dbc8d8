# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: route tables of both clouds in one form, and where they send a range. Pure.

Both clouds send a packet by the longest prefix; among equal ones by priority (JD Cloud: the lower number; AWS: its own
routes before propagated ones).
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from .addressing import Network, networks
from .view import Resource

LOCAL = "local"
# AWS prefers routes of the table itself to propagated ones.
AWS_STATIC, AWS_PROPAGATED = 0, 1
# What JD Cloud gives a rule that tells no priority.
JDCLOUD_PRIORITY = 100


@dataclass(frozen=True)
class Entry:
    """One route. Of equal destinations the one with the lowest `rank` is used."""

    destination: Network
    hop: str
    rank: int
    origin: str
    active: bool = True

    def __str__(self) -> str:
        return f"{self.destination} → {self.hop} ({self.origin})"


def border_gateway(routes: t.Iterable[Resource], bgw_id: str) -> list[Entry]:
    """The table of a border gateway."""
    found = []
    for route in routes:
        if route.get("bgw_id") in (None, bgw_id):
            found += _entries(
                route.get("bgw_route_destination"),
                route.get("bgw_route_nexthop"),
                int(route.get("bgw_route_priority") or 0),
                route.get("origin"),
            )
    return found


def jdcloud(table: Resource) -> list[Entry]:
    """A route table of a JD Cloud VPC, less its local rule."""
    found = []
    for rule in table.get("route_table_rules") or ():
        if rule.get("next_hop_type") != LOCAL:
            rank = int(rule.get("priority") or JDCLOUD_PRIORITY)
            found += _entries(rule.get("address_prefix"), rule.get("next_hop_id"), rank, rule.get("origin"))
    return found


def aws(table: Resource) -> list[Entry]:
    """A route table of an AWS VPC, less its local route."""
    found = []
    for route in table.get("routes") or ():
        if route.get("target") != LOCAL:
            propagated = bool(route.get("propagated"))
            found += _entries(
                route.get("destination"),
                route.get("target"),
                AWS_PROPAGATED if propagated else AWS_STATIC,
                "propagated" if propagated else "static",
                route.get("state") != "blackhole",
            )
    return found


def _entries(destination: t.Any, hop: t.Any, rank: int, origin: t.Any, active: bool = True) -> list[Entry]:
    """One entry, or none where the destination is IPv6 or a prefix list, which are no concern of a link."""
    return [Entry(network, str(hop), rank, str(origin or "static"), active) for network in networks([destination])]


def covers(parts: t.Iterable[Network], whole: Network) -> bool:
    """Whether networks together hold all of another."""
    relevant = [part for part in parts if part.overlaps(whole)]
    return any(whole.subnet_of(part) for part in ipaddress.collapse_addresses(relevant))


def via(entries: t.Iterable[Entry], hop: str) -> list[Entry]:
    """The living routes over a hop."""
    return [entry for entry in entries if entry.hop == hop and entry.active]


def used(entries: t.Iterable[Entry], wanted: Network) -> Entry | None:
    """The route that a range as a whole takes; a default route is no answer to where a range goes."""
    matching = [e for e in entries if wanted.subnet_of(e.destination) and e.destination.prefixlen]
    return min(matching, key=lambda e: (-e.destination.prefixlen, e.rank), default=None)


def winners(entries: t.Sequence[Entry], wanted: Network, hop: str) -> list[Entry]:
    """Routes elsewhere that win over those to the hop for some part of a range: more specific, or ranked before."""
    ours = via(entries, hop)
    found = []
    for entry in entries:
        if entry.hop == hop or not entry.destination.overlaps(wanted):
            continue
        rivals = [o for o in ours if entry.destination.subnet_of(o.destination)]
        if rivals:
            best = min(rivals, key=lambda o: (-o.destination.prefixlen, o.rank))
            if (-entry.destination.prefixlen, entry.rank) < (-best.destination.prefixlen, best.rank):
                found.append(entry)
    return found
