# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what a plan can't hold: addresses that a cloud told since, and keys.

Pure; raises ValueError where something is missing.
"""

from __future__ import annotations

import typing as t

from . import addressing, psk, slots
from .desired import UNKNOWN

Record = dict[str, t.Any]


def with_keys(value: t.Iterable[Record], link: Record, master: str | None, option: str = "psk") -> list[Record]:
    """Tunnels with their keys, added at the last moment, inside the arguments of the task that needs them.

    `link` has `uid`, `psk_generation` and `psks`.
    """
    own = link.get("psks") or {}
    tunnels, result = list(value), []
    if any(not own.get(tunnel["slot"]) for tunnel in tunnels):
        # The plan has refused this before; but no key may ever be derived from nothing.
        for fault in psk.validate_master(master, "vpn_link_master_secret"):
            raise ValueError(str(fault))
    for tunnel in tunnels:
        slot = tunnel["slot"]
        key = own.get(slot) or psk.derive(master or "", link["uid"], slot, int(link.get("psk_generation") or 1))
        result.append({**{k: v for k, v in tunnel.items() if k != "slot"}, option: key})
    return result


def with_gateways(plan: Record, border_gateway: str, vpn_gateway: str) -> Record:
    """A link's plan with the ids of gateways that did not exist yet when it was planned; empty where still unknown."""
    result = dict(plan)
    if "jdcloud_vpn_connection" in plan:
        planned = plan["jdcloud_vpn_connection"]
        description = planned["description"]
        if vpn_gateway:
            description = description.replace(UNKNOWN, vpn_gateway)
        bgw_id = _known(planned["bgw_id"], border_gateway)
        result["jdcloud_vpn_connection"] = {**planned, "bgw_id": bgw_id, "description": description}
    if "aws_connections" in plan:
        result["aws_connections"] = [
            {**item, "vpn_gateway_id": _known(item["vpn_gateway_id"], vpn_gateway)} for item in plan["aws_connections"]
        ]
    return result


def without_gateways(plan: Record, jdcloud: str, aws: str) -> list[str]:
    """Which of a link's two sites have a gateway that its plan does not know."""
    border_gateway = plan.get("jdcloud_vpn_connection", {}).get("bgw_id")
    vpn_gateways = [item["vpn_gateway_id"] for item in plan.get("aws_connections") or ()]
    return [jdcloud] * (border_gateway == UNKNOWN) + [aws] * (UNKNOWN in vpn_gateways)


def _known(planned: str, told: str) -> str:
    return told if planned == UNKNOWN and told else planned


def with_cloud_ips(value: t.Iterable[Record], vpn_connection: Record) -> list[Record]:
    """Planned AWS connections with the JD Cloud addresses that were unknown when they were planned."""
    planned = list(value)
    told = [str(ip) for ip in vpn_connection.get("cloud_public_ip") or ()]
    known = {item["ip_address"] for item in planned}
    rest = [ip for ip in told if ip not in known]
    return [{**item, "ip_address": rest.pop(0)} if item["ip_address"] == UNKNOWN and rest else item for item in planned]


def with_addresses(value: t.Iterable[Record], planned: t.Sequence[Record], made: t.Iterable[Record]) -> list[Record]:
    """Planned JD Cloud tunnels with both public addresses: AWS's is found by the inside block, never by an index.

    `planned` are AWS connections with JD Cloud's addresses (`with_cloud_ips`), `made` the connections that AWS has.
    """
    cloud_ips = {int(item["address"]): item["ip_address"] for item in planned}
    outside = {
        tunnel.get("tunnel_inside_cidr"): tunnel.get("outside_ip_address")
        for connection in made
        for tunnel in connection.get("tunnels") or ()
    }
    result = []
    for tunnel in value:
        slot = tunnel["slot"]
        customer_ip = outside.get(tunnel["tunnel_ip"])
        if not customer_ip:
            raise ValueError(f"AWS has no tunnel with inside block {tunnel['tunnel_ip']} (slot {slot})")
        cloud_ip = cloud_ips[slots.near(slot)]
        if cloud_ip == UNKNOWN:
            raise ValueError(f"JD Cloud has not told its address {slots.near(slot)} (slot {slot})")
        result.append({**tunnel, "cloud_public_ip": cloud_ip, "customer_ip": customer_ip})
    return sorted(result, key=lambda item: str(item["slot"]))


def with_jdcloud_ips(value: t.Iterable[Record], vpn_connection: Record) -> list[Record]:
    """Planned JD Cloud tunnels to a device with JD Cloud's own addresses, which were unknown when they were planned."""
    told = dict(enumerate(addressing.sorted_addresses(vpn_connection.get("cloud_public_ip")), 1))
    missing = [tunnel["slot"] for tunnel in value if slots.near(tunnel["slot"]) not in told]
    if missing:
        raise ValueError(f"JD Cloud has not told its addresses of the slots {', '.join(missing)}")
    return [{**tunnel, "cloud_public_ip": told[slots.near(tunnel["slot"])]} for tunnel in value]
