# SPDX-License-Identifier: GPL-3.0-or-later
"""Network security groups and their rules. Published; what a new default group holds is not, so it is empty here."""

from __future__ import annotations

from typing import Any

from lab.jdcloud import schema
from lab.jdcloud.errors import invalid, not_found, precondition
from lab.jdcloud.schema import Rule, Spec, name, network, one_of, string, text, whole
from lab.jdcloud.store import Record, Region, now

SECURITY_GROUP: Spec = {
    "vpcId": Rule(string, required=True),
    "networkSecurityGroupName": Rule(name, required=True),
    "description": Rule(text),
}
MODIFY_SECURITY_GROUP: Spec = {"networkSecurityGroupName": Rule(name), "description": Rule(text)}
SECURITY_RULE: Spec = {
    "direction": Rule(one_of(0, 1), required=True),
    "ruleAction": Rule(one_of("ALLOW", "DENY"), default="ALLOW"),
    "priority": Rule(whole(1, 100), default=100),
    "protocol": Rule(one_of(300, 6, 17, 1), required=True),
    "addressPrefixType": Rule(one_of("CIDR", "PREFIXLIST"), default="CIDR"),
    "addressPrefix": Rule(network, required=True),
    "fromPort": Rule(whole(0, 65535)),
    "toPort": Rule(whole(0, 65535)),
    "description": Rule(text),
}
MODIFY_SECURITY_RULE: Spec = {
    "ruleId": Rule(string, required=True),
    **{key: Rule(rule.check) for key, rule in SECURITY_RULE.items() if key != "direction"},
}


def create(region: Region, body: Any) -> Record:
    fields = schema.read(body, SECURITY_GROUP)
    region.parent("vpc", fields["vpcId"], "vpcId")
    region.need_quota("security_group", fields["vpcId"])
    record = {"description": "", **fields, "networkSecurityGroupType": "custom", "securityGroupRules": []}
    return region.add("networkSecurityGroup", record)


def modify(region: Region, group_id: str, body: Any) -> None:
    fields = schema.read(body, MODIFY_SECURITY_GROUP, partial=True)
    region.get("networkSecurityGroup", group_id).update(fields)


def delete(region: Region, group_id: str) -> None:
    if region.get("networkSecurityGroup", group_id)["networkSecurityGroupType"] == "default":
        raise precondition("The default security group can not be deleted")
    users = region.all("instance", lambda instance: group_id in instance["_securityGroupIds"])
    region.refuse_use(f"Security group {group_id}", users, "instance")
    del region.resources["networkSecurityGroup"][group_id]


def add_rules(region: Region, group_id: str, body: Any) -> None:
    group = region.get("networkSecurityGroup", group_id)
    specs = schema.only_list(body, "networkSecurityGroupRuleSpecs")
    rules = []
    for n, item in enumerate(specs):
        fields = schema.read(item, SECURITY_RULE, f"networkSecurityGroupRuleSpecs[{n}].")
        fields |= _ports(fields)
        rules.append(
            {"ruleId": region.new_id("rule"), "ipVersion": 4, "ruleType": "custom", "createdTime": now(), **fields}
        )
    group["securityGroupRules"] += rules


def _ports(fields: Record) -> Record:
    """All ports unless some are named; 0 where a protocol has none [published]."""
    if fields["protocol"] not in (6, 17):
        return {"fromPort": 0, "toPort": 0}
    return {"fromPort": fields.get("fromPort") or 1, "toPort": fields.get("toPort") or 65535}


def modify_rules(region: Region, group_id: str, body: Any) -> None:
    group = region.get("networkSecurityGroup", group_id)
    for n, item in enumerate(schema.only_list(body, "modifySecurityGroupRuleSpecs")):
        fields = schema.read(item, MODIFY_SECURITY_RULE, f"modifySecurityGroupRuleSpecs[{n}].")
        _rule(group, fields["ruleId"]).update(fields)


def _rule(group: Record, rule_id: str) -> Record:
    for rule in group["securityGroupRules"]:
        if rule["ruleId"] == rule_id:
            return rule
    raise not_found("rule", rule_id)


def remove_rules(region: Region, group_id: str, body: Any) -> None:
    group = region.get("networkSecurityGroup", group_id)
    gone = schema.only_list(body, "ruleIds")
    if not all(isinstance(item, str) for item in gone):
        raise invalid("ruleIds: a list of ids")
    group["securityGroupRules"] = [rule for rule in group["securityGroupRules"] if rule["ruleId"] not in gone]
