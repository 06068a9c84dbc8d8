#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_route_propagation
short_description: Let AWS route tables learn the routes of a virtual private gateway
version_added: 0.1.0
description:
  - Enables or disables the propagation of a virtual private gateway's routes in route tables of its VPC.
  - Touches nothing else of a route table, so it is safe for tables that somebody else manages.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - intercloud.vpn.aws
  - intercloud.vpn.aws.state
  - intercloud.vpn.aws.attributes
options:
  route_table_ids:
    description: Ids of the route tables. With O(state=absent), tables that do not exist are passed over.
    type: list
    elements: str
    required: true
    aliases: [route_table_id]
  vpn_gateway_id:
    description: Id of the virtual private gateway. It may be empty in check mode, where it may not be known yet.
    type: str
    required: true
  mark:
    description:
      - Tags that a route table gets when, and only when, this module enables the propagation, and that are removed
        again when it is disabled. They say whose the propagation is, on tables that are not ours.
      - A propagation that is found enabled is not marked.
    type: dict
  only_marked:
    description: With O(state=absent), whether propagations are disabled only in tables that have the tags of O(mark).
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Propagate the VPN's routes into two route tables
  intercloud.vpn.aws_route_propagation:
    region: eu-central-1
    route_table_ids: [rtb-0123456789abcdef0, rtb-0123456789abcdef1]
    vpn_gateway_id: vgw-0123456789abcdef0
    mark:
      intercloud.vpn/propagation: frankfurt

- name: Stop what the task above has started, and nothing else
  intercloud.vpn.aws_route_propagation:
    region: eu-central-1
    route_table_ids: [rtb-0123456789abcdef0, rtb-0123456789abcdef1]
    vpn_gateway_id: vgw-0123456789abcdef0
    mark:
      intercloud.vpn/propagation: frankfurt
    only_marked: true
    state: absent
"""

RETURN = r"""
route_tables:
  description: The route tables as they are now, or would be in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    route_table_id:
      description: Id of the table.
      type: str
      returned: always
      sample: rtb-0123456789abcdef0
    name:
      description: The C(Name) tag.
      type: str
      returned: always
      sample: private
    vpc_id:
      description: VPC of the table.
      type: str
      returned: always
      sample: vpc-0123456789abcdef0
    main:
      description: Whether it is the VPC's main table.
      type: bool
      returned: always
      sample: true
    subnet_ids:
      description: Subnets that use the table explicitly.
      type: list
      elements: str
      returned: always
      sample: []
    propagating_gateway_ids:
      description: Virtual private gateways whose routes the table learns.
      type: list
      elements: str
      returned: always
      sample: [vgw-0123456789abcdef0]
    routes:
      description: Routes with C(destination), C(target), C(state), C(origin) and whether they are C(propagated).
      type: list
      elements: dict
      returned: always
      sample:
        - {destination: 10.20.0.0/16, target: vgw-0123456789abcdef0, state: active, propagated: true}
    tags:
      description: All tags.
      type: dict
      returned: always
      sample: {}
skipped_unmarked:
  description: Route tables whose propagation was left enabled because they do not have the mark.
  returned: always
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import route_propagation
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.api import ec2_client
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.spec import STATE, aws_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=aws_spec(
        route_table_ids={"type": "list", "elements": "str", "required": True, "aliases": ["route_table_id"]},
        vpn_gateway_id={"type": "str", "required": True},
        mark={"type": "dict"},
        only_marked={"type": "bool", "default": False},
        **STATE,
    ),
    required_if=[("only_marked", True, ["mark"])],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return route_propagation.run(params, ctx, ec2_client(params))


def main() -> None:
    run_module(DECLARATION, run, factory=AnsibleAWSModule)


if __name__ == "__main__":
    main()
