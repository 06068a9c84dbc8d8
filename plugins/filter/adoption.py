# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter of role vpn_gather."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

Record = dict[str, t.Any]
KINDS = ("jdcloud", "aws")


def adoption_sites(value: t.Mapping[str, t.Any]) -> list[Record]:
    """Sites as `vpn_gather` takes them: unlike those of a whole inventory they need not say what exists."""
    result = []
    for name, site in value.items():
        if not isinstance(site, t.Mapping) or site.get("kind") not in KINDS or not site.get("region"):
            raise AnsibleFilterError(
                f"adoption_sites: vpn_sites.{name} needs kind and region. Allowed: kind {' or '.join(KINDS)}. "
                "Remedy: write both."
            )
        gateway = site.get("border_gateway" if site["kind"] == "jdcloud" else "vpn_gateway") or {}
        item = {
            "name": name,
            "kind": site["kind"],
            "region": site["region"],
            "gateway": gateway.get("id"),
            "vpc": (site.get("vpc") or {}).get("id"),
            "auth": dict(site.get("auth") or {}),
            "partition": site.get("partition"),
            "transit": site.get("transit"),
        }
        result.append({key: found for key, found in item.items() if found is not None})
    return result


class FilterModule:
    """Registers the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"adoption_sites": adoption_sites}
