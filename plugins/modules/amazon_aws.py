#!/usr/bin/python
# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module of amazon.aws in the Ansible worker."""

from __future__ import annotations

DOCUMENTATION = r"""
module: amazon_aws
short_description: Run a module of amazon.aws in the Ansible worker
version_added: 0.1.0
author:
  - The intercloud.vpn authors (@intercloud-vpn)
description:
  - Runs a module of amazon.aws, unchanged, with its own options, check mode and diff, at a fraction of what an ordinary
    run costs, because boto3 and EC2's description are loaded already.
  - amazon.aws shows the access key at C(-vvvv), wherever it comes from, and writes it into the system's log. Here no
    key of the login gets out, so that such a task needs no C(no_log), and its error is told.
  - Where the worker can't stand in for it (another connection than C(local), C(become), C(async), another interpreter,
    or C(intercloud_in_process) is false), the ordinary module runs.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - intercloud.vpn.aws
attributes:
  check_mode:
    description: Can run in check mode and return what it would return otherwise.
    support: partial
    details: That of the module.
  diff_mode:
    description: Shows what would change.
    support: partial
    details: That of the module.
  action:
    description: Has an action plugin, without which it does nothing.
    support: full
options:
  module:
    description: Name of the module in amazon.aws, such as V(ec2_vpc_net).
    type: str
    required: true
  options:
    description:
      - The module's own options. See its documentation.
      - The login is given beside them, or by C(module_defaults) of C(group/intercloud.vpn.aws).
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Have a VPC
  intercloud.vpn.amazon_aws:
    module: ec2_vpc_net
    options:
      name: frankfurt-vpc
      cidr_block: 172.31.0.0/16
    region: eu-central-1
  register: made

- name: Show its id
  ansible.builtin.debug:
    msg: "{{ made.vpc.id }}"
"""

RETURN = r"""
result:
  description: What the module returns, as its documentation says; not under this key.
  returned: never
  type: dict
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._aws.spec import aws_spec
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, Failure, run_module

DECLARATION = Declaration(
    argument_spec=aws_spec(
        module={"type": "str", "required": True},
        options={"type": "dict", "default": {}},
    ),
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    """The action plugin does the work."""
    raise Failure("intercloud.vpn.amazon_aws has no module part; run it as a task, where its action plugin works")


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
