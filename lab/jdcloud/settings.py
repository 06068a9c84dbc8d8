# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about the emulated JD Cloud that can be set, at start (`settings` of the config file) or by PATCH /settings.

latency_ms             Added to every API call. 0.
provisioning_s         How long a new VPC attachment stays `creating` (it propagates nothing and no route table can learn
                       through it), and how long a new tunnel stays DOWN whatever the data plane says. 0.
quotas                 Changes of the quotas: {type: limit}. The defaults are in lab/jdcloud/quotas.py. {}.
rate_limit_per_minute  Calls of an account to a service within a minute before they are throttled; 0: never. 1000.
mask_psk               How the key of a tunnel reads back: `off` (in clear), `stars`, `absent`. `off`.
clock_skew_s           How far the date of a signature may be from this server's clock. 900.
expired_tokens         Names of accounts whose security token has expired. [].
propagate_without_up   Whether VPC route tables learn a static route to a VPN connection that has no tunnel UP. `auto`:
                       they do until a data plane has reported the first state of a tunnel, since before that nothing is
                       ever UP. `always`, `never`. `auto`.
seed                   Of the ids and of the addresses that the cloud hands out; only at start. 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from lab.jdcloud.quotas import DEFAULTS


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def _whole(value: Any) -> bool:
    return isinstance(value, int) and _number(value)


def _quotas(value: Any) -> bool:
    return isinstance(value, dict) and set(value) <= set(DEFAULTS) and all(_whole(limit) for limit in value.values())


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _one_of(*choices: str) -> tuple[str, Callable[[Any], bool]]:
    return f"one of {', '.join(choices)}", lambda value: value in choices


_RULES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "latency_ms": ("a number, 0 or more", _number),
    "provisioning_s": ("a number, 0 or more", _number),
    "quotas": (f"an object of limits; types: {', '.join(DEFAULTS)}", _quotas),
    "rate_limit_per_minute": ("a whole number, 0 or more", _whole),
    "mask_psk": _one_of("off", "stars", "absent"),
    "clock_skew_s": ("a number, 0 or more", _number),
    "expired_tokens": ("a list of names of accounts", _names),
    "propagate_without_up": _one_of("auto", "always", "never"),
    "seed": ("a whole number, 0 or more", _whole),
}


@dataclass
class Settings:
    latency_ms: float = 0
    provisioning_s: float = 0
    quotas: dict[str, int] = field(default_factory=dict)
    rate_limit_per_minute: int = 1000
    mask_psk: str = "off"
    clock_skew_s: float = 900
    expired_tokens: list[str] = field(default_factory=list)
    propagate_without_up: str = "auto"
    seed: int = 1

    def change(self, values: Mapping[str, Any]) -> None:
        """Take new values, all of them or, when one is wrong (ValueError), none. Quotas are merged."""
        for name, value in values.items():
            if name not in _RULES:
                raise ValueError(f"there is no setting {name!r}; known: {', '.join(_RULES)}")
            wanted, is_right = _RULES[name]
            if not is_right(value):
                raise ValueError(f"{name} must be {wanted}")
        for name, value in values.items():
            setattr(self, name, {**self.quotas, **value} if name == "quotas" else value)

    def limit(self, quota_type: str) -> int:
        return self.quotas.get(quota_type, DEFAULTS[quota_type])

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


assert {one.name for one in fields(Settings)} == set(_RULES)
