# SPDX-License-Identifier: GPL-3.0-or-later
"""The admin surface: for tests, the launcher and the data plane; on loopback, without authentication.

GET /state                        everything the cloud holds, keys included
GET /routes                       by region: `records` as in /state, and what route tables and border gateways hold with
                                  all that was propagated
GET /requests?since=N             the request log from number N on; DELETE /requests empties it
GET, PATCH /settings              see lab/jdcloud/settings.py
GET, POST, DELETE /faults         see lab/faults.py
POST /reset                       everything back to how it was at the start
POST /save, /restore              keep what there is; have it again
POST /tunnels/ID/op-status        {"opStatus": "UP"}
PUT /bgws/ID/learned-routes       [{"destination": "10.0.0.0/16", "vpnConnectionId": "…"}]: what BGP has brought
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException

from lab.jdcloud import bgw, schema, vm, vpc
from lab.jdcloud.errors import ApiError
from lab.jdcloud.store import Cloud


def create_admin(cloud: Cloud) -> Flask:
    app = Flask("lab.jdcloud.admin")
    app.register_error_handler(HTTPException, lambda exc: _as_json(exc.code or 500, str(exc.description)))
    app.register_error_handler(ValueError, lambda exc: _as_json(400, str(exc)))
    app.register_error_handler(ApiError, lambda exc: _as_json(exc.code, exc.message))
    for install in (_observe, _control, _data_plane):
        install(app, cloud)
    return app


def _as_json(code: int, text: str) -> tuple[Response, int]:
    return jsonify({"error": text}), code


def _body(kind: type) -> Any:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, kind):
        raise BadRequest(f"the body must be a JSON {'object' if kind is dict else 'list'}")
    return body


def _observe(app: Flask, cloud: Cloud) -> None:
    @app.get("/state")
    def get_state() -> Any:
        return cloud.snapshot()

    @app.get("/routes")
    def get_routes() -> Any:
        found: dict[str, Any] = {}
        for region in cloud.regions():
            with region.lock:  # the records too: what routes refer to must be there
                vm.settle(region)
                found.setdefault(region.account, {})[region.name] = {
                    "records": deepcopy(region.resources),
                    "routeTable": {x["routeTableId"]: vpc.rules(region, x) for x in region.all("routeTable")},
                    "bgw": {x["bgwId"]: bgw.routes(region, x["bgwId"]) for x in region.all("bgw")},
                }
        return found

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


def _data_plane(app: Flask, cloud: Cloud) -> None:
    @app.post("/tunnels/<tunnel_id>/op-status")
    def post_op_status(tunnel_id: str) -> Any:
        status = schema.one_of("UP", "DOWN")("opStatus", _body(dict).get("opStatus"))
        region, tunnel = cloud.find("vpnTunnel", tunnel_id)
        with region.lock:
            # What is administratively down is down, whatever the data plane saw a moment ago.
            tunnel.update(opStatus=status if tunnel["adminStatus"] == "UP" else "DOWN", _reported=True)
            return {"opStatus": tunnel["opStatus"]}

    @app.put("/bgws/<bgw_id>/learned-routes")
    def put_learned_routes(bgw_id: str) -> Any:
        region, gateway = cloud.find("bgw", bgw_id)
        routes = [
            {
                "destination": schema.network("destination", item["destination"]),
                "vpnConnectionId": item["vpnConnectionId"],
            }
            for item in _body(list)
        ]
        with region.lock:
            limit = cloud.settings.quotas["bgw_propagated_route"]
            gateway["_learned"] = routes[:limit]
        return jsonify(gateway["_learned"])
