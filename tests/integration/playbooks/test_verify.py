# SPDX-License-Identifier: GPL-3.0-or-later
"""verify.yml against links that are as a data plane would leave them: what it says, and whether it succeeds."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from .by_hand import Writer
from .clouds import account, ec2
from .conftest import ROOT, Outcome, Player
from .data_plane import LINKS, DataPlane

VERIFY = "intercloud.vpn.verify"
LINK, SLOTS = "north-virginia", ("1-1", "1-2", "2-3", "2-4")
JD_PROBE, AWS_PROBE = "10.10.1.5", "172.31.1.5"


@pytest.fixture(scope="module")
def plane(player: Player) -> DataPlane:
    player.run().ok()
    return DataPlane(player)


@pytest.fixture(autouse=True)
def healthy(plane: DataPlane) -> Iterator[None]:
    """Every test begins with links that work."""
    plane.all_up()
    yield


def verify(player: Player, *args: str, **more: str) -> Outcome:
    outcome = player.run(VERIFY, *args, **more)
    assert outcome.changed == {}
    return outcome


def one(player: Player, *args: str, **more: str) -> Outcome:
    """A look at one link, without waiting."""
    return verify(player, "--limit", LINK, "-e", "vpn_verify_timeout=0", *args, **more)


def fails(outcome: Outcome, verdict: str, *texts: str) -> None:
    assert outcome.code == 2, outcome.text[-6000:]
    assert outcome.failed == [LINK]
    assert f"Link {LINK}: {verdict}. Expected was" in outcome.text
    for text in texts:
        assert text in outcome.text, text


def test_links_that_work_are_healthy(player: Player) -> None:
    outcome = verify(player).ok()
    facts = outcome.verified
    assert set(facts) == set(LINKS)
    for link in facts.values():
        assert (link["verdict"], link["expectation_met"], link["redundant"]) == ("healthy", True, True)
        assert link["findings"] == []
        assert [tunnel["state"] for tunnel in link["tunnels"]] == ["up"] * 4
    assert {link: facts[link]["tunnels"][0]["bgp"] for link in facts} == {
        "north-virginia": "up", "north-ireland": "up", "south-beijing": "not used",
    }  # fmt: skip
    assert (
        "north-virginia (bgp): jd-north <-> aws-virginia: healthy. Expected all_tunnels: yes. Redundant: yes."
        in outcome.text
    )


def test_the_site_playbook_ends_with_it(player: Player) -> None:
    outcome = player.run("intercloud.vpn.site", "--tags", "verify", "-e", "vpn_verify_enabled=true").ok()
    assert {link["verdict"] for link in outcome.verified.values()} == {"healthy"}
    assert player.run("intercloud.vpn.site", "--tags", "verify", "-e", "vpn_verify_enabled=false").ok().verified == {}
    preview = player.run("intercloud.vpn.site", "--tags", "verify", "--check", "-e", "vpn_verify_enabled=true").ok()
    assert preview.verified == {}


def test_nothing_up(player: Player, plane: DataPlane) -> None:
    for slot in SLOTS:
        plane.ipsec(LINK, slot, False)
    plane.learn("north-ireland")
    outcome = verify(player, "-e", "vpn_verify_timeout=0")
    fails(outcome, "IPsec down", "tunnels 1-1, 1-2, 2-3, 2-4 (IPsec down)", "the two records agree")
    assert {name: facts["verdict"] for name, facts in outcome.verified.items()} == {
        LINK: "IPsec down", "north-ireland": "healthy", "south-beijing": "healthy",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("down", "met"),
    [(("1-2",), {"redundant"}), (("2-3", "2-4"), {"any_tunnel"})],
)
def test_the_expectation_decides(player: Player, plane: DataPlane, down: tuple[str, ...], met: set[str]) -> None:
    for slot in down:
        plane.ipsec(LINK, slot, False)
    for expectation in ("all_tunnels", "redundant") if "redundant" in met else ("redundant", "any_tunnel"):
        outcome = one(player, "-e", f"vpn_verify_expectation={expectation}")
        if expectation in met:
            outcome.ok()
            # What is wrong is told all the same.
            assert f"tunnel {down[0]}: IPsec down" in outcome.text
        else:
            fails(outcome, "IPsec down", f"Expected was {expectation}; it lacks", f"{down[0]} ")
    assert ("no tunnel is up over JD Cloud's address 2" in outcome.text) is (len(down) == 2)


def test_bgp_up_no_routes_on_aws(player: Player, plane: DataPlane) -> None:
    plane.ipsec(LINK, "2-3", True, routes=0)
    fails(one(player), "BGP up, no routes", "AWS has accepted no route from JD Cloud")


def test_bgp_up_no_routes_on_jd_cloud(player: Player, plane: DataPlane) -> None:
    plane.learn("north-ireland")
    fails(one(player), "BGP up, no routes", "has learned no route to 172.31.0.0/16 by BGP from vpnconn-",
          "has learned no route to 10.10.1.0/24 from vgw-")  # fmt: skip


def test_a_static_link_loses_its_routes(player: Player, plane: DataPlane) -> None:
    client = plane.aws("south-beijing")
    far = plane.aws_connections("south-beijing")["1"]["VpnConnectionId"]
    client.delete_vpn_connection_route(VpnConnectionId=far, DestinationCidrBlock="10.20.1.0/24")
    outcome = verify(player, "--limit", "south-beijing")
    client.create_vpn_connection_route(VpnConnectionId=far, DestinationCidrBlock="10.20.1.0/24")
    assert outcome.failed == ["south-beijing"]
    assert f"AWS's connection {far} has no static route 10.20.1.0/24" in outcome.text
    verify(player, "--limit", "south-beijing").ok()


def test_a_propagation_that_somebody_took_away_on_jd_cloud(player: Player, plane: DataPlane) -> None:
    jd = Writer(player.lab, "north", "cn-north-1")
    bgw_id = plane.connection(LINK)["bgwId"]
    tables = [x for x in jd.all("vpc", "routeTables") if x["routePropagations"]]
    (table,) = [x for x in tables if x["routePropagations"][0]["bgwId"] == bgw_id]
    (entry,) = table["routePropagations"]
    path = f"/routeTables/{table['routeTableId']}"
    jd.post("vpc", f"{path}:removeRoutePropagation", routePropagationId=entry["propagationId"])
    outcome = one(player)
    kept = {"bgwId": bgw_id, "propagationCidrs": entry["propagationCidrs"]}
    jd.post("vpc", f"{path}:addRoutePropagation", **kept)
    fails(outcome, "routes there, no propagation",
          f"no propagation of 172.31.0.0/16 from {bgw_id} into table {table['routeTableId']} of subnet")  # fmt: skip
    one(player).ok()


def test_it_waits_and_says_for_what(player: Player, plane: DataPlane) -> None:
    plane.ipsec(LINK, "1-1", False)
    player.lab.admin("jdcloud", "DELETE", "/requests")
    command = player.command(VERIFY, "--limit", LINK, "-e", "vpn_verify_timeout=100")
    env = player.environment(ANSIBLE_STDOUT_CALLBACK="default", ANSIBLE_FORCE_COLOR="false")
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        for _try in range(600):
            asked = player.lab.admin("jdcloud", "GET", "/requests?since=0")["requests"]
            if sum(1 for call in asked if call["operation"] == "describeVpnTunnels") > 1:
                break
            time.sleep(0.1)
        plane.ipsec(LINK, "1-1", True)
        text, _none = running.communicate(timeout=120)
    assert running.returncode == 0, text
    assert "north-virginia waits for tunnel 1-1 (IPsec down)" in text


def test_a_preview_looks_once(player: Player, plane: DataPlane) -> None:
    plane.ipsec(LINK, "1-1", False)
    player.lab.admin("jdcloud", "DELETE", "/requests")
    outcome = verify(player, "--limit", LINK, "--check")
    fails(outcome, "IPsec down")
    asked = [call["operation"] for call in player.lab.admin("jdcloud", "GET", "/requests?since=0")["requests"]]
    assert asked.count("describeVpnTunnels") == 1


FAKE_PING = """#!/bin/sh
for word in "$@"; do target=$word; done
case " $* " in *" -M do "*) size=large ;; *) size=small ;; esac
case "$FAKE_LOST" in *"$target/$size"*) got=0 ;; *) got=5 ;; esac
echo "5 packets transmitted, $got received, 0% packet loss, time 800ms"
[ $got -gt 0 ] && echo "rtt min/avg/max/mdev = 0.5/0.6/0.7/0.1 ms"
"""


@pytest.fixture(scope="module")
def probes(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """An inventory of a probe at either end, and a PATH with a ping that loses what it is told to."""
    folder = tmp_path_factory.mktemp("probes")
    hosts = {"probe-jd": ("jd-north", JD_PROBE), "probe-aws": ("aws-virginia", AWS_PROBE)}
    content = {"vpn_probes": {"hosts": {
        name: {"vpn_probe_site": site, "vpn_probe_address": address} for name, (site, address) in hosts.items()
    }}}  # fmt: skip
    (folder / "probes.yml").write_text(yaml.safe_dump(content))
    ping = folder / "bin" / "ping"
    ping.parent.mkdir()
    ping.write_text(FAKE_PING)
    ping.chmod(0o755)
    return str(folder / "probes.yml"), str(ping.parent)


def pinged(player: Player, probes: tuple[str, str], lost: str = "") -> Outcome:
    path = player.environment()["PATH"]
    return one(player, "-i", probes[0], PATH=f"{probes[1]}:{path}", FAKE_LOST=lost)


def test_pings_both_ways(player: Player, probes: tuple[str, str]) -> None:
    facts = pinged(player, probes).ok().verified[LINK]
    assert {(x["from_address"], x["to_address"], x["size"], x["received"]) for x in facts["pings"]} == {
        (source, target, size, 5)
        for source, target in ((JD_PROBE, AWS_PROBE), (AWS_PROBE, JD_PROBE))
        for size in ("small", "large")
    }
    assert facts["findings"] == []


def test_one_link_in_a_playbook_of_ones_own(player: Player, tmp_path: Path) -> None:
    """The role's main entry point: no groups, no inventory of ours, other names."""
    north, world = account(player.lab, "north"), account(player.lab, "global")
    keys = ("access_key", "secret_key")
    ends = [
        {"name": "jd-north", "kind": "jdcloud", "region": "cn-north-1", "vpc": {"cidr": "10.10.0.0/16"},
         "auth": {key: north[key] for key in keys}},
        {"name": "aws-virginia", "kind": "aws", "region": "us-east-1", "vpc": {"cidr": "172.31.0.0/16"},
         "vpn_gateway": {"asn": 65101}, "auth": {key: world[key] for key in keys}},
    ]  # fmt: skip
    play = [{
        "hosts": "localhost", "gather_facts": False,
        "tasks": [
            {"ansible.builtin.include_role": {"name": "intercloud.vpn.vpn_verify"},
             "vars": {"vpn_verify_ends": ends, "vpn_verify_link": {"name": LINK}}},
            {"ansible.builtin.debug": {"msg": "verdict is {{ vpn_verify_facts.verdict }}"}},
        ],
    }]  # fmt: skip
    book = tmp_path / "own.yml"
    book.write_text(yaml.safe_dump(play))
    book.chmod(0o600)
    outcome = player.run(str(book), inventory="/dev/null").ok()
    assert "verdict is healthy" in outcome.text


def test_a_link_that_should_be_absent_is_left_alone(player: Player) -> None:
    assert one(player, "-e", "vpn_link_state=absent").ok().verified == {}


def test_a_subnet_that_does_not_exist_is_refused(player: Player) -> None:
    outcome = one(player, "-e", '{"vpn_verify_subnets": {"jd-north": ["typo"]}}')
    assert outcome.code == 2
    assert (
        "subnets.jd-north: 'typo' is no subnet of the site's VPC. Allowed: jd-north-apps, jd-north-data" in outcome.text
    )


# These change records for good, so they come last.


def test_masked_keys_are_no_error(player: Player) -> None:
    player.lab.admin("jdcloud", "PATCH", "/settings", {"mask_psk": "stars"})
    outcome = one(player)
    player.lab.admin("jdcloud", "PATCH", "/settings", {"mask_psk": "off"})
    outcome.ok()
    assert (
        "the pre-shared keys can't be compared: masked by JD Cloud; by the marks both are of generation 1"
        in outcome.text
    )


def test_without_the_links_it_says_what_is_missing(player: Player) -> None:
    player.lab.reset()
    # The account's default VPC appears with the first question.
    ec2(player.lab, "global", "us-east-1").describe_vpcs()
    outcome = player.run(VERIFY, "--limit", LINK)
    fails(outcome, "not configured", "site jd-north has no gateway", "site aws-virginia has no gateway")
