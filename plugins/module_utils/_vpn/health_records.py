# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: compares what the two clouds have recorded of a tunnel, parameter by parameter. Pure.

Most faults are visible here, one of them nowhere else before it is too late: ends with different groups of perfect
forward secrecy come up, and fall at the first rekey.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import keys, psk, slots
from .health_finding import ERROR, INFO, RECORDS, WARNING, Finding
from .links import Link
from .proposals import AWS_CIPHERS, AWS_HASHES, JDCLOUD_GROUPS
from .view import Resource, View

REMEDY = (
    "give both ends the same value; «ansible-playbook intercloud.vpn.site --check» shows which end departs from the "
    "inventory. Changing it interrupts this tunnel"
)
KEY_REMEDY = "give both ends the key that the inventory stands for; that interrupts this tunnel"
OWN_LIFETIME = "give both ends the same lifetime; until then each end rekeys by its own"
DPD_REMEDY = "turn dead peer detection on; without it that end goes on sending into a dead tunnel"

_GROUPS = {name: number for number, name in JDCLOUD_GROUPS.items()}
_NEUTRAL = {theirs: ours for table in (AWS_CIPHERS, AWS_HASHES) for ours, theirs in table.items()}
NO_PFS = "none"


@dataclass(frozen=True)
class Ends:
    """The records of both ends of one tunnel."""

    link: Link
    slot: str
    view: View
    here: Resource
    there: Resource

    @property
    def address(self) -> int:
        return slots.near(self.slot)

    @property
    def jdcloud_connection(self) -> Resource:
        return self.view.vpn_connection or {}

    @property
    def jdcloud_customer_gateway(self) -> Resource:
        return self.view.customer_gateway or {}

    @property
    def aws_connection(self) -> Resource:
        return self.view.aws_connections[self.address]

    @property
    def aws_customer_gateway(self) -> Resource:
        return self.view.aws_customer_gateways.get(self.address) or {}

    @property
    def bgp(self) -> bool:
        """Whether either end means to speak BGP."""
        return bool(self.jdcloud_connection.get("bgp_enabled")) or not self.aws_connection.get("static_routes_only")

    def finding(self, level: str, text: str, remedy: str = REMEDY) -> Finding:
        return Finding(level, self.link.name, self.slot, RECORDS, text, remedy)


Read = t.Callable[[Ends], t.Any]


@dataclass(frozen=True)
class Parameter:
    """One thing that both ends must have alike; each is read in neutral terms. None: that cloud does not tell."""

    name: str
    jdcloud: Read
    aws: Read
    level: str = ERROR
    remedy: str = REMEDY
    bgp_only: bool = False


def _here(key: str) -> Read:
    return lambda ends: ends.here.get(key)


def _there(key: str) -> Read:
    return lambda ends: ends.there.get(key)


def _group(key: str) -> Read:
    def read(ends: Ends) -> t.Any:
        name = ends.here.get(key)
        return NO_PFS if name == "null" else _GROUPS.get(str(name), name)

    return read


def _neutral(key: str) -> Read:
    """What AWS would agree to; of a list that was never set AWS takes whatever it knows."""
    return lambda ends: [_NEUTRAL.get(str(x).upper(), str(x).lower()) for x in ends.there.get(key) or ()] or None


def _numbers(key: str) -> Read:
    return lambda ends: [int(x) for x in ends.there.get(key) or ()] or None


def _asn(value: t.Any) -> int | None:
    return int(value) if value else None


PARAMETERS = (
    Parameter(
        "IKE version",
        lambda ends: f"ike{ends.here['ike_version']}" if ends.here.get("ike_version") else None,
        lambda ends: [str(x).lower() for x in ends.there.get("ike_versions") or ()] or None,
    ),
    Parameter("IKE cipher", _here("ike_cipher"), _neutral("phase1_encryption_algorithms")),
    Parameter("IKE integrity", _here("ike_auth"), _neutral("phase1_integrity_algorithms")),
    Parameter("DH group (phase 1)", _group("ike_key_exchange"), _numbers("phase1_dh_group_numbers")),
    Parameter("ESP cipher", _here("ipsec_cipher"), _neutral("phase2_encryption_algorithms")),
    Parameter("ESP integrity", _here("ipsec_auth"), _neutral("phase2_integrity_algorithms")),
    Parameter(
        "PFS group (phase 2)",
        _group("ipsec_key_exchange"),
        _numbers("phase2_dh_group_numbers"),
        remedy=f"{REMEDY}. A tunnel that is up with this difference falls at its next rekey",
    ),
    Parameter("IKE lifetime", _here("ike_sa_life_sec"), _there("phase1_lifetime_seconds"), WARNING, OWN_LIFETIME),
    Parameter("ESP lifetime", _here("ipsec_sa_life_sec"), _there("phase2_lifetime_seconds"), WARNING, OWN_LIFETIME),
    Parameter("inside block", _here("tunnel_ip"), _there("tunnel_inside_cidr")),
    Parameter("JD Cloud's inside address", _here("local_tunnel_ip"), _there("customer_inside_address")),
    Parameter("AWS's inside address", _here("remote_tunnel_ip"), _there("aws_inside_address")),
    Parameter(
        "JD Cloud's outside address",
        _here("cloud_public_ip"),
        lambda ends: ends.aws_customer_gateway.get("ip_address"),
    ),
    Parameter("AWS's outside address", _here("customer_ip"), _there("outside_ip_address")),
    Parameter(
        "routing",
        lambda ends: _routing(bool(ends.jdcloud_connection.get("bgp_enabled"))),
        lambda ends: _routing(not ends.aws_connection.get("static_routes_only")),
        remedy="make both connections BGP or both static; AWS can't change it, so it needs a new connection there",
    ),
    Parameter(
        "JD Cloud's ASN",
        lambda ends: _asn(ends.jdcloud_connection.get("local_asn")),
        lambda ends: _asn(ends.aws_customer_gateway.get("bgp_asn")),
        remedy="AWS needs a customer gateway with JD Cloud's ASN, and the connection moved to it",
        bgp_only=True,
    ),
    Parameter(
        "AWS's ASN",
        lambda ends: _asn(ends.jdcloud_customer_gateway.get("bgp_asn")),
        lambda ends: _asn((ends.view.vpn_gateway or {}).get("amazon_side_asn")),
        remedy="JD Cloud needs a customer gateway with the ASN of AWS's gateway, and a connection on it",
        bgp_only=True,
    ),
)


def _routing(bgp: bool) -> str:
    return "BGP" if bgp else "static"


def compare(ends: Ends) -> list[Finding]:
    """Everything that the two records of a tunnel do not have alike."""
    findings = _keys(ends)
    for parameter in PARAMETERS:
        if parameter.bgp_only and not ends.bgp:
            continue
        jdcloud, aws = parameter.jdcloud(ends), parameter.aws(ends)
        if jdcloud is None or aws is None or _agree(jdcloud, aws):
            continue
        text = f"{parameter.name}: JD Cloud has {jdcloud}, AWS has {_shown(aws)}"
        findings.append(ends.finding(parameter.level, text, parameter.remedy))
    return findings + _dead_peers(ends)


def _agree(jdcloud: t.Any, aws: t.Any) -> bool:
    if isinstance(aws, list):
        return str(jdcloud).lower() in {str(x).lower() for x in aws}
    return str(jdcloud) == str(aws)


def _shown(value: t.Any) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def _keys(ends: Ends) -> list[Finding]:
    here, there = ends.here.get("psk_digest"), ends.there.get("psk_digest")
    if here is not None and there is not None:
        return [] if here == there else [ends.finding(ERROR, "the pre-shared keys differ", KEY_REMEDY)]
    masked = " and ".join(name for name, digest in (("JD Cloud", here), ("AWS", there)) if digest is None)
    text = f"the pre-shared keys can't be compared: masked by {masked}"
    ours, theirs = keys.jdcloud_mark(ends.view), keys.aws_mark(ends.aws_connection, ends.view)
    if ours is None or theirs is None:
        return [ends.finding(INFO, f"{text}, and no mark tells what they are", "")]
    if ours == theirs:
        return [ends.finding(INFO, f"{text}; by the marks both are of generation {ours.generation}", "")]
    return [ends.finding(ERROR, f"{text}; by the marks they differ: {_difference(ours, theirs)}", KEY_REMEDY)]


def _difference(here: psk.Marker, there: psk.Marker) -> str:
    if here.generation != there.generation:
        return f"JD Cloud has generation {here.generation}, AWS generation {there.generation}"
    return "they come of different master secrets"


def _dead_peers(ends: Ends) -> list[Finding]:
    """Each end detects a dead peer by itself, so the values need not be equal; but neither may be off."""
    off = []
    if ends.here.get("ike_dpd_sec") == 0:
        off.append("JD Cloud has it off (ike_dpd_sec 0)")
    if ends.there.get("dpd_timeout_action") == "none":
        off.append("AWS takes no action (dpd_timeout_action none)")
    return [ends.finding(WARNING, f"DPD: {text}", DPD_REMEDY) for text in off]
