# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: a fixed point once the clouds match it; half-made links are completed; interruptions are named."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import addressing, psk
from hypothesis import given
from hypothesis import strategies as st

from . import world as w

SITES = {"jd": w.jdcloud_site(1), "aws": w.aws_site(1)}


def link(**more: Any) -> dict[str, Any]:
    return {"name": "a", "ends": ["jd", "aws"], **more}


def converged(**more: Any) -> dict[str, Any]:
    masked = more.pop("masked", False)
    one = link(**more)
    plans, faults = w.plan(SITES, [one], w.with_sites(SITES))
    assert faults == []
    return w.carry_out(SITES, [one], w.with_sites(SITES), plans, masked)


def verbs(plan: dict[str, Any]) -> list[tuple[str, str]]:
    return [(action["verb"], action["kind"]) for action in plan["actions"]]


@given(st.sampled_from(["bgp", "static"]), st.booleans(), st.integers(1, 9), st.booleans(), st.integers(0, 99))
def test_the_plan_is_a_fixed_point(routing: str, own: bool, generation: int, masked: bool, seed: int) -> None:
    more: dict[str, Any] = {"routing": routing, "psk_generation": generation}
    if own:
        more["psks"] = {"1-1": "own_key_of_mine", "2-4": "another_own_key"}
    clouds = w.shuffle(converged(**more, masked=masked), seed)
    plans, faults = w.plan(SITES, [link(**more)], clouds)
    assert faults == []
    assert plans["a"]["text"] == []
    assert plans["a"]["converged"]
    assert any("does not reveal the key" in note for note in plans["a"]["notes"]) is masked


def test_from_nothing_everything_is_created_in_the_order_of_the_tutorial() -> None:
    plans, faults = w.plan(SITES, [link()], w.with_sites(SITES))
    assert faults == []
    assert plans["a"]["steps"] == [
        "jdcloud_customer_gateway",
        "jdcloud_vpn_connection",
        "aws_vpn_connections",
        "jdcloud_customer_ips",
        "jdcloud_vpn_tunnels",
        "jdcloud_routes",
    ]
    assert plans["a"]["interrupts"] == []
    assert len(plans["a"]["jdcloud_customer_gateway"]["initial_customer_ips"]) == 4


def _without(clouds: dict[str, Any], *keys: tuple[str, str]) -> dict[str, Any]:
    for site, key in keys:
        clouds[site][key] = []
    return clouds


def test_half_made_links_are_completed_and_interrupt_nothing() -> None:
    whole = converged(routing="static")
    one = [link(routing="static")]

    def actions(clouds: dict[str, Any]) -> list[tuple[str, str]]:
        plans, faults = w.plan(SITES, one, clouds)
        assert faults == []
        assert plans["a"]["interrupts"] == []
        return verbs(plans["a"])

    some = copy.deepcopy(whole)
    del some["jd"]["vpn_tunnels"][1:]
    assert actions(some) == [("create", "jdcloud_vpn_tunnel")] * 3
    some = _without(copy.deepcopy(whole), ("jd", "border_gateway_routes"))
    assert actions(some) == [("create", "jdcloud_border_gateway_route")]
    some = copy.deepcopy(whole)
    some["jd"]["route_tables"][0]["route_propagations"] = []
    assert actions(some) == [("create", "jdcloud_route_propagation")]
    some = copy.deepcopy(whole)
    some["aws"]["vpn_connections"][0]["routes"] = []
    assert actions(some) == [("modify", "aws_vpn_connection")]

    some = _without(copy.deepcopy(whole), ("jd", "vpn_tunnels"), ("jd", "border_gateway_routes"))
    some["jd"]["customer_gateways"][0]["customer_ips"] = addressing.standins("a")
    assert actions(some)[0] == ("modify", "jdcloud_customer_gateway")
    plans, _faults = w.plan(SITES, one, some)
    outside = {x["outside_ip_address"] for c in some["aws"]["vpn_connections"] for x in c["tunnels"]}
    # No stand-in once AWS has told its own.
    assert set(plans["a"]["jdcloud_customer_gateway"]["customer_ips"]) == outside

    del some["aws"]["vpn_connections"][1]
    assert actions(some)[0] == ("create", "aws_vpn_connection"), "its customer gateway is used again"
    del some["aws"]["customer_gateways"][1]
    assert actions(some)[:2] == [("create", "aws_customer_gateway"), ("create", "aws_vpn_connection")]
    kept = {x["tunnel_inside_cidr"] for x in some["aws"]["vpn_connections"][0]["tunnels"]}
    plans, _faults = w.plan(SITES, one, some)
    assert kept == {x["tunnel_ip"] for x in plans["a"]["jdcloud_vpn_tunnels"] if x["slot"].startswith("1-")}


def test_which_address_is_the_first_is_pinned_by_aws_not_by_an_order() -> None:
    clouds = converged()
    told = clouds["jd"]["vpn_connections"][0]["cloud_public_ip"]
    told.reverse()
    plans, _faults = w.plan(SITES, [link()], clouds)
    assert plans["a"]["converged"]
    assert [c["ip_address"] for c in plans["a"]["aws_connections"]] == told[::-1]


INTERRUPTING = [
    ("jd", "vpn_tunnels", "ike_cipher", "aes128"),
    ("jd", "vpn_tunnels", "ipsec_key_exchange", "modp2048"),
    ("jd", "vpn_tunnels", "ike_sa_life_sec", 3600),
    ("jd", "vpn_tunnels", "psk_digest", "0123456789abcdef"),
    ("aws", "tunnels", "phase1_dh_group_numbers", [14]),
    ("aws", "tunnels", "phase2_lifetime_seconds", 1800),
    ("aws", "tunnels", "dpd_timeout_action", "clear"),
    ("aws", "tunnels", "psk_digest", "0123456789abcdef"),
]


@pytest.mark.parametrize(("site", "key", "field", "value"), INTERRUPTING)
def test_what_interrupts_one_tunnel_names_that_tunnel(site: str, key: str, field: str, value: Any) -> None:
    clouds = converged()
    if site == "jd":
        tunnel = clouds["jd"]["vpn_tunnels"][0]
    else:
        connection = next(c for c in clouds["aws"]["vpn_connections"] if c["tags"]["intercloud.vpn/address"] == "1")
        tunnel = next(x for x in connection["tunnels"] if x["slot"] == "1-1")
    tunnel[field] = value
    plans, faults = w.plan(SITES, [link()], clouds)
    assert faults == []
    assert plans["a"]["interrupts"] == ["1-1"]
    assert "INTERRUPTS 1-1" in plans["a"]["text"][0]


def test_what_does_not_interrupt() -> None:
    clouds = converged()
    clouds["jd"]["vpn_tunnels"][0]["admin_status"] = "DOWN"
    clouds["aws"]["vpn_connections"][0]["tags"].pop("Name")
    plans, _faults = w.plan(SITES, [link(tunnels={"1-2": {"bandwidth_mbps": 100}})], clouds)
    assert len(plans["a"]["actions"]) == 3
    assert plans["a"]["interrupts"] == []


def test_a_new_routing_interrupts_every_tunnel_and_aws_can_not_do_it() -> None:
    plans, faults = w.plan(SITES, [link(routing="static")], converged())
    assert plans["a"]["interrupts"] == ["1-1", "1-2", "2-3", "2-4"]
    assert any("static_routes_only" in fault for fault in faults)


def test_another_master_secret_and_an_older_generation_are_refused() -> None:
    other = w.MASTER[::-1]
    _plans, faults = w.plan(SITES, [link()], converged(), master=other)
    assert any("another master secret" in fault for fault in faults)
    assert all(other not in fault for fault in faults)
    _plans, faults = w.plan(SITES, [link()], converged(psk_generation=2))
    assert any("set vpn_link_psk_generation: 2" in fault for fault in faults)


def test_a_missing_gateway_blocks_its_own_link_only_and_is_planned_for_in_a_preview() -> None:
    sites = {**SITES, "aws2": w.aws_site(2)}
    two = [link(), {"name": "b", "ends": ["jd", "aws2"]}]
    clouds = w.with_sites(sites)
    clouds["aws2"] = w.empty(sites)["aws2"]
    plans, faults = w.plan(sites, two, clouds)
    assert faults == []
    assert plans["b"]["blocked"] == ["site aws2 has no gateway; run the sites first"]
    assert plans["a"]["blocked"] == []
    plans, faults = w.plan(sites, two, clouds, preview=True)
    assert faults == []
    assert plans["b"]["blocked"] == []


def test_removal_lists_what_is_ours_and_then_nothing() -> None:
    clouds = converged(routing="static")
    plans, faults = w.plan(SITES, [link(state="absent")], clouds)
    assert faults == []
    assert plans["a"]["steps"] == ["remove_jdcloud_routes", "remove_jdcloud_vpn", "remove_aws_vpn"]
    assert verbs(plans["a"]).count(("delete", "jdcloud_vpn_tunnel")) == 4
    gone = plans["a"]["removals"]
    assert gone["vpn_connection_id"] == "vpnconn-a"
    assert len(gone["aws_connections"]) == len(gone["aws_customer_gateways"]) == 2
    assert gone["propagations"] == [{"route_table_id": "rtb-jd", "cidrs": ["10.101.0.0/16"]}]
    plans, _faults = w.plan(SITES, [link(state="absent")], w.with_sites(SITES))
    assert plans["a"]["converged"]


def test_what_is_adopted_is_used_and_never_removed() -> None:
    clouds = converged()
    ids = [c["vpn_connection_id"] for c in clouds["aws"]["vpn_connections"]]
    adopt = {
        "jdcloud_customer_gateway_id": "cgw-a",
        "jdcloud_vpn_connection_id": "vpnconn-a",
        "aws_vpn_connection_ids": ids,
    }
    clouds["jd"]["vpn_connections"][0]["description"] = "made by hand"
    clouds["jd"]["customer_gateways"][0].update(description="by hand", customer_gateway_name="mine")
    for connection in clouds["aws"]["vpn_connections"]:
        connection["tags"] = {}
    for gateway in clouds["aws"]["customer_gateways"]:
        gateway["tags"] = {}
    plans, faults = w.plan(SITES, [link(adopt=adopt)], clouds)
    assert faults == []
    assert plans["a"]["interrupts"] == ["1-1", "1-2", "2-3", "2-4"] or plans["a"]["converged"]
    plans, faults = w.plan(SITES, [link(adopt=adopt, state="absent")], clouds)
    assert faults == []
    assert [kind for _verb, kind in verbs(plans["a"])] == ["jdcloud_route_propagation"]


def test_no_plan_and_no_message_holds_a_key() -> None:
    keys = {"1-1": "own_key_of_mine"}
    texts = []
    for clouds in (w.with_sites(SITES), converged(psks=keys), converged()):
        plans, faults = w.plan(SITES, [link(psks=keys)], clouds)
        texts.append(json.dumps([plans, faults]))
    secrets = [w.MASTER, *keys.values(), *(psk.derive(w.MASTER, "a", s, 1) for s in ("1-1", "1-2", "2-3", "2-4"))]
    for secret in secrets:
        assert all(secret not in text for text in texts)
