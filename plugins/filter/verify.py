# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of role vpn_verify: which pings to send, and what came of them."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import health_pings, health_tunnels

Record = dict[str, t.Any]


def probes(value: t.Mapping[str, t.Any], hosts: t.Iterable[str]) -> list[Record]:
    """The probes among some hosts, from their variables; `value` are hostvars."""
    found = []
    for host in hosts:
        variables = value[host]
        site = variables.get("vpn_probe_site")
        if not site:
            raise AnsibleFilterError(f"probes: host {host} has no vpn_probe_site. Remedy: name the site that it is in.")
        address = variables.get("vpn_probe_address") or variables.get("ansible_host") or host
        found.append({"host": str(host), "site": str(site), "address": str(address)})
    return found


def ping_plan(
    value: t.Sequence[Record], links: t.Iterable[Record], count: int = 5, deadline: int = 15, mtu: int = 1400
) -> list[Record]:
    """The pings between probes over those links that have a tunnel up, by probe; over the others none can pass."""
    pings = [
        ping
        for link in links
        if any(tunnel["state"] == health_tunnels.UP for tunnel in link["tunnels"])
        for ping in health_pings.plan(
            value, link["link"], tuple(link["ends"].values()), int(count), int(deadline), int(mtu)
        )
    ]
    return health_pings.batches(pings)


def ping_outcomes(value: t.Iterable[Record]) -> list[Record]:
    """Pings with what came of them, from the results of the loop that sent them."""
    return [ping for result in value for ping in health_pings.outcomes(result["item"], result)]


class FilterModule:
    """Registers the filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"ping_outcomes": ping_outcomes, "ping_plan": ping_plan, "probes": probes}
