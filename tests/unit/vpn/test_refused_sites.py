# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with sites and with how links hang together is refused offline, each with place, values and remedy."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import planner

from .world import MASTER, Case, Record, aws_site, jdcloud_site

JD, AWS = "vpn_sites.jd", "vpn_sites.aws"
RANGE = "Allowed: an IPv4 network without host bits, such as 10.1.0.0/16. Remedy: correct it."
JD_FAULTS: list[tuple[Record, str, str]] = [
    ({"colour": "red"}, ".colour", "is not a known setting. Allowed: attachment, auth, border_gateway, kind, name,"),
    ({"vpn_gateway": {"asn": 65001}}, ".vpn_gateway", "is not a known setting"),
    ({"vpc": {"cidr": "10.1.0.0/16", "prefix": 1}}, ".vpc.prefix", "is not a known setting. Allowed: cidr, id. Remedy: correct its name."),
    ({"border_gateway": {"asn": 65000}}, ".border_gateway.asn", "is not a known setting. Allowed: az, az_type, id."),
    ({"region": ""}, ".region", "is missing. Allowed: a region of that cloud, such as cn-north-1. Remedy: set it."),
    ({"vpc": {}}, ".vpc", "has neither id nor cidr. Allowed: id of an existing VPC, or cidr of a new one."),
    ({"vpc": "10.1.0.0/16"}, ".vpc", "is str, not a dictionary. Remedy: write it as a dictionary."),
    ({"vpc": {"cidr": "10.1.0.1/16"}}, ".vpc.cidr", "'10.1.0.1/16' is not a range (10.1.0.1/16 has host bits set). " + RANGE),
    ({"vpc": {"cidr": "fd00::/64"}}, ".vpc.cidr", RANGE),
    ({"ranges": ["0.0.0.0/0"]}, ".ranges[0]", "0.0.0.0/0 is not the range of a site. Allowed: an IPv4 network without host bits, such as 10.1.0.0/16. Remedy: name"),
    ({"ranges": "10.1.0.0/16"}, ".ranges", "is str, not a list. Remedy: write it as a list."),
    ({"ranges": ["10.1.0.0/24", "10.1.1.0/33"]}, ".ranges[1]", RANGE),
    ({"subnets": [{"name": "apps"}]}, ".subnets[0]", "needs name and cidr. Allowed: {name: apps, cidr: 10.1.1.0/24}."),
    ({"subnets": [{"name": "apps", "cidr": "10.2.1.0/24"}]}, ".subnets[0].cidr", "10.2.1.0/24 lies outside the VPC's 10.1.0.0/16"),
    ({"subnets": [{"name": "a", "cidr": "10.1.1.0/24"}, {"name": "b", "cidr": "10.1.0.0/23"}]}, ".subnets[1].cidr",
     "10.1.0.0/23 overlaps subnet a 10.1.1.0/24. Remedy: correct it."),
    ({"subnets": [{"name": "a", "cidr": "10.1.1.0/24"}, {"name": "a", "cidr": "10.1.2.0/24"}]}, ".subnets[1].name",
     "'a' is the name of another subnet. Remedy: give each subnet a name of its own."),
    ({"subnets": [{"name": "two words", "cidr": "10.1.1.0/24"}]}, ".subnets[0].name",
     "'two words' is no name for JD Cloud. Allowed: 1 to 32 Chinese characters, letters, digits, '_' and '-'."),
    ({"subnets": [{"name": "x" * 33, "cidr": "10.1.1.0/24"}]}, ".subnets[0].name", "is no name for JD Cloud"),
    ({"subnets": [{"name": "a", "cidr": "10.1.1.0/24", "az": "x"}]}, ".subnets[0].az", "is not a known setting. Allowed: cidr, name."),
    ({"border_gateway": {"az_type": "edge"}}, ".border_gateway.az", "is missing. Allowed: an availability zone; an edge border gateway needs it."),
    ({"border_gateway": {"az_type": "core"}}, ".border_gateway.az_type", "'core' is not known. Allowed: standard, edge. Remedy: choose one."),
    ({"attachment": {"propagate": "some"}}, ".attachment.propagate", "'some' is not known. Allowed: all, partial, none. Remedy: choose one."),
    ({"attachment": {"propagate": "partial"}}, ".attachment.subnets", "is empty, and propagate is partial"),
    ({"attachment": {"subnets": ["subnet-1"]}}, ".attachment.subnets", "has no effect with propagate all. Remedy: set propagate: partial."),
    ({"attachment": {"propagate": "partial", "subnets": ["apps"]}}, ".attachment.subnets", "'apps' is no subnet of this site"),
    ({"attachment": {"propagate": "partial", "subnets": "apps"}}, ".attachment.subnets", "is str, not a list"),
    ({"kind": "azure"}, ".kind", "'azure' is not a kind of site. Allowed: jdcloud, aws, device. Remedy: set it."),
]  # fmt: skip
AWS_FAULTS: list[tuple[Record, str, str]] = [
    ({"border_gateway": {"id": "bgw-1"}}, ".border_gateway", "is not a known setting"),
    ({"vpn_gateway": {"asn": 64512}}, ".vpn_gateway.asn", "64512 can't pair with JD Cloud. Allowed: 65001 to 65499: JD Cloud's customer gateways take no other, AWS's default 64512 included. Remedy: set vpn_gateway.asn; of an existing gateway it can't be changed, so that needs a new gateway."),
    ({"vpn_gateway": {"asn": 65000}}, ".vpn_gateway.asn", "65000 can't pair with JD Cloud"),
    ({"vpn_gateway": {"asn": 65500}}, ".vpn_gateway.asn", "65500 can't pair with JD Cloud"),
    ({"vpn_gateway": {"id": "vgw-1"}}, ".vpn_gateway.asn", "None can't pair with JD Cloud"),
    ({"vpn_gateway": {"asn": "private"}}, ".vpn_gateway.asn", "'private' can't pair with JD Cloud"),
    ({"partition": "aws-eu"}, ".partition", "'aws-eu' is not known. Allowed: aws, aws-cn, aws-us-gov."),
    ({"partition": "aws-cn"}, ".region", "us-east-1 is not a region of partition aws-cn"),
    ({"partition": "aws", "region": "cn-north-1"}, ".region", "cn-north-1 is not a region of partition aws"),
    ({"transit": "yes please"}, ".transit", "'yes please' is not a boolean. Allowed: true, false. Remedy: correct it."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "place", "text"), JD_FAULTS)
def test_a_jd_cloud_site_is_refused(change: Record, place: str, text: str) -> None:
    Case({"jd": jdcloud_site(**change), "aws": aws_site()}).refused(JD + place, text)


@pytest.mark.parametrize(("change", "place", "text"), AWS_FAULTS)
def test_an_aws_site_is_refused(change: Record, place: str, text: str) -> None:
    Case({"jd": jdcloud_site(), "aws": aws_site(**change)}).refused(AWS + place, text)


@pytest.mark.parametrize("name", ["x" * 29, "东京", "with space", "-a", "", "a.b"])
def test_a_name_that_leaves_no_room_or_has_another_alphabet(name: str) -> None:
    allowed = "Allowed: 1 to 28 letters, digits, '_' and '-', starting with a letter or digit. Remedy: rename the site."
    sites = {"jd": jdcloud_site(), "aws": aws_site(), name: aws_site(2)}
    Case(sites).refused(f"vpn_sites.{name}", "can't be part of names on both clouds", allowed)


@pytest.mark.parametrize("site", ["jd", None, ["kind"]])
def test_a_site_that_is_no_dictionary(site: Any) -> None:
    sites = {"jd": jdcloud_site(), "aws": aws_site(), "odd": site}
    Case(sites).refused(
        "vpn_sites.odd", f"is {type(site).__name__}, not a dictionary. Remedy: see inventories/example."
    )


def test_sites_that_are_no_dictionary() -> None:
    inventory = planner.read_inventory([jdcloud_site()], [], None, MASTER)
    (fault,) = inventory.faults
    assert str(fault).startswith("vpn_sites: is not a dictionary. Allowed: site name: settings.")


def test_two_sites_that_name_the_same_gateway() -> None:
    """Their blocks, quotas and ranges would be kept apart although they are one."""
    gateway = {"id": "vgw-1", "asn": 65010}
    sites = {"jd": jdcloud_site(), "aws": aws_site(vpn_gateway=gateway), "far": aws_site(2, vpn_gateway=gateway)}
    Case(sites).refused(
        "vpn_sites.far", "has the same gateway vgw-1 as site aws. Remedy: make them one site, or correct one id."
    )


# How links hang together.


def three(**jd2: Any) -> Record:
    return {"jd": jdcloud_site(), "aws": aws_site(), "jd2": jdcloud_site(2, **jd2)}


TOPOLOGY: list[tuple[Any, str, str]] = [
    ({"b": ["jd", "aws"]}, "link a", "is not in vpn_topology. Allowed: b. Remedy: add it there."),
    ({"a": ["jd2", "aws"]}, "vpn_topology.a", "joins jd2 and aws, but the link's host says jd and aws. Remedy: make them equal."),
    ({"a": {"ends": ["jd", "aws"], "uid": "old"}}, "vpn_topology.a", "has uid old, but the link's host says a. Remedy: write {ends: [...], uid: ...} there."),
    ({"a": ["jd", "aws"], "b": {"ends": ["jd2", "far"], "uid": "b"}}, "link b", "names site 'far', which is not defined. Allowed: aws, jd, jd2. Remedy: correct it, or define it in vpn_sites."),
    ({"a": ["jd", "aws"], "b": {"ends": ["jd2", "jd2"], "uid": "a"}}, "link b", "has the same uid 'a' as link a. Remedy: give each link a uid of its own."),
    ({"a": ["jd", "aws"], "b": ["jd2"]}, "vpn_topology.b", "['jd2'] does not name two sites. Allowed: [site, site]. Remedy: name the link's two sites."),
    ({"a": ["aws", "jd"], "b": "jd2 aws"}, "vpn_topology.b", "'jd2 aws' does not name two sites"),
]  # fmt: skip


@pytest.mark.parametrize(("topology", "place", "text"), TOPOLOGY)
def test_the_topology_disagrees(topology: Any, place: str, text: str) -> None:
    Case(three(), topology=topology).refused(place, text)


def test_a_topology_that_is_no_dictionary() -> None:
    inventory = planner.read_inventory(Case().sites, Case().links, ["a"], MASTER)
    assert [str(fault) for fault in inventory.faults] == [
        "vpn_topology: is not a dictionary. Allowed: link name: [site, site]. Remedy: correct it."
    ]


def test_two_links_with_one_uid() -> None:
    links = [{"name": "a", "ends": ["jd", "aws"]}, {"name": "b", "uid": "a", "ends": ["jd", "aws"]}]
    Case(links=links).refused("link b", "has the same uid 'a' as link a. Remedy: give each link a uid of its own.")


REMEDY = "Remedy: renumber one of them, or let links carry only distinct ranges (vpn_sites.*.ranges)."


def test_ranges_that_overlap_within_a_link() -> None:
    sites = {"jd": jdcloud_site(), "aws": aws_site(vpc={"cidr": "10.1.128.0/17"})}
    text = "ranges overlap: jd has 10.1.0.0/16, aws has 10.1.128.0/17. " + REMEDY
    Case(sites).refused("sites jd and aws", text)


def test_ranges_that_overlap_through_other_links() -> None:
    """Four sites in a row: the two ends of the chain must differ too, even in a slice that has one link only."""
    sites = {
        **three(),
        "far": aws_site(2, vpc={"cidr": "10.1.0.0/16"}),
        "alone": aws_site(3, vpc={"cidr": "10.1.0.0/16"}),
    }
    sites["aws"]["transit"] = True
    topology = {"a": ["jd", "aws"], "b": ["aws", "jd2"], "c": ["jd2", "far"]}
    case = Case(sites, topology=topology)
    # The site that no link joins may have any range.
    case.refused("sites far and jd", "ranges overlap: far has 10.1.0.0/16, jd has 10.1.0.0/16. " + REMEDY)
    del topology["c"]
    case.run()


def test_declared_ranges_keep_overlapping_vpcs_apart() -> None:
    sites = {
        "jd": jdcloud_site(ranges=["10.1.0.0/24"]),
        "aws": aws_site(vpc={"cidr": "10.1.0.0/16"}, ranges=["10.1.8.0/24"]),
    }
    Case(sites).run()


def test_a_range_that_overlaps_the_inside_blocks() -> None:
    Case({"jd": jdcloud_site(vpc={"cidr": "169.254.0.0/16"}), "aws": aws_site()}).refused(
        JD, "range 169.254.0.0/16 overlaps 169.254.0.0/20, where the tunnels' inside blocks lie. Remedy: renumber it."
    )


def hub(**aws: Any) -> Case:
    links = [{"name": "a", "ends": ["jd", "aws"]}, {"name": "b", "ends": ["aws", "jd2"]}]
    return Case({**three(), "aws": aws_site(**aws)}, links)


def test_transit_through_an_aws_gateway_must_be_declared() -> None:
    text = ("would carry traffic between jd and jd2, because an AWS gateway forwards between its VPN connections. Remedy: "
            "declare it with vpn_sites.aws.transit: true, or give the links AWS gateways of their own.")  # fmt: skip
    hub().refused(AWS, text)
    seen_by_one = hub()
    seen_by_one.topology = {link["name"]: link["ends"] for link in seen_by_one.links}
    seen_by_one.links = seen_by_one.links[:1]
    seen_by_one.refused(AWS, text)


def test_declared_transit_is_told() -> None:
    assert hub(transit=True).run()["transit"] == ["jd ↔ aws ↔ jd2"]


def test_two_static_links_make_no_transit_but_one_bgp_link_does() -> None:
    case = hub()
    for link in case.links:
        link["routing"] = "static"
    assert case.run()["transit"] == []
    case.links[0]["routing"] = "bgp"
    case.refused(AWS, "would carry traffic between jd and jd2")


def test_a_slice_learns_from_the_topology_that_other_links_are_static() -> None:
    case = hub()
    case.links = [{**case.links[0], "routing": "static"}]
    case.topology = {"a": ["jd", "aws"], "b": {"ends": ["aws", "jd2"], "routing": "static"}}
    assert case.run()["transit"] == []
    case.topology["b"] = ["aws", "jd2"]
    case.refused(AWS, "would carry traffic between jd and jd2")
    case = Case(topology={"a": {"ends": ["jd", "aws"], "routing": "ospf"}})
    case.refused("vpn_topology.a.routing", "'ospf' is no routing. Allowed: bgp, static. Remedy: choose one of these.")


def test_a_host_that_contradicts_the_topology() -> None:
    case = Case(topology={"a": {"ends": ["jd", "aws"], "routing": "static"}})
    case.refused("vpn_topology.a", "has routing static, but the link's host says bgp. Remedy: say it in one place")
    case.links[0]["routing"] = "static"
    case.run()


def test_a_jd_cloud_gateway_does_not_forward_between_its_connections() -> None:
    links = [{"name": "a", "ends": ["jd", "aws"]}, {"name": "b", "ends": ["jd", "far"]}]
    assert Case({**Case().sites, "far": aws_site(2)}, links).run()["transit"] == []


def test_a_link_that_goes_makes_no_transit_and_no_overlap_any_more() -> None:
    """Else the way out of a refusal, to give up one of the links, would be refused as well."""
    case = hub()
    case.sites["jd2"] = jdcloud_site()
    case.links[1]["state"] = "absent"
    assert case.run()["transit"] == []
