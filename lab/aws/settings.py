# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about the emulated AWS that can be set, at start (`settings` in the config file) or by `PATCH /settings`.

latency_ms                    Added to every API call. 0.
pending_seconds               How long a new VPN connection stays `pending` (AWS: minutes). 1.0.
modifying_seconds             How long a connection stays `modifying` after a change of a tunnel, of the connection's
                              options or of its gateways; further changes are refused meanwhile. 1.0.
deleting_seconds              How long a deleted connection stays `deleting`, still using its gateways. 0.
deleted_visible_seconds       How long deleted connections and gateways are still described, in state `deleted`
                              (AWS: about an hour), before they vanish. 60.
tunnel_order                  `mixed`: the order of tunnels in Options, telemetry and the XML differs from the
                              request's, as it may on AWS. `request`: all three follow the request. `mixed`.
describe_unset_options        AWS leaves options that were never given out of Options.TunnelOptions. True makes it
                              answer with its defaults instead. False.
redact_psks                   True: every key reads back as `REDACTED`, as those kept in Secrets Manager do. False.
repeated_connection           What CreateVpnConnection does when a live connection already joins the same two gateways:
                              `create` makes another one (so that a client which repeats a lost create is caught),
                              `return` answers with the existing one (AWS documents the call as idempotent). `create`.
vpn_connections_per_gateway   Quota for one virtual private gateway. 10.
vpn_connections_per_region    Quota for an account in a region. 50.
customer_gateways_per_region  Quota for an account in a region. 50.
vpn_gateways_per_region       Quota for an account in a region. 5.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

_CHOICES = {"tunnel_order": ("mixed", "request"), "repeated_connection": ("create", "return")}


@dataclass
class Settings:
    latency_ms: int = 0
    pending_seconds: float = 1.0
    modifying_seconds: float = 1.0
    deleting_seconds: float = 0.0
    deleted_visible_seconds: float = 60.0
    tunnel_order: str = "mixed"
    describe_unset_options: bool = False
    redact_psks: bool = False
    repeated_connection: str = "create"
    vpn_connections_per_gateway: int = 10
    vpn_connections_per_region: int = 50
    customer_gateways_per_region: int = 50
    vpn_gateways_per_region: int = 5

    def change(self, values: dict[str, Any]) -> None:
        """Take new values, all of them or, when one is wrong (ValueError), none."""
        known: dict[str, type] = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no setting {name!r}; known: {', '.join(known)}")
            _check(name, value, known[name])
        for name, value in values.items():
            setattr(self, name, known[name](value))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def _check(name: str, value: Any, kind: type) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is bool and not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")
    if kind is int and not (number and value == int(value) and value >= 0):
        raise ValueError(f"{name} must be a whole number, 0 or more")
    if kind is float and not (number and value >= 0):
        raise ValueError(f"{name} must be a number, 0 or more")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise ValueError(f"{name} must be one of {', '.join(_CHOICES[name])}")
