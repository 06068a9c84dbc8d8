# SPDX-License-Identifier: GPL-3.0-or-later
"""Where one lab's namespaces, sockets and logs are: named after its state folder, so that later processes find them."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from lab.dataplane.netns import Namespaces


@dataclass(frozen=True)
class Place:
    prefix: str  # of the names of namespaces
    folder: Path  # short, because the names of sockets may have only 107 characters

    @classmethod
    def of(cls, state_dir: Path) -> Place:
        mark = hashlib.sha256(str(state_dir).encode()).hexdigest()[:6]
        return cls(f"icv{mark}-", Path(f"/run/intercloud-lab-{mark}"))

    def clear(self) -> None:
        """Remove whatever is there: processes, namespaces, files."""
        Namespaces(self.prefix).clear()
        shutil.rmtree(self.folder, ignore_errors=True)
