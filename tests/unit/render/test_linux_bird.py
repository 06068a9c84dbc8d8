# SPDX-License-Identifier: GPL-3.0-or-later
"""Linux with BIRD 2: its files, read back and parsed by BIRD; removal."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Link, Tunnel

from .devices import device, expected, keys, matrix, named, needs
from .linux_files import files

FOLDER = "/etc/bird/intercloud-vpn"
FOREIGN = """router id 192.0.2.99;
protocol device { }
protocol kernel { ipv4 { export all; }; }
protocol static { ipv4; route 10.99.0.0/16 blackhole; }
"""
SESSION = r"""filter (?P<name>icv\d+)_in \{
(?:  if net ~ \[ (?P<accept>[^\]]+) \] then \{
    bgp_local_pref = (?P<preference>\d+);
    accept;
  \}
)?  reject;
\}
filter (?P=name)_out \{
(?:  if net ~ \[ (?P<announce>[^\]]+) \] then \{
(?P<prepend>(?:    bgp_path.prepend\(\d+\);
)*)    accept;
  \}
)?  reject;
\}
protocol bgp (?P=name) \{
  description "(?P<title>[^"]+)";
(?P<disabled>  disabled;
)?  router id (?P<router_id>\S+);
  local (?P<local>\S+) as (?P<asn>\d+);
  neighbor (?P<peer>\S+) as (?P<peer_asn>\d+);
  direct;
  keepalive time (?P<keepalive>\d+);
  hold time (?P<hold>\d+);
  connect retry time 10;
  ipv4 \{
    import filter (?P=name)_in;
    export filter (?P=name)_out;
    next hop self;
  \};
\}
"""
ROUTES = r"""protocol static (?P<name>icv\d+) \{
  description "(?P<title>[^"]+)";
(?P<disabled>  disabled;
)?  ipv4 \{
    preference (?P<preference>\d+);
  \};
(?P<routes>(?:  route \S+ via "icv\d+";
)+)\}
"""


def body(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def length(pattern: str) -> tuple[str, int]:
    """A pattern's range, and the longest prefix that it lets through."""
    longer = pattern.endswith("+")
    prefix = pattern.rstrip("+")
    return prefix, 32 if longer else int(prefix.split("/")[1])


def read(item: Device, link: Link, x: Tunnel, text: str) -> dict[str, Any]:
    match = re.fullmatch(SESSION if link.bgp else ROUTES, body(text))
    assert match, text
    assert (match["name"], match["title"]) == (f"icv{x.number}", x.name)
    enabled = not match["disabled"]
    if not link.bgp:
        routes = re.findall(r"route (\S+) via \"(\S+)\"", match["routes"])
        assert {device for _, device in routes} == {match["name"]}
        return {prefix: 240 - int(match["preference"]) for prefix, _ in routes} if enabled else {}
    assert (match["router_id"], match["local"]) == (item.router_id, x.device_inside)
    return {
        "asns": (int(match["asn"]), int(match["peer_asn"])),
        "peer": match["peer"],
        "timers": (int(match["keepalive"]), int(match["hold"])),
        "accept": {length(y) for y in match["accept"].split(", ")},
        "announce": {length(y) for y in match["announce"].split(", ")},
        "preference": int(match["preference"]),
        "prepend": [int(y) for y in re.findall(r"prepend\((\d+)\)", match["prepend"])],
        "enabled": enabled,
    }


@pytest.mark.parametrize("item", matrix("linux_bird"), ids=named)
def test_files_say_what_the_model_says(item: Device) -> None:
    held = files(render(item, keys(item)))
    for link in item.links:
        for x in link.tunnels:
            text = held[f"{FOLDER}/icv{x.number}.conf"]
            assert read(item, link, x, text) == expected(item)[x.name]["routing"]


def bird(folder: Path, texts: dict[str, str]) -> subprocess.CompletedProcess[str]:
    for path, text in texts.items():
        (folder / Path(path).name).write_text(text, encoding="utf-8")
    (folder / "main").write_text(f'{FOREIGN}include "{folder}/*.conf";\n', encoding="utf-8")
    command = [needs("bird", "bird2"), "-p", "-c", str(folder / "main")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("item", [x for x in matrix("linux_bird") if not x.tunnels[0].behind_nat], ids=named)
def test_bird_takes_them(item: Device, tmp_path: Path) -> None:
    texts = {path: text for path, text in files(render(item, keys(item))).items() if path.startswith(FOLDER)}
    assert len(texts) == len(item.tunnels) + item.links[0].bgp
    done = bird(tmp_path, texts)
    assert done.returncode == 0, done.stderr


def test_bird_takes_a_link_without_ranges_and_refuses_nonsense(tmp_path: Path) -> None:
    item = device("linux_bird", "two")
    item = replace(item, links=(replace(item.links[0], announce=(), accept=()),))
    texts = {path: text for path, text in files(render(item, keys(item))).items() if path.startswith(FOLDER)}
    assert bird(tmp_path, texts).returncode == 0
    assert all("accept;" not in text and text.count("reject;") == 2 for text in texts.values())
    assert bird(tmp_path, {"bad.conf": "protocol bgp icv99 { neighbour 192.0.2.1; }"}).returncode != 0


def test_ranges_are_originated_below_everything_else() -> None:
    item = device("linux_bird")
    text = files(render(item, keys(item)))[f"{FOLDER}/announce.conf"]
    assert re.findall(r"route (\S+) blackhole;", text) == ["192.168.10.0/24", "192.168.20.0/24"]
    assert "preference 1;" in text
