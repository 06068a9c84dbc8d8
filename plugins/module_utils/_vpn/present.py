# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what has to be done so that both clouds hold a link as it is wanted. Pure."""

from __future__ import annotations

from .._aws import fields as aws_fields
from .._jdcloud import fields as jdcloud_fields
from .actions import Action, Plan, shown
from .desired import UNKNOWN, Desired, Params
from .diff import Change, differences
from .faults import Fault
from .keys import KeyDigest, check_marks, move_marks
from .naming import TAG_PSK
from .propagation import memory, missing_ranges
from .rebuild import clear
from .tunnel_plan import aws_end, jdcloud_ends, rolling
from .view import Resource, View


def build(desired: Desired, view: View, key_digest: KeyDigest) -> Plan:
    """The plan of a link that should be present. `key_digest` tells the digest of the wanted key of a slot."""
    link = desired.link
    plan = Plan(link.name, link.uid, "present")
    check_marks(desired, view, plan)
    view = clear(desired, view, plan)
    if link.jdcloud:
        _customer_gateway(desired, view, plan)
        _vpn_connection(desired, view, plan)
    for address in link.addresses if link.aws else ():
        _aws_connection(desired, address, view, plan, key_digest)
    if link.jdcloud:
        _customer_ips(desired, view, plan)
        jdcloud_ends(desired, view, plan, key_digest)
        _routes(desired, view, plan)
    move_marks(desired, view, plan)
    plan.data["rolling"] = rolling(desired, view, plan)
    return plan


def _known(params: Params) -> Params:
    return {key: value for key, value in params.items() if value != UNKNOWN}


def _split(changes: list[Change], plan: Plan, kind: str, name: str) -> list[Change]:
    """Puts what a cloud can't change among the faults, and returns the rest."""
    for change in changes:
        if change.field.immutable:
            text = f"{change.name} is {change.before!r} and can't be changed to {change.after!r}"
            plan.faults.append(Fault(f"link {plan.link}: {kind} {name}", text, "", change.field.immutable.rstrip(".")))
    return [change for change in changes if not change.field.immutable]


def _customer_gateway(desired: Desired, view: View, plan: Plan) -> None:
    params = desired.jdcloud_customer_gateway(view)
    name = params["customer_gateway_name"]
    step = "jdcloud_customer_gateway"
    if view.customer_gateway is None:
        ips = params.get("customer_ips")
        reason = "does not exist; stand-in addresses until AWS tells its own"
        if ips:
            reason = f"does not exist; {'the device' if desired.link.device else 'AWS'}'s addresses are known"
        plan.actions.append(Action(step, "create", "jdcloud_customer_gateway", name, reason))
        return
    compare = {key: value for key, value in params.items() if key != "customer_ips"}
    if "jdcloud_customer_gateway" in view.adopted:
        compare = {"bgp_asn": params["bgp_asn"]}
    changes = _split(
        differences(jdcloud_fields.CUSTOMER_GATEWAY, compare, view.customer_gateway), plan, "JD customer gateway", name
    )
    if changes:
        plan.actions.append(Action(step, "modify", "jdcloud_customer_gateway", name, "differs", shown(changes)))


def _vpn_connection(desired: Desired, view: View, plan: Plan) -> None:
    params = desired.jdcloud_vpn_connection(view)
    name = params["vpn_connection_name"]
    step = "jdcloud_vpn_connection"
    if view.vpn_connection is None:
        reason = "does not exist; JD Cloud assigns its two public addresses"
        plan.actions.append(Action(step, "create", "jdcloud_vpn_connection", name, reason))
        return
    compare = _known(params)
    # The mark moves only with the keys, so a plain run never rewrites an older one.
    compare.pop("description")
    if "jdcloud_vpn_connection" in view.adopted:
        compare = {key: compare[key] for key in ("bgw_id", "bgp_enabled") if key in compare}
    changes = _split(
        differences(jdcloud_fields.VPN_CONNECTION, compare, view.vpn_connection), plan, "JD connection", name
    )
    if changes:
        hit = view.up(desired.link.slots) if any(c.field.interrupts for c in changes) else ()
        plan.actions.append(Action(step, "modify", "jdcloud_vpn_connection", name, "differs", shown(changes), hit))


def _aws_connection(desired: Desired, address: int, view: View, plan: Plan, key_digest: KeyDigest) -> None:
    params = desired.aws_connection(address, view)
    step, kind, name = "aws_vpn_connections", "aws_vpn_connection", params["name"]
    connection = view.aws_connections.get(address)
    if connection is None:
        where = f"{desired.link.near.title} address {address} ({params['ip_address']})"
        reason = f"does not exist; its two tunnels lead to {where}"
        if address not in view.aws_customer_gateways:
            plan.actions.append(Action(step, "create", "aws_customer_gateway", name, "does not exist"))
        plan.actions.append(Action(step, "create", kind, name, reason))
        return
    gateway = view.aws_customer_gateways.get(address) or {}
    both = desired.link.slots_of(address)
    wanted_gateway = {key: params[key] for key in ("ip_address", "bgp_asn") if params[key] != UNKNOWN}
    if "aws_vpn_connection" not in view.adopted:
        wanted_gateway["device_name"] = params["device_name"]
    moved = differences(aws_fields.CUSTOMER_GATEWAY, wanted_gateway, gateway)
    if moved:
        # AWS can't change a customer gateway: the connection would move to a new one, which takes both tunnels down.
        reason = f"its customer gateway is not the one of this {desired.link.near.title} address; it needs a new one"
        plan.actions.append(Action(step, "modify", kind, name, reason, shown(moved), view.up(both), forced=True))
    compare = {"static_routes_only": params["static_routes_only"]}
    if params["vpn_gateway_id"] != UNKNOWN:
        compare["vpn_gateway_id"] = params["vpn_gateway_id"]
    changes = _split(differences(aws_fields.VPN_CONNECTION, compare, connection), plan, "AWS connection", name)
    if changes:
        hit = view.up(both) if any(c.field.interrupts for c in changes) else ()
        plan.actions.append(Action(step, "modify", kind, name, "differs", shown(changes), hit))
    for slot in both:
        aws_end(desired, slot, name, view, plan, key_digest)
    _aws_side_table(params, connection, name, view, plan)


def _aws_side_table(params: Params, connection: Resource, name: str, view: View, plan: Plan) -> None:
    """Static routes and tags: neither interrupts."""
    step = "aws_vpn_connections"
    if params["static_routes_only"] and connection.get("static_routes_only"):
        have = sorted(
            str(r.get("destination_cidr_block")) for r in connection.get("routes") or () if r.get("state") != "deleted"
        )
        if have != sorted(params["routes"]):
            change = {"field": "routes", "before": have, "after": sorted(params["routes"]), "interrupts": False}
            plan.actions.append(Action(step, "modify", "aws_vpn_connection", name, "static routes differ", (change,)))
    if "aws_vpn_connection" in view.adopted:
        return
    tags = connection.get("tags") or {}
    wrong = {key: value for key, value in params["tags"].items() if tags.get(key) != value}
    if wrong.pop(TAG_PSK, None) and not tags.get(TAG_PSK):
        wrong[TAG_PSK] = params["tags"][TAG_PSK]
    if wrong:
        before = {key: tags.get(key) for key in wrong}
        change = {"field": "tags", "before": before, "after": wrong, "interrupts": False}
        plan.actions.append(Action(step, "modify", "aws_vpn_connection", name, "tags differ", (change,)))


def _customer_ips(desired: Desired, view: View, plan: Plan) -> None:
    """Step 6: AWS's four addresses replace the stand-ins, before any tunnel exists; JD Cloud refuses it later."""
    name = desired.jdcloud_customer_gateway(view)["customer_gateway_name"]
    wanted = desired.customer_ips(view)
    current = sorted(str(ip) for ip in (view.customer_gateway or {}).get("customer_ips") or ())
    if view.customer_gateway is not None and wanted is not None and sorted(wanted) == current:
        return
    if view.customer_gateway is None and wanted is not None:
        return
    after = sorted(wanted) if wanted is not None else UNKNOWN
    before = current or UNKNOWN
    change = {"field": "customer_ips", "before": before, "after": after, "interrupts": False}
    reason = f"{'the device' if desired.link.device else 'AWS'}'s addresses replace the ones that it has"
    plan.actions.append(Action("jdcloud_customer_ips", "modify", "jdcloud_customer_gateway", name, reason, (change,)))


def _routes(desired: Desired, view: View, plan: Plan) -> None:
    step = "jdcloud_routes"
    have = {str(route.get("bgw_route_destination")) for route in view.routes}
    for cidr in desired.jdcloud_routes():
        if cidr not in have:
            reason = "static routing needs it"
            plan.actions.append(Action(step, "create", "jdcloud_border_gateway_route", cidr, reason))
    if "jdcloud_vpn_connection" not in view.adopted:
        for cidr in sorted(have - set(desired.jdcloud_routes())):
            # A static twin of a BGP route outranks it on both clouds.
            reason = "is no range of the other end, or routing is BGP"
            plan.actions.append(Action(step, "delete", "jdcloud_border_gateway_route", cidr, reason))
    step = "jdcloud_propagations"
    tables = {str(table.get("route_table_id")): table for table in view.route_tables}
    for item in desired.propagations(view):
        kind, name, leaving = "jdcloud_route_propagation", item["route_table_id"], item["replaces"]
        missing = missing_ranges(tables.get(name), item["bgw_id"], item["cidrs"], leaving)
        if missing:
            change = {"field": "propagation_cidrs", "before": None, "after": missing, "interrupts": False}
            reason = "the VPC must learn the other end's ranges from the border gateway"
            plan.actions.append(Action(step, "create", kind, name, reason, (change,)))
        if leaving:
            change = {"field": "propagation_cidrs", "before": leaving, "after": None, "interrupts": False}
            reason = "these are no ranges of the other end any more"
            plan.actions.append(Action(step, "delete", kind, name, reason, (change,)))
    if desired.outdated(view):
        before, after = desired.memory(view), memory(desired.ranges.far)
        tags = {"field": "tags", "before": before, "after": after, "interrupts": False}
        reason = "remembers which ranges JD Cloud's tables learn for it"
        plan.actions.append(Action("range_memory", "modify", "aws_vpn_connection", desired.link.uid, reason, (tags,)))
