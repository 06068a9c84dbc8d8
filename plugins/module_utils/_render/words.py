# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what the families that are written as lines have in common. Pure.

Everything that a renderer names is named after the tunnel's number, which is unique on the device and short: the uid
of a link fits into no FortiOS interface and no ike peer of Huawei. The name of link and slot stands in the remark.
"""

from __future__ import annotations

import ipaddress
import typing as t

from .model import Device, Network, Refused, Tunnel


def object_name(tunnel: Tunnel) -> str:
    return f"ic-{tunnel.number}"


def remark(tunnel: Tunnel) -> str:
    """Which tunnel this is and which key it has; at most 63 characters (28 of a uid), which every family takes."""
    return f"intercloud.vpn {tunnel.name} {tunnel.mark}"


def networks(ranges: t.Iterable[str]) -> list[Network]:
    return [ipaddress.IPv4Network(item) for item in ranges]


def announced(device: Device) -> list[Network]:
    """What the device announces to any cloud: it must be in its table before BGP may send it."""
    return sorted({net for link in device.links if link.bgp for net in networks(link.announce)})


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
