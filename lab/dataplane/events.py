# SPDX-License-Identifier: GPL-3.0-or-later
"""What has happened, with its time: records of tunnel ends made, changed and gone; IPsec and BGP up and down."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.dataplane.model import TunnelEnd

Record = dict[str, Any]


class EventLog:
    """In memory and in a file. `what` is record, ipsec or bgp."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._events: list[Record] = []
        self._lock = threading.Lock()

    def record(self, end: TunnelEnd, change: str) -> None:
        """`change`: made, changed or gone."""
        self._write(end, what="record", change=change)

    def state(self, end: TunnelEnd, what: str, up: bool) -> None:
        self._write(end, what=what, up=up)

    def since(self, number: int) -> list[Record]:
        with self._lock:
            return self._events[number:]

    def _write(self, end: TunnelEnd, **event: Any) -> None:
        where = {"cloud": end.cloud, "gateway": end.gateway, "connection": end.connection}
        with self._lock:
            record = {
                "number": len(self._events),
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "end": f"{end.local}/{end.remote}",
                **event,
                **where,
            }
            self._events.append(record)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
