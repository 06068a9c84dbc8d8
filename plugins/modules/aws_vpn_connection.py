#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_vpn_connection
short_description: Manage AWS Site-to-Site VPN connections and their tunnels
version_added: 0.1.0
description:
  - Makes, changes and deletes VPN connections with all their tunnel options, static routes and tags.
  - A connection is found by O(vpn_connection_id), else O(match_tags), else O(name), else O(customer_gateway_id) and its
    target gateway. A connection that is still pending is waited for, not made again.
  - A difference that would interrupt an existing tunnel is refused, with the list of such differences, unless
    O(allow_interruption=true). Then the tunnels are changed one after the other.
  - Pre-shared keys and the customer gateway configuration that holds them are never returned.
  - Ranges and choices are those of the EC2 API (botocore 1.44).
author: the intercloud.vpn authors (@intercloud-vpn)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - intercloud.vpn.aws
  - intercloud.vpn.aws.state
  - intercloud.vpn.aws.wait
  - intercloud.vpn.aws.attributes
attributes:
  idempotent:
    support: partial
    details: With O(unreadable_pre_shared_key=write) keys that AWS does not show are written on every run.
options:
  vpn_connection_id:
    description: Id of an existing connection to use.
    type: str
  name:
    description: The C(Name) tag. The connection is found by it where neither id nor O(match_tags) is given.
    type: str
  match_tags:
    description: Tags that the connection is found by. A new connection gets them too, and they are never purged.
    type: dict
  customer_gateway_id:
    description:
      - Customer gateway of the other end. Needed to make a connection, but in check mode it may be left out or empty.
      - Giving an existing connection another one interrupts both tunnels.
    type: str
  vpn_gateway_id:
    description: Virtual private gateway that the connection ends at. Can't be changed.
    type: str
  transit_gateway_id:
    description: Transit gateway that the connection ends at, instead of a virtual private gateway. Can't be changed.
    type: str
  static_routes_only:
    description: Whether routes are static instead of learned by BGP. AWS's default is BGP. Can't be changed.
    type: bool
    aliases: [static_only]
  routes:
    description:
      - Networks behind the other end, for a connection with O(static_routes_only=true). Not compared where left out.
      - AWS takes them only once the connection is available, so it is waited for whatever O(wait) says.
    type: list
    elements: str
  purge_routes:
    description: Whether static routes that O(routes) does not have are removed. Without O(routes) nothing is removed.
    type: bool
    default: false
  enable_acceleration:
    description: Whether tunnels use AWS Global Accelerator (transit gateways only). Can't be changed.
    type: bool
  tunnel_inside_ip_version:
    description: Version of the addresses that travel through the tunnels. Can't be changed.
    type: str
    choices: [ipv4, ipv6]
  outside_ip_address_type:
    description: Kind of the tunnels' outside addresses. Can't be changed.
    type: str
    choices: [PublicIpv4, PrivateIpv4, Ipv6]
  transport_transit_gateway_attachment_id:
    description: Transit gateway attachment that carries the tunnels, with O(outside_ip_address_type=PrivateIpv4).
    type: str
  tunnel_bandwidth:
    description: Up to 1.25 Gbps (standard) or 5 Gbps (large, transit gateways only) a tunnel. A change interrupts both.
    type: str
    choices: [standard, large]
  pre_shared_key_storage:
    description:
      - Where AWS keeps the keys. With V(SecretsManager) they read back as redacted and can't be compared.
      - Can't be changed.
    type: str
    choices: [Standard, SecretsManager]
  local_ipv4_network_cidr:
    description: IPv4 network on the customer gateway's side of the tunnels. A change interrupts both tunnels.
    type: str
  remote_ipv4_network_cidr:
    description: IPv4 network on AWS's side of the tunnels. A change interrupts both tunnels.
    type: str
  local_ipv6_network_cidr:
    description: IPv6 network on the customer gateway's side of the tunnels. A change interrupts both tunnels.
    type: str
  remote_ipv6_network_cidr:
    description: IPv6 network on AWS's side of the tunnels. A change interrupts both tunnels.
    type: str
  allow_interruption:
    description:
      - Whether differences may be carried out that interrupt traffic. Tunnels are changed one at a time; the next one
        only when the connection is no longer modifying.
      - To change a single tunnel, give only that tunnel in O(tunnel_options).
    type: bool
    default: false
  unreadable_pre_shared_key:
    description:
      - What to do with a O(tunnel_options[].pre_shared_key) of an existing tunnel whose key AWS does not show.
      - V(keep) leaves the key alone and names the tunnel in RV(pre_shared_keys_not_compared).
      - V(write) takes it for a difference, which interrupts the tunnel, on every run.
    type: str
    choices: [keep, write]
    default: keep
  tunnel_options:
    description:
      - Options of the connection's tunnels, at most two. What is left out gets AWS's default at create and is not
        compared later.
      - An entry means the existing tunnel that has its inside block, else its outside address; else the one that is as
        the entry asks already; else the one that is left. Its place in the list means nothing.
      - Any change but that of O(tunnel_options[].enable_tunnel_lifecycle_control) interrupts the tunnel.
      - Give single values for algorithms and groups. AWS negotiates upwards from the weakest that it is given.
    type: list
    elements: dict
    suboptions:
      outside_ip_address:
        description: AWS's outside address of the tunnel that is meant. AWS chooses it, so it is not used at create.
        type: str
      tunnel_inside_cidr:
        description:
          - The tunnel's inside block, a /30 of 169.254.0.0/16 but for 169.254.0.0/30, 169.254.1.0/30, 169.254.2.0/30,
            169.254.3.0/30, 169.254.4.0/30, 169.254.5.0/30, 169.254.169.252/30. Unique on the virtual private gateway.
          - AWS takes the first usable address, the customer gateway the second.
        type: str
      tunnel_inside_ipv6_cidr:
        description: The tunnel's inside IPv6 block, a /126 of fd00::/8. Unique on the transit gateway.
        type: str
      pre_shared_key:
        description: The key, 8 to 64 letters, digits, C(.) and C(_), not starting with 0. Compared, never shown.
        type: str
      ike_versions:
        description: Permitted IKE versions.
        type: list
        elements: str
        choices: [ikev1, ikev2]
      phase1_encryption_algorithms:
        description: Permitted ciphers of IKE.
        type: list
        elements: str
        choices: [AES128, AES256, AES128-GCM-16, AES256-GCM-16]
      phase1_integrity_algorithms:
        description: Permitted hashes of IKE.
        type: list
        elements: str
        choices: [SHA1, SHA2-256, SHA2-384, SHA2-512]
      phase1_dh_group_numbers:
        description: Permitted Diffie-Hellman groups of IKE, as IANA numbers.
        type: list
        elements: int
        choices: [2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 35]
      phase1_lifetime_seconds:
        description: Lifetime of IKE in seconds, 900 to 28800. AWS's default is 28800.
        type: int
      phase1_additional_key_exchanges:
        description: Additional IKEv2 key exchanges of phase 1, such as post-quantum ones. Needs a recent botocore.
        type: list
        elements: dict
        suboptions: &rounds
          round:
            description: Number of the round, 1 to 7.
            type: int
            required: true
          methods:
            description: Permitted methods of the round, as IANA numbers.
            type: list
            elements: int
            choices: [2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 35, 36, 37]
          requirement:
            description: Whether the tunnel comes up without this round.
            type: str
            choices: [required, optional]
            default: required
      phase2_encryption_algorithms:
        description: Permitted ciphers of IPsec.
        type: list
        elements: str
        choices: [AES128, AES256, AES128-GCM-16, AES256-GCM-16]
      phase2_integrity_algorithms:
        description: Permitted hashes of IPsec.
        type: list
        elements: str
        choices: [SHA1, SHA2-256, SHA2-384, SHA2-512]
      phase2_dh_group_numbers:
        description: Permitted Diffie-Hellman groups of IPsec (perfect forward secrecy), as IANA numbers.
        type: list
        elements: int
        choices: [2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 35, 36, 37]
      phase2_lifetime_seconds:
        description: Lifetime of IPsec in seconds, 900 to 3600 and below that of IKE. AWS's default is 3600.
        type: int
      phase2_additional_key_exchanges:
        description: Additional IKEv2 key exchanges of phase 2. Needs a recent botocore.
        type: list
        elements: dict
        suboptions: *rounds
      rekey_margin_time_seconds:
        description: Seconds before the end of phase 2 that AWS rekeys, 60 to half its lifetime. AWS's default is 270.
        type: int
      rekey_fuzz_percentage:
        description: Share of the rekey margin in which the moment is chosen at random, 0 to 100. AWS's default is 100.
        type: int
      replay_window_size:
        description: Packets in the replay window, 64 to 2048. AWS's default is 1024.
        type: int
      startup_action:
        description: Whether AWS waits for the other end (add, AWS's default) or initiates itself (start, IKEv2 only).
        type: str
        choices: [add, start]
      dpd_timeout_seconds:
        description: Seconds without an answer after which the peer is held to be dead, 30 or more.
        type: int
      dpd_timeout_action:
        description: What AWS does then. AWS's default is clear.
        type: str
        choices: [clear, none, restart]
      enable_tunnel_lifecycle_control:
        description: Whether the account decides when AWS replaces the endpoint. Switched without a replacement.
        type: bool
      log_enabled:
        description: Whether IKE and IPsec events go to CloudWatch.
        type: bool
      log_group_arn:
        description: ARN of the log group for them.
        type: str
      log_output_format:
        description: Form of the log.
        type: str
        choices: [json, text]
      bgp_log_enabled:
        description: Whether BGP events go to CloudWatch. Needs a recent botocore.
        type: bool
      bgp_log_group_arn:
        description: ARN of the log group for them.
        type: str
      bgp_log_output_format:
        description: Form of the log.
        type: str
        choices: [json, text]
"""

EXAMPLES = r"""
- name: Make a VPN connection with our own keys and inside blocks
  intercloud.vpn.aws_vpn_connection:
    region: eu-central-1
    name: beijing-frankfurt-1
    match_tags:
      intercloud.vpn/link: beijing-frankfurt
      intercloud.vpn/address: "1"
    customer_gateway_id: cgw-0123456789abcdef0
    vpn_gateway_id: vgw-0123456789abcdef0
    tunnel_options:
      - "{{ proposal | combine({'tunnel_inside_cidr': '169.254.8.0/30', 'pre_shared_key': vault_psk_1}) }}"
      - "{{ proposal | combine({'tunnel_inside_cidr': '169.254.8.4/30', 'pre_shared_key': vault_psk_2}) }}"
  vars:
    proposal:
      ike_versions: [ikev2]
      phase1_encryption_algorithms: [AES256]
      phase1_integrity_algorithms: [SHA2-256]
      phase1_dh_group_numbers: [19]
      phase1_lifetime_seconds: 14400
      phase2_encryption_algorithms: [AES256]
      phase2_integrity_algorithms: [SHA2-256]
      phase2_dh_group_numbers: [19]
      phase2_lifetime_seconds: 3600
      dpd_timeout_action: restart

- name: Give one tunnel a new key in a maintenance window
  intercloud.vpn.aws_vpn_connection:
    region: eu-central-1
    vpn_connection_id: vpn-0123456789abcdef0
    allow_interruption: true
    tunnel_options:
      - tunnel_inside_cidr: 169.254.8.0/30
        pre_shared_key: "{{ vault_new_psk_1 }}"

- name: Make a connection with static routes
  intercloud.vpn.aws_vpn_connection:
    region: cn-north-1
    name: branch
    customer_gateway_id: cgw-0123456789abcdef0
    vpn_gateway_id: vgw-0123456789abcdef0
    static_routes_only: true
    routes: [10.20.0.0/16]
    purge_routes: true

- name: Delete it and wait until it is gone
  intercloud.vpn.aws_vpn_connection:
    region: eu-central-1
    vpn_connection_id: vpn-0123456789abcdef0
    state: absent
"""

RETURN = r"""
vpn_connection:
  description: The connection, without keys. Not returned where there was none to remove.
  returned: when there is or was one
  type: dict
  contains:
    vpn_connection_id:
      description: Id, or null in check mode where it is not made yet.
      type: str
      returned: always
      sample: vpn-0123456789abcdef0
    name:
      description: The C(Name) tag.
      type: str
      returned: always
      sample: beijing-frankfurt-1
    state:
      description: State at AWS, or V(planned) in check mode.
      type: str
      returned: always
      sample: available
    customer_gateway_id:
      description: Customer gateway of the other end.
      type: str
      returned: always
      sample: cgw-0123456789abcdef0
    vpn_gateway_id:
      description: Virtual private gateway.
      type: str
      returned: always
      sample: vgw-0123456789abcdef0
    transit_gateway_id:
      description: Transit gateway.
      type: str
      returned: always
      sample: null
    static_routes_only:
      description: Whether routes are static.
      type: bool
      returned: always
      sample: false
    pre_shared_key_readable:
      description: Whether AWS shows the keys of all tunnels, so that they can be compared.
      type: bool
      returned: when the connection exists
      sample: true
    tunnels:
      description: The tunnels in the order of their outside addresses.
      type: list
      elements: dict
      returned: always
      contains:
        outside_ip_address:
          description: AWS's outside address.
          type: str
          returned: when the connection exists
          sample: 52.29.10.20
        tunnel_inside_cidr:
          description: Inside block.
          type: str
          returned: always
          sample: 169.254.8.0/30
        aws_inside_address:
          description: AWS's address in the block, as AWS says.
          type: str
          returned: when the connection exists
          sample: 169.254.8.1
        customer_inside_address:
          description: The other end's address in the block, as AWS says.
          type: str
          returned: when the connection exists
          sample: 169.254.8.2
        pre_shared_key_readable:
          description: Whether AWS shows the key, so that it can be compared.
          type: bool
          returned: when the connection exists
          sample: true
        telemetry:
          description:
            - State of the tunnel with C(status) (UP or DOWN), C(status_message), C(accepted_route_count),
              C(last_status_change) and C(certificate_arn).
          type: dict
          returned: when the connection exists
          sample: {status: UP, status_message: "", accepted_route_count: 1}
    routes:
      description: Static routes with C(destination_cidr_block), C(state) and C(source).
      type: list
      elements: dict
      returned: always
      sample: []
    tags:
      description: All tags.
      type: dict
      returned: always
      sample: {Name: beijing-frankfurt-1}
changes:
  description:
    - The fields that differed, with C(tunnel) (outside address, or null for both tunnels), C(field), C(before),
      C(after) and C(interrupts). Keys are hidden.
  returned: when the state is present
  type: list
  elements: dict
  sample:
    - {tunnel: 52.29.10.20, field: phase1_lifetime_seconds, before: 28800, after: 14400, interrupts: true}
pre_shared_keys_not_compared:
  description: Outside addresses of the tunnels whose key was given but could not be compared, as AWS does not show it.
  returned: when the state is present
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import vpn_connection
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.api import ec2_client
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.spec import VPN_CONNECTION, aws_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec=aws_spec(**VPN_CONNECTION),
    mutually_exclusive=[("vpn_gateway_id", "transit_gateway_id")],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    return vpn_connection.run(params, ctx, ec2_client(params))


def main() -> None:
    run_module(DECLARATION, run, factory=AnsibleAWSModule)


if __name__ == "__main__":
    main()
