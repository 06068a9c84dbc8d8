# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab whose tunnels are real. Where the machine can't carry one, these tests are skipped, and pytest says why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab import launcher
from lab.dataplane import capability
from lab.launcher import Lab


def real_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    obstacles = capability.missing()
    if obstacles:
        pytest.skip("no data plane: " + "; ".join(obstacles))
    running = launcher.start(tmp_path_factory.mktemp("lab"), dataplane=True)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    yield from real_lab(tmp_path_factory)
