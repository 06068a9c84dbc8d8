# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m lab.aws --config FILE --ready FILE [--port N]`: serve until SIGTERM."""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from pathlib import Path

from lab.aws.server import AwsServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.aws", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="accounts, settings and request log, as JSON")
    parser.add_argument("--ready", type=Path, required=True, help="written when serving: pid, port and admin_port")
    parser.add_argument("--port", type=int, default=0, help="port of the API; 0 takes any that is free")
    arguments = parser.parse_args()

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    server = AwsServer(json.loads(arguments.config.read_text(encoding="utf-8")), arguments.port)
    server.start()
    _write_atomically(arguments.ready, {"pid": os.getpid(), "port": server.port, "admin_port": server.admin_port})
    stop.wait()
    server.stop()


def _write_atomically(path: Path, content: dict[str, int]) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content), encoding="utf-8")
    partial.replace(path)


if __name__ == "__main__":
    main()
