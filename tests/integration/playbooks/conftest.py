# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab and a way to run playbooks against it, as a user does: ansible-playbook in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import launcher

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
LAB = ROOT / "inventories/lab"


@dataclass
class Outcome:
    """A finished ansible-playbook."""

    code: int
    text: str
    stats: dict[str, dict[str, int]]
    facts: dict[str, Any]

    @property
    def changed(self) -> dict[str, int]:
        return {host: numbers["changed"] for host, numbers in self.stats.items() if numbers["changed"]}

    @property
    def failed(self) -> list[str]:
        return sorted(host for host, numbers in self.stats.items() if numbers["failures"] or numbers["unreachable"])

    @property
    def verified(self) -> dict[str, Any]:
        """What role vpn_verify has found, by link."""
        results = [
            result["ansible_facts"]["vpn_verify_facts"]
            for play in self.facts["plays"]
            for task in play["tasks"]
            for result in task["hosts"].values()
            if "vpn_verify_facts" in result.get("ansible_facts", {})
        ]
        return {facts["link"]: facts for facts in results}

    @property
    def complaints(self) -> list[str]:
        """What failed, in its own words."""
        return [
            f"{host}: {task['task']['name']}: {item.get('msg')}"
            for play in self.facts.get("plays", [])
            for task in play["tasks"]
            for host, result in task["hosts"].items()
            for item in (result, *result.get("results", ()))
            if item.get("failed") or item.get("unreachable")
        ]

    def ok(self) -> Outcome:
        assert self.code == 0, "\n".join(self.complaints) or self.text[-6000:]
        return self


class Player:
    """Runs playbooks of the collection against one lab."""

    def __init__(self, lab: launcher.Lab, folder: Path) -> None:
        self.lab = lab
        self.folder = folder

    def environment(self, **more: str) -> dict[str, str]:
        foreign = ("AWS_", "JDCLOUD_", "ANSIBLE_", "VPN_", "LAB_")
        env = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        return {
            **env,
            **self.lab.env,
            "PATH": f"{BIN}:{env['PATH']}",
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "tmp"),
            "ANSIBLE_REMOTE_TEMP": str(self.folder / "tmp"),
            **more,
        }

    def command(self, playbook: str, *args: str, inventory: Path | str | None = None) -> list[str]:
        return ["ansible-playbook", "-i", str(inventory or self.clouds_only()), playbook, *args]

    def clouds_only(self) -> Path:
        """The lab's inventory without its device and the device's links, which have tests of their own."""
        folder = self.folder / "inventory"
        if not folder.exists():
            folder.mkdir()
            content = yaml.safe_load((LAB / "hosts.yml").read_text(encoding="utf-8"))
            groups = content["all"]["children"]
            del groups["vpn_devices"], groups["vpn_probes"]["hosts"]
            for name in ("north-hq", "virginia-hq"):
                del groups["vpn_links"]["hosts"][name]
            (folder / "hosts.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
            (folder / "group_vars").symlink_to(LAB / "group_vars")
        return folder

    def run(
        self, playbook: str = "intercloud.vpn.site", *args: str, inventory: Path | str | None = None, **more: str
    ) -> Outcome:
        """The outcome with numbers by host; the text is the JSON callback's."""
        env = self.environment(ANSIBLE_STDOUT_CALLBACK="ansible.posix.json", **more)
        done = subprocess.run(
            self.command(playbook, *args, inventory=inventory),
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        start = done.stdout.find("{\n")
        try:
            data = json.loads(done.stdout[start:]) if start >= 0 else {}
        except ValueError:
            data = {}
        return Outcome(done.returncode, done.stdout + done.stderr, data.get("stats") or {}, data)

    def writes(self) -> list[dict[str, Any]]:
        """Every write that both clouds were asked for since the last reset."""
        found = []
        for cloud in launcher.CLOUDS:
            found += [r for r in self.lab.admin(cloud, "GET", "/requests?since=0")["requests"] if r["write"]]
        return found

    def state(self) -> dict[str, Any]:
        """Everything that both clouds hold."""
        return {cloud: self.lab.admin(cloud, "GET", "/state") for cloud in launcher.CLOUDS}


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Any:
    running = launcher.start(tmp_path_factory.mktemp("lab"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def player(lab: launcher.Lab, tmp_path_factory: pytest.TempPathFactory) -> Player:
    """A player on empty clouds."""
    lab.reset()
    return Player(lab, tmp_path_factory.mktemp("ansible"))
