# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: Junos's configuration as set lines: whose they are, and what differs. Pure.

Everything of a tunnel is a configuration group named after its number, `icv17`; what tunnels share is the group
`icv-shared`. Outside groups ours are only the lines that apply them, and the tunnels' zone, which stays.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .set_lines import Path
from .stand_ins import ANOTHER, TOKEN, Mask, masked

SHARED = "icv-shared"
_GROUP = re.compile(r"icv(\d+)$")
_DESCRIPTION = re.compile(r"intercloud\.vpn (\S+) (\S+)$")
_KEY = ("pre-shared-key", "ascii-text")
# The order of terms counts, so a policy is set as a whole.
_WHOLE = ("policy-options", "policy-statement")


@dataclass(frozen=True)
class Difference:
    """`delete` and `set` lines, keys as stand-ins, what they concern, and the text of what is ours before and after."""

    commands: tuple[str, ...]
    touched: tuple[str, ...]
    before: str
    after: str


def tunnels(present: t.Iterable[Path]) -> dict[int, tuple[str, str]]:
    """By number which tunnels there are: `UID-SLOT`, and which key it has, as its policy's description says."""
    found = {}
    for path in present:
        number = _number(path)
        if number is not None and path[2:5] == ("security", "ike", "policy") and path[6:7] == ("description",):
            told = _DESCRIPTION.match(path[7])
            if told:
                found[number] = (told[1], told[2])
    return found


def without_keys(
    present: t.Iterable[Path], want: t.Iterable[Path], wanted_marks: t.Mapping[int, str], mask: Mask
) -> dict[Path, None]:
    """The device's lines with stand-ins for the keys, which Junos only shows encrypted: each is judged by its mark."""
    lines = list(present)
    have = {number: mark for number, (_name, mark) in tunnels(lines).items()}
    stand_ins = {path[:-1]: path for path in want if _is_key(path)}
    found: dict[Path, None] = {}
    for there in lines:
        path, number = there, _number(there)
        if number is not None and _is_key(there):
            mask.hide(there[-1], ANOTHER)
            same = number in have and have[number] == wanted_marks.get(number)
            path = stand_ins.get(there[:-1], ()) if same else ()
            path = path or (*there[:-1], ANOTHER)
        found[path] = None
    return found


def compare(present: t.Mapping[Path, t.Any], want: t.Mapping[Path, t.Any], kept: t.Collection[int]) -> Difference:
    """`kept` are the numbers of tunnels that stay as they are; with any of them nothing shared is taken away."""
    held = [path for path in present if path in want or _ours(path, kept)]
    missing = [path for path in want if path not in present and not _is_there(path, present)]
    surplus = [path for path in held if path not in want]
    blocks = dict.fromkeys(block for path in (*missing, *surplus) if (block := _block(path)))
    gone = dict.fromkeys(_shortest(path, want) for path in surplus if not _block(path))
    there = {block for path in present if (block := _block(path))}
    gone |= dict.fromkeys(block for block in blocks if block in there and not any(_under(block, x) for x in gone))
    commands = [f"delete {line(path)}" for path in gone]
    commands += [f"set {line(path)}" for path in want if path in missing or _block(path) in blocks]
    touched = dict.fromkeys(_concerns(path) for path in (*missing, *surplus))
    return Difference(tuple(commands), tuple(touched), _text(held), _text(want))


def line(path: Path) -> str:
    """As Junos takes it; stand-ins are left as they are."""
    return " ".join(
        word if re.fullmatch(r"[\w./:@%+,=-]+", word) or TOKEN.fullmatch(word) else f'"{word}"' for word in path
    )


def _number(path: Path) -> int | None:
    match = _GROUP.match(path[1]) if path[0] == "groups" and len(path) > 1 else None
    return int(match[1]) if match else None


def _ours(path: Path, kept: t.Collection[int]) -> bool:
    if len(path) < 2 or path[0] not in ("groups", "apply-groups"):
        return False
    match = _GROUP.match(path[1])
    return int(match[1]) not in kept if match else path[1] == SHARED and not kept


def _is_key(path: Path) -> bool:
    return path[-3:-1] == _KEY


def _is_there(path: Path, present: t.Iterable[Path]) -> bool:
    """A container, the tunnels' zone, is there with whatever stands in it."""
    return path[0] == "security" and any(other[: len(path)] == path for other in present)


def _block(path: Path) -> Path:
    """The policy that a line belongs to."""
    return path[:5] if path[2:4] == _WHOLE else ()


def _under(path: Path, above: Path) -> bool:
    return path[: len(above)] == above


def _shortest(path: Path, want: t.Iterable[Path]) -> Path:
    """A group that nothing is wanted of goes as a whole; a key is never said in order to be deleted."""
    if path[0] == "groups" and not any(other[:2] == path[:2] for other in want):
        return path[:2]
    return path[:-1] if _is_key(path) else path


def _concerns(path: Path) -> str:
    return path[1] if path[0] in ("groups", "apply-groups") and _GROUP.match(path[1]) else "shared"


def _text(paths: t.Iterable[Path]) -> str:
    return "".join(sorted(f"set {masked(line(path))}\n" for path in paths))
