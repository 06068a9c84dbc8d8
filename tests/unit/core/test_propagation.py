# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a range is that a route table learns: what was there before the link stays when the link goes."""

from __future__ import annotations

from typing import Any

import pytest

from . import world as w

FAR = "10.101.0.0/16"
OWN = {"jd": w.jdcloud_site(1), "aws": w.aws_site(1)}
ADOPTED = {**OWN, "jd": w.jdcloud_site(1, border_gateway={"id": "bgw-jd"})}
LINK = {"name": "a", "ends": ["jd", "aws"]}


def clouds(sites: Any, *learned: str) -> Any:
    here = w.with_sites(sites)
    if learned:
        found = [{"bgw_id": "bgw-jd", "propagation_cidrs": ",".join(learned)}]
        here["jd"]["route_tables"][0]["route_propagations"] = found
    return here


def joined(sites: Any, here: Any, link: Any) -> Any:
    """The clouds after the link was joined."""
    plans, faults = w.plan(sites, [link], here)
    assert faults == []
    return w.carry_out(sites, [link], here, plans)


def removed(sites: Any, here: Any, link: Any) -> Any:
    plans, faults = w.plan(sites, [{**link, "state": "absent"}], here)
    assert faults == []
    return plans[link["name"]]["removals"]["propagations"]


@pytest.mark.parametrize("sites", [OWN, ADOPTED], ids=["own", "adopted"])
def test_a_range_that_was_added_goes_with_the_link(sites: Any) -> None:
    here = joined(sites, clouds(sites, "192.168.7.0/24"), LINK)
    assert removed(sites, here, LINK) == [{"route_table_id": "rtb-jd", "cidrs": [FAR]}]


@pytest.mark.parametrize("sites", [OWN, ADOPTED], ids=["own", "adopted"])
def test_a_range_that_was_there_stays(sites: Any) -> None:
    here = joined(sites, clouds(sites, FAR), LINK)
    assert removed(sites, here, LINK) == []


def test_a_range_stays_while_another_link_leads_to_the_same_gateway() -> None:
    here = joined(OWN, clouds(OWN), LINK)
    other = {"bgw_id": "bgw-jd", "description": "intercloud.vpn link=b aws=vgw-aws", "vpn_connection_id": "vpnconn-b"}
    here["jd"]["vpn_connections"].append(other)
    assert removed(OWN, here, LINK) == []
    other["bgw_id"] = "bgw-elsewhere"
    assert removed(OWN, here, LINK) == [{"route_table_id": "rtb-jd", "cidrs": [FAR]}]


def test_without_a_mark_only_our_own_border_gateway_is_cleared() -> None:
    """A removal that was cut short, or done twice."""
    assert removed(ADOPTED, clouds(ADOPTED, FAR), LINK) == []
    assert removed(OWN, clouds(OWN, FAR), LINK) == [{"route_table_id": "rtb-jd", "cidrs": [FAR]}]
