# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of links that carry traffic: announced, consented to, and one tunnel at a time; pings tell what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from lab.launcher import Lab
from tests.integration.playbooks.conftest import Outcome, Player
from tests.integration.playbooks.data_plane import LINKS
from tests.lab.dataplane.hand_made import eventually
from tests.lab.dataplane.pinger import Pinger

from .real_tunnels import BEIJING, IRELAND, SLOTS, VIRGINIA, RealTunnels

CONSENT = ("-e", "vpn_link_allow_interruption=true")
QUICK = ("-e", "vpn_verify_enabled=false")


class Watch:
    """What happens to the tunnels, and to 20 pings a second over each link, in a block."""

    def __init__(self, net: RealTunnels) -> None:
        self.net, self.lab = net, net.lab
        self.pingers = {
            link: Pinger(self.lab, net.probe(link)["instanceId"], net.far_probe(link)["PrivateIpAddress"])
            for link in LINKS
        }
        self._stack = ExitStack()

    def __enter__(self) -> Watch:
        self._up = self.net.ups()
        self._since = len(self.lab.admin("dataplane", "GET", "/events?since=0"))
        for pinger in self.pingers.values():
            self._stack.enter_context(pinger)
        return self

    def __exit__(self, *exception: Any) -> None:
        self._stack.__exit__(*exception)
        self.events = self.lab.admin("dataplane", "GET", f"/events?since={self._since}")
        self.lost = {link: pinger.lost for link, pinger in self.pingers.items()}
        sent = {link: pinger.sent for link, pinger in self.pingers.items()}
        print(f"\npackets lost: {self.lost} of {sent}")

    def _downs(self) -> Iterator[tuple[str, str, str, bool]]:
        """Link, slot, which part of which end, and whether it comes up; an end whose record is gone is down."""
        for event in self.events:
            slot_of = self.net.slot_of(event["end"])
            if slot_of is None:
                continue
            link, slot = slot_of
            if "up" in event:
                yield link, slot, f"{event['end']} {event['what']}", event["up"]
            elif event["change"] == "gone":
                yield link, slot, f"{event['end']} ipsec", False

    def interrupted(self) -> dict[str, set[str]]:
        """By link, the slots that were up and went down."""
        found: dict[str, set[str]] = {link: set() for link in LINKS}
        for link, slot, _part, up in self._downs():
            if not up and slot in self._up[link]:
                found[link].add(slot)
        return found

    def most_down_at_once(self) -> int:
        """Of one link, by the log of events."""
        down: dict[str, set[tuple[str, str]]] = {link: set() for link in LINKS}
        worst = 0
        for link, slot, part, up in self._downs():
            (down[link].discard if up else down[link].add)((slot, part))
            worst = max(worst, *(len({slot for slot, _part in items}) for items in down.values()))
        return worst


def keys(lab: Lab) -> dict[str, str]:
    """Every tunnel's key on JD Cloud, by the tunnel's id."""
    state = lab.admin("jdcloud", "GET", "/state")
    return {
        tunnel_id: tunnel["psk"]
        for regions in state.values()
        for held in regions.values()
        for tunnel_id, tunnel in held.get("vpnTunnel", {}).items()
    }


def settled(player: Player, *args: str) -> None:
    """The inventory and the clouds agree."""
    outcome = player.run("intercloud.vpn.site", *QUICK, *args).ok()
    assert outcome.changed == {}


def test_rotation_of_all_links_loses_next_to_nothing(player: Player, net: RealTunnels) -> None:
    net.wait_up()
    before = keys(net.lab)
    with Watch(net) as watch:
        outcome = player.run("intercloud.vpn.rotate_psk", "-e", "vpn_link_serial=3").ok()
    net.wait_up()
    after = keys(net.lab)
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())
    assert watch.interrupted() == {link: set(SLOTS) for link in LINKS}
    assert watch.most_down_at_once() == 1
    # A planned stop is told to the router at the other end first; one second of pings would be 20.
    assert all(lost < 20 for lost in watch.lost.values()), watch.lost
    assert not [key for key in (*before.values(), *after.values()) if key in outcome.text]
    settled(player)


def test_a_change_of_the_proposal_is_refused_without_consent_and_rolled_with_it(
    player: Player, net: RealTunnels
) -> None:
    change = ("--limit", IRELAND, "-e", '{"vpn_link_proposal": {"ike_dh_group": 20, "ipsec_lifetime": 1800}}')
    writes = len(player.writes())
    refused = player.run("intercloud.vpn.site", *QUICK, *change)
    assert refused.failed == [IRELAND]
    assert len(player.writes()) == writes
    listed = [line for line in refused.text.replace("\\n", "\n").splitlines() if "INTERRUPTS" in line]
    assert len({line.strip() for line in listed if line.strip().startswith("- modify")}) == 8
    assert "one tunnel at a time" in refused.text
    with Watch(net) as watch:
        player.run("intercloud.vpn.site", *QUICK, *change, *CONSENT).ok()
    net.wait_up()
    assert watch.interrupted() == {VIRGINIA: set(), IRELAND: set(SLOTS), BEIJING: set()}
    assert watch.most_down_at_once() == 1
    assert (watch.lost[VIRGINIA], watch.lost[BEIJING]) == (0, 0)
    assert watch.lost[IRELAND] < 20
    settled(player, *change)


def test_a_failure_in_the_middle_stops_and_the_next_run_goes_on(player: Player, net: RealTunnels) -> None:
    """Back to the inventory's proposal. AWS refuses the second tunnel: the first is done, the second stands DOWN, the
    others were not touched."""
    back = (*QUICK, "--limit", IRELAND, *CONSENT)
    fault = {"operation": "ModifyVpnTunnelOptions", "kind": "error", "status": 403, "code": "UnauthorizedOperation",
             "message": "not now", "skip": 1}  # fmt: skip
    net.lab.admin("aws", "POST", "/faults", fault)
    with Watch(net) as watch:
        stopped = player.run("intercloud.vpn.site", *back)
        assert stopped.failed == [IRELAND]
        for text in ("stopped at tunnel 1-2", "Done: 1-1.", "Not touched: 2-3, 2-4.", "not now"):
            assert text in stopped.text, text
        net.wait_up({IRELAND: {"1-2"}})
        player.run("intercloud.vpn.site", *back).ok()
        net.wait_up()
    assert watch.interrupted() == {VIRGINIA: set(), IRELAND: set(SLOTS), BEIJING: set()}
    assert watch.most_down_at_once() == 1
    settled(player)


def announced(outcome: Outcome) -> set[str]:
    """What a refused run would have interrupted."""
    for line in outcome.text.replace("\\n", "\n").splitlines():
        if line.startswith("1-") or line.startswith("2-"):
            return set(line.rstrip(":").split(", "))
    raise AssertionError(outcome.text[-3000:])


def test_healing_without_any_interruption(player: Player, net: RealTunnels) -> None:
    """A tunnel deleted in a console, one left DOWN, unequal keys, a route and a propagation that are gone, another customer
    gateway on AWS, an endpoint that AWS has replaced."""
    jd = net.writer(VIRGINIA)
    gone = net.tunnels[VIRGINIA, "1-1"]["vpnTunnelId"]
    jd.post("bgw", f"/vpnTunnels/{gone}:adminStatus", adminStatus="DOWN")
    jd.delete("bgw", f"/vpnTunnels/{gone}")
    left_down = net.jd_tunnel(IRELAND, "2-3")["vpnTunnelId"]
    jd.post("bgw", f"/vpnTunnels/{left_down}:adminStatus", adminStatus="DOWN")
    unequal = net.jd_tunnel(BEIJING, "1-2")["vpnTunnelId"]
    net.writer(BEIJING).patch("bgw", f"/vpnTunnels/{unequal}", psk="by_hand")
    aws = net.aws(BEIJING)
    far = net.aws_connections(BEIJING)["2"]["VpnConnectionId"]
    aws.delete_vpn_connection_route(VpnConnectionId=far, DestinationCidrBlock="10.20.1.0/24")
    table = next(x for x in aws.describe_route_tables()["RouteTables"] if x.get("PropagatingVgws"))
    aws.disable_vgw_route_propagation(
        RouteTableId=table["RouteTableId"], GatewayId=table["PropagatingVgws"][0]["GatewayId"]
    )
    gateways = {number: c["CustomerGatewayId"] for number, c in net.aws_connections(VIRGINIA).items()}
    moved = net.aws_connections(VIRGINIA)["2"]["VpnConnectionId"]
    net.aws(VIRGINIA).modify_vpn_connection(VpnConnectionId=moved, CustomerGatewayId=gateways["1"])
    down = {VIRGINIA: {"1-1", "2-3", "2-4"}, IRELAND: {"2-3"}, BEIJING: {"1-2"}}
    here, there = net.pair(IRELAND, "1-2")
    net.lab.admin("dataplane", "POST", "/faults", {"kind": "kill", "end": f"{there}/{here}"})
    net.wait_up({**down, IRELAND: {"1-2", "2-3"}})
    # AWS has put a new one in its place, with the same address.
    net.lab.admin("dataplane", "DELETE", "/faults")
    net.wait_up(down)
    left = {link: set(SLOTS) - slots for link, slots in down.items()}
    eventually(lambda: net.told_up() == left, "JD Cloud knows what is down")
    with Watch(net) as watch:
        player.run("intercloud.vpn.site", *QUICK).ok()
        net.wait_up()
    net.wait_up()
    assert watch.interrupted() == {link: set() for link in LINKS}
    assert (watch.lost[VIRGINIA], watch.lost[IRELAND]) == (0, 0)
    assert watch.lost[BEIJING], "nothing came back while AWS's table did not learn the way"
    player.run("intercloud.vpn.verify").ok()
    settled(player)


def test_an_aws_connection_made_anew_takes_the_link_down_with_consent_only(player: Player, net: RealTunnels) -> None:
    """JD Cloud changes the customer gateway's addresses only while no tunnel exists."""
    aws = net.aws(BEIJING)
    lost = net.aws_connections(BEIJING)["1"]["VpnConnectionId"]
    aws.delete_vpn_connection(VpnConnectionId=lost)
    net.wait_up({BEIJING: {"1-1", "1-2"}})
    eventually(lambda: net.told_up()[BEIJING] == {"2-3", "2-4"}, "JD Cloud knows what is down")
    eventually(lambda: "1" not in net.aws_connections(BEIJING), "AWS has forgotten it")
    limit = ("--limit", BEIJING)
    writes = len(player.writes())
    refused = player.run("intercloud.vpn.site", *QUICK, *limit)
    assert refused.failed == [BEIJING]
    assert len(player.writes()) == writes
    assert announced(refused) == {"2-3", "2-4"}
    assert "the link will be down meanwhile" in refused.text
    with Watch(net) as watch:
        player.run("intercloud.vpn.site", *QUICK, *limit, *CONSENT).ok()
    assert watch.interrupted() == {VIRGINIA: set(), IRELAND: set(), BEIJING: {"2-3", "2-4"}}
    assert (watch.lost[VIRGINIA], watch.lost[IRELAND]) == (0, 0)
    healed = RealTunnels(player)
    healed.wait_up()
    settled(player)


def test_from_bgp_to_static_routes_and_back(player: Player, net: RealTunnels) -> None:
    limit = ("--limit", IRELAND)
    static = (*limit, "-e", "vpn_link_routing=static")
    refused = player.run("intercloud.vpn.site", *QUICK, *static)
    assert announced(refused) == set(SLOTS)
    for args in (static, limit):
        player.run("intercloud.vpn.site", *QUICK, *args, *CONSENT).ok()
        RealTunnels(player).wait_up()
        settled(player, *args)
        if args is static:
            assert "5 of 5 answered" in player.run("intercloud.vpn.verify", *args).ok().text


def test_another_master_secret_with_both_secrets_given(player: Player, net: RealTunnels, lab: Lab) -> None:
    old = lab.env["VPN_PSK_MASTER_SECRET"]
    new = {"VPN_PSK_MASTER_SECRET": old[::-1] + "x", "VPN_PSK_PREVIOUS_MASTER_SECRET": old}
    before = keys(lab)
    limit = ("--limit", VIRGINIA)
    with Watch(RealTunnels(player)) as watch:
        player.run("intercloud.vpn.rotate_psk", *limit, **new).ok()
    assert watch.interrupted()[VIRGINIA] == set(SLOTS)
    assert watch.most_down_at_once() == 1
    assert len([key for key, value in keys(lab).items() if before[key] != value]) == 4
    only_new = {"VPN_PSK_MASTER_SECRET": new["VPN_PSK_MASTER_SECRET"]}
    assert player.run("intercloud.vpn.site", *QUICK, *limit, **only_new).ok().changed == {}
    refused = player.run("intercloud.vpn.site", *QUICK, *limit)
    assert "was made with another master secret" in refused.text
