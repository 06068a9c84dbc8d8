# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what has to be made, or removed, so that a site is as the inventory wants it. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._aws import fields as aws_fields
from .._jdcloud import fields as jdcloud_fields
from . import naming
from .actions import Action, shown
from .desired import UNKNOWN
from .diff import Field, differences
from .faults import Fault
from .sites import JDCLOUD, Site, Subnet
from .view import Resource, site_gateway, site_of, site_vpc, surplus_gateways


@dataclass
class SitePlan:
    """What to do for one site; `params` are the options of the role's modules, `removals` the ids of what is ours."""

    site: str
    actions: list[Action] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    params: dict[str, t.Any] = field(default_factory=dict)
    removals: dict[str, t.Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, t.Any]:
        """For a return value."""
        return {
            "site": self.site,
            "converged": not self.actions,
            "actions": [action.as_dict() for action in self.actions],
            "text": [str(action) for action in self.actions],
            "params": self.params,
            "removals": self.removals,
        }

    def want(self, verb: str, kind: str, name: str, reason: str, changes: t.Any = ()) -> None:
        self.actions.append(Action("site", verb, kind, name, reason, shown(changes)))

    def check(self, fields: t.Sequence[Field], desired: Resource, current: Resource, kind: str, name: str) -> None:
        """A thing of ours that exists: what differs is changed, or is a fault where the cloud can't change it."""
        changes = differences(fields, desired, current)
        for change in changes:
            if change.field.immutable:
                text = f"{kind} {name}: {change.name} is {change.before!r} and can't be changed to {change.after!r}"
                self.faults.append(Fault(f"site {self.site}", text, "", change.field.immutable.rstrip(".")))
        rest = [change for change in changes if not change.field.immutable]
        if rest:
            self.want("modify", kind, name, "differs", rest)


def build(site: Site, gathered: Resource) -> SitePlan:
    """The plan of a site that should be there, and the ids of what would go if it should not."""
    plan = SitePlan(site.name)
    gateway, faults = site_gateway(site, gathered)
    vpc, more = site_vpc(site, gathered)
    plan.faults += faults + more
    if not plan.faults:
        (_jdcloud if site.kind == JDCLOUD else _aws)(site, gathered, gateway, vpc, plan)
    return plan


def _ours(site: Site, item: Resource | None, adopted: str) -> bool:
    return item is not None and not adopted and site_of(item) == site.name


def _subnets(
    site: Site, plan: SitePlan, existing: t.Sequence[Resource], keys: tuple[str, str], kind: str
) -> list[Resource]:
    """The site's own subnets, found by name in its VPC; a same-named one that is not ours is a fault."""
    name_key, cidr_key = keys
    ours: list[Resource] = []
    for subnet in site.subnets:
        found = [item for item in existing if item.get(name_key) == subnet.name]
        mine = [item for item in found if site_of(item) == site.name]
        if found and not mine:
            text = f"a subnet named {subnet.name} exists in the VPC and is not ours"
            remedy = "leave it out of subnets, or rename one of them"
            plan.faults.append(Fault(f"site {site.name}", text, "", remedy))
        elif not found:
            plan.want("create", kind, subnet.name, f"does not exist; {subnet.cidr}")
        elif str(mine[0].get(cidr_key)) != str(subnet.cidr):
            text = f"subnet {subnet.name} is {mine[0].get(cidr_key)} and can't be changed to {subnet.cidr}"
            plan.faults.append(Fault(f"site {site.name}", text, "", "give the new range another name"))
        ours += mine[:1]
    return ours


def _jdcloud(site: Site, gathered: Resource, gateway: Resource | None, vpc: Resource | None, plan: SitePlan) -> None:
    description = naming.mark(site=site.name)
    vpc_id, bgw_id = (vpc or {}).get("vpc_id"), (gateway or {}).get("bgw_id")
    wanted_vpc = {"vpc_name": site.vpc_name, "description": description, "address_prefix": str(site.vpc_cidr)}
    if vpc is None:
        plan.want("create", "jdcloud_vpc", site.vpc_name, f"does not exist; {site.vpc_cidr}")
    elif not site.vpc_id:
        plan.check(jdcloud_fields.VPC, wanted_vpc, vpc, "jdcloud_vpc", site.vpc_name)
    existing = (vpc or {}).get("subnets") or []
    subnets = _subnets(site, plan, existing, ("subnet_name", "address_prefix"), "jdcloud_subnet")
    wanted_gateway = {"bgw_name": site.gateway_name, "description": description, **dict(site.gateway_options)}
    if gateway is None:
        plan.want("create", "jdcloud_border_gateway", site.gateway_name, "does not exist")
    elif not site.gateway_id:
        plan.check(jdcloud_fields.BORDER_GATEWAY, wanted_gateway, gateway, "jdcloud_border_gateway", site.gateway_name)
    by_name = {str(item.get("subnet_name")): str(item.get("subnet_id")) for item in existing}
    chosen = [by_name.get(name, UNKNOWN if not name.startswith("subnet-") else name) for name in site.propagate_subnets]
    wanted_attachment: dict[str, t.Any] = {
        "vpc_attachment_name": naming.resource_name("jdcloud_vpc_attachment", site.name),
        "propagate_type": site.propagate,
    }
    if site.propagate == "partial":
        wanted_attachment["subnet_ids"] = chosen
    attachment = None
    for item in gathered.get("vpc_attachments") or ():
        if item.get("vpc_id") == vpc_id and item.get("bgw_id") == bgw_id:
            attachment = item
    name = wanted_attachment["vpc_attachment_name"]
    ours = attachment is not None and (
        attachment.get("vpc_attachment_name") == name
        or _ours(site, vpc, site.vpc_id)
        or _ours(site, gateway, site.gateway_id)
    )
    if attachment is None:
        plan.want("create", "jdcloud_vpc_attachment", name, "the border gateway reaches no VPC without it")
    elif ours:
        current = {**attachment, "subnet_ids": _propagated_subnets(attachment)}
        plan.check(jdcloud_fields.VPC_ATTACHMENT, wanted_attachment, current, "jdcloud_vpc_attachment", name)
    plan.params = {
        "vpc": None if site.vpc_id else wanted_vpc,
        "vpc_id": vpc_id or UNKNOWN,
        "subnets": [_subnet(item, description) for item in site.subnets],
        "border_gateway": None if site.gateway_id else wanted_gateway,
        "bgw_id": bgw_id or UNKNOWN,
        "vpc_attachment": None if attachment is not None and not ours else wanted_attachment,
    }
    plan.removals = {
        "vpc_attachment_id": (attachment or {}).get("vpc_attachment_id") if ours else None,
        "bgw_id": bgw_id if _ours(site, gateway, site.gateway_id) else None,
        "subnet_ids": [str(item.get("subnet_id")) for item in subnets],
        "vpc_id": vpc_id if _ours(site, vpc, site.vpc_id) else None,
    }


def _subnet(subnet: Subnet, description: str) -> dict[str, str]:
    return {"subnet_name": subnet.name, "address_prefix": str(subnet.cidr), "description": description}


def _propagated_subnets(attachment: Resource) -> list[str]:
    return [
        str(item.get("subnet_id")) for item in attachment.get("propagate_cidr_infos") or () if item.get("subnet_id")
    ]


def _aws(site: Site, gathered: Resource, gateway: Resource | None, vpc: Resource | None, plan: SitePlan) -> None:
    tags = {naming.TAG_SITE: site.name}
    vpc_id, vgw_id = (vpc or {}).get("vpc_id"), (gateway or {}).get("vpn_gateway_id")
    if vpc is None:
        plan.want("create", "ec2_vpc_net", site.vpc_name, f"does not exist; {site.vpc_cidr}")
    elif not site.vpc_id and str(site.vpc_cidr) not in (vpc.get("cidr_blocks") or ()):
        text = f"VPC {vpc_id} has {', '.join(vpc.get('cidr_blocks') or ())}, the inventory says {site.vpc_cidr}"
        plan.faults.append(Fault(f"site {site.name}", text, "", "correct vpc.cidr, or give the VPC's id to adopt it"))
    subnets = _subnets(site, plan, gathered.get("subnets") or [], ("name", "cidr_block"), "ec2_vpc_subnet")
    surplus = [str(item.get("vpn_gateway_id")) for item in surplus_gateways(site, gathered)]
    for ident in surplus:
        plan.want("delete", "ec2_vpc_vgw", ident, "another gateway of this site serves; two runs at once made one each")
    to_attach = None
    if gateway is None:
        plan.want("create", "ec2_vpc_vgw", site.gateway_name, f"does not exist; ASN {site.asn}")
    else:
        wanted = {"amazon_side_asn": site.asn}
        plan.check(aws_fields.VPN_GATEWAY, wanted, gateway, "ec2_vpc_vgw", str(gateway.get("name") or vgw_id))
        attached = [x.get("vpc_id") for x in gateway.get("vpc_attachments") or ()]
        if not attached:
            plan.want("modify", "ec2_vpc_vgw", str(gateway.get("name") or vgw_id), "is attached to no VPC")
            # The stock module can't attach a gateway without naming it, so an existing name is given again.
            to_attach = str(gateway.get("name") or site.gateway_name)
        elif vpc_id and vpc_id not in attached:
            text = f"gateway {vgw_id} is attached to VPC {attached[0]}, not to {vpc_id}"
            plan.faults.append(Fault(f"site {site.name}", text, "", "correct vpc.id or vpn_gateway.id"))
    tables = [x for x in gathered.get("route_tables") or () if wanted_table(site, x)]
    for wanted_id in site.route_tables:
        if vpc and wanted_id not in {x.get("route_table_id") for x in tables}:
            allowed = ", ".join(str(x.get("route_table_id")) for x in gathered.get("route_tables") or ())
            text = f"route table {wanted_id} does not exist in VPC {vpc_id}"
            plan.faults.append(Fault(f"vpn_sites.{site.name}.route_tables", text, allowed, "correct it"))
    without = [str(x["route_table_id"]) for x in tables if vgw_id not in (x.get("propagating_gateway_ids") or ())]
    if without or not tables:
        name = ", ".join(without) or UNKNOWN
        plan.want("create", "aws_route_propagation", name, "the VPC must learn the gateway's routes")
    mark = {naming.TAG_PROPAGATION: site.name}
    marked = [
        str(x["route_table_id"])
        for x in gathered.get("route_tables") or ()
        if (x.get("tags") or {}).get(naming.TAG_PROPAGATION) == site.name
    ]
    plan.params = {
        "vpc": None if site.vpc_id else {"name": site.vpc_name, "cidr_block": str(site.vpc_cidr), "tags": tags},
        "vpc_id": vpc_id or UNKNOWN,
        "subnets": [{"name": s.name, "cidr": str(s.cidr), "tags": {"Name": s.name, **tags}} for s in site.subnets],
        "vpn_gateway": None if site.gateway_id else {"name": site.gateway_name, "asn": site.asn, "tags": tags},
        "vpn_gateway_id": vgw_id or UNKNOWN,
        "unattached": not (gateway or {}).get("vpc_attachments"),
        "surplus_vpn_gateway_ids": surplus,
        "attach_vpn_gateway_named": to_attach if site.gateway_id else None,
        "route_table_ids": [str(x["route_table_id"]) for x in tables],
        "propagation_mark": mark,
    }
    plan.removals = {
        "route_table_ids": marked,
        "propagating_vpn_gateway_id": vgw_id,
        "propagation_mark": mark,
        "vpn_gateway_id": vgw_id if _ours(site, gateway, site.gateway_id) else None,
        "surplus_vpn_gateway_ids": surplus,
        "subnets": [str(item.get("cidr_block")) for item in subnets],
        "vpc_id": vpc_id if _ours(site, vpc, site.vpc_id) else None,
        "subnet_vpc_id": vpc_id,
    }


def wanted_table(site: Site, table: Resource) -> bool:
    """The tables that the inventory names, else the VPC's main one."""
    if site.route_tables:
        return table.get("route_table_id") in site.route_tables
    return bool(table.get("main"))
