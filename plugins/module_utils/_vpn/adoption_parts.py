# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what the clouds hold of one link, in the words of the inventory. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import proposals
from .addressing import Network, networks
from .propagation import missing_ranges, propagated
from .sites import JDCLOUD
from .slots import JDCLOUD_AWS, near, nears
from .view import Resource

Record = dict[str, t.Any]
GROUPS = {name: number for number, name in proposals.JDCLOUD_GROUPS.items()}
PLAIN = ("partition", "transit")


class Refused(Exception):
    """Why something can't be adopted, in plain words."""


@dataclass(frozen=True)
class FarEnd:
    """An AWS connection that leads to a JD Cloud address."""

    site: str
    connection: Resource


def ips(connection: Resource) -> list[str]:
    return sorted(str(ip) for ip in connection.get("cloud_public_ip") or ())


def tunnels(connection: Resource, far: t.Mapping[int, FarEnd], data: Resource) -> dict[str, Record]:
    """The four tunnels by slot; the order within an address is that of AWS's outside addresses."""
    mine = [x for x in data["vpn_tunnels"] if x.get("vpn_connection_id") == connection.get("vpn_connection_id")]
    result: dict[str, Record] = {}
    for address, ip in zip(nears(JDCLOUD_AWS), ips(connection), strict=True):
        there = sorted(far[address].connection.get("tunnels") or (), key=lambda x: str(x.get("outside_ip_address")))
        own = [slot for slot in JDCLOUD_AWS if near(slot) == address]
        if len(there) != len(own):
            raise Refused(f"the AWS connection to {ip} shows {len(there)} tunnels instead of 2; try again later")
        for slot, end in zip(own, there, strict=True):
            pair = (ip, end.get("outside_ip_address"))
            here = [x for x in mine if (x.get("cloud_public_ip"), x.get("customer_ip")) == pair]
            if not here:
                raise Refused(f"half a link: JD Cloud has no tunnel {pair[0]} ↔ {pair[1]}; make it first")
            result[slot] = {
                "inside_cidr": end.get("tunnel_inside_cidr"),
                "bandwidth_mbps": here[0].get("bandwidth_mbps"),
                "admin_status": here[0].get("admin_status"),
                "proposal": _proposal(here[0]),
            }
    return result


def _proposal(tunnel: Resource) -> Record:
    """JD Cloud's record: it holds one value each, where AWS may accept many."""
    version = str(tunnel.get("ike_version") or "").removeprefix("v")
    groups = {key: tunnel.get(key) for key in ("ike_key_exchange", "ipsec_key_exchange")}
    found = {
        "ike_version": int(version) if version.isdigit() else None,
        "ike_encryption": tunnel.get("ike_cipher"),
        "ike_integrity": tunnel.get("ike_auth"),
        "ike_dh_group": GROUPS.get(str(groups["ike_key_exchange"]), groups["ike_key_exchange"]),
        "ike_lifetime": tunnel.get("ike_sa_life_sec"),
        "ipsec_encryption": tunnel.get("ipsec_cipher"),
        "ipsec_integrity": tunnel.get("ipsec_auth"),
        "ipsec_pfs_group": GROUPS.get(str(groups["ipsec_key_exchange"]), groups["ipsec_key_exchange"]),
        "ipsec_lifetime": tunnel.get("ipsec_sa_life_sec"),
    }
    return {key: value for key, value in found.items() if value is not None}


def own(tunnel: Record, base: Record) -> Record:
    own = {"inside_cidr": tunnel["inside_cidr"]}
    if tunnel["bandwidth_mbps"] is not None:
        own["bandwidth_mbps"] = tunnel["bandwidth_mbps"]
    if tunnel["admin_status"] == "DOWN":
        own["admin_status"] = "DOWN"
    if tunnel["proposal"] != base:
        own["proposal"] = tunnel["proposal"]
    return own


def jdcloud_site(named: Record, connection: Resource, data: Resource) -> Record:
    bgw_id = connection.get("bgw_id")
    vpcs = {str(x.get("vpc_id")) for x in data["vpc_attachments"] if x.get("bgw_id") == bgw_id}
    return {
        "kind": JDCLOUD,
        "region": named["region"],
        "vpc": {"id": _one_vpc(named, vpcs, f"border gateway {bgw_id}")},
        "border_gateway": {"id": bgw_id},
    }


def aws_site(named: Record, connection: Resource, data: Resource) -> Record:
    gateway_id = connection.get("vpn_gateway_id")
    gateway = next(g for g in data["vpn_gateways"] if g.get("vpn_gateway_id") == gateway_id)
    vpcs = {str(x.get("vpc_id")) for x in gateway.get("vpc_attachments") or ()}
    vpc = _one_vpc(named, vpcs, f"gateway {gateway_id}")
    tables = [x for x in data["route_tables"] if x.get("vpc_id") == vpc]
    learning = sorted(
        str(x["route_table_id"]) for x in tables if gateway_id in (x.get("propagating_gateway_ids") or ())
    )
    site = {
        "kind": named["kind"],
        "region": named["region"],
        **{key: named[key] for key in PLAIN if named.get(key)},
        "vpc": {"id": vpc},
        "vpn_gateway": {"id": gateway_id, "asn": int(gateway.get("amazon_side_asn") or 0)},
    }
    return {**site, "route_tables": learning} if learning else site


def _one_vpc(named: Record, vpcs: set[str], gateway: str) -> str:
    if named.get("vpc") in vpcs:
        return str(named["vpc"])
    if len(vpcs) != 1 or named.get("vpc"):
        found = ", ".join(sorted(vpcs)) or "none"
        raise Refused(f"{gateway} is attached to these VPCs: {found}; attach one, or give the site's vpc.id")
    return vpcs.pop()


def cidrs(site: Record, data: Resource) -> list[str]:
    return [c for vpc in data["vpcs"] if vpc.get("vpc_id") == site["vpc"]["id"] for c in vpc.get("cidr_blocks") or ()]


def ranges(
    site: str,
    aws_site: str,
    connection: Resource,
    far: t.Mapping[int, FarEnd],
    data: Resource,
    ends: tuple[Record, Record],
    peer: Resource,
    bgp: bool,
) -> dict[str, list[str]]:
    """Ranges by site name; a site that announces all of its VPC is left out."""
    here, there = ends
    if not bgp:
        wanted = connection.get("vpn_connection_id")
        routes = [x for x in data["border_gateway_routes"] if x.get("bgw_route_nexthop") == wanted]
        back = {
            str(route.get("destination_cidr_block"))
            for end in far.values()
            for route in end.connection.get("routes") or ()
            if route.get("state") != "deleted"
        }
        out = sorted(str(x.get("bgw_route_destination")) for x in routes if x.get("origin") != "propagated")
        return {name: values for name, values in ((site, sorted(back)), (aws_site, out)) if values}
    whole, bgw_id = cidrs(there, peer), here["border_gateway"]["id"]
    tables = [x for x in data["route_tables"] if x.get("vpc_id") == here["vpc"]["id"]]
    if any(not missing_ranges(table, bgw_id, whole) for table in tables):
        return {}
    learned = {
        cidr
        for table in tables
        for item in table.get("route_propagations") or ()
        if item.get("bgw_id") == bgw_id
        for cidr in propagated(item)
    }
    inside = [n for n in networks(learned) if any(n.subnet_of(Network(c)) for c in whole)]
    return {aws_site: sorted(map(str, inside))} if inside else {}


def tables(here: Record, ranges: list[str], data: Resource, known: Record | None) -> list[str]:
    """The tables that learn all of the link's ranges already, and so do for the site's other links."""
    bgw_id = here["border_gateway"]["id"]
    found = {
        str(x["route_table_id"])
        for x in data["route_tables"]
        if x.get("vpc_id") == here["vpc"]["id"] and not missing_ranges(x, bgw_id, ranges)
    }
    return sorted(found & set(known["route_tables"]) if known and known.get("route_tables") else found)
