# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of docs/own-playbooks.md, run as they stand: each twice, and the second run changes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from . import inventory
from .by_hand import Writer
from .clouds import account, ec2, live
from .conftest import ROOT, Player
from .shape import differences
from .test_adopted import settled

EXAMPLES = ROOT / "docs/examples"


@pytest.fixture(autouse=True)
def _empty_clouds(player: Player) -> None:
    player.lab.reset()


def jdcloud_network(player: Player) -> tuple[str, str]:
    jd = Writer(player.lab, "north", "cn-north-1")
    vpc = jd.make("vpc", "vpc", vpcName="production", addressPrefix="10.10.0.0/16")
    subnet = jd.make("vpc", "subnet", vpcId=vpc, subnetName="apps", addressPrefix="10.10.1.0/24")
    return vpc, subnet


def aws_network(player: Player) -> tuple[Any, str, str]:
    """A client, the VPC, and the route table of its private subnet."""
    aws = ec2(player.lab, "global", "eu-central-1")
    vpc = aws.create_vpc(CidrBlock="172.31.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.create_subnet(VpcId=vpc, CidrBlock="172.31.1.0/24")["Subnet"]["SubnetId"]
    table = aws.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    aws.associate_route_table(RouteTableId=table, SubnetId=subnet)
    return aws, vpc, table


def test_jd_clouds_modules_alone(player: Player, tmp_path: Path) -> None:
    playbook, empty = str(EXAMPLES / "jdcloud_network.yml"), tmp_path / "hosts"
    empty.touch()
    player.run(playbook, "--check", inventory=empty).ok()
    assert player.writes() == []
    first = player.run(playbook, inventory=empty).ok()
    assert first.stats["localhost"]["changed"] == 3
    assert "branch-apps" in first.text
    # The region is that of module_defaults, not that of the environment.
    made = player.state()["jdcloud"]["north"]["cn-east-2"]
    assert [vpc["vpcName"] for vpc in made["vpc"].values()] == ["branch"]
    assert [bgw["bgwName"] for bgw in made["bgw"].values()] == ["branch"]
    assert player.run(playbook, inventory=empty).ok().changed == {}


def test_the_link_role_in_a_playbook_with_other_names(player: Player, tmp_path: Path) -> None:
    jd = Writer(player.lab, "north", "cn-north-1")
    near, _subnet = jdcloud_network(player)
    bgw = jd.make("bgw", "bgw", bgwName="core")
    jd.make("bgw", "vpcAttachment", vpcAttachmentName="core", vpcId=near, bgwId=bgw, propagateType="all")
    aws, far, _table = aws_network(player)
    vgw = aws.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=65101)["VpnGateway"]["VpnGatewayId"]
    aws.attach_vpn_gateway(VpnGatewayId=vgw, VpcId=far)
    hosts = yaml.safe_load((EXAMPLES / "network/hosts.yml").read_text(encoding="utf-8"))
    datacentres = hosts["all"]["vars"]["datacentres"]
    datacentres["bj1"].update(network=near, edge=bgw)
    datacentres["fra2"].update(network=far, edge=vgw)
    inventory = tmp_path / "hosts.yml"
    inventory.write_text(yaml.safe_dump(hosts), encoding="utf-8")
    playbook = str(EXAMPLES / "network/network.yml")
    first = player.run(playbook, inventory=inventory).ok()
    assert set(first.changed) == {"circuit-7"}
    assert len(jd.all("bgw", "vpnTunnels")) == 4
    connections = live(aws.describe_vpn_connections()["VpnConnections"])
    assert len(connections) == 2
    outside = [t["OutsideIpAddress"] for c in connections for t in c["Options"]["TunnelOptions"]]
    assert all(address in first.text for address in outside)
    assert player.run(playbook, inventory=inventory).ok().changed == {}


def test_vpcs_that_terraform_has_made(player: Player, tmp_path: Path) -> None:
    near, _subnet = jdcloud_network(player)
    aws, far, table = aws_network(player)
    outputs = {"jdcloud_vpc_id": near, "aws_vpc_id": far, "aws_route_table_ids": [table]}
    shutil.copy(EXAMPLES / "terraform/hosts.yml", tmp_path)
    (tmp_path / "terraform.json").write_text(
        json.dumps({name: {"sensitive": False, "value": value} for name, value in outputs.items()}), encoding="utf-8"
    )
    before = settled(player)
    run = {"inventory": tmp_path / "hosts.yml"}
    off = ("-e", "vpn_verify_enabled=false")
    first = player.run("intercloud.vpn.site", *off, **run).ok()
    assert set(first.changed) == {"beijing", "frankfurt", "beijing-frankfurt"}
    described = aws.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]
    assert len(described["PropagatingVgws"]) == 1, "the private subnet's table learns the far ranges"
    assert player.run("intercloud.vpn.site", *off, **run).ok().changed == {}
    player.run("intercloud.vpn.teardown", **run).ok()
    assert differences(settled(player), before) == []


def test_sites_in_an_account_that_is_reached_by_a_role(player: Player, tmp_path: Path) -> None:
    """Reads, amazon.aws's modules and our own all work in the role's account; the keys' own account stays empty."""
    sites = inventory.sites(player.lab)
    sites[inventory.AWS]["auth"]["role_arn"] = (
        f"arn:aws:iam::{account(player.lab, 'branch')['account_id']}:role/network"
    )
    hosts = inventory.write(tmp_path, sites)
    made = player.run(inventory=hosts).ok()
    assert set(made.changed) == {inventory.JDCLOUD, inventory.AWS, inventory.LINK}
    own, theirs = (ec2(player.lab, name, "us-east-1") for name in ("global", "branch"))
    assert own.describe_vpn_gateways()["VpnGateways"] == []
    assert [v["CidrBlock"] for v in own.describe_vpcs()["Vpcs"] if not v["IsDefault"]] == []
    assert len(live(theirs.describe_vpn_connections()["VpnConnections"])) == 2
    assert player.run(inventory=hosts).ok().changed == {}
    player.run("intercloud.vpn.teardown", inventory=hosts).ok()
    assert live(theirs.describe_vpn_gateways()["VpnGateways"]) == []
    assert [v["CidrBlock"] for v in theirs.describe_vpcs()["Vpcs"] if not v["IsDefault"]] == []
