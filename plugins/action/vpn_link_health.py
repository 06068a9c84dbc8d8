# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits until links are as expected: runs the module again and again, and shows what each link waits for."""

from __future__ import annotations

import time
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.validation import check_type_int
from ansible.utils.display import Display

from ..plugin_utils.in_process import ActionModule as InProcess

TIMEOUT = 120
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 1.0, 10.0, 1.5
# What has not changed is shown again after so many seconds, so that nobody takes the run for dead.
SHOW_AGAIN = 10.0

Record = dict[str, t.Any]
display = Display()


class ActionModule(InProcess):
    """The module looks once; this waits."""

    def once(self, task_vars: Record) -> Record:
        timeout = self._timeout()
        start = time.monotonic()
        shown, shown_at, pause = "", start, FIRST_PAUSE
        while True:
            result = super().once(task_vars)
            now = time.monotonic()
            if result.get("failed") or "links" not in result:
                return result
            result["waited"] = int(now - start)
            waiting = waiting_for(result["links"])
            left = start + timeout - now
            if left <= 0 or not any(link["worth_waiting"] for link in result["links"].values()):
                return result
            if waiting != shown or now - shown_at >= SHOW_AGAIN:
                # On stderr, so that a callback that writes JSON to stdout stays readable.
                display.display(f"  after {result['waited']} of {timeout} s: {waiting}", stderr=True)
                shown, shown_at = waiting, now
            time.sleep(min(pause, left))
            pause = min(pause * GROWTH, LONGEST_PAUSE)

    def _timeout(self) -> int:
        """How long to wait; a preview does not wait."""
        try:
            timeout = int(check_type_int(self._task.args.get("timeout", TIMEOUT)))
        except TypeError as exc:
            raise AnsibleActionFail(f"timeout: {exc}. Allowed: seconds, 0 to look once.") from exc
        return 0 if self._task.check_mode else timeout


def waiting_for(links: t.Mapping[str, Record]) -> str:
    """Which link waits for what."""
    return "; ".join(
        f"{name} waits for {', '.join(link['waiting_for'])}"
        for name, link in links.items()
        if not link["expectation_met"] and link["worth_waiting"]
    )
