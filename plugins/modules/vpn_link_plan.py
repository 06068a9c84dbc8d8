#!/usr/bin/python
# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan what has to be done for VPN links, or refuse it with every fault."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_link_plan
short_description: Plan VPN links between JD Cloud and AWS, and refuse what can not work
version_added: 0.1.0
author:
  - The intercloud.vpn authors (@intercloud-vpn)
description:
  - Compares what the inventory wants with what M(intercloud.vpn.vpn_link_info) gathered, and returns for every link an
    ordered list of actions, each with its reason, what differs, and whose traffic it interrupts.
  - Changes nothing. Asks no cloud but with O(read). With neither O(read) nor O(gathered) it only checks the inventory.
  - All faults are reported in one message, each with its place, the allowed values and the remedy.
  - Keys are derived here only to be compared by their digests; none is returned.
extends_documentation_fragment:
  - intercloud.vpn.link.read
  - intercloud.vpn.link.links
  - intercloud.vpn.link.topology
requirements:
  - python >= 3.11
  - with O(read) those of M(intercloud.vpn.vpn_link_info)
attributes:
  check_mode:
    description: Can run in check mode and return what it would return otherwise.
    support: full
  diff_mode:
    description: Shows what would change.
    support: none
options:
  sites:
    description: C(vpn_sites), without credentials. The filter P(intercloud.vpn.public_sites#filter) takes them out.
    type: dict
    required: true
  groups:
    description:
      - Ansible's own C(groups), to see that sites and links stand in the groups that the playbooks run over. Hosts that
        are not there at all are no fault, because a job slice has only its own.
    type: dict
  gathered:
    description: The RV(intercloud.vpn.vpn_link_info#module:sites) of M(intercloud.vpn.vpn_link_info).
    type: dict
  preview:
    description:
      - Plan also for gateways that do not exist yet, instead of reporting them as missing. Always so in check mode.
    type: bool
    default: false
  made_sites:
    description:
      - Sites that were to be made. Where one still differs, the links that lead to it and have something to do are
        RV(plans.blocked), with what the site lacks.
    type: list
    elements: str
    default: []
  previous_master_secret:
    description:
      - The master secret that O(master_secret) replaces. Links whose marks are of neither are refused.
    type: str
"""

EXAMPLES = r"""
- name: Check the inventory alone
  intercloud.vpn.vpn_link_plan:
    sites: "{{ vpn_sites | intercloud.vpn.public_sites }}"
    links: "{{ hostvars | intercloud.vpn.link_settings(ansible_play_hosts_all) }}"
    master_secret: "{{ vpn_link_master_secret }}"

- name: Check it, read both clouds, plan
  intercloud.vpn.vpn_link_plan:
    sites: "{{ vpn_sites | intercloud.vpn.public_sites }}"
    links: "{{ hostvars | intercloud.vpn.link_settings(ansible_play_hosts_all) }}"
    read: "{{ vpn_sites | intercloud.vpn.gather_sites }}"
    master_secret: "{{ vpn_link_master_secret }}"
  register: planned
"""

RETURN = r"""
plans:
  description: The plan of each link, by link name.
  returned: when O(gathered) or O(read) is given
  type: dict
  contains:
    converged:
      description: Whether nothing is to be done.
      type: bool
      returned: always
    side_by_side:
      description: Whether M(intercloud.vpn.vpn_link_apply) can carry it out together with other links' plans.
      type: bool
      returned: always
    steps:
      description: Steps of role C(vpn_link) that have something to do, in order.
      type: list
      elements: str
      returned: always
    actions:
      description: What is to be done, in order. No keys.
      type: list
      elements: dict
      returned: always
    text:
      description: The same, to be read by a person.
      type: list
      elements: str
      returned: always
    interrupts:
      description: Slots of tunnels that are up and that the actions would interrupt.
      type: list
      elements: str
      returned: always
    rolling:
      description: Tunnels that negotiate anew, one at a time, in this order, each with what both ends shall have.
      type: list
      elements: dict
      returned: for a link that should be present
    psk_generation:
      description: Which generation of keys is wanted.
      type: int
      returned: for a link that should be present
    blocked:
      description: Why this link can't be worked on now, such as a gateway that does not exist.
      type: list
      elements: str
      returned: always
    notes:
      description: What the user should know.
      type: list
      elements: str
      returned: always
    summary:
      description: Addresses, inside blocks, ASNs, ids and states as they are.
      type: dict
      returned: always
sites:
  description: The plan of each site that was gathered, by site name. Its C(params) are what the site roles use.
  returned: when O(gathered) or O(read) is given
  type: dict
  contains:
    converged:
      description: Whether nothing is to be done.
      type: bool
      returned: always
    text:
      description: What is to be done, to be read by a person.
      type: list
      elements: str
      returned: always
    removals:
      description: Ids of what is ours and goes with the site.
      type: dict
      returned: always
devices:
  description: The VPN devices of the planned links, by site name. No keys.
  returned: when O(gathered) or O(read) is given
  type: dict
  contains:
    model:
      description: What the device has to do for the links that its clouds have as wanted; role C(vpn_device) takes it.
      type: dict
      returned: always
    keep:
      description: Uids of the device's other links; what the device has of them is to be left alone.
      type: list
      elements: str
      returned: always
    trial:
      description: The device once all planned links are there, with stand-ins for addresses that are not known yet.
      type: dict
      returned: always
transit:
  description: Transit paths that the links create.
  returned: always
  type: list
  elements: str
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils import _gather
from ansible_collections.intercloud.vpn.plugins.module_utils._link_spec import LINKS, SITES, TOPOLOGY
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, Failure, run_module
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import device_plan, faults, placing, planner

DECLARATION = Declaration(
    argument_spec={
        "sites": {"type": "dict", "required": True},
        **LINKS,
        **TOPOLOGY,
        "groups": {"type": "dict"},
        "gathered": {"type": "dict"},
        "read": {**SITES["sites"], "required": False},
        "preview": {"type": "bool", "default": False},
        "made_sites": {"type": "list", "elements": "str", "default": []},
        "previous_master_secret": {"type": "str", "no_log": True},
    },
    mutually_exclusive=[("gathered", "read")],
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    """Check, read, plan, refuse."""
    master = params["master_secret"]
    inventory = planner.read_inventory(params["sites"], params["links"], params["topology"], master)
    wrong = [*placing.faults(params["groups"] or {}, params["sites"], params["topology"]), *inventory.faults]
    if wrong:
        raise Failure(faults.message(wrong, "before any cloud was asked"))
    result: dict[str, t.Any] = {"changed": False, "transit": [str(path) for path in inventory.transit]}
    gathered = params["gathered"]
    if params["read"] is not None:
        gathered = _gather.gather(params["read"], master, ctx)
    if gathered is None:
        return result
    site_plans, found = planner.plan_sites(inventory, gathered)
    preview, previous = params["preview"] or ctx.check_mode, params["previous_master_secret"]
    plans, more = planner.make_plans(inventory, gathered, master, preview, previous)
    found += more
    planner.block_links_of((site_plans[name] for name in params["made_sites"] if name in site_plans), plans, inventory)
    if found:
        raise Failure(faults.message(found, "before anything was written"))
    return {
        **result,
        "sites": {name: plan.as_dict() for name, plan in site_plans.items()},
        "plans": {plan.link: plan.as_dict() for plan in plans},
        "devices": device_plan.devices(inventory.sites, inventory.edges, plans),
    }


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
