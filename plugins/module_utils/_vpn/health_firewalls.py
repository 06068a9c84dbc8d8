# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: whether security groups and network ACLs let pings through. Pure.

The input are records as `_firewalls.read` returns them. A group keeps state: what it lets in may be answered. AWS's
network ACLs do not: request and answer are each looked at. Without a rule that matches nothing passes.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from .addressing import Network, networks
from .view import Resource

ECHO_REQUEST, ECHO_REPLY = 8, 0
ICMP = ("icmp", "1", 1)
EVERYTHING = ("-1", "all", "300", 300)
JDCLOUD_IN, JDCLOUD_OUT = 0, 1


@dataclass(frozen=True)
class Rule:
    """One rule that is about ICMP; `kind` is an ICMP type, None for all. Lower numbers are looked at first."""

    inbound: bool
    allow: bool
    block: Network
    number: int
    kind: int | None = None

    def __str__(self) -> str:
        return f"rule {self.number} {'allows' if self.allow else 'denies'} {self.block}"


@dataclass(frozen=True)
class Filter:
    """A security group (several count as one), or a network ACL."""

    title: str
    stateful: bool
    rules: tuple[Rule, ...]

    def blocks(self, peer: Network, inbound: bool) -> str:
        """Why pings that a peer sends (`inbound`), or that are sent to it, do not pass; empty where they do."""
        asked = self._verdict(peer, inbound, ECHO_REQUEST)
        if asked or self.stateful:
            return asked
        return self._verdict(peer, not inbound, ECHO_REPLY)

    def _verdict(self, peer: Network, inbound: bool, kind: int) -> str:
        what = "ping" if kind == ECHO_REQUEST else "ping's answer"
        words = f"{what} {'from' if inbound else 'to'} {peer}"
        for rule in sorted(self.rules, key=lambda rule: (rule.number, rule.allow)):
            if rule.inbound != inbound or rule.kind not in (None, kind) or not rule.block.overlaps(peer):
                continue
            if not rule.allow:
                return f"{self.title} denies a {words} ({rule})"
            if peer.subnet_of(rule.block):
                return ""
        return f"no rule of {self.title} admits a {words}"


@dataclass(frozen=True)
class Firewall:
    """What stands before one address; `notes` tell what could not be looked at."""

    address: str
    site: str
    filters: tuple[Filter, ...]
    notes: tuple[str, ...]

    def blocks(self, peer: str, inbound: bool) -> list[str]:
        """Everything that keeps pings of a peer (an address or a range) away, in words."""
        network = ipaddress.IPv4Network(peer)
        return [reason for item in self.filters if (reason := item.blocks(network, inbound))]


def understand(record: Resource) -> Firewall:
    """A record of `_firewalls.read`."""
    groups, acl = record.get("security_groups") or [], record.get("network_acl")
    notes = tuple(record.get("notes") or ())
    filters: list[Filter] = []
    if groups:
        names = ", ".join(str(group["id"]) for group in groups)
        title = f"security group {names}" if len(groups) == 1 else f"security groups {names}"
        read = _jdcloud_group if record["kind"] == "jdcloud" else _aws_group
        filters.append(Filter(title, True, tuple(rule for group in groups for rule in read(group))))
    if acl:
        filters.append(Filter(f"network ACL {acl['id']}", False, tuple(_aws_acl(acl))))
    return Firewall(str(record["address"]), str(record["site"]), tuple(filters), notes)


def _jdcloud_group(group: Resource) -> t.Iterator[Rule]:
    for rule in group.get("rules") or ():
        if rule.get("protocol") not in (*ICMP, *EVERYTHING) or rule.get("direction") not in (JDCLOUD_IN, JDCLOUD_OUT):
            continue
        allow = str(rule.get("rule_action") or "ALLOW").upper() == "ALLOW"
        for block in networks([rule.get("address_prefix")]):
            yield Rule(rule["direction"] == JDCLOUD_IN, allow, block, int(rule.get("priority") or 1))


def _aws_group(group: Resource) -> t.Iterator[Rule]:
    """AWS's groups only allow; rules of prefix lists and other groups are not about addresses of the other cloud."""
    for rule in group.get("rules") or ():
        protocol = str(rule.get("protocol"))
        if protocol in (*ICMP, *EVERYTHING):
            kind = None if protocol in EVERYTHING else _icmp_type(rule.get("icmp_type"))
            for block in networks(rule.get("cidrs") or ()):
                yield Rule(bool(rule["inbound"]), True, block, 0, kind)


def _aws_acl(acl: Resource) -> t.Iterator[Rule]:
    for rule in acl.get("rules") or ():
        protocol = str(rule.get("protocol"))
        if protocol in (*ICMP, *EVERYTHING):
            kind = None if protocol in EVERYTHING else _icmp_type(rule.get("icmp_type"))
            for block in networks([rule.get("cidr")]):
                yield Rule(bool(rule["inbound"]), bool(rule["allow"]), block, int(rule["number"]), kind)


def _icmp_type(value: t.Any) -> int | None:
    """AWS writes -1 for every type."""
    return None if value is None or int(value) < 0 else int(value)
