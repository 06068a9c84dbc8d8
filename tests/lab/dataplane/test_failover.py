# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes on while something breaks: pings find another tunnel, and nobody else notices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.launcher import Lab

from .hand_made import SLOTS, Link, eventually
from .pinger import Pinger, ping

# AWS's hold time is 30 s; the lab's protocol timers run at 0.3 of that. One second for the pings' own pace.
HOLD = 9.0
NOTICED = HOLD + 1.0


@pytest.fixture(scope="module")
def links(lab: Lab) -> tuple[Link, Link, Link]:
    """Two links with BGP and one with static routes, of one account and region on each cloud."""
    return Link(lab, 1).make(), Link(lab, 2).make(), Link(lab, 3, static=True).make()


@pytest.fixture(autouse=True)
def healthy(lab: Lab, links: tuple[Link, Link, Link]) -> Iterator[None]:
    for link in links:
        link.wait_up()
        eventually(lambda link=link: reach(link), f"link {link.number} carries pings both ways")
    yield
    lab.admin("dataplane", "DELETE", "/faults")


def reach(link: Link) -> bool:
    return ping(link.lab, link.ids["jd_host"], link.aws_host) and ping(link.lab, link.ids["aws_host"], link.jd_host)


def test_hosts_reach_each_other_with_full_packets_and_no_others(links: tuple[Link, Link, Link]) -> None:
    for link in links:
        full = ("-M", "do", "-s", "1372")  # 1400 with the headers of IP and ICMP
        assert ping(link.lab, link.ids["jd_host"], link.aws_host, *full)
        assert ping(link.lab, link.ids["aws_host"], link.jd_host, *full)
        assert not ping(link.lab, link.ids["jd_host"], link.aws_host, "-M", "do", "-s", "1373")
    one, two, _static = links
    assert not ping(one.lab, one.ids["jd_host"], two.aws_host)


def test_a_killed_endpoint(lab: Lab, links: tuple[Link, Link, Link]) -> None:
    link = links[0]
    with Pinger(lab, link.ids["jd_host"], link.aws_host) as pinger:
        lab.admin("dataplane", "POST", "/faults", {"kind": "kill", "end": link.ends("1-1")[1]})
        link.wait_up({"1-2", "2-3", "2-4"})
        eventually(lambda: reach(link), "the other tunnels carry everything")
    assert pinger.longest_gap <= NOTICED
    lab.admin("dataplane", "DELETE", "/faults")
    link.wait_up()


def test_a_dead_address_of_jd_cloud(lab: Lab, links: tuple[Link, Link, Link]) -> None:
    link, other, _static = links
    address = link.outside["2-3"][0]
    with (
        Pinger(lab, link.ids["jd_host"], link.aws_host) as pinger,
        Pinger(lab, other.ids["jd_host"], other.aws_host) as undisturbed,
    ):
        lab.admin("dataplane", "POST", "/faults", {"kind": "black_hole", "address": address})
        link.wait_up({"1-1", "1-2"})
        eventually(lambda: reach(link), "the tunnels of the other address carry everything")
    assert pinger.longest_gap <= NOTICED
    assert undisturbed.lost == 0
    eventually(lambda: ha_status(link) == "no_redundancy", "JD Cloud has noticed it too")
    lab.admin("dataplane", "DELETE", "/faults")
    link.wait_up()
    eventually(lambda: ha_status(link) == "redundancy", "JD Cloud calls it redundant again")


def ha_status(link: Link) -> str:
    return str(link.jd.get("bgw", f"/vpnConnections/{link.ids['connection']}")["vpnConnection"]["haStatus"])


def test_a_silent_black_hole_on_aws(lab: Lab, links: tuple[Link, Link, Link]) -> None:
    link = links[1]
    with Pinger(lab, link.ids["aws_host"], link.jd_host) as pinger:
        lab.admin("dataplane", "POST", "/faults", {"kind": "black_hole", "address": link.outside["1-2"][1]})
        link.wait_up(set(SLOTS) - {"1-2"})
        eventually(lambda: reach(link), "the other tunnels carry everything")
    assert pinger.longest_gap <= NOTICED


def test_routes_of_a_static_link_follow_its_tunnels(lab: Lab, links: tuple[Link, Link, Link]) -> None:
    link = links[2]
    for slot in SLOTS[:2]:
        lab.admin("dataplane", "POST", "/faults", {"kind": "kill", "end": link.ends(slot)[0]})
    link.wait_up(set(SLOTS[2:]))
    eventually(lambda: reach(link), "the other connection carries everything")
    assert propagated(link) == [link.jd_range]
    for slot in SLOTS[2:]:
        lab.admin("dataplane", "POST", "/faults", {"kind": "kill", "end": link.ends(slot)[0]})
    link.wait_up(set())
    eventually(lambda: not propagated(link), "AWS's table loses the route with the last tunnel")
    assert not ping(lab, link.ids["jd_host"], link.aws_host)
    lab.admin("dataplane", "DELETE", "/faults")
    link.wait_up()
    eventually(lambda: propagated(link) == [link.jd_range], "AWS's table has the route again")


def propagated(link: Link) -> list[str]:
    tables = link.aws.describe_route_tables(RouteTableIds=[link.ids["aws_table"]])["RouteTables"]
    routes = tables[0]["Routes"]
    return [x["DestinationCidrBlock"] for x in routes if x.get("Origin") == "EnableVgwRoutePropagation"]


def test_admin_down_stops_that_tunnel_only_and_loses_nothing(lab: Lab, links: tuple[Link, Link, Link]) -> None:
    link = links[0]
    seen = len(lab.admin("dataplane", "GET", "/events?since=0"))
    for slot in ("1-1", "2-4"):
        with Pinger(lab, link.ids["jd_host"], link.aws_host) as pinger:
            link.admin_status(slot, "DOWN")
            link.wait_up(set(SLOTS) - {slot})
            link.admin_status(slot, "UP")
            link.wait_up()
        # The neighbour was told before the tunnel went, so nothing was sent into it.
        assert pinger.lost == 0
    downs = [e["end"] for e in lab.admin("dataplane", "GET", f"/events?since={seen}") if e.get("up") is False]
    assert set(downs) == {end for slot in ("1-1", "2-4") for end in link.ends(slot)}


def test_one_end_gets_another_key_and_gets_it_back(lab: Lab, links: tuple[Link, Link, Link]) -> None:
    link = links[0]
    seen = len(lab.admin("dataplane", "GET", "/events?since=0"))
    path = f"/vpnTunnels/{link.ids['tunnels']['2-3']}"
    link.jd.patch("bgw", path, psk="another_key")
    link.wait_up(set(SLOTS) - {"2-3"})
    link.jd.patch("bgw", path, psk=link.psk["2-3"])
    link.wait_up()
    downs = [e["end"] for e in lab.admin("dataplane", "GET", f"/events?since={seen}") if e.get("up") is False]
    assert set(downs) == set(link.ends("2-3"))


def test_a_link_that_is_taken_down_disturbs_no_other(lab: Lab, links: tuple[Link, Link, Link]) -> None:
    one, two, static = links
    extra = Link(lab, 4).make()
    extra.wait_up()
    with (
        Pinger(lab, one.ids["jd_host"], one.aws_host) as first,
        Pinger(lab, two.ids["aws_host"], two.jd_host) as second,
        Pinger(lab, static.ids["jd_host"], static.aws_host) as third,
    ):
        extra.remove()
        gone = {end for slot in SLOTS for end in extra.ends(slot)}
        eventually(lambda: not gone & {end["end"] for end in extra.state()["ends"]}, "its tunnels are gone")
    assert (first.lost, second.lost, third.lost) == (0, 0, 0)
