# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks that are in use and quotas, planned and existing together, are refused before the first write."""

from __future__ import annotations

import pytest

from .world import SLOTS, Case, Clouds, Record, aws_site, jdcloud_site


def bare() -> Clouds:
    return Clouds(Case().sites)


# Inside blocks.


def test_a_block_that_is_in_use_on_either_gateway() -> None:
    clouds = bare()
    clouds.data["jd"]["vpn_connections"].append({"vpn_connection_id": "vpnconn-x", "bgw_id": "bgw-jd"})
    clouds.data["jd"]["vpn_tunnels"].append(
        {"vpn_connection_id": "vpnconn-x", "tunnel_ip": "169.254.9.0/30", "psk_digest": None}
    )
    clouds.data["aws"]["vpn_connections"].append(
        {"vpn_connection_id": "vpn-x", "vpn_gateway_id": "vgw-aws", "state": "available", "tags": {},
         "tunnels": [{"tunnel_inside_cidr": "169.254.9.4/30", "psk_digest": None}]}
    )  # fmt: skip
    for block in ("169.254.9.0/30", "169.254.9.4/30"):
        text = f"{block} is in use on one of the link's gateways. Remedy: choose another block."
        case = Case.of(tunnels={"2-4": {"inside_cidr": block}})
        case.refused("link a: tunnels.2-4.inside_cidr", text, gathered=clouds.gathered())


def test_a_block_that_two_new_links_of_one_gateway_ask_for() -> None:
    sites = {**Case().sites, "far": aws_site(2), "jd2": jdcloud_site(2), "far2": aws_site(3)}
    asked = {"1-1": {"inside_cidr": "169.254.9.0/30"}}
    links = [{"name": "a", "ends": ["jd", "aws"], "tunnels": asked}, {"name": "b", "ends": ["far", "jd"], "tunnels": asked},
             {"name": "c", "ends": ["jd2", "far2"], "tunnels": asked}]  # fmt: skip
    text = "169.254.9.0/30 is asked for by link a too, on the same gateway. Remedy: choose another block."
    Case(sites, links).refused("link b: tunnels.1-1.inside_cidr", text, gathered=Clouds(sites).gathered())
    apart = Case(sites, [links[0], links[2]])
    assert {plan["converged"] for plan in apart.plans(Clouds(sites).gathered()).values()} == {False}


def test_a_block_that_another_slot_of_the_link_has_already() -> None:
    clouds = bare().join(Case())
    blocks = {x["slot"]: x["inside_cidr"] for x in Case().plan(clouds.gathered())["summary"]["tunnels"]}
    case = Case.of(tunnels={"1-1": {"inside_cidr": blocks["2-3"]}})
    text = f"{blocks['2-3']} is the block of slot 2-3 already. Remedy: choose another block."
    case.refused("link a: tunnels.1-1.inside_cidr", text, gathered=clouds.gathered())
    all_asked = {slot: {"inside_cidr": block} for slot, block in blocks.items()}
    assert Case.of(tunnels=all_asked).plan(clouds.gathered())["converged"]
    assert set(blocks) == set(SLOTS)


# Quotas.


LIMITS = [
    ("jd", {"customer_gateway": {"max_limit": 10, "count": 10}}, "needs 1 more JD Cloud customer_gateway; 10 exist, the limit is 10"),
    ("jd", {"vpn_connection": {"max_limit": 3, "count": 3}}, "needs 1 more JD Cloud vpn_connection; 3 exist, the limit is 3"),
    ("jd", {"bgw_route": {"max_limit": 50, "count": 49}}, "needs 2 more JD Cloud bgw_route; 49 exist, the limit is 50"),
]  # fmt: skip
REMEDY = "Remedy: have the quota raised, remove what is not used, or use another gateway or region."


@pytest.mark.parametrize(("site", "quotas", "text"), LIMITS)
def test_a_quota_of_jd_cloud(site: str, quotas: Record, text: str) -> None:
    case = Case.of(routing="static", ranges={"aws": ["172.16.0.0/24", "172.16.1.0/24"]})
    clouds = bare()
    clouds.data[site]["quotas"] = quotas
    case.refused(f"site {site}", f"{text}. {REMEDY}", gathered=clouds.gathered())
    clouds.data[site]["quotas"] = {
        kind: {**quota, "max_limit": quota["max_limit"] + 1} for kind, quota in quotas.items()
    }
    assert not case.plan(clouds.gathered())["converged"]


def crowd(clouds: Clouds, connections: int, gateway: str, customer_gateways: int = 0) -> None:
    clouds.data["aws"]["vpn_connections"] += [
        {"vpn_connection_id": f"vpn-{n}", "vpn_gateway_id": gateway, "state": "available", "tags": {}, "tunnels": []}
        for n in range(connections)
    ]
    clouds.data["aws"]["customer_gateways"] += [
        {"customer_gateway_id": f"cgw-{n}", "ip_address": f"52.0.0.{n}", "state": "available", "tags": {}}
        for n in range(customer_gateways)
    ]


@pytest.mark.parametrize(
    ("have", "text"),
    [
        ((9, "vgw-aws", 0), "needs 2 more AWS VPN connections on this gateway; 9 exist, the limit is 10"),
        ((49, "vgw-x", 0), "needs 2 more AWS VPN connections in this region; 49 exist, the limit is 50"),
        ((0, "vgw-x", 49), "needs 2 more AWS customer gateways in this region; 49 exist, the limit is 50"),
    ],
)
def test_a_quota_of_aws(have: tuple[int, str, int], text: str) -> None:
    clouds = bare()
    crowd(clouds, have[0], have[1], have[2])
    Case().refused("site aws", f"{text}. {REMEDY}", gathered=clouds.gathered())
    fits = bare()
    crowd(fits, max(have[0] - 1, 0), have[1], max(have[2] - 1, 0))
    assert not Case().plan(fits.gathered())["converged"]


def test_quotas_count_what_all_planned_links_need_together_and_nothing_that_exists() -> None:
    sites = {"jd": jdcloud_site(), **{f"far{n}": aws_site(n) for n in range(1, 4)}}
    links = [{"name": f"link-{n}", "ends": ["jd", f"far{n}"]} for n in range(1, 4)]
    case = Case(sites, links)
    clouds = Clouds(sites).join(Case(sites, links[:1]))
    clouds.data["jd"]["quotas"] = {"customer_gateway": {"max_limit": 2, "count": 1}}
    text = "needs 2 more JD Cloud customer_gateway; 1 exist, the limit is 2"
    case.refused("site jd", text, gathered=clouds.gathered())
    assert Case(sites, links[:2]).plans(clouds.gathered())["link-1"]["converged"]


def test_every_fault_is_told_in_one_message() -> None:
    clouds = bare()
    clouds.data["jd"]["quotas"] = {"customer_gateway": {"max_limit": 0, "count": 0}}
    clouds.data["aws"]["vpcs"][0]["cidr_blocks"] = ["10.1.3.0/24", "172.16.0.0/16"]
    clouds.data["aws"]["vpn_connections"].append(
        {"vpn_connection_id": "vpn-x", "state": "available", "tags": {"Name": "a-1"}, "tunnels": []}
    )
    message = Case.of(adopt={"jdcloud_vpn_connection_id": "vpnconn-0"}).refusal(clouds.gathered())
    assert message.startswith("Refused, before anything was written. 4 faults:\n  1. ")
    for text in (
        "the limit is 0",
        "ranges overlap: jd has 10.1.0.0/16, aws has 10.1.3.0/24",
        "vpn-x is named a-1",
        "vpnconn-0 to adopt",
    ):
        assert text in message, message
