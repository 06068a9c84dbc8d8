# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cloud holds: accounts, their regions, and in each region records by kind.

A record is a dictionary in the API's own field names. Keys that begin with `_` are ours and never leave through the
API. What depends on other records (a gateway's connections, a tunnel's state) is not stored but worked out on reading.
"""

from __future__ import annotations

import random
import string
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from lab.aws.journal import Journal
from lab.jdcloud.errors import ApiError, not_found
from lab.jdcloud.faults import Faults
from lab.jdcloud.settings import Settings

Record = dict[str, Any]

# Ranges of JD Cloud's own: each VPN connection gets one address of either.
_CLOUD_RANGES = (IPv4Network("116.196.64.0/18"), IPv4Network("114.67.64.0/18"))


@dataclass(frozen=True)
class Kind:
    id_field: str
    prefix: str
    noun: str


KINDS = {
    "vpcs": Kind("vpcId", "vpc", "VPC"),
    "subnets": Kind("subnetId", "subnet", "subnet"),
    "routeTables": Kind("routeTableId", "rtb", "route table"),
    "routeTableRules": Kind("ruleId", "rtr", "route table rule"),
    "routePropagations": Kind("propagationId", "rp", "route propagation"),
    "networkSecurityGroups": Kind("networkSecurityGroupId", "sg", "network security group"),
    "securityGroupRules": Kind("ruleId", "sgr", "security group rule"),
    "bgws": Kind("bgwId", "bgw", "border gateway"),
    "vpcAttachments": Kind("vpcAttachmentId", "vpcattach", "VPC attachment"),
    "customerGateways": Kind("customerGatewayId", "cgw", "customer gateway"),
    "vpnConnections": Kind("vpnConnectionId", "vpnconn", "VPN connection"),
    "vpnTunnels": Kind("vpnTunnelId", "vpntunnel", "VPN tunnel"),
    "bgwRoutes": Kind("bgwRouteId", "bgwroute", "border gateway route"),
}


class Region:
    """One account's region; whoever uses it holds its lock."""

    def __init__(self, name: str, cloud: Cloud) -> None:
        self.name = name
        self.cloud = cloud
        self.lock = threading.RLock()
        self._records: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}

    def get(self, kind: str, ident: str) -> Record:
        try:
            return self._records[kind][ident]
        except KeyError:
            raise not_found(f"The {KINDS[kind].noun} {ident} does not exist in {self.name}") from None

    def find(self, kind: str, **wanted: Any) -> list[Record]:
        """Those whose fields have these values, oldest first."""
        return [
            record
            for record in self._records[kind].values()
            if all(record.get(name) == value for name, value in wanted.items())
        ]

    def add(self, kind: str, values: Record) -> Record:
        id_field = KINDS[kind].id_field
        record = {id_field: self.cloud.new_id(KINDS[kind].prefix), **values}
        self._records[kind][record[id_field]] = record
        return record

    def remove(self, kind: str, records: Iterable[Record]) -> None:
        for record in records:
            del self._records[kind][record[KINDS[kind].id_field]]

    def now(self) -> str:
        return datetime.fromtimestamp(self.cloud.clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def ready_at(self) -> float:
        """When that which is made now will have been provisioned."""
        return self.cloud.clock.now() + self.cloud.settings.provisioning_s

    def is_ready(self, record: Record) -> bool:
        return bool(self.cloud.clock.now() >= record["_readyAt"])


class Account:
    def __init__(self, config: Record, cloud: Cloud) -> None:
        self.name: str = config["name"]
        self.account_id: str = config["account_id"]
        self.access_key: str = config["access_key"]
        self.secret_key: str = config["secret_key"]
        self.security_token: str = config.get("security_token") or ""
        self.regions = {name: Region(name, cloud) for name in config["regions"]}

    def region(self, name: str) -> Region:
        if name not in self.regions:
            raise ApiError("INVALID_ARGUMENT", f"regionId: the account has no region {name}", "regionId")
        return self.regions[name]


class Clock:
    """The time by which things are provisioned; tests put it forward instead of waiting."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


class Cloud:
    def __init__(self, accounts: list[Record], settings: Record, request_log: Path | None = None) -> None:
        self.settings = Settings()
        self.settings.change(settings)
        self.faults = Faults()
        self.journal = Journal(request_log)
        self.clock = Clock()
        self._config = [account for account in accounts if account["cloud"] == "jdcloud"]
        self._lock = threading.Lock()
        self._random = random.Random(self.settings.seed)
        self._given: set[str] = set()
        self._calls: dict[tuple[str, str], deque[float]] = {}
        self._empty()

    def _empty(self) -> None:
        self.accounts = {account["access_key"]: Account(account, self) for account in self._config}
        # Whether anything reports the state of tunnels; see the setting propagate_without_up.
        self.has_data_plane = False

    def reset(self) -> None:
        """As at the start, but for ids and addresses: those once given are not given again."""
        with self._lock:
            self._empty()
            self._calls.clear()
        self.faults.clear()
        self.journal.clear()

    @property
    def regions(self) -> list[Region]:
        return [region for account in self.accounts.values() for region in account.regions.values()]

    def new_id(self, prefix: str) -> str:
        return self._new(lambda: f"{prefix}-{''.join(self._random.choices(string.ascii_lowercase + string.digits, k=10))}")

    def new_cloud_addresses(self) -> list[str]:
        """Two public addresses, one of either range; a last octet of 0 or 255 would be refused by some devices."""

        def one_of(network: IPv4Network) -> str:
            first = int(network.network_address) + 256 * self._random.randrange(network.num_addresses // 256)
            return str(IPv4Address(first + self._random.randrange(1, 255)))

        return [self._new(lambda network=network: one_of(network)) for network in _CLOUD_RANGES]  # type: ignore[misc]

    def _new(self, make: Any) -> str:
        with self._lock:
            while True:
                candidate: str = make()
                if candidate not in self._given:
                    self._given.add(candidate)
                    return candidate

    def throttle(self, account: Account, service: str) -> None:
        """Count a call, and refuse it when there were too many within the last minute."""
        limit = self.settings.rate_limit_per_minute
        now = self.clock.now()
        with self._lock:
            calls = self._calls.setdefault((account.name, service), deque())
            while calls and calls[0] <= now - 60:
                calls.popleft()
            if limit and len(calls) >= limit:
                raise ApiError("RATE_LIMIT", f"More than {limit} calls of {service} within a minute; try again later")
            calls.append(now)
