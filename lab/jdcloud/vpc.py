# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs, subnets, route tables with their rules and propagations. Published, but for propagations."""

from __future__ import annotations

import ipaddress
from typing import Any

from lab.jdcloud import bgw, schema
from lab.jdcloud.errors import exists, invalid, not_found, precondition
from lab.jdcloud.store import Record, Region, derived_id


def view_vpc(region: Region, vpc: Record) -> Record:
    vpc_id = vpc["vpcId"]
    return {
        **vpc,
        "aclIds": [],
        "routeTableIds": [x["routeTableId"] for x in region.children("routeTable", "vpcId", vpc_id)],
        "subnets": [view_subnet(region, s) for s in region.children("subnet", "vpcId", vpc_id)],
    }


def create_vpc(region: Region, body: Any) -> Record:
    """A VPC comes with its default route table and its default security group."""
    fields = schema.read(body, schema.VPC)
    region.need_quota("vpc")
    kept = {key: fields[key] for key in ("vpcName", "addressPrefix", "description", "resourceGroupId") if key in fields}
    vpc = region.add("vpc", {"addressPrefix": "", "description": "", **kept, "tags": fields.get("userTags") or []})
    _add_table(region, vpc["vpcId"], "default", {"routeTableName": "default", "associateType": "subnet"})
    group = {"networkSecurityGroupName": "default", "description": "", "vpcId": vpc["vpcId"]}
    region.add("networkSecurityGroup", {**group, "networkSecurityGroupType": "default", "securityGroupRules": []})
    return vpc


def modify_vpc(region: Region, vpc_id: str, body: Any) -> None:
    fields = schema.read(body, schema.MODIFY_VPC, partial=True)
    fields.pop("enableIpv6SubIds", None)
    region.get("vpc", vpc_id).update(fields)


def delete_vpc(region: Region, vpc_id: str) -> None:
    region.get("vpc", vpc_id)
    what = f"VPC {vpc_id}"
    region.refuse_use(what, region.children("subnet", "vpcId", vpc_id), "subnet")
    region.refuse_use(what, region.children("vpcAttachment", "vpcId", vpc_id), "vpcAttachment")
    custom = [x for x in region.children("routeTable", "vpcId", vpc_id) if x["routeTableType"] != "default"]
    region.refuse_use(what, custom, "routeTable")
    for kind in ("routeTable", "networkSecurityGroup"):
        for item in region.children(kind, "vpcId", vpc_id):
            del region.resources[kind][item[f"{kind}Id"]]
    del region.resources["vpc"][vpc_id]


def view_subnet(region: Region, subnet: Record) -> Record:
    block = ipaddress.IPv4Network(subnet["addressPrefix"])
    return {
        **subnet,
        "availableIpCount": block.num_addresses - 3,
        "startIp": str(block[0]),
        "endIp": str(block[-1]),
        "subnetType": "standard",
        "publicSubnet": False,
    }


def create_subnet(region: Region, body: Any) -> Record:
    fields = schema.read(body, schema.SUBNET)
    vpc = region.parent("vpc", fields["vpcId"], "vpcId")
    block = ipaddress.IPv4Network(fields["addressPrefix"])
    if vpc["addressPrefix"] and not block.subnet_of(ipaddress.IPv4Network(vpc["addressPrefix"])):
        raise invalid(f"addressPrefix: {block} is outside the VPC's {vpc['addressPrefix']}")
    for other in region.children("subnet", "vpcId", fields["vpcId"]):
        if block.overlaps(ipaddress.IPv4Network(other["addressPrefix"])):
            raise invalid(f"addressPrefix: {block} overlaps {other['subnetId']} {other['addressPrefix']}")
    region.need_quota("subnet", fields["vpcId"])
    tables = region.children("routeTable", "vpcId", fields["vpcId"])
    default = next(x["routeTableId"] for x in tables if x["routeTableType"] == "default")
    table = fields.setdefault("routeTableId", default)
    if table not in {x["routeTableId"] for x in tables}:
        raise invalid(f"routeTableId: {table} is not in {fields['vpcId']}")
    if fields.pop("dryRun", False):
        return {"subnetId": ""}
    fields["tags"] = fields.pop("userTags", [])
    return region.add("subnet", {"description": "", "ipMaskLen": 0, **fields})


def modify_subnet(region: Region, subnet_id: str, body: Any) -> None:
    region.get("subnet", subnet_id).update(schema.read(body, schema.MODIFY_SUBNET, partial=True))


def delete_subnet(region: Region, subnet_id: str) -> None:
    region.get("subnet", subnet_id)
    users = [a for a in region.all("vpcAttachment") if subnet_id in a["subnetIds"]]
    region.refuse_use(f"Subnet {subnet_id}", users, "vpcAttachment")
    region.refuse_use(f"Subnet {subnet_id}", region.children("instance", "subnetId", subnet_id), "instance")
    del region.resources["subnet"][subnet_id]


def view_table(region: Region, table: Record) -> Record:
    subnets = region.children("subnet", "routeTableId", table["routeTableId"])
    return {**table, "subnetIds": [s["subnetId"] for s in subnets], "routeTableRules": rules(region, table)}


def _add_table(region: Region, vpc_id: str, kind: str, fields: Record) -> Record:
    local = {
        "ruleId": region.new_id("rule"),
        "priority": 0,
        "nextHopType": "local",
        "nextHopId": "local",
        "addressPrefixType": "CIDR",
        "addressPrefix": region.resources["vpc"][vpc_id]["addressPrefix"] or "0.0.0.0/0",
        "origin": "static",
        "description": "",
    }
    record = {"vpcId": vpc_id, "routeTableType": kind, "description": "", "tags": [], **fields}
    return region.add("routeTable", {**record, "routeTableRules": [local], "routePropagations": []})


def create_table(region: Region, body: Any) -> Record:
    fields = schema.read(body, schema.ROUTE_TABLE)
    region.parent("vpc", fields["vpcId"], "vpcId")
    region.need_quota("route_table", fields["vpcId"])
    kept = {key: fields[key] for key in ("routeTableName", "description", "associateType") if key in fields}
    return _add_table(region, fields["vpcId"], "custom", kept)


def modify_table(region: Region, table_id: str, body: Any) -> None:
    region.get("routeTable", table_id).update(schema.read(body, schema.MODIFY_ROUTE_TABLE, partial=True))


def delete_table(region: Region, table_id: str) -> None:
    if region.get("routeTable", table_id)["routeTableType"] == "default":
        raise precondition("The default route table can not be deleted")
    users = region.children("subnet", "routeTableId", table_id)
    region.refuse_use(f"Route table {table_id}", users, "subnet")
    del region.resources["routeTable"][table_id]


def rules(region: Region, table: Record) -> list[Record]:
    """Static rules, and routes that the table's propagations let in from a border gateway."""
    found = [dict(rule) for rule in table["routeTableRules"]]
    for item in table["routePropagations"]:
        if item["propagationCidrType"] != "CIDR":
            continue  # prefix lists are not emulated, so nothing is learned by them
        allowed = [ipaddress.IPv4Network(x) for x in item["propagationCidrs"].split(",")]
        for route in bgw.routes(region, item["bgwId"]):
            destination = ipaddress.IPv4Network(route["bgwRouteDestination"])
            if route["bgwRouteNextHopType"] != "vpnConnection" or not any(destination.subnet_of(x) for x in allowed):
                continue
            if not _usable(region, route):
                continue
            found.append(
                {
                    "ruleId": derived_id("rule", table["routeTableId"], route["bgwRouteId"]),
                    "priority": item["priority"],
                    "nextHopType": "bgw",
                    "nextHopId": item["bgwId"],
                    "addressPrefixType": "CIDR",
                    "addressPrefix": str(destination),
                    "origin": "propagated",
                    "description": "",
                }
            )
    return found


def _usable(region: Region, route: Record) -> bool:
    """A route to a VPN connection counts while one of its tunnels is UP."""
    if route["origin"] == "propagated":
        return True
    tunnels = region.children("vpnTunnel", "vpnConnectionId", route["bgwRouteNexthop"])
    reported = any("_reported" in x for x in tunnels)
    return any(x["opStatus"] == "UP" for x in tunnels) or (region.settings.propagate_without_up and not reported)


def add_rules(region: Region, table_id: str, body: Any) -> None:
    table = region.get("routeTable", table_id)
    specs = schema.only_list(body, "routeTableRuleSpecs")
    read = [schema.read(item, schema.RULE, f"routeTableRuleSpecs[{n}].") for n, item in enumerate(specs)]
    region.need_quota("route_table_rule", table_id, len(read))
    for fields in read:
        if fields["nextHopType"] == "bgw":
            region.parent("bgw", fields["nextHopId"], "nextHopId")
            attached = {a["vpcId"] for a in region.children("vpcAttachment", "bgwId", fields["nextHopId"])}
            if table["vpcId"] not in attached:
                raise invalid(f"nextHopId: {fields['nextHopId']} is not attached to {table['vpcId']}")
        for other in table["routeTableRules"]:
            if all(other[key] == fields[key] for key in ("addressPrefix", "nextHopType", "nextHopId")):
                raise exists(f"a rule for {fields['addressPrefix']} over {fields['nextHopId']} exists")
    for fields in read:
        rule = {"ruleId": region.new_id("rule"), "description": "", **fields, "origin": "static"}
        table["routeTableRules"].append(rule)


def _rule(table: Record, rule_id: str) -> Record:
    for rule in table["routeTableRules"]:
        if rule["ruleId"] == rule_id:
            if rule["nextHopType"] == "local":
                raise precondition("The local rule can not be changed")
            return rule
    raise not_found("rule", rule_id)


def modify_rules(region: Region, table_id: str, body: Any) -> None:
    table = region.get("routeTable", table_id)
    for n, item in enumerate(schema.only_list(body, "modifyRouteTableRuleSpecs")):
        fields = schema.read(item, schema.MODIFY_RULE, f"modifyRouteTableRuleSpecs[{n}].")
        _rule(table, fields["ruleId"]).update(fields)


def remove_rules(region: Region, table_id: str, body: Any) -> None:
    table = region.get("routeTable", table_id)
    gone = [_rule(table, rule_id)["ruleId"] for rule_id in schema.only_list(body, "ruleIds")]
    table["routeTableRules"] = [rule for rule in table["routeTableRules"] if rule["ruleId"] not in gone]


def associate(region: Region, table_id: str, body: Any) -> None:
    table = region.get("routeTable", table_id)
    for subnet_id in schema.strings("subnetIds", (body or {}).get("subnetIds")):
        subnet = region.parent("subnet", subnet_id, "subnetIds")
        if subnet["vpcId"] != table["vpcId"]:
            raise invalid(f"subnetIds: {subnet_id} is not in {table['vpcId']}")
        subnet["routeTableId"] = table_id


def disassociate(region: Region, table_id: str, body: Any) -> None:
    """A subnet that leaves a table goes back to the VPC's default table."""
    table = region.get("routeTable", table_id)
    subnet = region.parent("subnet", schema.string("subnetId", (body or {}).get("subnetId")), "subnetId")
    if subnet["routeTableId"] != table_id:
        raise precondition(f"{subnet['subnetId']} is not associated with {table_id}")
    tables = region.children("routeTable", "vpcId", table["vpcId"])
    subnet["routeTableId"] = next(x["routeTableId"] for x in tables if x["routeTableType"] == "default")


def _cidrs(kind: str, value: str) -> str:
    if kind == "PREFIXLIST":
        return value
    return ",".join(schema.network("propagationCidrs", part.strip()) for part in value.split(","))


def add_propagation(region: Region, table_id: str, body: Any) -> Record:
    """One entry for a route table and border gateway: whether JD Cloud takes more is unknown, so the strict guess."""
    table = region.get("routeTable", table_id)
    fields = schema.read(body, schema.PROPAGATION)
    region.parent("bgw", fields["bgwId"], "bgwId")
    attached = {a["vpcId"] for a in region.children("vpcAttachment", "bgwId", fields["bgwId"])}
    if table["vpcId"] not in attached:
        raise precondition(f"{fields['bgwId']} is not attached to {table['vpcId']}")
    if any(item["bgwId"] == fields["bgwId"] for item in table["routePropagations"]):
        raise exists(f"{table_id} has a propagation of {fields['bgwId']} already")
    fields["propagationCidrs"] = _cidrs(fields["propagationCidrType"], fields["propagationCidrs"])
    propagation_id = region.new_id("propagation")
    table["routePropagations"].append({"propagationId": propagation_id, **fields})
    return {"routePropagationId": propagation_id}


def _propagation(table: Record, propagation_id: str) -> Record:
    for item in table["routePropagations"]:
        if item["propagationId"] == propagation_id:
            return item
    raise not_found("routePropagation", propagation_id)


def modify_propagation(region: Region, table_id: str, body: Any) -> None:
    table = region.get("routeTable", table_id)
    fields = schema.read(body, schema.MODIFY_PROPAGATION)
    item = _propagation(table, fields.pop("routePropagationId"))
    if fields.get("bgwId", item["bgwId"]) != item["bgwId"]:
        raise invalid("bgwId: can not be changed")
    if "propagationCidrs" in fields:
        kind = fields.get("propagationCidrType", item["propagationCidrType"])
        fields["propagationCidrs"] = _cidrs(kind, fields["propagationCidrs"])
    item.update(fields)


def remove_propagation(region: Region, table_id: str, body: Any) -> None:
    table = region.get("routeTable", table_id)
    gone = _propagation(table, schema.read(body, schema.REMOVE_PROPAGATION)["routePropagationId"])
    table["routePropagations"] = [item for item in table["routePropagations"] if item is not gone]
