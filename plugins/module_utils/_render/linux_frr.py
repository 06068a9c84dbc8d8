# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: Linux with strongSwan and FRR. FRR's part is lines for vtysh, because its file is the
operator's."""

from __future__ import annotations

from .layout import layout
from .linux import ipsec
from .model import BGP_HOLD, BGP_KEEPALIVE, Device, Keys, Link, Part, Tunnel
from .wording import ANCHOR_DISTANCE, STATIC_DISTANCE, accepted, announced, every_tunnel, label, originated

SAVE = "vtysh -c 'write memory'\n"


def render(device: Device, keys: Keys) -> list[Part]:
    """The files of strongSwan and the interfaces, then the lines of FRR."""
    parts = ipsec(device, keys)
    if any(link.bgp for link in device.links):
        parts.append(_process(device))
    return [*parts, *(_routing(device, link, tunnel) for link, tunnel in every_tunnel(device))]


def _process(device: Device) -> Part:
    words = {"device": device, "prefixes": originated(device), "distance": ANCHOR_DISTANCE}
    words["own"] = device.bgp_process == "own"
    return Part(
        "routing process",
        layout("linux_frr/process", **words),
        remove=layout("linux_frr/process_remove", **words),
        apply=SAVE,
    )


def _routing(device: Device, link: Link, tunnel: Tunnel) -> Part:
    kind = "bgp" if link.bgp else "static"
    words = {
        "device": device,
        "link": link,
        "tunnel": tunnel,
        "name": label(tunnel),
        "accepted": accepted(link),
        "announced": announced(link),
        "keepalive": BGP_KEEPALIVE,
        "hold": BGP_HOLD,
        "distance": STATIC_DISTANCE + tunnel.preference,
    }
    text, remove = layout(f"linux_frr/{kind}", **words), layout(f"linux_frr/{kind}_remove", **words)
    return Part(f"{tunnel.name} routing", text, remove=remove, apply=SAVE)
