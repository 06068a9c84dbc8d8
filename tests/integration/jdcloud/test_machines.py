# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances and security groups against the emulated JD Cloud: a whole life, lost answers, rules as a set."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure

GROUP, MACHINE = "jdcloud_security_group", "jdcloud_instance"
Options = dict[str, t.Any]


def rule(direction: str, protocol: str, cidr: str, **more: t.Any) -> Options:
    """A rule as Ansible hands it to the module."""
    unset = dict.fromkeys(("from_port", "to_port", "priority", "description"))
    return {"direction": direction, "protocol": protocol, "cidr": cidr, "action": "allow", **unset, **more}


PINGS = rule("inbound", "icmp", "172.31.0.0/16")
OUT = rule("outbound", "all", "0.0.0.0/0")
SSH = rule("inbound", "tcp", "172.31.0.0/16", from_port=22, to_port=22)


@pytest.fixture
def place(lab) -> tuple[str, str]:
    """A VPC and a subnet of it."""
    vpc = lab.run("jdcloud_vpc", vpc_name="v", address_prefix="10.0.0.0/16")["vpc"]["vpc_id"]
    subnet = lab.run("jdcloud_subnet", vpc_id=vpc, subnet_name="s", address_prefix="10.0.1.0/24")["subnet"]
    lab.forget()
    return vpc, subnet["subnet_id"]


@pytest.fixture
def group(place) -> Options:
    return {"vpc_id": place[0], "network_security_group_name": "probe", "description": "d", "rules": [PINGS, OUT]}


@pytest.fixture
def machine(place) -> Options:
    return {
        "instance_name": "probe",
        "subnet_id": place[1],
        "az": "cn-north-1a",
        "instance_type": "c.n3.small",
        "image_id": "img-debian12",
        "description": "d",
    }


def held(rules: list[Options]) -> set[tuple[t.Any, ...]]:
    return {(r["direction"], r["protocol"], r["action"], r["cidr"], r["from_port"], r["to_port"]) for r in rules}


def life(lab, name: str, options: Options) -> t.Any:
    """Announced, made, found again, announced to go, gone, not missed. Returns what making it gave."""
    empty = lab.ask("GET", "/state")
    assert lab.run(name, check=True, diff=True, **options)["changed"] is True
    assert lab.writes() == []
    made = lab.run(name, diff=True, **options)
    assert made["changed"] is True
    assert made["diff"]["before"] == {}
    assert made["diff"]["after"]
    lab.forget()
    for check in (False, True):
        assert lab.run(name, check=check, **options)["changed"] is False
    assert lab.run(name, check=True, state="absent", **options)["changed"] is True
    assert lab.writes() == []
    gone = lab.run(name, diff=True, state="absent", **options)
    assert gone["changed"] is True
    assert gone["diff"]["after"] == {}
    lab.forget()
    for check in (False, True):
        assert lab.run(name, check=check, state="absent", **options)["changed"] is False
    assert lab.writes() == []
    assert lab.ask("GET", "/state") == empty
    return made


def test_the_life_of_a_group(lab, group) -> None:
    made = life(lab, GROUP, group)["security_group"]
    assert held(made["rules"]) == {
        ("inbound", "icmp", "allow", "172.31.0.0/16", 0, 0), ("outbound", "all", "allow", "0.0.0.0/0", 0, 0),
    }  # fmt: skip


def test_the_life_of_a_machine(lab, machine) -> None:
    lab.settings(provisioning_s=0.3)
    made = life(lab, MACHINE, machine)["instance"]
    assert (made["status"], made["private_ip_address"]) == ("running", "10.0.1.2")


def test_rules_are_a_set(lab, group) -> None:
    lab.run(GROUP, **group)
    lab.forget()
    turned = [{**OUT, "description": "other words"}, {**PINGS, "cidr": "172.31.0.1/16", "priority": 100}]
    assert lab.run(GROUP, **{**group, "rules": turned, "purge_rules": True})["changed"] is False
    assert lab.writes() == []


def test_rules_are_only_added_unless_the_rest_shall_go(lab, group) -> None:
    lab.run(GROUP, **group)
    lab.forget()
    fewer = {**group, "rules": [SSH]}
    for check in (True, False):
        added = lab.run(GROUP, check=check, diff=True, **fewer)
        assert added["changed"] is True
        assert len(added["diff"]["after"]["rules"]) == 3, f"check mode {check}: what stays is shown too"
    assert lab.writes() == ["addNetworkSecurityGroupRules"]
    assert lab.run(GROUP, **fewer)["changed"] is False
    assert lab.run(GROUP, check=True, purge_rules=True, **fewer)["changed"] is True
    lab.forget()
    kept = lab.run(GROUP, purge_rules=True, **fewer)["security_group"]
    assert held(kept["rules"]) == {("inbound", "tcp", "allow", "172.31.0.0/16", 22, 22)}
    assert lab.writes() == ["removeNetworkSecurityGroupRules"]
    # Without the option nothing is said of the rules, so nothing is purged.
    silent = {key: value for key, value in group.items() if key != "rules"}
    assert lab.run(GROUP, purge_rules=True, **silent)["changed"] is False
    assert lab.run(GROUP, purge_rules=True, **{**group, "rules": []})["security_group"]["rules"] == []


def test_a_group_that_a_killed_run_left_without_rules_is_mended(lab, group) -> None:
    lab.fault("addNetworkSecurityGroupRules", "error", status=400, code="INVALID_ARGUMENT", message="no")
    with pytest.raises(Failure):
        lab.run(GROUP, **group)
    mended = lab.run(GROUP, **group)
    assert mended["changed"] is True
    assert len(mended["security_group"]["rules"]) == 2


@pytest.mark.parametrize("kind", ["reset_after", "reset", "garbage", "throttle"])
def test_lost_answers_make_no_twins(lab, place, group, machine, kind) -> None:
    for operation in ("createNetworkSecurityGroup", "addNetworkSecurityGroupRules", "createInstances"):
        lab.fault(operation, kind)
    made = lab.run(GROUP, **group)["security_group"]
    ident = made["network_security_group_id"]
    one = lab.run(MACHINE, security_group_ids=[ident], **machine)["instance"]
    assert lab.ask("GET", "/faults")["faults"] == []
    assert [x["instance_id"] for x in lab.run("jdcloud_instance_info")["instances"]] == [one["instance_id"]]
    groups = lab.run("jdcloud_security_group_info", network_security_group_names=["probe"])["security_groups"]
    assert [x["network_security_group_id"] for x in groups] == [ident]
    assert held(groups[0]["rules"]) == held(made["rules"])
    assert len(groups[0]["rules"]) == 2
    for operation in ("deleteInstance", "deleteNetworkSecurityGroup"):
        lab.fault(operation, kind)
    assert lab.run(MACHINE, state="absent", **machine)["changed"] is True
    assert lab.run(GROUP, state="absent", **group)["changed"] is True
    assert lab.run("jdcloud_instance_info")["instances"] == []


def test_what_can_not_be_changed_is_refused_with_both_values(lab, place, group, machine) -> None:
    lab.run(MACHINE, **machine)
    own = lab.run(GROUP, **group)["security_group"]["network_security_group_id"]
    lab.forget()
    for field, before, after in (
        ("instance_type", "c.n3.small", "g.n3.medium"),
        ("image_id", "img-debian12", "img-ubuntu2404"),
        ("private_ip_address", "10.0.1.2", "10.0.1.9"),
        ("az", "cn-north-1a", "cn-north-1b"),
    ):
        with pytest.raises(Failure, match=rf"{field} is '{before}' and can't be changed to '{after}'\. "):
            lab.run(MACHINE, **{**machine, field: after})
    with pytest.raises(Failure, match=rf"security_group_ids is \['sg-.*can't be changed to \['{own}'\]"):
        lab.run(MACHINE, security_group_ids=[own], **machine)
    assert lab.writes() == []


def test_names_and_descriptions_change_in_place(lab, group, machine) -> None:
    ident = lab.run(MACHINE, **machine)["instance"]["instance_id"]
    renamed = lab.run(MACHINE, instance_id=ident, instance_name="other", description="new")["instance"]
    assert (renamed["instance_id"], renamed["instance_name"], renamed["description"]) == (ident, "other", "new")
    ident = lab.run(GROUP, **group)["security_group"]["network_security_group_id"]
    options = {"network_security_group_id": ident, "network_security_group_name": "other", "description": "new"}
    changed = lab.run(GROUP, **options)["security_group"]
    assert (changed["network_security_group_name"], changed["description"]) == ("other", "new")
    assert len(changed["rules"]) == 2
    assert lab.run(GROUP, **options)["changed"] is False


def test_one_of_two_namesakes_must_be_named_by_id(lab, place, machine) -> None:
    lab.run(MACHINE, **machine)
    other = lab.run("jdcloud_subnet", vpc_id=place[0], subnet_name="s2", address_prefix="10.0.2.0/24")["subnet"]
    # The name and the subnet are the natural key: elsewhere it is another machine.
    assert lab.run(MACHINE, **{**machine, "subnet_id": other["subnet_id"]})["changed"] is True
    lab.forget()
    with pytest.raises(Failure, match=r"More than one instance has instance_name probe: i-\w+, i-\w+"):
        lab.run(MACHINE, instance_name="probe", state="absent")
    assert lab.writes() == []


def test_a_machine_that_an_interrupted_run_left_pending_can_be_removed(lab, machine) -> None:
    lab.settings(provisioning_s=1)
    assert lab.run(MACHINE, wait=False, **machine)["instance"]["status"] == "pending"
    assert lab.run(MACHINE, state="absent", **machine)["changed"] is True
    assert lab.run("jdcloud_instance_info")["instances"] == []


def test_a_machine_that_an_interrupted_run_left_pending_is_waited_for(lab, machine) -> None:
    lab.settings(provisioning_s=1)
    lab.run(MACHINE, wait=False, **machine)
    again = lab.run(MACHINE, **machine)
    assert (again["changed"], again["instance"]["status"]) == (False, "running")


def test_a_group_in_use_stays(lab, group, machine) -> None:
    ident = lab.run(GROUP, **group)["security_group"]["network_security_group_id"]
    lab.run(MACHINE, security_group_ids=[ident], **machine)
    with pytest.raises(Failure, match=r"is in use by instance i-"):
        lab.run(GROUP, state="absent", **group)


def test_what_is_missing_for_a_new_one_is_told(lab, place) -> None:
    with pytest.raises(Failure, match=r"to make one these options are needed too: instance_type, image_id, az"):
        lab.run(MACHINE, instance_name="probe", subnet_id=place[1])
    with pytest.raises(Failure, match=r"Which security group is meant\?"):
        lab.run(GROUP, network_security_group_name="probe")
    assert lab.writes() == []


def test_lists_are_narrowed_down(lab, place, group, machine) -> None:
    ident = lab.run(MACHINE, **machine)["instance"]["instance_id"]
    lab.run(MACHINE, **{**machine, "instance_name": "second"})
    for options in ({"instance_ids": [ident]}, {"instance_names": ["probe"]}):
        found = lab.run("jdcloud_instance_info", vpc_ids=[place[0]], subnet_ids=[place[1]], **options)["instances"]
        assert [x["instance_id"] for x in found] == [ident]
    assert lab.run("jdcloud_instance_info", vpc_ids=["vpc-other"])["instances"] == []
    lab.run(GROUP, **group)
    names = {
        x["network_security_group_name"]
        for x in lab.run("jdcloud_security_group_info", vpc_ids=[place[0]])["security_groups"]
    }
    assert names == {"default", "probe"}
