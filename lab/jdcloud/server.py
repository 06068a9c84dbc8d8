# SPDX-License-Identifier: GPL-3.0-or-later
"""The API and the admin surface of one emulated JD Cloud, each on a port of its own."""

from __future__ import annotations

import threading
from typing import Any

from lab.http_server import Server
from lab.jdcloud.admin import create_admin
from lab.jdcloud.app import create_app
from lab.jdcloud.store import Cloud

_STOP_POLL_SECONDS = 0.1  # how long a server may take to notice that it is to stop


class JdCloudServer:
    """May be started several times in one process."""

    def __init__(self, config: dict[str, Any], port: int = 0) -> None:
        self.cloud = Cloud(config)
        self._api = Server(create_app(self.cloud), port)
        self._admin = Server(create_admin(self.cloud))
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
