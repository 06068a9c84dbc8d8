# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's Linux device is a machine of its own, reached by SSH alone, and goes with the lab, however that ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab import launcher
from lab.dataplane.netns import Namespaces
from lab.dataplane.place import Place
from lab.launcher import Lab
from tests.lab.dataplane.conftest import real_lab

FROM_THERE = "/etc/of-the-device /run/of-the-device /root/of-the-device /usr/local/sbin/of-the-device"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    yield from real_lab(tmp_path_factory)


def ssh(lab: Lab, command: str, **other: str) -> subprocess.CompletedProcess[str]:
    way: dict[str, Any] = {**json.loads(Lab.attach(lab.state_dir).env["LAB_DEVICES"])["hq-router"], **other}
    options = ["-F", "/dev/null", "-i", way["private_key_file"], "-p", str(way["port"]), "-o", "BatchMode=yes"]
    options += ["-o", f"UserKnownHostsFile={way['known_hosts_file']}", "-o", "StrictHostKeyChecking=yes"]
    return subprocess.run(["ssh", *options, "root@127.0.0.1", command], capture_output=True, text=True, check=False)


def test_what_is_written_there_is_not_written_here(lab: Lab) -> None:
    assert ssh(lab, f"touch {FROM_THERE} && hostname").stdout.strip() == "hq-router"
    assert ssh(lab, f"ls {FROM_THERE}").returncode == 0
    assert not [path for path in FROM_THERE.split() if Path(path).exists()]


def test_it_has_frr_and_a_swanctl_of_its_own(lab: Lab) -> None:
    assert "frr version" in ssh(lab, "vtysh -c 'show running-config'").stdout
    told = ssh(lab, "swanctl --list-sas && swanctl --load-all --noprompt && echo fine")
    assert (told.returncode, told.stdout.strip()) == (0, "fine")
    assert ssh(lab, "swanctl --initiate --child icv7").returncode == 2


def test_who_is_not_known_is_not_let_in(lab: Lab, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "other")], check=True)
    assert "Permission denied" in ssh(lab, "true", private_key_file=str(tmp_path / "other")).stderr
    (tmp_path / "nobody").touch()
    assert "Host key verification failed" in ssh(lab, "true", known_hosts_file=str(tmp_path / "nobody")).stderr


def test_a_reset_makes_it_forget(lab: Lab) -> None:
    assert (
        ssh(lab, "echo x >/etc/kept && vtysh -c 'configure terminal' -c 'ip route 10.0.0.0/8 blackhole'").returncode
        == 0
    )
    lab.reset()
    told = ssh(lab, "ls /etc/kept; vtysh -c 'show running-config'")
    assert "ip route" not in told.stdout
    assert "No such file" in told.stderr
    assert "frr version" in told.stdout


def test_nothing_is_left_when_the_lab_was_killed(tmp_path: Path, lab: Lab) -> None:
    other = launcher.start(tmp_path / "lab", dataplane=True)
    place = Place.of(other.state_dir)
    assert ssh(other, "true").returncode == 0
    for name in ("dataplane", *launcher.CLOUDS):
        os.kill(int((other.state_dir / f"{name}.pid").read_text()), signal.SIGKILL)
    launcher.stop(other.state_dir)
    assert Namespaces(place.prefix).all() == []
    assert not place.folder.exists()
    assert str(place.folder) not in Path("/proc/mounts").read_text(encoding="utf-8")
    assert ssh(lab, "true").returncode == 0, "another lab's device is not concerned"
