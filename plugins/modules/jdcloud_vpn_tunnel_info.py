#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_vpn_tunnel_info
short_description: Read JD Cloud VPN tunnels
version_added: 0.1.0
description:
  - Reads JD Cloud VPN tunnels, all pages.
  - Several options narrow down together; without any, everything is returned. They are applied on this side, because
    JD Cloud does not document the names of its filters.
  - Pre-shared keys are never returned.
  - The operations of this module are inferred from JD Cloud's conventions, not published. See O(operations_file).
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.attributes_info
options:
  vpn_tunnel_ids:
    description: Ids.
    type: list
    elements: str
  vpn_connection_ids:
    description: Ids of VPN connections.
    type: list
    elements: str
seealso:
  - module: intercloud.vpn.jdcloud_vpn_tunnel
"""

EXAMPLES = r"""
- name: Read vpn tunnels
  intercloud.vpn.jdcloud_vpn_tunnel_info:
    region: cn-north-1
    vpn_connection_ids: [vpn-0a1b2c3d4e]
"""

RETURN = r"""
vpn_tunnels:
  description: What was found. Empty where nothing was.
  returned: success
  type: list
  elements: dict
  contains:
    vpn_tunnel_id:
      description: Id.
      type: str
      returned: always
      sample: vpntunnel-0a1b2c3d4e
    vpn_connection_id:
      description: Id of the VPN connection.
      type: str
      returned: when JD Cloud tells it
      sample: vpn-0a1b2c3d4e
    cloud_public_ip:
      description: Public address of JD Cloud's end.
      type: str
      returned: when JD Cloud tells it
      sample: 116.196.64.10
    customer_ip:
      description: Public address of the other end.
      type: str
      returned: when JD Cloud tells it
      sample: 3.120.0.10
    tunnel_ip:
      description: Inside block.
      type: str
      returned: when JD Cloud tells it
      sample: 169.254.10.0/30
    local_tunnel_ip:
      description: Inside address of JD Cloud's end.
      type: str
      returned: when JD Cloud tells it
      sample: 169.254.10.2
    remote_tunnel_ip:
      description: Inside address of the other end.
      type: str
      returned: when JD Cloud tells it
      sample: 169.254.10.1
    local_id:
      description: IKE identity of JD Cloud's end.
      type: str
      returned: when JD Cloud tells it
      sample: 116.196.64.10
    remote_id:
      description: IKE identity of the other end.
      type: str
      returned: when JD Cloud tells it
      sample: 3.120.0.10
    ike_version:
      description: IKE version.
      type: str
      returned: when JD Cloud tells it
      sample: v2
    ike_mode:
      description: Mode of IKEv1.
      type: str
      returned: when JD Cloud tells it
      sample: main
    ike_key_exchange:
      description: Diffie-Hellman group of IKE.
      type: str
      returned: when JD Cloud tells it
      sample: ecp256
    ike_cipher:
      description: Encryption of IKE.
      type: str
      returned: when JD Cloud tells it
      sample: aes256
    ike_auth:
      description: Integrity of IKE.
      type: str
      returned: when JD Cloud tells it
      sample: sha256
    ike_dpd_sec:
      description: Dead peer detection in seconds; 0 is off.
      type: int
      returned: when JD Cloud tells it
      sample: 10
    ike_sa_life_sec:
      description: Lifetime of the IKE SA in seconds.
      type: int
      returned: when JD Cloud tells it
      sample: 14400
    ipsec_cipher:
      description: Encryption of IPsec.
      type: str
      returned: when JD Cloud tells it
      sample: aes256
    ipsec_auth:
      description: Integrity of IPsec.
      type: str
      returned: when JD Cloud tells it
      sample: sha256
    ipsec_key_exchange:
      description: Diffie-Hellman group of IPsec; V(null) is no perfect forward secrecy.
      type: str
      returned: when JD Cloud tells it
      sample: ecp256
    ipsec_sa_life_sec:
      description: Lifetime of the IPsec SA in seconds.
      type: int
      returned: when JD Cloud tells it
      sample: 3600
    ipsec_sa_lifepkt:
      description: Lifetime of the IPsec SA in packets; 0 is none.
      type: int
      returned: when JD Cloud tells it
      sample: 0
    ipsec_sa_lifebyte:
      description: Lifetime of the IPsec SA in bytes; 0 is none.
      type: int
      returned: when JD Cloud tells it
      sample: 0
    bandwidth_mbps:
      description: Limit in Mbit/s.
      type: int
      returned: when JD Cloud tells it
      sample: 100
    admin_status:
      description: Whether the tunnel shall be V(UP) or V(DOWN).
      type: str
      returned: when JD Cloud tells it
      sample: UP
    op_status:
      description: Whether the tunnel is V(UP) or V(DOWN).
      type: str
      returned: when JD Cloud tells it
      sample: UP
    psk_readable:
      description:
        - Whether JD Cloud reveals the pre-shared key, so that it can be compared. The key itself is never returned.
      type: bool
      returned: when JD Cloud tells it
      sample: true
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

FILTERS = {"vpn_tunnel_ids": "vpn_tunnel_id", "vpn_connection_ids": "vpn_connection_id"}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        vpn_tunnel_ids={"type": "list", "elements": "str"},
        vpn_connection_ids={"type": "list", "elements": "str"},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return info("vpn_tunnel", "vpn_tunnels", FILTERS, params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
