#!/usr/bin/python
# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a VPN that was made in the consoles, as an inventory."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_gather
short_description: Read a VPN between JD Cloud and AWS that was made in the consoles, as an inventory
version_added: 0.1.0
author:
  - The intercloud.vpn authors (@intercloud-vpn)
description:
  - Reads everything in the regions of the given sites, matches the two clouds' ends by their outside addresses, and
    returns an inventory of the links between them, with ids wherever things exist.
  - Each link is planned before it is returned. What can't be adopted is listed in plain words, and left out.
  - Writes nothing, and returns no key; the inventory names the variable that holds the keys.
requirements:
  - python >= 3.11
  - boto3
attributes:
  check_mode:
    description: Can run in check mode and return what it would return otherwise.
    support: full
  diff_mode:
    description: Shows what would change.
    support: none
options:
  sites:
    description: The regions to read, each under the name that its site shall have.
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
        description: Id of the gateway, where several in the region have links.
        type: str
      vpc:
        description: Id of the VPC, where the gateway is attached to several.
        type: str
      partition:
        description: The partition of AWS, to be written into the inventory.
        type: str
      transit:
        description: Whether transit through this AWS gateway is wanted, to be written into the inventory.
        type: bool
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

EXAMPLES = r"""
- name: Read what was made in the consoles
  intercloud.vpn.vpn_gather:
    sites:
      - {name: beijing, kind: jdcloud, region: cn-north-1}
      - {name: frankfurt, kind: aws, region: eu-central-1, auth: {profile: production}}
  register: found
"""

RETURN = r"""
inventory:
  description: The inventory, without any key or secret.
  returned: always
  type: dict
links:
  description: Names of the links in it.
  returned: always
  type: list
  elements: str
refused:
  description: What can't be adopted, and why.
  returned: always
  type: list
  elements: str
changes:
  description: What C(site.yml) would change on the links in it, because the model has no other way; mostly nothing.
  returned: always
  type: list
  elements: str
variables:
  description: Variables that the inventory refers to and that the user has to fill.
  returned: always
  type: list
  elements: str
"""

import copy
import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils import _gather
from ansible_collections.intercloud.vpn.plugins.module_utils._link_spec import SITES
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import adoption

SPEC = copy.deepcopy(SITES)
del SPEC["sites"]["options"]["probe"]
SPEC["sites"]["options"].update(
    gateway={"type": "str"},
    vpc={"type": "str"},
    partition={"type": "str"},
    transit={"type": "bool"},
)
DECLARATION = Declaration(argument_spec=SPEC)
SECRETS = ("access_key", "secret_key", "security_token", "session_token")
AUTH = "vpn_adopted_auth"


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    """Gather without a digest key, so that not even digests are there; match; try."""
    named = {site["name"]: site for site in params["sites"]}
    found = adoption.adopt(named, _gather.gather(params["sites"], None, ctx))
    auth = {name: _auth(name, named[name].get("auth") or {}) for name in found.sites}
    variables = [
        f"{AUTH}['{name}']['{key}']" for name in found.sites for key in SECRETS if named[name]["auth"].get(key)
    ]
    return {
        "changed": False,
        "inventory": adoption.inventory_of(found, auth),
        "links": sorted(found.links),
        "refused": found.refused,
        "changes": found.changes,
        "variables": variables + [f"{adoption.KEYS}['{name}']" for name in sorted(found.links)],
    }


def _auth(name: str, auth: dict[str, t.Any]) -> dict[str, t.Any]:
    """A site's credentials as they may be written: a secret becomes a reference."""
    return {
        key: f"{{{{ {AUTH}['{name}']['{key}'] }}}}" if key in SECRETS else value
        for key, value in auth.items()
        if value is not None
    }


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
