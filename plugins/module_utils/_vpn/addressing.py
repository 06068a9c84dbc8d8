# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: inside blocks, stand-in addresses and overlapping ranges. Pure.

Inside blocks lie in 169.254.0.0/20, which both clouds accept, less the blocks that AWS reserves: 1,018 of them.
AWS takes the first usable address of a block, JD Cloud the second.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import typing as t

from .faults import Fault

Network = ipaddress.IPv4Network

POOL = ipaddress.IPv4Network("169.254.0.0/20")
# AWS, VpnTunnelOptionsSpecification.TunnelInsideCidr; its seventh, 169.254.169.252/30, lies outside the pool.
AWS_RESERVED = frozenset(ipaddress.IPv4Network(f"169.254.{n}.0/30") for n in range(6))
BLOCKS = tuple(n for n in POOL.subnets(new_prefix=30) if n not in AWS_RESERVED)
POSITION = {block: n for n, block in enumerate(BLOCKS)}
BLOCK_ALLOWED = "a /30 of 169.254.0.0/20 that is none of 169.254.0.0/30 to 169.254.5.0/30 (JD Cloud and AWS)"

# Globally routable addresses that belong to no customer: the AS112 sinks of RFC 7534 and RFC 7535. JD Cloud wants
# public addresses in a customer gateway before AWS has told its own; no tunnel is ever made to a stand-in, so no
# packet goes there.
STANDIN_POOLS = (ipaddress.IPv4Network("192.31.196.0/24"), ipaddress.IPv4Network("192.175.48.0/24"))
STANDINS = tuple(str(host) for pool in STANDIN_POOLS for host in pool.hosts())


def _number(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest(), "big")


def jdcloud_address(block: Network) -> str:
    """The inside address of the JD Cloud end."""
    return str(block[2])


def peer_address(block: Network) -> str:
    """The inside address of the other end: AWS takes the first, and so does a device in JD Cloud's own sample."""
    return str(block[1])


def choose_block(uid: str, slot: str, used: t.Collection[Network]) -> Network | None:
    """The block of a slot: a hash of link and slot, probed past blocks in use; None when all 1,018 are taken."""
    start = _number("inside", uid, slot) % len(BLOCKS)
    for step in range(len(BLOCKS)):
        block = BLOCKS[(start + step) % len(BLOCKS)]
        if block not in used:
            return block
    return None


def parse_block(value: t.Any, place: str) -> tuple[Network | None, list[Fault]]:
    """A block of the inventory's own choice."""
    try:
        block = ipaddress.IPv4Network(str(value))
    except ValueError:
        block = None
    if block in POSITION:
        return block, []
    return None, [
        Fault(place, f"{value!r} is not an inside block for both clouds", BLOCK_ALLOWED, "choose another one")
    ]


def standins(uid: str, count: int = 4) -> list[str]:
    """Stand-in public addresses of a link: distinct, and unlike other links', since equal gateways may clash."""
    chosen: list[str] = []
    step = 0
    while len(chosen) < count:
        address = STANDINS[_number("stand-in", uid, str(step)) % len(STANDINS)]
        if address not in chosen:
            chosen.append(address)
        step += 1
    return chosen


def is_standin(address: str) -> bool:
    """Whether an address is one that we put in only until AWS has told its own."""
    return any(ipaddress.IPv4Address(address) in pool for pool in STANDIN_POOLS)


def parse_range(value: t.Any, place: str) -> tuple[Network | None, list[Fault]]:
    """An IPv4 range of a site."""
    allowed = "an IPv4 network without host bits, such as 10.1.0.0/16"
    try:
        network = ipaddress.IPv4Network(str(value))
    except ValueError as exc:
        return None, [Fault(place, f"{value!r} is not a range ({exc})", allowed, "correct it")]
    if network.prefixlen == 0:
        return None, [Fault(place, "0.0.0.0/0 is not the range of a site", allowed, "name the site's own networks")]
    return network, []


def networks(values: t.Iterable[t.Any]) -> list[Network]:
    """The IPv4 networks among what a cloud answers; IPv6, and what is no network, is no concern of a link."""
    found = []
    for value in values:
        with contextlib.suppress(ValueError):
            found.append(ipaddress.IPv4Network(str(value).strip(), strict=False))
    return found


def sorted_addresses(values: t.Iterable[t.Any] | None) -> list[str]:
    """IPv4 addresses in the order of their numbers."""
    return [str(address) for address in sorted(ipaddress.IPv4Address(str(value)) for value in values or ())]


def overlaps(ranges: t.Mapping[str, t.Sequence[Network]]) -> list[tuple[str, Network, str, Network]]:
    """Every pair of ranges of different owners that overlap."""
    flat = sorted(
        ((network, owner) for owner, networks in ranges.items() for network in networks),
        key=lambda item: (int(item[0].network_address), item[0].prefixlen, item[1]),
    )
    found: list[tuple[str, Network, str, Network]] = []
    open_ranges: list[tuple[Network, str]] = []
    for network, owner in flat:
        open_ranges = [o for o in open_ranges if o[0].broadcast_address >= network.network_address]
        found.extend((other, o_net, owner, network) for o_net, other in open_ranges if other != owner)
        open_ranges.append((network, owner))
    return found
