# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: how families look up their words, and say what they lack. Pure."""

from __future__ import annotations

import ipaddress
import typing as t

from .model import Device, Network, Refused, Tunnel


def networks(ranges: t.Iterable[str]) -> list[Network]:
    return [ipaddress.IPv4Network(item) for item in ranges]


def choose(device: Device, tunnel: Tunnel, setting: str, words: t.Mapping[t.Any, str]) -> str:
    """The family's word for a setting of the tunnel's proposal, or Refused with what the family has."""
    value = getattr(tunnel.proposal, setting)
    if value not in words:
        raise refused(device, f"{tunnel.name}: {setting} {value} is not possible", ", ".join(map(str, words)))
    return words[value]


def wan(device: Device, example: str) -> str:
    if not device.wan:
        raise refused(device, "`wan` is empty", f"the interface that the tunnels leave by, such as {example}")
    return device.wan


def refused(device: Device, problem: str, possible: str) -> Refused:
    return Refused(f"device {device.name}, family {device.family}: {problem}; possible: {possible}")
