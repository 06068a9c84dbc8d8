# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: how Cisco IOS-XE writes what is rendered for it, and which of its lines are ours.

Everything of a tunnel is named after its number, `icv17`. What has no name of its own is ours through what names it: a
BGP neighbour through its route maps, a range that BGP originates through our own prefix lists. What belongs to none of
them is the operator's. Pure.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from .._render.cisco_iosxe import FIRST_ISAKMP_POLICY
from .._render.wording import ANCHOR_DISTANCE, FIRST_INTERFACE
from .line_tree import Dialect, Path
from .stand_ins import ANOTHER, TOKEN, Mask

KEY = re.compile(r"(pre-shared-key(?: address \S+ key)?)(?: ([067]))? (\S+)$")
_ENCRYPTED = ("6", "7")
_NEIGHBOR = re.compile(r"neighbor (\S+)(?: |$)")
_ROUTE_MAP = re.compile(r"neighbor (\S+) route-map icv(\d+)-(?:in|out) ")
_ANNOUNCED = re.compile(r"ip prefix-list icv(\d+)-announce seq \d+ permit (\S+)")
_DESCRIPTION = re.compile(r"description intercloud\.vpn (\S+) (\S+)$")
_NAMED = re.compile(
    r"(?:crypto (?:ikev2 (?:keyring|profile)|keyring|isakmp profile|ipsec (?:transform-set|profile)) icv(\d+)(?: |$)"
    r"|ip prefix-list icv(\d+)-(?:accept|announce) |route-map icv(\d+)-(?:in|out) )"
)
_NUMBERED = re.compile(r"(interface Tunnel|ip route \S+ \S+ Tunnel|crypto isakmp policy )(\d+)\b")
_SHARED_IKE = re.compile(r"crypto ikev2 (?:policy|proposal) icv-")
_ANCHOR = re.compile(rf"ip route (\S+) (\S+) Null0 {ANCHOR_DISTANCE}$")
_NETWORK = re.compile(r"network (\S+) mask (\S+)$")
# What is named goes after what names it.
_ORDER = (
    r"neighbor ",
    r"network ",
    r"router bgp ",
    r"route-map ",
    r"ip prefix-list ",
    r"ip route ",
    r"interface ",
    r"set (?:ikev2|isakmp)-profile ",
    r"crypto ipsec profile ",
    r"crypto ipsec transform-set ",
    r"crypto (?:ikev2|isakmp) profile ",
    r"crypto (?:ikev2 )?keyring ",
    r"crypto isakmp policy ",
    r"proposal |match |pre-shared-key",
    r"crypto ikev2 policy ",
    r"crypto ikev2 proposal ",
    r"zone security ",
)


def _canonical(line: str) -> str:
    """Older and newer releases abbreviate differently."""
    line = re.sub(r"^encr aes", "encryption aes", line)
    line = re.sub(r"^encryption aes$", "encryption aes 128", line)
    return re.sub(r"^(crypto ipsec transform-set \S+ esp-aes) 128 ", r"\1 ", line)


DIALECT = Dialect(
    canonical=_canonical,
    slots=re.compile(
        r"(neighbor \S+ route-map )\S+ (in|out)$"
        r"|(neighbor \S+ (?:remote-as|description|timers(?= \d)))"
        r"|(set (?:local-preference|as-path prepend))|(bgp router-id)"
        r"|(set (?:security-association lifetime (?:seconds|kilobytes)|transform-set|pfs|ikev2-profile|isakmp-profile))"
        r"|(ip (?:address|mtu|tcp adjust-mss)|tunnel (?:source|mode|destination|protection))"
        r"|(authentication (?:remote|local)|identity local|keyring|lifetime|dpd|keepalive|mode|description)\b"
        r"|(zone-member security|encryption|integrity|hash|group|authentication(?= pre-share$))\b"
        r"|(pre-shared-key(?: address \S+)?) |(address)(?= \d)"
    ),
    hidden=re.compile(
        r"hash sha|lifetime 86400|mode tunnel|self-identity address|encryption aes 128"
        r"|set security-association lifetime seconds 3600"
    ),
    order=[re.compile(pattern) for pattern in _ORDER],
    late=re.compile(r"proposal |match |crypto ikev2 (?:policy|proposal) |zone security "),
    retyped=re.compile(r"crypto ipsec transform-set \S+"),
)


class Ours:
    """Tells whose a line is.

    `kept` are the numbers of tunnels that are to be left as the device has them; with any of them what tunnels share is
    not taken away. `also` are lines that are ours because the model says so.
    """

    def __init__(
        self,
        present: t.Iterable[Path],
        want: t.Iterable[Path],
        asn: int,
        own_process: bool,
        kept: t.Collection[int] = (),
        also: t.Collection[str] = (),
    ) -> None:
        lines = [*present, *want]
        self.process = f"router bgp {asn}"
        self.numbers = {number for path in lines if (number := named(path[0])) is not None}
        self.kept = set(kept)
        self.own_process = own_process and not self.kept
        self.also = also
        self.neighbors: dict[str, int] = {}
        announced: dict[str, set[int]] = {}
        for path in lines:
            if path[0] == self.process and (peer := _ROUTE_MAP.match(path[-1])):
                self.neighbors[peer[1]] = int(peer[2])
            if entry := _ANNOUNCED.match(path[-1]):
                announced.setdefault(entry[2], set()).add(int(entry[1]))
        self.originated = {prefix for prefix, by in announced.items() if not by & self.kept}

    def __call__(self, path: Path) -> str:
        """What of ours the line belongs to: `icv17`, `shared`; empty where it is the operator's."""
        number = self._number(path)
        if number is not None:
            return f"icv{number}" if number in self.numbers and number not in self.kept else ""
        return "shared" if not self.kept and self._shared(path) else ""

    def _number(self, path: Path) -> int | None:
        if (number := named(path[0])) is not None:
            return number
        if match := _NUMBERED.match(path[0]):
            first = FIRST_ISAKMP_POLICY if match[1].startswith("crypto") else FIRST_INTERFACE
            return int(match[2]) - first if int(match[2]) >= first else None
        if path[0] == self.process and (peer := _NEIGHBOR.match(path[-1])):
            return self.neighbors.get(peer[1])
        return None

    def _shared(self, path: Path) -> bool:
        if path[0] == self.process:
            if len(path) == 1 or path[1].startswith("bgp router-id "):
                return self.own_process
            entry = _NETWORK.match(path[-1])
            return entry is not None and _prefix(*entry.groups()) in self.originated
        if anchor := _ANCHOR.match(path[0]):
            return _prefix(*anchor.groups()) in self.originated
        return path[0] in self.also or _SHARED_IKE.match(path[0]) is not None


def named(line: str) -> int | None:
    """The number of the tunnel that the line of a thing of ours names."""
    match = _NAMED.match(line)
    return int(match[match.lastindex or 0]) if match else None


def tunnels(present: t.Iterable[Path]) -> dict[int, tuple[str, str]]:
    """By number which tunnels there are: `UID-SLOT`, and which key it has, as its interface's description says."""
    found = {}
    for path in present:
        interface = _NUMBERED.match(path[0])
        if interface and len(path) > 1 and (told := _DESCRIPTION.match(path[1])):
            found[int(interface[2]) - FIRST_INTERFACE] = (told[1], told[2])
    return found


def without_keys(
    present: t.Mapping[Path, None],
    want: t.Iterable[Path],
    keys: t.Mapping[str, str],
    wanted_marks: t.Mapping[int, str],
    mask: Mask,
) -> dict[Path, None]:
    """The device's lines with stand-ins for the keys. A key that is shown encrypted is judged by its mark."""
    wanted = {(*p[:-1], KEY.sub(r"\1", p[-1])): p for p in want if KEY.match(p[-1])}
    have = {number: mark for number, (_name, mark) in tunnels(present).items()}
    found: dict[Path, None] = {}
    for there in present:
        path = there
        if shown := KEY.match(path[-1]):
            _head, kind, text = shown.groups()
            stand_in = wanted.get((*path[:-1], shown[1]))
            token = TOKEN.search(stand_in[-1]) if stand_in else None
            number = named(path[0])
            same_mark = number is not None and number in have and have[number] == wanted_marks.get(number)
            if stand_in and token and (same_mark if kind in _ENCRYPTED else text == keys[token[1]]):
                path = stand_in
            elif number is not None:
                mask.hide(text, ANOTHER)
                path = (*path[:-1], f"{shown[1]} {ANOTHER}")
        found[path] = None
    return found


def _prefix(address: str, mask: str) -> str:
    """`10.1.0.0` and `255.255.0.0` as `10.1.0.0/16`, as prefix lists have it."""
    return str(ipaddress.IPv4Network(f"{address}/{mask}", strict=False))
