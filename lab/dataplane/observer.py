# SPDX-License-Identifier: GPL-3.0-or-later
"""What really is: told to the clouds in the fields that their APIs have, and written to the event log."""

from __future__ import annotations

from lab.dataplane.bird import BgpState
from lab.dataplane.clouds import Clouds
from lab.dataplane.events import EventLog
from lab.dataplane.fabric import Fabric
from lab.dataplane.model import TunnelEnd


class Observer:
    def __init__(self, fabric: Fabric, clouds: Clouds, events: EventLog) -> None:
        self.fabric, self.clouds, self.events = fabric, clouds, events
        self.ipsec: dict[str, bool] = {}
        self.bgp: dict[str, bool] = {}
        self.learned: dict[str, frozenset[str]] = {}

    def look(self) -> None:
        """One look at everything; what has changed is passed on."""
        # Copies, and no lock: what goes on meanwhile must not be missed because something else is being started.
        ends, daemons = dict(self.fabric.world.tunnels), dict(self.fabric.ends)
        routers = dict(self.fabric.routers)
        states = {key: router.state() for key, router in routers.items()}
        for key, end in ends.items():
            daemon = daemons.get(key)
            if daemon is None:
                continue
            self._note(self.ipsec, "ipsec", end, daemon.is_up())
            state = states.get(end.gateway, BgpState(frozenset(), {}))
            if end.bgp:
                # A session may outlive its tunnel until the hold time is over; without IPsec it carries nothing.
                self._note(self.bgp, "bgp", end, self.ipsec[key] and daemon.device in state.established)
            self.learned[key] = state.learned.get(daemon.device, frozenset())
            daemon.keep_trying()
        for kept in (self.ipsec, self.bgp, self.learned):
            for key in [key for key in kept if key not in ends]:
                del kept[key]  # type: ignore[attr-defined]
        self.fabric.tunnels_are_up(frozenset(key for key, up in self.ipsec.items() if up))
        self._tell(ends)

    def _note(self, kept: dict[str, bool], what: str, end: TunnelEnd, up: bool) -> None:
        if kept.get(end.key, False) != up:
            self.events.state(end, what, up)
        kept[end.key] = up

    def _tell(self, ends: dict[str, TunnelEnd]) -> None:
        routes: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for end in ends.values():
            place = ("jdcloud", end.gateway) if end.cloud == "jdcloud" else ("aws", end.connection)
            if end.cloud == "jdcloud" or end.bgp:
                routes.setdefault(place, set())
            learned = self.learned.get(end.key, frozenset()) if end.bgp else frozenset()
            for prefix in learned:
                routes[place].add((prefix, end.connection))
            up, bgp = self.ipsec.get(end.key, False), self.bgp.get(end.key, False)
            if end.cloud == "jdcloud":
                self.clouds.tell_jdcloud_tunnel(end.key.rpartition("/")[2], "UP" if up else "DOWN")
            else:
                self.clouds.tell_aws_tunnel(end.local, *_telemetry(end, up, bgp, len(learned)))
        for (cloud, key), found in routes.items():
            if cloud == "jdcloud":
                self.clouds.tell_jdcloud_routes(key, sorted(found))
            else:
                self.clouds.tell_aws_routes(key, sorted({prefix for prefix, _connection in found}))


def _telemetry(end: TunnelEnd, up: bool, bgp: bool, accepted: int) -> tuple[str, str, int]:
    """Status, message and accepted routes as AWS words them: DOWN with IPSEC IS UP says that BGP is missing."""
    if not up:
        return "DOWN", "IPSEC IS DOWN", 0
    if not end.bgp:
        return "UP", "", 0
    if not bgp:
        return "DOWN", "IPSEC IS UP", 0
    return "UP", f"{accepted} BGP ROUTES", accepted
