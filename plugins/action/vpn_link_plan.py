# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans, and refuses what a VPN device's family can't do: only the controller has the families' templates."""

from __future__ import annotations

import typing as t

from ..module_utils._render.families import refusals
from ..module_utils._render.model import Device
from ..module_utils._vpn import faults
from ..plugin_utils.in_process import ActionModule as InProcess

Record = dict[str, t.Any]


class ActionModule(InProcess):
    """A task of vpn_link_plan."""

    def once(self, task_vars: Record) -> Record:
        result = super().once(task_vars)
        found = [
            faults.Fault(f"vpn_sites.{name}", text, "", "change the link's settings, or give another device")
            for name, device in (result.get("devices") or {}).items()
            for text in refusals(Device.from_dict(device["trial"]))
        ]
        if found:
            return {"failed": True, "msg": faults.message(found, "before anything was written")}
        return result
