# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m lab.jdcloud --config FILE --ready FILE [--port N]`: serve until SIGTERM."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from pathlib import Path

from lab.jdcloud.server import JdCloudServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.jdcloud", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="accounts, settings and request log, as JSON")
    parser.add_argument("--ready", type=Path, required=True, help="written when serving: pid, port and admin_port")
    parser.add_argument("--port", type=int, default=0, help="port of the API; 0 takes any that is free")
    arguments = parser.parse_args()

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    server = JdCloudServer(json.loads(arguments.config.read_text(encoding="utf-8")), arguments.port)
    server.start()
    partial = arguments.ready.with_name(arguments.ready.name + ".partial")
    ready = {"pid": os.getpid(), "port": server.port, "admin_port": server.admin_port}
    partial.write_text(json.dumps(ready), encoding="utf-8")
    partial.replace(arguments.ready)
    stop.wait()
    server.stop()


if __name__ == "__main__":
    main()
