# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulated AWS for all tests of this folder, emptied before each; its clients are plain boto3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from lab.aws.server import AwsServer

GLOBAL = {
    "cloud": "aws",
    "name": "global",
    "account_id": "111122223333",
    "access_key": "AKIAQ2GLOBALQ2GLOBAL",
    "secret_key": "global-secret-global-secret-global-secre",
    "regions": ["us-east-1", "eu-west-1"],
}
CHINA = {
    "cloud": "aws",
    "name": "china",
    "account_id": "444455556666",
    "access_key": "AKIAQ2CHINAQ2CHINAQ2",
    "secret_key": "china-secret-china-secret-china-secret-c",
    "regions": ["cn-north-1", "cn-northwest-1"],
}


class Aws:
    """What tests do with the server, besides calling its API."""

    def __init__(self, server: AwsServer, request_log: Path) -> None:
        self.endpoint = f"http://127.0.0.1:{server.port}"
        self.admin_url = f"http://127.0.0.1:{server.admin_port}"
        self.request_log = request_log
        self.client = cache(self._client)

    def _client(self, service: str, account_name: str, region: str) -> Any:
        account = {"global": GLOBAL, "china": CHINA}[account_name]
        return self.client_with(account["access_key"], account["secret_key"], region, service)

    def client_with(
        self, access_key: str, secret_key: str, region: str, service: str = "ec2", token: str | None = None
    ) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            aws_session_token=token,
            region_name=region,
            # boto3 repeats what fails; a test wants to see each failure once.
            config=Config(retries={"total_max_attempts": 1}),
        )

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, self.admin_url + path, json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def set(self, **settings: Any) -> None:
        self.admin("PATCH", "/settings", settings)

    def pass_time(self, seconds: float) -> None:
        self.admin("POST", "/clock", {"advance": seconds})

    def fail(self, **fault: Any) -> None:
        self.admin("POST", "/faults", fault)

    def operations(self) -> list[str]:
        return [record["operation"] for record in self.admin("GET", "/requests")["requests"]]


@pytest.fixture(scope="session")
def running_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    request_log = tmp_path_factory.mktemp("aws") / "requests.jsonl"
    server = AwsServer({"accounts": [GLOBAL, CHINA], "settings": {}, "request_log": str(request_log)})
    server.start()
    yield Aws(server, request_log)
    server.stop()


@pytest.fixture
def aws(running_aws: Aws) -> Aws:
    """An empty cloud with the settings of a fresh start, except that nothing takes time."""
    running_aws.admin("POST", "/reset")
    defaults = {
        "latency_ms": 0,
        "pending_seconds": 0,
        "modifying_seconds": 0,
        "deleting_seconds": 0,
        "deleted_visible_seconds": 60,
        "tunnel_order": "mixed",
        "describe_unset_options": False,
        "redact_psks": False,
        "repeated_connection": "create",
        "vpn_connections_per_gateway": 10,
        "vpn_connections_per_region": 50,
        "customer_gateways_per_region": 50,
        "vpn_gateways_per_region": 5,
    }
    running_aws.set(**defaults)
    return running_aws


@pytest.fixture
def ec2(aws: Aws) -> Any:
    return aws.client("ec2", "global", "us-east-1")


@pytest.fixture
def refused() -> Callable[..., str]:
    """Call something that must be refused with this code; returns AWS's message."""

    def expect(code: str, call: Callable[..., Any], **arguments: Any) -> str:
        with pytest.raises(ClientError) as caught:
            call(**arguments)
        error = caught.value.response["Error"]
        assert error["Code"] == code, error
        return str(error["Message"])

    return expect


class Site:
    """A VPN gateway attached to the default VPC, and connections of it made with few words."""

    def __init__(self, ec2: Any) -> None:
        self.ec2 = ec2
        self.vpc_id = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        self.vgw_id = ec2.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=65001)["VpnGateway"]["VpnGatewayId"]
        ec2.attach_vpn_gateway(VpcId=self.vpc_id, VpnGatewayId=self.vgw_id)
        self._made = 0

    def customer_gateway(self, **arguments: Any) -> str:
        self._made += 1
        wanted = {"Type": "ipsec.1", "IpAddress": f"116.198.1.{self._made}", "BgpAsn": 65000} | arguments
        return str(self.ec2.create_customer_gateway(**wanted)["CustomerGateway"]["CustomerGatewayId"])

    def connect(self, *tunnels: dict[str, Any], static: bool = False, **arguments: Any) -> dict[str, Any]:
        options: dict[str, Any] = {"StaticRoutesOnly": static}
        if tunnels:
            options["TunnelOptions"] = list(tunnels)
        wanted = {
            "Type": "ipsec.1",
            "CustomerGatewayId": arguments.pop("CustomerGatewayId", None) or self.customer_gateway(),
            "VpnGatewayId": self.vgw_id,
            "Options": options | arguments.pop("Options", {}),
        }
        created: dict[str, Any] = self.ec2.create_vpn_connection(**(wanted | arguments))["VpnConnection"]
        return created

    def describe(self, connection: dict[str, Any]) -> dict[str, Any]:
        found = self.ec2.describe_vpn_connections(VpnConnectionIds=[connection["VpnConnectionId"]])
        described: dict[str, Any] = found["VpnConnections"][0]
        return described


@pytest.fixture
def site(ec2: Any) -> Site:
    return Site(ec2)
