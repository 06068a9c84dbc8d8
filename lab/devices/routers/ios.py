# SPDX-License-Identifier: GPL-3.0-or-later
"""Cisco IOS-XE's command line: every line works at once, keys are shown encrypted, and a copy or an archive is the way
back. What is in use can't be removed, and one BGP process is all there is.
"""

from __future__ import annotations

import copy
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from . import ios_grammar as grammar
from .server import HungUp

Tree = dict[str, Any]
_INVALID = "               ^\n% Invalid input detected at '^' marker.\n"
_START = """
hostname gw
interface GigabitEthernet1
 ip address 192.0.2.9 255.255.255.0
"""


@dataclass
class Faults:
    """What goes wrong from now on; lines are those of configuration mode, 0: none."""

    refuse_line: int = 0
    hang_up_line: int = 0
    no_space: bool = False  # flash: takes no file
    no_replace: bool = False
    no_save: bool = False


@dataclass
class Ios:
    """One router. `keys` are those behind what it shows encrypted."""

    encrypts: bool = True
    running: Tree = field(default_factory=dict)
    files: dict[str, Tree] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    keys: dict[str, str] = field(default_factory=dict)
    timer: Tree | None = None
    typed: list[str] = field(default_factory=list)  # in configuration mode, accepted

    def __post_init__(self) -> None:
        console = IosConsole(self)
        console.path = [("", "")]
        for line in _START.strip().splitlines():
            console.configure(line.strip())
        self.typed.clear()
        self.files["startup-config"] = copy.deepcopy(self.running)

    def console(self) -> IosConsole:
        return IosConsole(self)

    def configure(self, text: str) -> None:
        """As somebody at its console."""
        console = IosConsole(self)
        console.path = [("", "")]
        for line in text.strip().splitlines():
            said = console.configure(line.strip())
            if said:
                raise ValueError(f"{line}: {said}")

    def expire(self) -> None:
        """The revert timer ran out."""
        if self.timer is not None:
            self.running, self.timer = self.timer, None

    def show(self, tree: Tree | None = None) -> str:
        tree = self.running if tree is None else tree
        lines: list[str] = []
        for head in sorted(tree, key=grammar.rank):
            lines += [*_block("", head, tree[head], 0), "!"]
        return "\n".join(lines)

    def key_of(self, *path: str) -> str:
        """The key under these lines, in clear."""
        tree = self.running
        for line in path:
            tree = tree[line]
        (text,) = (line.split()[-1] for line in tree if line.startswith("pre-shared-key "))
        return self.keys.get(text, text)

    def encrypt(self, key: str) -> str:
        told = hashlib.sha256(f"master {len(self.keys)} {key}".encode()).hexdigest()[:40].upper()
        self.keys[told] = key
        return told


def _block(mode: str, line: str, below: Tree, depth: int) -> list[str]:
    text = grammar.shown(mode, line)
    found = grammar.rule(mode, line)
    inner_mode = found.mode if found else ""
    rows = [f"{' ' * depth}{text}"] if text else []
    for inner, more in sorted(below.items(), key=lambda item: grammar.place(inner_mode, item[0])):
        rows += _block(inner_mode, inner, more, depth + 1)
    if inner_mode == "bgp-ipv4":
        rows.append(f"{' ' * depth}exit-address-family")
    return rows


class IosConsole:
    """A session. `path` are the lines that led to where it is, with their modes; empty outside configuration."""

    def __init__(self, router: Ios) -> None:
        self.router = router
        self.path: list[tuple[str, str]] = []
        self._question = ""

    @property
    def prompt(self) -> str:
        if self._question:
            return f"Destination filename [{self._question}]? "
        if not self.path:
            return "gw#"
        mode = self.path[-1][1]
        return f"gw(config{f'-{mode}' if mode else ''})#"

    def leave(self) -> None:
        self.path = []

    def say(self, line: str) -> str:
        if self._question:
            name, self._question = line or self._question, ""
            return self._copy(name)
        return self._counted(line) if self.path else self._exec(line)

    def _exec(self, line: str) -> str:
        router = self.router
        if not line or line.startswith("terminal ") or line in {"enable", "disable"}:
            return ""
        if line == "exit":
            raise HungUp
        if line == "show privilege":
            return "Current privilege level is 15"
        if line == "show version":
            return "Cisco IOS XE Software, Version 17.09.04a\n"
        if line == "show running-config":
            text = router.show()
            return f"Building configuration...\n\nCurrent configuration : {len(text)} bytes\n!\n{text}\nend\n"
        if line == "show startup-config":
            text = router.show(router.files["startup-config"])
            return f"Using {len(text)} out of 33554432 bytes\n!\n{text}\nend\n"
        if line in {"write memory", "write"}:
            if router.faults.no_save:
                return "%Error opening nvram:/startup-config (No space left on device)"
            router.files["startup-config"] = copy.deepcopy(router.running)
            return "Building configuration...\n[OK]"
        return self._files(line) or self._modes(line)

    def _files(self, line: str) -> str:
        files = self.router.files
        if match := re.fullmatch(r"delete /force (flash:\S+)", line):
            if match[1] not in files:
                return f"%Error deleting {match[1]} (No such file or directory)"
            del files[match[1]]
            return "\n"
        if match := re.fullmatch(r"copy running-config (flash:\S+)", line):
            self._question = match[1].removeprefix("flash:")
            return "\n"
        if match := re.fullmatch(r"configure replace (flash:\S+) force", line):
            if self.router.faults.no_replace or match[1] not in files:
                return f"%Error opening {match[1]} (No such file or directory)"
            self.router.running = copy.deepcopy(files[match[1]])
            return "Total number of passes: 1\nRollback Done\n"
        return ""

    def _copy(self, name: str) -> str:
        if self.router.faults.no_space:
            return f"%Error opening flash:{name} (No space left on device)"
        self.router.files[f"flash:{name}"] = copy.deepcopy(self.router.running)
        return f"{len(self.router.show())} bytes copied in 0.512 secs"

    def _modes(self, line: str) -> str:
        router = self.router
        if match := re.fullmatch(r"conf(?:igure)? t(?:erminal)?(?: revert timer (\d+))?", line):
            if match[1]:
                if not any(x.startswith("path ") for x in router.running.get("archive", {})):
                    return "%Archive feature is not configured; Error: Rollback not possible"
                router.timer = copy.deepcopy(router.running)
            self.path = [("", "")]
            return "Enter configuration commands, one per line.  End with CNTL/Z."
        if line == "configure confirm":
            router.timer = None
            return "\n"
        if line == "configure revert now":
            router.expire()
            return "Total number of passes: 1\nRollback Done\n"
        return _INVALID

    def _counted(self, line: str) -> str:
        faults = self.router.faults
        if line in {"end", "exit", "exit-address-family"}:
            return self.configure(line)
        if faults.hang_up_line == 1:
            faults.hang_up_line = 0
            raise HungUp
        refused = faults.refuse_line == 1
        faults.hang_up_line = max(0, faults.hang_up_line - 1)
        faults.refuse_line = max(0, faults.refuse_line - 1)
        return _INVALID if refused else self.configure(line)

    def configure(self, line: str) -> str:
        """A line in configuration mode. One that is not known here may be one of a mode above."""
        if line == "end":
            self.path = []
            return ""
        if line in {"exit", "exit-address-family"}:
            self.path.pop()
            return ""
        wanted = line.removeprefix("no ")
        for depth in range(len(self.path), 0, -1):
            mode = self.path[depth - 1][1]
            if line.startswith("no ") and _removable(mode, wanted):
                self.path = self.path[:depth]
                return self._remove(mode, wanted)
            if found := grammar.rule(mode, line):
                self.path = self.path[:depth]
                return self._add(found, line)
        return _INVALID

    @property
    def _here(self) -> Tree:
        tree = self.router.running
        for line, _mode in self.path[1:]:
            tree = tree.setdefault(line, {})
        return tree

    def _add(self, found: grammar.Rule, line: str) -> str:
        running = self.router.running
        process = next((x for x in running if x.startswith("router bgp ")), line)
        if line.startswith("router bgp ") and line != process:
            return f"BGP is already running; AS is {process.split()[2]}\n% Invalid AS number\n"
        needed = grammar.named_by(line)
        if needed and not any(re.match(rf"{needed[0]} {re.escape(needed[1])}( |$)", x) for x in running):
            return f"% Invalid: {needed[0]} {needed[1]} does not exist\n"
        line = self._with_key(line)
        self.router.typed.append(line)
        here = self._here
        below = here.pop(line, {}) if line in here and found.slot else here.get(line, {})
        if found.slot:
            for other in [x for x in here if found.pattern.fullmatch(x) and _slot(found, x) == _slot(found, line)]:
                below = below or here.pop(other)
                here.pop(other, None)
        here[line] = below
        if found.mode:
            self.path.append((line, found.mode))
        return ""

    def _with_key(self, line: str) -> str:
        match = re.fullmatch(r"(pre-shared-key(?: address \S+ key)?)(?: 0)? (?!6 )(\S+)", line)
        if not match or not self.router.encrypts:
            return line
        return f"{match[1]} 6 {self.router.encrypt(match[2])}"

    def _remove(self, mode: str, wanted: str) -> str:
        here = self._here
        gone = [x for x in here if x == wanted or x.startswith(f"{wanted} ")]
        for line in gone:
            user = None if mode else _user(self.router.running, line)
            if user:
                return f"% Error: cannot remove, as it is in use by {user}\n"
        self.router.typed.append(f"no {wanted}")
        for line in gone:
            del here[line]
        if mode == "bgp" and wanted.startswith("neighbor ") and len(wanted.split()) == 2:
            for below in here.values():
                for line in [x for x in below if x.startswith(f"{wanted} ")]:
                    del below[line]
        return ""


def _slot(found: grammar.Rule, line: str) -> str:
    match = re.match(found.slot, line)
    # Of a neighbour's route maps there is one for each direction.
    return f"{match[0] if match else ''}{line.rpartition(' ')[2] if 'route-map' in found.slot else ''}"


def _removable(mode: str, wanted: str) -> bool:
    """A thing is removed by its whole line or by the beginning of it."""
    if mode == "interface" and wanted == "shutdown":
        return True
    heads = {" ".join(rule.pattern.pattern.split()[: len(wanted.split())]) for rule in grammar.MODES[mode]}
    return grammar.rule(mode, wanted) is not None or any(_matches(head, wanted) for head in heads)


def _matches(head: str, wanted: str) -> bool:
    try:
        return re.fullmatch(head, wanted) is not None
    except re.error:  # a group that was cut in two
        return False


def _user(tree: Tree, line: str) -> str:
    """Who names what a line makes."""
    for head, below in tree.items():
        for inner in _all(below):
            needed = grammar.named_by(inner)
            if needed and re.match(rf"{needed[0]} {re.escape(needed[1])}( |$)", line):
                return head
    return ""


def _all(tree: Tree) -> list[str]:
    return [line for head, below in tree.items() for line in (head, *_all(below))]
