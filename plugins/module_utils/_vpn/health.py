# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: how links are, judged from what both clouds tell, and whether that is enough. Pure.

The order of causes: records → tunnels → routes → firewalls → MTU. Each part only finds; the expectation is weighed
here.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import health_device, health_pings, health_routes, health_tunnels, slots
from .bind import bind
from .desired import Ranges, ranges
from .faults import Fault
from .health_finding import ERROR, INFO, NOT_CONFIGURED, REDUNDANCY, WARNING, Finding, worst
from .health_firewalls import Firewall, understand
from .health_tunnels import TunnelHealth
from .links import Link
from .planner import Inventory
from .sites import JDCLOUD
from .view import Resource, View

ALL_TUNNELS, REDUNDANT, ANY_TUNNEL = "all_tunnels", "redundant", "any_tunnel"
EXPECTATIONS = (ALL_TUNNELS, REDUNDANT, ANY_TUNNEL)
RUN_SITE = health_tunnels.RUN_SITE

Way = t.Mapping[str, t.Any]


@dataclass
class Question:
    """What is expected, and what is known besides the records. With `slots` only these tunnels are weighed."""

    expectation: str = ALL_TUNNELS
    slots: t.Collection[str] = ()
    subnets: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)
    pings: t.Sequence[Way] = ()
    firewalls: t.Sequence[Resource] = ()
    mtu: int = health_pings.TUNNEL_MTU


@dataclass
class LinkHealth:
    """One link, judged."""

    link: Link
    expectation: str
    tunnels: list[TunnelHealth]
    ranges: Ranges
    slots: t.Collection[str] = ()
    findings: list[Finding] = field(default_factory=list)
    pings: list[Way] = field(default_factory=list)

    @property
    def every_finding(self) -> list[Finding]:
        return [finding for tunnel in self.tunnels for finding in tunnel.findings] + self.findings

    @property
    def errors(self) -> list[Finding]:
        """What is wrong with the link as a whole, where it is asked for; no number of tunnels makes up for it."""
        if self.slots:
            return []
        return [finding for finding in self.findings if finding.level == ERROR]

    @property
    def weighed(self) -> list[TunnelHealth]:
        return [tunnel for tunnel in self.tunnels if tunnel.slot in (self.slots or self.link.slots)]

    def up(self, path: t.Collection[str]) -> list[TunnelHealth]:
        return [tunnel for tunnel in self.tunnels if tunnel.slot in path and tunnel.counts]

    @property
    def redundant(self) -> bool:
        """A tunnel that is up on each of the ways that are redundant to each other."""
        return all(self.up(path) for path in self.link.paths)

    @property
    def met(self) -> bool:
        return not self.errors and self._enough({tunnel.slot for tunnel in self.weighed if tunnel.counts})

    @property
    def worth_waiting(self) -> bool:
        """Whether time alone may bring what is expected; a record that is wrong stays wrong."""
        if self.met or any(finding.lasting for finding in self.errors):
            return False
        return self._enough({tunnel.slot for tunnel in self.weighed if tunnel.counts or not tunnel.stuck})

    def _enough(self, slots: t.Collection[str]) -> bool:
        if self.expectation == ALL_TUNNELS:
            wanted = {tunnel.slot for tunnel in self.weighed if tunnel.wanted}
            return bool(wanted) and wanted <= set(slots)
        if self.expectation == REDUNDANT:
            return all(set(path) & set(slots) for path in self.link.paths)
        return bool(slots)

    @property
    def waiting_for(self) -> list[str]:
        """What is missing for the expectation, in a few words each."""
        if self.met:
            return []
        missing = []
        if self.expectation == ALL_TUNNELS:
            missing = self._lacking()
            if not any(tunnel.wanted for tunnel in self.weighed):
                missing = ["a tunnel (the inventory wants all of them DOWN)"]
        elif self.expectation == REDUNDANT:
            missing = [
                f"a tunnel over {way(self.link, path)} ({self._troubles(path)})"
                for path in self.link.paths
                if not self.up(path)
            ]
        elif not any(tunnel.counts for tunnel in self.weighed):
            missing = [f"any tunnel ({self._troubles(self.slots or self.link.slots)})"]
        return missing + list(dict.fromkeys(f"{finding.verdict}: {finding.text}" for finding in self.errors))

    def _lacking(self) -> list[str]:
        """The tunnels that do not count although they are wanted, by what ails them."""
        by_trouble: dict[str, list[str]] = {}
        for tunnel in self.weighed:
            if tunnel.wanted and not tunnel.counts:
                by_trouble.setdefault(tunnel.trouble, []).append(tunnel.slot)
        return [
            f"tunnel{'s' if len(slots) > 1 else ''} {', '.join(slots)} ({trouble})"
            for trouble, slots in by_trouble.items()
        ]

    def _troubles(self, slots: t.Iterable[str]) -> str:
        return ", ".join(f"{tunnel.slot} {tunnel.trouble}" for tunnel in self.tunnels if tunnel.slot in slots)

    def as_dict(self) -> dict[str, t.Any]:
        """For a return value; holds no key."""
        return {
            "link": self.link.name,
            "routing": self.link.routing,
            "ends": {site.kind: site.name for site in self.link.ends},
            "ranges": {self.link.near.name: list(self.ranges.near), self.link.far.name: list(self.ranges.far)},
            "verdict": worst(self.every_finding),
            "expectation": self.expectation,
            "expectation_met": self.met,
            "redundant": self.redundant,
            "waiting_for": self.waiting_for,
            "worth_waiting": self.worth_waiting,
            "tunnels": [tunnel.as_dict() for tunnel in self.tunnels],
            "findings": [finding.as_dict() for finding in self.every_finding],
            "text": [str(finding) for finding in self.every_finding],
            "pings": [dict(ping) for ping in self.pings],
        }


def way(link: Link, path: t.Sequence[str]) -> str:
    """What the slots of a path have in common, in words."""
    if len(link.addresses) == 1:
        return f"AWS's address {slots.far(path[0])}"
    return f"{link.near.label}'s address {slots.near(path[0])}"


def unread(inventory: Inventory, names: t.Collection[str]) -> list[Fault]:
    """Links that can't be judged, because an end is not among the sites that are read."""
    return [
        Fault(f"link {link.name}", f"site {site.name} is not read", ", ".join(names), "add it to the option sites")
        for link in inventory.links
        for site in link.clouds
        if not link.absent and site.name not in names
    ]


def examine(
    inventory: Inventory, gathered: t.Mapping[str, t.Any], question: Question
) -> tuple[list[LinkHealth], list[Fault]]:
    """The health of every link of an inventory, and what is wrong with the question."""
    healths: list[LinkHealth] = []
    faults: list[Fault] = []
    known = {(x.site, x.address): x for x in map(understand, question.firewalls)}
    for link in [link for link in inventory.links if not link.absent]:
        view = bind(link, gathered)
        jdcloud, aws = (gathered[site.name] if site.is_cloud else {} for site in link.ends)
        roads = health_routes.Roads(link, view, ranges(link, view), jdcloud, aws, question.subnets, False)
        ends = [site.name for site in link.ends]
        health = _examine(roads, question, {key: x for key, x in known.items() if key[0] in ends})
        healths.append(health)
        faults += roads.faults
    return healths, faults


def _examine(roads: health_routes.Roads, question: Question, known: t.Mapping[tuple[str, str], Firewall]) -> LinkHealth:
    link, view = roads.link, roads.view
    judge = health_device.judge if link.device else health_tunnels.judge
    tunnels = [judge(link, slot, view) for slot in link.slots]
    health = LinkHealth(link, question.expectation, tunnels, roads.ranges, question.slots)
    health.pings = [ping for ping in question.pings if ping["link"] == link.name]
    health.findings = _foundations(link, view)
    if health.findings:
        return health
    roads.any_tunnel_up = any(tunnel.state == health_tunnels.UP for tunnel in tunnels)
    health_routes.judge(roads)
    health.findings += roads.findings
    healthy = not health.errors and any(tunnel.counts for tunnel in tunnels)
    health.findings += health_pings.judge(link, health.pings, known, healthy, question.mtu)
    health.findings += health_pings.expected(link, roads.ranges, known, bool(health.pings))
    health.findings += _redundancy(health, view)
    return health


def _foundations(link: Link, view: View) -> list[Finding]:
    """What has to exist before anything else can be judged."""

    def missing(text: str, remedy: str = RUN_SITE) -> Finding:
        return Finding(ERROR, link.name, "", NOT_CONFIGURED, text, remedy)

    found = [missing(f"{fault.place}: {fault.problem}", fault.remedy) for fault in view.faults]
    for site in link.clouds:
        if (view.border_gateway if site.kind == JDCLOUD else view.vpn_gateway) is None:
            found.append(missing(f"site {site.name} has no gateway"))
    if not found and link.jdcloud and view.vpn_connection is None:
        found.append(missing("JD Cloud has no VPN connection of this link"))
    if not found and link.aws and not view.aws_connections:
        found.append(missing("AWS has no VPN connection of this link"))
    return found


def _redundancy(health: LinkHealth, view: View) -> list[Finding]:
    """Lost redundancy is no error by itself: the expectation says whether it is enough."""
    ha_status = (view.vpn_connection or {}).get("ha_status")
    for path in health.link.paths:
        if not health.up(path) and any(tunnel.counts for tunnel in health.tunnels):
            where = way(health.link, path)
            address = view.near_ips.get(slots.near(path[0]))
            where += f" ({address})" if len(health.link.addresses) > 1 else ""
            stopped = not any(tunnel.wanted for tunnel in health.tunnels if tunnel.slot in path)
            rest = "others" if len(health.link.paths) > 2 else "other address"
            text = f"no tunnel is up over {where}; the link hangs on the {rest}"
            level = INFO if stopped else WARNING
            return [Finding(level, health.link.name, "", REDUNDANCY, text, "mend the tunnels of that address")]
    if health.redundant and ha_status == "no_redundancy":
        text = "JD Cloud tells haStatus no_redundancy, although a tunnel is up over each of its addresses"
        return [Finding(WARNING, health.link.name, "", REDUNDANCY, text, "look again in a minute")]
    return []
