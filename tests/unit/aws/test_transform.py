# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS's records in our names, and our options in AWS's."""

from __future__ import annotations

import datetime

import botocore.session
import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import fields, network, spec, transform

from tests.unit.aws.samples import (
    CIDR_A,
    CIDR_B,
    IP_A,
    IP_B,
    KEY_A,
    KEY_B,
    configuration,
    connection,
    gateway,
    tags,
    tunnel,
)

EC2_MODEL = botocore.session.get_session().get_service_model("ec2")


def test_tunnels_are_joined_by_outside_address_not_by_order():
    first, second = transform.vpn_connection(connection())["tunnels"]
    assert (first["outside_ip_address"], first["tunnel_inside_cidr"], first["pre_shared_key"]) == (IP_A, CIDR_A, KEY_A)
    assert (first["aws_inside_address"], first["customer_inside_address"]) == ("169.254.8.1", "169.254.8.2")
    assert first["telemetry"]["status"] == "UP"
    assert (second["outside_ip_address"], second["tunnel_inside_cidr"], second["pre_shared_key"]) == (
        IP_B,
        CIDR_B,
        KEY_B,
    )
    assert (second["aws_inside_address"], second["customer_inside_address"]) == ("169.254.8.5", "169.254.8.6")
    assert second["telemetry"]["status_message"] == "IPSEC IS DOWN"


def test_inside_addresses_are_what_aws_says_even_if_unexpected():
    told = configuration((IP_A, "169.254.8.2", "169.254.8.1", KEY_A))
    first, second = transform.vpn_connection(connection(CustomerGatewayConfiguration=told))["tunnels"]
    assert (first["aws_inside_address"], first["customer_inside_address"]) == ("169.254.8.2", "169.254.8.1")
    # Not told for the other: the documented addresses of its block.
    assert (second["aws_inside_address"], second["customer_inside_address"]) == ("169.254.8.5", "169.254.8.6")


def test_public_form_has_no_key_anywhere():
    record = transform.public(transform.vpn_connection(connection()))
    assert KEY_A not in str(record) and KEY_B not in str(record)
    assert "pre_shared_key_readable" in record["tunnels"][0]
    assert "pre_shared_key" not in record["tunnels"][0]


def test_redacted_keys_are_not_readable():
    record = transform.vpn_connection(
        connection(tunnel(key="REDACTED"), tunnel(IP_B, CIDR_B, KEY_B), PreSharedKeyArn="a")
    )
    assert [item["pre_shared_key_readable"] for item in record["tunnels"]] == [False, True]
    assert record["pre_shared_key_readable"] is False
    assert record["pre_shared_key_storage"] == "SecretsManager"


def test_timestamps_are_text_and_tags_a_dictionary():
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    telemetry = [{"OutsideIpAddress": IP_A, "LastStatusChange": moment}]
    record = transform.vpn_connection(connection(VgwTelemetry=telemetry, Tags=tags(Name="a", other="b")))
    assert record["tunnels"][0]["telemetry"]["last_status_change"] == "2026-01-02T03:04:05+00:00"
    assert (record["name"], record["tags"]) == ("a", {"Name": "a", "other": "b"})


def test_connection_without_options_has_aws_defaults():
    record = transform.vpn_connection({"VpnConnectionId": "vpn-2", "State": "deleted", "VpnGatewayId": ""})
    assert record["tunnels"] == [] and record["vpn_gateway_id"] is None
    assert (record["static_routes_only"], record["local_ipv4_network_cidr"]) == (False, "0.0.0.0/0")


OPTIONS = {
    "tunnel_inside_cidr": CIDR_A,
    "tunnel_inside_ipv6_cidr": "fd00::/126",
    "pre_shared_key": KEY_A,
    "ike_versions": ["ikev2"],
    "phase1_encryption_algorithms": ["AES256"],
    "phase1_integrity_algorithms": ["SHA2-256"],
    "phase1_dh_group_numbers": [19],
    "phase1_lifetime_seconds": 14400,
    "phase1_additional_key_exchanges": [{"round": 1, "methods": [36], "requirement": "optional"}],
    "phase2_encryption_algorithms": ["AES128"],
    "phase2_integrity_algorithms": ["SHA1"],
    "phase2_dh_group_numbers": [14],
    "phase2_lifetime_seconds": 3600,
    "phase2_additional_key_exchanges": [{"round": 2, "methods": [37], "requirement": "required"}],
    "rekey_margin_time_seconds": 270,
    "rekey_fuzz_percentage": 0,
    "replay_window_size": 64,
    "startup_action": "start",
    "dpd_timeout_seconds": 40,
    "dpd_timeout_action": "none",
    "enable_tunnel_lifecycle_control": True,
    "log_enabled": True,
    "log_group_arn": "arn:log",
    "log_output_format": "text",
    "bgp_log_enabled": False,
    "bgp_log_group_arn": "arn:bgp",
    "bgp_log_output_format": "json",
}


@pytest.mark.parametrize("operation", ["CreateVpnConnection", "ModifyVpnTunnelOptions"])
def test_every_tunnel_option_of_the_api_can_be_given(operation):
    shape = EC2_MODEL.operation_model(operation).input_shape
    options = shape.members["Options"] if operation == "CreateVpnConnection" else shape
    tunnel_shape = options.members["TunnelOptions"]
    tunnel_shape = tunnel_shape.member if tunnel_shape.type_name == "list" else tunnel_shape
    request = transform.tunnel_request(OPTIONS)
    assert set(request) == set(tunnel_shape.members)
    logs = tunnel_shape.members["LogOptions"].members["CloudWatchLogOptions"].members
    assert set(request["LogOptions"]["CloudWatchLogOptions"]) == set(logs)


def test_every_tunnel_option_reads_back_as_it_was_given():
    answer = transform.tunnel_request(OPTIONS)
    answer = {name.replace("DPD", "Dpd").replace("IKE", "Ike"): value for name, value in answer.items()}
    assert set(answer) <= set(EC2_MODEL.shape_for("TunnelOption").members)
    record = transform.vpn_tunnel({**answer, "OutsideIpAddress": IP_A}, {}, None)
    assert {name: record[name] for name in OPTIONS} == OPTIONS


def test_fields_options_and_names_are_one_set():
    assert {field.name for field in fields.VPN_TUNNEL} == set(transform.TUNNEL_NAMES) == set(OPTIONS)
    assert set(spec.TUNNEL_OPTIONS) == set(OPTIONS) | {"outside_ip_address"}


def test_every_connection_option_of_the_api_is_known():
    options = EC2_MODEL.operation_model("CreateVpnConnection").input_shape.members["Options"].members
    assert set(transform.CONNECTION_NAMES.values()) == set(options) - {"TunnelOptions"}


def test_none_is_never_sent():
    assert transform.tunnel_request(dict.fromkeys(OPTIONS)) == {}


def test_customer_gateway_asn_is_a_number_of_either_size():
    assert network.customer_gateway(gateway())["bgp_asn"] == 65000
    assert network.customer_gateway(gateway(BgpAsn=None, BgpAsnExtended="4200000000"))["bgp_asn"] == 4200000000


def test_route_table_tells_targets_and_propagation():
    table = network.route_table(
        {
            "RouteTableId": "rtb-1",
            "VpcId": "vpc-1",
            "Associations": [{"Main": True}, {"SubnetId": "subnet-2"}, {"SubnetId": "subnet-1"}],
            "PropagatingVgws": [{"GatewayId": "vgw-1"}],
            "Routes": [
                {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable"},
                {"DestinationCidrBlock": "10.1.0.0/16", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation"},
                {"DestinationIpv6CidrBlock": "::/0", "InstanceOwnerId": "1", "NetworkInterfaceId": "eni-1"},
            ],
        }
    )
    assert table["main"] and table["subnet_ids"] == ["subnet-1", "subnet-2"]
    assert table["propagating_gateway_ids"] == ["vgw-1"]
    assert [(r["destination"], r["target"], r["propagated"]) for r in table["routes"]] == [
        ("10.0.0.0/16", "local", False),
        ("10.1.0.0/16", "vgw-1", True),
        ("::/0", "eni-1", False),
    ]


def test_vpc_tells_all_its_ranges():
    raw = {
        "VpcId": "vpc-1",
        "CidrBlock": "10.0.0.0/16",
        "CidrBlockAssociationSet": [
            {"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"CidrBlock": "10.9.0.0/16", "CidrBlockState": {"State": "associated"}},
            {"CidrBlock": "10.8.0.0/16", "CidrBlockState": {"State": "disassociated"}},
        ],
    }
    assert network.vpc(raw)["cidr_blocks"] == ["10.0.0.0/16", "10.9.0.0/16"]


def test_gateway_attachments_that_are_over_are_left_out():
    raw = {
        "VpnGatewayId": "vgw-1",
        "AmazonSideAsn": 65001,
        "VpcAttachments": [{"VpcId": "vpc-0", "State": "detached"}, {"VpcId": "vpc-1", "State": "attached"}],
    }
    record = network.vpn_gateway(raw)
    assert record["vpc_attachments"] == [{"vpc_id": "vpc-1", "state": "attached"}]
    assert record["amazon_side_asn"] == 65001
