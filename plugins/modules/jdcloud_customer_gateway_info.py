#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_customer_gateway_info
short_description: Read JD Cloud customer gateways
version_added: 0.1.0
description:
  - Reads JD Cloud customer gateways, all pages.
  - Several options narrow down together; without any, everything is returned. They are applied on this side, because
    JD Cloud does not document the names of its filters.
  - The operations of this module are inferred from JD Cloud's conventions, not published. See O(operations_file).
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  customer_gateway_ids:
    description: Ids.
    type: list
    elements: str
  customer_gateway_names:
    description: Names.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_customer_gateway
"""

EXAMPLES = r"""
- name: Read customer gateways
  intercloud.vpn.jdcloud_customer_gateway_info:
    region: cn-north-1
    customer_gateway_names: [beijing-frankfurt-cgw]
"""

RETURN = r"""
customer_gateways:
  description: What was found. Empty where nothing was.
  returned: success
  type: list
  elements: dict
  contains:
    customer_gateway_id:
      description: Id. A VPN connection calls it C(cgw_id).
      type: str
      returned: always
      sample: cgw-0a1b2c3d4e
    customer_gateway_name:
      description: Name.
      type: str
      returned: when JD Cloud tells it
      sample: beijing-frankfurt-cgw
    customer_ips:
      description: Public addresses of the other end.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: [3.120.0.10, 3.120.0.11, 18.184.0.12, 18.184.0.13]
    bgp_asn:
      description: ASN of the other end.
      type: int
      returned: when JD Cloud tells it
      sample: 65001
    description:
      description: Description.
      type: str
      returned: when JD Cloud tells it
      sample: ""
    created_time:
      description: When it was made.
      type: str
      returned: when JD Cloud tells it
      sample: "2026-01-01T00:00:00Z"
    updated_time:
      description: When it was changed last.
      type: str
      returned: when JD Cloud tells it
      sample: "2026-01-01T00:00:00Z"
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.read import info
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

FILTERS = {"customer_gateway_ids": "customer_gateway_id", "customer_gateway_names": "customer_gateway_name"}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        customer_gateway_ids={"type": "list", "elements": "str"},
        customer_gateway_names={"type": "list", "elements": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return info("customer_gateway", "customer_gateways", FILTERS, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
