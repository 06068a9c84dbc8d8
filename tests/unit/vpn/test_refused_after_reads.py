# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the clouds can tell is refused after the reads and before the first write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .world import Case, Clouds, Record, aws_site, jdcloud_site

OTHER = "zN7rT2vQ9xK4mW8bY1cF6hJ3sL5dG0pAeUiRoXtVyZk="


def joined(**link: Any) -> Clouds:
    case = Case.of(**link)
    return Clouds(case.sites).join(case)


def bare() -> Clouds:
    return Clouds(Case().sites)


def test_a_site_that_was_not_read() -> None:
    answer = bare().gathered()
    del answer["aws"]
    Case().refused("link a", "site aws was not gathered. Remedy: give vpn_link_info the same sites.", gathered=answer)


# Gateways and VPCs.


def adopted(**ids: Any) -> Case:
    jd = jdcloud_site(
        vpc={"id": ids.get("jd_vpc", "vpc-1"), "cidr": "10.1.0.0/16"}, border_gateway={"id": ids.get("bgw", "bgw-1")}
    )
    gateway = {"id": ids.get("vgw", "vgw-1"), "asn": 65001}
    aws = aws_site(vpc={"id": ids.get("aws_vpc", "vpc-2"), "cidr": "172.16.0.0/16"}, vpn_gateway=gateway)
    return Case({"jd": jd, "aws": aws})


@pytest.mark.parametrize(
    ("key", "site", "text"),
    [
        ("bgw", "jd", "gateway nothing does not exist in cn-north-1"),
        ("jd_vpc", "jd", "VPC nothing does not exist in cn-north-1"),
        ("vgw", "aws", "gateway nothing does not exist in us-east-1"),
        ("aws_vpc", "aws", "VPC nothing does not exist in us-east-1"),
    ],
)
def test_an_adopted_id_that_does_not_exist(key: str, site: str, text: str) -> None:
    answer = Clouds(adopted().sites).gathered()
    case = adopted(**{key: "nothing"})
    case.refused(f"site {site}", f"{text}. Remedy: correct the id, the region or the credentials.", gathered=answer)


@pytest.mark.parametrize(
    ("site", "key", "id_key", "what"),
    [
        ("jd", "border_gateways", "bgw_id", "gateway bgw-jd is named jd-bgw"),
        ("jd", "vpcs", "vpc_id", "VPC vpc-jd is named jd-vpc"),
        ("aws", "vpn_gateways", "vpn_gateway_id", "gateway vgw-aws is named aws-vgw"),
        ("aws", "vpcs", "vpc_id", "VPC vpc-aws is named aws-vpc"),
    ],
)
def test_things_of_a_site_that_have_our_name_but_not_our_mark_or_are_more_than_one(
    site: str, key: str, id_key: str, what: str
) -> None:
    clouds = bare()
    (item,) = clouds.data[site][key]
    clouds.data[site][key].append({**item, id_key: "another-one"})
    kind, name = what.split(maxsplit=1)[0], what.rsplit(maxsplit=1)[-1]
    message = Case().refusal(clouds.gathered())
    assert f"site {site}: more than one {kind} is named {name} and marked as ours: " in message
    assert item[id_key] in message
    assert "another-one. Remedy: delete the surplus ones" in message or ", " in message
    assert "Remedy: delete the surplus ones, or give the id of the right one." in message
    clouds.data[site][key].pop()
    item.update(description="by hand", tags={})
    text = f"{what} but is not ours. Remedy: give its id to adopt it, or rename it or the site."
    Case().refused(f"site {site}", text, gathered=clouds.gathered())


def test_the_asn_of_the_gateway_differs() -> None:
    clouds = bare()
    clouds.data["aws"]["vpn_gateways"][0]["amazon_side_asn"] = 64512
    text = "amazon_side_asn is 64512 and can't be changed to 65001. Remedy: AWS fixes it when the gateway is made: make a new gateway"
    Case().refused("site aws", text, gathered=clouds.gathered())


def test_the_gateway_is_attached_to_another_vpc() -> None:
    clouds = bare()
    clouds.data["aws"]["vpn_gateways"][0]["vpc_attachments"] = [{"vpc_id": "vpc-x", "state": "attached"}]
    text = "gateway vgw-aws is attached to VPC vpc-x, not to vpc-aws. Remedy: correct vpc.id or vpn_gateway.id."
    Case().refused("site aws", text, gathered=clouds.gathered())


def test_a_route_table_that_does_not_exist() -> None:
    clouds = bare()
    case = Case({"jd": jdcloud_site(route_tables=["rtb-jd", "rtb-9"]), "aws": aws_site()})
    text = "route table rtb-9 does not exist in VPC vpc-jd. Allowed: rtb-jd. Remedy: correct it."
    case.refused("vpn_sites.jd.route_tables", text, gathered=clouds.gathered())


def test_the_real_ranges_of_adopted_vpcs_overlap() -> None:
    case = adopted()
    for site in case.sites.values():
        del site["vpc"]["cidr"]
    real = {"jd": ["10.1.0.0/24", "10.1.9.0/24"], "aws": ["172.16.0.0/16", "10.1.8.0/23"]}
    text = "ranges overlap: aws has 10.1.8.0/23, jd has 10.1.9.0/24. Remedy: renumber one of them"
    case.refused("sites aws and jd", text, gathered=Clouds(case.sites, real).gathered())


def test_the_real_range_of_an_adopted_vpc_overlaps_that_of_a_site_behind_another_link() -> None:
    sites = {**adopted().sites, "far": aws_site(2, vpc={"cidr": "10.1.0.0/20"})}
    del sites["jd"]["vpc"]["cidr"]
    sites["jd2"] = jdcloud_site(2)
    sites["aws"]["transit"] = True
    topology = {"a": ["jd", "aws"], "b": ["jd2", "aws"], "c": ["jd2", "far"]}
    case = Case(sites, topology=topology)
    real = {"jd": ["10.1.0.0/16"], "aws": ["172.16.0.0/16"]}
    text = "ranges overlap: jd has 10.1.0.0/16, far has 10.1.0.0/20. Remedy: renumber one of them"
    case.refused("sites jd and far", text, gathered=Clouds(sites, real).gathered())


# Things of a link.


Spoil = Callable[[Record, Record], object]
STRANGERS: dict[str, tuple[Spoil, str]] = {
    "customer gateway": (
        lambda jd, aws: jd["customer_gateways"].append({"customer_gateway_id": "cgw-x", "customer_gateway_name": "a-cgw", "description": "x"}),
        "customer_gateway cgw-x is named a-cgw but is not ours"),
    "connection": (
        lambda jd, aws: jd["vpn_connections"].append({"vpn_connection_id": "vpnconn-x", "vpn_connection_name": "a-vpn", "description": None}),
        "vpn_connection vpnconn-x is named a-vpn but is not ours"),
    "AWS connection": (
        lambda jd, aws: aws["vpn_connections"].append({"vpn_connection_id": "vpn-x", "tags": {"Name": "a-2"}, "state": "available", "tunnels": []}),
        "AWS connection vpn-x is named a-2 but is not ours"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "text"), STRANGERS.values(), ids=STRANGERS)
def test_things_of_a_link_that_have_our_name_but_not_our_mark(spoil: Spoil, text: str) -> None:
    clouds = bare()
    spoil(clouds.data["jd"], clouds.data["aws"])
    remedy = "Remedy: adopt it by id (vpn_link_adopt), rename it, or set vpn_link_uid."
    Case().refused("link a", f"{text}. {remedy}", gathered=clouds.gathered())


DOUBLES = [
    ("jd", "customer_gateways", "customer_gateway_id", "more than one customer_gateway carries the link's mark: "),
    ("jd", "vpn_connections", "vpn_connection_id", "more than one vpn_connection carries the link's mark: "),
    ("aws", "vpn_connections", "vpn_connection_id", "more than one AWS connection carries the mark of JD address "),
]


@pytest.mark.parametrize(("site", "key", "id_key", "text"), DOUBLES)
def test_more_than_one_match(site: str, key: str, id_key: str, text: str) -> None:
    clouds = joined()
    item = clouds.data[site][key][0]
    clouds.data[site][key].append({**item, id_key: "another-one"})
    message = Case().refusal(clouds.gathered())
    line = next(line for line in message.splitlines() if text in line)
    assert "link a: " in line
    assert item[id_key] in line
    assert "another-one" in line
    assert line.endswith("Remedy: delete the surplus ones.")


ADOPT = [
    ({"jdcloud_customer_gateway_id": "cgw-0"}, "customer_gateway_id cgw-0 to adopt does not exist"),
    ({"jdcloud_vpn_connection_id": "vpnconn-0"}, "vpn_connection_id vpnconn-0 to adopt does not exist"),
]


@pytest.mark.parametrize(("adopt", "text"), ADOPT)
def test_something_to_adopt_does_not_exist(adopt: Record, text: str) -> None:
    Case.of(adopt=adopt).refused("link a", f"{text}. Remedy: correct vpn_link_adopt.", gathered=bare().gathered())


def test_aws_connections_to_adopt_that_do_not_exist_or_lead_elsewhere() -> None:
    clouds = joined()
    first, second = clouds.data["aws"]["vpn_connections"]
    gateway = next(
        x for x in clouds.data["aws"]["customer_gateways"] if x["customer_gateway_id"] == second["customer_gateway_id"]
    )
    gateway["ip_address"] = "52.1.2.3"
    message = Case.of(adopt={"aws_vpn_connection_ids": [second["vpn_connection_id"], "vpn-0"]}).refusal(
        clouds.gathered()
    )
    told = sorted(clouds.data["jd"]["vpn_connections"][0]["cloud_public_ip"])
    assert "link a: vpn_connection_id vpn-0 to adopt does not exist on AWS. Remedy: correct vpn_link_adopt." in message
    assert (f"{second['vpn_connection_id']} leads to 52.1.2.3, which is no address of the JD connection. "
            f"Allowed: {', '.join(told)}. Remedy: correct vpn_link_adopt.") in message  # fmt: skip
    assert first["vpn_connection_id"] not in message


IMMUTABLE: dict[str, tuple[Spoil, Record, str]] = {
    "ASN": (lambda jd, aws: jd["customer_gateways"][0].update(bgp_asn=65002), {}, "JD customer gateway a-cgw: bgp_asn is 65002 and can't be changed to 65001. Remedy: It is fixed when a customer gateway is made"),
    "gateway": (lambda jd, aws: jd["vpn_connections"][0].update(bgw_id="bgw-x"), {}, "JD connection a-vpn: bgw_id is 'bgw-x' and can't be changed to 'bgw-jd'. Remedy: It is fixed when a VPN connection is made"),
    "customer gateway": (lambda jd, aws: jd["vpn_connections"][0].update(cgw_id="cgw-x"), {}, "cgw_id is 'cgw-x' and can't be changed to"),
    "target": (lambda jd, aws: aws["vpn_connections"][0].update(vpn_gateway_id="vgw-x"), {}, "vpn_gateway_id is 'vgw-x' and can't be changed to 'vgw-aws'. Remedy: A connection is not moved between gateways"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "link", "text"), IMMUTABLE.values(), ids=IMMUTABLE)
def test_what_a_cloud_can_not_change(spoil: Spoil, link: Record, text: str) -> None:
    clouds = joined()
    spoil(clouds.data["jd"], clouds.data["aws"])
    message = Case.of(**link).refusal(clouds.gathered())
    assert message.count(text) == 1, message
    assert "link a: " in message
