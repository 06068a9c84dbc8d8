# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane's admin surface: for tests and the launcher; on loopback, without authentication.

GET /state                     tunnel ends with their SAs and BGP states, gateways with what they learned; no keys
GET /events?since=N            see lab/dataplane/events.py; from number N on
GET, POST, DELETE /faults      see lab/dataplane/faults.py; DELETE repairs everything
POST /rekey                    {"end": "LOCAL/REMOTE", "what": "child"}: that end negotiates new keys now
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException

from lab.dataplane.faults import Faults
from lab.dataplane.observer import Observer
from lab.devices.linux import LinuxDevice


def create_admin(observer: Observer, faults: Faults, device: LinuxDevice) -> Flask:
    app = Flask("lab.dataplane.admin")
    app.register_error_handler(HTTPException, lambda exc: _as_json(exc.code or 500, str(exc.description)))
    app.register_error_handler(ValueError, lambda exc: _as_json(400, str(exc)))
    fabric = observer.fabric

    @app.get("/state")
    def get_state() -> Any:
        with fabric.lock:
            ends, daemons = dict(fabric.world.tunnels), dict(fabric.ends)
            hosts = {key: fabric.spaces.full(key) for key in fabric.world.hosts}
        return {
            "ends": [
                {
                    "end": f"{end.local}/{end.remote}",
                    "cloud": end.cloud,
                    "gateway": end.gateway,
                    "connection": end.connection,
                    "inside": end.inside,
                    "enabled": end.enabled,
                    "ipsec": observer.ipsec.get(key, False),
                    "bgp": observer.bgp.get(key) if end.bgp else None,
                    "learned": sorted(observer.learned.get(key, ())),
                    "sas": daemons[key].details() if key in daemons else [],
                }
                for key, end in ends.items()
            ],
            "hosts": hosts,
        }

    @app.post("/devices/reset")
    def reset_device() -> Any:
        device.reset()
        return device.description()

    @app.get("/events")
    def get_events() -> Any:
        return jsonify(observer.events.since(int(request.args.get("since", 0))))

    @app.get("/faults")
    def get_faults() -> Any:
        return {"faults": faults.as_list()}

    @app.post("/faults")
    def post_fault() -> Any:
        faults.add(_body())
        return {"faults": faults.as_list()}

    @app.delete("/faults")
    def delete_faults() -> Any:
        faults.repair()
        return {"faults": faults.as_list()}

    @app.post("/rekey")
    def post_rekey() -> Any:
        body = _body()
        if body.get("what") not in ("child", "ike"):
            raise BadRequest("what must be child or ike")
        fabric.ends[faults.end(body.get("end"))].rekey(body["what"])
        return {}

    return app


def _as_json(code: int, text: str) -> tuple[Response, int]:
    return jsonify({"error": text}), code


def _body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body
