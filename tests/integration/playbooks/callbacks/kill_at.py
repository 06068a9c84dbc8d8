# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback that ends ansible-playbook, workers and all, by SIGKILL when the Nth task starts."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: kill_at
type: aggregate
short_description: for tests
description: Ends ansible-playbook when the Nth task starts.
"""


class CallbackModule(CallbackBase):
    """Counts the tasks that start, and writes each one's name into a file."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "kill_at"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.started = 0
        self.kill_at = int(os.environ.get("KILL_AT", "0"))
        self.names = Path(os.environ["KILL_NAMES"])

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self.started += 1
        with self.names.open("a", encoding="utf-8") as file:
            file.write(f"{task.get_name()}\n")
        if self.started == self.kill_at:
            os.killpg(os.getpgid(0), signal.SIGKILL)
