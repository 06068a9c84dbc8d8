# SPDX-License-Identifier: GPL-3.0-or-later
"""The request log: one record for each API request, in memory and in a file; no bodies, no keys."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any


class Journal:
    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._records: list[dict[str, Any]] = []
        self._forgotten = 0
        self._lock = threading.Lock()

    def write(self, record: dict[str, Any]) -> None:
        with self._lock:
            self._records.append(record)
            if self._path:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(record) + "\n")

    def since(self, number: int) -> tuple[list[dict[str, Any]], int]:
        """Records from `number` on, and the number to ask from next time; numbers survive a clear."""
        with self._lock:
            return self._records[max(0, number - self._forgotten) :], self._forgotten + len(self._records)

    def clear(self) -> None:
        with self._lock:
            self._forgotten += len(self._records)
            self._records.clear()
            if self._path and self._path.exists():
                self._path.write_text("", encoding="utf-8")
