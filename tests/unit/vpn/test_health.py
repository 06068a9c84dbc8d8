# SPDX-License-Identifier: GPL-3.0-or-later
"""How tunnels and links are judged, what is enough, and what is worth waiting for."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import health, planner
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.health_finding import CAUSES, Finding, worst

from .living import Living
from .world import SLOTS

EXPECTATIONS = ("all_tunnels", "redundant", "any_tunnel")


@pytest.mark.parametrize("expectation", EXPECTATIONS)
@pytest.mark.parametrize("routing", ["bgp", "static"])
def test_a_healthy_link_has_no_finding(routing: str, expectation: str) -> None:
    link = Living(routing).look(expectation=expectation)
    assert link["findings"] == []
    assert (link["verdict"], link["expectation_met"], link["redundant"]) == ("healthy", True, True)
    assert {(x["state"], x["healthy"], x["bgp"]) for x in link["tunnels"]} == {
        ("up", True, "up" if routing == "bgp" else "not used")
    }
    assert [x["slot"] for x in link["tunnels"]] == list(SLOTS)
    assert not link["worth_waiting"]


def bgp_down(living: Living, slot: str) -> None:
    living.aws_end(slot)["telemetry"].update(status="DOWN", status_message="IPSEC IS UP", accepted_route_count=0)


def no_routes(living: Living, slot: str) -> None:
    living.aws_end(slot)["telemetry"].update(status_message="0 BGP ROUTES", accepted_route_count=0)


def lagging(living: Living, slot: str) -> None:
    living.jd_end(slot)["op_status"] = "DOWN"


def modifying(living: Living, slot: str) -> None:
    living.down(slot)
    living.aws_connection(slot)["state"] = "modifying"


def silent(living: Living, slot: str) -> None:
    living.aws_end(slot)["telemetry"] = {}


def no_jd_tunnel(living: Living, slot: str) -> None:
    living.jd["vpn_tunnels"].remove(living.jd_end(slot))


def admin_down(living: Living, slot: str) -> None:
    living.down(slot)
    living.jd_end(slot)["admin_status"] = "DOWN"


STATES = [
    (Living.down, "IPsec down", "error", "AWS tells IPSEC IS DOWN since 2026-01-01", True),
    (lagging, "IPsec down", "error", "JD Cloud tells DOWN, AWS tells IPSEC IS UP", True),
    (silent, "IPsec down", "error", "AWS tells nothing of this tunnel yet", True),
    (bgp_down, "IPsec up, BGP down", "error", "«IPSEC IS UP»", True),
    (no_routes, "BGP up, no routes", "error", "AWS has accepted no route from JD Cloud", True),
    (modifying, "being modified", "warning", "is modifying", True),
    (no_jd_tunnel, "not configured", "error", "JD Cloud has no tunnel", False),
    (admin_down, "admin DOWN", "error", "stopped on purpose on JD Cloud (adminStatus DOWN)", False),
]


@pytest.mark.parametrize(("breaks", "state", "level", "text", "passes"), STATES)
def test_the_state_of_a_tunnel(breaks: Any, state: str, level: str, text: str, passes: bool) -> None:
    living = Living()
    breaks(living, "1-2")
    link = living.look()
    tunnel = next(x for x in link["tunnels"] if x["slot"] == "1-2")
    assert (tunnel["state"], tunnel["healthy"]) == (state, False)
    (finding,) = link["findings"]
    assert (finding["level"], finding["tunnel"], finding["verdict"]) == (level, "1-2", state)
    assert text in finding["text"]
    assert finding["remedy"]
    assert link["waiting_for"] == [f"tunnel 1-2 ({state})"]
    assert link["worth_waiting"] is passes
    assert link["verdict"] == (state if level == "error" else "healthy")
    assert {x["state"] for x in link["tunnels"] if x["slot"] != "1-2"} == {"up"}


def test_bgp_as_far_as_aws_tells_it() -> None:
    living = Living()
    bgp_down(living, "1-1")
    living.down("1-2")
    assert {x["slot"]: x["bgp"] for x in living.look()["tunnels"]} == {
        "1-1": "down", "1-2": "unknown", "2-3": "up", "2-4": "up",
    }  # fmt: skip


def test_where_records_differ_the_remedy_is_to_mend_them_first() -> None:
    living = Living()
    living.down("1-1")
    living.jd_end("1-1")["psk_digest"] = "other"
    remedies = {x["verdict"]: x["remedy"] for x in living.look()["findings"]}
    assert remedies["IPsec down"] == "mend the records first"


def test_a_tunnel_that_the_inventory_wants_down_is_stopped_on_purpose() -> None:
    living = Living(tunnels={"1-2": {"admin_status": "DOWN"}})
    admin_down(living, "1-2")
    assert living.finding() == ("info", "1-2", "admin DOWN", "stopped on purpose, as the inventory says")
    for expectation in EXPECTATIONS:
        assert living.look(expectation=expectation)["expectation_met"]


def test_a_link_with_every_tunnel_stopped_fulfils_nothing() -> None:
    living = Living(tunnels={slot: {"admin_status": "DOWN"} for slot in SLOTS})
    for slot in SLOTS:
        admin_down(living, slot)
    for expectation in EXPECTATIONS:
        link = living.look(expectation=expectation)
        assert (link["expectation_met"], link["worth_waiting"]) == (False, False)


@pytest.mark.parametrize(
    ("down", "met"),
    [
        ((), (True, True, True)),
        (("1-1",), (False, True, True)),
        (("1-1", "2-4"), (False, True, True)),
        (("1-1", "1-2"), (False, False, True)),
        (("1-1", "1-2", "2-3"), (False, False, True)),
        (SLOTS, (False, False, False)),
    ],
)
def test_what_is_enough(down: tuple[str, ...], met: tuple[bool, ...]) -> None:
    living = Living()
    living.down(*down)
    links = [living.look(expectation=expectation) for expectation in EXPECTATIONS]
    assert tuple(link["expectation_met"] for link in links) == met
    assert {link["redundant"] for link in links} == {met[1]}
    assert all(link["worth_waiting"] for link in links if not link["expectation_met"])


def test_what_is_missing_is_told_by_the_expectation() -> None:
    living = Living()
    living.down("1-1", "1-2")
    bgp_down(living, "2-3")
    wanted = {
        "all_tunnels": ["tunnels 1-1, 1-2 (IPsec down)", "tunnel 2-3 (IPsec up, BGP down)"],
        "redundant": ["a tunnel over JD Cloud's address 1 (1-1 IPsec down, 1-2 IPsec down)"],
        "any_tunnel": [],
    }
    for expectation, missing in wanted.items():
        assert living.look(expectation=expectation)["waiting_for"] == missing


def test_a_tunnel_that_is_up_with_records_that_differ_does_not_count() -> None:
    living = Living()
    for slot in ("1-1", "1-2"):
        living.jd_end(slot)["ipsec_key_exchange"] = "null"
    link = living.look(expectation="redundant")
    assert (link["expectation_met"], link["redundant"], link["worth_waiting"]) == (False, False, False)
    assert link["waiting_for"] == ["a tunnel over JD Cloud's address 1 (1-1 records differ, 1-2 records differ)"]
    assert living.look(expectation="any_tunnel")["expectation_met"]


def test_waiting_is_worth_while_where_other_tunnels_may_be_enough() -> None:
    living = Living()
    living.jd_end("1-1")["psk_digest"] = "other"
    living.down(*SLOTS)
    worth = {x: living.look(expectation=x)["worth_waiting"] for x in EXPECTATIONS}
    assert worth == {"all_tunnels": False, "redundant": True, "any_tunnel": True}


def test_lost_redundancy_is_told() -> None:
    living = Living()
    living.down("2-3", "2-4")
    warnings = [x["text"] for x in living.look(expectation="any_tunnel")["findings"] if x["verdict"] == "no redundancy"]
    (text,) = warnings
    assert text.startswith(f"no tunnel is up over JD Cloud's address 2 ({living.jd_end('2-3')['cloud_public_ip']})")


def test_jd_clouds_own_word_on_redundancy_is_heard() -> None:
    living = Living()
    living.connection["ha_status"] = "no_redundancy"
    level, _slot, verdict, _text = living.finding()
    assert (level, verdict) == ("warning", "no redundancy")
    assert living.look(expectation="redundant")["expectation_met"]


def test_redundancy_is_no_topic_while_nothing_is_up() -> None:
    living = Living()
    living.down(*SLOTS)
    living.connection["ha_status"] = "no_redundancy"
    assert {x[2] for x in living.findings()} == {"IPsec down"}


def remove(living: Living, site: str, kind: str) -> None:
    getattr(living, site)[kind].clear()


@pytest.mark.parametrize(
    ("site", "kind", "text"),
    [
        ("jd", "border_gateways", "site jd has no gateway"),
        ("aws", "vpn_gateways", "site aws has no gateway"),
        ("jd", "vpn_connections", "JD Cloud has no VPN connection of this link"),
        ("aws", "vpn_connections", "AWS has no VPN connection of this link"),
    ],
)
def test_what_does_not_exist_is_told_and_not_waited_for(site: str, kind: str, text: str) -> None:
    living = Living()
    inventory = planner.read_inventory(living.case.sites, living.case.links, None, living.case.master)
    remove(living, site, kind)
    found, faults = health.examine(inventory, living.clouds.gathered(), health.Question("any_tunnel"))
    assert faults == []
    link = found[0].as_dict()
    assert link["verdict"] == "not configured"
    assert text in [x["text"] for x in link["findings"] if not x["tunnel"]]
    assert (link["expectation_met"], link["worth_waiting"]) == (False, False)


def test_a_link_that_should_be_absent_is_left_out() -> None:
    living = Living()
    living.case.links[0]["state"] = "absent"
    inventory = planner.read_inventory(living.case.sites, living.case.links, None, living.case.master)
    assert health.examine(inventory, living.clouds.gathered(), health.Question()) == ([], [])
    assert health.unread(inventory, []) == []


def test_a_site_that_is_not_read_is_a_fault() -> None:
    living = Living()
    inventory = planner.read_inventory(living.case.sites, living.case.links, None, living.case.master)
    assert [str(x) for x in health.unread(inventory, ["jd"])] == [
        "link a: site aws is not read. Allowed: jd. Remedy: add it to the option sites."
    ]


def test_the_first_cause_is_the_verdict() -> None:
    found = [Finding("error", "a", "", cause, "text") for cause in reversed(CAUSES)]
    assert worst(found) == CAUSES[0]
    assert worst(found[:-1]) == CAUSES[1]
    assert worst([Finding("warning", "a", "", CAUSES[0], "text")]) == "healthy"


def test_a_finding_reads_as_a_sentence() -> None:
    assert str(Finding("error", "a", "1-1", "MTU", "too small", "widen it")) == (
        "link a, tunnel 1-1: MTU: too small. Remedy: widen it."
    )
    assert str(Finding("info", "a", "", "MTU", "too small")) == "link a: MTU: too small."
