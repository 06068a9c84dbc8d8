# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the two tunnels of an AWS VPN connection: which is which, and what differs. Pure."""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass

from .._module import Failure
from .._vpn.diff import Change, differences
from .._vpn.faults import Fault
from .fields import VPN_TUNNEL
from .transform import LOG, TUNNEL_NAMES, tunnel_request

Record = dict[str, t.Any]

PSK = re.compile(r"[A-Za-z1-9._][A-Za-z0-9._]{7,63}")
INSIDE = ipaddress.ip_network("169.254.0.0/16")
RESERVED = {ipaddress.ip_network(f"169.254.{n}.0/30") for n in range(6)} | {ipaddress.ip_network("169.254.169.252/30")}
INSIDE_V6 = ipaddress.ip_network("fd00::/8")
RANGES: dict[str, tuple[int, int | None]] = {
    "phase1_lifetime_seconds": (900, 28800),
    "phase2_lifetime_seconds": (900, 3600),
    "rekey_margin_time_seconds": (60, 1800),
    "rekey_fuzz_percentage": (0, 100),
    "replay_window_size": (64, 2048),
    "dpd_timeout_seconds": (30, None),
}
KEEP, WRITE = "keep", "write"


def faults(tunnels: t.Sequence[Record]) -> list[Fault]:
    """What AWS would refuse in `tunnel_options`, found before any call."""
    found = []
    if len(tunnels) > 2:
        found.append(Fault("tunnel_options", f"has {len(tunnels)} entries", "at most 2", "remove the others"))
    for name in ("tunnel_inside_cidr", "outside_ip_address"):
        values = [tunnel[name] for tunnel in tunnels if tunnel.get(name)]
        if len(set(values)) < len(values):
            found.append(Fault("tunnel_options", f"gives {name} {values[0]} twice", "", "give each tunnel its own"))
    for number, tunnel in enumerate(tunnels):
        found += _tunnel_faults(tunnel, f"tunnel_options[{number}]")
    return found


def _tunnel_faults(tunnel: Record, place: str) -> list[Fault]:
    found = []
    key = tunnel.get("pre_shared_key")
    if key is not None and not PSK.fullmatch(key):
        allowed = "8 to 64 letters, digits, '.' and '_', not starting with 0"
        found.append(Fault(f"{place}.pre_shared_key", "is not a key that AWS accepts", allowed, "choose another one"))
    for name, (low, high) in RANGES.items():
        value = tunnel.get(name)
        if value is not None and (value < low or (high is not None and value > high)):
            allowed = f"{low} to {high}" if high is not None else f"{low} or more"
            found.append(Fault(f"{place}.{name}", f"{value} is out of range", allowed, "choose a value in it"))
    phase1, phase2 = tunnel.get("phase1_lifetime_seconds"), tunnel.get("phase2_lifetime_seconds")
    if phase1 is not None and phase2 is not None and phase2 >= phase1:
        problem = f"{phase2} is not below phase1_lifetime_seconds {phase1}"
        found.append(Fault(f"{place}.phase2_lifetime_seconds", problem, "", "lower it, or raise the other"))
    found += _cidr_faults(tunnel, place)
    return found


def _cidr_faults(tunnel: Record, place: str) -> list[Fault]:
    found = []
    cidr, cidr6 = tunnel.get("tunnel_inside_cidr"), tunnel.get("tunnel_inside_ipv6_cidr")
    if cidr and not _fits(cidr, INSIDE, 30):
        allowed = "a /30 of 169.254.0.0/16 but for 169.254.0.0/30 to 169.254.5.0/30 and 169.254.169.252/30"
        found.append(Fault(f"{place}.tunnel_inside_cidr", f"{cidr} is not accepted by AWS", allowed, "choose another"))
    if cidr6 and not _fits(cidr6, INSIDE_V6, 126):
        allowed = "a /126 of fd00::/8"
        place6 = f"{place}.tunnel_inside_ipv6_cidr"
        found.append(Fault(place6, f"{cidr6} is not accepted by AWS", allowed, "choose another"))
    return found


def _fits(cidr: str, inside: t.Any, prefix: int) -> bool:
    try:
        network = ipaddress.ip_network(cidr)
    except ValueError:
        return False
    return (
        network.version == inside.version
        and network.prefixlen == prefix
        and network.subnet_of(inside)
        and network not in RESERVED
    )


@dataclass(frozen=True)
class TunnelChange:
    """What must change on one existing tunnel."""

    tunnel: Record
    desired: Record
    changes: list[Change]

    @property
    def outside(self) -> str:
        return str(self.tunnel["outside_ip_address"])

    @property
    def interrupts(self) -> bool:
        return any(change.field.interrupts for change in self.changes)

    def request(self) -> Record:
        """The options for ModifyVpnTunnelOptions: what differs, and all of the log's options if one of them does."""
        names = {change.name for change in self.changes}
        logs = {name for name, (_aws, form) in TUNNEL_NAMES.items() if form == LOG}
        if names & logs:
            names |= logs
        return tunnel_request({name: self.desired.get(name) for name in names})

    def as_list(self) -> list[Record]:
        return [{"tunnel": self.outside, **change.as_dict()} for change in self.changes]


def comparable(desired: Record, tunnel: Record, unreadable: str) -> Record:
    """What is compared of a tunnel's options: a key that AWS does not show is left alone unless it shall be written."""
    if tunnel["pre_shared_key_readable"] or unreadable == WRITE:
        return desired
    return {name: value for name, value in desired.items() if name != "pre_shared_key"}


def compare(wanted: t.Sequence[Record], connection: Record, unreadable: str) -> list[TunnelChange]:
    """The tunnels that differ, in the order of their outside addresses."""
    result = []
    for desired, tunnel in join(wanted, connection):
        changes = differences(VPN_TUNNEL, comparable(desired, tunnel, unreadable), tunnel)
        if changes:
            result.append(TunnelChange(tunnel, desired, changes))
    return sorted(result, key=lambda change: connection["tunnels"].index(change.tunnel))


def not_compared(wanted: t.Sequence[Record], connection: Record, unreadable: str) -> list[str]:
    """The outside addresses of tunnels whose key was given but could not be compared."""
    if unreadable == WRITE:
        return []
    return sorted(
        tunnel["outside_ip_address"]
        for desired, tunnel in join(wanted, connection)
        if desired.get("pre_shared_key") and not tunnel["pre_shared_key_readable"]
    )


def join(wanted: t.Sequence[Record], connection: Record) -> list[tuple[Record, Record]]:
    """Each wanted tunnel with the existing one that it means: by inside block, else by outside address, else because it
    already is as wanted, else because one is left of either. Never by the order of a list."""
    free: list[Record] = list(connection["tunnels"])
    pairs: list[tuple[Record, Record]] = []
    left = list(wanted)
    for match in (_same_inside, _same_outside, _is_as_wanted):
        for desired in list(left):
            tunnel = next((item for item in free if match(desired, item)), None)
            if tunnel is not None:
                _refuse_contradiction(desired, tunnel, connection)
                pairs.append((desired, tunnel))
                left = [item for item in left if item is not desired]
                free = [item for item in free if item is not tunnel]
    if len(left) == len(free) == 1 and len(wanted) > 1 and not left[0].get("outside_ip_address"):
        return [*pairs, (left[0], free[0])]
    if left:
        names = ("tunnel_inside_cidr", "tunnel_inside_ipv6_cidr", "outside_ip_address")
        meant = [next((d[name] for name in names if d.get(name)), "an entry without address") for d in left]
        raise Failure(
            f"tunnel_options of {connection['vpn_connection_id']}: which tunnel does {', '.join(meant)} mean? "
            f"It has {', '.join(_describe(tunnel) for tunnel in connection['tunnels'])}. "
            "Remedy: give the tunnel_inside_cidr that the tunnel has, or its outside_ip_address."
        )
    return pairs


def _describe(tunnel: Record) -> str:
    return f"{tunnel['outside_ip_address']} ({tunnel['tunnel_inside_cidr'] or tunnel['tunnel_inside_ipv6_cidr']})"


def _refuse_contradiction(desired: Record, tunnel: Record, connection: Record) -> None:
    outside = desired.get("outside_ip_address")
    if outside and outside != tunnel["outside_ip_address"]:
        raise Failure(
            f"tunnel_options of {connection['vpn_connection_id']}: the inside block given for tunnel {outside} is that "
            f"of tunnel {_describe(tunnel)}. Remedy: correct one of the two."
        )


def _same_inside(desired: Record, tunnel: Record) -> bool:
    blocks = {name: desired.get(name) for name in ("tunnel_inside_cidr", "tunnel_inside_ipv6_cidr")}
    return any(blocks.values()) and not differences(VPN_TUNNEL, blocks, tunnel)


def _same_outside(desired: Record, tunnel: Record) -> bool:
    return bool(desired.get("outside_ip_address")) and desired["outside_ip_address"] == tunnel["outside_ip_address"]


def _is_as_wanted(desired: Record, tunnel: Record) -> bool:
    return not desired.get("outside_ip_address") and not differences(
        VPN_TUNNEL, comparable(desired, tunnel, KEEP), tunnel
    )
