# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: Juniper SRX (Junos) as set lines. Pure.

Every tunnel is a configuration group of its own: it can be compared, replaced and deleted as one thing, and what the
operator has configured himself stays as it is.
"""

from __future__ import annotations

from .choices import choose, networks, wan
from .layout import layout
from .model import BGP_HOLD, DPD_INTERVAL, DPD_TIMEOUT, MSS, MTU, Device, Keys, Part
from .wording import FIRST_INTERFACE, description, every_tunnel, label, originated

CIPHERS = {"aes128": "aes-128-cbc", "aes256": "aes-256-cbc"}
IKE_HASHES = {"sha1": "sha1", "sha256": "sha-256", "sha384": "sha-384"}
ESP_HASHES = {"sha1": "hmac-sha1-96", "sha256": "hmac-sha-256-128", "sha384": "hmac-sha-384"}
GROUPS = {number: f"group{number}" for number in (2, 5, 14, 19, 20)}
# Junos prefers the lowest; 5 is its own default for static routes.
STATIC_PREFERENCE = 5


def render(device: Device, keys: Keys) -> list[Part]:
    interface = wan(device, "ge-0/0/0.0")
    zone_only = Part("zone", layout("juniper_srx/zone", device=device)) if device.zone else None
    common = Part(
        "shared",
        layout("juniper_srx/shared", device=device, mss=MSS, networks=networks(originated(device))),
        remove=layout("juniper_srx/remove", name="icv-shared"),
    )
    parts = [zone_only, common] if zone_only else [common]
    for link, tunnel in every_tunnel(device):
        text = layout(
            "juniper_srx/tunnel",
            name=label(tunnel),
            description=description(tunnel),
            key=keys[tunnel.name],
            device=device,
            wan=interface,
            link=link,
            tunnel=tunnel,
            unit=FIRST_INTERFACE + tunnel.number,
            proposal=tunnel.proposal,
            ike_cipher=choose(device, tunnel, "ike_encryption", CIPHERS),
            ike_hash=choose(device, tunnel, "ike_integrity", IKE_HASHES),
            ike_group=choose(device, tunnel, "ike_dh_group", GROUPS),
            esp_cipher=choose(device, tunnel, "ipsec_encryption", CIPHERS),
            esp_hash=choose(device, tunnel, "ipsec_integrity", ESP_HASHES),
            pfs_group=choose(device, tunnel, "ipsec_pfs_group", GROUPS),
            dpd_interval=DPD_INTERVAL,
            dpd_threshold=DPD_TIMEOUT // DPD_INTERVAL,
            mtu=MTU,
            hold=BGP_HOLD,
            announce=networks(link.announce),
            accept=networks(link.accept),
            static_preference=STATIC_PREFERENCE + tunnel.preference,
        )
        remove = layout("juniper_srx/remove", name=label(tunnel))
        parts.append(Part(tunnel.name, text, remove=remove, secret=True))
    return parts
