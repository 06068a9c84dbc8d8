#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_route_propagation
short_description: Manage what a JD Cloud route table learns from a border gateway
version_added: 0.1.0
description:
  - Adds ranges to, and takes them out of, the propagation from a border gateway to a VPC's route table. The VPC
    reaches nothing behind the gateway without one.
  - Ranges of others are left as they are. After a write the propagation is read back, and the write is repeated where
    another writer has overwritten it.
  - The operations were published in JD Cloud's .NET SDK of 2020, the models are those of today's SDK.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.state
  - intercloud.vpn.jdcloud.attributes
  - intercloud.vpn.jdcloud.wait
options:
  route_table_id:
    description: Id of the route table of a VPC.
    type: str
    required: true
  bgw_id:
    description: Id of the border gateway that it learns from.
    type: str
    required: true
  propagation_cidrs:
    description:
      - IPv4 ranges, or ids of prefix lists where O(propagation_cidr_type=PREFIXLIST).
      - Where O(state=present) they are added to what is there. A range that a wider one covers, V(0.0.0.0/0) for
        example, counts as there.
      - Where O(state=absent) exactly these are taken out, and the propagation is removed when none is left.
    type: list
    elements: str
    required: true
  replaces:
    description:
      - Members that O(propagation_cidrs) take the place of. Those that are there are taken out in the same write, so
        that a range which becomes narrower is reached all the time.
      - Only where O(state=present).
    type: list
    elements: str
  propagation_cidr_type:
    description: What O(propagation_cidrs) are. JD Cloud's default, and that of the module, is V(CIDR).
    type: str
    choices: [CIDR, PREFIXLIST]
  priority:
    description:
      - Priority of the learned routes, 101 to 255; the lower one wins. JD Cloud's default is 150. It is the priority
        of the whole propagation.
    type: int
seealso:
  - module: intercloud.vpn.jdcloud_route_table_info
  - module: intercloud.vpn.jdcloud_vpc_attachment
"""

EXAMPLES = r"""
- name: Let the VPC learn a range of the other cloud
  intercloud.vpn.jdcloud_route_propagation:
    region: cn-north-1
    route_table_id: rtb-0a1b2c3d4e
    bgw_id: bgw-0a1b2c3d4e
    propagation_cidrs: [172.31.0.0/16]
"""

RETURN = r"""
route_propagation:
  description: All that the route table learns from the border gateway. In check mode, as it would be.
  returned: success
  type: dict
  contains:
    route_table_id:
      description: Id of the route table.
      type: str
      returned: always
      sample: rtb-0a1b2c3d4e
    bgw_id:
      description: Id of the border gateway.
      type: str
      returned: when JD Cloud tells it
      sample: bgw-0a1b2c3d4e
    propagation_cidr_type:
      description: V(CIDR) or V(PREFIXLIST).
      type: str
      returned: when JD Cloud tells it
      sample: CIDR
    propagation_cidrs:
      description: The ranges or prefix lists, those of others included.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: [172.31.0.0/16, 10.200.0.0/16]
    priority:
      description: Priority.
      type: int
      returned: when JD Cloud tells it
      sample: 150
    route_propagation_ids:
      description: Ids of the propagations.
      type: list
      elements: str
      returned: when JD Cloud tells it
      sample: [prop-0a1b2c3d4e]
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

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.propagation import manage
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import STATE, WAIT, jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        STATE,
        WAIT,
        route_table_id={"type": "str", "required": True},
        bgw_id={"type": "str", "required": True},
        propagation_cidrs={"type": "list", "elements": "str", "required": True},
        replaces={"type": "list", "elements": "str"},
        propagation_cidr_type={"type": "str", "choices": ["CIDR", "PREFIXLIST"]},
        priority={"type": "int"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return manage(params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
