# SPDX-License-Identifier: GPL-3.0-or-later
"""A strict reader of what is typed into VRP and Comware: views, their lines, and what `undo` takes away.

Nothing is guessed from the indentation: which command opens which view is listed by the family's test, and a line that
stands at another depth than the views that are open is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

View = dict[str, "View"]


class Reader:
    """`views`: patterns of the commands that open a view; of an inner one all commands that lead there: `a > b`."""

    def __init__(self, *views: str) -> None:
        self.views = [re.compile(view) for view in views]

    def read(self, text: str, into: View | None = None, *, removal: bool = False) -> View:
        top: View = {} if into is None else into
        stack, opened = [top], [""]
        for line in text.splitlines():
            depth = len(line) - len(line.lstrip(" "))
            words = line.strip()
            assert depth == len(stack) - 1, f"at depth {depth} instead of {len(stack) - 1}: {line!r}"
            if words == "quit":
                assert len(stack) > 1, "quit in the system view"
                stack.pop()
                opened.pop()
            elif removal and words.startswith("undo "):
                assert _remove(stack[-1], words.removeprefix("undo ")), f"nothing to undo: {words}"
            else:
                path = f"{opened[-1]} > {words}".removeprefix(" > ")
                opens = any(pattern.fullmatch(path) for pattern in self.views)
                assert not removal or (opens and words in stack[-1]), f"a removal makes something: {words}"
                view = stack[-1].setdefault(words, {})
                if opens:
                    stack.append(view)
                    opened.append(path)
        assert len(stack) == 1, "a view is left open"
        return top


def commands(text: str) -> list[str]:
    """Each outermost command with all that stands under it."""
    blocks: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith(" "):
            blocks[-1] += line
        else:
            blocks.append(line)
    return blocks


def assert_nothing_dangles(command: str, top: View, references: dict[str, str]) -> None:
    """Nothing is undone that something else still names; `references`: by kind of thing, the words that name one."""
    for kind, word in references.items():
        if command.startswith(f"undo {kind} "):
            name = command.rsplit(maxsplit=1)[-1]
            assert not [key for key, view in top.items() if f"{word} {name}" in view], f"{name} is still in use"


def _remove(view: View, words: str) -> bool:
    """`undo x` removes x and whatever is said further about it; of a peer in the address families, too."""
    gone = [line for line in view if line == words or line.startswith(words + " ")]
    for line in gone:
        del view[line]
    if words.startswith("peer "):
        for inner in view.values():
            _remove(inner, words)
    return bool(gone)


class Facts:
    """Takes lines out of a view as they are understood; what is left in the end is what nobody asked for."""

    def __init__(self, view: View) -> None:
        self.view = view

    def take(self, pattern: str) -> tuple[str, ...]:
        """The groups of the one line that matches."""
        found = list(self.all(pattern))
        assert len(found) == 1, f"{len(found)} lines match {pattern}: {sorted(self.view)}"
        return found[0]

    def all(self, pattern: str) -> Iterator[tuple[str, ...]]:
        for line in list(self.view):
            if match := re.fullmatch(pattern, line):
                assert not self.view[line], f"{line} is a view"
                del self.view[line]
                yield match.groups()

    def has(self, pattern: str) -> bool:
        return bool(list(self.all(pattern)))

    def open(self, pattern: str) -> tuple[tuple[str, ...], Facts]:
        """The groups of the one view that matches, and the view itself; the view goes when it is empty."""
        found = [(match.groups(), line) for line in self.view if (match := re.fullmatch(pattern, line))]
        assert len(found) == 1, f"{len(found)} views match {pattern}: {sorted(self.view)}"
        groups, line = found[0]
        return groups, Facts(self.view[line])

    def rest(self, reader: Reader, above: str = "") -> list[str]:
        """What was not understood; views of which every line was read are no longer of interest."""
        found = []
        for line, view in self.view.items():
            path = f"{above} > {line}".removeprefix(" > ")
            inner = Facts(view).rest(reader, path)
            found += inner if inner or any(x.fullmatch(path) for x in reader.views) else [path]
        return found
