# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries a push out on a Linux device, over whatever connection its host has.

Every command goes to a shell's input, none with a key on a command line; and what comes back is kept out of Ansible's
own log of the connection, because it may hold keys.
"""

from __future__ import annotations

import base64
import shlex
import time
import typing as t

from ..module_utils._device import frr_lines
from ..module_utils._device.linux_push import MODE as FILE_MODE
from ..module_utils._device.linux_push import SECRET_MODE, Found, Push

BACKUPS = "/var/backups/intercloud-vpn"
KEPT_BACKUPS = 10  # they hold keys
_READ = """
for pattern in {patterns}; do
  for path in $pattern; do
    [ -f "$path" ] && printf 'file %s %s %s\\n' "$path" "$(stat -c %a "$path")" "$(base64 -w0 "$path")"
  done
done
if command -v vtysh >/dev/null 2>&1; then
  printf 'running %s\\n' "$(vtysh -c 'show running-config' 2>/dev/null | base64 -w0)"
fi
true
"""
_WRITE = """
mkdir -p {folder}
temporary=$(mktemp {path}.XXXXXX)
base64 -d >"$temporary" <<'BASE64'
{content}
BASE64
chmod {mode} "$temporary"
mv -f "$temporary" {path}
"""


class Failed(Exception):
    """A command on the device failed; the message says which and what it said."""


Shell = t.Callable[[str], "tuple[int, str, str]"]


class LinuxDevice:
    """`shell(script)` runs a script on the device: exit code, output, errors."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def read(self, patterns: t.Sequence[str]) -> Found:
        """What it has of ours."""
        found = Found()
        for line in self._run(_READ.format(patterns=" ".join(patterns)), "read what is there").splitlines():
            words = line.split(" ")
            if words[0] == "file":
                found.files[words[1]] = int(words[2], 8), _text(words[3])
            elif words[0] == "running":
                found.running = _text(words[1])
        return found

    def carry_out(self, push: Push, before: Found) -> str:
        """Does it, and takes it back where it fails. Returns where the backup is."""
        folder = self._back_up(push, before)
        try:
            for part in push.write:
                self._write(part.path, part.text, SECRET_MODE if part.secret else FILE_MODE)
            self._type(push.lines)
            for part in push.remove:
                self._run(f"rm -f {shlex.quote(part.path)}\n", f"remove {part.path}")
                self._each(part.remove.splitlines())
            self._each(push.apply)
        except Failed as failed:
            raise Failed(f"{failed} {self._take_back(push, before)}") from None
        return folder

    def _back_up(self, push: Push, before: Found) -> str:
        """Copies of what will be replaced or removed, readable by root alone."""
        old = [part.path for part in [*push.write, *push.remove] if part.path in before.files]
        if not old and not push.lines:
            return ""
        folder = f"{BACKUPS}/{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
        script = f"umask 077\nmkdir -p {folder}\n"
        for path in old:
            script += f"mkdir -p {folder}{shlex.quote(path.rpartition('/')[0])}\n"
            script += f"cp -p {shlex.quote(path)} {folder}{shlex.quote(path)}\n"
        if push.lines:
            script += f"vtysh -c 'show running-config' >{folder}/frr.conf\n"
        script += f"ls -1d {BACKUPS}/* | head -n -{KEPT_BACKUPS} | xargs -r rm -rf\n"
        self._run(script, "back up what is there")
        return folder

    def _write(self, path: str, text: str, mode: int) -> None:
        content = base64.encodebytes(text.encode()).decode().strip()
        folder = shlex.quote(path.rpartition("/")[0])
        script = _WRITE.format(folder=folder, path=shlex.quote(path), content=content, mode=f"{mode:04o}")
        self._run(f"umask 077\n{script}", f"write {path}")

    def _type(self, lines: t.Sequence[str]) -> None:
        """FRR's configuration mode, which stops at the first line that FRR does not take."""
        if lines:
            words = " ".join(f"-c {shlex.quote(line)}" for line in ("configure terminal", *lines))
            self._run(f"vtysh {words}\n", "configure FRR")

    def _each(self, commands: t.Iterable[str]) -> None:
        for command in commands:
            if command.strip():
                self._run(f"{command}\n", command)

    def _take_back(self, push: Push, before: Found) -> str:
        """The files as they were, their commands, and FRR's lines. A new run heals whatever can't be taken back."""
        try:
            for part in [*push.write, *push.remove]:
                if part.path in before.files:
                    mode, text = before.files[part.path]
                    self._write(part.path, text, mode)
                else:
                    self._run(f"rm -f {shlex.quote(part.path)}\n", f"remove {part.path}")
                    self._each(part.remove.splitlines())
            if push.lines:
                now, then = (frr_lines.parse(x) for x in (self.read(()).running, before.running))
                extra = [item for item in frr_lines.owned(now) if item not in then]
                missing = [item for item in frr_lines.owned(then) if item not in now]
                self._type(frr_lines.commands(missing, frr_lines.whole(extra)))
            self._each(push.apply)
        except Failed as failed:
            return f"What had been done could not be taken back, either: {failed} A run that succeeds heals it."
        return "What had been done was taken back."

    def _run(self, script: str, what: str) -> str:
        code, output, errors = self._shell(script)
        if code:
            said = (errors.strip() or output.strip()).splitlines()
            raise Failed(f"«{what}» failed with {code}: {' '.join(said[-3:])}.")
        return output


def _text(encoded: str) -> str:
    return base64.b64decode(encoded).decode(errors="replace")
