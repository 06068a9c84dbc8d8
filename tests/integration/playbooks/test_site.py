# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job on the lab's inventory: preview, create, second run, what the clouds then hold, removal."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from .clouds import JdCloud, ec2, live, tags
from .conftest import Outcome, Player

LINKS = {
    "north-virginia": ("north", "cn-north-1", "global", "us-east-1", 65101, "172.31.0.0/16", ["10.10.0.0/16"]),
    "north-ireland": ("north", "cn-north-1", "global", "eu-west-1", 65102, "172.30.0.0/16", ["10.10.0.0/16"]),
    "south-beijing": ("south", "cn-south-1", "china", "cn-north-1", 65103, "172.29.0.0/16", ["10.20.1.0/24"]),
}
GROUPS = {"ecp256": 19}


@pytest.fixture(scope="module")
def preview(player: Player) -> Outcome:
    outcome = player.run("intercloud.vpn.site", "--check", "--diff")
    outcome.facts["writes"] = player.writes()
    return outcome


@pytest.fixture(scope="module")
def before(player: Player, preview: Outcome) -> dict[str, Any]:
    """After the preview: the emulated AWS makes a region, with its default VPC, when it is first asked about it."""
    return player.state()


@pytest.fixture(scope="module")
def created(player: Player, before: dict[str, Any]) -> Outcome:
    return player.run("intercloud.vpn.site").ok()


def test_preview_on_empty_accounts_writes_nothing_and_shows_the_plan(preview: Outcome) -> None:
    preview.ok()
    assert preview.facts["writes"] == []
    for text in (
        "create jdcloud_border_gateway jd-north-bgw",
        "create jdcloud_vpn_connection north-virginia-vpn",
        "create aws_vpn_connection south-beijing-2",
        "create jdcloud_route_propagation",
    ):
        assert text in preview.text, text
    assert set(preview.changed) == set(preview.stats), "a preview counts every host that would change"


def test_limit_to_one_link_on_empty_clouds_says_that_sites_are_missing(player: Player, preview: Outcome) -> None:
    outcome = player.run("intercloud.vpn.site", "--limit", "north-ireland")
    assert outcome.failed == ["north-ireland"]
    assert "site jd-north has no gateway; run the sites first" in outcome.text
    assert "site aws-ireland has no gateway; run the sites first" in outcome.text
    assert player.writes() == []


def test_second_run_changes_nothing(player: Player, created: Outcome) -> None:
    written = len(player.writes())
    outcome = player.run("intercloud.vpn.site").ok()
    assert outcome.changed == {}
    assert len(player.writes()) == written


def test_preview_after_the_run_is_empty(player: Player, created: Outcome) -> None:
    assert player.run("intercloud.vpn.site", "--check", "--diff").ok().changed == {}


def test_limit_to_one_link_when_converged(player: Player, created: Outcome) -> None:
    outcome = player.run("intercloud.vpn.site", "--limit", "north-ireland").ok()
    assert outcome.changed == {}
    assert set(outcome.stats) == {"north-ireland"}


def test_summary_shows_every_tunnel(created: Outcome, player: Player) -> None:
    for link in LINKS:
        assert f"{link} (" in created.text
    for tunnel in JdCloud(player.lab, "north", "cn-north-1").all("bgw", "vpnTunnels"):
        for value in (tunnel["cloudPublicIp"], tunnel["customerIp"], tunnel["tunnelIp"]):
            assert value in created.text


@pytest.mark.parametrize("link", LINKS)
def test_both_clouds_agree_on_every_tunnel(player: Player, created: Outcome, link: str) -> None:
    jd_account, jd_region, aws_account, aws_region, asn, _aws_range, _jd_ranges = LINKS[link]
    jd, aws = JdCloud(player.lab, jd_account, jd_region), ec2(player.lab, aws_account, aws_region)
    connection = next(c for c in jd.all("bgw", "vpnConnections") if c["vpnConnectionName"] == f"{link}-vpn")
    gateway = next(g for g in jd.all("bgw", "customerGateways") if g["customerGatewayId"] == connection["cgwId"])
    tunnels = {
        (x["cloudPublicIp"], x["customerIp"]): x
        for x in jd.all("bgw", "vpnTunnels")
        if x["vpnConnectionId"] == connection["vpnConnectionId"]
    }
    assert len(connection["cloudPublicIp"]) == 2
    assert len(tunnels) == 4
    assert gateway["bgpAsn"] == asn
    assert connection["localAsn"] == 65000
    assert connection["bgpEnabled"] is (link != "south-beijing")
    assert sorted(gateway["customerIps"]) == sorted(ip for _cloud, ip in tunnels)
    assert all(not ip.startswith(("192.31.196.", "192.175.48.")) for ip in gateway["customerIps"]), "a stand-in is left"

    vpns = [v for v in live(aws.describe_vpn_connections()["VpnConnections"]) if tags(v)["intercloud.vpn/link"] == link]
    customers = {g["CustomerGatewayId"]: g for g in live(aws.describe_customer_gateways()["CustomerGateways"])}
    assert len(vpns) == 2
    assert {customers[v["CustomerGatewayId"]]["IpAddress"] for v in vpns} == set(connection["cloudPublicIp"])
    seen = set()
    for vpn in vpns:
        customer = customers[vpn["CustomerGatewayId"]]
        assert int(customer["BgpAsn"]) == 65000
        assert vpn["Options"]["StaticRoutesOnly"] is (link == "south-beijing")
        assert len(vpn["Options"]["TunnelOptions"]) == 2
        for there in vpn["Options"]["TunnelOptions"]:
            # JD address 1 meets AWS addresses 1 and 2, JD address 2 meets 3 and 4: each connection is one JD address.
            pair = (customer["IpAddress"], there["OutsideIpAddress"])
            compare(tunnels[pair], there)
            seen.add(pair)
    assert seen == set(tunnels)
    vgw = aws.describe_vpn_gateways(VpnGatewayIds=[vpns[0]["VpnGatewayId"]])["VpnGateways"][0]
    assert vgw["AmazonSideAsn"] == asn


def compare(here: dict[str, Any], there: dict[str, Any]) -> None:
    """One tunnel: JD Cloud's record against AWS's."""

    def only(key: str) -> Any:
        values = [item["Value"] for item in there[key]]
        assert len(values) == 1, f"{key} leaves a choice"
        return values[0]

    block = ipaddress.ip_network(here["tunnelIp"])
    assert here["psk"] == there["PreSharedKey"]
    assert str(block) == there["TunnelInsideCidr"]
    assert here["localTunnelIp"] == str(block[2]), "AWS takes the first address of the block, JD Cloud the second"
    assert (here["ikeVersion"], only("IkeVersions")) == ("v2", "ikev2")
    assert GROUPS[here["ikeKeyExchange"]] == only("Phase1DHGroupNumbers")
    assert GROUPS[here["ipsecKeyExchange"]] == only("Phase2DHGroupNumbers")
    assert (here["ikeCipher"], only("Phase1EncryptionAlgorithms")) == ("aes256", "AES256")
    assert (here["ipsecCipher"], only("Phase2EncryptionAlgorithms")) == ("aes256", "AES256")
    assert (here["ikeAuth"], only("Phase1IntegrityAlgorithms")) == ("sha256", "SHA2-256")
    assert (here["ipsecAuth"], only("Phase2IntegrityAlgorithms")) == ("sha256", "SHA2-256")
    assert here["ikeSaLifeSec"] == there["Phase1LifetimeSeconds"] == 14400
    assert here["ipsecSaLifeSec"] == there["Phase2LifetimeSeconds"] == 3600
    assert (here["ikeDpdSec"], there["DpdTimeoutSeconds"], there["DpdTimeoutAction"]) == (10, 30, "restart")
    assert there["StartupAction"] == "add", "one initiator: JD Cloud"
    assert here["adminStatus"] == "UP"


@pytest.mark.parametrize("link", LINKS)
def test_routes_are_there_and_no_wider_than_asked(player: Player, created: Outcome, link: str) -> None:
    jd_account, jd_region, aws_account, aws_region, _asn, aws_range, jd_ranges = LINKS[link]
    jd, aws = JdCloud(player.lab, jd_account, jd_region), ec2(player.lab, aws_account, aws_region)
    connection = next(c for c in jd.all("bgw", "vpnConnections") if c["vpnConnectionName"] == f"{link}-vpn")
    bgw = connection["bgwId"]
    learned = {
        cidr
        for table in jd.all("vpc", "routeTables")
        for item in table.get("routePropagations") or []
        if item["bgwId"] == bgw
        for cidr in item["propagationCidrs"].split(",")
    }
    expected = {values[5] for values in LINKS.values() if values[:2] == (jd_account, jd_region)}
    assert learned == expected
    static = [
        r["bgwRouteDestination"]
        for r in jd.get("bgw", f"/bgws/{bgw}/bgwRoutes?pageSize=100")["bgwRoutes"]
        if r["origin"] == "static"
    ]
    vpns = [v for v in live(aws.describe_vpn_connections()["VpnConnections"]) if tags(v)["intercloud.vpn/link"] == link]
    on_aws = [sorted(r["DestinationCidrBlock"] for r in v["Routes"]) for v in vpns]
    if link == "south-beijing":
        assert static == [aws_range]
        assert on_aws == [jd_ranges, jd_ranges]
    else:
        assert static == []
        assert on_aws == [[], []]
    tables = aws.describe_route_tables()["RouteTables"]
    propagating = [x for x in tables if {"GatewayId": vpns[0]["VpnGatewayId"]} in x["PropagatingVgws"]]
    assert [any(a.get("Main") for a in x["Associations"]) for x in propagating] == [True]


def test_blocks_are_unique_per_gateway(player: Player, created: Outcome) -> None:
    blocks = [x["tunnelIp"] for x in JdCloud(player.lab, "north", "cn-north-1").all("bgw", "vpnTunnels")]
    assert len(blocks) == 8
    assert len(set(blocks)) == 8


def test_teardown_of_one_link_leaves_the_others(player: Player, created: Outcome) -> None:
    outcome = player.run("intercloud.vpn.teardown", "--limit", "north-ireland").ok()
    assert set(outcome.changed) == {"north-ireland"}
    jd = JdCloud(player.lab, "north", "cn-north-1")
    assert [c["vpnConnectionName"] for c in jd.all("bgw", "vpnConnections")] == ["north-virginia-vpn"]
    learned = [p["propagationCidrs"] for x in jd.all("vpc", "routeTables") for p in x.get("routePropagations") or []]
    assert learned == ["172.31.0.0/16"]
    assert set(player.run("intercloud.vpn.site").ok().changed) == {"north-ireland"}


def test_teardown_leaves_both_clouds_as_they_were(player: Player, before: dict[str, Any], created: Outcome) -> None:
    kept = player.run("intercloud.vpn.teardown", "-e", "keep_sites=true").ok()
    assert set(kept.changed) == set(LINKS)
    player.run("intercloud.vpn.teardown").ok()
    # AWS goes on listing deleted connections for a while; let that while pass.
    player.lab.admin("aws", "POST", "/clock", {"advance": 3600})
    assert player.state() == before
    again = player.run("intercloud.vpn.teardown").ok()
    assert again.changed == {}
