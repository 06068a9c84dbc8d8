# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a broken-off run has left: the next plan lists exactly what is missing and interrupts nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import addressing, naming, passing, site_plan, sites
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.view import site_gateway
from hypothesis import given
from hypothesis import strategies as st

from .world import SLOTS, Case, Clouds, Record, aws_site

TUNNEL, ROUTE = "create jdcloud_vpn_tunnel", "create jdcloud_border_gateway_route"
PROPAGATION = "create jdcloud_route_propagation"
# Every write of a link's creation, in order, and how a plan calls what is missing without it.
BGP = [
    "create jdcloud_customer_gateway",
    "create jdcloud_vpn_connection",
    "create aws_customer_gateway 1",
    "create aws_customer_gateway 2",
    "create aws_vpn_connection 1",
    "create aws_vpn_connection 2",
    "modify jdcloud_customer_gateway",
    *[TUNNEL] * 4,
    PROPAGATION,
]
STATIC = [*BGP[:6], "modify aws_vpn_connection 1", "modify aws_vpn_connection 2", *BGP[6:11], ROUTE, PROPAGATION]
WRITES = {"bgp": BGP, "static": STATIC}
CASES = [(routing, done) for routing, writes in WRITES.items() for done in range(len(writes) + 1)]


def left_after(routing: str, done: int) -> Counter[str]:
    """What a plan must list after so many writes: a connection that does not exist gets its static routes with it."""
    writes = WRITES[routing]
    left = [
        write
        for write in writes[done:]
        if not (
            write.startswith("modify aws_vpn_connection") and f"create {write.removeprefix('modify ')}" in writes[done:]
        )
    ]
    return Counter(write.removesuffix(" 1").removesuffix(" 2") for write in left)


def listed(plan: Record) -> Counter[str]:
    return Counter(f"{action['verb']} {action['kind']}" for action in plan["actions"])


def half_made(routing: str, done: int, seed: int = 0) -> tuple[Case, Clouds, Record]:
    """The clouds after the first writes, and the plan that was broken off."""
    case = Case.of(routing=routing)
    clouds = Clouds(case.sites)
    plan = case.plan(clouds.gathered(seed))
    assert clouds.work(case, "a", plan, done) == WRITES[routing][:done]
    return case, clouds, plan


def known(plan: Record, key: str) -> dict[str, str]:
    return {x["slot"]: x[key] for x in plan["summary"]["tunnels"] if x[key]}


@pytest.mark.parametrize(("routing", "done"), CASES)
def test_exactly_what_is_missing_is_listed_and_then_done(routing: str, done: int) -> None:
    case, clouds, first = half_made(routing, done)
    plan = case.plan(clouds.gathered(1))
    assert listed(plan) == left_after(routing, done)
    assert plan["interrupts"] == plan["notes"] == plan["blocked"] == []
    # Blocks are decided by the first plan, addresses by the clouds.
    assert known(plan, "inside_cidr") == known(first, "inside_cidr")
    again = clouds.work(case, "a", plan)
    assert Counter(again) == Counter(WRITES[routing][done:])
    after = case.plan(clouds.gathered(2))
    assert after["text"] == []
    for key in ("inside_cidr", "jdcloud_ip", "aws_ip"):
        assert known(plan, key).items() <= known(after, key).items()
    assert len(known(after, "aws_ip")) == len(set(known(after, "aws_ip").values())) == 4


@given(st.sampled_from(CASES), st.lists(st.integers(0, 9999), min_size=3, max_size=3), st.integers(1, 4))
def test_it_may_be_broken_off_again_and_again(which: tuple[str, int], seeds: list[int], more: int) -> None:
    routing, done = which
    case, clouds, _plan = half_made(routing, done, seeds[0])
    while (plan := case.plan(clouds.gathered(seeds[1])))["actions"]:
        assert plan["interrupts"] == []
        assert clouds.work(case, "a", plan, more)
    assert case.plan(clouds.gathered(seeds[2]))["converged"]
    assert [len(clouds.data["jd"][key]) for key in ("customer_gateways", "vpn_connections", "vpn_tunnels")] == [1, 1, 4]
    assert [len(clouds.data["aws"][key]) for key in ("customer_gateways", "vpn_connections")] == [2, 2]


@pytest.mark.parametrize(("routing", "done"), CASES)
def test_stand_ins_are_used_only_at_create_and_never_once_aws_has_told_its_own(routing: str, done: int) -> None:
    case, clouds, first = half_made(routing, done)
    assert first["jdcloud_customer_gateway"]["initial_customer_ips"] == addressing.standins("a")
    params = case.plan(clouds.gathered())["jdcloud_customer_gateway"]
    outside = [x["outside_ip_address"] for c in clouds.data["aws"]["vpn_connections"] for x in c["tunnels"]]
    assert ("initial_customer_ips" in params) is (done == 0)
    assert sorted(params["customer_ips"] or ()) == (sorted(outside) if len(outside) == 4 else [])


def test_a_customer_gateway_made_after_aws_has_told_its_addresses_gets_them_at_once() -> None:
    case, clouds, _plan = half_made("bgp", 6)
    clouds.data["jd"]["customer_gateways"].clear()
    clouds.data["jd"]["vpn_connections"].clear()
    plan = case.plan(clouds.gathered())
    outside = {x["outside_ip_address"] for c in clouds.data["aws"]["vpn_connections"] for x in c["tunnels"]}
    assert set(plan["jdcloud_customer_gateway"]["customer_ips"]) == outside
    assert "initial_customer_ips" not in plan["jdcloud_customer_gateway"]
    assert listed(plan) == Counter({"create jdcloud_customer_gateway": 1, "create jdcloud_vpn_connection": 1,
                                    TUNNEL: 4, PROPAGATION: 1})  # fmt: skip
    assert "AWS's addresses are known" in plan["text"][0]


@pytest.mark.parametrize("address", [1, 2])
def test_one_aws_connection_is_there_and_the_other_not_even_begun(address: int) -> None:
    """Another order than ours: its blocks and its JD address stay, and the other JD address is left for the other."""
    case, clouds, first = half_made("bgp", 6)
    aws = clouds.data["aws"]
    other = str(3 - address)
    for key in ("customer_gateways", "vpn_connections"):
        aws[key] = [x for x in aws[key] if x["tags"]["intercloud.vpn/address"] != other]
    kept = aws["customer_gateways"][0]["ip_address"]
    for seed in range(4):
        plan = case.plan(clouds.gathered(seed))
        assert listed(plan) == Counter({"create aws_customer_gateway": 1, "create aws_vpn_connection": 1,
                                        "modify jdcloud_customer_gateway": 1, TUNNEL: 4, PROPAGATION: 1})  # fmt: skip
        ends = {far["address"]: far["ip_address"] for far in plan["aws_connections"]}
        assert ends[address] == kept
        assert set(ends.values()) == set(clouds.data["jd"]["vpn_connections"][0]["cloud_public_ip"])
        assert known(plan, "inside_cidr") == known(first, "inside_cidr")
        assert set(known(plan, "aws_ip")) == {slot for slot in SLOTS if slot[0] == str(address)}


def test_a_lost_customer_gateway_tag_does_not_lose_its_address() -> None:
    case, clouds, _plan = half_made("bgp", 4)
    told = clouds.data["jd"]["vpn_connections"][0]["cloud_public_ip"]
    first, second = clouds.data["aws"]["customer_gateways"]
    del first["tags"]["intercloud.vpn/address"]
    plan = case.plan(clouds.gathered())
    assert [far["ip_address"] for far in plan["aws_connections"]] == [first["ip_address"], second["ip_address"]]
    assert {first["ip_address"], second["ip_address"]} == set(told)
    assert listed(plan)["create aws_customer_gateway"] == 0


def test_the_actions_come_in_the_order_of_the_tutorial() -> None:
    case = Case.of(routing="static")
    plan = case.plan(Clouds(case.sites).gathered())
    assert plan["steps"] == ["jdcloud_customer_gateway", "jdcloud_vpn_connection", "aws_vpn_connections",
                             "jdcloud_customer_ips", "jdcloud_vpn_tunnels", "jdcloud_routes",
                             "jdcloud_propagations"]  # fmt: skip
    assert [action["step"] for action in plan["actions"]] == sorted(
        (action["step"] for action in plan["actions"]), key=plan["steps"].index
    )
    assert "(known after apply)" in plan["text"][-3]


def test_a_site_without_gateways_blocks_its_own_link_only_and_is_planned_for_in_a_preview() -> None:
    sites = {**Case().sites, "far": {**Case().sites["aws"], "vpc": {"cidr": "192.168.0.0/16"}}}
    case = Case(sites, [{"name": "a", "ends": ["jd", "aws"]}, {"name": "b", "ends": ["jd", "far"]}])
    clouds = Clouds(sites)
    for key in ("vpn_gateways", "vpcs", "route_tables"):
        clouds.data["far"][key].clear()
    plans = case.plans(clouds.gathered())
    assert (plans["a"]["blocked"], plans["b"]["blocked"]) == ([], ["site far has no gateway; run the sites first"])
    assert (
        "site far has no gateway yet; the sites' run makes it first"
        in case.plan(clouds.gathered(), "b", preview=True)["notes"]
    )
    plan = case.plan(clouds.gathered(), "b", preview=True)
    assert plan["blocked"] == []
    assert listed(plan) == left_after("bgp", 0)
    assert {far["vpn_gateway_id"] for far in plan["aws_connections"]} == {"(known after apply)"}


def detached(clouds: Clouds) -> None:
    clouds.data["aws"]["vpn_gateways"][0]["vpc_attachments"] = []


def unattached(clouds: Clouds) -> None:
    clouds.data["jd"]["vpc_attachments"].clear()


def without_vpc(clouds: Clouds) -> None:
    clouds.data["jd"]["vpcs"].clear()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (detached, "the gateway of site aws is attached to no VPC"),
        (unattached, "the gateway of site jd is attached to no VPC"),
        (without_vpc, "site jd has no VPC"),
    ],
)
def test_no_link_is_made_whose_tunnels_would_carry_nothing(spoil: Any, reason: str) -> None:
    case = Case()
    clouds = Clouds(case.sites)
    spoil(clouds)
    plan = case.plan(clouds.gathered())
    assert plan["blocked"] == [f"{reason}; run the sites first"]
    assert not plan["side_by_side"]
    assert case.plan(clouds.gathered(), preview=True)["blocked"] == []


@pytest.mark.parametrize("spoil", [detached, unattached])
def test_a_link_that_is_as_it_should_be_needs_nothing_of_its_sites(spoil: Any) -> None:
    case = Case()
    clouds = Clouds(case.sites).join(case)
    spoil(clouds)
    plan = case.plan(clouds.gathered(), made_sites=["jd", "aws"])
    assert (plan["converged"], plan["blocked"]) == (True, [])


def test_a_site_that_could_not_be_made_fails_its_own_links() -> None:
    sites = {**Case().sites, "far": {**Case().sites["aws"], "vpc": {"cidr": "192.168.0.0/16"}}}
    sites["far"]["subnets"] = [{"name": "late", "cidr": "192.168.1.0/24"}]
    case = Case(sites, [{"name": "a", "ends": ["jd", "aws"]}, {"name": "b", "ends": ["jd", "far"]}])
    plans = case.plans(Clouds(sites).gathered(), made_sites=list(sites))
    assert plans["a"]["blocked"] == []
    (reason,) = plans["b"]["blocked"]
    assert reason.startswith("site far could not be made, it still lacks: create ec2_vpc_subnet late")
    assert case.plan(Clouds(sites).gathered(), "b")["blocked"] == []


def test_a_preview_is_completed_with_gateways_that_were_made_since() -> None:
    case = Case()
    clouds = Clouds(case.sites)
    wanted = case.plan(clouds.gathered())
    bgw_id, vgw_id = "bgw-new", "vgw-new"
    clouds.data["jd"]["border_gateways"].clear()
    clouds.data["aws"]["vpn_gateways"].clear()
    plan = case.plan(clouds.gathered(), preview=True)
    assert passing.without_gateways(plan, "jd", "aws") == ["jd", "aws"]
    half = passing.with_gateways(plan, bgw_id, "")
    assert passing.without_gateways(half, "jd", "aws") == ["aws"]
    whole = passing.with_gateways(half, "", vgw_id)
    assert passing.without_gateways(whole, "jd", "aws") == []
    connection = wanted["jdcloud_vpn_connection"]
    mark = naming.read_mark(connection["description"])
    assert whole["jdcloud_vpn_connection"]["bgw_id"] == bgw_id
    assert naming.read_mark(whole["jdcloud_vpn_connection"]["description"]) == {**mark, "aws": vgw_id}
    assert {far["vpn_gateway_id"] for far in whole["aws_connections"]} == {vgw_id}
    for key in ("tunnel_options", "tags"):
        assert [far[key] for far in whole["aws_connections"]] == [far[key] for far in wanted["aws_connections"]]


# Two runs at once may each make a virtual private gateway.


def gateways(*attached: bool) -> list[dict[str, Any]]:
    at = [{"vpc_id": "vpc-aws", "state": "attached"}]
    return [
        {"vpn_gateway_id": f"vgw-{n}", "name": "aws-vgw", "amazon_side_asn": 65001, "tags": {"intercloud.vpn/site": "aws"},
         "vpc_attachments": at if yes else []}
        for n, yes in enumerate(attached, 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("attached", "kept", "surplus"),
    [((False, True), "vgw-2", ["vgw-1"]), ((False, False, False), "vgw-1", ["vgw-2", "vgw-3"]), ((True,), "vgw-1", [])],
)
def test_the_gateway_that_serves_is_kept(attached: tuple[bool, ...], kept: str, surplus: list[str]) -> None:
    site, _faults = sites.parse("aws", aws_site())
    assert site is not None
    gathered = {"vpn_gateways": gateways(*attached)}
    gateway, faults = site_gateway(site, gathered)
    assert (gateway or {}).get("vpn_gateway_id") == kept
    assert faults == []
    plan = site_plan.build(site, gathered)
    assert plan.params["surplus_vpn_gateway_ids"] == plan.removals["surplus_vpn_gateway_ids"] == surplus
    assert [action.name for action in plan.actions if action.verb == "delete"] == surplus


def test_two_attached_gateways_are_a_fault() -> None:
    site, _faults = sites.parse("aws", aws_site())
    assert site is not None
    gateway, (fault,) = site_gateway(site, {"vpn_gateways": gateways(True, True, False)})
    assert gateway is None
    assert "more than one gateway is named aws-vgw and marked as ours: vgw-1, vgw-2" in str(fault)
