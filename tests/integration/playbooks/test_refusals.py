# SPDX-License-Identifier: GPL-3.0-or-later
"""What can't work is refused: offline faults before any call, the rest after the reads and before any write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from . import inventory
from .by_hand import Writer
from .clouds import ec2
from .conftest import Outcome, Player
from .inventory import AWS, JDCLOUD, LINK


@pytest.fixture
def run(player: Player, tmp_path: Path) -> Any:
    def go(sites: dict[str, Any], link: dict[str, Any] | None = None, *args: str, **more: Any) -> Outcome:
        topology = more.pop("topology", None)
        env = more.pop("env", {})
        hosts = inventory.write(tmp_path, sites, link, topology, **more)
        return player.run("intercloud.vpn.site", *args, inventory=hosts, **env)

    return go


def requests(player: Player) -> list[Any]:
    return [r for cloud in ("jdcloud", "aws") for r in player.lab.admin(cloud, "GET", "/requests?since=0")["requests"]]


def test_offline_faults_come_in_one_message_before_any_call(player: Player, run: Any) -> None:
    player.lab.reset()
    sites = inventory.sites(player.lab)
    sites[AWS]["vpn_gateway"]["asn"] = 64512
    sites[AWS]["vpc"]["cidr"] = "10.10.128.0/17"
    sites[AWS]["subnets"] = []
    sites[JDCLOUD]["colour"] = "red"
    link = {
        "vpn_link_proposal": {"ike_encryption": "aes192", "ike_dh_group": 5, "ipsec_lifetime": 7200},
        "vpn_link_psks": {"1-1": "bad.key.with.dots"},
        "vpn_link_tunnels": {"1-2": {"inside_cidr": "169.254.0.0/30"}, "9-9": {}},
    }
    topology = {LINK: [JDCLOUD, AWS], "other": [JDCLOUD, "nowhere"]}
    outcome = run(sites, link, "--limit", f"{JDCLOUD},{AWS},{LINK}", topology=topology)
    assert outcome.code != 0
    for text in (
        "vpn_sites.aws.vpn_gateway.asn: 64512 can't pair with JD Cloud",
        "65001 to 65499",
        "vpn_sites.jd.colour: is not a known setting",
        "ike_encryption: 'aes192' is not accepted by both clouds. Allowed: aes128, aes256",
        "ike_dh_group: 5 is not accepted by both clouds. Allowed: 2, 14, 19, 20",
        "ipsec_lifetime: 7200 is out of range. Allowed: 900 to 3600 seconds",
        "psks.1-1: is not a pre-shared key that both clouds accept",
        "inside_cidr: '169.254.0.0/30' is not an inside block for both clouds",
        "tunnels.9-9: is not a slot",
        "names site 'nowhere', which is not defined",
        "ranges overlap: jd has 10.10.0.0/16, aws has 10.10.128.0/17",
    ):
        assert text in outcome.text, text
    assert "bad.key.with.dots" not in outcome.text
    assert requests(player) == []


def test_a_weak_master_secret_is_refused_before_any_call(player: Player, run: Any) -> None:
    player.lab.reset()
    outcome = run(inventory.sites(player.lab), env={"VPN_PSK_MASTER_SECRET": "summer of twenty-six"})
    assert outcome.code != 0
    assert "vpn_link_master_secret: is too weak" in outcome.text
    assert "summer of twenty-six" not in outcome.text
    assert requests(player) == []


def test_after_the_reads_and_before_any_write(player: Player, run: Any) -> None:
    """An adopted gateway with another ASN, a VPC whose real range overlaps, a stranger's things with our names."""
    player.lab.reset()
    aws = ec2(player.lab, "global", "us-east-1")
    vpc = aws.create_vpc(CidrBlock="10.10.64.0/18")["Vpc"]["VpcId"]
    gateway = aws.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=64512)["VpnGateway"]["VpnGatewayId"]
    stranger = [{"ResourceType": "customer-gateway", "Tags": [{"Key": "Name", "Value": "x"}]}]
    aws.create_customer_gateway(Type="ipsec.1", BgpAsn=65000, PublicIp="52.1.2.3", TagSpecifications=stranger)
    for cloud in ("jdcloud", "aws"):
        player.lab.admin(cloud, "DELETE", "/requests")
    sites = inventory.sites(player.lab)
    sites[AWS].update(vpc={"id": vpc}, subnets=[], vpn_gateway={"id": gateway, "asn": 65101})
    outcome = run(sites)
    assert outcome.code != 0
    assert "amazon_side_asn is 64512 and can't be changed to 65101" in outcome.text
    assert "ranges overlap: aws has 10.10.64.0/18, jd has 10.10.0.0/16" in outcome.text or (
        "ranges overlap: jd has 10.10.0.0/16, aws has 10.10.64.0/18" in outcome.text
    )
    assert "before anything was written" in outcome.text
    assert requests(player)
    assert player.writes() == []


def test_same_named_things_that_are_not_ours(player: Player, run: Any) -> None:
    player.lab.reset()
    aws = ec2(player.lab, "global", "us-east-1")
    named = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "aws-vpc"}]}]
    aws.create_vpc(CidrBlock="172.20.0.0/16", TagSpecifications=named)
    jd = Writer(player.lab, "north", "cn-north-1")
    jd.make("bgw", "bgw", bgwName="jd-bgw")
    jd.make("bgw", "customerGateway", customerGatewayName="link-cgw", customerIps=["52.8.8.8"], bgpAsn=65400)
    for cloud in ("jdcloud", "aws"):
        player.lab.admin(cloud, "DELETE", "/requests")
    outcome = run(inventory.sites(player.lab))
    assert outcome.code != 0
    for name in ("aws-vpc", "jd-bgw", "link-cgw"):
        assert f"is named {name} but is not ours" in outcome.text
    assert "give its id to adopt it" in outcome.text
    assert player.writes() == []


def test_quota_planned_and_existing(player: Player, run: Any) -> None:
    player.lab.reset()
    player.lab.admin("jdcloud", "PATCH", "/settings", {"quotas": {"customer_gateway": 0}})
    outcome = run(inventory.sites(player.lab))
    assert outcome.code != 0
    assert "needs 1 more JD Cloud customer_gateway; 0 exist, the limit is 0" in outcome.text
    assert player.writes() == []


def test_undeclared_transit_is_refused_and_declared_transit_is_shown(player: Player, run: Any) -> None:
    player.lab.reset()
    sites = inventory.sites(player.lab)
    sites["jd2"] = {
        "kind": "jdcloud",
        "region": "cn-east-2",
        "vpc": {"cidr": "10.11.0.0/16"},
        "auth": sites[JDCLOUD]["auth"],
    }
    topology = {LINK: [JDCLOUD, AWS], "second": ["jd2", AWS]}
    outcome = run(sites, topology=topology)
    assert outcome.code != 0
    assert "would carry traffic between jd and jd2" in outcome.text
    assert requests(player) == []
    sites[AWS]["transit"] = True
    outcome = run(sites, None, "--check", topology=topology).ok()
    assert "transit path: jd ↔ aws ↔ jd2" in outcome.text or "jd \\u2194 aws \\u2194 jd2" in outcome.text


def test_on_a_link_that_exists(player: Player, run: Any) -> None:
    """Another master secret, a renamed link, and a change that would interrupt: refused, and nothing written."""
    player.lab.reset()
    sites = inventory.sites(player.lab)
    run(sites).ok()
    written = len(player.writes())

    outcome = run(sites, env={"VPN_PSK_MASTER_SECRET": "Zk9" * 16 + "another-secret-of-32-bytes-or-more"})
    assert outcome.code != 0
    assert "was made with another master secret, or under another uid" in outcome.text

    outcome = run(sites, topology={"renamed": [JDCLOUD, AWS]})
    assert outcome.code != 0
    assert "set vpn_link_uid: link" in outcome.text

    tunnels = player.lab.admin("jdcloud", "GET", "/state")["north"]["cn-north-1"]["vpnTunnel"]
    for tunnel_id in tunnels:
        player.lab.admin("jdcloud", "POST", f"/tunnels/{tunnel_id}/op-status", {"opStatus": "UP"})
    outcome = run(sites, {"vpn_link_proposal": {"ike_integrity": "sha384"}})
    assert outcome.failed == [LINK]
    assert "refused, nothing was written. These changes would interrupt tunnels" in outcome.text
    for slot in ("1-1", "1-2", "2-3", "2-4"):
        assert outcome.text.count(f"INTERRUPTS {slot}") >= 2, "both ends of the tunnel are listed"
    assert len(player.writes()) == written

    renamed = run(sites, None, topology={"renamed": {"ends": [JDCLOUD, AWS], "uid": LINK}}).ok()
    assert renamed.changed == {}


def test_a_site_that_fails_takes_only_its_own_links_along(player: Player, run: Any) -> None:
    """The account may not make gateways in one region: that site and its link fail, the other link is made."""
    player.lab.reset()
    sites = inventory.sites(player.lab)
    other = {"kind": "aws", "region": "eu-west-1", "vpc": {"cidr": "172.30.0.0/16"}, "vpn_gateway": {"asn": 65102}}
    sites["aws2"] = {**other, "auth": {**sites[AWS]["auth"], "secret_key": "not-the-secret-of-this-account-at-all-00"}}
    topology = {LINK: [JDCLOUD, AWS], "second": [JDCLOUD, "aws2"]}
    outcome = run(sites, None, "--limit", f"{JDCLOUD},{AWS},{LINK}", topology=topology).ok()
    assert set(outcome.changed) == {JDCLOUD, AWS, LINK}
    outcome = run(sites, None, "--limit", "aws2,second", topology=topology)
    assert outcome.code != 0
    assert "not-the-secret" not in outcome.text
    sites["aws2"]["auth"] = sites[AWS]["auth"]
    fault = {"kind": "error", "status": 403, "code": "UnauthorizedOperation", "message": "not allowed", "count": 99}
    player.lab.admin("aws", "POST", "/faults", {"operation": "CreateVpnGateway", **fault})
    outcome = run(sites, topology=topology)
    assert outcome.failed == ["aws2", "second"]
    assert "site aws2 has no gateway; run the sites first" in outcome.text
    assert outcome.stats[LINK]["changed"] == 0
