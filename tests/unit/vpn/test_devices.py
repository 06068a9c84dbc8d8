# SPDX-License-Identifier: GPL-3.0-or-later
"""Links whose one end is a VPN device: their shape, their plans, and what the device is told."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render import families
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device
from hypothesis import given
from hypothesis import strategies as st

from .test_fixed_point import empty
from .world import Case, Clouds, Record, aws_site, device, jdcloud_site

SEEDS = st.integers(0, 9999)
COUNTS = st.sampled_from([1, 2, 4])
ROUTING = st.sampled_from(["bgp", "static"])
JD_SLOTS = {1: ["1-1", "2-1"], 2: ["1-1", "2-2"], 4: ["1-1", "1-2", "2-3", "2-4"]}
AWS_SLOTS = {1: ["1-1", "1-2"], 2: JD_SLOTS[4], 4: [*JD_SLOTS[4], "3-5", "3-6", "4-7", "4-8"]}


def case(ends: list[str], addresses: int = 1, **link: Any) -> Case:
    sites = {"jd": jdcloud_site(), "aws": aws_site(), "hq": device(addresses)}
    return Case({name: sites[name] for name in ends}, [{"name": "a", "ends": ends, **link}])


def model(result: Record) -> Device:
    found = Device.from_dict(result["devices"]["hq"]["model"])
    families.render(found, {tunnel.name: "some_key" for tunnel in found.tunnels})
    return found


@given(COUNTS, ROUTING, st.booleans(), SEEDS, SEEDS)
def test_a_link_from_jd_cloud_is_a_fixed_point(count: int, routing: str, masked: bool, one: int, two: int) -> None:
    link = case(["hq", "jd"], count, routing=routing)
    clouds = Clouds(link.sites).join(link, one)
    result = link.run(clouds.gathered(two, masked))
    empty(result["plans"]["a"])
    (gateway,) = clouds.data["jd"]["customer_gateways"]
    assert (gateway["bgp_asn"], gateway["customer_ips"]) == (65300, link.sites["hq"]["addresses"])
    addresses = sorted(
        clouds.data["jd"]["vpn_connections"][0]["cloud_public_ip"], key=lambda x: [*map(int, x.split("."))]
    )
    records = {(x["cloud_public_ip"], x["customer_ip"]): x for x in clouds.data["jd"]["vpn_tunnels"]}
    tunnels = model(result).tunnels
    assert [tunnel.slot for tunnel in tunnels] == JD_SLOTS[count]
    assert len(records) == len(tunnels)
    for tunnel in tunnels:
        near, far = (int(x) for x in tunnel.slot.split("-"))
        assert (tunnel.remote_address, tunnel.local_id) == (addresses[near - 1], link.sites["hq"]["addresses"][far - 1])
        record = records[tunnel.remote_address, tunnel.local_id]
        assert (tunnel.inside, tunnel.cloud_inside) == (record["tunnel_ip"], record["local_tunnel_ip"])
        assert tunnel.device_inside != tunnel.cloud_inside


@given(COUNTS, ROUTING, st.booleans(), SEEDS, SEEDS)
def test_a_link_from_aws_is_a_fixed_point(count: int, routing: str, masked: bool, one: int, two: int) -> None:
    link = case(["aws", "hq"], count, routing=routing)
    clouds = Clouds(link.sites).join(link, one)
    result = link.run(clouds.gathered(two, masked))
    empty(result["plans"]["a"])
    aws = clouds.data["aws"]
    assert {x["ip_address"] for x in aws["customer_gateways"]} == set(link.sites["hq"]["addresses"])
    assert {(x["bgp_asn"], x["device_name"]) for x in aws["customer_gateways"]} == {(65300, "a")}
    routes = {route["destination_cidr_block"] for x in aws["vpn_connections"] for route in x["routes"]}
    assert routes == ({"192.168.50.0/24"} if routing == "static" else set())
    by_gateway = {x["customer_gateway_id"]: x["ip_address"] for x in aws["customer_gateways"]}
    records = {end["outside_ip_address"]: (by_gateway[x["customer_gateway_id"]], end)
               for x in aws["vpn_connections"] for end in x["tunnels"]}  # fmt: skip
    tunnels = model(result).tunnels
    assert [tunnel.slot for tunnel in tunnels] == AWS_SLOTS[count]
    for tunnel in tunnels:
        own, record = records[tunnel.remote_address]
        assert (own, record["tunnel_inside_cidr"]) == (tunnel.local_id, tunnel.inside)
        assert (tunnel.cloud_inside, tunnel.device_inside) == tuple(
            f"{tunnel.inside.rpartition('.')[0]}.{int(tunnel.inside.rpartition('.')[2].split('/')[0]) + n}"
            for n in (1, 2)
        )


def triangle(**more: Any) -> Case:
    sites = {"jd": jdcloud_site(), "aws": aws_site(transit=True), "hq": device(2, **more)}
    links = [
        {"name": n, "ends": ends} for n, ends in {"a": ["jd", "aws"], "b": ["jd", "hq"], "c": ["aws", "hq"]}.items()
    ]
    return Case(sites, links)


def test_a_triangle_shares_no_block_and_shows_its_transit_path() -> None:
    case = triangle()
    clouds = Clouds(case.sites).join(case)
    result = case.run(clouds.gathered(3))
    for plan in result["plans"].values():
        empty(plan)
    assert result["transit"] == ["hq ↔ aws ↔ jd"]
    told = model(result)
    assert [link.uid for link in told.links] == ["b", "c"]
    numbers = [tunnel.number for tunnel in told.tunnels]
    assert len(set(numbers)) == len(numbers) == 6
    # Each way only what the link carries, so that the device carries nothing between the clouds.
    assert [(link.announce, link.accept) for link in told.links] == [
        (("192.168.50.0/24",), ("10.1.0.0/16",)),
        (("192.168.50.0/24",), ("172.16.0.0/16",)),
    ]
    assert [link.cloud_asn for link in told.links] == [65000, 65001]


def test_undeclared_transit_is_refused() -> None:
    case = triangle()
    case.sites["aws"] = aws_site()
    case.refused("vpn_sites.aws", "would carry traffic between hq and jd")


def test_what_the_clouds_do_not_have_as_wanted_is_left_alone_on_the_device() -> None:
    case = triangle()
    clouds = Clouds(case.sites)
    clouds.work(case, "b", case.plan(clouds.gathered(), "b"))
    result = case.run(clouds.gathered())
    found = result["devices"]["hq"]
    assert ([x["uid"] for x in found["model"]["links"]], found["keep"]) == (["b"], ["c"])
    assert [x["uid"] for x in found["trial"]["links"]] == ["b", "c"]


def test_a_link_that_this_run_knows_nothing_of_is_left_alone_on_the_device() -> None:
    case = triangle()
    clouds = Clouds(case.sites).join(case)
    topology = {link["name"]: link["ends"] for link in case.links}
    alone = Case(case.sites, [case.links[1]], topology)
    found = alone.run(clouds.gathered())["devices"]["hq"]
    assert ([x["uid"] for x in found["model"]["links"]], found["keep"]) == (["b"], ["c"])


def test_a_link_that_is_gone_goes_from_the_device_too() -> None:
    case = triangle()
    clouds = Clouds(case.sites).join(case)
    case.links[1]["state"] = "absent"
    before = case.run(clouds.gathered())["devices"]["hq"]
    assert ([x["uid"] for x in before["model"]["links"]], before["keep"]) == (["c"], ["b"]), "while it is there"
    clouds.work(case, "b", case.plan(clouds.gathered(), "b"))
    after = case.run(clouds.gathered())["devices"]["hq"]
    assert ([x["uid"] for x in after["model"]["links"]], after["keep"]) == (["c"], [])
    assert clouds.data["jd"]["vpn_tunnels"] != [], "the link to AWS stays"


def test_the_links_of_a_device_in_one_region_share_its_gateway_and_the_last_removes_it() -> None:
    sites = {"jd": jdcloud_site(), "jd2": jdcloud_site(2), "hq": device(2)}
    links = [{"name": "a", "ends": ["jd", "hq"]}, {"name": "b", "ends": ["jd2", "hq"]}]
    case = Case(sites, links)
    clouds = Clouds(sites)
    # One account: what is in one region is seen by both sites.
    for kind in ("customer_gateways", "vpn_connections", "vpn_tunnels"):
        clouds.data["jd2"][kind] = clouds.data["jd"][kind]
    for name in ("a", "b"):
        clouds.work(case, name, case.plan(clouds.data, name))
    assert [x["customer_gateway_name"] for x in clouds.data["jd"]["customer_gateways"]] == ["hq-dgw"]
    for plan in case.plans(clouds.data).values():
        empty(plan)
    case.links[0]["state"] = "absent"
    assert case.plan(clouds.data)["removals"]["customer_gateway_id"] is None
    clouds.work(case, "a", case.plan(clouds.data))
    assert len(clouds.data["jd"]["customer_gateways"]) == 1
    empty(case.plan(clouds.data, "b"))
    case.links[1]["state"] = "absent"
    clouds.work(case, "b", case.plan(clouds.data, "b"))
    assert clouds.data["jd"]["customer_gateways"] == clouds.data["jd"]["vpn_connections"] == []


def test_other_addresses_of_a_device_are_not_changed_under_its_tunnels() -> None:
    link = case(["jd", "hq"], 2)
    clouds = Clouds(link.sites).join(link)
    link.sites["hq"]["addresses"] = ["192.88.99.77", "192.88.99.2"]
    plan = link.plan(clouds.gathered())
    assert len(plan["blocked"]) == 1
    assert "the addresses of device hq have changed" in plan["blocked"][0]


def test_behind_nat_the_identity_is_the_public_address() -> None:
    link = case(["jd", "hq"], 2)
    link.sites["hq"]["local_addresses"] = ["10.0.0.7", "10.0.0.8"]
    tunnels = model(link.run(Clouds(link.sites).join(link).gathered())).tunnels
    assert [(x.local_address, x.local_id) for x in tunnels] == [
        ("10.0.0.7", "192.88.99.1"),
        ("10.0.0.8", "192.88.99.2"),
    ]


def test_a_stopped_tunnel_is_stopped_on_the_device_too() -> None:
    link = case(["aws", "hq"], 1, tunnels={"1-2": {"admin_status": "DOWN"}})
    tunnels = model(link.run(Clouds(link.sites).join(link).gathered())).tunnels
    assert [x.enabled for x in tunnels] == [True, False]


def test_a_new_key_has_a_new_mark() -> None:
    link = case(["jd", "hq"], 1)
    clouds = Clouds(link.sites).join(link)
    first = [x.mark for x in model(link.run(clouds.gathered())).tunnels]
    assert len(set(first)) == len(first)
    other = case(["jd", "hq"], 1, psks={"1-1": "a_key_of_my_own"})
    second = [x.mark for x in model(other.run(Clouds(other.sites).join(other).gathered())).tunnels]
    assert second[0] != first[0]
    assert second[1] == first[1]


DEVICE_FAULTS: list[tuple[Record, str, str]] = [
    ({"family": "abacus"}, ".family", "'abacus' is no family of devices. Allowed: cisco_iosxe, "),
    ({"asn": None}, ".asn", "None is no autonomous system"),
    ({"asn": 0}, ".asn", "0 is no autonomous system. Allowed: 1 to 4294967294; towards JD Cloud 65001 to 65499."),
    ({"addresses": []}, ".addresses", "are 0: none. Allowed: 1, 2 or 4 distinct public IPv4 addresses"),
    ({"addresses": ["192.88.99.1"] * 2}, ".addresses", "are 2: 192.88.99.1, 192.88.99.1. Allowed: 1, 2 or 4 distinct"),
    ({"addresses": ["10.0.0.1"]}, ".addresses", "10.0.0.1 is not publicly routable"),
    ({"addresses": "192.88.99.1"}, ".addresses", "is str, not a list"),
    ({"local_addresses": ["10.0.0.1", "10.0.0.2"]}, ".local_addresses", "are 2, but addresses are 1"),
    ({"ranges": []}, ".ranges", "are missing"),
    ({"ranges": ["192.168.50.1/24"]}, ".ranges[0]", "'192.168.50.1/24' is not a range"),
    ({"bgp_process": "mine"}, ".bgp_process", "'mine' is not known. Allowed: shared, own."),
    ({"tunnel_interfaces": "vti"}, ".tunnel_interfaces", "'vti' is not known. Allowed: xfrm, external."),
    ({"zone_firewall": "yes"}, ".zone_firewall", "'yes' is not a boolean"),
    ({"router_id": "one"}, ".router_id", "'one' is no IPv4 address"),
    ({"region": "cn-north-1"}, ".region", "is not a known setting"),
]


@pytest.mark.parametrize(("change", "place", "text"), DEVICE_FAULTS)
def test_a_device_is_refused(change: Record, place: str, text: str) -> None:
    found = case(["jd", "hq"])
    found.sites["hq"].update(change)
    message = found.refusal()
    assert f"vpn_sites.hq{place}: {text}" in message, message


LINK_FAULTS: list[tuple[Record, Record, str]] = [
    ({}, {"asn": 64512}, "link a: asn 64512 of device hq can't pair with JD Cloud. Allowed: 65001 to 65499"),
    (
        {"tunnels": {"1-2": {}}},
        {},
        "link a: tunnels.1-2: is not a slot. Allowed: '1-1', '2-1' (JD address - device address).",
    ),
    ({"adopt": {"jdcloud_vpn_connection_id": "x"}}, {}, "link a: adopt: is for links between JD Cloud and AWS"),
    ({"ends": ["hq", "hq2"]}, {}, "joins hq (device) and hq2 (device). Allowed: two of different kinds"),
]


@pytest.mark.parametrize(("link", "site", "text"), LINK_FAULTS)
def test_a_link_to_a_device_is_refused(link: Record, site: Record, text: str) -> None:
    found = case(["jd", "hq"])
    found.links[0].update(link)
    found.sites["hq"].update(site)
    found.sites["hq2"] = {**device(), "addresses": ["192.88.99.9"], "ranges": ["192.168.60.0/24"]}
    assert text in found.refusal()


def test_a_device_with_the_asn_of_its_cloud_is_refused() -> None:
    link = case(["aws", "hq"])
    link.sites["hq"]["asn"] = 65001
    assert "link a: device hq has the ASN of aws, 65001." in link.refusal()
