# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of role vpn_probe: where a probe stands, and who may ping it."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import faults, probe

Record = dict[str, t.Any]


def probe_place(value: t.Mapping[str, t.Any], name: str, gathered: t.Mapping[str, t.Any]) -> Record:
    """VPC and subnet of a site's probe; `value` is the site."""
    found = probe.place(name, {k: v for k, v in value.items() if k != "auth"}, gathered)
    if found.faults:
        raise AnsibleFilterError(faults.message(found.faults, "before a probe was made"))
    return found.as_dict()


def probe_standing(
    value: t.Mapping[str, t.Any],
    name: str,
    gathered: t.Mapping[str, t.Any],
    place: t.Mapping[str, str],
    ranges: t.Collection[str],
) -> Record | None:
    """What is known of a site's probe on AWS where nothing of it differs, else nothing; `value` is the site."""
    return probe.standing(name, {k: v for k, v in value.items() if k != "auth"}, place, ranges, dict(gathered))


def probe_ranges(value: t.Mapping[str, t.Any], topology: t.Any, name: str) -> list[str]:
    """The ranges at the other ends of a site's links; `value` are all sites."""
    public = {key: {k: v for k, v in data.items() if k != "auth"} for key, data in value.items()}
    found, wrong = probe.far_ranges(public, topology, name)
    if wrong:
        raise AnsibleFilterError(faults.message(wrong, "before a probe was made"))
    return found


def probe_sites(value: t.Any, hosts: t.Sequence[str], host: str, known: t.Mapping[str, t.Any]) -> list[str]:
    """The clouds' sites whose probe one link looks after.

    `value` is the topology, `hosts` are links that work side by side, `known` all sites.
    """
    found, wrong = probe.own_sites(value, hosts, host, known)
    if wrong:
        raise AnsibleFilterError(faults.message(wrong, "before a probe was made"))
    return found


def probe_hosts(value: t.Mapping[str, t.Any], hosts: t.Iterable[str]) -> list[Record]:
    """What role `vpn_probe` has left on some hosts, by site; `value` are hostvars."""
    found: Record = {}
    for host in hosts:
        found.update(value[host].get("vpn_probe_facts") or {})
    return [found[site] for site in sorted(found)]


def probe_rules(value: t.Iterable[str]) -> list[Record]:
    """Rules of a probe's security group on JD Cloud: ICMP in from some ranges, everything out."""
    out = {"direction": "outbound", "protocol": "all", "cidr": "0.0.0.0/0"}
    return [out, *({"direction": "inbound", "protocol": "icmp", "cidr": cidr} for cidr in value)]


class FilterModule:
    """Registers the filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "probe_hosts": probe_hosts,
            "probe_place": probe_place,
            "probe_ranges": probe_ranges,
            "probe_rules": probe_rules,
            "probe_sites": probe_sites,
            "probe_standing": probe_standing,
        }
