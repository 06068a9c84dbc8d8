# SPDX-License-Identifier: GPL-3.0-or-later
"""Things made to go wrong on purpose: which calls they hit, how often, and how.

kind         what the caller sees
error        an error answer: `code` is JD Cloud's status such as INTERNAL, `status` the HTTP status; nothing was done
throttle     429 RATE_LIMIT; nothing was done
reset        the connection breaks; nothing was done
reset_after  the call is carried out, then the connection breaks: the answer is lost
garbage      502 with a body that is no JSON; nothing was done
delay        the call is carried out, and its answer comes `seconds` late
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from lab.jdcloud.errors import HTTP_OF_STATUS, ApiError

KINDS = ("error", "throttle", "reset", "reset_after", "garbage", "delay")


@dataclass
class Fault:
    kind: str
    operation: str = "*"
    count: int = 1
    skip: int = 0
    status: int = 0
    code: str = "INTERNAL"
    message: str = "An internal error has occurred"
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        for name in ("operation", "code", "message"):
            if not isinstance(getattr(self, name), str):
                raise ValueError(f"{name} must be a text")
        for name in ("count", "skip", "status", "seconds"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
                raise ValueError(f"{name} must be a number, 0 or more")
        self.status = self.status or HTTP_OF_STATUS.get(self.code, 500)

    def as_error(self) -> ApiError:
        if self.kind == "throttle":
            return ApiError("RATE_LIMIT", "Too many requests; try again later")
        return ApiError(self.code, self.message, http=self.status)


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, values: Mapping[str, Any]) -> None:
        unknown = set(values) - {field.name for field in fields(Fault)}
        if unknown or "kind" not in values:
            raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}" if unknown else "kind is missing")
        fault = Fault(**values)
        with self._lock:
            self._faults.append(fault)

    def take(self, operation: str) -> Fault | None:
        """The fault that hits this call, if any. Each fault that matches first lets `skip` calls pass."""
        with self._lock:
            for fault in self._faults:
                if fault.operation not in ("*", operation) or fault.count == 0:
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.count -= 1
                return fault
        return None

    def as_list(self) -> list[dict[str, Any]]:
        """Those that can still hit something."""
        with self._lock:
            return [asdict(fault) for fault in self._faults if fault.count]

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
