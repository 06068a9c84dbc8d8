# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the kinds of resources, and what is special about each."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._module import Context, Failure
from .._vpn.diff import Change, Field, differences
from . import fields
from .convert import from_wire, snake
from .interruption import carries, refuse_interruption, tunnels_of

if t.TYPE_CHECKING:
    from .client import Client

Record = dict[str, t.Any]
Params = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Kind:
    """One kind of resource. `keys` are its natural keys: the first whose options are all given is used to find it."""

    name: str
    noun: str
    title: str
    plural: str
    fields: tuple[Field, ...]
    id: str
    keys: tuple[tuple[str, ...], ...]
    required: tuple[str, ...]
    # What stands in the path of its list operation.
    parents: tuple[str, ...] = ()
    # Whether JD Cloud itself refuses a second one of the same natural key.
    unique: bool = False

    def operation(self, verb: str) -> str:
        """The name of an operation: `create`, `describe`, `list`, `modify`, `delete`."""
        return f"describe{self.plural}" if verb == "list" else f"{verb}{self.title}"

    def record(self, raw: Record) -> Record:
        """What JD Cloud answers, in our names; texts that it leaves out are empty."""
        record: Record = from_wire(raw)
        for field in self.fields:
            if field.name in ("description", "address_prefix"):
                record[field.name] = record.get(field.name) or ""
        return record

    def public(self, record: Params) -> Record:
        """A record as a module returns it."""
        return dict(record)

    def label(self, record: Params) -> str:
        """How messages call a resource."""
        named = [str(record[key]) for key in self.keys[0] if record.get(key)]
        ident = record.get(self.id)
        return f"{' '.join(named) or ident}" + (f" ({ident})" if named and ident else "")

    def read(self, client: Client, params: Params) -> list[Record]:
        """All resources of the kind, or all below its parents."""
        path = {name: params.get(name) for name in self.parents}
        records = [self.record(raw) for raw in client.list(self.operation("list"), path)]
        return [{**record, **path} for record in records]

    def get(self, client: Client, ident: str, params: Params) -> Record | None:
        """One resource by its id."""
        raw = client.get(self.operation("describe"), {self.id: ident})
        return self.record(raw) if raw else None

    def belongs(self, record: Params) -> bool:
        """Whether a record of the list is one that can be managed."""
        return True

    def differences(self, params: Params, current: Params, ctx: Context) -> list[Change]:
        """What is asked for and is not so."""
        return differences(self.fields, params, current)

    def allows(self, change: Change) -> bool:
        """Whether JD Cloud can carry out a change of a field that is immutable otherwise."""
        return False

    def guard(self, client: Client, params: Params, current: Record, changes: list[Change]) -> None:
        """Refuses changes that would do harm; reads only."""

    def create_values(self, params: Params) -> Record:
        return dict(params)

    def create(self, client: Client, params: Params, lookup: t.Callable[[], t.Any]) -> t.Any:
        path = {name: params.get(name) for name in self.parents}
        return client.call(self.operation("create"), path, self.create_values(params), lookup)

    def modify(self, client: Client, params: Params, current: Record, changes: list[Change]) -> None:
        values = {change.name: params[change.name] for change in changes}
        client.call(self.operation("modify"), {self.id: current[self.id]}, values)

    def delete(self, client: Client, current: Record) -> None:
        client.call(self.operation("delete"), {self.id: current[self.id]})

    def ready(self, record: Record) -> bool:
        """Whether a resource that was made can be used."""
        return True

    def removable(self, record: Record) -> bool:
        """Whether JD Cloud would delete a resource in the state that it is in."""
        return True

    def preview(self, params: Params, current: Record, names: t.Collection[str]) -> Record:
        """A resource as it would be with some options carried out, for check mode."""
        return {**current, **{name: params[name] for name in names}}


def _tags(params: Params) -> list[dict[str, str]] | None:
    tags = params.get("user_tags")
    return None if tags is None else [{"key": str(key), "value": str(value)} for key, value in tags.items()]


class VpcKind(Kind):
    def allows(self, change: Change) -> bool:
        return change.name == "address_prefix" and change.after == ""

    def create_values(self, params: Params) -> Record:
        # An empty prefix is what a VPC has anyway; JD Cloud's spec wants it left out.
        return {**params, "user_tags": _tags(params), "address_prefix": params.get("address_prefix") or None}


class SubnetKind(Kind):
    def record(self, raw: Record) -> Record:
        record = super().record(raw)
        record["ip_mask_len"] = record.get("ip_mask_len") or 0
        return record

    def create_values(self, params: Params) -> Record:
        return {**params, "user_tags": _tags(params)}


class VpcAttachmentKind(Kind):
    def record(self, raw: Record) -> Record:
        record = super().record(raw)
        infos = record.get("propagate_cidr_infos") or []
        record["subnet_ids"] = [info["subnet_id"] for info in infos if info.get("subnet_id")]
        return record

    def modify(self, client: Client, params: Params, current: Record, changes: list[Change]) -> None:
        names = {change.name for change in changes}
        values = {name: params[name] for name in names & {"vpc_attachment_name"}}
        if names & {"propagate_type", "subnet_ids"}:
            # Replaced as a whole, so what is not asked for is repeated as it is.
            kind = params.get("propagate_type") or current["propagate_type"]
            subnets = params["subnet_ids"] if params.get("subnet_ids") is not None else current["subnet_ids"]
            values["propagation_attribute"] = {
                "vpc_id": current["vpc_id"],
                "propagate_type": kind,
                "subnet_ids": subnets if kind == "partial" else None,
            }
        client.call(self.operation("modify"), {self.id: current[self.id]}, values)

    def ready(self, record: Record) -> bool:
        return record.get("status") in (None, "", "active")


class CustomerGatewayKind(Kind):
    def create_values(self, params: Params) -> Record:
        return {**params, "customer_ips": params.get("customer_ips") or params.get("initial_customer_ips")}

    def guard(self, client: Client, params: Params, current: Record, changes: list[Change]) -> None:
        change = next((c for c in changes if c.name == "customer_ips"), None)
        if change is None:
            return
        connections = [c for c in VPN_CONNECTION.read(client, {}) if c.get("cgw_id") == current[self.id]]
        tunnels = tunnels_of(client, {c["vpn_connection_id"] for c in connections})
        if tunnels:
            ids = ", ".join(tunnel["vpn_tunnel_id"] for tunnel in tunnels)
            raise Failure(
                f"customer gateway {self.label(current)}: customer_ips is {change.before} and JD Cloud changes it to "
                f"{change.after} only while no tunnel exists on the gateway. Tunnels: {ids}. Nothing was changed. "
                "Remove these tunnels first (jdcloud_vpn_tunnel with state=absent, which interrupts them), or make a "
                "new customer gateway and a new VPN connection for the new addresses.",
                changes=[c.as_dict() for c in changes],
            )


class VpnConnectionKind(Kind):
    def guard(self, client: Client, params: Params, current: Record, changes: list[Change]) -> None:
        interrupting = [change for change in changes if change.field.interrupts]
        if not interrupting or params.get("allow_interruption"):
            return
        tunnels = [tunnel for tunnel in tunnels_of(client, {current[self.id]}) if carries(tunnel)]
        if tunnels:
            refuse_interruption([(f"VPN connection {self.label(current)}", interrupting)], tunnels)

    def ready(self, record: Record) -> bool:
        return len(record.get("cloud_public_ip") or []) >= 2


class BorderGatewayRouteKind(Kind):
    def record(self, raw: Record) -> Record:
        record = super().record(raw)
        # JD Cloud reads `vpnConnection` where `vpn_connection` was written.
        record["bgw_nexthop_type"] = snake(record.get("bgw_route_next_hop_type") or "")
        return record

    def get(self, client: Client, ident: str, params: Params) -> Record | None:
        found = [item for item in self.read(client, params) if item.get(self.id) == ident]
        return found[0] if found else None

    def belongs(self, record: Params) -> bool:
        return record.get("origin") != "propagated"

    def modify(self, client: Client, params: Params, current: Record, changes: list[Change]) -> None:
        # The spec requires destination, type and next hop, whatever changes.
        names = ("bgw_route_destination", "bgw_nexthop_type", "bgw_route_nexthop", "description")
        values = {name: params[name] if params.get(name) is not None else current.get(name) for name in names}
        values["bgw_route_id"] = current[self.id]
        client.call("modifyBgwRoutes", {"bgw_id": current["bgw_id"]}, values)

    def delete(self, client: Client, current: Record) -> None:
        client.call("deleteBgwRoutes", {"bgw_id": current["bgw_id"]}, {"bgw_route_ids": [current[self.id]]})


VPC = VpcKind("vpc", "VPC", "Vpc", "Vpcs", fields.VPC, "vpc_id", (("vpc_name",),), ("vpc_name",))
SUBNET = SubnetKind(
    "subnet",
    "subnet",
    "Subnet",
    "Subnets",
    fields.SUBNET,
    "subnet_id",
    (("vpc_id", "subnet_name"),),
    ("vpc_id", "subnet_name", "address_prefix"),
    unique=True,
)
BORDER_GATEWAY = Kind(
    "border_gateway",
    "border gateway",
    "Bgw",
    "Bgws",
    fields.BORDER_GATEWAY,
    "bgw_id",
    (("bgw_name",),),
    ("bgw_name",),
)
VPC_ATTACHMENT = VpcAttachmentKind(
    "vpc_attachment",
    "VPC attachment",
    "VpcAttachment",
    "VpcAttachments",
    fields.VPC_ATTACHMENT,
    "vpc_attachment_id",
    (("bgw_id", "vpc_id"), ("bgw_id", "vpc_attachment_name"), ("vpc_attachment_name",)),
    ("vpc_attachment_name", "vpc_id", "bgw_id", "propagate_type"),
    unique=True,
)
CUSTOMER_GATEWAY = CustomerGatewayKind(
    "customer_gateway",
    "customer gateway",
    "CustomerGateway",
    "CustomerGateways",
    fields.CUSTOMER_GATEWAY,
    "customer_gateway_id",
    (("customer_gateway_name",),),
    ("customer_gateway_name", "customer_ips", "bgp_asn"),
)
VPN_CONNECTION = VpnConnectionKind(
    "vpn_connection",
    "VPN connection",
    "VpnConnection",
    "VpnConnections",
    fields.VPN_CONNECTION,
    "vpn_connection_id",
    (("bgw_id", "vpn_connection_name"), ("vpn_connection_name",)),
    ("vpn_connection_name", "bgw_id", "cgw_id"),
)
BORDER_GATEWAY_ROUTE = BorderGatewayRouteKind(
    "border_gateway_route",
    "border gateway route",
    "BgwRoutes",
    "BgwRoutes",
    fields.BORDER_GATEWAY_ROUTE,
    "bgw_route_id",
    (("bgw_id", "bgw_route_destination", "bgw_route_nexthop"),),
    ("bgw_id", "bgw_route_destination", "bgw_route_nexthop"),
    parents=("bgw_id",),
    unique=True,
)
ROUTE_TABLE = Kind(
    "route_table",
    "route table",
    "RouteTable",
    "RouteTables",
    (),
    "route_table_id",
    (("route_table_name",),),
    (),
)
