# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated AWS's records, in the shapes of EC2's Describe answers → model. Nothing here knows of JD Cloud."""

from __future__ import annotations

import ipaddress
from typing import Any

from lab.aws.tunnels import DEFAULTS, DESCRIBED_AS
from lab.dataplane.model import Gateway, Host, Ike, PacketRule, Subnet, TunnelEnd, Vpc, World

Record = dict[str, Any]
_GROUPS = {
    2: "modp1024", 5: "modp1536", 14: "modp2048", 15: "modp3072", 16: "modp4096", 17: "modp6144", 18: "modp8192",
    19: "ecp256", 20: "ecp384", 21: "ecp521",
}  # fmt: skip
_HASHES = {"SHA1": "sha1", "SHA2-256": "sha256", "SHA2-384": "sha384", "SHA2-512": "sha512"}
_CIPHERS = {"AES128": "aes128", "AES256": "aes256"}
_COMBINED = {"AES128-GCM-16": "aes128gcm16", "AES256-GCM-16": "aes256gcm16"}
_PROTOCOLS = {"-1": "all", "1": "icmp", "6": "tcp", "17": "udp", "icmp": "icmp", "tcp": "tcp", "udp": "udp"}
_ROUTES = 100  # more received routes reset the session (AWS's quota)


def read(state: Record) -> World:
    """`state`: the admin surface's /state."""
    world = World()
    for account in state["accounts"].values():
        for held in account["regions"].values():
            world += _region(held)
    return world


def _region(held: dict[str, list[Record]]) -> World:
    vpcs = {vpc["VpcId"]: vpc for vpc in held["Vpcs"]}
    customers = {item["CustomerGatewayId"]: item for item in held["CustomerGateways"]}
    gateways: dict[str, Gateway] = {}
    asns: dict[str, int] = {}
    live = [c for c in held["VpnConnections"] if c["State"] in ("available", "modifying")]
    for gateway in held["VpnGateways"]:
        if gateway["State"] != "available":
            continue
        key = gateway["VpnGatewayId"]
        asns[key] = int(gateway["AmazonSideAsn"])
        attached = [a["VpcId"] for a in gateway.get("VpcAttachments", []) if a["State"] == "attached"]
        mine = [c for c in live if c.get("VpnGatewayId") == key and c["Options"]["StaticRoutesOnly"]]
        gateways[key] = Gateway(
            key=key,
            cloud="aws",
            vpcs=tuple((vpc_id, _cidrs(vpcs[vpc_id])) for vpc_id in attached if vpc_id in vpcs),
            static=tuple(
                sorted(
                    (r["DestinationCidrBlock"], c["VpnConnectionId"])
                    for c in mine
                    for r in c.get("Routes", [])
                    if r["State"] != "deleted"
                )
            ),
            # A VPN gateway forwards between its connections: AWS calls it VPN CloudHub.
            forwards_between_connections=True,
            multipath=False,
            import_limit=_ROUTES,
        )
    tunnels: dict[str, TunnelEnd] = {}
    for connection in live:
        if connection.get("VpnGatewayId") in gateways:
            asn = asns[connection["VpnGatewayId"]]
            for options in connection["Options"]["TunnelOptions"]:
                end = _tunnel(connection, options, customers[connection["CustomerGatewayId"]], asn)
                tunnels[end.key] = end
    return World(gateways, tunnels, _vpcs(held, gateways), _hosts(held))


def _cidrs(vpc: Record) -> tuple[str, ...]:
    sets = vpc.get("CidrBlockAssociationSet") or [{"CidrBlock": vpc["CidrBlock"]}]
    return tuple(sorted(item["CidrBlock"] for item in sets))


def _tunnel(connection: Record, options: Record, customer: Record, asn: int) -> TunnelEnd:
    block = ipaddress.IPv4Network(options["TunnelInsideCidr"])

    def value(name: str) -> Any:
        return options.get(DESCRIBED_AS.get(name, name), DEFAULTS[name])

    def values(name: str) -> list[Any]:
        return [item["Value"] for item in value(name)]

    versions = {int(version.removeprefix("ikev")) for version in values("IKEVersions")}
    return TunnelEnd(
        key=f"aws/{connection['VpnConnectionId']}/{options['OutsideIpAddress']}",
        cloud="aws",
        gateway=connection["VpnGatewayId"],
        connection=connection["VpnConnectionId"],
        local=options["OutsideIpAddress"],
        remote=customer["IpAddress"],
        psk=options["PreSharedKey"],
        ike=Ike(
            version=versions.pop() if len(versions) == 1 else 0,
            aggressive=False,
            ike_proposals=_proposals([values(f"Phase1{x}") for x in _PARTS], ike=True),
            esp_proposals=_proposals([values(f"Phase2{x}") for x in _PARTS], ike=False),
            ike_lifetime=value("Phase1LifetimeSeconds"),
            esp_lifetime=value("Phase2LifetimeSeconds"),
            dpd=value("DPDTimeoutSeconds"),
        ),
        inside=f"{block[1]}/30",  # AWS takes the first usable address
        peer_inside=str(block[2]),
        initiates=value("StartupAction") == "start",
        enabled=True,
        bgp=not connection["Options"]["StaticRoutesOnly"],
        local_asn=asn,
        peer_asn=int(customer["BgpAsn"]),
    )


_PARTS = ("EncryptionAlgorithms", "IntegrityAlgorithms", "DHGroupNumbers")


def _proposals(parts: list[list[Any]], ike: bool) -> tuple[str, ...]:
    """All that may be negotiated, from `_PARTS`; ciphers that need no hash stand in a proposal of their own."""
    ciphers, hashes, groups = parts
    dh = [_GROUPS[number] for number in groups if number in _GROUPS]
    plain = [_CIPHERS[name] for name in ciphers if name in _CIPHERS]
    combined = [_COMBINED[name] for name in ciphers if name in _COMBINED]
    integrity = [_HASHES[name] for name in hashes]
    found = []
    if plain:
        found.append("-".join([*plain, *integrity, *dh]))
    if combined:
        found.append("-".join([*combined, *([f"prf{x}" for x in integrity] if ike else []), *dh]))
    return tuple(found)


def _vpcs(held: dict[str, list[Record]], gateways: dict[str, Gateway]) -> dict[str, Vpc]:
    result = {}
    for vpc in held["Vpcs"]:
        subnets = [s for s in held["Subnets"] if s["VpcId"] == vpc["VpcId"]]
        result[vpc["VpcId"]] = Vpc(
            vpc["VpcId"],
            tuple(
                Subnet(s["SubnetId"], s["CidrBlock"], _routes(_table(held, s), gateways), _acl(held, s["SubnetId"]))
                for s in subnets
            ),
        )
    return result


def _table(held: dict[str, list[Record]], subnet: Record) -> Record:
    """The table that a subnet is associated with, else the VPC's main one."""
    main: Record = {}
    for table in held["RouteTables"]:
        for association in table.get("Associations", []):
            if association.get("SubnetId") == subnet["SubnetId"]:
                return table
            if association.get("Main") and table["VpcId"] == subnet["VpcId"]:
                main = table
    return main


def _routes(table: Record, gateways: dict[str, Gateway]) -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted(
            (route["DestinationCidrBlock"], route["GatewayId"])
            for route in table.get("Routes", [])
            if route.get("GatewayId") in gateways and route.get("DestinationCidrBlock")
        )
    )


def _acl(held: dict[str, list[Record]], subnet_id: str) -> tuple[PacketRule, ...] | None:
    for acl in held["NetworkAcls"]:
        if any(item.get("SubnetId") == subnet_id for item in acl.get("Associations", [])):
            entries = sorted(acl.get("Entries", []), key=lambda item: int(item["RuleNumber"]))
            return tuple(_entry(entry) for entry in entries if entry.get("CidrBlock"))
    return None


def _entry(entry: Record) -> PacketRule:
    protocol = _PROTOCOLS.get(str(entry["Protocol"]), "all")
    icmp = entry.get("IcmpTypeCode") or {}
    ports = entry.get("PortRange") or {}
    return PacketRule(
        allow=entry["RuleAction"] == "allow",
        inbound=not entry["Egress"],
        protocol=protocol,
        ranges=(entry["CidrBlock"],),
        ports=(ports["From"], ports["To"]) if protocol in ("tcp", "udp") and ports else None,
        icmp=(int(icmp.get("Type", -1)), int(icmp.get("Code", -1))) if protocol == "icmp" and icmp else None,
    )


def _hosts(held: dict[str, list[Record]]) -> dict[str, Host]:
    groups = {group["GroupId"]: group for group in held["SecurityGroups"]}
    instances = [i for r in held["Reservations"] for i in r["Instances"] if i["State"]["Name"] == "running"]
    members: dict[str, list[str]] = {}
    for instance in instances:
        for group in instance.get("SecurityGroups", []):
            members.setdefault(group["GroupId"], []).append(instance["PrivateIpAddress"])
    return {
        i["InstanceId"]: Host(
            i["InstanceId"],
            i["VpcId"],
            i["SubnetId"],
            i["PrivateIpAddress"],
            tuple(
                rule
                for group in i.get("SecurityGroups", [])
                for inbound, name in ((True, "IpPermissions"), (False, "IpPermissionsEgress"))
                for permission in groups[group["GroupId"]].get(name, [])
                for rule in _permission(permission, inbound, members)
            ),
        )
        for i in instances
        if i.get("SubnetId")
    }


def _permission(permission: Record, inbound: bool, members: dict[str, list[str]]) -> list[PacketRule]:
    protocol = _PROTOCOLS.get(str(permission["IpProtocol"]))
    ranges = [item["CidrIp"] for item in permission.get("IpRanges", [])]
    for pair in permission.get("UserIdGroupPairs", []):
        ranges += [f"{address}/32" for address in members.get(pair["GroupId"], [])]
    if protocol is None or not ranges:
        return []
    low, high = permission.get("FromPort"), permission.get("ToPort")
    # Ports, or the type and code of ICMP.
    given = None if low is None or high is None else (int(low), int(high))
    ports = given if protocol in ("tcp", "udp") else None
    return [PacketRule(True, inbound, protocol, tuple(ranges), ports, given if protocol == "icmp" else None)]
