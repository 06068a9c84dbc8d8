# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that fail on the way: a lost answer makes nothing twice, a throttle is waited out, a quota is not retried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from . import inventory
from .conftest import Player
from .shape import differences, shape

CREATES = {
    "jdcloud": (
        "createVpc", "createSubnet", "createBgw", "createVpcAttachment", "createCustomerGateway", "createVpnConnection",
        "createVpnTunnel", "createBgwRoutes", "addRoutePropagation", "modifyCustomerGateway",
    ),
    "aws": (
        "CreateVpc", "CreateSubnet", "CreateVpnGateway", "AttachVpnGateway", "CreateCustomerGateway",
        "CreateVpnConnection", "CreateVpnConnectionRoute", "EnableVgwRoutePropagation",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def hosts(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A static link: it needs every create call."""
    folder = tmp_path_factory.mktemp("faults")
    return inventory.write(folder, inventory.sites(player.lab), {"vpn_link_routing": "static"})


@pytest.fixture(scope="module")
def clean(player: Player, hosts: Path) -> Any:
    player.run(inventory=hosts).ok()
    return shape(player)


def plant(player: Player, cloud: str, kind: str) -> None:
    for operation in CREATES[cloud]:
        player.lab.admin(cloud, "POST", "/faults", {"operation": operation, "kind": kind})


def left(player: Player) -> list[Any]:
    return [fault for cloud in CREATES for fault in player.lab.admin(cloud, "GET", "/faults")["faults"]]


def test_faults_on_every_create_call_are_healed_and_make_nothing_twice(player: Player, hosts: Path, clean: Any) -> None:
    """Each is throttled, then carried out without an answer; JD Cloud's are also cut off before they are carried out.
    Both happen to a VPC, a gateway and its attachment in a single task of amazon.aws, which is repeated three times."""
    player.lab.reset()
    for cloud, kinds in {"jdcloud": ("throttle", "reset", "reset_after"), "aws": ("throttle", "reset_after")}.items():
        for kind in kinds:
            plant(player, cloud, kind)
    player.run(inventory=hosts).ok()
    assert left(player) == [], "every fault has hit its call"
    assert differences(shape(player), clean) == []
    assert player.run(inventory=hosts).ok().changed == {}


def test_an_exceeded_quota_is_said_and_not_retried(player: Player, hosts: Path) -> None:
    player.lab.reset()
    fault = {"kind": "error", "status": 429, "code": "QUOTA_EXCEEDED", "message": "quota exceeded", "count": 9}
    player.lab.admin("jdcloud", "POST", "/faults", {"operation": "createBgw", **fault})
    outcome = player.run("intercloud.vpn.site", "--limit", inventory.JDCLOUD, inventory=hosts)
    assert outcome.failed == [inventory.JDCLOUD]
    assert "QUOTA_EXCEEDED" in outcome.text
    assert [w["operation"] for w in player.writes()].count("createBgw") == 1
