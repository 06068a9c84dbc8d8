# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: waiting for AWS, with a deadline, and without long fixed steps."""

from __future__ import annotations

import random
import time
import typing as t

from .errors import ApiFailure
from .read import list_vpn_connections

if t.TYPE_CHECKING:
    from .api import Ec2

MIN_STEP, MAX_STEP = 0.25, 5.0
# EC2 takes so many values of one filter.
FILTER_VALUES = 200
UNSETTLED = ("pending", "modifying", "deleting")
GONE = ("deleting", "deleted")
# A connection's record is long, so a look need not ask for those that AWS is still at work on.
READY = ("available", *GONE)

Connection = dict[str, t.Any]
T = t.TypeVar("T")

sleep = time.sleep
now = time.monotonic


def looks(timeout: float) -> t.Iterator[float]:
    """When to look: yields how long was waited so far, and sleeps in between. A step is a fiftieth of that time, with
    jitter: a quick answer is noticed soon, and a wait of minutes costs few calls. The last look is at the deadline."""
    start = now()
    waited = 0.0
    while True:
        yield waited
        waited = now() - start
        if waited >= timeout:
            return
        step = min(MAX_STEP, max(MIN_STEP, waited / 50)) * random.uniform(0.75, 1.25)  # noqa: S311
        sleep(min(step, timeout - waited))
        waited = now() - start


def _timed_out(text: str, waited: float) -> ApiFailure:
    return ApiFailure(f"{text} after {waited:.0f} s. Remedy: run again to wait on, or raise wait_timeout.", "Timeout")


def poll(read: t.Callable[[], T], done: t.Callable[[T], bool], timeout: float, describe: t.Callable[[T], str]) -> T:
    """Read until done."""
    start = now()
    for _waited in looks(timeout):
        value = read()
        if done(value):
            return value
    raise _timed_out(describe(value), now() - start)


def settled(connection: Connection) -> bool:
    """Whether AWS has nothing left to do for a connection, so that it can be changed."""
    moving = [route for route in connection["routes"] if route["state"] in ("pending", "deleting")]
    return connection["state"] not in UNSETTLED and not moving


def settle_each(
    ec2: Ec2,
    groups: t.Sequence[t.Sequence[str]],
    timeout: float,
    done: t.Callable[[Connection], bool] = settled,
    waiting_for: str = "available",
    states: t.Sequence[str] | None = None,
) -> t.Iterator[tuple[int, list[Connection] | ApiFailure]]:
    """Wait for groups of connections with one look for all: each group's number and its connections, in the order of
    its ids and keys included, as soon as all of it is there; or why it never will be. With `states` a look asks only
    for connections in one of them."""
    start = now()
    pending = dict(enumerate(groups))
    found: dict[str, Connection] = {}
    for _waited in looks(timeout):
        found.update(_look(ec2, pending.values(), states))
        for number, group in list(pending.items()):
            lost = [f"{i} is {found[i]['state']}" for i in group if i in found and found[i]["state"] in GONE]
            if lost:
                text = f"VPN connection {', '.join(lost)} {ec2.where}, although it was waited for."
                yield number, ApiFailure(text, "Deleted")
            elif all(i in found and done(found[i]) for i in group):
                yield number, [found[i] for i in group]
            else:
                continue
            del pending[number]
        if not pending:
            return
    if states:
        found.update(_look(ec2, pending.values()))
    for number, group in pending.items():
        seen = {i: found[i]["state"] if i in found else "not listed" for i in group}
        waiting = [f"{i} is {s}" for i, s in seen.items() if i not in found or not done(found[i])]
        text = f"VPN connection {', '.join(waiting)}, not yet {waiting_for}, {ec2.where}"
        yield number, _timed_out(text, now() - start)


def _look(
    ec2: Ec2, groups: t.Iterable[t.Sequence[str]], states: t.Sequence[str] | None = None
) -> dict[str, Connection]:
    """Connections by id, found by filter: one made a moment ago may not be known everywhere, which is not an error."""
    ids = [connection_id for group in groups for connection_id in group]
    found: dict[str, Connection] = {}
    for first in range(0, len(ids), FILTER_VALUES):
        filters: dict[str, t.Any] = {"vpn-connection-id": ids[first : first + FILTER_VALUES]}
        if states:
            filters["state"] = list(states)
        found.update({c["vpn_connection_id"]: c for c in list_vpn_connections(ec2, filters=filters)})
    return found


def wait_for_connections(
    ec2: Ec2,
    ids: t.Sequence[str],
    timeout: float,
    done: t.Callable[[Connection], bool] = settled,
    waiting_for: str = "available",
) -> list[Connection]:
    """Wait for any number of connections at once; they are returned in the order of `ids`, keys included."""
    _number, found = next(settle_each(ec2, [ids], timeout, done, waiting_for))
    if isinstance(found, ApiFailure):
        raise found
    return found


def wait_for_connection(
    ec2: Ec2,
    connection_id: str,
    timeout: float,
    done: t.Callable[[Connection], bool] = settled,
    waiting_for: str = "available",
) -> Connection:
    return wait_for_connections(ec2, [connection_id], timeout, done, waiting_for)[0]


def wait_until_deleted(ec2: Ec2, connection_id: str, timeout: float) -> None:
    """Wait until AWS lists a connection as deleted, or no more."""

    def read() -> str:
        found = list_vpn_connections(ec2, filters={"vpn-connection-id": [connection_id]})
        return str(found[0]["state"]) if found else "deleted"

    poll(
        read,
        lambda state: state == "deleted",
        timeout,
        lambda state: f"VPN connection {connection_id} is {state}, not yet deleted, {ec2.where}",
    )
