# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renders a VPN device's configuration, compares it with what the device has, and changes what differs.

Keys live here only: they come in by an option that is never shown, and go out to the device. No result, diff or fact
holds one, and the connection's own log is off meanwhile.
"""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase
from ansible.utils.vars import merge_hash

from ..module_utils._device import linux_push
from ..module_utils._device.stand_ins import Mask
from ..module_utils._render import families
from ..module_utils._render.model import Device, Refused
from ..module_utils._render.wording import label
from ..plugin_utils import ios_router, junos_router, linux_device, router_push, vyos_router
from ..plugin_utils.linux_device import LinuxDevice
from ..plugin_utils.router_session import Lost, Told, lacking

Record = dict[str, t.Any]
LINUX = ("linux_bird", "linux_frr")
ROUTERS: dict[str, t.Any] = {"cisco_iosxe": ios_router, "juniper_srx": junos_router, "vyos": vyos_router}
PUSHED = (*LINUX, *ROUTERS)
STATES = ("rendered", "pushed")
MINUTES = 5


class ActionModule(ActionBase):
    """A task on the device's own host."""

    _supports_check_mode = True

    def run(self, tmp: t.Any = None, task_vars: Record | None = None) -> Record:
        result: Record = super().run(tmp, task_vars)
        args = self._task.args
        keys = {str(name): str(key) for name, key in (args.get("keys") or {}).items()}
        mask = Mask(keys.values())
        try:
            device = Device.from_dict(args["model"])
            state = str(args.get("state") or STATES[0])
            if state not in STATES:
                raise Refused(f"state {state!r} is not known. Allowed: {', '.join(STATES)}")
            found = self._rendered(device, keys) if state == "rendered" else self._pushed(device, keys, mask)
        except (KeyError, TypeError) as exc:
            found = {"failed": True, "msg": f"model is no device as vpn_link_plan tells it: {exc}"}
        except Refused as exc:
            found = {"failed": True, "msg": f"Refused, before anything was touched: {exc}."}
        except router_push.Failed as failed:
            found = {"failed": True, "msg": f"{failed}.", "applied": failed.applied}
        except (Lost, Told) as exc:
            found = {"failed": True, "msg": f"The device could not be read, and nothing was changed: {exc}."}
        except (linux_device.Failed, AnsibleConnectionFailure) as exc:
            found = {"failed": True, "msg": str(exc)}
        return merge_hash(result, t.cast("Record", remove_values(mask.data(found), set(keys.values()))))

    def _rendered(self, device: Device, keys: Record) -> Record:
        """Files on the controller, its owner's alone."""
        folder = Path(str(self._task.args.get("folder") or "devices")).expanduser() / device.name
        parts = families.render(device, keys) if device.links else []
        wanted = {f"{n:02}-{part.name.replace(' ', '-')}.txt": part for n, part in enumerate(parts, 1)}
        have = {path.name: path for path in folder.glob("*.txt")} if folder.is_dir() else {}
        diff, changed = [], []
        for name, part in wanted.items():
            head = f"# {part.path}\n" if part.path else ""
            text = head + part.text
            before = have[name].read_text(encoding="utf-8") if name in have else ""
            if before == text:
                continue
            changed.append(name)
            diff.append(linux_push.shown(str(folder / name), before, text, part.secret))
            if not self._task.check_mode:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _write(folder / name, text)
        for name in sorted(set(have) - set(wanted)):
            changed.append(name)
            diff.append(linux_push.shown(str(folder / name), have[name].read_text(encoding="utf-8"), "", True))
            if not self._task.check_mode:
                have[name].unlink()
        return {**self._told(device, diff), "changed": bool(changed), "folder": str(folder), "touched": changed}

    def _pushed(self, device: Device, keys: Record, mask: Mask) -> Record:
        if device.family not in PUSHED:
            raise Refused(
                f"device {device.name}: family {device.family} is rendered only; pushed are "
                f"{', '.join(sorted(PUSHED))}. Remedy: vpn_device_state: rendered, and bring the files to the device "
                "yourself"
            )
        keep, only = (list(self._task.args.get(key) or ()) for key in ("keep", "only"))
        if device.family in LINUX:
            return self._to_linux(device, keys, keep, only)
        minutes = int(self._task.args.get("confirm_minutes", MINUTES))
        if not 0 <= minutes <= 60:
            raise Refused(f"confirm_minutes is {minutes}. Allowed: 0 (no automatic way back) to 60")
        families.render(device, keys)  # says what the family can't do, and which key is missing
        router = ROUTERS[device.family]
        collection = router.NETWORK_OS.rpartition(".")[0]
        lacks = lacking(["ansible.netcommon", collection], router.NEEDS)
        if lacks:
            raise Refused(f"a push to family {device.family} needs {' and '.join(lacks)}, which Ansible does not find")
        session = router.connect(self._connection, mask, self._option)
        job = router_push.Job(device, keys, mask, keep, only, minutes, bool(self._task.check_mode))
        found = router.push(session, job)
        return {**self._told(device, found.pop("diff")), **found}

    def _option(self, name: str) -> bool:
        try:
            return bool(self._connection.get_option(name))
        except KeyError:
            return False

    def _to_linux(self, device: Device, keys: Record, keep: list[str], only: list[str]) -> Record:
        linux = LinuxDevice(self._shell)
        before = linux.read(linux_push.paths(device))
        push = linux_push.plan(device, keys, before, keep, only)
        backup = ""
        if push.changed and not self._task.check_mode:
            backup = linux.carry_out(push, before)
        return {**self._told(device, push.diff), "changed": push.changed, "backup": backup, "touched": push.touched}

    def _told(self, device: Device, diff: list[dict[str, str]]) -> Record:
        tunnels = [{"name": x.name, "interface": label(x), "mark": x.mark} for x in device.tunnels]
        told: Record = {"device": device.name, "family": device.family, "tunnels": tunnels}
        return {**told, "diff": diff} if self._task.diff else told

    def _shell(self, script: str) -> tuple[int, str, str]:
        """A script as a shell's input. What it says may hold keys, so the connection does not log it."""
        context = self._connection._play_context
        logged, context.no_log = context.no_log, True
        try:
            done = self._low_level_execute_command("/bin/sh -s", in_data=script.encode(), sudoable=True)
        finally:
            context.no_log = logged
        return int(done["rc"]), str(done["stdout"]), str(done["stderr"])


def _write(path: Path, text: str) -> None:
    """At once, and readable by nobody else at any time."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)
