# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks, and kills them, workers and all, when they come to a given write."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.launcher import CLOUDS

from . import inventory
from .conftest import ROOT, Player


@dataclass(frozen=True)
class Run:
    """A playbook with its arguments."""

    playbook: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True)
class Point:
    """Just before the Nth write (from 0) to a cloud: what was asked for before has been done, this has not."""

    cloud: str
    number: int
    operation: str = ""

    def __str__(self) -> str:
        return f"before {self.cloud} write {self.number} {self.operation}"


class Killer:
    """Runs playbooks on a small inventory of one link."""

    def __init__(self, player: Player, folder: Path) -> None:
        self.player, self.lab = player, player.lab
        self.hosts = inventory.write(folder / "inventory", inventory.sites(player.lab))

    def whole(self, run: Run) -> list[Point]:
        """Run it to its end; the writes it made."""
        before = {cloud: len(self._writes(cloud)) for cloud in CLOUDS}
        self.player.run(run.playbook, *run.args, inventory=self.hosts).ok()
        return [
            Point(cloud, number, operation)
            for cloud in CLOUDS
            for number, operation in enumerate(self._writes(cloud)[before[cloud] :])
        ]

    def killed(self, run: Run, point: Point) -> bool:
        """Run it until its write is due, kill it then; false where it ended before it came to that."""
        fault = {"kind": "hold", "operation": "writes", "skip": point.number}
        self.lab.admin(point.cloud, "POST", "/faults", fault)
        command = self.player.command(run.playbook, *run.args, inventory=self.hosts)
        try:
            with subprocess.Popen(
                command, cwd=ROOT, env=self.player.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process:
                while process.poll() is None and not self.lab.admin(point.cloud, "GET", "/faults")["held"]:
                    time.sleep(0.05)
                reached = process.poll() is None
                self._kill()
        finally:
            # Whoever was held is gone by now, so nothing is carried out late.
            self.lab.admin(point.cloud, "DELETE", "/faults")
        return reached

    def _writes(self, cloud: str) -> list[str]:
        found = self.lab.admin(cloud, "GET", "/requests?since=0")["requests"]
        return [record["operation"] for record in found if record["write"]]

    def _kill(self) -> None:
        """Everything that the run has started, until nothing is left."""
        while descriptors := list(self._processes()):
            for descriptor in descriptors:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                select.select([descriptor], [], [], 30)  # readable when it has ended
                os.close(descriptor)

    def _processes(self) -> Iterator[int]:
        """Workers have sessions of their own, so they are known by their command line."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if str(self.hosts) in path.read_bytes().replace(b"\0", b" ").decode(errors="replace"):
                    yield os.pidfd_open(int(path.parent.name))
            except OSError:
                continue  # it has just ended
