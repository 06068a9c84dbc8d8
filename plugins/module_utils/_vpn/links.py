# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: links and their tunnels' slots, as the inventory defines them. Pure.

A link joins two sites of different kinds: JD Cloud and AWS, or one of them and a device. Its near end is JD Cloud's
where there is one, else the device's; see `slots.py` for the tunnels that it has.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import addressing, proposals, slots
from .sites import AWS, DEVICE, JDCLOUD, Site

ROUTING = ("bgp", "static")
STATES = ("present", "absent")
# The near end first.
ORDER = (JDCLOUD, DEVICE, AWS)


@dataclass(frozen=True)
class Tunnel:
    """What the inventory asks of one slot. `psk` is empty where the key is derived."""

    slot: str
    proposal: proposals.Proposal
    psk: str = ""
    inside: addressing.Network | None = None
    bandwidth_mbps: int | None = None
    admin_status: str = "UP"

    @property
    def address(self) -> int:
        """The ordinal of the near address."""
        return slots.near(self.slot)


@dataclass(frozen=True)
class Link:
    """A link between two sites."""

    name: str
    uid: str
    near: Site
    far: Site
    state: str = "present"
    routing: str = "bgp"
    generation: int | None = None  # of the keys; None: the one that there is
    rotate: bool = False
    tunnels: tuple[Tunnel, ...] = ()
    near_ranges: tuple[addressing.Network, ...] = ()
    far_ranges: tuple[addressing.Network, ...] = ()
    adopt: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def ends(self) -> tuple[Site, Site]:
        return self.near, self.far

    @property
    def clouds(self) -> tuple[Site, ...]:
        return tuple(site for site in self.ends if site.is_cloud)

    @property
    def jdcloud(self) -> Site | None:
        return self.near if self.near.kind == JDCLOUD else None

    @property
    def aws(self) -> Site | None:
        return self.far if self.far.kind == AWS else None

    @property
    def device(self) -> Site | None:
        return next((site for site in self.ends if site.kind == DEVICE), None)

    @property
    def slots(self) -> tuple[str, ...]:
        return shape(self.near, self.far)

    @property
    def addresses(self) -> tuple[int, ...]:
        """The near addresses. Each has an AWS connection of its own, where AWS is the far end."""
        return slots.nears(self.slots)

    @property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        """Groups of slots; redundant is a link with a tunnel up in each. A device's only address has both of AWS's."""
        if len(self.addresses) == 1:
            return tuple((slot,) for slot in self.slots)
        return tuple(self.slots_of(address) for address in self.addresses)

    def slots_of(self, address: int) -> tuple[str, ...]:
        """The slots of one near address."""
        return tuple(slot for slot in self.slots if slots.near(slot) == address)

    @property
    def bgp(self) -> bool:
        return self.routing == "bgp"

    @property
    def absent(self) -> bool:
        return self.state == "absent"

    @property
    def derives_keys(self) -> bool:
        return any(not tunnel.psk for tunnel in self.tunnels)


def ordered(ends: t.Sequence[Site]) -> tuple[Site, Site] | None:
    """Near and far end of two sites; None where no link can join them."""
    if len({site.kind for site in ends}) != 2:
        return None
    near, far = sorted(ends, key=lambda site: ORDER.index(site.kind))
    return near, far


def shape(near: Site, far: Site) -> tuple[str, ...]:
    """The slots of a link between two sites."""
    if near.device is not None:
        return slots.DEVICE_AWS[len(near.device.addresses)]
    if far.device is not None:
        return slots.JDCLOUD_DEVICE[len(far.device.addresses)]
    return slots.JDCLOUD_AWS
