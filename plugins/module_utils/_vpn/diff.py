# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: how what is asked for is compared with what a cloud has.

The modules and the plan call the same functions over the same field tables (`_jdcloud/fields.py`, `_aws/fields.py`), so
a preview and what is then done can't disagree. Pure: no Ansible, no SDK, no I/O.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

HIDDEN = "(hidden)"
HIDDEN_NEW = "(hidden, new value)"


@dataclass(frozen=True)
class Field:
    """One field of a resource.

    `name` is both the module option and the return key. `immutable` is empty, or the remedy where the cloud can't
    change the field. `interrupts` says that changing it takes the resource's tunnels down. `secret` values are
    compared but never shown. `unordered` lists are compared as sets. `normalise` brings both sides into one form first.
    """

    name: str
    immutable: str = ""
    interrupts: bool = False
    secret: bool = False
    unordered: bool = False
    normalise: t.Callable[[t.Any], t.Any] | None = None


@dataclass(frozen=True)
class Change:
    """One field that differs; `before` and `after` are safe to show."""

    field: Field
    before: t.Any
    after: t.Any

    @property
    def name(self) -> str:
        return self.field.name

    def as_dict(self) -> dict[str, t.Any]:
        """For a return value."""
        return {"field": self.name, "before": self.before, "after": self.after, "interrupts": self.field.interrupts}


def _comparable(field: Field, value: t.Any) -> t.Any:
    if value is not None and field.normalise is not None:
        value = field.normalise(value)
    if field.unordered and isinstance(value, (list, tuple, set, frozenset)):
        return sorted(value, key=str)
    return value


def differences(
    fields: t.Iterable[Field], desired: t.Mapping[str, t.Any], current: t.Mapping[str, t.Any]
) -> list[Change]:
    """The fields that `current` does not have as `desired`. A field that is None in `desired` was not asked for."""
    changes = []
    for field in fields:
        if desired.get(field.name) is None:
            continue
        want = _comparable(field, desired[field.name])
        have = _comparable(field, current.get(field.name))
        if want == have:
            continue
        if field.secret:
            changes.append(Change(field, HIDDEN if have is not None else None, HIDDEN_NEW))
        else:
            changes.append(Change(field, have, want))
    return changes


def immutable_message(kind: str, name: str, changes: t.Iterable[Change]) -> str:
    """One message for all differences that the cloud can't carry out; empty when there is none."""
    parts = [
        f"{kind} {name}: {c.name} is {c.before!r} and can't be changed to {c.after!r}. {c.field.immutable}"
        for c in changes
        if c.field.immutable
    ]
    return " ".join(parts)
