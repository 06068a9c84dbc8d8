# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the work on all links, side by side. What fails for one link stops no other."""

from __future__ import annotations

import typing as t
from concurrent.futures import Future, ThreadPoolExecutor

from .._aws import waiters
from .._aws.errors import ApiFailure
from . import propagations
from .link_work import WAIT, LinkWork

Record = dict[str, t.Any]

# Links that are worked on at once: few enough not to be throttled, enough not to wait for each other.
WORKERS = 16


def begin(works: t.Sequence[LinkWork]) -> None:
    """All that can be done before AWS has made its connections."""
    with ThreadPoolExecutor(WORKERS) as pool:
        _look(pool.submit(work.begin) for work in works)


def finish(works: t.Sequence[LinkWork], timeout: int) -> None:
    """The rest of each link as soon as AWS has made its connections; one look at AWS is for all of an account.

    Meanwhile JD Cloud's tables are told what to learn: with BGP no table learns what its gateway has not.
    """
    accounts: dict[t.Any, list[LinkWork]] = {}
    for work in works:
        accounts.setdefault(work.clouds.aws(work.aws) if work.waits_for else None, []).append(work)
    with ThreadPoolExecutor(WORKERS) as pool, ThreadPoolExecutor(max(1, len(accounts))) as outer:
        told = _tell_tables([work for work in works if not work.static], pool)

        def begin(work: LinkWork, found: list[Record] | None = None) -> Future[None]:
            return pool.submit(_after, told.get(work.name, []), work, found)

        begun = [begin(work) for work in accounts.pop(None, [])]
        waits = [outer.submit(_wait, ec2, waiting, timeout, begin) for ec2, waiting in accounts.items()]
        for wait in waits:
            begun += wait.result()
        _look(begun)
        _look(future for futures in told.values() for future in futures)


def _tell_tables(works: t.Sequence[LinkWork], pool: ThreadPoolExecutor) -> dict[str, list[Future[None]]]:
    """What has to be waited for, by link."""
    result: dict[str, list[Future[None]]] = {}
    for table, wanted in propagations.by_table(works).items():
        future = pool.submit(propagations.write, table, wanted)
        for work, _item in wanted:
            result.setdefault(work.name, []).append(future)
    return result


def _after(before: t.Iterable[Future[None]], work: LinkWork, found: list[Record] | None) -> None:
    _look(before)
    work.finish(found)


def _wait(
    ec2: t.Any, works: t.Sequence[LinkWork], timeout: int, begin: t.Callable[[LinkWork, list[Record]], Future[None]]
) -> list[Future[None]]:
    begun, groups = [], [work.waits_for for work in works]
    for number, found in waiters.settle_each(ec2, groups, timeout, states=waiters.READY):
        if isinstance(found, ApiFailure):
            works[number].fail(WAIT, found)
        else:
            begun.append(begin(works[number], found))
    return begun


def _look(futures: t.Iterable[Future[None]]) -> None:
    """What no link's own error explains is a fault of this code."""
    for future in list(futures):
        future.result()
