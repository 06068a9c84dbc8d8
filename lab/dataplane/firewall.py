# SPDX-License-Identifier: GPL-3.0-or-later
"""Packet rules → nftables: stateful security groups on a machine, stateless network ACLs at a subnet's edge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lab.dataplane.model import PacketRule, Subnet


def security_groups(rules: Sequence[PacketRule]) -> str:
    """What no rule admits is dropped; answers to what was admitted pass."""
    return _table(
        "groups",
        {
            chain: [
                f"type filter hook {hook} priority 0; policy drop;",
                'iifname "lo" accept' if hook == "input" else 'oifname "lo" accept',
                "ct state established,related accept",
                *_lines((rule for rule in rules if rule.inbound == inbound), far="saddr" if inbound else "daddr"),
            ]
            for chain, hook, inbound in (("in", "input", True), ("out", "output", False))
        },
    )


def network_acls(ports: Iterable[tuple[str, Subnet]]) -> str:
    """Each subnet's ACL on what enters and leaves it; `ports` are the interfaces of its machines."""
    by_subnet: dict[str, tuple[Subnet, list[str]]] = {}
    for port, subnet in ports:
        by_subnet.setdefault(subnet.key, (subnet, []))[1].append(port)
    chains: dict[str, list[str]] = {}
    forward = ["type filter hook forward priority 0; policy accept;"]
    for number, (subnet, names) in enumerate(by_subnet.values()):
        if subnet.acl is None:
            continue
        members = "{ " + ", ".join(f'"{name}"' for name in names) + " }"
        for chain, inbound, where in (
            (f"in{number}", True, f"oifname {members} iifname != {members}"),
            (f"out{number}", False, f"iifname {members} oifname != {members}"),
        ):
            rules = [rule for rule in subnet.acl if rule.inbound == inbound]
            # `return`, not `accept`: the packet may have another subnet's ACL to pass.
            lines = _lines(rules, far="saddr" if inbound else "daddr", verdict="return")
            chains[chain] = [*lines, "drop"]
            forward.append(f"{where} jump {chain}")
    return _table("acls", {**chains, "forward": forward})


def _lines(rules: Iterable[PacketRule], far: str, verdict: str = "accept") -> list[str]:
    lines = []
    for rule in rules:
        match = f"ip {far} {{ {', '.join(rule.ranges)} }}"
        if rule.protocol == "icmp":
            kind, code = rule.icmp or (-1, -1)
            match += " meta l4proto icmp" if kind == -1 else f" icmp type {kind}"
            match += f" icmp code {code}" if code != -1 else ""
        elif rule.protocol != "all":
            match += f" {rule.protocol} dport {rule.ports[0]}-{rule.ports[1]}" if rule.ports else ""
            match += f" meta l4proto {rule.protocol}" if not rule.ports else ""
        lines.append(f"{match} {verdict if rule.allow else 'drop'}")
    return lines


def _table(name: str, chains: dict[str, list[str]]) -> str:
    text = [f"table inet {name} {{"]
    for chain, lines in chains.items():
        text += [f"  chain {chain} {{", *(f"    {line}" for line in lines), "  }"]
    return "\n".join([*text, "}", ""])


def border(connection_devices: Sequence[str], forwards: bool, longest: int | None) -> str:
    """A gateway: whether it forwards between connections, and a fault that loses long packets without a word."""
    lines = ["type filter hook forward priority 0; policy accept;"]
    if connection_devices:
        devices = "{ " + ", ".join(f'"{name}"' for name in connection_devices) + " }"
        if not forwards:
            lines.append(f"iifname {devices} oifname {devices} drop")
        if longest is not None:
            lines += [
                f"iifname {devices} meta length > {longest} drop",
                f"oifname {devices} meta length > {longest} drop",
            ]
    # Neither cloud does path MTU discovery: a packet that is too long is lost without a word.
    silent = [
        "type filter hook output priority 0; policy accept;",
        "icmp type destination-unreachable icmp code 4 drop",
    ]
    return _table("border", {"forward": lines, "output": silent})


def black_holes(addresses: Iterable[str]) -> str:
    """The Internet: what comes from or goes to these addresses vanishes."""
    lines = ["type filter hook forward priority 0; policy accept;"]
    dead = ", ".join(sorted(addresses))
    if dead:
        lines += [f"ip saddr {{ {dead} }} drop", f"ip daddr {{ {dead} }} drop"]
    return _table("internet", {"forward": lines})
