# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: how an AWS VPN connection differs from what is asked for, and how it is changed."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._module import Failure
from .._vpn.diff import Change, differences, immutable_message
from . import tags, tunnels, waiters
from .errors import ApiFailure
from .fields import VPN_CONNECTION
from .transform import CONNECTION_NAMES, public
from .tunnels import TunnelChange

if t.TYPE_CHECKING:
    from .api import Ec2

Params = dict[str, t.Any]
Record = dict[str, t.Any]

# What ModifyVpnConnectionOptions changes; the rest of the options is fixed at create.
OPTIONS_CHANGED_LATER = (
    "local_ipv4_network_cidr",
    "remote_ipv4_network_cidr",
    "local_ipv6_network_cidr",
    "remote_ipv6_network_cidr",
    "tunnel_bandwidth",
)
ATTEMPTS = 3


@dataclass(frozen=True)
class Plan:
    """What differs between the options and an existing connection."""

    connection: list[Change]
    tunnels: list[TunnelChange]
    add_routes: list[str]
    remove_routes: list[str]
    tags: tags.TagChange

    def __bool__(self) -> bool:
        return bool(self.connection or self.tunnels or self.add_routes or self.remove_routes or self.tags)

    def changes(self) -> list[Record]:
        """The fields that differ, for a return value; `tunnel` is None where both tunnels are concerned."""
        own = [{"tunnel": None, **change.as_dict()} for change in self.connection]
        return own + [item for tunnel in self.tunnels for item in tunnel.as_list()]

    def diff(self, current: Record) -> Record:
        routes = destinations(current)
        after = [cidr for cidr in routes if cidr not in self.remove_routes] + self.add_routes
        sides: dict[str, Record] = {
            "before": {"routes": sorted(routes), "tags": self.tags.before},
            "after": {"routes": sorted(after), "tags": self.tags.after},
        }
        for side, content in sides.items():
            content["vpn_connection_id"] = current["vpn_connection_id"]
            content |= {change.name: getattr(change, side) for change in self.connection}
            content["tunnels"] = {
                tunnel.outside: {change.name: getattr(change, side) for change in tunnel.changes}
                for tunnel in self.tunnels
            }
        return sides


def plan(current: Record, params: Params) -> Plan:
    routes, wanted = destinations(current), params["routes"]
    return Plan(
        connection=differences(VPN_CONNECTION, params, current),
        tunnels=tunnels.compare(params["tunnel_options"] or [], current, params["unreadable_pre_shared_key"]),
        add_routes=[cidr for cidr in wanted or [] if cidr not in routes],
        remove_routes=[cidr for cidr in routes if wanted is not None and params["purge_routes"] and cidr not in wanted],
        tags=tags.compare(current["tags"], params),
    )


def destinations(connection: Record) -> list[str]:
    """The static routes that a connection has and keeps."""
    return [r["destination_cidr_block"] for r in connection["routes"] if r["state"] not in waiters.GONE]


def refuse(todo: Plan, current: Record, params: Params) -> None:
    """Fail where AWS could not do it, or where it would interrupt traffic that nobody allowed to be interrupted."""
    connection_id = current["vpn_connection_id"]
    if todo.add_routes and not current["static_routes_only"]:
        raise Failure(
            f"VPN connection {connection_id} uses BGP and takes no static routes ({', '.join(todo.add_routes)}). "
            "Remedy: remove routes, or make a new connection with static_routes_only."
        )
    problem = immutable_message("VPN connection", connection_id, todo.connection)
    if problem:
        raise Failure(problem, changes=todo.changes(), vpn_connection=public(current))
    interrupting = [item for item in todo.changes() if item["interrupts"]]
    if interrupting and not params["allow_interruption"]:
        lines = [
            f"  {'tunnel ' + item['tunnel'] if item['tunnel'] else 'both tunnels'}: "
            f"{item['field']} {item['before']!r} -> {item['after']!r}"
            for item in interrupting
        ]
        raise Failure(
            f"VPN connection {connection_id}: these differences interrupt traffic, and nothing was changed:\n"
            + "\n".join(lines)
            + "\nRemedy: correct the options, or set allow_interruption to true in a maintenance window.",
            changes=todo.changes(),
            vpn_connection=public(current),
        )


@dataclass(frozen=True)
class _Step:
    """One modifying call. `differs` says whether a connection still lacks it. A change that can't be read back is sent
    again when its answer is lost."""

    method: str
    arguments: Record
    differs: t.Callable[[Record], bool]
    readable: bool = True


def apply(todo: Plan, current: Record, params: Params, ec2: Ec2) -> Record:
    """Carry a plan out, one change of the connection at a time."""
    connection_id = current["vpn_connection_id"]
    for step in _steps(todo, params):
        current = _modify(ec2, connection_id, step, params["wait_timeout"])
    if todo.add_routes or todo.remove_routes:
        current = apply_routes(ec2, current, todo.add_routes, todo.remove_routes, params["wait_timeout"])
    # Last: a tag may say which keys the tunnels have, and must not say so before they do.
    todo.tags.apply(ec2, connection_id)
    return current


def _steps(todo: Plan, params: Params) -> t.Iterator[_Step]:
    names = {change.name for change in todo.connection}
    if "customer_gateway_id" in names:
        arguments = {"CustomerGatewayId": params["customer_gateway_id"]}
        yield _Step("modify_vpn_connection", arguments, _lacks(params, {"customer_gateway_id"}))
    later = names & set(OPTIONS_CHANGED_LATER)
    if later:
        arguments = {CONNECTION_NAMES[option]: params[option] for option in sorted(later)}
        yield _Step("modify_vpn_connection_options", arguments, _lacks(params, later))
    for change in todo.tunnels:
        yield _tunnel_step(change)


def _lacks(params: Params, names: set[str]) -> t.Callable[[Record], bool]:
    fields = [field for field in VPN_CONNECTION if field.name in names]
    return lambda connection: bool(differences(fields, params, connection))


def _tunnel_step(change: TunnelChange) -> _Step:
    wanted = {**change.desired, "outside_ip_address": change.outside}
    arguments: Record = {"VpnTunnelOutsideIpAddress": change.outside, "TunnelOptions": change.request()}
    if not change.interrupts:
        arguments["SkipTunnelReplacement"] = True
    return _Step(
        "modify_vpn_tunnel_options",
        arguments,
        lambda connection: bool(tunnels.compare([wanted], connection, tunnels.KEEP)),
        readable=change.tunnel["pre_shared_key_readable"] or "PreSharedKey" not in arguments["TunnelOptions"],
    )


def _modify(ec2: Ec2, connection_id: str, step: _Step, timeout: float) -> Record:
    """One change, and the wait until AWS is done with it. Where its answer is lost it is sent again only if it did not
    arrive: each modification of a tunnel replaces its endpoint once more."""
    for attempt in range(1, ATTEMPTS + 1):
        connection = waiters.wait_for_connection(ec2, connection_id, timeout, waiting_for="ready for the next change")
        if attempt > 1 and step.readable and not step.differs(connection):
            return connection
        try:
            ec2.write_once(step.method, VpnConnectionId=connection_id, **step.arguments)
            break
        except ApiFailure as failure:
            busy = failure.code == "IncorrectState"
            if attempt == ATTEMPTS or not (failure.lost or busy):
                raise
    return waiters.wait_for_connection(
        ec2, connection_id, timeout, lambda c: waiters.settled(c) and not step.differs(c), "changed as asked"
    )


def apply_routes(ec2: Ec2, connection: Record, add: list[str], remove: list[str], timeout: float) -> Record:
    """Add and remove static routes, and wait until AWS has them: it takes them on an available connection only."""
    connection_id = connection["vpn_connection_id"]
    before = waiters.wait_for_connection(ec2, connection_id, timeout)
    wanted = (set(destinations(before)) | set(add)) - set(remove)
    calls = [("create_vpn_connection_route", cidr) for cidr in add]
    calls += [("delete_vpn_connection_route", cidr) for cidr in remove]
    for method, cidr in calls:
        try:
            ec2.write(method, VpnConnectionId=connection_id, DestinationCidrBlock=cidr)
        except ApiFailure:
            # A repeated call may be refused because the first one, whose answer was lost, has done it.
            now = waiters.wait_for_connection(ec2, connection_id, timeout)
            if (cidr in destinations(now)) != (cidr in wanted):
                raise
    return waiters.wait_for_connection(
        ec2,
        connection_id,
        timeout,
        lambda c: waiters.settled(c) and set(destinations(c)) == wanted,
        "carrying its static routes",
    )
