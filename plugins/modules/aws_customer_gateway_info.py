#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_customer_gateway_info
short_description: Read AWS customer gateways
version_added: 0.1.0
description:
  - Lists customer gateways. AWS goes on listing deleted ones for a while; their state says so.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - intercloud.vpn.aws
  - intercloud.vpn.aws.attributes_info
options:
  customer_gateway_ids:
    description: Ids to read. An id that AWS does not know is an error.
    type: list
    elements: str
    default: []
  filters:
    description:
      - Filters of EC2's C(DescribeCustomerGateways), each with a value or a list of values.
      - See U(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeCustomerGateways.html).
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Read all customer gateways of a link
  intercloud.vpn.aws_customer_gateway_info:
    region: eu-central-1
    filters:
      "tag:intercloud.vpn/link": beijing-frankfurt
"""

RETURN = r"""
customer_gateways:
  description: The customer gateways.
  returned: always
  type: list
  elements: dict
  contains:
    customer_gateway_id:
      description: Id, or null in check mode where it is not made yet.
      type: str
      returned: always
      sample: cgw-0123456789abcdef0
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
    type:
      description: Type of the VPN that the gateway supports.
      type: str
      returned: always
      sample: ipsec.1
    ip_address:
      description: Address of the other end.
      type: str
      returned: always
      sample: 116.196.64.10
    bgp_asn:
      description: ASN of the other end.
      type: int
      returned: always
      sample: 65000
    device_name:
      description: Name of the device.
      type: str
      returned: always
      sample: beijing-frankfurt
    certificate_arn:
      description: ARN of the certificate of the other end.
      type: str
      returned: always
      sample: null
    tags:
      description: All tags.
      type: dict
      returned: always
      sample: {Name: beijing-frankfurt-1}
"""

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.api import ec2_client
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.read import list_customer_gateways
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.spec import aws_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=aws_spec(
        customer_gateway_ids={"type": "list", "elements": "str", "default": []},
        filters={"type": "dict", "default": {}},
    ),
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    found = list_customer_gateways(ec2_client(params), params["customer_gateway_ids"], params["filters"])
    return {"changed": False, "customer_gateways": found}


def main() -> None:
    run_module(DECLARATION, run, factory=AnsibleAWSModule)


if __name__ == "__main__":
    main()
