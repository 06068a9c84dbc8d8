# SPDX-License-Identifier: GPL-3.0-or-later
"""drift.yml tells each thing that was changed behind our back, by plain calls, and writes nothing."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from . import inventory
from .by_hand import Writer
from .clouds import ec2, live
from .conftest import Outcome, Player
from .inventory import LINK

FAR = "172.31.0.0/16"


@dataclass
class Joined:
    """One static link, made by site.yml, and whoever changes it."""

    player: Player
    hosts: Path
    report: Path
    jd: Writer
    aws: Any

    def drift(self, *args: str, **env: str) -> tuple[Outcome, dict[str, Any]]:
        before = len(self.player.writes())
        self.report.unlink(missing_ok=True)
        wanted = ("-e", f"vpn_drift_report_path={self.report}", *args)
        outcome = self.player.run("intercloud.vpn.drift", *wanted, inventory=self.hosts, **env)
        assert len(self.player.writes()) == before, "drift.yml has written to a cloud"
        found = json.loads(self.report.read_text(encoding="utf-8")) if self.report.exists() else {}
        return outcome, found

    def tunnels(self) -> list[dict[str, Any]]:
        return sorted(self.jd.all("bgw", "vpnTunnels"), key=lambda x: (x["cloudPublicIp"], x["customerIp"]))

    def far(self) -> list[dict[str, Any]]:
        return live(self.aws.describe_vpn_connections()["VpnConnections"])


@pytest.fixture(scope="module")
def joined(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Joined:
    folder = tmp_path_factory.mktemp("drift")
    hosts = inventory.write(folder, inventory.sites(player.lab), {"vpn_link_routing": "static"})
    made = Joined(
        player, hosts, folder / "drift.json",
        Writer(player.lab, "north", "cn-north-1"), ec2(player.lab, "global", "us-east-1"),
    )  # fmt: skip
    player.run(inventory=hosts).ok()
    player.lab.save()
    return made


@pytest.fixture
def fresh(joined: Joined) -> Joined:
    """The link as it should be; without a data plane no rolled tunnel would come back by a run."""
    joined.player.lab.restore()
    return joined


def test_no_drift_is_exit_0(joined: Joined) -> None:
    outcome, found = joined.drift()
    outcome.ok()
    assert (found["drifted"], found["differences"]) == (False, [])
    assert found["examined"] == {"links": [LINK], "sites": ["aws", "jd"]}
    assert stat.S_IMODE(joined.report.stat().st_mode) == 0o600
    assert "No drift: 2 sites and 1 links" in outcome.text


def admin_down(it: Joined) -> None:
    it.jd.post("bgw", f"/vpnTunnels/{it.tunnels()[0]['vpnTunnelId']}:adminStatus", adminStatus="DOWN")


def changed_key(it: Joined) -> None:
    it.jd.patch("bgw", f"/vpnTunnels/{it.tunnels()[1]['vpnTunnelId']}", psk="SomebodysOwnKey1")


def changed_key_on_aws(it: Joined) -> None:
    """AWS refuses other changes of a connection meanwhile, so it is not the one whose routes are changed."""
    connection = it.far()[1]
    outside = connection["Options"]["TunnelOptions"][0]["OutsideIpAddress"]
    it.aws.modify_vpn_tunnel_options(
        VpnConnectionId=connection["VpnConnectionId"], VpnTunnelOutsideIpAddress=outside,
        TunnelOptions={"PreSharedKey": "SomebodysOwnKey1"},
    )  # fmt: skip


def missing_tunnel(it: Joined) -> None:
    tunnel = it.tunnels()[2]["vpnTunnelId"]
    it.jd.post("bgw", f"/vpnTunnels/{tunnel}:adminStatus", adminStatus="DOWN")
    it.jd.delete("bgw", f"/vpnTunnels/{tunnel}")


def extra_tunnel(it: Joined) -> None:
    """From JD Cloud's first address to an AWS address that belongs to the second."""
    one = it.tunnels()[0]
    other = next(x["customerIp"] for x in it.tunnels() if x["cloudPublicIp"] != one["cloudPublicIp"])
    it.jd.make(
        "bgw", "vpnTunnel", vpnConnectionId=one["vpnConnectionId"], psk="made-by-hand", customerIp=other,
        cloudPublicIp=one["cloudPublicIp"], tunnelIp="169.254.9.4/30", localTunnelIp="169.254.9.6",
    )  # fmt: skip


def removed_route_on_jd_cloud(it: Joined) -> None:
    bgw = it.jd.all("bgw", "bgws")[0]["bgwId"]
    routes = it.jd.get("bgw", f"/bgws/{bgw}/bgwRoutes?pageSize=100")["bgwRoutes"]
    route = next(x["bgwRouteId"] for x in routes if x["bgwRouteDestination"] == FAR)
    it.jd.delete("bgw", f"/bgws/{bgw}/bgwRoutes?bgwRouteIds={route}")


def changed_range_on_aws(it: Joined) -> None:
    connection = it.far()[0]["VpnConnectionId"]
    it.aws.delete_vpn_connection_route(VpnConnectionId=connection, DestinationCidrBlock="10.10.0.0/16")
    it.aws.create_vpn_connection_route(VpnConnectionId=connection, DestinationCidrBlock="10.99.0.0/16")


def removed_propagation_on_jd_cloud(it: Joined) -> None:
    table = next(x for x in it.jd.all("vpc", "routeTables") if x["routePropagations"])
    ident = table["routePropagations"][0]["propagationId"]
    it.jd.post("vpc", f"/routeTables/{table['routeTableId']}:removeRoutePropagation", routePropagationId=ident)


def removed_propagation_on_aws(it: Joined) -> None:
    gateway = it.far()[0]["VpnGatewayId"]
    tables = it.aws.describe_route_tables()["RouteTables"]
    table = next(x["RouteTableId"] for x in tables if x["PropagatingVgws"])
    it.aws.disable_vgw_route_propagation(RouteTableId=table, GatewayId=gateway)


def changed_lifetime(it: Joined) -> None:
    it.jd.patch("bgw", f"/vpnTunnels/{it.tunnels()[3]['vpnTunnelId']}", ikeSaLifeSec=20000)


# What was done → side, state, kind, field; the key of a tunnel is masked on both sides.
CASES: dict[str, tuple[Callable[[Joined], None], tuple[str, str, str, str]]] = {
    "admin DOWN": (admin_down, ("jdcloud", "differs", "jdcloud_vpn_tunnel", "admin_status")),
    "key on JD Cloud": (changed_key, ("jdcloud", "differs", "jdcloud_vpn_tunnel", "psk")),
    "key on AWS": (changed_key_on_aws, ("aws", "differs", "aws_vpn_tunnel", "psk")),
    "route on JD Cloud": (removed_route_on_jd_cloud, ("jdcloud", "missing", "jdcloud_border_gateway_route", "")),
    "range on AWS": (changed_range_on_aws, ("aws", "differs", "aws_vpn_connection", "routes")),
    "propagation on AWS": (removed_propagation_on_aws, ("aws", "missing", "aws_route_propagation", "")),
    "propagation on JD Cloud": (
        removed_propagation_on_jd_cloud,
        ("jdcloud", "missing", "jdcloud_route_propagation", "propagation_cidrs"),
    ),
    "lifetime": (changed_lifetime, ("jdcloud", "differs", "jdcloud_vpn_tunnel", "ike_sa_life_sec")),
    # Last, because the others count the tunnels.
    "tunnel missing": (missing_tunnel, ("jdcloud", "missing", "jdcloud_vpn_tunnel", "")),
    "tunnel unmanaged": (extra_tunnel, ("jdcloud", "unmanaged", "jdcloud_vpn_tunnel", "")),
}


@pytest.fixture(scope="module")
def drifted(joined: Joined) -> tuple[Outcome, dict[str, Any]]:
    """All of it at once, each on another thing, so that one comparison has to tell them apart."""
    for change, _expected in CASES.values():
        change(joined)
    return joined.drift()


@pytest.mark.parametrize("case", CASES)
def test_each_drift_is_told_once(drifted: tuple[Outcome, dict[str, Any]], case: str) -> None:
    told = [(x["side"], x["state"], x["kind"], x["field"]) for x in drifted[1]["differences"]]
    assert told.count(CASES[case][1]) == 1, told


def test_nothing_else_is_told_and_the_exit_code_is_2(drifted: tuple[Outcome, dict[str, Any]]) -> None:
    outcome, found = drifted
    assert outcome.code == 2, outcome.text[-3000:]
    assert f"Drift: {len(CASES)} differences in" in outcome.text, outcome.text[-3000:]
    assert len(found["differences"]) == len(CASES)
    assert "SomebodysOwnKey1" not in outcome.text + json.dumps(found)


def test_a_tunnel_that_is_up_is_named_as_interrupted(fresh: Joined) -> None:
    tunnel = fresh.tunnels()[1]
    admin = fresh.player.lab.admin
    admin("jdcloud", "POST", f"/tunnels/{tunnel['vpnTunnelId']}/op-status", {"opStatus": "UP"})
    admin("aws", "POST", f"/tunnels/{tunnel['customerIp']}/telemetry", {"Status": "UP", "StatusMessage": ""})
    changed_key(fresh)
    outcome, found = fresh.drift()
    (item,) = found["differences"]
    assert outcome.code == 2
    assert item["interrupts"] == [item["slot"]] == found["interrupts"][LINK]
    assert (item["jdcloud_ip"], item["aws_ip"]) == (tunnel["cloudPublicIp"], tunnel["customerIp"])
    assert (item["found"], item["wanted"]) == ("(hidden)", "(hidden, new value)")
    admin("jdcloud", "POST", f"/tunnels/{tunnel['vpnTunnelId']}/op-status", {"opStatus": "DOWN"})
    admin("aws", "POST", f"/tunnels/{tunnel['customerIp']}/telemetry", {"Status": "DOWN", "StatusMessage": ""})


def test_a_link_that_does_not_exist_is_drift(joined: Joined, tmp_path: Path) -> None:
    joined.player.lab.reset()
    outcome, found = joined.drift()
    assert outcome.code == 2
    missing = {x["kind"] for x in found["differences"] if x["state"] == "missing"}
    assert {"jdcloud_vpn_connection", "aws_vpn_connection", "jdcloud_border_gateway", "ec2_vpc_vgw"} <= missing


def test_an_error_is_not_taken_for_drift(joined: Joined) -> None:
    outcome, found = joined.drift("-e", "vpn_link_master_secret=short")
    assert outcome.code != 0
    assert found == {}, "a report was written"
    assert "Drift:" not in outcome.text
    assert "is too weak" in outcome.text
