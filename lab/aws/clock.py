# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated cloud's clock: real time, plus what a test has let pass at once."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass without waiting for it: what is pending becomes available, what was deleted vanishes."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._ahead += seconds

    def reset(self) -> None:
        self._ahead = 0.0


def as_datetime(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
