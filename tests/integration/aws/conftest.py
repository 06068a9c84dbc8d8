# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated AWS in a process of its own, and an account with a VPC, a gateway and route tables in it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import api
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context

from tests.unit.aws.samples import params

ROOT = Path(__file__).resolve().parents[3]
ACCESS_KEY, SECRET_KEY = "AKIDINTEGRATIONTESTS", "integration-tests-secret-key-0001"
ACCOUNT = {
    "cloud": "aws",
    "name": "frankfurt",
    "account_id": "111122223333",
    "access_key": ACCESS_KEY,
    "secret_key": SECRET_KEY,
    "regions": ["eu-central-1"],
}
FAST = {"pending_seconds": 0.3, "modifying_seconds": 0.3, "deleting_seconds": 0.3}


@dataclass
class Lab:
    endpoint: str
    admin: str

    @property
    def auth(self) -> dict[str, str]:
        return {
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "region": "eu-central-1",
            "endpoint_url": self.endpoint,
        }

    def boto(self) -> Any:
        """Plain boto3: how the tests look at the cloud past our own code."""
        return boto3.client(
            "ec2",
            region_name="eu-central-1",
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
        )

    def fault(self, operation: str, kind: str, **more: Any) -> None:
        answer = requests.post(f"{self.admin}/faults", json={"operation": operation, "kind": kind, **more}, timeout=10)
        answer.raise_for_status()

    def settings(self, **values: Any) -> None:
        requests.patch(f"{self.admin}/settings", json=values, timeout=10).raise_for_status()

    def requests(self) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = requests.get(f"{self.admin}/requests", timeout=10).json()["requests"]
        return records

    def writes(self) -> list[str]:
        return [record["operation"] for record in self.requests() if record["write"]]

    def forget(self) -> None:
        requests.delete(f"{self.admin}/requests", timeout=10).raise_for_status()

    def run(self, module: Any, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        """One of our modules as Ansible runs it, without starting Ansible."""
        result: dict[str, Any] = module.run(params(module, **self.auth, **options), Context(check_mode=check_mode))
        return result


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("aws")
    config, ready = folder / "config.json", folder / "ready.json"
    config.write_text(json.dumps({"accounts": [ACCOUNT], "settings": FAST, "request_log": str(folder / "log.jsonl")}))
    command = [sys.executable, "-m", "lab.aws", "--config", str(config), "--ready", str(ready)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            deadline = time.monotonic() + 60
            while not ready.exists():
                assert process.poll() is None and time.monotonic() < deadline, "lab.aws did not start"
                time.sleep(0.05)
            ports = json.loads(ready.read_text())
            yield Lab(f"http://127.0.0.1:{ports['port']}", f"http://127.0.0.1:{ports['admin_port']}")
        finally:
            process.terminate()


@pytest.fixture
def lab(server: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    # The emulated cloud's lists never lag behind, so there is nothing to wait for between two looks.
    monkeypatch.setattr(api, "LOOK_AGAIN_SECONDS", (0.0, 0.1))
    requests.post(f"{server.admin}/reset", timeout=10).raise_for_status()
    server.settings(**FAST, redact_psks=False)
    return server


@dataclass
class Site:
    vpc_id: str
    gateway_id: str
    table_ids: list[str]


@pytest.fixture
def site(lab: Lab) -> Site:
    client = lab.boto()
    vpc = client.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    gateway = client.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=65001)["VpnGateway"]["VpnGatewayId"]
    client.attach_vpn_gateway(VpcId=vpc, VpnGatewayId=gateway)
    tables = [client.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(2)]
    lab.forget()
    return Site(vpc, gateway, tables)
