# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what a push to a Linux device consists of. Pure.

The device is read once (`Found`); what it shall have is rendered; the difference becomes files to write, files to
remove, and commands to run afterwards, each once. Nothing that is equal is touched.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field, replace

from .._render import families
from .._render.linux import FOLDER
from .._render.model import Device, Keys, Link, Part, Tunnel
from .._vpn.proposals import Proposal
from . import frr_lines
from .narrowing import kept_numbers, narrowed

SECRET_MODE, MODE = 0o600, 0o644
HIDDEN = "(keys; not shown)\n"
TUNNELS = f"{FOLDER}/tunnels/"
_LABEL = re.compile(r"icv(\d+)\b")
_NAME = re.compile(r"^DESCRIPTION='intercloud\.vpn (\S+) \S+'$", re.MULTILINE)


@dataclass
class Found:
    """What a device has: files by path, each with its mode, and FRR's running configuration."""

    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    running: str = ""

    @property
    def tunnels(self) -> dict[int, str]:
        """The tunnels that are there, by number: `UID-SLOT`."""
        found = {}
        for path, (_mode, text) in self.files.items():
            number, name = _LABEL.search(path), _NAME.search(text)
            if path.startswith(TUNNELS) and number:
                found[int(number[1])] = name[1] if name else ""
        return found


@dataclass
class Push:
    """What to do, in this order: write, FRR's lines, remove files with their commands, then `apply`."""

    write: list[Part] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    remove: list[Part] = field(default_factory=list)
    apply: list[str] = field(default_factory=list)
    diff: list[dict[str, str]] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.write or self.lines or self.remove)


def paths(device: Device) -> list[str]:
    """What has to be read of a device: patterns for a shell."""
    return list(dict.fromkeys(re.sub(r"icv0\b", "icv*", part.path) for part in _samples(device, 0)))


def plan(device: Device, keys: Keys, found: Found, keep: t.Collection[str] = (), only: t.Collection[str] = ()) -> Push:
    """The difference between a device and what it shall have."""
    kept = kept_numbers(found.tunnels, keep, only)
    wanted = narrowed(device, kept, only)
    push = Push()
    parts = _parts(wanted, keys) if wanted.links else []
    mine = {part.path for part in parts}
    for part in parts:
        if part.path:
            _file(part, found, push)
    orphans = [
        part
        for number in sorted(set(found.tunnels) - kept - {tunnel.number for tunnel in wanted.tunnels})
        for part in _orphan(device, number)
    ]
    # What all tunnels share goes with the last of them.
    last = not wanted.links and not kept
    shared = _shared(device) if last else []
    for part in reversed([*shared, *orphans]):
        if part.path in found.files and part.path not in mine:
            push.remove.append(part)
            push.diff.append(shown(part.path, found.files[part.path][1], "", part.secret))
            push.touched.append(part.path)
    _frr(parts, found, kept, push)
    if last and device.bgp_process == "own" and f"router bgp {device.asn}" in found.running.splitlines():
        push.lines.append(f"no router bgp {device.asn}")
    commands = [line for part in push.write for line in part.apply.splitlines()]
    if push.lines:
        commands += [line for part in parts if not part.path for line in part.apply.splitlines()] or SAVE
    push.apply = list(dict.fromkeys(commands))
    return push


SAVE = ["vtysh -c 'write memory'"]


def _parts(device: Device, keys: Keys) -> list[Part]:
    return families.render(device, keys)


def _samples(device: Device, number: int) -> list[Part]:
    """The files of a tunnel of which nothing but its number is known, and those that all tunnels share.

    Paths and removals hang on nothing else.
    """
    tunnel = Tunnel(
        "gone-0-0", number, "0-0", "g0-00000000", "jdcloud", "192.0.2.1", "192.0.2.1", "192.0.2.2", "169.254.0.24/30",
        "169.254.0.25", "169.254.0.26", Proposal(),
    )  # fmt: skip
    link = Link("gone", "bgp", 65000, ("192.0.2.0/24",), (), (tunnel,))
    parts = families.render(replace(device, links=(link,)), {tunnel.name: families.TRIAL_KEY})
    return [part for part in parts if part.path]


def _orphan(device: Device, number: int) -> list[Part]:
    return [part for part in _samples(device, number) if _LABEL.search(part.path)]


def _shared(device: Device) -> list[Part]:
    return [part for part in _samples(device, 0) if not _LABEL.search(part.path)]


def _file(part: Part, found: Found, push: Push) -> None:
    mode, text = found.files.get(part.path, (0, ""))
    wanted = SECRET_MODE if part.secret else MODE
    if text == part.text and mode == wanted:
        return
    # What differs in comments alone, after an upgrade for instance, restarts nothing.
    same = bool(text) and _significant(text) == _significant(part.text)
    push.write.append(replace(part, apply="") if same else part)
    push.touched.append(part.path)
    if text != part.text:
        push.diff.append(shown(part.path, text, part.text, part.secret))
    else:
        push.diff.append(shown(part.path, f"mode {mode:04o}\n", f"mode {wanted:04o}\n", False))


def _significant(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.lstrip().startswith("#")]


def shown(path: str, before: str, after: str, secret: bool) -> dict[str, str]:
    if secret:
        before, after = (
            HIDDEN if before else "",
            "(other keys; not shown)\n" if before and after else HIDDEN if after else "",
        )
    return {"before_header": path, "after_header": path, "before": before, "after": after}


def _frr(parts: t.Sequence[Part], found: Found, kept: t.Collection[int], push: Push) -> None:
    text = "".join(part.text for part in parts if not part.path)
    have = frr_lines.parse(found.running)
    missing, extra = frr_lines.changes(frr_lines.parse(text), have, kept, keep_shared=bool(kept))
    push.lines = frr_lines.commands(missing, extra)
    if push.lines:
        before = "".join(f"{' / '.join((*context, line))}\n" for context, line in extra)
        after = "".join(f"{' / '.join((*context, line))}\n" for context, line in missing)
        push.diff.append(shown("FRR", before, after, False))
        push.touched.append("FRR")
