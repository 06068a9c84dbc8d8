# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: AWS's records in our names, and our options in AWS's. Pure.

Tunnels are never told apart by their order: AWS lists them in one order in the options, another in the telemetry and a
third in the customer gateway configuration. They are joined by outside address and returned in the order of it.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from xml.etree import ElementTree

from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

Record = dict[str, t.Any]

VALUES = "values"
PLAIN = "plain"
LOG = "log"
EXCHANGES = "exchanges"

# Option -> AWS's name in requests, and how the value is written there.
TUNNEL_NAMES: dict[str, tuple[str, str]] = {
    "tunnel_inside_cidr": ("TunnelInsideCidr", PLAIN),
    "tunnel_inside_ipv6_cidr": ("TunnelInsideIpv6Cidr", PLAIN),
    "pre_shared_key": ("PreSharedKey", PLAIN),
    "ike_versions": ("IKEVersions", VALUES),
    "phase1_encryption_algorithms": ("Phase1EncryptionAlgorithms", VALUES),
    "phase1_integrity_algorithms": ("Phase1IntegrityAlgorithms", VALUES),
    "phase1_dh_group_numbers": ("Phase1DHGroupNumbers", VALUES),
    "phase1_lifetime_seconds": ("Phase1LifetimeSeconds", PLAIN),
    "phase1_additional_key_exchanges": ("Phase1AdditionalKeyExchanges", EXCHANGES),
    "phase2_encryption_algorithms": ("Phase2EncryptionAlgorithms", VALUES),
    "phase2_integrity_algorithms": ("Phase2IntegrityAlgorithms", VALUES),
    "phase2_dh_group_numbers": ("Phase2DHGroupNumbers", VALUES),
    "phase2_lifetime_seconds": ("Phase2LifetimeSeconds", PLAIN),
    "phase2_additional_key_exchanges": ("Phase2AdditionalKeyExchanges", EXCHANGES),
    "rekey_margin_time_seconds": ("RekeyMarginTimeSeconds", PLAIN),
    "rekey_fuzz_percentage": ("RekeyFuzzPercentage", PLAIN),
    "replay_window_size": ("ReplayWindowSize", PLAIN),
    "startup_action": ("StartupAction", PLAIN),
    "dpd_timeout_seconds": ("DPDTimeoutSeconds", PLAIN),
    "dpd_timeout_action": ("DPDTimeoutAction", PLAIN),
    "enable_tunnel_lifecycle_control": ("EnableTunnelLifecycleControl", PLAIN),
    "log_enabled": ("LogEnabled", LOG),
    "log_group_arn": ("LogGroupArn", LOG),
    "log_output_format": ("LogOutputFormat", LOG),
    "bgp_log_enabled": ("BgpLogEnabled", LOG),
    "bgp_log_group_arn": ("BgpLogGroupArn", LOG),
    "bgp_log_output_format": ("BgpLogOutputFormat", LOG),
}
# What AWS means where it says nothing (CreateVpnConnection): it need not list options that were never set. What an
# unset list of algorithms means is not in the API model, so it stays unknown.
TUNNEL_DEFAULTS: Record = {
    "phase1_lifetime_seconds": 28800,
    "phase2_lifetime_seconds": 3600,
    "rekey_margin_time_seconds": 270,
    "rekey_fuzz_percentage": 100,
    "replay_window_size": 1024,
    "startup_action": "add",
    "dpd_timeout_seconds": 30,
    "dpd_timeout_action": "clear",
    "enable_tunnel_lifecycle_control": False,
    "log_enabled": False,
    "bgp_log_enabled": False,
    "phase1_additional_key_exchanges": [],
    "phase2_additional_key_exchanges": [],
}
CONNECTION_NAMES = {
    "static_routes_only": "StaticRoutesOnly",
    "enable_acceleration": "EnableAcceleration",
    "tunnel_inside_ip_version": "TunnelInsideIpVersion",
    "outside_ip_address_type": "OutsideIpAddressType",
    "transport_transit_gateway_attachment_id": "TransportTransitGatewayAttachmentId",
    "tunnel_bandwidth": "TunnelBandwidth",
    "local_ipv4_network_cidr": "LocalIpv4NetworkCidr",
    "remote_ipv4_network_cidr": "RemoteIpv4NetworkCidr",
    "local_ipv6_network_cidr": "LocalIpv6NetworkCidr",
    "remote_ipv6_network_cidr": "RemoteIpv6NetworkCidr",
}
CONNECTION_DEFAULTS: Record = {
    "static_routes_only": False,
    "enable_acceleration": False,
    "tunnel_inside_ip_version": "ipv4",
    "outside_ip_address_type": "PublicIpv4",
    "tunnel_bandwidth": "standard",
}
_MASKED = re.compile(r"\*+|.*redacted.*", re.IGNORECASE)


def key_is_readable(key: str | None) -> bool:
    """Whether AWS shows a pre-shared key: one that Secrets Manager keeps reads back as REDACTED."""
    return bool(key) and not _MASKED.fullmatch(str(key))


def tunnel_request(options: t.Mapping[str, t.Any]) -> Record:
    """Tunnel options as AWS's CreateVpnConnection and ModifyVpnTunnelOptions take them. None is left out."""
    request: Record = {}
    for option, (name, form) in TUNNEL_NAMES.items():
        value = options.get(option)
        if value is None:
            continue
        if form == VALUES:
            request[name] = [{"Value": item} for item in value]
        elif form == LOG:
            request.setdefault("LogOptions", {}).setdefault("CloudWatchLogOptions", {})[name] = value
        elif form == EXCHANGES:
            request[name] = [
                {
                    "AdditionalKeyExchangeRound": item["round"],
                    "KeyExchangeMethods": [{"Value": method} for method in item.get("methods") or []],
                    "Requirement": item.get("requirement") or "required",
                }
                for item in value
            ]
        else:
            request[name] = value
    return request


def _tunnel_value(raw: t.Mapping[str, t.Any], name: str, form: str) -> t.Any:
    if form == LOG:
        return ((raw.get("LogOptions") or {}).get("CloudWatchLogOptions") or {}).get(name)
    # Answers spell two of the prefixes otherwise than requests do.
    value = raw.get(re.sub("^(DPD|IKE)", lambda match: match[0].capitalize(), name))
    if form == VALUES:
        return None if value is None else [item["Value"] for item in value]
    if form == EXCHANGES:
        return [
            {
                "round": item["AdditionalKeyExchangeRound"],
                "methods": [method["Value"] for method in item.get("KeyExchangeMethods") or []],
                "requirement": item.get("Requirement") or "required",
            }
            for item in value or []
        ]
    return value


def inside_addresses(configuration: str | None) -> dict[str, tuple[str, str]]:
    """Outside address of each tunnel -> its inside addresses, AWS's first, as AWS's own configuration has them."""
    if not configuration:
        return {}
    # The document is part of the answer that botocore has just parsed with the same parser.
    root = ElementTree.fromstring(configuration)  # noqa: S314
    addresses = {}
    for tunnel in root.iter("ipsec_tunnel"):
        outside = tunnel.findtext("vpn_gateway/tunnel_outside_address/ip_address")
        ours = tunnel.findtext("vpn_gateway/tunnel_inside_address/ip_address")
        theirs = tunnel.findtext("customer_gateway/tunnel_inside_address/ip_address")
        if outside and ours and theirs:
            addresses[outside.strip()] = (ours.strip(), theirs.strip())
    return addresses


def _documented_addresses(cidr: str | None) -> tuple[str | None, str | None]:
    # AWS shows no configuration while a connection is modified; it documents that it takes the first usable address.
    if not cidr:
        return None, None
    network = ipaddress.ip_network(cidr, strict=False)
    return str(network[1]), str(network[2])


def vpn_tunnel(raw: t.Mapping[str, t.Any], telemetry: t.Mapping[str, t.Any], addresses: t.Any) -> Record:
    """One tunnel, its key included."""
    tunnel = {option: _tunnel_value(raw, name, form) for option, (name, form) in TUNNEL_NAMES.items()}
    for option, default in TUNNEL_DEFAULTS.items():
        if tunnel[option] is None:
            tunnel[option] = default
    inside = addresses or _documented_addresses(tunnel["tunnel_inside_cidr"] or tunnel["tunnel_inside_ipv6_cidr"])
    changed: t.Any = telemetry.get("LastStatusChange")
    return {
        "outside_ip_address": raw.get("OutsideIpAddress"),
        "aws_inside_address": inside[0],
        "customer_inside_address": inside[1],
        **tunnel,
        "pre_shared_key_readable": key_is_readable(tunnel["pre_shared_key"]),
        "telemetry": {
            "status": telemetry.get("Status"),
            "status_message": telemetry.get("StatusMessage"),
            "accepted_route_count": telemetry.get("AcceptedRouteCount"),
            "last_status_change": changed.isoformat() if hasattr(changed, "isoformat") else changed,
            "certificate_arn": telemetry.get("CertificateArn"),
        },
    }


def _address_order(tunnel: Record) -> t.Any:
    try:
        return 0, int(ipaddress.ip_address(tunnel["outside_ip_address"]))
    except ValueError:
        return 1, 0


def vpn_connection(raw: t.Mapping[str, t.Any]) -> Record:
    """A VPN connection with its keys: for comparing, never to be returned by a module. See `public`."""
    options = raw.get("Options") or {}
    telemetry = {item.get("OutsideIpAddress"): item for item in raw.get("VgwTelemetry") or []}
    addresses = inside_addresses(raw.get("CustomerGatewayConfiguration"))
    tunnels = [
        vpn_tunnel(
            item, telemetry.get(item.get("OutsideIpAddress"), {}), addresses.get(item.get("OutsideIpAddress", ""))
        )
        for item in options.get("TunnelOptions") or []
    ]
    tags = boto3_tag_list_to_ansible_dict(raw.get("Tags") or [])
    values = {option: options.get(name) for option, name in CONNECTION_NAMES.items()}
    for option, default in CONNECTION_DEFAULTS.items():
        if values[option] is None:
            values[option] = default
    family = "ipv6" if values["tunnel_inside_ip_version"] == "ipv6" else "ipv4"
    for end in ("local", "remote"):
        values[f"{end}_{family}_network_cidr"] = values[f"{end}_{family}_network_cidr"] or (
            "::/0" if family == "ipv6" else "0.0.0.0/0"
        )
    return {
        "vpn_connection_id": raw["VpnConnectionId"],
        "name": tags.get("Name"),
        "state": raw.get("State"),
        "type": raw.get("Type"),
        "category": raw.get("Category"),
        "customer_gateway_id": raw.get("CustomerGatewayId"),
        "vpn_gateway_id": raw.get("VpnGatewayId") or None,
        "transit_gateway_id": raw.get("TransitGatewayId") or None,
        "gateway_association_state": raw.get("GatewayAssociationState"),
        "pre_shared_key_storage": "SecretsManager" if raw.get("PreSharedKeyArn") else "Standard",
        "pre_shared_key_readable": all(tunnel["pre_shared_key_readable"] for tunnel in tunnels),
        **values,
        "tunnels": sorted(tunnels, key=_address_order),
        "routes": [
            {"destination_cidr_block": r["DestinationCidrBlock"], "state": r.get("State"), "source": r.get("Source")}
            for r in raw.get("Routes") or []
        ],
        "tags": tags,
    }


def public(connection: t.Mapping[str, t.Any]) -> Record:
    """A VPN connection as a module may return it: without keys."""
    tunnels = [{k: v for k, v in tunnel.items() if k != "pre_shared_key"} for tunnel in connection["tunnels"]]
    return {**connection, "tunnels": tunnels}
