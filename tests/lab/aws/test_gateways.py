# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

CGW = {"Type": "ipsec.1", "IpAddress": "116.198.1.1", "BgpAsn": 65000}


def _create(ec2, **arguments):
    return ec2.create_customer_gateway(**(CGW | arguments))["CustomerGateway"]


def test_an_equal_customer_gateway_is_the_existing_one_unless_its_device_differs(ec2):
    first = _create(ec2)
    tags = [{"ResourceType": "customer-gateway", "Tags": [{"Key": "Name", "Value": "again"}]}]
    assert _create(ec2, TagSpecifications=tags) == first
    others = [
        _create(ec2, DeviceName="link-a"),
        _create(ec2, DeviceName="link-b"),
        _create(ec2, BgpAsn=65001),
        _create(ec2, IpAddress="116.198.1.2"),
    ]
    assert len({gateway["CustomerGatewayId"] for gateway in [first, *others]}) == 5
    assert others[0]["DeviceName"] == "link-a"
    assert _create(ec2, DeviceName="link-a") == others[0]


def test_a_deleted_customer_gateway_is_not_taken_again(ec2):
    first = _create(ec2)
    ec2.delete_customer_gateway(CustomerGatewayId=first["CustomerGatewayId"])
    second = _create(ec2)
    assert second["CustomerGatewayId"] != first["CustomerGatewayId"]
    found = ec2.describe_customer_gateways(Filters=[{"Name": "state", "Values": ["available"]}])["CustomerGateways"]
    assert [gateway["CustomerGatewayId"] for gateway in found] == [second["CustomerGatewayId"]]
    assert len(ec2.describe_customer_gateways()["CustomerGateways"]) == 2


def test_asns(ec2, refused):
    assert ec2.create_customer_gateway(Type="ipsec.1", IpAddress="116.198.1.3")["CustomerGateway"]["BgpAsn"] == "65000"
    long = ec2.create_customer_gateway(Type="ipsec.1", IpAddress="116.198.1.4", BgpAsnExtended=4200000000)
    assert long["CustomerGateway"]["BgpAsnExtended"] == "4200000000"
    refused("InvalidParameterValue", _create, ec2=ec2, BgpAsn=0)
    refused("InvalidParameterCombination", _create, ec2=ec2, BgpAsnExtended=4200000000)


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "198.51.100.1", "224.0.0.1", "116.198.1.256", "2001:db8::1", "gw.example"]
)
def test_addresses_that_nobody_can_reach_are_refused(ec2, refused, address):
    refused("InvalidParameterValue", _create, ec2=ec2, IpAddress=address)


def test_the_old_name_of_the_address_still_works(ec2):
    created = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="116.198.1.9", BgpAsn=65000)["CustomerGateway"]
    assert created["IpAddress"] == "116.198.1.9"


def test_customer_gateway_quota(aws, ec2, refused):
    aws.set(customer_gateways_per_region=1)
    _create(ec2)
    _create(ec2)  # the existing one
    refused("CustomerGatewayLimitExceeded", _create, ec2=ec2, DeviceName="another")


def test_customer_gateway_filters(ec2):
    tags = [{"ResourceType": "customer-gateway", "Tags": [{"Key": "Name", "Value": "link-a"}]}]
    wanted = _create(ec2, TagSpecifications=tags)
    _create(ec2, IpAddress="116.198.1.2", BgpAsn=65001)
    assert wanted["Tags"] == tags[0]["Tags"]
    for name, value in {
        "tag:Name": "link-a",
        "ip-address": "116.198.1.1",
        "bgp-asn": "65000",
        "customer-gateway-id": wanted["CustomerGatewayId"],
    }.items():
        found = ec2.describe_customer_gateways(Filters=[{"Name": name, "Values": [value]}])["CustomerGateways"]
        assert found == [wanted], name


def test_gateways_that_do_not_exist(ec2, refused):
    refused(
        "InvalidCustomerGatewayID.NotFound",
        ec2.describe_customer_gateways,
        CustomerGatewayIds=["cgw-0123456789abcdef0"],
    )
    refused("InvalidVpnGatewayID.NotFound", ec2.describe_vpn_gateways, VpnGatewayIds=["vgw-0123456789abcdef0"])
    refused("InvalidVpnGatewayID.NotFound", ec2.delete_vpn_gateway, VpnGatewayId="vgw-0123456789abcdef0")


@pytest.mark.parametrize("asn", [64512, 65534, 4200000000, 4294967294])
def test_private_asns_of_the_amazon_side(ec2, asn):
    assert ec2.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=asn)["VpnGateway"]["AmazonSideAsn"] == asn


@pytest.mark.parametrize("asn", [64511, 65535, 4199999999, 4294967295])
def test_other_asns_are_refused(ec2, refused, asn):
    refused("InvalidParameterValue", ec2.create_vpn_gateway, Type="ipsec.1", AmazonSideAsn=asn)


def test_the_default_asn_is_the_one_that_jd_cloud_cannot_pair_with(ec2):
    assert ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["AmazonSideAsn"] == 64512


def test_a_vpn_gateway_in_use_is_not_deleted(site, refused):
    delete = {"VpnGatewayId": site.vgw_id}
    refused("IncorrectState", site.ec2.delete_vpn_gateway, **delete)  # attached
    connection = site.connect()
    refused("IncorrectState", site.ec2.delete_vpn_gateway, **delete)
    site.ec2.detach_vpn_gateway(VpcId=site.vpc_id, VpnGatewayId=site.vgw_id)
    refused("IncorrectState", site.ec2.delete_vpn_gateway, **delete)
    site.ec2.delete_vpn_connection(VpnConnectionId=connection["VpnConnectionId"])
    site.ec2.delete_vpn_gateway(**delete)
    assert site.ec2.describe_vpn_gateways(VpnGatewayIds=[site.vgw_id])["VpnGateways"][0]["State"] == "deleted"


def test_a_deleted_vpn_gateway_vanishes(aws, site):
    site.ec2.detach_vpn_gateway(VpcId=site.vpc_id, VpnGatewayId=site.vgw_id)
    site.ec2.delete_vpn_gateway(VpnGatewayId=site.vgw_id)
    aws.pass_time(61)
    assert site.ec2.describe_vpn_gateways()["VpnGateways"] == []


def test_one_vpn_gateway_for_a_vpc_and_one_vpc_for_a_vpn_gateway(site, refused):
    attach = site.ec2.attach_vpn_gateway
    other_vpc = site.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    other_vgw = site.ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    refused("InvalidVpcState", attach, VpcId=site.vpc_id, VpnGatewayId=other_vgw)
    refused("VpnGatewayAttachmentLimitExceeded", attach, VpcId=other_vpc, VpnGatewayId=site.vgw_id)
    assert attach(VpcId=site.vpc_id, VpnGatewayId=site.vgw_id)["VpcAttachment"]["State"] == "attached"
    site.ec2.detach_vpn_gateway(VpcId=site.vpc_id, VpnGatewayId=site.vgw_id)
    attach(VpcId=site.vpc_id, VpnGatewayId=other_vgw)


def test_a_detached_gateway_says_so(site, refused):
    site.ec2.detach_vpn_gateway(VpcId=site.vpc_id, VpnGatewayId=site.vgw_id)
    described = site.ec2.describe_vpn_gateways()["VpnGateways"][0]
    assert described["VpcAttachments"] == [{"VpcId": site.vpc_id, "State": "detached"}]
    arguments = {"VpcId": site.vpc_id, "VpnGatewayId": site.vgw_id}
    refused("InvalidVpnGatewayAttachment.NotFound", site.ec2.detach_vpn_gateway, **arguments)


def test_no_detaching_while_a_connection_is_pending(aws, site, refused):
    aws.set(pending_seconds=300)
    site.connect()
    arguments = {"VpcId": site.vpc_id, "VpnGatewayId": site.vgw_id}
    assert "pending VPNs" in refused("InvalidParameterValue", site.ec2.detach_vpn_gateway, **arguments)


def test_a_vpc_with_a_gateway_is_not_deleted(ec2, refused):
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    vgw = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpcId=vpc, VpnGatewayId=vgw)
    refused("DependencyViolation", ec2.delete_vpc, VpcId=vpc)
    ec2.detach_vpn_gateway(VpcId=vpc, VpnGatewayId=vgw)
    ec2.delete_vpc(VpcId=vpc)


def test_vpn_gateway_quota_and_filters(aws, ec2, refused):
    aws.set(vpn_gateways_per_region=1)
    tags = [{"ResourceType": "vpn-gateway", "Tags": [{"Key": "Name", "Value": "site"}]}]
    created = ec2.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=65001, TagSpecifications=tags)["VpnGateway"]
    refused("VpnGatewayLimitExceeded", ec2.create_vpn_gateway, Type="ipsec.1")
    for name, value, count in (("tag:Name", "site", 1), ("amazon-side-asn", "65001", 1), ("state", "deleted", 0)):
        found = ec2.describe_vpn_gateways(Filters=[{"Name": name, "Values": [value]}])["VpnGateways"]
        assert found == [created] * count, name
