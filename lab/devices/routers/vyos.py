# SPDX-License-Identifier: GPL-3.0-or-later
"""VyOS 1.4's configuration mode: candidate, running and saved configuration, commits that are checked and may wait for
a confirmation. Texts are those of VyOS's public sources where these have them.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field

from .server import HungUp
from .vyos_definitions import faults, node

Path = tuple[str, ...]
Config = dict[Path, None]


@dataclass
class Faults:
    """What goes wrong from now on. Lines are counted among those that set or delete something; 0: none."""

    refuse_line: int = 0
    hang_up_at: str = ""  # before this command is carried out
    fail_commit: str = ""  # what the commit says
    half_commit: bool = False  # a failing commit leaves what it did until then
    ignore_commit: str = ""  # what is said instead of committing


@dataclass
class Vyos:
    """One router. `files` are what was saved, by name; config.boot is what it starts with."""

    running: Config = field(default_factory=dict)
    files: dict[str, Config] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    timer: Config | None = None  # to go back to where nobody confirms
    commits: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.running = {
            **parse("set system host-name 'gw'\nset interfaces ethernet eth0 address '192.0.2.9/24'"),
            **self.running,
        }
        self.files.setdefault("config.boot", dict(self.running))

    def console(self) -> VyosConsole:
        return VyosConsole(self)

    def expire(self) -> None:
        """The time to confirm is over: it restarts with what is saved."""
        if self.timer is not None:
            self.running, self.timer = dict(self.files["config.boot"]), None

    def show(self) -> str:
        return show(self.running)


def parse(text: str) -> Config:
    return {tuple(shlex.split(line)[1:]): None for line in text.splitlines() if line.strip()}


def show(config: Config) -> str:
    """As `show configuration commands` has it: values in quotes, names not."""
    lines = []
    for path in sorted(config):
        *names, value = path
        lines.append(" ".join(["set", *names, f"'{value}'" if node(path).has_value else value]))
    return "".join(f"{line}\n" for line in lines)


class VyosConsole:
    """A session; `candidate` is None outside configuration mode."""

    def __init__(self, router: Vyos) -> None:
        self.router = router
        self.candidate: Config | None = None
        self._question = ""

    @property
    def prompt(self) -> str:
        if self._question:
            return "\nProceed ? [Y/n] "
        return "admin@gw:~$ " if self.candidate is None else "[edit]\nadmin@gw# "

    def leave(self) -> None:
        self.candidate = None

    def say(self, line: str) -> str:
        if self.router.faults.hang_up_at and line.startswith(self.router.faults.hang_up_at):
            raise HungUp
        if self._question:
            return self._answered(line)
        return self._operational(line) if self.candidate is None else self._configuration(line)

    def _operational(self, line: str) -> str:
        if not line or line.startswith(("set terminal ", "stty ")):
            return ""
        if line == "configure":
            self.candidate = dict(self.router.running)
            return ""
        if line == "show configuration commands":
            return self.router.show()
        if line == "show version":
            return "Version:          VyOS 1.4.0\nRelease train:    sagitta\n"
        if line == "show host name":
            return "gw"
        if line == "exit":
            raise HungUp
        return f"\n  Invalid command: [{line}]\n"

    def _configuration(self, line: str) -> str:
        words = shlex.split(line)
        if not words:
            return ""
        if words[0] in {"set", "delete"}:
            return self._edit(words[0], tuple(words[1:]))
        if words[0] == "run":
            return self._operational(" ".join(words[1:]))
        commands = {
            "commit": lambda: self._commit(None),
            "commit-confirm": lambda: self._ask(int(words[1])),
            "confirm": self._confirm,
            "save": lambda: self._save(words[1] if len(words) > 1 else "config.boot"),
            "compare": lambda: self._compare(words[1:] == ["saved"]),
            "discard": self._discard,
            "exit": lambda: self._exit(words[1:] == ["discard"]),
        }
        return commands[words[0]]() if words[0] in commands else f"\n  Invalid command: [{words[0]}]\n"

    def _edit(self, verb: str, path: Path) -> str:
        assert self.candidate is not None
        faulty = self.router.faults.refuse_line == 1
        if self.router.faults.refuse_line:
            self.router.faults.refuse_line -= 1
        said = " ".join(path)
        if verb == "delete":
            gone = [held for held in self.candidate if held[: len(path)] == path]
            if faulty or not gone:
                return "\n  Nothing to delete (the specified node does not exist)\n\n  Delete failed\n"
            for held in gone:
                del self.candidate[held]
            return ""
        found = node(path)
        if faulty or not found.known:
            return f"\n  Configuration path: [{said}] is not valid\n  Set failed\n"
        if not found.multiple:
            for held in [held for held in self.candidate if found.has_value and held[:-1] == path[:-1]]:
                del self.candidate[held]
        self.candidate[path] = None
        return ""

    def _ask(self, minutes: int) -> str:
        if self.router.timer is not None:
            return "Another confirm is pending"
        self._question = str(minutes)
        return f"commit-confirm will automatically reboot in {minutes} minutes unless changes\nare confirmed.\n"

    def _answered(self, line: str) -> str:
        minutes, self._question = int(self._question), ""
        return self._commit(minutes) if line.lower() in {"", "y", "yes"} else "commit-confirm canceled"

    def _commit(self, minutes: int | None) -> str:
        assert self.candidate is not None
        router = self.router
        if router.faults.ignore_commit:
            return router.faults.ignore_commit
        if self.candidate == router.running:
            return "No configuration changes to commit\n"
        said = faults(self.candidate) or ([router.faults.fail_commit] if router.faults.fail_commit else [])
        before = dict(router.running)
        if minutes is not None:
            router.timer = before
        if said:
            if router.faults.half_commit:
                router.running = {p: None for p in self.candidate if p in before or p[0] == "interfaces"}
                router.faults.fail_commit = ""
            return "\n".join([*said, "Commit failed"])
        router.commits.append(sorted({show({path: None}) for path in self.candidate.keys() ^ before.keys()}))
        router.running = dict(self.candidate)
        if minutes is None:
            return ""
        return f"Initialized commit-confirm; {minutes} minutes to confirm before reboot"

    def _confirm(self) -> str:
        if self.router.timer is None:
            return "No confirm pending"
        self.router.timer = None
        return "Reboot timer stopped"

    def _save(self, name: str) -> str:
        if not re.fullmatch(r"[\w.-]+", name):
            return f"\n  Invalid command: [{name}]\n"
        self.router.files[name] = dict(self.router.running)
        return f"Saving configuration to '/config/{name}'...\nDone" if name != "config.boot" else ""

    def _compare(self, saved: bool) -> str:
        assert self.candidate is not None
        other = self.router.files["config.boot"] if saved else self.router.running
        lines = [f"+{show({p: None}).strip()}" for p in self.candidate if p not in other]
        lines += [f"-{show({p: None}).strip()}" for p in other if p not in self.candidate]
        against = "saved" if saved else "active"
        return "\n".join(lines) or f"No changes between working and {against} configurations.\n"

    def _discard(self) -> str:
        self.candidate = dict(self.router.running)
        return "Changes have been discarded"

    def _exit(self, discard: bool) -> str:
        if self.candidate != self.router.running and not discard:
            return "Cannot exit: configuration modified.\nUse 'exit discard' to discard the changes and exit.\n"
        self.candidate = None
        return "exit"
