# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: finds what the clouds already hold of one link and binds it to its slots. Pure.

The input is what `vpn_link_info` gathered of the link's clouds. Things are found by id where they are adopted, else
by our mark; a same-named thing without the mark is a fault. Nothing is ever found by its place in an answer.
"""

from __future__ import annotations

import typing as t

from . import addressing, naming
from .faults import Fault
from .links import Link
from .sites import AWS, JDCLOUD, Site
from .view import Resource, View, link_of, site_gateway, site_vpc

ATTRIBUTES = {JDCLOUD: ("border_gateway", "jdcloud_vpc"), AWS: ("vpn_gateway", "aws_vpc")}
NOTHING: Resource = {}


def bind(link: Link, gathered: t.Mapping[str, t.Any]) -> View:
    """Everything that exists of a link."""
    view = View()
    for site in link.clouds:
        gateway_attr, vpc_attr = ATTRIBUTES[site.kind]
        gateway, faults = site_gateway(site, gathered[site.name])
        vpc, more = site_vpc(site, gathered[site.name])
        setattr(view, gateway_attr, gateway)
        setattr(view, vpc_attr, vpc)
        view.faults += faults + more
    jdcloud, aws = (gathered[site.name] if site else NOTHING for site in (link.jdcloud, link.aws))
    if link.jdcloud:
        _bind_jdcloud(link, link.jdcloud, jdcloud, view)
        _bind_siblings(link, jdcloud, view)
    if link.aws:
        _bind_aws(link, aws, view)
    if link.device and link.device.device:
        _bind_device(link, link.device.device.addresses, view)
    else:
        _bind_addresses(link, view)
    _bind_spare(view)
    _bind_blocks(link, jdcloud, aws, view)
    return view


def _bind_jdcloud(link: Link, site: Site, data: Resource, view: View) -> None:
    pair = [(view.border_gateway or {}).get("bgw_id"), (view.jdcloud_vpc or {}).get("vpc_id")]
    view.vpc_attached = pair in [[x.get("bgw_id"), x.get("vpc_id")] for x in data.get("vpc_attachments") or ()]
    gateways = data.get("customer_gateways") or []
    if link.device:
        view.customer_gateway = _of_device(link, link.device, gateways, view)
    else:
        kind = "jdcloud_customer_gateway"
        view.customer_gateway = _own(link, view, gateways, kind, "customer_gateway", "customer_gateway")
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
    if site.route_tables:
        view.route_tables = [x for x in tables if x.get("route_table_id") in site.route_tables]
        for wanted in site.route_tables:
            if view.jdcloud_vpc and wanted not in {x.get("route_table_id") for x in tables}:
                text = f"route table {wanted} does not exist in VPC {view.jdcloud_vpc.get('vpc_id')}"
                place = f"vpn_sites.{site.name}.route_tables"
                allowed = ", ".join(str(x.get("route_table_id")) for x in tables)
                view.faults.append(Fault(place, text, allowed, "correct it"))
    else:
        view.route_tables = [x for x in tables if x.get("route_table_type") == "default"]


def _bind_siblings(link: Link, data: Resource, view: View) -> None:
    """The connections of other links that lead from this border gateway to the same AWS gateway or device, and those
    that use the same customer gateway."""
    gateway_id = (view.customer_gateway or {}).get("customer_gateway_id")
    bgw_id = (view.border_gateway or {}).get("bgw_id")
    key = "device" if link.device else "aws"
    far_end = link.device.name if link.device else (view.vpn_gateway or {}).get("vpn_gateway_id")
    for connection in data.get("vpn_connections") or ():
        mark = naming.read_mark(connection.get("description"))
        if gateway_id and connection.get("cgw_id") == gateway_id and mark.get("link") != link.uid:
            view.gateway_users.append(connection)
        if mark.get("link") in (None, link.uid) or not bgw_id or not far_end:
            continue
        if connection.get("bgw_id") == bgw_id and mark.get(key) == far_end:
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


def _of_device(link: Link, device: Site, items: t.Sequence[Resource], view: View) -> Resource | None:
    """JD Cloud's customer gateway of a device, which all of the device's links in that region share."""
    ours = [item for item in items if naming.read_mark(item.get("description")).get("device") == device.name]
    if len(ours) > 1:
        ids = ", ".join(str(item.get("customer_gateway_id")) for item in ours)
        text = f"more than one customer gateway carries the mark of device {device.name}: {ids}"
        view.faults.append(Fault(f"link {link.name}", text, "", "delete the surplus ones"))
    if ours:
        return ours[0]
    name = naming.resource_name("jdcloud_device_gateway", device.name)
    for item in items:
        if item.get("customer_gateway_name") == name:
            text = f"customer gateway {item.get('customer_gateway_id')} is named {name} but is not ours"
            view.faults.append(Fault(f"link {link.name}", text, "", "rename it, or the device"))
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
        for address in link.addresses:
            name = naming.resource_name(f"aws_connection_{address}", link.uid)
            found = [
                c
                for c in alive
                if link_of(c) == link.uid and (c.get("tags") or {}).get(naming.TAG_ADDRESS) == str(address)
            ]
            if len(found) > 1:
                ids = ", ".join(str(c.get("vpn_connection_id")) for c in found)
                text = f"more than one AWS connection carries the mark of {link.near.title} address {address}: {ids}"
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
        if tag.isdigit() and int(tag) in link.addresses:
            candidates.append((int(tag), gateway))
    for address, gateway in candidates:
        ip = str(gateway.get("ip_address"))
        if ip in told and ip not in view.near_ips.values():
            view.near_ips.setdefault(address, ip)
    rest = [ip for ip in told if ip not in view.near_ips.values()]
    for address in link.addresses:
        if address not in view.near_ips and rest:
            view.near_ips[address] = rest.pop(0)


def _bind_device(link: Link, addresses: t.Sequence[str], view: View) -> None:
    """A device's addresses are in the inventory's order, JD Cloud's in that of numbers: nothing else pins them."""
    own = dict(enumerate(addresses, 1))
    if link.aws:
        view.near_ips = own
        return
    view.far_ips = own
    view.near_ips = dict(enumerate(addressing.sorted_addresses((view.vpn_connection or {}).get("cloud_public_ip")), 1))


def _bind_spare(view: View) -> None:
    """An AWS customer gateway without a connection, which a run that was cut off has left, serves its address."""
    for gateway in list(view.spare_customer_gateways):
        for address, ip in view.near_ips.items():
            if address not in view.aws_customer_gateways and gateway.get("ip_address") == ip:
                view.aws_customer_gateways[address] = gateway
                view.spare_customer_gateways.remove(gateway)
                break


def _address_tag(gateway: Resource) -> str:
    return str((gateway.get("tags") or {}).get(naming.TAG_ADDRESS) or "")


def _bind_blocks(link: Link, jdcloud: Resource, aws: Resource, view: View) -> None:
    """The inside block of every slot that has one, and the blocks of everybody else on the two gateways."""
    mine: set[addressing.Network] = set()
    for slot in link.slots if not link.aws else ():
        # Both addresses are known beforehand, so they tell the slot.
        block = next(iter(addressing.networks([(view.tunnel(slot) or {}).get("tunnel_ip")])), None)
        if block is not None:
            view.blocks[slot] = block
            mine.add(block)
    for address in link.addresses if link.aws else ():
        connection = view.aws_connections.get(address) or {}
        blocks = addressing.networks(x.get("tunnel_inside_cidr") for x in connection.get("tunnels") or ())
        if not blocks:
            ip = view.near_ips.get(address)
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
    used = {JDCLOUD: set(here) - mine, AWS: set(there) - mine}
    view.used_blocks = {site.name: used[site.kind] for site in link.clouds}


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
        for slot in link.slots_of(address):
            block = rule(slot)
            if slot not in result and block is not None and block in free:
                result[slot] = block
                free.remove(block)
    return result
