# SPDX-License-Identifier: GPL-3.0-or-later
"""What the clouds' own SDKs and threads need for the same: the script that somebody would write for this one purpose.

    python tests/bench/reference.py PLAN create|read [sites|links]

No plan, no comparison, no refusals, no check of what came of it: the calls alone, each as early as it can be, over
connections that are kept alive. `read` makes the calls of a re-run.
"""

from __future__ import annotations

import ipaddress
import json
import sys
import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import requests
from botocore.config import Config
from jdcloud_sdk.core.credential import Credential
from jdcloud_sdk.core.logger import Logger
from jdcloud_sdk.core.signer import Signer

WORKERS = 32
POLL_SECONDS = 0.5
KEY = "bench_key_0123456789"
STAND_INS = ["52.0.0.1", "52.0.0.2", "52.0.0.3", "52.0.0.4"]
JD_LISTS = (
    "vpcs",
    "subnets",
    "vpcAttachments",
    "customerGateways",
    "vpnConnections",
    "vpnTunnels",
    "routeTables",
)
AWS_LISTS = (
    "describe_vpcs", "describe_subnets", "describe_route_tables", "describe_vpn_gateways", "describe_customer_gateways",
    "describe_vpn_connections",
)  # fmt: skip
Record = dict[str, Any]


class JdCloud:
    """Signed requests to one region of one account."""

    _local = threading.local()

    def __init__(self, endpoint: str, region: str, auth: Record) -> None:
        self.base, self.region = f"{endpoint}/v1/regions/{region}", region
        self.credential = Credential(auth["access_key"], auth["secret_key"])

    def call(self, method: str, path: str, body: Record | None = None, service: str = "vpc") -> Record:
        url, data = f"{self.base}/{path}", json.dumps(body) if body else ""
        headers = {
            "content-type": "application/json",
            "x-jdcloud-date": datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
            "x-jdcloud-nonce": str(uuid.uuid4()),
        }
        Signer(Logger(-1)).sign(
            method=method, service=service, region=self.region, uri=url, headers=headers, data=data,
            credential=self.credential, security_token="",
        )  # fmt: skip
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        answer = self._local.session.request(method, url, data=data or None, headers=headers, timeout=60)
        if answer.status_code != 200:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
        result: Record = answer.json().get("result") or {}
        return result

    def list(self, plural: str, service: str = "bgw") -> list[Record]:
        found: list[Record] = []
        while True:
            page = self.call("GET", f"{plural}/?pageNumber={len(found) // 100 + 1}&pageSize=100", service=service)
            found += page[plural]
            if len(found) >= page["totalCount"]:
                return found


class Run:
    def __init__(self, plan: Record) -> None:
        self.plan, self.sites, self.links = plan, plan["sites"], plan["links"]
        self.pool = ThreadPoolExecutor(WORKERS)
        self.made: Record = {}
        self._clients: Record = {}

    def client(self, account: str) -> Any:
        if account not in self._clients:
            self._clients[account] = self._new_client(account)
        return self._clients[account]

    def _new_client(self, account: str) -> Any:
        kind, region, access_key, secret_key = json.loads(account)
        endpoint = self.plan["endpoints"][kind]
        if kind == "jdcloud":
            return JdCloud(endpoint, region, {"access_key": access_key, "secret_key": secret_key})
        return boto3.session.Session(access_key, secret_key, region_name=region).client(
            "ec2", endpoint_url=endpoint, config=Config(max_pool_connections=WORKERS)
        )

    def of(self, site: Record) -> Any:
        auth = site["auth"]
        return self.client(json.dumps([site["kind"], site["region"], auth["access_key"], auth["secret_key"]]))

    def all(self, function: Any, items: Any) -> list[Any]:
        """A thread each: they wait for each other, and a bounded pool of waiting threads would never end."""
        results: list[Future[Any]] = []
        for item in items:
            future: Future[Any] = Future()
            threading.Thread(target=_into, args=(future, function, item)).start()
            results.append(future)
        return [future.result() for future in results]

    # Reading, as a re-run does: every list once an account and region, and what stands under a gateway.
    def read(self, part: str) -> None:
        clients = {id(self.of(site)): self.of(site) for site in self.sites.values()}
        futures = []
        for client in clients.values():
            if isinstance(client, JdCloud):
                futures += [self.pool.submit(client.list, name, _service(name)) for name in JD_LISTS]
                futures.append(self.pool.submit(client.call, "GET", "quotas/?type=customer_gateway", None, "bgw"))
                futures.append(self.pool.submit(self.under_gateways, client))
            else:
                futures += [self.pool.submit(_aws_list, client, name) for name in AWS_LISTS]
        for future in futures:
            future.result()

    def under_gateways(self, client: JdCloud) -> None:
        """The gateways, and what stands under each."""
        for gateway in client.list("bgws"):
            bgw = gateway["bgwId"]
            client.call("GET", f"bgws/{bgw}/bgwRoutes?pageNumber=1&pageSize=100", None, "bgw")
            for kind in ("vpn_connection", "bgw_route"):
                client.call("GET", f"quotas/?type={kind}&parentResourceId={bgw}", None, "bgw")

    def create(self, part: str) -> None:
        self.all(lambda name: self.made.update({name: self.site(name)}), self.sites)
        self.all(self.link, self.links)
        self.all(self.propagate, [name for name, site in self.sites.items() if site["kind"] == "jdcloud"])

    def propagate(self, name: str) -> None:
        """A route table has one entry for a border gateway, with the ranges of all its links."""
        ranges = [self.sites[far]["vpc"]["cidr"] for near, far in self.links.values() if near == name]
        body = {"propagationCidrType": "CIDR", "propagationCidrs": ",".join(ranges), "bgwId": self.made[name]["bgw"]}
        self.of(self.sites[name]).call("POST", f"routeTables/{self.made[name]['table']}:addRoutePropagation", body)

    def site(self, name: str) -> Record:
        site = self.sites[name]
        return self.jdcloud_site(name, site) if site["kind"] == "jdcloud" else self.aws_site(name, site)

    def jdcloud_site(self, name: str, site: Record) -> Record:
        cloud = self.of(site)
        vpc, bgw = self.all(
            lambda call: cloud.call(*call),
            [
                ("POST", "vpcs/", {"vpcName": name, "addressPrefix": site["vpc"]["cidr"]}),
                ("POST", "bgws/", {"bgwName": name}, "bgw"),
            ],
        )
        subnet = site["subnets"][0]
        attachment = {"vpcAttachmentName": name, "vpcId": vpc["vpcId"], "bgwId": bgw["bgwId"], "propagateType": "all"}
        body = {"vpcId": vpc["vpcId"], "subnetName": subnet["name"], "addressPrefix": subnet["cidr"]}
        cloud.call("POST", "subnets/", body)
        cloud.call("POST", "vpcAttachments/", attachment, "bgw")
        tables = [x for x in cloud.list("routeTables", "vpc") if x["vpcId"] == vpc["vpcId"]]
        return {"bgw": bgw["bgwId"], "table": tables[0]["routeTableId"]}

    def aws_site(self, name: str, site: Record) -> Record:
        ec2 = self.of(site)
        vpc, gateway = self.all(
            lambda call: call(),
            [
                lambda: ec2.create_vpc(CidrBlock=site["vpc"]["cidr"])["Vpc"]["VpcId"],
                lambda: ec2.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=site["vpn_gateway"]["asn"])["VpnGateway"],
            ],
        )
        vgw = gateway["VpnGatewayId"]
        filters = [{"Name": "vpc-id", "Values": [vpc]}]
        _subnet, _attached, tables = self.all(
            lambda call: call(),
            [
                lambda: ec2.create_subnet(VpcId=vpc, CidrBlock=site["subnets"][0]["cidr"]),
                lambda: ec2.attach_vpn_gateway(VpcId=vpc, VpnGatewayId=vgw),
                lambda: ec2.describe_route_tables(Filters=filters)["RouteTables"],
            ],
        )
        ec2.enable_vgw_route_propagation(GatewayId=vgw, RouteTableId=tables[0]["RouteTableId"])
        return {"vgw": vgw, "asn": site["vpn_gateway"]["asn"]}

    def link(self, name: str) -> None:
        near, far = self.links[name]
        cloud, ec2 = self.of(self.sites[near]), self.of(self.sites[far])
        jd, aws = self.made[near], self.made[far]
        gateway = {"customerGatewayName": name, "customerIps": STAND_INS, "bgpAsn": aws["asn"]}
        cgw = cloud.call("POST", "customerGateways/", gateway, "bgw")["customerGatewayId"]
        body = {"vpnConnectionName": name, "bgwId": jd["bgw"], "cgwId": cgw, "bgpEnabled": True}
        connection = cloud.call("POST", "vpnConnections/", body, "bgw")["vpnConnectionId"]
        told = cloud.call("GET", f"vpnConnections/{connection}", None, "bgw")["vpnConnection"]
        number = sorted(self.links).index(name)
        ids = self.all(
            lambda item: self.aws_connection(ec2, aws["vgw"], item[1], told, number * 4 + item[0] * 2),
            list(enumerate(told["cloudPublicIp"])),
        )
        ends = self.wait(ec2, ids)
        outside = [end["OutsideIpAddress"] for vpn_id in ids for end in ends[vpn_id]]
        cloud.call("PATCH", f"customerGateways/{cgw}", {"customerIps": outside}, "bgw")
        pairs = zip(told["cloudPublicIp"], ids, strict=True)
        tunnels = [(local, end) for local, vpn_id in pairs for end in ends[vpn_id]]
        self.all(lambda item: self.tunnel(cloud, connection, *item), tunnels)

    def aws_connection(self, ec2: Any, vgw: str, address: str, told: Record, first: int) -> str:
        cgw = ec2.create_customer_gateway(Type="ipsec.1", IpAddress=address, BgpAsn=int(told["localAsn"]))
        blocks = [f"169.254.{8 + (first + n) // 64}.{(first + n) % 64 * 4}/30" for n in range(2)]
        made = ec2.create_vpn_connection(
            Type="ipsec.1", CustomerGatewayId=cgw["CustomerGateway"]["CustomerGatewayId"], VpnGatewayId=vgw,
            Options={"TunnelOptions": [{"PreSharedKey": KEY, "TunnelInsideCidr": block} for block in blocks]},
        )  # fmt: skip
        vpn_id: str = made["VpnConnection"]["VpnConnectionId"]
        return vpn_id

    def wait(self, ec2: Any, ids: list[str]) -> dict[str, list[Record]]:
        while True:
            found = ec2.describe_vpn_connections(VpnConnectionIds=ids)["VpnConnections"]
            if all(vpn["State"] == "available" for vpn in found):
                return {vpn["VpnConnectionId"]: vpn["Options"]["TunnelOptions"] for vpn in found}
            time.sleep(POLL_SECONDS)

    def tunnel(self, cloud: JdCloud, connection: str, local: str, end: Record) -> None:
        block = end["TunnelInsideCidr"]
        body = {
            "vpnConnectionId": connection, "cloudPublicIp": local, "customerIp": end["OutsideIpAddress"],
            "tunnelIp": block, "localTunnelIp": str(ipaddress.IPv4Network(block)[2]), "psk": KEY,
        }  # fmt: skip
        cloud.call("POST", "vpnTunnels/", body, "bgw")


def _into(future: Future[Any], function: Any, item: Any) -> None:
    try:
        future.set_result(function(item))
    except BaseException as error:  # whoever waits shall know
        future.set_exception(error)


def _service(plural: str) -> str:
    return "vpc" if plural in {"vpcs", "subnets", "routeTables"} else "bgw"


def _aws_list(client: Any, name: str) -> int:
    if client.can_paginate(name):
        return sum(1 for _page in client.get_paginator(name).paginate())
    getattr(client, name)()
    return 1


if __name__ == "__main__":
    file, action, *rest = sys.argv[1:]
    run = Run(json.loads(Path(file).read_text(encoding="utf-8")))
    getattr(run, action)(*(rest or ["all"]))
