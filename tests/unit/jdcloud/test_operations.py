# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of operations: it agrees with the SDK where the SDK publishes, and a file corrects it."""

from __future__ import annotations

import importlib
import inspect

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud import fields, overrides
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.client import client_from_params
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.convert import camel, snake
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.operations import OPERATIONS, PUBLISHED
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure


def sdk_request(operation):
    """The SDK's request of a published operation, with the parameters that it knows."""
    name = "describeQuota" if operation.name == "describeVpcQuota" else operation.name
    title = name[0].upper() + name[1:]
    module = importlib.import_module(f"jdcloud_sdk.services.{operation.service}.apis.{title}Request")
    parameters = getattr(module, f"{title}Parameters")
    required = [p for p in inspect.signature(parameters).parameters if p != "self"]
    return getattr(module, f"{title}Request")(None), set(vars(parameters(*required)))


@pytest.mark.parametrize("operation", [o for o in OPERATIONS.values() if o.source == PUBLISHED], ids=lambda o: o.name)
def test_published_operations_are_as_the_sdk_has_them(operation) -> None:
    request, parameters = sdk_request(operation)
    assert (operation.method, operation.path) == (request.method, f"/v1{request.url}")
    assert set(operation.fields.values()) <= parameters


SPECS = {
    "createVpc": ("vpc", "VpcSpec", {"resourceTag"}),
    "createSubnet": ("vpc", "SubnetSpec", {"dryRun"}),
    "modifyVpc": ("vpc", "ModifyVpcSpec", set()),
    "modifySubnet": ("vpc", "ModifySubnetSpec", set()),
    "addRoutePropagation": ("vpc", "AddRoutePropagationSpec", set()),
    "modifyRoutePropagation": ("vpc", "ModifyRoutePropagationSpec", set()),
    "removeRoutePropagation": ("vpc", "DeletePropagationSpec", set()),
    "createBgw": ("bgw", "BgwSpec", set()),
    "modifyBgw": ("bgw", "ModifyBgwSpec", set()),
    "createVpcAttachment": ("bgw", "VpcAttachmentSpec", set()),
    "modifyVpcAttachment": ("bgw", "ModifyVpcAttachmentSpec", set()),
    "createCustomerGateway": ("bgw", "CustomerGatewaySpec", set()),
    "modifyCustomerGateway": ("bgw", "ModifyCustomerGatewaySpec", set()),
    "createVpnConnection": ("bgw", "VpnConnectionSpec", set()),
    "modifyVpnConnection": ("bgw", "ModifyVpnConnectionSpec", set()),
    "createVpnTunnel": ("bgw", "VpnTunnelSpec", set()),
    "modifyVpnTunnel": ("bgw", "VpnTunnelModifySpec", set()),
    "modifyAdminStatus": ("bgw", "VpnTunnelAdminStatus", set()),
    "createBgwRoutes": ("bgw", "BgwRouteSpec", set()),
    "modifyBgwRoutes": ("bgw", "ModifyBgwRouteSpec", set()),
}


@pytest.mark.parametrize("name", SPECS)
def test_fields_are_those_of_the_sdk_s_spec(name) -> None:
    service, model, left_out = SPECS[name]
    spec = getattr(importlib.import_module(f"jdcloud_sdk.services.{service}.models.{model}"), model)
    known = {p for p in inspect.signature(spec).parameters if p != "self"}
    assert set(OPERATIONS[name].fields.values()) == known - left_out


@pytest.mark.parametrize(
    "table", ["VPC", "SUBNET", "BORDER_GATEWAY", "VPN_CONNECTION", "VPN_TUNNEL", "CUSTOMER_GATEWAY"]
)
def test_names_survive_the_way_to_jd_cloud_and_back(table) -> None:
    names = [field.name for field in getattr(fields, table)]
    assert [snake(camel(name)) for name in names] == names


def test_a_file_corrects_paths_and_names(script, account, tmp_path) -> None:
    file = tmp_path / "operations.yml"
    file.write_text(
        """
createBgwRoutes:
  path: /v1/regions/{regionId}/bgws/{bgwId}:addRoutes
  wrap: routes
  fields: {bgw_route_destination: destination, description: null}
deleteBgwRoutes: {method: post, carrier: body}
"""
    )
    client = client_from_params({**account, "operations_file": str(file)})
    script.call("POST", "/bgws/b:addRoutes", {"routes": [{"destination": "10.0.0.0/8", "bgwRouteNexthop": "vpn-1"}]})
    values = {"bgw_route_destination": "10.0.0.0/8", "bgw_route_nexthop": "vpn-1", "description": "d"}
    client.call("createBgwRoutes", {"bgw_id": "b"}, values)
    script.call("POST", "/bgws/b/bgwRoutes", {"bgwRouteIds": ["r"]})
    client.call("deleteBgwRoutes", {"bgw_id": "b"}, {"bgw_route_ids": ["r"]})
    assert client.operations["createBgwRoutes"].source == "inferred, corrected"
    assert OPERATIONS["createBgwRoutes"].wrap == "bgwRouteSpecs"


def test_a_file_of_the_environment(script, account, tmp_path, monkeypatch) -> None:
    file = tmp_path / "operations.json"
    file.write_text('{"describeBgws": {"result": "gateways"}}')
    monkeypatch.setenv("JDCLOUD_OPERATIONS_FILE", str(file))
    script.listing("/bgws/", "gateways", [{"bgwId": "b"}])
    assert client_from_params(account).list("describeBgws") == [{"bgwId": "b"}]


def test_every_fault_of_a_file_is_told() -> None:
    data = {
        "createBgv": {},
        "createBgw": [],
        "modifyBgw": {"verb": "PUT", "method": "FETCH", "path": "v1/{bgw}", "fields": {"bgw": "x", "bgw_name": 1}},
        "deleteBgw": {"path": 7, "carrier": "header", "service": "ecs", "fields": []},
    }
    with pytest.raises(Failure) as caught:
        overrides.merged(data, "f.yml")
    for part in (
        "f.yml: createBgv: is not an operation; known are addNetworkSecurityGroupRules,",
        "createBgw: is list, not a dictionary",
        "modifyBgw.verb: is not known; known are service,",
        "modifyBgw.method: is 'FETCH'; allowed are GET, POST,",
        "modifyBgw.path: 'v1/{bgw}' does not start with '/'",
        "modifyBgw.path: {bgw} is not known; known are bgwId, regionId",
        "modifyBgw.fields.bgw: is not a field; known are bgw_name, description",
        "modifyBgw.fields.bgw_name: is int, not text or null",
        "deleteBgw.path: is int, not text",
        "deleteBgw.carrier: is 'header'; allowed are body, query",
        "deleteBgw.service: is 'ecs'; allowed are bgw, vm, vpc",
        "deleteBgw.fields: is list",
        "Correct the file that operations_file or JDCLOUD_OPERATIONS_FILE names.",
    ):
        assert part in caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "neither YAML nor JSON"),
        ("- a", "is list, not a dictionary of operations"),
        (None, "can't be read: No such file"),
    ],
)
def test_a_file_that_is_none(tmp_path, text, message) -> None:
    file = tmp_path / "operations.yml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(Failure, match=message):
        overrides.load(str(file))
