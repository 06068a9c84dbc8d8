# SPDX-License-Identifier: GPL-3.0-or-later
"""How many of what there may be.

The types are those of the SDK's DescribeQuota; limits marked «assumed» are published nowhere. Types of things that this
cloud does not have are answered with a count of 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.jdcloud.errors import ApiError

if TYPE_CHECKING:
    from lab.jdcloud.store import Region


@dataclass(frozen=True)
class Quota:
    """`kind` is what is counted, `parent` the field of it that holds parentResourceId; «-» where nothing is held."""

    service: str
    limit: int
    kind: str = ""
    parent: str = ""


_ELSEWHERE = (
    "elastic_ip ipAddressPool network_interface bwpByUsage natGateway vpcNatGateway trafficMirrorSession "
    "trafficMirrorFilter prefixList ipv6PublicAddress"
)
_ELSEWHERE_IN_PARENT = (
    "vpcpeering acl aclRule network_interface_cidr bandwidthPackageIp natGatewayFip natGatewaySnat natGatewayDnat "
    "natGatewayNatIpCidr natGatewayNatIp trafficMirrorFilterRule trafficMirrorSource haVip haVipBinding secondaryIp "
    "eniIpv6Address eipPriorExcludeDestCidr"
)

QUOTAS: dict[str, Quota] = {
    "bgw": Quota("bgw", 5, "bgws"),
    "connection": Quota("bgw", 10),  # assumed
    "vif": Quota("bgw", 10, parent="-"),  # assumed
    "bgw_route": Quota("bgw", 50, "bgwRoutes", "bgwId"),
    "bgw_propagated_route": Quota("bgw", 300, parent="bgwId"),
    "vpc_attachment": Quota("bgw", 50, "vpcAttachments", "bgwId"),
    "customer_gateway": Quota("bgw", 10, "customerGateways"),
    "vpn_connection": Quota("bgw", 10, "vpnConnections", "bgwId"),
    "vpn_tunnel": Quota("bgw", 8, "vpnTunnels", "vpnConnectionId"),  # cloud addresses x customer addresses
    "vpn_traffic_selector": Quota("bgw", 10, parent="vpnConnectionId"),  # assumed
    "vpc": Quota("vpc", 10, "vpcs"),
    "subnet": Quota("vpc", 100, "subnets", "vpcId"),  # assumed
    "security_group": Quota("vpc", 50, "networkSecurityGroups", "vpcId"),  # assumed
    "routeTable": Quota("vpc", 10, "routeTables", "vpcId"),
    "staticRoute": Quota("vpc", 50, "routeTableRules", "_routeTableId"),
    "propagatedRoute": Quota("vpc", 300, parent="_routeTableId"),  # assumed
    "securityGroupRule": Quota("vpc", 100, "securityGroupRules", "_networkSecurityGroupId"),  # assumed
    **{name: Quota("vpc", 10) for name in _ELSEWHERE.split()},  # assumed
    **{name: Quota("vpc", 10, parent="-") for name in _ELSEWHERE_IN_PARENT.split()},  # assumed
}
DEFAULTS = {name: quota.limit for name, quota in QUOTAS.items()}


def count(region: Region, quota_type: str, parent_id: str = "") -> int:
    quota = QUOTAS[quota_type]
    if not quota.kind:
        return 0
    return len(region.find(quota.kind, **({quota.parent: parent_id} if quota.parent else {})))


def require_room(region: Region, quota_type: str, parent_id: str = "", more: int = 1, have: int | None = None) -> None:
    """Refuse what would go past a quota; `have` is given where things are not counted as records."""
    limit = region.cloud.settings.limit(quota_type)
    held = count(region, quota_type, parent_id) if have is None else have
    if held + more > limit:
        where = f" of {parent_id}" if parent_id else f" in {region.name}"
        raise ApiError("QUOTA_EXCEEDED", f"The quota {quota_type}{where} is used up: {limit}")
