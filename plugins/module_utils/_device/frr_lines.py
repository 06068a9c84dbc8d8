# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: FRR's lines: what a device has of ours, what it lacks, what is too much. Pure.

Lines are compared one by one in their context, because a part that is taken away and put back drops its BGP session.
What is ours tells its name: everything named `icvN…`, the neighbours whose route maps are named so, and the routes into
nothing that keep our networks originated.
"""

from __future__ import annotations

import re
import typing as t

from .._render.wording import ANCHOR_DISTANCE

Line = tuple[tuple[str, ...], str]  # context, line

_OURS = re.compile(r"\bicv(\d+)\b")
_NEIGHBOR = re.compile(r"^neighbor (\S+) ")
_ROUTE_MAP = re.compile(r"^neighbor (\S+) route-map icv(\d+)-(?:in|out) ")
_ANCHOR = re.compile(rf"^ip route (\S+) blackhole {ANCHOR_DISTANCE}$")
_NETWORK = re.compile(r"^network (\S+)$")
_ENDS = ("exit", "exit-address-family", "end", "!")
# What FRR does not show because it is so by itself.
_HIDDEN = re.compile(r"^neighbor \S+ activate$")


def parse(text: str) -> list[Line]:
    """Every line with the lines that it stands under, by its indentation."""
    found: list[Line] = []
    path: list[tuple[int, str]] = []
    for raw in text.splitlines():
        line, depth = raw.strip(), len(raw) - len(raw.lstrip())
        if not line or line in _ENDS or line.startswith(("!", "#")):
            continue
        path = [item for item in path if item[0] < depth]
        found.append((tuple(item[1] for item in path), line))
        path.append((depth, line))
    return found


def numbers(have: t.Iterable[Line]) -> dict[str, int]:
    """The neighbours that are ours, each with the number of its tunnel."""
    found = {}
    for _context, line in have:
        match = _ROUTE_MAP.match(line)
        if match:
            found[match[1]] = int(match[2])
    return found


def owned(have: t.Sequence[Line]) -> dict[Line, int | None]:
    """Those of the device's lines that are ours, each with its tunnel's number; None: what all tunnels share."""
    neighbors, anchors = numbers(have), {m[1] for _c, line in have if (m := _ANCHOR.match(line))}
    found: dict[Line, int | None] = {}
    for item in have:
        context, line = item
        named = next((m for text in (line, *context) if (m := _OURS.search(text))), None)
        neighbor = _NEIGHBOR.match(line)
        network = _NETWORK.match(line)
        if neighbor and neighbor[1] in neighbors:
            found[item] = neighbors[neighbor[1]]
        elif named:
            found[item] = int(named[1])
        elif _ANCHOR.match(line) or (network and network[1] in anchors and context):
            found[item] = None
    return found


def changes(
    wanted: t.Sequence[Line], have: t.Sequence[Line], kept: t.Collection[int], keep_shared: bool
) -> tuple[list[Line], list[Line]]:
    """What is to be added, and what is to be taken away. Tunnels with `kept` numbers are left alone."""
    there = set(have)
    missing = [
        (context, line)
        for context, line in wanted
        if (context, line) not in there and not _HIDDEN.match(line) and not _is_context((*context, line), wanted)
    ]
    asked = set(wanted)
    extra = [
        item
        for item, number in owned(have).items()
        if item not in asked and (number not in kept if number is not None else not keep_shared)
    ]
    return missing, whole(extra)


def _is_context(path: tuple[str, ...], lines: t.Iterable[Line]) -> bool:
    """Whether other lines stand under a line; then they bring it with them."""
    return any(context[: len(path)] == path for context, _line in lines)


def whole(extra: list[Line]) -> list[Line]:
    """Of a context or a neighbour that goes as a whole, its head is enough."""
    heads = {(*context, line) for context, line in extra}
    gone = {
        m[1]
        for _context, line in extra
        if (m := _NEIGHBOR.match(line)) and re.fullmatch(rf"neighbor {re.escape(m[1])} remote-as \S+", line)
    }
    result = []
    for context, line in extra:
        match = _NEIGHBOR.match(line)
        if any(context[: n + 1] in heads for n in range(len(context))):
            continue
        if match and match[1] in gone:
            if " remote-as " in line:
                result.append((context, f"neighbor {match[1]}"))
            continue
        result.append((context, line))
    return result


def commands(missing: t.Sequence[Line], extra: t.Sequence[Line]) -> list[str]:
    """What to type in configuration mode: first what goes, then what comes."""
    typed: list[str] = []
    # A route map is taken from its neighbour before it goes itself.
    order = sorted(extra, key=lambda item: -len(item[0]))
    for context, line in order:
        typed += [*context, f"no {line}", *_leave(context)]
    for context, line in missing:
        typed += [*context, line, *_leave((*context, line) if _opens(line) else context)]
    return typed


def _opens(line: str) -> bool:
    return line.startswith(("router bgp ", "route-map ", "address-family "))


def _leave(context: tuple[str, ...]) -> list[str]:
    return ["exit-address-family" if line.startswith("address-family ") else "exit" for line in reversed(context)]
