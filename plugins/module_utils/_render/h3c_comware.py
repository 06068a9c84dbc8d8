# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: H3C routers and firewalls (Comware 7 and later) as lines. Pure."""

from __future__ import annotations

import typing as t

from .layout import layout
from .model import BGP_HOLD, BGP_KEEPALIVE, DPD_INTERVAL, MSS, MTU, Device, Keys, Part, Tunnel
from .words import announced, choose, networks, object_name, refused, remark

CIPHERS = {"aes128": "aes-cbc-128", "aes256": "aes-cbc-256"}
IKEV1_HASHES = {"sha1": "sha", "sha256": "sha256", "sha384": "sha384"}
HASHES = {"sha1": "sha1", "sha256": "sha256", "sha384": "sha384"}
# Groups 19 and 20 are of IKEv2 only, both for IKE and for PFS.
GROUPS = {
    1: {number: f"group{number}" for number in (2, 14)},
    2: {number: f"group{number}" for number in (2, 14, 19, 20)},
}
PFS_GROUPS = {
    1: {number: f"dh-group{number}" for number in (2, 5, 14)},
    2: {number: f"dh-group{number}" for number in (2, 5, 14, 19, 20)},
}
DPD_RETRY_INTERVAL = 5
STATIC_PREFERENCE = 60  # of Comware itself; the lowest is used
FIRST_IKE_PROPOSAL = 1000  # IKEv1; the operator's own are low ones, and are offered first where nothing is named
FIRST_TRACK = 1  # 1 to 1024 exist

Words = dict[str, t.Any]


def render(device: Device, keys: Keys) -> list[Part]:
    words: Words = {
        "device": device,
        "policies": _ikev2_policies(device),
        "networks": announced(device),
        "bgp": any(link.bgp for link in device.links),
    }
    parts = [Part("device", layout("h3c_comware/device", **words), remove=layout("h3c_comware/device_remove", **words))]
    for link in device.links:
        for tunnel in link.tunnels:
            words = {
                "name": object_name(tunnel),
                "device": device,
                "link": link,
                "tunnel": tunnel,
                "proposal": tunnel.proposal,
                "ike_proposal": FIRST_IKE_PROPOSAL + tunnel.number,
                "track": FIRST_TRACK + tunnel.number,
                "announce": networks(link.announce),
                "accept": networks(link.accept),
            }
            text = layout(
                "h3c_comware/tunnel",
                **words,
                **_algorithms(device, tunnel),
                remark=remark(tunnel),
                key=keys[tunnel.name],
                esp_cipher=choose(device, tunnel, "ipsec_encryption", CIPHERS),
                esp_hash=choose(device, tunnel, "ipsec_integrity", HASHES),
                pfs_group=choose(device, tunnel, "ipsec_pfs_group", PFS_GROUPS[tunnel.proposal.ike_version]),
                dpd_interval=DPD_INTERVAL,
                dpd_retry_interval=DPD_RETRY_INTERVAL,
                mtu=MTU,
                mss=MSS,
                keepalive=BGP_KEEPALIVE,
                hold=BGP_HOLD,
                preference=STATIC_PREFERENCE + tunnel.preference,
            )
            remove = layout("h3c_comware/tunnel_remove", **words)
            parts.append(Part(tunnel.name, text, remove=remove, secret=True))
    return parts


def _algorithms(device: Device, tunnel: Tunnel) -> Words:
    version = tunnel.proposal.ike_version
    return {
        "ike_cipher": choose(device, tunnel, "ike_encryption", CIPHERS),
        "ike_hash": choose(device, tunnel, "ike_integrity", IKEV1_HASHES if version == 1 else HASHES),
        "ike_group": choose(device, tunnel, "ike_dh_group", GROUPS[version]),
    }


def _ikev2_policies(device: Device) -> dict[str, Words]:
    """Comware chooses what it offers by the local address alone, so one address can have but one set of algorithms."""
    found: dict[str, Words] = {}
    for tunnel in device.tunnels:
        if tunnel.proposal.ike_version == 1:
            continue
        words = {
            "name": "ic-" + tunnel.local_address.replace(".", "-"),
            "address": tunnel.local_address,
            **_algorithms(device, tunnel),
        }
        if found.setdefault(tunnel.local_address, words) != words:
            others = found[tunnel.local_address]
            one = ", ".join(others[key] for key in ("ike_cipher", "ike_hash", "ike_group"))
            problem = f"{tunnel.name}: other IKEv2 algorithms than another tunnel's at {tunnel.local_address}"
            raise refused(device, problem, f"the same for all tunnels at that address ({one}), or IKEv1")
    return dict(sorted(found.items()))
