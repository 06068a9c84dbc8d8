# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import launcher
from lab.dataplane import capability


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A state folder of the test's own; whatever runs with it is stopped in the end."""
    path = tmp_path / "lab"
    yield path
    launcher.stop(path)


@pytest.fixture
def fake_clouds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clouds that start at once, on a machine that cannot carry packets."""
    for cloud in launcher.CLOUDS:
        monkeypatch.setitem(launcher.MODULES, cloud, "tests.lab.launcher.fake_cloud")
    monkeypatch.setattr(capability, "missing", lambda: ["the tests' clouds have no tunnels"])
