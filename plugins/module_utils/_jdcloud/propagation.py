# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: which ranges a VPC's route table learns from a border gateway.

A propagation is one comma-joined list that several writers (links, playbooks, people) share. So a range is added to
what is there or taken out of it, and never is the list replaced; and after a write the list is read back, because
somebody who read it before us may have written it after us.
"""

from __future__ import annotations

import ipaddress
import typing as t

from .._module import Context, Failure
from .._vpn.faults import Fault
from . import limits
from .client import Client, client_from_params
from .convert import from_wire
from .errors import JdCloudError
from .fields import cidr, cidr_list
from .resource import DEFAULT_WAIT

Record = dict[str, t.Any]
Params = t.Mapping[str, t.Any]

CIDR = "CIDR"
PAUSE = 2.0


def manage(params: Params, ctx: Context, client: Client | None = None) -> dict[str, t.Any]:
    """Make ranges members of a propagation, or no members."""
    limits.refuse(_faults(params))
    client = client or client_from_params(params, ctx)
    current = _read(client, params)
    goal = _goal(params, current)
    changed = goal != current
    if changed and not ctx.check_mode:
        goal = _converge(client, params, current, goal)
    before, after = _shown(params, current), _shown(params, goal)
    result = {"changed": changed, "route_propagation": after}
    return {**result, "diff": {"before": before, "after": after}} if ctx.diff else result


def _converge(client: Client, params: Params, current: list[Record], goal: list[Record]) -> list[Record]:
    """Write until what is read back is what is asked for."""
    deadline = client.clock.now() + (params.get("wait_timeout") or DEFAULT_WAIT)
    while True:
        try:
            _write(client, params, current, goal)
        except JdCloudError as error:
            if not _overtaken(error):
                raise
        for pause in (False, True):
            if pause:
                _pause(client, params, deadline)
            current = _read(client, params)
            goal = _goal(params, current)
            if goal == current:
                return current


def _faults(params: Params) -> list[Fault]:
    faults = limits.check(params)
    if not params["propagation_cidrs"]:
        faults.append(Fault("propagation_cidrs", "is empty", "", "name what to add or remove"))
    for option in ("propagation_cidrs", "replaces"):
        for value in params.get(option) or ():
            if _kind(params) == CIDR and _network(value) is None:
                faults.append(Fault(option, f"{value!r} is not an IPv4 CIDR", "", "correct it"))
    both = sorted(set(_wanted(params)) & set(_ranges(params, params.get("replaces") or ()))) if not faults else []
    if both:
        remedy = "name each range in one of them"
        faults.append(Fault("replaces", f"{', '.join(both)} stands in propagation_cidrs too", "", remedy))
    return faults


def _kind(params: Params) -> str:
    return params.get("propagation_cidr_type") or CIDR


def _network(value: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(str(value).strip(), strict=False)
    except ValueError:
        return None


def _read(client: Client, params: Params) -> list[Record]:
    """The propagations of this table from this gateway, each with its members as a list."""
    table = client.get("describeRouteTable", {"route_table_id": params["route_table_id"]})
    if table is None:
        raise Failure(
            f"Route table {params['route_table_id']} does not exist in {client.settings.region}. Correct "
            "route_table_id, the region or the credentials."
        )
    found = [from_wire(item) for item in table.get("routePropagations") or []]
    return [
        {
            "route_propagation_id": item.get("propagation_id"),
            "priority": item.get("priority"),
            "propagation_cidrs": members(item),
        }
        for item in found
        if item.get("bgw_id") == params["bgw_id"] and (item.get("propagation_cidr_type") or CIDR) == _kind(params)
    ]


def members(propagation: Params) -> list[str]:
    """The ranges or prefix lists of a propagation."""
    value = propagation.get("propagation_cidrs") or ""
    if (propagation.get("propagation_cidr_type") or CIDR) == CIDR:
        return cidr_list(value)
    return [item.strip() for item in (value.split(",") if isinstance(value, str) else value) if item.strip()]


def _wanted(params: Params) -> list[str]:
    return _ranges(params, params["propagation_cidrs"])


def _ranges(params: Params, texts: t.Iterable[str]) -> list[str]:
    values = [cidr(value) if _kind(params) == CIDR else value.strip() for value in texts]
    return list(dict.fromkeys(values))


def _covers(params: Params, member: str, value: str) -> bool:
    """A range counts as learned where a wider one is: 0.0.0.0/0 stands for everything."""
    outer, inner = _network(member), _network(value)
    if _kind(params) != CIDR or outer is None or inner is None:
        return member == value
    return inner.subnet_of(outer)


def _goal(params: Params, current: list[Record]) -> list[Record]:
    """The propagations as they should be; one without members is gone."""
    absent = params.get("state") == "absent"
    unwanted = _wanted(params) if absent else _ranges(params, params.get("replaces") or ())
    left = [
        {**item, "propagation_cidrs": [m for m in item["propagation_cidrs"] if m not in unwanted]} for item in current
    ]
    goal = left if absent else _with(params, left)
    return [item for item in goal if item["propagation_cidrs"]]


def _with(params: Params, current: list[Record]) -> list[Record]:
    """What is there, and what is missing in the first of them or in a new one."""
    missing, holders = [], set()
    for value in _wanted(params):
        holder = next(
            (n for n, item in enumerate(current) if any(_covers(params, m, value) for m in item["propagation_cidrs"])),
            None,
        )
        if holder is None:
            missing.append(value)
        else:
            holders.add(holder)
    priority = params.get("priority")
    if not current:
        return [{"route_propagation_id": None, "priority": priority, "propagation_cidrs": missing}]
    goal = [dict(item) for item in current]
    if missing:
        goal[0]["propagation_cidrs"] = [*goal[0]["propagation_cidrs"], *missing]
        holders.add(0)
    if priority is not None:
        for n in holders:
            goal[n]["priority"] = priority
    return goal


def _write(client: Client, params: Params, current: list[Record], goal: list[Record]) -> None:
    path = {"route_table_id": params["route_table_id"]}
    after = {item["route_propagation_id"]: item for item in goal}
    if None in after:
        values = {
            "bgw_id": params["bgw_id"],
            "propagation_cidrs": ",".join(after[None]["propagation_cidrs"]),
            "propagation_cidr_type": params.get("propagation_cidr_type"),
            "priority": params.get("priority"),
        }
        client.call("addRoutePropagation", path, values, lambda: _read(client, params) or None)
    for item in current:
        ident = {"route_propagation_id": item["route_propagation_id"]}
        wanted = after.get(item["route_propagation_id"])
        if wanted is None:
            client.call("removeRoutePropagation", path, ident)
        elif wanted != item:
            changed = {name: value for name, value in wanted.items() if value != item[name]}
            if "propagation_cidrs" in changed:
                changed["propagation_cidrs"] = ",".join(changed["propagation_cidrs"])
            client.call("modifyRoutePropagation", path, {**ident, **changed})


def _overtaken(error: JdCloudError) -> bool:
    """Whether another writer was faster: its propagation exists now, or ours was removed."""
    return error.not_found or error.already_exists or error.status == "ABORTED"


def _pause(client: Client, params: Params, deadline: float) -> None:
    pause = client.clock.jitter(PAUSE)
    if client.clock.now() + pause > deadline:
        raise Failure(
            f"Route table {params['route_table_id']}: others keep changing the propagation from {params['bgw_id']} "
            "while this changes it. Find out who else writes it, and run again."
        )
    client.clock.sleep(pause)


def _shown(params: Params, propagations: list[Record]) -> Record:
    return {
        "route_table_id": params["route_table_id"],
        "bgw_id": params["bgw_id"],
        "propagation_cidr_type": _kind(params),
        "propagation_cidrs": [m for item in propagations for m in item["propagation_cidrs"]],
        "priority": propagations[0]["priority"] if propagations else None,
        "route_propagation_ids": [x["route_propagation_id"] for x in propagations if x["route_propagation_id"]],
    }
