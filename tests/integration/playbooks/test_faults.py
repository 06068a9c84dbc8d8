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


def plant(player: Player, kind: str, **more: Any) -> None:
    for cloud, operations in CREATES.items():
        for operation in operations:
            player.lab.admin(cloud, "POST", "/faults", {"operation": operation, "kind": kind, **more})


def left(player: Player) -> list[Any]:
    return [fault for cloud in CREATES for fault in player.lab.admin(cloud, "GET", "/faults")["faults"]]


@pytest.mark.parametrize("kinds", [["reset_after"], ["reset", "throttle"]])
def test_faults_on_every_create_call_are_healed_and_make_nothing_twice(
    player: Player, hosts: Path, clean: Any, kinds: list[str]
) -> None:
    player.lab.reset()
    for kind in kinds:
        plant(player, kind)
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
