#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_vpn_connection_info
short_description: Read JD Cloud VPN connections
version_added: 0.1.0
description:
  - Reads JD Cloud VPN connections, all pages.
  - Several options narrow down together; without any, everything is returned. They are applied on this side, because
    JD Cloud does not document the names of its filters.
  - The operations of this module are inferred from JD Cloud's conventions, not published. See O(operations_file).
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  vpn_connection_ids:
    description: Ids.
    type: list
    elements: str
  vpn_connection_names:
    description: Names.
    type: list
    elements: str
  bgw_ids:
    description: Ids of border gateways.
    type: list
    elements: str
  cgw_ids:
    description: Ids of customer gateways.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_vpn_connection
"""

EXAMPLES = r"""
- name: Read vpn connections
  intercloud.vpn.jdcloud_vpn_connection_info:
    region: cn-north-1
    bgw_ids: [bgw-0a1b2c3d4e]
"""

RETURN = r"""
vpn_connections:
  description: What was found. Empty where nothing was.
  returned: success
  type: list
  elements: dict
  contains:
    vpn_connection_id:
      description: Id.
      type: str
      returned: always
      sample: vpn-0a1b2c3d4e
    vpn_connection_name:
      description: Name.
      type: str
      returned: when JD Cloud tells it
      sample: beijing-frankfurt-vpn
    bgw_id:
      description: Id of the border gateway.
      type: str
      returned: when JD Cloud tells it
      sample: bgw-0a1b2c3d4e
    cgw_id:
      description: Id of the customer gateway.
      type: str
      returned: when JD Cloud tells it
      sample: cgw-0a1b2c3d4e
    bgp_enabled:
      description: Whether routes are exchanged by BGP.
      type: bool
      returned: when JD Cloud tells it
      sample: true
    local_asn:
      description: ASN of JD Cloud's end.
      type: int
      returned: when JD Cloud tells it
      sample: 65000
    cloud_public_ip:
      description: The two public addresses that JD Cloud assigned.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: [116.196.64.10, 116.196.64.11]
    ha_status:
      description: V(redundancy) or V(no_redundancy).
      type: str
      returned: when JD Cloud tells it
      sample: redundancy
    providers:
      description: Lines of the two addresses.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: [bgp, bgp]
    traffic_selectors:
      description: Traffic selectors.
      type: list
      elements: dict
      returned: when JD Cloud tells it
      sample: []
    az_type:
      description: V(standard) or V(edge).
      type: str
      returned: when JD Cloud tells it
      sample: standard
    az:
      description: Availability zone of an edge connection.
      type: str
      returned: when JD Cloud tells it
      sample: ""
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

FILTERS = {
    "vpn_connection_ids": "vpn_connection_id",
    "vpn_connection_names": "vpn_connection_name",
    "bgw_ids": "bgw_id",
    "cgw_ids": "cgw_id",
}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        vpn_connection_ids={"type": "list", "elements": "str"},
        vpn_connection_names={"type": "list", "elements": "str"},
        bgw_ids={"type": "list", "elements": "str"},
        cgw_ids={"type": "list", "elements": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return info("vpn_connection", "vpn_connections", FILTERS, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
