# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m tests.integration.awx FILE: the emulated controller by itself, until it is stopped. Its address gets into FILE."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from .awx_controller import Controller

if __name__ == "__main__":
    with Controller(os.environ["CONTROLLER_OAUTH_TOKEN"]) as controller:
        Path(sys.argv[1]).write_text(controller.url)
        threading.Event().wait()
