# SPDX-License-Identifier: GPL-3.0-or-later
"""The device's `swanctl`: a program that hands its arguments to the lab, and what answers there."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

_SOCKET = "swanctl.sock"
# Runs on the device, with whatever Python 3 the machine itself has.
_PROGRAM = """#!/usr/bin/python3
import json, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect("/run/lab/swanctl.sock")
with line.makefile("rw") as talk:
    talk.write(json.dumps(sys.argv[1:] or ["--help"]) + "\\n")
    talk.flush()
    code, text = json.loads(talk.readline())
sys.stdout.write(text)
sys.exit(code)
"""

Answer = Callable[[Sequence[str]], "tuple[int, str]"]


class Swanctl:
    def __init__(self, programs: Path, shared: Path, answer: Answer) -> None:
        self._programs, self._shared = programs, shared

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                words = json.loads(self.rfile.readline())
                self.wfile.write(json.dumps(answer(words)).encode() + b"\n")

        self._handler = Handler
        self._server: socketserver.ThreadingUnixStreamServer | None = None

    def start(self) -> None:
        path = self._programs / "swanctl"
        path.write_text(_PROGRAM, encoding="utf-8")
        path.chmod(0o755)
        self._server = socketserver.ThreadingUnixStreamServer(str(self._shared / _SOCKET), self._handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
