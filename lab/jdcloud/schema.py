# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies of requests: which fields they may have, as JD Cloud's published SDK models (bgw 1.3.1) describe them.

JSON null means «not given»: the SDK's client sends every unset field so. It also repeats the path's parameters in the
body; they are accepted when they agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lab.jdcloud.checks import Check
from lab.jdcloud.errors import invalid


@dataclass(frozen=True)
class Field:
    name: str
    check: Check
    required: bool = False
    default: Any = None


class Schema:
    def __init__(self, *fields: Field, immutable: tuple[str, ...] = ()) -> None:
        self.fields = {field.name: field for field in fields}
        self.immutable = set(immutable)

    def modify(self, *names: str) -> Schema:
        """The body that changes what was created with this one: only these fields, none required, no defaults."""
        fields = [replace(self.fields[name], required=False, default=None) for name in names]
        return Schema(*fields, immutable=tuple(set(self.fields) - set(names)))

    def extend(self, *fields: Field) -> Schema:
        taken = {field.name for field in fields}
        kept = [field for name, field in self.fields.items() if name not in taken]
        return Schema(*kept, *fields, immutable=tuple(self.immutable - taken))

    def parse(self, body: Any, path: Mapping[str, str] | None = None, at: str = "") -> dict[str, Any]:
        """The values that were given, and defaults for those that were not."""
        if not isinstance(body, dict):
            raise invalid(at or "body", "must be a JSON object")
        given = {name: value for name, value in body.items() if value is not None}
        for name, value in (path or {}).items():
            if name in given and name not in self.fields and given.pop(name) != value:
                raise invalid(name, "differs from the path")
        for name in given:
            if name not in self.fields:
                raise invalid(at + name, "can't be modified" if name in self.immutable else "is not known")
        values = {}
        for name, field in self.fields.items():
            if name in given:
                values[name] = field.check(at + name, given[name])
            elif field.required:
                raise invalid(at + name, "is required")
            elif field.default is not None:
                values[name] = field.default
        return values

    def as_check(self) -> Check:
        """For objects within a body."""
        return lambda field, value: self.parse(value, at=f"{field}.")
