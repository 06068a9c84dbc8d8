# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes `ansible_collections.intercloud.vpn` importable from this clone, as Ansible itself does."""

from __future__ import annotations

from pathlib import Path

from ansible.plugins.loader import init_plugin_loader

ROOT = Path(__file__).resolve().parent.parent
init_plugin_loader([str(ROOT / "collections")])
