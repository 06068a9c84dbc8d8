# SPDX-License-Identifier: GPL-3.0-or-later
"""A small inventory of one link, for tests that run the playbook many times."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from lab.launcher import Lab

from .clouds import account

JDCLOUD, AWS, LINK = "jd", "aws", "link"
DEVICE = "hq"


def sites(lab: Lab, auth: bool = True) -> dict[str, Any]:
    """One site on each cloud; with `auth` their keys stand in the inventory, else in the environment."""
    found: dict[str, Any] = {
        JDCLOUD: {"kind": "jdcloud", "region": "cn-north-1", "vpc": {"cidr": "10.10.0.0/16"},
                  "subnets": [{"name": "apps", "cidr": "10.10.1.0/24"}]},
        AWS: {"kind": "aws", "region": "us-east-1", "vpc": {"cidr": "172.31.0.0/16"},
              "subnets": [{"name": "apps", "cidr": "172.31.1.0/24"}], "vpn_gateway": {"asn": 65101}},
    }  # fmt: skip
    if auth:
        for site, name in ((JDCLOUD, "north"), (AWS, "global")):
            keys = account(lab, name)
            found[site]["auth"] = {"access_key": keys["access_key"], "secret_key": keys["secret_key"]}
    return found


def device(**more: Any) -> dict[str, Any]:
    """A VPN device with two public addresses."""
    return {"kind": "device", "family": "linux_frr", "asn": 65300, "addresses": ["192.88.99.1", "192.88.99.2"],
            "ranges": ["192.168.50.0/24"], **more}  # fmt: skip


def write(
    folder: Path,
    vpn_sites: dict[str, Any],
    link: dict[str, Any] | None = None,
    topology: dict[str, Any] | None = None,
    **shared: Any,
) -> Path:
    """An inventory file; `link` are variables of the link's host, `shared` those of all hosts."""
    topology = topology or {LINK: [JDCLOUD, AWS]}
    kinds = {kind: [n for n, s in vpn_sites.items() if s.get("kind") == kind] for kind in ("jdcloud", "aws", "device")}
    content = {
        "all": {
            "vars": {
                "ansible_connection": "local",
                "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                "vpn_sites": vpn_sites,
                "vpn_topology": topology,
                # Without a data plane no tunnel ever comes up.
                "vpn_verify_enabled": False,
                **shared,
            },
            "children": {
                "jdcloud_sites": {"hosts": dict.fromkeys(kinds["jdcloud"], None)},
                "aws_sites": {"hosts": dict.fromkeys(kinds["aws"], None)},
                "vpn_devices": {"hosts": dict.fromkeys(kinds["device"], None)},
                "vpn_links": {"hosts": {name: link if name == LINK else None for name in topology}},
            },
        }
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "hosts.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    path.chmod(0o600)
    return path
