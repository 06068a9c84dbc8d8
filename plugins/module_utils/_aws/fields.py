# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the fields of AWS's VPN resources and what a difference in each means. Pure data.

Source: the EC2 API model (botocore 1.44): CreateCustomerGateway, CreateVpnConnection, ModifyVpnConnection,
ModifyVpnConnectionOptions, ModifyVpnTunnelOptions.
"""

from __future__ import annotations

import ipaddress
import typing as t

from .._vpn.diff import Field


def _cidr(value: t.Any) -> str:
    """The network of a CIDR in its canonical form; what is not a CIDR is left for AWS to refuse."""
    try:
        return str(ipaddress.ip_network(str(value).strip(), strict=False))
    except ValueError:
        return str(value)


def _address(value: t.Any) -> str:
    try:
        return str(ipaddress.ip_address(str(value).strip()))
    except ValueError:
        return str(value)


def _lower(values: t.Any) -> list[str]:
    return [str(value).lower() for value in values]


def _upper(values: t.Any) -> list[str]:
    return [str(value).upper() for value in values]


def _numbers(values: t.Any) -> list[int]:
    return [int(value) for value in values]


def key_exchanges(value: t.Any) -> list[dict[str, t.Any]]:
    """Additional IKEv2 key exchange rounds in the order of their numbers, with AWS's default requirement."""
    rounds = [
        {
            "round": int(item["round"]),
            "methods": sorted(int(method) for method in item.get("methods") or []),
            "requirement": item.get("requirement") or "required",
        }
        for item in value
    ]
    return sorted(rounds, key=lambda item: item["round"])


_NEW_GATEWAY = (
    "AWS can't change a customer gateway: make a new one, give its id to the VPN connection as customer_gateway_id, "
    "then delete the old one."
)
_NEW_CONNECTION = "It is fixed at create: make a new connection, move the peer to it, then delete the old one."

CUSTOMER_GATEWAY = (
    Field("ip_address", immutable=_NEW_GATEWAY, normalise=_address),
    Field("bgp_asn", immutable=_NEW_GATEWAY, normalise=int),
    Field("device_name", immutable=_NEW_GATEWAY),
    Field("type", immutable=_NEW_GATEWAY),
    Field("certificate_arn", immutable=_NEW_GATEWAY),
)

VPN_GATEWAY = (
    Field(
        "amazon_side_asn",
        immutable="AWS fixes it when the gateway is made: make a new gateway with this ASN and attach it to the VPC in "
        "place of the old one, or set the site's ASN to the one that the gateway has.",
        normalise=int,
    ),
)

# AWS itself could move a connection to another target gateway, but static routes must be removed first, both tunnels go
# down, and a link that changes its site is another link: so it is refused here.
_OTHER_TARGET = "A connection is not moved between gateways: make a new one on that gateway, then delete the old one."

VPN_CONNECTION = (
    Field("customer_gateway_id", interrupts=True),
    Field("vpn_gateway_id", immutable=_OTHER_TARGET),
    Field("transit_gateway_id", immutable=_OTHER_TARGET),
    Field("static_routes_only", immutable=_NEW_CONNECTION),
    Field("enable_acceleration", immutable=_NEW_CONNECTION),
    Field("tunnel_inside_ip_version", immutable=_NEW_CONNECTION),
    Field("outside_ip_address_type", immutable=_NEW_CONNECTION),
    Field("transport_transit_gateway_attachment_id", immutable=_NEW_CONNECTION),
    Field("pre_shared_key_storage", immutable=_NEW_CONNECTION),
    Field("local_ipv4_network_cidr", interrupts=True, normalise=_cidr),
    Field("remote_ipv4_network_cidr", interrupts=True, normalise=_cidr),
    Field("local_ipv6_network_cidr", interrupts=True, normalise=_cidr),
    Field("remote_ipv6_network_cidr", interrupts=True, normalise=_cidr),
    Field("tunnel_bandwidth", interrupts=True),
)

# ModifyVpnTunnelOptions replaces the tunnel's endpoint, whatever is changed. The one exception is the lifecycle
# control, which can be switched with SkipTunnelReplacement.
VPN_TUNNEL = (
    Field("tunnel_inside_cidr", interrupts=True, normalise=_cidr),
    Field("tunnel_inside_ipv6_cidr", interrupts=True, normalise=_cidr),
    Field("pre_shared_key", interrupts=True, secret=True),
    Field("ike_versions", interrupts=True, unordered=True, normalise=_lower),
    Field("phase1_encryption_algorithms", interrupts=True, unordered=True, normalise=_upper),
    Field("phase1_integrity_algorithms", interrupts=True, unordered=True, normalise=_upper),
    Field("phase1_dh_group_numbers", interrupts=True, unordered=True, normalise=_numbers),
    Field("phase1_lifetime_seconds", interrupts=True, normalise=int),
    Field("phase1_additional_key_exchanges", interrupts=True, normalise=key_exchanges),
    Field("phase2_encryption_algorithms", interrupts=True, unordered=True, normalise=_upper),
    Field("phase2_integrity_algorithms", interrupts=True, unordered=True, normalise=_upper),
    Field("phase2_dh_group_numbers", interrupts=True, unordered=True, normalise=_numbers),
    Field("phase2_lifetime_seconds", interrupts=True, normalise=int),
    Field("phase2_additional_key_exchanges", interrupts=True, normalise=key_exchanges),
    Field("rekey_margin_time_seconds", interrupts=True, normalise=int),
    Field("rekey_fuzz_percentage", interrupts=True, normalise=int),
    Field("replay_window_size", interrupts=True, normalise=int),
    Field("startup_action", interrupts=True),
    Field("dpd_timeout_seconds", interrupts=True, normalise=int),
    Field("dpd_timeout_action", interrupts=True),
    Field("enable_tunnel_lifecycle_control"),
    Field("log_enabled", interrupts=True),
    Field("log_group_arn", interrupts=True),
    Field("log_output_format", interrupts=True),
    Field("bgp_log_enabled", interrupts=True),
    Field("bgp_log_group_arn", interrupts=True),
    Field("bgp_log_output_format", interrupts=True),
)
