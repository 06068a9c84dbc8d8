# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: reads that several threads want at once are made once."""

from __future__ import annotations

import threading
import typing as t
from concurrent.futures import Future

Key = t.Hashable


class SharedReads:
    """Who asks while a read is under way waits for the next one, together with all others who do: nobody is given
    what was read before it asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[Key, Future[t.Any]] = {}
        self._gates: dict[Key, threading.Lock] = {}

    def __call__(self, key: Key, read: t.Callable[[], t.Any]) -> t.Any:
        with self._lock:
            first = key not in self._next
            future = self._next.setdefault(key, Future())
            gate = self._gates.setdefault(key, threading.Lock())
        if first:
            with gate:
                with self._lock:
                    del self._next[key]
                try:
                    future.set_result(read())
                except BaseException as exc:
                    future.set_exception(exc)
        return future.result()
