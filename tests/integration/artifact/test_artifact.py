# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make dist` builds: it holds what users run and no more, and runs by itself on the oldest and the newest core."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest

from tests.integration.playbooks import inventory
from tests.integration.playbooks.conftest import BIN, ROOT, Player

CORES = {"oldest": "ansible-core==2.19.*", "newest": "ansible-core==2.21.*"}
TOP = {
    "CONTRIBUTING.md", "FILES.json", "LICENSE", "LICENSES", "MANIFEST.json", "README.md", "README.zh.md", "REUSE.toml",
    "SECURITY.md", "bindep.txt", "changelogs", "docs", "extensions", "inventories", "meta", "playbooks", "plugins",
    "requirements.txt", "roles",
}  # fmt: skip


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    env = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run([ROOT / "tools/dist", folder], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.tar.gz")
    assert str(path) == done.stdout.strip()
    assert re.fullmatch(r"intercloud-vpn-\d+\.\d+\.\d+\.tar\.gz", path.name)
    return path


def test_it_holds_what_users_run_and_no_more(artifact: Path) -> None:
    with tarfile.open(artifact) as tar:
        names = tar.getnames()
    assert {name.split("/")[0] for name in names} - {"CHANGELOG.md"} == TOP
    for folder, held in {"extensions": {"audit", "execution-environment"}, "inventories": {"example"}}.items():
        assert {name.split("/")[1] for name in names if name.startswith(f"{folder}/")} == held
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".log", ".retry"))]
    known = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for kind in ("plugins/modules", "plugins/action", "plugins/filter", "roles", "playbooks"):
        have = {line for line in known.stdout.splitlines() if line.startswith(f"{kind}/") and (ROOT / line).exists()}
        assert have, kind
        assert have <= set(names), kind


def python_for(core: str) -> str | None:
    """The newest core wants Python 3.12 or newer: on the PATH, or installed beside this interpreter, as pyenv does it."""
    if core == CORES["oldest"] or sys.version_info >= (3, 12):
        return sys.executable
    beside = sorted(Path(sys.base_prefix).parent.glob("3.1[2-9]*/bin/python3"))
    for python in (*filter(None, map(shutil.which, ("python3.14", "python3.13", "python3.12"))), *map(str, beside)):
        if subprocess.run([python, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0:
            return python
    return None


@pytest.fixture(scope="module", params=CORES)
def installed(request: pytest.FixtureRequest, artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with a core, what requirements.txt lists, and a collections path with the artifact in it."""
    core = CORES[request.param]
    python = python_for(core)
    if python is None:
        pytest.skip(f"NOT TESTED: {core} needs Python 3.12 or newer, which is not on this machine")
    folder = tmp_path_factory.mktemp(request.param)
    subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
    packages = [core, "-r", ROOT / "requirements.txt"]
    subprocess.run([folder / "venv/bin/pip", "install", "-q", "--no-compile", *packages], check=True)
    collections = folder / "collections/ansible_collections"
    # From Galaxy in real life.
    held = Path(sysconfig.get_path("purelib")) / "ansible_collections/amazon"
    shutil.copytree(held, collections / "amazon", ignore=shutil.ignore_patterns("__pycache__", "tests", "docs"))
    install = [
        folder / "venv/bin/ansible-galaxy",
        "collection",
        "install",
        "--offline",
        artifact,
        "-p",
        collections.parent,
    ]
    subprocess.run(install, cwd=folder, env=environment(folder), check=True)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Nothing of the clone: no ansible.cfg, no collection, no package."""
    return {
        "HOME": str(folder),
        "PATH": f"{folder}/venv/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
        # The newest core has some for amazon.aws 10.1.
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
    }


def test_the_artifact_alone_joins_a_link(installed: Path, player: Player) -> None:
    player.lab.reset()
    hosts = inventory.write(installed, inventory.sites(player.lab))
    env = {**environment(installed), **player.lab.env}

    def run(*args: str) -> str:
        command = [installed / "venv/bin/ansible-playbook", "-i", hosts, *args]
        done = subprocess.run(command, cwd=installed, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        assert "[WARNING]" not in done.stderr, done.stderr
        return done.stdout

    def changed(text: str) -> dict[str, bool]:
        return {
            host: count != "0" for host, count in re.findall(r"^(\w+) +: ok=\d+ +changed=(\d+)", text, re.MULTILINE)
        }

    names = (inventory.JDCLOUD, inventory.AWS, inventory.LINK)
    assert changed(run("intercloud.vpn.site")) == dict.fromkeys(names, True)
    assert changed(run("intercloud.vpn.site", "--diff")) == dict.fromkeys(names, False)
    assert changed(run("intercloud.vpn.teardown")) == dict.fromkeys(names, True)
