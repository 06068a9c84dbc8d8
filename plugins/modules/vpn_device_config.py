#!/usr/bin/python
# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Render the configuration of a VPN device, or push it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_device_config
short_description: Render the configuration of a VPN device, or push it
version_added: 0.1.0
author:
  - The intercloud.vpn authors (@intercloud-vpn)
description:
  - Runs on the device's own host. Renders on the controller, compares with what is there, and changes only what
    differs.
  - A Linux device is read and changed through a shell, its keys through that shell's input. What is replaced is copied
    to C(/var/backups/intercloud-vpn) first. Where a command fails, what had been done is taken back, and the message
    says so.
  - A router is reached by P(ansible.netcommon.network_cli#connection) with C(ansible_network_os) V(vyos.vyos.vyos) or
    V(cisco.ios.ios). Its running configuration is compared line by line; a key that it shows encrypted is judged by the
    mark in the tunnel's description. VyOS gets one commit, IOS-XE line by line. The configuration is copied to a file
    first, looked at again afterwards, and saved.
  - Junos is reached by P(ansible.netcommon.netconf#connection) with C(ansible_network_os)
    V(junipernetworks.junos.junos), and locked while it is changed in one commit. That connection writes every message
    into Ansible's log, keys too, so with C(log_path) such a push is refused.
  - Tunnels of ours that O(model) does not name are removed. What is not ours is never touched.
  - No result, diff or fact holds a key.
attributes:
  check_mode:
    description: Can run in check mode and return what it would return otherwise.
    support: full
  diff_mode:
    description: Shows what would change.
    support: full
  action:
    description: Has an action plugin, without which it does nothing.
    support: full
options:
  model:
    description: The device, as RV(intercloud.vpn.vpn_link_plan#module:devices) tells it in C(model).
    type: dict
    required: true
  keys:
    description: The pre-shared keys by the tunnel's name.
    type: dict
    required: true
  state:
    description:
      - V(rendered) writes files into O(folder) on the controller.
      - V(pushed) brings the device to it; families C(linux_bird), C(linux_frr), C(vyos), C(cisco_iosxe)
        and C(juniper_srx) only.
    type: str
    choices: [rendered, pushed]
    default: rendered
  keep:
    description: Uids of links whose tunnels are left on the device as they are.
    type: list
    elements: str
    default: []
  only:
    description: Names of tunnels; all others are left as they are. With none named, none is left out.
    type: list
    elements: str
    default: []
  confirm_minutes:
    description:
      - After how many minutes a router takes back what could not be confirmed, because the change cut the connection.
        0 to 60; 0 for never.
      - VyOS does so by C(commit-confirm), which restarts it, and Junos by a confirmed commit. IOS-XE has a revert
        timer, where it has an C(archive).
    type: int
    default: 5
  folder:
    description: Where rendered files go, in a folder of the device's name. They hold keys.
    type: str
    default: devices
"""

EXAMPLES = r"""
- name: Bring the device to what its links need
  intercloud.vpn.vpn_device_config:
    state: pushed
    model: "{{ plan.devices[inventory_hostname].model }}"
    keys: "{{ plan.devices[inventory_hostname].model | intercloud.vpn.device_keys(links, vpn_link_master_secret) }}"
"""

RETURN = r"""
device:
  description: The device's name.
  returned: success
  type: str
family:
  description: Its family.
  returned: success
  type: str
tunnels:
  description: Its tunnels in O(model), each with C(name), C(interface) and the C(mark) of its key.
  returned: success
  type: list
  elements: dict
touched:
  description: What was changed, or would be.
  returned: success
  type: list
  elements: str
backup:
  description: Folder or file on the device with a copy of what was replaced; empty where there was nothing.
  returned: with O(state=pushed)
  type: str
commands:
  description: What was typed, or would be, keys masked.
  returned: with O(state=pushed) to a router
  type: list
  elements: str
applied:
  description: Lines that stay on a router although the push failed, keys masked; empty where it was put back.
  returned: when a push to a router failed
  type: list
  elements: str
folder:
  description: Folder on the controller with the files.
  returned: with O(state=rendered)
  type: str
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, Failure, run_module

DECLARATION = Declaration(
    argument_spec={
        "model": {"type": "dict", "required": True},
        "keys": {"type": "dict", "required": True, "no_log": True},
        "state": {"type": "str", "choices": ["rendered", "pushed"], "default": "rendered"},
        "keep": {"type": "list", "elements": "str", "default": []},
        "only": {"type": "list", "elements": "str", "default": []},
        "confirm_minutes": {"type": "int", "default": 5},
        "folder": {"type": "str", "default": "devices"},
    },
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    """The action plugin does the work."""
    raise Failure("vpn_device_config has no module part; run it as a task, where its action plugin works")


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
