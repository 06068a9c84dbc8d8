# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the emulated AWS holds, in the shapes of EC2's own Describe answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from botocore.parsers import EC2QueryParser
from moto.core.serialize import XFormedAttributePicker, get_serializer_class
from moto.core.utils import get_service_model
from moto.ec2.responses import EC2Response

from lab.aws.cloud import Cloud

# Kind: (the call that describes it, where moto keeps it). These moto objects are turned into what the call answers.
_KINDS: dict[str, tuple[str, Callable[[Any], Iterable[Any]]]] = {
    "Vpcs": ("DescribeVpcs", lambda ec2: ec2.describe_vpcs()),
    "Subnets": ("DescribeSubnets", lambda ec2: ec2.describe_subnets()),
    "RouteTables": ("DescribeRouteTables", lambda ec2: ec2.describe_route_tables()),
    "SecurityGroups": ("DescribeSecurityGroups", lambda ec2: ec2.describe_security_groups()),
    "NetworkAcls": ("DescribeNetworkAcls", lambda ec2: ec2.describe_network_acls()),
    "InternetGateways": ("DescribeInternetGateways", lambda ec2: ec2.describe_internet_gateways()),
    "NetworkInterfaces": ("DescribeNetworkInterfaces", lambda ec2: ec2.describe_network_interfaces()),
    "Reservations": ("DescribeInstances", lambda ec2: ec2.describe_instances()),
    "TransitGateways": ("DescribeTransitGateways", lambda ec2: ec2.describe_transit_gateways(None, None)),
    "CustomerGateways": (
        "DescribeCustomerGateways",
        lambda ec2: [gateway.describe() for gateway in ec2.customer_gateways.values()],
    ),
    "VpnGateways": ("DescribeVpnGateways", lambda ec2: [gateway.describe() for gateway in ec2.vpn_gateways.values()]),
    "VpnConnections": (
        "DescribeVpnConnections",
        lambda ec2: [connection.describe(reveal=True) for connection in ec2.vpn_connections.values()],
    ),
}


def snapshot(cloud: Cloud) -> dict[str, Any]:
    """Accounts by name, their regions, and what lies in each; only regions that have been used."""
    accounts: dict[str, Any] = {
        account.name: {"account_id": account.account_id, "partition": account.partition, "regions": {}}
        for account in cloud.accounts
    }
    with cloud.lock:
        for account, region, ec2 in cloud.backends():
            ec2.forget_deleted()
            accounts[account.name]["regions"][region] = {
                kind: _as_described(operation, kind, list(held(ec2))) for kind, (operation, held) in _KINDS.items()
            }
    return {"accounts": accounts}


def _as_described(operation: str, kind: str, things: list[Any]) -> Any:
    """Written as EC2's XML by moto and read back by botocore: the same view as a client has."""
    model = get_service_model("ec2").operation_model(operation)
    serializer = get_serializer_class("ec2", "ec2")(
        operation_model=model,
        value_picker=XFormedAttributePicker(response_transformers=EC2Response.RESPONSE_KEY_PATH_TO_TRANSFORMER),
    )
    body = serializer.serialize({kind: things})["body"]
    answer = {"status_code": 200, "headers": {}, "body": body if isinstance(body, bytes) else body.encode()}
    return EC2QueryParser().parse(answer, model.output_shape).get(kind, [])
