# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting with a deadline, in steps that grow."""

from __future__ import annotations

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import waiters
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.errors import ApiFailure

from tests.unit.aws.samples import VPN, connection


def listed(stub, *records, ids=(VPN,)):
    stub.add_response(
        "describe_vpn_connections",
        {"VpnConnections": list(records)},
        {"Filters": [{"Name": "vpn-connection-id", "Values": list(ids)}]},
    )


def test_steps_are_short_at_first_and_grow(clock):
    answers = iter([False] * 250 + [True])
    waiters.poll(lambda: next(answers), bool, 900, str)
    assert max(clock.sleeps[:4]) < 0.5
    assert all(step <= waiters.MAX_STEP * 1.25 for step in clock.sleeps)
    assert clock.sleeps[-1] > 10 * clock.sleeps[0]
    assert len(set(clock.sleeps)) == len(clock.sleeps)


def test_the_deadline_is_kept_and_says_what_was_seen(clock):
    with pytest.raises(ApiFailure, match=r"it is red after 100 s. Remedy: .*wait_timeout"):
        waiters.poll(lambda: "red", lambda colour: colour == "green", 100, lambda colour: f"it is {colour}")
    assert clock.time == pytest.approx(100)


def test_a_new_connection_may_not_be_listed_yet(ec2, stub):
    listed(stub)
    listed(stub, connection(state="pending"))
    listed(stub, connection())
    assert waiters.wait_for_connection(ec2, VPN, 60)["state"] == "available"


def test_many_are_waited_for_with_one_call_each_time(ec2, stub):
    ids = ["vpn-b", "vpn-a"]
    ready, pending = connection(VpnConnectionId="vpn-a"), connection(VpnConnectionId="vpn-b", state="pending")
    listed(stub, ready, pending, ids=ids)
    listed(stub, ready, {**pending, "State": "available"}, ids=ids)
    assert [c["vpn_connection_id"] for c in waiters.wait_for_connections(ec2, ids, 60)] == ids


def test_each_group_is_told_as_soon_as_it_is_there_and_one_that_is_lost_holds_up_no_other(ec2, stub):
    groups = [["vpn-a", "vpn-b"], ["vpn-c"], ["vpn-d"]]
    a, b, c, d = (connection(VpnConnectionId=f"vpn-{x}", state="pending") for x in "abcd")
    there = {"State": "available"}
    listed(stub, {**a, **there}, b, c, {**d, **there}, ids=["vpn-a", "vpn-b", "vpn-c", "vpn-d"])
    listed(stub, {**a, **there}, {**b, **there}, {**c, "State": "deleted"}, ids=["vpn-a", "vpn-b", "vpn-c"])
    told = list(waiters.settle_each(ec2, groups, 60))
    assert [number for number, _found in told] == [2, 0, 1]
    assert [x["vpn_connection_id"] for x in told[1][1]] == ["vpn-a", "vpn-b"]
    assert "vpn-c is deleted at EC2 in eu-central-1" in str(told[2][1])


def test_the_groups_that_time_out_are_told_each_by_itself(ec2, monkeypatch):
    pending = [connection(VpnConnectionId=f"vpn-{x}", state="pending") for x in "ab"]
    monkeypatch.setattr(ec2, "read", lambda *_args, **_kwargs: pending)
    told = dict(waiters.settle_each(ec2, [["vpn-a"], ["vpn-b", "vpn-x"]], 5))
    assert "VPN connection vpn-a is pending, not yet available, at EC2" in str(told[0])
    assert "vpn-b is pending, vpn-x is not listed, not yet available" in str(told[1])


@pytest.mark.parametrize("state", ["modifying", "pending"])
def test_unsettled_connections_time_out_with_their_state(ec2, monkeypatch, state):
    monkeypatch.setattr(ec2, "read", lambda *_args, **_kwargs: [connection(state=state)])
    with pytest.raises(ApiFailure, match=f"VPN connection {VPN} is {state}, not yet available, at EC2 in eu-central-1"):
        waiters.wait_for_connection(ec2, VPN, 5)


def test_a_static_route_in_the_making_is_waited_for(ec2, stub):
    listed(stub, connection(Routes=[{"DestinationCidrBlock": "10.0.0.0/8", "State": "pending"}]))
    listed(stub, connection(Routes=[{"DestinationCidrBlock": "10.0.0.0/8", "State": "available"}]))
    assert waiters.settled(waiters.wait_for_connection(ec2, VPN, 60))


def test_a_connection_that_is_deleted_meanwhile_fails_at_once(ec2, stub):
    listed(stub, connection(state="deleted"))
    with pytest.raises(ApiFailure, match=f"{VPN} is deleted .*although it was waited for"):
        waiters.wait_for_connection(ec2, VPN, 60)


def test_deletion_ends_with_deleted_or_nothing(ec2, stub):
    listed(stub, connection(state="deleting"))
    listed(stub, connection(state="deleted"))
    waiters.wait_until_deleted(ec2, VPN, 60)
    listed(stub)
    waiters.wait_until_deleted(ec2, VPN, 60)
