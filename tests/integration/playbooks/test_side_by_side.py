# SPDX-License-Identifier: GPL-3.0-or-later
"""Several links in one run: what fails for one stops no other, and a re-run does the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from . import inventory
from .clouds import JdCloud
from .conftest import Outcome, Player

TOPOLOGY = {"link": ["jd", "aws"], "second": ["jd", "frankfurt"]}
ONLY_LINKS = ("--tags", "links")


def broken(player: Player, hosts: Path, cloud: str, fault: dict[str, Any]) -> Outcome:
    player.lab.admin(cloud, "POST", "/faults", fault)
    return player.run("intercloud.vpn.site", *ONLY_LINKS, inventory=hosts)


def order(player: Player, cloud: str, *operations: str) -> list[str]:
    found = player.lab.admin(cloud, "GET", "/requests?since=0")["requests"]
    return [record["operation"] for record in found if record["operation"] in operations]


def test_aws_begins_before_the_rest_of_the_sites_is_made(player: Player, tmp_path: Path) -> None:
    """For it takes minutes. Its gateway must be attached by then, or AWS would not attach it while it is at work."""
    player.lab.reset()
    before = player.lab.admin("aws", "GET", "/settings")
    player.lab.admin("aws", "PATCH", "/settings", {"pending_seconds": 8})
    player.run(inventory=inventory.write(tmp_path, inventory.sites(player.lab))).ok()
    player.lab.admin("aws", "PATCH", "/settings", {"pending_seconds": before["pending_seconds"]})
    sequence = order(player, "aws", "AttachVpnGateway", "CreateVpnConnection", "CreateSubnet")
    assert sequence == ["AttachVpnGateway", "CreateVpnConnection", "CreateVpnConnection", "CreateSubnet"]
    sequence = order(player, "jdcloud", "createVpnConnection", "createVpc", "addRoutePropagation", "createVpnTunnel")
    assert sequence == ["createVpnConnection", "createVpc", "addRoutePropagation", *["createVpnTunnel"] * 4]


def two_sites(player: Player) -> dict[str, Any]:
    """Two sites on AWS; the second one has no subnets."""
    sites = inventory.sites(player.lab)
    other = {"region": "eu-central-1", "vpc": {"cidr": "172.30.0.0/16"}, "vpn_gateway": {"asn": 65102}}
    sites["frankfurt"] = {**sites["aws"], **other, "subnets": []}
    return sites


def test_a_site_that_fails_fails_its_own_links_only(player: Player, tmp_path: Path) -> None:
    player.lab.reset()
    file = inventory.write(tmp_path, two_sites(player), topology=TOPOLOGY)
    fault = {"operation": "CreateSubnet", "kind": "error", "status": 400, "code": "InvalidParameterValue", "count": 9}
    player.lab.admin("aws", "POST", "/faults", {**fault, "message": "refused"})
    outcome = player.run(inventory=file)
    player.lab.admin("aws", "DELETE", "/faults")
    assert outcome.failed == ["aws", "link"]
    reason = "Link link: site aws could not be made, it still lacks: create ec2_vpc_subnet apps"
    assert reason in " ".join(outcome.complaints)
    other = player.run("intercloud.vpn.site", "--check", "--limit", "second,frankfurt,jd", inventory=file).ok()
    assert other.changed == {}, "the other link was joined"
    player.run(inventory=file).ok()
    assert player.run(inventory=file).ok().changed == {}


def test_a_link_whose_site_can_not_be_made_ahead_begins_after_it(player: Player, tmp_path: Path) -> None:
    player.lab.reset()
    file = inventory.write(tmp_path, two_sites(player), topology=TOPOLOGY)
    fault = {"operation": "CreateVpc", "kind": "error", "status": 400, "code": "InvalidParameterValue", "count": 1}
    player.lab.admin("aws", "POST", "/faults", {**fault, "message": "refused once"})
    player.run(inventory=file).ok()
    sequence = order(player, "aws", "CreateVpc", "CreateVpnConnection")
    assert sequence[:4] == ["CreateVpc", "CreateVpc", "CreateVpnConnection", "CreateVpnConnection"]
    assert sequence[4:] == ["CreateVpc", "CreateVpnConnection", "CreateVpnConnection"]
    assert player.run(inventory=file).ok().changed == {}


@pytest.fixture(scope="module")
def hosts(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Path:
    player.lab.reset()
    file = inventory.write(tmp_path_factory.mktemp("two"), two_sites(player), topology=TOPOLOGY)
    player.run("intercloud.vpn.site", "--tags", "sites", inventory=file).ok()
    return file


@pytest.mark.parametrize(
    ("cloud", "operation", "step"),
    [
        ("jdcloud", "createVpnConnection", "step 4, JD Cloud's VPN connection"),
        ("aws", "CreateVpnConnection", "step 5, AWS's customer gateways and connections"),
        ("jdcloud", "createVpnTunnel", "steps 7 and 8, JD Cloud's tunnels"),
    ],
)
def test_what_fails_for_one_link_stops_no_other(
    player: Player, hosts: Path, cloud: str, operation: str, step: str
) -> None:
    # An error that is no throttle is not tried again, so it hits one link.
    status, code = (409, "CONFLICT") if cloud == "jdcloud" else (400, "InvalidParameterValue")
    fault = {"operation": operation, "kind": "error", "status": status, "code": code, "message": "refused", "count": 1}
    outcome = broken(player, hosts, cloud, fault)
    (failed,) = outcome.failed
    (other,) = set(TOPOLOGY) - {failed}
    assert f"Link {failed}, {step}: " in outcome.text
    assert other in outcome.changed
    preview = player.run("intercloud.vpn.site", "--check", *ONLY_LINKS, inventory=hosts).ok()
    assert set(preview.changed) == {failed}, "only that one still differs"
    healed = player.run("intercloud.vpn.site", *ONLY_LINKS, inventory=hosts).ok()
    assert set(healed.changed) == {failed}
    assert player.run("intercloud.vpn.site", *ONLY_LINKS, inventory=hosts).ok().changed == {}
    tunnels = JdCloud(player.lab, "north", "cn-north-1").all("bgw", "vpnTunnels")
    assert len(tunnels) == 8
    player.run("intercloud.vpn.teardown", "-e", "keep_sites=true", inventory=hosts).ok()


def test_many_links_are_made_by_two_tasks_that_show_what_they_changed(player: Player, hosts: Path) -> None:
    outcome = player.run("intercloud.vpn.site", *ONLY_LINKS, "--diff", inventory=hosts).ok()
    tasks = [task for play in outcome.facts["plays"] for task in play["tasks"]]
    names = [task["task"]["name"] for task in tasks if any(not x.get("skipped") for x in task["hosts"].values())]
    assert sum("Steps 3 to 5" in name for name in names) == 1
    assert sum("Steps 5 to 9" in name for name in names) == 1
    diffs = [diff for task in tasks for result in task["hosts"].values() for diff in result.get("diff") or ()]
    wanted = {f"{link}: {step}" for link in TOPOLOGY for step in ("jdcloud_vpn_connection", "aws_vpn_connections")}
    assert wanted <= {diff["before_header"] for diff in diffs}
