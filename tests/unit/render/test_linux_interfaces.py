# SPDX-License-Identifier: GPL-3.0-or-later
"""The script that makes a Linux device's interfaces, run in a network namespace.

Not every kernel has xfrm interfaces: bridges take their place, by a stand-in for `ip` that knows the one command.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device

from .devices import device, keys, needs
from .linux_files import files

BEGIN = """
set -eu
mount --bind "$FOLDER/etc" /etc
mount --bind "$FOLDER/bin" /usr/local/sbin
# Also says whether it is up.
show() { ip -o link show dev "$1" | sed 's/.*<\\(.*\\)> \\(mtu [0-9]*\\).*/\\1 \\2/' | tr ',' ' '; }
settle() {
  for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    sleep 0.2
    case "$(show icv17)" in *"UP "*) ;; *) break ;; esac
  done
}
interfaces() { sh /etc/intercloud-vpn/interfaces "$@"; }
"""
EXTERNAL = """
ip link add icv17 type bridge
ip link add icv18 type bridge
ip address add 192.0.2.1/24 dev icv17
interfaces up
interfaces up icv17
ip -4 -o address show dev icv17
show icv17
cat /proc/sys/net/ipv4/conf/icv17/rp_filter
show icv18
nft list table ip intercloud_vpn
"""
XFRM = """
ip link add eth0 type bridge
interfaces up
echo "made: $(show icv17)"
PLUTO_VERB=up-client interfaces updown icv17
echo "secured: $(show icv17)"
touch /etc/secured
PLUTO_VERB=down-client interfaces updown icv17
settle
echo "replaced: $(show icv17)"
ip link delete dev icv17
interfaces up icv17
echo "healed: $(show icv17)"
rm /etc/secured
PLUTO_VERB=down-client interfaces updown icv17
settle
echo "dead: $(show icv17)"
echo 0x1 >/etc/if_id.icv17
interfaces up icv17
echo "corrected: $(cat /etc/if_id.icv17)"
ip -4 -o address show dev icv17
"""
IP = """#!/bin/sh
case "$*" in
  "link add "*" type xfrm dev eth0 if_id "*)
    printf '0x%x' "$9" >"/etc/if_id.$3"
    exec {ip} link add "$3" type bridge
    ;;
  "-d link show dev "*)
    {ip} link show dev "$5"
    echo "    xfrm if_id $(cat "/etc/if_id.$5") addrgenmode none"
    ;;
  *) exec {ip} "$@" ;;
esac
"""
SWANCTL = """#!/bin/sh
[ "$*" = "--list-sas --raw --ike icv17" ] || exit 1
[ ! -e /etc/secured ] || echo "list-sa event {icv17 {state=ESTABLISHED child-sas {icv17-1 {state=INSTALLED}}}}"
"""


def run(item: Device, folder: Path, script: str) -> str:
    """Write the files as a push would, and run the script over them."""
    for path, text in files(render(item, keys(item))).items():
        (folder / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        (folder / path[1:]).write_text(text, encoding="utf-8")
    (folder / "bin").mkdir()
    needs("nft", "nftables")
    for name, text in (("ip", IP.format(ip=needs("ip", "iproute2"))), ("swanctl", SWANCTL)):
        (folder / "bin" / name).write_text(text, encoding="utf-8")
        (folder / "bin" / name).chmod(0o755)
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    done = subprocess.run(
        ["unshare", *user, "--net", "--mount", "sh", "-c", BEGIN + script],
        env={**os.environ, "FOLDER": str(folder), "PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 and os.geteuid() != 0:
        pytest.skip(f"without root the interfaces can't be made here: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_interfaces_that_something_else_makes(tmp_path: Path) -> None:
    item = device("linux_frr", "two", tunnel_interfaces="external")
    link = item.links[0]
    item = replace(item, links=(replace(link, tunnels=(link.tunnels[0], replace(link.tunnels[1], enabled=False))),))
    output = run(item, tmp_path, EXTERNAL)
    address, state, rp_filter, disabled, *rules = output.splitlines()
    assert "inet 169.254.10.70/30" in address and "192.0.2.1" not in output
    assert "UP" in state.split() and state.endswith("mtu 1400")
    assert rp_filter == "2"
    assert "UP" not in disabled.split() and disabled.endswith("mtu 1400")
    assert sum("maxseg size > 1360 tcp option maxseg size set 1360" in rule for rule in rules) == 2


def test_an_interface_is_up_while_its_tunnel_is_secured(tmp_path: Path) -> None:
    output = run(device("linux_frr", "two"), tmp_path, XFRM)
    said = dict(line.split(": ", 1) for line in output.splitlines() if not line[0].isdigit())
    up = {name: "UP" in text.split() for name, text in said.items() if "mtu 1400" in text}
    # A CHILD_SA that goes after another has come leaves it up.
    assert up == {"made": False, "secured": True, "replaced": True, "healed": True, "dead": False}
    assert said["corrected"] == hex(1700017)
    assert "inet 169.254.10.70/30" in output.splitlines()[-1]
