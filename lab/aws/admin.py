# SPDX-License-Identifier: GPL-3.0-or-later
"""The admin surface: for tests, the launcher and the data plane; on loopback, without authentication.

GET /state                        everything the cloud holds, keys included
GET /requests?since=N             the request log from number N on; DELETE /requests empties it
GET, PATCH /settings              see lab/aws/settings.py
GET, POST, DELETE /faults         see lab/faults.py
POST /reset                       everything back to how it was at the start
POST /save, /restore              keep what there is; have it again
POST /clock {"advance": S}        let S seconds pass at once
POST /tunnels/IP/telemetry        {"Status": "UP", "StatusMessage": "", "AcceptedRouteCount": 1}
PUT /connections/ID/learned-routes  ["10.0.0.0/16"]: what BGP has brought
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv4Network
from typing import Any

from flask import Flask, Response, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import BadRequest, Conflict, HTTPException, NotFound

from lab.aws.cloud import Cloud
from lab.aws.connections import VpnConnection
from lab.aws.state import snapshot
from lab.aws.tunnels import Tunnel


def create_app(cloud: Cloud) -> Flask:
    app = Flask("lab.aws.admin")
    app.json = _Json(app)
    app.register_error_handler(HTTPException, _as_json)
    app.register_error_handler(ValueError, lambda error: _as_json(BadRequest(str(error))))
    for install in (_observe, _control, _data_plane):
        install(app, cloud)
    return app


class _Json(DefaultJSONProvider):
    """Times as AWS writes them, not as HTTP does."""

    @staticmethod
    def default(o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else DefaultJSONProvider.default(o)


def _as_json(error: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": error.description}), error.code or 500


def _observe(app: Flask, cloud: Cloud) -> None:
    @app.get("/state")
    def get_state() -> Any:
        return snapshot(cloud)

    @app.get("/requests")
    def get_requests() -> Any:
        records, following = cloud.journal.since(int(request.args.get("since", 0)))
        return {"requests": records, "next": following}

    @app.delete("/requests")
    def delete_requests() -> Any:
        cloud.journal.clear()
        return {}


def _control(app: Flask, cloud: Cloud) -> None:
    @app.get("/settings")
    def get_settings() -> Any:
        return cloud.settings.as_dict()

    @app.patch("/settings")
    def patch_settings() -> Any:
        with cloud.lock:
            cloud.settings.change(_body(dict))
        return cloud.settings.as_dict()

    @app.get("/faults")
    def get_faults() -> Any:
        return {"faults": cloud.faults.as_list(), "held": cloud.faults.held}

    @app.post("/faults")
    def post_fault() -> Any:
        cloud.faults.add(_body(dict))
        return {"faults": cloud.faults.as_list()}

    @app.delete("/faults")
    def delete_faults() -> Any:
        cloud.faults.clear()
        return {}

    @app.post("/save")
    def post_save() -> Any:
        cloud.save()
        return {}

    @app.post("/restore")
    def post_restore() -> Any:
        cloud.restore()
        return {}

    @app.post("/reset")
    def post_reset() -> Any:
        cloud.reset()
        return {}

    @app.post("/clock")
    def post_clock() -> Any:
        seconds = _body(dict).get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise BadRequest("advance must be a number of seconds")
        cloud.clock.advance(seconds)
        return {"now": cloud.clock.now()}


def _data_plane(app: Flask, cloud: Cloud) -> None:
    @app.post("/tunnels/<outside_ip>/telemetry")
    def post_telemetry(outside_ip: str) -> Any:
        body = _body(dict)
        status = body.get("Status")
        if status not in ("UP", "DOWN"):
            raise BadRequest("Status must be UP or DOWN")
        with cloud.lock:
            telemetry = _find_tunnel(cloud, outside_ip).telemetry
            accepted = int(body.get("AcceptedRouteCount", 0))
            telemetry.tell(status, str(body.get("StatusMessage", "")), accepted, cloud.clock.now())
            return telemetry.describe(outside_ip)

    @app.put("/connections/<connection_id>/learned-routes")
    def put_learned_routes(connection_id: str) -> Any:
        routes = [str(IPv4Network(cidr)) for cidr in _body(list)]
        with cloud.lock:
            connection = _find_connection(cloud, lambda found: found.id == connection_id)
            if connection.static_routes_only:
                raise Conflict(f"{connection_id} has static routes only: it learns none")
            connection.learned_routes = routes
        return jsonify(routes)


def _body(kind: type) -> Any:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, kind):
        raise BadRequest(f"the body must be a JSON {'object' if kind is dict else 'list'}")
    return body


def _find_connection(cloud: Cloud, wanted: Callable[[VpnConnection], bool]) -> VpnConnection:
    for connection in cloud.find_connections():
        if wanted(connection):
            return connection
    raise NotFound("there is no such VPN connection")


def _find_tunnel(cloud: Cloud, outside_ip: str) -> Tunnel:
    outside_ips = {tunnel.outside_ip: tunnel for found in cloud.find_connections() for tunnel in found.tunnels}
    if outside_ip not in outside_ips:
        raise NotFound(f"there is no tunnel with the outside address {outside_ip}")
    return outside_ips[outside_ip]
