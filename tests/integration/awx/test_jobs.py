# SPDX-License-Identifier: GPL-3.0-or-later
"""Every job template does its work with the credentials that AWX injects, and leaves no key in any artifact."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.playbooks import inventory
from tests.integration.playbooks.clouds import account
from tests.integration.playbooks.conftest import Player
from tests.integration.playbooks.data_plane import DataPlane, Links
from tests.integration.playbooks.inventory import AWS, JDCLOUD, LINK
from tests.integration.playbooks.test_secrets import hits, secrets

from .job import Finished, Job, exported, sliced
from .templates import TEMPLATES, injected

LINKS: Links = {LINK: ("north", "cn-north-1", "global", "us-east-1", ["172.31.0.0/16"], None)}
SLOTS = ("1-1", "1-2", "2-3", "2-4")


def credentials(player: Player) -> dict[str, str]:
    """Our own credential types, and what AWX's built-in type for AWS injects."""
    jdcloud, aws, env = account(player.lab, "north"), account(player.lab, "global"), player.lab.env
    return {
        **injected("JD Cloud", access_key=jdcloud["access_key"], secret_key=jdcloud["secret_key"],
                   endpoint_url=env["JDCLOUD_ENDPOINT_URL"]),
        **injected("VPN master secret", master_secret=env["VPN_PSK_MASTER_SECRET"]),
        "AWS_ACCESS_KEY_ID": aws["access_key"],
        "AWS_SECRET_ACCESS_KEY": aws["secret_key"],
        "AWS_ENDPOINT_URL": env["AWS_ENDPOINT_URL"],
    }  # fmt: skip


class Run:
    """One job after the other on one link, and every key that was in use meanwhile."""

    def __init__(self, player: Player, folder: Any) -> None:
        self.player, self.folder = player, folder
        topology = {LINK: {"ends": [JDCLOUD, AWS], "routing": "static"}}
        hosts = inventory.write(folder / "inventory", inventory.sites(player.lab, auth=False), topology=topology)
        self.inventory = sliced(exported(hosts))
        self.done: dict[str, Finished] = {}
        self.writes: dict[str, int] = {}
        self.secrets: dict[str, str] = {}
        self.static: list[bool] = []

    def job(self, title: str, name: str, **extra_vars: Any) -> None:
        before = len(self.player.writes())
        job = Job(self.folder / title, name, self.inventory, credentials(self.player), extra_vars)
        self.done[title] = job.finish()
        self.writes[title] = len(self.player.writes()) - before
        self.secrets.update(secrets(self.player))


@pytest.fixture(scope="module")
def run(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Run:
    player.lab.reset()
    run, tunnels = Run(player, tmp_path_factory.mktemp("jobs")), DataPlane(player, LINKS)
    for name in ("check", "sites", "links", "devices"):
        run.job(name, name)
    run.static = [each["Options"]["StaticRoutesOnly"] for each in tunnels.aws_connections(LINK).values()]
    run.job("verify, tunnels down", "verify", vpn_verify_timeout="0")
    tunnels.all_up()
    run.job("verify", "verify")
    run.job("drift", "drift")
    for slot in SLOTS:
        tunnels.ipsec(LINK, slot, False)
    for name in ("rotate", "teardown"):
        run.job(name, name)
    return run


def test_every_job_template_runs_green(run: Run) -> None:
    assert {item["name"] for item in TEMPLATES} <= set(run.done)
    for title, job in run.done.items():
        if title != "verify, tunnels down":
            assert job.code == 0, f"{title}: {job.said or job.text[-3000:]}"


def test_each_writes_what_it_is_for(run: Run) -> None:
    changed = {title: set(job.stats["changed"]) for title, job in run.done.items()}
    assert changed["sites"] == {JDCLOUD, AWS}
    assert changed["links"] == changed["rotate"] == changed["teardown"] == {LINK}
    assert [title for title, count in run.writes.items() if not count] == [
        "check", "devices", "verify, tunnels down", "verify", "drift",
    ]  # fmt: skip


def test_routing_is_told_by_the_topology_alone(run: Run) -> None:
    assert run.static == [True, True]


def test_verify_fails_where_tunnels_are_down_and_says_so(run: Run) -> None:
    failed = run.done["verify, tunnels down"]
    assert failed.code == 2
    assert "Expected was all_tunnels" in failed.said


def artifacts(job: Finished) -> dict[str, str]:
    """Every artifact by its name.

    ansible-runner notes in `command`, for its owner alone, the environment that it was given, credentials and all, and has
    no option against it. Of that file only what was not given to it is looked at.
    """
    found = {}
    for path in job.folder.rglob("*"):
        if path.is_file():
            found[path.name] = path.read_text(encoding="utf-8", errors="replace")
    note = json.loads(found["command"])
    del note["env"]
    assert (job.folder / "command").stat().st_mode & 0o077 == 0
    return {**found, "command": json.dumps(note)}


def test_no_artifact_holds_a_key(run: Run) -> None:
    assert len([name for name in run.secrets if name.startswith("key of")]) == 8, "four tunnels, and their new keys"
    leaks = {}
    for title, job in run.done.items():
        texts = artifacts(job)
        assert {"command", "stdout", "rc"} < set(texts)
        leaks |= {
            f"{title}: {name}": hits(run.secrets, text) for name, text in texts.items() if hits(run.secrets, text)
        }
    assert leaks == {}
    given = (run.folder / "links" / "env" / "envvars").read_text(encoding="utf-8")
    assert "master secret" in hits(run.secrets, given), "the search finds what was injected"
