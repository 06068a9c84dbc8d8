# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: which tunnels a push has to leave alone, whatever the family. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from .._render.model import Device

_SLOT = re.compile(r"-\d-\d$")


def kept_numbers(tunnels: t.Mapping[int, str], keep: t.Collection[str], only: t.Collection[str]) -> set[int]:
    """Of a device's tunnels (name by number) those of links in `keep`, and with `only` all but these."""
    return {number for number, name in tunnels.items() if _SLOT.sub("", name) in keep or (only and name not in only)}


def narrowed(device: Device, kept: t.Collection[int], only: t.Collection[str]) -> Device:
    """The device without the tunnels that are to be left alone."""
    links = []
    for link in device.links:
        tunnels = tuple(x for x in link.tunnels if x.number not in kept and (not only or x.name in only))
        if tunnels:
            links.append(replace(link, tunnels=tunnels))
    return replace(device, links=tuple(links))
