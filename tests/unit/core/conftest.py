# SPDX-License-Identifier: GPL-3.0-or-later
"""Property tests draw the same examples on every run, so that a red test stays red."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("repeatable")
