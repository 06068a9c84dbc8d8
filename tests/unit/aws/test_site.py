# SPDX-License-Identifier: GPL-3.0-or-later
"""What links need of a new AWS site: exactly which calls are made, and what becomes of two runs at once."""

from __future__ import annotations

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import site
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.errors import ApiFailure
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure

from tests.unit.aws.samples import tags

GATEWAY = {"name": "aws-vgw", "asn": 65101, "tags": {"intercloud.vpn/site": "aws"}}
VPC = {"name": "aws-vpc", "cidr_block": "172.31.0.0/16", "tags": {"intercloud.vpn/site": "aws"}}
TAGS = {"intercloud.vpn/site": "aws", "Name": "aws-vgw"}
FILTERS = [{"Name": f"tag:{key}", "Values": [value]} for key, value in TAGS.items()]


def gateway(ident="vgw-1", state="available", vpc=None, attachment="attached", **named):
    attached = [{"VpcId": vpc, "State": attachment}] if vpc else []
    return {"VpnGatewayId": ident, "State": state, "Tags": tags(**{**TAGS, **named}), "VpcAttachments": attached}


def created(stub, ident="vgw-1"):
    expected = {
        "Type": "ipsec.1",
        "AmazonSideAsn": 65101,
        "TagSpecifications": [{"ResourceType": "vpn-gateway", "Tags": tags(**TAGS)}],
    }
    stub.add_response("create_vpn_gateway", {"VpnGateway": {"VpnGatewayId": ident}}, expected)


def listed(stub, *gateways):
    stub.add_response("describe_vpn_gateways", {"VpnGateways": list(gateways)}, {"Filters": FILTERS})


def described(stub, *gateways):
    stub.add_response("describe_vpn_gateways", {"VpnGateways": list(gateways)}, {"VpnGatewayIds": ["vgw-1"]})


def test_a_gateway_is_made_by_one_call_and_looked_at_once(ec2, stub):
    created(stub)
    listed(stub, gateway(), gateway("vgw-0", state="deleted"), gateway("vgw-9", Name="other"))
    assert site.make_gateway(GATEWAY, ec2) == "vgw-1"


def test_one_that_is_not_listed_or_pending_is_waited_for(ec2, stub, clock):
    created(stub)
    listed(stub)
    listed(stub, gateway(state="pending"))
    listed(stub, gateway())
    assert site.make_gateway(GATEWAY, ec2) == "vgw-1"
    assert len(clock.sleeps) == 2


def test_a_lost_create_is_not_repeated(ec2, stub):
    stub.add_client_error("create_vpn_gateway", "InternalError", "lost", 500)
    listed(stub, gateway("vgw-7"))
    listed(stub, gateway("vgw-7"))
    assert site.make_gateway(GATEWAY, ec2) == "vgw-7"


def test_whoever_sees_two_removes_its_own_and_takes_the_others(ec2, stub):
    created(stub)
    listed(stub, gateway(), gateway("vgw-2"))
    stub.add_response("delete_vpn_gateway", {}, {"VpnGatewayId": "vgw-1"})
    listed(stub, gateway("vgw-2"))
    assert site.make_gateway(GATEWAY, ec2) == "vgw-2"


def test_where_both_have_removed_theirs_it_is_made_once_more(ec2, stub):
    created(stub)
    listed(stub, gateway(), gateway("vgw-2"))
    stub.add_response("delete_vpn_gateway", {}, {"VpnGatewayId": "vgw-1"})
    listed(stub)
    created(stub, "vgw-3")
    listed(stub, gateway("vgw-3"))
    assert site.make_gateway(GATEWAY, ec2) == "vgw-3"


def test_that_ends_at_last(ec2, stub):
    for number in range(site.ATTEMPTS):
        created(stub, f"vgw-{number}")
        listed(stub, gateway(f"vgw-{number}"), gateway("vgw-9"))
        stub.add_client_error("delete_vpn_gateway", "InvalidVpnGatewayID.NotFound", "gone", 400)
        listed(stub)
    with pytest.raises(Failure, match=r"Other runs make the virtual private gateway aws-vgw .* Remedy: run again"):
        site.make_gateway(GATEWAY, ec2)


def test_a_vpc_is_made_likewise(ec2, stub):
    wanted = {"intercloud.vpn/site": "aws", "Name": "aws-vpc"}
    specification = [{"ResourceType": "vpc", "Tags": tags(**wanted)}]
    expected = {"CidrBlock": "172.31.0.0/16", "TagSpecifications": specification}
    stub.add_response("create_vpc", {"Vpc": {"VpcId": "vpc-1"}}, expected)
    made = {"VpcId": "vpc-1", "State": "available", "CidrBlock": "172.31.0.0/16", "Tags": tags(**wanted)}
    filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in wanted.items()]
    stub.add_response("describe_vpcs", {"Vpcs": [made]}, {"Filters": filters})
    assert site.make_vpc(VPC, ec2) == "vpc-1"


def test_a_gateway_is_attached_before_it_is_used(ec2, stub, clock):
    stub.add_response("attach_vpn_gateway", {}, {"VpnGatewayId": "vgw-1", "VpcId": "vpc-1"})
    described(stub, gateway(vpc="vpc-1", attachment="attaching"))
    described(stub, gateway(vpc="vpc-1"))
    site.attach("vgw-1", "vpc-1", ec2)
    assert len(clock.sleeps) == 1


def test_what_another_run_has_attached_is_no_error(ec2, stub):
    stub.add_client_error("attach_vpn_gateway", "InvalidVpcState", "is attached already", 400)
    described(stub, gateway(vpc="vpc-1"))
    described(stub, gateway(vpc="vpc-1"))
    site.attach("vgw-1", "vpc-1", ec2)


def test_what_aws_refuses_to_attach_is_an_error(ec2, stub):
    message = "This call cannot be completed because there are pending VPNs or Virtual Interfaces"
    stub.add_client_error("attach_vpn_gateway", "InvalidParameterValue", message, 400)
    described(stub, gateway())
    with pytest.raises(ApiFailure, match="pending VPNs"):
        site.attach("vgw-1", "vpc-1", ec2)
