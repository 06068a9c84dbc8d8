# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: sites, as the inventory defines them (`vpn_sites`). Pure.

A site exists before any VPN: a JD Cloud border gateway with its VPC, an AWS virtual private gateway with its VPC, or a
VPN device with the networks behind it.
Credentials (`auth`) are not looked at here and never become part of the model.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import addressing, devices, naming
from .faults import Fault

JDCLOUD = "jdcloud"
AWS = "aws"
DEVICE = "device"
CLOUDS = (JDCLOUD, AWS)
KINDS = (*CLOUDS, DEVICE)
TITLES = {JDCLOUD: "JD", AWS: "AWS", DEVICE: "device"}
JDCLOUD_ASN = 65000
# customerGateway.bgpAsn of JD Cloud, intersected with AWS's private 16-bit range.
PEER_ASN = (65001, 65499)
ASN = (1, 4294967294)
PROPAGATE = ("all", "partial", "none")
AZ_TYPES = ("standard", "edge")

COMMON_KEYS = {"kind", "region", "auth", "vpc", "subnets", "route_tables", "ranges", "name", "probe"}
KEYS = {
    JDCLOUD: COMMON_KEYS | {"border_gateway", "attachment"},
    AWS: COMMON_KEYS | {"vpn_gateway", "partition", "transit"},
    DEVICE: devices.KEYS,
}
PART_KEYS = {
    (JDCLOUD, "vpc"): {"id", "cidr"},
    (AWS, "vpc"): {"id", "cidr"},
    (JDCLOUD, "border_gateway"): {"id", "az_type", "az"},
    (JDCLOUD, "attachment"): {"propagate", "subnets"},
    (AWS, "vpn_gateway"): {"id", "asn"},
    (JDCLOUD, "probe"): {"image_id", "instance_type", "az", "subnet", "address", "key_name"},
    (AWS, "probe"): {"image_id", "instance_type", "subnet", "key_name"},
}
SUBNET_KEYS = {JDCLOUD: {"name", "cidr"}, AWS: {"name", "cidr", "az"}}

Network = addressing.Network


@dataclass(frozen=True)
class Subnet:
    """A subnet that the site's role makes."""

    name: str
    cidr: Network


@dataclass(frozen=True)
class Site:
    """One end that links join. Ids are empty where the site's role makes the thing; then names are derived."""

    name: str
    kind: str
    region: str
    vpc_id: str = ""
    vpc_cidr: Network | None = None
    subnets: tuple[Subnet, ...] = ()
    gateway_id: str = ""
    gateway_options: tuple[tuple[str, str], ...] = ()
    asn: int = 0
    propagate: str = "all"
    propagate_subnets: tuple[str, ...] = ()
    route_tables: tuple[str, ...] = ()
    declared_ranges: tuple[Network, ...] = ()
    transit: bool = False
    device: devices.Device | None = None

    @property
    def title(self) -> str:
        """What it is called before «address»."""
        return TITLES[self.kind]

    @property
    def label(self) -> str:
        """What it is called in a sentence."""
        return {JDCLOUD: "JD Cloud", AWS: "AWS"}.get(self.kind, f"device {self.name}")

    @property
    def is_cloud(self) -> bool:
        return self.kind in CLOUDS

    @property
    def gateway_name(self) -> str:
        kind = "jdcloud_border_gateway" if self.kind == JDCLOUD else "aws_vpn_gateway"
        return naming.resource_name(kind, self.name)

    @property
    def vpc_name(self) -> str:
        return naming.resource_name(f"{self.kind}_vpc", self.name)

    @property
    def stated_ranges(self) -> tuple[Network, ...]:
        """What the inventory says of the site's ranges; empty for an adopted VPC without `ranges`."""
        if self.declared_ranges:
            return self.declared_ranges
        if self.vpc_cidr is not None:
            return (self.vpc_cidr,)
        return tuple(s.cidr for s in self.subnets)


@dataclass
class _Reader:
    """Takes typed values out of a site's dictionary and collects what is wrong with it."""

    name: str
    data: t.Mapping[str, t.Any]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, key: str, problem: str, allowed: str = "", remedy: str = "") -> None:
        place = f"vpn_sites.{self.name}" + (f".{key}" if key else "")
        self.faults.append(Fault(place, problem, allowed, remedy))

    def keys(self, data: t.Mapping[str, t.Any], allowed: t.Collection[str], prefix: str = "") -> None:
        for key in data:
            if key not in allowed:
                self.fault(f"{prefix}{key}", "is not a known setting", ", ".join(sorted(allowed)), "correct its name")

    def part(self, kind: str, key: str) -> t.Mapping[str, t.Any]:
        value = self.data.get(key) or {}
        if not isinstance(value, t.Mapping):
            self.fault(key, f"is {type(value).__name__}, not a dictionary", "", "write it as a dictionary")
            return {}
        self.keys(value, PART_KEYS[kind, key], f"{key}.")
        return value

    def items(self, key: str) -> list[t.Any]:
        return self.listed(self.data.get(key), key)

    def listed(self, value: t.Any, key: str) -> list[t.Any]:
        value = value or []
        if not isinstance(value, (list, tuple)):
            self.fault(key, f"is {type(value).__name__}, not a list", "", "write it as a list")
            return []
        return list(value)

    def network(self, value: t.Any, key: str) -> Network | None:
        network, faults = addressing.parse_range(value, f"vpn_sites.{self.name}.{key}")
        self.faults.extend(faults)
        return network


def parse(name: str, data: t.Any) -> tuple[Site | None, list[Fault]]:
    """A site of the inventory, and everything that is wrong with it."""
    place = f"vpn_sites.{name}"
    if not naming.valid_name(name):
        remedy = "rename the site"
        return None, [Fault(place, f"{name!r} can't be part of names on both clouds", naming.NAME_ALLOWED, remedy)]
    if not isinstance(data, t.Mapping):
        return None, [Fault(place, f"is {type(data).__name__}, not a dictionary", "", "see inventories/example")]
    kind = data.get("kind")
    if kind not in KINDS:
        return None, [Fault(f"{place}.kind", f"{kind!r} is not a kind of site", ", ".join(KINDS), "set it")]
    reader = _Reader(name, data)
    reader.keys(data, KEYS[kind])
    if kind == DEVICE:
        return _device(name, reader), reader.faults
    if not isinstance(data.get("region"), str) or not data["region"]:
        reader.fault("region", "is missing", "a region of that cloud, such as cn-north-1", "set it")
    vpc = reader.part(kind, "vpc")
    vpc_id = str(vpc.get("id") or "")
    cidr = reader.network(vpc["cidr"], "vpc.cidr") if vpc.get("cidr") else None
    if not vpc_id and not vpc.get("cidr") and isinstance(data.get("vpc") or {}, t.Mapping):
        reader.fault(
            "vpc", "has neither id nor cidr", "id of an existing VPC, or cidr of a new one", "give one of them"
        )
    subnets = _subnets(reader, kind, cidr)
    reader.part(kind, "probe")  # used by role vpn_probe alone, but a typo is told at once
    ranges = [reader.network(value, f"ranges[{n}]") for n, value in enumerate(reader.items("ranges"))]
    common: dict[str, t.Any] = {
        "name": name,
        "kind": kind,
        "region": str(data.get("region") or ""),
        "vpc_id": vpc_id,
        "vpc_cidr": cidr,
        "subnets": subnets,
        "route_tables": tuple(str(x) for x in reader.items("route_tables")),
        "declared_ranges": tuple(r for r in ranges if r is not None),
    }
    special = _jdcloud(reader, subnets) if kind == JDCLOUD else _aws(reader)
    return Site(**common, **special), reader.faults


def _device(name: str, reader: _Reader) -> Site | None:
    settings = devices.read(reader.data, reader.fault)
    ranges = [reader.network(value, f"ranges[{n}]") for n, value in enumerate(reader.items("ranges"))]
    if not ranges:
        reader.fault("ranges", "are missing", "the networks behind the device, such as [192.168.50.0/24]", "set them")
    asn = _number(reader.data.get("asn"))
    if not ASN[0] <= asn <= ASN[1]:
        allowed = f"{ASN[0]} to {ASN[1]}; towards JD Cloud {PEER_ASN[0]} to {PEER_ASN[1]}"
        reader.fault("asn", f"{reader.data.get('asn')!r} is no autonomous system", allowed, "set it")
    if settings is None:
        return None
    known = tuple(r for r in ranges if r is not None)
    return Site(name=name, kind=DEVICE, region="", asn=asn, declared_ranges=known, device=settings)


def _number(value: t.Any) -> int:
    """A whole number; 0 where it is none."""
    try:
        return int(str(value))
    except ValueError:
        return 0


def _subnets(reader: _Reader, kind: str, vpc: Network | None) -> tuple[Subnet, ...]:
    found: list[Subnet] = []
    names: set[str] = set()
    for n, item in enumerate(reader.items("subnets")):
        key = f"subnets[{n}]"
        if not isinstance(item, t.Mapping) or not item.get("name") or not item.get("cidr"):
            reader.fault(key, "needs name and cidr", "{name: apps, cidr: 10.1.1.0/24}", "write both")
            continue
        reader.keys(item, SUBNET_KEYS[kind], f"{key}.")
        if kind == JDCLOUD and not naming.JDCLOUD_PATTERN.fullmatch(str(item["name"])):
            reader.fault(
                f"{key}.name", f"{item['name']!r} is no name for JD Cloud", naming.JDCLOUD_ALLOWED, "rename the subnet"
            )
        if str(item["name"]) in names:
            text = f"{item['name']!r} is the name of another subnet"
            reader.fault(f"{key}.name", text, "", "give each subnet a name of its own")
        names.add(str(item["name"]))
        network = reader.network(item["cidr"], f"{key}.cidr")
        if network is None:
            continue
        if vpc is not None and not network.subnet_of(vpc):
            reader.fault(f"{key}.cidr", f"{network} lies outside the VPC's {vpc}", "", "correct one of them")
        for other in found:
            if other.cidr.overlaps(network):
                reader.fault(f"{key}.cidr", f"{network} overlaps subnet {other.name} {other.cidr}", "", "correct it")
        found.append(Subnet(str(item["name"]), network))
    return tuple(found)


def _jdcloud(reader: _Reader, subnets: tuple[Subnet, ...]) -> dict[str, t.Any]:
    gateway = reader.part(JDCLOUD, "border_gateway")
    if gateway.get("az_type") not in (None, *AZ_TYPES):
        reader.fault(
            "border_gateway.az_type", f"{gateway['az_type']!r} is not known", ", ".join(AZ_TYPES), "choose one"
        )
    if gateway.get("az_type") == "edge" and not gateway.get("az"):
        reader.fault(
            "border_gateway.az", "is missing", "an availability zone; an edge border gateway needs it", "set it"
        )
    attachment = reader.part(JDCLOUD, "attachment")
    propagate = attachment.get("propagate", "all")
    if propagate not in PROPAGATE:
        reader.fault("attachment.propagate", f"{propagate!r} is not known", ", ".join(PROPAGATE), "choose one")
    chosen = tuple(str(s) for s in reader.listed(attachment.get("subnets"), "attachment.subnets"))
    if propagate == "partial" and not attachment.get("subnets"):
        reader.fault(
            "attachment.subnets", "is empty, and propagate is partial", "names of subnets, or ids", "name some"
        )
    if propagate != "partial" and chosen:
        reader.fault("attachment.subnets", f"has no effect with propagate {propagate}", "", "set propagate: partial")
    for item in chosen:
        if not item.startswith("subnet-") and item not in {s.name for s in subnets}:
            allowed = ", ".join(s.name for s in subnets) or "ids of existing subnets"
            reader.fault("attachment.subnets", f"{item!r} is no subnet of this site", allowed, "correct it")
    return {
        "gateway_id": str(gateway.get("id") or ""),
        "gateway_options": tuple((key, str(gateway[key])) for key in ("az_type", "az") if gateway.get(key)),
        "asn": JDCLOUD_ASN,
        "propagate": propagate,
        "propagate_subnets": chosen,
    }


def _aws(reader: _Reader) -> dict[str, t.Any]:
    gateway = reader.part(AWS, "vpn_gateway")
    low, high = PEER_ASN
    asn = gateway.get("asn")
    number = _number(asn)
    if not low <= number <= high:
        why = f"{low} to {high}: JD Cloud's customer gateways take no other, AWS's default 64512 included"
        remedy = "set vpn_gateway.asn; of an existing gateway it can't be changed, so that needs a new gateway"
        reader.fault("vpn_gateway.asn", f"{asn!r} can't pair with JD Cloud", why, remedy)
    partition = reader.data.get("partition")
    if partition is not None and partition not in ("aws", "aws-cn", "aws-us-gov"):
        reader.fault("partition", f"{partition!r} is not known", "aws, aws-cn, aws-us-gov", "remove or correct it")
    region = str(reader.data.get("region") or "")
    if partition and region and (partition == "aws-cn") != region.startswith("cn-"):
        reader.fault("region", f"{region} is not a region of partition {partition}", "", "correct one of them")
    transit = reader.data.get("transit", False)
    if not isinstance(transit, bool):
        reader.fault("transit", f"{transit!r} is not a boolean", "true, false", "correct it")
    return {"gateway_id": str(gateway.get("id") or ""), "asn": number, "transit": bool(transit)}
