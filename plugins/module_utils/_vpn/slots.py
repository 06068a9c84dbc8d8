# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the slots of a link: which tunnels it has before any public address is known. Pure.

A slot is written `near address - far address`, both as ordinals:

- JD Cloud to AWS: JD address 1 meets AWS addresses 1 and 2, JD address 2 meets AWS addresses 3 and 4 (step 7 of the
  tutorial).
- JD Cloud to a device, by JD Cloud's rule: one device address meets both JD addresses, two meet one each, four two
  each.
- A device to AWS: each device address has an AWS connection of its own, which has two AWS addresses.
"""

from __future__ import annotations

import typing as t

JDCLOUD_AWS = ("1-1", "1-2", "2-3", "2-4")
JDCLOUD_DEVICE = {1: ("1-1", "2-1"), 2: ("1-1", "2-2"), 4: JDCLOUD_AWS}
DEVICE_AWS = {1: ("1-1", "1-2"), 2: JDCLOUD_AWS, 4: (*JDCLOUD_AWS, "3-5", "3-6", "4-7", "4-8")}
# JD Cloud's customer gateways take no other number of addresses.
DEVICE_ADDRESSES = (1, 2, 4)
EVERY = tuple(sorted({slot for table in (JDCLOUD_DEVICE, DEVICE_AWS) for slots in table.values() for slot in slots}))


def near(slot: str) -> int:
    """The ordinal of the near address: JD Cloud's, or the device's where the other end is AWS."""
    return int(slot.partition("-")[0])


def far(slot: str) -> int:
    """The ordinal of the far address: AWS's, or the device's where the other end is JD Cloud."""
    return int(slot.partition("-")[2])


def nears(slots: t.Iterable[str]) -> tuple[int, ...]:
    """The near addresses of some slots, each once."""
    return tuple(sorted({near(slot) for slot in slots}))
