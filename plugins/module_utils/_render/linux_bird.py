# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: Linux with strongSwan and BIRD 2. BIRD's part is files of our own, which the
operator's bird.conf includes."""

from __future__ import annotations

from .layout import layout
from .linux import ipsec
from .model import BGP_HOLD, BGP_KEEPALIVE, Device, Keys, Link, Part, Tunnel
from .wording import every_tunnel, label, originated

FOLDER = "/etc/bird/intercloud-vpn"
APPLY = "birdc configure\n"
STATIC_PREFERENCE = 240  # of the best tunnel; each next one has 1 less, all better than what routing protocols bring


def render(device: Device, keys: Keys) -> list[Part]:
    """The files of strongSwan and the interfaces, then those of BIRD."""
    parts = ipsec(device, keys)
    if prefixes := originated(device):
        parts.append(
            Part(
                "announced ranges",
                layout("linux_bird/announce", prefixes=prefixes),
                f"{FOLDER}/announce.conf",
                remove=APPLY,
                apply=APPLY,
            )
        )
    return [*parts, *(_routing(device, link, tunnel) for link, tunnel in every_tunnel(device))]


def _routing(device: Device, link: Link, tunnel: Tunnel) -> Part:
    name = label(tunnel)
    text = layout(
        "linux_bird/bgp" if link.bgp else "linux_bird/static",
        device=device,
        link=link,
        tunnel=tunnel,
        name=name,
        keepalive=BGP_KEEPALIVE,
        hold=BGP_HOLD,
        preference=STATIC_PREFERENCE - tunnel.preference,
    )
    return Part(f"{tunnel.name} routing", text, f"{FOLDER}/{name}.conf", remove=APPLY, apply=APPLY)
