# SPDX-License-Identifier: GPL-3.0-or-later
"""Things made to go wrong on purpose: which calls they hit, how often, and how.

kind         what the caller sees
error        an error answer (HTTP `status`, the cloud's own `code`, `message`); nothing was done
throttle     the cloud's own answer to too many calls; nothing was done
reset        the connection breaks; nothing was done
reset_after  the call is carried out, then the connection breaks: the answer is lost
garbage      502 with a body that no client of the cloud can read; nothing was done
delay        the answer comes `seconds` late
hold         the call waits until the faults are cleared, and then the connection breaks; nothing was done

`operation` is the name of a call, `*` for every call, `writes` for every one that changes something.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, fields
from typing import Any

KINDS = ("error", "throttle", "reset", "reset_after", "garbage", "delay", "hold")


@dataclass
class Fault:
    """One fault; it lets `skip` matching calls pass and then hits `count` of them."""

    kind: str
    operation: str = "*"
    count: int = 1
    skip: int = 0
    status: int = 500
    code: str = ""
    message: str = "An internal error has occurred"
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        for name in ("count", "skip", "status", "seconds"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
                raise ValueError(f"{name} must be a number, 0 or more")


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._held = 0

    def add(self, values: dict[str, Any]) -> Fault:
        unknown = set(values) - {field.name for field in fields(Fault)}
        if unknown or "kind" not in values:
            raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}" if unknown else "kind is missing")
        fault = Fault(**values)
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, operation: str, write: bool) -> Fault | None:
        """The fault that hits this call, if any; each call uses up one `skip` or one `count` of those that match."""
        names = ("*", operation, "writes") if write else ("*", operation)
        with self._lock:
            for fault in self._faults:
                if fault.operation not in names or fault.count == 0:
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

    def hold(self) -> None:
        """Wait until the faults are cleared."""
        with self._lock:
            self._held += 1
            released = self._released
        released.wait()

    @property
    def held(self) -> int:
        """How many calls wait."""
        return self._held

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
            self._released.set()
            self._released, self._held = threading.Event(), 0
