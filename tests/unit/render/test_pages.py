# SPDX-License-Identifier: GPL-3.0-or-later
"""The samples in docs/devices are what is rendered today. `UPDATE_PAGES=1 pytest tests/unit/render/test_pages.py` writes them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render

from .devices import device

PAGES = Path(__file__).resolve().parents[3] / "docs" / "devices"
BLOCK = re.compile(r"(<!-- sample (\w+) -->\n```text\n).*?(```\n<!-- end of sample -->)", re.DOTALL)
# linux_bird's page shows only what differs from linux_frr's.
ONLY = {"linux_bird": "/etc/bird/"}


def sample(family: str, routing: str) -> str:
    item = device(family, "two", routing)
    parts = render(item, {x.name: f"<key of {x.name}>" for x in item.tunnels})
    shown = [part for part in parts if part.path.startswith(ONLY.get(family, ""))]
    if routing == "static":
        shown = [part for part in shown if part.name.split()[-1] in {"routing", "routes"}]
    return "\n".join(f"#### {part.name}{': ' if part.path else ''}{part.path}\n{part.text}" for part in shown)


@pytest.mark.parametrize("family", ["cisco_iosxe", "linux_bird", "linux_frr", "vyos"])
def test_samples_are_what_is_rendered(family: str) -> None:
    page = PAGES / f"{family}.md"
    text = page.read_text(encoding="utf-8")
    assert [match[2] for match in BLOCK.finditer(text)][:1] == ["bgp"]
    current = BLOCK.sub(lambda match: f"{match[1]}{sample(family, match[2])}{match[3]}", text)
    if os.environ.get("UPDATE_PAGES"):
        page.write_text(current, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == current


def test_every_page_is_listed() -> None:
    listed = set(re.findall(r"\]\((\w+)\.md\)", (PAGES / "README.md").read_text(encoding="utf-8")))
    assert {page.stem for page in PAGES.glob("*.md")} - {"README"} <= listed
