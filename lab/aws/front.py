# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands before moto: signatures, faults, latency and the request log, as WSGI middleware."""

from __future__ import annotations

import io
import re
import sys
import time
import traceback
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from botocore.model import OperationNotFoundError
from moto.core.utils import get_service_model
from werkzeug import Request, Response

from lab.aws.accounts import Caller, Refused
from lab.aws.cloud import Cloud
from lab.faults import Fault
from lab.http_server import DropConnection, WsgiApp

_SERVICES = ("ec2", "sts", "iam")
_READS = ("Describe", "Get", "List", "Search", "AssumeRole", "Simulate")
_ERROR_CODE = re.compile(rb"<Code>([^<]*)</Code>")
_REQUEST_ID = re.compile(rb"(<request_?id>)[^<]*", re.IGNORECASE)
_SERVICE_OF_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")


@dataclass
class _Call:
    """What is known of a request while it is being answered."""

    request: Request
    form: dict[str, list[str]]
    service: str
    request_id: str
    caller: Caller | None = None
    fault: Fault | None = None

    @property
    def operation(self) -> str:
        return self.form.get("Action", [""])[0]

    @property
    def dry_run(self) -> bool:
        return self.form.get("DryRun", [""])[0].lower() == "true"

    @property
    def write(self) -> bool:
        return not self.operation.startswith(_READS) and not self.dry_run


class Front:
    def __init__(self, app: WsgiApp, cloud: Cloud) -> None:
        self._app, self._cloud = app, cloud

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        body = request.get_data(cache=True)
        query = body.decode("utf-8", "replace") if request.method == "POST" else request.query_string.decode()
        scope = _SERVICE_OF_SCOPE.search(request.headers.get("Authorization", ""))
        call = _Call(request, parse_qs(query), scope[1] if scope else "ec2", str(uuid.uuid4()))
        try:
            response = self._answer(call, body)
        except DropConnection:
            self._log(call, None)
            raise
        if call.fault and call.fault.kind == "reset_after":
            self._log(call, response)
            raise DropConnection
        self._log(call, response)
        return response(environ, start_response)

    def _answer(self, call: _Call, body: bytes) -> Response:
        time.sleep(self._cloud.settings.latency_ms / 1000)
        try:
            with self._cloud.lock:
                call.caller = self._cloud.accounts.authenticate(call.request, body)
        except Refused as refused:
            return _error(call, refused.status, refused.code, refused.message)
        call.fault = self._cloud.faults.take(call.operation, call.write)
        return (_fail(call, self._cloud) if call.fault else None) or self._carry_out(
            call, call.caller.account.account_id, body
        )

    def _carry_out(self, call: _Call, account_id: str, body: bytes) -> Response:
        if call.service not in _SERVICES:
            return _error(call, 400, "UnsupportedOperation", f"The service {call.service} is not emulated")
        try:
            get_service_model(call.service).operation_model(call.operation)
        except OperationNotFoundError:
            return _error(call, 400, "InvalidAction", f"The action {call.operation} is not valid for this web service.")
        if call.dry_run:
            message = "Request would have succeeded, but DryRun flag is set."
            return _error(call, 412, "DryRunOperation", message)
        # moto asks this header first; a client's own is overwritten, so nobody acts for another account.
        environ = {**call.request.environ, "HTTP_X_MOTO_ACCOUNT_ID": account_id}
        environ["wsgi.input"] = io.BytesIO(body)
        try:
            with self._cloud.lock:
                response = Response.from_app(self._app, environ, buffered=True)
        except NotImplementedError:
            return _error(call, 400, "UnsupportedOperation", f"The action {call.operation} is not emulated")
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return _error(call, 500, "InternalError", "An internal error has occurred")
        # One id in the answer, its header and the request log, so that an error can be looked up there.
        response.set_data(_REQUEST_ID.sub(rb"\g<1>" + call.request_id.encode(), response.get_data()))
        response.headers["x-amzn-RequestId"] = call.request_id
        return response

    def _log(self, call: _Call, response: Response | None) -> None:
        failed = response is not None and response.status_code >= 400
        code = _ERROR_CODE.search(response.get_data()) if response is not None and failed else None
        self._cloud.journal.write(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "account": call.caller.account.name if call.caller else None,
                "service": call.service,
                "operation": call.operation,
                "method": call.request.method,
                "path": call.request.path,
                "region": call.caller.region if call.caller else None,
                "write": call.write,
                "status": response.status_code if response is not None else None,
                "error": code[1].decode() if code else None,
                "fault": call.fault.kind if call.fault else None,
                "request_id": call.request_id,
            }
        )


def _fail(call: _Call, cloud: Cloud) -> Response | None:
    """Let the fault happen; None where the call goes on all the same."""
    fault = call.fault
    assert fault is not None
    if fault.kind == "delay":
        time.sleep(fault.seconds)
        return None
    if fault.kind == "reset_after":
        return None
    if fault.kind == "hold":
        cloud.faults.hold()
    if fault.kind in ("reset", "hold"):
        raise DropConnection
    if fault.kind == "throttle":
        return _error(call, 503, "RequestLimitExceeded", "Request limit exceeded.")
    if fault.kind == "garbage":
        return Response("<html><body><h1>502 Bad Gateway</h1><p>upstream", status=502, content_type="text/html")
    return _error(call, int(fault.status), fault.code or "InternalError", fault.message)


def _error(call: _Call, status: int, code: str, message: str) -> Response:
    error = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if call.service == "ec2":
        text = f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{call.request_id}</RequestID></Response>"
    else:
        kind = "Sender" if status < 500 else "Receiver"
        text = (
            f"<ErrorResponse><Error><Type>{kind}</Type>{error}</Error>"
            f"<RequestId>{call.request_id}</RequestId></ErrorResponse>"
        )
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}', status=status, content_type="text/xml")
