# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: IKE and IPsec proposals, vendor-neutral, and what each cloud calls them. Pure.

Sources: JD Cloud's bgw 1.3.1 models (VpnTunnelSpec), AWS's EC2 API model (VpnTunnelOptionsSpecification). The values
below are what **both** clouds accept; AWS is sent single values, because it negotiates from the lowest it is given.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, fields

from .faults import Fault

JDCLOUD_GROUPS = {2: "modp1024", 5: "modp1536", 14: "modp2048", 19: "ecp256", 20: "ecp384"}
AWS_CIPHERS = {"aes128": "AES128", "aes256": "AES256"}
AWS_HASHES = {"sha1": "SHA1", "sha256": "SHA2-256", "sha384": "SHA2-384"}
JDCLOUD_DPD_SECONDS = 10
AWS_DPD_SECONDS = 30

Choices = tuple[t.Any, ...]


@dataclass(frozen=True)
class Proposal:
    """How one tunnel is negotiated. Lifetimes are in seconds; groups are IANA numbers; PFS is always on."""

    ike_version: int = 2
    ike_encryption: str = "aes256"
    ike_integrity: str = "sha256"
    ike_dh_group: int = 19
    ike_lifetime: int = 14400
    ipsec_encryption: str = "aes256"
    ipsec_integrity: str = "sha256"
    ipsec_pfs_group: int = 19
    ipsec_lifetime: int = 3600


CHOICES: dict[str, Choices] = {
    "ike_version": (1, 2),
    "ike_encryption": ("aes128", "aes256"),
    "ike_integrity": ("sha1", "sha256", "sha384"),
    "ike_dh_group": (2, 14, 19, 20),
    "ipsec_encryption": ("aes128", "aes256"),
    "ipsec_integrity": ("sha1", "sha256", "sha384"),
    "ipsec_pfs_group": (2, 5, 14, 19, 20),
}
RANGES = {"ike_lifetime": (900, 28800), "ipsec_lifetime": (900, 3600)}
WHY = {
    "ike_encryption": "aes192 and 3des exist on JD Cloud only, GCM on AWS only",
    "ike_dh_group": "AWS has no group 5 in phase 1; JD Cloud has no other groups",
    "ipsec_pfs_group": "AWS always wants perfect forward secrecy, so JD Cloud's 'null' can't be used",
}


def parse(settings: t.Any, place: str, base: Proposal | None = None) -> tuple[Proposal, list[Fault]]:
    """A proposal from an inventory's dictionary over a base, and what is wrong with it."""
    base = base or Proposal()
    names = [f.name for f in fields(Proposal)]
    if settings is None:
        return base, []
    if not isinstance(settings, t.Mapping):
        return base, [Fault(place, f"is {type(settings).__name__}, not a dictionary", ", ".join(names))]
    faults = []
    values: dict[str, t.Any] = {f.name: getattr(base, f.name) for f in fields(Proposal)}
    for key, value in settings.items():
        where = f"{place}.{key}"
        if key not in values:
            faults.append(Fault(where, "is not a proposal setting", ", ".join(names), "remove it or correct its name"))
            continue
        coerced = _coerce(key, value)
        if key in CHOICES and coerced not in CHOICES[key]:
            allowed = ", ".join(map(str, CHOICES[key])) + (f" ({WHY[key]})" if key in WHY else "")
            faults.append(Fault(where, f"{value!r} is not accepted by both clouds", allowed, "choose one of these"))
        elif key in RANGES and not (isinstance(coerced, int) and RANGES[key][0] <= coerced <= RANGES[key][1]):
            low, high = RANGES[key]
            faults.append(
                Fault(where, f"{value!r} is out of range", f"{low} to {high} seconds", "choose a value in it")
            )
        else:
            values[key] = coerced
    proposal = Proposal(**values)
    # A lifetime that is refused already was not taken over, so the two can't be compared.
    refused = {fault.place for fault in faults}
    if proposal.ipsec_lifetime >= proposal.ike_lifetime and not refused & {f"{place}.{key}" for key in RANGES}:
        problem = f"ipsec_lifetime {proposal.ipsec_lifetime} is not below ike_lifetime {proposal.ike_lifetime}"
        faults.append(Fault(place, problem, "ipsec_lifetime below ike_lifetime (AWS)", "raise ike_lifetime"))
    return proposal, faults


def _coerce(key: str, value: t.Any) -> t.Any:
    if isinstance(getattr(Proposal, key), str):
        return str(value).lower()
    if isinstance(value, str) and value.strip().isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def to_jdcloud(p: Proposal) -> dict[str, t.Any]:
    """The proposal as fields of a JD Cloud tunnel."""
    # JD Cloud ignores the mode with IKEv2, so there it is neither sent nor compared.
    mode = {"ike_mode": "main"} if p.ike_version == 1 else {}
    return {
        **mode,
        "ike_version": f"v{p.ike_version}",
        "ike_key_exchange": JDCLOUD_GROUPS[p.ike_dh_group],
        "ike_cipher": p.ike_encryption,
        "ike_auth": p.ike_integrity,
        "ike_dpd_sec": JDCLOUD_DPD_SECONDS,
        "ike_sa_life_sec": p.ike_lifetime,
        "ipsec_cipher": p.ipsec_encryption,
        "ipsec_auth": p.ipsec_integrity,
        "ipsec_key_exchange": JDCLOUD_GROUPS[p.ipsec_pfs_group],
        "ipsec_sa_life_sec": p.ipsec_lifetime,
    }


def to_aws(p: Proposal) -> dict[str, t.Any]:
    """The proposal as AWS tunnel options. JD Cloud initiates, so AWS adds and waits."""
    return {
        "ike_versions": [f"ikev{p.ike_version}"],
        "phase1_encryption_algorithms": [AWS_CIPHERS[p.ike_encryption]],
        "phase1_integrity_algorithms": [AWS_HASHES[p.ike_integrity]],
        "phase1_dh_group_numbers": [p.ike_dh_group],
        "phase1_lifetime_seconds": p.ike_lifetime,
        "phase2_encryption_algorithms": [AWS_CIPHERS[p.ipsec_encryption]],
        "phase2_integrity_algorithms": [AWS_HASHES[p.ipsec_integrity]],
        "phase2_dh_group_numbers": [p.ipsec_pfs_group],
        "phase2_lifetime_seconds": p.ipsec_lifetime,
        "startup_action": "add",
        "dpd_timeout_seconds": AWS_DPD_SECONDS,
        "dpd_timeout_action": "restart",
    }
