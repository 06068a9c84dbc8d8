# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: Huawei USG firewalls (VRP) as lines. Pure."""

from __future__ import annotations

import itertools
import typing as t

from .choices import choose, networks, refused
from .layout import layout
from .model import BGP_HOLD, BGP_KEEPALIVE, DPD_INTERVAL, MSS, MTU, Device, Keys, Part, Tunnel
from .wording import description, every_tunnel, label, originated

SAVE = "save\n"  # VRP asks whether to go on
CIPHERS = {"aes128": "aes-128", "aes256": "aes-256"}
IKE_HASHES = {"sha1": "sha1", "sha256": "sha2-256", "sha384": "sha2-384"}
IKE_INTEGRITY = {"sha1": "hmac-sha1-96", "sha256": "hmac-sha2-256", "sha384": "hmac-sha2-384"}
IKE_PRF = {"sha1": "hmac-sha1", "sha256": "hmac-sha2-256", "sha384": "hmac-sha2-384"}
ESP_HASHES = IKE_HASHES
IKE_GROUPS = {number: f"group{number}" for number in (2, 14, 19, 20)}
PFS_GROUPS = {number: f"dh-group{number}" for number in (2, 5, 14, 19, 20)}
# An idle peer is asked after 10 s; 4 questions 5 s apart without an answer make it dead after 30 s.
DPD_RETRY_INTERVAL, DPD_RETRIES = 5, 4
# Zones have priorities that differ; 5, 50, 85 and 100 are those of the zones that every device has.
ZONE_PRIORITY = 42
STATIC_PREFERENCE = 60  # of VRP itself; the lowest is used
# IKE proposals have numbers of 1 to 99 only, so all tunnels with the same algorithms share one. 70 to 93 are ours.
FIRST_IKE_PROPOSAL = 70
_ALGORITHMS = list(itertools.product(CIPHERS, IKE_HASHES, IKE_GROUPS))


def render(device: Device, keys: Keys) -> list[Part]:
    words: dict[str, t.Any] = {
        "device": device,
        "proposals": _ike_proposals(device),
        "networks": networks(originated(device)),
        "bgp": any(link.bgp for link in device.links),
        "static": any(not link.bgp for link in device.links),
        "zone_priority": ZONE_PRIORITY,
    }
    shared = layout("huawei_usg/shared", **words)
    parts = [Part("shared", shared, remove=layout("huawei_usg/shared_remove", **words), apply=SAVE)]
    for link, tunnel in every_tunnel(device):
        words = {
            "name": label(tunnel),
            "device": device,
            "link": link,
            "tunnel": tunnel,
            "announce": networks(link.announce),
            "accept": networks(link.accept),
        }
        text = layout(
            "huawei_usg/tunnel",
            **words,
            description=description(tunnel),
            key=keys[tunnel.name],
            proposal=tunnel.proposal,
            ike_proposal=_ike_proposal(device, tunnel),
            esp_cipher=choose(device, tunnel, "ipsec_encryption", CIPHERS),
            esp_hash=choose(device, tunnel, "ipsec_integrity", ESP_HASHES),
            pfs_group=choose(device, tunnel, "ipsec_pfs_group", PFS_GROUPS),
            dpd_interval=DPD_INTERVAL,
            dpd_retry_interval=DPD_RETRY_INTERVAL,
            dpd_retries=DPD_RETRIES,
            mtu=MTU,
            mss=MSS,
            keepalive=BGP_KEEPALIVE,
            hold=BGP_HOLD,
            preference=STATIC_PREFERENCE + tunnel.preference,
        )
        remove = layout("huawei_usg/tunnel_remove", **words)
        parts.append(Part(tunnel.name, text, remove=remove, apply=SAVE, secret=True))
    return parts


def _ike_proposal(device: Device, tunnel: Tunnel) -> int:
    for setting, words in (
        ("ike_encryption", CIPHERS),
        ("ike_integrity", IKE_HASHES),
        ("ike_dh_group", IKE_GROUPS),
    ):
        choose(device, tunnel, setting, words)
    proposal = tunnel.proposal
    key = (proposal.ike_encryption, proposal.ike_integrity, proposal.ike_dh_group)
    return FIRST_IKE_PROPOSAL + _ALGORITHMS.index(key)


def _ike_proposals(device: Device) -> dict[int, dict[str, t.Any]]:
    found: dict[int, dict[str, t.Any]] = {}
    for tunnel in device.tunnels:
        number = _ike_proposal(device, tunnel)
        proposal = tunnel.proposal
        words = {
            "cipher": CIPHERS[proposal.ike_encryption],
            "hash": IKE_HASHES[proposal.ike_integrity],
            "integrity": IKE_INTEGRITY[proposal.ike_integrity],
            "prf": IKE_PRF[proposal.ike_integrity],
            "group": IKE_GROUPS[proposal.ike_dh_group],
            "lifetime": proposal.ike_lifetime,
        }
        if found.setdefault(number, words) != words:
            one = f"one ike_lifetime for all tunnels with the same IKE algorithms, such as {found[number]['lifetime']}"
            raise refused(device, f"{tunnel.name}: ike_lifetime {proposal.ike_lifetime} is not possible", one)
    return dict(sorted(found.items()))
