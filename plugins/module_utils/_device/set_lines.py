# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: configurations that are shown as `set` lines, VyOS's and Junos's. Pure."""

from __future__ import annotations

import shlex

Path = tuple[str, ...]


def parse(text: str) -> dict[Path, None]:
    """The words of every `set` line, without their quotes."""
    found: dict[Path, None] = {}
    for line in text.splitlines():
        if line.strip().startswith("set "):
            found[tuple(shlex.split(line.strip())[1:])] = None
    return found
