# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: pings between probe hosts: which to send, what came of them, what that means. Pure.

Each direction is pinged twice: small packets, and packets as large as the tunnel's MTU that must not be fragmented.
"""

from __future__ import annotations

import ipaddress
import re
import shlex
import typing as t

from .desired import Ranges
from .faults import Fault
from .health_finding import ERROR, FIREWALL, INFO, MTU, PING, WARNING, Finding
from .health_firewalls import Firewall
from .links import Link

Record = dict[str, t.Any]

# JD Cloud asks for 1400 and does no path MTU discovery; headers of IPv4 and ICMP take 28 bytes.
TUNNEL_MTU = 1400
HEADERS = 28
SMALL, LARGE = "small", "large"
PROBE_KEYS = ("host", "site", "address")

_COUNTS = re.compile(r"(\d+) packets transmitted, (\d+) (?:packets )?received")
_ROUND_TRIP = re.compile(r"= [\d.]+/([\d.]+)/")


def probe_faults(probes: t.Sequence[t.Mapping[str, t.Any]], sites: t.Collection[str]) -> list[Fault]:
    """What is wrong with a list of probes."""
    faults = []
    for n, probe in enumerate(probes):
        place = f"probes[{n}]"
        if probe.get("site") not in sites:
            allowed = ", ".join(sorted(sites))
            faults.append(Fault(f"{place}.site", f"{probe.get('site')!r} is no known site", allowed, "correct it"))
        try:
            ipaddress.IPv4Address(str(probe.get("address")))
        except ValueError:
            text = f"{probe.get('address')!r} is no IPv4 address"
            faults.append(
                Fault(f"{place}.address", text, "the probe's own address inside its VPC", "set vpn_probe_address")
            )
    return faults


def plan(
    probes: t.Sequence[t.Mapping[str, t.Any]], link: str, ends: t.Sequence[str], count: int, deadline: int, mtu: int
) -> list[Record]:
    """Every ping of a link: both ways between every pair of probes of its two ends, small and large."""
    found = []
    here, there = ([p for p in probes if p["site"] == end] for end in ends)
    for source, target in [(a, b) for a in here for b in there] + [(b, a) for a in here for b in there]:
        for size in (SMALL, LARGE):
            large = ["-M", "do", "-s", str(mtu - HEADERS)] if size == LARGE else []
            # In the C locale, because the answer is read; -w is the deadline of the whole.
            words = ["ping", "-n", "-q", "-c", str(count), "-i", "0.2", "-W", "2", "-w", str(deadline), *large]
            found.append(
                {
                    "link": link,
                    "size": size,
                    "host": source["host"],
                    "from_site": source["site"],
                    "from_address": source["address"],
                    "to_site": target["site"],
                    "to_address": target["address"],
                    "command": "LC_ALL=C " + shlex.join([*words, str(target["address"])]),
                }
            )
    return found


def batches(pings: t.Iterable[Record]) -> list[Record]:
    """One command for each probe, which sends all its pings at once; every line tells which ping it is about."""
    by_host: dict[str, list[Record]] = {}
    for ping in pings:
        by_host.setdefault(str(ping["host"]), []).append(ping)
    return [
        {
            "host": host,
            "pings": mine,
            "command": "\n".join(
                [*(f"{{ {ping['command']}; }} 2>&1 | sed 's/^/{n} /' &" for n, ping in enumerate(mine)), "wait"]
            ),
        }
        for host, mine in by_host.items()
    ]


def outcomes(batch: t.Mapping[str, t.Any], result: t.Mapping[str, t.Any]) -> list[Record]:
    """What came of the pings of a batch."""
    lines = str(result.get("stdout") or "").splitlines()
    found = []
    for n, ping in enumerate(batch["pings"]):
        own = [line.partition(" ")[2] for line in lines if line.partition(" ")[0] == str(n)]
        found.append(outcome(ping, {**result, "stdout": "\n".join(own)}))
    return found


def outcome(ping: t.Mapping[str, t.Any], result: t.Mapping[str, t.Any]) -> Record:
    """A ping with what came of it; `error` where the probe could not even send."""
    kept = {key: ping[key] for key in ("link", "size", "from_site", "from_address", "to_site", "to_address")}
    output = str(result.get("stdout") or "")
    counts, times = _COUNTS.search(output), _ROUND_TRIP.search(output)
    error = ""
    if result.get("unreachable"):
        error = f"probe host {ping['host']} can't be reached: {str(result.get('msg') or '').strip()}"
    elif counts is None:
        said = str(result.get("stderr") or result.get("msg") or output).strip().splitlines()
        error = f"ping does not run on probe host {ping['host']}: {said[-1] if said else 'it said nothing'}"
    return {
        **kept,
        "sent": int(counts[1]) if counts else 0,
        "received": int(counts[2]) if counts else 0,
        "average_ms": float(times[1]) if times else None,
        "error": error,
    }


def unanswered(ping: t.Mapping[str, t.Any]) -> bool:
    """Whether small packets got no answer at all, so that something may filter."""
    return ping["size"] == SMALL and not ping["received"]


def judge(
    link: Link,
    pings: t.Sequence[t.Mapping[str, t.Any]],
    firewalls: t.Mapping[tuple[str, str], Firewall],
    healthy: bool,
    mtu: int,
) -> list[Finding]:
    """What the pings of a link mean; `healthy` where nothing else is wrong with the link."""
    ways: dict[tuple[str, str, str, str], dict[str, t.Mapping[str, t.Any]]] = {}
    for ping in pings:
        way = (ping["from_site"], ping["from_address"], ping["to_site"], ping["to_address"])
        ways.setdefault(way, {})[ping["size"]] = ping
    findings: list[Finding] = []
    for (from_site, source, to_site, target), sizes in ways.items():
        words = f"{from_site} {source} → {to_site} {target}"
        ends = (firewalls.get((from_site, source)), target, False), (firewalls.get((to_site, target)), source, True)
        findings += _way(link.name, words, sizes, ends, healthy, mtu)
    return findings


# What stands before an address (None: unknown), its peer, and whether the peer is the one that pings.
Standing: t.TypeAlias = "tuple[Firewall | None, str, bool]"


def _way(
    link: str,
    way: str,
    sizes: t.Mapping[str, t.Mapping[str, t.Any]],
    ends: t.Sequence[Standing],
    healthy: bool,
    mtu: int,
) -> list[Finding]:
    small, large = sizes.get(SMALL), sizes.get(LARGE)
    error = next((ping["error"] for ping in sizes.values() if ping.get("error")), "")
    if error:
        return [Finding(ERROR, link, "", PING, f"{way}: {error}", "see that Ansible reaches it and that it has ping")]
    if small is not None and unanswered(small):
        text = f"{way}: none of {small['sent']} pings was answered"
        if not healthy:
            return [Finding(ERROR, link, "", PING, text, "mend what is said of the link first")]
        return _silence(link, text, ends)
    found = []
    if large is not None and not large["received"]:
        size = f"{mtu - HEADERS} bytes that must not be fragmented (MTU {mtu})"
        text = f"{way}: small pings are answered, {size} are not"
        remedy = (
            "lower the MTU of the hosts' route and clamp TCP's MSS to 40 below it; nothing on the way tells the MTU"
        )
        found.append(Finding(ERROR, link, "", MTU, text, remedy))
    if small is not None and small["received"] < small["sent"]:
        lost = 100 * (small["sent"] - small["received"]) // small["sent"]
        text = f"{way}: {lost} % of {small['sent']} pings were lost"
        found.append(Finding(WARNING, link, "", PING, text, "look again in a minute; routes may have moved just now"))
    return found


def _silence(link: str, text: str, ends: t.Sequence[Standing]) -> list[Finding]:
    """Nothing else is wrong, so something filters."""
    found = firewalls(link, ends, ERROR)
    notes = [note for firewall, _peer, _inbound in ends if firewall for note in firewall.notes]
    if any(finding.verdict == FIREWALL for finding in found):
        return [Finding(INFO, link, "", PING, text), *found]
    text += ", though tunnels, routes and every group and ACL that could be read are in order"
    remedy = "look at the hosts' own firewalls" + (f"; not looked at: {'; '.join(notes)}" if notes else "")
    return [Finding(ERROR, link, "", PING, text, remedy)]


def firewalls(link: str, ends: t.Iterable[Standing], level: str) -> list[Finding]:
    """What keeps pings away at either end."""
    remedy = "let ICMP through there (all types: fragmentation needed counts too)"
    return [
        Finding(level, link, "", FIREWALL, f"{firewall.site} {firewall.address}: {reason}", remedy)
        for firewall, peer, inbound in ends
        if firewall is not None
        for reason in firewall.blocks(peer, inbound)
    ]


def expected(link: Link, ranges: Ranges, known: t.Mapping[tuple[str, str], Firewall], pinged: bool) -> list[Finding]:
    """What would keep pings away, where none were sent: between the probes, or from the ranges of the other end."""
    if pinged:
        return []
    findings: dict[Finding, None] = {}
    for firewall in known.values():
        far, far_ranges = (
            (link.far.name, ranges.far) if firewall.site == link.near.name else (link.near.name, ranges.near)
        )
        for peer in [other.address for other in known.values() if other.site == far] or far_ranges:
            for inbound in (True, False):
                findings.update(dict.fromkeys(firewalls(link.name, [(firewall, peer, inbound)], WARNING)))
    return list(findings)
