# SPDX-License-Identifier: GPL-3.0-or-later
"""GetVpnConnectionDeviceTypes and ...SampleConfiguration: the one vendor-neutral sample, in words as AWS writes it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from lab.aws.connections import VpnConnection
from lab.aws.errors import invalid_value

DEVICE_TYPES = [
    {
        "VpnConnectionDeviceTypeId": "9005b6c1",
        "Vendor": "Generic",
        "Platform": "Generic",
        "Software": "Vendor Agnostic",
    }
]
_IKE_VERSIONS = ("ikev1", "ikev2")
_LINES = (  # what the sample says of a tunnel: label, path in its part of the customer gateway configuration
    ("Pre-Shared Key", "ike/pre_shared_key"),
    ("IKE Authentication Algorithm", "ike/authentication_protocol"),
    ("IKE Encryption Algorithm", "ike/encryption_protocol"),
    ("IKE Lifetime", "ike/lifetime"),
    ("IKE Diffie-Hellman", "ike/perfect_forward_secrecy"),
    ("IPsec Authentication Algorithm", "ipsec/authentication_protocol"),
    ("IPsec Encryption Algorithm", "ipsec/encryption_protocol"),
    ("IPsec Lifetime", "ipsec/lifetime"),
    ("IPsec Perfect Forward Secrecy", "ipsec/perfect_forward_secrecy"),
    ("TCP MSS Adjustment", "ipsec/tcp_mss_adjustment"),
    ("Outside: Customer Gateway", "customer_gateway/tunnel_outside_address/ip_address"),
    ("Outside: Virtual Private Gateway", "vpn_gateway/tunnel_outside_address/ip_address"),
    ("Inside: Customer Gateway", "customer_gateway/tunnel_inside_address/ip_address"),
    ("Inside: Virtual Private Gateway", "vpn_gateway/tunnel_inside_address/ip_address"),
    ("BGP: Customer Gateway ASN", "customer_gateway/bgp/asn"),
    ("BGP: Virtual Private Gateway ASN", "vpn_gateway/bgp/asn"),
    ("BGP: Hold Time", "vpn_gateway/bgp/hold_time"),
)


def sample(connection: VpnConnection, device_type: str, ike_version: str) -> str:
    if device_type not in [known["VpnConnectionDeviceTypeId"] for known in DEVICE_TYPES]:
        raise invalid_value(f"Invalid value '{device_type}' for VpnConnectionDeviceTypeId")
    if ike_version not in _IKE_VERSIONS:
        raise invalid_value(f"Invalid value '{ike_version}' for InternetKeyExchangeVersion")
    lines = [
        "Amazon Web Services",
        "Virtual Private Cloud",
        "",
        f"Your VPN Connection ID : {connection.id}",
        f"Your Virtual Private Gateway ID : {connection.gateway_id}",
        f"Your Customer Gateway ID : {connection.customer_gateway_id}",
    ]
    tunnels = ET.fromstring(connection.configuration(reveal=False).encode()).findall("ipsec_tunnel")
    for number, tunnel in enumerate(tunnels, start=1):
        lines += ["", f"IPSec Tunnel #{number}", f"  - {'IKE version':<35}: {ike_version}"]
        found = [(label, tunnel.findtext(path)) for label, path in _LINES]
        lines += [f"  - {label:<35}: {text}" for label, text in found if text]
    if connection.static_routes_only:
        lines += ["", "Static Routing: route the VPC's prefix to both tunnels."]
    return "\n".join(lines) + "\n"
