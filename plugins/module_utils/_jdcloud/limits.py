# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what JD Cloud's specs allow, checked before anything is sent. Pure.

Source: the spec models of jdcloud-sdk 1.6.354 (bgw 1.3.1, vpc 1.1.60). Choices stand in the argument specs.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from .._module import Failure
from .._vpn.faults import Fault, message

NAME = re.compile(r"[\u4e00-\u9fffA-Za-z0-9_-]{1,32}")
NAMES = (
    "vpc_name",
    "subnet_name",
    "bgw_name",
    "vpc_attachment_name",
    "customer_gateway_name",
    "vpn_connection_name",
    "network_security_group_name",
)
DESCRIPTION = 256
PSK = re.compile(r"(?!0[xs])[0-9A-Za-z_-]{1,20}")
RANGES = {
    "bgp_asn": (65001, 65499),
    "local_asn": (64512, 65534),
    "ike_sa_life_sec": (60, 86400),
    "ipsec_sa_life_sec": (60, 86400),
    "ipsec_sa_lifepkt": (0, 100_000_000),
    "ipsec_sa_lifebyte": (0, 107_374_182_400),
    "bandwidth_mbps": (1, 1500),
    "priority": (101, 255),
    "wait_timeout": (1, 86400),
}
CUSTOMER_IPS = (1, 2, 4)
INSIDE = tuple(
    ipaddress.IPv4Network(net) for net in ("169.254.0.0/20", "10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12")
)
PRIVATE = tuple(ipaddress.IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
INSIDE_PREFIX = 30
PREFIX_LENGTHS = (16, 28)
MASK_LENGTHS = (24, 28)

Params = t.Mapping[str, t.Any]


def check(params: Params, place: str = "") -> list[Fault]:
    """What is wrong with a module's options, of whatever kind; values themselves are shown, keys never."""
    faults = [*_texts(params, place), *_numbers(params, place), *_addresses(params, place)]
    psk = params.get("psk")
    if psk is not None and not PSK.fullmatch(psk):
        allowed = "1 to 20 letters, digits, '_' and '-', not starting with 0x or 0s"
        faults.append(Fault(f"{place}psk", "is not a pre-shared key of JD Cloud", allowed, "choose another one"))
    return faults


def refuse(faults: t.Sequence[Fault]) -> None:
    """One failure for all faults."""
    if faults:
        raise Failure(message(faults, "nothing was sent to JD Cloud"))


def _texts(params: Params, place: str) -> t.Iterator[Fault]:
    for name in NAMES:
        value = params.get(name)
        if value is not None and not NAME.fullmatch(value):
            allowed = "1 to 32 Chinese characters, letters, digits, '_' and '-'"
            yield Fault(f"{place}{name}", f"{value!r} is not a name of JD Cloud", allowed, "choose another one")
    description = params.get("description")
    if description and len(description) > DESCRIPTION:
        yield Fault(f"{place}description", f"has {len(description)} characters", f"at most {DESCRIPTION}", "shorten it")


def _numbers(params: Params, place: str) -> t.Iterator[Fault]:
    for name, (low, high) in RANGES.items():
        value = params.get(name)
        if value is not None and not low <= value <= high:
            yield Fault(f"{place}{name}", f"{value} is out of range", f"{low} to {high}", "choose a value in it")
    mask = params.get("ip_mask_len")
    if mask and not MASK_LENGTHS[0] <= mask <= MASK_LENGTHS[1]:
        yield Fault(f"{place}ip_mask_len", f"{mask} is out of range", "0, or 24 to 28", "choose a value in it")


def _addresses(params: Params, place: str) -> t.Iterator[Fault]:
    for name in ("cloud_public_ip", "customer_ip"):
        if params.get(name) is not None and _ip(params[name]) is None:
            yield Fault(f"{place}{name}", f"{params[name]!r} is not an IPv4 address", "", "correct it")
    for name in ("customer_ips", "initial_customer_ips"):
        if params.get(name) is not None:
            yield from _customer_ips(params[name], f"{place}{name}")
    prefix = params.get("address_prefix")
    if prefix:
        yield from _prefix(prefix, f"{place}address_prefix")
    destination = params.get("bgw_route_destination")
    if destination is not None and _network(destination) is None:
        yield Fault(f"{place}bgw_route_destination", f"{destination!r} is not an IPv4 CIDR", "", "correct it")
    yield from _inside(params.get("tunnel_ip"), params.get("local_tunnel_ip"), place)


def _customer_ips(values: t.Sequence[str], place: str) -> t.Iterator[Fault]:
    bad = [value for value in values if _ip(value) is None]
    if bad:
        yield Fault(place, f"{', '.join(map(repr, bad))} is not an IPv4 address", "", "correct it")
    if len(values) not in CUSTOMER_IPS or len(set(values)) != len(values):
        yield Fault(place, f"has {len(values)} addresses", "1, 2 or 4 different ones", "correct it")


def _prefix(value: str, place: str) -> t.Iterator[Fault]:
    network = _network(value)
    inside = network is not None and any(network.subnet_of(private) for private in PRIVATE)
    if network is None or not inside or not PREFIX_LENGTHS[0] <= network.prefixlen <= PREFIX_LENGTHS[1]:
        allowed = "a /16 to /28 of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, without host bits"
        yield Fault(place, f"{value!r} is not a range of a JD Cloud VPC", allowed, "correct it")


def _inside(block: str | None, local: str | None, place: str) -> t.Iterator[Fault]:
    network = _network(block) if block is not None else None
    if block is not None and (
        network is None or network.prefixlen != INSIDE_PREFIX or not any(network.subnet_of(net) for net in INSIDE)
    ):
        allowed = "a /30 of 169.254.0.0/20, 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, without host bits"
        yield Fault(f"{place}tunnel_ip", f"{block!r} is not an inside block of JD Cloud", allowed, "correct it")
    if local is not None:
        address = _ip(local)
        hosts = list(network.hosts()) if network is not None else None
        if address is None or (hosts is not None and address not in hosts):
            allowed = "one of the two middle addresses of tunnel_ip"
            yield Fault(f"{place}local_tunnel_ip", f"{local!r} is not an address of the block", allowed, "correct it")


def _ip(value: str) -> ipaddress.IPv4Address | None:
    try:
        return ipaddress.IPv4Address(value)
    except ValueError:
        return None


def _network(value: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(value)
    except ValueError:
        return None
