#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_security_group_info
short_description: Read JD Cloud network security groups
version_added: 0.1.0
description:
  - Reads JD Cloud network security groups, all pages.
  - Several options narrow down together; without any, everything is returned. They are applied on this side.
  - The operations of this module are published in JD Cloud's SDK.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  network_security_group_ids:
    description: Ids.
    type: list
    elements: str
  network_security_group_names:
    description: Names.
    type: list
    elements: str
  vpc_ids:
    description: Ids of VPCs.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_security_group
"""

EXAMPLES = r"""
- name: Read network security groups
  intercloud.vpn.jdcloud_security_group_info:
    region: cn-north-1
    vpc_ids: [vpc-0a1b2c3d4e]
"""

RETURN = r"""
security_groups:
  description: What was found. Empty where nothing was.
  returned: success
  type: list
  elements: dict
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
      description:
        - Its rules, in the terms of O(intercloud.vpn.jdcloud_security_group#module:rules), each with its C(rule_id).
      type: list
      elements: dict
      returned: always
      sample:
        - {rule_id: rule-1, direction: inbound, protocol: icmp, action: allow, cidr: 172.31.0.0/16, priority: 100}
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.read import info
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

FILTERS = {
    "network_security_group_ids": "network_security_group_id",
    "network_security_group_names": "network_security_group_name",
    "vpc_ids": "vpc_id",
}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        network_security_group_ids={"type": "list", "elements": "str"},
        network_security_group_names={"type": "list", "elements": "str"},
        vpc_ids={"type": "list", "elements": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return info("security_group", "security_groups", FILTERS, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
