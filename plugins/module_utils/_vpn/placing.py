# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: whether hosts stand in the groups that plays run over. Pure.

A host in the wrong group, or in none, would be passed over without a word. Hosts that are not there at all are no
fault: an AWX job slice has only its own.
"""

from __future__ import annotations

import typing as t

from .faults import Fault
from .sites import AWS, DEVICE, JDCLOUD

LINKS = "vpn_links"
SITE_GROUPS = {JDCLOUD: "jdcloud_sites", AWS: "aws_sites", DEVICE: "vpn_devices"}


def faults(groups: t.Mapping[str, t.Sequence[str]], site_data: t.Any, topology_data: t.Any) -> list[Fault]:
    """`groups` are Ansible's own, the other two are `vpn_sites` and `vpn_topology`."""
    sites = site_data if isinstance(site_data, t.Mapping) else {}
    links = topology_data if isinstance(topology_data, t.Mapping) else {}
    found = []
    for kind, group in SITE_GROUPS.items():
        for host in groups.get(group) or ():
            settings = sites.get(host)
            if settings is None:
                allowed = ", ".join(sorted(map(str, sites))) or "vpn_sites is empty"
                text = f"stands in the group {group}, but vpn_sites does not define it"
                found.append(Fault(f"host {host}", text, allowed, "define it, or correct its name"))
            elif isinstance(settings, t.Mapping) and settings.get("kind") != kind:
                text = f"stands in the group {group}, but its kind is {settings.get('kind')}"
                found.append(Fault(f"host {host}", text, "", "move it to its own group, or correct its kind"))
    homes = {str(link): LINKS for link in links}
    for name, settings in sites.items():
        if isinstance(settings, t.Mapping) and settings.get("kind") in SITE_GROUPS:
            homes[str(name)] = SITE_GROUPS[settings["kind"]]
    everywhere = set(groups.get("all") or ())
    placed = {host for group in (LINKS, *SITE_GROUPS.values()) for host in groups.get(group) or ()}
    for name, group in homes.items():
        if name in everywhere and name not in placed:
            text = f"does not stand in the group {group}, so nothing would be done for it"
            found.append(Fault(f"host {name}", text, "", f"put it into {group}"))
    return found
