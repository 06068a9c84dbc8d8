# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a probe stands, who may ping it, and which link looks after it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import probe

AZ = {"image_id": "img", "instance_type": "small", "az": "cn-north-1a"}
JD: dict[str, Any] = {
    "kind": "jdcloud", "region": "cn-north-1", "vpc": {"cidr": "10.1.0.0/16"}, "probe": AZ,
    "subnets": [{"name": "data", "cidr": "10.1.2.0/24"}, {"name": "apps", "cidr": "10.1.1.0/24"}],
}  # fmt: skip
AWS: dict[str, Any] = {
    "kind": "aws", "region": "us-east-1", "vpc": {"cidr": "172.31.0.0/16"}, "vpn_gateway": {"asn": 65101},
    "probe": {"image_id": "ami", "instance_type": "t3.nano"},
}  # fmt: skip
TOPOLOGY = {"b": ["jd", "aws"], "a": ["jd", "far"], "c": ["south", "far"]}
MARK = "intercloud.vpn site=jd"


def subnet(name: str, cidr: str) -> dict[str, str]:
    return {"subnet_id": f"subnet-{name}", "subnet_name": name, "address_prefix": cidr}


def gathered(*subnets: dict[str, str]) -> dict[str, Any]:
    vpc = {"vpc_id": "vpc-1", "vpc_name": "jd-vpc", "description": MARK, "address_prefix": "10.1.0.0/16"}
    return {"vpcs": [{**vpc, "subnets": list(subnets)}]}


TWO = (subnet("apps", "10.1.1.0/24"), subnet("data", "10.1.2.0/24"))


def test_it_stands_in_the_first_subnet_of_the_inventory() -> None:
    found = probe.place("jd", JD, gathered(*TWO))
    assert (found.vpc_id, found.subnet_id, found.faults) == ("vpc-1", "subnet-data", [])


def test_it_stands_inside_the_ranges_that_the_site_announces() -> None:
    found = probe.place("jd", {**JD, "ranges": ["10.1.1.0/24"]}, gathered(*TWO))
    assert found.subnet_id == "subnet-apps"


def test_it_stands_where_it_is_told_to() -> None:
    for wanted in ("apps", "subnet-apps"):
        assert probe.place("jd", {**JD, "probe": {**AZ, "subnet": wanted}}, gathered(*TWO)).subnet_id == "subnet-apps"


def test_a_subnet_that_does_not_exist_is_told_with_those_that_do() -> None:
    (fault,) = probe.place("jd", {**JD, "probe": {**AZ, "subnet": "dmz"}}, gathered(*TWO)).faults
    assert fault.place == "vpn_sites.jd.probe.subnet"
    assert "'dmz' is no subnet of the VPC" in str(fault)
    assert "data (10.1.2.0/24), apps (10.1.1.0/24)" in str(fault)


def test_no_subnet_inside_the_ranges() -> None:
    (fault,) = probe.place("jd", {**JD, "ranges": ["10.1.9.0/24"], "subnets": []}, gathered(*TWO)).faults
    assert "no subnet lies inside the site's ranges" in str(fault)


def test_before_there_is_a_vpc_nothing_is_chosen_and_nothing_is_wrong() -> None:
    found = probe.place("jd", JD, {"vpcs": []})
    assert (found.vpc_id, found.subnet_id, found.faults) == ("", "", [])


def test_everything_that_the_settings_lack_is_told_at_once() -> None:
    texts = [str(fault) for fault in probe.place("jd", {**JD, "probe": {}}, gathered(*TWO)).faults]
    assert [key for key in ("image_id", "instance_type", "az") if any(f"{key} is missing" in x for x in texts)] == [
        "image_id", "instance_type", "az",
    ]  # fmt: skip
    aws = {key: value for key, value in AWS.items() if key != "probe"}
    assert len(probe.place("aws", aws, {"vpcs": []}).faults) == 2


def test_the_far_ends_of_all_links_of_a_site_may_ping_it() -> None:
    far = {**AWS, "region": "eu-west-1", "vpc": {"cidr": "172.30.0.0/16"}, "ranges": ["172.30.1.0/24", "172.30.2.0/24"]}
    sites = {"jd": JD, "aws": AWS, "far": far, "south": JD}
    found, faults = probe.far_ranges(sites, TOPOLOGY, "jd")
    assert (found, faults) == (["172.30.1.0/24", "172.30.2.0/24", "172.31.0.0/16"], [])
    assert probe.far_ranges(sites, TOPOLOGY, "aws")[0] == ["10.1.0.0/16"]


def test_every_site_is_looked_after_by_exactly_one_link() -> None:
    hosts = ["b", "c", "a"]
    sites = {**dict.fromkeys(("jd", "south"), JD), **dict.fromkeys(("aws", "far"), AWS)}
    own = {host: probe.own_sites(TOPOLOGY, hosts, host, sites)[0] for host in hosts}
    assert own == {"a": ["far", "jd"], "b": ["aws"], "c": ["south"]}
    assert probe.own_sites(TOPOLOGY, ["b"], "b", sites)[0] == ["aws", "jd"], "those of the play only"


def test_behind_a_device_no_probe_is_made() -> None:
    sites = {"jd": JD, "hq": {"kind": "device"}}
    assert probe.own_sites({"a": ["jd", "hq"]}, ["a"], "a", sites) == (["jd"], [])


# A probe on AWS of which nothing differs.

WHERE = {"vpc_id": "vpc-1", "subnet_id": "subnet-1"}
RANGES = ["10.2.0.0/16", "10.1.0.0/16"]
TAGS = {"Name": "aws-probe", "intercloud.vpn/site": "aws"}


def there(machine: dict[str, Any] | None = None, group: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "machines": [{
            "instance_id": "i-1", "state": "running", "instance_type": "t3.nano", "subnet_id": "subnet-1",
            "private_ip_address": "172.31.1.4", "security_group_ids": ["sg-1"], "tags": TAGS, **(machine or {}),
        }],
        "security_groups": [{
            "group_id": "sg-1", "vpc_id": "vpc-1", "tags": TAGS,
            "ingress": [{"protocol": "icmp", "from_port": -1, "to_port": -1, "sources": sorted(RANGES)}],
            "egress": [{"protocol": "-1", "from_port": None, "to_port": None, "sources": ["0.0.0.0/0"]}],
            **(group or {}),
        }],
    }  # fmt: skip


def standing(found: dict[str, Any]) -> dict[str, Any] | None:
    return probe.standing("aws", AWS, WHERE, RANGES, found)


def test_a_probe_that_stands_is_known_without_asking_again() -> None:
    known = {"site": "aws", "instance_id": "i-1", "address": "172.31.1.4", "security_group_ids": ["sg-1"]}
    assert standing(there()) == known
    others = {"group_id": "sg-2", "vpc_id": "vpc-2", "tags": {}, "ingress": [], "egress": []}
    assert standing({**there(), "security_groups": [*there()["security_groups"], others]}) == known


@pytest.mark.parametrize(
    "machine",
    [{"state": "stopped"}, {"instance_type": "t3.large"}, {"subnet_id": "subnet-2"}, {"security_group_ids": ["sg-1", "sg-2"]},
     {"tags": {**TAGS, "of": "others"}}],
)  # fmt: skip
def test_a_machine_that_differs_is_left_to_the_modules(machine: dict[str, Any]) -> None:
    assert standing(there(machine)) is None


@pytest.mark.parametrize(
    "group",
    [{"tags": {}}, {"ingress": []}, {"egress": []}, {"vpc_id": "vpc-2"},
     {"ingress": [{"protocol": "icmp", "from_port": 8, "to_port": -1, "sources": sorted(RANGES)}]},
     {"ingress": [{"protocol": "icmp", "from_port": -1, "to_port": -1, "sources": ["0.0.0.0/0"]}]}],
)  # fmt: skip
def test_a_group_that_differs_is_left_to_the_modules(group: dict[str, Any]) -> None:
    assert standing(there(group=group)) is None


def test_what_is_missing_or_there_twice_is_left_to_the_modules() -> None:
    assert standing({"machines": [], "security_groups": there()["security_groups"]}) is None
    assert standing({**there(), "machines": there()["machines"] * 2}) is None
    assert standing({}) is None
