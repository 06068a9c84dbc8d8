#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_border_gateway_info
short_description: Read JD Cloud border gateways
version_added: 0.1.0
description:
  - Reads JD Cloud border gateways, all pages.
  - Several options narrow down together; without any, everything is returned. They are applied on this side, because
    JD Cloud does not document the names of its filters.
  - The operations of this module are inferred from JD Cloud's conventions, not published. See O(operations_file).
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  bgw_ids:
    description: Ids.
    type: list
    elements: str
  bgw_names:
    description: Names.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_border_gateway
"""

EXAMPLES = r"""
- name: Read border gateways
  intercloud.vpn.jdcloud_border_gateway_info:
    region: cn-north-1
    bgw_names: [beijing-bgw]
"""

RETURN = r"""
border_gateways:
  description: What was found. Empty where nothing was.
  returned: success
  type: list
  elements: dict
  contains:
    bgw_id:
      description: Id.
      type: str
      returned: always
      sample: bgw-0a1b2c3d4e
    bgw_name:
      description: Name.
      type: str
      returned: when JD Cloud tells it
      sample: beijing-bgw
    description:
      description: Description.
      type: str
      returned: when JD Cloud tells it
      sample: ""
    az_type:
      description: V(standard) or V(edge).
      type: str
      returned: when JD Cloud tells it
      sample: standard
    az:
      description: Availability zone of an edge gateway.
      type: str
      returned: when JD Cloud tells it
      sample: ""
    vpc_attachment_ids:
      description: Ids of its VPC attachments.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: [vpcattach-0a1b2c3d4e]
    vpn_connection_ids:
      description: Ids of its VPN connections.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: [vpn-0a1b2c3d4e]
    vif_ids:
      description: Ids of its virtual interfaces.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: []
    created_time:
      description: When it was made.
      type: str
      returned: when JD Cloud tells it
      sample: "2026-01-01T00:00:00Z"
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.read import info
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

FILTERS = {"bgw_ids": "bgw_id", "bgw_names": "bgw_name"}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        bgw_ids={"type": "list", "elements": "str"},
        bgw_names={"type": "list", "elements": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return info("border_gateway", "border_gateways", FILTERS, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
