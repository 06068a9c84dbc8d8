# SPDX-License-Identifier: GPL-3.0-or-later
"""Two controllers run one inventory at the same time: nothing is made twice, and what stays undone the next run does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from . import inventory
from .agreement import Agreement, jd_tunnels, verdicts
from .clouds import ec2
from .conftest import Outcome, Player
from .shape import differences, shape

CREATES = {
    "jdcloud": ("createVpc", "createBgw", "createCustomerGateway", "createVpnConnection"),
    "aws": ("CreateVpc", "CreateVpnGateway", "CreateVpnConnection"),
}


@pytest.fixture(scope="module")
def hosts(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return inventory.write(tmp_path_factory.mktemp("two"), inventory.sites(player.lab))


@pytest.fixture(scope="module")
def clean(player: Player, hosts: Path) -> Any:
    """The clouds after one run."""
    player.run(inventory=hosts).ok()
    return shape(player)


def at_the_same_time(player: Player, hosts: Path, playbook: str, *args: str) -> list[Outcome]:
    """Creates are slow, so that each run has looked before the other has made its own."""
    for cloud, operations in CREATES.items():
        for operation in operations:
            fault = {"operation": operation, "kind": "delay", "seconds": 1.5, "count": 2}
            player.lab.admin(cloud, "POST", "/faults", fault)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(player.run, playbook, *args, inventory=hosts) for _number in range(2)]
        outcomes = [run.result() for run in runs]
    for cloud in CREATES:
        player.lab.admin(cloud, "DELETE", "/faults")
    for outcome in outcomes:
        # One may have to give way to the other, and says so.
        print(outcome.code, outcome.complaints)
        assert (outcome.code == 0) == (not outcome.complaints), outcome.text
    return outcomes


@pytest.fixture
def made_by_two(player: Player, hosts: Path, clean: Any) -> Iterator[list[Outcome]]:
    player.lab.reset()
    yield at_the_same_time(player, hosts, "intercloud.vpn.site")


def test_nothing_is_made_twice(player: Player, hosts: Path, clean: Any, made_by_two: list[Outcome]) -> None:
    player.run(inventory=hosts).ok()
    assert differences(shape(player), clean) == []
    assert player.run(inventory=hosts).ok().changed == {}


def test_two_rotations(player: Player, hosts: Path) -> None:
    player.run(inventory=hosts).ok()
    before = {tunnel["vpnTunnelId"]: tunnel["psk"] for tunnel in jd_tunnels(player.lab)}
    with Agreement(player.lab):
        at_the_same_time(player, hosts, "intercloud.vpn.rotate_psk")
        player.run(inventory=hosts).ok()
        assert list(verdicts(player.lab).values()) == [""] * 4
    after = {tunnel["vpnTunnelId"]: tunnel["psk"] for tunnel in jd_tunnels(player.lab)}
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())
    assert player.run(inventory=hosts).ok().changed == {}


def test_a_gateway_that_is_left_over_goes(player: Player, hosts: Path, clean: Any) -> None:
    """What remains where two runs made one each and both went on; the attached one is not touched."""
    player.run(inventory=hosts).ok()
    before = shape(player)
    aws = ec2(player.lab, "global", "us-east-1")
    tags = [{"Key": "Name", "Value": "aws-vgw"}, {"Key": "intercloud.vpn/site", "Value": inventory.AWS}]
    named = [{"ResourceType": "vpn-gateway", "Tags": tags}]
    aws.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=65101, TagSpecifications=named)
    assert player.run("intercloud.vpn.drift", inventory=hosts).code == 2
    assert set(player.run(inventory=hosts).ok().changed) == {inventory.AWS}
    assert differences(shape(player), before) == []
    assert player.run(inventory=hosts).ok().changed == {}
