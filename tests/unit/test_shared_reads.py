# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads that several threads want at once: made once, and never older than the question."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._shared_reads import SharedReads

LATE = 30  # seconds until a test that hangs is given up


class Source:
    """Something to read; every read stays under way until it is let go."""

    def __init__(self) -> None:
        self.begun: list[Future[Any]] = []
        self.changed = threading.Condition()

    def __call__(self) -> Any:
        answer: Future[Any] = Future()
        with self.changed:
            self.begun.append(answer)
            self.changed.notify_all()
        return answer.result(LATE)

    def wait_for(self, reads: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.begun) >= reads, LATE)


@pytest.fixture
def pool() -> Any:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def test_who_asks_while_a_read_is_under_way_gets_the_next_one_together_with_the_others(pool: Any) -> None:
    reads, source = SharedReads(), Source()
    first = pool.submit(reads, "key", source)
    source.wait_for(1)
    late = [pool.submit(reads, "key", source) for _number in range(5)]
    while len(reads._next) == 0:
        pass
    assert not any(future.done() for future in late)
    source.begun[0].set_result("old")
    assert first.result(LATE) == "old"
    source.wait_for(2)
    source.begun[1].set_result("new")
    # One that was slow to ask may have come after the second read had begun; then a third one is for it.
    while not all(future.done() for future in late):
        for answer in source.begun[2:]:
            if not answer.done():
                answer.set_result("new")
    assert {future.result(LATE) for future in late} == {"new"}
    assert len(source.begun) <= 3


def test_other_keys_do_not_wait(pool: Any) -> None:
    reads, source = SharedReads(), Source()
    held = pool.submit(reads, "one", source)
    source.wait_for(1)
    assert pool.submit(reads, "other", lambda: 2).result(LATE) == 2
    source.begun[0].set_result(1)
    assert held.result(LATE) == 1


def test_an_error_is_told_and_not_kept(pool: Any) -> None:
    reads, source = SharedReads(), Source()
    asked = pool.submit(reads, "key", source)
    source.wait_for(1)
    source.begun[0].set_exception(ValueError("refused"))
    with pytest.raises(ValueError, match="refused"):
        asked.result(LATE)
    assert reads("key", lambda: "again") == "again"
