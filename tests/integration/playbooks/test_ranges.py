# SPDX-License-Identifier: GPL-3.0-or-later
"""Ranges of a link come and go: what JD Cloud's route tables learn, and static routes on both clouds, follow them."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import inventory
from .clouds import JdCloud, ec2
from .conftest import Player

SITE = "intercloud.vpn.site"


@pytest.fixture(params=["bgp", "static"])
def hosts(request: pytest.FixtureRequest, player: Player, tmp_path: Path) -> Path:
    player.lab.reset()
    return inventory.write(tmp_path, inventory.sites(player.lab), {"vpn_link_routing": request.param})


def learned(player: Player) -> set[str]:
    """What the VPC's tables learn from the border gateway."""
    tables = JdCloud(player.lab, "north", "cn-north-1").get("vpc", "/routeTables/?pageSize=100")["routeTables"]
    texts = [item["propagationCidrs"] for table in tables for item in table.get("routePropagations") or ()]
    return {cidr for text in texts for cidr in (text.split(",") if isinstance(text, str) else text)}


def static_routes(player: Player) -> tuple[set[str], set[str]]:
    """Those on the border gateway, and those of the AWS connections."""
    jdcloud = JdCloud(player.lab, "north", "cn-north-1")
    (gateway,) = jdcloud.all("bgw", "bgws")
    here = jdcloud.get("bgw", f"/bgws/{gateway['bgwId']}/bgwRoutes/?pageSize=100")["bgwRoutes"]
    there = ec2(player.lab, "global", "us-east-1").describe_vpn_connections()["VpnConnections"]
    return (
        {route["bgwRouteDestination"] for route in here if route["origin"] != "propagated"},
        {route["DestinationCidrBlock"] for connection in there for route in connection["Routes"]},
    )


def test_ranges_come_and_go(player: Player, hosts: Path) -> None:
    static = "static" in hosts.read_text()

    def run(here: list[str], there: list[str]) -> None:
        chosen = ("-e", f'{{"vpn_link_ranges": {{"jd": {here}, "aws": {there}}}}}'.replace("'", '"'))
        player.run(SITE, *chosen, inventory=hosts).ok()
        assert learned(player) == set(there)
        assert static_routes(player) == ((set(there), set(here)) if static else (set(), set()))

    run(["10.10.1.0/24", "10.10.2.0/24"], ["172.31.0.0/20", "172.31.16.0/20"])
    run(["10.10.2.0/24", "10.10.3.0/24"], ["172.31.16.0/20", "172.31.8.0/24"])
