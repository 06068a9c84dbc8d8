# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what several families call the same things. Pure."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from .model import Device, Link, Tunnel

# Tunnels of the operator are numbered from the bottom, so ours are not.
FIRST_INTERFACE = 10000
STATIC_DISTANCE = 10  # of the best tunnel; each next one has 1 more, all better than what routing protocols bring
ANCHOR_DISTANCE = 254
ANYTHING = "0.0.0.0/0"


@dataclass(frozen=True)
class Entry:
    """One line of a prefix filter; `le` is 0 where only the prefix itself matches."""

    number: int
    action: str
    prefix: str
    le: int = 0


def label(tunnel: Tunnel) -> str:
    """What everything of a tunnel is called on the device: `icv17`. The number is unique there and stays."""
    return f"icv{tunnel.number}"


def description(tunnel: Tunnel) -> str:
    """Tells the link, the slot, and which key the tunnel has. At most 61 characters; IOS takes 80."""
    return f"intercloud.vpn {tunnel.name} {tunnel.mark}"


def accepted(link: Link, step: int = 5) -> list[Entry]:
    """A cloud may announce its subnets one by one, so longer prefixes in the agreed ranges pass."""
    return _entries([(prefix, 0 if prefix.endswith("/32") else 32) for prefix in link.accept], step)


def announced(link: Link, step: int = 5) -> list[Entry]:
    """Exactly the agreed ranges: clouds take few routes, and internal ones are none of their business."""
    return _entries([(prefix, 0) for prefix in link.announce], step)


def _entries(prefixes: list[tuple[str, int]], step: int) -> list[Entry]:
    # A list without entries lets everything pass on some devices.
    if not prefixes:
        return [Entry(step, "deny", ANYTHING, 32)]
    return [Entry(number * step, "permit", prefix, le) for number, (prefix, le) in enumerate(prefixes, 1)]


def originated(device: Device) -> list[str]:
    """What BGP has to originate for all links together, each once, in the links' order."""
    return list(dict.fromkeys(prefix for link in device.links if link.bgp for prefix in link.announce))


def network_and_mask(prefix: str) -> tuple[str, str]:
    """`10.1.0.0/16` as `10.1.0.0` and `255.255.0.0`."""
    network = ipaddress.IPv4Network(prefix)
    return str(network.network_address), str(network.netmask)


def every_tunnel(device: Device) -> t.Iterator[tuple[Link, Tunnel]]:
    """All tunnels with their links, in order."""
    for link in device.links:
        for tunnel in link.tunnels:
            yield link, tunnel
