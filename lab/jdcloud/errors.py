# SPDX-License-Identifier: GPL-3.0-or-later
"""JD Cloud's documented errors: {requestId, error: {code, status, message, details?}}."""

from __future__ import annotations

from typing import Any

HTTP_OF_STATUS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "HTTP_FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "ALREADY_EXISTS": 409,
    "QUOTA_EXCEEDED": 429,
    "RATE_LIMIT": 429,
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INTERNAL": 500,
    "NOT_IMPLEMENTED": 501,
    "SOURCE_UNAVAILABLE": 502,
    "UNAVAILABLE": 503,
}


class ApiError(Exception):
    """An error answer. `http` is given only where it differs from what belongs to the status."""

    def __init__(self, status: str, message: str, field: str = "", http: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field
        self.http = http or HTTP_OF_STATUS[status]

    def body(self, request_id: str) -> dict[str, Any]:
        error: dict[str, Any] = {"code": self.http, "status": self.status, "message": self.message}
        if self.field:
            error["details"] = [{"field": self.field}]
        return {"requestId": request_id, "error": error}


def invalid(field: str, problem: str) -> ApiError:
    return ApiError("INVALID_ARGUMENT", f"{field}: {problem}", field)


def out_of_range(field: str, problem: str) -> ApiError:
    return ApiError("OUT_OF_RANGE", f"{field}: {problem}", field)


def in_use(message: str) -> ApiError:
    return ApiError("FAILED_PRECONDITION", message)


def exists(message: str) -> ApiError:
    return ApiError("ALREADY_EXISTS", message)


def not_found(message: str) -> ApiError:
    return ApiError("NOT_FOUND", message)


def unauthenticated(message: str) -> ApiError:
    return ApiError("UNAUTHENTICATED", message)
