# SPDX-License-Identifier: GPL-3.0-or-later
"""Tunnel options: AWS's rules for them, AWS's defaults, and how they read back."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from lab.aws.addresses import check_inside_cidr, pick_inside_cidr
from lab.aws.errors import invalid_combination, invalid_value, unsupported
from lab.aws.telemetry import Telemetry

_PSK = re.compile(r"[A-Za-z1-9._][A-Za-z0-9._]{7,63}")
_PSK_ALPHABET = string.ascii_letters + string.digits + "._"

_ENCRYPTION = ["AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"]
_INTEGRITY = ["SHA1", "SHA2-256", "SHA2-384", "SHA2-512"]
_GROUPS = [2, *range(14, 25)]
_LISTS: dict[str, tuple[list[Any], list[Any]]] = {  # option: (allowed, default)
    "Phase1EncryptionAlgorithms": (_ENCRYPTION, _ENCRYPTION),
    "Phase2EncryptionAlgorithms": (_ENCRYPTION, _ENCRYPTION),
    "Phase1IntegrityAlgorithms": (_INTEGRITY, _INTEGRITY),
    "Phase2IntegrityAlgorithms": (_INTEGRITY, _INTEGRITY),
    "Phase1DHGroupNumbers": ([*_GROUPS, 35], _GROUPS),
    "Phase2DHGroupNumbers": ([2, 5, *range(14, 25), 35, 36, 37], [2, 5, *range(14, 25)]),
    "IKEVersions": (["ikev1", "ikev2"], ["ikev1", "ikev2"]),
}
_RANGES = {  # option: (least, most, default)
    "Phase1LifetimeSeconds": (900, 28800, 28800),
    "Phase2LifetimeSeconds": (900, 3600, 3600),
    "RekeyMarginTimeSeconds": (60, 1800, 270),
    "RekeyFuzzPercentage": (0, 100, 100),
    "ReplayWindowSize": (64, 2048, 1024),
    "DPDTimeoutSeconds": (30, 2**31 - 1, 30),
}
_WORDS = {  # option: (allowed, default)
    "DPDTimeoutAction": (("clear", "none", "restart"), "clear"),
    "StartupAction": (("add", "start"), "add"),
}
_NOT_EMULATED = ("TunnelInsideIpv6Cidr", "Phase1AdditionalKeyExchanges", "Phase2AdditionalKeyExchanges")
DEFAULTS: dict[str, Any] = (
    {name: [{"Value": value} for value in default] for name, (_, default) in _LISTS.items()}
    | {name: default for name, (_, _, default) in _RANGES.items()}
    | {name: default for name, (_, default) in _WORDS.items()}
    | {"EnableTunnelLifecycleControl": False}
)
# The request's names that a description spells otherwise.
DESCRIBED_AS = {
    "DPDTimeoutSeconds": "DpdTimeoutSeconds",
    "DPDTimeoutAction": "DpdTimeoutAction",
    "IKEVersions": "IkeVersions",
}
_REDACTED = "REDACTED"


@dataclass
class Tunnel:
    """One tunnel: its outside address for life, its options as requested (complete with key and inside block)."""

    outside_ip: str
    options: dict[str, Any]
    telemetry: Telemetry

    @property
    def inside_cidr(self) -> str:
        return str(self.options["TunnelInsideCidr"])

    def effective(self, name: str) -> Any:
        """An option's value in force; of a list, all values that may be negotiated, the preferred (lowest) first."""
        value = self.options.get(name, DEFAULTS[name])
        return _ascending(name, value) if name in _LISTS else value

    def key(self, redact: bool) -> str:
        return _REDACTED if redact else str(self.options["PreSharedKey"])

    def describe(self, redact: bool, with_defaults: bool) -> dict[str, Any]:
        options = (DEFAULTS if with_defaults else {}) | self.options
        described = {DESCRIBED_AS.get(name, name): value for name, value in options.items()}
        described.setdefault("LogOptions", {"CloudWatchLogOptions": {"LogEnabled": False}})
        return described | {"OutsideIpAddress": self.outside_ip, "PreSharedKey": self.key(redact)}


def complete(options: dict[str, Any], used: Collection[str]) -> dict[str, Any]:
    """A new tunnel's options, checked, with the key and the inside block that AWS makes up where none is given."""
    check(options, used)
    return {
        **options,
        "TunnelInsideCidr": options.get("TunnelInsideCidr") or pick_inside_cidr(used),
        "PreSharedKey": options.get("PreSharedKey") or _make_key(),
    }


def check(options: dict[str, Any], used: Collection[str]) -> None:
    """Raise unless AWS would take these options; `used` are the inside blocks of the gateway's other tunnels."""
    if "PreSharedKey" in options and not _PSK.fullmatch(options["PreSharedKey"]):
        raise invalid_value(  # never with the key itself
            "Invalid PreSharedKey: 8 to 64 alphanumeric characters, periods and underscores, not starting with zero"
        )
    if "TunnelInsideCidr" in options:
        check_inside_cidr(options["TunnelInsideCidr"], used)
    for name in _NOT_EMULATED:
        if options.get(name):
            raise unsupported(f"{name} is not supported")
    for name, (allowed, _) in _LISTS.items():
        _check_list(name, options.get(name), allowed)
    for name, (least, most, _) in _RANGES.items():
        if name in options and not least <= options[name] <= most:
            raise invalid_value(f"Invalid value '{options[name]}' for {name}: must be between {least} and {most}")
    for name, (words, _) in _WORDS.items():
        if name in options and options[name] not in words:
            raise invalid_value(f"Invalid value '{options[name]}' for {name}: must be one of {', '.join(words)}")
    _check_together(DEFAULTS | options)


def _check_list(name: str, items: list[dict[str, Any]] | None, allowed: list[Any]) -> None:
    if items is None:
        return
    values = [item.get("Value") for item in items]
    wrong = [value for value in values if value not in allowed]
    if wrong or not values:
        raise invalid_value(f"Invalid value {wrong} for {name}: must be among {', '.join(map(str, allowed))}")


def _check_together(options: dict[str, Any]) -> None:
    if options["Phase2LifetimeSeconds"] >= options["Phase1LifetimeSeconds"]:
        raise invalid_value("Phase2LifetimeSeconds must be less than Phase1LifetimeSeconds")
    if options["RekeyMarginTimeSeconds"] > options["Phase2LifetimeSeconds"] / 2:
        raise invalid_value("RekeyMarginTimeSeconds must be at most half of Phase2LifetimeSeconds")
    if options["StartupAction"] == "start" and options["IKEVersions"] != [{"Value": "ikev2"}]:
        raise invalid_combination("StartupAction 'start' is supported for IKEv2 only: set IKEVersions to ikev2")


def _ascending(name: str, items: list[dict[str, Any]]) -> list[Any]:
    order = _LISTS[name][0]
    return sorted((item["Value"] for item in items), key=order.index)


def _make_key() -> str:
    """32 characters with a period among them, as AWS's own keys often have (and JD Cloud never accepts)."""
    while True:
        key = "".join(secrets.choice(_PSK_ALPHABET) for _ in range(32))
        if "." in key and not key.startswith("0"):
            return key
