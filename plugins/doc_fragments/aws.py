# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors
"""What the documentation of the aws_* modules has in common beside amazon.aws's own fragments."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  role_arn:
    description:
      - ARN of an IAM role to assume with the other credentials before EC2 is called.
      - STS is asked at O(endpoint_url) where that is given, unless E(AWS_ENDPOINT_URL_STS) says otherwise.
    type: str
requirements:
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
notes:
  - The access key is treated as a secret too and never appears in any output.
  - Throttled calls, 5xx answers and lost connections are retried with jitter. A create whose answer was lost is looked
    for before it is repeated, because EC2 has no client token for these resources.
"""

    WAIT = r"""
options:
  wait:
    description:
      - Wait until AWS has finished. A connection that an earlier run left pending or modifying is waited for too.
      - The first look comes after a fraction of a second and the steps grow to some seconds, with jitter.
    type: bool
    default: true
  wait_timeout:
    description: How long to wait at most for each step, in seconds. Making or deleting a VPN connection takes minutes.
    type: int
    default: 900
"""

    STATE = r"""
options:
  state:
    description: Whether the resource shall exist.
    type: str
    choices: [present, absent]
    default: present
"""

    ATTRIBUTES = r"""
attributes:
  check_mode:
    description: Can run in check mode and tell what would be changed without changing anything.
    support: full
  diff_mode:
    description: Returns what is changed, or would be in check mode, as a diff. Secrets are never part of it.
    support: full
  idempotent:
    description: Run again with the same options, it changes nothing.
    support: full
  action_group:
    description: Use C(group/intercloud.vpn.aws) in C(module_defaults) for options of all AWS modules of the collection.
    support: full
    membership:
      - intercloud.vpn.aws
"""

    ATTRIBUTES_INFO = r"""
attributes:
  check_mode:
    description: Can run in check mode. The module only reads.
    support: full
  diff_mode:
    description: Returns what is changed as a diff.
    support: N/A
    details: The module changes nothing.
  idempotent:
    description: Run again with the same options, it changes nothing.
    support: full
  action_group:
    description: Use C(group/intercloud.vpn.aws) in C(module_defaults) for options of all AWS modules of the collection.
    support: full
    membership:
      - intercloud.vpn.aws
"""
