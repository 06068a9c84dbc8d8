#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: jdcloud_vpn_tunnels
short_description: Manage all tunnels of a JD Cloud VPN connection
version_added: 0.1.0
description:
  - Makes, changes and removes the tunnels of a VPN connection, so that there are exactly those that are asked for.
  - A tunnel has no name and is known by its two public addresses.
  - Everything is compared and checked before anything is changed. A difference that renegotiates an existing tunnel,
    and the removal of one that is up, are refused unless O(allow_interruption=true).
  - What is too much is removed first, then tunnels are changed one after the other, then new ones are made. Tunnels
    are removed and made side by side.
  - The operations of this module are inferred from JD Cloud's conventions, not published. See O(operations_file). Only
    setting the admin status is published.
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - intercloud.vpn.jdcloud
  - intercloud.vpn.jdcloud.wait
  - intercloud.vpn.jdcloud.attributes
  - intercloud.vpn.jdcloud.interruption
options:
  vpn_connection_id:
    description: Id of the VPN connection.
    type: str
    required: true
  tunnels:
    description:
      - All tunnels of the connection. An empty list removes all of them where O(purge=true).
    type: list
    elements: dict
    required: true
    suboptions:
      cloud_public_ip:
        description: Public address of JD Cloud's end, one of the two of the connection.
        type: str
        required: true
      customer_ip:
        description: Public address of the other end, one of those of the customer gateway.
        type: str
        required: true
      psk:
        description:
          - Pre-shared key, 1 to 20 letters, digits, C(_) and C(-), not starting with V(0x) or V(0s). Needed to make a
            tunnel.
          - It is never returned or shown. Where JD Cloud does not reveal the key that it has, it can't be compared,
            and the module warns.
        type: str
      force_psk:
        description:
          - Send O(tunnels[].psk) to an existing tunnel whose key JD Cloud does not reveal. That is a change in every
            run.
        type: bool
        default: false
      tunnel_ip:
        description:
          - Inside block, a /30 of V(169.254.0.0/20), V(10.0.0.0/8), V(172.16.0.0/12) or V(192.168.0.0/16), unique on
            the border gateway.
        type: str
      local_tunnel_ip:
        description: Inside address of JD Cloud's end, one of the two middle addresses of O(tunnels[].tunnel_ip).
        type: str
      ike_version:
        description: IKE version. JD Cloud's default is V(v2).
        type: str
        choices: [v1, v2]
      ike_mode:
        description:
          - Mode of IKEv1; JD Cloud ignores it for IKEv2, so it is not compared then. JD Cloud's default is V(main).
        type: str
        choices: [main, aggressive]
      ike_key_exchange:
        description: Diffie-Hellman group of IKE. JD Cloud's default is V(ecp256).
        type: str
        choices: [modp1024, modp1536, modp2048, ecp256, ecp384]
      ike_cipher:
        description: Encryption of IKE. JD Cloud's default is V(aes128).
        type: str
        choices: [aes128, aes192, aes256, 3des]
      ike_auth:
        description: Integrity of IKE. JD Cloud's default is V(sha256).
        type: str
        choices: [sha1, sha256, sha384]
      ike_dpd_sec:
        description: "Dead peer detection: V(0) is off, V(10) is 10 seconds. JD Cloud's default is V(10)."
        type: int
        choices: [0, 10]
      ike_sa_life_sec:
        description: Lifetime of the IKE SA in seconds, 60 to 86400. JD Cloud's default is 14400.
        type: int
      ipsec_cipher:
        description: Encryption of IPsec. JD Cloud's default is V(aes128).
        type: str
        choices: [aes128, aes192, aes256]
      ipsec_auth:
        description: Integrity of IPsec. JD Cloud's default is V(sha256).
        type: str
        choices: [sha1, sha256, sha384]
      ipsec_key_exchange:
        description:
          - Diffie-Hellman group of IPsec. V(null), which must be quoted in YAML, is no perfect forward secrecy and JD
            Cloud's default.
        type: str
        choices: ["null", modp1024, modp1536, modp2048, ecp256, ecp384]
      ipsec_sa_life_sec:
        description: Lifetime of the IPsec SA in seconds, 60 to 86400. JD Cloud's default is 3600.
        type: int
      ipsec_sa_lifepkt:
        description: Lifetime of the IPsec SA in packets, 0 to 100000000. JD Cloud's default is 0, no limit.
        type: int
      ipsec_sa_lifebyte:
        description: Lifetime of the IPsec SA in bytes, 0 to 107374182400. JD Cloud's default is 0, no limit.
        type: int
      bandwidth_mbps:
        description: Limit of the tunnel in Mbit/s, 1 to 1500. Changing it does not interrupt.
        type: int
      admin_status:
        description:
          - Whether the tunnel shall be up. JD Cloud makes tunnels V(UP) and initiates them.
          - V(DOWN) stops an existing tunnel without asking, for that is what it means. It is carried out before other
            changes, and V(UP) after them.
        type: str
        choices: [UP, DOWN]
      charge_spec:
        description:
          - How it is charged, used only when it is made and not compared. A tunnel is charged by configuration.
        type: dict
        suboptions:
          charge_mode:
            description: Mode. JD Cloud documents which one a product takes.
            type: str
            choices: [prepaid_by_duration, postpaid_by_usage, postpaid_by_duration]
          charge_unit:
            description: Unit of O(tunnels[].charge_spec.charge_duration).
            type: str
            choices: [month, year]
          charge_duration:
            description: For how long, 1 to 9 months or 1 to 3 years. Only for V(prepaid_by_duration).
            type: int
  purge:
    description:
      - Whether tunnels of the connection that are not in O(tunnels) are removed, with their admin status set to
        V(DOWN) first.
      - One that is up is removed only where O(allow_interruption=true).
    type: bool
    default: true
seealso:
  - module: intercloud.vpn.jdcloud_vpn_tunnel
  - module: intercloud.vpn.jdcloud_vpn_tunnel_info
"""

EXAMPLES = r"""
- name: Make the tunnels of a connection
  intercloud.vpn.jdcloud_vpn_tunnels:
    region: cn-north-1
    vpn_connection_id: vpn-0a1b2c3d4e
    tunnels:
      - cloud_public_ip: 116.196.64.10
        customer_ip: 3.120.0.10
        psk: "{{ vault_psk_1 }}"
        tunnel_ip: 169.254.10.0/30
        local_tunnel_ip: 169.254.10.2
      - cloud_public_ip: 116.196.64.11
        customer_ip: 18.184.0.12
        psk: "{{ vault_psk_2 }}"
        tunnel_ip: 169.254.10.4/30
        local_tunnel_ip: 169.254.10.6

- name: Remove them all
  intercloud.vpn.jdcloud_vpn_tunnels:
    region: cn-north-1
    vpn_connection_id: vpn-0a1b2c3d4e
    tunnels: []
    allow_interruption: true
"""

RETURN = r"""
vpn_tunnels:
  description: The tunnels in the order of O(tunnels), then those that were removed. In check mode, as they would be.
  returned: when nothing was refused
  type: list
  elements: dict
  contains:
    action:
      description:
        - "What was done: V(created), V(changed), V(removed) or V(unchanged); after a failure V(failed) or V(skipped)
          too."
      type: str
      returned: always
      sample: created
    changes:
      description: What differed, with C(field), C(before), C(after) and C(interrupts). Secrets are hidden.
      type: list
      elements: dict
      returned: when JD Cloud tells it
      sample: []
    vpn_tunnel_id:
      description: Id.
      type: str
      returned: when JD Cloud tells it
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
interrupts:
  description: The tunnels that would have been interrupted.
  returned: when an interruption was refused
  type: list
  elements: str
  sample: ["vpntunnel-0a1b2c3d4e (116.196.64.10 - 3.120.0.10, UP)"]
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

from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.spec import (
    INTERRUPTION,
    TUNNEL,
    WAIT,
    jdcloud_spec,
)
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.tunnel_set import manage_set
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

REQUIRED = {"type": "str", "required": True}
DECLARATION = Declaration(
    argument_spec=jdcloud_spec(
        INTERRUPTION,
        WAIT,
        vpn_connection_id=REQUIRED,
        tunnels={
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {**TUNNEL, "cloud_public_ip": REQUIRED, "customer_ip": REQUIRED},
        },
        purge={"type": "bool", "default": True},
    )
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return manage_set(params, ctx)


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
