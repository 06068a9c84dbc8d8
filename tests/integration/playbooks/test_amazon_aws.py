# SPDX-License-Identifier: GPL-3.0-or-later
"""amazon_aws: a module of amazon.aws in the worker does what the ordinary one does, and what it says holds no key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from .clouds import account, ec2
from .conftest import Outcome, Player

WAYS = {"in the worker": True, "as an ordinary module": False}
VPC = {"module": "ec2_vpc_net", "options": {"name": "here-vpc", "cidr_block": "10.0.0.0/16", "tags": {"Team": "net"}}}


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def way(request: pytest.FixtureRequest, player: Player) -> bool:
    player.lab.reset()
    return bool(request.param)


def task(player: Player, folder: Path, way: bool, task: dict[str, Any], *args: str) -> tuple[Outcome, dict[str, Any]]:
    """What the task returned, run at the highest verbosity."""
    keys = account(player.lab, "global")
    login = {"region": "us-east-1", "access_key": keys["access_key"], "secret_key": keys["secret_key"]}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"intercloud_in_process": way, "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "module_defaults": {"group/intercloud.vpn.aws": login},
        "tasks": [{"intercloud.vpn.amazon_aws": task, "register": "found"}],
    }
    path = folder / "play.yml"
    path.write_text(yaml.safe_dump([play]), encoding="utf-8")
    outcome = player.run(str(path), "-vvvv", "--diff", *args)
    for name, secret in keys.items():
        assert "key" not in name or secret not in outcome.text, name
    return outcome, outcome.facts["plays"][0]["tasks"][-1]["hosts"]["localhost"]


def test_it_makes_what_the_module_makes_and_nothing_twice(way: bool, player: Player, tmp_path: Path) -> None:
    preview, found = task(player, tmp_path, way, VPC, "--check")
    assert (preview.code, found["changed"], player.writes()) == (0, True, [])
    made, found = task(player, tmp_path, way, VPC)
    assert (made.code, found["changed"], found["vpc"]["cidr_block"]) == (0, True, "10.0.0.0/16")
    assert found["invocation"]["module_args"] == VPC
    again, found = task(player, tmp_path, way, VPC)
    assert (again.code, found["changed"]) == (0, False)
    named = [{"Name": "tag:Name", "Values": ["here-vpc"]}]
    assert len(ec2(player.lab, "global", "us-east-1").describe_vpcs(Filters=named)["Vpcs"]) == 1


def test_an_error_is_told(way: bool, player: Player, tmp_path: Path) -> None:
    fault = {"operation": "CreateVpc", "kind": "error", "status": 403, "code": "UnauthorizedOperation", "message": "no"}
    player.lab.admin("aws", "POST", "/faults", fault)
    outcome, found = task(player, tmp_path, way, VPC)
    assert outcome.code == 2
    assert found["error"]["code"] == "UnauthorizedOperation"
    assert "UnauthorizedOperation" in found["msg"]
    assert player.lab.admin("aws", "GET", "/faults")["faults"] == []


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"module": "ec2_no_such_thing"}, "ec2_no_such_thing"),
        ({"module": "../ec2_vpc_net"}, "module must be the name of a module of amazon.aws"),
        (
            {"module": "ec2_vpc_net", "options": {"name": "a", "cidr_block": "10.0.0.0/16", "colour": "red"}},
            "Unsupported parameters",
        ),
    ],
)
def test_what_can_not_be_run_is_said(way: bool, player: Player, tmp_path: Path, wrong: Any, text: str) -> None:
    outcome, found = task(player, tmp_path, way, wrong)
    assert outcome.code == 2
    assert text in found["msg"]
