#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_vpc_attachment_info
short_description: Read attachments of VPCs to JD Cloud border gateways
version_added: 0.1.0
description:
  - Reads attachments of VPCs to JD Cloud border gateways, all pages.
  - Several options narrow down together; without any, everything is returned. They are applied on this side, because
    JD Cloud does not document the names of its filters.
  - The operations of this module are inferred from JD Cloud's conventions, not published. See O(operations_file).
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  vpc_attachment_ids:
    description: Ids.
    type: list
    elements: str
  vpc_attachment_names:
    description: Names.
    type: list
    elements: str
  bgw_ids:
    description: Ids of border gateways.
    type: list
    elements: str
  vpc_ids:
    description: Ids of VPCs.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_vpc_attachment
"""

EXAMPLES = r"""
- name: Read vpc attachments
  intercloud.vpn.jdcloud_vpc_attachment_info:
    region: cn-north-1
    bgw_ids: [bgw-0a1b2c3d4e]
"""

RETURN = r"""
vpc_attachments:
  description: What was found. Empty where nothing was.
  returned: success
  type: list
  elements: dict
  contains:
    vpc_attachment_id:
      description: Id.
      type: str
      returned: always
      sample: vpcattach-0a1b2c3d4e
    vpc_attachment_name:
      description: Name.
      type: str
      returned: when JD Cloud tells it
      sample: beijing-att
    bgw_id:
      description: Id of the border gateway.
      type: str
      returned: when JD Cloud tells it
      sample: bgw-0a1b2c3d4e
    vpc_id:
      description: Id of the VPC.
      type: str
      returned: when JD Cloud tells it
      sample: vpc-0a1b2c3d4e
    propagate_type:
      description: "Which subnets the gateway learns: V(all), V(partial), V(none)."
      type: str
      returned: when JD Cloud tells it
      sample: all
    subnet_ids:
      description: Ids of the subnets that the gateway learns.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: [subnet-0a1b2c3d4e]
    propagate_cidr_infos:
      description: The same subnets with their ranges.
      type: list
      elements: dict
      returned: when JD Cloud tells it
      sample: [{subnet_id: subnet-0a1b2c3d4e, subnet_cidr: 10.0.1.0/24}]
    status:
      description: V(active) when it can be used.
      type: str
      returned: when JD Cloud tells it
      sample: active
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

FILTERS = {
    "vpc_attachment_ids": "vpc_attachment_id",
    "vpc_attachment_names": "vpc_attachment_name",
    "bgw_ids": "bgw_id",
    "vpc_ids": "vpc_id",
}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        vpc_attachment_ids={"type": "list", "elements": "str"},
        vpc_attachment_names={"type": "list", "elements": "str"},
        bgw_ids={"type": "list", "elements": "str"},
        vpc_ids={"type": "list", "elements": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return info("vpc_attachment", "vpc_attachments", FILTERS, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
