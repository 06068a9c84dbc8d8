# SPDX-License-Identifier: GPL-3.0-or-later
"""A strict reader of swanctl's files, and a private strongSwan to load them into."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CONFIG = """charon-systemd {{
  load = random nonce openssl kdf kernel-netlink socket-default vici
  load_modular = no
  install_routes = no
  port = 0
  port_nat_t = 0
  journal {{
    default = -1
  }}
  plugins {{
    vici {{
      socket = unix://{folder}/vici
    }}
  }}
}}
"""


def read(text: str) -> dict[str, Any]:
    """Sections as dictionaries; fails on what is neither a section nor a setting, and on braces that don't match."""
    root: dict[str, Any] = {}
    stack = [root]
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line == "}":
            stack.pop()
            assert stack, "a brace too many"
        elif match := re.fullmatch(r"(\S+) \{", line):
            stack.append(stack[-1].setdefault(match[1], {}))
        else:
            setting = re.fullmatch(r"([\w-]+) = (.+)", line)
            assert setting, f"odd line {line!r}"
            assert setting[1] not in stack[-1], f"{setting[1]} is set twice"
            stack[-1][setting[1]] = setting[2].strip('"')
    assert len(stack) == 1, "a brace is missing"
    return root


@contextmanager
def daemon(folder: Path, charon: str) -> Iterator[str]:
    """A strongSwan in a network namespace of its own, without any interface; yields the address to speak to it."""
    (folder / "strongswan.conf").write_text(CONFIG.format(folder=folder), encoding="utf-8")
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["unshare", *user, "--net", charon],
            env={**os.environ, "STRONGSWAN_CONF": str(folder / "strongswan.conf")},
            stdout=log,
            stderr=log,
        )
    try:
        for _ in range(200):
            if (folder / "vici").exists() or process.poll() is not None:
                break
            time.sleep(0.02)
        if not (folder / "vici").exists():
            if os.geteuid() != 0:
                pytest.skip("without root no network namespace for a private strongSwan can be had here")
            pytest.fail(f"strongSwan did not start: {(folder / 'log').read_text()}")
        yield f"unix://{folder}/vici"
    finally:
        process.terminate()
        process.wait()
