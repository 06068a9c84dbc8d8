# SPDX-License-Identifier: GPL-3.0-or-later
"""A strict reader of command lines as Cisco's and FRR's: what stands under what, and what `no` takes away."""

from __future__ import annotations

import re

Path = tuple[str, ...]
CLOSING = ("exit", "exit-address-family", "!")


class Lines:
    """A configuration as the set of its lines, each with the lines it stands under."""

    def __init__(self, *texts: str) -> None:
        self.held: dict[Path, None] = {}
        for text in texts:
            self.apply(text)

    def apply(self, text: str) -> list[Path]:
        """Type the lines in; returns what each `no` took away, and fails where it takes nothing."""
        removed, above = [], []
        for line in text.splitlines():
            depth = len(line) - len(line.lstrip(" "))
            assert line.strip() == line[depth:] and line.strip(), f"odd line {line!r}"
            if line.strip() in CLOSING:
                continue
            assert depth <= len(above), f"{line!r} stands under nothing"
            above = [*above[:depth], line.strip()]
            if line.strip() == "no shutdown":
                self.held.pop((*above[:depth], "shutdown"), None)
            elif line.strip().startswith("no "):
                removed.append(self._remove((*above[:depth], line.strip()[3:])))
            else:
                self.held[tuple(above)] = None
        return removed

    def _remove(self, path: Path) -> Path:
        depth, wanted = len(path) - 1, path[-1]
        gone = [
            x
            for x in self.held
            if x[:depth] == path[:depth]
            # `no neighbor X` takes the neighbour's lines of the address families, too.
            and any(y == wanted or y.startswith(f"{wanted} ") for y in x[depth:])
        ]
        assert gone, f"nothing is removed by 'no {wanted}'"
        for x in gone:
            del self.held[x]
        return path

    def under(self, *above: str) -> list[str]:
        """The lines directly under these."""
        return [x[-1] for x in self.held if x[:-1] == above]

    def tops(self, pattern: str) -> list[re.Match[str]]:
        """The outermost lines that match."""
        return [match for x in self.held if len(x) == 1 and (match := re.fullmatch(pattern, x[0]))]


def take(lines: list[str], pattern: str) -> tuple[str, ...]:
    """Take the one line that matches out of the list; what is left in the end nobody asked for."""
    found = [(line, match) for line in lines if (match := re.fullmatch(pattern, line))]
    assert len(found) == 1, f"{pattern!r} matches {[x[0] for x in found]} of {lines}"
    lines.remove(found[0][0])
    return found[0][1].groups()


def took(lines: list[str], line: str) -> bool:
    """Whether the line was there; it is taken out."""
    present = line in lines
    if present:
        lines.remove(line)
    return present


def prefixes(config: Lines, name: str) -> set[tuple[str, int]]:
    """A prefix list's ranges with the longest prefix that passes; a single denial of everything is empty."""
    found = set()
    for match in config.tops(rf"ip prefix-list {name} seq \d+ (permit|deny) (\S+)(?: le (\d+))?"):
        if match[1] == "deny":
            assert (match[2], match[3]) == ("0.0.0.0/0", "32")
        else:
            found.add((match[2], int(match[3] or match[2].split("/")[1])))
    return found
