# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from xml.etree import ElementTree as ET

TUNNELS = (
    {
        "TunnelInsideCidr": "169.254.8.0/30",
        "PreSharedKey": "first_key_1",
        "Phase1EncryptionAlgorithms": [{"Value": "AES256"}],
        "Phase1IntegrityAlgorithms": [{"Value": "SHA2-256"}],
        "Phase1DHGroupNumbers": [{"Value": 20}],
        "Phase1LifetimeSeconds": 14400,
        "Phase2EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
        "Phase2IntegrityAlgorithms": [{"Value": "SHA2-384"}],
        "Phase2DHGroupNumbers": [{"Value": 14}],
        "Phase2LifetimeSeconds": 1800,
    },
    {"TunnelInsideCidr": "169.254.8.4/30", "PreSharedKey": "second_key_2"},
)


def _parsed(connection):
    return ET.fromstring(connection["CustomerGatewayConfiguration"].encode())


def test_it_follows_the_options_of_each_tunnel_in_an_order_of_its_own(site):
    connection = site.connect(*TUNNELS)
    tunnels = _parsed(connection).findall("ipsec_tunnel")
    assert [tunnel.findtext("ike/pre_shared_key") for tunnel in tunnels] == ["second_key_2", "first_key_1"]
    expected = {
        "customer_gateway/tunnel_outside_address/ip_address": "116.198.1.1",
        "customer_gateway/tunnel_inside_address/ip_address": "169.254.8.2",
        "customer_gateway/bgp/asn": "65000",
        "vpn_gateway/tunnel_inside_address/ip_address": "169.254.8.1",
        "vpn_gateway/tunnel_inside_address/network_mask": "255.255.255.252",
        "vpn_gateway/bgp/asn": "65001",
        "vpn_gateway/bgp/hold_time": "30",
        "ike/encryption_protocol": "aes-256-cbc",
        "ike/authentication_protocol": "sha2-256",
        "ike/perfect_forward_secrecy": "group20",
        "ike/lifetime": "14400",
        "ipsec/encryption_protocol": "aes-256-gcm-16",
        "ipsec/authentication_protocol": "hmac-sha2-384-192",
        "ipsec/perfect_forward_secrecy": "group14",
        "ipsec/lifetime": "1800",
    }
    assert {path: tunnels[1].findtext(path) for path in expected} == expected
    by_block = {t["TunnelInsideCidr"]: t["OutsideIpAddress"] for t in connection["Options"]["TunnelOptions"]}
    assert tunnels[1].findtext("vpn_gateway/tunnel_outside_address/ip_address") == by_block["169.254.8.0/30"]


def test_what_was_left_open_is_the_weakest_that_aws_allows(site):
    weak = _parsed(site.connect(*TUNNELS)).find("ipsec_tunnel")
    expected = {
        "ike/encryption_protocol": "aes-128-cbc",
        "ike/authentication_protocol": "sha1",
        "ike/perfect_forward_secrecy": "group2",
        "ipsec/encryption_protocol": "aes-128-cbc",
        "ipsec/authentication_protocol": "hmac-sha1-96",
        "ipsec/perfect_forward_secrecy": "group2",
    }
    assert {path: weak.findtext(path) for path in expected} == expected


def test_a_static_connection_has_no_bgp(site):
    root = _parsed(site.connect(static=True))
    assert root.findtext("vpn_connection_attributes") == "NoBGPVPNConnection"
    assert root.findall(".//bgp") == []


def test_it_follows_a_modification(site):
    connection = site.connect(*TUNNELS)
    site.ec2.modify_vpn_tunnel_options(
        VpnConnectionId=connection["VpnConnectionId"],
        VpnTunnelOutsideIpAddress=connection["VgwTelemetry"][0]["OutsideIpAddress"],
        TunnelOptions={"PreSharedKey": "another_key_3"},
    )
    assert "another_key_3" in site.describe(connection)["CustomerGatewayConfiguration"]


def test_a_device_sample_says_the_same_in_words(site, refused):
    connection = site.connect(*TUNNELS)
    types = site.ec2.get_vpn_connection_device_types()["VpnConnectionDeviceTypes"]
    arguments = {
        "VpnConnectionId": connection["VpnConnectionId"],
        "VpnConnectionDeviceTypeId": types[0]["VpnConnectionDeviceTypeId"],
    }
    get = site.ec2.get_vpn_connection_device_sample_configuration
    sample = get(**arguments, InternetKeyExchangeVersion="ikev2")["VpnConnectionDeviceSampleConfiguration"]
    for text in ("first_key_1", "second_key_2", "aes-256-gcm-16", "169.254.8.6", connection["VpnConnectionId"]):
        assert text in sample
    refused("InvalidParameterValue", get, **arguments | {"VpnConnectionDeviceTypeId": "00000000"})
