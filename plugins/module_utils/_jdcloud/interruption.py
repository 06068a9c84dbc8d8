# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: which tunnels a change would take down, and how it is refused."""

from __future__ import annotations

import typing as t

from .._module import Failure
from .._vpn.diff import Change
from .convert import from_wire

if t.TYPE_CHECKING:
    from .client import Client

Record = dict[str, t.Any]
Params = t.Mapping[str, t.Any]


def tunnels_of(client: Client, connections: t.Collection[str]) -> list[Record]:
    """The tunnels of some connections, raw but for their keys: these never leave this function."""
    if not connections:
        return []
    tunnels = [from_wire({k: v for k, v in raw.items() if k != "psk"}) for raw in client.list("describeVpnTunnels")]
    return [tunnel for tunnel in tunnels if tunnel.get("vpn_connection_id") in connections]


def refuse_interruption(wanted: t.Sequence[tuple[str, t.Sequence[Change]]], tunnels: t.Sequence[Params]) -> t.NoReturn:
    """Interrupting differences are refused with what they are and what they interrupt. No change means removal."""
    parts = []
    for what, changes in wanted:
        listed = ", ".join(f"{change.name} from {change.before!r} to {change.after!r}" for change in changes)
        parts.append(f"{what}: changing {listed}" if changes else f"{what}: removing it")
    hit = [describe_tunnel(tunnel) for tunnel in tunnels]
    raise Failure(
        f"Refused, nothing was changed. {'; '.join(parts)} would interrupt {', '.join(hit)}. Move the traffic away and "
        "set allow_interruption to true, or take the differences out of the options.",
        changes=[change.as_dict() for _what, changes in wanted for change in changes],
        interrupts=hit,
    )


def carries(tunnel: Params) -> bool:
    """Whether a tunnel may carry traffic: only one that was set DOWN, and is down, surely does not."""
    return tunnel.get("admin_status") != "DOWN" or tunnel.get("op_status") == "UP"


def describe_tunnel(tunnel: Params) -> str:
    ident = tunnel.get("vpn_tunnel_id") or "tunnel"
    return f"{ident} ({tunnel.get('cloud_public_ip')} - {tunnel.get('customer_ip')}, {tunnel.get('op_status')})"
