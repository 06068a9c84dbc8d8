# SPDX-License-Identifier: GPL-3.0-or-later
"""A triangle of JD Cloud, AWS and a VPN device: what both clouds hold of it, asked without our modules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from . import inventory
from .clouds import JdCloud, ec2, live, tags
from .conftest import Outcome, Player
from .shape import differences, shape

# By name the first host has the last steps only: an order of steps that went by hosts would break the others.
TOPOLOGY = {"a-aws-hq": ["aws", "hq"], "b-jd-hq": ["jd", "hq"], "link": ["jd", "aws"]}
CLOUD_PARTS = ("--tags", "sites,links,report")


@dataclass
class Triangle:
    player: Player
    hosts: Path
    made: Outcome
    jd: JdCloud
    aws: Any

    def run(self, playbook: str, *args: str) -> Outcome:
        return self.player.run(playbook, *args, inventory=self.hosts)


@pytest.fixture(scope="module")
def triangle(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Triangle]:
    sites = inventory.sites(player.lab)
    sites["aws"]["transit"] = True
    sites["hq"] = inventory.device()
    hosts = inventory.write(tmp_path_factory.mktemp("devices"), sites, topology=TOPOLOGY)
    made = player.run("intercloud.vpn.site", *CLOUD_PARTS, inventory=hosts).ok()
    yield Triangle(
        player, hosts, made, JdCloud(player.lab, "north", "cn-north-1"), ec2(player.lab, "global", "us-east-1")
    )


def test_a_second_run_changes_nothing(triangle: Triangle) -> None:
    again = triangle.run("intercloud.vpn.site", *CLOUD_PARTS).ok()
    assert (set(triangle.made.changed), again.changed) == ({"jd", "aws", *TOPOLOGY}, {})


def test_jd_cloud_has_the_device_as_one_customer_gateway(triangle: Triangle) -> None:
    (gateway,) = [x for x in triangle.jd.all("bgw", "customerGateways") if x["customerGatewayName"] == "hq-dgw"]
    assert (gateway["bgpAsn"], gateway["customerIps"]) == (65300, ["192.88.99.1", "192.88.99.2"])
    (connection,) = [x for x in triangle.jd.all("bgw", "vpnConnections") if x["cgwId"] == gateway["customerGatewayId"]]
    mine = [x for x in triangle.jd.all("bgw", "vpnTunnels") if x["vpnConnectionId"] == connection["vpnConnectionId"]]
    # JD Cloud's rule for two addresses: one each.
    assert {x["customerIp"] for x in mine} == set(gateway["customerIps"])
    assert {x["cloudPublicIp"] for x in mine} == set(connection["cloudPublicIp"])
    assert len(mine) == 2


def test_aws_has_a_connection_for_each_address_of_the_device(triangle: Triangle) -> None:
    gateways = {
        x["CustomerGatewayId"]: x
        for x in live(triangle.aws.describe_customer_gateways()["CustomerGateways"])
        if x.get("DeviceName") == "a-aws-hq"
    }
    assert {x["IpAddress"] for x in gateways.values()} == {"192.88.99.1", "192.88.99.2"}
    assert {x["BgpAsn"] for x in gateways.values()} == {"65300"}
    mine = [
        x for x in live(triangle.aws.describe_vpn_connections()["VpnConnections"]) if x["CustomerGatewayId"] in gateways
    ]
    assert len(mine) == 2
    assert all(tags(x)["intercloud.vpn/link"] == "a-aws-hq" for x in mine)


def test_no_block_is_used_twice(triangle: Triangle) -> None:
    of_jd = {x["tunnelIp"] for x in triangle.jd.all("bgw", "vpnTunnels")}
    of_aws = {
        option["TunnelInsideCidr"]
        for x in live(triangle.aws.describe_vpn_connections()["VpnConnections"])
        for option in x["Options"]["TunnelOptions"]
    }
    # Of JD Cloud four to AWS and two to the device, of AWS four to JD Cloud and four to the device.
    assert (len(of_jd), len(of_aws), len(of_jd | of_aws)) == (6, 8, 10)


def test_the_report_tells_both_ends_of_every_kind_of_link(triangle: Triangle) -> None:
    text = triangle.made.text
    for line in (
        "a-aws-hq (bgp): hq [linux_frr, AS 65300] <-> aws [us-east-1, AS 65101]",
        "b-jd-hq (bgp): jd [cn-north-1, AS 65000] <-> hq [linux_frr, AS 65300]",
        "link (bgp): jd [cn-north-1, AS 65000] <-> aws [us-east-1, AS 65101]",
    ):
        assert line in text


def test_a_link_that_is_removed_leaves_the_others(triangle: Triangle) -> None:
    before = shape(triangle.player)
    triangle.run("intercloud.vpn.teardown", "--limit", "b-jd-hq", "-e", "keep_sites=true").ok()
    assert [x["customerGatewayName"] for x in triangle.jd.all("bgw", "customerGateways")] == ["link-cgw"]
    triangle.run("intercloud.vpn.site", *CLOUD_PARTS).ok()
    assert differences(shape(triangle.player), before) == []
