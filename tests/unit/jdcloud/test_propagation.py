# SPDX-License-Identifier: GPL-3.0-or-later
"""Ranges are added to a propagation and taken out of it, beside other writers."""

from __future__ import annotations

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure
from ansible_collections.intercloud.vpn.plugins.modules import jdcloud_route_propagation as module

A, B, C = "172.31.0.0/16", "10.200.0.0/16", "10.201.0.0/16"
TABLE = "/routeTables/rtb-1"


@pytest.fixture
def table(script):
    """The route table is read, with these propagations."""

    def table(*propagations) -> None:
        found = [{"bgwId": "bgw-1", "propagationCidrType": "CIDR", "priority": 150, **item} for item in propagations]
        answer = {"routeTable": {"routeTableId": "rtb-1", "routePropagations": found}}
        script.call("GET", TABLE, result=answer, service="vpc")

    return table


@pytest.fixture
def ensure(run):
    def ensure(*cidrs, **options):
        return run(module, route_table_id="rtb-1", bgw_id="bgw-1", propagation_cidrs=list(cidrs), **options)

    return ensure


def entry(*cidrs, ident="p-1", **more):
    return {"propagationId": ident, "propagationCidrs": ",".join(cidrs), **more}


def modify(script, *cidrs, ident="p-1", **more) -> None:
    body = {"routePropagationId": ident, **({"propagationCidrs": ",".join(cidrs)} if cidrs else {}), **more}
    script.call("POST", f"{TABLE}:modifyRoutePropagation", body, service="vpc")


def test_the_first_range_makes_a_propagation(table, ensure, script) -> None:
    table(entry(A, ident="p-other", bgwId="bgw-2"))
    body = {"propagationCidrs": A, "bgwId": "bgw-1", "priority": 120}
    script.call("POST", f"{TABLE}:addRoutePropagation", body, {"routePropagationId": "p-1"}, service="vpc")
    table(entry(A, priority=120))
    result = ensure(A, priority=120, diff=True)
    assert result["changed"] is True
    assert result["route_propagation"]["route_propagation_ids"] == ["p-1"]
    assert result["diff"]["before"]["propagation_cidrs"] == []


def test_a_range_is_added_to_those_of_others(table, ensure, script) -> None:
    table(entry(B))
    modify(script, B, A)
    table(entry(B, A))
    assert ensure(A)["route_propagation"]["propagation_cidrs"] == [B, A]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("have", [A, "0.0.0.0/0", "172.16.0.0/12"])
def test_a_range_that_is_covered_is_there(table, ensure, have, check) -> None:
    table(entry(have))
    assert ensure(A, check=check)["changed"] is False


def test_check(table, ensure) -> None:
    table(entry(B))
    result = ensure(A, check=True)
    assert (result["changed"], result["route_propagation"]["propagation_cidrs"]) == (True, [B, A])


def test_a_narrower_range_covers_nothing(table, ensure, script) -> None:
    table(entry("172.31.1.0/24"))
    modify(script, "172.31.1.0/24", A)
    table(entry("172.31.1.0/24", A))
    assert ensure(A)["changed"] is True


def test_another_writer_has_overwritten_it(table, ensure, script) -> None:
    table(entry(B))
    modify(script, B, A)
    table(entry(B, C))
    table(entry(B, C))
    modify(script, B, C, A)
    table(entry(B, C, A))
    assert ensure(A)["route_propagation"]["propagation_cidrs"] == [B, C, A]


def test_another_writer_has_made_it_meanwhile(table, ensure, script) -> None:
    table()
    body = {"propagationCidrs": A, "bgwId": "bgw-1"}
    path = f"{TABLE}:addRoutePropagation"
    script.refuse("POST", path, 409, "ALREADY_EXISTS", "one a gateway", body, service="vpc")
    table(entry(B))
    table(entry(B))
    modify(script, B, A)
    table(entry(B, A))
    assert ensure(A)["changed"] is True


def test_another_writer_that_never_stops(table, ensure, script) -> None:
    table(entry(B))
    for _round in range(3):
        modify(script, B, A)
        table(entry(B))
        if _round < 2:
            table(entry(B))
    with pytest.raises(Failure, match="others keep changing the propagation from bgw-1"):
        ensure(A, wait_timeout=5)


def test_the_priority_alone_is_changed(table, ensure, script) -> None:
    table(entry(A))
    modify(script, priority=120)
    table(entry(A, priority=120))
    assert ensure(A, priority=120)["changed"] is True


@pytest.mark.parametrize("old", [B, "0.0.0.0/0"])
def test_a_range_takes_the_place_of_another_in_one_write(table, ensure, script, old) -> None:
    table(entry(old))
    modify(script, A)
    table(entry(A))
    assert ensure(A, replaces=[old, C])["route_propagation"]["propagation_cidrs"] == [A]


def test_a_range_can_not_replace_itself(ensure) -> None:
    with pytest.raises(Failure, match=f"replaces: {A} stands in propagation_cidrs too"):
        ensure(A, replaces=[A])


def test_absent_takes_out_exactly_these(table, ensure, script) -> None:
    table(entry(A, B, "0.0.0.0/0"))
    modify(script, B, "0.0.0.0/0")
    table(entry(B, "0.0.0.0/0"))
    assert ensure(A, C, state="absent")["route_propagation"]["propagation_cidrs"] == [B, "0.0.0.0/0"]


def test_absent_removes_a_propagation_without_ranges(table, ensure, script) -> None:
    table(entry(A))
    script.call("POST", f"{TABLE}:removeRoutePropagation", {"routePropagationId": "p-1"}, service="vpc")
    table()
    assert ensure(A, state="absent")["route_propagation"]["route_propagation_ids"] == []


@pytest.mark.parametrize("check", [True, False])
def test_absent_again(table, ensure, check) -> None:
    table(entry("0.0.0.0/0"))
    assert ensure(A, state="absent", check=check)["changed"] is False


def test_prefix_lists_are_compared_as_they_are(table, ensure, script) -> None:
    table(entry("0.0.0.0/0"), entry("pl-1", ident="p-2", propagationCidrType="PREFIXLIST"))
    modify(script, "pl-1", "pl-2", ident="p-2")
    table(entry("pl-1", "pl-2", ident="p-2", propagationCidrType="PREFIXLIST"))
    result = ensure("pl-2", propagation_cidr_type="PREFIXLIST")
    assert result["route_propagation"]["propagation_cidrs"] == ["pl-1", "pl-2"]


def test_a_lost_add_is_looked_up(table, ensure, script) -> None:
    table()
    body = {"propagationCidrs": A, "bgwId": "bgw-1"}
    script.answer("POST", f"{TABLE}:addRoutePropagation", body, "", 502, service="vpc")
    table(entry(A))
    table(entry(A))
    assert ensure(A)["changed"] is True


def test_a_table_that_does_not_exist(script, ensure) -> None:
    script.refuse("GET", TABLE, 404, "NOT_FOUND", "no", service="vpc")
    with pytest.raises(Failure, match="Route table rtb-1 does not exist in cn-north-1"):
        ensure(A)


def test_what_is_no_range(ensure) -> None:
    with pytest.raises(Failure, match="'anything' is not an IPv4 CIDR"):
        ensure("anything")
