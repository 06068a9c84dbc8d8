#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_customer_gateway
short_description: Manage JD Cloud customer gateways
version_added: 0.1.0
description:
  - Makes, changes and removes customer gateways, which tell JD Cloud the public addresses and the ASN of the other
    end.
  - Found by O(customer_gateway_id), else by O(customer_gateway_name). More than one match is an error that lists the
    ids.
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
  customer_gateway_id:
    description: Id of an existing customer gateway. With it, O(customer_gateway_name) renames.
    type: str
  customer_gateway_name:
    description:
      - Name, 1 to 32 Chinese characters, letters, digits, C(_) and C(-).
      - Needed to make one.
    type: str
  customer_ips:
    description:
      - "Public IPv4 addresses of the other end: 1, 2 or 4 different ones. Their order does not matter."
      - JD Cloud changes them only while no tunnel exists on the gateway. Otherwise the module fails and lists the
        tunnels.
    type: list
    elements: str
  initial_customer_ips:
    description:
      - "Addresses to make the gateway with while O(customer_ips) are not known yet: stand-ins. They must be publicly
        routable, and be distinct from those of other customer gateways of the region."
      - They are used only when the gateway is made, never compared and never put back.
    type: list
    elements: str
  bgp_asn:
    description:
      - ASN of the other end, 65001 to 65499. Needed to make one, for static routing too.
      - It can't be changed.
    type: int
  description:
    description: Description, up to 256 characters.
    type: str
seealso:
  - module: intercloud.vpn.jdcloud_customer_gateway_info
  - module: intercloud.vpn.jdcloud_vpn_connection
"""

EXAMPLES = r"""
- name: Make a customer gateway before the peer's addresses are known
  intercloud.vpn.jdcloud_customer_gateway:
    region: cn-north-1
    customer_gateway_name: beijing-frankfurt-cgw
    bgp_asn: 65001
    initial_customer_ips: [9.9.9.1, 9.9.9.2, 9.9.9.3, 9.9.9.4]

- name: Tell it the addresses, before any tunnel is made
  intercloud.vpn.jdcloud_customer_gateway:
    region: cn-north-1
    customer_gateway_name: beijing-frankfurt-cgw
    customer_ips: [3.120.0.10, 3.120.0.11, 18.184.0.12, 18.184.0.13]
"""

RETURN = r"""
customer_gateway:
  description: The customer gateway. Not returned where there was none to remove. In check mode, as it would be.
  returned: when there is or was one
  type: dict
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

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.kinds import CUSTOMER_GATEWAY
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.resource import manage
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import STATE, WAIT, jdcloud_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        STATE,
        WAIT,
        customer_gateway_id={"type": "str"},
        customer_gateway_name={"type": "str"},
        customer_ips={"type": "list", "elements": "str"},
        initial_customer_ips={"type": "list", "elements": "str"},
        bgp_asn={"type": "int"},
        description={"type": "str"},
    ),
    required_one_of=[["customer_gateway_id", "customer_gateway_name"]],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return manage(CUSTOMER_GATEWAY, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
