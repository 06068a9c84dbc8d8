# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH servers for routers, on loopback: a command line, or NETCONF.

What a router keeps outlives its sessions. A session is a `Console`: it reads a line, answers, and prompts, as long as
somebody is connected; or one of NETCONF, which answers messages.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from typing import Any, Protocol

import paramiko

USER, PASSWORD = "admin", "not-a-secret"
_BACKLOG = 20
_NETCONF, _END = "urn:ietf:params:xml:ns:netconf:base:1.0", b"]]>]]>"
_HANDSHAKE_SECONDS = 20


class HungUp(Exception):
    """The router ends the session without a word."""


class Console(Protocol):
    """One session of a router."""

    @property
    def prompt(self) -> str:
        """What stands before the cursor."""

    def say(self, line: str) -> str:
        """The answer to a line; raises HungUp."""

    def leave(self) -> None:
        """The session ended, in whatever mode it was."""


class Netconf(Protocol):
    """One NETCONF session of a router."""

    capabilities: tuple[str, ...]


class _Login(paramiko.ServerInterface):
    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        return name == "netconf"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        return True

    def check_channel_pty_request(self, *args: object) -> bool:
        return True


@dataclass
class SshServer:
    """Serves one router on a port of its own until it is closed; one with `netconf()` by that."""

    router: Any
    key: paramiko.PKey = field(default_factory=lambda: paramiko.RSAKey.generate(2048))

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        try:
            transport.add_server_key(self.key)
            transport.start_server(server=_Login())
            channel = transport.accept(_HANDSHAKE_SECONDS)
            if channel is not None and hasattr(self.router, "netconf"):
                self._exchange(channel)
            elif channel is not None:
                self._talk(channel)
        except (EOFError, OSError, paramiko.SSHException):
            pass  # the client went
        finally:
            transport.close()

    def _talk(self, channel: paramiko.Channel) -> None:
        console = self.router.console()
        channel.sendall(f"\r\n{console.prompt}".encode())
        pending = b""
        with contextlib.suppress(HungUp):
            while data := channel.recv(4096):
                pending += data.replace(b"\r", b"\n")
                while b"\n" in pending:
                    raw, pending = pending.split(b"\n", 1)
                    line = raw.decode()
                    answer = console.say(line.strip())
                    text = f"{line}\r\n" + "".join(f"{row}\r\n" for row in answer.splitlines())
                    channel.sendall((text + console.prompt).encode())
        console.leave()

    def _exchange(self, channel: paramiko.Channel) -> None:
        """NETCONF 1.0: messages end in `]]>]]>`, and both begin with what they can."""
        session = self.router.netconf()
        told = "".join(f"<capability>{name}</capability>" for name in session.capabilities)
        hello = f'<hello xmlns="{_NETCONF}"><capabilities>{told}</capabilities><session-id>1</session-id></hello>'
        channel.sendall(hello.encode() + _END)
        pending, greeted = b"", False
        with contextlib.suppress(HungUp):
            while data := channel.recv(65536):
                pending += data
                while _END in pending:
                    message, pending = pending.split(_END, 1)
                    if greeted:
                        reply, last = self.router.answer(session, message)
                        channel.sendall(reply + _END)
                        if last:
                            return
                    greeted = True
