# SPDX-License-Identifier: GPL-3.0-or-later
"""Both clouds' state without what differs from run to run (ids, addresses, times), so that two can be compared."""

from __future__ import annotations

import json
import re
from typing import Any

from .conftest import Player

# JD Cloud's ids by their prefixes, AWS's by their 17 hexadecimal digits.
ID = re.compile(
    r"\b(?:(?:bgw|vpcatt|cgw|vpnconn|vpntun|bgwroute|vpc|subnet|rtb|sg|rule|rtbprop)-[0-9a-z]{10}|[a-z][a-z-]*-[0-9a-f]{17})\b"
)
ADDRESS = re.compile(
    r"\b(?!10\.|172\.(1[6-9]|2[0-9]|3[01])\.|192\.168\.|169\.254\.|0\.0\.0\.0|255\.)\d+\.\d+\.\d+\.\d+\b"
)
# moto draws the zone of a subnet by chance; keys are compared by the tests of the tunnels.
VARYING = (
    "createdTime", "updatedTime", "_at", "LastStatusChange", "CreateTime", "PreSharedKey",
    "CustomerGatewayConfiguration", "AvailabilityZone", "AvailabilityZoneId",
)  # fmt: skip


def shape(player: Player) -> Any:
    """What exists, how often, with which fields; deleted things that AWS still lists are left out."""
    player.lab.admin("aws", "POST", "/clock", {"advance": 3600})
    return _plain(player.state())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value and all(ID.fullmatch(str(key)) for key in value):
            return _ordered(value.values())
        return {key: _plain(_set(key, item)) for key, item in value.items() if key not in VARYING}
    if isinstance(value, list):
        return _ordered(value)
    if isinstance(value, str):
        return ADDRESS.sub("ADDRESS", ID.sub("ID", value))
    return value


def _set(key: str, value: Any) -> Any:
    """JD Cloud writes a set of ranges with commas, in the order in which they came."""
    return ",".join(sorted(value.split(","))) if key == "propagationCidrs" else value


def _ordered(values: Any) -> list[Any]:
    return sorted((_plain(item) for item in values), key=lambda item: json.dumps(item, sort_keys=True, default=str))


def differences(have: Any, want: Any) -> list[str]:
    """Where two shapes differ, a line each."""
    left, right = dict(_flat(have, "")), dict(_flat(want, ""))
    return [f"{key}: {left.get(key)!r} is not {right.get(key)!r}" for key in sorted({**left, **right})
            if left.get(key, left) != right.get(key, left)]  # fmt: skip


def _flat(value: Any, path: str) -> Any:
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from _flat(item, f"{path}/{key}")
    else:
        yield path, value
