# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: AWS VPN connections: find, plan, apply, wait, result."""

from __future__ import annotations

import ipaddress
import typing as t

from .._module import Context, Failure
from .._vpn import faults
from . import tags, tunnels, vpn_changes, waiters
from .errors import ApiFailure
from .read import exact, list_vpn_connections, living, with_tags
from .spec import given
from .transform import CONNECTION_NAMES, public, tunnel_request

if t.TYPE_CHECKING:
    from .api import Ec2

Params = dict[str, t.Any]
Record = dict[str, t.Any]

TARGETS = ("vpn_gateway_id", "transit_gateway_id")


def run(params: Params, ctx: Context, ec2: Ec2, missing: bool = False) -> Record:
    """`missing`: the caller has just seen that there is none; where another run has made it meanwhile, the look after
    the create tells."""
    params = given(params)
    if params["state"] == "absent":
        return _absent(params, ctx, ec2)
    _refuse_faults(params)
    current = None if missing else find(params, ec2)
    if current is None and params["vpn_connection_id"]:
        raise Failure(
            f"VPN connection {params['vpn_connection_id']} does not exist {ec2.where}. "
            "Remedy: correct the id, region or credentials; or leave vpn_connection_id out to make a new one."
        )
    return _create(params, ctx, ec2) if current is None else _update(current, params, ctx, ec2)


def _refuse_faults(params: Params) -> None:
    found = tunnels.faults(params["tunnel_options"] or [])
    for cidr in params["routes"] or []:
        try:
            ipaddress.ip_network(cidr)
        except ValueError as exc:
            found.append(faults.Fault("routes", f"{cidr!r} is not a network ({exc})", "", "correct it"))
    if params["routes"] and params["static_routes_only"] is False:
        problem = "are given for a connection with BGP"
        found.append(faults.Fault("routes", problem, "", "set static_routes_only to true, or remove them"))
    if found:
        raise Failure(faults.message(found, before="before any call"))


def _matching(params: Params, ec2: Ec2) -> tuple[Record, list[Record]]:
    """What a connection is recognised by, and those that have it, deleted ones and keys included: its id; else tags or
    name; else its two gateways."""
    if params["vpn_connection_id"]:
        key: Record = {"vpn_connection_id": params["vpn_connection_id"]}
        try:
            return key, list_vpn_connections(ec2, ids=[params["vpn_connection_id"]])
        except ApiFailure as failure:
            if failure.not_found:
                return key, []
            raise
    if params["match_tags"] or params["name"]:
        wanted = params["match_tags"] or {"Name": params["name"]}
        key = {name: str(value) for name, value in wanted.items()}
        return key, with_tags(list_vpn_connections, ec2, key)
    key = {option: params[option] for option in ("customer_gateway_id", *TARGETS) if params[option]}
    if "customer_gateway_id" not in key:
        return key, []
    wanted = exact({option.replace("_", "-"): value for option, value in key.items()})
    return key, [
        c for c in list_vpn_connections(ec2, filters=wanted) if all(c[option] == key[option] for option in key)
    ]


def find(params: Params, ec2: Ec2) -> Record | None:
    """The one living connection that is meant."""
    return _only(*_matching(params, ec2), ec2)


def _only(key: Record, records: list[Record], ec2: Ec2) -> Record | None:
    found = living(records)
    if len(found) > 1:
        ids = ", ".join(sorted(connection["vpn_connection_id"] for connection in found))
        raise Failure(f"More than one VPN connection has {key} {ec2.where}: {ids}. Remedy: give vpn_connection_id.")
    return found[0] if found else None


def _absent(params: Params, ctx: Context, ec2: Ec2) -> Record:
    key, records = _matching(params, ec2)
    current = _only(key, records, ec2)
    if current is None:
        if params["wait"] and not ctx.check_mode:
            # What an interrupted run has begun to delete must be gone before its gateways can go.
            for connection in (record for record in records if record["state"] == "deleting"):
                waiters.wait_until_deleted(ec2, connection["vpn_connection_id"], params["wait_timeout"])
        return {"changed": False}
    if not ctx.check_mode:
        _delete(params, ec2, current["vpn_connection_id"])
    after = {**public(current), "state": "deleted" if params["wait"] else "deleting"}
    return {"changed": True, "vpn_connection": after, "diff": {"before": public(current), "after": {}}}


def _delete(params: Params, ec2: Ec2, connection_id: str) -> None:
    try:
        ec2.write("delete_vpn_connection", VpnConnectionId=connection_id)
    except ApiFailure as failure:
        if failure.code == "IncorrectState" and params["wait"]:
            waiters.wait_for_connection(ec2, connection_id, params["wait_timeout"])
            ec2.write("delete_vpn_connection", VpnConnectionId=connection_id)
        elif not failure.not_found:
            raise
    if params["wait"]:
        waiters.wait_until_deleted(ec2, connection_id, params["wait_timeout"])


def _create(params: Params, ctx: Context, ec2: Ec2) -> Record:
    # In check mode the ids of gateways that this very run would make are not known yet.
    after = _planned(params) if ctx.check_mode else public(_create_now(params, ec2))
    result = {"changed": True, "vpn_connection": after, "changes": [], "pre_shared_keys_not_compared": []}
    return {**result, "diff": {"before": {}, "after": after}}


def _create_now(params: Params, ec2: Ec2) -> Record:
    if not params["customer_gateway_id"] or not any(params[target] for target in TARGETS):
        raise Failure(
            "A new VPN connection needs customer_gateway_id and one of vpn_gateway_id and transit_gateway_id. "
            "Remedy: give them, or vpn_connection_id to take an existing connection."
        )
    options: Record = {name: params[option] for option, name in CONNECTION_NAMES.items() if params[option] is not None}
    if params["tunnel_options"]:
        options["TunnelOptions"] = [tunnel_request(tunnel) for tunnel in params["tunnel_options"]]
    try:
        connection_id = ec2.create(
            "create_vpn_connection",
            lambda answer: str(answer["VpnConnection"]["VpnConnectionId"]),
            lambda: (find(params, ec2) or {}).get("vpn_connection_id"),
            Type="ipsec.1",
            CustomerGatewayId=params["customer_gateway_id"],
            VpnGatewayId=params["vpn_gateway_id"],
            TransitGatewayId=params["transit_gateway_id"],
            PreSharedKeyStorage=params["pre_shared_key_storage"],
            TagSpecifications=tags.specification(params, "vpn-connection"),
            Options=options,
        )
    except ApiFailure as failure:
        # Another run may have made it since we looked; then its inside blocks are taken.
        found = None if failure.lost else next(iter(_twins(params, ec2)), None)
        if found is None:
            raise
        return found
    timeout = params["wait_timeout"]
    same = _twins(params, ec2)
    if len(same) > 1:
        return _yield_to_twin(connection_id, params, ec2)
    # EC2's lists may lag behind a create; `pending` is enough where nobody wants to wait.
    connection = next((c for c in same if c["vpn_connection_id"] == connection_id), None)
    if connection is None:
        connection = waiters.wait_for_connection(ec2, connection_id, timeout, lambda _connection: True, "listed")
    if params["routes"]:
        return vpn_changes.apply_routes(ec2, connection, params["routes"], [], timeout)
    return waiters.wait_for_connection(ec2, connection_id, timeout) if params["wait"] else connection


def _twins(params: Params, ec2: Ec2) -> list[Record]:
    """All living connections that are meant by tags or name."""
    return living(_matching(params, ec2)[1]) if params["match_tags"] or params["name"] else []


def _yield_to_twin(connection_id: str, params: Params, ec2: Ec2) -> Record:
    """Another run has made the same between our look and our create. Whoever sees two removes its own: the other's look
    after its create may have come too early to see ours, never the other way round."""
    _delete(params, ec2, connection_id)
    found = find(params, ec2)
    if found is None:
        raise Failure(
            f"Another run made the same VPN connection {ec2.where} at the same time, and both have removed theirs. "
            "Remedy: run again, one run at a time."
        )
    return found


def _planned(params: Params) -> Record:
    tunnel_options = [{k: v for k, v in o.items() if k != "pre_shared_key"} for o in params["tunnel_options"] or []]
    return {
        "vpn_connection_id": None,
        "state": "planned",
        "name": params["name"],
        **{option: params[option] for option in ("customer_gateway_id", *TARGETS, *CONNECTION_NAMES)},
        "tunnels": [{name: value for name, value in o.items() if value is not None} for o in tunnel_options],
        "routes": [{"destination_cidr_block": cidr} for cidr in params["routes"] or []],
        "tags": tags.wanted(params),
    }


def _update(current: Record, params: Params, ctx: Context, ec2: Ec2) -> Record:
    if params["wait"] and not ctx.check_mode and not waiters.settled(current):
        current = waiters.wait_for_connection(ec2, current["vpn_connection_id"], params["wait_timeout"])
    todo = vpn_changes.plan(current, params)
    vpn_changes.refuse(todo, current, params)
    after = vpn_changes.apply(todo, current, params, ec2) if todo and not ctx.check_mode else current
    result = {
        "changed": bool(todo),
        "vpn_connection": {**public(after), "tags": todo.tags.after, "name": todo.tags.after.get("Name")},
        "changes": todo.changes(),
        "pre_shared_keys_not_compared": tunnels.not_compared(
            params["tunnel_options"] or [], current, params["unreadable_pre_shared_key"]
        ),
    }
    return {**result, "diff": todo.diff(current)} if todo else result
