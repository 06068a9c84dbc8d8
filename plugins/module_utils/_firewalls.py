# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: reads what filters packets before an address in a VPC. Read-only.

AWS: the security groups of the network interface with that address, and the network ACL of its subnet. JD Cloud: the
security groups of the instance with that address. What can't be read is told in `notes` and is no failure: this is
asked when something is wrong already.
"""

from __future__ import annotations

import ipaddress
import typing as t

from ._aws.api import Ec2, ec2_client
from ._aws.errors import ApiFailure
from ._jdcloud.client import Client, client_from_params
from ._jdcloud.convert import from_wire
from ._jdcloud.errors import JdCloudError
from ._module import Context
from ._vpn.sites import JDCLOUD

Record = dict[str, t.Any]
Settings = t.Mapping[str, t.Any]


def read(
    sites: t.Sequence[Settings], gathered: t.Mapping[str, Record], probes: t.Sequence[Settings], ctx: Context
) -> list[Record]:
    """What stands before each probe: a record for each that names one of the sites."""
    found: list[Record] = []
    for site in sites:
        here = [probe for probe in probes if probe["site"] == site["name"]]
        if not here:
            continue
        records = [
            {
                "site": site["name"],
                "kind": site["kind"],
                "address": probe["address"],
                "security_group_ids": list(probe.get("security_group_ids") or ()),
                "security_groups": [],
                "network_acl": None,
                "notes": [],
            }
            for probe in here
        ]
        params = {**{k: v for k, v in (site.get("auth") or {}).items() if v is not None}, "region": site["region"]}
        if site["kind"] == JDCLOUD:
            _jdcloud(client_from_params(params, ctx), gathered[site["name"]], records)
        else:
            _aws(ec2_client(params), gathered[site["name"]], records)
        found += records
    return found


def _jdcloud(client: Client, gathered: Record, records: list[Record]) -> None:
    if any(not record["security_group_ids"] for record in records):
        _instances(client, gathered, records)
    try:
        groups = {x["networkSecurityGroupId"]: x for x in client.list("describeNetworkSecurityGroups")}
    except JdCloudError as error:
        groups = {}
        _note(records, f"JD Cloud's security groups can't be read ({error})")
    for record in records:
        for ident in record["security_group_ids"]:
            if ident in groups:
                rules = [from_wire(rule) for rule in groups[ident].get("securityGroupRules") or ()]
                record["security_groups"].append({"id": ident, "rules": rules})
            elif groups:
                record["notes"].append(f"JD Cloud knows no security group {ident}")
        acl_id = _acl(gathered, record["address"])
        if acl_id:
            record["notes"].append(f"network ACL {acl_id} of JD Cloud")


def _instances(client: Client, gathered: Record, records: list[Record]) -> None:
    """The security groups of the instances that have the addresses, in the VPCs of the site."""
    vpc_ids = {vpc.get("vpc_id") for vpc in gathered.get("vpcs") or ()}
    try:
        instances = [from_wire(raw) for raw in client.list("describeInstances")]
    except JdCloudError as error:
        _note(records, f"JD Cloud's instances can't be read ({error})")
        return
    by_address: dict[str, list[str]] = {}
    for instance in instances:
        attached = [instance.get("primary_network_interface"), *(instance.get("secondary_network_interfaces") or ())]
        for interface in ((item or {}).get("network_interface") or {} for item in attached):
            if (interface.get("vpc_id") or instance.get("vpc_id")) in vpc_ids:
                groups = [str(group["group_id"]) for group in interface.get("security_groups") or ()]
                for ip in (interface.get("primary_ip") or {}, *(interface.get("secondary_ips") or ())):
                    by_address[str(ip.get("private_ip_address"))] = groups
    for record in records:
        if not record["security_group_ids"]:
            record["security_group_ids"] = by_address.get(record["address"], [])
            if record["address"] not in by_address:
                record["notes"].append(f"JD Cloud has no instance with the address {record['address']} in this VPC")


def _acl(gathered: Record, address: str) -> str:
    """The ACL of the subnet that holds an address, where it has one."""
    for vpc in gathered.get("vpcs") or ():
        for subnet in vpc.get("subnets") or ():
            prefix = subnet.get("address_prefix")
            if prefix and ipaddress.IPv4Address(address) in ipaddress.IPv4Network(prefix, strict=False):
                return str(subnet.get("acl_id") or "")
    return ""


def _aws(ec2: Ec2, gathered: Record, records: list[Record]) -> None:
    try:
        _aws_interfaces(ec2, gathered, records)
    except ApiFailure as failure:
        _note(records, f"AWS's security groups and network ACLs can't be read ({failure})")


def _aws_interfaces(ec2: Ec2, gathered: Record, records: list[Record]) -> None:
    filters = [
        {"Name": "addresses.private-ip-address", "Values": sorted({record["address"] for record in records})},
        {"Name": "vpc-id", "Values": [vpc["vpc_id"] for vpc in gathered.get("vpcs") or ()]},
    ]
    by_address: dict[str, Record] = {}
    for interface in ec2.read("describe_network_interfaces", "NetworkInterfaces", Filters=filters):
        own = interface.get("PrivateIpAddresses") or ()
        by_address.update({str(x.get("PrivateIpAddress")): interface for x in own})
    found = [(record, by_address.get(record["address"])) for record in records]
    group_ids = {g["GroupId"] for _record, item in found if item for g in item.get("Groups") or ()}
    subnet_ids = {item["SubnetId"] for _record, item in found if item}
    groups = _aws_groups(ec2, sorted(group_ids))
    acls = _aws_acls(ec2, sorted(subnet_ids))
    for record, item in found:
        if item is None:
            record["notes"].append(f"AWS has no network interface with the address {record['address']} in this VPC")
            continue
        record["security_group_ids"] = [g["GroupId"] for g in item.get("Groups") or ()]
        record["security_groups"] = [groups[ident] for ident in record["security_group_ids"] if ident in groups]
        record["network_acl"] = acls.get(item["SubnetId"])


def _aws_groups(ec2: Ec2, idents: list[str]) -> dict[str, Record]:
    raw = ec2.read("describe_security_groups", "SecurityGroups", GroupIds=idents) if idents else []
    return {
        group["GroupId"]: {
            "id": group["GroupId"],
            "rules": [
                {
                    "inbound": inbound,
                    "protocol": rule.get("IpProtocol"),
                    # Of ICMP, AWS's «from port» is the type.
                    "icmp_type": rule.get("FromPort"),
                    "cidrs": [x.get("CidrIp") for x in rule.get("IpRanges") or ()],
                }
                for inbound, key in ((True, "IpPermissions"), (False, "IpPermissionsEgress"))
                for rule in group.get(key) or ()
            ],
        }
        for group in raw
    }


def _aws_acls(ec2: Ec2, subnet_ids: list[str]) -> dict[str, Record]:
    """Network ACLs by the subnets that they are associated with."""
    if not subnet_ids:
        return {}
    filters = [{"Name": "association.subnet-id", "Values": subnet_ids}]
    found: dict[str, Record] = {}
    for raw in ec2.read("describe_network_acls", "NetworkAcls", Filters=filters):
        acl: Record = {
            "id": raw["NetworkAclId"],
            "rules": [
                {
                    "inbound": not entry.get("Egress"),
                    "allow": entry.get("RuleAction") == "allow",
                    "number": entry.get("RuleNumber"),
                    "protocol": entry.get("Protocol"),
                    "cidr": entry.get("CidrBlock"),
                    "icmp_type": (entry.get("IcmpTypeCode") or {}).get("Type"),
                }
                for entry in raw.get("Entries") or ()
            ],
        }
        found.update({x["SubnetId"]: acl for x in raw.get("Associations") or () if x.get("SubnetId")})
    return found


def _note(records: t.Iterable[Record], text: str) -> None:
    for record in records:
        record["notes"].append(text)
