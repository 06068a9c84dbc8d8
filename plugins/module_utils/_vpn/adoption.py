# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: an inventory for a VPN that was made in the consoles. Pure.

The two clouds' ends are matched by their outside addresses. Whatever comes out has been tried: it is read and planned
as `site.yml` would do it, so what can't be adopted is told with the planner's own words and not written.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from . import adoption_parts as parts
from . import naming, planner
from .adoption_parts import FarEnd, Refused
from .sites import JDCLOUD
from .slots import JDCLOUD_AWS as SLOTS
from .slots import nears
from .view import Resource, link_of

Record = dict[str, t.Any]
KEYS = "vpn_adopted_psks"
# Valid as a key and never sent: the trial compares no keys, because none was gathered.
ADDRESSES = nears(SLOTS)
TRIAL_KEYS = dict.fromkeys(SLOTS, "never_sent_anywhere")


@dataclass
class Adoption:
    """What was found: sites and links as the inventory writes them, what was left out, and what a run would change."""

    sites: dict[str, Record] = field(default_factory=dict)
    links: dict[str, Record] = field(default_factory=dict)
    topology: dict[str, list[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


def adopt(named: t.Mapping[str, Record], gathered: t.Mapping[str, Record]) -> Adoption:
    """The inventory of all links between the named sites; `gathered` is everything in their regions."""
    result = Adoption()
    ends = _far_ends(named, gathered)
    used: set[str] = set()
    seen: dict[str, str] = {}
    # A site that names its gateway has the first claim on that gateway's connections.
    for site in sorted(named, key=lambda name: not named[name].get("gateway")):
        if named[site]["kind"] != JDCLOUD:
            continue
        gateways = {gateway.get("bgw_id") for gateway in gathered[site]["border_gateways"]}
        for connection in gathered[site]["vpn_connections"]:
            ident = str(connection.get("vpn_connection_id"))
            if connection.get("bgw_id") not in gateways or ident in seen:
                continue
            seen[ident] = site
            try:
                used |= _add(site, connection, ends, named, gathered, result)
            except Refused as exc:
                result.refused.append(f"JD Cloud connection {ident} (site {site}): {exc}")
    for name, connection in _aws_connections(named, gathered):
        ident = str(connection.get("vpn_connection_id"))
        leads = {str(ip) for site in gathered.values() for c in site["vpn_connections"] for ip in parts.ips(c)}
        if ident not in used and _ip(connection, gathered[name]) not in leads:
            text = f"it leads to {_ip(connection, gathered[name])}, which is no address of the JD Cloud sites named"
            result.refused.append(f"AWS connection {ident} (site {name}): {text}")
    result.changes = _trial(result, gathered)[1]
    return result


def _ip(connection: Resource, data: Resource) -> str:
    wanted = connection.get("customer_gateway_id")
    found = [g for g in data["customer_gateways"] if g.get("customer_gateway_id") == wanted]
    return str(found[0].get("ip_address")) if found else ""


def _aws_connections(
    named: t.Mapping[str, Record], gathered: t.Mapping[str, Record]
) -> t.Iterator[tuple[str, Resource]]:
    """The living connections on the gateways of the AWS sites, each once."""
    seen: set[t.Any] = set()
    for name in sorted(named, key=lambda site: not named[site].get("gateway")):
        if named[name]["kind"] == JDCLOUD:
            continue
        gateways = {gateway.get("vpn_gateway_id") for gateway in gathered[name]["vpn_gateways"]}
        for connection in gathered[name]["vpn_connections"]:
            ident = connection.get("vpn_connection_id")
            alive = connection.get("state") not in ("deleted", "deleting")
            if alive and connection.get("vpn_gateway_id") in gateways and ident not in seen:
                seen.add(ident)
                yield name, connection


def _far_ends(named: t.Mapping[str, Record], gathered: t.Mapping[str, Record]) -> dict[str, list[FarEnd]]:
    ends: dict[str, list[FarEnd]] = {}
    for name, connection in _aws_connections(named, gathered):
        ends.setdefault(_ip(connection, gathered[name]), []).append(FarEnd(name, connection))
    return ends


def _add(
    site: str,
    connection: Resource,
    ends: t.Mapping[str, list[FarEnd]],
    named: t.Mapping[str, Record],
    gathered: t.Mapping[str, Record],
    result: Adoption,
) -> set[str]:
    """Adds one link, or refuses it; returns the ids of its AWS connections."""
    if link_of(connection):
        raise Refused(f"it is managed already, as link {link_of(connection)}")
    far = _both(connection, ends)
    aws_site = far[1].site
    data, peer = gathered[site], gathered[aws_site]
    tunnels = parts.tunnels(connection, far, data)
    bgp = bool(connection.get("bgp_enabled"))
    for end in far.values():
        if link_of(end.connection):
            text = f"AWS connection {end.connection.get('vpn_connection_id')} is managed already"
            raise Refused(f"{text}, as link {link_of(end.connection)}")
        if bool(end.connection.get("static_routes_only")) is bgp:
            raise Refused("one end speaks BGP and the other has static routes; make them equal")
    here = parts.jdcloud_site(named[site], connection, data)
    there = parts.aws_site(named[aws_site], far[1].connection, peer)
    for name, wanted in ((site, here), (aws_site, there)):
        known = result.sites.get(name)
        key = "border_gateway" if wanted["kind"] == JDCLOUD else "vpn_gateway"
        if known is not None and (known[key]["id"], known["vpc"]) != (wanted[key]["id"], wanted["vpc"]):
            text = f"site {name} would have two gateways, {known[key]['id']} and {wanted[key]['id']}"
            raise Refused(f"{text}; name a site for each, with its id")
    base = tunnels[SLOTS[0]]["proposal"]
    link: Record = {
        "vpn_link_routing": "bgp" if bgp else "static",
        "vpn_link_proposal": base,
        "vpn_link_tunnels": {slot: parts.own(tunnel, base) for slot, tunnel in tunnels.items()},
        "vpn_link_adopt": {
            "jdcloud_customer_gateway_id": connection.get("cgw_id"),
            "jdcloud_vpn_connection_id": connection.get("vpn_connection_id"),
            "aws_vpn_connection_ids": [far[n].connection.get("vpn_connection_id") for n in ADDRESSES],
        },
    }
    ranges = parts.ranges(site, aws_site, connection, far, data, (here, there), peer, bgp)
    tables = parts.tables(here, ranges.get(aws_site) or parts.cidrs(there, peer), data, result.sites.get(site))
    if tables:
        here["route_tables"] = tables
    if ranges:
        link["vpn_link_ranges"] = ranges
    name = _name(connection, result.links)
    trial = Adoption(
        {**result.sites, site: here, aws_site: there},
        {**result.links, name: link},
        {**result.topology, name: [site, aws_site]},
    )
    problems, _changes = _trial(trial, gathered)
    if problems:
        raise Refused("; ".join(problems))
    result.sites, result.links, result.topology = trial.sites, trial.links, trial.topology
    return {str(far[n].connection.get("vpn_connection_id")) for n in ADDRESSES}


def _both(connection: Resource, ends: t.Mapping[str, list[FarEnd]]) -> dict[int, FarEnd]:
    ips = parts.ips(connection)
    if len(ips) != len(ADDRESSES):
        raise Refused(f"it has {len(ips)} addresses, a link needs two")
    found = {ip: ends.get(ip) or [] for ip in ips}
    missing = [ip for ip, items in found.items() if not items]
    if len(missing) == len(ips):
        raise Refused(f"no AWS connection of the sites named leads to {' or '.join(ips)}")
    if missing:
        raise Refused(f"half a link: no AWS connection leads to {missing[0]}; make it, or name its site")
    for ip, items in found.items():
        if len(items) > 1:
            idents = ", ".join(str(item.connection.get("vpn_connection_id")) for item in items)
            raise Refused(f"more than one AWS connection leads to {ip}: {idents}")
    far = {n: found[ip][0] for n, ip in zip(ADDRESSES, ips, strict=True)}
    if len({(end.site, end.connection.get("vpn_gateway_id")) for end in far.values()}) > 1:
        raise Refused("its two addresses are joined to different AWS gateways")
    return far


def _name(connection: Resource, taken: t.Collection[str]) -> str:
    """A link name from the JD Cloud connection's, in the alphabet of both clouds."""
    text = re.sub(r"[^A-Za-z0-9_-]+", "-", str(connection.get("vpn_connection_name") or "")).strip("-_")
    base = text[: naming.MAX_BASE] or "link"
    names = (base if n == 1 else f"{base[: naming.MAX_BASE - 3]}-{n}" for n in range(1, 99))
    return next(name for name in names if name not in taken)


def _trial(result: Adoption, gathered: t.Mapping[str, Record]) -> tuple[list[str], list[str]]:
    """What the planner says of the inventory: its faults, and what a run would change."""
    links = [
        {
            "name": name,
            "ends": result.topology[name],
            "psks": TRIAL_KEYS,
            **{key.removeprefix("vpn_link_"): value for key, value in link.items()},
        }
        for name, link in result.links.items()
    ]
    inventory = planner.read_inventory(result.sites, links, result.topology, None)
    if inventory.faults:
        return [str(fault) for fault in inventory.faults], []
    narrow = {name: _of_vpc(gathered[name], site["vpc"]["id"]) for name, site in result.sites.items()}
    sites, found = planner.plan_sites(inventory, narrow)
    plans, more = planner.make_plans(inventory, narrow, None, preview=False)
    changes = [f"site {name}: {text}" for name, plan in sites.items() for text in plan.as_dict()["text"]]
    changes += [f"link {plan.link}: {text}" for plan in plans for text in plan.as_dict()["text"]]
    return [str(fault) for fault in [*found, *more]], changes


def _of_vpc(data: Record, vpc_id: str) -> Record:
    """What was gathered of a region, as it would be gathered of a site: route tables and subnets of one VPC."""
    keys = [key for key in ("route_tables", "subnets") if key in data]
    only: Record = {key: [x for x in data[key] if x.get("vpc_id") == vpc_id] for key in keys}
    return {**data, **only}


def host_variables(result: Adoption) -> dict[str, Record]:
    """The variables of each link's host: its keys are references to one variable, which is not written."""
    return {
        name: {**link, "vpn_link_psks": {slot: f"{{{{ {KEYS}['{name}']['{slot}'] }}}}" for slot in SLOTS}}
        for name, link in result.links.items()
    }


def inventory_of(result: Adoption, auth: t.Mapping[str, Record]) -> Record:
    """The inventory file. `auth` are the credentials of sites as they may be written: without secrets."""
    sites = {name: {**site, **({"auth": auth[name]} if auth.get(name) else {})} for name, site in result.sites.items()}
    return {
        "all": {
            "vars": {
                "ansible_connection": "local",
                "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                "vpn_sites": sites,
                "vpn_topology": result.topology,
            },
            "children": {
                "jdcloud_sites": {"hosts": {n: {} for n, s in sites.items() if s["kind"] == JDCLOUD}},
                "aws_sites": {"hosts": {n: {} for n, s in sites.items() if s["kind"] != JDCLOUD}},
                "vpn_links": {"hosts": host_variables(result)},
            },
        }
    }
