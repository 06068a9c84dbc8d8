# SPDX-License-Identifier: GPL-3.0-or-later
"""One end of a tunnel: a strongSwan of its own in a namespace of its own, with ESP in userspace (kernel-libipsec).

Its TUN device is moved into the gateway's namespace; strongSwan keeps the descriptor, so one router sees all its
tunnels as interfaces. In its own namespace kernel-libipsec insists on a route over a device named ipsec0: a stand-in
gets that place, and the mark of kernel-netlink keeps packets off it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import vici

from lab.dataplane.model import TunnelEnd
from lab.dataplane.netns import Namespaces

_CONNECTION = "tunnel"
_START_SECONDS = 20.0
_RETRY_SECONDS = 2.0
_MTU = 1400
_CONFIG = """charon-systemd {{
  load = random nonce openssl kdf kernel-libipsec kernel-netlink socket-default vici
  load_modular = no
  install_routes = no
  install_virtual_ip = no
  # With 8 threads vici was never answered.
  threads = 16
  retransmit_tries = 3
  retransmit_timeout = 1.0
  retransmit_base = 1.3
  journal {{
    default = -1
  }}
  filelog {{
    log {{
      path = {folder}/charon.log
      time_format = %b %e %T
      default = 1
      flush_line = yes
    }}
  }}
  plugins {{
    vici {{
      socket = unix://{folder}/vici
    }}
    kernel-libipsec {{
      allow_peer_ts = yes
    }}
    kernel-netlink {{
      fwmark = 0x4242
    }}
  }}
}}
"""


class IkeError(Exception):
    """A strongSwan did not start or did not take its configuration."""


class IkeEnd:
    """`device` is the name of its interface on the gateway."""

    def __init__(self, spaces: Namespaces, folder: Path, name: str, device: str, timer_scale: float) -> None:
        self.spaces, self.folder, self.name, self.device = spaces, folder, name, device
        self.timer_scale = timer_scale
        self.killed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._session: vici.Session | None = None
        self._loaded: TunnelEnd | None = None
        self._tried = 0.0
        self._lock = threading.Lock()  # one conversation at a time

    def spawn(self) -> None:
        """Begin to start; `attach` waits for it. The namespace exists and has its addresses."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "vici").unlink(missing_ok=True)
        config = self.folder / "strongswan.conf"
        config.write_text(_CONFIG.format(folder=self.folder), encoding="utf-8")
        self._process = self.spaces.spawn(
            self.name, ["/usr/sbin/charon-systemd"], self.folder / "out.log", {"STRONGSWAN_CONF": str(config)}
        )

    def attach(self, gateway: str) -> None:
        """Wait until it answers, and give its TUN device to the gateway."""
        deadline = time.monotonic() + _START_SECONDS
        while not ((self.folder / "vici").exists() and self.spaces.has_link(self.name, "ipsec0")):
            if time.monotonic() > deadline or not self.running:
                raise IkeError(f"{self.name}: strongSwan did not start; see {self.folder}")
            time.sleep(0.02)
        self._session = self._connect(deadline)
        self.spaces.batch(
            self.name,
            [
                f"link set ipsec0 netns {self.spaces.full(gateway)} name {self.device}",
                "link add ipsec0 type bridge",
                "link set ipsec0 up",
            ],
        )

    def _connect(self, deadline: float) -> vici.Session:
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self.folder / "vici"))
                return vici.Session(connection)
            except OSError:
                connection.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """As if its machine had died: nobody is told."""
        self.killed = True
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._session = self._loaded = None

    def forget_device(self) -> None:
        """Before another start: the stand-in is in the place of the new TUN device."""
        if self.spaces.has_link(self.name, "ipsec0"):
            self.spaces.batch(self.name, ["link del ipsec0"])
        self.killed = False
        self._session = self._loaded = None

    def plug_in(self, gateway: str, end: TunnelEnd) -> None:
        """The inside address on the tunnel's interface."""
        self.spaces.batch(
            gateway,
            [
                f"addr flush dev {self.device}",
                f"addr add {end.inside} dev {self.device}",
                f"link set {self.device} mtu {_MTU} up",
            ],
        )

    def configure(self, end: TunnelEnd) -> None:
        """Take a new record. What IKE is about restarts this end's negotiation; the rest leaves it alone."""
        with self._lock:
            session = self._need_session()
            if self._loaded is not None and _negotiated(self._loaded) == _negotiated(end):
                self._loaded = end
                return
            if self._loaded is not None and self._loaded.enabled:
                session.unload_conn({"name": _CONNECTION})
                _drain(session.terminate, {"ike": _CONNECTION, "force": "yes", "timeout": "-1"})
            if end.enabled:
                owners = [end.local, end.remote]
                session.load_shared({"id": "psk", "type": "IKE", "data": end.psk, "owners": owners})
                session.load_conn({_CONNECTION: self._connection(end)})
            self._loaded, self._tried = end, 0.0
        self.keep_trying()

    def _connection(self, end: TunnelEnd) -> dict[str, Any]:
        ike = end.ike
        dpd = max(1, round(ike.dpd * self.timer_scale)) if ike.dpd else 0
        return {
            "version": str(ike.version),
            "aggressive": "yes" if ike.aggressive else "no",
            "local_addrs": [end.local],
            "remote_addrs": [end.remote],
            "proposals": list(ike.ike_proposals),
            "encap": "yes",
            "mobike": "no",
            "dpd_delay": f"{dpd}s",
            "rekey_time": f"{ike.ike_lifetime * 9 // 10}s",
            "over_time": f"{ike.ike_lifetime // 10}s",
            "keyingtries": "1",  # `keep_trying` tries again: also after an answer that ends strongSwan's own attempts
            "unique": "replace",
            "local": {"auth": "psk", "id": end.local},
            "remote": {"auth": "psk", "id": end.remote},
            "children": {
                _CONNECTION: {
                    "local_ts": ["0.0.0.0/0"],
                    "remote_ts": ["0.0.0.0/0"],
                    "esp_proposals": list(ike.esp_proposals),
                    "mode": "tunnel",
                    "rekey_time": f"{ike.esp_lifetime * 9 // 10}s",
                    "life_time": f"{ike.esp_lifetime}s",
                    "dpd_action": "clear",
                    "close_action": "none",
                    "start_action": "none",
                }
            },
        }

    def keep_trying(self) -> None:
        """The end that initiates does so for ever, whatever the answer was."""
        with self._lock:
            end = self._loaded
            if end is None or not end.initiates or not end.enabled or not self.running:
                return
            if time.monotonic() - self._tried < _RETRY_SECONDS:
                return
            sas = self._sas()
            if any(sa["state"] == b"CONNECTING" for sa in sas) or _installed(sas):
                return
            self._tried = time.monotonic()
            _drain(self._need_session().initiate, {"child": _CONNECTION, "timeout": "-1"})

    def is_up(self) -> bool:
        """Whether packets can pass: an established IKE SA may have no child."""
        with self._lock:
            return _installed(self._sas())

    def details(self) -> list[dict[str, Any]]:
        """All SAs in readable form, no keys."""
        with self._lock:
            return [_readable(sa) for sa in self._sas()]

    def rekey(self, what: str) -> None:
        """`what`: child or ike."""
        with self._lock:
            self._need_session().rekey({what: _CONNECTION})

    def _sas(self) -> list[Any]:
        if self._session is None or not self.running:
            return []
        try:
            return [sa for item in self._session.list_sas() for sa in item.values()]
        except OSError:  # it has died a moment ago
            return []

    def _need_session(self) -> vici.Session:
        if self._session is None:
            raise IkeError(f"{self.name}: strongSwan does not run")
        return self._session


def _installed(sas: list[Any]) -> bool:
    states = (b"INSTALLED", b"REKEYING", b"REKEYED")
    return any(child["state"] in states for sa in sas for child in sa["child-sas"].values())


def _negotiated(end: TunnelEnd) -> tuple[Any, ...]:
    return end.local, end.remote, end.psk, end.ike, end.enabled


def _drain(command: Any, arguments: dict[str, str]) -> None:
    """Run a command that streams its log. That it fails (nothing to end, nobody answers, strongSwan has just been
    stopped) is no news here: the next look at the SAs tells."""
    try:
        for _line in command(arguments) or ():
            continue
    except (vici.exception.CommandException, OSError):
        return


def _readable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _readable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value
