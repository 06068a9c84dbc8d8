#!/usr/bin/python
# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell how VPN links are, and wait until they are as expected."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_link_health
short_description: Tell how VPN links between JD Cloud and AWS are, and wait until they are as expected
version_added: 0.1.0
author:
  - The intercloud.vpn authors (@intercloud-vpn)
description:
  - Reads both clouds and judges each link by what they tell, in the order of causes. Do both records of each tunnel
    agree? Is IPsec up, is BGP up, are routes learned, do the route tables lead through the link, does something filter?
  - Each finding says in plain words what is wrong where, and what to do.
  - Looks again, first after 1 second and then at growing intervals up to 10 seconds, until every link is as
    O(expectation) says or O(timeout) is over. A link that time alone can't bring there, because a record is wrong, is
    not waited for.
  - Writes nothing. In check mode it looks once.
  - No link that is not as expected makes the module fail; see RV(links.expectation_met).
extends_documentation_fragment:
  - intercloud.vpn.link.sites
  - intercloud.vpn.link.links
  - intercloud.vpn.link.topology
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
  action:
    description: Has an action plugin, which waits on the controller and shows what each link waits for.
    support: full
options:
  inventory:
    description: C(vpn_sites), without credentials. The filter P(intercloud.vpn.public_sites#filter) takes them out.
    type: dict
    required: true
  expectation:
    description:
      - What a link must fulfil. A tunnel counts where it is up and nothing is wrong with it.
      - V(all_tunnels) wants every tunnel that the inventory wants UP, V(redundant) one over each of JD Cloud's two
        addresses, V(any_tunnel) any.
      - Each of them also wants that the routes lead through the link, and that pings, where there are O(pings), are
        answered.
    type: str
    choices: [all_tunnels, redundant, any_tunnel]
    default: all_tunnels
  slots:
    description:
      - Weigh only these tunnels, and nothing else of the link. Between JD Cloud and AWS V(1-1) and V(1-2) lead from
        JD Cloud's first address, V(2-3) and V(2-4) from its second. By default all tunnels and the link as a whole.
    type: list
    elements: str
    choices: [1-1, 1-2, 2-1, 2-2, 2-3, 2-4, 3-5, 3-6, 4-7, 4-8]
    default: []
  timeout:
    description: How long to wait in all, in seconds. With V(0) it looks once.
    type: int
    default: 120
  subnets:
    description:
      - Names or ids, by site name, of the subnets whose route tables must lead through the link.
      - By default the subnets that the inventory defines; of a VPC without any, those whose tables the collection looks
        after.
    type: dict
    default: {}
  probes:
    description:
      - Addresses in the VPCs to look at security groups and network ACLs for, as far as the clouds tell them.
      - They are looked at where O(pings) fail, or where there are none.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: The host of the inventory that has the address.
        type: str
      site:
        description: Name of the site.
        type: str
        required: true
      address:
        description: Its private IPv4 address.
        type: str
        required: true
      security_group_ids:
        description: Its security groups, where JD Cloud can't be asked for the instance.
        type: list
        elements: str
        default: []
  pings:
    description: What came of pings between probes, as P(intercloud.vpn.ping_outcomes#filter) makes it.
    type: list
    elements: dict
    default: []
    suboptions:
      link:
        description: Name of the link.
        type: str
        required: true
      size:
        description: Packets of usual size, or as large as the tunnel's MTU and not to be fragmented.
        type: str
        choices: [small, large]
        required: true
      from_site:
        description: Site of the sender.
        type: str
        required: true
      from_address:
        description: Address of the sender.
        type: str
        required: true
      to_site:
        description: Site of the receiver.
        type: str
        required: true
      to_address:
        description: Address of the receiver.
        type: str
        required: true
      sent:
        description: How many packets were sent.
        type: int
        required: true
      received:
        description: How many were answered.
        type: int
        required: true
      average_ms:
        description: Average time of an answer in milliseconds.
        type: float
      error:
        description: Why none could be sent.
        type: str
        default: ''
  mtu:
    description: The MTU that large pings were sent for.
    type: int
    default: 1400
"""

EXAMPLES = r"""
- name: Wait until every tunnel is up
  intercloud.vpn.vpn_link_health:
    sites: "{{ vpn_sites | intercloud.vpn.gather_sites }}"
    inventory: "{{ vpn_sites | intercloud.vpn.public_sites }}"
    links: "{{ hostvars | intercloud.vpn.link_settings(groups.vpn_links, vpn_topology) }}"
    topology: "{{ vpn_topology }}"
    expectation: all_tunnels
  register: health

- name: Stop where one is not
  ansible.builtin.assert:
    that: health.links.values() | selectattr('expectation_met') | length == health.links | length
    fail_msg: "{{ health.links.values() | map(attribute='text') | flatten }}"
"""

RETURN = r"""
links:
  description: How each link is, by link name. Links that should be absent are left out.
  returned: success
  type: dict
  contains:
    verdict:
      description: V(healthy), or the first cause among the errors.
      type: str
      returned: always
      sample: IPsec up, BGP down
    expectation_met:
      description: Whether the link is as O(expectation) says.
      type: bool
      returned: always
    redundant:
      description: Whether a tunnel counts over each of JD Cloud's two addresses.
      type: bool
      returned: always
    waiting_for:
      description: What is missing, in a few words each.
      type: list
      elements: str
      returned: always
    worth_waiting:
      description: Whether time alone may bring it.
      type: bool
      returned: always
    tunnels:
      description: >-
        The four tunnels by slot, with addresses, what each cloud tells, the state of BGP as far as AWS tells it, the
        state in words, and whether the tunnel counts.
      type: list
      elements: dict
      returned: always
      sample:
        - slot: 1-1
          jdcloud_ip: 116.196.0.1
          aws_ip: 52.1.2.3
          inside_cidr: 169.254.6.0/30
          jdcloud: {admin_status: UP, op_status: UP}
          aws: {status: UP, status_message: '', accepted_route_count: 1}
          bgp: up
          state: up
          healthy: true
    findings:
      description: What was found, in the order of causes.
      type: list
      elements: dict
      returned: always
      contains:
        level:
          description: V(error), V(warning) or V(info).
          type: str
          returned: always
        place:
          description: The link, and the tunnel where it concerns one.
          type: str
          returned: always
        verdict:
          description: What kind of trouble it is.
          type: str
          returned: always
        text:
          description: What was seen.
          type: str
          returned: always
        remedy:
          description: What to do.
          type: str
          returned: always
    text:
      description: The findings, to be read by a person.
      type: list
      elements: str
      returned: always
    pings:
      description: The O(pings) of this link.
      type: list
      elements: dict
      returned: always
waited:
  description: How long it has waited, in seconds.
  returned: success
  type: int
"""

import secrets
import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils import _firewalls, _gather
from ansible_collections.intercloud.vpn.plugins.module_utils._link_spec import LINKS, SITES, TOPOLOGY
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, Failure, run_module
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import faults, health, health_pings, planner
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.slots import EVERY

DECLARATION = Declaration(
    argument_spec={
        **SITES,
        **LINKS,
        **TOPOLOGY,
        "inventory": {"type": "dict", "required": True},
        "expectation": {"type": "str", "choices": list(health.EXPECTATIONS), "default": health.ALL_TUNNELS},
        "slots": {"type": "list", "elements": "str", "choices": list(EVERY), "default": []},
        "timeout": {"type": "int", "default": 120},
        "subnets": {"type": "dict", "default": {}},
        "probes": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "host": {"type": "str"},
                "site": {"type": "str", "required": True},
                "address": {"type": "str", "required": True},
                "security_group_ids": {"type": "list", "elements": "str", "default": []},
            },
        },
        "pings": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "link": {"type": "str", "required": True},
                "size": {"type": "str", "choices": [health_pings.SMALL, health_pings.LARGE], "required": True},
                "from_site": {"type": "str", "required": True},
                "from_address": {"type": "str", "required": True},
                "to_site": {"type": "str", "required": True},
                "to_address": {"type": "str", "required": True},
                "sent": {"type": "int", "required": True},
                "received": {"type": "int", "required": True},
                "average_ms": {"type": "float"},
                "error": {"type": "str", "default": ""},
            },
        },
        "mtu": {"type": "int", "default": health_pings.TUNNEL_MTU},
    },
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    """Read, judge; the action plugin repeats it."""
    # Digests only serve to compare the two clouds with each other, so any key will do where there is no master secret.
    key = params["master_secret"] or secrets.token_urlsafe(48)
    inventory = planner.read_inventory(params["inventory"], params["links"], params["topology"], key)
    found = inventory.faults + health_pings.probe_faults(params["probes"], inventory.sites)
    found += health.unread(inventory, [site["name"] for site in params["sites"]])
    if found:
        raise Failure(faults.message(found, "before any cloud was asked"))
    gathered = _gather.gather(params["sites"], key, ctx)
    silent = not params["pings"] or any(health_pings.unanswered(ping) for ping in params["pings"])
    firewalls = _firewalls.read(params["sites"], gathered, params["probes"], ctx) if silent else []
    question = health.Question(
        params["expectation"], params["slots"], params["subnets"], params["pings"], firewalls, params["mtu"]
    )
    judged, found = health.examine(inventory, gathered, question)
    if found:
        raise Failure(faults.message(found, "before anything was judged"))
    return {"changed": False, "links": {item.link.name: item.as_dict() for item in judged}, "waited": 0}


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
