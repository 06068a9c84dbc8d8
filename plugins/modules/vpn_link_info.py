#!/usr/bin/python
# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read everything that both clouds hold of any number of links."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_link_info
short_description: Read what JD Cloud and AWS hold of the sites of VPN links
version_added: 0.1.0
author:
  - The intercloud.vpn authors (@intercloud-vpn)
description:
  - Reads gateways, VPCs, customer gateways, VPN connections, tunnels, routes, route tables and quotas of any number of
    sites in a few paginated, concurrent list calls per account and region.
  - Reads only. Pre-shared keys never leave the module; a digest keyed by O(digest_key) stands in their place.
  - What it returns is the O(intercloud.vpn.vpn_link_plan#module:gathered) of M(intercloud.vpn.vpn_link_plan).
extends_documentation_fragment:
  - intercloud.vpn.link.sites
requirements:
  - python >= 3.11
  - jdcloud-sdk >= 1.6.354
  - requests
  - boto3 >= 1.35.0
  - botocore >= 1.35.0
attributes:
  check_mode:
    description: Can run in check mode and return what it would return otherwise.
    support: full
  diff_mode:
    description: Shows what would change.
    support: none
options:
  digest_key:
    description:
      - What digests of keys are keyed with, usually the master secret. Without it no digests are returned.
    type: str
"""

EXAMPLES = r"""
- name: What is there of two sites
  intercloud.vpn.vpn_link_info:
    sites: "{{ vpn_sites | intercloud.vpn.gather_sites(['jd-north', 'aws-use1']) }}"
    digest_key: "{{ vpn_link_master_secret }}"
  register: gathered
"""

RETURN = r"""
sites:
  description: What was read, by site name. Pre-shared keys are replaced by RV(ignore:psk_digest).
  returned: always
  type: dict
  contains:
    kind:
      description: The cloud, V(jdcloud) or V(aws).
      type: str
      returned: always
    region:
      description: The region.
      type: str
      returned: always
    vpcs:
      description: The VPCs that carry the site's VPC id or name.
      type: list
      elements: dict
      returned: always
    route_tables:
      description: The route tables of those VPCs.
      type: list
      elements: dict
      returned: always
    border_gateways:
      description: The border gateways that carry the site's gateway id or name.
      type: list
      elements: dict
      returned: JD Cloud
    border_gateway_routes:
      description: Routes of those border gateways.
      type: list
      elements: dict
      returned: JD Cloud
    vpc_attachments:
      description: VPC attachments of those border gateways.
      type: list
      elements: dict
      returned: JD Cloud
    vpn_gateways:
      description: The virtual private gateways that carry the site's gateway id or name.
      type: list
      elements: dict
      returned: AWS
    customer_gateways:
      description: All customer gateways of account and region.
      type: list
      elements: dict
      returned: always
    vpn_connections:
      description: All VPN connections of account and region that are not deleted; of AWS with their C(tunnels).
      type: list
      elements: dict
      returned: always
    vpn_tunnels:
      description: All VPN tunnels of account and region.
      type: list
      elements: dict
      returned: JD Cloud
    machines:
      description: Instances of the name in O(sites[].probe) that are not terminated.
      type: list
      elements: dict
      returned: AWS, when O(sites[].probe) is given
    security_groups:
      description: Security groups of that name.
      type: list
      elements: dict
      returned: AWS, when O(sites[].probe) is given
    quotas:
      description: Limits and counts by resource type.
      type: dict
      returned: JD Cloud
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils import _gather
from ansible_collections.intercloud.vpn.plugins.module_utils._link_spec import SITES
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec={
        **SITES,
        "digest_key": {"type": "str", "no_log": True},
    },
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    """Gather; nothing else."""
    return {"changed": False, "sites": _gather.gather(params["sites"], params["digest_key"], ctx)}


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
