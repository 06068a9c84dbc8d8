# SPDX-License-Identifier: GPL-3.0-or-later
"""The published SDK as the client: it signs by itself, repeats path parameters in bodies, sends nulls."""

from __future__ import annotations

from typing import Any

from jdcloud_sdk.services.bgw.apis.DescribeConnectionsRequest import (
    DescribeConnectionsParameters,
    DescribeConnectionsRequest,
)
from jdcloud_sdk.services.bgw.apis.ModifyAdminStatusRequest import ModifyAdminStatusParameters, ModifyAdminStatusRequest
from jdcloud_sdk.services.bgw.client.BgwClient import BgwClient
from jdcloud_sdk.services.vpc.apis.AddRouteTableRulesRequest import (
    AddRouteTableRulesParameters,
    AddRouteTableRulesRequest,
)
from jdcloud_sdk.services.vpc.apis.CreateSubnetRequest import CreateSubnetParameters, CreateSubnetRequest
from jdcloud_sdk.services.vpc.apis.CreateVpcRequest import CreateVpcParameters, CreateVpcRequest
from jdcloud_sdk.services.vpc.apis.DeleteVpcRequest import DeleteVpcParameters, DeleteVpcRequest
from jdcloud_sdk.services.vpc.apis.DescribeRouteTableRulesRequest import (
    DescribeRouteTableRulesParameters,
    DescribeRouteTableRulesRequest,
)
from jdcloud_sdk.services.vpc.apis.DescribeRouteTablesRequest import (
    DescribeRouteTablesParameters,
    DescribeRouteTablesRequest,
)
from jdcloud_sdk.services.vpc.apis.DescribeVpcsRequest import DescribeVpcsParameters, DescribeVpcsRequest
from jdcloud_sdk.services.vpc.client.VpcClient import VpcClient
from jdcloud_sdk.services.vpc.models.AddRouteTableRules import AddRouteTableRules

from .conftest import REGION, Client


def _result(response: Any) -> Any:
    assert response.error is None, response.error.message
    assert response.request_id
    return response.result


def test_vpcs_subnets_tables_and_rules(jd: Client) -> None:
    sdk = jd.sdk(VpcClient)
    parameters = CreateVpcParameters(REGION, "sdk")
    parameters.setAddressPrefix("10.1.0.0/16")
    vpc_id = _result(sdk.send(CreateVpcRequest(parameters)))["vpcId"]
    subnet_id = _result(sdk.send(CreateSubnetRequest(CreateSubnetParameters(REGION, vpc_id, "s", "10.1.1.0/24"))))[
        "subnetId"
    ]
    tables = _result(sdk.send(DescribeRouteTablesRequest(DescribeRouteTablesParameters(REGION))))["routeTables"]
    assert [table["subnetIds"] for table in tables] == [[subnet_id]]
    table_id = tables[0]["routeTableId"]
    bgw_id = jd.bgw()
    jd.attach(bgw_id, vpc_id)
    rule = AddRouteTableRules("bgw", bgw_id, "172.31.0.0/16")
    _result(sdk.send(AddRouteTableRulesRequest(AddRouteTableRulesParameters(REGION, table_id, [rule]))))
    rules = _result(sdk.send(DescribeRouteTableRulesRequest(DescribeRouteTableRulesParameters(REGION, table_id))))
    added = [one for one in rules["routeTableRules"] if one["nextHopType"] == "bgw"]
    assert [(one["addressPrefix"], one["nextHopId"], one["priority"], one["origin"]) for one in added] == [
        ("172.31.0.0/16", bgw_id, 100, "static")
    ]


def test_pages_and_filters_of_vpcs(jd: Client) -> None:
    wanted, _other = jd.vpc(), jd.vpc("10.2.0.0/16")
    parameters = DescribeVpcsParameters(REGION)
    parameters.setPageNumber(1)
    parameters.setPageSize(100)
    parameters.setFilters([{"name": "vpcIds", "operator": "eq", "values": [wanted]}])
    found = _result(jd.sdk(VpcClient).send(DescribeVpcsRequest(parameters)))
    assert [vpc["vpcId"] for vpc in found["vpcs"]] == [wanted]


def test_the_admin_status_of_a_tunnel(jd: Client) -> None:
    tunnel = jd.tunnel(jd.connection(jd.bgw(), jd.gateway()))
    for status in ("DOWN", "UP"):
        request = ModifyAdminStatusRequest(ModifyAdminStatusParameters(REGION, tunnel, status))
        _result(jd.sdk(BgwClient).send(request))
        assert jd.call("GET", f"/vpnTunnels/{tunnel}")["vpnTunnel"]["adminStatus"] == status
    request = DescribeConnectionsRequest(DescribeConnectionsParameters(REGION))
    assert _result(jd.sdk(BgwClient).send(request)) == {"connections": [], "totalCount": 0}


def test_the_sdk_understands_errors(jd: Client) -> None:
    response = jd.sdk(VpcClient).send(DeleteVpcRequest(DeleteVpcParameters(REGION, "vpc-none")))
    assert (response.error.code, response.error.status) == (404, "NOT_FOUND")
    assert response.request_id
