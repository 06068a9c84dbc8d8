# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what JD Cloud's answers mean, strictly.

Success is HTTP 2xx with a JSON object that has a requestId and no error of its own; everything else is an error that
says what, where and what to do. A nested {requestId, error} inside a result is data and no error.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .._module import Failure
from .operations import Operation

# Whether a failed call may be repeated, and what is known about it.
REFUSED = "refused"  # carried out: surely not; repeating is pointless
THROTTLED = "throttled"  # carried out: surely not; repeat later
UNREACHABLE = "unreachable"  # never sent; repeat a few times only, for it is mostly a wrong address
LOST = "lost"  # sent, no definite answer: may have been carried out
MALFORMED = "malformed"  # as lost, but a repetition rarely helps

LOST_STATUS = ("UNKNOWN", "INTERNAL", "UNAVAILABLE", "SOURCE_UNAVAILABLE")
REMEDIES = {
    "UNAUTHENTICATED": "The credentials were refused. Check access_key and secret_key; a security_token may have "
    "expired: get new temporary credentials. Check this host's clock too, for the signature carries the time.",
    "HTTP_FORBIDDEN": "The account may not do this. Grant the user or role the permission for this operation.",
    "QUOTA_EXCEEDED": "A quota is used up. Have it raised in JD Cloud's console, or remove what is not used "
    "(jdcloud_quota_info shows limits and counts).",
    "NOT_IMPLEMENTED": "The region's endpoint does not know this operation. Check region and endpoint_url; if JD Cloud "
    "offers it under another path, correct it with operations_file.",
}
BY_HTTP = {401: "UNAUTHENTICATED", 403: "HTTP_FORBIDDEN", 501: "NOT_IMPLEMENTED"}


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    http_status: int
    text: str


class JdCloudError(Failure):
    """A call that failed. `kind` says whether it may be repeated."""

    def __init__(
        self,
        text: str,
        operation: Operation,
        where: str,
        kind: str = REFUSED,
        http_status: int | None = None,
        code: int | None = None,
        status: str = "",
        request_id: str = "",
        info: t.Any = None,
        remedy: str = "",
    ) -> None:
        self.text = text
        self.operation = operation
        self.kind = kind
        self.http_status = http_status
        self.code = code
        self.status = status
        self.request_id = request_id
        self.info = info
        facts = [where]
        if http_status is not None:
            facts.append(f"HTTP {http_status}" + (f" {status}" if status else ""))
        if request_id:
            facts.append(f"request id {request_id}")
        remedy = remedy or _remedy(self)
        message = f"JD Cloud {operation.name} failed: {text.rstrip('.')} ({', '.join(facts)})."
        super().__init__(message + (f" {remedy}" if remedy else ""), error=self.as_dict())

    def as_dict(self) -> dict[str, t.Any]:
        """The module's return value `error`."""
        return {
            "operation": self.operation.name,
            "message": self.text,
            "code": self.code,
            "status": self.status,
            "http_status": self.http_status,
            "request_id": self.request_id,
            "details": self.info,
        }

    @property
    def not_found(self) -> bool:
        """Whether JD Cloud says so itself; a bare HTTP 404 is an unknown path rather than a missing resource."""
        return self.status == "NOT_FOUND" or self.code == 404

    @property
    def already_exists(self) -> bool:
        return self.status == "ALREADY_EXISTS"

    @property
    def maybe_done(self) -> bool:
        """Whether the call may have been carried out."""
        return self.kind in (LOST, MALFORMED)


def _remedy(error: JdCloudError) -> str:
    status = error.status or BY_HTTP.get(error.http_status or 0, "")
    if status in REMEDIES:
        return REMEDIES[status]
    inferred = "published" not in error.operation.source
    unknown_path = status != "NOT_FOUND" or not error.operation.path_params
    if error.http_status in (404, 405) and inferred and unknown_path:
        return (
            f"The path of {error.operation.name} is {error.operation.source}, not published: if JD Cloud has it "
            "elsewhere, correct it with operations_file."
        )
    if "region" in error.text.lower():
        return "Check region: it must be one of JD Cloud's, and the account must have the resource there."
    if status == "FAILED_PRECONDITION" and error.operation.effect == "delete":
        return (
            "Something still uses it. The order of removal is: static routes, tunnels, VPN connection, customer "
            "gateway, VPC attachment, border gateway, VPC."
        )
    return ""


def interpret(answer: Answer, operation: Operation, where: str, hide: t.Callable[[str], str]) -> t.Any:
    """The result of a successful answer ({} where there is none), else the error that it is. `hide` masks secrets."""

    def error(text: str, kind: str, **facts: t.Any) -> JdCloudError:
        return JdCloudError(hide(text), operation, where, kind, answer.http_status, **facts)

    try:
        body = json.loads(answer.text)
    except ValueError:
        body = None
    http = answer.http_status
    if not isinstance(body, dict):
        kind = _kind(http, http, "")
        what = "an empty answer" if not answer.text.strip() else "an answer that is no JSON object"
        raise error(what, MALFORMED if kind == REFUSED and http < 400 else kind)
    request_id = body.get("requestId")
    request_id = request_id if isinstance(request_id, str) else ""
    problem = body.get("error")
    if problem:
        facts = problem if isinstance(problem, dict) else {"message": str(problem)}
        code, status = _integer(facts.get("code")), str(facts.get("status") or "").upper()
        raise error(
            str(facts.get("message") or status or "no reason was given"),
            _kind(http, code, status),
            code=code,
            status=status,
            request_id=request_id,
            info=_hidden(facts.get("details"), hide),
        )
    if http >= 400:
        raise error("an error without a reason", _kind(http, http, ""), request_id=request_id)
    if not request_id or http >= 300:
        raise error("an answer without requestId, so it is not one of JD Cloud's API", MALFORMED)
    result = body.get("result")
    return {} if result is None else result


def _kind(http: int, code: int | None, status: str) -> str:
    """What a failure means for a repetition: the error's own words before the HTTP status."""
    if status in ("QUOTA_EXCEEDED", "NOT_IMPLEMENTED") or 501 in (http, code):
        return REFUSED
    if status == "RATE_LIMIT" or 429 in (http, code):
        return THROTTLED
    if status in LOST_STATUS or http >= 500 or (code or 0) >= 500:
        return LOST
    return REFUSED


def _integer(value: t.Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _hidden(value: t.Any, hide: t.Callable[[str], str]) -> t.Any:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {key: _hidden(item, hide) for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, hide) for item in value]
    return value
