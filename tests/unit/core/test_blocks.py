# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside blocks: valid on both clouds, unique on every gateway, and never moved by other links."""

from __future__ import annotations

import copy
import ipaddress
from typing import Any

from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import addressing
from hypothesis import given
from hypothesis import strategies as st

from . import world as w

JDCLOUD_POOLS = [ipaddress.ip_network(x) for x in ("169.254.0.0/20", "10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12")]
AWS_RESERVED = {f"169.254.{n}.0/30" for n in range(6)} | {"169.254.169.252/30"}
NAMES = st.lists(st.from_regex(r"[a-z][a-z0-9]{0,11}", fullmatch=True), min_size=1, max_size=8, unique=True)


def hub(names: list[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Links of one JD site to an AWS site each."""
    sites = {"hub": w.jdcloud_site(1), **{f"far-{name}": w.aws_site(n) for n, name in enumerate(names)}}
    return sites, [{"name": name, "ends": ["hub", f"far-{name}"]} for name in names]


def blocks(plans: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [x["tunnel_ip"] for x in plan["jdcloud_vpn_tunnels"]] for name, plan in plans.items()}


@given(NAMES)
def test_blocks_are_valid_on_both_clouds_and_unique_on_the_gateway(names: list[str]) -> None:
    sites, links = hub(names)
    plans, faults = w.plan(sites, links, w.with_sites(sites))
    assert faults == []
    found = [block for each in blocks(plans).values() for block in each]
    assert len(set(found)) == 4 * len(names)
    for plan in plans.values():
        for tunnel in plan["jdcloud_vpn_tunnels"]:
            block = ipaddress.ip_network(tunnel["tunnel_ip"])
            assert block.prefixlen == 30
            assert any(block.subnet_of(pool) for pool in JDCLOUD_POOLS)
            assert block.subnet_of(ipaddress.ip_network("169.254.0.0/16"))
            assert str(block) not in AWS_RESERVED
            assert tunnel["local_tunnel_ip"] == str(block[2])


@given(NAMES, st.randoms(use_true_random=False))
def test_the_order_of_links_changes_no_block(names: list[str], chance: Any) -> None:
    sites, links = hub(names)
    before, _faults = w.plan(sites, links, w.with_sites(sites))
    chance.shuffle(links)
    after, _faults = w.plan(sites, links, w.with_sites(sites))
    assert blocks(after) == blocks(before)


@given(NAMES, st.data())
def test_adding_and_removing_links_changes_no_block_of_one_that_exists(names: list[str], data: Any) -> None:
    old = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    sites, links = hub(names)
    first = [link for link in links if link["name"] in old]
    plans, _faults = w.plan(sites, first, w.with_sites(sites))
    clouds = w.carry_out(sites, first, w.with_sites(sites), plans)
    everything, faults = w.plan(sites, links, clouds)
    assert faults == []
    assert {name: blocks(everything)[name] for name in old} == blocks(plans)
    alone, _faults = w.plan(sites, first[:1], clouds)
    assert blocks(alone)[first[0]["name"]] == blocks(plans)[first[0]["name"]]


@given(NAMES)
def test_a_slice_allots_as_the_whole_does(names: list[str]) -> None:
    sites, links = hub(names)
    topology = {link["name"]: link["ends"] for link in links}
    whole, _faults = w.plan(sites, links, w.with_sites(sites), topology=topology)
    for link in links:
        part, _faults = w.plan(sites, [link], w.with_sites(sites), topology=topology)
        assert blocks(part)[link["name"]] == blocks(whole)[link["name"]]


def test_a_collision_is_probed_past() -> None:
    start = addressing.choose_block("a", "1-1", ())
    assert start is not None
    second = addressing.choose_block("a", "1-1", {start})
    assert second is not None
    assert second != start
    assert addressing.choose_block("a", "1-1", set(addressing.BLOCKS)) is None
    assert len(addressing.BLOCKS) == 1018


def test_a_block_of_a_stranger_on_either_gateway_is_not_taken() -> None:
    sites, links = hub(["a"])
    plans, _faults = w.plan(sites, links, w.with_sites(sites))
    taken = blocks(plans)["a"]
    clouds = w.with_sites(sites)
    stranger = {"vpn_connection_id": "vpn-x", "state": "available", "vpn_gateway_id": "vgw-far-a", "tags": {}}
    clouds["far-a"]["vpn_connections"] = [{**stranger, "tunnels": [{"tunnel_inside_cidr": taken[0]}]}]
    clouds["hub"]["vpn_connections"] = [{"vpn_connection_id": "vpnconn-x", "bgw_id": "bgw-hub", "description": ""}]
    clouds["hub"]["vpn_tunnels"] = [{"vpn_connection_id": "vpnconn-x", "tunnel_ip": taken[1]}]
    again = blocks(w.plan(sites, links, copy.deepcopy(clouds))[0])["a"]
    assert not {taken[0], taken[1]} & set(again)
    assert again[2:] == taken[2:]


def test_stand_ins_are_globally_routable_distinct_and_not_those_of_another_link() -> None:
    chosen = addressing.standins("north-virginia")
    assert len(set(chosen)) == 4
    assert all(ipaddress.ip_address(ip).is_global and addressing.is_standin(ip) for ip in chosen)
    assert set(chosen) != set(addressing.standins("north-ireland"))
