# SPDX-License-Identifier: GPL-3.0-or-later
"""No key reaches any byte that a run writes: output, log, fact cache, left-over files, process lists."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from . import inventory
from .conftest import ROOT, Player

OTHER_SECRET = "another-master-secret-of-this-test-0123456789"


def secrets(player: Player) -> dict[str, str]:
    """Every secret that both clouds and the environment hold, by what it is."""
    found = {"master secret": player.lab.env["VPN_PSK_MASTER_SECRET"], "another master secret": OTHER_SECRET}
    for account in player.lab.accounts:
        found[f"access key of {account['name']}"] = account["access_key"]
        found[f"secret key of {account['name']}"] = account["secret_key"]
    for region in (r for regions in player.state()["jdcloud"].values() for r in regions.values()):
        for tunnel in region.get("vpnTunnel", {}).values():
            found[f"key of {tunnel['vpnTunnelId']} ({tunnel['psk']})"] = tunnel["psk"]
    return found


def hits(found: dict[str, str], text: str) -> list[str]:
    return [name for name, secret in found.items() if secret in text]


class ProcessList(threading.Thread):
    """Reads every command line on the machine, over and over, until it is told to stop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[str] = set()
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue


@pytest.fixture(scope="module", params=["inventory", "environment"])
def written(request: pytest.FixtureRequest, player: Player, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Everything that is written at the highest verbosity: two runs, a preview, a look at tunnels that are down, a
    rotation, a refused run, the removal."""
    player.lab.reset()
    folder = tmp_path_factory.mktemp(request.param)
    hosts = inventory.write(folder / "inventory", inventory.sites(player.lab, auth=request.param == "inventory"))
    env = player.environment(
        ANSIBLE_LOG_PATH=str(folder / "out" / "ansible.log"),
        ANSIBLE_CACHE_PLUGIN="jsonfile",
        ANSIBLE_CACHE_PLUGIN_CONNECTION=str(folder / "out" / "cache"),
        ANSIBLE_LOCAL_TEMP=str(folder / "out" / "local"),
        ANSIBLE_REMOTE_TEMP=str(folder / "out" / "remote"),
        ANSIBLE_RETRY_FILES_ENABLED="true",
        ANSIBLE_RETRY_FILES_SAVE_PATH=str(folder / "out"),
        ANSIBLE_STDOUT_CALLBACK="default",
        TMPDIR=str(folder / "out"),
    )
    (folder / "out").mkdir()
    watcher = ProcessList()
    watcher.start()
    texts: dict[str, str] = {}
    found: dict[str, str] = {}
    other = {"VPN_PSK_MASTER_SECRET": OTHER_SECRET}
    runs: list[tuple[str, list[str], int, dict[str, str]]] = [
        ("intercloud.vpn.site", [], 0, {}),
        ("intercloud.vpn.site", ["-e", "intercloud_in_process=false"], 0, {}),
        ("intercloud.vpn.site", ["--check"], 0, {}),
        ("intercloud.vpn.verify", ["-e", "vpn_verify_timeout=0"], 2, {}),
        ("intercloud.vpn.rotate_psk", ["--limit", inventory.LINK], 0, {}),
        ("intercloud.vpn.site", ["--limit", inventory.LINK], 2, other),
        ("intercloud.vpn.teardown", [], 0, {}),
    ]
    if request.param == "environment":  # where the credentials come from makes a difference for these
        runs = [("intercloud.vpn.site", ["-e", "intercloud_in_process=false"], 0, {}), runs[-1]]
    for number, (playbook, args, code, more) in enumerate(runs):
        command = player.command(playbook, "-vvvv", "--diff", *args, inventory=hosts)
        done = subprocess.run(command, cwd=ROOT, env=env | more, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
        texts[f"output of run {number}"] = done.stdout + done.stderr
        found.update(secrets(player))
    watcher.done.set()
    watcher.join()
    texts["process list"] = "\n".join(watcher.seen)
    for path in (folder / "out").rglob("*"):
        if path.is_file():
            texts[str(path.relative_to(folder))] = path.read_text(errors="replace")
    return found, texts


def test_no_secret_is_written_anywhere(written: tuple[dict[str, str], dict[str, str]]) -> None:
    found, texts = written
    assert len([name for name in found if name.startswith("key of")]) in (4, 8), "four tunnels, and new keys for them"
    assert "ansible.log" in str(texts.keys())
    leaks = {where: hits(found, text) for where, text in texts.items() if hits(found, text)}
    assert leaks == {}


def test_the_search_would_find_a_secret(written: tuple[dict[str, str], dict[str, str]]) -> None:
    found, texts = written
    planted = next(iter(found.values()))
    assert hits(found, texts["output of run 0"] + planted) == ["master secret"]
    # The output is that of the runs, and the process list has seen them.
    assert "invocation" in texts["output of run 0"]
    assert "ansible-playbook" in texts["process list"]
