#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_vpc
short_description: Manage JD Cloud VPCs
version_added: 0.1.0
description:
  - Makes, changes and removes VPCs.
  - Found by O(vpc_id), else by O(vpc_name). More than one match is an error that lists the ids.
  - What JD Cloud can't change makes the module fail with the field, both values and the remedy. Nothing is ever
    replaced silently.
  - The operations of this module are published in JD Cloud's SDK.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.wait
  - intercloud.vpn.jdcloud.state
  - intercloud.vpn.jdcloud.attributes
options:
  vpc_id:
    description: Id of an existing VPC. With it, O(vpc_name) renames.
    type: str
  vpc_name:
    description:
      - Name, 1 to 32 Chinese characters, letters, digits, C(_) and C(-).
      - Needed to make one.
    type: str
  address_prefix:
    description:
      - IPv4 range, a /16 to /28 of V(10.0.0.0/8), V(172.16.0.0/12) or V(192.168.0.0/16). Empty means that the VPC is
        not limited to one range.
      - JD Cloud can change it to empty only.
    type: str
  description:
    description: Description, up to 256 characters.
    type: str
  user_tags:
    description:
      - Tags to make it with. JD Cloud's VPC API has no operation that changes tags, so they are used only when it is
        made and not compared.
    type: dict
  resource_group_id:
    description: Id of the resource group. It can't be changed here.
    type: str
seealso:
  - module: intercloud.vpn.jdcloud_vpc_info
  - module: intercloud.vpn.jdcloud_subnet
"""

EXAMPLES = r"""
- name: Make a VPC
  intercloud.vpn.jdcloud_vpc:
    region: cn-north-1
    vpc_name: beijing-vpc
    address_prefix: 10.0.0.0/16

- name: Remove it
  intercloud.vpn.jdcloud_vpc:
    region: cn-north-1
    vpc_name: beijing-vpc
    state: absent
"""

RETURN = r"""
vpc:
  description: The VPC. Not returned where there was none to remove. In check mode, as it would be.
  returned: when there is or was one
  type: dict
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
    operation: createVpc
    message: vpc quota exceeded
    code: 429
    status: QUOTA_EXCEEDED
    http_status: 429
    request_id: c3q2r8v0s7
    details: null
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.kinds import VPC
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.resource import manage
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import STATE, WAIT, jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        STATE,
        WAIT,
        vpc_id={"type": "str"},
        vpc_name={"type": "str"},
        address_prefix={"type": "str"},
        description={"type": "str"},
        user_tags={"type": "dict"},
        resource_group_id={"type": "str"},
    ),
    required_one_of=[["vpc_id", "vpc_name"]],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return manage(VPC, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
