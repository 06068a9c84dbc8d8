#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_border_gateway_route
short_description: Manage static routes of JD Cloud border gateways
version_added: 0.1.0
description:
  - Makes, changes and removes static routes of a border gateway. A route to a VPN connection uses all its tunnels that
    are up.
  - Found by O(bgw_route_id), else by O(bgw_id), O(bgw_route_destination) and O(bgw_route_nexthop). More than one match
    is an error that lists the ids.
  - Propagated routes are never touched.
  - What JD Cloud can't change makes the module fail with the field, both values and the remedy. Nothing is ever
    replaced silently.
  - The operations of this module are inferred from JD Cloud's conventions, not published. See O(operations_file).
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.wait
  - intercloud.vpn.jdcloud.state
  - intercloud.vpn.jdcloud.attributes
options:
  bgw_route_id:
    description: Id of an existing route. With it, O(bgw_route_nexthop) changes the next hop.
    type: str
  bgw_id:
    description: Id of the border gateway.
    type: str
    required: true
  bgw_route_destination:
    description: Destination, an IPv4 range. Needed to make one. It can't be changed.
    type: str
  bgw_route_nexthop:
    description: Id of the next hop, for example of a VPN connection. Needed to make one.
    type: str
  bgw_nexthop_type:
    description: Type of the next hop.
    type: str
    choices: [vpn_connection, vpc_attachment, vpc, private_vif, hosted_private_vif]
  description:
    description: Description, up to 256 characters.
    type: str
seealso:
  - module: intercloud.vpn.jdcloud_border_gateway_route_info
"""

EXAMPLES = r"""
- name: Route a range of the other cloud to a VPN connection
  intercloud.vpn.jdcloud_border_gateway_route:
    region: cn-north-1
    bgw_id: bgw-0a1b2c3d4e
    bgw_route_destination: 172.31.0.0/16
    bgw_nexthop_type: vpn_connection
    bgw_route_nexthop: vpn-0a1b2c3d4e
"""

RETURN = r"""
border_gateway_route:
  description: The route. Not returned where there was none to remove. In check mode, as it would be.
  returned: when there is or was one
  type: dict
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
changes:
  description: What differed, field by field, with C(field), C(before), C(after) and C(interrupts). Secrets are hidden.
  returned: when the resource existed and shall exist
  type: list
  elements: dict
  sample: [{field: description, before: "", after: production, interrupts: false}]
error:
  description:
    - What JD Cloud answered, with C(operation), C(message), C(code), C(status), C(http_status), C(request_id) and
      C(details).
  returned: when JD Cloud refused a call
  type: dict
  sample:
    operation: createVpc
    message: vpc quota exceeded
    code: 429
    status: QUOTA_EXCEEDED
    http_status: 429
    request_id: c3q2r8v0s7
    details: null
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.kinds import BORDER_GATEWAY_ROUTE
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.resource import manage
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import STATE, WAIT, jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        STATE,
        WAIT,
        bgw_route_id={"type": "str"},
        bgw_id={"type": "str", "required": True},
        bgw_route_destination={"type": "str"},
        bgw_route_nexthop={"type": "str"},
        bgw_nexthop_type={
            "type": "str",
            "choices": ["vpn_connection", "vpc_attachment", "vpc", "private_vif", "hosted_private_vif"],
        },
        description={"type": "str"},
    ),
    required_one_of=[["bgw_route_id", "bgw_route_destination"]],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return manage(BORDER_GATEWAY_ROUTE, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
