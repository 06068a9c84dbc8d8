# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed at any task and run again: the same end state, nothing twice, nothing orphaned.

A fair sample by default; CRASH=all kills at every task of the run.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import inventory
from .conftest import ROOT, Player
from .shape import differences, shape

CALLBACKS = Path(__file__).parent / "callbacks"
# Kill when the task *after* each of these starts: then it has just been carried out, and nothing that follows it.
AFTER = {
    "intercloud.vpn.site": (
        "Step 5: make the virtual private gateway",
        "Step 4: JD Cloud VPN connection, which gets two public addresses",
        "Step 5: one AWS connection of two tunnels for each JD Cloud address",
        "Step 6: AWS's four addresses replace the stand-ins",
        "Steps 7 and 8: JD Cloud tunnels, JD address 1 to AWS addresses 1 and 2, JD address 2 to AWS addresses 3 and 4",
    ),
    "intercloud.vpn.teardown": (
        "Remove the JD Cloud tunnels, each set DOWN first",
        "Begin the removal of the AWS connections",
    ),
}


class Killer:
    """Runs a playbook in a process group of its own, and has it killed when a given task starts."""

    def __init__(self, player: Player, folder: Path) -> None:
        self.player, self.folder = player, folder
        self.hosts = inventory.write(folder / "inventory", inventory.sites(player.lab))

    def run(self, playbook: str, kill_at: int = 0) -> tuple[int, list[str]]:
        names = self.folder / "tasks.txt"
        names.unlink(missing_ok=True)
        env = self.player.environment(
            ANSIBLE_CALLBACK_PLUGINS=str(CALLBACKS),
            ANSIBLE_CALLBACKS_ENABLED="kill_at",
            KILL_AT=str(kill_at),
            KILL_NAMES=str(names),
        )
        command = self.player.command(playbook, inventory=self.hosts)
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            output = process.communicate()[0]
        assert process.returncode in (0, -signal.SIGKILL), output[-4000:]
        self.workers_are_gone()
        return process.returncode, names.read_text(encoding="utf-8").splitlines()

    def workers_are_gone(self) -> None:
        """Workers have sessions of their own, so they outlive a kill until what they were at is done, and no longer."""
        for command, descriptor in self.left():
            poller = select.poll()
            poller.register(descriptor, select.POLLIN)
            ended = poller.poll(60_000)
            os.close(descriptor)
            assert ended, f"goes on without its parent: {command}"
        assert list(self.left()) == []

    def left(self) -> Iterator[tuple[str, int]]:
        """Processes that this run has started, each with a descriptor that becomes readable when it ends."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if str(self.hosts) in command or str(self.player.folder) in command:
                    yield command, os.pidfd_open(int(path.parent.name))
            except OSError:
                continue  # it has just ended

    def until_done(self, playbook: str) -> list[str]:
        code, tasks = self.run(playbook)
        assert code == 0
        return tasks


@pytest.fixture(scope="module")
def killer(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Killer:
    return Killer(player, tmp_path_factory.mktemp("crash"))


@pytest.fixture(scope="module")
def clean(killer: Killer) -> dict[str, Any]:
    """The tasks and end states of undisturbed runs."""
    empty = shape(killer.player)
    site = killer.until_done("intercloud.vpn.site")
    whole = shape(killer.player)
    down = killer.until_done("intercloud.vpn.teardown")
    killer.player.lab.reset()
    return {"intercloud.vpn.site": (site, whole), "intercloud.vpn.teardown": (down, empty), "empty": empty}


def short(name: str) -> str:
    return name.rpartition(" : ")[2]


def points(playbook: str, tasks: list[str]) -> list[int]:
    """When to kill: the number of the task that starts, counted from 1."""
    if os.environ.get("CRASH") == "all":
        return list(range(2, len(tasks) + 1))
    found = []
    for name in AFTER[playbook]:
        places = [n for n, task in enumerate(tasks, 1) if short(task) == name]
        assert places, f"no task is named {name!r} any more"
        found.append(places[-1] + 1)
    return found


def gone(state: Any) -> Any:
    """The state of accounts: regions that were only looked at count as nothing."""
    return state["jdcloud"], {
        (account, region, kind): items
        for account, data in state["aws"]["accounts"].items()
        for region, kinds in data["regions"].items()
        for kind, items in kinds.items()
        if kind in ("CustomerGateways", "VpnConnections", "VpnGateways") and items
    }


def test_a_killed_site_run_is_completed_by_the_next(killer: Killer, clean: dict[str, Any]) -> None:
    tasks, whole = clean["intercloud.vpn.site"]
    for point in points("intercloud.vpn.site", tasks):
        killer.player.lab.reset()
        code, seen = killer.run("intercloud.vpn.site", kill_at=point)
        assert code == -signal.SIGKILL, f"not killed at task {point}"
        killer.until_done("intercloud.vpn.site")
        assert differences(shape(killer.player), whole) == [], f"after a kill at task {point}, {seen[-1]}"


def test_a_killed_teardown_is_completed_by_the_next(killer: Killer, clean: dict[str, Any]) -> None:
    tasks, _empty = clean["intercloud.vpn.teardown"]
    for point in points("intercloud.vpn.teardown", tasks):
        killer.player.lab.reset()
        killer.until_done("intercloud.vpn.site")
        code, seen = killer.run("intercloud.vpn.teardown", kill_at=point)
        assert code == -signal.SIGKILL, f"not killed at task {point}"
        killer.until_done("intercloud.vpn.teardown")
        state = shape(killer.player)
        assert gone(state) == ({}, {}), f"after a kill at task {point}, {seen[-1]}"
