# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: a plan, read as what differs between the inventory and the clouds. Pure.

Nothing is compared here: the plan has done it, so drift and what a run would do can't disagree.
"""

from __future__ import annotations

import typing as t

from .slots import EVERY

Record = dict[str, t.Any]
STATES = {"create": "missing", "delete": "unmanaged", "modify": "differs"}


def report(
    plans: t.Mapping[str, Record], sites: t.Mapping[str, Record], devices: t.Mapping[str, t.Sequence[str]] | None = None
) -> Record:
    """Everything that differs: of sites first, then of links, a record for each field. Holds no key.

    `devices` are files and other things of VPN devices that differ, by the device's name; a device is a site, too.
    """
    found: list[Record] = []
    for name, plan in sites.items():
        found += [item for action in plan["actions"] for item in _differences({"site": name, "link": ""}, action, {})]
    for name, touched in (devices or {}).items():
        own = {"site": name, "link": ""}
        reason = "is not what the device's links need"
        found += [
            {**_empty(own), "side": "device", "kind": "device", "name": item, "state": "differs", "reason": reason}
            for item in touched
        ]
    for name, plan in plans.items():
        tunnels = {tunnel["slot"]: tunnel for tunnel in plan["summary"]["tunnels"]}
        own = {"site": "", "link": name}
        for action in plan["actions"]:
            found += _differences(own, action, tunnels)
        found += [{**_empty(own), "kind": "link", "name": name, "reason": text} for text in plan["blocked"]]
    return {
        "drifted": bool(found),
        "differences": found,
        "interrupts": {name: plan["interrupts"] for name, plan in plans.items() if plan["interrupts"]},
        "links": sorted({item["link"] for item in found if item["link"]}),
        "sites": sorted({item["site"] for item in found if item["site"]}),
        "examined": {"links": sorted(plans), "sites": sorted({*sites, *(devices or {})})},
    }


def _empty(own: Record) -> Record:
    return {
        **own,
        "slot": "",
        "jdcloud_ip": None,
        "aws_ip": None,
        "device_ip": None,
        "side": "",
        "kind": "",
        "name": "",
        "state": "blocked",
        "field": "",
        "found": None,
        "wanted": None,
        "reason": "",
        "interrupts": [],
        "renegotiates": [],
    }


def _differences(own: Record, action: Record, tunnels: t.Mapping[str, Record]) -> list[Record]:
    """One record for each field that an action changes, or one for the thing that it makes or removes."""
    slot = _slot(action)
    tunnel = tunnels.get(slot) or {}
    base = {
        **_empty(own),
        "slot": slot,
        "jdcloud_ip": tunnel.get("jdcloud_ip"),
        "aws_ip": tunnel.get("aws_ip"),
        "device_ip": tunnel.get("device_ip"),
        "side": _side(action),
        "kind": action["kind"],
        "name": action["name"],
        "state": STATES[action["verb"]],
        "reason": action["reason"],
        # An action is carried out as a whole, so what it interrupts holds for each of its fields.
        "interrupts": list(action["interrupts"]),
        "renegotiates": list(action["rolls"]),
    }
    if not action["changes"]:
        here = {"create": (None, "present"), "delete": ("present", None)}.get(action["verb"], (None, None))
        return [{**base, "found": here[0], "wanted": here[1]}]
    return [
        {**base, "field": change["field"], "found": change["before"], "wanted": change["after"]}
        for change in action["changes"]
    ]


def _side(action: Record) -> str:
    if action["kind"] == "psk_mark":
        return "both"
    return "jdcloud" if action["kind"].startswith("jdcloud_") else "aws"


def _slot(action: Record) -> str:
    """The slot of a tunnel's action: a word of its name. A tunnel that belongs to no slot is named by its addresses."""
    if not action["kind"].endswith("_vpn_tunnel"):
        return ""
    return next((word for word in action["name"].split() if word in EVERY), "")
