# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest


@pytest.fixture
def table_id(site):
    found = site.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [site.vpc_id]}])["RouteTables"]
    return found[0]["RouteTableId"]


def _routes(site, table_id):
    table = site.ec2.describe_route_tables(RouteTableIds=[table_id])["RouteTables"][0]
    propagated = [route for route in table["Routes"] if route["Origin"] == "EnableVgwRoutePropagation"]
    return {route["DestinationCidrBlock"]: route["GatewayId"] for route in propagated}


def _propagating(site, table_id):
    return site.ec2.describe_route_tables(RouteTableIds=[table_id])["RouteTables"][0]["PropagatingVgws"]


def _static_connection(site, cidr):
    connection = site.connect(static=True)
    site.ec2.create_vpn_connection_route(VpnConnectionId=connection["VpnConnectionId"], DestinationCidrBlock=cidr)
    return connection


def test_static_routes_of_the_gateways_connections_appear_and_go(site, table_id):
    connection = _static_connection(site, "10.1.0.0/16")
    assert _routes(site, table_id) == {}
    propagation = {"RouteTableId": table_id, "GatewayId": site.vgw_id}
    site.ec2.enable_vgw_route_propagation(**propagation)
    site.ec2.enable_vgw_route_propagation(**propagation)
    assert _propagating(site, table_id) == [{"GatewayId": site.vgw_id}]
    assert _routes(site, table_id) == {"10.1.0.0/16": site.vgw_id}
    site.ec2.delete_vpn_connection(VpnConnectionId=connection["VpnConnectionId"])
    assert _routes(site, table_id) == {}
    site.ec2.disable_vgw_route_propagation(**propagation)
    assert _propagating(site, table_id) == []


def test_learned_routes_come_from_the_admin_surface(aws, site, table_id):
    site.ec2.enable_vgw_route_propagation(RouteTableId=table_id, GatewayId=site.vgw_id)
    path = f"/connections/{site.connect()['VpnConnectionId']}/learned-routes"
    assert aws.admin("PUT", path, ["10.0.0.0/16", "10.2.0.0/16"]) == ["10.0.0.0/16", "10.2.0.0/16"]
    assert set(_routes(site, table_id)) == {"10.0.0.0/16", "10.2.0.0/16"}
    aws.admin("PUT", path, [])
    assert _routes(site, table_id) == {}


def test_a_route_of_the_table_wins_over_a_propagated_one(site, table_id):
    _static_connection(site, "10.1.0.0/16")
    site.ec2.enable_vgw_route_propagation(RouteTableId=table_id, GatewayId=site.vgw_id)
    site.ec2.create_route(RouteTableId=table_id, DestinationCidrBlock="10.1.0.0/16", GatewayId=site.vgw_id)
    assert _routes(site, table_id) == {}


def test_only_an_attached_gateway_propagates(site, table_id, refused):
    _static_connection(site, "10.1.0.0/16")
    site.ec2.enable_vgw_route_propagation(RouteTableId=table_id, GatewayId=site.vgw_id)
    site.ec2.detach_vpn_gateway(VpcId=site.vpc_id, VpnGatewayId=site.vgw_id)
    assert _propagating(site, table_id) == []
    propagation = {"RouteTableId": table_id, "GatewayId": site.vgw_id}
    refused("Gateway.NotAttached", site.ec2.enable_vgw_route_propagation, **propagation)


def test_what_does_not_exist(site, table_id, refused):
    for call in (site.ec2.enable_vgw_route_propagation, site.ec2.disable_vgw_route_propagation):
        refused("InvalidVpnGatewayID.NotFound", call, RouteTableId=table_id, GatewayId="vgw-0123456789abcdef0")
        refused("InvalidRouteTableID.NotFound", call, RouteTableId="rtb-0123456789abcdef0", GatewayId=site.vgw_id)


def test_filters_see_propagated_routes(site, table_id):
    _static_connection(site, "10.1.0.0/16")
    filters = {
        "route.origin": "EnableVgwRoutePropagation",
        "route.gateway-id": site.vgw_id,
        "route.destination-cidr-block": "10.1.0.0/16",
    }
    for on in (False, True):
        if on:
            site.ec2.enable_vgw_route_propagation(RouteTableId=table_id, GatewayId=site.vgw_id)
        for name, value in filters.items():
            found = site.ec2.describe_route_tables(Filters=[{"Name": name, "Values": [value]}])["RouteTables"]
            assert len(found) == int(on), name
