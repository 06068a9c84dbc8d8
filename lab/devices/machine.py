# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine made of a network namespace and a mount namespace, with FRR in it.

Its /etc is a layer over this machine's, its /run and /root are its own. Both namespaces live as long as their keeper, a
process that sleeps in them; whoever removes the network namespace ends the keeper, and the mounts with it.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from lab.dataplane.netns import Namespaces

_START_SECONDS = 10.0
_KEEPER = """
set -eu
base=$1
hostname "$2"
mount -n --make-rprivate /
# Where the kernel lays nothing over what is laid over something already, a copy does.
if ! mount -n -t overlay overlay -o lowerdir=/etc,upperdir="$base/etc",workdir="$base/work" /etc 2>/dev/null; then
  cp -an /etc/. "$base/etc/"
  mount -n --bind "$base/etc" /etc
fi
mount -n --bind "$base/sbin" /usr/local/sbin
mount -n --bind "$base/root" /root
mount -n -t tmpfs -o mode=755 tmpfs "$base/run"
mkdir "$base/run/lab" "$base/run/frr"
mount -n --bind "$base/shared" "$base/run/lab"
mount -n --move "$base/run" /run
chown frr:frr /run/frr /etc/frr/frr.conf /etc/frr/vtysh.conf
touch /run/lab/mounted
exec sleep infinity
"""
# As Debian starts them, but for the watcher; and only those that the renderings need.
_DAEMONS = ("zebra", "staticd", "bgpd")


class MachineError(Exception):
    """The machine did not start, or a command on it failed."""


class Machine:
    """`name` is that of its network namespace, which exists and has its interfaces."""

    def __init__(self, spaces: Namespaces, folder: Path, name: str, hostname: str) -> None:
        self.spaces, self.folder, self.name, self.hostname = spaces, folder, name, hostname
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def etc(self) -> Path:
        """What has been written to its /etc."""
        return self.folder / "etc"

    @property
    def shared(self) -> Path:
        """Its /run/lab."""
        return self.folder / "shared"

    @property
    def home(self) -> Path:
        return self.folder / "root"

    @property
    def programs(self) -> Path:
        """Its /usr/local/sbin, which comes first in its PATH."""
        return self.folder / "sbin"

    def prepare(self) -> None:
        """Empty folders, for what is to be there from the beginning."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for part in ("etc/frr", "work", "sbin", "root", "run", "shared"):
            (self.folder / part).mkdir(mode=0o755, parents=True)
        self.home.chmod(0o700)
        (self.etc / "frr/frr.conf").write_text(f"hostname {self.hostname}\nservice integrated-vtysh-config\n")
        (self.etc / "frr/vtysh.conf").write_text("service integrated-vtysh-config\n")

    def start(self) -> None:
        keeper = ["unshare", "--mount", "--uts", "sh", "-c", _KEEPER, "keeper", str(self.folder), self.hostname]
        self._keeper = self.spaces.spawn(self.name, keeper, self.folder / "keeper.log")
        deadline = time.monotonic() + _START_SECONDS
        while not (self.shared / "mounted").exists():
            if self._keeper.poll() is not None or time.monotonic() > deadline:
                raise MachineError(f"device {self.hostname}: {(self.folder / 'keeper.log').read_text().strip()}")
            time.sleep(0.02)
        for daemon in _DAEMONS:
            self.run([f"/usr/lib/frr/{daemon}", "-d", "-A", "127.0.0.1", "-u", "frr", "-g", "frr"])
        self.run(["vtysh", "-b"])

    def command(self, words: Sequence[str]) -> list[str]:
        """How a command is run on it."""
        assert self._keeper is not None
        return ["nsenter", "--target", str(self._keeper.pid), "--mount", "--uts", "--net", "--wd=/root", "--", *words]

    def run(self, words: Sequence[str]) -> str:
        done = subprocess.run(self.command(words), capture_output=True, text=True, check=False)
        if done.returncode:
            raise MachineError(f"device {self.hostname}: {' '.join(words)}: {(done.stderr or done.stdout).strip()}")
        return done.stdout
