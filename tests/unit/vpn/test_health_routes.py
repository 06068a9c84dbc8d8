# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes, on every table on the way: missing, not propagated, elsewhere, shadowed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import health, health_tables, planner
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.addressing import Network

from .living import AWS_SUBNET, JD_SUBNET, Living
from .world import SLOTS, Record

FAR, NEAR = "172.16.0.0/16", JD_SUBNET


def forget(routes: list[Record], key: str, value: str) -> None:
    found = [route for route in routes if route[key] == value]
    assert found
    for route in found:
        routes.remove(route)


def test_the_border_gateway_has_learned_nothing() -> None:
    living = Living()
    hop = living.connection["vpn_connection_id"]
    forget(living.jd["border_gateway_routes"], "bgw_route_nexthop", hop)
    link = living.look(expectation="any_tunnel")
    (finding,) = link["findings"]
    assert (finding["level"], finding["verdict"]) == ("error", "BGP up, no routes")
    assert finding["text"] == f"border gateway bgw-jd has learned no route to {FAR} by BGP from {hop}"
    assert (link["expectation_met"], link["worth_waiting"]) == (False, True)
    assert link["waiting_for"] == [f"BGP up, no routes: {finding['text']}"]


def test_without_a_tunnel_nothing_is_said_of_what_is_learned() -> None:
    living = Living()
    forget(living.jd["border_gateway_routes"], "bgw_route_nexthop", living.connection["vpn_connection_id"])
    forget(living.jd_rules, "next_hop_id", "bgw-jd")
    forget(living.aws_routes, "target", "vgw-aws")
    living.down(*SLOTS)
    assert {x[2] for x in living.findings()} == {"IPsec down"}


def test_another_border_gateway_of_the_same_name_does_not_count() -> None:
    living = Living()
    hop = living.connection["vpn_connection_id"]
    (route,) = [x for x in living.jd["border_gateway_routes"] if x["bgw_route_nexthop"] == hop]
    route["bgw_id"] = "bgw-other"
    assert living.finding()[2] == "BGP up, no routes"


def test_a_static_link_needs_the_whole_range_on_aws() -> None:
    living = Living("static")
    next(x for x in living.aws_routes if x["target"] == "vgw-aws")["destination"] = NEAR
    level, _slot, verdict, text = living.finding()
    assert (level, verdict) == ("error", "route missing")
    assert text.startswith("table rtb-aws of subnet apps has learned no route to 10.1.0.0/16 from vgw-aws")


def test_subnets_that_the_link_does_not_carry_are_not_looked_at() -> None:
    living = Living(ranges={"jd": [NEAR]})
    living.jd["vpcs"][0]["subnets"].append(
        {"subnet_id": "subnet-2", "subnet_name": "data", "address_prefix": "10.1.2.0/24", "route_table_id": "rtb-2"}
    )
    living.case.sites["jd"]["subnets"].append({"name": "data", "cidr": "10.1.2.0/24"})
    assert living.findings() == []
    living.case.links[0]["ranges"] = {}
    assert {x[2] for x in living.findings()} == {"routes there, no propagation"}


def test_a_static_route_that_is_missing_on_the_border_gateway() -> None:
    living = Living("static")
    forget(living.jd["border_gateway_routes"], "bgw_route_destination", FAR)
    level, _slot, verdict, text = living.finding()
    assert (level, verdict) == ("error", "not configured")
    assert text.startswith(f"border gateway bgw-jd has no static route {FAR} to ")


def test_a_static_route_that_is_missing_on_an_aws_connection() -> None:
    living = Living("static")
    connection = living.aws_connection("2-3")
    connection["routes"].clear()
    level, _slot, verdict, text = living.finding()
    assert (level, verdict) == ("error", "not configured")
    assert text == f"AWS's connection {connection['vpn_connection_id']} has no static route 10.1.0.0/16"


def test_the_border_gateway_sends_the_range_elsewhere() -> None:
    living = Living()
    living.jd["border_gateway_routes"].append(living.bgw_route(FAR, "vif-1", 120))
    level, _slot, verdict, text = living.finding()
    assert (level, verdict) == ("error", "wrong next hop")
    assert text.startswith(f"border gateway bgw-jd: {FAR} to {living.connection['vpn_connection_id']} is shadowed by")
    assert f"{FAR} → vif-1 (propagated)" in text


def test_another_route_that_ranks_behind_does_not_matter() -> None:
    living = Living()
    living.jd["border_gateway_routes"].append(living.bgw_route(FAR, "vif-1", 200))
    assert living.findings() == []


@pytest.mark.parametrize("cloud", ["jd", "aws"])
def test_a_propagation_that_is_missing(cloud: str) -> None:
    living = Living()
    if cloud == "jd":
        forget(living.jd_rules, "next_hop_id", "bgw-jd")
        living.jd["route_tables"][0]["route_propagations"].clear()
        wanted = f"no propagation of {FAR} from bgw-jd into table rtb-jd of subnet apps"
    else:
        forget(living.aws_routes, "target", "vgw-aws")
        living.aws["route_tables"][0]["propagating_gateway_ids"].clear()
        wanted = f"no propagation of {NEAR} from vgw-aws into table rtb-aws of subnet apps"
    link = living.look()
    (finding,) = link["findings"]
    assert (finding["level"], finding["verdict"], finding["text"]) == ("error", "routes there, no propagation", wanted)
    assert (link["expectation_met"], link["worth_waiting"]) == (False, False)


@pytest.mark.parametrize("cloud", ["jd", "aws"])
def test_a_static_rule_serves_as_well_as_a_propagation(cloud: str) -> None:
    living = Living()
    if cloud == "jd":
        forget(living.jd_rules, "next_hop_id", "bgw-jd")
        living.jd["route_tables"][0]["route_propagations"].clear()
        living.jd_rules.append(living.jd_rule("172.16.0.0/12", "bgw-jd"))
    else:
        forget(living.aws_routes, "target", "vgw-aws")
        living.aws["route_tables"][0]["propagating_gateway_ids"].clear()
        living.aws_routes.extend(living.aws_route(x, "vgw-aws") for x in ("10.1.1.0/25", "10.1.1.128/25"))
    assert living.findings() == []


@pytest.mark.parametrize(("cloud", "table"), [("jd", "rtb-jd"), ("aws", "rtb-aws")])
def test_a_table_that_propagates_and_has_learned_nothing(cloud: str, table: str) -> None:
    living = Living()
    if cloud == "jd":
        forget(living.jd_rules, "next_hop_id", "bgw-jd")
    else:
        forget(living.aws_routes, "target", "vgw-aws")
    level, _slot, verdict, text = living.finding()
    assert (level, verdict) == ("error", "BGP up, no routes")
    assert text.startswith(f"table {table} of subnet apps has learned no route to")


@pytest.mark.parametrize("cloud", ["jd", "aws"])
def test_of_a_static_link_bgp_is_not_spoken(cloud: str) -> None:
    living = Living("static")
    if cloud == "jd":
        forget(living.jd_rules, "next_hop_id", "bgw-jd")
    else:
        forget(living.aws_routes, "target", "vgw-aws")
    level, _slot, verdict, text = living.finding()
    assert (level, verdict) == ("error", "route missing")
    assert "although it propagates" in text


@pytest.mark.parametrize("cloud", ["jd", "aws"])
def test_a_table_that_sends_the_range_elsewhere(cloud: str) -> None:
    living = Living()
    if cloud == "jd":
        forget(living.jd_rules, "next_hop_id", "bgw-jd")
        living.jd_rules.append(living.jd_rule("172.16.0.0/12", "i-router"))
        wanted = (
            f"table rtb-jd of subnet apps sends {FAR} to i-router (172.16.0.0/12 → i-router (static)), not to bgw-jd"
        )
    else:
        forget(living.aws_routes, "target", "vgw-aws")
        living.aws_routes.append(living.aws_route("10.0.0.0/8", "tgw-1"))
        wanted = f"table rtb-aws of subnet apps sends {NEAR} to tgw-1 (10.0.0.0/8 → tgw-1 (static)), not to vgw-aws"
    assert living.finding() == ("error", "", "wrong next hop", wanted)


def test_a_blackhole() -> None:
    living = Living()
    next(x for x in living.aws_routes if x["target"] == "vgw-aws")["state"] = "blackhole"
    level, _slot, verdict, text = living.finding()
    assert (level, verdict) == ("error", "wrong next hop")
    assert text.endswith("is a blackhole")


SHADOWS = [
    ("jd", FAR, 100, "error"),
    ("jd", FAR, 200, None),
    ("jd", "172.16.1.0/24", 200, "warning"),
    ("aws", NEAR, 0, "error"),
    ("aws", "10.1.1.128/25", 0, "warning"),
    ("aws", "10.0.0.0/8", 0, None),
]


@pytest.mark.parametrize(("cloud", "destination", "priority", "level"), SHADOWS)
def test_a_route_that_wins(cloud: str, destination: str, priority: int, level: str | None) -> None:
    living = Living()
    if cloud == "jd":
        living.jd_rules.append(living.jd_rule(destination, "i-router", priority))
    else:
        living.aws_routes.append(living.aws_route(destination, "i-router"))
    if level is None:
        assert living.findings() == []
        return
    found, _slot, verdict, text = living.finding()
    assert (found, verdict) == (level, "wrong next hop")
    assert text.endswith(f"is shadowed by {destination} → i-router (static)")
    assert living.look()["expectation_met"] is (level == "warning")


def test_two_halves_shadow_the_whole() -> None:
    living = Living()
    living.jd_rules.extend(living.jd_rule(x, "i-router") for x in ("172.16.0.0/17", "172.16.128.0/17"))
    assert living.finding()[0] == "error"


def test_a_subnet_that_the_attachment_does_not_propagate() -> None:
    living = Living()
    forget(living.jd["border_gateway_routes"], "bgw_route_nexthop", "att-1")
    texts = [x[3] for x in living.findings() if x[2] == "routes there, no propagation"]
    assert texts == [
        f"the VPC attachment does not propagate subnet apps {JD_SUBNET} to border gateway bgw-jd",
        "border gateway bgw-jd has no route into its own VPC (10.1.0.0/16)",
    ]


def test_an_aws_gateway_without_its_vpc() -> None:
    living = Living()
    living.aws["vpn_gateways"][0]["vpc_attachments"].clear()
    assert living.finding() == ("error", "", "not configured", "AWS's gateway vgw-aws is not attached to VPC vpc-aws")


def second_table(living: Living, cloud: str) -> None:
    """A subnet of its own with a table that knows nothing of the link."""
    if cloud == "jd":
        living.jd["vpcs"][0]["subnets"].append(
            {"subnet_id": "subnet-2", "subnet_name": "data", "address_prefix": "10.1.2.0/24", "route_table_id": "rtb-2"}
        )
        living.jd["route_tables"].append(
            {"route_table_id": "rtb-2", "route_table_type": "custom", "vpc_id": "vpc-jd", "subnet_ids": ["subnet-2"]}
        )
        living.jd["border_gateway_routes"].append(living.bgw_route("10.1.2.0/24", "att-1", 120))
        living.aws_routes.append(living.aws_route("10.1.2.0/24", "vgw-aws", propagated=True))
    else:
        living.aws["subnets"].append({"subnet_id": "subnet-2", "name": "data", "cidr_block": "172.16.2.0/24"})
        living.aws["route_tables"].append(
            {"route_table_id": "rtb-2", "main": False, "subnet_ids": ["subnet-2"], "vpc_id": "vpc-aws", "routes": []}
        )


@pytest.mark.parametrize("cloud", ["jd", "aws"])
@pytest.mark.parametrize("by", ["data", "subnet-2"])
def test_only_subnets_that_are_named_are_looked_at(cloud: str, by: str) -> None:
    living = Living()
    second_table(living, cloud)
    assert living.findings() == []
    found = living.findings(subnets={cloud: [by]})
    assert found
    assert {x[2] for x in found} == {"routes there, no propagation"}
    assert all(x[3].endswith("into table rtb-2 of subnet data") for x in found)


@pytest.mark.parametrize("cloud", ["jd", "aws"])
def test_without_subnets_in_the_inventory_those_of_our_tables_are_looked_at(cloud: str) -> None:
    living = Living()
    second_table(living, cloud)
    del living.case.sites[cloud]["subnets"]
    assert living.findings() == []
    if cloud == "jd":
        forget(living.jd_rules, "next_hop_id", "bgw-jd")
    else:
        forget(living.aws_routes, "target", "vgw-aws")
    texts = [x[3] for x in living.findings()]
    assert texts
    assert all(" of subnet apps has learned no route" in text for text in texts)


@pytest.mark.parametrize("cloud", ["jd", "aws"])
def test_without_any_subnet_our_tables_are_looked_at(cloud: str) -> None:
    living = Living()
    if cloud == "jd":
        living.jd["vpcs"][0]["subnets"].clear()
        forget(living.jd_rules, "next_hop_id", "bgw-jd")
    else:
        living.aws["subnets"].clear()
        forget(living.aws_routes, "target", "vgw-aws")
    assert living.finding()[3].startswith(f"table rtb-{cloud} has learned no route")


def test_a_subnet_that_does_not_exist_is_a_fault() -> None:
    living = Living()
    inventory = planner.read_inventory(living.case.sites, living.case.links, None, living.case.master)
    question = health.Question(subnets={"jd": ["apps", "typo"]})
    _found, faults = health.examine(inventory, living.clouds.gathered(), question)
    assert [str(fault) for fault in faults] == [
        "subnets.jd: 'typo' is no subnet of the site's VPC. Allowed: apps. Remedy: correct it."
    ]


def test_ranges_of_a_link_narrow_what_is_looked_at() -> None:
    living = Living(ranges={"aws": [AWS_SUBNET]})
    assert living.findings() == []


ENTRIES = [
    health_tables.Entry(Network("10.0.0.0/8"), "a", 10, "static"),
    health_tables.Entry(Network("10.1.0.0/16"), "b", 100, "static"),
    health_tables.Entry(Network("10.1.0.0/16"), "c", 50, "static"),
    health_tables.Entry(Network("0.0.0.0/0"), "d", 1, "static"),
]


@pytest.mark.parametrize(("wanted", "hop"), [("10.1.2.0/24", "c"), ("10.2.0.0/16", "a"), ("10.0.0.0/8", "a")])
def test_the_longest_prefix_and_then_the_rank_decide(wanted: str, hop: str) -> None:
    found = health_tables.used(ENTRIES, Network(wanted))
    assert found is not None
    assert found.hop == hop


def test_a_default_route_is_no_answer() -> None:
    assert health_tables.used(ENTRIES, Network("192.168.0.0/16")) is None


@pytest.mark.parametrize(
    ("parts", "result"),
    [([], False), (["10.0.0.0/8"], True), (["10.1.0.0/17", "10.1.128.0/17"], True), (["10.1.0.0/17"], False)],
)
def test_networks_that_together_cover_another(parts: list[str], result: Any) -> None:
    assert health_tables.covers([Network(x) for x in parts], Network("10.1.0.0/16")) is result
