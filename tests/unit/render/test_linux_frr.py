# SPDX-License-Identifier: GPL-3.0-or-later
"""Linux with FRR: its lines, read back and given to vtysh; removal."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Part

from .bgp_lines import originated, session
from .devices import device, expected, keys, matrix, named, needs
from .lines import Lines

UNICAST = "address-family ipv4 unicast"
FOREIGN = f"""ip route 0.0.0.0/0 192.0.2.1
ip route 10.1.0.0/16 192.0.2.1 250
ip route 192.168.10.0/24 blackhole
ip prefix-list icv1 seq 5 permit 10.0.0.0/8
route-map icv-own permit 10
 match ip address prefix-list icv1
exit
router bgp 65010
 bgp router-id 192.0.2.99
 neighbor 169.254.10.6 remote-as 64999
 {UNICAST}
  network 172.31.0.0/16
  neighbor 169.254.10.6 activate
  neighbor 169.254.10.6 route-map icv-own in
 exit-address-family
exit
"""


def lines(parts: list[Part]) -> list[Part]:
    return [part for part in parts if not part.path]


def read(item: Device, parts: list[Part]) -> dict[str, Any]:
    config = Lines(*(part.text for part in lines(parts)))
    found: dict[str, Any] = {}
    for link in item.links:
        for x in link.tunnels:
            name = f"icv{x.number}"
            if link.bgp:
                found[x.name] = session(config, name, x.cloud_inside, UNICAST)
            else:
                routes = config.tops(rf"ip route (\S+) {x.cloud_inside} {name} (\d+)")
                found[x.name] = {match[1]: int(match[2]) - 10 for match in routes}
    return found


@pytest.mark.parametrize("item", matrix("linux_frr"), ids=named)
def test_lines_say_what_the_model_says(item: Device) -> None:
    wanted = {name: facts["routing"] for name, facts in expected(item).items()}
    assert read(item, render(item, keys(item))) == wanted


@pytest.mark.parametrize("process", ["shared", "own"])
@pytest.mark.parametrize("routing", ["bgp", "static"])
def test_vtysh_takes_them_and_their_removal(process: str, routing: str, tmp_path: Path) -> None:
    item = device("linux_frr", routing=routing, bgp_process=process)
    for number, text in enumerate(x for part in lines(render(item, keys(item))) for x in (part.text, part.remove)):
        assert vtysh(tmp_path / f"{number}.conf", text) == 0, text


def test_vtysh_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    assert vtysh(tmp_path / "bad.conf", "router bgp 65010\n neighbour 169.254.10.1 remote-as 65001\n") != 0


def vtysh(path: Path, text: str) -> int:
    path.write_text(text, encoding="utf-8")
    command = [needs("vtysh", "frr"), "-C", "-f", str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_each_range_is_originated_once_over_an_anchor() -> None:
    item = device("linux_frr")
    config = Lines(*(part.text for part in lines(render(item, keys(item)))))
    assert originated(config, UNICAST, r"network (\S+)") == [("192.168.10.0/24",), ("192.168.20.0/24",)]
    anchors = {match[1] for match in config.tops(r"ip route (\S+) blackhole 254")}
    assert anchors == {"192.168.10.0/24", "192.168.20.0/24"}


@pytest.mark.parametrize("item", [device("linux_frr", "both", "bgp"), device("linux_frr", "both", "static")], ids=named)
def test_removal_leaves_the_operators_lines(item: Device) -> None:
    parts = lines(render(item, keys(item)))
    config = Lines(FOREIGN, *(part.text for part in parts))
    assert config.held.keys() != Lines(FOREIGN).held.keys()
    for part in reversed(parts):
        config.apply(part.remove)
    assert config.held.keys() == Lines(FOREIGN).held.keys()


def test_an_own_process_goes_too() -> None:
    item = device("linux_frr", bgp_process="own")
    parts = lines(render(item, keys(item)))
    config = Lines(*(part.text for part in parts))
    assert ("router bgp 65010", "bgp router-id 198.51.100.10") in config.held
    for part in reversed(parts):
        config.apply(part.remove)
    assert not config.held


def test_a_link_without_ranges_lets_nothing_pass() -> None:
    item = device("linux_frr", "two")
    item = replace(item, links=(replace(item.links[0], announce=(), accept=()),))
    found = read(item, render(item, keys(item)))
    assert all(x["accept"] == x["announce"] == set() for x in found.values())
    assert any("deny 0.0.0.0/0 le 32" in part.text for part in render(item, keys(item)))
