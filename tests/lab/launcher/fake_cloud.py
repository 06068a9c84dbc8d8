# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that keeps the launcher's contract and emulates nothing: it starts at once.

Its settings: `die` (print this and end before being ready), `stubborn` (take no notice of SIGTERM).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from flask import Flask, request

from lab.http_server import Server


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("--config", "--ready", "--port"):
        parser.add_argument(name, required=True)
    arguments = parser.parse_args()
    settings = json.loads(Path(arguments.config).read_text())["settings"]
    if "die" in settings:
        print(settings["die"])
        sys.exit(3)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, signal.SIG_IGN if settings.get("stubborn") else lambda *_: stop.set())
    admin = Server(_admin(settings))
    threading.Thread(target=admin.serve_forever, daemon=True).start()
    ready = Path(arguments.ready)
    partial = ready.with_suffix(".new")
    partial.write_text(json.dumps({"pid": os.getpid(), "port": 1, "admin_port": admin.port}))
    partial.replace(ready)
    stop.wait()


def _admin(settings: dict) -> Flask:
    app = Flask(__name__)
    faults: list = []
    resets: list = []

    @app.get("/settings")
    def get_settings():
        return settings | {"inherited": sorted(os.environ), "resets": len(resets)}

    @app.get("/requests")
    def get_requests():
        return {"requests": [], "next": 7}

    @app.post("/reset")
    def post_reset():
        resets.append(True)
        return {}

    @app.route("/faults", methods=["GET", "POST", "DELETE"])
    def any_fault():
        if request.method == "POST":
            faults.append(request.get_json())
        if request.method == "DELETE":
            faults.clear()
        return {"faults": faults}

    return app


if __name__ == "__main__":
    main()
