# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's inventory joined by one site.yml, with real tunnels; one for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.launcher import Lab
from tests.integration.playbooks.conftest import Outcome, Player
from tests.lab.dataplane.conftest import real_lab

from .real_tunnels import RealTunnels


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    yield from real_lab(tmp_path_factory)


@pytest.fixture(scope="module")
def player(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Player:
    return Player(lab, tmp_path_factory.mktemp("ansible"))


@pytest.fixture(scope="module")
def joined(player: Player) -> Outcome:
    """One site.yml: sites, links, probes, and the proof."""
    return player.run().ok()


@pytest.fixture(scope="module")
def net(player: Player, joined: Outcome) -> RealTunnels:
    return RealTunnels(player)
