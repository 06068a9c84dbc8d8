# SPDX-License-Identifier: GPL-3.0-or-later
"""Both emulated clouds, as the data plane meets them: their admin surfaces. Reads only what may have changed."""

from __future__ import annotations

import json
import re
import threading
import time
from typing import Any

import requests

from lab.dataplane import from_aws, from_jdcloud
from lab.dataplane.model import World

Record = dict[str, Any]
# States that change by time alone are seen this late; where there are none, a look now and then is enough.
_UNSETTLED = re.compile(r'"(pending|modifying|deleting|creating|attaching|detaching|starting|stopping|shutting-down)"')
_UNSETTLED_SECONDS, _SETTLED_SECONDS = 1.5, 5.0


class Clouds:
    def __init__(self, urls: dict[str, str]) -> None:
        self._urls = urls
        self._local = threading.local()
        self._seen: dict[str, int] = {}
        self._read_again = 0.0
        self._told: dict[tuple[str, ...], Any] = {}

    def _call(self, cloud: str, method: str, path: str, body: Any = None) -> Any:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.trust_env = False
        answer = self._local.session.request(method, self._urls[cloud] + path, json=body, timeout=30)
        if answer.status_code in (404, 409) and method != "GET":
            return None  # it was removed a moment ago; the next records will say so
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def read(self) -> World | None:
        """What both have on record; None where nothing has been written since."""
        asked = {cloud: self._call(cloud, "GET", f"/requests?since={self._seen.get(cloud, 0)}") for cloud in self._urls}
        written = any(request["write"] for answer in asked.values() for request in answer["requests"])
        if written or time.monotonic() >= self._read_again:
            # Set before the look, so that whoever asks for another one meanwhile gets it.
            self._read_again = time.monotonic() + _UNSETTLED_SECONDS
            world = self._look()
        else:
            world = None
        self._seen = {cloud: answer["next"] for cloud, answer in asked.items()}
        return world

    def _look(self) -> World:
        jdcloud, aws = self._call("jdcloud", "GET", "/routes"), self._call("aws", "GET", "/state")
        if self._read_again and not _UNSETTLED.search(json.dumps([jdcloud, aws])):
            self._read_again += _SETTLED_SECONDS - _UNSETTLED_SECONDS
        world = from_jdcloud.read(jdcloud) + from_aws.read(aws)
        self._remember(jdcloud, aws)
        return world

    def again(self) -> None:
        """Read anew at the next opportunity: routes that were told change what tables hold."""
        self._read_again = 0.0

    def _remember(self, jdcloud: Record, aws: Record) -> None:
        """What they hold is what they need not be told; after a reset, or a change of a tunnel, that is nothing."""
        told: dict[tuple[str, ...], Any] = {}
        for regions in jdcloud.values():
            for held in (region["records"] for region in regions.values()):
                for key, tunnel in held.get("vpnTunnel", {}).items():
                    told["jdcloud", key] = tunnel["opStatus"] if "_reported" in tunnel else None
                for key, gateway in held.get("bgw", {}).items():
                    learned = gateway.get("_learned") or []
                    told["jdcloud routes", key] = [(x["destination"], x["vpnConnectionId"]) for x in learned]
        for account in aws["accounts"].values():
            for held in account["regions"].values():
                for connection in held["VpnConnections"]:
                    for item in connection["VgwTelemetry"]:
                        state = (item["Status"], item.get("StatusMessage", ""), item["AcceptedRouteCount"])
                        told["aws", item["OutsideIpAddress"]] = state
        kept = {key: value for key, value in self._told.items() if key[0] == "aws routes"}
        self._told = {**kept, **told}

    def _tell(self, key: tuple[str, str], value: Any, method: str, path: str, body: Any) -> None:
        if self._told.get(key) != value:
            self._told[key] = value
            self._call(key[0].split()[0], method, path, body)
            self.again()

    def tell_jdcloud_tunnel(self, tunnel_id: str, status: str) -> None:
        self._tell(("jdcloud", tunnel_id), status, "POST", f"/tunnels/{tunnel_id}/op-status", {"opStatus": status})

    def tell_jdcloud_routes(self, bgw_id: str, routes: list[tuple[str, str]]) -> None:
        body = [{"destination": to, "vpnConnectionId": connection} for to, connection in routes]
        self._tell(("jdcloud routes", bgw_id), routes, "PUT", f"/bgws/{bgw_id}/learned-routes", body)

    def tell_aws_tunnel(self, outside_ip: str, status: str, message: str, accepted: int) -> None:
        body = {"Status": status, "StatusMessage": message, "AcceptedRouteCount": accepted}
        self._tell(("aws", outside_ip), (status, message, accepted), "POST", f"/tunnels/{outside_ip}/telemetry", body)

    def tell_aws_routes(self, connection_id: str, routes: list[str]) -> None:
        self._tell(("aws routes", connection_id), routes, "PUT", f"/connections/{connection_id}/learned-routes", routes)
