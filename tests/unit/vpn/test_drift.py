# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan read as differences: each with its side, its tunnel and what mending interrupts."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import drift
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.actions import Action

TUNNELS = [{"slot": "1-2", "jdcloud_ip": "114.67.1.1", "aws_ip": "3.1.1.2"}]


def plan(*actions: Action, blocked: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "actions": [action.as_dict() for action in actions],
        "interrupts": sorted({slot for action in actions for slot in action.interrupts}),
        "blocked": list(blocked),
        "summary": {"tunnels": TUNNELS},
    }


def test_nothing_to_do_is_no_drift() -> None:
    found = drift.report({"a": plan()}, {"jd": {"actions": []}})
    assert (found["drifted"], found["differences"], found["links"], found["sites"]) == (False, [], [], [])
    assert found["examined"] == {"links": ["a"], "sites": ["jd"]}


@pytest.mark.parametrize(
    ("kind", "name", "side", "slot"),
    [
        ("jdcloud_vpn_tunnel", "a 1-2", "jdcloud", "1-2"),
        ("aws_vpn_tunnel", "a-1 1-2 (3.1.1.2)", "aws", "1-2"),
        # A link whose uid looks like a slot has connections that are no tunnels.
        ("aws_vpn_connection", "1-2", "aws", ""),
        ("psk_mark", "JD connection", "both", ""),
    ],
)
def test_side_and_slot(kind: str, name: str, side: str, slot: str) -> None:
    (item,) = drift.report({"a": plan(Action("x", "modify", kind, name, "differs"))}, {})["differences"]
    assert (item["side"], item["slot"]) == (side, slot)
    assert item["aws_ip"] == ("3.1.1.2" if slot else None)


def test_a_record_for_each_field_with_what_the_whole_action_interrupts() -> None:
    changes = (
        {"field": "psk", "before": "(hidden)", "after": "(hidden, new value)", "interrupts": True},
        {"field": "bandwidth_mbps", "before": 10, "after": 20, "interrupts": False},
    )
    action = Action("roll", "modify", "jdcloud_vpn_tunnel", "a 1-2", "differs", changes, ("1-2",), ("1-2",))
    found = drift.report({"a": plan(action)}, {})
    assert [(x["field"], x["found"], x["wanted"]) for x in found["differences"]] == [
        ("psk", "(hidden)", "(hidden, new value)"),
        ("bandwidth_mbps", 10, 20),
    ]
    assert [x["interrupts"] for x in found["differences"]] == [["1-2"], ["1-2"]]
    assert found["interrupts"] == {"a": ["1-2"]}


def test_sites_missing_unmanaged_and_blocked() -> None:
    gone = Action("site", "create", "aws_route_propagation", "rtb-1", "the VPC must learn")
    extra = Action("x", "delete", "jdcloud_vpn_tunnel", "114.67.1.1 ↔ 3.1.1.9", "belongs to no slot", (), ("1-2",))
    found = drift.report(
        {"a": plan(extra, blocked=("the JD Cloud connection is adopted",))}, {"aws": {"actions": [gone.as_dict()]}}
    )
    told = [(x["site"], x["link"], x["state"], x["found"], x["wanted"]) for x in found["differences"]]
    assert told == [
        ("aws", "", "missing", None, "present"),
        ("", "a", "unmanaged", "present", None),
        ("", "a", "blocked", None, None),
    ]
    assert found["differences"][2]["reason"] == "the JD Cloud connection is adopted"
