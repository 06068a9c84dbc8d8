# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes what this kernel lacks: tunnel interfaces whose packets strongSwan encrypts.

The device's configuration says `tunnel_interfaces: external`: something else makes interfaces of these names and sets
their state. This is it: for each connection in the device's /etc/swanctl/conf.d a strongSwan of its own with ESP in
userspace (kernel-libipsec carries one tunnel with 0/0 only), in a namespace on the Internet with the connection's
addresses; its TUN device becomes the interface `icvN` of the device, up as long as its CHILD_SA is there. The device's
`swanctl` speaks to all of these strongSwans as if they were one.
"""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.dataplane.ike import IkeEnd
from lab.dataplane.netns import Namespaces
from lab.dataplane.plumbing import Plumbing
from lab.devices.machine import Machine

_ADDRESS = re.compile(r"^\s*(local|remote)_addrs\s*=\s*(\S+)\s*$", re.MULTILINE)
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Way:
    """A tunnel's place on the Internet, as the plumbing takes it."""

    key: str
    local: str
    remote: str


class Interfaces:
    def __init__(self, spaces: Namespaces, plumbing: Plumbing, folder: Path, machine: Machine) -> None:
        self.spaces, self.plumbing, self.folder, self.machine = spaces, plumbing, folder, machine
        self._ends: dict[str, tuple[Way, IkeEnd]] = {}
        self._up: dict[str, bool] = {}
        self._lock = threading.RLock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        with self._lock:
            for name in list(self._ends):
                self._remove(name)

    def _watch(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            with self._lock:
                self.settle()
                for name, (_way, ike) in self._ends.items():
                    self._follow(name, ike.is_up())

    def settle(self) -> None:
        """Interfaces for exactly the connections that the device has."""
        with self._lock:
            wanted = self._wanted()
            for name in [name for name, (way, _ike) in self._ends.items() if wanted.get(name) != way]:
                self._remove(name)
            for name, way in wanted.items():
                if name not in self._ends:
                    self._make(name, way)

    def _wanted(self) -> dict[str, Way]:
        found = {}
        for path in sorted((self.machine.etc / "swanctl/conf.d").glob("icv*.conf")):
            if path.name.endswith("-key.conf"):
                continue
            told = dict(_ADDRESS.findall(_text(path)))
            if {"local", "remote"} <= told.keys():
                found[path.stem] = Way(f"device:{path.stem}", told["local"], told["remote"])
        return found

    def _make(self, name: str, way: Way) -> None:
        self.plumbing.add_end(way)
        space = self.plumbing.end_name(way)
        ike = IkeEnd(self.spaces, self.folder / space, space, name, 1.0)
        ike.spawn()
        ike.attach(self.machine.name)
        self._ends[name] = way, ike

    def _remove(self, name: str) -> None:
        way, _ike = self._ends.pop(name)
        self._up.pop(name, None)
        self.plumbing.remove_end(way)
        self.spaces.unplug(self.machine.name, name)

    def _follow(self, name: str, up: bool) -> None:
        """As strongSwan's updown script does it where the kernel has such interfaces."""
        if self._up.get(name) != up:
            self._up[name] = up
            self.spaces.batch(self.machine.name, [f"link set {name} {'up' if up else 'down'}"], whatever=True)

    def swanctl(self, words: Sequence[str]) -> tuple[int, str]:
        """A command of the device's `swanctl`, given to those strongSwans that it is about."""
        with self._lock:
            self.settle()
            named = [words[n + 1] for n, word in enumerate(words[:-1]) if word in ("--ike", "--child")]
            code, said = 0, list[str]()
            for name, (_way, ike) in sorted(self._ends.items()):
                if named and name not in named:
                    continue
                done = self._one(name, ike, words)
                code, said = code or done.returncode, [*said, done.stdout]
            if named and not said and words[0] in ("--initiate", "-i"):
                return 2, f"no connection {', '.join(named)}\n"
            return code, "".join(said)

    def _one(self, name: str, ike: IkeEnd, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        more = []
        if words[0] in ("--load-all", "-q"):
            folder = self.machine.etc / "swanctl/conf.d"
            own = ike.folder / "swanctl.conf"
            own.touch(mode=0o600)
            own.write_text(_text(folder / f"{name}.conf") + _text(folder / f"{name}-key.conf"), encoding="utf-8")
            more = ["--file", str(own)]
        command = ["swanctl", *words, "--uri", f"unix://{ike.folder}/vici", *more]
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60
        )


def _text(path: Path) -> str:
    """A file that may have been removed a moment ago."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
