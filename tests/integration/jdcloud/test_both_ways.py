# SPDX-License-Identifier: GPL-3.0-or-later
"""A task gives the same result in the worker as it does as an ordinary module."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
VPC = {"vpc_name": "both", "address_prefix": "10.8.0.0/16"}
GATEWAY = {"customer_gateway_name": "both", "bgp_asn": 65001, "customer_ips": ["3.120.0.10", "3.120.0.11"]}


def task(name: str, **options: Any) -> dict[str, Any]:
    keywords = {key[1:]: options.pop(key) for key in list(options) if key.startswith("_")}
    return {f"intercloud.vpn.{name}": options, "name": f"{name} {keywords}", "ignore_errors": True, **keywords}


TASKS = [
    task("jdcloud_vpc", **VPC),
    task("jdcloud_vpc", **VPC),
    task("jdcloud_vpc", vpc_name="both", description="x", _check_mode=True, _diff=True),
    task("jdcloud_vpc", vpc_name="both", description="x", _diff=True),
    task("jdcloud_vpc", vpc_name="{{ item }}", address_prefix="10.9.0.0/16", _loop=["one", "two"]),
    task("jdcloud_vpc", vpc_name="both", address_prefix="10.7.0.0/16"),
    task("jdcloud_vpc", vpc_name="both", unknown=1),
    task("jdcloud_vpc", address_prefix="10.9.0.0/16"),
    task("jdcloud_vpc", vpc_name="both", state="gone"),
    task("jdcloud_vpc_info", secret_key="not-the-right-one"),
    task("jdcloud_vpc_info", vpc_names=["both"], _delegate_to="localhost"),
    task("jdcloud_vpc_info", region="", _environment={"JDCLOUD_REGION": "cn-north-1"}),
    task("jdcloud_customer_gateway", **GATEWAY),
    task("jdcloud_customer_gateway", **{**GATEWAY, "bgp_asn": "65001", "wait": "no"}),
    task("jdcloud_border_gateway", bgw_name="both", vpc_id="{{ undefined_here }}"),
    task("jdcloud_vpc_info", _async=30, _poll=1),
    task("jdcloud_vpc", vpc_name="both", vpc_id="{{ (1, 2) }}"),
    task("jdcloud_vpc", vpc_name="one", state="absent"),
]


def unnamed(value: Any, known: dict[str, str]) -> Any:
    """Without what differs from run to run: times, and ids, which are replaced by the order in which they come."""
    text = json.dumps(value, sort_keys=True)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\b[0-9a-f]{32}\b|\bj\d{10,}(\.\d+)?", "<once>", text)
    ids = r"\b(?:vpc|rtb|acl|cgw|bgw|subnet)-[a-z0-9]{8,}"
    return json.loads(re.sub(ids, lambda found: known.setdefault(found[0], f"<{len(known)}>"), text))


def play(lab, tmp_path: Path, in_process: bool) -> tuple[list[Any], str]:
    """The results of all tasks, and everything that was written at the highest verbosity."""
    lab.ask("POST", "/reset")
    text = [
        {
            "hosts": "somewhere",
            "gather_facts": False,
            "module_defaults": {"group/intercloud.vpn.jdcloud": lab.auth},
            "tasks": TASKS,
        }
    ]
    path = tmp_path / f"{in_process}.yml"
    path.write_text(json.dumps(text))
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "somewhere,", "-c", "local", str(path)]
    command += ["-e", f"intercloud_in_process={in_process}", "-vvvv"]
    command += ["-e", f"ansible_python_interpreter={sys.executable}"]
    env = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        "ANSIBLE_LOG_PATH": str(tmp_path / "log"),
        # Ansible's default is ~, which its two halves read differently where HOME is not the account's own.
        "ANSIBLE_ASYNC_DIR": str(tmp_path / "async"),
    }
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=240)
    output = json.loads(done.stdout[done.stdout.index("{\n") :])
    results = [t["hosts"]["somewhere"] for t in output["plays"][0]["tasks"]]
    return results, done.stdout + done.stderr + (tmp_path / "log").read_text()


@pytest.fixture
def both(lab, tmp_path: Path) -> dict[bool, tuple[list[Any], str]]:
    return {way: play(lab, tmp_path, way) for way in (True, False)}


def test_results_are_the_same_in_the_worker_and_as_a_module(lab, both) -> None:
    """Invocation, change, diff, failure, arguments refused, loop, delegation, environment, async."""
    ways = {way: unnamed(results, {}) for way, (results, _text) in both.items()}
    assert len(ways[True]) == len(TASKS)
    for number, item in enumerate(TASKS):
        assert ways[True][number] == ways[False][number], item["name"]
    results = ways[True]
    failed = [number for number, result in enumerate(results) if result.get("failed")]
    assert failed == [5, 6, 7, 8, 9, 14, 16]
    assert "Unsupported parameters for (intercloud.vpn.jdcloud_vpc) module: unknown" in results[6]["msg"]
    assert results[2]["changed"] and results[2]["diff"]
    # The tasks did run where they were told to.
    assert "AnsiballZ_jdcloud_vpc" not in both[True][1].replace("AnsiballZ_jdcloud_vpc_info", "")
    assert "AnsiballZ_jdcloud_vpc.py" in both[False][1]
    for _results, text in both.values():
        for secret in (lab.auth["secret_key"], lab.auth["access_key"], "not-the-right-one"):
            assert secret not in text.replace(str(TASKS), "")
