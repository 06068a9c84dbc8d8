# SPDX-License-Identifier: GPL-3.0-or-later
"""No typo re-keys production: another master secret, an older generation, a renamed link."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import psk

from .world import MASTER, OWN_KEYS, Case, Clouds

OTHER = "zN7rT2vQ9xK4mW8bY1cF6hJ3sL5dG0pAeUiRoXtVyZk="


def joined(**link: Any) -> Clouds:
    case = Case.of(**link)
    return Clouds(case.sites).join(case)


def test_another_master_secret_re_keys_nothing() -> None:
    case = Case(master=OTHER)
    clouds = joined()
    message = case.refusal(clouds.gathered())
    remedy = "Remedy: give the master secret that made it (and vpn_link_uid, if the link was renamed)."
    for record in (clouds.data["jd"]["vpn_connections"][0], *clouds.data["aws"]["vpn_connections"]):
        assert (
            f"{record['vpn_connection_id']} was made with another master secret, or under another uid. {remedy}"
            in message
        )
    assert MASTER not in message
    assert Case(master=OTHER).refusal(clouds.gathered(masked=True)) == message


@pytest.mark.parametrize("cloud", ["jd", "aws"])
def test_the_mark_of_one_cloud_is_enough_to_refuse(cloud: str) -> None:
    clouds = joined()
    wrong = str(psk.Marker(1, psk.fingerprint(OTHER, "a")))
    if cloud == "jd":
        record = clouds.data["jd"]["vpn_connections"][0]
        record["description"] = record["description"].replace(f"g1-{psk.fingerprint(MASTER, 'a')}", wrong)
    else:
        record = clouds.data["aws"]["vpn_connections"][1]
        record["tags"]["intercloud.vpn/psk"] = wrong
    text = f"{record['vpn_connection_id']} was made with another master secret"
    Case().refused("link a", text, gathered=clouds.gathered())


def test_a_link_with_keys_of_its_own_does_not_ask_for_the_master_secret_that_made_it() -> None:
    clouds = joined(psks=OWN_KEYS)
    plan = Case(links=Case.of(psks=OWN_KEYS).links, master=OTHER).plan(clouds.gathered(masked=True))
    assert plan["interrupts"] == []


def test_a_lower_generation_than_the_clouds_have() -> None:
    message = Case.of(psk_generation=2).refusal(joined(psk_generation=3).gathered())
    text = "carries keys of generation 3, the inventory asks for 2. Remedy: set vpn_link_psk_generation: 3, or leave it out"
    assert message.count(text) == 3


def test_a_renamed_link() -> None:
    case = Case(links=[{"name": "b", "ends": ["jd", "aws"]}])
    text = ("its two gateways are joined already, by the link with uid 'a'. Remedy: if the link was renamed, set vpn_link_uid: a; "
            "else tear that link down first.")  # fmt: skip
    case.refused("link b", text, gathered=joined().gathered())
    renamed = Case(links=[{"name": "b", "uid": "a", "ends": ["jd", "aws"]}])
    assert renamed.plan(joined().gathered(), "b")["converged"]


def test_a_second_link_that_the_inventory_names_beside_the_first_is_no_renamed_one() -> None:
    """Two links of one pair of gateways are made at once; broken off between them, the second must still be made."""
    case = Case(links=[{"name": name, "ends": ["jd", "aws"]} for name in ("a", "b")])
    clouds = Clouds(case.sites)
    plans = case.plans(clouds.gathered())
    clouds.work(case, "a", plans["a"])
    again = case.plans(clouds.gathered())
    assert again["a"]["converged"]
    clouds.work(case, "b", again["b"])
    assert all(plan["converged"] for plan in case.plans(clouds.gathered()).values())
