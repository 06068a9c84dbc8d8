# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated JD Cloud's records → model. Nothing here knows of AWS."""

from __future__ import annotations

import ipaddress
from typing import Any

from lab.dataplane.model import Gateway, Host, Ike, PacketRule, Subnet, TunnelEnd, Vpc, World

Record = dict[str, Any]
_PROTOCOLS = {300: "all", 1: "icmp", 6: "tcp", 17: "udp"}
_ROUTES = 300  # dynamic routes for each border gateway [published quota]


def read(held: Record) -> World:
    """`held`: the admin surface's /routes, which is records with what tables hold in effect."""
    world = World()
    for regions in held.values():
        for region in regions.values():
            world += _region(region["records"], region["bgw"], region["routeTable"])
    return world


def _region(
    held: dict[str, dict[str, Record]], routes: dict[str, list[Record]], tables: dict[str, list[Record]]
) -> World:
    def all_of(kind: str) -> list[Record]:
        return list(held.get(kind, {}).values())

    connections = held.get("vpnConnection", {})
    gateways = {
        bgw_id: Gateway(
            key=bgw_id,
            cloud="jdcloud",
            vpcs=_vpcs(bgw_id, routes.get(bgw_id, []), held.get("vpcAttachment", {})),
            static=tuple(
                sorted(
                    (route["bgwRouteDestination"], route["bgwRouteNexthop"])
                    for route in routes.get(bgw_id, [])
                    if route["origin"] == "static" and route["bgwRouteNextHopType"] == "vpnConnection"
                )
            ),
            # By default the connections of one border gateway can't reach each other [published].
            forwards_between_connections=False,
            multipath=True,
            import_limit=_ROUTES,
        )
        for bgw_id in held.get("bgw", {})
    }
    tunnels = {}
    for tunnel in all_of("vpnTunnel"):
        connection = connections[tunnel["vpnConnectionId"]]
        end = _tunnel(tunnel, connection, held["customerGateway"][connection["cgwId"]])
        tunnels[end.key] = end
    vpcs = {
        vpc_id: Vpc(
            vpc_id,
            tuple(
                Subnet(s["subnetId"], s["addressPrefix"], _subnet_routes(tables.get(s["routeTableId"], [])), None)
                for s in all_of("subnet")
                if s["vpcId"] == vpc_id
            ),
        )
        for vpc_id in held.get("vpc", {})
    }
    hosts = {}
    for item in all_of("instance"):
        if item["status"] == "running":
            groups = [held["networkSecurityGroup"][group] for group in item["_securityGroupIds"]]
            rules = _rules([rule for group in groups for rule in group["securityGroupRules"]])
            host = Host(item["instanceId"], item["vpcId"], item["subnetId"], item["privateIpAddress"], rules)
            hosts[host.key] = host
    return World(gateways, tunnels, vpcs, hosts)


def _vpcs(bgw_id: str, routes: list[Record], attachments: dict[str, Record]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    ranges: dict[str, list[str]] = {a["vpcId"]: [] for a in attachments.values() if a["bgwId"] == bgw_id}
    for route in routes:
        if route["bgwRouteNextHopType"] == "vpcAttachment":
            ranges[attachments[route["bgwRouteNexthop"]]["vpcId"]].append(route["bgwRouteDestination"])
    return tuple(sorted((vpc, tuple(sorted(cidrs))) for vpc, cidrs in ranges.items()))


def _tunnel(tunnel: Record, connection: Record, gateway: Record) -> TunnelEnd:
    block = ipaddress.IPv4Network(tunnel["tunnelIp"])
    own = tunnel["localTunnelIp"]
    other = next(str(ip) for ip in block.hosts() if str(ip) != own)
    pfs = tunnel.get("ipsecKeyExchange")
    groups = "" if pfs in (None, "", "null") else f"-{pfs}"
    return TunnelEnd(
        key=f"jdcloud/{tunnel['vpnTunnelId']}",
        cloud="jdcloud",
        gateway=connection["bgwId"],
        connection=tunnel["vpnConnectionId"],
        local=tunnel["cloudPublicIp"],
        remote=tunnel["customerIp"],
        psk=tunnel["psk"],
        ike=Ike(
            version={"v1": 1, "v2": 2}[tunnel["ikeVersion"]],
            aggressive=tunnel.get("ikeMode") == "aggressive",
            ike_proposals=(f"{tunnel['ikeCipher']}-{tunnel['ikeAuth']}-{tunnel['ikeKeyExchange']}",),
            esp_proposals=(f"{tunnel['ipsecCipher']}-{tunnel['ipsecAuth']}{groups}",),
            ike_lifetime=tunnel["ikeSaLifeSec"],
            esp_lifetime=tunnel["ipsecSaLifeSec"],
            dpd=tunnel["ikeDpdSec"],
        ),
        inside=f"{own}/30",
        peer_inside=other,
        initiates=True,  # the cloud initiates [published]
        enabled=tunnel["adminStatus"] == "UP",
        bgp=connection["bgpEnabled"],
        local_asn=connection["localAsn"],
        peer_asn=gateway["bgpAsn"],
    )


def _subnet_routes(rules: list[Record]) -> tuple[tuple[str, str], ...]:
    """Destination → border gateway. The smaller priority wins, and only that one is installed."""
    best: dict[str, tuple[int, str]] = {}
    for rule in rules:
        if rule["nextHopType"] == "bgw":
            candidate = (rule["priority"], rule["nextHopId"])
            best[rule["addressPrefix"]] = min(best.get(rule["addressPrefix"], candidate), candidate)
    return tuple(sorted((destination, gateway) for destination, (_priority, gateway) in best.items()))


def _rules(rules: list[Record]) -> tuple[PacketRule, ...]:
    result = []
    for rule in sorted(rules, key=lambda item: (item.get("priority", 100), item["ruleAction"] == "ALLOW")):
        if rule.get("addressPrefixType", "CIDR") != "CIDR":
            continue  # prefix lists are not emulated
        protocol = _PROTOCOLS[rule["protocol"]]
        ports = None
        if protocol in ("tcp", "udp"):
            ports = (rule.get("fromPort") or 1, rule.get("toPort") or 65535)
        ranges = (rule["addressPrefix"],)
        result.append(PacketRule(rule["ruleAction"] == "ALLOW", rule["direction"] == 0, protocol, ranges, ports))
    return tuple(result)
