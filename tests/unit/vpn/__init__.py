# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the pure core: inventory and what was read from both clouds in, plan or refusal out."""
