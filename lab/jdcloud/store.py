# SPDX-License-Identifier: GPL-3.0-or-later
"""What one account holds in one region, and the whole cloud. Every access happens under the region's lock."""

from __future__ import annotations

import hashlib
import ipaddress
import random
import secrets
import string
import threading
import time
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.faults import Faults
from lab.jdcloud.errors import invalid, not_found, precondition
from lab.jdcloud.errors import quota as quota_exceeded
from lab.jdcloud.settings import Settings
from lab.journal import Journal

Record = dict[str, Any]
KINDS = (
    "bgw",
    "vpcAttachment",
    "customerGateway",
    "vpnConnection",
    "vpnTunnel",
    "bgwRoute",
    "vpc",
    "subnet",
    "routeTable",
    "networkSecurityGroup",
    "instance",
    "keypair",
)
PREFIXES = {
    "bgw": "bgw",
    "vpcAttachment": "vpcatt",
    "customerGateway": "cgw",
    "vpnConnection": "vpnconn",
    "vpnTunnel": "vpntun",
    "bgwRoute": "bgwroute",
    "vpc": "vpc",
    "subnet": "subnet",
    "routeTable": "rtb",
    "networkSecurityGroup": "sg",
    "instance": "i",
    "networkInterface": "port",
    "rule": "rule",
    "propagation": "rtbprop",
}
# Globally routable ranges that the emulated cloud hands its own public addresses out of.
PUBLIC_POOLS = (ipaddress.IPv4Network("116.196.64.0/18"), ipaddress.IPv4Network("114.67.64.0/18"))


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def derived_id(kind: str, *parts: str) -> str:
    """The id of something that is not stored but follows from other things, such as a propagated route."""
    return f"{PREFIXES[kind]}-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:10]}"


@dataclass(frozen=True)
class Account:
    name: str
    access_key: str
    secret_key: str = field(repr=False)
    regions: tuple[str, ...]
    security_token: str | None = field(default=None, repr=False)


class Region:
    """The resources of one account in one region, by kind and id; keys that begin with `_` are internal."""

    def __init__(self, cloud: Cloud, account: str, name: str) -> None:
        self.cloud, self.account, self.name = cloud, account, name
        self.lock = threading.RLock()
        self.resources: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}

    @property
    def settings(self) -> Settings:
        return self.cloud.settings

    def new_id(self, kind: str) -> str:
        return f"{PREFIXES[kind]}-{''.join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(10))}"

    def add(self, kind: str, record: Record) -> Record:
        resource_id = self.new_id(kind)
        self.resources[kind][resource_id] = {
            f"{kind}Id": resource_id,
            **record,
            "createdTime": now(),
            "_at": time.time(),
        }
        return self.resources[kind][resource_id]

    def get(self, kind: str, resource_id: str) -> Record:
        found = self.resources[kind].get(resource_id)
        if found is None:
            raise not_found(kind, resource_id)
        return found

    def parent(self, kind: str, resource_id: str, key: str) -> Record:
        """A resource that a body refers to."""
        found = self.resources[kind].get(resource_id)
        if found is None:
            raise invalid(f"{key}: {kind} '{resource_id}' does not exist in {self.name}")
        return found

    def all(self, kind: str, where: Callable[[Record], bool] = lambda _record: True) -> list[Record]:
        return [record for record in self.resources[kind].values() if where(record)]

    def children(self, kind: str, key: str, parent_id: str) -> list[Record]:
        return self.all(kind, lambda record: record.get(key) == parent_id)

    def count_quota(self, kind: str, parent_id: str | None = None) -> int:
        counters: dict[str, Callable[[], int]] = {
            "bgw": lambda: len(self.all("bgw")),
            "vpc_attachment": lambda: len(self.children("vpcAttachment", "bgwId", parent_id or "")),
            "bgw_route": lambda: len(self.children("bgwRoute", "bgwId", parent_id or "")),
            "bgw_propagated_route": lambda: 0,
            "vpn_connection": lambda: len(self.children("vpnConnection", "bgwId", parent_id or "")),
            "customer_gateway": lambda: len(self.all("customerGateway")),
            "vpn_tunnel": lambda: len(self.children("vpnTunnel", "vpnConnectionId", parent_id or "")),
            "vpn_traffic_selector": lambda: len(
                self.resources["vpnConnection"].get(parent_id or "", {}).get("trafficSelectors") or ()
            ),
            "vpc": lambda: len(self.all("vpc")),
            "subnet": lambda: len(self.children("subnet", "vpcId", parent_id or "")),
            "route_table": lambda: len(self.children("routeTable", "vpcId", parent_id or "")),
            "route_table_rule": lambda: len(
                self.resources["routeTable"].get(parent_id or "", {}).get("routeTableRules") or ()
            ),
            "security_group": lambda: len(self.children("networkSecurityGroup", "vpcId", parent_id or "")),
        }
        if kind not in counters:
            raise invalid(f"type: one of {', '.join(counters)}")
        return counters[kind]()

    def need_quota(self, kind: str, parent_id: str | None = None, more: int = 1) -> None:
        if self.count_quota(kind, parent_id) + more > self.settings.quotas[kind]:
            raise quota_exceeded(f"Quota of {kind} exceeded: {self.settings.quotas[kind]}")

    def refuse_use(self, what: str, users: Iterable[Record], kind: str) -> None:
        ids = [str(record[f"{kind}Id"]) for record in users]
        if ids:
            raise precondition(f"{what} is in use by {kind} {', '.join(sorted(ids))}")

    def settled(self, record: Record) -> bool:
        return time.time() - float(record["_at"]) >= self.settings.provisioning_s


class Cloud:
    """All accounts, and what is shared between them."""

    def __init__(self, config: Record) -> None:
        self.accounts = {
            item["access_key"]: Account(
                item["name"], item["access_key"], item["secret_key"], tuple(item["regions"]), item.get("security_token")
            )
            for item in config["accounts"]
            if item["cloud"] == "jdcloud"
        }
        self._initial = deepcopy(config.get("settings") or {})
        self.settings = Settings()
        self.settings.change(self._initial)
        self.faults = Faults()
        self.journal = Journal(Path(config["request_log"]) if config.get("request_log") else None)
        self._lock = threading.Lock()
        self._addresses = self._shuffled_addresses()
        self._saved: dict[tuple[str, str], dict[str, dict[str, Record]]] | None = None
        self._saved_given = 0
        self._clear()

    def _clear(self) -> None:
        self._regions: dict[tuple[str, str], Region] = {}
        self._calls: dict[str, tuple[int, int]] = {}
        self._given = 0

    @staticmethod
    def _shuffled_addresses() -> list[str]:
        addresses = [str(host) for pool in PUBLIC_POOLS for host in pool.hosts()]
        random.Random(20231).shuffle(addresses)
        return addresses

    def save(self) -> None:
        """Keep all resources, for `restore`."""
        with self._lock:
            self._saved = {key: deepcopy(region.resources) for key, region in self._regions.items()}
            self._saved_given = self._given

    def restore(self) -> None:
        """What was kept; nothing else of now remains. Settings, faults and request log go on."""
        if self._saved is None:
            raise ValueError("nothing was saved")
        with self._lock:
            # No address is given out twice, whether or not everything was forgotten in between.
            self._given = max(self._given, self._saved_given)
            for key in self._saved:
                self._regions.setdefault(key, Region(self, *key))
            for key, region in self._regions.items():
                with region.lock:
                    kept = deepcopy(self._saved.get(key, {}))
                    for kind, held in region.resources.items():
                        held.clear()
                        held.update(kept.get(kind, {}))

    def reset(self) -> None:
        """Everything as at the start."""
        with self._lock:
            self._clear()
            self.settings = Settings()
            self.settings.change(self._initial)
        self.faults.clear()
        self.journal.clear()

    def region(self, account: Account, name: str) -> Region:
        with self._lock:
            return self._regions.setdefault((account.name, name), Region(self, account.name, name))

    def regions(self) -> list[Region]:
        with self._lock:
            return list(self._regions.values())

    def public_address(self) -> str:
        with self._lock:
            self._given += 1
            return self._addresses[self._given - 1]

    def may_call(self, account: Account) -> bool:
        """Whether an account is within its rate limit; counted by the minute."""
        limit, minute = self.settings.rate_limit_per_minute, int(time.time() // 60)
        with self._lock:
            counted, calls = self._calls.get(account.name, (minute, 0))
            calls = calls + 1 if counted == minute else 1
            self._calls[account.name] = (minute, calls)
        return not limit or calls <= limit

    def find(self, kind: str, resource_id: str) -> tuple[Region, Record]:
        """A resource wherever it is: for the admin surface."""
        for region in self.regions():
            if resource_id in region.resources[kind]:
                return region, region.resources[kind][resource_id]
        raise not_found(kind, resource_id)

    def snapshot(self) -> Record:
        """Everything, keys included; regions that hold nothing are left out."""
        state: Record = {}
        for region in self.regions():
            with region.lock:
                held = {kind: deepcopy(items) for kind, items in region.resources.items() if items}
            if held:
                state.setdefault(region.account, {})[region.name] = held
        return state
