# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# Copyright (c) 2026, the intercloud.vpn authors
"""What the documentation of the jdcloud_* modules has in common."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  access_key:
    description:
      - Access key of the JD Cloud account.
      - If not set, the environment variable E(JDCLOUD_ACCESS_KEY) is used.
    type: str
  secret_key:
    description:
      - Secret key of the JD Cloud account.
      - If not set, the environment variable E(JDCLOUD_SECRET_KEY) is used.
    type: str
  security_token:
    description:
      - Token that belongs to temporary credentials.
      - If not set, the environment variable E(JDCLOUD_SECURITY_TOKEN) is used, provided that O(access_key) is the one
        of the environment too. So a token of the environment never meets another account's key.
    type: str
  region:
    description:
      - Region, for example V(cn-north-1).
      - If not set, the environment variable E(JDCLOUD_REGION) is used.
    type: str
  endpoint_url:
    description:
      - Address of the API. V({service}) in it is replaced by the name of the service, V(bgw) or V(vpc).
      - If not set, the environment variable E(JDCLOUD_ENDPOINT_URL) is used, and then
        C(https://{service}.jdcloud-api.com).
    type: str
  validate_certs:
    description: Whether the certificate of the API is verified. V(false) is for tests only.
    type: bool
    default: true
  ca_path:
    description: File or directory of certificate authorities (PEM) to verify with, instead of the usual ones.
    type: path
  api_deadline:
    description:
      - Seconds within which each call must succeed, with all its repetitions.
      - Throttled calls (C(RATE_LIMIT)), 5xx answers, lost connections and timeouts are repeated with jitter. A used-up
        quota (C(QUOTA_EXCEEDED)) and other refusals never are.
    type: int
    default: 120
  api_timeout:
    description: Seconds to wait for the answer of one try.
    type: int
    default: 30
  operations_file:
    description:
      - File (YAML or JSON) that corrects the collection's table of JD Cloud's operations, for operations that are
        inferred and turn out to be otherwise. A dictionary of operation names, each with what differs, of C(service),
        C(method), C(path), C(fields), C(wrap), C(carrier), C(result), C(identity).
      - If not set, the environment variable E(JDCLOUD_OPERATIONS_FILE) is used.
    type: path
requirements:
  - jdcloud-sdk >= 1.6.354
  - requests
notes:
  - The paths of the C(vpc) service, and C(modifyAdminStatus) of the C(bgw) service, are published in JD Cloud's SDK.
    The SDK publishes the models of the rest of C(bgw) but no paths. Those are inferred from JD Cloud's conventions.
  - Keys, tokens and pre-shared keys never appear in results, diffs, warnings or errors.
  - A create whose answer was lost is looked for before it is repeated, because JD Cloud has no client token.
"""

    WAIT = r"""
options:
  wait:
    description: Wait until what was made can be used, or what was removed is gone.
    type: bool
    default: true
  wait_timeout:
    description: How long to wait at most, in seconds, 1 to 86400.
    type: int
    default: 300
"""

    STATE = r"""
options:
  state:
    description: Whether the resource shall exist.
    type: str
    choices: [present, absent]
    default: present
"""

    INTERRUPTION = r"""
options:
  allow_interruption:
    description:
      - Whether a difference may be carried out that takes an existing tunnel down for a while. If not, the module fails
        before it changes anything, and lists what differs and what would be interrupted.
    type: bool
    default: false
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
    description: Use C(group/intercloud.vpn.jdcloud) in C(module_defaults) for options of all JD Cloud modules.
    support: full
    membership:
      - intercloud.vpn.jdcloud
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
    description: Use C(group/intercloud.vpn.jdcloud) in C(module_defaults) for options of all JD Cloud modules.
    support: full
    membership:
      - intercloud.vpn.jdcloud
"""
