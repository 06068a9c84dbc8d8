# SPDX-License-Identifier: GPL-3.0-or-later
"""What the data plane has seen of the tunnels, as a table for people."""

from __future__ import annotations

import json
from datetime import datetime
from statistics import median
from typing import Any

from lab.launcher import Lab

Record = dict[str, Any]


def tunnels(lab: Lab) -> list[str]:
    """A line for each tunnel, and how long they took to come up."""
    state = lab.admin("dataplane", "GET", "/state")
    far = {end["end"]: end for end in state["ends"] if end["cloud"] == "aws"}
    devices = {address for device in json.loads(lab.env["LAB_DEVICES"]).values() for address in device["addresses"]}
    to_devices = [end for end in far.values() if end["end"].split("/")[1] in devices]
    lines = [f"{'cloud':9} {'its address':16} {'other end':16} {'IPsec':6} {'BGP':9} it has learned"]
    for end in sorted(
        [*(end for end in state["ends"] if end["cloud"] == "jdcloud"), *to_devices],
        key=lambda item: (item["cloud"] != "jdcloud", item["end"]),
    ):
        here, there = end["end"].split("/")
        # What a device has is not on record; its tunnels are seen from their cloud's end alone.
        other = end if there in devices else far.get(f"{there}/{here}")
        ipsec = end["ipsec"] and other is not None and other["ipsec"]
        bgp = "not used" if end["bgp"] is None else _word(end["bgp"] and other is not None and bool(other["bgp"]))
        cloud = "JD Cloud" if end["cloud"] == "jdcloud" else "AWS"
        routes = ", ".join(end["learned"]) if end["bgp"] is not None else ""
        lines.append(f"{cloud:9} {here:16} {there:16} {_word(ipsec):6} {bgp:9} {routes}".rstrip())
    if len(lines) == 1:
        return ["There is no tunnel."]
    seconds = _seconds_until_up(lab, state["ends"])
    if seconds:
        lines.append(
            f"From both ends on record to the first time up, with BGP where it is used: "
            f"median {median(seconds):.1f} s, longest {max(seconds):.1f} s, of {len(seconds)} tunnels."
        )
    return lines


def _word(up: bool) -> str:
    return "up" if up else "DOWN"


def _seconds_until_up(lab: Lab, ends: list[Record]) -> list[float]:
    """For each tunnel that is up: from the moment that both its ends were on record until both saw it up."""
    made: dict[str, datetime] = {}
    up: dict[str, datetime] = {}
    for event in lab.admin("dataplane", "GET", "/events?since=0"):
        if event.get("change") == "made":
            made[event["end"]] = datetime.fromisoformat(event["time"])
        elif event.get("up"):
            up.setdefault(f"{event['end']} {event['what']}", datetime.fromisoformat(event["time"]))
    found = []
    for end in ends:
        here, there = end["end"].split("/")
        what = "ipsec" if end["bgp"] is None else "bgp"
        both = [f"{here}/{there}", f"{there}/{here}"]
        if end["cloud"] == "jdcloud" and all(f"{one} {what}" in up for one in both):
            found.append((max(up[f"{one} {what}"] for one in both) - max(made[one] for one in both)).total_seconds())
    return found
