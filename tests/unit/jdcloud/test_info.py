# SPDX-License-Identifier: GPL-3.0-or-later
"""The read-only modules, and the bulk reads that others build on."""

from __future__ import annotations

import importlib

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud import read
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.client import client_from_params
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure
from ansible_collections.intercloud.vpn.plugins.modules import (
    jdcloud_border_gateway_route_info,
    jdcloud_quota_info,
    jdcloud_vpn_tunnel_info,
)

LISTS = [
    ("vpc", "/vpcs/", "vpcs", "vpcs", "vpcId", "vpc_ids", "vpc"),
    ("subnet", "/subnets/", "subnets", "subnets", "subnetId", "subnet_ids", "vpc"),
    ("route_table", "/routeTables/", "routeTables", "route_tables", "routeTableId", "route_table_ids", "vpc"),
    ("border_gateway", "/bgws/", "bgws", "border_gateways", "bgwId", "bgw_ids", "bgw"),
    (
        "vpc_attachment",
        "/vpcAttachments/",
        "vpcAttachments",
        "vpc_attachments",
        "vpcAttachmentId",
        "vpc_attachment_ids",
        "bgw",
    ),
    (
        "customer_gateway",
        "/customerGateways/",
        "customerGateways",
        "customer_gateways",
        "customerGatewayId",
        "customer_gateway_ids",
        "bgw",
    ),
    (
        "vpn_connection",
        "/vpnConnections/",
        "vpnConnections",
        "vpn_connections",
        "vpnConnectionId",
        "vpn_connection_ids",
        "bgw",
    ),
    ("vpn_tunnel", "/vpnTunnels/", "vpnTunnels", "vpn_tunnels", "vpnTunnelId", "vpn_tunnel_ids", "bgw"),
]


@pytest.mark.parametrize("row", LISTS, ids=lambda row: row[0])
def test_lists_are_filtered_on_this_side(run, script, row) -> None:
    kind, path, wire, key, ident, option, service = row
    module = importlib.import_module(f"ansible_collections.intercloud.vpn.plugins.modules.jdcloud_{kind}_info")
    for options, found in (({}, ["x-1", "x-2"]), ({option: ["x-2"]}, ["x-2"]), ({option: []}, [])):
        script.listing(path, wire, [{ident: "x-1"}, {ident: "x-2"}], service)
        result = run(module, **options)
        assert result["changed"] is False
        assert [next(iter(item.values())) for item in result[key]] == found


def test_keys_are_not_returned(run, script) -> None:
    script.listing("/vpnTunnels/", "vpnTunnels", [{"vpnTunnelId": "t", "psk": "readable_key"}])
    assert run(jdcloud_vpn_tunnel_info)["vpn_tunnels"] == [{"vpn_tunnel_id": "t", "psk_readable": True}]


def test_routes_of_one_gateway_by_origin(run, script) -> None:
    routes = [{"bgwRouteId": "r-1", "origin": "static"}, {"bgwRouteId": "r-2", "origin": "propagated"}]
    script.listing("/bgws/bgw-1/bgwRoutes", "bgwRoutes", routes)
    result = run(jdcloud_border_gateway_route_info, bgw_id="bgw-1", origins=["propagated"])
    assert [route["bgw_route_id"] for route in result["border_gateway_routes"]] == ["r-2"]


def test_quotas(run, script) -> None:
    query = {"type": "vpn_connection", "parentResourceId": "bgw-1"}
    script.call(
        "GET", "/quotas/", result={"quota": {"type": "vpn_connection", "maxLimit": 10, "count": 3}}, query=query
    )
    query = {"type": "subnet", "parentResourceId": "bgw-1"}
    script.call("GET", "/quotas/", result={"quota": {"maxLimit": 5.0}}, query=query, service="vpc")
    assert run(jdcloud_quota_info, types=["vpn_connection", "subnet"], parent_resource_id="bgw-1")["quotas"] == [
        {"type": "vpn_connection", "parent_resource_id": "bgw-1", "max_limit": 10, "count": 3},
        {"type": "subnet", "parent_resource_id": "bgw-1", "max_limit": 5, "count": 0},
    ]


def test_an_answer_without_a_quota(account, script) -> None:
    script.call("GET", "/quotas/", result={}, query={"type": "bgw"})
    with pytest.raises(Failure, match=r"the answer holds no quota bgw; correct the operation"):
        read.quota(client_from_params(account), "bgw")


def test_bulk_reads_keep_keys_and_know_parents(account, script) -> None:
    tunnels = [{"vpnTunnelId": f"t-{n}", "vpnConnectionId": f"vpn-{n}", "psk": f"key_{n}"} for n in range(3)]
    client = client_from_params(account)
    for parents, found in (
        ({"vpn_connection_id": "vpn-1"}, ["key_1"]),
        ({"vpn_connection_id": ["vpn-0", "vpn-2"]}, ["key_0", "key_2"]),
    ):
        script.listing("/vpnTunnels/", "vpnTunnels", tunnels)
        assert [tunnel["psk"] for tunnel in read.list_all(client, "vpn_tunnel", **parents)] == found


def test_routes_need_their_gateway(account) -> None:
    with pytest.raises(Failure, match=r"describeBgwRoutes needs bgw_id, and it is empty"):
        read.list_all(client_from_params(account), "border_gateway_route")
