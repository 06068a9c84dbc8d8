#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_vpn_connection_info
short_description: Read AWS Site-to-Site VPN connections without their keys
version_added: 0.1.0
description:
  - Lists VPN connections with tunnels, telemetry, routes and tags. AWS goes on listing deleted ones for a while; their
    state says so.
  - Pre-shared keys and the customer gateway configuration that holds them are never returned.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - intercloud.vpn.aws
  - intercloud.vpn.aws.attributes_info
options:
  vpn_connection_ids:
    description: Ids to read. An id that AWS does not know is an error.
    type: list
    elements: str
    default: []
  filters:
    description:
      - Filters of EC2's C(DescribeVpnConnections), each with a value or a list of values.
      - See U(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpnConnections.html).
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Read the connections of a virtual private gateway
  intercloud.vpn.aws_vpn_connection_info:
    region: eu-central-1
    filters:
      vpn-gateway-id: vgw-0123456789abcdef0
      state: available
"""

RETURN = r"""
vpn_connections:
  description: The connections, without keys.
  returned: always
  type: list
  elements: dict
  contains:
    vpn_connection_id:
      description: Id, or null in check mode where it is not made yet.
      type: str
      returned: always
      sample: vpn-0123456789abcdef0
    name:
      description: The C(Name) tag.
      type: str
      returned: always
      sample: beijing-frankfurt-1
    state:
      description: State at AWS, or V(planned) in check mode.
      type: str
      returned: always
      sample: available
    customer_gateway_id:
      description: Customer gateway of the other end.
      type: str
      returned: always
      sample: cgw-0123456789abcdef0
    vpn_gateway_id:
      description: Virtual private gateway.
      type: str
      returned: always
      sample: vgw-0123456789abcdef0
    transit_gateway_id:
      description: Transit gateway.
      type: str
      returned: always
      sample: null
    static_routes_only:
      description: Whether routes are static.
      type: bool
      returned: always
      sample: false
    pre_shared_key_readable:
      description: Whether AWS shows the keys of all tunnels, so that they can be compared.
      type: bool
      returned: when the connection exists
      sample: true
    tunnels:
      description: The tunnels in the order of their outside addresses.
      type: list
      elements: dict
      returned: always
      contains:
        outside_ip_address:
          description: AWS's outside address.
          type: str
          returned: when the connection exists
          sample: 52.29.10.20
        tunnel_inside_cidr:
          description: Inside block.
          type: str
          returned: always
          sample: 169.254.8.0/30
        aws_inside_address:
          description: AWS's address in the block, as AWS says.
          type: str
          returned: when the connection exists
          sample: 169.254.8.1
        customer_inside_address:
          description: The other end's address in the block, as AWS says.
          type: str
          returned: when the connection exists
          sample: 169.254.8.2
        pre_shared_key_readable:
          description: Whether AWS shows the key, so that it can be compared.
          type: bool
          returned: when the connection exists
          sample: true
        telemetry:
          description:
            - State of the tunnel with C(status) (UP or DOWN), C(status_message), C(accepted_route_count),
              C(last_status_change) and C(certificate_arn).
          type: dict
          returned: when the connection exists
          sample: {status: UP, status_message: "", accepted_route_count: 1}
    routes:
      description: Static routes with C(destination_cidr_block), C(state) and C(source).
      type: list
      elements: dict
      returned: always
      sample: []
    tags:
      description: All tags.
      type: dict
      returned: always
      sample: {Name: beijing-frankfurt-1}
"""

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.api import ec2_client
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.read import list_vpn_connections
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.spec import aws_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.transform import public
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=aws_spec(
        vpn_connection_ids={"type": "list", "elements": "str", "default": []},
        filters={"type": "dict", "default": {}},
    ),
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    found = list_vpn_connections(ec2_client(params), params["vpn_connection_ids"], params["filters"])
    return {"changed": False, "vpn_connections": [public(connection) for connection in found]}


def main() -> None:
    run_module(DECLARATION, run, factory=AnsibleAWSModule)


if __name__ == "__main__":
    main()
