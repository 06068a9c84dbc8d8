# SPDX-License-Identifier: GPL-3.0-or-later
"""The API and the admin surface of one emulated AWS, each on a port of its own."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from lab.aws import admin, moto_layer
from lab.aws.accounts import Account
from lab.aws.cloud import Cloud
from lab.aws.front import Front
from lab.http_server import Server

_STOP_POLL_SECONDS = 0.1  # how long a server may take to notice that it is to stop


class AwsServer:
    """At most one in a process: moto's backends are global."""

    def __init__(self, config: dict[str, Any], port: int = 0) -> None:
        accounts = [Account.from_config(entry) for entry in config["accounts"] if entry["cloud"] == "aws"]
        log = config.get("request_log")
        self.cloud = Cloud(accounts, config.get("settings", {}), Path(log) if log else None)
        self._api = Server(Front(moto_layer.install(self.cloud), self.cloud), port)
        self._admin = Server(admin.create_app(self.cloud))
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(_STOP_POLL_SECONDS,), daemon=True)
            for server in (self._api, self._admin)
        ]

    @property
    def port(self) -> int:
        return self._api.port

    @property
    def admin_port(self) -> int:
        return self._admin.port

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        for server, thread in zip((self._api, self._admin), self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()
        moto_layer.remove()
