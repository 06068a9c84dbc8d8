# SPDX-License-Identifier: GPL-3.0-or-later
"""Network namespaces of one lab. All their names begin alike, so that a later start or stop finds what a crash left."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

_KILL_SECONDS = 3.0
_ROUTER = ("net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0")


class NetnsError(Exception):
    """A command on a namespace failed."""


class Namespaces:
    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def full(self, name: str) -> str:
        return self.prefix + name

    def add(self, *names: str) -> None:
        """Make namespaces that forward packets and accept asymmetric routes."""
        for name in names:
            _run(["ip", "netns", "add", self.full(name)])
            _run(["ip", "netns", "exec", self.full(name), "sysctl", "-qw", *_ROUTER])
            self.batch(name, ["link set lo up"])

    def batch(self, name: str, commands: Sequence[str], whatever: bool = False) -> None:
        """Commands of `ip` in one process; with `whatever` it does not matter whether they succeed."""
        if commands:
            force = ["-force"] if whatever else []
            _run(["ip", "-n", self.full(name), *force, "-batch", "-"], "\n".join(commands) + "\n", not whatever)

    def veth(self, left: tuple[str, str], right: tuple[str, str]) -> None:
        """A cable between two namespaces, given as (namespace, interface)."""
        (one, end), (other, far) = left, right
        peer = ["peer", "name", far, "netns", self.full(other)]
        _run(["ip", "link", "add", end, "netns", self.full(one), "type", "veth", *peer])

    def unplug(self, name: str, link: str) -> None:
        """Remove a cable at once: one that goes with its namespace goes later, and its name can't be used again yet."""
        self.batch(name, [f"link del {link}"], whatever=True)

    def has_link(self, name: str, link: str) -> bool:
        command = ["ip", "-n", self.full(name), "link", "show", link]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def filter(self, name: str, ruleset: str) -> None:
        """Replace all packet filters of a namespace at once."""
        _run(["ip", "netns", "exec", self.full(name), "nft", "-f", "-"], "flush ruleset\n" + ruleset)

    def spawn(
        self, name: str, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                ["ip", "netns", "exec", self.full(name), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )

    def delete(self, *names: str) -> None:
        """Remove namespaces with all that runs in them."""
        full = [self.full(name) for name in names]
        _kill(full)
        for name in full:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)

    def all(self) -> list[str]:
        """Names, without the prefix, of all that exist: those of an earlier process too."""
        listed = _run(["ip", "netns", "list"])
        names = [line.split()[0] for line in listed.splitlines() if line.strip()]
        return [name.removeprefix(self.prefix) for name in names if name.startswith(self.prefix)]

    def clear(self) -> None:
        self.delete(*self.all())


def _run(command: list[str], text: str | None = None, must: bool = True) -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode and must:
        raise NetnsError(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()}\n{text or ''}")
    return done.stdout


def _pids(full: Iterable[str]) -> list[int]:
    found: list[int] = []
    for name in full:
        listed = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False)
        found += [int(pid) for pid in listed.stdout.split()]
    return found


def _kill(full: list[str]) -> None:
    """Politely, then firmly; by the namespace that a process lives in, so nothing else can be meant."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in _pids(full):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + _KILL_SECONDS
        while _pids(full):
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        else:
            return
