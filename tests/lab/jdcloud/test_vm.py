# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances and security groups, with the published SDK as the client."""

from __future__ import annotations

from typing import Any

import pytest
from jdcloud_sdk.services.vm.apis.CreateInstancesRequest import CreateInstancesParameters, CreateInstancesRequest
from jdcloud_sdk.services.vm.apis.DeleteInstanceRequest import DeleteInstanceParameters, DeleteInstanceRequest
from jdcloud_sdk.services.vm.apis.DescribeImagesRequest import DescribeImagesParameters, DescribeImagesRequest
from jdcloud_sdk.services.vm.apis.DescribeInstanceRequest import DescribeInstanceParameters, DescribeInstanceRequest
from jdcloud_sdk.services.vm.apis.DescribeInstancesRequest import DescribeInstancesParameters, DescribeInstancesRequest
from jdcloud_sdk.services.vm.apis.DescribeInstanceTypesRequest import (
    DescribeInstanceTypesParameters,
    DescribeInstanceTypesRequest,
)
from jdcloud_sdk.services.vm.apis.DescribeKeypairsRequest import DescribeKeypairsParameters, DescribeKeypairsRequest
from jdcloud_sdk.services.vm.apis.ImportKeypairRequest import ImportKeypairParameters, ImportKeypairRequest
from jdcloud_sdk.services.vm.apis.StopInstanceRequest import StopInstanceParameters, StopInstanceRequest
from jdcloud_sdk.services.vm.client.VmClient import VmClient
from jdcloud_sdk.services.vm.models.InstanceNetworkInterfaceAttachmentSpec import InstanceNetworkInterfaceAttachmentSpec
from jdcloud_sdk.services.vm.models.InstanceSpec import InstanceSpec
from jdcloud_sdk.services.vpc.apis.AddNetworkSecurityGroupRulesRequest import (
    AddNetworkSecurityGroupRulesParameters,
    AddNetworkSecurityGroupRulesRequest,
)
from jdcloud_sdk.services.vpc.apis.CreateNetworkSecurityGroupRequest import (
    CreateNetworkSecurityGroupParameters,
    CreateNetworkSecurityGroupRequest,
)
from jdcloud_sdk.services.vpc.client.VpcClient import VpcClient
from jdcloud_sdk.services.vpc.models.AddSecurityGroupRules import AddSecurityGroupRules

from .conftest import REGION, Client


def _result(response: Any) -> Any:
    assert response.error is None, response.error.message
    return response.result


@pytest.fixture
def subnet(jd: Client) -> tuple[str, str]:
    """A VPC and a subnet of it."""
    vpc = jd.vpc()
    return vpc, jd.subnet(vpc, "10.1.1.0/28")


def create(jd: Client, subnet_id: str, **interface: Any) -> Any:
    """One machine, made as the SDK makes it."""
    network = {"subnetId": subnet_id, **interface}
    attachment = InstanceNetworkInterfaceAttachmentSpec(networkInterface=network)
    spec = InstanceSpec(
        name="probe-1", az=f"{REGION}a", instanceType="c.n3.small", imageId="img-debian12",
        primaryNetworkInterface=attachment,
    )  # fmt: skip
    return jd.sdk(VmClient).send(CreateInstancesRequest(CreateInstancesParameters(REGION, spec)))


def group(jd: Client, vpc: str, name: str = "pingable") -> str:
    parameters = CreateNetworkSecurityGroupParameters(REGION, vpc, name)
    return str(_result(jd.sdk(VpcClient).send(CreateNetworkSecurityGroupRequest(parameters)))["networkSecurityGroupId"])


def test_a_machine_from_the_first_choice_to_its_end(jd: Client, subnet: tuple[str, str]) -> None:
    sdk = jd.sdk(VmClient)
    types = _result(sdk.send(DescribeInstanceTypesRequest(DescribeInstanceTypesParameters(REGION))))["instanceTypes"]
    assert "c.n3.small" in [item["instanceType"] for item in types]
    images = _result(sdk.send(DescribeImagesRequest(DescribeImagesParameters(REGION))))["images"]
    assert "img-debian12" in [item["imageId"] for item in images]
    made = group(jd, subnet[0])
    rule = AddSecurityGroupRules(1, 0, "172.31.0.0/16")
    request = AddNetworkSecurityGroupRulesRequest(AddNetworkSecurityGroupRulesParameters(REGION, made, [rule]))
    _result(jd.sdk(VpcClient).send(request))
    (ident,) = _result(create(jd, subnet[1], primaryIpAddress="10.1.1.9", securityGroups=[made]))["instanceIds"]
    one = _result(sdk.send(DescribeInstanceRequest(DescribeInstanceParameters(REGION, ident))))["instance"]
    assert (one["status"], one["privateIpAddress"], one["vpcId"]) == ("running", "10.1.1.9", subnet[0])
    interface = one["primaryNetworkInterface"]["networkInterface"]
    assert interface["primaryIp"] == {"privateIpAddress": "10.1.1.9"}
    assert interface["securityGroups"] == [{"groupId": made, "groupName": "pingable"}]
    assert jd.refused("DELETE", f"/networkSecurityGroups/{made}", service="vpc")[1] == "FAILED_PRECONDITION"
    assert jd.refused("DELETE", f"/subnets/{subnet[1]}", service="vpc")[1] == "FAILED_PRECONDITION"
    _result(sdk.send(StopInstanceRequest(StopInstanceParameters(REGION, ident))))
    _result(sdk.send(DeleteInstanceRequest(DeleteInstanceParameters(REGION, ident))))
    assert sdk.send(DescribeInstanceRequest(DescribeInstanceParameters(REGION, ident))).error.code == 404
    jd.call("DELETE", f"/networkSecurityGroups/{made}", service="vpc")
    jd.call("DELETE", f"/subnets/{subnet[1]}", service="vpc")


def test_addresses_are_handed_out_once(jd: Client, subnet: tuple[str, str]) -> None:
    first, second = (_result(create(jd, subnet[1]))["instanceIds"][0] for _number in range(2))
    found = jd.call("GET", "/instances?pageSize=100", service="vm")["instances"]
    assert {item["instanceId"]: item["privateIpAddress"] for item in found} == {first: "10.1.1.2", second: "10.1.1.3"}
    for taken in ("10.1.1.2", "10.1.1.0", "10.1.1.1", "10.1.1.15", "10.1.2.9"):
        assert "is not free in 10.1.1.0/28" in create(jd, subnet[1], primaryIpAddress=taken).error.message


def test_without_a_group_the_default_one_guards_it(jd: Client, subnet: tuple[str, str]) -> None:
    _result(create(jd, subnet[1]))
    (one,) = jd.call("GET", "/instances", service="vm")["instances"]
    groups = one["primaryNetworkInterface"]["networkInterface"]["securityGroups"]
    assert [item["groupName"] for item in groups] == ["default"]


def test_a_group_of_another_vpc_is_refused(jd: Client, subnet: tuple[str, str]) -> None:
    foreign = group(jd, jd.vpc("10.2.0.0/16"))
    assert "is no security group of" in create(jd, subnet[1], securityGroups=[foreign]).error.message


def test_filters_that_match_exactly_are_obeyed(jd: Client, subnet: tuple[str, str]) -> None:
    first, _second = (_result(create(jd, subnet[1]))["instanceIds"][0] for _number in range(2))
    parameters = DescribeInstancesParameters(REGION)
    parameters.setFilters([{"name": "instanceId", "values": [first]}])
    found = _result(jd.sdk(VmClient).send(DescribeInstancesRequest(parameters)))["instances"]
    assert [item["instanceId"] for item in found] == [first]


def test_a_machine_is_pending_for_a_while_and_then_can_not_be_deleted(jd: Client, subnet: tuple[str, str]) -> None:
    jd.admin("PATCH", "/settings", {"provisioning_s": 600})
    (ident,) = _result(create(jd, subnet[1]))["instanceIds"]
    assert jd.call("GET", f"/instances/{ident}", service="vm")["instance"]["status"] == "pending"
    assert jd.refused("DELETE", f"/instances/{ident}", service="vm")[1] == "FAILED_PRECONDITION"
    jd.admin("PATCH", "/settings", {"provisioning_s": 0})
    assert jd.call("GET", f"/instances/{ident}", service="vm")["instance"]["status"] == "running"


def test_rules_are_changed_and_removed_by_their_ids(jd: Client, subnet: tuple[str, str]) -> None:
    made = group(jd, subnet[0])
    path = f"/networkSecurityGroups/{made}"
    spec = {"protocol": 1, "direction": 0, "addressPrefix": "172.31.0.0/16"}
    jd.call("POST", f"{path}:addNetworkSecurityGroupRules", {"networkSecurityGroupRuleSpecs": [spec]}, "vpc")
    (rule,) = jd.call("GET", path, service="vpc")["networkSecurityGroup"]["securityGroupRules"]
    assert (rule["ruleAction"], rule["priority"]) == ("ALLOW", 100)
    changed = [{"ruleId": rule["ruleId"], "ruleAction": "DENY", "priority": 1}]
    jd.call("POST", f"{path}:modifyNetworkSecurityGroupRules", {"modifySecurityGroupRuleSpecs": changed}, "vpc")
    (rule,) = jd.call("GET", path, service="vpc")["networkSecurityGroup"]["securityGroupRules"]
    assert (rule["ruleAction"], rule["priority"]) == ("DENY", 1)
    jd.call("POST", f"{path}:removeNetworkSecurityGroupRules", {"ruleIds": [rule["ruleId"]]}, "vpc")
    assert jd.call("GET", path, service="vpc")["networkSecurityGroup"]["securityGroupRules"] == []


def test_ports_are_all_of_them_unless_some_are_named(jd: Client, subnet: tuple[str, str]) -> None:
    path = f"/networkSecurityGroups/{group(jd, subnet[0])}"
    common = {"direction": 0, "addressPrefix": "172.31.0.0/16"}
    specs = [
        {**common, "protocol": 6},
        {**common, "protocol": 17, "fromPort": 53, "toPort": 53},
        {**common, "protocol": 1},
    ]
    jd.call("POST", f"{path}:addNetworkSecurityGroupRules", {"networkSecurityGroupRuleSpecs": specs}, "vpc")
    rules = jd.call("GET", path, service="vpc")["networkSecurityGroup"]["securityGroupRules"]
    assert [(rule["fromPort"], rule["toPort"]) for rule in rules] == [(1, 65535), (53, 53), (0, 0)]


def test_a_machine_is_made_with_key_pairs_that_exist(jd: Client, subnet: tuple[str, str]) -> None:
    sdk = jd.sdk(VmClient)
    spec = {
        "name": "probe-1", "az": f"{REGION}a", "instanceType": "c.n3.small", "imageId": "img-debian12",
        "keyNames": ["ops"], "primaryNetworkInterface": {"networkInterface": {"subnetId": subnet[1]}},
    }  # fmt: skip
    assert "keypair 'ops' does not exist" in jd.refused("POST", "/instances", {"instanceSpec": spec}, "vm")[2]
    for name in ("ops", "other"):
        _result(sdk.send(ImportKeypairRequest(ImportKeypairParameters(REGION, name, "ssh-ed25519 AAAA"))))
    again = sdk.send(ImportKeypairRequest(ImportKeypairParameters(REGION, "ops", "ssh-ed25519 AAAA")))
    assert again.error.code == 409
    (ident,) = jd.call("POST", "/instances", {"instanceSpec": spec}, "vm")["instanceIds"]
    parameters = DescribeKeypairsParameters(REGION)
    parameters.setFilters([{"name": "keyNames", "values": ["ops"]}])
    (pair,) = _result(sdk.send(DescribeKeypairsRequest(parameters)))["keypairs"]
    assert (pair["keyName"], pair["instanceIds"]) == ("ops", [ident])
    jd.call("DELETE", "/keypairs/ops", service="vm")
    assert jd.refused("DELETE", "/keypairs/ops", service="vm")[0] == 404
    assert jd.call("GET", f"/instances/{ident}", service="vm")["instance"]["keyNames"] == "ops"
