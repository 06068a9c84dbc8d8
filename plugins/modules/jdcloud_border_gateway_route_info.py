#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_border_gateway_route_info
short_description: Read routes of a JD Cloud border gateway
version_added: 0.1.0
description:
  - Reads routes of a JD Cloud border gateway, all pages.
  - Several options narrow down together; without any, everything is returned. They are applied on this side, because
    JD Cloud does not document the names of its filters.
  - No VPN model of JD Cloud carries the state of BGP sessions. Propagated routes tell it.
  - The operations of this module are inferred from JD Cloud's conventions, not published. See O(operations_file).
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  bgw_id:
    description: Id of the border gateway. JD Cloud lists routes by gateway only.
    type: str
    required: true
  bgw_route_ids:
    description: Ids.
    type: list
    elements: str
  bgw_route_destinations:
    description: Destinations.
    type: list
    elements: str
  bgw_route_nexthops:
    description: Ids of next hops, for example of VPN connections.
    type: list
    elements: str
  origins:
    description: V(static), V(propagated) or both.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_border_gateway_route
"""

EXAMPLES = r"""
- name: Read what a border gateway has learned
  intercloud.vpn.jdcloud_border_gateway_route_info:
    region: cn-north-1
    bgw_id: bgw-0a1b2c3d4e
    origins: [propagated]
"""

RETURN = r"""
border_gateway_routes:
  description: What was found. Empty where nothing was.
  returned: success
  type: list
  elements: dict
  contains:
    bgw_route_id:
      description: Id.
      type: str
      returned: always
      sample: bgwroute-0a1b2c3d4e
    bgw_id:
      description: Id of the border gateway.
      type: str
      returned: when JD Cloud tells it
      sample: bgw-0a1b2c3d4e
    bgw_route_destination:
      description: Destination.
      type: str
      returned: when JD Cloud tells it
      sample: 172.31.0.0/16
    bgw_route_nexthop:
      description: Id of the next hop.
      type: str
      returned: when JD Cloud tells it
      sample: vpn-0a1b2c3d4e
    bgw_nexthop_type:
      description: Type of the next hop, as it is written.
      type: str
      returned: when JD Cloud tells it
      sample: vpn_connection
    bgw_route_next_hop_type:
      description: Type of the next hop, as JD Cloud reads it.
      type: str
      returned: when JD Cloud tells it
      sample: vpnConnection
    bgw_route_priority:
      description: Priority.
      type: int
      returned: when JD Cloud tells it
      sample: 100
    origin:
      description: V(static) or V(propagated).
      type: str
      returned: when JD Cloud tells it
      sample: static
    description:
      description: Description.
      type: str
      returned: when JD Cloud tells it
      sample: ""
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.read import info
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

FILTERS = {
    "bgw_route_ids": "bgw_route_id",
    "bgw_route_destinations": "bgw_route_destination",
    "bgw_route_nexthops": "bgw_route_nexthop",
    "origins": "origin",
}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        bgw_id={"type": "str", "required": True},
        bgw_route_ids={"type": "list", "elements": "str"},
        bgw_route_destinations={"type": "list", "elements": "str"},
        bgw_route_nexthops={"type": "list", "elements": "str"},
        origins={"type": "list", "elements": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return info("border_gateway_route", "border_gateway_routes", FILTERS, params, ctx, bgw_id=params["bgw_id"])


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
