#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_vpn_connection
short_description: Manage JD Cloud VPN connections
version_added: 0.1.0
description:
  - Makes, changes and removes VPN connections between a border gateway and a customer gateway. JD Cloud assigns two
    public addresses to each; the module waits for them.
  - Found by O(vpn_connection_id), else by O(vpn_connection_name), with O(bgw_id) where it is given. More than one
    match is an error that lists the ids.
  - A connection can be removed only when it has no tunnels, and no static route leads to it.
  - What JD Cloud can't change makes the module fail with the field, both values and the remedy. Nothing is ever
    replaced silently.
  - The operations of this module are inferred from JD Cloud's conventions, not published. See O(operations_file).
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.wait
  - intercloud.vpn.jdcloud.state
  - intercloud.vpn.jdcloud.attributes
  - intercloud.vpn.jdcloud.interruption
options:
  vpn_connection_id:
    description: Id of an existing VPN connection. With it, O(vpn_connection_name) renames.
    type: str
  vpn_connection_name:
    description:
      - Name, 1 to 32 Chinese characters, letters, digits, C(_) and C(-).
      - Needed to make one.
    type: str
  description:
    description: Description, up to 256 characters.
    type: str
  bgw_id:
    description: Id of the border gateway. Needed to make one. It can't be changed.
    type: str
  cgw_id:
    description: Id of the customer gateway. Needed to make one. It can't be changed.
    type: str
  bgp_enabled:
    description:
      - Whether routes are exchanged by BGP. JD Cloud's default is V(true).
      - Changing it drops all BGP sessions, so it is refused while tunnels exist unless O(allow_interruption=true).
    type: bool
  local_asn:
    description:
      - ASN of JD Cloud's end, 64512 to 65534. JD Cloud's default is that of the border gateway, 65000. It can't be
        changed.
    type: int
  providers:
    description: Lines of the two public addresses, on an edge gateway only. It can't be changed.
    type: list
    elements: str
  traffic_selectors:
    description:
      - Which traffic is encrypted (phase 2). JD Cloud takes them only from a modify, so the module sends one after it
        has made the connection.
      - An empty list removes all. Changing them renegotiates the tunnels, so it is refused while tunnels exist unless
        O(allow_interruption=true).
    type: list
    elements: dict
    suboptions:
      local_subnet:
        description: IPv4 range of JD Cloud's side.
        type: str
        required: true
      remote_subnets:
        description: IPv4 ranges of the other side.
        type: list
        elements: str
      description:
        description: Description.
        type: str
  charge_spec:
    description:
      - How it is charged, used only when it is made and not compared. A VPN connection is charged by usage.
    type: dict
    suboptions:
      charge_mode:
        description: Mode. JD Cloud documents which one a product takes.
        type: str
        choices: [prepaid_by_duration, postpaid_by_usage, postpaid_by_duration]
      charge_unit:
        description: Unit of O(charge_spec.charge_duration).
        type: str
        choices: [month, year]
      charge_duration:
        description: For how long, 1 to 9 months or 1 to 3 years. Only for V(prepaid_by_duration).
        type: int
seealso:
  - module: intercloud.vpn.jdcloud_vpn_connection_info
  - module: intercloud.vpn.jdcloud_vpn_tunnels
"""

EXAMPLES = r"""
- name: Make a VPN connection with BGP
  intercloud.vpn.jdcloud_vpn_connection:
    region: cn-north-1
    vpn_connection_name: beijing-frankfurt-vpn
    bgw_id: bgw-0a1b2c3d4e
    cgw_id: cgw-0a1b2c3d4e
  register: connection

- name: Show its two public addresses
  ansible.builtin.debug:
    var: connection.vpn_connection.cloud_public_ip
"""

RETURN = r"""
vpn_connection:
  description: The VPN connection. Not returned where there was none to remove. In check mode, as it would be.
  returned: when there is or was one
  type: dict
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

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.kinds import VPN_CONNECTION
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.resource import manage
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import (
    CHARGE,
    INTERRUPTION,
    STATE,
    WAIT,
    jdcloud_spec,
)
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        CHARGE,
        INTERRUPTION,
        STATE,
        WAIT,
        vpn_connection_id={"type": "str"},
        vpn_connection_name={"type": "str"},
        description={"type": "str"},
        bgw_id={"type": "str"},
        cgw_id={"type": "str"},
        bgp_enabled={"type": "bool"},
        local_asn={"type": "int"},
        providers={"type": "list", "elements": "str"},
        traffic_selectors={
            "type": "list",
            "elements": "dict",
            "options": {
                "local_subnet": {"type": "str", "required": True},
                "remote_subnets": {"type": "list", "elements": "str"},
                "description": {"type": "str"},
            },
        },
    ),
    required_one_of=[["vpn_connection_id", "vpn_connection_name"]],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return manage(VPN_CONNECTION, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
