# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter of role vpn_drift."""

from __future__ import annotations

import typing as t

from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import drift as core


def drift(value: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What differs, from the result of `vpn_link_plan`."""
    return core.report(value["plans"], value["sites"])


class FilterModule:
    """Registers the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"drift": drift}
