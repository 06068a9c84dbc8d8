# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what is wrong with an inventory, said once and in full.

A fault says where, what, which values are allowed and what to do. Faults are collected, never raised one by one, so
that a user mends an inventory in one go. Pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is refused. `place` is a path in the inventory or a resource of a cloud."""

    place: str
    problem: str
    allowed: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        parts = [f"{self.place}: {self.problem}" + ("." if self.allowed or self.remedy else "")]
        if self.allowed:
            parts.append(f"Allowed: {self.allowed}.")
        if self.remedy:
            parts.append(f"Remedy: {self.remedy}.")
        return " ".join(parts)


def message(faults: t.Sequence[Fault], before: str) -> str:
    """One message for all faults; `before` says what has not been touched yet."""
    seen: dict[str, None] = {}
    for fault in faults:
        seen.setdefault(str(fault))
    count = f"{len(seen)} fault" + ("s" if len(seen) != 1 else "")
    return f"Refused, {before}. {count}:\n" + "\n".join(f"  {n}. {text}" for n, text in enumerate(seen, 1))
