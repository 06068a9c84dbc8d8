#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_route_propagation_info
short_description: Read which AWS route tables learn the routes of virtual private gateways
version_added: 0.1.0
description:
  - Lists route tables with the gateways that propagate into them, and which of their routes were learned from a VPN.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - intercloud.vpn.aws
  - intercloud.vpn.aws.attributes_info
options:
  route_table_ids:
    description: Ids to read. An id that AWS does not know is an error.
    type: list
    elements: str
    default: []
  vpc_id:
    description: Only the tables of this VPC.
    type: str
  vpn_gateway_id:
    description: Only the tables that this virtual private gateway propagates into.
    type: str
  filters:
    description:
      - Filters of EC2's C(DescribeRouteTables), each with a value or a list of values.
      - See U(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html).
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Read the route tables of a VPC
  intercloud.vpn.aws_route_propagation_info:
    region: eu-central-1
    vpc_id: vpc-0123456789abcdef0
"""

RETURN = r"""
route_tables:
  description: The route tables.
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
    vpn_routes:
      description: Those of the routes that were learned from, or point at, a virtual private gateway.
      type: list
      elements: dict
      returned: always
      sample:
        - {destination: 10.20.0.0/16, target: vgw-0123456789abcdef0, state: active, propagated: true}
"""

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.api import ec2_client
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.read import list_route_tables
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.spec import aws_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=aws_spec(
        route_table_ids={"type": "list", "elements": "str", "default": []},
        vpc_id={"type": "str"},
        vpn_gateway_id={"type": "str"},
        filters={"type": "dict", "default": {}},
    ),
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    found = list_route_tables(ec2_client(params), params["vpc_id"], params["route_table_ids"], params["filters"])
    gateway = params["vpn_gateway_id"]
    tables = [table for table in found if not gateway or gateway in table["propagating_gateway_ids"]]
    return {"changed": False, "route_tables": [{**table, "vpn_routes": _vpn_routes(table)} for table in tables]}


def _vpn_routes(table: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    return [route for route in table["routes"] if (route["target"] or "").startswith("vgw-")]


def main() -> None:
    run_module(DECLARATION, run, factory=AnsibleAWSModule)


if __name__ == "__main__":
    main()
