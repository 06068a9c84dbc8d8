# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: Fortinet FortiOS as configuration blocks. Pure."""

from __future__ import annotations

import zlib

from .choices import choose, networks, wan
from .layout import layout
from .model import BGP_HOLD, BGP_KEEPALIVE, DPD_INTERVAL, DPD_TIMEOUT, MSS, MTU, Device, Keys, Network, Part
from .wording import description, every_tunnel, label, originated

CIPHERS = {"aes128": "aes128", "aes256": "aes256"}
HASHES = {"sha1": "sha1", "sha256": "sha256", "sha384": "sha384"}
GROUPS = {number: str(number) for number in (2, 5, 14, 19, 20)}
# Entries of these tables have numbers instead of names; the operator's own are low ones.
FIRST_ROUTE, ROUTES_PER_TUNNEL = 1_000_000, 1_000
FIRST_NETWORK = 1_000_000_000
FIRST_PRIORITY = 1  # of static routes; the lowest is used


def _number(network: Network) -> int:
    """A number that follows from the range alone, so that a new range does not renumber the others."""
    return FIRST_NETWORK + zlib.crc32(str(network).encode()) % FIRST_NETWORK


def render(device: Device, keys: Keys) -> list[Part]:
    interface = wan(device, "port1")
    own = {_number(network): network for network in networks(originated(device))}
    bgp = any(link.bgp for link in device.links)
    parts = [
        Part(
            "shared",
            layout("fortinet_fortios/shared", device=device, bgp=bgp, networks=own),
            remove=layout("fortinet_fortios/shared_remove", networks=own, own=bgp and device.bgp_process == "own"),
        )
    ]
    for link, tunnel in every_tunnel(device):
        first = FIRST_ROUTE + tunnel.number * ROUTES_PER_TUNNEL
        words = {
            "name": label(tunnel),
            "device": device,
            "link": link,
            "tunnel": tunnel,
            "routes": dict(enumerate(networks(link.accept), first)) if tunnel.enabled and not link.bgp else {},
        }
        text = layout(
            "fortinet_fortios/tunnel",
            **words,
            description=description(tunnel),
            key=keys[tunnel.name],
            wan=interface,
            proposal=tunnel.proposal,
            ike_proposal=choose(device, tunnel, "ike_encryption", CIPHERS)
            + "-"
            + choose(device, tunnel, "ike_integrity", HASHES),
            ike_group=choose(device, tunnel, "ike_dh_group", GROUPS),
            esp_proposal=choose(device, tunnel, "ipsec_encryption", CIPHERS)
            + "-"
            + choose(device, tunnel, "ipsec_integrity", HASHES),
            pfs_group=choose(device, tunnel, "ipsec_pfs_group", GROUPS),
            dpd_interval=DPD_INTERVAL,
            dpd_count=DPD_TIMEOUT // DPD_INTERVAL,
            mtu=MTU,
            mss=MSS,
            keepalive=BGP_KEEPALIVE,
            hold=BGP_HOLD,
            announce=networks(link.announce),
            accept=networks(link.accept),
            priority=FIRST_PRIORITY + tunnel.preference,
        )
        remove = layout("fortinet_fortios/tunnel_remove", **words)
        parts.append(Part(tunnel.name, text, remove=remove, secret=True))
    return parts
