# SPDX-License-Identifier: GPL-3.0-or-later
"""The neutral sheet: its JSON is the model and its text says the same."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device

from .devices import device, expected, keys, matrix, named

FAMILY = "sheet"


def read(text: str) -> dict[str, Any]:
    head, *tunnels = re.split(r"\n\ntunnel ", text)
    mtu, mss, dpd, dead = map(
        int, re.search(r"mtu (\d+), TCP MSS (\d+);.* every (\d+) s, dead after (\d+) s", head).groups()
    )  # type: ignore[union-attr]
    assert dead == 30
    assert "zone (intercloud)" in head
    asn = int(re.search(r"^  asn: (\d+)$", head, re.M)[1])  # type: ignore[index]
    found = {}
    for block in tunnels:
        name, *lines = block.strip().splitlines()
        said = dict(line.strip().split(": ", 1) for line in lines)
        version, _, mode = said["IKE"].removeprefix("version ").partition(", ")
        assert mode == ("main mode" if version == "1" else "")
        local = said["local address"].removesuffix(" (behind NAT)")
        assert said["local address"].endswith(" (behind NAT)") == (local != said["local id"])
        up = said["state"] == "up"
        found[name] = {
            "version": int(version),
            "ike": (*_algorithms(said["IKE algorithms"]), _seconds(said["IKE lifetime"])),
            "ipsec": (*_algorithms(said["ESP algorithms"]), _seconds(said["ESP lifetime"])),
            "addresses": (local, said["remote address"]),
            "ids": (said["local id"], said["remote id"]),
            "key": said["pre-shared key"],
            "dpd": dpd,
            "inside": f"{said['inside address']}/30",
            "mtu": mtu,
            "mss": mss,
            "mark": said["remark"],
            "enabled": up,
            "routing": _session(said, asn, up) if "AS of the cloud" in said else _routes(said),
        }
    return found


def _algorithms(words: str) -> tuple[str, str, int]:
    cipher, digest, *_, group = words.split()
    return cipher, digest, int(group)


def _seconds(words: str) -> int:
    return int(words.removesuffix(" s"))


def _session(said: dict[str, str], asn: int, up: bool) -> dict[str, Any]:
    keepalive, hold = re.fullmatch(r"BGP, keepalive (\d+) s, hold (\d+) s", said["routing"]).groups()  # type: ignore[union-attr]
    return {
        "asns": (asn, int(said["AS of the cloud"])),
        "peer": said["inside address of the cloud"],
        "timers": (int(keepalive), int(hold)),
        "accept": {(prefix, 32) for prefix in said["accept"].removesuffix(" (and longer)").split()},
        "announce": {(x, int(x.split("/")[1])) for x in said["announce"].removesuffix(" (exactly)").split()},
        "preference": int(said["local preference"]),
        "prepend": [asn] * int(said["prepended"]),
        "enabled": up,
    }


def _routes(said: dict[str, str]) -> dict[str, int]:
    assert said["routing"] == "static"
    return dict.fromkeys(said.get("routes", "").split(), int(said["metric"]))


@pytest.mark.parametrize("item", matrix(FAMILY), ids=named)
def test_text_says_what_the_model_says(item: Device) -> None:
    assert read(render(item, keys(item))[0].text) == expected(item)


@pytest.mark.parametrize("item", matrix(FAMILY), ids=named)
def test_json_is_the_model_and_the_keys(item: Device) -> None:
    data = json.loads(render(item, keys(item))[1].text)
    assert Device.from_dict(data["device"]) == item
    assert {name: x["pre_shared_key"] for name, x in data["tunnels"].items()} == keys(item)
    for x in item.tunnels:
        derived = {
            key: data["tunnels"][x.name][key] for key in ("remote_id", "behind_nat", "local_preference", "prepend")
        }
        assert derived == {
            "remote_id": x.remote_address,
            "behind_nat": x.local_address != x.local_id,
            "local_preference": 200 - 10 * x.preference,
            "prepend": x.preference,
        }
    assert (data["format"], data["mtu"], data["mss"], data["bgp_hold"]) == (1, 1400, 1360, 30)


def test_files_are_named_after_the_device() -> None:
    item = device(FAMILY)
    assert [part.path for part in render(item, keys(item))] == ["office.txt", "office.json"]
    assert not any(part.remove for part in render(item, keys(item)))
