# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-builder makes of the execution environment: the context, and what it finds in the built collection."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.integration.playbooks.conftest import BIN, ROOT

DEFINITION = ROOT / "extensions/execution-environment/execution-environment.yml"


def call(*command: str, cwd: Path = ROOT) -> str:
    # Not where this clone is known as a collection, or there would be nothing to install.
    env = {k: v for k, v in os.environ.items() if not k.startswith("ANSIBLE_")}
    whole = [str(BIN / command[0]), *command[1:]]
    done = subprocess.run(whole, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of collections with the artifact that users install."""
    folder = tmp_path_factory.mktemp("collections")
    call("ansible-galaxy", "collection", "build", "--output-path", str(folder))
    (artifact,) = folder.glob("intercloud-vpn-*.tar.gz")
    call(
        "ansible-galaxy", "collection", "install", str(artifact), "--no-deps", "--force", "-p", str(folder), cwd=folder
    )
    return folder


def lines(file: str) -> list[str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return sorted(line for line in text.splitlines() if line and not line.startswith("#"))


def test_the_builder_finds_what_the_collection_needs(installed: Path) -> None:
    found = yaml.safe_load(call("ansible-builder", "introspect", str(installed)))
    needs = {kind: sorted(line.split("  #")[0] for line in found[kind]) for kind in ("python", "system")}
    assert needs == {"python": lines("requirements.txt"), "system": lines("bindep.txt")}


def test_the_context_is_made_with_versions_that_the_collection_supports(tmp_path: Path) -> None:
    context = tmp_path / "context"
    call("ansible-builder", "create", "-f", str(DEFINITION), "-c", str(context), "--output-filename", "Containerfile")
    text = (context / "Containerfile").read_text(encoding="utf-8")
    assert "ansible-core>=2.19.0,<2.20" in text
    assert "docker.io/redhat/ubi9" in text
    wanted = yaml.safe_load((context / "_build/requirements.yml").read_text(encoding="utf-8"))["collections"]
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    routers = dict.fromkeys(("ansible.netcommon", "cisco.ios", "junipernetworks.junos", "vyos.vyos"))
    assert {item["name"]: item.get("version") for item in wanted} == {
        "intercloud.vpn": f">={galaxy['version']}", **galaxy["dependencies"], **routers,
    }  # fmt: skip
