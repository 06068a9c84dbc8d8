# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A router's command line over `ansible.netcommon.network_cli`, by its own collection's plugins."""

from __future__ import annotations

import importlib
import importlib.util
import re
import typing as t

from ansible.module_utils.common.text.converters import to_text
from ansible.module_utils.connection import Connection, ConnectionError

from ..module_utils._device.stand_ins import Mask, reveal
from ..module_utils._render.model import Refused

LIBSSH = {"pylibsshext": "ansible-pylibssh"}


class Told(Exception):
    """The device refused a line; the message is its own."""


class Lost(Exception):
    """The device did not answer any more."""


class Session:
    """Sends a line and returns the answer."""

    def __init__(self, connection: t.Any, mask: Mask, errors: t.Sequence[re.Pattern[bytes]]) -> None:
        self._connection = connection
        self._mask = mask
        self._errors = errors

    def ask(self, command: str, prompt: str | None = None, answer: str | None = None) -> str:
        """The answer; raises Told where the device refuses, Lost where it can't be reached or is silent."""
        try:
            said = to_text(self._connection.get(command=command, prompt=prompt, answer=answer))
        except ConnectionError as error:
            said = to_text(error)
            kind = Told if self._refuses(said) else Lost
            raise kind(self._mask.text(brief(said))) from None
        return said

    def tell(self, line: str, keys: t.Mapping[str, str]) -> None:
        """A line in which keys take their stand-ins' places.

        What a device refuses is raised inside the process that holds the connection, which logs it at -vvv with the
        line, and so with a key. Therefore it is told not to raise for such a line; its answer is judged here, by the
        same patterns. A connection that breaks just then is noticed by the line that follows.
        """
        revealed = reveal(line, keys)
        if revealed == line:
            self.ask(line)
            return
        (said,) = self._connection.run_commands(commands=[{"command": revealed}], check_rc=False)
        if self._refuses(to_text(said)):
            raise Told(self._mask.text(brief(to_text(said))))

    def _refuses(self, text: str) -> bool:
        return any(pattern.search(f"\n{text}".encode()) for pattern in self._errors)


def brief(text: str) -> str:
    """A device's words in one line."""
    return " / ".join(line.strip() for line in text.splitlines() if line.strip())


def connect_cli(connection: t.Any, mask: Mask, network_os: str, option: t.Callable[[str], t.Any]) -> Session:
    """Over the connection that the host has."""
    refuse_connection(connection, "ansible.netcommon.network_cli", network_os, option)
    collection, _dot, plugin = network_os.rpartition(".")
    terminal = importlib.import_module(f"ansible_collections.{collection}.plugins.terminal.{plugin}")
    return Session(Connection(connection.socket_path), mask, terminal.TerminalModule.terminal_stderr_re)


def refuse_connection(connection: t.Any, wanted: str, network_os: str, option: t.Callable[[str], t.Any]) -> None:
    """Raises Refused where a host's connection is another one, or would write keys into a log."""
    told = str(getattr(connection, "_network_os", "") or "")
    way = str(connection.transport)
    if way.rpartition(".")[2] != wanted.rpartition(".")[2] or told.rpartition(".")[2] != network_os.rpartition(".")[2]:
        raise Refused(
            f"the device is reached by connection {way} as {told or 'no network_os'}. Remedy: set "
            f"ansible_connection: {wanted} and ansible_network_os: {network_os} for its host"
        )
    for name in ("persistent_log_messages", "single_user_mode"):
        if option(name):
            raise Refused(
                f"with {name} Ansible writes what is sent to devices, keys too, into its log or cache. Remedy: switch "
                "it off for this host"
            )


def lacking(collections: t.Sequence[str], libraries: t.Mapping[str, str]) -> list[str]:
    """What is not installed where Ansible runs, with the remedy. `libraries` are packages by the module's name."""
    lacks = [
        f"the collection {name} (ansible-galaxy collection install {name})"
        for name in collections
        if not _there(f"ansible_collections.{name}")
    ]
    return lacks + [
        f"the Python package {package} (pip install {package})"
        for module, package in libraries.items()
        if not _there(module)
    ]


def _there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False
