# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of vpn_link_health: it looks until every link is as expected, or waiting has no sense any more."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.intercloud.vpn.plugins.action import vpn_link_health as action

Record = dict[str, Any]


def link(met: bool, worth: bool = True, lacks: str = "tunnel 1-1 (IPsec down)") -> Record:
    return {"expectation_met": met, "worth_waiting": worth and not met, "waiting_for": [] if met else [lacks]}


def look(**links: Record) -> Record:
    return {"changed": False, "links": links, "waited": 0}


class Clock:
    """Time that passes only where somebody sleeps, and while the clouds answer."""

    def __init__(self) -> None:
        self.now, self.naps = 1000.0, []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


class Stage:
    """Runs the plugin over looks that are given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, self.shown, self.looks, self.monkeypatch = Clock(), [], 0, monkeypatch
        monkeypatch.setattr(action, "time", self.clock)
        monkeypatch.setattr(action, "display", SimpleNamespace(display=lambda text, stderr: self.shown.append(text)))

    def run(self, answer: Callable[[int], Record], check_mode: bool = False, cost: float = 0.0, **args: Any) -> Record:
        def look_once(plugin: Any, task_vars: Record) -> Record:
            self.looks += 1
            self.clock.now += cost
            return answer(self.looks)

        plugin = action.ActionModule.__new__(action.ActionModule)
        plugin._task = SimpleNamespace(args=args, check_mode=check_mode, async_val=0)
        self.monkeypatch.setattr(action.InProcess, "once", look_once)
        plugin._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
        plugin._supports_check_mode = plugin._supports_async = True
        return plugin.run(task_vars={})


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(monkeypatch)


def test_what_is_as_expected_is_returned_at_once(stage: Stage) -> None:
    result = stage.run(lambda n: look(a=link(True), b=link(True)))
    assert (stage.looks, stage.clock.naps, stage.shown, result["waited"]) == (1, [], [], 0)


def test_it_looks_until_every_link_is_as_expected(stage: Stage) -> None:
    result = stage.run(lambda n: look(a=link(n > 1), b=link(n > 3)))
    assert stage.looks == 4
    assert all(item["expectation_met"] for item in result["links"].values())
    assert result["waited"] == int(sum(stage.clock.naps))


def test_pauses_grow_from_one_to_ten_seconds_and_end_with_the_deadline(stage: Stage) -> None:
    result = stage.run(lambda n: look(a=link(False)))
    naps = stage.clock.naps
    assert naps[0] == 1.0
    assert naps[:-1] == sorted(naps[:-1])
    assert max(naps) == 10.0
    assert sum(naps) == 120.0
    assert (result["waited"], result["links"]["a"]["expectation_met"]) == (120, False)


@pytest.mark.parametrize(("timeout", "check_mode"), [(0, False), ("0", False), (60, True)])
def test_it_looks_once_where_it_may_not_wait(stage: Stage, timeout: Any, check_mode: bool) -> None:
    stage.run(lambda n: look(a=link(False)), timeout=timeout, check_mode=check_mode)
    assert (stage.looks, stage.clock.naps, stage.shown) == (1, [], [])


def test_what_time_does_not_mend_is_not_waited_for(stage: Stage) -> None:
    result = stage.run(lambda n: look(a=link(False, worth=False), b=link(n > 2)))
    assert stage.looks == 3
    assert not result["links"]["a"]["expectation_met"]
    assert all("a waits" not in line for line in stage.shown)


def test_a_failure_ends_it(stage: Stage) -> None:
    failure = {"failed": True, "msg": "refused"}
    assert stage.run(lambda n: look(a=link(False)) if n < 3 else failure) == failure


def test_what_each_link_waits_for_is_shown_when_it_changes_and_every_ten_seconds(stage: Stage) -> None:
    def answer(n: int) -> Record:
        lacks = "tunnel 1-1 (IPsec down)" if n < 3 else "tunnel 1-1 (IPsec up, BGP down)"
        return look(a=link(n > 40, lacks=lacks), b=link(True))

    stage.run(answer, timeout=60, cost=1.0)
    first, second = stage.shown[0], stage.shown[1]
    assert first == "  after 1 of 60 s: a waits for tunnel 1-1 (IPsec down)"
    assert second.endswith("a waits for tunnel 1-1 (IPsec up, BGP down)")
    assert len(stage.shown) < stage.looks
    seconds = [int(line.split()[1]) for line in stage.shown[1:]]
    assert all(10 <= later - earlier <= 21 for earlier, later in itertools.pairwise(seconds))


def test_a_timeout_that_is_no_number_is_refused(stage: Stage) -> None:
    with pytest.raises(AnsibleActionFail, match=r"timeout: .*Allowed: seconds, 0 to look once"):
        stage.run(lambda n: look(), timeout="soon")
    assert stage.looks == 0
