# SPDX-License-Identifier: GPL-3.0-or-later
"""Likely mistakes of somebody new: each ends in one message that says what to do, and no cloud is written to."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from . import inventory
from .conftest import ROOT, Outcome, Player
from .inventory import AWS, JDCLOUD, LINK

Sites = dict[str, Any]
SITES_ONLY = ("--limit", f"{JDCLOUD},{AWS}")


@pytest.fixture
def hosts(player: Player, tmp_path: Path) -> Callable[..., Path]:
    """Writes an inventory; `change` gets its parsed content."""

    def write(change: Callable[[Sites, dict[str, Any]], None], auth: bool = True, **more: Any) -> Path:
        path = inventory.write(tmp_path, inventory.sites(player.lab, auth=auth), **more)
        content = yaml.safe_load(path.read_text())
        change(content["all"]["vars"]["vpn_sites"], content["all"]["children"])
        path.write_text(yaml.safe_dump(content))
        return path

    return write


def nothing(_sites: Sites, _groups: dict[str, Any]) -> None:
    """As it should be."""


def told(player: Player, outcome: Outcome, *texts: str) -> None:
    assert outcome.code != 0
    said = " ".join(outcome.complaints) or outcome.text
    for text in texts:
        assert text in said, said
    assert player.writes() == []


def test_no_credentials(player: Player, hosts: Any) -> None:
    """Neither in the inventory nor in the environment; boto3 must not look for those of the machine either."""
    none = dict.fromkeys(("JDCLOUD_ACCESS_KEY", "JDCLOUD_SECRET_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "")
    path = hosts(nothing, auth=False)
    outcome = player.run("intercloud.vpn.site", "--limit", JDCLOUD, inventory=path, **none)
    told(player, outcome, "No JD Cloud credentials: access_key and secret_key not set", "JDCLOUD_ACCESS_KEY")
    nobody = {
        **none,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_CONFIG_FILE": "/dev/null",
    }
    outcome = player.run("intercloud.vpn.site", "--limit", AWS, inventory=path, **nobody)
    told(player, outcome, "there are no complete AWS credentials", "or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")


def test_wrong_region(player: Player, hosts: Any) -> None:
    def change(sites: Sites, _groups: Any) -> None:
        sites[JDCLOUD]["region"] = "beijing"

    outcome = player.run(inventory=hosts(change))
    told(player, outcome, "regionId: beijing is unknown", "Check region: it must be one of JD Cloud's")

    def china(sites: Sites, _groups: Any) -> None:
        sites[AWS].update(region="cn-north-1", partition="aws")

    outcome = player.run(inventory=hosts(china))
    told(player, outcome, "vpn_sites.aws.region: cn-north-1 is not a region of partition aws")


def test_no_route_to_the_endpoints(player: Player, hosts: Any) -> None:
    def change(sites: Sites, _groups: Any) -> None:
        sites[JDCLOUD]["auth"]["endpoint_url"] = sites[AWS]["auth"]["endpoint_url"] = "http://127.0.0.1:1"

    path = hosts(change)
    quick = {"JDCLOUD_RETRY_SECONDS": "0"}
    outcome = player.run("intercloud.vpn.site", "--limit", JDCLOUD, inventory=path, **quick)
    told(
        player,
        outcome,
        "can't be reached",
        "Check endpoint_url and region, the name resolution and the route of this host",
    )
    outcome = player.run("intercloud.vpn.site", "--limit", AWS, inventory=path)
    told(player, outcome, "http://127.0.0.1:1", "check that the region exists, endpoint_url, DNS, proxy and firewall")


@pytest.mark.parametrize(
    ("site", "operation", "answer", "texts"),
    [
        (JDCLOUD, "describeVpcs", {"status": 401, "code": "UNAUTHENTICATED", "message": "The security token has expired"},
         ("The security token has expired", "The credentials were refused")),
        (AWS, "DescribeVpcs", {"status": 400, "code": "RequestExpired", "message": "Request has expired."},
         ("RequestExpired", "Get a new session token, and check this machine's clock")),
    ],
)  # fmt: skip
def test_an_expired_token(
    player: Player, hosts: Any, site: str, operation: str, answer: dict[str, Any], texts: tuple[str, ...]
) -> None:
    cloud = {JDCLOUD: "jdcloud", AWS: "aws"}[site]
    player.lab.admin(cloud, "POST", "/faults", {"operation": operation, "kind": "error", "count": 9, **answer})
    try:
        told(player, player.run("intercloud.vpn.site", "--limit", site, inventory=hosts(nothing)), *texts)
    finally:
        player.lab.admin(cloud, "DELETE", "/faults")


@pytest.mark.parametrize(
    ("package", "site", "named"), [("jdcloud_sdk", JDCLOUD, "jdcloud-sdk"), ("boto3", AWS, "boto3 and botocore")]
)
def test_a_missing_sdk(player: Player, hosts: Any, tmp_path: Path, package: str, site: str, named: str) -> None:
    shadow = tmp_path / "shadow" / package
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text(
        f"raise ModuleNotFoundError(\"No module named '{package}'\", name='{package}')\n"
    )
    env = {"PYTHONPATH": str(shadow.parent)}
    outcome = player.run("intercloud.vpn.site", "--limit", site, inventory=hosts(nothing), **env)
    told(player, outcome, f"Failed to import the required Python library ({named})")


def test_missing_amazon_aws(player: Player, hosts: Any) -> None:
    """Ansible finds this collection, and none of those that the package `ansible` brings."""
    alone = {"ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false", "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "collections")}
    command = player.command("intercloud.vpn.site", *SITES_ONLY, inventory=hosts(nothing))
    env = player.environment(**alone)
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert (
        "The collection amazon.aws is not installed where Ansible looks for collections." in done.stdout + done.stderr
    )
    assert "ansible-galaxy collection install" in done.stdout + done.stderr


def test_hosts_that_no_play_would_run_over(player: Player, hosts: Any) -> None:
    def change(_sites: Sites, groups: dict[str, Any]) -> None:
        groups["vpn_links"]["hosts"] = {}
        groups["aws_sites"]["hosts"] = {"frankfurt": None}
        groups["others"] = {"hosts": {LINK: None, AWS: None}}

    outcome = player.run(inventory=hosts(change))
    told(
        player, outcome,
        "host frankfurt: stands in the group aws_sites, but vpn_sites does not define it. Allowed: aws, jd",
        f"host {LINK}: does not stand in the group vpn_links, so nothing would be done for it",
        f"host {AWS}: does not stand in the group aws_sites, so nothing would be done for it",
    )  # fmt: skip


def test_a_link_to_an_unknown_site(player: Player, hosts: Any) -> None:
    outcome = player.run(inventory=hosts(nothing, topology={LINK: [JDCLOUD, "frankfrut"]}))
    told(player, outcome, f"link {LINK}: ends: site 'frankfrut' is not defined. Allowed: aws, jd", "1 fault:")


def test_an_inventory_without_sites_and_links(player: Player, hosts: Any) -> None:
    path = hosts(nothing)
    content = yaml.safe_load(path.read_text())
    del content["all"]["vars"]["vpn_sites"], content["all"]["vars"]["vpn_topology"]
    path.write_text(yaml.safe_dump(content))
    told(
        player, player.run(inventory=path),
        f"host {JDCLOUD}: stands in the group jdcloud_sites, but vpn_sites does not define it. Allowed: vpn_sites is empty",
        f"link {LINK}: ends: [] does not name two sites",
    )  # fmt: skip
