# SPDX-License-Identifier: GPL-3.0-or-later
"""Error answers as JD Cloud documents them: `{requestId, error: {code, status, message, details?}}`."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An error answer."""

    def __init__(self, code: int, status: str, message: str, details: list[Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.status, self.message, self.details = code, status, message, details

    def body(self, request_id: str) -> dict[str, Any]:
        error: dict[str, Any] = {"code": self.code, "status": self.status, "message": self.message}
        if self.details:
            error["details"] = self.details
        return {"requestId": request_id, "error": error}


def invalid(message: str) -> ApiError:
    return ApiError(400, "INVALID_ARGUMENT", message)


def precondition(message: str) -> ApiError:
    return ApiError(400, "FAILED_PRECONDITION", message)


def out_of_range(message: str) -> ApiError:
    return ApiError(400, "OUT_OF_RANGE", message)


def unauthenticated(message: str) -> ApiError:
    return ApiError(401, "UNAUTHENTICATED", message)


def not_found(kind: str, resource_id: str) -> ApiError:
    return ApiError(404, "NOT_FOUND", f"{kind} '{resource_id}' not found")


def exists(message: str) -> ApiError:
    return ApiError(409, "ALREADY_EXISTS", message)


def quota(message: str) -> ApiError:
    return ApiError(429, "QUOTA_EXCEEDED", message)
