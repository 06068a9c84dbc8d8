# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as AWX runs it: ansible-runner in a process of its own, on the inventory of one slice, with injected credentials."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.playbooks.conftest import BIN, ROOT

from .templates import answers, template

FOREIGN = ("AWS_", "JDCLOUD_", "ANSIBLE_", "VPN_", "LAB_")


def exported(inventory: Path) -> dict[str, Any]:
    """An inventory as AWX imports it."""
    command = ["ansible-inventory", "-i", str(inventory), "--list", "--export"]
    env = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    return json.loads(subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout)


def sliced(inventory: dict[str, Any], number: int = 0, count: int = 1) -> dict[str, Any]:
    """The inventory of one slice, as AWX makes it: every count-th host by name; all groups stay, with their variables."""
    hosts = {host for group in inventory.values() for host in group.get("hosts", [])}
    mine = set(sorted(hosts)[number::count])
    groups = {
        name: {**group, "hosts": [host for host in group.get("hosts", []) if host in mine]}
        for name, group in inventory.items()
        if name != "_meta"
    }
    hostvars = {host: inventory["_meta"]["hostvars"].get(host, {}) for host in sorted(mine)}
    return {**groups, "_meta": {"hostvars": hostvars}}


@dataclass
class Finished:
    """What is left of a job."""

    code: int
    folder: Path

    @property
    def text(self) -> str:
        return (self.folder / "stdout").read_text(encoding="utf-8")

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text(encoding="utf-8")) for path in (self.folder / "job_events").glob("*.json")]

    @property
    def stats(self) -> dict[str, dict[str, int]]:
        return next(event["event_data"] for event in self.events if event["event"] == "playbook_on_stats")

    @property
    def said(self) -> str:
        """What failed, in its own words."""
        results = [
            event["event_data"].get("res") or {} for event in self.events if event["event"] == "runner_on_failed"
        ]
        return "\n".join(str(result.get("msg")) for result in results)

    def ok(self) -> Finished:
        assert self.code == 0, self.text[-4000:]
        return self


class Job:
    """One job of a job template, running."""

    def __init__(
        self,
        folder: Path,
        name: str,
        inventory: dict[str, Any],
        environment: dict[str, str],
        extra_vars: dict[str, Any] | None = None,
        args: str = "-vvv",
    ) -> None:
        wanted = template(name)
        self.folder = folder
        for each in ("env", "inventory"):
            (folder / each).mkdir(parents=True)
        (folder / "project").symlink_to(ROOT)
        script = folder / "inventory" / "hosts"
        script.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(inventory)}\nEND\n", encoding="utf-8")
        script.chmod(0o700)
        if wanted.get("job_type") == "check":
            args += " --check"
        if wanted.get("tags"):
            args += f" --tags {wanted['tags']}"
        temporary = {f"ANSIBLE_{which}_TEMP": str(folder / "tmp") for which in ("LOCAL", "REMOTE")}
        content = {
            "envvars": {**environment, **temporary},
            "extravars": {**answers(name), **(extra_vars or {})},
            "cmdline": args,
        }
        for file, value in content.items():
            text = value if isinstance(value, str) else json.dumps(value)
            (folder / "env" / file).write_text(text, encoding="utf-8")
        env = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
        playbook = f"playbooks/{wanted['playbook']}"
        command = ["ansible-runner", "run", str(folder), "-p", playbook, "--ident", "job", "--quiet"]
        env["PATH"] = f"{BIN}:{env['PATH']}"
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def finish(self) -> Finished:
        return Finished(self.process.wait(), self.folder / "artifacts" / "job")
