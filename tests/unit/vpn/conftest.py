# SPDX-License-Identifier: GPL-3.0-or-later
"""Property tests draw the same examples on every run, so that a red test stays red."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("pure core", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("pure core")
