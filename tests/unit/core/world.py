# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories for the pure core, and what the clouds would hold once they match a plan."""

from __future__ import annotations

import random
from typing import Any

from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import planner, psk
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.links import SLOTS, slots_of

MASTER = "q8Xv2nT0bKc5Zr7LwYh3JmPd9sFgUaEi1oRt6CxVzNk="
Record = dict[str, Any]


def jdcloud_site(n: int, **more: Any) -> Record:
    return {"kind": "jdcloud", "region": "cn-north-1", "vpc": {"cidr": f"10.{n}.0.0/16"}, **more}


def aws_site(n: int, **more: Any) -> Record:
    return {
        "kind": "aws",
        "region": "us-east-1",
        "vpc": {"cidr": f"10.{100 + n}.0.0/16"},
        "vpn_gateway": {"asn": 65100 + n},
        **more,
    }


def empty(sites: Record) -> Record:
    """Accounts that hold nothing."""
    lists = {
        "jdcloud": ("border_gateways", "vpcs", "vpc_attachments", "customer_gateways", "vpn_connections", "vpn_tunnels",
                    "border_gateway_routes", "route_tables"),
        "aws": ("vpn_gateways", "vpcs", "subnets", "customer_gateways", "vpn_connections", "route_tables"),
    }  # fmt: skip
    return {
        name: {"kind": s["kind"], "region": s["region"], "quotas": {}, **{key: [] for key in lists[s["kind"]]}}
        for name, s in sites.items()
    }


def with_sites(sites: Record) -> Record:
    """Accounts whose sites are there and have no link yet."""
    world = empty(sites)
    for name, site in sites.items():
        here = world[name]
        if site["kind"] == "jdcloud":
            mark = f"intercloud.vpn site={name}"
            bgw, vpc = f"bgw-{name}", f"vpc-{name}"
            prefix = site["vpc"]["cidr"]
            here["border_gateways"] = [{"bgw_id": bgw, "bgw_name": f"{name}-bgw", "description": mark}]
            here["vpcs"] = [
                {"vpc_id": vpc, "vpc_name": f"{name}-vpc", "description": mark, "address_prefix": prefix, "subnets": []}
            ]
            here["vpc_attachments"] = [
                {"vpc_attachment_id": "att", "vpc_attachment_name": f"{name}-att", "bgw_id": bgw, "vpc_id": vpc,
                 "propagate_type": "all"}
            ]  # fmt: skip
            here["route_tables"] = [
                {
                    "route_table_id": f"rtb-{name}",
                    "route_table_type": "default",
                    "vpc_id": vpc,
                    "route_propagations": [],
                }
            ]
        else:
            tags = {"intercloud.vpn/site": name}
            vgw, vpc = f"vgw-{name}", f"vpc-{name}"
            here["vpn_gateways"] = [
                {"vpn_gateway_id": vgw, "name": f"{name}-vgw", "amazon_side_asn": site["vpn_gateway"]["asn"],
                 "vpc_attachments": [{"vpc_id": vpc, "state": "attached"}], "tags": tags}
            ]  # fmt: skip
            here["vpcs"] = [{"vpc_id": vpc, "name": f"{name}-vpc", "cidr_blocks": [site["vpc"]["cidr"]], "tags": tags}]
            here["route_tables"] = [
                {
                    "route_table_id": f"rtb-{name}",
                    "main": True,
                    "vpc_id": vpc,
                    "propagating_gateway_ids": [vgw],
                    "tags": {},
                }
            ]
    return world


def plan(sites: Record, links: list[Record], world: Record, **more: Any) -> tuple[dict[str, Any], list[str]]:
    """Plans by link name, and faults as text."""
    master = more.pop("master", MASTER)
    inventory = planner.read_inventory(sites, links, more.pop("topology", None), master)
    assert not inventory.faults, [str(fault) for fault in inventory.faults]
    plans, faults = planner.make_plans(inventory, world, master, more.pop("preview", False))
    return {plan.link: plan.as_dict() for plan in plans}, [str(fault) for fault in faults]


def carry_out(sites: Record, links: list[Record], world: Record, plans: Record, masked: bool = False) -> Record:
    """The clouds after every plan was carried out, as far as the link's own things are concerned."""
    for link in links:
        done = plans[link["name"]]
        jd_name, aws_name = sorted(link["ends"], key=lambda end: sites[end]["kind"], reverse=True)
        _carry_out_link(link, done, world[jd_name], world[aws_name], jd_name, masked)
    return world


def _carry_out_link(link: Record, done: Record, jd: Record, aws: Record, jd_name: str, masked: bool) -> None:
    uid, number = done["uid"], len(jd["vpn_connections"])
    seed = random.Random(uid)
    cloud_ips = [f"116.196.{seed.randrange(256)}.{seed.randrange(1, 255)}" for _n in range(2)]
    connection_id, gateway_id = f"vpnconn-{uid}", f"cgw-{uid}"
    blocks = {x["slot"]: x["tunnel_ip"] for x in done["jdcloud_vpn_tunnels"]}
    outside = {slot: f"52.{seed.randrange(256)}.{seed.randrange(256)}.{n + 1}" for n, slot in enumerate(SLOTS)}
    keys = {
        slot: (link.get("psks") or {}).get(slot) or psk.derive(MASTER, uid, slot, link.get("psk_generation", 1))
        for slot in SLOTS
    }
    digests = {slot: None if masked else psk.digest(MASTER, key) for slot, key in keys.items()}
    gateway = {k: v for k, v in done["jdcloud_customer_gateway"].items() if k != "initial_customer_ips"}
    ips = list(outside.values())
    jd["customer_gateways"].append({"customer_gateway_id": gateway_id, **gateway, "customer_ips": ips})
    jd["vpn_connections"].append(
        {"vpn_connection_id": connection_id, **done["jdcloud_vpn_connection"], "cgw_id": gateway_id, "local_asn": 65000,
         "cloud_public_ip": cloud_ips}
    )  # fmt: skip
    for n, tunnel in enumerate(done["jdcloud_vpn_tunnels"]):
        slot = tunnel["slot"]
        jd["vpn_tunnels"].append(
            {**{k: v for k, v in tunnel.items() if k != "slot"}, "vpn_tunnel_id": f"tun-{number}-{n}",
             "vpn_connection_id": connection_id, "cloud_public_ip": cloud_ips[int(slot[0]) - 1],
             "customer_ip": outside[slot], "op_status": "UP", "psk_digest": digests[slot]}
        )  # fmt: skip
    for cidr in done["jdcloud_routes"]:
        jd["border_gateway_routes"].append(
            {"bgw_route_destination": cidr, "bgw_route_nexthop": connection_id, "origin": "static"}
        )
    for item in done["jdcloud_propagations"]:
        table = next(x for x in jd["route_tables"] if x["route_table_id"] == item["route_table_id"])
        known = table["route_propagations"]
        if not known:
            known.append({"bgw_id": item["bgw_id"], "propagation_cidrs": ""})
        joined = [x for x in known[0]["propagation_cidrs"].split(",") if x] + item["cidrs"]
        known[0]["propagation_cidrs"] = ",".join(joined)
    for far in done["aws_connections"]:
        n = far["address"]
        aws["customer_gateways"].append(
            {"customer_gateway_id": f"cgw-{uid}-{n}", "ip_address": cloud_ips[n - 1], "bgp_asn": far["bgp_asn"],
             "device_name": far["device_name"], "tags": far["customer_gateway_tags"], "state": "available"}
        )  # fmt: skip
        options = {x["slot"]: x for x in far["tunnel_options"]}
        aws["vpn_connections"].append(
            {"vpn_connection_id": f"vpn-{uid}-{n}", "customer_gateway_id": f"cgw-{uid}-{n}", "state": "available",
             "vpn_gateway_id": far["vpn_gateway_id"], "static_routes_only": far["static_routes_only"],
             "tags": dict(far["tags"]),
             "routes": [{"destination_cidr_block": x, "state": "available"} for x in far["routes"]],
             "tunnels": [
                 {**options[slot], "tunnel_inside_cidr": blocks[slot], "outside_ip_address": outside[slot],
                  "psk_digest": digests[slot], "telemetry": {"status": "UP"}}
                 for slot in slots_of(n)
             ]}
        )  # fmt: skip


def shuffle(world: Record, seed: int) -> Record:
    """The same clouds, answering in another order."""
    chance = random.Random(seed)
    for site in world.values():
        for value in site.values():
            if isinstance(value, list):
                chance.shuffle(value)
        for connection in site["vpn_connections"]:
            for key in ("tunnels", "cloud_public_ip"):
                if key in connection:
                    chance.shuffle(connection[key])
    return world
