# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules against the emulated AWS: make, run again, change, remove; asked afterwards with plain boto3."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import api, read
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure
from ansible_collections.intercloud.vpn.plugins.modules import (
    aws_customer_gateway,
    aws_customer_gateway_info,
    aws_route_propagation,
    aws_route_propagation_info,
    aws_vpn_connection,
    aws_vpn_connection_info,
)

KEYS = ["Integration_key_0001", "Integration_key_0002", "Integration_key_0003"]
CIDRS = ["169.254.8.0/30", "169.254.8.4/30"]
PROPOSAL = {
    "ike_versions": ["ikev2"],
    "phase1_encryption_algorithms": ["AES256"],
    "phase1_integrity_algorithms": ["SHA2-256"],
    "phase1_dh_group_numbers": [19],
    "phase1_lifetime_seconds": 14400,
    "phase2_encryption_algorithms": ["AES256"],
    "phase2_integrity_algorithms": ["SHA2-256"],
    "phase2_dh_group_numbers": [19],
    "phase2_lifetime_seconds": 3600,
    "startup_action": "add",
    "dpd_timeout_seconds": 30,
    "dpd_timeout_action": "restart",
}
LINK = {"intercloud.vpn/link": "a", "intercloud.vpn/address": "1"}


def tunnels(*keys):
    return [{**PROPOSAL, "tunnel_inside_cidr": c, "pre_shared_key": k} for c, k in zip(CIDRS, keys, strict=True)]


@pytest.fixture
def gateway(lab):
    options = {"ip_address": "116.1.1.1", "bgp_asn": 65000, "device_name": "a", "name": "a-1", "tags": LINK}
    lab.run(aws_customer_gateway, **options)
    return options


@pytest.fixture
def wanted(lab, site, gateway):
    made = lab.run(aws_customer_gateway, **gateway)
    assert not made["changed"]
    return {
        "name": "a-1",
        "match_tags": LINK,
        "customer_gateway_id": made["customer_gateway"]["customer_gateway_id"],
        "vpn_gateway_id": site.gateway_id,
        "tunnel_options": tunnels(KEYS[0], KEYS[1]),
    }


def described(lab):
    found = lab.boto().describe_vpn_connections()["VpnConnections"]
    return [connection for connection in found if connection["State"] not in ("deleting", "deleted")]


def keys_of(lab):
    (connection,) = described(lab)
    return {t["TunnelInsideCidr"]: t["PreSharedKey"] for t in connection["Options"]["TunnelOptions"]}


def test_customer_gateway_lives(lab, gateway):
    (made,) = lab.boto().describe_customer_gateways()["CustomerGateways"]
    assert (made["IpAddress"], made["BgpAsn"], made["DeviceName"]) == ("116.1.1.1", "65000", "a")
    assert {tag["Key"]: tag["Value"] for tag in made["Tags"]} == {**LINK, "Name": "a-1"}
    lab.forget()
    assert not lab.run(aws_customer_gateway, **gateway)["changed"]
    assert lab.run(aws_customer_gateway, check_mode=True, **{**gateway, "name": "b"})["changed"]
    assert lab.writes() == []
    assert lab.run(aws_customer_gateway, **{**gateway, "device_name": "other"})["changed"]
    listed = lab.run(aws_customer_gateway_info, filters={"ip-address": "116.1.1.1"})["customer_gateways"]
    assert sorted(item["device_name"] for item in listed) == ["a", "other"]
    assert lab.run(aws_customer_gateway, **gateway, state="absent")["changed"]
    assert not lab.run(aws_customer_gateway, **gateway, state="absent")["changed"]


def test_connection_is_made_as_asked_and_then_left_alone(lab, wanted):
    lab.forget()
    assert lab.run(aws_vpn_connection, check_mode=True, **wanted)["changed"]
    assert lab.writes() == []
    result = lab.run(aws_vpn_connection, **wanted)
    assert result["changed"] and result["vpn_connection"]["state"] == "available"
    assert lab.writes() == ["CreateVpnConnection"]
    (made,) = described(lab)
    for tunnel in made["Options"]["TunnelOptions"]:
        assert tunnel["PreSharedKey"] == KEYS[CIDRS.index(tunnel["TunnelInsideCidr"])]
        assert tunnel["Phase1DHGroupNumbers"] == [{"Value": 19}] and tunnel["DpdTimeoutAction"] == "restart"
        assert tunnel["Phase1LifetimeSeconds"] == 14400 and tunnel["IkeVersions"] == [{"Value": "ikev2"}]
    inside = {
        t["tunnel_inside_cidr"]: (t["aws_inside_address"], t["customer_inside_address"])
        for t in result["vpn_connection"]["tunnels"]
    }
    assert inside == {CIDRS[0]: ("169.254.8.1", "169.254.8.2"), CIDRS[1]: ("169.254.8.5", "169.254.8.6")}
    lab.forget()
    for check_mode in (True, False):
        assert not lab.run(aws_vpn_connection, check_mode=check_mode, **wanted)["changed"]
        swapped = {**wanted, "tunnel_options": wanted["tunnel_options"][::-1]}
        assert not lab.run(aws_vpn_connection, check_mode=check_mode, **swapped)["changed"]
    assert lab.writes() == []


def test_defaults_that_aws_lists_or_not_are_no_difference(lab, wanted):
    lab.run(aws_vpn_connection, **{**wanted, "tunnel_options": [{"tunnel_inside_cidr": c} for c in CIDRS]})
    defaults = {"phase1_lifetime_seconds": 28800, "startup_action": "add", "replay_window_size": 1024}
    options = [{"tunnel_inside_cidr": c, **defaults} for c in CIDRS]
    for listed in (False, True):
        lab.settings(describe_unset_options=listed)
        assert not lab.run(aws_vpn_connection, **{**wanted, "tunnel_options": options})["changed"]
    lab.settings(describe_unset_options=False)


def test_keys_are_changed_only_with_leave_and_one_tunnel_at_a_time(lab, wanted):
    lab.run(aws_vpn_connection, **wanted)
    lab.forget()
    other = {**wanted, "tunnel_options": tunnels(KEYS[2], KEYS[0])}
    with pytest.raises(Failure, match="interrupt traffic") as caught:
        lab.run(aws_vpn_connection, **other)
    assert not any(key in caught.value.message + str(caught.value.details) for key in KEYS)
    assert lab.writes() == []
    result = lab.run(aws_vpn_connection, **other, allow_interruption=True)
    assert result["changed"] and not any(key in str(result) for key in KEYS)
    assert keys_of(lab) == {CIDRS[0]: KEYS[2], CIDRS[1]: KEYS[0]}
    # AWS refuses a second change while it is at the first: had one come too early, it would show as an error here.
    calls = [r for r in lab.requests() if r["operation"] == "ModifyVpnTunnelOptions"]
    assert [call["status"] for call in calls] == [200, 200]
    assert not lab.run(aws_vpn_connection, **other)["changed"]


def test_one_tunnel_alone_can_be_changed(lab, wanted):
    lab.run(aws_vpn_connection, **wanted)
    lab.forget()
    one = [{"tunnel_inside_cidr": CIDRS[1], "pre_shared_key": KEYS[2]}]
    lab.run(aws_vpn_connection, match_tags=LINK, tunnel_options=one, allow_interruption=True)
    assert keys_of(lab) == {CIDRS[0]: KEYS[0], CIDRS[1]: KEYS[2]}
    assert lab.writes() == ["ModifyVpnTunnelOptions"]


def test_an_inside_block_can_be_changed(lab, wanted):
    lab.run(aws_vpn_connection, **wanted)
    options = tunnels(KEYS[0], KEYS[1])
    options[1]["tunnel_inside_cidr"] = "169.254.9.0/30"
    lab.run(aws_vpn_connection, **{**wanted, "tunnel_options": options}, allow_interruption=True)
    assert keys_of(lab) == {CIDRS[0]: KEYS[0], "169.254.9.0/30": KEYS[1]}


def test_redacted_keys_are_left_alone_and_said_so(lab, wanted):
    lab.run(aws_vpn_connection, **wanted)
    lab.settings(redact_psks=True)
    lab.forget()
    result = lab.run(aws_vpn_connection, **{**wanted, "tunnel_options": tunnels(KEYS[2], KEYS[0])})
    assert not result["changed"] and len(result["pre_shared_keys_not_compared"]) == 2
    written = {**wanted, "tunnel_options": tunnels(KEYS[2], KEYS[0]), "unreadable_pre_shared_key": "write"}
    assert lab.run(aws_vpn_connection, **written, allow_interruption=True)["changed"]
    assert lab.writes() == ["ModifyVpnTunnelOptions"] * 2
    lab.settings(redact_psks=False)
    assert keys_of(lab) == {CIDRS[0]: KEYS[2], CIDRS[1]: KEYS[0]}


def test_static_routes(lab, wanted):
    static = {**wanted, "static_routes_only": True, "routes": ["10.1.0.0/16", "10.2.0.0/16"], "purge_routes": True}
    lab.run(aws_vpn_connection, **static)
    assert not lab.run(aws_vpn_connection, **static)["changed"]
    assert lab.run(aws_vpn_connection, **{**static, "routes": ["10.2.0.0/16", "10.3.0.0/16"]})["changed"]
    (made,) = described(lab)
    assert {route["DestinationCidrBlock"] for route in made["Routes"]} == {"10.2.0.0/16", "10.3.0.0/16"}
    with pytest.raises(Failure, match="static_routes_only is True and can't be changed to False"):
        lab.run(aws_vpn_connection, **{**wanted, "static_routes_only": False})


def test_made_first_and_waited_for_later(lab, wanted):
    assert lab.run(aws_vpn_connection, **wanted, wait=False)["vpn_connection"]["state"] == "pending"
    result = lab.run(aws_vpn_connection, **wanted)
    assert not result["changed"] and result["vpn_connection"]["state"] == "available"


def test_removal_waits_so_that_the_customer_gateway_can_go(lab, wanted, gateway):
    lab.run(aws_vpn_connection, **wanted)
    with pytest.raises(Failure, match="still used by a VPN connection"):
        lab.run(aws_customer_gateway, **gateway, state="absent")
    assert lab.run(aws_vpn_connection, check_mode=True, match_tags=LINK, state="absent")["changed"]
    assert lab.run(aws_vpn_connection, match_tags=LINK, state="absent", wait=False)["changed"]
    assert not lab.run(aws_vpn_connection, match_tags=LINK, state="absent")["changed"]
    assert lab.run(aws_customer_gateway, **gateway, state="absent")["changed"]
    assert described(lab) == []


def test_info_shows_no_keys(lab, wanted):
    made = lab.run(aws_vpn_connection, **wanted)["vpn_connection"]
    result = lab.run(aws_vpn_connection_info, vpn_connection_ids=[made["vpn_connection_id"]])
    assert [c["vpn_connection_id"] for c in result["vpn_connections"]] == [made["vpn_connection_id"]]
    assert not any(key in str(result) for key in KEYS)
    assert result["vpn_connections"][0]["tunnels"][0]["telemetry"]["status"] == "DOWN"
    with pytest.raises(Failure, match=r"InvalidVpnConnectionID\.NotFound"):
        lab.run(aws_vpn_connection_info, vpn_connection_ids=["vpn-0123456789abcdef0"])


def test_propagation_lives(lab, site):
    mark = {"intercloud.vpn/propagation": "a"}
    first, second = site.table_ids
    lab.boto().enable_vgw_route_propagation(RouteTableId=second, GatewayId=site.gateway_id)
    options = {"route_table_ids": site.table_ids, "vpn_gateway_id": site.gateway_id, "mark": mark}
    lab.forget()
    assert lab.run(aws_route_propagation, check_mode=True, **options)["changed"]
    assert lab.writes() == []
    assert lab.run(aws_route_propagation, **options)["changed"]
    assert not lab.run(aws_route_propagation, **options)["changed"]
    listed = lab.run(aws_route_propagation_info, vpn_gateway_id=site.gateway_id)["route_tables"]
    assert {table["route_table_id"]: table["tags"] for table in listed} == {first: mark, second: {}}
    removed = lab.run(aws_route_propagation, **options, state="absent", only_marked=True)
    assert removed["changed"] and removed["skipped_unmarked"] == [second]
    left = lab.run(aws_route_propagation_info, vpc_id=site.vpc_id, vpn_gateway_id=site.gateway_id)["route_tables"]
    assert [table["route_table_id"] for table in left] == [second]
    assert not lab.run(aws_route_propagation, **options, state="absent", only_marked=True)["changed"]


LOST_KINDS = ["reset", "reset_after", "garbage", "throttle"]


@pytest.mark.parametrize("kind", LOST_KINDS)
def test_nothing_is_made_twice_whatever_gets_lost(lab, site, kind):
    for operation in ("CreateCustomerGateway", "CreateVpnConnection", "CreateVpnConnectionRoute"):
        lab.fault(operation, kind)
    made = lab.run(aws_customer_gateway, ip_address="116.1.1.1", bgp_asn=65000, device_name="a", tags=LINK)
    wanted = {
        "match_tags": LINK,
        "customer_gateway_id": made["customer_gateway"]["customer_gateway_id"],
        "vpn_gateway_id": site.gateway_id,
        "static_routes_only": True,
        "routes": ["10.1.0.0/16"],
    }
    result = lab.run(aws_vpn_connection, **wanted)
    assert len(lab.boto().describe_customer_gateways()["CustomerGateways"]) == 1
    (connection,) = described(lab)
    assert [route["DestinationCidrBlock"] for route in connection["Routes"]] == ["10.1.0.0/16"]
    assert result["vpn_connection"]["tags"] == LINK
    assert not lab.run(aws_vpn_connection, **wanted)["changed"]


@pytest.mark.parametrize("kind", LOST_KINDS)
def test_changes_arrive_once_whatever_gets_lost(lab, wanted, kind):
    lab.run(aws_vpn_connection, **wanted)
    lab.forget()
    for operation in ("ModifyVpnTunnelOptions", "CreateTags", "DescribeVpnConnections"):
        lab.fault(operation, kind)
    other = {**wanted, "tunnel_options": tunnels(KEYS[2], KEYS[1]), "tags": {"psk": "g2"}}
    lab.run(aws_vpn_connection, **other, allow_interruption=True)
    assert keys_of(lab) == {CIDRS[0]: KEYS[2], CIDRS[1]: KEYS[1]}
    calls = [r for r in lab.requests() if r["operation"] == "ModifyVpnTunnelOptions"]
    assert len([r for r in calls if r["fault"] in (None, "reset_after")]) == 1
    assert not lab.run(aws_vpn_connection, **other)["changed"]


@pytest.mark.parametrize("kind", LOST_KINDS)
def test_removal_works_whatever_gets_lost(lab, wanted, gateway, kind):
    lab.run(aws_vpn_connection, **wanted)
    lab.fault("DeleteVpnConnection", kind)
    lab.fault("DeleteCustomerGateway", kind)
    assert lab.run(aws_vpn_connection, match_tags=LINK, state="absent")["changed"]
    assert lab.run(aws_customer_gateway, **gateway, state="absent")["changed"]
    assert described(lab) == []


def test_bulk_reading(lab, site, wanted):
    lab.run(aws_vpn_connection, **wanted)
    ec2 = api.ec2_client(lab.auth)
    assert [g["amazon_side_asn"] for g in read.list_vpn_gateways(ec2)] == [65001]
    assert [g["vpc_attachments"][0]["vpc_id"] for g in read.list_vpn_gateways(ec2)] == [site.vpc_id]
    assert set(site.table_ids) <= {table["route_table_id"] for table in read.list_route_tables(ec2, site.vpc_id)}
    (vpc,) = read.list_vpcs(ec2, ids=[site.vpc_id])
    assert vpc["cidr_blocks"] == ["10.20.0.0/16"]
    (connection,) = read.list_vpn_connections(ec2)
    assert sorted(tunnel["pre_shared_key"] for tunnel in connection["tunnels"]) == KEYS[:2]


def test_one_client_serves_many_threads(lab, site):
    ec2 = api.ec2_client(lab.auth)
    lab.fault("DescribeRouteTables", "throttle", count=3)
    lab.fault("DescribeVpcs", "reset", count=2)
    functions = [read.list_vpcs, read.list_route_tables, read.list_vpn_gateways, read.list_vpn_connections] * 4
    with ThreadPoolExecutor(8) as pool:
        answers = [future.result() for future in [pool.submit(function, ec2) for function in functions]]
    assert answers[:4] * 4 == answers
    assert site.vpc_id in {vpc["vpc_id"] for vpc in answers[0]}


def test_a_role_is_assumed_at_the_same_endpoint(lab, site):
    ec2 = api.ec2_client({**lab.auth, "role_arn": "arn:aws:iam::111122223333:role/vpn"})
    assert site.vpc_id in {vpc["vpc_id"] for vpc in read.list_vpcs(ec2)}
    assert [record["operation"] for record in lab.requests()] == ["AssumeRole", "DescribeVpcs"]


def test_a_wrong_key_and_a_wrong_place_are_explained(lab):
    with pytest.raises(Failure, match=r"AuthFailure|SignatureDoesNotMatch"):
        read.list_vpcs(api.ec2_client({**lab.auth, "access_key": "AKIDNOBODY0000000000"}))
    with pytest.raises(
        Failure, match=r"DescribeVpcs failed at EC2 in eu-central-1 \(http://127\.0\.0\.1:1\).*region exists"
    ):
        read.list_vpcs(api.ec2_client({**lab.auth, "endpoint_url": "http://127.0.0.1:1"}))
