# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated JD Cloud in a process of its own, and a way to run modules against it as Ansible would."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import time
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud import client as client_module
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context

ROOT = Path(__file__).resolve().parents[3]
ACCESS_KEY, SECRET_KEY, REGION = "AKINTEGRATION", "SKINTEGRATION", "cn-north-1"
ACCOUNT = {
    "cloud": "jdcloud",
    "name": "beijing",
    "account_id": "100000000001",
    "access_key": ACCESS_KEY,
    "secret_key": SECRET_KEY,
    "regions": [REGION],
}


class QuickClock(client_module.Clock):
    """The real clock, but pauses between repetitions are kept short."""

    def sleep(self, seconds: float) -> None:
        super().sleep(min(seconds, 0.05))


class Lab:
    """One emulated JD Cloud."""

    def __init__(self, port: int, admin_port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.admin = f"http://127.0.0.1:{admin_port}"

    @property
    def auth(self) -> dict[str, t.Any]:
        return {
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "region": REGION,
            "endpoint_url": f"{self.endpoint}",
        }

    def ask(self, method: str, path: str, body: t.Any = None) -> t.Any:
        answer = requests.request(method, f"{self.admin}{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.text else None

    def fault(self, operation: str, kind: str, **more: t.Any) -> None:
        self.ask("POST", "/faults", {"operation": operation, "kind": kind, **more})

    def settings(self, **values: t.Any) -> None:
        self.ask("PATCH", "/settings", values)

    def forget(self) -> None:
        self.ask("DELETE", "/requests")

    def writes(self) -> list[str]:
        return [record["operation"] for record in self.ask("GET", "/requests")["requests"] if record["write"]]

    def run(self, name: str, check: bool = False, diff: bool = False, **options: t.Any) -> dict[str, t.Any]:
        """The function of a module, with its defaults and the account's options."""
        module = importlib.import_module(f"ansible_collections.intercloud.vpn.plugins.modules.{name}")
        spec = module.DECLARATION.argument_spec
        params = {key: option.get("default") for key, option in spec.items()} | self.auth | options
        assert set(params) == set(spec)
        result: dict[str, t.Any] = module.run(params, Context(check_mode=check, diff=diff))
        return result


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("jdcloud")
    config, ready = folder / "config.json", folder / "ready.json"
    config.write_text(json.dumps({"accounts": [ACCOUNT], "settings": {}, "request_log": str(folder / "log.jsonl")}))
    command = [sys.executable, "-m", "lab.jdcloud", "--config", str(config), "--ready", str(ready)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            deadline = time.monotonic() + 60
            while not ready.exists():
                assert process.poll() is None and time.monotonic() < deadline, "lab.jdcloud did not start"
                time.sleep(0.05)
            ports = json.loads(ready.read_text())
            yield Lab(ports["port"], ports["admin_port"])
        finally:
            process.terminate()


@pytest.fixture
def lab(server: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr(client_module, "Clock", QuickClock)
    for name in ("ACCESS_KEY", "SECRET_KEY", "SECURITY_TOKEN", "REGION", "ENDPOINT_URL", "OPERATIONS_FILE"):
        monkeypatch.delenv(f"JDCLOUD_{name}", raising=False)
    server.ask("POST", "/reset")
    server.settings(
        mask_psk="off", provisioning_s=0, latency_ms=0, rate_limit_per_minute=0, quotas={"vpc": 10, "bgw": 5}
    )
    return server


class Site(t.NamedTuple):
    """A VPC on a border gateway, and a connection that waits for its tunnels."""

    vpc_id: str
    bgw_id: str
    cgw_id: str
    vpn_connection_id: str
    cloud_ips: list[str]


@pytest.fixture
def site(lab: Lab) -> Site:
    vpc = lab.run("jdcloud_vpc", vpc_name="v", address_prefix="10.0.0.0/16")["vpc"]["vpc_id"]
    lab.run("jdcloud_subnet", vpc_id=vpc, subnet_name="s", address_prefix="10.0.1.0/24")
    bgw = lab.run("jdcloud_border_gateway", bgw_name="b")["border_gateway"]["bgw_id"]
    lab.run("jdcloud_vpc_attachment", vpc_attachment_name="a", bgw_id=bgw, vpc_id=vpc, propagate_type="all")
    cgw = lab.run("jdcloud_customer_gateway", customer_gateway_name="c", bgp_asn=65001, customer_ips=CUSTOMER_IPS)
    cgw_id = cgw["customer_gateway"]["customer_gateway_id"]
    vpn = lab.run("jdcloud_vpn_connection", vpn_connection_name="n", bgw_id=bgw, cgw_id=cgw_id)["vpn_connection"]
    lab.forget()
    return Site(vpc, bgw, cgw_id, vpn["vpn_connection_id"], vpn["cloud_public_ip"])


CUSTOMER_IPS = ["3.120.0.10", "3.120.0.11", "18.184.0.12", "18.184.0.13"]
