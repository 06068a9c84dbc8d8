# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers as processes of their own: started detached, known again by what they run, stopped by their pid."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_POLL_SECONDS = 0.05
_STOP_SECONDS = 10.0
# A user's own cloud settings are no business of the emulated clouds.
_NOT_INHERITED = ("AWS_", "JDCLOUD_", "MOTO_", "LAB_", "VPN_PSK_")
# Servers that this very process has started: it alone can, and must, wait for them when they end.
_children: dict[int, subprocess.Popen[bytes]] = {}


def spawn(module: str, arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Run `python -m module` in a session of its own; what it prints goes to `log`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[process.pid] = process
    return process


@dataclass(frozen=True)
class Server:
    """A server as it is known again: by its pid, if that still runs this module with this argument."""

    pid: int
    module: str
    argument: str

    @property
    def is_running(self) -> bool:
        """Whether it is that very server and not some process that has inherited its number."""
        command = _command(self.pid)
        return self.module in command and self.argument in command


def _command(pid: int) -> list[str]:
    """The process's command line; empty when it is gone, or dead and only not yet reaped."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        except OSError:
            return []
    found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.split()


def stop(servers: Iterable[Server]) -> None:
    """End them: politely, then firmly. Nothing happens to a process that is not the server it should be."""
    servers = list(servers)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for server in servers:
            if server.is_running:
                os.kill(server.pid, number)
        deadline = time.monotonic() + _STOP_SECONDS
        while any(server.is_running for server in servers) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
    for server in servers:
        child = _children.pop(server.pid, None)
        if child is not None:
            child.wait()


class StartFailed(Exception):
    """A server died, or was not ready in time."""


def wait_until_ready(servers: Mapping[str, tuple[subprocess.Popen[bytes], Path, Path]], seconds: float) -> None:
    """Wait for every server's ready file; `servers` maps a name to its process, ready file and log."""
    deadline = time.monotonic() + seconds
    for name, (process, ready, log) in servers.items():
        while not ready.exists():
            if process.poll() is not None:
                raise StartFailed(f"{name} ended with status {process.returncode} before it was ready:\n{tail(log)}")
            if time.monotonic() > deadline:
                raise StartFailed(f"{name} was not ready after {seconds:.0f} s:\n{tail(log)}")
            time.sleep(_POLL_SECONDS)


def tail(log: Path, lines: int = 20) -> str:
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return "\n".join(f"  {line}" for line in text.splitlines()[-lines:]) or "  (its log is empty)"
