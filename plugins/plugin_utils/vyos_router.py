# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""VyOS: one commit for everything that differs, taken back by the device itself where nobody confirms it."""

from __future__ import annotations

import contextlib
import typing as t

from ..module_utils._device import set_lines, vyos_lines
from ..module_utils._device.stand_ins import Mask, masked
from ..module_utils._render.model import Refused
from .router_push import Failed, Job, Record, line_diff, text
from .router_session import LIBSSH, Lost, Session, Told, brief, connect_cli

NEEDS = LIBSSH
NETWORK_OS = "vyos.vyos.vyos"
BACKUP = "intercloud-vpn-backup.boot"  # in /config, beside the saved configuration, and as secret
SHOW = "show configuration commands"
SYSTEM_AS = ("protocols", "bgp", "system-as")


def connect(connection: t.Any, mask: Mask, option: t.Callable[[str], t.Any]) -> Session:
    return connect_cli(connection, mask, NETWORK_OS, option)


class Device:
    """What the device has, and what it lacks."""

    def __init__(self, session: Session, job: Job) -> None:
        self.session, self.job = session, job
        self.before = set_lines.parse(session.ask(SHOW))
        self.wanted, self.kept = job.wanted(vyos_lines.tunnels(self.before))
        self.want = set_lines.parse(text(self.wanted))
        asn = str(job.device.asn)
        other = [path[3] for path in self.before if path[:3] == SYSTEM_AS and path[3] != asn]
        if other and any(path[:3] == SYSTEM_AS for path in self.want):
            raise Refused(
                f"device {job.device.name} runs BGP as AS {other[0]}, and its links want AS {asn}. Remedy: give "
                "the device this ASN in the inventory, or remove that process"
            )
        self.difference = self.compare(self.before)

    def compare(self, present: t.Mapping[set_lines.Path, None]) -> vyos_lines.Difference:
        device = self.job.device
        shown = vyos_lines.without_keys(present, self.want, self.job.keys, self.job.mask)
        zone = device.zone if device.zone_firewall else ""
        self.ours = vyos_lines.Ours(shown, self.want, device.asn, device.bgp_process == "own", self.kept, zone)
        return vyos_lines.compare(shown, self.want, self.ours)


def push(session: Session, job: Job) -> Record:
    """Reads, compares, commits, looks again, confirms, saves."""
    device = Device(session, job)
    difference = device.difference
    labels = {device.ours.root(path)[1] for path in (*difference.missing, *difference.surplus)}
    result: Record = {
        "changed": bool(difference.commands),
        "commands": [masked(line) for line in difference.commands],
        "touched": job.touched(labels),
        "diff": line_diff(SHOW, difference.before, difference.after) if difference.commands else [],
        "backup": "",
    }
    if not difference.commands:
        # One that was committed and not saved, because the connection broke, would be gone after a restart.
        result["changed"] = _unsaved(session, job.check_mode)
    elif not job.check_mode:
        _carry_out(device, result)
    return result


def _carry_out(device: Device, result: Record) -> None:
    session, minutes = device.session, device.job.minutes
    try:
        session.ask("configure")
        session.ask(f"save {BACKUP}")
        result["backup"] = f"/config/{BACKUP}"
        _enter(session, device.difference.commands, device.job.keys)
    except Told as told:
        raise Failed(f"The device refused a line, and nothing was changed: {told}") from None
    except Lost as lost:
        raise Failed(f"The connection was lost before the commit, so nothing was changed: {lost}") from None
    try:
        said = (
            session.ask(f"commit-confirm {minutes}", prompt=r"Proceed ?\??", answer="y")
            if minutes
            else session.ask("commit")
        )
    except Told as told:
        raise _refused(device, told) from None
    except Lost as lost:
        raise _lost(minutes, lost) from None
    try:
        left = device.compare(set_lines.parse(session.ask(f"run {SHOW}")))
        if left.commands == device.difference.commands:
            # Another commit waits to be confirmed, for instance: VyOS calls that no error.
            session.ask("exit discard")
            raise Failed(f"The device did not commit, so nothing was changed: {device.job.mask.text(brief(said))}")
        if minutes:
            session.ask("confirm")
        session.ask("save")
        session.ask("exit")
    except Lost as lost:
        raise _lost(minutes, lost) from None
    if left.commands:
        shown = ", ".join(masked(line) for line in left.commands[:5])
        result["warnings"] = [f"The device shows these lines otherwise than they were set: {shown}"]


def _enter(session: Session, lines: t.Sequence[str], keys: t.Mapping[str, str]) -> None:
    try:
        for line in lines:
            session.tell(line, keys)
    except Told:
        session.ask("exit discard")
        raise


def _refused(device: Device, told: Told) -> Failed:
    """A commit that failed may have gone half of its way: what it changed is changed back."""
    session = device.session
    session.ask("exit discard")
    now = set_lines.parse(session.ask(SHOW))
    back, keys = vyos_lines.way_back(now, device.before)
    state = "nothing was changed"
    if back:
        try:
            session.ask("configure")
            _enter(session, back, keys)
            session.ask("commit")
            session.ask("exit")
            state = "what it had already changed was changed back"
        except Told as again:
            state = f"what it had already changed could not be changed back: {again}"
    if device.job.minutes:
        _stop_timer(session)
    return Failed(f"The device refused the commit, and {state}: {told}. Nothing was saved")


def _stop_timer(session: Session) -> None:
    """A timer that the failed commit left behind would restart the router."""
    session.ask("configure")
    with contextlib.suppress(Told):
        session.ask("confirm")
    session.ask("exit discard")


def _lost(minutes: int, lost: Lost) -> Failed:
    end = (
        f"Nobody confirms the commit now, so the device takes it back within {minutes} minutes; VyOS 1.4 then restarts"
        if minutes
        else "Whether it was committed is not known; it was not saved, so a restart takes it back"
    )
    return Failed(f"The connection was lost during the commit: {lost}. {end}. Remedy: run again after that")


def _unsaved(session: Session, check_mode: bool) -> bool:
    """Whether something of ours is not saved; saves it."""
    session.ask("configure")
    ours = "icv" in session.ask("compare saved")
    if ours and not check_mode:
        session.ask("save")
    session.ask("exit")
    return ours
