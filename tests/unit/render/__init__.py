# SPDX-License-Identifier: GPL-3.0-or-later
"""Contract tests of the renderers: what a family is given, read back by a reader of its own, equals the model."""
