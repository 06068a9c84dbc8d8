# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: N links between J JD Cloud sites and A AWS sites, every one joined to every other one.

40 links fit into the clouds' published quotas (5 JD Cloud sites in 5 regions of two accounts with 8 links each, 8 AWS
sites with 5 links each); for 100 those of the lab's JD Cloud are raised. The plan takes AWS's for the published ones.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.launcher import CLOUDS, Lab

SHAPES = {1: (1, 1), 10: (2, 5), 40: (5, 8), 100: (5, 20)}  # links: JD Cloud sites, AWS sites
RAISED = {"quotas": dict.fromkeys(("customer_gateway", "vpn_connection", "vpc", "bgw"), 100)}
_JDCLOUD = [("north", region) for region in ("cn-north-1", "cn-east-1", "cn-east-2", "cn-south-1")] + [
    ("south", "cn-south-1")
]
_AWS = ["us-east-1", "eu-central-1", "us-west-2", "eu-west-1"]


@dataclass(frozen=True)
class Scenario:
    """`file` is an inventory for Ansible; `plan` is the same for a script that knows no Ansible."""

    links: int
    file: Path
    plan: Path


def write(lab: Lab, folder: Path, links: int) -> Scenario:
    jd_count, aws_count = SHAPES[links]
    folder.mkdir(parents=True, exist_ok=True)
    sites: dict[str, Any] = {}
    for n in range(jd_count):
        account, region = _JDCLOUD[n % len(_JDCLOUD)]
        sites[f"jd{n}"] = {
            "kind": "jdcloud", "region": region, "auth": _keys(lab, account), "vpc": {"cidr": f"10.{n}.0.0/16"},
            "subnets": [{"name": "apps", "cidr": f"10.{n}.1.0/24"}],
        }  # fmt: skip
    for n in range(aws_count):
        sites[f"aws{n}"] = {
            "kind": "aws", "region": _AWS[n % len(_AWS)], "auth": _keys(lab, "global"),
            "vpc": {"cidr": f"10.{100 + n}.0.0/16"}, "subnets": [{"name": "apps", "cidr": f"10.{100 + n}.1.0/24"}],
            "vpn_gateway": {"asn": 65101 + n}, "transit": jd_count > 1,
        }  # fmt: skip
    topology = {f"link{j}x{a}": [f"jd{j}", f"aws{a}"] for j in range(jd_count) for a in range(aws_count)}
    return Scenario(
        links,
        _private(folder / "hosts.yml", yaml.safe_dump(_inventory(sites, topology))),
        _private(folder / "plan.json", json.dumps({"sites": sites, "links": topology, "endpoints": lab.endpoints})),
    )


def prepare(lab: Lab, latency_ms: int, pending_seconds: float, links: int) -> None:
    """Clouds that are as slow as they are to be."""
    for cloud in CLOUDS:
        lab.admin(cloud, "PATCH", "/settings", {"latency_ms": latency_ms})
    lab.admin("aws", "PATCH", "/settings", {"pending_seconds": pending_seconds})
    if links > 40:
        lab.admin("jdcloud", "PATCH", "/settings", RAISED)


def _inventory(sites: dict[str, Any], topology: dict[str, Any]) -> dict[str, Any]:
    hosts = {
        group: {"hosts": {name: None for name, site in sites.items() if site["kind"] == kind}}
        for group, kind in (("jdcloud_sites", "jdcloud"), ("aws_sites", "aws"))
    }
    shared = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "vpn_sites": sites,
        "vpn_topology": topology,
        # Without a data plane no tunnel ever comes up.
        "vpn_verify_enabled": False,
    }
    return {"all": {"vars": shared, "children": {**hosts, "vpn_links": {"hosts": dict.fromkeys(topology)}}}}


def _keys(lab: Lab, name: str) -> dict[str, str]:
    account = next(item for item in lab.accounts if item["name"] == name)
    return {"access_key": account["access_key"], "secret_key": account["secret_key"]}


def _private(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return path
