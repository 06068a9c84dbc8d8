# SPDX-License-Identifier: GPL-3.0-or-later
"""What single values must look like. A check takes a field's name and value; it returns the value or raises a 400."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Any

from lab.jdcloud.errors import invalid, out_of_range

Check = Callable[[str, Any], Any]

_NAME = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff0-9A-Za-z_-]{1,32}")
_PSK = re.compile(r"(?!0[xs])[0-9A-Za-z_-]{1,20}")
_PREFIX_LIST = re.compile(r"pl-[0-9a-z]+")
VPC_RANGES = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
INSIDE_RANGES = (IPv4Network("169.254.0.0/20"), *VPC_RANGES)


def text(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise invalid(field, "must be a string")
    return value


def identifier(field: str, value: Any) -> str:
    if not text(field, value).strip():
        raise invalid(field, "must not be empty")
    return str(value)


def name(field: str, value: Any) -> str:
    if not _NAME.fullmatch(text(field, value)):
        raise invalid(field, "must be 1 to 32 characters: Chinese, digits, letters, _ and -")
    return str(value)


def description(field: str, value: Any) -> str:
    if len(text(field, value)) > 256:
        raise invalid(field, "must have at most 256 characters")
    return str(value)


def flag(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise invalid(field, "must be true or false")
    return value


def whole(low: int, high: int) -> Check:
    def check(field: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid(field, "must be an integer")
        if not low <= value <= high:
            raise out_of_range(field, f"must be in the range [{low}, {high}]")
        return value

    return check


def choice(*values: Any) -> Check:
    def check(field: str, value: Any) -> Any:
        if not any(value == one and type(value) is type(one) for one in values):
            raise invalid(field, f"must be one of {', '.join(map(str, values))}")
        return value

    return check


def list_of(each: Check, least: int = 0) -> Check:
    def check(field: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise invalid(field, "must be a list")
        if len(value) < least:
            raise invalid(field, f"must have at least {least} element{'s' if least > 1 else ''}")
        return [each(f"{field}[{number}]", item) for number, item in enumerate(value)]

    return check


def mapping(field: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(field, "must be an object")
    return value


def psk(field: str, value: Any) -> str:
    if not isinstance(value, str) or not _PSK.fullmatch(value):
        raise invalid(field, "must be 1 to 20 characters of 0-9 A-Z a-z _ -, and not begin with 0x or 0s")
    return value


def address(field: str, value: Any) -> str:
    try:
        return str(IPv4Address(text(field, value)))
    except AddressValueError:
        raise invalid(field, "must be an IPv4 address") from None


def public_addresses(field: str, value: Any) -> list[str]:
    addresses: list[str] = list_of(address)(field, value)
    if len(addresses) not in (1, 2, 4):
        raise invalid(field, "must be 1, 2 or 4 addresses")
    if len(set(addresses)) != len(addresses):
        raise invalid(field, "must be distinct addresses")
    for one in map(IPv4Address, addresses):
        if not one.is_global or one.is_multicast:
            raise invalid(field, f"{one} is not publicly routable")
    return addresses


def network(field: str, value: Any) -> str:
    """A range in CIDR form. Host bits are dropped: JD Cloud's own example of a destination is 172.10.2.15/16."""
    try:
        return str(IPv4Network(text(field, value), strict=False))
    except (AddressValueError, NetmaskValueError, ValueError):
        raise invalid(field, "must be an IPv4 range in CIDR form") from None


def vpc_range(field: str, value: Any) -> str:
    block = _exact_network(field, value)
    if not any(block.subnet_of(one) for one in VPC_RANGES):
        raise invalid(field, f"must lie in {', '.join(map(str, VPC_RANGES))}")
    if not 16 <= block.prefixlen <= 28:
        raise invalid(field, "must have a mask length of 16 to 28")
    return str(block)


def inside_block(field: str, value: Any) -> str:
    block = _exact_network(field, value)
    if block.prefixlen != 30:
        raise invalid(field, "must be a /30")
    if not any(block.subnet_of(one) for one in INSIDE_RANGES):
        raise invalid(field, f"must lie in {', '.join(map(str, INSIDE_RANGES))}")
    return str(block)


def prefix_of(kind: str, field: str, value: str) -> str:
    """The one prefix of a rule: a range, or the id of a prefix list."""
    if kind == "CIDR":
        return network(field, value)
    if not _PREFIX_LIST.fullmatch(value):
        raise invalid(field, "must be the id of a prefix list (pl-...)")
    return value


def prefixes_of(kind: str, field: str, value: str) -> str:
    """The comma-joined prefixes of a route propagation, written the canonical way."""
    parts = [part.strip() for part in value.split(",")]
    checked = [str(_exact_network(field, part)) if kind == "CIDR" else prefix_of(kind, field, part) for part in parts]
    if len(set(checked)) != len(checked):
        raise invalid(field, "must not name a range twice")
    return ",".join(checked)


def _exact_network(field: str, value: Any) -> IPv4Network:
    try:
        if "/" not in text(field, value):
            raise ValueError
        return IPv4Network(value)
    except (AddressValueError, NetmaskValueError, ValueError):
        raise invalid(field, "must be an IPv4 range in CIDR form, without host bits") from None
