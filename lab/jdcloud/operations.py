# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations: method and path → function. Which paths are published and which are inferred: jdcloud-api.md §1, §2.

General rule of JD Cloud's openapi: `/v1/regions/{region}/{resource}/{id}/{sub}{:action}`; POST creates, GET queries,
PATCH modifies, DELETE deletes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lab.jdcloud import bgw, keypairs, security_groups, vm, vpc, vpn
from lab.jdcloud.errors import invalid, out_of_range
from lab.jdcloud.store import Record, Region

Query = Mapping[str, list[str]]
Handler = Callable[[Region, dict[str, str], Query, Any], Record | None]


@dataclass(frozen=True)
class Operation:
    """One operation; `write` says that it changes something."""

    name: str
    service: str
    method: str
    path: re.Pattern[str]
    handler: Handler

    @property
    def write(self) -> bool:
        return self.method != "GET"


def page(query: Query, items: list[Record], key: str, total: type) -> Record:
    """Past the end comes the last page [published]."""
    number, size = _whole(query, "pageNumber", 1), _whole(query, "pageSize", 20)
    if number < 1:
        raise out_of_range("pageNumber: 1 or more")
    if not 10 <= size <= 100:
        raise out_of_range("pageSize: 10 to 100")
    last = max(1, -(-len(items) // size))
    first = (min(number, last) - 1) * size
    return {key: items[first : first + size], "totalCount": total(len(items))}


def _whole(query: Query, key: str, default: int) -> int:
    value = query.get(key, [str(default)])[0]
    if not re.fullmatch(r"-?\d+", value):
        raise invalid(f"{key}: a whole number")
    return int(value)


def filters(query: Query) -> dict[str, list[str]]:
    """`filters.N.name`, `filters.N.values.M` as names with their values."""
    found: dict[str, list[str]] = {}
    for key, names in query.items():
        match = re.fullmatch(r"filters\.(\d+)\.name", key)
        if match:
            prefix = f"filters.{match[1]}.values."
            found[names[0]] = [values[0] for name, values in sorted(query.items()) if name.startswith(prefix)]
    return found


def _matching(items: list[Record], query: Query, known: Mapping[str, str]) -> list[Record]:
    """Published filters are obeyed; inferred ones are not, so that no client can rely on them."""
    for name, values in filters(query).items():
        if name in known:
            items = [item for item in items if str(item.get(known[name])) in values]
    return items


VPC_FILTERS = {
    "vpc": {"vpcIds": "vpcId", "vpcNames": "vpcName"},
    "subnet": {"subnetIds": "subnetId", "subnetNames": "subnetName", "vpcId": "vpcId", "routeTableId": "routeTableId"},
    "routeTable": {"routeTableIds": "routeTableId", "routeTableNames": "routeTableName", "vpcId": "vpcId"},
    "networkSecurityGroup": {
        "networkSecurityGroupIds": "networkSecurityGroupId",
        "networkSecurityGroupNames": "networkSecurityGroupName",
        "vpcId": "vpcId",
    },
}


def _same(_region: Region, record: Record) -> Record:
    return record


@dataclass(frozen=True)
class Kind:
    """A resource with the five usual operations."""

    service: str
    name: str
    plural: str
    create: Callable[[Region, Any], Record]
    modify: Callable[[Region, str, Any], None]
    delete: Callable[[Region, str], None]
    view: Callable[[Region, Record], Record] = _same


RESOURCES = (
    Kind("bgw", "bgw", "bgws", bgw.create_bgw, bgw.modify_bgw, bgw.delete_bgw, bgw.view_bgw),
    Kind("bgw", "vpcAttachment", "vpcAttachments", bgw.create_attachment, bgw.modify_attachment, bgw.delete_attachment,
         bgw.view_attachment),
    Kind("bgw", "customerGateway", "customerGateways", vpn.create_customer_gateway, vpn.modify_customer_gateway,
         vpn.delete_customer_gateway),
    Kind("bgw", "vpnConnection", "vpnConnections", vpn.create_connection, vpn.modify_connection, vpn.delete_connection,
         vpn.view_connection),
    Kind("bgw", "vpnTunnel", "vpnTunnels", vpn.create_tunnel, vpn.modify_tunnel, vpn.delete_tunnel, vpn.view_tunnel),
    Kind("vpc", "vpc", "vpcs", vpc.create_vpc, vpc.modify_vpc, vpc.delete_vpc, vpc.view_vpc),
    Kind("vpc", "subnet", "subnets", vpc.create_subnet, vpc.modify_subnet, vpc.delete_subnet, vpc.view_subnet),
    Kind("vpc", "routeTable", "routeTables", vpc.create_table, vpc.modify_table, vpc.delete_table, vpc.view_table),
    Kind("vpc", "networkSecurityGroup", "networkSecurityGroups", security_groups.create,
         security_groups.modify, security_groups.delete),
)  # fmt: skip

# Service, plural and function of each `:action`, by the action's name.
ACTIONS: dict[str, tuple[str, str, Callable[[Region, str, Any], Record | None]]] = {
    "adminStatus": ("bgw", "vpnTunnels", vpn.admin_status),
    "addRouteTableRules": ("vpc", "routeTables", vpc.add_rules),
    "modifyRouteTableRules": ("vpc", "routeTables", vpc.modify_rules),
    "removeRouteTableRules": ("vpc", "routeTables", vpc.remove_rules),
    "associateRouteTable": ("vpc", "routeTables", vpc.associate),
    "disassociateRouteTable": ("vpc", "routeTables", vpc.disassociate),
    "addRoutePropagation": ("vpc", "routeTables", vpc.add_propagation),
    "modifyRoutePropagation": ("vpc", "routeTables", vpc.modify_propagation),
    "removeRoutePropagation": ("vpc", "routeTables", vpc.remove_propagation),
    "addNetworkSecurityGroupRules": ("vpc", "networkSecurityGroups", security_groups.add_rules),
    "modifyNetworkSecurityGroupRules": ("vpc", "networkSecurityGroups", security_groups.modify_rules),
    "removeNetworkSecurityGroupRules": ("vpc", "networkSecurityGroups", security_groups.remove_rules),
}
ACTIONS |= {
    "modifyInstanceAttribute": ("vm", "instances", vm.modify),
    "startInstance": ("vm", "instances", vm.start),
    "stopInstance": ("vm", "instances", vm.stop),
}
# Operations whose name is not that of their action.
ACTION_NAMES = {"adminStatus": "modifyAdminStatus"}


def shown(record: Record) -> Record:
    """A record without what is internal."""
    return {key: value for key, value in record.items() if not key.startswith("_")}


def _usual(kind: Kind) -> list[Operation]:
    title = kind.name[0].upper() + kind.name[1:]
    total = float if kind.service == "vpc" else int  # vpc types totalCount as a double [published]

    def describe_all(region: Region, _ids: dict[str, str], query: Query, _body: Any) -> Record:
        items = [shown(kind.view(region, record)) for record in region.all(kind.name)]
        return page(query, _matching(items, query, VPC_FILTERS.get(kind.name, {})), kind.plural, total)

    def describe(region: Region, ids: dict[str, str], _query: Query, _body: Any) -> Record:
        return {kind.name: shown(kind.view(region, region.get(kind.name, ids["id"])))}

    def create(region: Region, _ids: dict[str, str], _query: Query, body: Any) -> Record:
        return {f"{kind.name}Id": kind.create(region, body)[f"{kind.name}Id"]}

    def modify(region: Region, ids: dict[str, str], _query: Query, body: Any) -> None:
        kind.modify(region, ids["id"], body)

    def delete(region: Region, ids: dict[str, str], _query: Query, _body: Any) -> None:
        kind.delete(region, ids["id"])

    plural = title + "s"
    return [
        _operation(f"describe{plural}", kind.service, "GET", f"/{kind.plural}/", describe_all),
        _operation(f"create{title}", kind.service, "POST", f"/{kind.plural}/", create),
        _operation(f"describe{title}", kind.service, "GET", f"/{kind.plural}/(?P<id>[^/:]+)", describe),
        _operation(f"modify{title}", kind.service, "PATCH", f"/{kind.plural}/(?P<id>[^/:]+)", modify),
        _operation(f"delete{title}", kind.service, "DELETE", f"/{kind.plural}/(?P<id>[^/:]+)", delete),
    ]


def _operation(name: str, service: str, method: str, path: str, handler: Handler) -> Operation:
    return Operation(name, service, method, re.compile(path), handler)


def _action(function: Callable[[Region, str, Any], Record | None]) -> Handler:
    return lambda region, ids, _query, body: function(region, ids["id"], body)


# The vpc service writes some types otherwise (DescribeQuotaRequest of its SDK).
QUOTA_TYPES = {"routeTable": "route_table", "staticRoute": "route_table_rule"}


def _quota(region: Region, _ids: dict[str, str], query: Query, _body: Any) -> Record:
    kind = QUOTA_TYPES.get(query.get("type", [""])[0], query.get("type", [""])[0])
    parent = query.get("parentResourceId", [None])[0]
    count = region.count_quota(kind, parent)
    limit = region.settings.quotas[kind]
    return {"quota": {"type": kind, "parentResourceId": parent or "", "maxLimit": limit, "count": count}}


def _rules(region: Region, ids: dict[str, str], query: Query, _body: Any) -> Record:
    rules = vpc.rules(region, region.get("routeTable", ids["id"]))
    return page(query, _matching(rules, query, {"ruleIds": "ruleId"}), "routeTableRules", float)


def _bgw_routes(region: Region, ids: dict[str, str], query: Query, _body: Any) -> Record:
    return page(query, [shown(route) for route in bgw.routes(region, ids["id"])], "bgwRoutes", int)


def _delete_bgw_routes(region: Region, ids: dict[str, str], query: Query, _body: Any) -> None:
    listed = [values for key, values in sorted(query.items()) if re.fullmatch(r"bgwRouteIds(\.\d+)?", key)]
    bgw.delete_routes(region, ids["id"], [one for values in listed for value in values for one in value.split(",")])


# Filters that match exactly; those that match loosely are obeyed nowhere, so that no client relies on them.
_INSTANCE_FILTERS = {
    "instanceId": "instanceId",
    "az": "az",
    "vpcId": "vpcId",
    "subnetId": "subnetId",
    "status": "status",
    "imageId": "imageId",
    "instanceType": "instanceType",
}


def _instances(region: Region, _ids: dict[str, str], query: Query, _body: Any) -> Record:
    vm.settle(region)
    items = [shown(vm.view(region, record)) for record in region.all("instance")]
    return page(query, _matching(items, query, _INSTANCE_FILTERS), "instances", int)


def _instance(region: Region, ids: dict[str, str], _query: Query, _body: Any) -> Record:
    vm.settle(region)
    return {"instance": shown(vm.view(region, region.get("instance", ids["id"])))}


def _delete_instance(region: Region, ids: dict[str, str], _query: Query, _body: Any) -> None:
    vm.settle(region)
    vm.delete(region, ids["id"])


_BGW_ROUTES = "/bgws/(?P<id>[^/:]+)/bgwRoutes/?"
OPERATIONS: tuple[Operation, ...] = (
    *(operation for kind in RESOURCES for operation in _usual(kind)),
    *(
        _operation(
            ACTION_NAMES.get(name, name), service, "POST", f"/{plural}/(?P<id>[^/:]+):{name}", _action(function)
        )
        for name, (service, plural, function) in ACTIONS.items()
    ),
    _operation("describeConnections", "bgw", "GET", "/connections/",
               lambda _region, _ids, query, _body: page(query, [], "connections", int)),
    _operation("describeInstances", "vm", "GET", "/instances", _instances),
    _operation("createInstances", "vm", "POST", "/instances",
               lambda region, _ids, _query, body: vm.create(region, body)),
    _operation("describeInstance", "vm", "GET", "/instances/(?P<id>[^/:]+)", _instance),
    _operation("deleteInstance", "vm", "DELETE", "/instances/(?P<id>[^/:]+)", _delete_instance),
    _operation("describeInstanceTypes", "vm", "GET", "/instanceTypes",
               lambda region, _ids, _query, _body: {"instanceTypes": (found := vm.instance_types(region)),
                                                    "totalCount": len(found)}),
    _operation("describeImages", "vm", "GET", "/images",
               lambda region, _ids, query, _body: page(query, vm.images(region), "images", int)),
    _operation("describeKeypairs", "vm", "GET", "/keypairs",
               lambda region, _ids, query, _body: page(
                   query, _matching([shown(x) for x in keypairs.listed(region)], query, {"keyNames": "keyName"}),
                   "keypairs", int)),
    _operation("importKeypair", "vm", "POST", "/keypairs:import",
               lambda region, _ids, _query, body: keypairs.add(region, body)),
    _operation("deleteKeypair", "vm", "DELETE", "/keypairs/(?P<id>[^/:]+)",
               lambda region, ids, _query, _body: keypairs.delete(region, ids["id"])),
    _operation("describeQuota", "bgw", "GET", "/quotas/", _quota),
    _operation("describeQuota", "vpc", "GET", "/quotas/", _quota),
    _operation("describeRouteTableRules", "vpc", "GET", "/routeTables/(?P<id>[^/:]+)/routeTableRules", _rules),
    _operation("describeBgwRoutes", "bgw", "GET", _BGW_ROUTES, _bgw_routes),
    _operation("createBgwRoutes", "bgw", "POST", _BGW_ROUTES,
               lambda region, ids, _query, body: bgw.create_routes(region, ids["id"], body)),
    _operation("modifyBgwRoutes", "bgw", "PATCH", _BGW_ROUTES,
               lambda region, ids, _query, body: bgw.modify_routes(region, ids["id"], body)),
    _operation("deleteBgwRoutes", "bgw", "DELETE", _BGW_ROUTES, _delete_bgw_routes),
)  # fmt: skip


def find(service: str, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation of a path below `/v1/regions/{region}`, with the ids in it."""
    for operation in OPERATIONS:
        match = operation.path.fullmatch(path)
        if match and operation.method == method and operation.service == service:
            return operation, match.groupdict()
    return None
