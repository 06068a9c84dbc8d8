# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway's router: one BIRD in the gateway's namespace."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
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
_ANSWER_SECONDS = 5.0
_CODED = re.compile(r"\d{4}(?P<more>[ -])")
_PREFIX = re.compile(r"^(?P<prefix>\d+\.\d+\.\d+\.\d+/\d+)?\s+unicast \[(?P<device>\S+) ")
_SESSION = re.compile(r"^(?P<device>\S+)\s+BGP\s+\S+\s+\S+\s+\S+\s+(?P<state>\S*)")


class RouterError(Exception):
    """BIRD did not start or refused its configuration."""


@dataclass(frozen=True)
class BgpState:
    """Sessions that are established, and what each tunnel's neighbour has sent, by interface."""

    established: frozenset[str]
    learned: dict[str, frozenset[str]]


class _Control:
    """BIRD's control socket: each line of an answer begins with a code of four digits and `-`, the last one's with a
    blank instead; a line that goes on begins with a blank alone."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_ANSWER_SECONDS)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile(encoding="utf-8")
        self._read()  # the greeting

    def ask(self, command: str) -> str:
        self._socket.sendall(f"{command}\n".encode())
        return self._read()

    def _read(self) -> str:
        found = []
        for line in self._lines:
            coded = _CODED.match(line)
            found.append(line[5:] if coded else line[1:])
            if coded and coded["more"] == " ":
                return "".join(found)
        raise ConnectionError("BIRD has gone")


class Router:
    def __init__(self, spaces: Namespaces, folder: Path, name: str) -> None:
        self.spaces, self.folder, self.name = spaces, folder, name
        self._process: subprocess.Popen[bytes] | None = None
        self._control: _Control | None = None
        self._asking = threading.Lock()  # one conversation at a time
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
        self._control = None
        while "BIRD" not in self._ask("show status"):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RouterError(f"{self.name}: BIRD did not start; see {self.folder}")
            time.sleep(0.02)

    def _ask(self, command: str) -> str:
        """BIRD's answer to a command, as `birdc` would print it; empty where BIRD does not answer.

        Asked by its socket: a process for each question, several times a second, is most of what a lab would cost.
        """
        with self._asking:
            try:
                if self._control is None:
                    self._control = _Control(self.folder / "ctl")
                return self._control.ask(command)
            except OSError:
                self._control = None
                return ""

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
