# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulated AWS is made of, besides what moto keeps for each account and region."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from lab.aws.accounts import Account, Accounts
from lab.aws.addresses import OutsideAddresses
from lab.aws.clock import Clock
from lab.aws.connections import VpnConnection
from lab.aws.settings import Settings
from lab.aws.telemetry import Telemetry
from lab.faults import Faults
from lab.journal import Journal


class Cloud:
    def __init__(self, accounts: list[Account], settings: dict[str, Any], request_log: Path | None) -> None:
        self.clock = Clock()
        self.settings = Settings()
        self.settings.change(settings)
        self.accounts = Accounts(accounts)
        self.journal = Journal(request_log)
        self.faults = Faults()
        self.outside_addresses = OutsideAddresses()
        # moto guards nothing against concurrent calls; one call at a time is fast enough for a lab.
        self.lock = threading.RLock()
        self._serial = 0
        self._saved: tuple[dict[tuple[str, str], Any], set[Any]] | None = None

    def next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def new_telemetry(self) -> Telemetry:
        return Telemetry(self.clock.now())

    def backends(self) -> Iterator[tuple[Account, str, Any]]:
        """Every account's EC2 in every region that has been used so far."""
        for account in self.accounts:
            for region, backend in sorted(ec2_backends[account.account_id].items()):
                yield account, region, backend

    def find_connections(self) -> Iterator[VpnConnection]:
        for _, _, backend in self.backends():
            yield from (connection for connection in backend.vpn_connections.values() if connection.is_live)

    def save(self) -> None:
        """Keep what every account holds in EC2, for `restore`."""
        with self.lock:
            held = {(account.account_id, region): backend for account, region, backend in self.backends()}
            self._saved = deepcopy(held, self._shared()), self.outside_addresses.given()

    def restore(self) -> None:
        """What was kept; nothing else of now remains in EC2. Clock, faults and request log go on."""
        if self._saved is None:
            raise ValueError("nothing was saved")
        with self.lock:
            held, given = self._saved
            self.outside_addresses.never_again(given)
            ec2_backends.clear()
            for (account, region), backend in deepcopy(held, self._shared()).items():
                ec2_backends[account][region] = backend

    def _shared(self) -> dict[int, Any]:
        """What moto's backends refer to and what is not theirs to copy."""
        shared = (self, self.clock, self.accounts, self.settings, self.faults, self.journal, self.outside_addresses)
        return {id(item): item for item in (*shared, self.lock)}

    def reset(self) -> None:
        """All accounts as they were at the start: default VPCs, no VPN, no faults, an empty request log."""
        with self.lock:
            for backends in (ec2_backends, iam_backends, sts_backends):
                backends.clear()  # moto makes each account and region anew when it is next asked for
            self.accounts.enrol()
            self.outside_addresses.reset()
            self.clock.reset()
            self._serial = 0
            self.faults.clear()
            self.journal.clear()
