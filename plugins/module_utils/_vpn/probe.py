# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: where a probe instance of a site stands, and who may ping it. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import addressing, sites, topology
from .faults import Fault
from .naming import TAG_SITE
from .sites import JDCLOUD, Site
from .view import Resource, site_vpc

NEEDED = ("image_id", "instance_type")


@dataclass
class Place:
    """The subnet that takes a probe; empty ids where the VPC does not exist yet."""

    vpc_id: str = ""
    subnet_id: str = ""
    faults: list[Fault] = field(default_factory=list)

    def as_dict(self) -> dict[str, t.Any]:
        return {"vpc_id": self.vpc_id, "subnet_id": self.subnet_id}


def far_ranges(all_sites: t.Mapping[str, t.Any], topology_data: t.Any, name: str) -> tuple[list[str], list[Fault]]:
    """The ranges at the other ends of all links of a site."""
    edges, faults = topology.parse(topology_data, [])
    found: set[str] = set()
    for edge in edges:
        if name not in edge.ends:
            continue
        other = edge.ends[1] if edge.ends[0] == name else edge.ends[0]
        site, more = sites.parse(other, all_sites.get(other))
        faults += more
        if site is not None and not site.stated_ranges:
            text = "has no ranges in the inventory, so nothing tells whose pings to admit"
            faults.append(Fault(f"vpn_sites.{other}", text, "", "give its ranges"))
        found.update(str(item) for item in (site.stated_ranges if site else ()))
    return sorted(found), faults


def own_sites(
    topology_data: t.Any, hosts: t.Sequence[str], host: str, all_sites: t.Mapping[str, t.Any]
) -> tuple[list[str], list[Fault]]:
    """The clouds' sites whose probe one link looks after, of links that work side by side: each is one link's only."""
    edges, faults = topology.parse(topology_data, [])
    owner: dict[str, str] = {}
    for edge in sorted((edge for edge in edges if edge.link in hosts), key=lambda edge: edge.link):
        for end in edge.ends:
            if all_sites[end].get("kind") in sites.CLOUDS:
                owner.setdefault(end, edge.link)
    return sorted(site for site, link in owner.items() if link == host), faults


def place(name: str, data: t.Mapping[str, t.Any], gathered: Resource) -> Place:
    """The subnet that the inventory names, else the first one inside the site's ranges."""
    site, faults = sites.parse(name, data)
    result = Place(faults=faults)
    if site is None or faults:
        return result
    settings = data.get("probe") or {}
    where = f"vpn_sites.{name}.probe"
    for key in (*NEEDED, "az") if site.kind == JDCLOUD else NEEDED:
        if not settings.get(key):
            text = f"{key} is missing, and there is no default that exists everywhere"
            result.faults.append(Fault(where, text, "", "take it from the cloud's console"))
    vpc, found = site_vpc(site, gathered)
    result.faults += found
    if vpc is None:
        return result
    result.vpc_id = str(vpc["vpc_id"])
    subnets = _subnets(site, vpc, gathered)
    wanted = settings.get("subnet")
    if wanted:
        chosen = [ident for ident, subnet_name, _network in subnets if wanted in (ident, subnet_name)]
    else:
        ranges = site.stated_ranges
        chosen = [x for x, _name, network in subnets if not ranges or any(network.subnet_of(r) for r in ranges)]
    if chosen:
        result.subnet_id = chosen[0]
    else:
        allowed = ", ".join(f"{subnet_name or ident} ({network})" for ident, subnet_name, network in subnets)
        text = f"{wanted!r} is no subnet of the VPC" if wanted else "no subnet lies inside the site's ranges"
        result.faults.append(Fault(f"{where}.subnet", text, allowed or "the VPC has none", "name one that exists"))
    return result


def _subnets(site: Site, vpc: Resource, gathered: Resource) -> list[tuple[str, str, addressing.Network]]:
    """Id, name and range; those that the inventory makes come first, in its order."""
    if site.kind == JDCLOUD:
        raw = [(x["subnet_id"], x.get("subnet_name"), x.get("address_prefix")) for x in vpc.get("subnets") or ()]
    else:
        of_vpc = [x for x in gathered.get("subnets") or () if x.get("vpc_id") == vpc["vpc_id"]]
        raw = [(x["subnet_id"], x.get("name"), x.get("cidr_block")) for x in of_vpc]
    order = [subnet.name for subnet in site.subnets]
    found = [(str(i), str(n or ""), network) for i, n, c in raw for network in addressing.networks([c])]
    return sorted(found, key=lambda item: (order.index(item[1]) if item[1] in order else len(order), item[2]))


def standing(
    name: str, data: t.Mapping[str, t.Any], where: t.Mapping[str, str], ranges: t.Collection[str], gathered: Resource
) -> dict[str, t.Any] | None:
    """What is known of an AWS site's probe, if there is exactly one with its group and nothing of either differs.

    It spares a converged run the modules that would only find the same, at a second or more each.
    """
    machines = gathered.get("machines") or []
    groups = [x for x in gathered.get("security_groups") or () if x["vpc_id"] == where["vpc_id"]]
    if len(machines) != 1 or len(groups) != 1:
        return None
    machine, group = machines[0], groups[0]
    tags = {"Name": f"{name}-probe", TAG_SITE: name}
    wanted = {
        "state": "running",
        "instance_type": (data.get("probe") or {}).get("instance_type"),
        "subnet_id": where["subnet_id"],
        "security_group_ids": [group["group_id"]],
        "tags": tags,
    }
    pings = {"protocol": "icmp", "from_port": -1, "to_port": -1, "sources": sorted(ranges)}
    admits = group["tags"] == tags and group["ingress"] == [pings]
    lets_out = [(rule["protocol"], rule["sources"]) for rule in group["egress"]] == [("-1", ["0.0.0.0/0"])]
    if not admits or not lets_out or any(machine[key] != value for key, value in wanted.items()):
        return None
    return {
        "site": name,
        "instance_id": machine["instance_id"],
        "address": machine["private_ip_address"],
        "security_group_ids": machine["security_group_ids"],
    }
