# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters that carry sites, links and tunnels from the inventory to the modules and from one cloud to the other."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import passing, sites

Record = dict[str, t.Any]


def public_sites(value: t.Mapping[str, t.Any]) -> Record:
    """Sites without credentials."""
    return {
        str(name): {k: v for k, v in data.items() if k != "auth"} if isinstance(data, t.Mapping) else data
        for name, data in value.items()
    }


def gather_sites(
    value: t.Mapping[str, t.Any], names: t.Iterable[str] | None = None, skip_faulty: bool = False
) -> list[Record]:
    """Sites as `vpn_link_info` takes them; devices are not read. `skip_faulty` is for whoever checks them by itself."""
    wanted = list(value) if names is None else sorted(set(names))
    result = []
    for name in wanted:
        site, faults = sites.parse(name, public_sites(value).get(name))
        if skip_faulty and (site is None or faults):
            continue
        if site is None or faults:
            raise AnsibleFilterError(f"gather_sites: {'; '.join(map(str, faults))}")
        if not site.is_cloud:
            continue
        result.append(
            {
                "name": name,
                "kind": site.kind,
                "region": site.region,
                "gateway": site.gateway_id or site.gateway_name,
                "vpc": site.vpc_id or site.vpc_name,
                "auth": dict(value[name].get("auth") or {}),
            }
        )
    return result


def subnet_ids(value: t.Iterable[str], made: t.Iterable[Record]) -> list[str]:
    """Ids of JD Cloud subnets that are named or given by id; `made` are the results of the task that made them."""
    by_name = {item["subnet"]["subnet_name"]: item["subnet"]["subnet_id"] for item in made}
    return [by_name.get(name, name) for name in value]


# What other links' checks need to know, and so may stand in the topology.
TOLD_BY_TOPOLOGY = ("uid", "routing")
SETTINGS = ("uid", "state", "routing", "proposal", "psk_generation", "psks", "tunnels", "ranges", "adopt")


def link_ends(value: t.Mapping[str, t.Any], link: str, known: t.Mapping[str, t.Any]) -> list[Record]:
    """The two sites of a link, each with its name, as role `vpn_link` takes them; `value` is the topology."""
    entry = value.get(link) or ()
    names = entry.get("ends") or () if isinstance(entry, t.Mapping) else entry
    return [{**known[name], "name": name} for name in names if name in known]


def link_settings(
    value: t.Mapping[str, t.Any],
    hosts: t.Iterable[str],
    topology: t.Any = None,
    state: str | None = None,
    rotate: bool = False,
) -> list[Record]:
    """The links of some hosts as `vpn_link_plan` takes them, from their `vpn_link_*` variables."""
    result = []
    for host in hosts:
        variables = value[host]
        entry = (topology or {}).get(host)
        ends: t.Any = entry.get("ends") if isinstance(entry, t.Mapping) else entry
        settings: Record = {"name": str(host), "ends": list(ends or ())}
        for key in TOLD_BY_TOPOLOGY:
            if isinstance(entry, t.Mapping) and entry.get(key):
                settings[key] = entry[key]
        for key in SETTINGS:
            if variables.get(f"vpn_link_{key}") not in (None, ""):
                settings[key] = variables[f"vpn_link_{key}"]
        if state:
            settings["state"] = state
        if rotate:
            settings["rotate"] = True
        result.append(settings)
    return result


def with_keys(value: t.Iterable[Record], link: Record, master: str | None, option: str = "psk") -> list[Record]:
    """Tunnels with their keys, added at the last moment, inside the arguments of the task that needs them.

    `link` has `uid`, `psk_generation` and `psks`.
    """
    try:
        return passing.with_keys(value, link, master, option)
    except ValueError as exc:
        raise AnsibleFilterError(f"with_keys: {exc}") from exc


class FilterModule:
    """Registers the filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "gather_sites": gather_sites,
            "link_ends": link_ends,
            "link_settings": link_settings,
            "public_sites": public_sites,
            "subnet_ids": subnet_ids,
            "with_keys": with_keys,
        }
