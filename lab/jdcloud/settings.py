# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about the emulated JD Cloud that can be set, at start (`settings` in the config file) or at run time.

latency_ms             Added to every API call. 0.
provisioning_s         How long a new VPC attachment takes to become `active`, and a new VPN connection to be given its
                       two public addresses. 0.
mask_psk               How a tunnel's key reads back: `off` (in clear), `stars` (`******`), `absent`. `off`.
clock_skew_s           How old a signed request may be. 900.
expired_tokens         True: every security token is refused as expired. False.
propagate_without_up   True: a VPC's route table learns a static route to a VPN connection though none of its tunnels is
                       UP, as long as no data plane reports tunnel states. True.
routes_are_published   False: the inferred bgw route operations answer 404, as if their path were another. True.
rate_limit_per_minute  How many calls a minute an account may make before 429 RATE_LIMIT; 0 for no limit. 0.
quotas                 Limits by quota type, the published defaults (jdcloud-api.md §3).
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Any

DEFAULT_QUOTAS = {
    "bgw": 5,
    "vpc_attachment": 50,
    "bgw_route": 50,
    "bgw_propagated_route": 300,
    "vpn_connection": 10,
    "customer_gateway": 10,
    "vpn_tunnel": 8,
    "vpn_traffic_selector": 50,
    "vpc": 10,
    "subnet": 50,
    "route_table": 10,
    "route_table_rule": 50,
    "security_group": 50,
}
_CHOICES = {"mask_psk": ("off", "stars", "absent")}


@dataclass
class Settings:
    latency_ms: int = 0
    provisioning_s: float = 0.0
    mask_psk: str = "off"
    clock_skew_s: float = 900.0
    expired_tokens: bool = False
    propagate_without_up: bool = True
    routes_are_published: bool = True
    rate_limit_per_minute: int = 0
    quotas: dict[str, int] = field(default_factory=lambda: dict(DEFAULT_QUOTAS))

    def change(self, values: dict[str, Any]) -> None:
        """Take new values, all of them or, when one is wrong (ValueError), none; quotas are merged."""
        known = asdict(Settings())
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no setting {name!r}; known: {', '.join(known)}")
            if name in _CHOICES and value not in _CHOICES[name]:
                raise ValueError(f"{name} must be one of {', '.join(_CHOICES[name])}")
            if name == "quotas" and (not isinstance(value, dict) or set(value) - set(DEFAULT_QUOTAS)):
                raise ValueError(f"quotas must name only {', '.join(DEFAULT_QUOTAS)}")
            number = isinstance(known[name], (int, float)) and not isinstance(known[name], bool)
            if number and (isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0):
                raise ValueError(f"{name} must be a number, 0 or more")
            if isinstance(known[name], bool) and not isinstance(value, bool):
                raise ValueError(f"{name} must be true or false")
        for name, value in deepcopy(values).items():
            if name == "quotas":
                self.quotas.update({key: int(limit) for key, limit in value.items()})
            else:
                setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
