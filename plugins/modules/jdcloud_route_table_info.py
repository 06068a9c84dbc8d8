#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_route_table_info
short_description: Read route tables of JD Cloud VPCs
version_added: 0.1.0
description:
  - Reads route tables of JD Cloud VPCs, all pages.
  - Several options narrow down together; without any, everything is returned. They are applied on this side, because
    JD Cloud does not document the names of its filters.
  - With their rules, static and propagated ones, and their propagations.
  - The operations of this module are published in JD Cloud's SDK.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  route_table_ids:
    description: Ids.
    type: list
    elements: str
  route_table_names:
    description: Names.
    type: list
    elements: str
  vpc_ids:
    description: Ids of VPCs.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_route_propagation
"""

EXAMPLES = r"""
- name: Read route tables
  intercloud.vpn.jdcloud_route_table_info:
    region: cn-north-1
    vpc_ids: [vpc-0a1b2c3d4e]
"""

RETURN = r"""
route_tables:
  description: What was found. Empty where nothing was.
  returned: success
  type: list
  elements: dict
  contains:
    route_table_id:
      description: Id.
      type: str
      returned: always
      sample: rtb-0a1b2c3d4e
    route_table_name:
      description: Name.
      type: str
      returned: when JD Cloud tells it
      sample: default
    route_table_type:
      description: V(default), V(custom) or V(system).
      type: str
      returned: when JD Cloud tells it
      sample: default
    vpc_id:
      description: Id of the VPC.
      type: str
      returned: when JD Cloud tells it
      sample: vpc-0a1b2c3d4e
    subnet_ids:
      description: Ids of the subnets that use it.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: [subnet-0a1b2c3d4e]
    route_table_rules:
      description:
        - Its rules with C(rule_id), C(address_prefix), C(next_hop_type), C(next_hop_id), C(priority) and C(origin),
          which is V(static) or V(propagated).
      type: list
      elements: dict
      returned: when JD Cloud tells it
      sample:
        [{rule_id: rule-1, address_prefix: 172.31.0.0/16, next_hop_type: bgw, next_hop_id: bgw-0a1b2c3d4e,
        priority: 150, origin: propagated}]
    route_propagations:
      description:
        - What it learns from border gateways, with C(propagation_id), C(bgw_id), C(propagation_cidr_type),
          C(propagation_cidrs) (joined with commas) and C(priority).
      type: list
      elements: dict
      returned: when JD Cloud tells it
      sample:
        [{propagation_id: prop-1, bgw_id: bgw-0a1b2c3d4e, propagation_cidr_type: CIDR, propagation_cidrs:
        172.31.0.0/16, priority: 150}]
    description:
      description: Description.
      type: str
      returned: when JD Cloud tells it
      sample: ""
    created_time:
      description: When it was made.
      type: str
      returned: when JD Cloud tells it
      sample: "2026-01-01T00:00:00Z"
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.read import info
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

FILTERS = {"route_table_ids": "route_table_id", "route_table_names": "route_table_name", "vpc_ids": "vpc_id"}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        route_table_ids={"type": "list", "elements": "str"},
        route_table_names={"type": "list", "elements": "str"},
        vpc_ids={"type": "list", "elements": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return info("route_table", "route_tables", FILTERS, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
