# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: one client for each account and region, and what goes one at a time."""

from __future__ import annotations

import json
import threading
import typing as t

from .._aws.api import Ec2, ec2_client
from .._jdcloud.client import Client, client_from_params
from .._module import Context

Record = dict[str, t.Any]


class Clouds:
    """The clouds of some sites, which are given as `vpn_link_info` takes them."""

    def __init__(self, sites: t.Sequence[t.Mapping[str, t.Any]], ctx: Context) -> None:
        self._sites = {site["name"]: site for site in sites}
        self._ctx = ctx
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str, str], t.Any] = {}
        self._locks: dict[t.Hashable, threading.Lock] = {}

    def kind(self, site: str) -> str:
        """The cloud that a site is on; empty for one that is not known here."""
        return str(self._sites[site]["kind"]) if site in self._sites else ""

    def end(self, names: t.Iterable[str], kind: str) -> str:
        """Which of a link's ends is of a kind; empty where none is."""
        return next((name for name in names if self.kind(name) == kind), "")

    def jdcloud(self, site: str) -> Client:
        return t.cast("Client", self._client(site, lambda params: client_from_params(params, self._ctx)))

    def aws(self, site: str) -> Ec2:
        return t.cast("Ec2", self._client(site, ec2_client))

    def alone(self, *what: str) -> threading.Lock:
        """The lock of something that several links share."""
        with self._lock:
            return self._locks.setdefault(what, threading.Lock())

    def _client(self, name: str, connect: t.Callable[[Record], t.Any]) -> t.Any:
        site = self._sites[name]
        auth = {key: value for key, value in (site.get("auth") or {}).items() if value is not None}
        account = (site["kind"], site["region"], json.dumps(auth, sort_keys=True))
        with self._lock:
            if account not in self._clients:
                self._clients[account] = connect({**auth, "region": site["region"]})
            return self._clients[account]
