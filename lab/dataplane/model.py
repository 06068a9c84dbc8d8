# SPDX-License-Identifier: GPL-3.0-or-later
"""What there should be, in terms of neither cloud. All of it is compared by value: what is equal is left alone."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ike:
    """One end's idea of IKE and ESP, in strongSwan's words. Seconds."""

    version: int  # 1, 2, or 0 for either
    aggressive: bool
    ike_proposals: tuple[str, ...]
    esp_proposals: tuple[str, ...]
    ike_lifetime: int
    esp_lifetime: int
    dpd: int  # 0: off


@dataclass(frozen=True)
class TunnelEnd:
    """One end of a tunnel, as its own cloud has it on record."""

    key: str
    cloud: str
    gateway: str
    connection: str
    local: str
    remote: str
    psk: str = field(repr=False)
    ike: Ike
    inside: str  # own inside address with its prefix length
    peer_inside: str
    initiates: bool
    enabled: bool
    bgp: bool
    local_asn: int
    peer_asn: int


@dataclass(frozen=True)
class Gateway:
    """A border gateway or a VPN gateway: a router."""

    key: str
    cloud: str
    vpcs: tuple[tuple[str, tuple[str, ...]], ...]  # VPC → its ranges that this gateway knows
    static: tuple[tuple[str, str], ...]  # destination, VPN connection
    forwards_between_connections: bool
    multipath: bool
    import_limit: int


@dataclass(frozen=True)
class PacketRule:
    """One rule of a packet filter. `ports` and `icmp` are None for any."""

    allow: bool
    inbound: bool
    protocol: str  # all, icmp, tcp, udp
    ranges: tuple[str, ...]
    ports: tuple[int, int] | None = None
    icmp: tuple[int, int] | None = None  # type, code; -1 for any


@dataclass(frozen=True)
class Subnet:
    key: str
    cidr: str
    routes: tuple[tuple[str, str], ...]  # destination, gateway
    acl: tuple[PacketRule, ...] | None  # stateless, in order; None: none


@dataclass(frozen=True)
class Host:
    """An instance: a machine that answers pings, behind its security groups (stateful, in order of priority)."""

    key: str
    vpc: str
    subnet: str
    address: str
    rules: tuple[PacketRule, ...]


@dataclass(frozen=True)
class Vpc:
    key: str
    subnets: tuple[Subnet, ...]


@dataclass(frozen=True)
class World:
    """All of both clouds, by key."""

    gateways: dict[str, Gateway] = field(default_factory=dict)
    tunnels: dict[str, TunnelEnd] = field(default_factory=dict)
    vpcs: dict[str, Vpc] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)

    def __add__(self, other: World) -> World:
        return World(
            self.gateways | other.gateways,
            self.tunnels | other.tunnels,
            self.vpcs | other.vpcs,
            self.hosts | other.hosts,
        )
