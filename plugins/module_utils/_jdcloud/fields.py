# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the fields of JD Cloud's resources and what a difference in each means. Pure data.

Names are the snake_case of the SDK's field names. Source: the spec models of jdcloud-sdk 1.6.354
(bgw 1.3.1, vpc 1.1.60).
"""

from __future__ import annotations

import ipaddress
import typing as t

from .._vpn.diff import Field


def cidr(value: t.Any) -> str:
    """The network of a CIDR in its canonical form; what is not a CIDR is left for JD Cloud to refuse."""
    try:
        return str(ipaddress.ip_network(str(value).strip(), strict=False))
    except ValueError:
        return str(value)


def address(value: t.Any) -> str:
    """An IP address in its canonical form."""
    try:
        return str(ipaddress.ip_address(str(value).strip()))
    except ValueError:
        return str(value)


def addresses(values: t.Any) -> list[str]:
    return [address(value) for value in values]


def cidr_list(value: t.Any) -> list[str]:
    """The ranges of a propagation: JD Cloud joins them with commas into one string."""
    values = value.split(",") if isinstance(value, str) else value
    return [cidr(item) for item in values if str(item).strip()]


def traffic_selectors(values: t.Any) -> list[tuple[str, tuple[str, ...], str]]:
    """Traffic selectors in a form that compares: read back, an empty description may be missing."""
    return sorted(
        (
            cidr(item.get("local_subnet")),
            tuple(sorted(cidr(remote) for remote in item.get("remote_subnets") or ())),
            item.get("description") or "",
        )
        for item in values
    )


_NEW_VPC = "Make a new VPC and move the resources to it, or leave the option out to keep this one as it is."
_NEW_SUBNET = "It is fixed when a subnet is made: make a new subnet and move the instances to it."
_NEW_GATEWAY = "It is fixed when a border gateway is made: make a new border gateway and move its connections to it."
_NEW_ATTACHMENT = (
    "An attachment can't be moved: remove it with state=absent (its routes go with it) and make a new one."
)
_NEW_CUSTOMER_GATEWAY = (
    "It is fixed when a customer gateway is made: make a new customer gateway and a new VPN connection on it, move the "
    "peer to them, then remove the old ones."
)
_NEW_CONNECTION = (
    "It is fixed when a VPN connection is made: make a new connection, move the peer to it, then remove the old one."
)
_NEW_TUNNEL = (
    "A tunnel's addresses are fixed: remove this tunnel with state=absent and make one between the new addresses."
)
_NEW_ROUTE = "Remove the route with state=absent and make a new one."

# addressPrefix can be changed to an empty one only; that widens what the VPC may hold and nothing else. The resource
# layer lets that one change through (`Kind.allows`), so here every other is refused.
VPC = (
    Field("vpc_name"),
    Field("description"),
    Field("address_prefix", immutable=_NEW_VPC, normalise=cidr),
    Field("resource_group_id", immutable=_NEW_VPC),
)

SUBNET = (
    Field("subnet_name"),
    Field("description"),
    Field("vpc_id", immutable=_NEW_SUBNET),
    Field("address_prefix", immutable=_NEW_SUBNET, normalise=cidr),
    Field("ip_mask_len"),
    Field("route_table_id", immutable="Associate the route table in the console or by :associateRouteTable."),
    Field("resource_group_id", immutable=_NEW_SUBNET),
    Field("type", immutable=_NEW_SUBNET),
    Field("hpc_cluster_id", immutable=_NEW_SUBNET),
)

BORDER_GATEWAY = (
    Field("bgw_name"),
    Field("description"),
    Field("az_type", immutable=_NEW_GATEWAY),
    Field("az", immutable=_NEW_GATEWAY),
)

VPC_ATTACHMENT = (
    Field("vpc_attachment_name"),
    Field("bgw_id", immutable=_NEW_ATTACHMENT),
    Field("vpc_id", immutable=_NEW_ATTACHMENT),
    Field("propagate_type"),
    Field("subnet_ids", unordered=True),
)

CUSTOMER_GATEWAY = (
    Field("customer_gateway_name"),
    Field("description"),
    Field("bgp_asn", immutable=_NEW_CUSTOMER_GATEWAY, normalise=int),
    Field("customer_ips", unordered=True, normalise=addresses),
)

VPN_CONNECTION = (
    Field("vpn_connection_name"),
    Field("description"),
    Field("bgw_id", immutable=_NEW_CONNECTION),
    Field("cgw_id", immutable=_NEW_CONNECTION),
    Field("bgp_enabled", interrupts=True),
    Field("local_asn", immutable=_NEW_CONNECTION, normalise=int),
    Field("providers", immutable=_NEW_CONNECTION),
    Field("traffic_selectors", interrupts=True, normalise=traffic_selectors),
)

# admin_status is compared by its own operation and not here: DOWN is the user's own word for stopping one tunnel.
VPN_TUNNEL = (
    Field("vpn_connection_id", immutable=_NEW_TUNNEL),
    Field("cloud_public_ip", immutable=_NEW_TUNNEL, normalise=address),
    Field("customer_ip", immutable=_NEW_TUNNEL, normalise=address),
    Field("psk", interrupts=True, secret=True),
    Field("tunnel_ip", interrupts=True, normalise=cidr),
    Field("local_tunnel_ip", interrupts=True, normalise=address),
    Field("ike_version", interrupts=True),
    Field("ike_mode", interrupts=True),
    Field("ike_key_exchange", interrupts=True),
    Field("ike_cipher", interrupts=True),
    Field("ike_auth", interrupts=True),
    Field("ike_dpd_sec", interrupts=True, normalise=int),
    Field("ike_sa_life_sec", interrupts=True, normalise=int),
    Field("ipsec_cipher", interrupts=True),
    Field("ipsec_auth", interrupts=True),
    Field("ipsec_key_exchange", interrupts=True),
    Field("ipsec_sa_life_sec", interrupts=True, normalise=int),
    Field("ipsec_sa_lifepkt", interrupts=True, normalise=int),
    Field("ipsec_sa_lifebyte", interrupts=True, normalise=int),
    Field("bandwidth_mbps", normalise=int),
)

BORDER_GATEWAY_ROUTE = (
    Field("bgw_id", immutable=_NEW_ROUTE),
    Field("bgw_route_destination", immutable=_NEW_ROUTE, normalise=cidr),
    Field("bgw_nexthop_type"),
    Field("bgw_route_nexthop"),
    Field("description"),
)

ROUTE_PROPAGATION = (
    Field("bgw_id"),
    Field("propagation_cidr_type"),
    Field("propagation_cidrs", unordered=True, normalise=cidr_list),
    Field("priority", normalise=int),
)

_NEW_INSTANCE = "Remove the instance with state=absent and make a new one, or leave the option out."
INSTANCE = (
    Field("instance_name"),
    Field("description"),
    Field("instance_type", immutable=_NEW_INSTANCE),
    Field("image_id", immutable=_NEW_INSTANCE),
    Field("az", immutable=_NEW_INSTANCE),
    Field("subnet_id", immutable=_NEW_INSTANCE),
    Field("private_ip_address", immutable=_NEW_INSTANCE, normalise=address),
    Field(
        "security_group_ids",
        immutable="They belong to its network interface: change them there, or leave the option out.",
        unordered=True,
    ),
)

# Rules are compared apart (`machines.py`): they are a set, and added and removed one by one.
SECURITY_GROUP = (
    Field("network_security_group_name"),
    Field("description"),
    Field("vpc_id", immutable="It is fixed when a security group is made: make a new one in the other VPC."),
)
