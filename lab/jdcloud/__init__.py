# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated JD Cloud: the openapi of the services `bgw` and `vpc`, strict where the real one is known to be."""
