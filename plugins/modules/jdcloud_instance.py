#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_instance
short_description: Manage JD Cloud instances, as far as a probe needs one
version_added: 0.1.0
description:
  - Makes, renames and removes virtual machines with one network interface, such as one to ping from through a VPN.
    Data disks, elastic addresses and prepaid machines are not managed.
  - Found by O(instance_id), else by O(subnet_id) and O(instance_name), else by O(instance_name). More than one match is
    an error that lists the ids.
  - What JD Cloud can't change makes the module fail with the field, both values and the remedy. Nothing is ever
    replaced silently.
  - A machine that is stopped is left stopped. One that was made is waited for until it runs.
  - The operations of this module are published in JD Cloud's SDK.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.wait
  - intercloud.vpn.jdcloud.state
  - intercloud.vpn.jdcloud.attributes
options:
  instance_id:
    description: Id of an existing instance. With it, O(instance_name) renames.
    type: str
  instance_name:
    description:
      - Name, 2 to 128 Chinese characters, letters, digits, C(_), C(-) and C(.), neither first nor last a C(.).
      - Needed to make one.
    type: str
  description:
    description: Description, up to 256 characters.
    type: str
  az:
    description: Availability zone, such as V(cn-north-1a). Needed to make one. It can't be changed.
    type: str
  instance_type:
    description: Type, as the console names it. Needed to make one. It can't be changed here.
    type: str
  image_id:
    description: Id of the image. Needed to make one. It can't be changed here.
    type: str
  subnet_id:
    description: Id of the subnet. Needed to make one. It can't be changed here.
    type: str
  private_ip_address:
    description: Address in the subnet. JD Cloud takes the next free one if not set. It can't be changed here.
    type: str
  security_group_ids:
    description:
      - Ids of security groups of the subnet's VPC, at most 5. The VPC's default group if not set.
      - They can't be changed here, because they belong to the network interface.
    type: list
    elements: str
  key_names:
    description: Name of a key pair for SSH; used only when it is made, and not compared.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_instance_info
  - module: intercloud.vpn.jdcloud_security_group
"""

EXAMPLES = r"""
- name: A machine to ping from
  intercloud.vpn.jdcloud_instance:
    region: cn-north-1
    az: cn-north-1a
    instance_name: beijing-probe
    instance_type: c.n3.small
    image_id: img-0a1b2c3d4e
    subnet_id: subnet-0a1b2c3d4e
    security_group_ids: [sg-0a1b2c3d4e]
"""

RETURN = r"""
instance:
  description: The instance. Not returned where there was none to remove. In check mode, as it would be.
  returned: when there is or was one
  type: dict
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

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.machines import INSTANCES
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.resource import manage
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import STATE, WAIT, jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        STATE,
        WAIT,
        instance_id={"type": "str"},
        instance_name={"type": "str"},
        description={"type": "str"},
        az={"type": "str"},
        instance_type={"type": "str"},
        image_id={"type": "str"},
        subnet_id={"type": "str"},
        private_ip_address={"type": "str"},
        security_group_ids={"type": "list", "elements": "str"},
        key_names={"type": "list", "elements": "str", "no_log": False},
    ),
    required_one_of=[["instance_id", "instance_name"]],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return manage(INSTANCES, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
