# SPDX-License-Identifier: GPL-3.0-or-later
"""What Automation Platform counts from the results of the modules, as their documentation shows them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import jq
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
QUERIES = yaml.safe_load((ROOT / "extensions/audit/event_query.yml").read_text(encoding="utf-8"))
PROGRAM = jq.compile(QUERIES["intercloud.vpn.*"]["query"])
COUNTED = {
    "jdcloud_vpc": "VPC",
    "jdcloud_border_gateway": "Border gateway",
    "jdcloud_customer_gateway": "Customer gateway",
    "jdcloud_vpn_connection": "VPN connection",
    "jdcloud_instance": "VM",
    "aws_customer_gateway": "Customer gateway",
    "aws_vpn_connection": "VPN connection",
}


def result(module: str) -> dict[str, Any]:
    """A result with every key that the documentation names."""
    found = import_module(f"ansible_collections.intercloud.vpn.plugins.modules.{module}")
    return {key: _sample(spec) for key, spec in yaml.safe_load(found.RETURN).items()}


def _sample(spec: dict[str, Any]) -> Any:
    if "contains" not in spec:
        return spec.get("sample")
    item = {key: _sample(inner) for key, inner in spec["contains"].items()}
    return [item] if spec["type"] == "list" else item


@pytest.mark.parametrize("module", sorted(path.stem for path in (ROOT / "plugins/modules").glob("*_*.py")))
def test_a_module_counts_what_it_manages_and_nothing_else(module: str) -> None:
    found = PROGRAM.input_value(result(module)).all()
    assert [item["facts"]["device_type"] for item in found] == [COUNTED[name] for name in (module,) if name in COUNTED]
    for item in found:
        assert item["name"] and item["canonical_facts"]["id"]
        assert item["facts"]["infra_type"] == "PublicCloud"


def test_what_is_removed_or_only_previewed_is_not_counted() -> None:
    assert PROGRAM.input_value({"changed": True}).all() == []
    assert PROGRAM.input_value({"changed": True, "vpc": {"vpc_id": None, "vpc_name": "a"}}).all() == []


def test_what_is_made_for_many_links_at_once_is_counted() -> None:
    steps = [
        {"step": "jdcloud_customer_gateway", "changed": True, "kind": "customer_gateway", "id": "cgw-1", "name": "a"},
        {"step": "aws_vpn_connections", "changed": False, "kind": "vpn_connection", "id": "vpn-1", "name": None},
        {"step": "jdcloud_vpn_tunnels", "changed": True},
    ]
    nothing = {"changed": False, "error": "refused", "steps": [], "made": {}}
    found = PROGRAM.input_value({"changed": True, "links": {"a": {"steps": steps}, "b": nothing}}).all()
    assert [(x["name"], x["canonical_facts"]["id"], x["facts"]["device_type"]) for x in found] == [
        ("a", "cgw-1", "Customer gateway"),
        ("vpn-1", "vpn-1", "VPN connection"),
    ]
