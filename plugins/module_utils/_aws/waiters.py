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

MIN_STEP, MAX_STEP = 0.25, 8.0
UNSETTLED = ("pending", "modifying", "deleting")
GONE = ("deleting", "deleted")

Connection = dict[str, t.Any]
T = t.TypeVar("T")

sleep = time.sleep
now = time.monotonic


def poll(read: t.Callable[[], T], done: t.Callable[[T], bool], timeout: float, describe: t.Callable[[T], str]) -> T:
    """Read until done. A step is an eighth of the time waited so far, with jitter: a quick answer is noticed soon,
    and a wait of minutes costs few calls."""
    start = now()
    while True:
        value = read()
        if done(value):
            return value
        waited = now() - start
        if waited >= timeout:
            remedy = "run again to wait on, or raise wait_timeout"
            raise ApiFailure(f"{describe(value)} after {waited:.0f} s. Remedy: {remedy}.", "Timeout")
        step = min(MAX_STEP, max(MIN_STEP, waited / 8)) * random.uniform(0.75, 1.25)  # noqa: S311
        sleep(min(step, timeout - waited))


def settled(connection: Connection) -> bool:
    """Whether AWS has nothing left to do for a connection, so that it can be changed."""
    moving = [route for route in connection["routes"] if route["state"] in ("pending", "deleting")]
    return connection["state"] not in UNSETTLED and not moving


def wait_for_connections(
    ec2: Ec2,
    ids: t.Sequence[str],
    timeout: float,
    done: t.Callable[[Connection], bool] = settled,
    waiting_for: str = "available",
) -> list[Connection]:
    """Wait for any number of connections at once; they are returned in the order of `ids`, keys included."""

    def read() -> dict[str, Connection]:
        # By filter, not by id: a connection made a moment ago may not be known everywhere, which is not an error.
        found = list_vpn_connections(ec2, filters={"vpn-connection-id": list(ids)})
        lost = [f"{c['vpn_connection_id']} is {c['state']}" for c in found if c["state"] in GONE]
        if lost:
            raise ApiFailure(f"VPN connection {', '.join(lost)} {ec2.where}, although it was waited for.", "Deleted")
        return {c["vpn_connection_id"]: c for c in found}

    def complete(found: dict[str, Connection]) -> bool:
        return all(connection_id in found and done(found[connection_id]) for connection_id in ids)

    def describe(found: dict[str, Connection]) -> str:
        states = {i: found[i]["state"] if i in found else "not listed" for i in ids}
        waiting = [f"{i} is {s}" for i, s in states.items() if i not in found or not done(found[i])]
        return f"VPN connection {', '.join(waiting)}, not yet {waiting_for}, {ec2.where}"

    found = poll(read, complete, timeout, describe)
    return [found[connection_id] for connection_id in ids]


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
