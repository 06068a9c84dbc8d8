# SPDX-License-Identifier: GPL-3.0-or-later
"""Small numbers for things with long names: interface names, cable addresses and routing tables are made of them."""

from __future__ import annotations

import ipaddress


class Numbers:
    """The smallest free number for each key, until it is given back."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def of(self, key: str) -> int:
        if key not in self._given:
            taken = set(self._given.values())
            self._given[key] = next(n for n in range(1, len(taken) + 2) if n not in taken)
        return self._given[key]

    def back(self, key: str) -> None:
        self._given.pop(key, None)


def cable(pool: str, number: int) -> tuple[str, str]:
    """The two addresses of cable `number`; the pools are shared address space (RFC 6598), which no site may use."""
    block = ipaddress.IPv4Network(pool)
    first = block[4 * number + 1]
    return str(first), str(first + 1)
