# SPDX-License-Identifier: GPL-3.0-or-later
"""An FRR that knows lines and contexts and nothing else: it keeps what is typed, and shows it as FRR does."""

from __future__ import annotations

from collections.abc import Sequence

OPENS = ("router bgp ", "route-map ", "address-family ")


class Frr:
    def __init__(self) -> None:
        self.lines: dict[tuple[str, ...], list[str]] = {(): []}

    def type(self, commands: Sequence[str]) -> None:
        path: tuple[str, ...] = ()
        for command in commands:
            if command in ("exit", "exit-address-family"):
                path = path[:-1]
            elif command.startswith("no "):
                self._remove(path, command.removeprefix("no "))
            else:
                here = self.lines.setdefault(path, [])
                if command not in here:
                    here.append(command)
                if command.startswith(OPENS):
                    path = (*path, command)
        assert path == (), f"left open: {path}"

    def _remove(self, path: tuple[str, ...], line: str) -> None:
        # A neighbour goes with everything that is said of it, in every context below.
        whole = line.startswith("neighbor ") and len(line.split()) == 2
        found = False
        for context, lines in self.lines.items():
            if context[: len(path)] == path:
                for known in list(lines):
                    if (known == line and context == path) or (whole and known.startswith(line + " ")):
                        lines.remove(known)
                        found = True
        for context in [c for c in self.lines if c[: len(path) + 1] == (*path, line)]:
            del self.lines[context]
        assert found, f"% no such line: {line}"

    def show(self) -> str:
        return "\n".join(self._shown((), 0))

    def _shown(self, path: tuple[str, ...], depth: int) -> list[str]:
        found = []
        for line in self.lines.get(path, []):
            if line.endswith(" activate"):
                continue  # FRR does not show what is so by itself
            if line.startswith("address-family ") and not self._shown((*path, line), 0):
                continue  # nor a family of which nothing is said
            found.append(" " * depth + line)
            if line.startswith(OPENS):
                found += self._shown((*path, line), depth + 1)
                found.append(" " * depth + "exit")
        return found
