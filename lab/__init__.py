# SPDX-License-Identifier: GPL-3.0-or-later
"""Two emulated clouds on this machine, for trying, teaching and testing; nothing of the collection knows of it."""
