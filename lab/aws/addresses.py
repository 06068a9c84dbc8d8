# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of tunnels: outside ones that this cloud hands out, inside /30 blocks that AWS accepts or picks."""

from __future__ import annotations

import random
from collections.abc import Collection
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

from lab.aws.errors import invalid_value

_LINK_LOCAL = IPv4Network("169.254.0.0/16")
_RESERVED = {IPv4Network(f"169.254.{third}.0/30") for third in range(6)} | {IPv4Network("169.254.169.252/30")}
_BLOCKS = [block for block in _LINK_LOCAL.subnets(new_prefix=30) if block not in _RESERVED]

# Ranges that AWS's VPN endpoints really live in: globally routable, as a customer gateway elsewhere insists.
_OUTSIDE = {
    "aws": [IPv4Network(text) for text in ("3.208.0.0/12", "18.192.0.0/12", "34.192.0.0/12", "52.20.0.0/14")],
    "aws-cn": [IPv4Network(text) for text in ("52.80.0.0/14", "54.222.0.0/16", "161.189.0.0/16")],
}


class OutsideAddresses:
    """Hands out public addresses, each once, whichever account or region asks."""

    def __init__(self) -> None:
        self._given: set[IPv4Address] = set()

    def allocate(self, partition: str) -> str:
        while True:
            network = random.choice(_OUTSIDE[partition])
            address = network[random.randrange(1, network.num_addresses - 1)]
            # A last octet of 0 or 255 is legal here, but some devices refuse it, and AWS gives none.
            if address not in self._given and 0 < address.packed[3] < 255:
                self._given.add(address)
                return str(address)

    def given(self) -> set[IPv4Address]:
        return set(self._given)

    def never_again(self, addresses: set[IPv4Address]) -> None:
        self._given |= addresses

    def reset(self) -> None:
        self._given.clear()


def check_inside_cidr(text: str, used: Collection[str]) -> None:
    try:
        block = IPv4Network(text)
    except (AddressValueError, NetmaskValueError, ValueError):
        raise invalid_value(f"The value '{text}' for TunnelInsideCidr is not a valid CIDR block") from None
    if block.prefixlen != 30 or not block.subnet_of(_LINK_LOCAL):
        raise invalid_value(f"TunnelInsideCidr {text} must be a size /30 CIDR block from the 169.254.0.0/16 range")
    if block in _RESERVED:
        raise invalid_value(f"TunnelInsideCidr {text} is reserved and cannot be used")
    if str(block) in used:
        raise invalid_value(f"TunnelInsideCidr {text} is already in use by a VPN connection of the same gateway")


def pick_inside_cidr(used: Collection[str]) -> str:
    """A block as AWS picks them: anywhere in 169.254.0.0/16, so rarely one that JD Cloud would take."""
    return random.choice([text for block in _BLOCKS if (text := str(block)) not in used])
