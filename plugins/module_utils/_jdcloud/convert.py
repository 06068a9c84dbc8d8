# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: names and values between our snake_case and JD Cloud's camelCase. Pure."""

from __future__ import annotations

import re
import typing as t


def camel(name: str) -> str:
    """`ike_sa_life_sec` → `ikeSaLifeSec`."""
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def snake(name: str) -> str:
    """`ikeSaLifeSec` → `ike_sa_life_sec`."""
    return re.sub(r"(?<!^)([A-Z])", lambda match: "_" + match[1].lower(), name).lower()


def to_wire(value: t.Any) -> t.Any:
    """Our value with the keys of nested dictionaries as JD Cloud writes them, without what is not set."""
    if isinstance(value, t.Mapping):
        return {camel(str(key)): to_wire(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [to_wire(item) for item in value]
    return value


def from_wire(value: t.Any) -> t.Any:
    """JD Cloud's value with our keys."""
    if isinstance(value, t.Mapping):
        return {snake(str(key)): from_wire(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_wire(item) for item in value]
    return value
