# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulated JD Cloud for all tests, emptied before each; asked with plain signed HTTP and with the published SDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from jdcloud_sdk.core.config import Config
from jdcloud_sdk.core.credential import Credential
from jdcloud_sdk.core.logger import Logger
from jdcloud_sdk.core.signer import Signer

from lab.jdcloud.server import JdCloudServer

REGION = "cn-north-1"
SILENT = Logger(-1)  # the SDK's own logger prints keys
PSK = "Abc_def-123456789012"


def account(name: str, **more: Any) -> dict[str, Any]:
    keys = {"access_key": f"AK{name}", "secret_key": f"SK{name}"}
    return {"cloud": "jdcloud", "name": name, "account_id": "1", **keys, "regions": [REGION, "cn-east-1"], **more}


class Client:
    """Plain signed HTTP, and the admin surface."""

    def __init__(self, server: JdCloudServer, name: str = "north", region: str = REGION) -> None:
        self.server, self.name, self.region = server, name, region
        self.signed_region = region
        self.credential = Credential(f"AK{name}", f"SK{name}")
        self.url = f"http://127.0.0.1:{server.port}"
        self.session = requests.Session()
        self.session.trust_env = False

    def send(self, method: str, path: str, body: str = "", service: str = "bgw", **headers: str) -> requests.Response:
        url = f"{self.url}/v1/regions/{self.region}{path}"
        signed = {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        Signer(SILENT).sign(method, service, self.signed_region, url, signed, body, self.credential, "")
        return self.session.request(method, url, data=body.encode(), headers=signed, timeout=10)

    def call(self, method: str, path: str, body: Any = None, service: str = "bgw") -> Any:
        """The result of a call that must succeed."""
        answer = self.raw(method, path, body, service)
        assert answer.status_code == 200, answer.text
        assert answer.json()["requestId"]
        return answer.json().get("result") or {}

    def refused(self, method: str, path: str, body: Any = None, service: str = "bgw") -> tuple[int, str, str]:
        """HTTP status, status and message of a call that must fail, in the documented form."""
        answer = self.raw(method, path, body, service)
        content = answer.json()
        assert set(content) == {"requestId", "error"}, content
        assert content["error"]["code"] == answer.status_code
        return answer.status_code, content["error"]["status"], content["error"]["message"]

    def raw(self, method: str, path: str, body: Any = None, service: str = "bgw") -> requests.Response:
        return self.send(method, path, requests.compat.json.dumps(body) if body is not None else "", service)

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        url = f"http://127.0.0.1:{self.server.admin_port}{path}"
        answer = self.session.request(method, url, json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def sdk(self, client: type) -> Any:
        """A client class of the published SDK, pointed here."""
        return client(self.credential, Config(f"127.0.0.1:{self.server.port}", "http"), SILENT)

    # What most tests stand on; each returns an id.
    def vpc(self, prefix: str = "10.1.0.0/16") -> str:
        return str(self.call("POST", "/vpcs/", {"vpcName": "v", "addressPrefix": prefix}, "vpc")["vpcId"])

    def subnet(self, vpc_id: str, prefix: str = "10.1.1.0/24") -> str:
        body = {"vpcId": vpc_id, "subnetName": "s", "addressPrefix": prefix}
        return str(self.call("POST", "/subnets/", body, "vpc")["subnetId"])

    def bgw(self) -> str:
        return str(self.call("POST", "/bgws/", {"bgwName": "b"})["bgwId"])

    def attach(self, bgw_id: str, vpc_id: str, **more: Any) -> str:
        body = {"vpcAttachmentName": "a", "bgwId": bgw_id, "vpcId": vpc_id, "propagateType": "all", **more}
        return str(self.call("POST", "/vpcAttachments/", body)["vpcAttachmentId"])

    def gateway(self, ips: list[str] | None = None, asn: int = 65001) -> str:
        ips = ips or ["8.8.8.1", "8.8.8.2", "8.8.8.3", "8.8.8.4"]
        body = {"customerGatewayName": "c", "customerIps": ips, "bgpAsn": asn}
        return str(self.call("POST", "/customerGateways/", body)["customerGatewayId"])

    def connection(self, bgw_id: str, cgw_id: str, **more: Any) -> str:
        body = {"vpnConnectionName": "n", "bgwId": bgw_id, "cgwId": cgw_id, **more}
        return str(self.call("POST", "/vpnConnections/", body)["vpnConnectionId"])

    def cloud_ips(self, connection_id: str) -> list[str]:
        return list(self.call("GET", f"/vpnConnections/{connection_id}")["vpnConnection"]["cloudPublicIp"])

    def tunnel_body(self, connection_id: str, cloud: int = 0, peer: int = 1, block: int = 0) -> dict[str, Any]:
        cloud_ip = self.cloud_ips(connection_id)[cloud]
        inside = f"169.254.10.{4 * block}/30"
        ends = {"cloudPublicIp": cloud_ip, "customerIp": f"8.8.8.{peer}"}
        return {"vpnConnectionId": connection_id, **ends, "psk": PSK, "tunnelIp": inside}

    def tunnel(self, connection_id: str, cloud: int = 0, peer: int = 1, block: int = 0) -> str:
        body = self.tunnel_body(connection_id, cloud, peer, block)
        return str(self.call("POST", "/vpnTunnels/", body)["vpnTunnelId"])

    def table(self, vpc_id: str) -> str:
        return str(self.call("GET", f"/vpcs/{vpc_id}", service="vpc")["vpc"]["routeTableIds"][0])


@pytest.fixture(scope="session")
def server() -> Iterator[JdCloudServer]:
    accounts = [account("north"), account("south"), account("temp", security_token="token")]
    running = JdCloudServer({"accounts": accounts, "settings": {}})
    running.start()
    yield running
    running.stop()


@pytest.fixture
def jd(server: JdCloudServer) -> Client:
    client = Client(server)
    client.admin("POST", "/reset")
    return client
