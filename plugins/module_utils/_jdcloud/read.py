# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: reading JD Cloud in bulk, for info modules and for `vpn_link_info`.

`list_all(client, kind, **parents)` reads all pages of one kind. What it returns of tunnels holds their keys: pass it
through `public` before it leaves a module. Safe between threads.
"""

from __future__ import annotations

import typing as t

from .._module import Context, Failure
from . import kinds
from .client import Client, client_from_params
from .convert import from_wire
from .kinds import Kind, Params, Record
from .machines import INSTANCES, SECURITY_GROUPS
from .tunnel import VPN_TUNNEL

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        kinds.VPC,
        kinds.SUBNET,
        kinds.ROUTE_TABLE,
        kinds.BORDER_GATEWAY,
        kinds.VPC_ATTACHMENT,
        kinds.CUSTOMER_GATEWAY,
        kinds.VPN_CONNECTION,
        VPN_TUNNEL,
        kinds.BORDER_GATEWAY_ROUTE,
        INSTANCES,
        SECURITY_GROUPS,
    )
}

BGW_QUOTAS = (
    "bgw",
    "connection",
    "vif",
    "bgw_route",
    "bgw_propagated_route",
    "vpc_attachment",
    "customer_gateway",
    "vpn_connection",
    "vpn_tunnel",
    "vpn_traffic_selector",
)
VPC_QUOTAS = (
    "vpc",
    "elastic_ip",
    "ipAddressPool",
    "subnet",
    "security_group",
    "vpcpeering",
    "network_interface",
    "acl",
    "aclRule",
    "routeTable",
    "staticRoute",
    "propagatedRoute",
    "securityGroupRule",
    "network_interface_cidr",
    "natGateway",
    "prefixList",
)


def list_all(client: Client, kind: str, **parents: t.Any) -> list[Record]:
    """All resources of a kind (a key of `KINDS`), raw in our names, with the keys of tunnels.

    `parents` are fields that a resource must have, a value or a collection of values: `vpn_connection_id="vpn-1"`. Of
    `border_gateway_route` the `bgw_id` is needed, because JD Cloud lists routes by border gateway only.
    """
    found = KINDS[kind].read(client, parents)
    return [record for record in found if all(_matches(record.get(key), want) for key, want in parents.items())]


def quota(client: Client, kind: str, parent_resource_id: str | None = None) -> Record:
    """One quota: `{type, parent_resource_id, max_limit, count}`. `kind` is one of BGW_QUOTAS or VPC_QUOTAS."""
    name = "describeBgwQuota" if kind in BGW_QUOTAS else "describeVpcQuota"
    result = client.call(name, values={"type": kind, "parent_resource_id": parent_resource_id})
    found = result.get(client.operations[name].result) if isinstance(result, dict) else None
    if not isinstance(found, dict) or found.get("maxLimit") is None:
        raise Failure(f"JD Cloud {name}: the answer holds no quota {kind}; correct the operation with operations_file.")
    record: Record = {"type": kind, "parent_resource_id": parent_resource_id, **from_wire(found)}
    return {**record, "max_limit": int(record["max_limit"]), "count": int(record.get("count") or 0)}


def public(kind: str, records: t.Iterable[Record]) -> list[Record]:
    """Records as they may be shown."""
    return [KINDS[kind].public(record) for record in records]


def info(
    kind: str, plural: str, filters: t.Mapping[str, str], params: Params, ctx: Context, **parents: t.Any
) -> dict[str, t.Any]:
    """What an info module returns. `filters` maps options that hold lists to the fields they are compared with."""
    client = client_from_params(params, ctx)
    chosen = {field: params[option] for option, field in filters.items() if params.get(option) is not None}
    found = [
        record
        for record in list_all(client, kind, **parents)
        if all(_matches(record.get(field), wanted) for field, wanted in chosen.items())
    ]
    return {"changed": False, plural: public(kind, found)}


def _matches(have: t.Any, wanted: t.Any) -> bool:
    if wanted is None:
        return True
    return have in wanted if isinstance(wanted, (list, tuple, set, frozenset)) else have == wanted
