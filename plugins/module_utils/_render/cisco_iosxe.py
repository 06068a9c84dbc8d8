# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: Cisco IOS-XE (16 and newer): a static VTI a tunnel, IKEv2 or IKEv1.

IOS chooses its own IKE proposals by the local address alone, so the tunnels of one address share an IKEv2 policy that
holds exactly their proposals; of these the cloud's end takes the one it has on record. The line protocol of a static
VTI follows its SAs: routes over a dead tunnel disappear with it.
"""

from __future__ import annotations

from .layout import layout
from .model import BGP_HOLD, BGP_KEEPALIVE, DPD_INTERVAL, MSS, MTU, Device, Keys, Link, Part, Refused, Tunnel
from .wording import (
    ANCHOR_DISTANCE,
    FIRST_INTERFACE,
    STATIC_DISTANCE,
    accepted,
    announced,
    description,
    every_tunnel,
    label,
    network_and_mask,
    originated,
)

SAVE = "write memory\n"
# One try every 3 s: five of them after 10 s of silence end before the 30 s of the clouds.
DPD_RETRY = 3
FIRST_ISAKMP_POLICY = 8000  # of 10000; lower ones, the operator's, come first
INTEGRITY = {"sha1": "esp-sha-hmac", "sha256": "esp-sha256-hmac", "sha384": "esp-sha384-hmac"}
ISAKMP_HASH = {"sha1": "sha", "sha256": "sha256", "sha384": "sha384"}
BITS = {"aes128": 128, "aes256": 256}


def render(device: Device, keys: Keys) -> list[Part]:
    """IKEv2 policies and what BGP originates, which links share, then each tunnel."""
    for _link, tunnel in every_tunnel(device):
        if tunnel.behind_nat and tunnel.proposal.ike_version == 1:
            raise Refused(
                f"device {device.name}: family cisco_iosxe can't use IKEv1 behind NAT (tunnel {tunnel.name}): there it "
                f"can't call itself {tunnel.local_id}; it can with ike_version 2"
            )
    parts = [_part("ike policies", "ike", policies=_policies(device))] if _policies(device) else []
    bgp = any(link.bgp for link in device.links)
    if bgp or device.zone_firewall:
        prefixes = [network_and_mask(prefix) for prefix in originated(device)]
        own = device.bgp_process == "own"
        parts.append(
            _part("shared", "shared", device=device, bgp=bgp, own=own, prefixes=prefixes, distance=ANCHOR_DISTANCE)
        )
    return [*parts, *(_tunnel(device, link, tunnel, keys[tunnel.name]) for link, tunnel in every_tunnel(device))]


def _policies(device: Device) -> dict[str, dict[str, tuple[str, str, int]]]:
    """By local address the proposals of its IKEv2 tunnels, by name."""
    policies: dict[str, dict[str, tuple[str, str, int]]] = {}
    for _link, tunnel in every_tunnel(device):
        p = tunnel.proposal
        if p.ike_version == 2:
            name = f"icv-{tunnel.local_address}-{p.ike_encryption}-{p.ike_integrity}-{p.ike_dh_group}"
            words = (f"aes-cbc-{BITS[p.ike_encryption]}", p.ike_integrity, p.ike_dh_group)
            policies.setdefault(tunnel.local_address, {})[name] = words
    return policies


def _tunnel(device: Device, link: Link, tunnel: Tunnel, key: str) -> Part:
    p = tunnel.proposal
    return _part(
        tunnel.name,
        "tunnel",
        secret=True,
        device=device,
        link=link,
        tunnel=tunnel,
        key=key,
        name=label(tunnel),
        number=FIRST_INTERFACE + tunnel.number,
        isakmp_policy=FIRST_ISAKMP_POLICY + tunnel.number,
        isakmp_hash=ISAKMP_HASH[p.ike_integrity],
        isakmp_bits=BITS[p.ike_encryption],
        transform=f"esp-aes{'' if BITS[p.ipsec_encryption] == 128 else ' 256'} {INTEGRITY[p.ipsec_integrity]}",
        description=description(tunnel),
        mtu=MTU,
        mss=MSS,
        dpd_interval=DPD_INTERVAL,
        dpd_retry=DPD_RETRY,
        accepted=accepted(link),
        announced=announced(link),
        routes=[network_and_mask(prefix) for prefix in link.accept] if tunnel.enabled and not link.bgp else [],
        distance=STATIC_DISTANCE + tunnel.preference,
        keepalive=BGP_KEEPALIVE,
        hold=BGP_HOLD,
    )


def _part(title: str, template: str, /, secret: bool = False, **words: object) -> Part:
    return Part(
        title,
        layout(f"cisco_iosxe/{template}", **words),
        remove=layout(f"cisco_iosxe/{template}_remove", **words),
        apply=SAVE,
        secret=secret,
    )
