#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_quota_info
short_description: Read quotas of JD Cloud
version_added: 0.1.0
description:
  - Reads the limits and counts of resources of the services C(bgw) and C(vpc).
  - Reading quotas of C(vpc) is published in JD Cloud's SDK, of C(bgw) it is inferred to be the same. See
    O(operations_file).
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  types:
    description:
      - Types of resources. Those up to V(vpn_traffic_selector) belong to the service C(bgw), the others to C(vpc).
    type: list
    elements: str
    choices:
      - bgw
      - connection
      - vif
      - bgw_route
      - bgw_propagated_route
      - vpc_attachment
      - customer_gateway
      - vpn_connection
      - vpn_tunnel
      - vpn_traffic_selector
      - vpc
      - elastic_ip
      - ipAddressPool
      - subnet
      - security_group
      - vpcpeering
      - network_interface
      - acl
      - aclRule
      - routeTable
      - staticRoute
      - propagatedRoute
      - securityGroupRule
      - network_interface_cidr
      - natGateway
      - prefixList
    default: [bgw, customer_gateway, vpc]
  parent_resource_id:
    description:
      - Id of the resource that the quota is counted in, for all types that are asked for.
      - A border gateway for V(bgw_route), V(bgw_propagated_route), V(vpc_attachment) and V(vpn_connection); a VPN
        connection for V(vpn_tunnel) and V(vpn_traffic_selector); a VPC for V(subnet) and V(routeTable); a route table
        for V(staticRoute) and V(propagatedRoute); none for V(bgw), V(customer_gateway) and V(vpc).
    type: str
"""

EXAMPLES = r"""
- name: Read how many VPN connections a border gateway may have
  intercloud.vpn.jdcloud_quota_info:
    region: cn-north-1
    types: [vpn_connection]
    parent_resource_id: bgw-0a1b2c3d4e
"""

RETURN = r"""
quotas:
  description: The quotas in the order of O(types).
  returned: success
  type: list
  elements: dict
  contains:
    type:
      description: Type.
      type: str
      returned: always
      sample: vpn_connection
    parent_resource_id:
      description: Id of the resource that it is counted in.
      type: str
      returned: when JD Cloud tells it
      sample: bgw-0a1b2c3d4e
    max_limit:
      description: How many there may be.
      type: int
      returned: when JD Cloud tells it
      sample: 10
    count:
      description: How many there are.
      type: int
      returned: when JD Cloud tells it
      sample: 3
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.client import client_from_params
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.read import BGW_QUOTAS, VPC_QUOTAS, quota
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        types={
            "type": "list",
            "elements": "str",
            "choices": [*BGW_QUOTAS, *VPC_QUOTAS],
            "default": ["bgw", "customer_gateway", "vpc"],
        },
        parent_resource_id={"type": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    client = client_from_params(params, ctx)
    parent = params["parent_resource_id"]
    return {"changed": False, "quotas": [quota(client, kind, parent) for kind in params["types"]]}


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
