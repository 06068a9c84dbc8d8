# SPDX-License-Identifier: GPL-3.0-or-later
"""aws_route_propagation: exactly which calls are made, and whose propagations are touched."""

from __future__ import annotations

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import route_propagation
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Failure
from ansible_collections.intercloud.vpn.plugins.modules import aws_route_propagation as module

from tests.unit.aws.samples import VGW, params, tags

MARK = {"intercloud.vpn/propagation": "site-a"}
MARKED = [{"Key": "intercloud.vpn/propagation", "Value": "site-a"}]


def table(table_id, *gateways, marks=()):
    return {"RouteTableId": table_id, "PropagatingVgws": [{"GatewayId": g} for g in gateways], "Tags": list(marks)}


def described(stub, *tables, ids):
    expected = {"Filters": [{"Name": "route-table-id", "Values": ids}]}
    stub.add_response("describe_route_tables", {"RouteTables": list(tables)}, expected)


def run(ec2, ids, check_mode=False, **options):
    given = params(module, route_table_ids=ids, vpn_gateway_id=options.pop("gateway", VGW), **options)
    return route_propagation.run(given, Context(check_mode=check_mode), ec2)


def test_enables_where_missing_and_marks_first(ec2, stub):
    described(stub, table("rtb-1"), table("rtb-2", VGW), ids=["rtb-1", "rtb-2"])
    stub.add_response("create_tags", {}, {"Resources": ["rtb-1"], "Tags": MARKED})
    stub.add_response("enable_vgw_route_propagation", {}, {"RouteTableId": "rtb-1", "GatewayId": VGW})
    result = run(ec2, ["rtb-1", "rtb-2"], mark=MARK)
    assert result["changed"]
    assert [t["propagating_gateway_ids"] for t in result["route_tables"]] == [[VGW], [VGW]]
    assert [t["tags"] for t in result["route_tables"]] == [MARK, {}]
    assert result["diff"]["before"]["rtb-1"] == {"propagating_gateway_ids": [], "tags": {}}
    assert result["diff"]["after"]["rtb-1"] == {"propagating_gateway_ids": [VGW], "tags": MARK}


def test_check_mode_only_tells(ec2, stub):
    described(stub, table("rtb-1"), ids=["rtb-1"])
    result = run(ec2, ["rtb-1"], check_mode=True, mark=MARK)
    assert result["changed"] and result["route_tables"][0]["propagating_gateway_ids"] == [VGW]


@pytest.mark.parametrize("check_mode", [False, True])
def test_converged_changes_nothing(ec2, stub, check_mode):
    described(stub, table("rtb-1", VGW), ids=["rtb-1"])
    result = run(ec2, ["rtb-1"], check_mode=check_mode, mark=MARK)
    assert not result["changed"] and "diff" not in result


def test_a_run_killed_after_marking_goes_on(ec2, stub):
    described(stub, table("rtb-1", marks=MARKED), ids=["rtb-1"])
    stub.add_response("enable_vgw_route_propagation", {}, {"RouteTableId": "rtb-1", "GatewayId": VGW})
    assert run(ec2, ["rtb-1"], mark=MARK)["changed"]


def test_disables_and_removes_the_mark(ec2, stub):
    described(stub, table("rtb-1", VGW, "vgw-other", marks=[*MARKED, *tags(Name="x")]), ids=["rtb-1"])
    stub.add_response("disable_vgw_route_propagation", {}, {"RouteTableId": "rtb-1", "GatewayId": VGW})
    stub.add_response("delete_tags", {}, {"Resources": ["rtb-1"], "Tags": [{"Key": "intercloud.vpn/propagation"}]})
    result = run(ec2, ["rtb-1"], state="absent", mark=MARK, only_marked=True)
    assert result["route_tables"][0]["propagating_gateway_ids"] == ["vgw-other"]
    assert result["route_tables"][0]["tags"] == {"Name": "x"}


def test_only_marked_leaves_the_others_and_names_them(ec2, stub):
    others = [{"Key": "intercloud.vpn/propagation", "Value": "site-b"}]
    described(
        stub, table("rtb-1", VGW), table("rtb-2", VGW, marks=others), table("rtb-3"), ids=["rtb-1", "rtb-2", "rtb-3"]
    )
    result = run(ec2, ["rtb-1", "rtb-2", "rtb-3"], state="absent", mark=MARK, only_marked=True)
    assert not result["changed"] and result["skipped_unmarked"] == ["rtb-1", "rtb-2"]


def test_without_only_marked_any_is_disabled(ec2, stub):
    described(stub, table("rtb-1", VGW), ids=["rtb-1"])
    stub.add_response("disable_vgw_route_propagation", {}, {"RouteTableId": "rtb-1", "GatewayId": VGW})
    assert run(ec2, ["rtb-1"], state="absent")["changed"]


def test_a_mark_left_behind_is_removed(ec2, stub):
    described(stub, table("rtb-1", marks=MARKED), ids=["rtb-1"])
    stub.add_response("delete_tags", {}, {"Resources": ["rtb-1"], "Tags": [{"Key": "intercloud.vpn/propagation"}]})
    assert run(ec2, ["rtb-1"], state="absent", mark=MARK, only_marked=True)["changed"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_absent_when_already_so_or_no_such_table(ec2, stub, check_mode):
    described(stub, table("rtb-1"), ids=["rtb-1", "rtb-gone"])
    assert not run(ec2, ["rtb-1", "rtb-gone"], check_mode=check_mode, state="absent")["changed"]


def test_an_unknown_table_is_refused_before_any_write(ec2, stub):
    described(stub, table("rtb-1"), ids=["rtb-1", "rtb-gone"])
    with pytest.raises(Failure, match=r"Route table rtb-gone does not exist .*Nothing was changed"):
        run(ec2, ["rtb-1", "rtb-gone"])


def test_a_gateway_that_is_not_attached_is_explained(ec2, stub):
    described(stub, table("rtb-1"), ids=["rtb-1"])
    stub.add_client_error("enable_vgw_route_propagation", "Gateway.NotAttached", "not attached", 400)
    with pytest.raises(Failure, match="Attach the virtual private gateway to the VPC"):
        run(ec2, ["rtb-1"])


def test_unknown_gateway_only_in_check_mode(ec2):
    assert run(ec2, ["rtb-1"], gateway="", check_mode=True)["changed"]
    with pytest.raises(Failure, match="vpn_gateway_id is empty"):
        run(ec2, ["rtb-1"], gateway="")


def test_no_tables_is_no_work(ec2):
    assert run(ec2, []) == {"changed": False, "route_tables": [], "skipped_unmarked": []}
