# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the data plane where none runs: a tunnel is up as long as both clouds hold the same for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from lab.launcher import Lab, LabError

Record = dict[str, Any]
GROUPS = {"modp1024": 2, "modp1536": 5, "modp2048": 14, "ecp256": 19, "ecp384": 20}


def jd_tunnels(lab: Lab) -> Iterator[Record]:
    for regions in lab.admin("jdcloud", "GET", "/state").values():
        for held in regions.values():
            yield from held.get("vpnTunnel", {}).values()


def aws_tunnels(lab: Lab) -> Iterator[tuple[str, Record]]:
    """Where each leads to, and its options."""
    for account in lab.admin("aws", "GET", "/state")["accounts"].values():
        for held in account["regions"].values():
            gateways = {gateway["CustomerGatewayId"]: gateway["IpAddress"] for gateway in held["CustomerGateways"]}
            for connection in held["VpnConnections"]:
                if connection["State"] not in ("deleting", "deleted"):
                    for options in connection["Options"]["TunnelOptions"]:
                        yield gateways.get(connection["CustomerGatewayId"], ""), options


def verdicts(lab: Lab) -> dict[tuple[str, str], str]:
    """Of each pair of JD Cloud's and AWS's address, why no tunnel can be between them; empty where one can."""
    found = {(options["OutsideIpAddress"], address): options for address, options in aws_tunnels(lab)}
    pairs: dict[tuple[str, str], str] = {(address, outside): "no end on JD Cloud" for outside, address in found}
    for tunnel in jd_tunnels(lab):
        pair = (tunnel["cloudPublicIp"], tunnel["customerIp"])
        pairs[pair] = _verdict(tunnel, found.get((pair[1], pair[0])))
    return pairs


def _verdict(tunnel: Record, options: Record | None) -> str:
    if options is None:
        return "no end on AWS"
    if tunnel["psk"] != options["PreSharedKey"]:
        return "keys differ"
    groups = [item["Value"] for item in options.get("Phase1DHGroupNumbers") or ()]
    if groups and GROUPS[tunnel["ikeKeyExchange"]] not in groups:
        return "groups differ"
    return "" if tunnel["adminStatus"] == "UP" else "administratively down"


class Agreement(threading.Thread):
    """Tells both clouds, again and again, which tunnels are up."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(daemon=True)
        self.lab, self._told = lab, dict[tuple[str, str], bool]()
        self._done = threading.Event()

    def __enter__(self) -> Agreement:
        self.tell()
        self.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._done.set()
        self.join()

    def run(self) -> None:
        while not self._done.wait(0.2):
            self.tell()

    def tell(self) -> None:
        ids = {
            (tunnel["cloudPublicIp"], tunnel["customerIp"]): tunnel["vpnTunnelId"] for tunnel in jd_tunnels(self.lab)
        }
        now = {pair: not verdict for pair, verdict in verdicts(self.lab).items()}
        for pair, up in now.items():
            if up == self._told.get(pair, False):
                continue
            state = "UP" if up else "DOWN"
            message = "" if up else "IPSEC IS DOWN"
            telemetry = {"Status": state, "StatusMessage": message, "AcceptedRouteCount": int(up)}
            try:
                if pair in ids:
                    self.lab.admin("jdcloud", "POST", f"/tunnels/{ids[pair]}/op-status", {"opStatus": state})
                self.lab.admin("aws", "POST", f"/tunnels/{pair[1]}/telemetry", telemetry)
                self._told[pair] = up
            except LabError:
                continue  # it has just been removed
        self._told = {pair: up for pair, up in self._told.items() if pair in now}
