#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_border_gateway
short_description: Manage JD Cloud border gateways
version_added: 0.1.0
description:
  - Makes, changes and removes border gateways, to which VPCs are attached and where VPN connections end.
  - Its ASN is 65000. It reaches no VPC without an attachment.
  - Found by O(bgw_id), else by O(bgw_name). More than one match is an error that lists the ids.
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
  bgw_id:
    description: Id of an existing border gateway. With it, O(bgw_name) renames.
    type: str
  bgw_name:
    description:
      - Name, 1 to 32 Chinese characters, letters, digits, C(_) and C(-).
      - Needed to make one.
    type: str
  description:
    description: Description, up to 256 characters.
    type: str
  az_type:
    description: Type. JD Cloud's default is V(standard). It can't be changed.
    type: str
    choices: [standard, edge]
  az:
    description: Availability zone, needed where O(az_type=edge). It can't be changed.
    type: str
seealso:
  - module: intercloud.vpn.jdcloud_border_gateway_info
  - module: intercloud.vpn.jdcloud_vpc_attachment
  - module: intercloud.vpn.jdcloud_vpn_connection
"""

EXAMPLES = r"""
- name: Make a border gateway
  intercloud.vpn.jdcloud_border_gateway:
    region: cn-north-1
    bgw_name: beijing-bgw
"""

RETURN = r"""
border_gateway:
  description: The border gateway. Not returned where there was none to remove. In check mode, as it would be.
  returned: when there is or was one
  type: dict
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

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.kinds import BORDER_GATEWAY
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.resource import manage
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import STATE, WAIT, jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        STATE,
        WAIT,
        bgw_id={"type": "str"},
        bgw_name={"type": "str"},
        description={"type": "str"},
        az_type={"type": "str", "choices": ["standard", "edge"]},
        az={"type": "str"},
    ),
    required_one_of=[["bgw_id", "bgw_name"]],
    required_if=[("az_type", "edge", ["az"])],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return manage(BORDER_GATEWAY, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
