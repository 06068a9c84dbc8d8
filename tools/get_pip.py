# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-test calls instead of a get-pip script of its own, which it could not fetch everywhere."""

import subprocess
import sys

ARGS = [a for a in sys.argv[1:] if a not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL)
subprocess.check_call([sys.executable, "-m", "pip", "install", "-q", *ARGS])  # noqa: S603
