# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of a command: what it took, and what it asked the clouds for."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from lab.launcher import CLOUDS, Lab

_SAMPLE_SECONDS = 0.2


class RunFailed(Exception):
    """What was to be measured did not succeed."""


@dataclass
class Measured:
    """Seconds; `memory` is the largest sum over all its processes, in MB, each page counted once (0: not measured)."""

    wall: float
    cpu: float
    memory: float
    calls: dict[str, int] = field(default_factory=dict)

    @property
    def number_of_calls(self) -> int:
        return sum(self.calls.values())


def run(lab: Lab, command: list[str], env: dict[str, str], folder: Path, with_memory: bool = False) -> Measured:
    """CPU is that of the command and of everything that it started and waited for."""
    before = {cloud: lab.admin(cloud, "GET", "/requests?since=0")["next"] for cloud in CLOUDS}
    output = folder / "output.txt"
    with output.open("wb") as file:
        started = time.monotonic()
        process = subprocess.Popen(command, env=env, stdout=file, stderr=subprocess.STDOUT, cwd=folder)
        sampler = _Sampler(process.pid) if with_memory else None
        _pid, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RunFailed(f"{' '.join(command)}: exit {process.returncode}\n{output.read_text()[-3000:]}")
    memory = sampler.stop() if sampler else 0.0
    calls: Counter[str] = Counter()
    for cloud in CLOUDS:
        calls += Counter(
            r["operation"] for r in lab.admin(cloud, "GET", f"/requests?since={before[cloud]}")["requests"]
        )
    return Measured(wall, usage.ru_utime + usage.ru_stime, memory, dict(sorted(calls.items())))


class _Sampler:
    """Memory of a process and of all below it, by what the kernel shares out to each (PSS)."""

    def __init__(self, pid: int) -> None:
        self._pid, self._largest, self._done = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._done.set()
        self._thread.join()
        return self._largest

    def _watch(self) -> None:
        while not self._done.wait(_SAMPLE_SECONDS):
            self._largest = max(self._largest, sum(_pss(pid) for pid in _tree(self._pid)))


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
        except OSError:
            continue
        found += [int(child) for child in children.split()]
    return found


def _pss(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024
