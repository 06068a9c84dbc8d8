# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed between any two calls and run again: the same end state, nothing twice, nothing orphaned, no tunnel with
unequal ends that nobody tells.

One point of each by default; CRASH=all (`make test-crash`) takes every one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from . import inventory
from .agreement import Agreement, jd_tunnels, verdicts
from .conftest import Player
from .killer import Killer, Point, Run
from .shape import differences, shape

SITE, TEARDOWN = Run("intercloud.vpn.site"), Run("intercloud.vpn.teardown")
CONSENT = ("-e", "vpn_link_allow_interruption=true")
PROPOSALS = [
    Run("intercloud.vpn.site", (*CONSENT, "-e", f'{{"vpn_link_proposal": {{"ike_dh_group": {group}}}}}'))
    for group in (20, 19)
]
ROTATION = Run("intercloud.vpn.rotate_psk")
# AWS takes minutes in real life; what is killed is the same.
QUICK = {"pending_seconds": 0.2, "modifying_seconds": 0.2, "deleting_seconds": 0.2}


@pytest.fixture(scope="module")
def killer(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    before = player.lab.admin("aws", "GET", "/settings")
    player.lab.admin("aws", "PATCH", "/settings", QUICK)
    yield Killer(player, tmp_path_factory.mktemp("crash"))
    player.lab.admin("aws", "PATCH", "/settings", {name: before[name] for name in QUICK})


EVERY = os.environ.get("CRASH") == "all"


def tried(killer: Killer, run: Run, sampled: Point) -> list[Point]:
    """Where to kill it: one point, or every write of a run of it."""
    return killer.whole(run) if EVERY else [sampled]


def told(name: str, points: list[Point]) -> None:
    print(f"\n{name}: killed at {len(points)} points; the next run completed every one")


def left(state: Any) -> Any:
    """What accounts hold: regions that were only looked at count as nothing."""
    return state["jdcloud"], {
        (account, region, kind): items
        for account, data in state["aws"]["accounts"].items()
        for region, kinds in data["regions"].items()
        for kind, items in kinds.items()
        if kind in ("CustomerGateways", "VpnConnections", "VpnGateways") and items
    }


@pytest.fixture(scope="module")
def made(killer: Killer) -> Any:
    """What one undisturbed run makes."""
    killer.lab.reset()
    killer.whole(SITE)
    return shape(killer.player)


def test_removal(killer: Killer, made: Any) -> None:
    points = tried(killer, TEARDOWN, Point("jdcloud", 7))
    for point in points:
        if EVERY:
            killer.lab.reset()
            killer.whole(SITE)
        assert killer.killed(TEARDOWN, point), f"not reached: {point}"
        killer.whole(TEARDOWN)
        assert left(shape(killer.player)) == ({}, {}), point
    told("removal", points)


def test_creation(killer: Killer, made: Any) -> None:
    killer.lab.reset()
    points = tried(killer, SITE, Point("aws", 6))
    for point in points:
        killer.lab.reset()
        assert killer.killed(SITE, point), f"not reached: {point}"
        killer.whole(SITE)
        assert differences(shape(killer.player), made) == [], point
    assert killer.whole(SITE) == []
    told("creation", points)


@pytest.fixture(scope="module")
def running(killer: Killer) -> Iterator[Killer]:
    """The link is made and its tunnels are up."""
    killer.whole(SITE)
    with Agreement(killer.lab):
        yield killer


def reported(killer: Killer) -> None:
    """A tunnel whose ends are not equal is part of what a preview would change."""
    unequal = [pair for pair, verdict in verdicts(killer.lab).items() if verdict]
    preview = killer.player.run(SITE.playbook, "--check", *CONSENT, inventory=killer.hosts).ok()
    assert not unequal or inventory.LINK in preview.changed, unequal


def healthy(killer: Killer) -> None:
    assert list(verdicts(killer.lab).values()) == [""] * 4


def test_a_change_of_running_tunnels(running: Killer) -> None:
    """There and back again, so that each point is met on running tunnels that have the other proposal."""
    there, back = PROPOSALS
    shapes: dict[Run, Any] = {}
    for run in (there, back) if EVERY else ():
        running.whole(run)
        shapes[run] = shape(running.player)
    points = tried(running, there, Point("jdcloud", 4))
    for number, point in enumerate(points):
        run = (back, there)[number % 2] if EVERY else there
        assert running.killed(run, point), f"not reached: {point}"
        reported(running)
        running.whole(run)
        healthy(running)
        if run in shapes:
            assert differences(shape(running.player), shapes[run]) == [], point
        assert running.whole(run) == [], point
    running.whole(back)
    told("change of the proposal", points)


def test_a_rotation(running: Killer) -> None:
    points = tried(running, ROTATION, Point("jdcloud", 7))
    for point in points:
        before = {tunnel["vpnTunnelId"]: tunnel["psk"] for tunnel in jd_tunnels(running.lab)}
        assert running.killed(ROTATION, point), f"not reached: {point}"
        reported(running)
        running.whole(ROTATION)
        healthy(running)
        after = {tunnel["vpnTunnelId"]: tunnel["psk"] for tunnel in jd_tunnels(running.lab)}
        assert before.keys() == after.keys(), point
        assert not set(before.values()) & set(after.values()), point
        assert running.whole(SITE) == [], point
    told("rotation of the keys", points)
