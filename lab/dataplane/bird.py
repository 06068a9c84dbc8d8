# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway's router: one BIRD in the gateway's namespace."""

from __future__ import annotations

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from lab.dataplane.netns import Namespaces

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    trim_blocks=True,
    undefined=jinja2.StrictUndefined,
    autoescape=False,  # a router's configuration is no HTML
)
_START_SECONDS = 10.0
_PREFIX = re.compile(r"^(?P<prefix>\d+\.\d+\.\d+\.\d+/\d+)?\s+unicast \[(?P<device>\S+) ")
_SESSION = re.compile(r"^(?P<device>\S+)\s+BGP\s+\S+\s+\S+\s+\S+\s+(?P<state>\S*)")


class RouterError(Exception):
    """BIRD did not start or refused its configuration."""


@dataclass(frozen=True)
class BgpState:
    """Sessions that are established, and what each tunnel's neighbour has sent, by interface."""

    established: frozenset[str]
    learned: dict[str, frozenset[str]]


class Router:
    def __init__(self, spaces: Namespaces, folder: Path, name: str) -> None:
        self.spaces, self.folder, self.name = spaces, folder, name
        self._process: subprocess.Popen[bytes] | None = None
        self._config = ""

    def configure(self, **values: Any) -> None:
        """Start with this configuration, or change to it: sessions that are the same stay up."""
        config = _TEMPLATES.get_template("bird.conf.j2").render(folder=self.folder, **values)
        if config == self._config and self._process is not None and self._process.poll() is None:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "bird.conf").write_text(config, encoding="utf-8")
        if self._process is None or self._process.poll() is not None:
            self._start()
        else:
            answer = self._ask("configure")
            if "econfigur" not in answer:
                raise RouterError(f"{self.name}: {answer}")
        self._config = config

    def _start(self) -> None:
        command = ["/usr/sbin/bird", "-f", "-c", str(self.folder / "bird.conf"), "-s", str(self.folder / "ctl")]
        self._process = self.spaces.spawn(
            self.name, [*command, "-P", str(self.folder / "pid")], self.folder / "out.log"
        )
        deadline = time.monotonic() + _START_SECONDS
        while "BIRD" not in self._ask("show status"):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RouterError(f"{self.name}: BIRD did not start; see {self.folder}")
            time.sleep(0.02)

    def _ask(self, command: str) -> str:
        done = subprocess.run(
            ["/usr/sbin/birdc", "-s", str(self.folder / "ctl"), command], capture_output=True, text=True, check=False
        )
        return done.stdout

    def state(self) -> BgpState:
        sessions = [_SESSION.match(line) for line in self._ask("show protocols").splitlines()]
        established = frozenset(m["device"] for m in sessions if m and m["state"] == "Established")
        learned: dict[str, set[str]] = {}
        prefix = ""
        for line in self._ask("show route where source = RTS_BGP").splitlines():
            match = _PREFIX.match(line)
            if match:
                prefix = match["prefix"] or prefix
                learned.setdefault(match["device"], set()).add(prefix)
        return BgpState(established, {device: frozenset(prefixes) for device, prefixes in learned.items()})
