# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: a configuration of lines under lines, as Cisco's: what differs, how to type that in.

Pure.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

Path = tuple[str, ...]
CLOSING = ("exit", "exit-address-family", "end")
BANNER = re.compile(r"banner \S+ (\^C|\S)(.*)")


@dataclass(frozen=True)
class Dialect:
    """How a family writes its lines.

    `canonical` is one way to write what the device may show in several. `slots` match lines of which a new one replaces
    the old one; their groups are what both have in common. `hidden` matches lines that a device may leave out because
    they say its default. `retyped` matches the name of headers that hold values. `order` is the order in which things
    go; `late` matches what goes after the new lines were typed in, because until then something names it.
    """

    canonical: t.Callable[[str], str]
    slots: re.Pattern[str]
    hidden: re.Pattern[str]
    order: t.Sequence[re.Pattern[str]]
    late: re.Pattern[str]
    retyped: re.Pattern[str]

    def slot(self, path: Path) -> Path | None:
        match = self.slots.match(path[-1])
        return (*path[:-1], *(filter(None, match.groups()))) if match else None


@dataclass(frozen=True)
class Step:
    """One line to type in, and the lines that it stands under."""

    under: Path
    line: str


def parse(text: str, dialect: Dialect) -> dict[Path, None]:
    """Every line with those above it. What a device shows as `no …` is its default, and says nothing."""
    held: dict[Path, None] = {}
    above: list[tuple[int, str]] = []
    banner = ""
    for raw in text.splitlines():
        line = raw.strip()
        if banner:
            banner = "" if banner in line else banner
            continue
        if begun := BANNER.match(line):
            banner = "" if begun[1] in begun[2] else begun[1]
            continue
        if not line or line.startswith(("!", "no ")) or line in CLOSING:
            continue
        depth = len(raw) - len(raw.lstrip(" "))
        while above and above[-1][0] >= depth:
            above.pop()
        above.append((depth, dialect.canonical(" ".join(line.split()))))
        held[tuple(item for _depth, item in above)] = None
    return held


@dataclass(frozen=True)
class Difference:
    """What a device lacks and what it has too much, with its text before and after."""

    missing: tuple[Path, ...]
    surplus: tuple[Path, ...]
    steps: tuple[Step, ...]
    before: str
    after: str


def compare(present: t.Mapping[Path, t.Any], want: t.Mapping[Path, t.Any], ours: t.Any, dialect: Dialect) -> Difference:
    """`present` is all that the device has, `want` what is ours there; `ours(path)` tells whether a line is."""
    present, before_retyping = _retyped(present, want, dialect)
    filled = {slot for path in present if (slot := dialect.slot(path))}
    unsaid = {p for p in want if p not in present and _is_default(p, present, filled, dialect)}
    missing = tuple(p for p in want if p not in present and p not in unsaid)
    held = [p for p in present if p in want or ours(p) or (ours(p[:1]) and p[:1] not in want)]
    surplus = tuple(p for p in held if p not in want)
    steps = (*_removals(surplus, want, missing, dialect), *(Step(p[:-1], p[-1]) for p in missing))
    early = [step for step in steps if not _late(step, dialect)]
    late = [step for step in steps if _late(step, dialect)]
    before = _text(want, {*held, *unsaid}, surplus, before_retyping)
    after = _text(want, set(want), surplus)
    return Difference(missing, surplus, (*_guarded(early, present), *late), before, after)


def _retyped(
    present: t.Mapping[Path, t.Any], want: t.Mapping[Path, t.Any], dialect: Dialect
) -> tuple[dict[Path, None], dict[str, str]]:
    """Headers that hold values are typed anew where these differ; what is under them stays. Also: what they were."""
    new = {match[0]: path[0] for path in want if len(path) == 1 and (match := dialect.retyped.match(path[0]))}
    found: dict[Path, None] = {}
    old: dict[str, str] = {}
    for path in present:
        match = dialect.retyped.match(path[0])
        header = new.get(match[0], path[0]) if match else path[0]
        if header != path[0]:
            old[header] = path[0]
        if header == path[0] or len(path) > 1:
            found[(header, *path[1:])] = None
    return found, old


def _is_default(path: Path, present: t.Mapping[Path, t.Any], filled: t.Container[Path], dialect: Dialect) -> bool:
    """Whether the device has this line without showing it: it has what the line is about, and nothing in its place."""
    if not dialect.hidden.fullmatch(path[-1]) or dialect.slot(path) in filled:
        return False
    neighbor = re.match(r"neighbor \S+ ", path[-1])
    if neighbor:
        return any(p[0] == path[0] and p[-1].startswith(f"{neighbor[0]}remote-as ") for p in present)
    return path[:-1] in present


def _removals(
    surplus: t.Sequence[Path], want: t.Mapping[Path, t.Any], missing: t.Sequence[Path], dialect: Dialect
) -> list[Step]:
    replaced = {slot for path in missing if (slot := dialect.slot(path))}
    gone = set(surplus)
    steps: dict[Step, int] = {}
    for path in surplus:
        if any(path[:depth] in gone for depth in range(1, len(path))) or dialect.slot(path) in replaced:
            continue
        under, line = path[:-1], path[-1]
        whole = re.match(r"(?:ip prefix-list|neighbor) \S+", line)
        if whole and not any(item.startswith(f"{whole[0]} ") for other in want for item in other[-1:]):
            # All of it goes. A neighbour's lines of the address families go with it.
            line, under = whole[0], under[:1]
        elif key := re.match(r"pre-shared-key(?: address \S+)?", line):
            line = key[0]
        rank = next((n for n, pattern in enumerate(dialect.order) if pattern.match(line)), len(dialect.order))
        steps.setdefault(Step(under, f"no {line}"), rank)
    return sorted(steps, key=lambda step: steps[step])


def _late(step: Step, dialect: Dialect) -> bool:
    """Removals in something that stays come after what takes their place."""
    if not step.line.startswith("no "):
        return False
    return bool(dialect.late.match(step.line[3:]))


def _guarded(steps: t.Sequence[Step], present: t.Mapping[Path, t.Any]) -> t.Iterator[Step]:
    """A prefix list that is empty for a moment lets everything pass on some devices, so it ends in a denial then."""
    entry = re.compile(r"no (ip prefix-list \S+) seq ")
    lists = list(dict.fromkeys(match[1] for step in steps if (match := entry.match(step.line))))
    denials = [f"{name} seq 4294967290 deny 0.0.0.0/0 le 32" for name in lists]
    yield from (Step((), line) for line in denials if (line,) not in present)
    yield from steps
    yield from (Step((), f"no {line}") for line in denials if (line,) not in present)


def typed(steps: t.Iterable[Step]) -> list[tuple[Path, str]]:
    """What to type in, with the way into and out of what the lines stand under: (whole path, line)."""
    lines: list[tuple[Path, str]] = []
    at: Path = ()
    for step in steps:
        common = 0
        while common < min(len(at), len(step.under)) and at[common] == step.under[common]:
            common += 1
        while len(at) > common:
            lines.append(((), "exit-address-family" if at[-1].startswith("address-family ") else "exit"))
            at = at[:-1]
        for line in step.under[common:]:
            at = (*at, line)
            lines.append((at, line))
        lines.append(((*at, step.line), step.line))
        if step.line.startswith(MODES):
            at = (*at, step.line)
    lines += [((), "exit-address-family" if x.startswith("address-family ") else "exit") for x in reversed(at)]
    return lines


# Lines that lead into a mode of their own.
MODES = (
    "address-family ",
    "crypto ",
    "interface ",
    "peer ",
    "route-map ",
    "router ",
    "zone ",
)


def _text(
    want: t.Mapping[Path, t.Any],
    shown: t.Container[Path],
    surplus: t.Sequence[Path],
    headers: t.Mapping[str, str] | None = None,
) -> str:
    """The shown lines, in the wanted order; what is surplus stands at the end of what it stands under."""
    tree: dict[str, t.Any] = {}
    for path in (*want, *surplus):
        level = tree
        for line in path:
            level = level.setdefault(line, {})
    return "".join(f"{(headers or {}).get(line, line)}\n" for line in _lines(tree, (), shown))


def _lines(tree: t.Mapping[str, t.Any], above: Path, shown: t.Container[Path]) -> t.Iterator[str]:
    for line, below in tree.items():
        path = (*above, line)
        inner = list(_lines(below, path, shown))
        if path in shown or inner:
            yield f"{' ' * len(above)}{line}"
            yield from inner
