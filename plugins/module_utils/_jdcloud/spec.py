# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what the argument specs of the jdcloud_* modules have in common. Pure data."""

from __future__ import annotations

import typing as t

from .resource import DEFAULT_WAIT
from .settings import CREDENTIALS

Spec = dict[str, t.Any]

STATE: Spec = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}
WAIT: Spec = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": DEFAULT_WAIT},
}
INTERRUPTION: Spec = {"allow_interruption": {"type": "bool", "default": False}}

_GROUPS = ["modp1024", "modp1536", "modp2048", "ecp256", "ecp384"]
_HASHES = ["sha1", "sha256", "sha384"]
_CIPHERS = ["aes128", "aes192", "aes256"]

# One tunnel: its two addresses, and how it is negotiated.
TUNNEL: Spec = {
    "cloud_public_ip": {"type": "str"},
    "customer_ip": {"type": "str"},
    "psk": {"type": "str", "no_log": True},
    "force_psk": {"type": "bool", "default": False, "no_log": False},
    "tunnel_ip": {"type": "str"},
    "local_tunnel_ip": {"type": "str"},
    "ike_version": {"type": "str", "choices": ["v1", "v2"]},
    "ike_mode": {"type": "str", "choices": ["main", "aggressive"]},
    "ike_key_exchange": {"type": "str", "choices": _GROUPS, "no_log": False},
    "ike_cipher": {"type": "str", "choices": [*_CIPHERS, "3des"]},
    "ike_auth": {"type": "str", "choices": _HASHES},
    "ike_dpd_sec": {"type": "int", "choices": [0, 10]},
    "ike_sa_life_sec": {"type": "int"},
    "ipsec_cipher": {"type": "str", "choices": _CIPHERS},
    "ipsec_auth": {"type": "str", "choices": _HASHES},
    "ipsec_key_exchange": {"type": "str", "choices": ["null", *_GROUPS], "no_log": False},
    "ipsec_sa_life_sec": {"type": "int"},
    "ipsec_sa_lifepkt": {"type": "int"},
    "ipsec_sa_lifebyte": {"type": "int"},
    "bandwidth_mbps": {"type": "int"},
    "admin_status": {"type": "str", "choices": ["UP", "DOWN"]},
    "charge_spec": {
        "type": "dict",
        "options": {
            "charge_mode": {
                "type": "str",
                "choices": ["prepaid_by_duration", "postpaid_by_usage", "postpaid_by_duration"],
            },
            "charge_unit": {"type": "str", "choices": ["month", "year"]},
            "charge_duration": {"type": "int"},
        },
    },
}
CHARGE: Spec = {"charge_spec": TUNNEL["charge_spec"]}


def jdcloud_spec(*common: Spec, **options: t.Any) -> Spec:
    """The argument spec of a module: its own options and those of the account."""
    spec = {**CREDENTIALS, **options}
    for part in common:
        spec.update(part)
    return spec
