# SPDX-License-Identifier: GPL-3.0-or-later
"""A difference that takes tunnels down is marked with exactly those tunnels, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .world import OWN_KEYS, SLOTS, Case, Clouds, Record

JDCLOUD_TUNNEL: dict[str, Any] = {
    "psk_digest": "0123456789abcdef",
    "tunnel_ip": "169.254.12.0/30",
    "local_tunnel_ip": "169.254.12.1",
    "ike_version": "v1",
    "ike_key_exchange": "modp2048",
    "ike_cipher": "aes192",
    "ike_auth": "sha1",
    "ike_dpd_sec": 0,
    "ike_sa_life_sec": 28800,
    "ipsec_cipher": "aes128",
    "ipsec_auth": "sha384",
    "ipsec_key_exchange": "null",
    "ipsec_sa_life_sec": 1800,
}
AWS_TUNNEL: dict[str, Any] = {
    "psk_digest": "0123456789abcdef",
    "ike_versions": ["ikev1", "ikev2"],
    "phase1_encryption_algorithms": ["AES128", "AES256"],
    "phase1_integrity_algorithms": None,
    "phase1_dh_group_numbers": [2, 19],
    "phase1_lifetime_seconds": 28800,
    "phase2_encryption_algorithms": ["AES128"],
    "phase2_integrity_algorithms": ["SHA1"],
    "phase2_dh_group_numbers": [5],
    "phase2_lifetime_seconds": 900,
    "startup_action": "start",
    "dpd_timeout_seconds": 40,
    "dpd_timeout_action": "clear",
}


@pytest.fixture
def clouds() -> Clouds:
    case = Case()
    return Clouds(case.sites).join(case)


def one(clouds: Clouds, cloud: str, slot: str) -> Record:
    """The record of one slot's tunnel on one cloud."""
    row = next(x for x in Case().plan(clouds.gathered())["summary"]["tunnels"] if x["slot"] == slot)
    if cloud == "jdcloud":
        return next(x for x in clouds.data["jd"]["vpn_tunnels"] if x["vpn_tunnel_id"] == row["vpn_tunnel_id"])
    tunnels = [x for c in clouds.data["aws"]["vpn_connections"] for x in c["tunnels"]]
    return next(x for x in tunnels if x["outside_ip_address"] == row["aws_ip"])


def interrupting(plan: Record) -> list[str]:
    """Those actions that interrupt; the rest of the plan must agree with them."""
    hit = [action for action in plan["actions"] if action["interrupts"]]
    assert plan["interrupts"] == sorted({slot for action in hit for slot in action["interrupts"]})
    for action in plan["actions"]:
        assert action["text"].endswith("INTERRUPTS " + ", ".join(action["interrupts"])) is bool(action["interrupts"])
    return [f"{action['verb']} {action['kind']}" for action in hit]


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("field", JDCLOUD_TUNNEL)
def test_jd_cloud_has_another_value(clouds: Clouds, field: str, slot: str) -> None:
    one(clouds, "jdcloud", slot)[field] = JDCLOUD_TUNNEL[field]
    plan = Case().plan(clouds.gathered(1))
    assert plan["interrupts"] == [slot]
    assert interrupting(plan) == ["modify jdcloud_vpn_tunnel"]
    (action,) = plan["actions"]
    (change,) = action["changes"]
    assert (action["name"], change["interrupts"]) == (f"a {slot}", True)
    if field == "psk_digest":
        assert change == {"field": "psk", "before": "(hidden)", "after": "(hidden, new value)", "interrupts": True}
    else:
        assert (change["field"], change["before"]) == (field, JDCLOUD_TUNNEL[field])


@pytest.mark.parametrize("slot", SLOTS)
@pytest.mark.parametrize("field", AWS_TUNNEL)
def test_aws_has_another_value(clouds: Clouds, field: str, slot: str) -> None:
    one(clouds, "aws", slot)[field] = AWS_TUNNEL[field]
    plan = Case().plan(clouds.gathered(1))
    assert plan["interrupts"] == [slot]
    assert interrupting(plan) == ["modify aws_vpn_tunnel"]
    (action,) = plan["actions"]
    assert action["name"].startswith(f"a-{slot[0]} {slot} (52.")
    assert [change["field"] for change in action["changes"]] == ["psk" if field == "psk_digest" else field]


def test_aws_has_another_inside_block_which_wins_and_interrupts_that_tunnel(clouds: Clouds) -> None:
    one(clouds, "aws", "1-2")["tunnel_inside_cidr"] = "169.254.12.0/30"
    plan = Case().plan(clouds.gathered(1))
    assert plan["interrupts"] == ["1-2"]
    assert interrupting(plan) == ["modify jdcloud_vpn_tunnel"]
    assert {x["slot"]: x["inside_cidr"] for x in plan["summary"]["tunnels"]}["1-2"] == "169.254.12.0/30"


CHANGES: list[tuple[Record, list[str]]] = [
    ({"proposal": {"ike_dh_group": 20}}, list(SLOTS)),
    (
        {"proposal": {"ipsec_lifetime": 1800}, "tunnels": {"1-1": {"proposal": {"ipsec_lifetime": 3600}}}},
        ["1-2", "2-3", "2-4"],
    ),
    ({"tunnels": {"2-3": {"proposal": {"ike_encryption": "aes128"}}}}, ["2-3"]),
    (
        {"tunnels": {"2-4": {"inside_cidr": "169.254.12.4/30"}, "1-1": {"inside_cidr": "169.254.12.8/30"}}},
        ["1-1", "2-4"],
    ),
    ({"psks": {"1-2": OWN_KEYS["1-2"]}}, ["1-2"]),
    ({"psk_generation": 2}, list(SLOTS)),
    ({"psk_generation": 2, "psks": {"1-2": OWN_KEYS["1-2"]}}, list(SLOTS)),
]


@pytest.mark.parametrize(("link", "slots"), CHANGES)
def test_the_inventory_asks_for_something_else(clouds: Clouds, link: Record, slots: list[str]) -> None:
    """Both ends of each of these tunnels differ, and no other tunnel does."""
    plan = Case.of(**link).plan(clouds.gathered(2))
    assert plan["interrupts"] == slots
    assert sorted(interrupting(plan)) == sorted(
        ["modify aws_vpn_tunnel"] * len(slots) + ["modify jdcloud_vpn_tunnel"] * len(slots)
    )


@given(st.sets(st.sampled_from(SLOTS)), st.sets(st.sampled_from(SLOTS)), st.integers(0, 999))
def test_exactly_the_slots_that_differ_on_either_cloud(here: set[str], there: set[str], seed: int) -> None:
    case = Case()
    clouds = Clouds(case.sites).join(case)
    touched = [one(clouds, "jdcloud", slot) for slot in here] + [one(clouds, "aws", slot) for slot in there]
    for tunnel in touched:
        tunnel["psk_digest"] = "f" * 16
    assert case.plan(clouds.gathered(seed))["interrupts"] == sorted(here | there)


def test_a_rotation_is_seen_by_the_mark_where_no_key_reads_back(clouds: Clouds) -> None:
    """The mark says generation 1, the inventory 2: masked keys must not hide that."""
    plan = Case.of(psk_generation=2).plan(clouds.gathered(masked=True))
    assert plan["interrupts"] == list(SLOTS)
    assert len(interrupting(plan)) == 8
    own = Case.of(psk_generation=2, psks={"1-1": OWN_KEYS["1-1"]}).plan(clouds.gathered(masked=True))
    assert own["interrupts"] == ["1-2", "2-3", "2-4"], "a key of the user's own has no generation"


@pytest.mark.parametrize(("before", "now"), [("bgp", "static"), ("static", "bgp")])
def test_another_routing_takes_everything_down_and_is_planned(before: str, now: str) -> None:
    case = Case.of(routing=before)
    clouds = Clouds(case.sites).join(case)
    plan = Case.of(routing=now).plan(clouds.gathered(3))
    assert plan["interrupts"] == list(SLOTS)
    assert interrupting(plan) == ["delete jdcloud_vpn_tunnel"] * 4
    made = [f"{x['verb']} {x['kind']}" for x in plan["actions"] if x["step"] in ("rebuild", "aws_vpn_connections")]
    assert made[4:] == ["delete aws_vpn_connection"] * 2 + ["create aws_vpn_connection"] * 2
    assert len(plan["rebuild"]["aws_connections"]) == 2


def test_tunnels_that_carry_nothing_are_mended_first_and_interrupt_nothing(clouds: Clouds) -> None:
    one(clouds, "jdcloud", "2-3").update(op_status="DOWN", psk_digest="0" * 16)
    one(clouds, "aws", "1-1")["phase1_lifetime_seconds"] = 28800
    plan = Case().plan(clouds.gathered(1))
    assert plan["interrupts"] == ["1-1"]
    assert [(item["slot"], item["up"]) for item in plan["rolling"]] == [("2-3", False), ("1-1", True)]
    assert plan["rolling"][1]["others"] == ["1-2", "2-3", "2-4"]
    assert plan["steps"] == ["roll"]


def test_a_tunnel_that_a_stopped_run_has_left_down_is_waited_for(clouds: Clouds) -> None:
    """Otherwise the next one would go down before this one is back."""
    one(clouds, "jdcloud", "1-2").update(op_status="DOWN", admin_status="DOWN", psk_digest="0" * 16)
    one(clouds, "jdcloud", "2-3").update(op_status="DOWN", psk_digest="0" * 16)
    one(clouds, "aws", "1-1")["phase1_lifetime_seconds"] = 28800
    plan = Case().plan(clouds.gathered(1))
    assert {item["slot"]: item["comes_back"] for item in plan["rolling"]} == {"1-2": True, "2-3": False, "1-1": True}


def test_the_bgp_flag_interrupts_every_tunnel(clouds: Clouds) -> None:
    clouds.data["jd"]["vpn_connections"][0]["bgp_enabled"] = False
    plan = Case().plan(clouds.gathered())
    assert interrupting(plan) == ["modify jdcloud_vpn_connection"]
    assert plan["interrupts"] == list(SLOTS)


@pytest.mark.parametrize(("field", "value"), [("ip_address", "52.99.99.99"), ("bgp_asn", 64999), ("device_name", "x")])
def test_another_aws_customer_gateway_interrupts_both_its_tunnels(clouds: Clouds, field: str, value: Any) -> None:
    gateway = next(x for x in clouds.data["aws"]["customer_gateways"] if x["tags"]["intercloud.vpn/address"] == "2")
    gateway[field] = value
    plan = Case().plan(clouds.gathered())
    assert interrupting(plan) == ["modify aws_vpn_connection"]
    assert plan["interrupts"] == ["2-3", "2-4"]
    assert any("it needs a new one" in text and field in text for text in plan["text"])
    for slot in ("2-3", "2-4"):
        one(clouds, "jdcloud", slot)["op_status"] = "DOWN"
    down = Case().plan(clouds.gathered())
    assert (down["interrupts"], down["forced_steps"]) == ([], ["aws_vpn_connections"])


def test_aws_has_lost_a_connection_so_the_customer_gateway_must_lose_its_tunnels(clouds: Clouds) -> None:
    lost = next(x for x in clouds.data["aws"]["vpn_connections"] if x["tags"]["intercloud.vpn/address"] == "1")
    clouds.data["aws"]["vpn_connections"].remove(lost)
    plan = Case().plan(clouds.gathered())
    assert plan["interrupts"] == list(SLOTS)
    assert interrupting(plan) == ["delete jdcloud_vpn_tunnel"] * 4
    assert all("JD Cloud changes them only while no tunnel exists" in text for text in plan["text"][:4])
    assert (plan["steps"][0], plan["rolling"]) == ("rebuild", [])


@pytest.mark.parametrize(("status", "interrupts"), [("UP", ["116.1.1.1 ↔ 52.1.1.1"]), ("DOWN", [])])
def test_a_tunnel_of_no_slot_is_deleted_and_interrupts_only_if_it_is_up(
    clouds: Clouds, status: str, interrupts: list[str]
) -> None:
    tunnel = {**clouds.data["jd"]["vpn_tunnels"][0], "cloud_public_ip": "116.1.1.1", "customer_ip": "52.1.1.1"}
    clouds.data["jd"]["vpn_tunnels"].append({**tunnel, "vpn_tunnel_id": "x", "tunnel_ip": "", "op_status": status})
    plan = Case().plan(clouds.gathered())
    assert [action["verb"] for action in plan["actions"]] == ["delete"]
    assert plan["interrupts"] == interrupts


HARMLESS: dict[str, tuple[Callable[[Record, Record], object], str]] = {
    "AWS Name": (lambda jd, aws: aws["vpn_connections"][0]["tags"].pop("Name"), "modify aws_vpn_connection"),
    "AWS slot tag": (lambda jd, aws: aws["vpn_connections"][0]["tags"].pop("intercloud.vpn/slot-1-2"), "modify aws_vpn_connection"),
    "AWS mark": (lambda jd, aws: aws["vpn_connections"][1]["tags"].pop("intercloud.vpn/psk"), "modify aws_vpn_connection"),
    "gateway name": (
        lambda jd, aws: jd["customer_gateways"][0].update(customer_gateway_name="x"), "modify jdcloud_customer_gateway"),
    "connection name": (
        lambda jd, aws: jd["vpn_connections"][0].update(vpn_connection_name="x"), "modify jdcloud_vpn_connection"),
    "stopped": (lambda jd, aws: jd["vpn_tunnels"][0].update(admin_status="DOWN"), "modify jdcloud_vpn_tunnel"),
    "propagation": (lambda jd, aws: jd["route_tables"][0]["route_propagations"].clear(), "create jdcloud_route_propagation"),
    "narrower propagation": (
        lambda jd, aws: jd["route_tables"][0]["route_propagations"][0].update(propagation_cidrs="172.16.0.0/24"),
        "create jdcloud_route_propagation"),
    "static twin of a BGP route": (
        lambda jd, aws: jd["border_gateway_routes"].append({"bgw_route_destination": "172.16.0.0/16", "origin": "static",
            "bgw_route_nexthop": jd["vpn_connections"][0]["vpn_connection_id"]}), "delete jdcloud_border_gateway_route"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "expected"), HARMLESS.values(), ids=HARMLESS)
def test_what_interrupts_nothing(clouds: Clouds, spoil: Callable[[Record, Record], object], expected: str) -> None:
    spoil(clouds.data["jd"], clouds.data["aws"])
    plan = Case().plan(clouds.gathered(1))
    assert plan["interrupts"] == interrupting(plan) == []
    assert [f"{action['verb']} {action['kind']}" for action in plan["actions"]] == [expected]


def test_bandwidth_and_stopping_a_tunnel_are_the_users_word_and_no_interruption(clouds: Clouds) -> None:
    plan = Case.of(tunnels={"1-2": {"bandwidth_mbps": 100}, "2-3": {"admin_status": "DOWN"}}).plan(clouds.gathered())
    assert plan["interrupts"] == []
    assert [x["field"] for action in plan["actions"] for x in action["changes"]] == ["bandwidth_mbps", "admin_status"]


def test_static_routes_come_and_go_without_an_interruption() -> None:
    case = Case.of(routing="static")
    clouds = Clouds(case.sites).join(case)
    other = Case.of(routing="static", ranges={"jd": ["10.1.8.0/24"], "aws": ["172.16.9.0/24"]})
    plan = other.plan(clouds.gathered())
    assert plan["interrupts"] == []
    # The narrower range takes the wider one's place in one write. AWS's tags remember both until then.
    assert [f"{x['verb']} {x['kind']}" for x in plan["actions"]] == [
        *["modify aws_vpn_connection"] * 4, "create jdcloud_border_gateway_route", "delete jdcloud_border_gateway_route",
        "create jdcloud_route_propagation", "delete jdcloud_route_propagation", "modify aws_vpn_connection",
    ]  # fmt: skip
    assert plan["steps"] == ["aws_vpn_connections", "jdcloud_routes", "jdcloud_propagations", "range_memory"]
    assert plan["range_memory"] == {"intercloud.vpn/ranges": "172.16.9.0/24"}
    tags = plan["aws_connections"][0]["tags"]["intercloud.vpn/ranges"]
    assert set(tags.split(",")) == {"172.16.0.0/16", "172.16.9.0/24"}
