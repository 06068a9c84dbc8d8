# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the options that AWS modules share. Documented in `doc_fragments/aws.py`."""

from __future__ import annotations

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec

Spec = dict[str, t.Any]

CIPHERS = ["AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"]
HASHES = ["SHA1", "SHA2-256", "SHA2-384", "SHA2-512"]
PHASE1_GROUPS = [2, *range(14, 25), 35]
PHASE2_GROUPS = [2, 5, *range(14, 25), 35, 36, 37]
ROUND_METHODS = PHASE2_GROUPS

TAGS: Spec = {
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
    "purge_tags": {"type": "bool", "default": True},
}
WAIT: Spec = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 900},
}
STATE: Spec = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}


def aws_spec(**own: t.Any) -> Spec:
    """The options of a module: its own over amazon.aws's. `access_key` is hidden too: amazon.aws prints it at -vvvv."""
    spec: Spec = aws_argument_spec()
    spec["access_key"] = {**spec["access_key"], "no_log": True}
    spec["role_arn"] = {"type": "str"}
    return {**spec, **own}


def given(params: t.Mapping[str, t.Any]) -> Spec:
    """Options without empty texts: that is what a value becomes in check mode that only a real run would know. An empty
    key stays, to be refused."""
    result: Spec = {name: None if value == "" else value for name, value in params.items()}
    if result.get("tunnel_options"):
        result["tunnel_options"] = [
            {name: None if value == "" and name != "pre_shared_key" else value for name, value in tunnel.items()}
            for tunnel in result["tunnel_options"]
        ]
    return result


def _several(elements: str, choices: list[t.Any]) -> Spec:
    return {"type": "list", "elements": elements, "choices": choices}


def _rounds() -> Spec:
    return {
        "type": "list",
        "elements": "dict",
        "no_log": False,
        "options": {
            "round": {"type": "int", "required": True},
            "methods": _several("int", ROUND_METHODS),
            "requirement": {"type": "str", "choices": ["required", "optional"], "default": "required"},
        },
    }


TUNNEL_OPTIONS: Spec = {
    "outside_ip_address": {"type": "str"},
    "tunnel_inside_cidr": {"type": "str"},
    "tunnel_inside_ipv6_cidr": {"type": "str"},
    "pre_shared_key": {"type": "str", "no_log": True},
    "ike_versions": _several("str", ["ikev1", "ikev2"]),
    "phase1_encryption_algorithms": _several("str", CIPHERS),
    "phase1_integrity_algorithms": _several("str", HASHES),
    "phase1_dh_group_numbers": _several("int", PHASE1_GROUPS),
    "phase1_lifetime_seconds": {"type": "int"},
    "phase1_additional_key_exchanges": _rounds(),
    "phase2_encryption_algorithms": _several("str", CIPHERS),
    "phase2_integrity_algorithms": _several("str", HASHES),
    "phase2_dh_group_numbers": _several("int", PHASE2_GROUPS),
    "phase2_lifetime_seconds": {"type": "int"},
    "phase2_additional_key_exchanges": _rounds(),
    "rekey_margin_time_seconds": {"type": "int", "no_log": False},
    "rekey_fuzz_percentage": {"type": "int", "no_log": False},
    "replay_window_size": {"type": "int"},
    "startup_action": {"type": "str", "choices": ["add", "start"]},
    "dpd_timeout_seconds": {"type": "int"},
    "dpd_timeout_action": {"type": "str", "choices": ["clear", "none", "restart"]},
    "enable_tunnel_lifecycle_control": {"type": "bool"},
    "log_enabled": {"type": "bool"},
    "log_group_arn": {"type": "str"},
    "log_output_format": {"type": "str", "choices": ["json", "text"]},
    "bgp_log_enabled": {"type": "bool"},
    "bgp_log_group_arn": {"type": "str"},
    "bgp_log_output_format": {"type": "str", "choices": ["json", "text"]},
}

# The modules' own options.
CUSTOMER_GATEWAY: Spec = {
    "customer_gateway_id": {"type": "str"},
    "ip_address": {"type": "str"},
    "bgp_asn": {"type": "int"},
    "device_name": {"type": "str"},
    "certificate_arn": {"type": "str"},
    "type": {"type": "str", "choices": ["ipsec.1"]},
    "name": {"type": "str"},
    **STATE,
    **TAGS,
}
VPN_CONNECTION: Spec = {
    "vpn_connection_id": {"type": "str"},
    "name": {"type": "str"},
    "match_tags": {"type": "dict"},
    "customer_gateway_id": {"type": "str"},
    "vpn_gateway_id": {"type": "str"},
    "transit_gateway_id": {"type": "str"},
    "static_routes_only": {"type": "bool", "aliases": ["static_only"]},
    "routes": {"type": "list", "elements": "str"},
    "purge_routes": {"type": "bool", "default": False},
    "enable_acceleration": {"type": "bool"},
    "tunnel_inside_ip_version": {"type": "str", "choices": ["ipv4", "ipv6"]},
    "outside_ip_address_type": {"type": "str", "choices": ["PublicIpv4", "PrivateIpv4", "Ipv6"]},
    "transport_transit_gateway_attachment_id": {"type": "str"},
    "tunnel_bandwidth": {"type": "str", "choices": ["standard", "large"]},
    "pre_shared_key_storage": {"type": "str", "choices": ["Standard", "SecretsManager"], "no_log": False},
    "local_ipv4_network_cidr": {"type": "str"},
    "remote_ipv4_network_cidr": {"type": "str"},
    "local_ipv6_network_cidr": {"type": "str"},
    "remote_ipv6_network_cidr": {"type": "str"},
    "allow_interruption": {"type": "bool", "default": False},
    "unreadable_pre_shared_key": {"type": "str", "choices": ["keep", "write"], "default": "keep", "no_log": False},
    "tunnel_options": {"type": "list", "elements": "dict", "options": TUNNEL_OPTIONS},
    **STATE,
    **WAIT,
    **TAGS,
}
