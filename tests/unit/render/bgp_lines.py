# SPDX-License-Identifier: GPL-3.0-or-later
"""What FRR's and Cisco's BGP lines have in common, read back."""

from __future__ import annotations

import re
from typing import Any

from .lines import Lines, prefixes, take, took


def session(config: Lines, name: str, peer: str, family: str) -> dict[str, Any]:
    """A neighbour of one tunnel with all that hangs on it; fails on any line that is not understood."""
    (process,) = config.tops(r"router bgp (\d+)")
    lines = [x for x in config.under(process[0]) if x.startswith(f"neighbor {peer} ")]
    (remote_asn,) = take(lines, rf"neighbor {peer} remote-as (\d+)")
    (keepalive, hold) = take(lines, rf"neighbor {peer} timers (\d+) (\d+)")
    take(lines, rf"neighbor {peer} description \S+")
    enabled = not took(lines, f"neighbor {peer} shutdown")
    took(lines, f"neighbor {peer} timers connect 10")
    assert not lines
    lines = [x for x in config.under(process[0], family) if x.startswith(f"neighbor {peer} ")]
    for word in ("activate", "next-hop-self", "soft-reconfiguration inbound"):
        take(lines, rf"neighbor {peer} {word}")
    take(lines, rf"neighbor {peer} route-map {name}-in in")
    take(lines, rf"neighbor {peer} route-map {name}-out out")
    assert not lines  # above all no allowas-in
    incoming = config.under(f"route-map {name}-in permit 10")
    (accept,) = take(incoming, r"match ip address prefix-list (\S+)")
    (preference,) = take(incoming, r"set local-preference (\d+)")
    outgoing = config.under(f"route-map {name}-out permit 10")
    (announce,) = take(outgoing, r"match ip address prefix-list (\S+)")
    prepend = take(outgoing, r"set as-path prepend (.+)")[0].split() if outgoing else []
    assert not incoming and not outgoing
    assert len(config.tops(rf"route-map {name}-(in|out) .*")) == 2
    return {
        "asns": (int(process[1]), int(remote_asn)),
        "peer": peer,
        "timers": (int(keepalive), int(hold)),
        "accept": prefixes(config, accept),
        "announce": prefixes(config, announce),
        "preference": int(preference),
        "prepend": [int(x) for x in prepend],
        "enabled": enabled,
    }


def originated(config: Lines, family: str, pattern: str) -> list[tuple[str, ...]]:
    """What the process originates."""
    (process,) = config.tops(r"router bgp (\d+)")
    lines = config.under(process[0], family)
    found = [re.fullmatch(pattern, line) for line in lines if line.startswith("network ")]
    assert all(found)
    return [match.groups() for match in found if match]
