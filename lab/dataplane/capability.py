# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this machine can carry the data plane, and if not, what it lacks."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

_PROGRAMS = {
    "ip": "iproute2",
    "nft": "nftables",
    "bird": "bird2",
    "birdc": "bird2",
    "charon-systemd": "charon-systemd",
    # The VPN device's.
    "swanctl": "strongswan-swanctl",
    "vtysh": "frr",
    "dropbear": "dropbear-bin",
    "ssh-keygen": "openssh-client",
    "nsenter": "util-linux",
}
_PLUGIN = Path("/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so")
_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"


def missing() -> list[str]:
    """What is in the way; empty where all is well."""
    if os.geteuid() != 0:
        return ["it needs root, to make network namespaces"]
    found = [
        f"{name} is not installed (Debian package {package})"
        for name, package in _PROGRAMS.items()
        if shutil.which(name, path=_PATH) is None
    ]
    if not _PLUGIN.exists():
        found.append("strongSwan's kernel-libipsec is not installed (Debian package libcharon-extra-plugins)")
    if importlib.util.find_spec("vici") is None:
        found.append("the Python package vici is not installed (requirements/lab.txt)")
    if not Path("/dev/net/tun").exists():
        found.append("there is no /dev/net/tun")
    return found or _refused()


def _refused() -> list[str]:
    """What the kernel does not let us do: tried, in a namespace that is gone afterwards."""
    tried = [
        "mount --make-rprivate /",
        "ip link set lo up",
        "nft 'add table inet lab'",
        "ip link add v0 type veth peer name v1",
    ]
    command = ["unshare", "--net", "--mount", "--uts", "sh", "-c", " && ".join(tried)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": _PATH})
    return (
        [f"the kernel refuses namespaces, mounts, nftables or veth: {done.stderr.strip()}"] if done.returncode else []
    )
