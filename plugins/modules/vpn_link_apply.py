#!/usr/bin/python
# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carry the plans of VPN links out, all side by side."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vpn_link_apply
short_description: Carry out what was planned for VPN links, all links side by side
version_added: 0.1.0
author:
  - The intercloud.vpn authors (@intercloud-vpn)
description:
  - Does steps 3 to 9 of the tutorial as M(intercloud.vpn.vpn_link_plan) planned them, in two stages. V(begin) makes
    customer gateways and connections and waits for no AWS connection; V(finish) waits for all of them with one loop and
    does the rest of each link as soon as its own are there.
  - It does what the modules of the single steps do, with one client for each account and region. A list that several
    links need at the same time is read once.
  - What fails for one link stops no other. The module itself succeeds then; look at RV(links) for the errors.
  - What is rolled, rebuilt or removed is left to role C(vpn_link).
extends_documentation_fragment:
  - intercloud.vpn.link.sites
  - intercloud.vpn.link.links
requirements:
  - python >= 3.11
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
  - jdcloud-sdk >= 1.6.354
  - requests
notes:
  - It trusts the plan. Refuse what is blocked or would interrupt before it is called, as role C(vpn_link) does.
attributes:
  check_mode:
    description: The plan is the preview.
    support: none
  diff_mode:
    description: Returns what was changed as a diff. Secrets are never part of it.
    support: full
options:
  plans:
    description: The RV(intercloud.vpn.vpn_link_plan#module:plans) of the links.
    type: dict
    required: true
  stage:
    description: Which part to do.
    type: str
    choices: [begin, finish]
    required: true
  site_plans:
    description:
      - The RV(intercloud.vpn.vpn_link_plan#module:sites) of sites that may be made, for stage V(begin).
      - Gateways that they lack are made first, AWS's attached to its VPC. That is all of a site that a link needs to
        begin, and the site's role makes the rest while AWS is at work on the connections.
      - A link whose gateways are neither there nor can be made is left out, and has no entry in RV(links).
    type: dict
    default: {}
  made:
    description: The RV(links) of stage V(begin), for stage V(finish). A link whose O(made) has an error is left out.
    type: dict
    default: {}
  wait_timeout:
    description: How long to wait at most for AWS's connections, in seconds. Making one takes minutes.
    type: int
    default: 900
"""

EXAMPLES = r"""
- name: Make what needs no waiting
  intercloud.vpn.vpn_link_apply:
    sites: "{{ vpn_sites | intercloud.vpn.gather_sites }}"
    links: "{{ hostvars | intercloud.vpn.link_settings(ansible_play_hosts_all, vpn_topology) }}"
    plans: "{{ planned.plans }}"
    master_secret: "{{ vpn_link_master_secret }}"
    stage: begin
  register: begun

- name: Wait for AWS, then make the rest
  intercloud.vpn.vpn_link_apply:
    sites: "{{ vpn_sites | intercloud.vpn.gather_sites }}"
    links: "{{ hostvars | intercloud.vpn.link_settings(ansible_play_hosts_all, vpn_topology) }}"
    plans: "{{ planned.plans }}"
    master_secret: "{{ vpn_link_master_secret }}"
    stage: finish
    made: "{{ begun.links }}"
  register: finished
"""

RETURN = r"""
links:
  description: What was done, by link name, of all O(links) that could be worked on.
  returned: always
  type: dict
  contains:
    changed:
      description: Whether anything was changed, here and in the stage before.
      type: bool
      returned: always
    error:
      description: What went wrong, with the link and the step; empty where nothing did.
      type: str
      returned: always
    steps:
      description: What was done, in order.
      type: list
      elements: dict
      returned: always
      contains:
        step:
          description: The step, as the plan names it.
          type: str
          returned: always
          sample: jdcloud_vpn_connection
        changed:
          description: Whether it changed anything.
          type: bool
          returned: always
        kind:
          description: What it was done to, V(customer_gateway) or V(vpn_connection) of either cloud.
          type: str
          returned: for these
          sample: vpn_connection
        id:
          description: Id of that.
          type: str
          returned: for these
          sample: vpnconn-0a1b2c3d
        name:
          description: Name of that.
          type: str
          returned: for these
          sample: beijing-frankfurt-vpn
    made:
      description: Ids and addresses that later steps need. No keys.
      type: dict
      returned: always
"""

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._apply import carry_out
from ansible_collections.intercloud.vpn.plugins.module_utils._apply.clouds import Clouds
from ansible_collections.intercloud.vpn.plugins.module_utils._apply.link_work import LinkWork
from ansible_collections.intercloud.vpn.plugins.module_utils._apply.site_work import SiteWorks
from ansible_collections.intercloud.vpn.plugins.module_utils._link_spec import LINKS, SITES
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Declaration, run_module

DECLARATION = Declaration(
    argument_spec={
        **SITES,
        **LINKS,
        "plans": {"type": "dict", "required": True},
        "stage": {"type": "str", "choices": ["begin", "finish"], "required": True},
        "site_plans": {"type": "dict", "default": {}},
        "made": {"type": "dict", "default": {}},
        "wait_timeout": {"type": "int", "default": 900},
    },
    supports_check_mode=False,
)


def run(params: dict[str, t.Any], ctx: Context) -> dict[str, t.Any]:
    """One stage of all links."""
    clouds, before = Clouds(params["sites"], ctx), params["made"]
    works, links = [], dict[str, t.Any]()
    with SiteWorks(params["site_plans"], clouds, ctx) as sites:
        for link in params["links"]:
            name, plan = link["name"], params["plans"].get(link["name"])
            told = links[name] = before.get(name) or _nothing()
            if plan is not None and not told["error"]:
                own = (params["master_secret"], params["wait_timeout"], ctx)
                works.append(LinkWork(link, plan, told["made"], clouds, sites, *own))
        ready = [work for work in works if work.ready]
        if params["stage"] == "begin":
            carry_out.begin(ready)
        else:
            carry_out.finish(ready, params["wait_timeout"])
    for failure in sites.failures:
        ctx.warn(f"{failure} The site's role tries it again.")
    for work in works:
        done, told = work.result(), links.pop(work.name)
        if work.ready:
            steps, changed = [*told["steps"], *done["steps"]], done["changed"] or told["changed"]
            links[work.name] = {**done, "changed": changed, "steps": steps}
    changed = bool(sites.made) or any(work.result()["changed"] for work in works)
    result: dict[str, t.Any] = {"changed": changed, "links": links}
    return {**result, "diff": [*sites.diffs, *(diff for work in works for diff in work.diffs)]} if ctx.diff else result


def _nothing() -> dict[str, t.Any]:
    return {"changed": False, "error": "", "steps": [], "made": {}}


def main() -> None:
    run_module(DECLARATION, run)


if __name__ == "__main__":
    main()
