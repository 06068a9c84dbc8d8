# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: H3C routers and firewalls (Comware 7 and later) as lines. Pure.

Comware chooses its own IKEv2 proposals by the local address alone, so the tunnels of one address share a policy that
holds exactly their proposals; of these the cloud's end takes the one it has on record.
"""

from __future__ import annotations

import typing as t

from .choices import choose, networks, refused
from .layout import layout
from .model import BGP_HOLD, BGP_KEEPALIVE, DPD_INTERVAL, MSS, MTU, Device, Keys, Part, Tunnel
from .wording import description, every_tunnel, label, originated

SAVE = "save force\n"
CIPHERS = {"aes128": "aes-cbc-128", "aes256": "aes-cbc-256"}
IKEV1_HASHES = {"sha1": "sha", "sha256": "sha256", "sha384": "sha384"}
HASHES = {"sha1": "sha1", "sha256": "sha256", "sha384": "sha384"}
# Not every release has groups 19 and 20 for IKEv1; with IKEv2 all have them, both for IKE and for PFS.
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
PROPOSALS_PER_POLICY = 6

Words = dict[str, t.Any]


def render(device: Device, keys: Keys) -> list[Part]:
    policies = _ikev2_policies(device)
    words: Words = {
        "device": device,
        "policies": policies,
        "proposals": {name: words for own in policies.values() for name, words in own.items()},
        "networks": networks(originated(device)),
        "bgp": any(link.bgp for link in device.links),
    }
    shared = layout("h3c_comware/shared", **words)
    parts = [Part("shared", shared, remove=layout("h3c_comware/shared_remove", **words), apply=SAVE)]
    for link, tunnel in every_tunnel(device):
        words = {
            "name": label(tunnel),
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
            description=description(tunnel),
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
        parts.append(Part(tunnel.name, text, remove=remove, apply=SAVE, secret=True))
    return parts


def _algorithms(device: Device, tunnel: Tunnel) -> Words:
    version = tunnel.proposal.ike_version
    return {
        "ike_cipher": choose(device, tunnel, "ike_encryption", CIPHERS),
        "ike_hash": choose(device, tunnel, "ike_integrity", IKEV1_HASHES if version == 1 else HASHES),
        "ike_group": choose(device, tunnel, "ike_dh_group", GROUPS[version]),
    }


def _ikev2_policies(device: Device) -> dict[str, dict[str, Words]]:
    """By local address the proposals of its IKEv2 tunnels, by name."""
    found: dict[str, dict[str, Words]] = {}
    for tunnel in device.tunnels:
        p = tunnel.proposal
        if p.ike_version == 2:
            own = found.setdefault(tunnel.local_address, {})
            own[f"icv-{p.ike_encryption}-{p.ike_integrity}-{p.ike_dh_group}"] = _algorithms(device, tunnel)
            if len(own) > PROPOSALS_PER_POLICY:
                problem = f"{tunnel.name}: more than {PROPOSALS_PER_POLICY} sets of IKEv2 algorithms at one address"
                raise refused(device, problem, f"{PROPOSALS_PER_POLICY} at {tunnel.local_address}")
    return found
