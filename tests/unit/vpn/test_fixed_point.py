# SPDX-License-Identifier: GPL-3.0-or-later
"""Once both clouds match a plan, the next plan is empty, in whatever order they answer and however things are named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .world import OWN_KEYS, SLOTS, Case, Clouds, Record, aws_site, jdcloud_site

SEEDS = st.integers(0, 9999)
LINKS = st.fixed_dictionaries(
    {},
    optional={
        "routing": st.sampled_from(["bgp", "static"]),
        "psk_generation": st.integers(1, 12),
        "uid": st.sampled_from(["a", "renamed-once", "0_x"]),
        "psks": st.sampled_from([OWN_KEYS, {"2-3": OWN_KEYS["2-3"]}, {}]),
        "tunnels": st.sampled_from(
            [
                {"1-1": {"inside_cidr": "169.254.9.0/30", "bandwidth_mbps": 100}},
                {
                    "2-4": {"admin_status": "DOWN", "proposal": {"ike_version": 1}},
                    "1-2": {"inside_cidr": "169.254.0.4/30"},
                },
            ]
        ),
        "proposal": st.sampled_from([{"ike_dh_group": 14, "ipsec_pfs_group": 5}, {"ike_integrity": "SHA384"}]),
        "ranges": st.sampled_from([{"jd": ["10.1.8.0/24"]}, {"aws": ["172.16.4.0/22", "172.16.1.0/24"]}]),
    },
)


def empty(plan: Record) -> None:
    assert plan["text"] == []
    assert plan["converged"] is True
    assert plan["steps"] == plan["actions"] == plan["interrupts"] == plan["blocked"] == []


def ends(answer: Record) -> set[tuple[str, str, str, str]]:
    """Slot, JD address, AWS address and block of each tunnel, as AWS's records and their tags have them."""
    gateways = {x["customer_gateway_id"]: x["ip_address"] for x in answer["aws"]["customer_gateways"]}
    found = set()
    for connection in answer["aws"]["vpn_connections"]:
        slots = {block: tag[-3:] for tag, block in connection["tags"].items() if tag.startswith("intercloud.vpn/slot-")}
        for tunnel in connection["tunnels"]:
            block, ip = tunnel["tunnel_inside_cidr"], gateways[connection["customer_gateway_id"]]
            found.add((slots[block], ip, tunnel["outside_ip_address"], block))
    return found


@given(LINKS, st.booleans(), SEEDS, SEEDS)
def test_the_plan_is_a_fixed_point(link: Record, masked: bool, first: int, second: int) -> None:
    case = Case.of(**link)
    clouds = Clouds(case.sites).join(case, first)
    plan = case.plan(clouds.gathered(second, masked))
    empty(plan)
    notes = [f"slot {slot}: {cloud} does not reveal the key; judged by the mark alone"
             for cloud, slots in (("AWS", OWN_KEYS), ("JD Cloud", OWN_KEYS)) for slot in slots]  # fmt: skip
    assert sorted(plan["notes"]) == (sorted(notes) if masked else [])


@given(LINKS, SEEDS)
def test_the_plan_of_an_adopted_network_is_a_fixed_point(link: Record, seed: int) -> None:
    """VPCs, gateways and route tables given by id; the VPCs' ranges are known only once they were read."""
    jd = jdcloud_site(vpc={"id": "vpc-0a"}, border_gateway={"id": "bgw-0a"}, route_tables=["rtb-1", "rtb-2"])
    aws = aws_site(vpc={"id": "vpc-0b"}, vpn_gateway={"id": "vgw-0b", "asn": 65300})
    case = Case({"jd": jd, "aws": aws}, Case.of(**link).links)
    real = {"jd": ["10.1.0.0/17", "10.1.128.0/17"], "aws": ["172.16.0.0/16", "100.64.0.0/20"]}
    clouds = Clouds(case.sites, real).join(case, seed)
    plan = case.plan(clouds.gathered(seed + 1))
    empty(plan)
    chosen = link.get("ranges") or {}
    assert plan["summary"]["ranges"]["jd"] == sorted(chosen.get("jd") or real["jd"])
    assert plan["summary"]["ranges"]["aws"] == sorted(chosen.get("aws") or real["aws"])
    for table in clouds.data["jd"]["route_tables"]:
        learned = table["route_propagations"][0]["propagation_cidrs"].split(",")
        assert learned == sorted(chosen.get("aws") or real["aws"])


@given(st.sampled_from(["bgp", "static"]), SEEDS)
def test_adopted_connections_are_a_fixed_point_whatever_they_are_called(routing: str, seed: int) -> None:
    case = Case.of(routing=routing, psks=OWN_KEYS)
    clouds = Clouds(case.sites).join(case, seed)
    before = {slot: (ip, block) for slot, ip, _outside, block in ends(clouds.data)}
    jd, aws = clouds.data["jd"], clouds.data["aws"]
    jd["customer_gateways"][0].update(customer_gateway_name="by-hand", description="mine")
    jd["vpn_connections"][0].update(vpn_connection_name="by-hand", description=None)
    for record in (*aws["customer_gateways"], *aws["vpn_connections"]):
        record["tags"] = {"Name": "by-hand"}
        if "device_name" in record:
            record["device_name"] = "by-hand"
    adopt = {
        "jdcloud_customer_gateway_id": jd["customer_gateways"][0]["customer_gateway_id"],
        "jdcloud_vpn_connection_id": jd["vpn_connections"][0]["vpn_connection_id"],
        "aws_vpn_connection_ids": [c["vpn_connection_id"] for c in aws["vpn_connections"]],
    }
    # Nothing tells an order of addresses and tunnels now but the addresses and the inventory themselves.
    told = sorted(jd["vpn_connections"][0]["cloud_public_ip"])
    keys, inside = {}, {}
    for slot, (ip, block) in before.items():
        renamed = next(x for x in SLOTS if x[0] == str(told.index(ip) + 1) and x not in inside)
        keys[renamed], inside[renamed] = OWN_KEYS[slot], {"inside_cidr": block}
    link = {"routing": routing, "adopt": adopt, "psks": keys, "tunnels": inside}
    plan = Case.of(**link).plan(clouds.gathered(seed))
    empty(plan)
    assert [far["ip_address"] for far in plan["aws_connections"]] == told


def test_which_address_is_the_first_is_pinned_by_aws_and_not_by_an_order() -> None:
    case = Case()
    clouds = Clouds(case.sites).join(case)
    first = [far["ip_address"] for far in case.plan(clouds.gathered())["aws_connections"]]
    for seed in range(6):
        answer = clouds.gathered(seed)
        plan = case.plan(answer)
        assert [far["ip_address"] for far in plan["aws_connections"]] == first
        pairs = {(x["slot"], x["jdcloud_ip"], x["aws_ip"], x["inside_cidr"]) for x in plan["summary"]["tunnels"]}
        assert pairs == ends(answer)


def test_links_that_share_a_site_do_not_disturb_each_other() -> None:
    sites = {"jd": jdcloud_site(), "aws": aws_site(1), "far": aws_site(2)}
    case = Case(
        sites, [{"name": "a", "ends": ["jd", "aws"]}, {"name": "b", "ends": ["far", "jd"], "routing": "static"}]
    )
    clouds = Clouds(sites).join(case)
    for plan in case.plans(clouds.gathered(3)).values():
        empty(plan)


FOREIGN: dict[str, Record] = {
    "wider propagation": {"route_propagations": [{"bgw_id": "bgw-jd", "propagation_cidrs": "0.0.0.0/0"}]},
    "more propagated": {
        "route_propagations": [
            {"bgw_id": "bgw-other", "propagation_cidrs": "172.16.0.0/16"},
            {"bgw_id": "bgw-jd", "propagation_cidrs": "172.16.0.0/12, 192.168.7.0/24"},
        ]
    },
}


@pytest.mark.parametrize("table", FOREIGN.values(), ids=FOREIGN)
def test_a_route_table_that_learns_more_than_asked_is_left_alone(table: Record) -> None:
    case = Case()
    clouds = Clouds(case.sites).join(case)
    clouds.data["jd"]["route_tables"][0].update(table)
    empty(case.plan(clouds.gathered()))


def test_what_the_clouds_add_by_themselves_is_no_difference() -> None:
    case = Case.of(routing="static")
    clouds = Clouds(case.sites).join(case)
    jd, aws = clouds.data["jd"], clouds.data["aws"]
    jd["border_gateway_routes"].append(
        {"bgw_route_destination": "10.1.0.0/16", "bgw_route_nexthop": "att-1", "origin": "propagated"}
    )
    jd["border_gateway_routes"].append(
        {"bgw_route_destination": "10.9.0.0/16", "origin": "propagated",
         "bgw_route_nexthop": jd["vpn_connections"][0]["vpn_connection_id"]}
    )  # fmt: skip
    for tunnel in jd["vpn_tunnels"]:
        tunnel.update(ike_mode="main", ipsec_sa_lifepkt=0, ipsec_sa_lifebyte=0, bandwidth_mbps=200, op_status="DOWN")
    for connection in aws["vpn_connections"]:
        connection["tags"]["CostCentre"] = "42"
        connection["routes"].append({"destination_cidr_block": "10.77.0.0/16", "state": "deleted"})
        for tunnel in connection["tunnels"]:
            tunnel.update(rekey_margin_time_seconds=270, replay_window_size=1024, log_enabled=False)
    aws["vpn_connections"].append(
        {"vpn_connection_id": "vpn-old", "state": "deleted", "tags": dict(connection["tags"]), "tunnels": [],
         "vpn_gateway_id": "vgw-aws", "customer_gateway_id": "cgw-old"}
    )  # fmt: skip
    empty(case.plan(clouds.gathered(5)))


def summary_of(link: Record) -> Any:
    case = Case.of(**link)
    return case.plan(Clouds(case.sites).join(case).gathered())["summary"]


def test_the_summary_tells_addresses_ids_and_states() -> None:
    summary = summary_of({"routing": "static"})
    assert (summary["jdcloud"]["asn"], summary["aws"]["asn"]) == (65000, 65001)
    assert len(summary["aws"]["vpn_connection_ids"]) == len(summary["aws"]["customer_gateway_ids"]) == 2
    assert [x["slot"] for x in summary["tunnels"]] == list(OWN_KEYS)
    for tunnel in summary["tunnels"]:
        assert (tunnel["op_status"], tunnel["aws_status"], tunnel["admin_status"]) == ("UP", "DOWN", "UP")
        assert all(tunnel.values())


def test_what_no_link_understands_is_left_alone() -> None:
    """IPv6, odd notations and empty fields of things that are not ours."""
    case = Case()
    clouds = Clouds(case.sites).join(case)
    jd, aws = clouds.data["jd"], clouds.data["aws"]
    jd["route_tables"][0]["route_propagations"][0]["propagation_cidrs"] += ",2400:3200::/32,10.9.0.1/16,"
    jd["vpn_connections"].append({"vpn_connection_id": "vpnconn-x", "bgw_id": "bgw-jd"})
    jd["vpn_tunnels"] += [
        {"vpn_connection_id": "vpnconn-x", "tunnel_ip": x, "psk_digest": None}
        for x in (None, "", "fd00::/126", "10.0.0.1/30")
    ]
    aws["vpn_connections"].append(
        {"vpn_connection_id": "vpn-x", "vpn_gateway_id": "vgw-aws", "state": "available", "tags": {},
         "tunnels": [{"tunnel_inside_cidr": None, "psk_digest": None}]}
    )  # fmt: skip
    empty(case.plan(clouds.gathered(2)))
