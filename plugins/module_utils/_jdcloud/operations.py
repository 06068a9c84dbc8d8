# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the ONE table of JD Cloud's operations that the collection uses. Pure data.

`source` says how sure each operation is: `published` stands in JD Cloud's SDK of today, `historic` in its .NET SDK of
2020, `inferred` follows JD Cloud's published conventions. What turns out to be otherwise is corrected in one place, in
a file that the option `operations_file` names (`overrides.py`).
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .convert import camel, snake

PUBLISHED = "published"
HISTORIC = "historic"
INFERRED = "inferred"

EFFECTS = {
    "describe": "read",
    "create": "create",
    "add": "create",
    "modify": "update",
    "delete": "delete",
    "remove": "delete",
}


@dataclass(frozen=True)
class Operation:
    """How one operation is called.

    `fields` maps our names to JD Cloud's names in the body (or the query string, see `carrier`). `wrap` is the key of
    the list that holds the fields, where the body is not flat. `result` is the key of what is returned: the id of a
    create, the object of a read, the list of a list. `identity` is the id of an item.
    """

    name: str
    service: str
    method: str
    path: str
    fields: t.Mapping[str, str] = field(default_factory=dict)
    wrap: str = ""
    carrier: str = ""
    result: str = ""
    identity: str = ""
    source: str = INFERRED

    @property
    def effect(self) -> str:
        """`read`, `create`, `update` or `delete`: what a lost answer can mean."""
        return next(effect for verb, effect in EFFECTS.items() if self.name.startswith(verb))

    @property
    def in_query(self) -> bool:
        """Whether the fields go into the query string: GET and DELETE have no body."""
        return (self.carrier or ("query" if self.method in ("GET", "DELETE") else "body")) == "query"

    @property
    def path_params(self) -> dict[str, str]:
        """JD Cloud's names of what stands in the path besides the region, with ours."""
        return {name: snake(name) for name in re.findall(r"\{(\w+)\}", self.path) if name != "regionId"}


def _names(text: str) -> dict[str, str]:
    return {name: camel(name) for name in text.split()}


PAGE = _names("page_number page_size")


def _crud(service: str, noun: str, plural: str, create: str, modify: str, source: str) -> list[Operation]:
    """The five operations that every resource has: POST creates, GET queries, PATCH modifies, DELETE deletes."""
    title = noun[:1].upper() + noun[1:]
    titles = plural[:1].upper() + plural[1:]
    every = f"/v1/regions/{{regionId}}/{plural}/"
    one = f"{every}{{{noun}Id}}"
    identity = f"{noun}Id"
    return [
        Operation(f"create{title}", service, "POST", every, _names(create), result=identity, source=source),
        Operation(f"describe{titles}", service, "GET", every, PAGE, result=plural, identity=identity, source=source),
        Operation(f"describe{title}", service, "GET", one, result=noun, source=source),
        Operation(f"modify{title}", service, "PATCH", one, _names(modify), source=source),
        Operation(f"delete{title}", service, "DELETE", one, source=source),
    ]


_NEGOTIATION = (
    "psk tunnel_ip local_tunnel_ip ike_version ike_mode ike_key_exchange ike_cipher ike_auth ike_dpd_sec "
    "ike_sa_life_sec ipsec_cipher ipsec_auth ipsec_key_exchange ipsec_sa_life_sec ipsec_sa_lifepkt ipsec_sa_lifebyte "
    "bandwidth_mbps"
)
_ROUTE = "bgw_route_destination bgw_nexthop_type bgw_route_nexthop description"
_ROUTES = "/v1/regions/{regionId}/bgws/{bgwId}/bgwRoutes"
_TABLE = "/v1/regions/{regionId}/routeTables/{routeTableId}"
_INSTANCES = "/v1/regions/{regionId}/instances"
_PROPAGATION = "propagation_cidr_type propagation_cidrs bgw_id priority"
_QUOTA = _names("type parent_resource_id")

_ALL = [
    *_crud(
        "vpc",
        "vpc",
        "vpcs",
        "vpc_name address_prefix description user_tags resource_group_id",
        "vpc_name description address_prefix",
        PUBLISHED,
    ),
    *_crud(
        "vpc",
        "subnet",
        "subnets",
        "vpc_id subnet_name address_prefix route_table_id description ip_mask_len "
        "user_tags resource_group_id type hpc_cluster_id",
        "subnet_name description ip_mask_len",
        PUBLISHED,
    ),
    Operation(
        "describeRouteTables",
        "vpc",
        "GET",
        "/v1/regions/{regionId}/routeTables/",
        PAGE,
        result="routeTables",
        identity="routeTableId",
        source=PUBLISHED,
    ),
    Operation("describeRouteTable", "vpc", "GET", _TABLE, result="routeTable", source=PUBLISHED),
    Operation(
        "addRoutePropagation",
        "vpc",
        "POST",
        f"{_TABLE}:addRoutePropagation",
        _names(_PROPAGATION),
        result="routePropagationId",
        source=HISTORIC,
    ),
    Operation(
        "modifyRoutePropagation",
        "vpc",
        "POST",
        f"{_TABLE}:modifyRoutePropagation",
        _names(f"route_propagation_id {_PROPAGATION}"),
        source=HISTORIC,
    ),
    Operation(
        "removeRoutePropagation",
        "vpc",
        "POST",
        f"{_TABLE}:removeRoutePropagation",
        _names("route_propagation_id"),
        source=HISTORIC,
    ),
    *_crud(
        "vpc",
        "networkSecurityGroup",
        "networkSecurityGroups",
        "vpc_id network_security_group_name description",
        "network_security_group_name description",
        PUBLISHED,
    ),
    *(
        Operation(
            f"{verb}NetworkSecurityGroupRules",
            "vpc",
            "POST",
            f"/v1/regions/{{regionId}}/networkSecurityGroups/{{networkSecurityGroupId}}:{verb}NetworkSecurityGroupRules",
            _names(names),
            source=PUBLISHED,
        )
        for verb, names in (("add", "network_security_group_rule_specs"), ("remove", "rule_ids"))
    ),
    Operation(
        "createInstances",
        "vm",
        "POST",
        _INSTANCES,
        _names("instance_spec max_count"),
        result="instanceIds",
        source=PUBLISHED,
    ),
    Operation(
        "describeInstances", "vm", "GET", _INSTANCES, PAGE, result="instances", identity="instanceId", source=PUBLISHED
    ),
    Operation("describeInstance", "vm", "GET", f"{_INSTANCES}/{{instanceId}}", result="instance", source=PUBLISHED),
    Operation(
        "modifyInstanceAttribute",
        "vm",
        "POST",
        f"{_INSTANCES}/{{instanceId}}:modifyInstanceAttribute",
        _names("name description"),
        source=PUBLISHED,
    ),
    Operation("deleteInstance", "vm", "DELETE", f"{_INSTANCES}/{{instanceId}}", source=PUBLISHED),
    Operation(
        "describeVpcQuota",
        "vpc",
        "GET",
        "/v1/regions/{regionId}/quotas/",
        _QUOTA,
        result="quota",
        source=PUBLISHED,
    ),
    *_crud("bgw", "bgw", "bgws", "bgw_name description az_type az", "bgw_name description", INFERRED),
    *_crud(
        "bgw",
        "vpcAttachment",
        "vpcAttachments",
        "vpc_attachment_name vpc_id propagate_type bgw_id subnet_ids",
        "vpc_attachment_name propagation_attribute",
        INFERRED,
    ),
    *_crud(
        "bgw",
        "customerGateway",
        "customerGateways",
        "customer_gateway_name customer_ips bgp_asn description",
        "customer_gateway_name description customer_ips",
        INFERRED,
    ),
    *_crud(
        "bgw",
        "vpnConnection",
        "vpnConnections",
        "vpn_connection_name description bgw_id cgw_id bgp_enabled local_asn providers charge_spec",
        "vpn_connection_name description bgp_enabled traffic_selectors",
        INFERRED,
    ),
    *_crud(
        "bgw",
        "vpnTunnel",
        "vpnTunnels",
        f"vpn_connection_id cloud_public_ip customer_ip charge_spec {_NEGOTIATION}",
        _NEGOTIATION,
        INFERRED,
    ),
    Operation(
        "modifyAdminStatus",
        "bgw",
        "POST",
        "/v1/regions/{regionId}/vpnTunnels/{vpnTunnelId}:adminStatus",
        _names("admin_status"),
        source=PUBLISHED,
    ),
    Operation("createBgwRoutes", "bgw", "POST", _ROUTES, _names(_ROUTE), wrap="bgwRouteSpecs", result="bgwRouteIds"),
    Operation("describeBgwRoutes", "bgw", "GET", _ROUTES, PAGE, result="bgwRoutes", identity="bgwRouteId"),
    Operation("modifyBgwRoutes", "bgw", "PATCH", _ROUTES, _names(f"bgw_route_id {_ROUTE}"), wrap="modifyBgwRouteSpecs"),
    Operation("deleteBgwRoutes", "bgw", "DELETE", _ROUTES, _names("bgw_route_ids")),
    Operation("describeBgwQuota", "bgw", "GET", "/v1/regions/{regionId}/quotas/", _QUOTA, result="quota"),
]

OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _ALL}
