# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes namespaces, daemons and packet filters what the model says. What is equal is not touched."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.dataplane import firewall
from lab.dataplane.bird import Router
from lab.dataplane.events import EventLog
from lab.dataplane.ike import IkeEnd
from lab.dataplane.model import Gateway, Host, TunnelEnd, World
from lab.dataplane.netns import Namespaces
from lab.dataplane.plumbing import INTERNET, Plumbing

_BGP_HOLD = 30  # AWS's hold time, in seconds
_GOODBYE = 0.3  # for a router to tell its neighbour, before the tunnel goes


class Fabric:
    """`timer_scale`: protocol timers run that much faster than on the real clouds (0.3: hold time 9 s, not 30 s)."""

    def __init__(self, spaces: Namespaces, folder: Path, events: EventLog, timer_scale: float) -> None:
        self.spaces, self.folder, self.events, self.timer_scale = spaces, folder, events, timer_scale
        self.plumbing = Plumbing(spaces)
        self.world = World()
        self.ends: dict[str, IkeEnd] = {}
        self.routers: dict[str, Router] = {}
        self.black_holes: set[str] = set()
        self.longest: dict[str, int] = {}  # gateway → longest packet that its tunnels carry (a fault)
        self._up: frozenset[str] = frozenset()
        self._filters: dict[str, str] = {}
        self._leave = threading.Event()
        self.lock = threading.RLock()

    def start(self) -> None:
        self.plumbing.start()

    def stop(self) -> None:
        self._leave.set()
        self.spaces.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def apply(self, wanted: World) -> None:
        with self.lock:
            self._note_records(wanted)
            self._remove(wanted)
            self._add(wanted)
            self._route(wanted)
            stopping = self._stopping(wanted)
            if stopping:  # its neighbour hears of it first, and other tunnels take over
                self._configure_routers(wanted)
                self._leave.wait(_GOODBYE)
            self._configure_ends(wanted)
            self._configure_routers(wanted)
            self._filter(wanted)
            self.world = wanted

    def _note_records(self, wanted: World) -> None:
        have = self.world.tunnels
        for key in sorted(have.keys() | wanted.tunnels.keys()):
            before, after = have.get(key), wanted.tunnels.get(key)
            if before is None or after is None:
                self.events.record(before or wanted.tunnels[key], "gone" if after is None else "made")
            elif before != after:
                self.events.record(after, "changed")

    def _remove(self, wanted: World) -> None:
        have = self.world
        for key, host in list(have.hosts.items()):
            if key not in wanted.hosts or _place(host) != _place(wanted.hosts[key]):
                self.plumbing.remove_host(host)
                self._filters.pop(host.key, None)
                del have.hosts[key]
        gone = [end for key, end in have.tunnels.items() if not _same_end(end, wanted.tunnels.get(key))]
        if gone:
            left = World(have.gateways, {k: e for k, e in have.tunnels.items() if e not in gone}, have.vpcs, have.hosts)
            self._configure_routers(left)
            self._leave.wait(_GOODBYE)
        for end in gone:
            self.plumbing.remove_end(end)
            self.ends.pop(end.key, None)
            shutil.rmtree(self._folder_of(end), ignore_errors=True)
            del have.tunnels[end.key]
        for vpc_key, gateway in self.plumbing.joined - _attachments(wanted):
            self.plumbing.part(vpc_key, gateway)
        for key in [key for key in have.gateways if key not in wanted.gateways]:
            self.routers.pop(key, None)
            self._filters.pop(self.plumbing.gateway_name(key), None)
            self.longest.pop(key, None)
            self.plumbing.remove_gateway(key)
            del have.gateways[key]
        for key, vpc in list(have.vpcs.items()):
            there = wanted.vpcs.get(key)
            staying = {s.key for s in there.subnets} if there else set()
            for subnet in vpc.subnets:
                if subnet.key not in staying:
                    self.plumbing.forget_subnet(key, subnet.key, subnet.cidr, there is None)
            if there is None:
                self._filters.pop(self.plumbing.vpc_name(key), None)
                self.plumbing.remove_vpc(key)
                del have.vpcs[key]

    def _add(self, wanted: World) -> None:
        have = self.world
        for key, vpc in wanted.vpcs.items():
            if key not in have.vpcs:
                self.plumbing.add_vpc(key)
                have.vpcs[key] = vpc
        for key, gateway in wanted.gateways.items():
            if key not in have.gateways:
                self.plumbing.add_gateway(key)
                name = self.plumbing.gateway_name(key)
                self.routers[key] = Router(self.spaces, self.folder / name, name)
            have.gateways[key] = gateway
        for vpc_key, gateway_key in sorted(_attachments(wanted) - self.plumbing.joined):
            self.plumbing.join(vpc_key, gateway_key)
        for key, host in wanted.hosts.items():
            if key not in have.hosts:
                self.plumbing.add_host(host)
                have.hosts[key] = host
        new = [end for key, end in wanted.tunnels.items() if key not in have.tunnels]
        self._spawn(new)

    def _spawn(self, ends: list[TunnelEnd]) -> None:
        """All at once: starting is mostly waiting. One that fails is taken back, and tried again next time."""
        started: dict[str, IkeEnd] = {}
        try:
            for end in ends:
                self.plumbing.add_end(end)
                name, device = self.plumbing.end_name(end), self.plumbing.device(end)
                started[end.key] = IkeEnd(self.spaces, self._folder_of(end), name, device, self.timer_scale)
                started[end.key].spawn()
            with ThreadPoolExecutor(8) as pool:
                attached = {end.key: pool.submit(self._attach, end, started[end.key]) for end in ends}
            for end in ends:
                if attached[end.key].exception() is None:
                    self.ends[end.key] = started[end.key]
                    self.world.tunnels[end.key] = end
            for future in attached.values():
                future.result()
        finally:
            for end in ends:
                if end.key not in self.ends:
                    self.plumbing.remove_end(end)

    def _attach(self, end: TunnelEnd, ike: IkeEnd) -> None:
        gateway = self.plumbing.gateway_name(end.gateway)
        ike.attach(gateway)
        ike.plug_in(gateway, end)

    def _folder_of(self, end: TunnelEnd) -> Path:
        return self.folder / self.plumbing.end_name(end)

    def _route(self, wanted: World) -> None:
        joined = _attachments(wanted)
        for key, vpc in wanted.vpcs.items():
            for subnet in vpc.subnets:
                routes = {(to, via) for to, via in subnet.routes if (key, via) in joined}
                self.plumbing.route_subnet(key, subnet.key, subnet.cidr, routes)

    def _stopping(self, wanted: World) -> list[str]:
        return [k for k, end in self.world.tunnels.items() if end.enabled and not wanted.tunnels[k].enabled]

    def _configure_ends(self, wanted: World) -> None:
        for key, end in wanted.tunnels.items():
            ike = self.ends[key]
            if ike.killed:
                continue
            before = self.world.tunnels[key]
            if before.inside != end.inside:
                ike.plug_in(self.plumbing.gateway_name(end.gateway), end)
            ike.configure(end)

    def _configure_routers(self, wanted: World) -> None:
        for key, gateway in wanted.gateways.items():
            ends = [end for end in wanted.tunnels.values() if end.gateway == key and end.key in self.ends]
            self.routers[key].configure(**self._router_values(gateway, ends))

    def _router_values(self, gateway: Gateway, ends: list[TunnelEnd]) -> dict[str, object]:
        static: list[tuple[str, list[str]]] = []
        for destination, connection in gateway.static:
            devices = [
                self.plumbing.device(end)
                for end in ends
                if end.connection == connection and end.enabled and end.key in self._up
            ]
            if devices:
                static.append((destination, devices if gateway.multipath else devices[:1]))
        number = self.plumbing.gateways.of(gateway.key)
        return {
            "gateway": gateway,
            "router_id": f"100.120.{number >> 8}.{number & 255}",
            "hold": max(3, round(_BGP_HOLD * self.timer_scale)),
            "vpc_routes": [
                (cidr, self.plumbing.way_to_vpc(vpc, gateway.key)) for vpc, cidrs in gateway.vpcs for cidr in cidrs
            ],
            "static_routes": _merged(static),
            "sessions": [
                {
                    "device": self.plumbing.device(end),
                    "local": end.inside.partition("/")[0],
                    "peer": end.peer_inside,
                    "local_asn": end.local_asn,
                    "peer_asn": end.peer_asn,
                }
                for end in sorted(ends, key=lambda item: item.key)
                if end.bgp and end.enabled
            ],
        }

    def _filter(self, wanted: World) -> None:
        self._set_filter(INTERNET, firewall.black_holes(self.black_holes))
        for key, gateway in wanted.gateways.items():
            devices = sorted(self.plumbing.device(end) for end in wanted.tunnels.values() if end.gateway == key)
            text = firewall.border(devices, gateway.forwards_between_connections, self.longest.get(key))
            self._set_filter(self.plumbing.gateway_name(key), text)
        for key, vpc in wanted.vpcs.items():
            subnets = {subnet.key: subnet for subnet in vpc.subnets}
            ports = [
                (self.plumbing.port(h), subnets[h.subnet])
                for h in wanted.hosts.values()
                if h.vpc == key and h.subnet in subnets
            ]
            self._set_filter(self.plumbing.vpc_name(key), firewall.network_acls(ports))
        for host in wanted.hosts.values():
            self._set_filter(host.key, firewall.security_groups(host.rules))

    def _set_filter(self, name: str, text: str) -> None:
        if self._filters.get(name) != text:
            self.spaces.filter(name, text)
            self._filters[name] = text

    def tunnels_are_up(self, up: frozenset[str]) -> None:
        """Static routes follow the state of their tunnels. Nobody waits here: the next look tells it again."""
        if up != self._up and self.lock.acquire(blocking=False):
            try:
                self._up = up
                self._configure_routers(self.world)
            finally:
                self.lock.release()

    def faults_have_changed(self) -> None:
        with self.lock:
            self._filter(self.world)

    def revive(self, key: str) -> None:
        """Start an end that was killed."""
        with self.lock:
            end, ike = self.world.tunnels[key], self.ends[key]
            ike.forget_device()
            ike.spawn()
            self._attach(end, ike)
            ike.configure(end)


def _place(host: Host) -> tuple[str, str, str]:
    return host.vpc, host.subnet, host.address


def _same_end(end: TunnelEnd, other: TunnelEnd | None) -> bool:
    """Another address or gateway makes it another end; anything else it can become."""
    return other is not None and (end.local, end.remote, end.gateway) == (other.local, other.remote, other.gateway)


def _attachments(world: World) -> set[tuple[str, str]]:
    return {(vpc, key) for key, gateway in world.gateways.items() for vpc, _cidrs in gateway.vpcs if vpc in world.vpcs}


def _merged(static: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """One route for each destination, over all devices that lead there."""
    merged: dict[str, list[str]] = {}
    for destination, devices in static:
        merged.setdefault(destination, []).extend(devices)
    return sorted(merged.items())
