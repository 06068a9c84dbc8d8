# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors
"""What the documentation of the vpn_link_* modules has in common."""

from __future__ import annotations


class ModuleDocFragment:
    SITES = r"""
options:
  sites:
    description: The sites to read. The filter P(intercloud.vpn.gather_sites#filter) makes this list of C(vpn_sites).
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the site; key of the answer.
        type: str
        required: true
      kind:
        description: The cloud.
        type: str
        choices: [jdcloud, aws]
        required: true
      region:
        description: The region, such as V(cn-north-1), which is a region of both clouds.
        type: str
        required: true
      gateway:
        description: Id or name of the border gateway or virtual private gateway.
        type: str
        required: true
      vpc:
        description: Id or name of the VPC.
        type: str
        required: true
      probe:
        description: >-
          Name of the machine of role P(intercloud.vpn.vpn_probe#role) and of its security group, to read them on AWS.
        type: str
      auth:
        description: Credentials and endpoint; what is absent comes from the environment, as in the single modules.
        type: dict
        default: {}
        suboptions:
          access_key:
            description: Access key of either cloud.
            type: str
          secret_key:
            description: Secret key of either cloud.
            type: str
          security_token:
            description: Session token of JD Cloud.
            type: str
          session_token:
            description: Session token of AWS.
            type: str
          profile:
            description: A profile of the AWS configuration files.
            type: str
          role_arn:
            description: An AWS role to assume.
            type: str
          endpoint_url:
            description: Another endpoint. For JD Cloud it may hold the placeholder C({service}).
            type: str
          operations_file:
            description: Corrections of the table of JD Cloud operations.
            type: path
          validate_certs:
            description: Whether to check TLS certificates.
            type: bool
          ca_path:
            description: A file of certificate authorities for JD Cloud.
            type: path
          aws_ca_bundle:
            description: A file of certificate authorities for AWS.
            type: path
"""

    LINKS = r"""
options:
  links:
    description:
      - The links. The filter P(intercloud.vpn.link_settings#filter) makes this list of hosts' variables.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the link.
        type: str
        required: true
      ends:
        description: Names of its two sites.
        type: list
        elements: str
        required: true
      uid:
        description: What names, marks and keys hang on; the name by default. Keeps a renamed link the same.
        type: str
      state:
        description: Whether the link should exist.
        type: str
        choices: [present, absent]
        default: present
      routing:
        description: How routes are exchanged.
        type: str
        choices: [bgp, static]
        default: bgp
      proposal:
        description: IKE and IPsec proposal; see role C(vpn_link).
        type: dict
      psk_generation:
        description: Counts up with each rotation of the keys. By default the one that the clouds' marks tell.
        type: int
      rotate:
        description: Want the next generation of keys, or the one to which a rotation that was cut off led.
        type: bool
        default: false
      psks:
        description: Own keys by slot, instead of derived ones.
        type: dict
      tunnels:
        description: Settings by slot (V(1-1), V(1-2), V(2-3), V(2-4)), see role C(vpn_link).
        type: dict
      ranges:
        description: Ranges by site name that the link carries, instead of all of the site's.
        type: dict
      adopt:
        description: Ids of existing resources of this link.
        type: dict
  master_secret:
    description: What keys are derived from; at least 32 random bytes as text.
    type: str
"""

    TOPOLOGY = r"""
options:
  topology:
    description: Link names and the two sites of each, of the whole inventory, so that checks are whole in any slice.
    type: dict
"""


# The same sites, for a module that plans, too. No assignment in the class: ansible-test reads only literals there.
setattr(  # noqa: B010
    ModuleDocFragment,
    "READ",
    ModuleDocFragment.SITES.replace(
        """  sites:
    description: The sites to read. The filter P(intercloud.vpn.gather_sites#filter) makes this list of C(vpn_sites).
    type: list
    elements: dict
    required: true
""",
        """  read:
    description:
      - The sites to read, once the inventory is checked and before planning, as M(intercloud.vpn.vpn_link_info) does.
      - The filter P(intercloud.vpn.gather_sites#filter) makes this list of C(vpn_sites).
    type: list
    elements: dict
""",
    ),
)
