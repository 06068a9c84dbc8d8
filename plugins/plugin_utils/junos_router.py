# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Junos over NETCONF: one locked commit for all that differs, taken back by the device where nobody confirms it."""

from __future__ import annotations

import contextlib
import re
import typing as t
from xml.sax.saxutils import unescape

from ansible import constants as C
from ansible.module_utils.common.text.converters import to_text
from ansible.module_utils.connection import Connection, ConnectionError

from ..module_utils._device import junos_lines, set_lines
from ..module_utils._device.stand_ins import Mask, masked, reveal
from ..module_utils._render.model import Refused
from .router_push import Failed, Job, Record, line_diff, text
from .router_session import Lost, Told, brief, refuse_connection

NETWORK_OS = "junipernetworks.junos.junos"
NEEDS = {"ncclient": "ncclient"}
SHOW = "configuration as set lines"


class Session:
    """The few requests that a push takes."""

    def __init__(self, connection: t.Any, mask: Mask) -> None:
        self._connection, self._mask = connection, mask

    def ask(self, request: str, **options: t.Any) -> str:
        """The answer; raises Told where the device refuses, Lost where it can't be reached."""
        try:
            return to_text(getattr(self._connection, request)(**options))
        except ConnectionError as error:
            said = to_text(error)
            message = re.findall(r"<error-message>\s*(.*?)\s*</error-message>", said, re.DOTALL)
            kind = Told if "rpc-error" in said or message else Lost
            raise kind(self._mask.text(brief(" / ".join(message) or said))) from None

    def configuration(self) -> dict[set_lines.Path, None]:
        answer = re.search(
            r"<configuration-set[^>]*>(.*)</configuration-set>", self.ask("get_configuration", format="set"), re.DOTALL
        )
        return set_lines.parse(unescape(answer[1], {"&quot;": '"', "&apos;": "'"})) if answer else {}


def connect(connection: t.Any, mask: Mask, option: t.Callable[[str], t.Any]) -> Session:
    refuse_connection(connection, "ansible.netcommon.netconf", NETWORK_OS, option)
    # The connection's plugin has ncclient log every message, from a process where nobody else can hush it.
    if C.DEFAULT_LOG_PATH:
        raise Refused(
            f"Ansible writes what it sends by NETCONF, keys too, into its log {C.DEFAULT_LOG_PATH}. Remedy: run this "
            "play without log_path (ANSIBLE_LOG_PATH)"
        )
    return Session(Connection(connection.socket_path), mask)


class Device:
    """What the device has, and what it lacks."""

    def __init__(self, session: Session, job: Job) -> None:
        self.session, self.job = session, job
        self.before = session.configuration()
        self.wanted, self.kept = job.wanted(junos_lines.tunnels(self.before))
        self.want = set_lines.parse(text(self.wanted))
        self.difference = self.compare(self.before)

    def compare(self, present: t.Mapping[set_lines.Path, None]) -> junos_lines.Difference:
        marks = {tunnel.number: tunnel.mark for tunnel in self.wanted.tunnels}
        shown = junos_lines.without_keys(present, self.want, marks, self.job.mask)
        return junos_lines.compare(shown, self.want, self.kept)


def push(session: Session, job: Job) -> Record:
    """Reads, compares, locks, commits, looks again, confirms."""
    device = Device(session, job)
    difference = device.difference
    result: Record = {
        "changed": bool(difference.commands),
        "commands": [masked(line) for line in difference.commands],
        "touched": job.touched(difference.touched),
        "diff": line_diff(SHOW, difference.before, difference.after) if difference.commands else [],
        "backup": "",
    }
    if difference.commands and not job.check_mode:
        _carry_out(device, result)
    return result


def _carry_out(device: Device, result: Record) -> None:
    session, minutes = device.session, device.job.minutes
    lines = "\n".join(reveal(line, device.job.keys) for line in device.difference.commands)
    try:
        session.ask("lock")
    except (Told, Lost) as error:
        raise Failed(f"The device's configuration could not be locked, and nothing was changed: {error}") from None
    try:
        session.ask("load_configuration", format="text", action="set", config=lines)
        session.ask("commit", **({"confirmed": True, "timeout": minutes} if minutes else {}))
        # Junos keeps what was committed before by itself.
        result["backup"] = "rollback 1"
    except Told as told:
        _let_go(session)
        raise Failed(f"The device refused the configuration, and nothing was changed: {told}") from None
    except Lost as lost:
        raise _lost(minutes, lost) from None
    try:
        left = device.compare(session.configuration())
        if minutes:
            session.ask("commit")
        session.ask("unlock")
    except (Told, Lost) as error:
        raise _lost(minutes, error) from None
    if left.commands:
        shown = ", ".join(masked(line) for line in left.commands[:5])
        result["warnings"] = [f"The device shows these lines otherwise than they were set: {shown}"]


def _let_go(session: Session) -> None:
    for request in ("discard_changes", "unlock"):
        with contextlib.suppress(Told, Lost):
            session.ask(request)


def _lost(minutes: int, error: Exception) -> Failed:
    end = (
        f"Nobody confirms the commit now, so the device takes it back within {minutes} minutes, without a restart"
        if minutes
        else "Whether it was committed is not known; `show system commit` tells"
    )
    return Failed(f"The connection was lost during the commit: {error}. {end}. Remedy: run again after that")
