# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS tells of a tunnel's state (VgwTelemetry), and nothing more than that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lab.aws.clock import as_datetime

_DOWN = "IPSEC IS DOWN"


@dataclass
class Telemetry:
    changed: float
    status: str = "DOWN"
    message: str = _DOWN
    accepted_routes: int = 0
    told: bool = False  # a data plane reports: until then nobody knows whether the tunnel is up

    @property
    def ipsec_up(self) -> bool:
        """UP, or DOWN with the message `IPSEC IS UP`: then only BGP is missing."""
        return self.status == "UP" or self.message == "IPSEC IS UP"

    def report(self, status: str, message: str, accepted_routes: int, now: float) -> None:
        if status != self.status:
            self.changed = now
        self.status, self.message, self.accepted_routes = status, message, accepted_routes

    def tell(self, status: str, message: str, accepted_routes: int, now: float) -> None:
        """What the data plane has seen."""
        self.told = True
        self.report(status, message, accepted_routes, now)

    def endpoint_replaced(self, now: float) -> None:
        self.report("DOWN", _DOWN, 0, now)

    def describe(self, outside_ip: str) -> dict[str, Any]:
        return {
            "OutsideIpAddress": outside_ip,
            "Status": self.status,
            "StatusMessage": self.message,
            "AcceptedRouteCount": self.accepted_routes,
            "LastStatusChange": as_datetime(self.changed),
        }
