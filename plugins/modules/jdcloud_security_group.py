#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_security_group
short_description: Manage JD Cloud network security groups and their rules
version_added: 0.1.0
description:
  - Makes, changes and removes network security groups of VPCs.
  - Found by O(network_security_group_id), else by O(vpc_id) and O(network_security_group_name). More than one match is
    an error that lists the ids.
  - What JD Cloud can't change makes the module fail with the field, both values and the remedy.
  - The operations of this module are published in JD Cloud's SDK.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.wait
  - intercloud.vpn.jdcloud.state
  - intercloud.vpn.jdcloud.attributes
options:
  network_security_group_id:
    description: Id of an existing group. With it, O(network_security_group_name) renames.
    type: str
  network_security_group_name:
    description: Name, 1 to 32 Chinese characters, letters, digits, C(_) and C(-). Needed to make one.
    type: str
  vpc_id:
    description: Id of its VPC. Needed to make one, and to find one by name. It can't be changed.
    type: str
  description:
    description: Description, up to 256 characters.
    type: str
  rules:
    description: Rules that it shall have, compared as a set. A description alone makes no other rule.
    type: list
    elements: dict
    suboptions:
      direction:
        description: Whether it is about packets to the machines or from them.
        type: str
        choices: [inbound, outbound]
        required: true
      protocol:
        description: The protocol.
        type: str
        choices: [all, icmp, tcp, udp]
        required: true
      action:
        description: Whether such packets pass.
        type: str
        choices: [allow, deny]
        default: allow
      cidr:
        description: The other side, an IPv4 range.
        type: str
        required: true
      from_port:
        description: First port, of TCP and UDP. V(1) if not set.
        type: int
      to_port:
        description: Last port, of TCP and UDP. V(65535) if not set.
        type: int
      priority:
        description: 1 to 100; the smaller wins. V(100) if not set.
        type: int
      description:
        description: Description, up to 256 characters.
        type: str
  purge_rules:
    description: Remove rules that O(rules) does not hold. Without it rules are only added.
    type: bool
    default: false
seealso:
  - module: intercloud.vpn.jdcloud_security_group_info
  - module: intercloud.vpn.jdcloud_instance
"""

EXAMPLES = r"""
- name: Admit pings from the other end of a link
  intercloud.vpn.jdcloud_security_group:
    region: cn-north-1
    vpc_id: vpc-0a1b2c3d4e
    network_security_group_name: beijing-probe
    rules:
      - {direction: inbound, protocol: icmp, cidr: 172.31.0.0/16}
      - {direction: outbound, protocol: all, cidr: 0.0.0.0/0}
"""

RETURN = r"""
security_group:
  description: The group. Not returned where there was none to remove. In check mode, as it would be.
  returned: when there is or was one
  type: dict
  contains:
    network_security_group_id:
      description: Id.
      type: str
      returned: when JD Cloud tells it
      sample: sg-0a1b2c3d4e
    network_security_group_name:
      description: Name.
      type: str
      returned: when JD Cloud tells it
      sample: beijing-probe
    vpc_id:
      description: Id of its VPC.
      type: str
      returned: when JD Cloud tells it
      sample: vpc-0a1b2c3d4e
    description:
      description: Description.
      type: str
      returned: when JD Cloud tells it
      sample: ""
    network_security_group_type:
      description: V(default) or V(custom).
      type: str
      returned: when JD Cloud tells it
      sample: custom
    rules:
      description: Its rules, in the terms of O(rules), each with its C(rule_id).
      type: list
      elements: dict
      returned: always
      sample:
        - {rule_id: rule-1, direction: inbound, protocol: icmp, action: allow, cidr: 172.31.0.0/16, priority: 100}
changes:
  description: What differed, field by field, with C(field), C(before), C(after) and C(interrupts). Secrets are hidden.
  returned: when the resource existed and shall exist
  type: list
  elements: dict
  sample: [{field: description, before: "", after: production, interrupts: false}]
error:
  description:
    - What JD Cloud answered, with C(operation), C(message), C(code), C(status), C(http_status), C(request_id) and
      C(details).
  returned: when JD Cloud refused a call
  type: dict
  sample:
    operation: createInstances
    message: instance quota exceeded
    code: 429
    status: QUOTA_EXCEEDED
    http_status: 429
    request_id: c3q2r8v0s7
    details: null
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.machines import (
    ACTIONS,
    DIRECTIONS,
    PROTOCOLS,
    SECURITY_GROUPS,
)
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.resource import manage
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import STATE, WAIT, jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        STATE,
        WAIT,
        network_security_group_id={"type": "str"},
        network_security_group_name={"type": "str"},
        vpc_id={"type": "str"},
        description={"type": "str"},
        rules={
            "type": "list",
            "elements": "dict",
            "options": {
                "direction": {"type": "str", "choices": list(DIRECTIONS), "required": True},
                "protocol": {"type": "str", "choices": list(PROTOCOLS), "required": True},
                "action": {"type": "str", "choices": list(ACTIONS), "default": "allow"},
                "cidr": {"type": "str", "required": True},
                "from_port": {"type": "int"},
                "to_port": {"type": "int"},
                "priority": {"type": "int"},
                "description": {"type": "str"},
            },
        },
        purge_rules={"type": "bool", "default": False},
    ),
    required_one_of=[["network_security_group_id", "network_security_group_name"]],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return manage(SECURITY_GROUPS, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
