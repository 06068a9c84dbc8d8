# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS's records as EC2 answers them, and the options of the modules with their defaults."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

KEY_A, KEY_B = "Keyfortunnel_A_00001", "Keyfortunnel_B_00002"
IP_A, IP_B = "52.1.1.1", "52.2.2.2"
CIDR_A, CIDR_B = "169.254.8.0/30", "169.254.8.4/30"
VPN, CGW, VGW = "vpn-1", "cgw-1", "vgw-1"


def params(module: Any, **options: Any) -> dict[str, Any]:
    """Options as the module gets them from Ansible: checked and with defaults."""
    result = ArgumentSpecValidator(module.DECLARATION.argument_spec).validate({"region": "eu-central-1", **options})
    assert not result.error_messages, result.error_messages
    return result.validated_parameters


def tunnel(outside: str = IP_A, cidr: str = CIDR_A, key: str = KEY_A, **more: Any) -> dict[str, Any]:
    return {"OutsideIpAddress": outside, "TunnelInsideCidr": cidr, "PreSharedKey": key, **more}


def _end(tag: str, outside: str, inside: str) -> str:
    return (
        f"<{tag}><tunnel_outside_address><ip_address>{outside}</ip_address></tunnel_outside_address>"
        f"<tunnel_inside_address><ip_address>{inside}</ip_address></tunnel_inside_address></{tag}>"
    )


def configuration(*tunnels: tuple[str, str, str, str]) -> str:
    """The customer gateway configuration: (outside, AWS inside, customer inside, key) of each tunnel."""
    body = "".join(
        f"<ipsec_tunnel>{_end('customer_gateway', '116.1.1.1', theirs)}{_end('vpn_gateway', outside, ours)}"
        f"<ike><pre_shared_key>{key}</pre_shared_key></ike></ipsec_tunnel>"
        for outside, ours, theirs, key in tunnels
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><vpn_connection id="{VPN}">{body}</vpn_connection>'


def connection(*tunnels: dict[str, Any], state: str = "available", **more: Any) -> dict[str, Any]:
    """A connection whose options, telemetry and configuration list the tunnels in three different ways."""
    options = {
        "StaticRoutesOnly": more.pop("static", False),
        "LocalIpv4NetworkCidr": more.pop("local", "0.0.0.0/0"),
        "TunnelOptions": list(tunnels) or [tunnel(IP_B, CIDR_B, KEY_B), tunnel()],
    }
    return {
        "VpnConnectionId": VPN,
        "State": state,
        "Type": "ipsec.1",
        "CustomerGatewayId": CGW,
        "VpnGatewayId": VGW,
        "Options": options,
        "VgwTelemetry": [
            {"OutsideIpAddress": IP_A, "Status": "UP", "AcceptedRouteCount": 1},
            {"OutsideIpAddress": IP_B, "Status": "DOWN", "StatusMessage": "IPSEC IS DOWN"},
        ],
        "CustomerGatewayConfiguration": configuration(
            (IP_A, "169.254.8.1", "169.254.8.2", KEY_A), (IP_B, "169.254.8.5", "169.254.8.6", KEY_B)
        ),
        **more,
    }


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def gateway(**more: Any) -> dict[str, Any]:
    return {
        "CustomerGatewayId": CGW,
        "State": "available",
        "Type": "ipsec.1",
        "IpAddress": "116.1.1.1",
        "BgpAsn": "65000",
        "DeviceName": "link-a",
        **more,
    }
