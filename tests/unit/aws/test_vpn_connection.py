# SPDX-License-Identifier: GPL-3.0-or-later
"""aws_vpn_connection: exactly which calls are made, in which order, and what comes back."""

from __future__ import annotations

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import vpn_connection
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Failure
from ansible_collections.intercloud.vpn.plugins.modules import aws_vpn_connection as module
from botocore.exceptions import ConnectionClosedError
from botocore.stub import ANY

from tests.unit.aws.samples import (
    CGW,
    CIDR_A,
    CIDR_B,
    IP_A,
    IP_B,
    KEY_A,
    KEY_B,
    VGW,
    VPN,
    connection,
    params,
    tags,
    tunnel,
)

NEW_KEY = "A_new_key_0000000003"
MATCH = {"intercloud.vpn/link": "a"}
LINK = [{"Key": "intercloud.vpn/link", "Value": "a"}]
WANTED = {
    "match_tags": MATCH,
    "name": "a-1",
    "customer_gateway_id": CGW,
    "vpn_gateway_id": VGW,
    "tunnel_options": [
        {"tunnel_inside_cidr": CIDR_A, "pre_shared_key": KEY_A},
        {"tunnel_inside_cidr": CIDR_B, "pre_shared_key": KEY_B},
    ],
}
TAGS = [*LINK, *tags(Name="a-1")]
BY_ID = {"Filters": [{"Name": "vpn-connection-id", "Values": [VPN]}]}


def run(ec2, check_mode=False, **options):
    return vpn_connection.run(params(module, **options), Context(check_mode=check_mode), ec2)


def found(stub, *records):
    stub.add_response("describe_vpn_connections", {"VpnConnections": list(records)}, {"Filters": ANY})


def waited(stub, *records):
    for record in records:
        stub.add_response("describe_vpn_connections", {"VpnConnections": [record]}, BY_ID)


def current(*tunnels, **more):
    return connection(*tunnels, **{"Tags": TAGS, **more})


def test_makes_with_all_options_and_tags_then_waits(ec2, stub):
    found(stub)
    expected = {
        "Type": "ipsec.1",
        "CustomerGatewayId": CGW,
        "VpnGatewayId": VGW,
        "TagSpecifications": [{"ResourceType": "vpn-connection", "Tags": TAGS}],
        "Options": {
            "TunnelOptions": [
                {"TunnelInsideCidr": CIDR_A, "PreSharedKey": KEY_A},
                {"TunnelInsideCidr": CIDR_B, "PreSharedKey": KEY_B},
            ]
        },
    }
    stub.add_response("create_vpn_connection", {"VpnConnection": current(state="pending")}, expected)
    found(stub, current(state="pending"))
    waited(stub, current(state="pending"), current(state="pending"), current())
    result = run(ec2, **WANTED)
    assert result["changed"] and result["vpn_connection"]["state"] == "available"
    assert KEY_A not in str(result) and KEY_B not in str(result)


def test_does_not_wait_when_told(ec2, stub):
    found(stub)
    stub.add_response("create_vpn_connection", {"VpnConnection": current(state="pending")}, None)
    found(stub, current(state="pending"))
    assert run(ec2, **WANTED, wait=False)["vpn_connection"]["state"] == "pending"


@pytest.mark.parametrize("other_stays", [True, False])
def test_of_two_runs_that_make_the_same_the_one_that_sees_it_removes_its_own(ec2, stub, other_stays):
    twin = current(VpnConnectionId="vpn-2")
    found(stub)
    stub.add_response("create_vpn_connection", {"VpnConnection": current()}, None)
    found(stub, current(), twin)
    stub.add_response("delete_vpn_connection", {}, {"VpnConnectionId": VPN})
    waited(stub, current(state="deleted"))
    found(stub, *[twin][: int(other_stays)])
    if other_stays:
        assert run(ec2, **WANTED)["vpn_connection"]["vpn_connection_id"] == "vpn-2"
    else:
        with pytest.raises(Failure, match=r"Another run made the same VPN connection .* Remedy: run again"):
            run(ec2, **WANTED)


def test_check_mode_makes_nothing_and_shows_no_key(ec2, stub):
    found(stub)
    result = run(ec2, check_mode=True, **WANTED)
    assert result["changed"] and result["vpn_connection"]["vpn_connection_id"] is None
    assert result["vpn_connection"]["tunnels"] == [{"tunnel_inside_cidr": CIDR_A}, {"tunnel_inside_cidr": CIDR_B}]
    assert KEY_A not in str(result) and KEY_B not in str(result)


def test_check_mode_of_a_fresh_run_knows_no_ids(ec2, stub):
    found(stub)
    assert run(ec2, check_mode=True, **{**WANTED, "customer_gateway_id": "", "vpn_gateway_id": ""})["changed"]


def test_ids_that_are_not_known_yet_are_no_difference(ec2, stub):
    found(stub, current())
    unknown = {"customer_gateway_id": "", "tunnel_options": [{"tunnel_inside_cidr": CIDR_A, "outside_ip_address": ""}]}
    assert not run(ec2, check_mode=True, name="a-1", **unknown)["changed"]


def test_an_empty_key_is_refused(ec2):
    with pytest.raises(Failure, match="is not a key that AWS accepts"):
        run(ec2, name="a-1", tunnel_options=[{"pre_shared_key": ""}])


def test_gateways_are_needed_to_make_one(ec2, stub):
    found(stub)
    with pytest.raises(Failure, match="needs customer_gateway_id and one of"):
        run(ec2, name="a-1", customer_gateway_id=CGW)


@pytest.mark.parametrize("check_mode", [False, True])
def test_converged_changes_nothing_whatever_the_order(ec2, stub, check_mode):
    found(stub, current(VpnConnectionId="vpn-0", state="deleted"), current())
    result = run(ec2, check_mode=check_mode, **WANTED)
    assert not result["changed"] and result["changes"] == [] and "diff" not in result
    found(stub, current(tunnel(), tunnel(IP_B, CIDR_B, KEY_B)))
    assert not run(ec2, check_mode=check_mode, **WANTED)["changed"]


def test_a_pending_connection_is_waited_for(ec2, stub):
    found(stub, current(state="pending"))
    waited(stub, current(state="pending"), current())
    result = run(ec2, **WANTED)
    assert not result["changed"] and result["vpn_connection"]["state"] == "available"


def test_a_create_with_lost_answer_is_found_by_its_tags(ec2, stub, monkeypatch):
    calls = []

    def lost(**arguments):
        calls.append(arguments)
        raise ConnectionClosedError(endpoint_url="https://ec2")

    monkeypatch.setattr(ec2.client, "create_vpn_connection", lost)
    found(stub)
    found(stub, current(state="pending"))
    found(stub, current(state="pending"))
    waited(stub, current(state="pending"), current())
    assert run(ec2, **WANTED)["vpn_connection"]["vpn_connection_id"] == VPN
    assert len(calls) == 1


def test_found_by_name_or_by_gateways(ec2, stub):
    found(stub, current())
    assert not run(ec2, name="a-1")["changed"]
    found(stub, current(VpnConnectionId="vpn-2", VpnGatewayId="vgw-2"), current())
    assert not run(ec2, customer_gateway_id=CGW, vpn_gateway_id=VGW)["changed"]


def test_more_than_one_is_refused_with_ids(ec2, stub):
    found(stub, current(), current(VpnConnectionId="vpn-2"))
    with pytest.raises(Failure, match=r"More than one .*vpn-1, vpn-2\. Remedy: give vpn_connection_id"):
        run(ec2, **WANTED)


def test_adopting_what_does_not_exist_fails(ec2, stub):
    stub.add_client_error("describe_vpn_connections", "InvalidVpnConnectionID.NotFound", "no", 400)
    with pytest.raises(Failure, match="VPN connection vpn-1 does not exist at EC2"):
        run(ec2, vpn_connection_id=VPN)


OTHER_KEY = [{"tunnel_inside_cidr": CIDR_A, "pre_shared_key": NEW_KEY, "phase1_lifetime_seconds": 14400}]


@pytest.mark.parametrize("check_mode", [False, True])
def test_interruption_is_refused_with_the_list(ec2, stub, check_mode):
    found(stub, current())
    with pytest.raises(Failure, match="interrupt traffic, and nothing was changed") as caught:
        run(ec2, check_mode=check_mode, name="a-1", tunnel_options=OTHER_KEY, tags={"new": "tag"})
    text = caught.value.message
    assert f"tunnel {IP_A}: pre_shared_key '(hidden)' -> '(hidden, new value)'" in text
    assert f"tunnel {IP_A}: phase1_lifetime_seconds 28800 -> 14400" in text and IP_B not in text
    assert "allow_interruption" in text
    assert [item["field"] for item in caught.value.details["changes"]] == ["pre_shared_key", "phase1_lifetime_seconds"]
    for secret in (KEY_A, KEY_B, NEW_KEY):
        assert secret not in text + str(caught.value.details)


def test_tunnels_are_changed_one_at_a_time(ec2, stub):
    before, modifying = current(), current(state="modifying")
    half = current(tunnel(Phase1LifetimeSeconds=14400), tunnel(IP_B, CIDR_B, KEY_B))
    both = current(tunnel(Phase1LifetimeSeconds=14400), tunnel(IP_B, CIDR_B, KEY_B, Phase1LifetimeSeconds=14400))
    found(stub, before)
    for address, after in ((IP_A, half), (IP_B, both)):
        waited(stub, before)
        expected = {
            "VpnConnectionId": VPN,
            "VpnTunnelOutsideIpAddress": address,
            "TunnelOptions": {"Phase1LifetimeSeconds": 14400},
        }
        stub.add_response("modify_vpn_tunnel_options", {"VpnConnection": modifying}, expected)
        waited(stub, modifying, after)
    wanted = [{"tunnel_inside_cidr": cidr, "phase1_lifetime_seconds": 14400} for cidr in (CIDR_B, CIDR_A)]
    result = run(ec2, name="a-1", tunnel_options=wanted, allow_interruption=True)
    assert result["changed"] and [item["tunnel"] for item in result["changes"]] == [IP_A, IP_B]
    assert result["diff"]["before"]["tunnels"][IP_A] == {"phase1_lifetime_seconds": 28800}
    assert result["diff"]["after"]["tunnels"][IP_A] == {"phase1_lifetime_seconds": 14400}


def test_check_mode_modifies_nothing(ec2, stub):
    found(stub, current())
    result = run(ec2, check_mode=True, name="a-1", tunnel_options=OTHER_KEY, allow_interruption=True)
    assert result["changed"] and NEW_KEY not in str(result) and KEY_A not in str(result)


def test_a_modification_is_not_over_before_the_new_value_shows(ec2, stub):
    found(stub, current())
    waited(stub, current())
    stub.add_response("modify_vpn_tunnel_options", {"VpnConnection": current()}, None)
    # AWS's lists may lag behind: still available, still the old value.
    waited(stub, current(), current(tunnel(key=NEW_KEY), tunnel(IP_B, CIDR_B, KEY_B)))
    wanted = [{"tunnel_inside_cidr": CIDR_A, "pre_shared_key": NEW_KEY}]
    assert run(ec2, name="a-1", tunnel_options=wanted, allow_interruption=True)["changed"]


def lose_answers(monkeypatch, ec2, method, count):
    """The first `count` answers of a method are lost; the calls are recorded."""
    real, calls = getattr(ec2.client, method), []

    def lossy(**arguments):
        calls.append(arguments)
        if len(calls) <= count:
            raise ConnectionClosedError(endpoint_url="https://ec2")
        return real(**arguments)

    monkeypatch.setattr(ec2.client, method, lossy)
    return calls


def test_a_modification_with_lost_answer_is_not_sent_again(ec2, stub, monkeypatch):
    calls = lose_answers(monkeypatch, ec2, "modify_vpn_tunnel_options", 1)
    changed = current(tunnel(key=NEW_KEY), tunnel(IP_B, CIDR_B, KEY_B))
    found(stub, current())
    waited(stub, current(), current(state="modifying"), changed)
    wanted = [{"tunnel_inside_cidr": CIDR_A, "pre_shared_key": NEW_KEY}]
    assert run(ec2, name="a-1", tunnel_options=wanted, allow_interruption=True)["changed"]
    assert len(calls) == 1


def test_a_modification_that_never_arrived_is_sent_again(ec2, stub, monkeypatch):
    calls = lose_answers(monkeypatch, ec2, "modify_vpn_tunnel_options", 1)
    found(stub, current())
    waited(stub, current(), current())
    stub.add_response("modify_vpn_tunnel_options", {"VpnConnection": current()}, None)
    waited(stub, current(tunnel(key=NEW_KEY), tunnel(IP_B, CIDR_B, KEY_B)))
    wanted = [{"tunnel_inside_cidr": CIDR_A, "pre_shared_key": NEW_KEY}]
    assert run(ec2, name="a-1", tunnel_options=wanted, allow_interruption=True)["changed"]
    assert len(calls) == 2


def test_a_connection_that_somebody_else_changes_is_waited_for(ec2, stub):
    found(stub, current())
    waited(stub, current())
    stub.add_client_error("modify_vpn_tunnel_options", "IncorrectState", "modifying", 400)
    waited(stub, current(state="modifying"), current())
    stub.add_response("modify_vpn_tunnel_options", {"VpnConnection": current()}, None)
    waited(stub, current(tunnel(key=NEW_KEY), tunnel(IP_B, CIDR_B, KEY_B)))
    wanted = [{"tunnel_inside_cidr": CIDR_A, "pre_shared_key": NEW_KEY}]
    assert run(ec2, name="a-1", tunnel_options=wanted, allow_interruption=True)["changed"]


def test_lifecycle_control_is_switched_without_replacement_and_without_leave(ec2, stub):
    found(stub, current())
    waited(stub, current())
    expected = {
        "VpnConnectionId": VPN,
        "VpnTunnelOutsideIpAddress": IP_A,
        "TunnelOptions": {"EnableTunnelLifecycleControl": True},
        "SkipTunnelReplacement": True,
    }
    stub.add_response("modify_vpn_tunnel_options", {"VpnConnection": current()}, expected)
    waited(stub, current(tunnel(EnableTunnelLifecycleControl=True), tunnel(IP_B, CIDR_B, KEY_B)))
    wanted = [{"tunnel_inside_cidr": CIDR_A, "enable_tunnel_lifecycle_control": True}]
    assert run(ec2, name="a-1", tunnel_options=wanted)["changed"]


def test_unreadable_keys_are_kept_and_said_so(ec2, stub):
    found(stub, current(tunnel(key="REDACTED"), tunnel(IP_B, CIDR_B, KEY_B)))
    result = run(ec2, name="a-1", tunnel_options=[{"tunnel_inside_cidr": CIDR_A, "pre_shared_key": NEW_KEY}])
    assert not result["changed"] and result["pre_shared_keys_not_compared"] == [IP_A]
    assert result["vpn_connection"]["pre_shared_key_readable"] is False


def test_unreadable_keys_are_written_when_told(ec2, stub):
    hidden = current(tunnel(key="REDACTED"), tunnel(IP_B, CIDR_B, KEY_B))
    wanted = {
        "name": "a-1",
        "tunnel_options": [{"tunnel_inside_cidr": CIDR_A, "pre_shared_key": NEW_KEY}],
        "unreadable_pre_shared_key": "write",
    }
    found(stub, hidden)
    with pytest.raises(Failure, match="interrupt traffic"):
        run(ec2, **wanted)
    found(stub, hidden)
    waited(stub, hidden)
    stub.add_response("modify_vpn_tunnel_options", {"VpnConnection": hidden}, None)
    waited(stub, hidden)
    result = run(ec2, **wanted, allow_interruption=True)
    assert result["changed"] and result["pre_shared_keys_not_compared"] == []


def test_an_unreadable_key_whose_answer_was_lost_is_sent_again(ec2, stub, monkeypatch):
    calls = lose_answers(monkeypatch, ec2, "modify_vpn_tunnel_options", 1)
    hidden = current(tunnel(key="REDACTED"), tunnel(IP_B, CIDR_B, KEY_B))
    found(stub, hidden)
    waited(stub, hidden, hidden)
    stub.add_response("modify_vpn_tunnel_options", {"VpnConnection": hidden}, None)
    waited(stub, hidden)
    wanted = [{"tunnel_inside_cidr": CIDR_A, "pre_shared_key": NEW_KEY}]
    run(ec2, name="a-1", tunnel_options=wanted, unreadable_pre_shared_key="write", allow_interruption=True)
    assert len(calls) == 2


def test_another_customer_gateway_and_networks_are_one_change_each(ec2, stub):
    before = current()
    first = current(CustomerGatewayId="cgw-2")
    second = current(CustomerGatewayId="cgw-2", local="10.0.0.0/8")
    found(stub, before)
    waited(stub, before)
    moved = {"VpnConnectionId": VPN, "CustomerGatewayId": "cgw-2"}
    stub.add_response("modify_vpn_connection", {"VpnConnection": first}, moved)
    waited(stub, first, first)
    narrowed = {"VpnConnectionId": VPN, "LocalIpv4NetworkCidr": "10.0.0.0/8"}
    stub.add_response("modify_vpn_connection_options", {"VpnConnection": second}, narrowed)
    waited(stub, second)
    result = run(
        ec2, name="a-1", customer_gateway_id="cgw-2", local_ipv4_network_cidr="10.0.0.0/8", allow_interruption=True
    )
    assert result["vpn_connection"]["customer_gateway_id"] == "cgw-2"
    assert {item["tunnel"] for item in result["changes"]} == {None}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vpn_gateway_id": "vgw-2"}, "vpn_gateway_id is 'vgw-1' and can't be changed to 'vgw-2'. .*make a new one"),
        ({"transit_gateway_id": "tgw-1"}, "transit_gateway_id is None and can't be changed to 'tgw-1'"),
        ({"static_routes_only": True}, "static_routes_only is False and can't be changed to True. .*make a new"),
        ({"enable_acceleration": True}, "enable_acceleration is False"),
        ({"pre_shared_key_storage": "SecretsManager"}, "pre_shared_key_storage is 'Standard'"),
    ],
)
def test_immutable_differences_name_field_values_and_remedy(ec2, stub, options, message):
    found(stub, current())
    with pytest.raises(Failure, match=message):
        run(ec2, name="a-1", allow_interruption=True, **options)


def routes(*cidrs, state="available"):
    return [{"DestinationCidrBlock": cidr, "State": state} for cidr in cidrs]


def test_static_routes_are_added_and_purged(ec2, stub):
    before = current(static=True, Routes=routes("10.1.0.0/16", "10.2.0.0/16"))
    after = current(static=True, Routes=routes("10.2.0.0/16", "10.3.0.0/16") + routes("10.1.0.0/16", state="deleted"))
    found(stub, before)
    waited(stub, before)
    added = {"VpnConnectionId": VPN, "DestinationCidrBlock": "10.3.0.0/16"}
    removed = {"VpnConnectionId": VPN, "DestinationCidrBlock": "10.1.0.0/16"}
    stub.add_response("create_vpn_connection_route", {}, added)
    stub.add_response("delete_vpn_connection_route", {}, removed)
    waited(stub, after)
    result = run(ec2, name="a-1", routes=["10.2.0.0/16", "10.3.0.0/16"], purge_routes=True)
    assert result["changed"]
    assert result["diff"]["before"]["routes"] == ["10.1.0.0/16", "10.2.0.0/16"]
    assert result["diff"]["after"]["routes"] == ["10.2.0.0/16", "10.3.0.0/16"]


@pytest.mark.parametrize("options", [{"routes": ["10.1.0.0/16"]}, {"routes": [], "purge_routes": False}, {}])
def test_other_static_routes_stay_unless_purged(ec2, stub, options):
    found(stub, current(static=True, Routes=routes("10.1.0.0/16", "10.2.0.0/16")))
    assert not run(ec2, name="a-1", **options)["changed"]


def test_a_route_that_a_lost_call_has_added_is_no_error(ec2, stub):
    before, after = current(static=True), current(static=True, Routes=routes("10.1.0.0/16"))
    found(stub, before)
    waited(stub, before)
    stub.add_client_error("create_vpn_connection_route", "SomeDuplicateCode", "exists", 400)
    waited(stub, after, after)
    assert run(ec2, name="a-1", routes=["10.1.0.0/16"])["changed"]


def test_a_route_that_aws_refuses_is_an_error(ec2, stub):
    before = current(static=True)
    found(stub, before)
    waited(stub, before)
    stub.add_client_error("create_vpn_connection_route", "InvalidParameterValue", "bad", 400)
    waited(stub, before)
    with pytest.raises(Failure, match="CreateVpnConnectionRoute failed"):
        run(ec2, name="a-1", routes=["10.1.0.0/16"])


def test_routes_on_a_bgp_connection_are_refused(ec2, stub):
    with pytest.raises(Failure, match="Refused, before any call"):
        run(ec2, name="a-1", routes=["10.1.0.0/16"], static_routes_only=False)
    found(stub, current())
    with pytest.raises(Failure, match="uses BGP and takes no static routes"):
        run(ec2, name="a-1", routes=["10.1.0.0/16"])


def test_all_faults_are_told_at_once_before_any_call(ec2):
    bad = [{"pre_shared_key": "0bad-key"}, {"tunnel_inside_cidr": "169.254.0.0/30"}]
    with pytest.raises(
        Failure, match=r"(?s)3 faults:.*tunnel_options\[0\].*tunnel_options\[1\].*10\.1\.0\.1/16"
    ) as caught:
        run(ec2, name="a-1", tunnel_options=bad, routes=["10.1.0.1/16"])
    assert "0bad-key" not in caught.value.message


def test_tags_come_last_and_match_tags_stay(ec2, stub):
    changed = current(tunnel(key=NEW_KEY), tunnel(IP_B, CIDR_B, KEY_B))
    found(stub, current(Tags=[*TAGS, *tags(old="x")]))
    waited(stub, current())
    stub.add_response("modify_vpn_tunnel_options", {"VpnConnection": changed}, None)
    waited(stub, changed)
    stub.add_response("delete_tags", {}, {"Resources": [VPN], "Tags": [{"Key": "old"}]})
    stub.add_response("create_tags", {}, {"Resources": [VPN], "Tags": tags(psk="g2")})
    wanted = [{"tunnel_inside_cidr": CIDR_A, "pre_shared_key": NEW_KEY}]
    result = run(ec2, name="a-1", match_tags=MATCH, tags={"psk": "g2"}, tunnel_options=wanted, allow_interruption=True)
    assert result["vpn_connection"]["tags"] == {**MATCH, "Name": "a-1", "psk": "g2"}


def test_deletes_and_waits(ec2, stub):
    found(stub, current())
    stub.add_response("delete_vpn_connection", {}, {"VpnConnectionId": VPN})
    waited(stub, current(state="deleting"), current(state="deleted"))
    result = run(ec2, name="a-1", state="absent")
    assert result["changed"] and result["vpn_connection"]["state"] == "deleted"
    assert KEY_A not in str(result)


def test_check_mode_deletes_nothing(ec2, stub):
    found(stub, current())
    assert run(ec2, check_mode=True, name="a-1", state="absent")["changed"]


def test_a_connection_that_is_changing_is_deleted_afterwards(ec2, stub):
    found(stub, current(state="modifying"))
    stub.add_client_error("delete_vpn_connection", "IncorrectState", "modifying", 400)
    waited(stub, current())
    stub.add_response("delete_vpn_connection", {}, {"VpnConnectionId": VPN})
    waited(stub, current(state="deleted"))
    assert run(ec2, name="a-1", state="absent")["changed"]


def test_a_deletion_begun_by_an_earlier_run_is_waited_for(ec2, stub):
    found(stub, current(VpnConnectionId="vpn-0", state="deleted"), current(state="deleting"))
    waited(stub, current(state="deleting"), current(state="deleted"))
    assert run(ec2, name="a-1", state="absent") == {"changed": False}


@pytest.mark.parametrize("check_mode", [False, True])
def test_nothing_to_delete(ec2, stub, check_mode):
    stub.add_client_error("describe_vpn_connections", "InvalidVpnConnectionID.NotFound", "no", 400)
    assert run(ec2, check_mode=check_mode, vpn_connection_id=VPN, state="absent") == {"changed": False}


@pytest.mark.parametrize(
    ("options", "filters"),
    [
        ({"match_tags": {"a": "1", "b": "x*"}}, [{"Name": "tag:a", "Values": ["1"]}]),
        ({"name": "a-1"}, [{"Name": "tag:Name", "Values": ["a-1"]}]),
        (
            {"customer_gateway_id": CGW, "vpn_gateway_id": VGW},
            [{"Name": "customer-gateway-id", "Values": [CGW]}, {"Name": "vpn-gateway-id", "Values": [VGW]}],
        ),
    ],
)
def test_only_what_may_be_meant_is_asked_for(ec2, stub, options, filters):
    others = [connection(Tags=tags(Name="another"))]
    stub.add_response("describe_vpn_connections", {"VpnConnections": others}, {"Filters": filters})
    found_now = vpn_connection.find(params(module, **options), ec2)
    assert (found_now is None) == ("customer_gateway_id" not in options)


def test_what_would_be_a_pattern_is_compared_here_alone(ec2, stub):
    named = [connection(Tags=tags(Name="a?"))]
    stub.add_response("describe_vpn_connections", {"VpnConnections": named}, {})
    assert vpn_connection.find(params(module, name="a?"), ec2)["vpn_connection_id"] == VPN
