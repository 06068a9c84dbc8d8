# SPDX-License-Identifier: GPL-3.0-or-later
"""Links as slices of one job, side by side: each knows its own hosts only, and together they do what one run does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbooks.conftest import Player
from tests.integration.playbooks.shape import differences, shape

from .job import Finished, Job, exported, sliced

SLICES = 3
LINKS = {"north-virginia", "north-ireland", "south-beijing"}


class Control:
    """Starts jobs as a controller does, with the lab's accounts as extra variables of a credential."""

    def __init__(self, player: Player, folder: Path) -> None:
        self.player, self.folder = player, folder
        self.inventory = exported(player.clouds_only())
        names = ("JDCLOUD_ENDPOINT_URL", "AWS_ENDPOINT_URL", "VPN_PSK_MASTER_SECRET")
        self.environment = {name: player.lab.env[name] for name in names}
        self.accounts = {"lab_accounts": json.loads(player.lab.env["LAB_ACCOUNTS"])}
        self.number = 0

    def start(self, name: str, inventory: dict[str, Any]) -> Job:
        self.number += 1
        return Job(self.folder / str(self.number), name, inventory, self.environment, self.accounts, args="")

    def slice_with(self, link: str, **shared: Any) -> dict[str, Any]:
        """The slice that has this link, with other variables of all hosts."""
        variables = {**self.inventory["all"]["vars"], **shared}
        changed = {**self.inventory, "all": {**self.inventory["all"], "vars": variables}}
        slices = [sliced(changed, number, SLICES) for number in range(SLICES)]
        return next(each for each in slices if link in each["vpn_links"]["hosts"])


@pytest.fixture(scope="module")
def control(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Control:
    return Control(player, tmp_path_factory.mktemp("slices"))


@pytest.fixture(scope="module")
def one_run(control: Control) -> Any:
    """What both clouds hold after one run over everything."""
    control.player.lab.reset()
    control.player.run("intercloud.vpn.site").ok()
    return shape(control.player)


@pytest.fixture(scope="module")
def slices(control: Control, one_run: Any) -> list[Finished]:
    control.player.lab.reset()
    control.start("sites", sliced(control.inventory)).finish().ok()
    jobs = [control.start("links", sliced(control.inventory, number, SLICES)) for number in range(SLICES)]
    return [job.finish() for job in jobs]


def test_slices_side_by_side_leave_what_one_run_leaves(slices: list[Finished], control: Control, one_run: Any) -> None:
    for job in slices:
        job.ok()
    hosts = [set(job.stats["changed"]) for job in slices]
    assert sorted(map(len, hosts)) == [1, 1, 1]
    assert set().union(*hosts) == LINKS
    assert differences(shape(control.player), one_run) == []


def test_a_run_over_everything_finds_nothing_to_do(slices: list[Finished], control: Control) -> None:
    written = len(control.player.writes())
    job = control.start("links", sliced(control.inventory)).finish().ok()
    assert job.stats["changed"] == {}
    assert len(control.player.writes()) == written


def test_a_slice_without_a_link_is_green_and_does_nothing(slices: list[Finished], control: Control) -> None:
    written = len(control.player.writes())
    inventory = sliced(control.inventory, 0, 8)
    assert inventory["vpn_links"]["hosts"] == []
    assert control.start("links", inventory).finish().ok().stats["changed"] == {}
    assert len(control.player.writes()) == written


def test_a_slice_refuses_what_another_slices_link_makes_impossible(slices: list[Finished], control: Control) -> None:
    """From the shared dictionaries: ranges that overlap through a link of another slice, transit that it would make."""
    known = control.inventory["all"]["vars"]
    ireland = {**known["vpn_sites"]["aws-ireland"], "vpc": {"cidr": "172.31.128.0/17"}, "subnets": []}
    inventory = control.slice_with(
        "north-ireland",
        vpn_sites={**known["vpn_sites"], "aws-ireland": ireland},
        vpn_topology={**known["vpn_topology"], "south-ireland": ["jd-south", "aws-ireland"]},
    )
    assert inventory["vpn_links"]["hosts"] == ["north-ireland"]
    job = control.start("links", inventory).finish()
    assert job.code != 0
    for text in (
        "ranges overlap: aws-virginia has 172.31.0.0/16, aws-ireland has 172.31.128.0/17",
        "would carry traffic between jd-north and jd-south",
    ):
        assert text in job.said


def test_a_slice_refuses_what_the_clouds_contradict(slices: list[Finished], control: Control) -> None:
    """A link that was renamed: the clouds know it by its old name, whichever slice it is in now."""
    written = len(control.player.writes())
    topology = {**control.inventory["all"]["vars"]["vpn_topology"]}
    topology["virginia"] = topology.pop("north-virginia")
    inventory = control.slice_with("north-virginia", vpn_topology=topology)
    inventory["vpn_links"]["hosts"] = ["virginia"]
    inventory["_meta"]["hostvars"]["virginia"] = inventory["_meta"]["hostvars"].pop("north-virginia")
    job = control.start("links", inventory).finish()
    assert job.code != 0
    assert "set vpn_link_uid: north-virginia" in job.said
    assert len(control.player.writes()) == written
