# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: finds what the clouds already hold of one link and binds it to its slots. Pure.

The input is what `vpn_link_info` gathered of the link's two sites. Things are found by id where they are adopted, else
by our mark; a same-named thing without the mark is a fault. Nothing is ever found by its place in an answer.
"""

from __future__ import annotations

import typing as t

from . import addressing, naming
from .faults import Fault
from .links import Link, slots_of
from .view import ADDRESSES, Resource, View, link_of, site_gateway, site_vpc


def bind(link: Link, jdcloud: Resource, aws: Resource) -> View:
    """Everything that exists of a link."""
    view = View()
    for site, data, gateway_attr, vpc_attr in (
        (link.jdcloud, jdcloud, "border_gateway", "jdcloud_vpc"),
        (link.aws, aws, "vpn_gateway", "aws_vpc"),
    ):
        gateway, faults = site_gateway(site, data)
        vpc, more = site_vpc(site, data)
        setattr(view, gateway_attr, gateway)
        setattr(view, vpc_attr, vpc)
        view.faults += faults + more
    _bind_jdcloud(link, jdcloud, view)
    _bind_siblings(link, jdcloud, view)
    _bind_aws(link, aws, view)
    _bind_addresses(link, view)
    _bind_blocks(link, jdcloud, aws, view)
    return view


def _bind_jdcloud(link: Link, data: Resource, view: View) -> None:
    view.customer_gateway = _own(
        link,
        view,
        data.get("customer_gateways") or [],
        "jdcloud_customer_gateway",
        "customer_gateway",
        "customer_gateway",
    )
    view.vpn_connection = _own(
        link, view, data.get("vpn_connections") or [], "jdcloud_vpn_connection", "vpn_connection", "vpn_connection"
    )
    connection_id = (view.vpn_connection or {}).get("vpn_connection_id")
    if connection_id:
        view.tunnels = [x for x in data.get("vpn_tunnels") or [] if x.get("vpn_connection_id") == connection_id]
        routes = data.get("border_gateway_routes") or []
        view.routes = [
            r for r in routes if r.get("bgw_route_nexthop") == connection_id and r.get("origin") != "propagated"
        ]
    tables = data.get("route_tables") or []
    if link.jdcloud.route_tables:
        view.route_tables = [x for x in tables if x.get("route_table_id") in link.jdcloud.route_tables]
        for wanted in link.jdcloud.route_tables:
            if view.jdcloud_vpc and wanted not in {x.get("route_table_id") for x in tables}:
                text = f"route table {wanted} does not exist in VPC {view.jdcloud_vpc.get('vpc_id')}"
                place = f"vpn_sites.{link.jdcloud.name}.route_tables"
                allowed = ", ".join(str(x.get("route_table_id")) for x in tables)
                view.faults.append(Fault(place, text, allowed, "correct it"))
    else:
        view.route_tables = [x for x in tables if x.get("route_table_type") == "default"]


def _bind_siblings(link: Link, data: Resource, view: View) -> None:
    """The connections of other links that lead from this border gateway to the same AWS gateway."""
    bgw_id, gateway_id = (view.border_gateway or {}).get("bgw_id"), (view.vpn_gateway or {}).get("vpn_gateway_id")
    for connection in data.get("vpn_connections") or ():
        mark = naming.read_mark(connection.get("description"))
        if mark.get("link") in (None, link.uid) or not bgw_id or not gateway_id:
            continue
        if connection.get("bgw_id") == bgw_id and mark.get("aws") == gateway_id:
            view.siblings.append(connection)


def _own(
    link: Link, view: View, items: t.Sequence[Resource], kind: str, id_prefix: str, name_prefix: str
) -> Resource | None:
    """A JD Cloud resource of the link: adopted by id, or marked; same-named without the mark is a fault."""
    id_key, name_key = f"{id_prefix}_id", f"{name_prefix}_name"
    wanted = link.adopt.get(f"{kind}_id")
    place = f"link {link.name}"
    if wanted:
        view.adopted.add(kind)
        for item in items:
            if item.get(id_key) == wanted:
                return item
        view.faults.append(Fault(place, f"{id_key} {wanted} to adopt does not exist", "", "correct vpn_link_adopt"))
        return None
    ours = [item for item in items if link_of(item) == link.uid]
    if len(ours) > 1:
        ids = ", ".join(str(item.get(id_key)) for item in ours)
        text = f"more than one {name_prefix} carries the link's mark: {ids}"
        view.faults.append(Fault(place, text, "", "delete the surplus ones"))
    if ours:
        return ours[0]
    name = naming.resource_name(kind, link.uid)
    for item in items:
        if item.get(name_key) == name:
            text = f"{name_prefix} {item.get(id_key)} is named {name} but is not ours"
            view.faults.append(
                Fault(place, text, "", "adopt it by id (vpn_link_adopt), rename it, or set vpn_link_uid")
            )
    return None


def _bind_aws(link: Link, data: Resource, view: View) -> None:
    place = f"link {link.name}"
    gateways = [g for g in data.get("customer_gateways") or [] if g.get("state") not in ("deleted", "deleting")]
    alive = [c for c in data.get("vpn_connections") or [] if c.get("state") not in ("deleted", "deleting")]
    by_id = {g.get("customer_gateway_id"): g for g in gateways}
    wanted = [str(x) for x in link.adopt.get("aws_vpn_connection_ids") or ()]
    if wanted:
        view.adopted.add("aws_vpn_connection")
        mine = [c for c in alive if c.get("vpn_connection_id") in wanted]
        for missing in sorted(set(wanted) - {str(c.get("vpn_connection_id")) for c in mine}):
            text = f"vpn_connection_id {missing} to adopt does not exist on AWS"
            view.faults.append(Fault(place, text, "", "correct vpn_link_adopt"))
        cloud_ips = sorted(str(ip) for ip in (view.vpn_connection or {}).get("cloud_public_ip") or ())
        for connection in mine:
            ip = str((by_id.get(connection.get("customer_gateway_id")) or {}).get("ip_address") or "")
            if ip in cloud_ips:
                view.aws_connections[cloud_ips.index(ip) + 1] = connection
            else:
                text = f"{connection.get('vpn_connection_id')} leads to {ip}, which is no address of the JD connection"
                view.faults.append(Fault(place, text, ", ".join(cloud_ips), "correct vpn_link_adopt"))
    else:
        for address in ADDRESSES:
            name = naming.resource_name(f"aws_connection_{address}", link.uid)
            found = [
                c
                for c in alive
                if link_of(c) == link.uid and (c.get("tags") or {}).get(naming.TAG_ADDRESS) == str(address)
            ]
            if len(found) > 1:
                ids = ", ".join(str(c.get("vpn_connection_id")) for c in found)
                text = f"more than one AWS connection carries the mark of JD address {address}: {ids}"
                view.faults.append(Fault(place, text, "", "delete the surplus ones"))
            if found:
                view.aws_connections[address] = found[0]
                continue
            for connection in alive:
                if (connection.get("tags") or {}).get("Name") == name and not link_of(connection):
                    text = f"AWS connection {connection.get('vpn_connection_id')} is named {name} but is not ours"
                    remedy = "adopt it by id (vpn_link_adopt), rename it, or set vpn_link_uid"
                    view.faults.append(Fault(place, text, "", remedy))
    marked = [g for g in gateways if link_of(g) == link.uid]
    in_use = {c.get("customer_gateway_id") for c in view.aws_connections.values()}
    for address, connection in view.aws_connections.items():
        gateway = by_id.get(connection.get("customer_gateway_id"))
        if gateway:
            view.aws_customer_gateways[address] = gateway
    view.spare_customer_gateways = [g for g in marked if g.get("customer_gateway_id") not in in_use]


def _bind_addresses(link: Link, view: View) -> None:
    """Which JD address is the first: what AWS already pins wins, else the order in which JD Cloud told them."""
    told = [str(ip) for ip in (view.vpn_connection or {}).get("cloud_public_ip") or ()]
    # A connection that was moved to the other address's customer gateway pins nothing: its gateway has that tag.
    candidates: list[tuple[int, Resource]] = sorted(
        view.aws_customer_gateways.items(), key=lambda item: _address_tag(item[1]) not in ("", str(item[0]))
    )
    for gateway in view.spare_customer_gateways:
        tag = _address_tag(gateway)
        if tag.isdigit() and int(tag) in ADDRESSES:
            candidates.append((int(tag), gateway))
    for address, gateway in candidates:
        ip = str(gateway.get("ip_address"))
        if ip in told and ip not in view.cloud_ips.values():
            view.cloud_ips.setdefault(address, ip)
    rest = [ip for ip in told if ip not in view.cloud_ips.values()]
    for address in ADDRESSES:
        if address not in view.cloud_ips and rest:
            view.cloud_ips[address] = rest.pop(0)
    for gateway in list(view.spare_customer_gateways):
        for address, ip in view.cloud_ips.items():
            if address not in view.aws_customer_gateways and gateway.get("ip_address") == ip:
                view.aws_customer_gateways[address] = gateway
                view.spare_customer_gateways.remove(gateway)
                break


def _address_tag(gateway: Resource) -> str:
    return str((gateway.get("tags") or {}).get(naming.TAG_ADDRESS) or "")


def _bind_blocks(link: Link, jdcloud: Resource, aws: Resource, view: View) -> None:
    """The inside block of every slot that has one, and the blocks of everybody else on the two gateways."""
    mine: set[addressing.Network] = set()
    for address in ADDRESSES:
        connection = view.aws_connections.get(address) or {}
        blocks = addressing.networks(x.get("tunnel_inside_cidr") for x in connection.get("tunnels") or ())
        if not blocks:
            ip = view.cloud_ips.get(address)
            blocks = addressing.networks(x.get("tunnel_ip") for x in view.tunnels if x.get("cloud_public_ip") == ip)
        mine.update(blocks)
        view.blocks.update(_assign(link, address, blocks, connection.get("tags") or {}))
    bgw_connections = {
        c.get("vpn_connection_id")
        for c in jdcloud.get("vpn_connections") or ()
        if view.border_gateway and c.get("bgw_id") == view.border_gateway.get("bgw_id")
    }
    tunnels = jdcloud.get("vpn_tunnels") or ()
    here = addressing.networks(x.get("tunnel_ip") for x in tunnels if x.get("vpn_connection_id") in bgw_connections)
    there: list[addressing.Network] = []
    for connection in aws.get("vpn_connections") or ():
        gateway = (view.vpn_gateway or {}).get("vpn_gateway_id")
        if connection.get("state") != "deleted" and gateway and connection.get("vpn_gateway_id") == gateway:
            there += addressing.networks(x.get("tunnel_inside_cidr") for x in connection.get("tunnels") or ())
    view.used_blocks = {link.jdcloud.name: set(here) - mine, link.aws.name: set(there) - mine}


def _assign(
    link: Link, address: int, blocks: list[addressing.Network], tags: Resource
) -> dict[str, addressing.Network]:
    """Which block belongs to which slot: the connection's tags say so; else the inventory; else the slot's hash."""
    free = sorted(blocks)
    wanted = {tunnel.slot: tunnel.inside for tunnel in link.tunnels}
    rules: tuple[t.Callable[[str], addressing.Network | None], ...] = (
        lambda slot: next(iter(addressing.networks([tags.get(naming.TAG_SLOT + slot)])), None),
        wanted.get,
        lambda slot: addressing.choose_block(link.uid, slot, ()),
        lambda slot: free[0] if free else None,
    )
    result: dict[str, addressing.Network] = {}
    for rule in rules:
        for slot in slots_of(address):
            block = rule(slot)
            if slot not in result and block is not None and block in free:
                result[slot] = block
                free.remove(block)
    return result
