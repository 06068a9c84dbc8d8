# SPDX-License-Identifier: GPL-3.0-or-later
"""Removal: everything that is ours, in the order that the APIs demand, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .world import OWN_KEYS, Case, Clouds, Record, aws_site, jdcloud_site

ROUTING = st.sampled_from(["bgp", "static"])
SEEDS = st.integers(0, 9999)


def gone(case: Case) -> Case:
    """The same inventory, all its links absent."""
    return Case(case.sites, [{**link, "state": "absent"} for link in case.links], case.topology, master=None)


def held(clouds: Clouds) -> Record:
    """What the clouds hold; what AWS goes on listing as deleted is gone."""
    data = copy.deepcopy(clouds.data)
    for site in data.values():
        site["vpn_connections"] = [x for x in site["vpn_connections"] if x.get("state") != "deleted"]
    return data


@given(ROUTING, SEEDS, st.integers(0, 12), st.integers(1, 5))
def test_a_removal_finishes_wherever_it_was_broken_off(routing: str, seed: int, done: int, more: int) -> None:
    case = Case.of(routing=routing)
    clouds = Clouds(case.sites)
    before = held(clouds)
    clouds.join(case, seed)
    clouds.work(case, "a", gone(case).plan(clouds.gathered(seed)), done)
    while (plan := gone(case).plan(clouds.gathered(seed)))["actions"]:
        assert plan["interrupts"] == plan["blocked"] == []
        assert clouds.work(case, "a", plan, more)
    assert plan["converged"]
    assert held(clouds) == before


@given(ROUTING, st.integers(0, 14), SEEDS)
def test_what_a_broken_off_creation_has_left_is_removed(routing: str, done: int, seed: int) -> None:
    case = Case.of(routing=routing)
    clouds = Clouds(case.sites)
    before = held(clouds)
    clouds.work(case, "a", case.plan(clouds.gathered()), done)
    clouds.work(case, "a", gone(case).plan(clouds.gathered(seed)))
    assert held(clouds) == before
    assert gone(case).plan(clouds.gathered(seed))["converged"]


def test_the_order_is_that_of_the_apis() -> None:
    case = Case.of(routing="static")
    clouds = Clouds(case.sites).join(case)
    plan = gone(case).plan(clouds.gathered(1))
    assert plan["steps"] == ["remove_jdcloud_routes", "remove_jdcloud_vpn", "remove_aws_vpn"]
    assert [x["kind"] for x in plan["actions"]] == [
        "jdcloud_border_gateway_route", "jdcloud_route_propagation", *["jdcloud_vpn_tunnel"] * 4,
        "jdcloud_vpn_connection", "jdcloud_customer_gateway", *["aws_vpn_connection"] * 2, *["aws_customer_gateway"] * 2,
    ]  # fmt: skip
    assert {(x["verb"], x["reason"]) for x in plan["actions"]} == {("delete", "the link is to be absent")}


def test_nothing_is_left_so_nothing_is_done() -> None:
    case = gone(Case())
    plan = case.plan(Clouds(case.sites).gathered())
    assert plan["converged"]
    assert plan["text"] == plan["notes"] == []


def test_a_link_whose_sites_are_gone_is_absent_already() -> None:
    case = gone(Case())
    clouds = Clouds(case.sites)
    for site in clouds.data.values():
        for key, value in site.items():
            site[key] = [] if isinstance(value, list) else value
    plan = case.plan(clouds.gathered())
    assert plan["converged"]
    assert plan["blocked"] == []


def foreign(clouds: Clouds) -> None:
    """Somebody else's things beside ours, on our own gateways."""
    jd, aws = clouds.data["jd"], clouds.data["aws"]
    jd["customer_gateways"].append({"customer_gateway_id": "cgw-x", "customer_gateway_name": "branch"})
    jd["vpn_connections"].append(
        {"vpn_connection_id": "vpnconn-x", "vpn_connection_name": "branch", "bgw_id": "bgw-jd"}
    )
    jd["vpn_tunnels"].append({"vpn_connection_id": "vpnconn-x", "tunnel_ip": "169.254.12.0/30", "psk_digest": None})
    jd["border_gateway_routes"].append(
        {"bgw_route_destination": "192.168.7.0/24", "bgw_route_nexthop": "vpnconn-x", "origin": "static"}
    )
    jd["route_tables"][0]["route_propagations"].append({"bgw_id": "bgw-jd", "propagation_cidrs": "192.168.7.0/24"})
    aws["customer_gateways"].append(
        {"customer_gateway_id": "cgw-y", "ip_address": "52.8.8.8", "tags": {}, "state": "available"}
    )
    aws["vpn_connections"].append(
        {"vpn_connection_id": "vpn-y", "customer_gateway_id": "cgw-y", "vpn_gateway_id": "vgw-aws", "state": "available",
         "tags": {"Name": "branch"}, "tunnels": [], "routes": []}
    )  # fmt: skip


@given(ROUTING, SEEDS)
def test_what_is_not_ours_stays(routing: str, seed: int) -> None:
    case = Case.of(routing=routing)
    clouds = Clouds(case.sites)
    foreign(clouds)
    before = held(clouds)
    clouds.join(case, seed)
    clouds.work(case, "a", gone(case).plan(clouds.gathered(seed)))
    assert held(clouds) == before


def test_another_link_of_the_same_site_stays_whole() -> None:
    sites = {"jd": jdcloud_site(), "aws": aws_site(1), "far": aws_site(2)}
    links = [{"name": "a", "ends": ["jd", "aws"]}, {"name": "b", "ends": ["jd", "far"], "routing": "static"}]
    both, first = Case(sites, links), Case(sites, links[:1])
    clouds = Clouds(sites).join(Case(sites, links[1:]))
    before = held(clouds)
    clouds.join(first)
    mixed = Case(sites, [{**links[0], "state": "absent"}, links[1]])
    plans = mixed.plans(clouds.gathered(4))
    assert plans["b"]["converged"]
    clouds.work(both, "a", plans["a"])
    assert held(clouds) == before


ADOPTED = [
    {"jdcloud_customer_gateway_id"},
    {"jdcloud_vpn_connection_id"},
    {"aws_vpn_connection_ids"},
    {"jdcloud_customer_gateway_id", "jdcloud_vpn_connection_id", "aws_vpn_connection_ids"},
]


@pytest.mark.parametrize("adopted", ADOPTED, ids=lambda x: "+".join(sorted(x)))
def test_what_is_adopted_stays(adopted: set[str]) -> None:
    case = Case.of(routing="static")
    clouds = Clouds(case.sites).join(case)
    jd, aws = clouds.data["jd"], clouds.data["aws"]
    ids = {
        "jdcloud_customer_gateway_id": jd["customer_gateways"][0]["customer_gateway_id"],
        "jdcloud_vpn_connection_id": jd["vpn_connections"][0]["vpn_connection_id"],
        "aws_vpn_connection_ids": [x["vpn_connection_id"] for x in aws["vpn_connections"]],
    }
    if "aws_vpn_connection_ids" in adopted:
        for record in (*aws["customer_gateways"], *aws["vpn_connections"]):
            record["tags"] = {}
    adopt = {key: ids[key] for key in adopted}
    plan = gone(Case.of(routing="static", adopt=adopt)).plan(clouds.gathered())
    kinds = {x["kind"] for x in plan["actions"]}
    removals = plan["removals"]
    assert (removals["customer_gateway_id"] is None) is ("jdcloud_customer_gateway_id" in adopted)
    assert (removals["vpn_connection_id"] is None) is ("jdcloud_vpn_connection_id" in adopted)
    assert (removals["aws_connections"] == []) is ("aws_vpn_connection_ids" in adopted)
    # Children go with an owned parent only.
    connection_kinds = {"jdcloud_vpn_connection", "jdcloud_vpn_tunnel", "jdcloud_border_gateway_route"}
    assert kinds & connection_kinds == (set() if "jdcloud_vpn_connection_id" in adopted else connection_kinds)
    assert ("jdcloud_customer_gateway" in kinds) is ("jdcloud_customer_gateway_id" not in adopted)
    for kind in ("aws_vpn_connection", "aws_customer_gateway"):
        assert (kind in kinds) is ("aws_vpn_connection_ids" not in adopted)


def adopted_network(table: list[str]) -> tuple[Case, Clouds]:
    """A link on a VPC and a border gateway that somebody else has made, whose table learned ranges before us."""
    sites = {"jd": jdcloud_site(vpc={"id": "vpc-0"}, border_gateway={"id": "bgw-0"}), "aws": aws_site()}
    clouds = Clouds(sites, {"jd": ["10.1.0.0/16"]})
    clouds.data["jd"]["route_tables"][0]["route_propagations"] = [
        {"bgw_id": "bgw-0", "propagation_cidrs": ",".join(x)} for x in [table] if x
    ]
    return Case(sites), clouds


@pytest.mark.parametrize(
    "learned", [[], ["192.168.7.0/24"], ["172.16.0.0/16"], ["172.16.0.0/16", "192.168.7.0/24"], ["0.0.0.0/0"]]
)
def test_an_adopted_table_learns_afterwards_what_it_learned_before(learned: list[str]) -> None:
    case, clouds = adopted_network(learned)
    before = held(clouds)
    clouds.join(case)
    assert case.plan(clouds.gathered())["converged"]
    clouds.work(case, "a", gone(case).plan(clouds.gathered()))
    assert held(clouds) == before
    assert gone(case).plan(clouds.gathered())["converged"]


def two_links() -> tuple[Case, Clouds]:
    """Two links between the same two gateways, made at once."""
    case = Case(links=[{"name": name, "ends": ["jd", "aws"]} for name in ("a", "b")])
    return case, Clouds(case.sites).join(case)


def test_a_range_stays_learned_while_another_link_leads_to_the_same_gateway() -> None:
    case, clouds = two_links()
    first: dict[str, Any] = {**case.links[0], "state": "absent"}
    plan = Case(case.sites, [first]).plan(clouds.gathered())
    assert plan["removals"]["propagations"] == []
    clouds.work(case, "a", plan)
    assert Case(case.sites, case.links[1:]).plan(clouds.gathered(), "b")["converged"]
    second = gone(Case(case.sites, case.links[1:])).plan(clouds.gathered(), "b")
    assert second["removals"]["propagations"] == [{"route_table_id": "rtb-jd", "cidrs": ["172.16.0.0/16"]}]


def test_two_links_to_the_same_gateway_that_go_together_leave_nothing() -> None:
    case, clouds = two_links()
    for name, plan in gone(case).plans(clouds.gathered()).items():
        clouds.work(case, name, plan)
    assert held(clouds) == held(Clouds(case.sites))
    assert all(plan["converged"] for plan in gone(case).plans(clouds.gathered()).values())


def test_removal_needs_no_master_secret_and_no_right_key() -> None:
    case = Case.of(psks={"1-1": OWN_KEYS["1-1"]}, psk_generation=3)
    clouds = Clouds(case.sites).join(case)
    again = Case.of(psk_generation=1, state="absent")
    again.master = "too short to derive anything"
    clouds.work(case, "a", again.plan(clouds.gathered()))
    assert again.plan(clouds.gathered())["converged"]
