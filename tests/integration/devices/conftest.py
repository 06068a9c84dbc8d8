# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's Linux device, joined to both clouds by site.yml: real SSH, real strongSwan, real FRR."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.launcher import Lab
from tests.integration.playbooks import inventory
from tests.integration.playbooks.conftest import ROOT, Outcome, Player
from tests.lab.dataplane.conftest import real_lab

JD_LINK, AWS_LINK, DEVICE, LAN = "jd-hq", "aws-hq", "hq-router", "hq-lan"
CONFIGURED = "/etc/intercloud-vpn /etc/swanctl/conf.d /etc/strongswan.d /etc/systemd/system"


@dataclass
class Device:
    """The links, the device, and ways to look at it that are not the product's."""

    player: Player
    hosts: Path
    factory: str

    @property
    def access(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.player.lab.env["LAB_DEVICES"])[DEVICE]
        return found

    def run(self, playbook: str = "intercloud.vpn.site", *args: str) -> Outcome:
        return self.player.run(playbook, *args, inventory=self.hosts)

    def ssh(self, command: str) -> str:
        done = self.try_ssh(command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def try_ssh(self, command: str) -> subprocess.CompletedProcess[str]:
        way = self.access
        options = ["-F", "/dev/null", "-i", way["private_key_file"], "-p", str(way["port"])]
        for option in (f"UserKnownHostsFile={way['known_hosts_file']}", "StrictHostKeyChecking=yes", "BatchMode=yes"):
            options += ["-o", option]
        return subprocess.run(
            ["ssh", *options, f"{way['user']}@{way['host']}", command], capture_output=True, text=True, check=False
        )

    def configuration(self) -> str:
        """Everything that can be configured, as text; FRR's blocks in an order that does not tell their age."""
        files = self.ssh(f"find {CONFIGURED} -type f 2>/dev/null | sort | xargs -r grep -H ''")
        running = self.ssh("vtysh -c 'show running-config' | grep -v '^Building\\|^Current'")
        blocks = sorted(block.strip() for block in running.split("\n!\n"))
        links = self.ssh("ip -o link | cut -d: -f2 | cut -d@ -f1 | sort")
        return "\n".join([files, *blocks, links])

    def numbers(self, link: str) -> dict[str, int]:
        """By slot, the number that everything of a tunnel is named after."""
        told = self.ssh("grep -H DESCRIPTION /etc/intercloud-vpn/tunnels/*")
        found = {}
        for line in told.splitlines():
            path, _colon, text = line.partition(":")
            name = text.split("'")[1].split()[1]
            if name.startswith(f"{link}-"):
                found[name.removeprefix(f"{link}-")] = int(path.rpartition("icv")[2])
        return found


def write(player: Player, folder: Path, link: dict[str, Any] | None = None) -> Path:
    """An inventory of one site on each cloud, both joined to the device; `link` are variables of both links."""
    sites = inventory.sites(player.lab)
    lab_sites = yaml.safe_load((ROOT / "inventories/lab/group_vars/all.yml").read_text(encoding="utf-8"))["vpn_sites"]
    for name, model in (("jd", "jd-north"), ("aws", "aws-virginia")):
        sites[name]["probe"] = lab_sites[model]["probe"]
    sites[DEVICE] = lab_sites[DEVICE]
    path = inventory.write(
        folder, sites, topology={JD_LINK: ["jd", DEVICE], AWS_LINK: [DEVICE, "aws"]},
        vpn_verify_enabled=True, vpn_verify_instances="keep", **(link or {}),
    )  # fmt: skip
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups = content["all"]["children"]
    groups["vpn_devices"]["hosts"][DEVICE] = _host_vars(DEVICE)
    probes = yaml.safe_load((ROOT / "inventories/lab/group_vars/vpn_probes.yml").read_text(encoding="utf-8"))
    groups["vpn_probes"] = {"hosts": {LAN: _host_vars(LAN)}, "vars": probes}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def _host_vars(host: str) -> dict[str, Any]:
    """As the lab's own inventory has them."""
    text = (ROOT / f"inventories/lab/host_vars/{host}.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    yield from real_lab(tmp_path_factory)


@pytest.fixture(scope="module")
def device(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Device:
    """Joined, and proven by site.yml itself: tunnels up, routes learned, pings answered both ways."""
    player = Player(lab, tmp_path_factory.mktemp("ansible"))
    found = Device(player, write(player, tmp_path_factory.mktemp("inventory")), "")
    found.factory = found.configuration()
    outcome = found.run().ok()
    assert outcome.changed[DEVICE] == 1
    return found
