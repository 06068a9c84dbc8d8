#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_subnet
short_description: Manage JD Cloud subnets
version_added: 0.1.0
description:
  - Makes, changes and removes subnets of VPCs.
  - Found by O(subnet_id), else by O(vpc_id) and O(subnet_name). More than one match is an error that lists the ids.
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
  subnet_id:
    description: Id of an existing subnet. With it, O(subnet_name) renames.
    type: str
  subnet_name:
    description:
      - Name, 1 to 32 Chinese characters, letters, digits, C(_) and C(-).
      - Needed to make one.
    type: str
  vpc_id:
    description:
      - Id of its VPC. Needed to make one, and to find one by O(subnet_name).
      - It can't be changed.
    type: str
  address_prefix:
    description:
      - IPv4 range, a /16 to /28 of V(10.0.0.0/8), V(172.16.0.0/12) or V(192.168.0.0/16), inside that of the VPC.
        Needed to make one.
      - It can't be changed.
    type: str
  description:
    description: Description, up to 256 characters.
    type: str
  route_table_id:
    description: Id of its route table. The default table of the VPC is used if not set. It can't be changed here.
    type: str
  ip_mask_len:
    description:
      - Mask length, 24 to 28, of the part whose addresses are given out one by one; the rest is given out in ranges.
        V(0) gives out all addresses one by one, which is JD Cloud's default.
    type: int
  type:
    description: Type. JD Cloud's default is V(normal). It can't be changed.
    type: str
    choices: [normal, hpc]
  hpc_cluster_id:
    description: Id of the HPC cluster, needed where O(type=hpc). It can't be changed.
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
  - module: intercloud.vpn.jdcloud_subnet_info
  - module: intercloud.vpn.jdcloud_vpc
"""

EXAMPLES = r"""
- name: Make a subnet
  intercloud.vpn.jdcloud_subnet:
    region: cn-north-1
    vpc_id: vpc-0a1b2c3d4e
    subnet_name: beijing-a
    address_prefix: 10.0.1.0/24
"""

RETURN = r"""
subnet:
  description: The subnet. Not returned where there was none to remove. In check mode, as it would be.
  returned: when there is or was one
  type: dict
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

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.kinds import SUBNET
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.resource import manage
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import STATE, WAIT, jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        STATE,
        WAIT,
        subnet_id={"type": "str"},
        subnet_name={"type": "str"},
        vpc_id={"type": "str"},
        address_prefix={"type": "str"},
        description={"type": "str"},
        route_table_id={"type": "str"},
        ip_mask_len={"type": "int"},
        type={"type": "str", "choices": ["normal", "hpc"]},
        hpc_cluster_id={"type": "str"},
        user_tags={"type": "dict"},
        resource_group_id={"type": "str"},
    ),
    required_one_of=[["subnet_id", "subnet_name"]],
    required_if=[("type", "hpc", ["hpc_cluster_id"])],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return manage(SUBNET, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
