# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cisco IOS-XE: line by line, because it has no commit; a copy on the router's flash is the way back."""

from __future__ import annotations

import contextlib
import typing as t

from ..module_utils._device import ios_lines, line_tree
from ..module_utils._device.stand_ins import TOKEN, Mask, masked
from ..module_utils._render.model import Refused
from .router_push import Failed, Job, Record, line_diff, text
from .router_session import LIBSSH, Lost, Session, Told, connect_cli

NEEDS = LIBSSH
NETWORK_OS = "cisco.ios.ios"
BACKUP = "flash:intercloud-vpn-backup.cfg"  # beside the saved configuration, and as secret
SHOW = "show running-config"
SHOW_SAVED = "show startup-config"


def connect(connection: t.Any, mask: Mask, option: t.Callable[[str], t.Any]) -> Session:
    return connect_cli(connection, mask, NETWORK_OS, option)


class Device:
    """What the device has, and what it lacks."""

    def __init__(self, session: Session, job: Job) -> None:
        self.session, self.job = session, job
        self.before = _read(session, SHOW)
        self.wanted, self.kept = job.wanted(ios_lines.tunnels(self.before))
        self.want = line_tree.parse(text(self.wanted), ios_lines.DIALECT)
        asn = str(job.device.asn)
        running = [path[0].split()[2] for path in self.before if path[0].startswith("router bgp ")]
        other = [number for number in running if number != asn]
        if other and any(path[0].startswith("router bgp ") for path in self.want):
            raise Refused(
                f"device {job.device.name} runs BGP as AS {other[0]}, and its links want AS {asn}. Remedy: give "
                "the device this ASN in the inventory, or remove that process"
            )
        self.difference = self.compare(self.before)

    def compare(self, present: t.Mapping[line_tree.Path, None]) -> line_tree.Difference:
        device = self.job.device
        shown = self._without_keys(present)
        also = [f"zone security {device.zone}"] if device.zone_firewall else []
        self.ours = ios_lines.Ours(shown, self.want, device.asn, device.bgp_process == "own", self.kept, also)
        return line_tree.compare(shown, self.want, self.ours, ios_lines.DIALECT)

    def _without_keys(self, present: t.Mapping[line_tree.Path, None]) -> dict[line_tree.Path, None]:
        marks = {tunnel.number: tunnel.mark for tunnel in self.wanted.tunnels}
        return ios_lines.without_keys(present, self.want, self.job.keys, marks, self.job.mask)

    @property
    def minutes(self) -> int:
        """Of the revert timer, which needs an archive on the router; 0 without."""
        archived = any(path[0] == "archive" and path[-1].startswith("path ") for path in self.before)
        return self.job.minutes if archived else 0

    def saved(self) -> bool:
        """Whether the saved configuration has the same of ours as the running one."""
        startup = self._without_keys(_read(self.session, SHOW_SAVED))
        running = self._without_keys(self.before)
        return {p for p in startup if self.ours(p)} == {p for p in running if self.ours(p)}


def _read(session: Session, command: str) -> dict[line_tree.Path, None]:
    try:
        return line_tree.parse(session.ask(command), ios_lines.DIALECT)
    except Told as told:
        raise Refused(
            f"the device does not answer {command!r}: {told}. Remedy: a user of privilege 15, or ansible_become: true "
            "with ansible_become_method: ansible.netcommon.enable"
        ) from None


def push(session: Session, job: Job) -> Record:
    """Reads, compares, types, looks again, confirms, saves."""
    device = Device(session, job)
    difference = device.difference
    lines = [line for _path, line in line_tree.typed(difference.steps)]
    result: Record = {
        "changed": bool(lines) or not device.saved(),
        "commands": [masked(line) for line in lines],
        "touched": job.touched(device.ours(path) for path in (*difference.missing, *difference.surplus)),
        "diff": line_diff(SHOW, masked(difference.before), masked(difference.after)) if lines else [],
        "backup": "",
    }
    if result["changed"] and not job.check_mode:
        if lines:
            _back_up(session)
            result["backup"] = BACKUP
            _type(device, lines, result)
        _save(session)
    return result


def _back_up(session: Session) -> None:
    # Otherwise the copy would ask whether it may overwrite; without a file there is nothing to delete.
    with contextlib.suppress(Told):
        session.ask(f"delete /force {BACKUP}")
    try:
        session.ask(f"copy running-config {BACKUP}", prompt=r"Destination filename \[.*\]\?", answer="")
    except Told as told:
        raise Failed(f"The device could not back its configuration up, so nothing was changed: {told}") from None
    except Lost as lost:
        raise Failed(f"The connection was lost while the device made its backup; nothing was changed: {lost}") from None


def _type(device: Device, lines: t.Sequence[str], result: Record) -> None:
    session, minutes = device.session, device.minutes
    applied: list[str] = []
    try:
        session.ask(f"configure terminal revert timer {minutes}" if minutes else "configure terminal")
        for line in lines:
            session.tell(line, device.job.keys)
            applied.append(masked(line))
        session.ask("end")
        left = device.compare(line_tree.parse(session.ask(SHOW), ios_lines.DIALECT))
        if any(TOKEN.search(path[-1]) for path in left.missing):
            raise Told("it does not show a key that was typed in")
        if minutes:
            session.ask("configure confirm")
    except Told as told:
        refused = masked(lines[len(applied)]) if len(applied) < len(lines) else "the end of the configuration"
        raise _refused(device, applied, f"{refused!r}: {told}") from None
    except Lost as lost:
        raise _lost(minutes, applied, lost) from None
    if left.steps:
        shown = ", ".join(masked(line) for _path, line in line_tree.typed(left.steps)[:5])
        result["warnings"] = [f"The device shows these lines otherwise than they were typed in: {shown}"]


def _refused(device: Device, applied: t.Sequence[str], what: str) -> Failed:
    """Puts the copy back; IOS changes only what differs from it."""
    session = device.session
    try:
        session.ask("end")
        session.ask("configure revert now" if device.minutes else f"configure replace {BACKUP} force")
        if _read(session, SHOW) == device.before:
            return Failed(f"The device refused {what}. It was put back to what it was; nothing was saved")
        end = f"It was told to put back what it was ({BACKUP}), and shows something else."
    except (Lost, Told) as error:
        end = f"It could not be put back ({BACKUP}): {error}."
    return Failed(f"The device refused {what}. {end} {_applied(applied)} Nothing was saved", applied)


def _applied(applied: t.Sequence[str]) -> str:
    if not applied:
        return "No line was applied."
    return f"Applied were {len(applied)} lines, the last of them {applied[-1]!r}; all stand in `applied`."


def _lost(minutes: int, applied: t.Sequence[str], lost: Lost) -> Failed:
    end = (
        f"Nobody confirms the change now, so the router takes it back within {minutes} minutes. Remedy: run again later"
        if minutes
        else f"{_applied(applied)} Nothing was saved, so a reload takes it back. Remedy: run again, which heals it"
    )
    return Failed(f"The connection was lost: {lost}. {end}", applied)


def _save(session: Session) -> None:
    try:
        session.ask("write memory", prompt=r"\[confirm\]", answer="")
    except (Lost, Told) as error:
        raise Failed(f"The change is made but not saved: {error}. Remedy: run again, which saves it") from None
