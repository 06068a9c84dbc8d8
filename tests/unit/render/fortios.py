# SPDX-License-Identifier: GPL-3.0-or-later
"""A strict reader of FortiOS blocks, and the schema of Fortinet's own Ansible collection to judge them by."""

from __future__ import annotations

import importlib
import shlex
from typing import Any

Node = dict[str, Any]


class FortiOS:
    """A configuration as nested blocks; a setting is the list of its values."""

    def __init__(self, *texts: str) -> None:
        self.top: Node = {}
        for text in texts:
            self.apply(text)

    def apply(self, text: str) -> None:
        stack: list[tuple[str, Node]] = [("", self.top)]
        for line in text.splitlines():
            verb, *words = shlex.split(line)
            kind, node = stack[-1]
            assert len(line) - len(line.lstrip(" ")) == 4 * (len(stack) - (1 if verb not in {"next", "end"} else 2)), (
                line
            )
            if verb in {"config", "edit"}:
                assert verb == "edit" or kind != "config" or "edit" not in words
                stack.append((verb, node.setdefault(f"{verb} {' '.join(words)}", {})))
            elif verb in {"next", "end"}:
                assert kind == {"next": "edit", "end": "config"}[verb], f"{verb} closes {kind}"
                stack.pop()
            elif verb == "set":
                node[words[0]] = words[1:]
            elif verb == "unset":
                node.pop(words[0], None)
            elif verb == "append":
                node[words[0]] = [*node.get(words[0], []), *words[1:]]
            elif verb == "unselect":
                node[words[0]].remove(words[1])
            else:
                assert verb == "delete", line
                self._delete(node, words[0])
        assert len(stack) == 1, "a block is left open"

    def _delete(self, node: Node, name: str) -> None:
        del node[f"edit {name}"]
        if node is self.top.get("config vpn ipsec phase1-interface"):
            # The interface is the tunnel's own and goes with it, unless something still refers to it.
            del self.top["config system interface"][f"edit {name}"]
            assert f"'{name}'" not in repr(self.top).replace(f"'edit {name}'", ""), f"something refers to {name}"

    def pruned(self) -> Node:
        return _pruned(self.top)


def _pruned(node: Node) -> Node:
    """Without blocks and lists that have become empty."""
    found = {key: _pruned(value) if isinstance(value, dict) else value for key, value in node.items()}
    return {key: value for key, value in found.items() if value not in ({}, [])}


def faults(node: Node, schema: Node | None = None, path: str = "") -> list[str]:
    """What Fortinet's collection does not know: tables, settings, values."""
    found: list[str] = []
    for key, value in node.items():
        where = f"{path} {key}".strip()
        if key.startswith("config ") and schema is None:
            module = importlib.import_module(
                "ansible_collections.fortinet.fortios.plugins.modules.fortios_"
                + key.removeprefix("config ").replace(" ", "_").replace("-", "_")
            )
            found += faults(value, module.versioned_schema, where)
            continue
        assert schema is not None
        if key.startswith("edit "):
            found += faults(value, schema, where)
            continue
        name = key.removeprefix("config ").replace("-", "_")
        known = schema["children"].get(name)
        if known is None:
            found.append(where)
        elif isinstance(value, dict):
            found += faults(value, known, where)
        elif known["type"] == "integer":
            found += [] if len(value) == 1 and value[0].isdigit() else [f"{where} {value}"]
        elif "options" in known:
            options = {option["value"] for option in known["options"]}
            found += [f"{where} {item}" for item in value if item not in options]
    return found
