# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH into a machine of the lab from outside its namespaces: a port of this machine's loopback leads to a server in it.

Each connection gets a dropbear of its own, as inetd would start it. Host key and client key are made anew each time.
"""

from __future__ import annotations

import socket
import subprocess
import threading
from pathlib import Path

from lab.devices.machine import Machine

_ACCEPT_SECONDS = 0.5  # how late the end of the lab may be noticed


class SshPort:
    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine = machine
        self.client_key, self.known_hosts = folder / "client_key", folder / "known_hosts"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_ACCEPT_SECONDS)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port: int = self._listener.getsockname()[1]

    def make_keys(self) -> None:
        """Before the machine starts: its own key, and the key that opens it."""
        for path in (self.client_key, self.client_key.with_suffix(".pub")):
            path.unlink(missing_ok=True)
        _quietly(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(self.client_key)])
        host_key = self.machine.etc / "dropbear_host_key"
        told = _quietly(["dropbearkey", "-t", "ed25519", "-f", str(host_key)])
        public = next(line for line in told.splitlines() if line.startswith("ssh-ed25519 "))
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {' '.join(public.split()[:2])}\n", encoding="utf-8")
        keys = self.machine.home / ".ssh"
        keys.mkdir(mode=0o700)
        (keys / "authorized_keys").write_text(self.client_key.with_suffix(".pub").read_text(encoding="utf-8"))
        (keys / "authorized_keys").chmod(0o600)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _address = self._listener.accept()
            except TimeoutError:
                continue
            with connection:
                # Keys only, no forwarding; inetd's way: the connection is its input and output.
                server = ["dropbear", "-i", "-s", "-j", "-k", "-r", "/etc/dropbear_host_key"]
                subprocess.Popen(
                    self.machine.command(server),
                    stdin=connection,
                    stdout=connection,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )


def _quietly(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
