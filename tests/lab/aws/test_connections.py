# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

BLOCKS = ("169.254.8.0/30", "169.254.8.4/30")


def _tunnels():
    return ({"TunnelInsideCidr": BLOCKS[0]}, {"TunnelInsideCidr": BLOCKS[1]})


def _outside(connection, block):
    return next(t["OutsideIpAddress"] for t in connection["Options"]["TunnelOptions"] if t["TunnelInsideCidr"] == block)


def _modify(site, connection, block=BLOCKS[0], **options):
    return site.ec2.modify_vpn_tunnel_options(
        VpnConnectionId=connection["VpnConnectionId"],
        VpnTunnelOutsideIpAddress=_outside(connection, block),
        TunnelOptions=options,
    )["VpnConnection"]


def _tell_up(aws, outside_ip):
    aws.admin("POST", f"/tunnels/{outside_ip}/telemetry", {"Status": "UP", "AcceptedRouteCount": 1})


def _statuses(connection):
    return {telemetry["OutsideIpAddress"]: telemetry["Status"] for telemetry in connection["VgwTelemetry"]}


def test_a_new_connection_is_pending_until_its_time_has_come(aws, site):
    aws.set(pending_seconds=300)
    connection = site.connect()
    assert connection["State"] == "pending"
    aws.pass_time(299)
    assert site.describe(connection)["State"] == "pending"
    aws.pass_time(2)
    assert site.describe(connection)["State"] == "available"


def test_a_new_connection_says_everything_at_once(site):
    connection = site.connect(static=True, Options={"LocalIpv4NetworkCidr": "10.0.0.0/8"})
    assert connection["Options"]["StaticRoutesOnly"] is True
    assert connection["Options"]["LocalIpv4NetworkCidr"] == "10.0.0.0/8"
    assert connection["Options"]["RemoteIpv4NetworkCidr"] == "0.0.0.0/0"
    assert connection["VpnGatewayId"] == site.vgw_id
    assert connection["Category"] == "VPN"
    assert {t["StatusMessage"] for t in connection["VgwTelemetry"]} == {"IPSEC IS DOWN"}
    assert site.describe(connection) == connection


def test_the_order_of_tunnels_cannot_be_relied_on(site):
    orders = set()
    for third in range(20, 24):
        blocks = (f"169.254.{third}.0/30", f"169.254.{third}.4/30")
        connection = site.connect(*({"TunnelInsideCidr": block} for block in blocks))
        by_address = {t["OutsideIpAddress"]: t["TunnelInsideCidr"] for t in connection["Options"]["TunnelOptions"]}
        options = tuple(blocks.index(t["TunnelInsideCidr"]) for t in connection["Options"]["TunnelOptions"])
        telemetry = tuple(blocks.index(by_address[t["OutsideIpAddress"]]) for t in connection["VgwTelemetry"])
        orders.add((options, telemetry))
    assert len(orders) == 4  # each in the request's order and not, independently of the other


def test_the_order_of_tunnels_can_be_made_the_requests(aws, site):
    aws.set(tunnel_order="request")
    for third in range(20, 24):
        blocks = [f"169.254.{third}.0/30", f"169.254.{third}.4/30"]
        connection = site.connect(*({"TunnelInsideCidr": block} for block in blocks))
        tunnels = connection["Options"]["TunnelOptions"]
        assert [tunnel["TunnelInsideCidr"] for tunnel in tunnels] == blocks
        assert [t["OutsideIpAddress"] for t in connection["VgwTelemetry"]] == [t["OutsideIpAddress"] for t in tunnels]


def test_one_tunnel_is_modified_and_interrupted_while_the_other_stays(aws, site):
    aws.set(modifying_seconds=300)
    connection = site.connect(*_tunnels())
    first, second = (_outside(connection, block) for block in BLOCKS)
    _tell_up(aws, first)
    _tell_up(aws, second)
    modified = _modify(site, connection, Phase1LifetimeSeconds=14400)
    assert modified["State"] == "modifying"
    assert _statuses(modified) == {first: "DOWN", second: "UP"}
    lifetimes = {t["OutsideIpAddress"]: t.get("Phase1LifetimeSeconds") for t in modified["Options"]["TunnelOptions"]}
    assert lifetimes == {first: 14400, second: None}


def test_while_modifying_a_second_change_is_refused(aws, site, refused):
    aws.set(modifying_seconds=300)
    connection = site.connect(*_tunnels())
    _modify(site, connection, Phase1LifetimeSeconds=14400)
    arguments = {"site": site, "connection": connection, "block": BLOCKS[1], "Phase1LifetimeSeconds": 14400}
    refused("IncorrectState", _modify, **arguments)
    identifier = {"VpnConnectionId": connection["VpnConnectionId"]}
    refused("IncorrectState", site.ec2.delete_vpn_connection, **identifier)
    refused("IncorrectState", site.ec2.modify_vpn_connection_options, **identifier, LocalIpv4NetworkCidr="10.0.0.0/8")
    aws.pass_time(301)
    assert _modify(**arguments)["State"] == "modifying"


def test_a_modified_tunnel_is_checked_as_a_whole(site, refused):
    connection = site.connect({**_tunnels()[0], "Phase2LifetimeSeconds": 1800}, _tunnels()[1])
    wrong = {"site": site, "connection": connection, "Phase1LifetimeSeconds": 1800}
    assert "less than" in refused("InvalidParameterValue", _modify, **wrong)
    refused("InvalidParameterValue", _modify, site=site, connection=connection, TunnelInsideCidr=BLOCKS[1])
    _modify(site, connection, TunnelInsideCidr=BLOCKS[0])  # its own block is no clash
    _modify(site, connection, Phase1LifetimeSeconds=3000)  # more than the 1800 that phase 2 has already


def test_only_tunnels_of_the_connection_can_be_modified(site, refused):
    connection = site.connect()
    refused(
        "InvalidParameterValue",
        site.ec2.modify_vpn_tunnel_options,
        VpnConnectionId=connection["VpnConnectionId"],
        VpnTunnelOutsideIpAddress="8.8.8.8",
        TunnelOptions={"Phase1LifetimeSeconds": 14400},
    )


def test_lifecycle_control_can_be_switched_without_an_interruption(aws, site):
    connection = site.connect(*_tunnels())
    outside = _outside(connection, BLOCKS[0])
    _tell_up(aws, outside)
    aws.set(modifying_seconds=300)
    modified = site.ec2.modify_vpn_tunnel_options(
        VpnConnectionId=connection["VpnConnectionId"],
        VpnTunnelOutsideIpAddress=outside,
        TunnelOptions={"EnableTunnelLifecycleControl": True},
        SkipTunnelReplacement=True,
    )["VpnConnection"]
    assert modified["State"] == "available"
    assert _statuses(modified)[outside] == "UP"


def test_another_customer_gateway_takes_both_tunnels_down(aws, site, refused):
    connection = site.connect()
    for address in _statuses(connection):
        _tell_up(aws, address)
    other = site.customer_gateway(IpAddress="116.198.9.9")
    modified = site.ec2.modify_vpn_connection(VpnConnectionId=connection["VpnConnectionId"], CustomerGatewayId=other)
    assert modified["VpnConnection"]["CustomerGatewayId"] == other
    assert "116.198.9.9" in modified["VpnConnection"]["CustomerGatewayConfiguration"]
    assert set(_statuses(modified["VpnConnection"]).values()) == {"DOWN"}
    refused("IncorrectState", site.ec2.delete_customer_gateway, CustomerGatewayId=other)
    site.ec2.delete_customer_gateway(CustomerGatewayId=connection["CustomerGatewayId"])


def test_another_vpn_gateway_must_have_room_for_the_inside_blocks(site, refused):
    connection = site.connect(*_tunnels())
    target = site.ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    blocking = site.connect(_tunnels()[0], VpnGatewayId=target)
    move = {"VpnConnectionId": connection["VpnConnectionId"], "VpnGatewayId": target}
    assert BLOCKS[0] in refused("InvalidParameterValue", site.ec2.modify_vpn_connection, **move)
    site.ec2.delete_vpn_connection(VpnConnectionId=blocking["VpnConnectionId"])
    assert site.ec2.modify_vpn_connection(**move)["VpnConnection"]["VpnGatewayId"] == target


def test_connection_options_can_be_changed(site, refused):
    identifier = {"VpnConnectionId": site.connect()["VpnConnectionId"]}
    changed = site.ec2.modify_vpn_connection_options(**identifier, RemoteIpv4NetworkCidr="172.16.0.0/12")
    assert changed["VpnConnection"]["Options"]["RemoteIpv4NetworkCidr"] == "172.16.0.0/12"
    assert changed["VpnConnection"]["Options"]["LocalIpv4NetworkCidr"] == "0.0.0.0/0"
    refused(
        "InvalidParameterValue",
        site.ec2.modify_vpn_connection_options,
        **identifier,
        RemoteIpv4NetworkCidr="172.16.0.1/12",
    )


def test_static_routes_need_a_static_connection(site, refused):
    learned, static = site.connect(), site.connect(static=True)
    route = {"DestinationCidrBlock": "10.1.0.0/16"}
    refused(
        "InvalidParameterCombination",
        site.ec2.create_vpn_connection_route,
        VpnConnectionId=learned["VpnConnectionId"],
        **route,
    )
    identifier = {"VpnConnectionId": static["VpnConnectionId"]}
    site.ec2.create_vpn_connection_route(**identifier, **route)
    site.ec2.create_vpn_connection_route(**identifier, **route)
    assert site.describe(static)["Routes"] == [{"DestinationCidrBlock": "10.1.0.0/16", "State": "available"}]
    refused(
        "InvalidParameterValue", site.ec2.create_vpn_connection_route, **identifier, DestinationCidrBlock="10.1.0.1/16"
    )
    site.ec2.delete_vpn_connection_route(**identifier, **route)
    assert site.describe(static)["Routes"] == []
    refused("InvalidRoute.NotFound", site.ec2.delete_vpn_connection_route, **identifier, **route)


def test_a_deleted_connection_is_seen_for_a_while_and_no_longer_used(aws, site, refused):
    aws.set(deleted_visible_seconds=3600)
    connection = site.connect()
    identifier = {"VpnConnectionId": connection["VpnConnectionId"]}
    site.ec2.delete_vpn_connection(**identifier)
    described = site.describe(connection)
    assert described["State"] == "deleted"
    assert "CustomerGatewayConfiguration" not in described
    site.ec2.delete_customer_gateway(CustomerGatewayId=connection["CustomerGatewayId"])
    refused("InvalidVpnConnectionID.NotFound", site.ec2.delete_vpn_connection, **identifier)
    aws.pass_time(3601)
    assert site.ec2.describe_vpn_connections()["VpnConnections"] == []
    assert site.ec2.describe_customer_gateways()["CustomerGateways"] == []
    refused(
        "InvalidVpnConnectionID.NotFound",
        site.ec2.describe_vpn_connections,
        VpnConnectionIds=[connection["VpnConnectionId"]],
    )


def test_while_deleting_a_connection_still_uses_its_gateways(aws, site, refused):
    aws.set(deleting_seconds=300)
    connection = site.connect()
    site.ec2.delete_vpn_connection(VpnConnectionId=connection["VpnConnectionId"])
    assert site.describe(connection)["State"] == "deleting"
    gateway = {"CustomerGatewayId": connection["CustomerGatewayId"]}
    refused("IncorrectState", site.ec2.delete_customer_gateway, **gateway)
    aws.pass_time(301)
    assert site.describe(connection)["State"] == "deleted"
    site.ec2.delete_customer_gateway(**gateway)


@pytest.mark.parametrize("quota", ["vpn_connections_per_gateway", "vpn_connections_per_region"])
def test_quotas_count_live_connections(aws, site, refused, quota):
    aws.set(**{quota: 2})
    connections = [site.connect(), site.connect()]
    refused("VpnConnectionLimitExceeded", site.connect)
    site.ec2.delete_vpn_connection(VpnConnectionId=connections[0]["VpnConnectionId"])
    site.connect()


def test_gateways_must_exist_and_be_named(site, refused):
    request = {"Type": "ipsec.1", "CustomerGatewayId": site.customer_gateway()}
    create = site.ec2.create_vpn_connection
    refused("MissingParameter", create, **request)
    refused("InvalidVpnGatewayID.NotFound", create, **request, VpnGatewayId="vgw-0123456789abcdef0")
    refused("InvalidTransitGatewayID.NotFound", create, **request, TransitGatewayId="tgw-0123456789abcdef0")
    unknown = request | {"CustomerGatewayId": "cgw-0123456789abcdef0", "VpnGatewayId": site.vgw_id}
    refused("InvalidCustomerGatewayID.NotFound", create, **unknown)


def test_repeating_a_create_makes_another_one_or_not_as_set(aws, site):
    gateway = site.customer_gateway()
    first = site.connect(CustomerGatewayId=gateway)["VpnConnectionId"]
    assert site.connect(CustomerGatewayId=gateway)["VpnConnectionId"] != first
    aws.set(repeated_connection="return")
    assert site.connect(CustomerGatewayId=gateway)["VpnConnectionId"] == first


def test_filters(site):
    tags = [{"ResourceType": "vpn-connection", "Tags": [{"Key": "Name", "Value": "link-a"}]}]
    wanted = site.connect(static=True, TagSpecifications=tags)
    site.ec2.create_vpn_connection_route(VpnConnectionId=wanted["VpnConnectionId"], DestinationCidrBlock="10.1.0.0/16")
    other = site.connect(CustomerGatewayId=site.customer_gateway(BgpAsn=65010))
    assert wanted["Tags"] == tags[0]["Tags"]
    for name, value in {
        "tag:Name": "link-*",
        "tag-key": "Name",
        "customer-gateway-id": wanted["CustomerGatewayId"],
        "option.static-routes-only": "true",
        "route.destination-cidr-block": "10.1.0.0/16",
        "bgp-asn": "65000",
        "vpn-connection-id": wanted["VpnConnectionId"],
    }.items():
        found = site.ec2.describe_vpn_connections(Filters=[{"Name": name, "Values": ["nothing", value]}])
        assert [c["VpnConnectionId"] for c in found["VpnConnections"]] == [wanted["VpnConnectionId"]], name
    for name, value in {"vpn-gateway-id": site.vgw_id, "state": "available", "type": "ipsec.1"}.items():
        found = site.ec2.describe_vpn_connections(Filters=[{"Name": name, "Values": [value]}])
        assert len(found["VpnConnections"]) == 2, name
    site.ec2.create_tags(Resources=[other["VpnConnectionId"]], Tags=[{"Key": "Name", "Value": "link-b"}])
    assert site.describe(other)["Tags"] == [{"Key": "Name", "Value": "link-b"}]


def test_an_unknown_filter_is_refused_also_where_there_is_nothing_to_filter(ec2, refused):
    for call in (ec2.describe_vpn_connections, ec2.describe_customer_gateways, ec2.describe_vpn_gateways):
        refused("InvalidParameterValue", call, Filters=[{"Name": "colour", "Values": ["red"]}])


def test_tag_specifications_must_be_of_the_right_type(site, refused):
    wrong = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "x"}]}]
    refused("InvalidParameterValue", site.connect, TagSpecifications=wrong)


def test_a_transit_gateway_can_be_the_amazon_side(site):
    transit = site.ec2.create_transit_gateway(Options={"AmazonSideAsn": 65005})["TransitGateway"]["TransitGatewayId"]
    created = site.ec2.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=site.customer_gateway(), TransitGatewayId=transit
    )["VpnConnection"]
    assert created["TransitGatewayId"] == transit
    assert "VpnGatewayId" not in created
    assert "<asn>65005</asn>" in created["CustomerGatewayConfiguration"]
    attachments = site.ec2.describe_transit_gateway_attachments()["TransitGatewayAttachments"]
    assert [found["ResourceId"] for found in attachments] == [created["VpnConnectionId"]]


def test_active_status_tells_what_was_negotiated_once_the_tunnel_is_up(aws, site):
    connection = site.connect({**_tunnels()[0], "Phase1DHGroupNumbers": [{"Value": 20}, {"Value": 19}]})
    arguments = {
        "VpnConnectionId": connection["VpnConnectionId"],
        "VpnTunnelOutsideIpAddress": _outside(connection, BLOCKS[0]),
    }
    down = site.ec2.get_active_vpn_tunnel_status(**arguments)["ActiveVpnTunnelStatus"]
    assert down == {"ProvisioningStatus": "available"}
    _tell_up(aws, arguments["VpnTunnelOutsideIpAddress"])
    up = site.ec2.get_active_vpn_tunnel_status(**arguments)["ActiveVpnTunnelStatus"]
    # AWS settles for the lowest value that is allowed: the trap of giving several, or none.
    assert (up["Phase1DHGroup"], up["Phase1EncryptionAlgorithm"], up["Phase1IntegrityAlgorithm"]) == (
        19,
        "AES128",
        "SHA1",
    )


def test_an_endpoint_can_be_replaced(aws, site):
    connection = site.connect(*_tunnels())
    outside = _outside(connection, BLOCKS[0])
    _tell_up(aws, outside)
    arguments = {"VpnConnectionId": connection["VpnConnectionId"], "VpnTunnelOutsideIpAddress": outside}
    assert site.ec2.replace_vpn_tunnel(**arguments)["Return"] is True
    assert _statuses(site.describe(connection))[outside] == "DOWN"
    status = site.ec2.get_vpn_tunnel_replacement_status(**arguments)
    assert status["MaintenanceDetails"]["PendingMaintenance"] == "None"
