#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_instance_info
short_description: Read JD Cloud instances
version_added: 0.1.0
description:
  - Reads JD Cloud instances, all pages.
  - Several options narrow down together; without any, everything is returned. They are applied on this side.
  - The operations of this module are published in JD Cloud's SDK.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  instance_ids:
    description: Ids.
    type: list
    elements: str
  instance_names:
    description: Names.
    type: list
    elements: str
  vpc_ids:
    description: Ids of VPCs.
    type: list
    elements: str
  subnet_ids:
    description: Ids of subnets.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_instance
"""

EXAMPLES = r"""
- name: Read instances
  intercloud.vpn.jdcloud_instance_info:
    region: cn-north-1
    vpc_ids: [vpc-0a1b2c3d4e]
"""

RETURN = r"""
instances:
  description: What was found. Empty where nothing was.
  returned: success
  type: list
  elements: dict
  contains:
    instance_id:
      description: Id.
      type: str
      returned: when JD Cloud tells it
      sample: i-0a1b2c3d4e
    instance_name:
      description: Name.
      type: str
      returned: when JD Cloud tells it
      sample: beijing-probe
    status:
      description: Status, such as V(running).
      type: str
      returned: when JD Cloud tells it
      sample: running
    vpc_id:
      description: Id of its VPC.
      type: str
      returned: when JD Cloud tells it
      sample: vpc-0a1b2c3d4e
    subnet_id:
      description: Id of its subnet.
      type: str
      returned: when JD Cloud tells it
      sample: subnet-0a1b2c3d4e
    private_ip_address:
      description: Its address.
      type: str
      returned: when JD Cloud tells it
      sample: 10.0.1.9
    security_group_ids:
      description: Ids of the security groups of its network interface.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: [sg-0a1b2c3d4e]
    instance_type:
      description: Type.
      type: str
      returned: when JD Cloud tells it
      sample: c.n3.small
    image_id:
      description: Id of the image that it was made from.
      type: str
      returned: when JD Cloud tells it
      sample: img-0a1b2c3d4e
    az:
      description: Availability zone.
      type: str
      returned: when JD Cloud tells it
      sample: cn-north-1a
    description:
      description: Description.
      type: str
      returned: when JD Cloud tells it
      sample: ""
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.read import info
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

FILTERS = {
    "instance_ids": "instance_id",
    "instance_names": "instance_name",
    "vpc_ids": "vpc_id",
    "subnet_ids": "subnet_id",
}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        instance_ids={"type": "list", "elements": "str"},
        instance_names={"type": "list", "elements": "str"},
        vpc_ids={"type": "list", "elements": "str"},
        subnet_ids={"type": "list", "elements": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return info("instance", "instances", FILTERS, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
