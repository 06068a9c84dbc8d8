# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: which AWS route tables learn the routes of a virtual private gateway."""

from __future__ import annotations

import typing as t

from .._module import Context, Failure
from . import tags
from .read import list_route_tables

if t.TYPE_CHECKING:
    from .api import Ec2

Params = dict[str, t.Any]
Record = dict[str, t.Any]


def run(params: Params, ctx: Context, ec2: Ec2) -> Record:
    ids = list(dict.fromkeys(params["route_table_ids"]))
    if not ids:
        return {"changed": False, "route_tables": [], "skipped_unmarked": []}
    gateway_id = params["vpn_gateway_id"]
    if not gateway_id:
        # Only a preview may not know the gateway yet, because this very run would make it.
        if ctx.check_mode:
            return {"changed": params["state"] == "present", "route_tables": [], "skipped_unmarked": []}
        raise Failure("vpn_gateway_id is empty. Remedy: give the id of the virtual private gateway.")
    current = {table["route_table_id"]: table for table in list_route_tables(ec2, filters={"route-table-id": ids})}
    missing = [table_id for table_id in ids if table_id not in current]
    if missing and params["state"] == "present":
        raise Failure(
            f"Route table {', '.join(missing)} does not exist {ec2.where}. "
            "Remedy: correct route_table_ids, region or credentials. Nothing was changed."
        )
    tables = [current[table_id] for table_id in ids if table_id in current]
    return (_present if params["state"] == "present" else _absent)(tables, gateway_id, params, ctx, ec2)


def _mark(params: Params) -> dict[str, str]:
    return {key: str(value) for key, value in (params["mark"] or {}).items()}


def _present(tables: list[Record], gateway_id: str, params: Params, ctx: Context, ec2: Ec2) -> Record:
    mark = _mark(params)
    after = []
    for table in tables:
        if gateway_id in table["propagating_gateway_ids"]:
            # Not enabled by us, or long ago: a mark now would claim what may be somebody else's.
            after.append(table)
            continue
        if not ctx.check_mode:
            # The mark goes first: a run that is killed in between must not leave a propagation that nobody owns.
            _marking(table, mark, {}).apply(ec2, table["route_table_id"])
            ec2.write("enable_vgw_route_propagation", RouteTableId=table["route_table_id"], GatewayId=gateway_id)
        gateways = sorted([*table["propagating_gateway_ids"], gateway_id])
        after.append({**table, "propagating_gateway_ids": gateways, "tags": {**table["tags"], **mark}})
    return _result(tables, after, [])


def _absent(tables: list[Record], gateway_id: str, params: Params, ctx: Context, ec2: Ec2) -> Record:
    mark = _mark(params)
    after, skipped = [], []
    for table in tables:
        marked = bool(mark) and mark.items() <= table["tags"].items()
        enabled = gateway_id in table["propagating_gateway_ids"]
        if params["only_marked"] and not marked:
            skipped += [table["route_table_id"]] if enabled else []
            after.append(table)
            continue
        if enabled and not ctx.check_mode:
            ec2.write("disable_vgw_route_propagation", RouteTableId=table["route_table_id"], GatewayId=gateway_id)
        unmark = mark if marked else {}
        if unmark and not ctx.check_mode:
            _marking(table, {}, unmark).apply(ec2, table["route_table_id"])
        gateways = [gateway for gateway in table["propagating_gateway_ids"] if gateway != gateway_id]
        left = {key: value for key, value in table["tags"].items() if key not in unmark}
        after.append({**table, "propagating_gateway_ids": gateways, "tags": left})
    return _result(tables, after, skipped)


def _marking(table: Record, add: dict[str, str], remove: dict[str, str]) -> tags.TagChange:
    missing = {key: value for key, value in add.items() if table["tags"].get(key) != value}
    return tags.TagChange(missing, tuple(sorted(remove)), table["tags"])


def _result(before: list[Record], after: list[Record], skipped: list[str]) -> Record:
    def short(tables: list[Record]) -> Record:
        return {
            table["route_table_id"]: {
                "propagating_gateway_ids": table["propagating_gateway_ids"],
                "tags": table["tags"],
            }
            for table in tables
        }

    changed = before != after
    result = {"changed": changed, "route_tables": after, "skipped_unmarked": skipped}
    return {**result, "diff": {"before": short(before), "after": short(after)}} if changed else result
