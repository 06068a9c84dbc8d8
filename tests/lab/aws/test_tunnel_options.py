# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network

import pytest

from lab.aws import addresses

KEY = "Valid_key.with.dots_1"
EVERY_OPTION = {
    "TunnelInsideCidr": "169.254.8.0/30",
    "PreSharedKey": KEY,
    "Phase1LifetimeSeconds": 14400,
    "Phase2LifetimeSeconds": 3000,
    "RekeyMarginTimeSeconds": 300,
    "RekeyFuzzPercentage": 50,
    "ReplayWindowSize": 512,
    "DPDTimeoutSeconds": 45,
    "DPDTimeoutAction": "restart",
    "Phase1EncryptionAlgorithms": [{"Value": "AES256"}],
    "Phase2EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
    "Phase1IntegrityAlgorithms": [{"Value": "SHA2-256"}],
    "Phase2IntegrityAlgorithms": [{"Value": "SHA2-384"}],
    "Phase1DHGroupNumbers": [{"Value": 19}, {"Value": 20}],
    "Phase2DHGroupNumbers": [{"Value": 5}],
    "IKEVersions": [{"Value": "ikev2"}],
    "StartupAction": "start",
    "EnableTunnelLifecycleControl": True,
}


def _by_block(connection):
    return {tunnel["TunnelInsideCidr"]: tunnel for tunnel in connection["Options"]["TunnelOptions"]}


def test_every_option_reads_back_as_given_under_the_names_of_a_description(site):
    tunnel = _by_block(site.describe(site.connect(EVERY_OPTION)))["169.254.8.0/30"]
    renamed = {
        "DPDTimeoutSeconds": "DpdTimeoutSeconds",
        "DPDTimeoutAction": "DpdTimeoutAction",
        "IKEVersions": "IkeVersions",
    }
    for name, value in EVERY_OPTION.items():
        assert tunnel[renamed.get(name, name)] == value, name


def test_what_was_not_given_is_made_up_or_absent_as_on_aws(site):
    tunnels = site.describe(site.connect())["Options"]["TunnelOptions"]
    assert len(tunnels) == 2
    for tunnel in tunnels:
        assert set(tunnel) == {"OutsideIpAddress", "TunnelInsideCidr", "PreSharedKey", "LogOptions"}
        assert re.fullmatch(r"[A-Za-z1-9._][A-Za-z0-9._]{31}", tunnel["PreSharedKey"])
        assert "." in tunnel["PreSharedKey"]
        assert IPv4Network(tunnel["TunnelInsideCidr"]).subnet_of(IPv4Network("169.254.0.0/16"))


def test_blocks_that_aws_picks_rarely_fit_jd_clouds_range(site):
    picked = [tunnel["TunnelInsideCidr"] for _ in range(10) for tunnel in site.connect()["Options"]["TunnelOptions"]]
    assert len(set(picked)) == 20
    outside = [text for text in picked if not IPv4Network(text).subnet_of(IPv4Network("169.254.0.0/20"))]
    assert len(outside) >= 10  # 15 of 16 are to be expected


def test_defaults_can_be_described_too(aws, site):
    aws.set(describe_unset_options=True)
    tunnel = site.connect()["Options"]["TunnelOptions"][0]
    assert tunnel["Phase1LifetimeSeconds"] == 28800
    assert tunnel["DpdTimeoutAction"] == "clear"
    assert [version["Value"] for version in tunnel["IkeVersions"]] == ["ikev1", "ikev2"]
    assert [group["Value"] for group in tunnel["Phase1DHGroupNumbers"]] == [2, *range(14, 25)]


def test_outside_addresses_are_public_and_never_given_twice(aws, site):
    elsewhere = type(site)(aws.client("ec2", "china", "cn-north-1"))
    connections = [site.connect() for _ in range(5)] + [elsewhere.connect() for _ in range(5)]
    outside = [t["OutsideIpAddress"] for connection in connections for t in connection["Options"]["TunnelOptions"]]
    assert len(set(outside)) == 20
    assert all(IPv4Address(address).is_global for address in outside)


def test_not_even_a_small_range_gives_an_address_twice(monkeypatch):
    monkeypatch.setattr(addresses, "_OUTSIDE", {"aws": [IPv4Network("52.20.0.0/29")]})
    pool = addresses.OutsideAddresses()
    assert {pool.allocate("aws") for _ in range(6)} == {f"52.20.0.{last}" for last in range(1, 7)}


@pytest.mark.parametrize(
    "option",
    [
        {"PreSharedKey": "sevench"},
        {"PreSharedKey": "a" * 65},
        {"PreSharedKey": "0startswithzero"},
        {"PreSharedKey": "with-hyphen"},
        {"PreSharedKey": "with space"},
        {"TunnelInsideCidr": "169.254.8.0/29"},
        {"TunnelInsideCidr": "169.254.8.1/30"},
        {"TunnelInsideCidr": "10.0.0.0/30"},
        {"TunnelInsideCidr": "169.254.5.0/30"},
        {"TunnelInsideCidr": "169.254.169.252/30"},
        {"TunnelInsideCidr": "nonsense"},
        {"Phase1LifetimeSeconds": 899},
        {"Phase1LifetimeSeconds": 28801},
        {"Phase2LifetimeSeconds": 3601},
        {"Phase1LifetimeSeconds": 3600, "Phase2LifetimeSeconds": 3600},
        {"Phase1LifetimeSeconds": 3600},  # not above the phase 2 default
        {"RekeyMarginTimeSeconds": 59},
        {"Phase2LifetimeSeconds": 900, "RekeyMarginTimeSeconds": 451},
        {"RekeyFuzzPercentage": 101},
        {"ReplayWindowSize": 63},
        {"DPDTimeoutSeconds": 29},
        {"DPDTimeoutAction": "hold"},
        {"StartupAction": "initiate"},
        {"Phase1DHGroupNumbers": [{"Value": 5}]},
        {"Phase2DHGroupNumbers": [{"Value": 1}]},
        {"Phase1EncryptionAlgorithms": [{"Value": "AES192"}]},
        {"Phase2IntegrityAlgorithms": [{"Value": "MD5"}]},
        {"IKEVersions": [{"Value": "ikev3"}]},
    ],
    ids=str,
)
def test_values_that_aws_does_not_take_are_refused(site, refused, option):
    message = refused("InvalidParameterValue", site.connect, **{"Options": {"TunnelOptions": [option]}})
    assert option.get("PreSharedKey", "no key") not in message
    assert site.ec2.describe_vpn_connections()["VpnConnections"] == []


@pytest.mark.parametrize("versions", [{}, {"IKEVersions": [{"Value": "ikev1"}]}], ids=["both", "ikev1"])
def test_aws_initiates_with_ikev2_only(site, refused, versions):
    tunnel = {"StartupAction": "start", **versions}
    message = refused("InvalidParameterCombination", site.connect, Options={"TunnelOptions": [tunnel]})
    assert "IKEv2" in message


def test_what_is_not_emulated_is_refused_instead_of_ignored(site, refused):
    tunnel = {"TunnelInsideIpv6Cidr": "fd00::/126"}
    refused("UnsupportedOperation", site.connect, Options={"TunnelOptions": [tunnel]})
    refused("UnsupportedOperation", site.connect, Options={"TunnelInsideIpVersion": "ipv6"})


def test_an_inside_block_is_unique_on_its_gateway_only(aws, site, refused):
    block = {"TunnelInsideCidr": "169.254.8.0/30"}
    refused("InvalidParameterValue", site.connect, Options={"TunnelOptions": [block, block]})
    connection = site.connect(block)
    assert "169.254.8.0/30" in refused("InvalidParameterValue", site.connect, Options={"TunnelOptions": [block]})
    other = site.ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    assert "169.254.8.0/30" in _by_block(site.connect(block, VpnGatewayId=other))
    site.ec2.delete_vpn_connection(VpnConnectionId=connection["VpnConnectionId"])
    assert "169.254.8.0/30" in _by_block(site.connect(block))


def test_keys_kept_in_secrets_manager_read_back_redacted(aws, site):
    connection = site.describe(site.connect({"PreSharedKey": KEY}, PreSharedKeyStorage="SecretsManager"))
    assert {tunnel["PreSharedKey"] for tunnel in connection["Options"]["TunnelOptions"]} == {"REDACTED"}
    assert KEY not in connection["CustomerGatewayConfiguration"]
    assert connection["PreSharedKeyArn"].startswith("arn:aws:secretsmanager:us-east-1:111122223333:secret:")
    truth = aws.admin("GET", "/state")["accounts"]["global"]["regions"]["us-east-1"]["VpnConnections"][0]
    assert KEY in [tunnel["PreSharedKey"] for tunnel in truth["Options"]["TunnelOptions"]]


def test_all_keys_can_be_made_unreadable(aws, site):
    aws.set(redact_psks=True)
    assert KEY not in str(site.describe(site.connect({"PreSharedKey": KEY})))
