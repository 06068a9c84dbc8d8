# SPDX-License-Identifier: GPL-3.0-or-later
"""The API as an HTTP application: signature, faults, latency, dispatch, documented answers, request log."""

from __future__ import annotations

import base64
import json
import re
import sys
import time
import traceback
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, request

from lab.faults import Fault
from lab.http_server import DropConnection
from lab.jdcloud import operations, signature
from lab.jdcloud.errors import ApiError, invalid, unauthenticated
from lab.jdcloud.store import Account, Cloud

_REGION = re.compile(r"/v1/regions/([^/]+)(/.*)")


@dataclass
class _Call:
    """What is known of a request while it is being answered."""

    request_id: str
    signed: signature.Signed | None = None
    account: Account | None = None
    region: str | None = None
    operation: operations.Operation | None = None
    fault: Fault | None = None


def create_app(cloud: Cloud) -> Flask:
    app = Flask("lab.jdcloud")

    @app.route("/", defaults={"_path": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    @app.route("/<path:_path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def answer(_path: str) -> Response:
        call = _Call(uuid.uuid4().hex)
        status, error = 200, None
        try:
            time.sleep(cloud.settings.latency_ms / 1000)
            result = _carry_out(cloud, call)
            response = _json(200, {"requestId": call.request_id, **({"result": result} if result is not None else {})})
        except ApiError as exc:
            status, error = exc.code, exc.status
            response = _json(exc.code, exc.body(call.request_id))
        except DropConnection:
            _log(cloud, call, None, None)
            raise
        except _Garbage:
            status, error = 502, "garbage"
            response = Response("<html>502 Bad Gateway", status=502, content_type="text/html")
        except Exception:
            traceback.print_exc(file=sys.stderr)
            status, error = 500, "INTERNAL"
            response = _json(500, ApiError(500, "INTERNAL", "Internal server error").body(call.request_id))
        _log(cloud, call, status, error)
        if call.fault is not None and call.fault.kind == "reset_after":
            raise DropConnection
        return response

    # A dropped connection is no error of the application: the server itself breaks the connection.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app


class _Garbage(Exception):
    """Answer with something that is no JSON."""


def _json(status: int, body: dict[str, Any]) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")
    response.headers["x-jdcloud-request-id"] = body["requestId"]
    return response


def _raw_url() -> tuple[str, str]:
    """Path and query as they were sent: werkzeug decodes the path, and the signature is over the sent one."""
    raw = str(request.environ.get("RAW_URI") or request.environ["REQUEST_URI"])
    path, _separator, query = raw.partition("?")
    return path, query


def _authenticate(cloud: Cloud, call: _Call) -> Account:
    signed = signature.parse(request.headers.get("Authorization", ""))
    call.signed = signed
    account = cloud.accounts.get(signed.access_key)
    if account is None:
        raise unauthenticated("The access key does not exist")
    path, query = _raw_url()
    headers = {key.lower(): value for key, value in request.headers.items()}
    problem = signature.verify(
        signed,
        account.secret_key,
        request.method,
        path,
        query,
        headers,
        request.get_data(),
        cloud.settings.clock_skew_s,
    )
    if problem:
        raise problem
    token = _token(headers.get("x-jdcloud-security-token"))
    if token is not None and cloud.settings.expired_tokens:
        raise unauthenticated("The security token has expired")
    if token != account.security_token and (token or account.security_token):
        raise unauthenticated("The security token is invalid")
    call.account = account
    return account


def _token(header: str | None) -> str | None:
    """The SDK sends the token in Base64 (its core/const.py, HEADER_BASE64)."""
    try:
        return base64.b64decode(header, validate=True).decode() if header is not None else None
    except ValueError:
        return header


def _carry_out(cloud: Cloud, call: _Call) -> dict[str, Any] | None:
    account = _authenticate(cloud, call)
    assert call.signed is not None
    match = _REGION.fullmatch(request.path)
    found = operations.find(call.signed.service, request.method, match[2]) if match else None
    if match is None or found is None:
        raise ApiError(404, "NOT_FOUND", f"{request.method} {request.path} is no operation of {call.signed.service}")
    call.operation, ids = found
    call.region = match[1]
    if call.signed.region != call.region:
        raise unauthenticated(f"The request is signed for region {call.signed.region}, but asks {call.region}")
    if call.region not in account.regions:
        raise invalid(f"regionId: {call.region} is unknown; known: {', '.join(account.regions)}")
    if not cloud.may_call(account):
        raise ApiError(429, "RATE_LIMIT", "Too many requests")
    call.fault = cloud.faults.take(call.operation.name, call.operation.write)
    _fail(call.fault, cloud)
    body = _body(ids) if request.method in ("POST", "PATCH", "PUT") else None
    region = cloud.region(account, call.region)
    query = {key: request.args.getlist(key) for key in request.args}
    with region.lock:
        return call.operation.handler(region, ids, query, body)


def _body(ids: dict[str, str]) -> Any:
    """The JSON body, without the path parameters and unset fields that the published SDK repeats in it."""
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        raise invalid("body: no valid JSON") from None
    if not isinstance(body, dict):
        return body
    # The SDK puts every parameter into the body, `regionId` and the path's id among them; a hand-made request has none.
    repeated = {"regionId"} if "regionId" in body else set()
    repeated |= {key for key, value in body.items() if repeated and key.endswith("Id") and value in ids.values()}
    return {key: value for key, value in body.items() if value is not None and key not in repeated}


def _fail(fault: Fault | None, cloud: Cloud) -> None:
    if fault is None or fault.kind == "reset_after":
        return
    if fault.kind == "delay":
        time.sleep(fault.seconds)
    elif fault.kind in ("reset", "hold"):
        if fault.kind == "hold":
            cloud.faults.hold()
        raise DropConnection
    elif fault.kind == "garbage":
        raise _Garbage
    elif fault.kind == "throttle":
        raise ApiError(429, "RATE_LIMIT", "Too many requests")
    else:
        raise ApiError(int(fault.status), fault.code or "INTERNAL", fault.message)


def _log(cloud: Cloud, call: _Call, status: int | None, error: str | None) -> None:
    cloud.journal.write(
        {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "account": call.account.name if call.account else None,
            "service": call.signed.service if call.signed else None,
            "operation": call.operation.name if call.operation else None,
            "method": request.method,
            "path": request.path,
            "region": call.region,
            "write": call.operation.write if call.operation else request.method != "GET",
            "status": status,
            "error": error,
            "fault": call.fault.kind if call.fault else None,
            "request_id": call.request_id,
        }
    )
