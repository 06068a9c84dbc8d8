# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import importlib

from ..plugin_utils.in_process import ActionModule

# Loaded here, in the process that workers are forked from, and not for runs that have nothing to do.
with contextlib.suppress(ImportError):
    importlib.import_module("ansible_collections.intercloud.vpn.plugins.module_utils._apply.carry_out")

__all__ = ["ActionModule"]
