# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab, as the playbooks' tests have it."""

from __future__ import annotations

from tests.integration.playbooks.conftest import lab, player

__all__ = ["lab", "player"]
