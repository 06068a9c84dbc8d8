# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters that carry VPN devices and their links from the inventory and the plan to role vpn_device."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import psk

Record = dict[str, t.Any]


LINKS = "vpn_links"
DEVICES = "vpn_devices"


def links_of(value: t.Any, hosts: t.Sequence[str], groups: t.Mapping[str, t.Sequence[str]]) -> list[str]:
    """The links of a play: those of its hosts that are links, and those that end at a device among them.

    A device has to be told of all its links. `value` is the topology, `groups` are Ansible's own.
    """
    found = [host for host in hosts if host in (groups.get(LINKS) or ())]
    devices = {host for host in hosts if host in (groups.get(DEVICES) or ())}
    for link, entry in (value or {}).items():
        ends = entry.get("ends") if isinstance(entry, t.Mapping) else entry
        known = link in (groups.get("all") or ()) and isinstance(ends, (list, tuple))
        if known and link not in found and devices & {str(end) for end in ends}:
            found.append(str(link))
    return found


def device_keys(value: Record, links: t.Iterable[Record], master: str | None) -> dict[str, str]:
    """The keys of a device's tunnels by their names, made at the last moment, inside the arguments of the task.

    `value` is the device's model, `links` are the links as `vpn_link_plan` takes them.
    """
    own = {str(link.get("uid") or link["name"]): link.get("psks") or {} for link in links}
    found: dict[str, str] = {}
    for link in value["links"]:
        for tunnel in link["tunnels"]:
            key = own.get(link["uid"], {}).get(tunnel["slot"])
            if not key:
                # The plan has refused this before; but no key may ever be derived from nothing.
                for fault in psk.validate_master(master, "vpn_link_master_secret"):
                    raise AnsibleFilterError(f"device_keys: {fault}")
                marker = psk.Marker.read(tunnel["mark"])
                if marker is None:
                    raise AnsibleFilterError(f"device_keys: tunnel {tunnel['name']} has no mark of its key")
                key = psk.derive(master or "", link["uid"], tunnel["slot"], marker.generation)
            found[tunnel["name"]] = str(key)
    return found


class FilterModule:
    """Registers the filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"device_keys": device_keys, "links_of": links_of}
