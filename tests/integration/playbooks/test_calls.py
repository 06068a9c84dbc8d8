# SPDX-License-Identifier: GPL-3.0-or-later
"""How often the clouds are asked, and how many tasks a link costs: counted, never timed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lab.launcher import CLOUDS, Lab
from tests.bench import scenario

from .conftest import Outcome, Player

# Every list once for each account and region.
LISTS = {
    "jdcloud": [
        "describeBgws", "describeCustomerGateways", "describeRouteTables", "describeSubnets", "describeVpcAttachments",
        "describeVpcs", "describeVpnConnections", "describeVpnTunnels",
    ],
    "aws": [
        "DescribeCustomerGateways", "DescribeRouteTables", "DescribeSubnets", "DescribeVpcs", "DescribeVpnConnections",
        "DescribeVpnGateways",
    ],
}  # fmt: skip
# What the API has no way to do with fewer: one object a call.
WRITES = {
    "createVpc": 1, "createSubnet": 1, "createBgw": 1, "createVpcAttachment": 1, "createCustomerGateway": 1,
    "createVpnConnection": 1, "modifyCustomerGateway": 1, "createVpnTunnel": 4, "addRoutePropagation": 1,
    "CreateVpc": 1, "ModifyVpcAttribute": 1, "CreateSubnet": 1, "CreateVpnGateway": 1, "AttachVpnGateway": 1, "CreateTags": 1,
    "EnableVgwRoutePropagation": 1, "CreateCustomerGateway": 2, "CreateVpnConnection": 2,
}  # fmt: skip

# One list after a thing is made: it tells its state, and whether another run has made the same. What the plan has seen
# missing is not looked for again, but by the sites' modules, which come after the links have begun. Of AWS's VPC, subnet
# and gateway these are amazon.aws's. A route table is read before and after others may have written it.
LOOKS = {
    "describeBgws": 2, "describeVpcs": 2, "describeSubnets": 1, "describeSubnet": 1, "describeVpcAttachments": 1,
    "describeVpcAttachment": 1, "describeCustomerGateways": 1, "describeVpnConnections": 1, "describeVpnTunnels": 1,
    "describeRouteTable": 2,
    "DescribeVpnConnections": 3, "DescribeSubnets": 4, "DescribeVpnGateways": 4, "DescribeRouteTables": 2,
    "DescribeVpcs": 7, "DescribeVpcAttribute": 4, "DescribeTags": 3,
}  # fmt: skip
# What would be asked once for each thing.
SINGLE = ("describeCustomerGateway", "describeVpnConnection", "describeVpnTunnel", "describeBgw")


class Counted:
    """Runs the main job and counts what it asks for."""

    def __init__(self, player: Player, file: Path) -> None:
        self.player, self.file = player, file

    def run(self, *args: str) -> tuple[Outcome, Counter[str], Counter[str]]:
        """With all calls, and the writes among them."""
        lab = self.player.lab
        since = {cloud: lab.admin(cloud, "GET", "/requests?since=0")["next"] for cloud in CLOUDS}
        outcome = self.player.run("intercloud.vpn.site", *args, inventory=self.file).ok()
        records: list[dict[str, Any]] = []
        for cloud in CLOUDS:
            records += lab.admin(cloud, "GET", f"/requests?since={since[cloud]}")["requests"]
        return (
            outcome,
            Counter(record["operation"] for record in records),
            Counter(record["operation"] for record in records if record["write"]),
        )


@pytest.fixture
def counted(lab: Lab, tmp_path: Path) -> Any:
    lab.reset()

    def make(links: int) -> Counted:
        scenario.prepare(lab, 0, 0.0, links)
        return Counted(Player(lab, tmp_path / "ansible"), scenario.write(lab, tmp_path, links).file)

    return make


def reads(jdcloud_regions: int, gateways: int, aws_regions: int) -> Counter[str]:
    """Of one gather: lists by account and region; by border gateway its routes and two quotas."""
    found = Counter(dict.fromkeys(LISTS["jdcloud"], jdcloud_regions))
    found += Counter(dict.fromkeys(LISTS["aws"], aws_regions))
    return found + Counter({"describeQuota": jdcloud_regions + 2 * gateways, "describeBgwRoutes": gateways})


def tasks_of(outcome: Outcome, host: str) -> list[str]:
    """Tasks with a result of their own for a host; what runs once for all has one for the first host only."""
    return [task["task"]["name"] for play in outcome.facts["plays"] for task in play["tasks"] if host in task["hosts"]]


def test_one_link_is_made_with_the_fewest_writes_and_no_needless_look(counted: Any) -> None:
    bench = counted(1)
    _outcome, calls, writes = bench.run()
    assert writes == Counter(WRITES)
    # Three gathers: before, when there is no gateway yet; between sites and links; after.
    looks = calls - writes - reads(1, 0, 1) - reads(1, 1, 1) - reads(1, 1, 1)
    assert looks == Counter(LOOKS)
    again, calls, writes = bench.run()
    assert (again.changed, writes, calls) == ({}, Counter(), reads(1, 1, 1))


def test_ten_links_are_made_with_the_fewest_writes_and_no_look_at_single_things(counted: Any) -> None:
    _outcome, calls, writes = counted(10).run()
    jdcloud = ("createVpc", "createSubnet", "createBgw", "createVpcAttachment")
    aws = ("CreateVpc", "ModifyVpcAttribute", "CreateSubnet", "CreateVpnGateway", "AttachVpnGateway", "CreateTags")
    by_site = {**dict.fromkeys(jdcloud, 2), **dict.fromkeys(aws, 5)}
    by_link = {
        "createCustomerGateway": 10,
        "createVpnConnection": 10,
        "modifyCustomerGateway": 10,
        "createVpnTunnel": 40,
    }
    by_link |= {"CreateCustomerGateway": 20, "CreateVpnConnection": 20}
    # What five links want of one route table is one write.
    tables = {"addRoutePropagation": 2, "EnableVgwRoutePropagation": 5}
    assert writes == Counter({**by_site, **by_link, **tables})
    assert not {name for name in SINGLE if calls[name]}


def test_a_second_run_reads_by_account_and_region_and_not_by_link(counted: Any) -> None:
    bench = counted(10)
    bench.run()
    again, calls, writes = bench.run()
    assert (again.changed, writes) == ({}, Counter())
    # Ten links between two border gateways in two regions, and five VPN gateways in four regions.
    assert calls == reads(jdcloud_regions=2, gateways=2, aws_regions=4)
    links = [f"link{j}x{a}" for j in range(2) for a in range(5)]
    # The first host has the results of what runs once.
    assert {host: len(tasks_of(again, host)) for host in links[1:]} == dict.fromkeys(links[1:], 1)
    _outcome, calls, _writes = bench.run("--tags", "links")
    assert calls == reads(jdcloud_regions=2, gateways=2, aws_regions=4)
