# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what the argument specs of the vpn_link_* modules have in common. Pure data."""

from __future__ import annotations

import typing as t

Spec = dict[str, t.Any]

AUTH: Spec = {
    "access_key": {"type": "str", "no_log": True},
    "secret_key": {"type": "str", "no_log": True},
    "security_token": {"type": "str", "no_log": True},
    "session_token": {"type": "str", "no_log": True},
    "profile": {"type": "str"},
    "role_arn": {"type": "str"},
    "endpoint_url": {"type": "str"},
    "operations_file": {"type": "path"},
    "validate_certs": {"type": "bool"},
    "ca_path": {"type": "path"},
    "aws_ca_bundle": {"type": "path"},
}
# The sites to read, with their credentials.
SITES: Spec = {
    "sites": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "kind": {"type": "str", "choices": ["jdcloud", "aws"], "required": True},
            "region": {"type": "str", "required": True},
            "gateway": {"type": "str", "required": True},
            "vpc": {"type": "str", "required": True},
            "probe": {"type": "str"},
            "auth": {"type": "dict", "default": {}, "options": AUTH},
        },
    },
}
# What the inventory says of links.
LINKS: Spec = {
    "links": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "ends": {"type": "list", "elements": "str", "required": True},
            "uid": {"type": "str"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "routing": {"type": "str", "choices": ["bgp", "static"], "default": "bgp"},
            "proposal": {"type": "dict"},
            "psk_generation": {"type": "int", "no_log": False},
            "rotate": {"type": "bool", "default": False},
            "psks": {"type": "dict", "no_log": True},
            "tunnels": {"type": "dict"},
            "ranges": {"type": "dict"},
            "adopt": {"type": "dict"},
        },
    },
    "master_secret": {"type": "str", "no_log": True},
}
TOPOLOGY: Spec = {"topology": {"type": "dict"}}
