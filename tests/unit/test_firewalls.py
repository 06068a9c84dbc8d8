# SPDX-License-Identifier: GPL-3.0-or-later
"""What filters before a probe is read from both clouds; what can't be read becomes a note."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils import _firewalls
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.errors import ApiFailure
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.errors import REFUSED, JdCloudError
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.operations import OPERATIONS
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import health_firewalls

Record = dict[str, Any]
SITES = [
    {"name": "jd", "kind": "jdcloud", "region": "cn-north-1", "auth": {"access_key": "a", "profile": None}},
    {"name": "aws", "kind": "aws", "region": "us-east-1", "auth": {}},
]
GATHERED = {
    "jd": {"vpcs": [{"vpc_id": "vpc-jd", "subnets": [{"address_prefix": "10.1.1.0/24", "acl_id": None}]}]},
    "aws": {"vpcs": [{"vpc_id": "vpc-aws"}]},
}
JD, AWS = {"site": "jd", "address": "10.1.1.5"}, {"site": "aws", "address": "172.16.1.5"}


def instance(address: str, vpc_id: str = "vpc-jd", group: str = "sg-1") -> Record:
    return {
        "instanceId": f"i-{address}", "vpcId": vpc_id,
        "primaryNetworkInterface": {"networkInterface": {
            "vpcId": vpc_id, "primaryIp": {"privateIpAddress": address}, "securityGroups": [{"groupId": group}],
        }},
        "secondaryNetworkInterfaces": [{"networkInterface": {
            "vpcId": vpc_id, "primaryIp": {"privateIpAddress": "10.1.1.77"}, "secondaryIps": [{"privateIpAddress": "10.1.1.78"}],
            "securityGroups": [{"groupId": "sg-2"}],
        }}],
    }  # fmt: skip


def rule(direction: int, block: str) -> Record:
    return {"ruleId": "r", "direction": direction, "ruleAction": "ALLOW", "priority": 50, "protocol": 1,
            "addressPrefixType": "CIDR", "addressPrefix": block}  # fmt: skip


class JdCloud:
    """Answers list calls; an operation without an answer is refused as JD Cloud refuses what it does not know."""

    def __init__(self, **answers: list[Record]) -> None:
        self.answers, self.asked = answers, []

    def list(self, name: str) -> list[Record]:
        self.asked.append(name)
        if name not in self.answers:
            raise JdCloudError("HTTP 404 NOT_FOUND", OPERATIONS[name], "GET", REFUSED)
        return self.answers[name]


GROUPS = [
    {"networkSecurityGroupId": "sg-1", "securityGroupRules": [rule(0, "172.16.0.0/16"), rule(1, "0.0.0.0/0")]},
    {"networkSecurityGroupId": "sg-2", "securityGroupRules": []},
]


def read(monkeypatch: pytest.MonkeyPatch, *probes: Record, cloud: Any = None) -> list[Record]:
    def client(params: Record, ctx: Context) -> Any:
        assert params == {"access_key": "a", "region": "cn-north-1"}
        return cloud

    def ec2(params: Record) -> Any:
        assert params == {"region": "us-east-1"}
        return cloud

    monkeypatch.setattr(_firewalls, "client_from_params", client)
    monkeypatch.setattr(_firewalls, "ec2_client", ec2)
    return _firewalls.read(SITES, GATHERED, list(probes), Context())


def test_without_probes_no_cloud_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch) == []


def test_jd_clouds_groups_of_the_instance_with_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = JdCloud(
        describeInstances=[instance("10.1.1.5", "vpc-other", "sg-2"), instance("10.1.1.5")],
        describeNetworkSecurityGroups=GROUPS,
    )
    (record,) = read(monkeypatch, JD, cloud=cloud)
    assert [group["id"] for group in record["security_groups"]] == ["sg-1"]
    assert record["notes"] == []
    firewall = health_firewalls.understand(record)
    assert firewall.blocks("172.16.1.5", True) == firewall.blocks("172.16.1.5", False) == []
    assert firewall.blocks("172.20.0.1", True)


@pytest.mark.parametrize("address", ["10.1.1.77", "10.1.1.78"])
def test_other_interfaces_and_addresses_of_an_instance_count_too(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    cloud = JdCloud(describeInstances=[instance("10.1.1.5")], describeNetworkSecurityGroups=GROUPS)
    (record,) = read(monkeypatch, {**JD, "address": address}, cloud=cloud)
    assert [group["id"] for group in record["security_groups"]] == ["sg-2"]
    # A group without a rule admits nothing.
    assert health_firewalls.understand(record).blocks("172.16.1.5", True)


def test_groups_that_are_given_need_no_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = JdCloud(describeNetworkSecurityGroups=GROUPS)
    (record,) = read(monkeypatch, {**JD, "security_group_ids": ["sg-1", "sg-9"]}, cloud=cloud)
    assert cloud.asked == ["describeNetworkSecurityGroups"]
    assert [group["id"] for group in record["security_groups"]] == ["sg-1"]
    assert record["notes"] == ["JD Cloud knows no security group sg-9"]


def test_what_jd_cloud_does_not_tell_becomes_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    (record,) = read(monkeypatch, JD, cloud=JdCloud())
    assert record["security_groups"] == []
    first, second = record["notes"]
    assert first.startswith("JD Cloud's instances can't be read (")
    assert second.startswith("JD Cloud's security groups can't be read (")
    assert health_firewalls.understand(record).blocks("172.16.1.5", True) == [], "what is unknown is not blamed"


def test_an_unknown_address_and_an_acl_become_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GATHERED["jd"]["vpcs"][0]["subnets"][0], "acl_id", "acl-1")  # type: ignore[index]
    cloud = JdCloud(describeInstances=[], describeNetworkSecurityGroups=GROUPS)
    (record,) = read(monkeypatch, JD, cloud=cloud)
    assert record["notes"] == [
        "JD Cloud has no instance with the address 10.1.1.5 in this VPC", "network ACL acl-1 of JD Cloud",
    ]  # fmt: skip


class Ec2:
    def __init__(self, **answers: list[Record]) -> None:
        self.answers, self.asked = answers, []

    def read(self, method: str, key: str, **kwargs: Any) -> list[Record]:
        self.asked.append((method, kwargs))
        if key not in self.answers:
            raise ApiFailure("UnauthorizedOperation", "UnauthorizedOperation")
        return self.answers[key]


INTERFACE = {"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-1", "Groups": [{"GroupId": "sg-1"}],
             "PrivateIpAddresses": [{"PrivateIpAddress": "172.16.1.9"}, {"PrivateIpAddress": "172.16.1.5"}]}  # fmt: skip
GROUP = {
    "GroupId": "sg-1",
    "IpPermissions": [{"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "10.1.0.0/16"}]}],
    "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
}
ACL = {
    "NetworkAclId": "acl-1",
    "Associations": [{"SubnetId": "subnet-1"}],
    "Entries": [
        {"Egress": True, "RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"},
        {"Egress": False, "RuleNumber": 50, "Protocol": "1", "RuleAction": "deny", "CidrBlock": "10.1.2.0/24",
         "IcmpTypeCode": {"Type": -1, "Code": -1}},
        {"Egress": False, "RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"},
        {"Egress": False, "RuleNumber": 32767, "Protocol": "-1", "RuleAction": "deny", "CidrBlock": "0.0.0.0/0"},
    ],
}  # fmt: skip


def test_aws_groups_and_acl_of_the_interface_with_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Ec2(NetworkInterfaces=[INTERFACE], SecurityGroups=[GROUP], NetworkAcls=[ACL])
    (record,) = read(monkeypatch, AWS, cloud=cloud)
    asked = dict(cloud.asked)
    assert {f["Name"]: f["Values"] for f in asked["describe_network_interfaces"]["Filters"]} == {
        "addresses.private-ip-address": ["172.16.1.5"], "vpc-id": ["vpc-aws"],
    }  # fmt: skip
    assert asked["describe_security_groups"] == {"GroupIds": ["sg-1"]}
    firewall = health_firewalls.understand(record)
    assert firewall.blocks("10.1.1.5", True) == firewall.blocks("10.1.1.5", False) == []
    (denied,) = firewall.blocks("10.1.2.5", True)
    assert denied.startswith("network ACL acl-1 denies a ping from 10.1.2.5/32 (rule 50")
    assert len(firewall.blocks("10.9.0.1", True)) == 1


def test_an_address_that_aws_does_not_know_becomes_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Ec2(NetworkInterfaces=[])
    (record,) = read(monkeypatch, AWS, cloud=cloud)
    assert record["notes"] == ["AWS has no network interface with the address 172.16.1.5 in this VPC"]
    assert [method for method, _kwargs in cloud.asked] == ["describe_network_interfaces"]


def test_what_aws_does_not_let_us_read_becomes_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    (record,) = read(monkeypatch, AWS, cloud=Ec2())
    assert record["notes"] == ["AWS's security groups and network ACLs can't be read (UnauthorizedOperation)"]
