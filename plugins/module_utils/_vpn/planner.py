# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the way in. Inventory and what was gathered → plans, or all faults. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import absent, checks, device_plan, keys, link_reader, present, propagation, psk, site_plan, sites, topology
from .actions import Plan
from .allotment import allot
from .bind import bind
from .desired import UNKNOWN, Desired, ranges
from .faults import Fault
from .links import Link
from .sites import JDCLOUD, Site
from .summary import summary
from .view import View, link_of


@dataclass
class Inventory:
    """Sites, links and their topology, understood; `faults` is what is wrong with them."""

    sites: dict[str, Site] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    edges: list[topology.Edge] = field(default_factory=list)
    transit: list[topology.TransitPath] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def staying(self) -> list[topology.Edge]:
        """The edges that will be there afterwards: giving a link up is a way out of a refusal."""
        leaving = {link.name for link in self.links if link.absent}
        return [edge for edge in self.edges if edge.link not in leaving]


def read_inventory(
    site_data: t.Any, link_data: t.Sequence[t.Mapping[str, t.Any]], topology_data: t.Any, master: str | None
) -> Inventory:
    """Understands an inventory without asking any cloud."""
    inventory = Inventory()
    if not isinstance(site_data, t.Mapping):
        inventory.faults.append(
            Fault("vpn_sites", "is not a dictionary", "site name: settings", "see inventories/example")
        )
        site_data = {}
    broken: set[str] = set()
    for name, data in site_data.items():
        site, faults = sites.parse(str(name), data)
        inventory.faults += faults
        if site is None:
            broken.add(str(name))
        else:
            inventory.sites[site.name] = site
    inventory.faults += _same_gateways(inventory.sites.values())
    for data in link_data:
        link, faults = link_reader.parse(data, inventory.sites, broken)
        inventory.faults += faults
        if link is not None:
            inventory.links.append(link)
    inventory.edges, faults = topology.parse(topology_data, inventory.links)
    inventory.faults += faults + topology.uids(inventory.edges)
    told = {str(data.get("name")) for data in link_data}
    for edge in inventory.edges:
        for end in edge.ends:
            if end not in inventory.sites and end not in broken and edge.link not in told:
                allowed = ", ".join(sorted(inventory.sites)) or "vpn_sites is empty"
                text = f"names site {end!r}, which is not defined"
                inventory.faults.append(
                    Fault(f"link {edge.link}", text, allowed, "correct it, or define it in vpn_sites")
                )
    wanted = [link for link in inventory.links if not link.absent]
    stated = {name: site.stated_ranges for name, site in inventory.sites.items()}
    inventory.faults += topology.overlaps(inventory.staying, wanted, stated)
    here = {end for link in inventory.links for end in (site.name for site in link.ends)}
    paths = topology.transit(inventory.staying, inventory.sites)
    inventory.transit = [path for path in paths if path.through in here]
    if wanted:
        inventory.faults += topology.undeclared(inventory.transit, inventory.sites)
    if any(link.derives_keys for link in wanted):
        inventory.faults += psk.validate_master(master, "vpn_link_master_secret")
    return inventory


def _same_gateways(known: t.Iterable[Site]) -> list[Fault]:
    """Two sites with one gateway would have their blocks, quotas and ranges kept apart although they are one."""
    faults = []
    owner: dict[tuple[str, str], str] = {}
    for site in known:
        if site.gateway_id and (site.region, site.gateway_id) in owner:
            text = f"has the same gateway {site.gateway_id} as site {owner[site.region, site.gateway_id]}"
            faults.append(Fault(f"vpn_sites.{site.name}", text, "", "make them one site, or correct one id"))
        owner.setdefault((site.region, site.gateway_id), site.name)
    return faults


def wanted_key(link: Link, slot: str, master: str | None, generation: int) -> str:
    """The key of a slot: the user's own, or derived."""
    tunnel = next(item for item in link.tunnels if item.slot == slot)
    return tunnel.psk or psk.derive(master or "", link.uid, slot, generation)


def digest_key(link: Link, master: str | None) -> str:
    """What digests and fingerprints are keyed with: the master secret, or, where none is needed, the keys."""
    return master or "\x1f".join(tunnel.psk for tunnel in link.tunnels)


def plan_sites(
    inventory: Inventory, gathered: t.Mapping[str, t.Any]
) -> tuple[dict[str, site_plan.SitePlan], list[Fault]]:
    """The plans of all sites that were gathered."""
    plans = {
        name: site_plan.build(site, gathered[name])
        for name, site in sorted(inventory.sites.items())
        if site.is_cloud and gathered.get(name) is not None
    }
    return plans, [fault for plan in plans.values() for fault in plan.faults]


def block_links_of(site_plans: t.Iterable[site_plan.SitePlan], plans: t.Iterable[Plan], inventory: Inventory) -> None:
    """A site that could not be made fails the links that would have to be worked on, and no others."""
    lacking = {plan.site: plan.actions[0] for plan in site_plans if plan.actions}
    ends = {link.name: link.clouds for link in inventory.links}
    for plan in plans:
        for site in ends[plan.link] if plan.actions else ():
            if site.name in lacking:
                plan.blocked.append(f"site {site.name} could not be made, it still lacks: {lacking[site.name]}")


def make_plans(
    inventory: Inventory,
    gathered: t.Mapping[str, t.Any],
    master: str | None,
    preview: bool,
    previous: str | None = None,
) -> tuple[list[Plan], list[Fault]]:
    """The plans of all links. With `preview` a gateway that does not exist yet is planned for, else it is a fault.

    `previous` is the master secret that `master` replaces.
    """
    faults: list[Fault] = []
    bound: list[tuple[Link, View]] = []
    leaving = {link.uid for link in inventory.links if link.absent}
    for link in inventory.links:
        missing = [site.name for site in link.clouds if gathered.get(site.name) is None]
        if missing:
            text = f"site {', '.join(missing)} was not gathered"
            faults.append(Fault(f"link {link.name}", text, "", "give vpn_link_info the same sites"))
            continue
        view = bind(link, gathered)
        if link.absent:
            # Links that go together keep nothing for each other's sake.
            view.siblings = [item for item in view.siblings if link_of(item) not in leaving]
            view.gateway_users = [item for item in view.gateway_users if link_of(item) not in leaving]
        bound.append((link, view))
    staying = [(link, view) for link, view in bound if not link.absent]
    allotted = allot(staying, inventory.edges, inventory.sites, gathered, faults)
    plans = []
    for link, view in bound:
        fingerprint = psk.fingerprint(digest_key(link, master), link.uid)
        generation, found = keys.generation(link, view, fingerprint, link.rotate)
        faults += [] if link.absent else found
        desired = Desired(
            link=link,
            ranges=ranges(link, view),
            marker=psk.Marker(generation, fingerprint),
            blocks=allotted.get(link.uid, {}),
            previous_fingerprint=psk.fingerprint(previous, link.uid) if previous else "",
        )
        if link.absent:
            plan = absent.build(desired, view)
            plan.faults += view.faults
        else:
            plan = _present(desired, view, master, preview)
        plan.notes += [f"transit path: {path}" for path in inventory.transit if path.through == link.far.name]
        plan.data.update(summary(desired, view))
        plans.append(plan)
    pairs = list(zip(bound, plans, strict=True))
    faults += checks.after_reads(inventory, [(x, v, p) for (x, v), p in pairs if not x.absent], gathered)
    return plans, faults + [fault for plan in plans for fault in plan.faults]


def _present(desired: Desired, view: View, master: str | None, preview: bool) -> Plan:
    link = desired.link

    def key_digest(slot: str, generation: int) -> str:
        return psk.digest(digest_key(link, master), wanted_key(link, slot, master, generation))

    plan = present.build(desired, view, key_digest)
    plan.faults += view.faults
    missing = [
        site.name for site in link.clouds if (view.border_gateway if site.kind == JDCLOUD else view.vpn_gateway) is None
    ]
    for name in missing:
        if preview:
            plan.notes.append(f"site {name} has no gateway yet; the sites' run makes it first")
        elif not any(fault.place == f"site {name}" for fault in view.faults):
            plan.blocked.append(f"site {name} has no gateway; run the sites first")
    if not preview and plan.actions:
        plan.blocked += [f"{problem}; run the sites first" for problem in _unreached(link, view, missing)]
    plan.data.update(psk_generation=desired.marker.generation, psk_mark=str(desired.marker))
    plan.data.update(_steps(desired, view))
    if link.device:
        plan.device = device_plan.link(desired, view, lambda slot: key_digest(slot, desired.marker.generation))
        # The device with this link alone, for a tunnel that is rolled.
        plan.data["device"] = device_plan.device(link.device, (plan.device,) if plan.device else ()).as_dict()
    return plan


def _unreached(link: Link, view: View, without_gateway: t.Sequence[str]) -> t.Iterator[str]:
    """Sites whose VPC the gateway does not reach: a tunnel would negotiate and carry nothing."""
    for site in link.clouds:
        if site.name in without_gateway:
            continue
        if (view.jdcloud_vpc if site.kind == JDCLOUD else view.aws_vpc) is None:
            yield f"site {site.name} has no VPC"
        elif not (view.vpc_attached if site.kind == JDCLOUD else view.attached_gateway):
            yield f"the gateway of site {site.name} is attached to no VPC"


def _steps(desired: Desired, view: View) -> dict[str, t.Any]:
    """What the steps of role vpn_link send."""
    link, data = desired.link, dict[str, t.Any]()
    if link.jdcloud:
        data.update(
            jdcloud_customer_gateway=desired.jdcloud_customer_gateway(view),
            jdcloud_vpn_connection=desired.jdcloud_vpn_connection(view),
            jdcloud_vpn_tunnels=[desired.jdcloud_tunnel(slot, view) for slot in link.slots],
            jdcloud_routes=desired.jdcloud_routes(),
            jdcloud_propagations=desired.propagations(view),
            vpn_connection=_addresses(view),
        )
    if link.aws:
        data.update(
            range_memory=propagation.memory(desired.ranges.far) if link.jdcloud else {},
            aws_connections=desired.aws_connections(view),
            aws_made=list(view.aws_connections.values()),
        )
    return data


def _addresses(view: View) -> dict[str, t.Any]:
    """What later steps need of a JD Cloud connection that exists already."""
    connection = view.vpn_connection or {}
    return {key: connection.get(key) for key in ("vpn_connection_id", "cloud_public_ip")}


__all__ = ["UNKNOWN", "Inventory", "digest_key", "make_plans", "plan_sites", "read_inventory", "wanted_key"]
