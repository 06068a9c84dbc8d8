# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what is refused because of how sites and links hang together. Pure.

`vpn_topology` is a dictionary that every host sees: link name → its two site names, or a dictionary with `ends`, `uid`,
`routing`. It makes these checks whole under `--limit` and in a job slice, where other links' hosts are not visible.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import addressing
from .faults import Fault
from .links import ROUTING, Link
from .sites import AWS, Site


@dataclass(frozen=True)
class Edge:
    """A link as the topology names it."""

    link: str
    uid: str
    ends: tuple[str, str]
    routing: str = ""  # empty where the topology does not tell it


def parse(data: t.Any, links: t.Sequence[Link]) -> tuple[list[Edge], list[Fault]]:
    """The edges of `vpn_topology`, and those of links that it does not name."""
    faults: list[Fault] = []
    edges: dict[str, Edge] = {}
    if data is not None and not isinstance(data, t.Mapping):
        return [], [Fault("vpn_topology", "is not a dictionary", "link name: [site, site]", "correct it")]
    for name, value in (data or {}).items():
        ends = value.get("ends") if isinstance(value, t.Mapping) else value
        uid = value.get("uid") if isinstance(value, t.Mapping) else None
        routing = value.get("routing") if isinstance(value, t.Mapping) else None
        if not isinstance(ends, (list, tuple)) or len(ends) != 2:
            remedy = "name the link's two sites"
            faults.append(Fault(f"vpn_topology.{name}", f"{ends!r} does not name two sites", "[site, site]", remedy))
            continue
        if routing and routing not in ROUTING:
            text, allowed = f"{routing!r} is no routing", ", ".join(ROUTING)
            faults.append(Fault(f"vpn_topology.{name}.routing", text, allowed, "choose one of these"))
            routing = None
        edges[name] = Edge(name, str(uid or name), (str(ends[0]), str(ends[1])), str(routing or ""))
    for link in links:
        own = Edge(link.name, link.uid, (link.near.name, link.far.name), link.routing)
        known = edges.get(link.name)
        if data and known is None:
            allowed = ", ".join(sorted(edges))
            faults.append(Fault(f"link {link.name}", "is not in vpn_topology", allowed, "add it there"))
        elif known is not None and sorted(known.ends) != sorted(own.ends):
            text = f"joins {' and '.join(known.ends)}, but the link's host says {' and '.join(own.ends)}"
            faults.append(Fault(f"vpn_topology.{link.name}", text, "", "make them equal"))
        elif known is not None and known.uid != own.uid:
            text = f"has uid {known.uid}, but the link's host says {own.uid}"
            faults.append(Fault(f"vpn_topology.{link.name}", text, "", "write {ends: [...], uid: ...} there"))
        elif known is not None and known.routing not in ("", own.routing):
            text = f"has routing {known.routing}, but the link's host says {own.routing}"
            faults.append(Fault(f"vpn_topology.{link.name}", text, "", "say it in one place, best in vpn_topology"))
        edges[link.name] = own
    return sorted(edges.values(), key=lambda e: e.uid), faults


def uids(edges: t.Sequence[Edge]) -> list[Fault]:
    """No two links may share a uid: keys, names and marks hang on it."""
    faults = []
    owner: dict[str, str] = {}
    for edge in edges:
        if edge.uid in owner:
            text = f"has the same uid {edge.uid!r} as link {owner[edge.uid]}"
            faults.append(Fault(f"link {edge.link}", text, "", "give each link a uid of its own"))
        owner.setdefault(edge.uid, edge.link)
    return faults


def connected(edges: t.Sequence[Edge], start: t.Iterable[str]) -> set[str]:
    """The sites that can be reached from some sites over any links."""
    reached = set(start)
    grew = True
    while grew:
        more = {end for edge in edges if reached.intersection(edge.ends) for end in edge.ends}
        grew = not more <= reached
        reached |= more
    return reached


def overlaps(
    edges: t.Sequence[Edge], links: t.Sequence[Link], ranges: t.Mapping[str, t.Sequence[addressing.Network]]
) -> list[Fault]:
    """Overlapping ranges within each connected set of sites, each pair once; the tutorial's pre-condition."""
    faults: dict[tuple[t.Any, ...], Fault] = {}
    for link in links:
        together = connected(edges, [site.name for site in link.ends])
        known = {name: ranges.get(name, ()) for name in sorted(together)}
        for left, left_range, right, right_range in addressing.overlaps(known):
            text = f"ranges overlap: {left} has {left_range}, {right} has {right_range}"
            remedy = "renumber one of them, or let links carry only distinct ranges (vpn_sites.*.ranges)"
            faults[left, left_range, right, right_range] = Fault(f"sites {left} and {right}", text, "", remedy)
        for name, networks in known.items():
            for network in networks:
                if network.overlaps(addressing.POOL):
                    text = f"range {network} overlaps {addressing.POOL}, where the tunnels' inside blocks lie"
                    faults[name, network] = Fault(f"vpn_sites.{name}", text, "", "renumber it")
    return list(faults.values())


@dataclass(frozen=True)
class TransitPath:
    """Two sites that reach each other through a third."""

    left: str
    through: str
    right: str

    def __str__(self) -> str:
        return f"{self.left} ↔ {self.through} ↔ {self.right}"


def transit(edges: t.Sequence[Edge], sites: t.Mapping[str, Site]) -> list[TransitPath]:
    """The transit paths that the links make: an AWS gateway re-advertises and forwards between its connections.

    A JD Cloud border gateway does not forward between VPN connections. Between two links that are both static no end
    has a route to the other's ranges, so no path arises. A link of which neither host nor topology tells the routing is
    taken for a BGP one.
    """
    paths = []
    for name, site in sorted(sites.items()):
        if site.kind != AWS:
            continue
        here = [edge for edge in edges if name in edge.ends]
        for n, first in enumerate(here):
            for second in here[n + 1 :]:
                far = sorted(end for edge in (first, second) for end in edge.ends if end != name)
                if len(set(far)) == 2 and not first.routing == second.routing == "static":
                    paths.append(TransitPath(far[0], name, far[1]))
    return paths


def undeclared(paths: t.Sequence[TransitPath], sites: t.Mapping[str, Site]) -> list[Fault]:
    """Transit that nobody asked for is refused."""
    return [
        Fault(
            f"vpn_sites.{path.through}",
            f"would carry traffic between {path.left} and {path.right}, because an AWS gateway forwards between its "
            "VPN connections",
            "",
            f"declare it with vpn_sites.{path.through}.transit: true, or give the links AWS gateways of their own",
        )
        for path in paths
        if not sites[path.through].transit
    ]
