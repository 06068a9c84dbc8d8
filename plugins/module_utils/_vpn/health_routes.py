# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: whether routes lead through a link, in every table on the way. Pure.

The way of a packet: route table of the JD Cloud subnet → border gateway → tunnel, and route table of the AWS subnet →
virtual private gateway → tunnel. What AWS learns of JD Cloud are the subnets that the VPC attachment propagates.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import health_tables as tables
from .addressing import Network, networks
from .desired import Ranges
from .faults import Fault
from .health_finding import ERROR, NEXT_HOP, NO_PROPAGATION, NO_ROUTE, NO_ROUTES, NOT_CONFIGURED, WARNING, Finding
from .health_tables import Entry
from .links import Link
from .propagation import missing_ranges
from .site_plan import wanted_table
from .sites import Site
from .view import Resource, View

RUN_SITE = "run intercloud.vpn.site"
SHADOW_REMEDY = "remove that route, or make it narrower, unless it is meant so"


@dataclass
class Roads:
    """What the routes of one link are judged by. `subnets` are those whose tables must lead through the link."""

    link: Link
    view: View
    ranges: Ranges
    jdcloud: Resource
    aws: Resource
    subnets: t.Mapping[str, t.Sequence[str]]
    # Without a tunnel nothing is learned, and the tunnel is what is to be mended: only what is configured counts then.
    any_tunnel_up: bool
    findings: list[Finding] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def found(self, level: str, verdict: str, text: str, remedy: str) -> None:
        self.findings.append(Finding(level, self.link.name, "", verdict, text, remedy))

    @property
    def bgw_id(self) -> str:
        return str((self.view.border_gateway or {}).get("bgw_id"))

    @property
    def vgw_id(self) -> str:
        return str((self.view.vpn_gateway or {}).get("vpn_gateway_id"))


@dataclass(frozen=True)
class Table:
    """A route table that must lead ranges to a gateway. `title` says whose it is."""

    title: str
    record: Resource
    entries: list[Entry]


def judge(roads: Roads) -> None:
    """Adds what is wrong with the routes to `roads.findings`."""
    advertised = networks(roads.ranges.near)
    if roads.link.jdcloud:
        entries = tables.border_gateway(roads.jdcloud.get("border_gateway_routes") or (), roads.bgw_id)
        _border_gateway(roads, entries)
        advertised = _advertised(roads, entries)
        _jdcloud_tables(roads)
    if roads.link.aws:
        _aws_gateway(roads)
        _aws_tables(roads, advertised)


def _border_gateway(roads: Roads, entries: list[Entry]) -> None:
    """The border gateway must know the far end's ranges by this connection: learned, or static."""
    hop = str((roads.view.vpn_connection or {}).get("vpn_connection_id"))
    title = f"border gateway {roads.bgw_id}"
    for wanted in networks(roads.ranges.far):
        if tables.covers([e.destination for e in tables.via(entries, hop)], wanted):
            _shadows(roads, title, entries, wanted, hop)
        elif not roads.link.bgp:
            roads.found(ERROR, NOT_CONFIGURED, f"{title} has no static route {wanted} to {hop}", RUN_SITE)
        elif roads.any_tunnel_up:
            other = tables.used(entries, wanted)
            text = f"{title} has learned no route to {wanted} by BGP from {hop}"
            text += f"; it has {other}" if other else ""
            remedy = "see that AWS's gateway is attached to its VPC; AWS announces the ranges of that VPC"
            if roads.link.device:
                remedy = f"see what device {roads.link.far.name} announces; --check --diff compares it"
            roads.found(ERROR, NO_ROUTES, text, remedy)


def _advertised(roads: Roads, entries: list[Entry]) -> list[Network]:
    """What AWS should know of JD Cloud, and whether the named subnets are part of it."""
    own = networks(roads.ranges.near)
    attachments = {
        str(x.get("vpc_attachment_id"))
        for x in roads.jdcloud.get("vpc_attachments") or ()
        if x.get("bgw_id") == roads.bgw_id
    }
    known = [e.destination for e in entries if e.hop in attachments and any(e.destination.overlaps(n) for n in own)]
    remedy = "set attachment.propagate of the site to all, or to partial with this subnet, and run intercloud.vpn.site"
    for subnet in _jdcloud_subnets(roads):
        for block in networks([subnet.get("address_prefix")]):
            if not tables.covers(known, block):
                name = subnet.get("subnet_name") or subnet.get("subnet_id")
                text = f"the VPC attachment does not propagate subnet {name} {block} to border gateway {roads.bgw_id}"
                roads.found(ERROR, NO_PROPAGATION, text, remedy)
    if not known:
        text = f"border gateway {roads.bgw_id} has no route into its own VPC ({', '.join(map(str, own))})"
        roads.found(ERROR, NO_PROPAGATION, text, remedy)
    return known if roads.link.bgp else own


def _jdcloud_tables(roads: Roads) -> None:
    by_id = {str(x.get("route_table_id")): x for x in roads.jdcloud.get("route_tables") or ()}
    default = next((key for key, x in by_id.items() if x.get("route_table_type") == "default"), "")
    found: dict[str, list[str]] = {}
    for subnet in _jdcloud_subnets(roads):
        holds = [key for key, x in by_id.items() if subnet.get("subnet_id") in (x.get("subnet_ids") or ())]
        table_id = str(subnet.get("route_table_id") or next(iter(holds), default))
        found.setdefault(table_id, []).append(str(subnet.get("subnet_name") or subnet.get("subnet_id")))
    if not found:
        found = {str(x.get("route_table_id")): [] for x in roads.view.route_tables}
    for table_id, names in found.items():
        record = by_id.get(table_id) or {}
        table = Table(_title(table_id, names), record, tables.jdcloud(record))
        for wanted in networks(roads.ranges.far):
            propagates = not missing_ranges(record, roads.bgw_id, [str(wanted)])
            _lead(roads, table, wanted, roads.bgw_id, propagates)


def _aws_gateway(roads: Roads) -> None:
    """AWS's gateway announces its VPC only while it is attached; a static connection needs the near end's ranges."""
    vpc_id = (roads.view.aws_vpc or {}).get("vpc_id")
    attached = [x.get("vpc_id") for x in (roads.view.vpn_gateway or {}).get("vpc_attachments") or ()]
    if vpc_id not in attached:
        roads.found(ERROR, NOT_CONFIGURED, f"AWS's gateway {roads.vgw_id} is not attached to VPC {vpc_id}", RUN_SITE)
    for address in roads.link.addresses if not roads.link.bgp else ():
        connection = roads.view.aws_connections.get(address) or {}
        have = networks(
            x.get("destination_cidr_block") for x in connection.get("routes") or () if x.get("state") != "deleted"
        )
        for wanted in networks(roads.ranges.near):
            if not tables.covers(have, wanted):
                text = f"AWS's connection {connection.get('vpn_connection_id')} has no static route {wanted}"
                roads.found(ERROR, NOT_CONFIGURED, text, RUN_SITE)


def _aws_tables(roads: Roads, advertised: list[Network]) -> None:
    all_tables: list[Resource] = list(roads.aws.get("route_tables") or ())
    found: dict[str, list[str]] = {}
    for subnet in _aws_subnets(roads):
        own = next((x for x in all_tables if subnet.get("subnet_id") in (x.get("subnet_ids") or ())), None)
        main = next((x for x in all_tables if x.get("main")), None)
        name = str(subnet.get("name") or subnet.get("subnet_id"))
        found.setdefault(str((own or main or {}).get("route_table_id")), []).append(name)
    if not found:
        found = {str(x.get("route_table_id")): [] for x in all_tables if wanted_table(roads.link.far, x)}
    for table_id, names in found.items():
        record: Resource = next((x for x in all_tables if x.get("route_table_id") == table_id), {})
        table = Table(_title(table_id, names), record, tables.aws(record))
        for wanted in advertised:
            propagates = roads.vgw_id in (record.get("propagating_gateway_ids") or ())
            _lead(roads, table, wanted, roads.vgw_id, propagates)


def _title(table_id: str, names: t.Sequence[str]) -> str:
    whose = f" of subnet {', '.join(sorted(names))}" if names else ""
    return f"table {table_id}{whose}"


def _lead(roads: Roads, table: Table, wanted: Network, hop: str, propagates: bool) -> None:
    """Whether a table sends a range to the gateway."""
    if tables.covers([e.destination for e in tables.via(table.entries, hop)], wanted):
        _shadows(roads, table.title, table.entries, wanted, hop)
        return
    other = tables.used(table.entries, wanted)
    if other is not None and other.hop != hop:
        text = f"{table.title} sends {wanted} to {other.hop} ({other}), not to {hop}"
        roads.found(ERROR, NEXT_HOP, text, SHADOW_REMEDY)
    elif other is not None:
        roads.found(ERROR, NEXT_HOP, f"{table.title}: {other} is a blackhole", f"see whether {hop} is still attached")
    elif not propagates:
        text = f"no propagation of {wanted} from {hop} into {table.title}"
        roads.found(ERROR, NO_PROPAGATION, text, "run intercloud.vpn.site, or add the propagation (or a static route)")
    elif roads.any_tunnel_up:
        text = f"{table.title} has learned no route to {wanted} from {hop}, although it propagates"
        verdict = NO_ROUTES if roads.link.bgp else NO_ROUTE
        roads.found(ERROR, verdict, text, "look again in a minute; then see what the other end announces")


def _shadows(roads: Roads, title: str, entries: list[Entry], wanted: Network, hop: str) -> None:
    """Routes elsewhere that win: all of the range is lost, or a part of it."""
    winners = tables.winners(entries, wanted, hop)
    if winners:
        whole = tables.covers([e.destination for e in winners], wanted)
        text = f"{title}: {wanted} to {hop} is shadowed by {', '.join(map(str, winners))}"
        roads.found(ERROR if whole else WARNING, NEXT_HOP, text, SHADOW_REMEDY)


def _jdcloud_subnets(roads: Roads) -> list[Resource]:
    subnets = (roads.view.jdcloud_vpc or {}).get("subnets") or []
    managed = {str(x.get("route_table_id")) for x in roads.view.route_tables}
    usual = [s for s in subnets if str(s.get("route_table_id")) in managed]
    return _subnets(roads, roads.link.near, subnets, usual, ("subnet_id", "subnet_name", "address_prefix"))


def _aws_subnets(roads: Roads) -> list[Resource]:
    subnets = roads.aws.get("subnets") or []
    all_tables = roads.aws.get("route_tables") or ()
    elsewhere = {s for x in all_tables if not wanted_table(roads.link.far, x) for s in x.get("subnet_ids") or ()}
    usual = [s for s in subnets if s.get("subnet_id") not in elsewhere]
    return _subnets(roads, roads.link.far, subnets, usual, ("subnet_id", "name", "cidr_block"))


def _subnets(
    roads: Roads, site: Site, have: t.Sequence[Resource], usual: t.Sequence[Resource], keys: tuple[str, str, str]
) -> list[Resource]:
    """The subnets that are asked for by name or id; else those of the inventory, else those whose tables are ours.

    Without being asked for, only subnets that the link carries are looked at.
    """
    ident, name, block = keys
    wanted = roads.subnets.get(site.name)
    if wanted:
        chosen = [s for s in have if {s.get(ident), s.get(name)} & set(wanted)]
        for missing in sorted(set(wanted) - {str(s.get(key)) for s in chosen for key in (ident, name)}):
            allowed = ", ".join(str(s.get(name) or s.get(ident)) for s in have)
            text = f"{missing!r} is no subnet of the site's VPC"
            fault = Fault(f"subnets.{site.name}", text, allowed, "correct it")
            if fault not in roads.faults:
                roads.faults.append(fault)
        return chosen
    own = networks(roads.ranges.near if site is roads.link.near else roads.ranges.far)
    declared = {subnet.name for subnet in site.subnets}
    return [
        s
        for s in ([x for x in have if x.get(name) in declared] if declared else usual)
        if any(n.subnet_of(r) for n in networks([s.get(block)]) for r in own)
    ]
