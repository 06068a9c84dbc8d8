#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_customer_gateway
short_description: Manage AWS customer gateways
version_added: 0.1.0
description:
  - Makes, tags and deletes customer gateways, which tell AWS the public address and the ASN of the other end of a VPN.
  - A gateway is found by its id, else by address (or certificate), ASN and device name together, else by its name.
  - AWS can't change a customer gateway. Where one differs the module fails and says so; it never replaces one silently.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - intercloud.vpn.aws
  - intercloud.vpn.aws.state
  - intercloud.vpn.aws.attributes
options:
  customer_gateway_id:
    description: Id of an existing customer gateway to use.
    type: str
  ip_address:
    description:
      - Static address of the other end's outside interface. Needed to make a gateway that has no certificate.
      - It may be left out or empty in check mode, where it may not be known yet.
    type: str
  bgp_asn:
    description:
      - ASN of the other end, 1 to 4294967295. Needed to make a gateway. That of JD Cloud is 65000 unless set otherwise.
      - Above 2147483647 it is sent as C(BgpAsnExtended).
    type: int
  device_name:
    description:
      - Name of the device, up to 255 characters. AWS holds two gateways with the same address and ASN to be one unless
        this differs, so give each VPN its own. Otherwise deleting one VPN would break the other.
    type: str
  certificate_arn:
    description: ARN of the certificate that authenticates the other end, instead of pre-shared keys.
    type: str
  type:
    description: Type of the VPN that the gateway supports. V(ipsec.1) is the only one.
    type: str
    choices: [ipsec.1]
  name:
    description: The C(Name) tag.
    type: str
"""

EXAMPLES = r"""
- name: Tell AWS about the first address of a JD Cloud VPN connection
  intercloud.vpn.aws_customer_gateway:
    region: eu-central-1
    name: beijing-frankfurt-1
    device_name: beijing-frankfurt
    ip_address: 116.196.64.10
    bgp_asn: 65000
    tags:
      intercloud.vpn/link: beijing-frankfurt

- name: Remove it
  intercloud.vpn.aws_customer_gateway:
    region: eu-central-1
    customer_gateway_id: cgw-0123456789abcdef0
    state: absent
"""

RETURN = r"""
customer_gateway:
  description: The customer gateway. Not returned where there was none to remove.
  returned: when there is or was one
  type: dict
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
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import customer_gateway
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.api import ec2_client
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.spec import CUSTOMER_GATEWAY, aws_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(argument_spec=aws_spec(**CUSTOMER_GATEWAY))


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return customer_gateway.run(params, ctx, ec2_client(params))


def main() -> None:
    run_module(DECLARATION, run, factory=AnsibleAWSModule)


if __name__ == "__main__":
    main()
