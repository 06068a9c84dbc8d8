# SPDX-License-Identifier: GPL-3.0-or-later
"""Role vpn_probe on both clouds, and vpn_verify that makes and removes probes by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from . import inventory
from .by_hand import Writer
from .clouds import ec2, tags
from .conftest import Outcome, Player
from .inventory import AWS, JDCLOUD

Record = dict[str, Any]
PROBES = {
    JDCLOUD: {"image_id": "img-debian12", "instance_type": "c.n3.small", "az": "cn-north-1a"},
    AWS: {"image_id": "ami-12c6146b", "instance_type": "t3.nano"},
}
FAR = {JDCLOUD: "172.31.0.0/16", AWS: "10.10.0.0/16"}
PLAY = [
    {
        "name": "Probes", "hosts": f"{JDCLOUD}:{AWS}", "gather_facts": False,
        "tasks": [
            {
                "name": "Probe", "ansible.builtin.include_role": {"name": "intercloud.vpn.vpn_probe"},
                "vars": {
                    "vpn_probe_state": "{{ probe_state | default('present') }}",
                    "vpn_probe_settings": "{{ vpn_sites[inventory_hostname] }}",
                    "vpn_probe_ranges": "{{ vpn_sites | intercloud.vpn.probe_ranges(vpn_topology, inventory_hostname) }}",
                },
            },
            {"name": "Show", "ansible.builtin.debug": {"var": "vpn_probe_facts"}},
        ],
    }
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("probe")
    (path / "probe.yml").write_text(yaml.safe_dump(PLAY), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def hosts(player: Player, folder: Path) -> Path:
    sites = inventory.sites(player.lab)
    for name, settings in PROBES.items():
        sites[name]["probe"] = settings
    return inventory.write(folder, sites)


@pytest.fixture(scope="module")
def site(player: Player, hosts: Path) -> Outcome:
    return player.run(inventory=hosts).ok()


@pytest.fixture(autouse=True)
def nothing_left(player: Player, hosts: Path, folder: Path, site: Outcome) -> Iterator[None]:
    """Every test begins with sites that are joined, and without a probe."""
    yield
    for cloud in ("jdcloud", "aws"):
        player.lab.admin(cloud, "DELETE", "/faults")
    if (machines(player), groups(player)) != (EMPTY, EMPTY):
        probe(player, hosts, folder, "-e", "probe_state=absent").ok()


def probe(player: Player, hosts: Path, folder: Path, *args: str) -> Outcome:
    return player.run(str(folder / "probe.yml"), *args, inventory=hosts)


def jdcloud(player: Player) -> Writer:
    return Writer(player.lab, "north", "cn-north-1")


def machines(player: Player) -> dict[str, list[Record]]:
    """Instances that cost money."""
    found = [
        i for r in ec2(player.lab, "global", "us-east-1").describe_instances()["Reservations"] for i in r["Instances"]
    ]
    return {
        JDCLOUD: jdcloud(player).get("vm", "/instances?pageSize=100")["instances"],
        AWS: [i for i in found if i["State"]["Name"] != "terminated"],
    }


def groups(player: Player) -> dict[str, list[Record]]:
    """Security groups that are nobody's default."""
    theirs = ec2(player.lab, "global", "us-east-1").describe_security_groups()["SecurityGroups"]
    ours = jdcloud(player).all("vpc", "networkSecurityGroups")
    return {
        JDCLOUD: [g for g in ours if g["networkSecurityGroupType"] != "default"],
        AWS: [g for g in theirs if g["GroupName"] != "default"],
    }


EMPTY: dict[str, list[Record]] = {JDCLOUD: [], AWS: []}


def test_a_probe_on_each_cloud(player: Player, hosts: Path, folder: Path) -> None:
    written = len(player.writes())
    assert set(probe(player, hosts, folder, "--check", "--diff").ok().changed) == {JDCLOUD, AWS}
    assert len(player.writes()) == written
    made = probe(player, hosts, folder).ok()
    assert set(made.changed) == {JDCLOUD, AWS}
    found, guards = machines(player), groups(player)
    (ours,), (theirs,) = found[JDCLOUD], found[AWS]
    (our_group,), (their_group,) = guards[JDCLOUD], guards[AWS]

    assert (ours["instanceName"], ours["status"], ours["instanceType"]) == ("jd-probe", "running", "c.n3.small")
    assert ours["privateIpAddress"].startswith("10.10.1.")
    held = ours["primaryNetworkInterface"]["networkInterface"]["securityGroups"]
    assert [x["groupId"] for x in held] == [our_group["networkSecurityGroupId"]]
    rules = {
        (x["direction"], x["protocol"], x["ruleAction"], x["addressPrefix"]) for x in our_group["securityGroupRules"]
    }
    assert rules == {(0, 1, "ALLOW", FAR[JDCLOUD]), (1, 300, "ALLOW", "0.0.0.0/0")}

    assert (tags(theirs)["Name"], theirs["State"]["Name"], theirs["InstanceType"]) == (
        "aws-probe",
        "running",
        "t3.nano",
    )
    assert theirs["PrivateIpAddress"].startswith("172.31.1.")
    assert [x["GroupId"] for x in theirs["SecurityGroups"]] == [their_group["GroupId"]]
    (admitted,) = their_group["IpPermissions"]
    assert (admitted["IpProtocol"], admitted["FromPort"], admitted["ToPort"]) == ("icmp", -1, -1), "all types of ICMP"
    assert [x["CidrIp"] for x in admitted["IpRanges"]] == [FAR[AWS]]
    assert [x["IpProtocol"] for x in their_group["IpPermissionsEgress"]] == ["-1"]

    facts = {
        host: result["vpn_probe_facts"][host]
        for task in made.facts["plays"][0]["tasks"] if task["task"]["name"] == "Show"
        for host, result in task["hosts"].items()
    }  # fmt: skip
    assert facts == {
        JDCLOUD: {"site": JDCLOUD, "instance_id": ours["instanceId"], "address": ours["privateIpAddress"],
                  "security_group_ids": [our_group["networkSecurityGroupId"]]},
        AWS: {"site": AWS, "instance_id": theirs["InstanceId"], "address": theirs["PrivateIpAddress"],
              "security_group_ids": [their_group["GroupId"]]},
    }  # fmt: skip

    written = len(player.writes())
    assert probe(player, hosts, folder).ok().changed == {}
    assert set(probe(player, hosts, folder, "--check", "-e", "probe_state=absent").ok().changed) == {JDCLOUD, AWS}
    assert len(player.writes()) == written
    assert set(probe(player, hosts, folder, "-e", "probe_state=absent").ok().changed) == {JDCLOUD, AWS}
    assert (machines(player), groups(player)) == (EMPTY, EMPTY)
    assert probe(player, hosts, folder, "-e", "probe_state=absent").ok().changed == {}


def test_lost_answers_make_no_second_machine(player: Player, hosts: Path, folder: Path) -> None:
    creates = {
        "jdcloud": ("createNetworkSecurityGroup", "addNetworkSecurityGroupRules", "createInstances"),
        "aws": ("CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "RunInstances"),
    }
    for cloud, operations in creates.items():
        for operation in operations:
            player.lab.admin(cloud, "POST", "/faults", {"operation": operation, "kind": "reset_after"})
    probe(player, hosts, folder).ok()
    assert [player.lab.admin(cloud, "GET", "/faults")["faults"] for cloud in creates] == [[], []]
    assert {name: len(items) for name, items in machines(player).items()} == {JDCLOUD: 1, AWS: 1}
    assert {name: len(items) for name, items in groups(player).items()} == {JDCLOUD: 1, AWS: 1}
    assert probe(player, hosts, folder).ok().changed == {}


def test_a_group_without_its_machine_is_gone_too(player: Player, hosts: Path, folder: Path) -> None:
    for cloud, operation in (("jdcloud", "createInstances"), ("aws", "RunInstances")):
        fault = {"operation": operation, "kind": "error", "status": 400, "code": "INVALID_ARGUMENT", "message": "no"}
        player.lab.admin(cloud, "POST", "/faults", fault)
    assert probe(player, hosts, folder).failed == [AWS, JDCLOUD]
    assert machines(player) == EMPTY
    assert all(groups(player).values())
    probe(player, hosts, folder, "-e", "probe_state=absent").ok()
    assert groups(player) == EMPTY


def test_what_others_called_so_is_neither_changed_nor_removed(player: Player, hosts: Path, folder: Path) -> None:
    jd, aws = jdcloud(player), ec2(player.lab, "global", "us-east-1")
    vpc = next(v for v in jd.all("vpc", "vpcs") if v["vpcName"].startswith(JDCLOUD))["vpcId"]
    theirs = jd.make("vpc", "networkSecurityGroup", vpcId=vpc, networkSecurityGroupName="jd-probe")
    rule = {"protocol": 6, "direction": 0, "addressPrefix": "192.0.2.0/24"}
    jd.post(
        "vpc", f"/networkSecurityGroups/{theirs}:addNetworkSecurityGroupRules", networkSecurityGroupRuleSpecs=[rule]
    )
    far_vpc = next(v for v in aws.describe_vpcs()["Vpcs"] if "intercloud.vpn/site" in tags(v))["VpcId"]
    far = aws.create_security_group(GroupName="aws-probe", Description="of others", VpcId=far_vpc)["GroupId"]
    before = groups(player)
    try:
        outcome = probe(player, hosts, folder)
        assert outcome.failed == [AWS, JDCLOUD]
        assert "jd-probe exists and is not ours" in outcome.text
        assert "Security group aws-probe exists and is not ours" in outcome.text
        assert probe(player, hosts, folder, "-e", "probe_state=absent").ok().changed == {}
        assert groups(player) == before
        assert machines(player) == EMPTY
    finally:
        jd.delete("vpc", f"/networkSecurityGroups/{theirs}")
        aws.delete_security_group(GroupId=far)


def verify(player: Player, hosts: Path, instances: str) -> Outcome:
    return player.run(
        "intercloud.vpn.verify",
        "-e",
        "vpn_verify_timeout=0",
        "-e",
        f"vpn_verify_instances={instances}",
        inventory=hosts,
    )


def down(outcome: Outcome) -> None:
    """The link is judged, and it is for its tunnels alone that it fails: there is no data plane."""
    assert outcome.failed == ["link"]
    assert "Link link: IPsec down. Expected was all_tunnels" in outcome.text, outcome.text[-4000:]


def creations(player: Player) -> int:
    return sum(r["operation"] in ("createInstances", "RunInstances") for r in player.writes())


def test_temporary_probes_are_gone_although_the_link_is_down(player: Player, hosts: Path) -> None:
    before = creations(player)
    down(verify(player, hosts, "temporary"))
    assert creations(player) == before + 2
    assert (machines(player), groups(player)) == (EMPTY, EMPTY)


def test_kept_probes_stay_until_teardown(player: Player, hosts: Path) -> None:
    down(verify(player, hosts, "keep"))
    kept = {name: len(items) for name, items in machines(player).items()}
    assert kept == {JDCLOUD: 1, AWS: 1}
    again = verify(player, hosts, "keep")
    down(again)
    assert again.changed == {}
    player.run("intercloud.vpn.teardown", "-e", "vpn_verify_instances=keep", inventory=hosts).ok()
    assert (machines(player), groups(player)) == (EMPTY, EMPTY)
