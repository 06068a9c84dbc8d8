# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: instances and the security groups that guard them. Source: vm 1.0.8 and vpc 1.1.60."""

from __future__ import annotations

import typing as t

from .._module import Context, Failure
from .._vpn.diff import Change, Field, differences
from .fields import INSTANCE, SECURITY_GROUP, cidr
from .kinds import Kind, Params, Record

if t.TYPE_CHECKING:
    from .client import Client

PROTOCOLS = {"all": 300, "icmp": 1, "tcp": 6, "udp": 17}
DIRECTIONS = {"inbound": 0, "outbound": 1}
ACTIONS = {"allow": "ALLOW", "deny": "DENY"}
RULES = Field("rules", unordered=True)
_PROTOCOL_NAMES = {number: name for name, number in PROTOCOLS.items()}
_DIRECTION_NAMES = {number: name for name, number in DIRECTIONS.items()}
_COMPARED = ("direction", "protocol", "action", "cidr", "from_port", "to_port", "priority")
_GOING = ("deleting", "deleted")
_REMOVABLE = ("running", "stopped", "error")


class InstanceKind(Kind):
    def operation(self, verb: str) -> str:
        return {"create": "createInstances", "modify": "modifyInstanceAttribute"}.get(verb) or super().operation(verb)

    def record(self, raw: Record) -> Record:
        record = super().record(raw)
        interface = (record.get("primary_network_interface") or {}).get("network_interface") or {}
        record["security_group_ids"] = [group["group_id"] for group in interface.get("security_groups") or ()]
        return record

    def belongs(self, record: Params) -> bool:
        return record.get("status") not in _GOING

    def create(self, client: Client, params: Params, lookup: t.Callable[[], t.Any]) -> t.Any:
        interface = {
            "subnet_id": params["subnet_id"],
            "primary_ip_address": params.get("private_ip_address"),
            "security_groups": params.get("security_group_ids"),
        }
        disk = {"disk_category": "cloud", "auto_delete": True}
        spec = {
            "name": params["instance_name"],
            "az": params["az"],
            "instance_type": params["instance_type"],
            "image_id": params["image_id"],
            "description": params.get("description"),
            "key_names": params.get("key_names"),
            "primary_network_interface": {"network_interface": interface},
            "system_disk": disk,
        }
        values = {"instance_spec": {key: value for key, value in spec.items() if value is not None}, "max_count": 1}
        return client.call(self.operation("create"), {}, values, lookup)

    def modify(self, client: Client, params: Params, current: Record, changes: list[Change]) -> None:
        names = {"instance_name": "name"}
        values = {names.get(change.name, change.name): params[change.name] for change in changes}
        client.call(self.operation("modify"), {self.id: current[self.id]}, values)

    def ready(self, record: Record) -> bool:
        if record.get("status") == "error":
            raise Failure(
                f"instance {self.label(record)}: JD Cloud could not make it (status error) and removes it by itself. "
                "Look for the reason in the console, for example stock of the type in the zone, and run again."
            )
        return record.get("status") in ("running", "stopped")

    def removable(self, record: Record) -> bool:
        return record.get("status") in _REMOVABLE


class SecurityGroupKind(Kind):
    """Rules are compared as a set; without `purge_rules` only the ones that are missing count."""

    def operation(self, verb: str) -> str:
        return f"describe{self.plural}" if verb == "list" else f"{verb}NetworkSecurityGroup"

    def record(self, raw: Record) -> Record:
        record = super().record(raw)
        record["rules"] = [_rule(rule) for rule in record.get("security_group_rules") or ()]
        return record

    def public(self, record: Params) -> Record:
        return {key: value for key, value in record.items() if key != "security_group_rules"}

    def differences(self, params: Params, current: Params, ctx: Context) -> list[Change]:
        changes = differences(self.fields, params, current)
        have = {_known(rule) for rule in current.get("rules") or ()}
        want = {_known(rule) for rule in params.get("rules") or ()}
        if want - have or (params.get("rules") is not None and params.get("purge_rules") and have - want):
            after = want if params.get("purge_rules") else want | have
            changes.append(Change(RULES, sorted(map(_words, have)), sorted(map(_words, after))))
        return changes

    def modify(self, client: Client, params: Params, current: Record, changes: list[Change]) -> None:
        path = {self.id: current[self.id]}
        values = {change.name: params[change.name] for change in changes if change.name != "rules"}
        if values:
            client.call(self.operation("modify"), path, values)
        if not any(change.name == "rules" for change in changes):
            return
        have = {_known(rule): rule for rule in current.get("rules") or ()}
        want = {_known(rule): rule for rule in params["rules"] or ()}
        missing = [_wire(rule) for key, rule in want.items() if key not in have]
        if missing:  # what is admitted anew comes first, so that nothing is shut out meanwhile
            specs = {"network_security_group_rule_specs": missing}
            client.call("addNetworkSecurityGroupRules", path, specs, lambda: self._has(client, path, want) or None)
        surplus = [rule["rule_id"] for key, rule in have.items() if key not in want]
        if surplus and params.get("purge_rules"):
            client.call("removeNetworkSecurityGroupRules", path, {"rule_ids": surplus})

    def _has(self, client: Client, path: Record, wanted: t.Collection[tuple[str, ...]]) -> bool:
        """Whether a call whose answer was lost has added the rules: JD Cloud adds all of a call's or none."""
        group = self.get(client, path[self.id], {}) or {}
        return set(wanted) <= {_known(rule) for rule in group.get("rules") or ()}

    def preview(self, params: Params, current: Record, names: t.Collection[str]) -> Record:
        record = super().preview(params, current, [name for name in names if name != "rules"])
        if params.get("rules") is None:
            return record
        stay = {_known(rule): rule for rule in current.get("rules") or ()}
        want = {_known(rule): stay.get(_known(rule)) or _planned(rule) for rule in params["rules"]}
        record["rules"] = list((want if params.get("purge_rules") else {**stay, **want}).values())
        return record


def _rule(raw: Params) -> Record:
    """A rule as the module writes it."""
    direction, protocol = t.cast(int, raw.get("direction")), t.cast(int, raw.get("protocol"))
    return {
        "rule_id": raw.get("rule_id"),
        "direction": _DIRECTION_NAMES.get(direction, direction),
        "protocol": _PROTOCOL_NAMES.get(protocol, protocol),
        "action": str(raw.get("rule_action") or "ALLOW").lower(),
        "cidr": raw.get("address_prefix"),
        "from_port": raw.get("from_port"),
        "to_port": raw.get("to_port"),
        "priority": raw.get("priority"),
        "description": raw.get("description") or "",
    }


def _planned(rule: Params) -> Record:
    """A rule that would be made, in the form of one that was read."""
    return {
        "rule_id": None,
        **rule,
        "priority": rule.get("priority") or 100,
        "description": rule.get("description") or "",
    }


def _known(rule: Params) -> tuple[str, ...]:
    """What makes two rules the same: all but their descriptions. Ports mean something for TCP and UDP only."""
    ported = rule["protocol"] in ("tcp", "udp")
    values = {**rule, "cidr": cidr(rule["cidr"]), "priority": rule.get("priority") or 100}
    values["from_port"] = (rule.get("from_port") or 1) if ported else ""
    values["to_port"] = (rule.get("to_port") or 65535) if ported else ""
    return tuple(str(values[name]) for name in _COMPARED)


def _words(key: tuple[str, ...]) -> str:
    direction, protocol, action, network, low, high, priority = key
    ports = f" {low}-{high}" if low else ""
    return f"{priority} {action} {direction} {protocol}{ports} {network}"


def _wire(rule: Params) -> Record:
    return {
        "direction": DIRECTIONS[rule["direction"]],
        "protocol": PROTOCOLS[rule["protocol"]],
        "rule_action": ACTIONS[rule["action"]],
        "address_prefix": rule["cidr"],
        "from_port": rule.get("from_port"),
        "to_port": rule.get("to_port"),
        "priority": rule.get("priority"),
        "description": rule.get("description"),
    }


INSTANCES = InstanceKind(
    "instance",
    "instance",
    "Instance",
    "Instances",
    INSTANCE,
    "instance_id",
    (("subnet_id", "instance_name"), ("instance_name",)),
    ("instance_name", "instance_type", "image_id", "subnet_id", "az"),
)
SECURITY_GROUPS = SecurityGroupKind(
    "security_group",
    "security group",
    "NetworkSecurityGroup",
    "NetworkSecurityGroups",
    SECURITY_GROUP,
    "network_security_group_id",
    (("vpc_id", "network_security_group_name"),),
    ("vpc_id", "network_security_group_name"),
)
