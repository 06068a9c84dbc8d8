# SPDX-License-Identifier: GPL-3.0-or-later
"""Linux: strongSwan's files, read back and loaded into a strongSwan; the interfaces, made in a network namespace."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import vici
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Part, Refused

from . import strongswan
from .devices import changed_parts, device, expected, keys, keys_stay_secret, matrix, named, needs
from .linux_files import files, ipsec, without_connection

FAMILIES = ("linux_bird", "linux_frr")
MATRIX = [item for item in matrix("linux_frr") if item.links[0].bgp]


@pytest.fixture(scope="module")
def charon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with strongswan.daemon(tmp_path_factory.mktemp("charon"), needs("charon-systemd", "charon-systemd")) as uri:
        yield uri


def swanctl(uri: str, parts: list[Part], folder: Path) -> subprocess.CompletedProcess[str]:
    """Load all of strongSwan's files, as a push would."""
    program = needs("swanctl", "strongswan-swanctl")
    text = "".join(text for path, text in files(parts).items() if path.startswith("/etc/swanctl/"))
    (folder / "all.conf").write_text(text, encoding="utf-8")
    command = [program, "--load-all", "--noprompt", "--uri", uri, "--file", str(folder / "all.conf")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("item", matrix("linux_frr"), ids=named)
def test_files_say_what_the_model_says(item: Device, family: str) -> None:
    item = replace(item, family=family)
    parts = render(item, keys(item))
    held = files(parts)
    for x in item.tunnels:
        wanted = {k: v for k, v in without_connection(expected(item)[x.name]).items() if k != "routing"}
        assert ipsec(held, x) == wanted
    keys_stay_secret(item, parts)


@pytest.mark.parametrize("item", MATRIX, ids=named)
def test_strongswan_takes_them(item: Device, charon: str, tmp_path: Path) -> None:
    done = swanctl(charon, render(item, keys(item)), tmp_path)
    enabled = [x for x in item.tunnels if x.enabled]
    assert done.returncode == 0, done.stderr
    # swanctl ends with 0 on a brace that is missing, so its own count is what tells.
    assert f"successfully loaded {len(enabled)} connections, " in done.stdout
    assert done.stdout.count("loaded ike secret") == len(item.tunnels)
    loaded = {}
    with conversation(charon) as session:
        for answer in session.list_conns():
            loaded |= answer
    assert set(loaded) == {f"icv{x.number}" for x in enabled}
    for x in enabled:
        found = loaded[f"icv{x.number}"]
        assert found["local_addrs"] == [x.local_address.encode()]
        assert found["remote_addrs"] == [x.remote_address.encode()]
        assert found["version"] == f"IKEv{x.proposal.ike_version}".encode()
        assert found["local-1"]["id"] == x.local_id.encode()
        assert found["remote-1"]["id"] == x.remote_address.encode()
        assert found["dpd_delay"] == b"10"
        assert found["children"][f"icv{x.number}"]["dpd_action"] == b"start"  # its other name


@contextmanager
def conversation(uri: str) -> Iterator[vici.Session]:
    with closing(socket.socket(socket.AF_UNIX)) as connection:
        connection.connect(uri.removeprefix("unix://"))
        yield vici.Session(connection)


@pytest.mark.parametrize(
    "old,new", [("aes256-sha256-ecp256", "aes256-sha256-ecp999"), ("dpd_action = restart", "dpd_action = dance")]
)
def test_strongswan_refuses_what_it_does_not_know(charon: str, tmp_path: Path, old: str, new: str) -> None:
    item = device("linux_frr", "two")
    parts = [replace(part, text=part.text.replace(old, new)) for part in render(item, keys(item))]
    done = swanctl(charon, parts, tmp_path)
    assert done.returncode != 0
    assert "loading connection" in done.stderr and "failed" in done.stderr


@pytest.mark.parametrize("family", FAMILIES)
def test_a_change_of_one_tunnel_touches_its_files_alone(family: str) -> None:
    item = device(family)
    link = item.links[0]
    for change in ({"enabled": False}, {"mark": "g9-0a1b2c3d"}, {"preference": 5}, {"remote_address": "203.0.113.200"}):
        tunnels = (link.tunnels[0], replace(link.tunnels[1], **change))
        after = replace(item, links=(replace(link, tunnels=tunnels), item.links[1]))
        names = changed_parts(render(item, keys(item)), render(after, keys(after)))
        assert names and all(name.startswith(f"{link.tunnels[1].name} ") for name in names)
    changed = changed_parts(render(item, keys(item)), render(item, {**keys(item), link.tunnels[1].name: "another_key"}))
    assert changed == {f"{link.tunnels[1].name} key"}


def test_interfaces_that_something_else_makes() -> None:
    item = device("linux_bird", "two", tunnel_interfaces="external")
    held = files(render(item, keys(item)))
    assert "IF_ID=0\n" in held["/etc/intercloud-vpn/tunnels/icv17"]
    assert "if_id" not in held["/etc/swanctl/conf.d/icv17.conf"]
    assert "updown" not in held["/etc/swanctl/conf.d/icv17.conf"]


def test_an_unknown_kind_of_interface_is_refused() -> None:
    item = device("linux_bird", "two", tunnel_interfaces="gre")
    with pytest.raises(
        Refused, match=r"device office: family linux_bird .* tunnel_interfaces 'gre'; it can xfrm and external"
    ):
        render(item, keys(item))
