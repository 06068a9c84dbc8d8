# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a site's account is reached, as options of the modules that ask its cloud."""

from __future__ import annotations

import typing as t

Record = dict[str, t.Any]

CREDENTIALS = {
    "jdcloud": ("access_key", "secret_key", "security_token"),
    "aws": ("access_key", "secret_key", "session_token", "profile", "role_arn"),
}
PLACE = {
    "jdcloud": ("endpoint_url", "operations_file", "validate_certs", "ca_path"),
    "aws": ("endpoint_url", "validate_certs", "aws_ca_bundle"),
}


def cloud_login(value: t.Mapping[str, t.Any]) -> Record:
    """Region, and what the site's `auth` says; what it leaves out the modules take from the environment."""
    if not value:  # a link with a device has one cloud only
        return {}
    kind, auth = value["kind"], value.get("auth") or {}
    options = {**{key: auth.get(key) for key in (*CREDENTIALS[kind], *PLACE[kind])}, "region": value["region"]}
    return {key: option for key, option in options.items() if option is not None}


class FilterModule:
    """Registers the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"cloud_login": cloud_login}
