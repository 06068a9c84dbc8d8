#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_vpc_attachment
short_description: Manage attachments of VPCs to JD Cloud border gateways
version_added: 0.1.0
description:
  - Makes, changes and removes attachments of VPCs to border gateways. There is one at most for a VPC and a gateway.
  - Found by O(vpc_attachment_id), else by O(bgw_id) and O(vpc_id), else by O(vpc_attachment_name) with or without
    O(bgw_id). More than one match is an error that lists the ids.
  - JD Cloud removes the routes and propagations of an attachment with it.
  - What JD Cloud can't change makes the module fail with the field, both values and the remedy. Nothing is ever
    replaced silently.
  - The operations of this module are inferred from JD Cloud's conventions, not published. See O(operations_file).
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.wait
  - intercloud.vpn.jdcloud.state
  - intercloud.vpn.jdcloud.attributes
options:
  vpc_attachment_id:
    description: Id of an existing attachment.
    type: str
  vpc_attachment_name:
    description:
      - Name, 1 to 32 Chinese characters, letters, digits, C(_) and C(-).
      - Needed to make one. With O(vpc_attachment_id), or O(bgw_id) and O(vpc_id), it renames.
    type: str
  bgw_id:
    description: Id of the border gateway. Needed to make one. It can't be changed.
    type: str
  vpc_id:
    description: Id of the VPC, in the same region. Needed to make one. It can't be changed.
    type: str
  propagate_type:
    description:
      - Which subnets of the VPC the border gateway learns. V(all) follows subnets that are made later.
      - Needed to make one.
    type: str
    choices: [all, partial, none]
  subnet_ids:
    description: Ids of the subnets that the border gateway learns, where O(propagate_type=partial).
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_vpc_attachment_info
  - module: intercloud.vpn.jdcloud_route_propagation
"""

EXAMPLES = r"""
- name: Attach a VPC, all its subnets
  intercloud.vpn.jdcloud_vpc_attachment:
    region: cn-north-1
    vpc_attachment_name: beijing-att
    bgw_id: bgw-0a1b2c3d4e
    vpc_id: vpc-0a1b2c3d4e
    propagate_type: all
"""

RETURN = r"""
vpc_attachment:
  description: The VPC attachment. Not returned where there was none to remove. In check mode, as it would be.
  returned: when there is or was one
  type: dict
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

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.kinds import VPC_ATTACHMENT
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.resource import manage
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import STATE, WAIT, jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        STATE,
        WAIT,
        vpc_attachment_id={"type": "str"},
        vpc_attachment_name={"type": "str"},
        bgw_id={"type": "str"},
        vpc_id={"type": "str"},
        propagate_type={"type": "str", "choices": ["all", "partial", "none"]},
        subnet_ids={"type": "list", "elements": "str"},
    ),
    required_one_of=[["vpc_attachment_id", "vpc_attachment_name", "bgw_id"]],
    required_if=[("propagate_type", "partial", ["subnet_ids"])],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return manage(VPC_ATTACHMENT, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
