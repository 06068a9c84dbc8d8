# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the families of devices. A new one is a file beside this and a line here."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from . import (
    cisco_iosxe,
    fortinet_fortios,
    h3c_comware,
    huawei_usg,
    juniper_srx,
    linux_bird,
    linux_frr,
    sheet,
    vyos,
)
from .model import Device, Keys, Part, Refused

TRIAL_KEY = "tried_and_never_sent"

Render = t.Callable[[Device, Keys], list[Part]]
FAMILIES: dict[str, Render] = {
    "cisco_iosxe": cisco_iosxe.render,
    "fortinet_fortios": fortinet_fortios.render,
    "h3c_comware": h3c_comware.render,
    "huawei_usg": huawei_usg.render,
    "juniper_srx": juniper_srx.render,
    "linux_bird": linux_bird.render,
    "linux_frr": linux_frr.render,
    "sheet": sheet.render,
    "vyos": vyos.render,
}


def refusals(device: Device) -> list[str]:
    """What the device's family can't do of its links, each once."""
    found: dict[str, None] = {}
    for link in device.links:
        try:
            render(replace(device, links=(link,)), {tunnel.name: TRIAL_KEY for tunnel in link.tunnels})
        except Refused as refused:
            found[str(refused)] = None
    return list(found)


def render(device: Device, keys: Keys) -> list[Part]:
    """A device's whole configuration for its links; `keys` by the tunnel's name.

    Raises Refused where the family is not known or can't do what a link asks, and where a tunnel has no key.
    """
    if device.family not in FAMILIES:
        known = ", ".join(sorted(FAMILIES))
        raise Refused(f"device {device.name}: family {device.family!r} is not known; known are {known}")
    missing = [tunnel.name for tunnel in device.tunnels if not keys.get(tunnel.name)]
    if missing:
        raise Refused(f"device {device.name}: no key for {', '.join(missing)}")
    return FAMILIES[device.family](device, keys)
