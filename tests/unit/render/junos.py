# SPDX-License-Identifier: GPL-3.0-or-later
"""A strict reader of Junos set and delete lines, with the inheritance of configuration groups."""

from __future__ import annotations

import shlex

Statement = tuple[str, ...]


class Junos:
    """A configuration as the set of its statements; each is one path of words."""

    def __init__(self, *texts: str) -> None:
        self.held: dict[Statement, None] = {}
        for text in texts:
            self.apply(text)

    def apply(self, text: str) -> None:
        for line in text.splitlines():
            verb, *words = shlex.split(line)
            path = tuple(words)
            if verb == "set":
                self.held[path] = None
            else:
                assert verb == "delete", line
                gone = [x for x in self.held if x[: len(path)] == path]
                assert gone, f"nothing to delete: {line}"
                for x in gone:
                    del self.held[x]

    def effective(self) -> Junos:
        """What counts: each applied group's statements, as if they stood in the configuration itself."""
        applied = [x[1] for x in self.held if x[0] == "apply-groups"]
        groups = {x[1] for x in self.held if x[0] == "groups"}
        assert set(applied) == groups, "a group is not applied, or one that is applied does not exist"
        found = Junos()
        for x in self.held:
            if x[0] == "groups":
                found.held[x[2:]] = None
            elif x[0] != "apply-groups":
                found.held[x] = None
        return found

    def all(self, *path: str) -> list[Statement]:
        """What follows the path; these statements have then been read."""
        found = [x for x in self.held if x[: len(path)] == path]
        for x in found:
            del self.held[x]
        return [x[len(path) :] for x in found]

    def one(self, *path: str) -> str:
        """The one word that follows the path."""
        found = self.all(*path)
        assert len(found) == 1, f"{len(found)} statements under {path}"
        assert len(found[0]) == 1, f"more than a value under {path}: {found[0]}"
        return found[0][0]

    def has(self, *path: str) -> bool:
        return self.all(*path) == [()]
