# SPDX-License-Identifier: GPL-3.0-or-later
"""Customer gateways, VPN connections and VPN tunnels."""

from __future__ import annotations

import ipaddress
from typing import Any

from lab.jdcloud import schema
from lab.jdcloud.errors import exists, invalid, precondition
from lab.jdcloud.store import Record, Region, now

BGW_ASN = 65000


def create_customer_gateway(region: Region, body: Any) -> Record:
    fields = schema.read(body, schema.CUSTOMER_GATEWAY)
    _refuse_equal(region, fields["customerIps"], fields["bgpAsn"], None)
    region.need_quota("customer_gateway")
    return region.add("customerGateway", {"description": "", **fields, "updatedTime": now()})


def _refuse_equal(region: Region, ips: list[str], asn: int, own_id: str | None) -> None:
    """The tutorial: the same gateway may be made again in another region; within one they clash (inferred)."""
    for other in region.all("customerGateway"):
        if other["customerGatewayId"] != own_id and set(other["customerIps"]) == set(ips) and other["bgpAsn"] == asn:
            raise exists(f"an equal customer gateway exists: {other['customerGatewayId']}")


def modify_customer_gateway(region: Region, gateway_id: str, body: Any) -> None:
    gateway = region.get("customerGateway", gateway_id)
    fields = schema.read(body, schema.MODIFY_CUSTOMER_GATEWAY, partial=True)
    ips = fields.get("customerIps")
    if ips is not None and set(ips) != set(gateway["customerIps"]):
        used = [x for x in region.all("vpnTunnel") if _gateway_of(region, x) == gateway_id]
        if used:
            raise precondition("customerIps can be changed only while no VPN tunnel exists on the customer gateway")
        _refuse_equal(region, ips, gateway["bgpAsn"], gateway_id)
    gateway.update(fields, updatedTime=now())


def _gateway_of(region: Region, tunnel: Record) -> str:
    return str(region.resources["vpnConnection"][tunnel["vpnConnectionId"]]["cgwId"])


def delete_customer_gateway(region: Region, gateway_id: str) -> None:
    region.get("customerGateway", gateway_id)
    users = region.children("vpnConnection", "cgwId", gateway_id)
    region.refuse_use(f"Customer gateway {gateway_id}", users, "vpnConnection")
    del region.resources["customerGateway"][gateway_id]


def view_connection(region: Region, connection: Record) -> Record:
    ready = region.settled(connection)
    return {
        **connection,
        "cloudPublicIp": list(connection["cloudPublicIp"]) if ready else [],
        "haStatus": "redundancy" if _redundant(region, connection) else "no_redundancy",
        "trafficSelectors": connection.get("trafficSelectors") or [],
    }


def _redundant(region: Region, connection: Record) -> bool:
    """≥ 2 customer IPs, both cloud IPs tunnelled to different customer IPs, ≥ 1 tunnel UP per cloud IP."""
    tunnels = region.children("vpnTunnel", "vpnConnectionId", connection["vpnConnectionId"])
    up = {ip: {x["customerIp"] for x in tunnels if x["cloudPublicIp"] == ip and x["opStatus"] == "UP"}
          for ip in connection["cloudPublicIp"]}  # fmt: skip
    gateway = region.resources["customerGateway"][connection["cgwId"]]
    return len(gateway["customerIps"]) >= 2 and all(up.values()) and len(set.union(*up.values())) >= 2


def create_connection(region: Region, body: Any) -> Record:
    fields = schema.read(body, schema.CONNECTION)
    bgw = region.parent("bgw", fields["bgwId"], "bgwId")
    region.parent("customerGateway", fields["cgwId"], "cgwId")
    region.need_quota("vpn_connection", fields["bgwId"])
    asn = fields.setdefault("localAsn", BGW_ASN)
    if asn == region.resources["customerGateway"][fields["cgwId"]]["bgpAsn"]:
        raise invalid("localAsn: the two ends of EBGP need different ASNs")
    fields.pop("chargeSpec", None)
    edge = bgw["azType"] == "edge"
    fields["providers"] = (fields.get("providers") or ["bgp", "bgp"]) if edge else ["bgp", "bgp"]
    record = {
        "description": "",
        **fields,
        "cloudPublicIp": [region.cloud.public_address(), region.cloud.public_address()],
        "azType": bgw["azType"],
        "az": bgw.get("az", ""),
        "charge": {"chargeMode": "postpaid_by_usage"},
        "updatedTime": now(),
    }
    return region.add("vpnConnection", record)


def modify_connection(region: Region, connection_id: str, body: Any) -> None:
    connection = region.get("vpnConnection", connection_id)
    fields = schema.read(body, schema.MODIFY_CONNECTION, partial=True)
    limit = region.settings.quotas["vpn_traffic_selector"]
    if len(fields.get("trafficSelectors") or ()) > limit:
        raise invalid(f"trafficSelectors: at most {limit}")
    connection.update(fields, updatedTime=now())


def delete_connection(region: Region, connection_id: str) -> None:
    region.get("vpnConnection", connection_id)
    what = f"VPN connection {connection_id}"
    region.refuse_use(what, region.children("vpnTunnel", "vpnConnectionId", connection_id), "vpnTunnel")
    region.refuse_use(what, region.children("bgwRoute", "bgwRouteNexthop", connection_id), "bgwRoute")
    del region.resources["vpnConnection"][connection_id]


def view_tunnel(region: Region, tunnel: Record) -> Record:
    block = ipaddress.IPv4Network(tunnel["tunnelIp"])
    other = next(str(ip) for ip in block.hosts() if str(ip) != tunnel["localTunnelIp"])
    shown = {
        **tunnel,
        "localId": tunnel["cloudPublicIp"],
        "remoteId": tunnel["customerIp"],
        "localIp": tunnel["cloudPublicIp"],
        "remoteIp": tunnel["customerIp"],
        "remoteTunnelIp": other,
    }
    masking = region.settings.mask_psk
    if masking == "stars":
        shown["psk"] = "******"
    elif masking == "absent":
        del shown["psk"]
    return shown


def create_tunnel(region: Region, body: Any) -> Record:
    fields = schema.read(body, schema.TUNNEL)
    connection = region.parent("vpnConnection", fields["vpnConnectionId"], "vpnConnectionId")
    gateway = region.resources["customerGateway"][connection["cgwId"]]
    if not region.settled(connection) or fields["cloudPublicIp"] not in connection["cloudPublicIp"]:
        raise invalid(f"cloudPublicIp: {fields['cloudPublicIp']} is no public address of the VPN connection")
    if fields["customerIp"] not in gateway["customerIps"]:
        raise invalid(f"customerIp: {fields['customerIp']} is no address of customer gateway {connection['cgwId']}")
    for other in region.children("vpnTunnel", "vpnConnectionId", fields["vpnConnectionId"]):
        if (other["cloudPublicIp"], other["customerIp"]) == (fields["cloudPublicIp"], fields["customerIp"]):
            raise exists(f"a tunnel between these two addresses exists: {other['vpnTunnelId']}")
    region.need_quota("vpn_tunnel", fields["vpnConnectionId"])
    _check_inside(region, connection, fields, None)
    return region.add("vpnTunnel", {**fields, "opStatus": "DOWN", "updatedTime": now()})


def _check_inside(region: Region, connection: Record, fields: Record, own_id: str | None) -> None:
    block = ipaddress.IPv4Network(fields["tunnelIp"])
    fields.setdefault("localTunnelIp", str(block[2]))
    if fields["localTunnelIp"] not in (str(block[1]), str(block[2])):
        raise invalid(f"localTunnelIp: one of {block[1]} and {block[2]}")
    siblings = {c["vpnConnectionId"] for c in region.children("vpnConnection", "bgwId", connection["bgwId"])}
    for other in region.all("vpnTunnel"):
        if other["vpnTunnelId"] == own_id or other["vpnConnectionId"] not in siblings:
            continue
        if ipaddress.IPv4Network(other["tunnelIp"]).overlaps(block):
            raise invalid(f"tunnelIp: {block} is used by {other['vpnTunnelId']} on the same border gateway")


def modify_tunnel(region: Region, tunnel_id: str, body: Any) -> None:
    tunnel = region.get("vpnTunnel", tunnel_id)
    fields = schema.read(body, schema.MODIFY_TUNNEL, partial=True)
    if "tunnelIp" in fields or "localTunnelIp" in fields:
        fields.setdefault("tunnelIp", tunnel["tunnelIp"])
        if fields["tunnelIp"] == tunnel["tunnelIp"]:
            fields.setdefault("localTunnelIp", tunnel["localTunnelIp"])
        connection = region.resources["vpnConnection"][tunnel["vpnConnectionId"]]
        _check_inside(region, connection, fields, tunnel_id)
    tunnel.update(fields, updatedTime=now())


def admin_status(region: Region, tunnel_id: str, body: Any) -> None:
    tunnel = region.get("vpnTunnel", tunnel_id)
    status = schema.read(body, schema.ADMIN_STATUS)["adminStatus"]
    tunnel.update(adminStatus=status, updatedTime=now())
    if status == "DOWN":
        tunnel["opStatus"] = "DOWN"


def delete_tunnel(region: Region, tunnel_id: str) -> None:
    if region.get("vpnTunnel", tunnel_id)["adminStatus"] != "DOWN":
        raise precondition(f"VPN tunnel {tunnel_id} can be deleted only while its adminStatus is DOWN")
    del region.resources["vpnTunnel"][tunnel_id]
