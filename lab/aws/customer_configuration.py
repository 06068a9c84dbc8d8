# SPDX-License-Identifier: GPL-3.0-or-later
"""CustomerGatewayConfiguration: the XML that AWS gives to whoever configures the other end.

It names one value per parameter: the lowest that is allowed, which is what AWS would settle for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from xml.etree import ElementTree as ET

from lab.aws.tunnels import Tunnel


@dataclass(frozen=True)
class Ends:
    """What the XML says of the two gateways, the same in every tunnel."""

    customer_ip: str
    customer_asn: str
    amazon_asn: str
    bgp: bool


def render(
    connection_id: str, gateways: dict[str, str | None], ends: Ends, tunnels: Sequence[tuple[Tunnel, str]]
) -> str:
    """`gateways` are the ids by element name; `tunnels` come with the key to show, in the order to show them."""
    root = ET.Element("vpn_connection", id=connection_id)
    for name, gateway_id in gateways.items():
        _leaf(root, name, gateway_id or "")
    _leaf(root, "vpn_connection_type", "ipsec.1")
    if not ends.bgp:
        _leaf(root, "vpn_connection_attributes", "NoBGPVPNConnection")
    for tunnel, key in tunnels:
        _tunnel(ET.SubElement(root, "ipsec_tunnel"), tunnel, key, ends)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _tunnel(parent: ET.Element, tunnel: Tunnel, key: str, ends: Ends) -> None:
    inside = IPv4Network(tunnel.inside_cidr)
    amazon, customer = str(inside[1]), str(inside[2])  # Amazon takes the first usable address
    _end(parent, "customer_gateway", ends.customer_ip, customer, ends.customer_asn if ends.bgp else None)
    _end(parent, "vpn_gateway", tunnel.outside_ip, amazon, ends.amazon_asn if ends.bgp else None)
    ike = ET.SubElement(parent, "ike")
    _leaf(ike, "authentication_protocol", _lowest(tunnel, "Phase1IntegrityAlgorithms").lower())
    _leaf(ike, "encryption_protocol", _cipher(_lowest(tunnel, "Phase1EncryptionAlgorithms")))
    _leaf(ike, "lifetime", tunnel.effective("Phase1LifetimeSeconds"))
    _leaf(ike, "perfect_forward_secrecy", f"group{_lowest(tunnel, 'Phase1DHGroupNumbers')}")
    _leaf(ike, "mode", "main")
    _leaf(ike, "pre_shared_key", key)
    ipsec = ET.SubElement(parent, "ipsec")
    _leaf(ipsec, "protocol", "esp")
    _leaf(ipsec, "authentication_protocol", _hmac(_lowest(tunnel, "Phase2IntegrityAlgorithms")))
    _leaf(ipsec, "encryption_protocol", _cipher(_lowest(tunnel, "Phase2EncryptionAlgorithms")))
    _leaf(ipsec, "lifetime", tunnel.effective("Phase2LifetimeSeconds"))
    _leaf(ipsec, "perfect_forward_secrecy", f"group{_lowest(tunnel, 'Phase2DHGroupNumbers')}")
    _leaf(ipsec, "mode", "tunnel")
    _leaf(ipsec, "clear_df_bit", "true")
    _leaf(ipsec, "fragmentation_before_encryption", "true")
    _leaf(ipsec, "tcp_mss_adjustment", 1379)
    detection = ET.SubElement(ipsec, "dead_peer_detection")
    _leaf(detection, "interval", 10)
    _leaf(detection, "retries", 3)


def _end(parent: ET.Element, name: str, outside: str, inside: str, asn: str | None) -> None:
    end = ET.SubElement(parent, name)
    _leaf(ET.SubElement(end, "tunnel_outside_address"), "ip_address", outside)
    address = ET.SubElement(end, "tunnel_inside_address")
    _leaf(address, "ip_address", inside)
    _leaf(address, "network_mask", "255.255.255.252")
    _leaf(address, "network_cidr", 30)
    if asn:
        bgp = ET.SubElement(end, "bgp")
        _leaf(bgp, "asn", asn)
        _leaf(bgp, "hold_time", 30)


def _leaf(parent: ET.Element, name: str, text: object) -> None:
    ET.SubElement(parent, name).text = str(text)


def _lowest(tunnel: Tunnel, name: str) -> str:
    return str(tunnel.effective(name)[0])


def _cipher(name: str) -> str:
    """AES128 → aes-128-cbc, AES256-GCM-16 → aes-256-gcm-16."""
    bits, _, mode = name.removeprefix("AES").partition("-")
    return f"aes-{bits}-{mode.lower() or 'cbc'}"


def _hmac(name: str) -> str:
    """SHA1 → hmac-sha1-96, SHA2-256 → hmac-sha2-256-128: truncated as ESP does it."""
    kept = {"SHA1": 96, "SHA2-256": 128, "SHA2-384": 192, "SHA2-512": 256}[name]
    return f"hmac-{name.lower()}-{kept}"
