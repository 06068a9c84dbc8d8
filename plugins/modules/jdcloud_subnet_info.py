#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_subnet_info
short_description: Read JD Cloud subnets
version_added: 0.1.0
description:
  - Reads JD Cloud subnets, all pages.
  - Several options narrow down together; without any, everything is returned. They are applied on this side, because
    JD Cloud does not document the names of its filters.
  - The operations of this module are published in JD Cloud's SDK.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  subnet_ids:
    description: Ids.
    type: list
    elements: str
  subnet_names:
    description: Names.
    type: list
    elements: str
  vpc_ids:
    description: Ids of VPCs.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_subnet
"""

EXAMPLES = r"""
- name: Read subnets
  intercloud.vpn.jdcloud_subnet_info:
    region: cn-north-1
    vpc_ids: [vpc-0a1b2c3d4e]
"""

RETURN = r"""
subnets:
  description: What was found. Empty where nothing was.
  returned: success
  type: list
  elements: dict
  contains:
    subnet_id:
      description: Id.
      type: str
      returned: always
      sample: subnet-0a1b2c3d4e
    subnet_name:
      description: Name.
      type: str
      returned: when JD Cloud tells it
      sample: beijing-a
    vpc_id:
      description: Id of its VPC.
      type: str
      returned: when JD Cloud tells it
      sample: vpc-0a1b2c3d4e
    address_prefix:
      description: IPv4 range.
      type: str
      returned: when JD Cloud tells it
      sample: 10.0.1.0/24
    description:
      description: Description.
      type: str
      returned: when JD Cloud tells it
      sample: ""
    route_table_id:
      description: Id of its route table.
      type: str
      returned: when JD Cloud tells it
      sample: rtb-0a1b2c3d4e
    acl_id:
      description: Id of its network ACL.
      type: str
      returned: when JD Cloud tells it
      sample: acl-0a1b2c3d4e
    ip_mask_len:
      description: Mask length of the part that is given out address by address; 0 for all.
      type: int
      returned: when JD Cloud tells it
      sample: 0
    available_ip_count:
      description: Addresses left.
      type: int
      returned: when JD Cloud tells it
      sample: 251
    start_ip:
      description: First address.
      type: str
      returned: when JD Cloud tells it
      sample: 10.0.1.0
    end_ip:
      description: Last address.
      type: str
      returned: when JD Cloud tells it
      sample: 10.0.1.255
    subnet_type:
      description: V(standard) or V(edge).
      type: str
      returned: when JD Cloud tells it
      sample: standard
    az:
      description: Availability zone of an edge subnet.
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

FILTERS = {"subnet_ids": "subnet_id", "subnet_names": "subnet_name", "vpc_ids": "vpc_id"}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        subnet_ids={"type": "list", "elements": "str"},
        subnet_names={"type": "list", "elements": "str"},
        vpc_ids={"type": "list", "elements": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return info("subnet", "subnets", FILTERS, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
