# SPDX-License-Identifier: GPL-3.0-or-later
"""What a field of a request body may be: one small checker a kind, and the specs of every resource.

The ranges stand in the spec models of jdcloud-sdk (services/bgw/models/*Spec.py, services/vpc/apis/*.py).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lab.jdcloud.errors import invalid, out_of_range

Check = Callable[[str, Any], Any]
Body = dict[str, Any]

_NAME = re.compile(r"[\u4e00-\u9fa5A-Za-z0-9_-]{1,32}")
_PSK = re.compile(r"(?!0[xs])[0-9A-Za-z_-]{1,20}")
TUNNEL_POOLS = tuple(map(ipaddress.IPv4Network, ("169.254.0.0/20", "10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12")))
VPC_POOLS = TUNNEL_POOLS[1:]


def name(key: str, value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise invalid(f"{key}: 1 to 32 Chinese characters, letters, digits, '_' and '-'")
    return value


def text(key: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 256:
        raise invalid(f"{key}: a string of at most 256 characters")
    return value


def string(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise invalid(f"{key}: a string that is not empty")
    return value


def boolean(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise invalid(f"{key}: true or false")
    return value


def whole(low: int, high: int) -> Check:
    def check(key: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise invalid(f"{key}: a whole number")
        if not low <= value <= high:
            raise out_of_range(f"{key}: {low} to {high}")
        return value

    return check


def one_of(*choices: Any) -> Check:
    def check(key: str, value: Any) -> Any:
        if value not in choices or isinstance(value, bool):
            raise invalid(f"{key}: one of {', '.join(map(str, choices))}")
        return value

    return check


def strings(key: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(x, str) and x for x in value):
        raise invalid(f"{key}: a list of strings")
    return list(value)


def anything(key: str, value: Any) -> Any:
    return value


def network(key: str, value: Any) -> str:
    try:
        return str(ipaddress.IPv4Network(value))
    except (ValueError, TypeError):
        raise invalid(f"{key}: an IPv4 network without host bits") from None


def private_network(low: int, high: int, empty: bool = False) -> Check:
    def check(key: str, value: Any) -> str:
        if value == "" and empty:
            return ""
        found = ipaddress.IPv4Network(network(key, value))
        if not any(found.subnet_of(pool) for pool in VPC_POOLS) or not low <= found.prefixlen <= high:
            raise invalid(f"{key}: within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, mask {low} to {high}")
        return str(found)

    return check


def customer_ips(key: str, value: Any) -> list[str]:
    ips = strings(key, value)
    if len(ips) not in (1, 2, 4) or len(set(ips)) != len(ips):
        raise invalid(f"{key}: 1, 2 or 4 different addresses")
    for ip in ips:
        try:
            found = ipaddress.IPv4Address(ip)
            good = found.is_global and not found.is_multicast
        except ValueError:
            good = False
        if not good:
            raise invalid(f"{key}: {ip} is not a publicly routable IPv4 address")
    return ips


def psk(key: str, value: Any) -> str:
    if not isinstance(value, str) or not _PSK.fullmatch(value):
        raise invalid(f"{key}: 1 to 20 letters, digits, '_' and '-', not starting with 0x or 0s")
    return value


def tunnel_ip(key: str, value: Any) -> str:
    found = ipaddress.IPv4Network(network(key, value))
    if found.prefixlen != 30 or not any(found.subnet_of(pool) for pool in TUNNEL_POOLS):
        raise invalid(f"{key}: a /30 within {', '.join(map(str, TUNNEL_POOLS))}")
    return str(found)


def selectors(key: str, value: Any) -> list[Body]:
    if not isinstance(value, list):
        raise invalid(f"{key}: a list")
    found = []
    for n, item in enumerate(value):
        here = read(item, TRAFFIC_SELECTOR, f"{key}[{n}].")
        found.append(here)
    return found


def networks(key: str, value: Any) -> list[str]:
    return [network(key, item) for item in strings(key, value)]


@dataclass(frozen=True)
class Rule:
    """One field: how it is checked, whether it must be there, and its default."""

    check: Check
    required: bool = False
    default: Any = None


Spec = Mapping[str, Rule]


def read(body: Any, spec: Spec, prefix: str = "", partial: bool = False) -> Body:
    """The fields of a body, checked; unset ones get their default unless `partial`. Unknown fields are refused, except
    nulls: the SDK's models send one for every field that is not set."""
    if not isinstance(body, dict):
        raise invalid(f"{prefix.rstrip('.') or 'body'}: a JSON object")
    for key, value in body.items():
        if key not in spec and value is not None:
            raise invalid(f"{prefix}{key}: unknown, or can not be set by this operation")
    result: Body = {}
    for key, rule in spec.items():
        if body.get(key) is None:
            if rule.required and not partial:
                raise invalid(f"{prefix}{key}: required")
            if not partial and rule.default is not None:
                result[key] = rule.default
            continue
        result[key] = rule.check(f"{prefix}{key}", body[key])
    return result


def only_list(body: Any, key: str) -> list[Any]:
    """The list that is all of a body."""
    items = body.get(key) if isinstance(body, dict) else None
    if not isinstance(items, list) or not items or set(body) != {key}:
        raise invalid(f"{key}: a list, and nothing else in the body")
    return items


GROUPS = ("modp1024", "modp1536", "modp2048", "ecp256", "ecp384")
HASHES = ("sha1", "sha256", "sha384")
TRAFFIC_SELECTOR: Spec = {
    "localSubnet": Rule(network, required=True),
    "remoteSubnets": Rule(networks),
    "description": Rule(text),
}
BGW: Spec = {
    "bgwName": Rule(name, required=True),
    "description": Rule(text),
    "azType": Rule(one_of("standard", "edge"), default="standard"),
    "az": Rule(string),
}
MODIFY_BGW: Spec = {"bgwName": Rule(name), "description": Rule(text)}
ATTACHMENT: Spec = {
    "vpcAttachmentName": Rule(name, required=True),
    "vpcId": Rule(string, required=True),
    "bgwId": Rule(string, required=True),
    "propagateType": Rule(one_of("all", "partial", "none"), required=True),
    "subnetIds": Rule(strings),
}
PROPAGATION_ATTRIBUTE: Spec = {key: ATTACHMENT[key] for key in ("vpcId", "propagateType", "subnetIds")}
MODIFY_ATTACHMENT: Spec = {"vpcAttachmentName": Rule(name), "propagationAttribute": Rule(anything)}
CUSTOMER_GATEWAY: Spec = {
    "customerGatewayName": Rule(name, required=True),
    "customerIps": Rule(customer_ips, required=True),
    "bgpAsn": Rule(whole(65001, 65499), required=True),
    "description": Rule(text),
}
MODIFY_CUSTOMER_GATEWAY: Spec = {key: rule for key, rule in CUSTOMER_GATEWAY.items() if key != "bgpAsn"}
CONNECTION: Spec = {
    "vpnConnectionName": Rule(name, required=True),
    "description": Rule(text),
    "bgwId": Rule(string, required=True),
    "cgwId": Rule(string, required=True),
    "bgpEnabled": Rule(boolean, default=True),
    "localAsn": Rule(whole(64512, 65534)),
    "providers": Rule(strings),
    "chargeSpec": Rule(anything),
}
MODIFY_CONNECTION: Spec = {
    "vpnConnectionName": Rule(name),
    "description": Rule(text),
    "bgpEnabled": Rule(boolean),
    "trafficSelectors": Rule(selectors),
}
MODIFY_TUNNEL: Spec = {
    "psk": Rule(psk, required=True),
    "tunnelIp": Rule(tunnel_ip, required=True),
    "localTunnelIp": Rule(string),
    "ikeVersion": Rule(one_of("v1", "v2"), default="v2"),
    "ikeMode": Rule(one_of("main", "aggressive"), default="main"),
    "ikeKeyExchange": Rule(one_of(*GROUPS), default="ecp256"),
    "ikeCipher": Rule(one_of("aes128", "aes192", "aes256", "3des"), default="aes128"),
    "ikeAuth": Rule(one_of(*HASHES), default="sha256"),
    "ikeDpdSec": Rule(one_of(0, 10), default=10),
    "ikeSaLifeSec": Rule(whole(60, 86400), default=14400),
    "ipsecCipher": Rule(one_of("aes128", "aes192", "aes256"), default="aes128"),
    "ipsecAuth": Rule(one_of(*HASHES), default="sha256"),
    "ipsecKeyExchange": Rule(one_of("null", *GROUPS), default="null"),
    "ipsecSaLifeSec": Rule(whole(60, 86400), default=3600),
    "ipsecSaLifepkt": Rule(whole(0, 100_000_000), default=0),
    "ipsecSaLifebyte": Rule(whole(0, 107_374_182_400), default=0),
    "bandwidthMbps": Rule(whole(1, 1500)),
}
TUNNEL: Spec = {
    "vpnConnectionId": Rule(string, required=True),
    "cloudPublicIp": Rule(string, required=True),
    "customerIp": Rule(string, required=True),
    "adminStatus": Rule(one_of("UP", "DOWN"), default="UP"),
    **MODIFY_TUNNEL,
}
ADMIN_STATUS: Spec = {"adminStatus": Rule(one_of("UP", "DOWN"), required=True)}
BGW_NEXT_HOPS = ("hosted_private_vif", "private_vif", "vpc_attachment", "vpn_connection", "vpc")
BGW_ROUTE: Spec = {
    "bgwRouteDestination": Rule(network, required=True),
    "bgwNexthopType": Rule(one_of(*BGW_NEXT_HOPS)),
    "bgwRouteNexthop": Rule(string, required=True),
    "description": Rule(text),
}
MODIFY_BGW_ROUTE: Spec = {"bgwRouteId": Rule(string, required=True), **BGW_ROUTE}
VPC: Spec = {
    "vpcName": Rule(name, required=True),
    "addressPrefix": Rule(private_network(16, 28, empty=True)),
    "description": Rule(text),
    "userTags": Rule(anything),
    "resourceGroupId": Rule(string),
    "resourceTag": Rule(anything),
}
MODIFY_VPC: Spec = {
    "vpcName": Rule(name),
    "description": Rule(text),
    "addressPrefix": Rule(one_of("")),
    "enableIpv6SubIds": Rule(strings),
}
SUBNET: Spec = {
    "vpcId": Rule(string, required=True),
    "subnetName": Rule(name, required=True),
    "addressPrefix": Rule(private_network(16, 28), required=True),
    "routeTableId": Rule(string),
    "description": Rule(text),
    "ipMaskLen": Rule(whole(0, 28)),
    "domainNames": Rule(anything),
    "domainNameServers": Rule(anything),
    "eipPriorExcludeDestCidrs": Rule(anything),
    "dryRun": Rule(boolean),
    "userTags": Rule(anything),
    "resourceGroupId": Rule(string),
    "type": Rule(one_of("hpc", "normal"), default="normal"),
    "hpcClusterId": Rule(string),
}
MODIFY_SUBNET: Spec = {
    "subnetName": Rule(name),
    "description": Rule(text),
    "ipMaskLen": Rule(whole(0, 28)),
    "domainNames": Rule(anything),
    "domainNameServers": Rule(anything),
    "eipPriorExcludeDestCidrs": Rule(anything),
}
ROUTE_TABLE: Spec = {
    "vpcId": Rule(string, required=True),
    "routeTableName": Rule(name, required=True),
    "description": Rule(text),
    "associateType": Rule(one_of("subnet", "gateway"), default="subnet"),
    "userTags": Rule(anything),
    "resourceGroupId": Rule(string),
}
MODIFY_ROUTE_TABLE: Spec = {"routeTableName": Rule(name), "description": Rule(text)}
NEXT_HOPS = ("instance", "internet", "vpc_peering", "bgw", "natgw", "ni_gateway", "vpc_nat")
RULE: Spec = {
    "priority": Rule(whole(1, 255), default=100),
    "nextHopType": Rule(one_of(*NEXT_HOPS), required=True),
    "nextHopId": Rule(string, required=True),
    "addressPrefixType": Rule(one_of("CIDR", "PREFIXLIST"), default="CIDR"),
    "addressPrefix": Rule(network, required=True),
    "description": Rule(text),
}
MODIFY_RULE: Spec = {"ruleId": Rule(string, required=True), **{k: Rule(r.check) for k, r in RULE.items()}}
PROPAGATION: Spec = {
    "propagationCidrType": Rule(one_of("CIDR", "PREFIXLIST"), default="CIDR"),
    "propagationCidrs": Rule(string, required=True),
    "bgwId": Rule(string, required=True),
    "priority": Rule(whole(101, 255), default=150),
}
MODIFY_PROPAGATION: Spec = {
    "routePropagationId": Rule(string, required=True),
    **{k: Rule(r.check) for k, r in PROPAGATION.items()},
}
REMOVE_PROPAGATION: Spec = {"routePropagationId": Rule(string, required=True)}
