# SPDX-License-Identifier: GPL-3.0-or-later
"""aws_customer_gateway: exactly which calls are made, and what comes back."""

from __future__ import annotations

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import customer_gateway
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Failure
from ansible_collections.intercloud.vpn.plugins.modules import aws_customer_gateway as module

from tests.unit.aws.samples import CGW, gateway, params, tags

WANTED = {"ip_address": "116.1.1.1", "bgp_asn": 65000, "device_name": "link-a", "name": "a-1", "tags": {"team": "net"}}
CREATE = {
    "Type": "ipsec.1",
    "IpAddress": "116.1.1.1",
    "BgpAsn": 65000,
    "DeviceName": "link-a",
    "TagSpecifications": [{"ResourceType": "customer-gateway", "Tags": tags(team="net", Name="a-1")}],
}
TAGGED = gateway(Tags=tags(team="net", Name="a-1"))


def run(ec2, check_mode=False, **options):
    return customer_gateway.run(params(module, **options), Context(check_mode=check_mode), ec2)


def described(stub, *records, ids=None):
    expected = {"CustomerGatewayIds": ids} if ids else {}
    stub.add_response("describe_customer_gateways", {"CustomerGateways": list(records)}, expected)


def test_makes_with_tags_at_create(ec2, stub):
    described(stub)
    stub.add_response("create_customer_gateway", {"CustomerGateway": TAGGED}, CREATE)
    result = run(ec2, **WANTED)
    assert result["changed"] and result["customer_gateway"]["customer_gateway_id"] == CGW
    assert result["customer_gateway"]["tags"] == {"team": "net", "Name": "a-1"}


def test_check_mode_makes_nothing(ec2, stub):
    described(stub)
    result = run(ec2, check_mode=True, **WANTED)
    assert result["changed"]
    assert (result["customer_gateway"]["customer_gateway_id"], result["customer_gateway"]["state"]) == (None, "planned")


@pytest.mark.parametrize("check_mode", [False, True])
def test_converged_changes_nothing(ec2, stub, check_mode):
    described(stub, gateway(CustomerGatewayId="cgw-0", State="deleted"), TAGGED, gateway(DeviceName="other"))
    result = run(ec2, check_mode=check_mode, **WANTED)
    assert not result["changed"] and result["customer_gateway"]["customer_gateway_id"] == CGW


def test_check_mode_of_a_fresh_run_knows_no_address(ec2):
    assert run(ec2, check_mode=True, ip_address="", bgp_asn=65000)["changed"]


def test_address_and_asn_are_needed_to_make_one(ec2, stub):
    described(stub)
    with pytest.raises(Failure, match="needs bgp_asn and ip_address"):
        run(ec2, ip_address="116.1.1.1")


def test_large_asn_goes_into_its_own_field(ec2, stub):
    made = gateway(BgpAsn=None, BgpAsnExtended="4200000000", DeviceName=None)
    made = {key: value for key, value in made.items() if value is not None}
    described(stub)
    expected = {"Type": "ipsec.1", "IpAddress": "116.1.1.1", "BgpAsnExtended": 4200000000}
    stub.add_response("create_customer_gateway", {"CustomerGateway": made}, expected)
    assert run(ec2, ip_address="116.1.1.1", bgp_asn=4200000000)["customer_gateway"]["bgp_asn"] == 4200000000


@pytest.mark.parametrize("asn", [0, 4294967296])
def test_asn_out_of_range_is_refused_before_any_call(ec2, asn):
    with pytest.raises(Failure, match="1 to 4294967295"):
        run(ec2, ip_address="116.1.1.1", bgp_asn=asn)


def test_a_gateway_of_somebody_else_is_not_taken(ec2, stub):
    """AWS may answer a create with the gateway that it has for this address and ASN."""
    others = gateway(DeviceName="not-ours")
    described(stub, others)
    made = {"Type": "ipsec.1", "IpAddress": "116.1.1.1", "BgpAsn": 65000}
    stub.add_response("create_customer_gateway", {"CustomerGateway": others}, made)
    with pytest.raises(Failure, match="device_name is 'not-ours' and can't be changed to ''"):
        run(ec2, ip_address="116.1.1.1", bgp_asn=65000)


def test_immutable_difference_of_an_adopted_one_names_field_values_and_remedy(ec2, stub):
    described(stub, gateway(), ids=[CGW])
    with pytest.raises(Failure, match=r"bgp_asn is 65000 and can't be changed to 65001\. .*make a new one") as caught:
        run(ec2, customer_gateway_id=CGW, bgp_asn=65001)
    assert [change["field"] for change in caught.value.details["changes"]] == ["bgp_asn"]


def test_adopting_what_does_not_exist_fails(ec2, stub):
    stub.add_client_error("describe_customer_gateways", "InvalidCustomerGatewayID.NotFound", "no", 400)
    with pytest.raises(Failure, match=r"cgw-1 does not exist at EC2 in eu-central-1 .*Remedy"):
        run(ec2, customer_gateway_id=CGW)


def test_more_than_one_is_refused_with_ids(ec2, stub):
    described(stub, gateway(Tags=tags(Name="a")), gateway(CustomerGatewayId="cgw-2", Tags=tags(Name="a")))
    with pytest.raises(Failure, match=r"More than one .*cgw-1, cgw-2\. Remedy: give customer_gateway_id"):
        run(ec2, name="a")


def test_tags_are_set_and_purged(ec2, stub):
    described(stub, gateway(Tags=[*tags(Name="old", gone="x"), {"Key": "aws:made-by", "Value": "y"}]))
    stub.add_response("delete_tags", {}, {"Resources": [CGW], "Tags": [{"Key": "gone"}]})
    stub.add_response("create_tags", {}, {"Resources": [CGW], "Tags": tags(Name="a-1", team="net")})
    result = run(ec2, **WANTED)
    assert result["changed"]
    assert result["diff"]["after"]["tags"] == {"Name": "a-1", "team": "net", "aws:made-by": "y"}


def test_tags_are_not_purged_without_tags_or_when_told(ec2, stub):
    described(stub, gateway(Tags=tags(Name="a-1", other="x")))
    assert not run(ec2, **{**WANTED, "tags": None})["changed"]
    described(stub, gateway(Tags=tags(Name="a-1", other="x", team="net")))
    assert not run(ec2, **WANTED, purge_tags=False)["changed"]


def test_deletes(ec2, stub):
    described(stub, gateway())
    stub.add_response("delete_customer_gateway", {}, {"CustomerGatewayId": CGW})
    result = run(ec2, **WANTED, state="absent")
    assert result["changed"] and result["customer_gateway"]["state"] == "deleted"


def test_check_mode_deletes_nothing(ec2, stub):
    described(stub, gateway())
    assert run(ec2, check_mode=True, **WANTED, state="absent")["changed"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_nothing_to_delete(ec2, stub, check_mode):
    described(stub, gateway(State="deleted"), ids=[CGW])
    assert run(ec2, check_mode=check_mode, customer_gateway_id=CGW, state="absent") == {"changed": False}


def test_a_gateway_in_use_is_explained(ec2, stub):
    described(stub, gateway())
    stub.add_client_error("delete_customer_gateway", "IncorrectState", "The customer gateway is in use.", 400)
    with pytest.raises(Failure, match=r"still used by a VPN connection .*delete that connection first"):
        run(ec2, **WANTED, state="absent")
