# SPDX-License-Identifier: GPL-3.0-or-later
"""Cables, addresses and routes between the lab's namespaces: the Internet, gateways, VPCs, machines, tunnel ends.

Addresses of cables come from shared address space (RFC 6598), so no site's range meets them.
"""

from __future__ import annotations

from typing import Protocol

from lab.dataplane.model import Host, TunnelEnd
from lab.dataplane.netns import Namespaces
from lab.dataplane.numbers import Numbers, cable

INTERNET = "inet"
_UNDERLAY = "100.64.0.0/12"
_VPC_CABLES = "100.96.0.0/12"
_FIRST_HOP = "100.127.255.1"  # of every machine, on its own cable


class Way(Protocol):
    """One end of a tunnel on the Internet: its own public address, and that of the other end."""

    @property
    def key(self) -> str: ...
    @property
    def local(self) -> str: ...
    @property
    def remote(self) -> str: ...


class Plumbing:
    def __init__(self, spaces: Namespaces) -> None:
        self.spaces = spaces
        self.ends, self.gateways, self.vpcs, self.cables = Numbers(), Numbers(), Numbers(), Numbers()
        self.hosts, self.subnets = Numbers(), Numbers()
        self.joined: set[tuple[str, str]] = set()  # VPC, gateway
        self._routes: dict[str, set[tuple[str, str]]] = {}

    def start(self) -> None:
        self.spaces.clear()  # what a lab that was killed has left
        self.spaces.add(INTERNET)

    def end_name(self, end: Way) -> str:
        return f"e{self.ends.of(end.key)}"

    def device(self, end: TunnelEnd) -> str:
        """The interface of a tunnel on its gateway."""
        return f"t{self.ends.of(end.key)}"

    def gateway_name(self, key: str) -> str:
        return f"g{self.gateways.of(key)}"

    def vpc_name(self, key: str) -> str:
        return f"v{self.vpcs.of(key)}"

    def add_end(self, end: Way) -> None:
        """A namespace on the Internet. Tunnels share a cloud's address, so the source decides which one is reached."""
        name, number = self.end_name(end), self.ends.of(end.key)
        near, far = cable(_UNDERLAY, number)
        self.spaces.add(name)
        self.spaces.veth((INTERNET, name), (name, "pub"))
        self.spaces.batch(
            name,
            [
                f"addr add {far}/30 dev pub",
                f"addr add {end.local}/32 dev pub",
                "link set pub up",
                f"route add default via {near} src {end.local}",
            ],
        )
        table = 1000 + number
        self.spaces.batch(
            INTERNET,
            [
                f"addr add {near}/30 dev {name}",
                f"link set {name} up",
                f"route add {end.local}/32 via {far} dev {name} table {table}",
                f"rule add from {end.remote}/32 to {end.local}/32 lookup {table} pref {table}",
            ],
        )

    def remove_end(self, end: Way) -> None:
        """Also of one that was made only in part."""
        name, table = self.end_name(end), 1000 + self.ends.of(end.key)
        self.spaces.unplug(INTERNET, name)
        self.spaces.delete(name)
        self.spaces.batch(INTERNET, [f"rule del pref {table}"], whatever=True)
        self.ends.back(end.key)

    def add_vpc(self, key: str) -> None:
        self.spaces.add(self.vpc_name(key))

    def remove_vpc(self, key: str) -> None:
        self.spaces.delete(self.vpc_name(key))
        self.vpcs.back(key)

    def add_gateway(self, key: str) -> None:
        self.spaces.add(self.gateway_name(key))

    def remove_gateway(self, key: str) -> None:
        self.spaces.delete(self.gateway_name(key))
        self.gateways.back(key)

    def join(self, vpc: str, gateway: str) -> None:
        """Attach a VPC to a gateway."""
        number = self.cables.of(f"{vpc}|{gateway}")
        near, far = cable(_VPC_CABLES, number)
        self.spaces.veth((self.gateway_name(gateway), f"v{number}"), (self.vpc_name(vpc), f"g{number}"))
        for space, device, address in (
            (self.gateway_name(gateway), f"v{number}", near),
            (self.vpc_name(vpc), f"g{number}", far),
        ):
            self.spaces.batch(space, [f"addr add {address}/30 dev {device}", f"link set {device} up"])
        self.joined.add((vpc, gateway))

    def part(self, vpc: str, gateway: str) -> None:
        number = self.cables.of(f"{vpc}|{gateway}")
        self.spaces.unplug(self.vpc_name(vpc), f"g{number}")
        self.cables.back(f"{vpc}|{gateway}")
        self.joined.discard((vpc, gateway))
        for routes in self._routes.values():
            routes -= {route for route in routes if route[1] == gateway}  # the kernel has dropped them

    def way_to_vpc(self, vpc: str, gateway: str) -> str:
        """The VPC's end of the cable, as the gateway's next hop."""
        return cable(_VPC_CABLES, self.cables.of(f"{vpc}|{gateway}"))[1]

    def route_subnet(self, vpc: str, key: str, cidr: str | None, routes: set[tuple[str, str]]) -> None:
        """What lies behind which gateway for the machines of one subnet; `cidr` None: the subnet is gone."""
        name, table = self.vpc_name(vpc), 100 + self.subnets.of(key)
        if key not in self._routes:
            self.spaces.batch(name, [f"rule add from {cidr} lookup {table} pref 33000"])
        had = self._routes.get(key, set())
        self.spaces.batch(name, [f"route del {to} table {table}" for to, _via in sorted(had - routes)])
        self.spaces.batch(
            name,
            [
                f"route add {to} via {cable(_VPC_CABLES, self.cables.of(f'{vpc}|{via}'))[0]} table {table}"
                for to, via in sorted(routes - had)
            ],
        )
        self._routes[key] = set(routes)

    def forget_subnet(self, vpc: str, key: str, cidr: str, vpc_is_gone: bool) -> None:
        if not vpc_is_gone and key in self._routes:
            self.route_subnet(vpc, key, cidr, set())
            table = 100 + self.subnets.of(key)
            self.spaces.batch(self.vpc_name(vpc), [f"rule del from {cidr} lookup {table}"])
        self._routes.pop(key, None)
        self.subnets.back(key)

    def port(self, host: Host) -> str:
        """A machine's cable, as its VPC sees it."""
        return f"h{self.hosts.of(host.key)}"

    def add_host(self, host: Host) -> None:
        """Its namespace is named as the instance, so that a user finds it."""
        vpc, port = self.vpc_name(host.vpc), self.port(host)
        self.spaces.add(host.key)
        self.spaces.veth((vpc, port), (host.key, "eth0"))
        self.spaces.batch(
            vpc,
            [f"addr add {_FIRST_HOP}/32 dev {port}", f"link set {port} up", f"route add {host.address}/32 dev {port}"],
        )
        self.spaces.batch(
            host.key,
            [
                f"addr add {host.address}/32 dev eth0",
                "link set eth0 up",
                f"route add {_FIRST_HOP}/32 dev eth0",
                f"route add default via {_FIRST_HOP} src {host.address}",
            ],
        )

    def remove_host(self, host: Host) -> None:
        self.spaces.unplug(self.vpc_name(host.vpc), self.port(host))
        self.spaces.delete(host.key)
        self.hosts.back(host.key)
