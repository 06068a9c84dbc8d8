#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_vpc_info
short_description: Read JD Cloud VPCs
version_added: 0.1.0
description:
  - Reads JD Cloud VPCs, all pages.
  - Several options narrow down together; without any, everything is returned. They are applied on this side, because
    JD Cloud does not document the names of its filters.
  - The operations of this module are published in JD Cloud's SDK.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  vpc_ids:
    description: Ids.
    type: list
    elements: str
  vpc_names:
    description: Names.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_vpc
"""

EXAMPLES = r"""
- name: Read vpcs
  intercloud.vpn.jdcloud_vpc_info:
    region: cn-north-1
    vpc_names: [beijing-vpc]
"""

RETURN = r"""
vpcs:
  description: What was found. Empty where nothing was.
  returned: success
  type: list
  elements: dict
  contains:
    vpc_id:
      description: Id.
      type: str
      returned: always
      sample: vpc-0a1b2c3d4e
    vpc_name:
      description: Name.
      type: str
      returned: when JD Cloud tells it
      sample: beijing-vpc
    address_prefix:
      description: IPv4 range; empty where the VPC is not limited to one.
      type: str
      returned: when JD Cloud tells it
      sample: 10.0.0.0/16
    description:
      description: Description.
      type: str
      returned: when JD Cloud tells it
      sample: production
    route_table_ids:
      description: Ids of its route tables.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: [rtb-0a1b2c3d4e]
    acl_ids:
      description: Ids of its network ACLs.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: []
    subnets:
      description: Its subnets, as JD Cloud lists them.
      type: list
      elements: dict
      returned: when JD Cloud tells it
      sample: []
    resource_group_id:
      description: Id of its resource group.
      type: str
      returned: when JD Cloud tells it
      sample: rg-default
    tags:
      description: Its tags.
      type: list
      elements: dict
      returned: when JD Cloud tells it
      sample: []
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

FILTERS = {"vpc_ids": "vpc_id", "vpc_names": "vpc_name"}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        vpc_ids={"type": "list", "elements": "str"},
        vpc_names={"type": "list", "elements": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return info("vpc", "vpcs", FILTERS, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
