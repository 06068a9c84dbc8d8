# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter of role vpn_drift."""

from __future__ import annotations

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import drift as core


def drift(value: t.Mapping[str, t.Any], devices: t.Mapping[str, t.Sequence[str]] | None = None) -> dict[str, t.Any]:
    """What differs, from the result of `vpn_link_plan`; `devices` are what differs on VPN devices, by name."""
    return core.report(value["plans"], value["sites"], devices)


def device_drift(value: t.Mapping[str, t.Any], hosts: t.Iterable[str]) -> dict[str, list[str]]:
    """What role vpn_device has found to differ on devices that it pushes to; `value` are hostvars."""
    facts = {host: value[host].get("vpn_device_facts") or {} for host in hosts}
    return {host: list(found["touched"]) for host, found in facts.items() if found.get("state") == "pushed"}


class FilterModule:
    """Registers the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"device_drift": device_drift, "drift": drift}
