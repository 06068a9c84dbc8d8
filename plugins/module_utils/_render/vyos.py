# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: VyOS 1.4 and 1.5: `set` lines, one commit for all of them."""

from __future__ import annotations

import typing as t

from .layout import layout
from .model import BGP_HOLD, BGP_KEEPALIVE, DPD_INTERVAL, DPD_TIMEOUT, MSS, MTU, Device, Keys, Link, Part, Tunnel
from .wording import FIRST_INTERFACE, accepted, announced, description, label, originated

SAVE = "save\n"
STATIC_METRIC = 10  # of the best tunnel; each next one has 1 more
CHECK_SECONDS = 5


def render(device: Device, keys: Keys) -> list[Part]:
    """What all links share, then each link's tunnels and its routes. VyOS shows keys in clear to who may configure."""
    shared: dict[str, t.Any] = {"device": device, "prefixes": originated(device), "own": device.bgp_process == "own"}
    shared["bgp"] = any(link.bgp for link in device.links)
    parts = []
    if shared["bgp"] or device.zone_firewall:
        parts.append(_part("shared", "shared", **shared))
    for link in device.links:
        for tunnel in link.tunnels:
            parts.append(_tunnel(device, link, tunnel, keys[tunnel.name]))
        if not link.bgp and any(tunnel.enabled for tunnel in link.tunnels):
            parts.append(_static(link))
    return parts


def interface(tunnel: Tunnel) -> str:
    """`vti10017`."""
    return f"vti{FIRST_INTERFACE + tunnel.number}"


def _tunnel(device: Device, link: Link, tunnel: Tunnel, key: str) -> Part:
    return _part(
        tunnel.name,
        "tunnel",
        secret=True,
        device=device,
        link=link,
        tunnel=tunnel,
        key=key,
        name=label(tunnel),
        interface=interface(tunnel),
        description=description(tunnel),
        mtu=MTU,
        mss=MSS,
        dpd_interval=DPD_INTERVAL,
        dpd_timeout=DPD_TIMEOUT,
        accepted=accepted(link),
        announced=announced(link),
        keepalive=BGP_KEEPALIVE,
        hold=BGP_HOLD,
    )


def _static(link: Link) -> Part:
    hops = [(x.cloud_inside, interface(x), STATIC_METRIC + x.preference) for x in link.tunnels if x.enabled]
    return _part(f"{link.uid} routes", "static", prefixes=link.accept, hops=hops, seconds=CHECK_SECONDS)


def _part(title: str, template: str, /, secret: bool = False, **words: object) -> Part:
    return Part(
        title,
        layout(f"vyos/{template}", **words),
        remove=layout(f"vyos/{template}_remove", **words),
        apply=SAVE,
        secret=secret,
    )
