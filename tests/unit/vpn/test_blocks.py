# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside blocks: valid on both clouds, unique on every gateway, and never moved by other links.

Hashes of 1,018 blocks hardly ever meet. So most properties are also shown with a pool so small that they must.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import addressing
from hypothesis import given
from hypothesis import strategies as st

from .world import Case, Clouds, Record, aws_site, jdcloud_site

JDCLOUD_POOLS = [ipaddress.ip_network(x) for x in ("169.254.0.0/20", "10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12")]
AWS_RESERVED = {ipaddress.ip_network(f"169.254.{n}.0/30") for n in range(6)} | {
    ipaddress.ip_network("169.254.169.252/30")
}
JD_SITES, AWS_SITES = 2, 3
PAIRS = [(f"jd{j}", f"aws{a}") for j in range(JD_SITES) for a in range(AWS_SITES)]
POOL_SIZES = st.sampled_from([28, 40, 1018])


@contextmanager
def pool(size: int) -> Iterator[None]:
    """Only so many blocks."""
    blocks = addressing.BLOCKS[:size]
    with patch.object(addressing, "BLOCKS", blocks):
        yield


@st.composite
def meshes(draw: Any, least: int = 1) -> Case:
    """Links of random names between some of the pairs of two JD Cloud and three AWS sites."""
    pairs = draw(st.lists(st.sampled_from(PAIRS), min_size=least, max_size=len(PAIRS), unique=True))
    numbers = draw(st.lists(st.integers(0, 999), min_size=len(pairs), max_size=len(pairs), unique=True))
    sites = {f"jd{j}": jdcloud_site(j) for j in range(JD_SITES)}
    sites.update({f"aws{a}": aws_site(a + 1, transit=True) for a in range(AWS_SITES)})
    links = [{"name": f"link-{n}", "ends": list(pair)} for n, pair in zip(numbers, pairs, strict=True)]
    return Case(sites, links, {link["name"]: link["ends"] for link in links})


def blocks(plans: Record) -> dict[str, dict[str, str]]:
    """Link → slot → block, and nothing else may say otherwise."""
    for plan in plans.values():
        options = {x["slot"]: x["tunnel_inside_cidr"] for far in plan["aws_connections"] for x in far["tunnel_options"]}
        assert options == {x["slot"]: x["tunnel_ip"] for x in plan["jdcloud_vpn_tunnels"]}
        assert options == {x["slot"]: x["inside_cidr"] for x in plan["summary"]["tunnels"]}
    return {name: {x["slot"]: x["tunnel_ip"] for x in plan["jdcloud_vpn_tunnels"]} for name, plan in plans.items()}


def part(case: Case, names: list[str]) -> Case:
    """The same inventory, seen by a job slice that has only these links."""
    return Case(case.sites, [link for link in case.links if link["name"] in names], case.topology)


def reads(case: Case, clouds: Clouds) -> Record:
    """What a slice reads: the sites of its own links."""
    ends = {end for link in case.links for end in link["ends"]}
    return {name: site for name, site in clouds.gathered().items() if name in ends}


def without_topology(case: Case, names: list[str]) -> Case:
    """An inventory that has only these links."""
    return Case(case.sites, [link for link in case.links if link["name"] in names])


def stranger(clouds: Clouds, site: str, inside: list[str]) -> None:
    """Somebody else's tunnels on a site's gateway."""
    here = clouds.data[site]
    if here["kind"] == "aws":
        here["vpn_connections"].append(
            {"vpn_connection_id": "vpn-stranger", "vpn_gateway_id": f"vgw-{site}", "state": "available", "tags": {},
             "customer_gateway_id": "cgw-stranger", "tunnels": [{"tunnel_inside_cidr": x, "psk_digest": None} for x in inside]}
        )  # fmt: skip
    else:
        here["vpn_connections"].append({"vpn_connection_id": "vpnconn-stranger", "bgw_id": f"bgw-{site}"})
        here["vpn_tunnels"] += [
            {"vpn_connection_id": "vpnconn-stranger", "tunnel_ip": x, "psk_digest": None} for x in inside
        ]


@given(meshes(), st.sets(st.integers(0, 11), max_size=2), POOL_SIZES)
def test_every_block_is_valid_on_both_clouds_and_unique_on_each_gateway(
    case: Case, foreign: set[int], size: int
) -> None:
    with pool(size):
        strange = [str(addressing.BLOCKS[n]) for n in sorted(foreign)]
        clouds = Clouds(case.sites)
        for site in case.sites:
            stranger(clouds, site, strange)
        plans = case.plans(clouds.gathered())
    for site in case.sites:
        here = [b for link in case.links if site in link["ends"] for b in blocks(plans)[link["name"]].values()]
        assert len({*here, *strange}) == len(here) + len(strange)
    for plan in plans.values():
        for tunnel in plan["jdcloud_vpn_tunnels"]:
            block = ipaddress.ip_network(tunnel["tunnel_ip"])
            assert block.prefixlen == 30
            assert any(block.subnet_of(each) for each in JDCLOUD_POOLS)
            assert block.subnet_of(ipaddress.ip_network("169.254.0.0/16"))
            assert block not in AWS_RESERVED
            first, second = block.hosts()
            assert tunnel["local_tunnel_ip"] == str(second)
            (row,) = [x for x in plan["summary"]["tunnels"] if x["slot"] == tunnel["slot"]]
            assert (row["aws_inside_ip"], row["jdcloud_inside_ip"]) == (str(first), str(second))


@given(meshes(), st.randoms(use_true_random=False), POOL_SIZES)
def test_the_order_of_links_sites_and_answers_changes_no_new_block(case: Case, chance: Any, size: int) -> None:
    with pool(size):
        clouds = Clouds(case.sites)
        before = blocks(case.plans(clouds.gathered()))
        chance.shuffle(case.links)
        for key in ("sites", "topology"):
            items = list(getattr(case, key).items())
            chance.shuffle(items)
            setattr(case, key, dict(items))
        assert blocks(case.plans(clouds.gathered(chance.randrange(99)))) == before


@given(meshes(least=2), st.data(), POOL_SIZES)
def test_a_slice_allots_as_the_whole_does(case: Case, data: Any, size: int) -> None:
    names = data.draw(st.lists(st.sampled_from([x["name"] for x in case.links]), min_size=1, unique=True))
    with pool(size):
        clouds, some = Clouds(case.sites), part(case, names)
        whole = blocks(case.plans(clouds.gathered()))
        assert blocks(some.plans(reads(some, clouds))) == {name: whole[name] for name in names}


@given(meshes(least=2), st.data(), POOL_SIZES)
def test_a_slice_allots_as_the_whole_does_when_some_links_exist(case: Case, data: Any, size: int) -> None:
    names = [link["name"] for link in case.links]
    old = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    some = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    with pool(size):
        first = part(case, old)
        clouds = Clouds(case.sites).join(first)
        whole = blocks(case.plans(clouds.gathered()))
        sliced = part(case, some)
        assert blocks(sliced.plans(reads(sliced, clouds))) == {name: whole[name] for name in some}


def crowded(prefix: str, kind: str) -> Case:
    """Six links of one gateway: with 28 blocks there is room for them, and hardly for one more."""
    if kind == "jdcloud":
        sites = {"hub": jdcloud_site(), **{f"far{n}": aws_site(n) for n in range(1, 7)}}
    else:
        sites = {"hub": aws_site(transit=True), **{f"far{n}": jdcloud_site(n) for n in range(1, 7)}}
    links = [{"name": f"{prefix}-{n}", "ends": ["hub", f"far{n}"]} for n in range(1, 7)]
    return Case(sites, links, {link["name"]: link["ends"] for link in links})


@pytest.mark.parametrize("prefix", ["a", "b", "c", "d"])
@pytest.mark.parametrize(("kind", "writes"), [("jdcloud", 99), ("aws", 99), ("aws", 6)])
def test_links_outside_a_slice_keep_what_they_have_and_get_no_second_turn(
    prefix: str, kind: str, writes: int | None
) -> None:
    """Also where the others are half made: AWS holds their connections, and JD Cloud no tunnel yet."""
    case = crowded(prefix, kind)
    with pool(28):
        clouds = Clouds(case.sites)
        clouds.data["hub"]["quotas"] = {"connections_per_gateway": 12}
        first = part(case, [f"{prefix}-{n}" for n in (1, 3, 5)])
        for name, plan in first.plans(clouds.gathered()).items():
            clouds.work(first, name, plan, writes)
        whole = blocks(case.plans(clouds.gathered()))
        for n in (2, 4, 6):
            slice_ = part(case, [f"{prefix}-{n}"])
            assert blocks(slice_.plans(reads(slice_, clouds))) == {f"{prefix}-{n}": whole[f"{prefix}-{n}"]}


@given(meshes(least=2), st.data(), POOL_SIZES)
def test_adding_removing_and_reordering_links_changes_no_block_that_exists(case: Case, data: Any, size: int) -> None:
    names = [link["name"] for link in case.links]
    old = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    kept = data.draw(st.lists(st.sampled_from(old), min_size=1, unique=True))
    with pool(size):
        first = without_topology(case, old)
        clouds = Clouds(case.sites)
        before = blocks(first.plans(clouds.gathered()))
        clouds.join(first)
        everything = case.plans(clouds.gathered(1))
        assert {name: blocks(everything)[name] for name in old} == before
        assert all(everything[name]["converged"] for name in old)
        fewer = without_topology(case, kept).plans(clouds.gathered(2))
        assert blocks(fewer) == {name: before[name] for name in kept}
        clouds.join(case)
        case.links.reverse()
        assert {name: blocks(case.plans(clouds.gathered(3)))[name] for name in old} == before


def test_adding_a_link_leaves_the_new_blocks_of_the_others_unless_they_meet() -> None:
    case = Case(
        {"jd": jdcloud_site(), **{f"aws{n}": aws_site(n) for n in range(1, 6)}},
        [{"name": f"link-{n}", "ends": ["jd", f"aws{n}"]} for n in range(1, 6)],
    )
    clouds = Clouds(case.sites)
    whole = blocks(case.plans(clouds.gathered()))
    assert blocks(without_topology(case, ["link-1"]).plans(clouds.gathered()))["link-1"] == whole["link-1"]


def test_the_first_choice_is_the_same_for_ever() -> None:
    """Another answer here would move the blocks of links that are planned by two versions."""
    chosen = [str(addressing.choose_block("north-virginia", slot, ())) for slot in ("1-1", "1-2", "2-3", "2-4")]
    assert chosen == ["169.254.5.88/30", "169.254.7.40/30", "169.254.2.108/30", "169.254.9.180/30"]
    told = ["192.175.48.33", "192.31.196.73", "192.175.48.59", "192.175.48.229"]
    assert addressing.standins("north-virginia") == told


def test_there_are_1018_blocks_and_then_the_user_is_told() -> None:
    assert len(addressing.BLOCKS) == 1018
    assert addressing.choose_block("a", "1-1", set(addressing.BLOCKS)) is None
    case = Case()
    clouds = Clouds(case.sites)
    stranger(clouds, "jd", [str(x) for x in addressing.BLOCKS[:1015]])
    message = case.refusal(clouds.gathered())
    assert "link a: no inside block is free for slot 2-4; all 1018 are in use. Remedy: use another gateway." in message


def test_an_inside_block_of_the_inventory_wins_and_is_not_given_to_another_link() -> None:
    probe = Case({"jd": jdcloud_site(), "aws": aws_site(), "far": aws_site(2)},
                 [{"name": "a", "ends": ["jd", "aws"]}, {"name": "b", "ends": ["jd", "far"]}])  # fmt: skip
    clouds = Clouds(probe.sites)
    wish = blocks(probe.plans(clouds.gathered()))["a"]["1-1"]
    probe.links[1]["tunnels"] = {"2-3": {"inside_cidr": wish}}
    found = blocks(probe.plans(clouds.gathered()))
    assert found["b"]["2-3"] == wish
    assert wish not in found["a"].values()


@given(st.lists(st.from_regex(r"[a-z0-9-]{1,28}", fullmatch=True), min_size=2, max_size=5, unique=True))
def test_stand_ins_are_globally_routable_and_distinct_within_a_link(uids: list[str]) -> None:
    for uid in uids:
        chosen = addressing.standins(uid)
        assert len(set(chosen)) == 4
        assert chosen == addressing.standins(uid)
        assert all(ipaddress.ip_address(ip).is_global and addressing.is_standin(ip) for ip in chosen)


def test_the_stand_ins_of_many_links_are_never_the_same_four() -> None:
    chosen = {frozenset(addressing.standins(f"link-{n}")) for n in range(300)}
    assert len(chosen) == 300


RANGES = st.lists(st.tuples(st.integers(0, 255), st.integers(9, 24)), max_size=8)


@given(st.dictionaries(st.sampled_from("abcd"), RANGES))
def test_overlaps_are_those_that_comparing_every_pair_finds(drawn: dict[str, list[tuple[int, int]]]) -> None:
    ranges = {
        owner: [ipaddress.IPv4Network((int(ipaddress.IPv4Address(f"10.{n}.0.0")), p), strict=False) for n, p in pairs]
        for owner, pairs in drawn.items()
    }
    slow = sorted(
        (sorted([(left, str(x)), (right, str(y))]))
        for left in ranges for right in ranges if left < right
        for x in ranges[left] for y in ranges[right] if x.overlaps(y)
    )  # fmt: skip
    quick = sorted(sorted([(a, str(x)), (b, str(y))]) for a, x, b, y in addressing.overlaps(ranges))
    assert quick == slow


@pytest.mark.parametrize("value", ["169.254.0.0/30", "169.254.5.0/30", "169.254.16.0/30", "169.254.169.252/30",
                                   "10.0.0.0/30", "169.254.8.0/29", "169.254.8.1/30", "169.254.8.0", "?", "", None, 7])  # fmt: skip
def test_what_is_no_inside_block_for_both(value: object) -> None:
    block, (fault,) = addressing.parse_block(value, "here")
    assert block is None
    assert str(fault).startswith(
        f"here: {value!r} is not an inside block for both clouds. Allowed: a /30 of 169.254.0.0/20"
    )


@pytest.mark.parametrize("value", ["169.254.0.4/30", "169.254.6.0/30", "169.254.15.252/30"])
def test_what_is_an_inside_block_for_both(value: str) -> None:
    block, faults = addressing.parse_block(value, "here")
    assert (str(block), faults) == (value, [])
