# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the work on all links, side by side. What fails for one link stops no other."""

from __future__ import annotations

import typing as t
from concurrent.futures import Future, ThreadPoolExecutor

from .._aws import waiters
from .._aws.errors import ApiFailure
from .link_work import WAIT, LinkWork

# Links that are worked on at once: few enough not to be throttled, enough not to wait for each other.
WORKERS = 16


def begin(works: t.Sequence[LinkWork]) -> None:
    """All that can be done before AWS has made its connections."""
    with ThreadPoolExecutor(WORKERS) as pool:
        _look(pool.submit(work.begin) for work in works)


def finish(works: t.Sequence[LinkWork], timeout: int) -> None:
    """The rest of each link as soon as AWS has made its connections; one look at AWS is for all of an account."""
    accounts: dict[t.Any, list[LinkWork]] = {}
    for work in works:
        accounts.setdefault(work.clouds.aws(work.aws) if work.waits_for else None, []).append(work)
    with ThreadPoolExecutor(WORKERS) as pool, ThreadPoolExecutor(max(1, len(accounts))) as outer:
        ready = accounts.pop(None, [])
        begun = [pool.submit(work.finish) for work in ready]
        waits = [outer.submit(_wait, ec2, waiting, timeout, pool) for ec2, waiting in accounts.items()]
        for wait in waits:
            begun += wait.result()
        _look(begun)


def _wait(ec2: t.Any, works: t.Sequence[LinkWork], timeout: int, pool: ThreadPoolExecutor) -> list[Future[None]]:
    begun, groups = [], [work.waits_for for work in works]
    for number, found in waiters.settle_each(ec2, groups, timeout, states=waiters.READY):
        if isinstance(found, ApiFailure):
            works[number].fail(WAIT, found)
        else:
            begun.append(pool.submit(works[number].finish, found))
    return begun


def _look(futures: t.Iterable[Future[None]]) -> None:
    """What no link's own error explains is a fault of this code."""
    for future in list(futures):
        future.result()
