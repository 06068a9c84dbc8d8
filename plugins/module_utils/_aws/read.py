# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: reading AWS in bulk. Each function is one paginated list call, safe between threads.

`filters` are EC2's own: a name to a value or a list of values. Deleted resources, which AWS goes on listing for an hour
or so, are included: `living` leaves them out.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.transformation import ansible_dict_to_boto3_filter_list

from . import network, transform
from .errors import ApiFailure

if t.TYPE_CHECKING:
    from .api import Ec2

Record = dict[str, t.Any]
Ids = t.Sequence[str]
# States of an instance that is still somebody's.
KEPT = ("pending", "running", "stopping", "stopped")
Filters = t.Mapping[str, t.Any]


def _filters(filters: Filters | None) -> list[Record] | None:
    return ansible_dict_to_boto3_filter_list(dict(filters)) if filters else None


def living(records: t.Iterable[Record]) -> list[Record]:
    """Without what is deleted or about to be."""
    return [record for record in records if record.get("state") not in ("deleting", "deleted")]


def one(records: t.Callable[[], list[Record]]) -> Record | None:
    """What a list function finds by a single id: None where AWS does not know the id (any more)."""
    try:
        found = living(records())
    except ApiFailure as failure:
        if failure.not_found:
            return None
        raise
    return found[0] if found else None


def tag_filters(tags: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {f"tag:{key}": str(value) for key, value in tags.items()}


def exact(filters: t.Mapping[str, str]) -> dict[str, str]:
    """Filters without those whose values AWS would take for patterns.

    A connection's record is long, so it is worth not to have all of them sent. What comes is compared all the same.
    """
    return {name: value for name, value in filters.items() if not re.search(r"[*?\\]", value)}


def with_tags(list_all: t.Callable[..., list[Record]], ec2: Ec2, tags: t.Mapping[str, str]) -> list[Record]:
    """What a list function finds that has all the tags."""
    found = list_all(ec2, filters=exact(tag_filters(tags)))
    return [record for record in found if tags.items() <= record["tags"].items()]


def list_customer_gateways(ec2: Ec2, ids: Ids | None = None, filters: Filters | None = None) -> list[Record]:
    raw = ec2.read(
        "describe_customer_gateways", "CustomerGateways", CustomerGatewayIds=ids or None, Filters=_filters(filters)
    )
    return [network.customer_gateway(item) for item in raw]


def list_vpn_connections(ec2: Ec2, ids: Ids | None = None, filters: Filters | None = None) -> list[Record]:
    """With the tunnels' keys: pass each through `transform.public` before it leaves the module."""
    raw = ec2.read(
        "describe_vpn_connections", "VpnConnections", VpnConnectionIds=ids or None, Filters=_filters(filters)
    )
    return [transform.vpn_connection(item) for item in raw]


def list_vpn_gateways(ec2: Ec2, ids: Ids | None = None, filters: Filters | None = None) -> list[Record]:
    raw = ec2.read("describe_vpn_gateways", "VpnGateways", VpnGatewayIds=ids or None, Filters=_filters(filters))
    return [network.vpn_gateway(item) for item in raw]


def list_route_tables(
    ec2: Ec2, vpc_id: str | None = None, ids: Ids | None = None, filters: Filters | None = None
) -> list[Record]:
    wanted = {**(filters or {}), **({"vpc-id": vpc_id} if vpc_id else {})}
    raw = ec2.read("describe_route_tables", "RouteTables", RouteTableIds=ids or None, Filters=_filters(wanted))
    return [network.route_table(item) for item in raw]


def list_subnets(
    ec2: Ec2, vpc_id: str | None = None, ids: Ids | None = None, filters: Filters | None = None
) -> list[Record]:
    wanted = {**(filters or {}), **({"vpc-id": vpc_id} if vpc_id else {})}
    raw = ec2.read("describe_subnets", "Subnets", SubnetIds=ids or None, Filters=_filters(wanted))
    return [network.subnet(item) for item in raw]


def list_vpcs(ec2: Ec2, ids: Ids | None = None, filters: Filters | None = None) -> list[Record]:
    raw = ec2.read("describe_vpcs", "Vpcs", VpcIds=ids or None, Filters=_filters(filters))
    return [network.vpc(item) for item in raw]


def list_instances(ec2: Ec2, ids: Ids | None = None, filters: Filters | None = None) -> list[Record]:
    raw = ec2.read("describe_instances", "Reservations", InstanceIds=ids or None, Filters=_filters(filters))
    return [network.instance(item) for reservation in raw for item in reservation["Instances"]]


def list_security_groups(ec2: Ec2, ids: Ids | None = None, filters: Filters | None = None) -> list[Record]:
    raw = ec2.read("describe_security_groups", "SecurityGroups", GroupIds=ids or None, Filters=_filters(filters))
    return [network.security_group(item) for item in raw]
