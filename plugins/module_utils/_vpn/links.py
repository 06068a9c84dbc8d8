# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: links and their tunnels' slots, as the inventory defines them. Pure.

A link joins two sites. Before public addresses are known a tunnel is a slot, written `JD address - peer address`: JD
address 1 meets AWS addresses 1 and 2, JD address 2 meets AWS addresses 3 and 4 (step 7 of the tutorial).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import addressing, naming, proposals, psk
from .faults import Fault
from .sites import AWS, JDCLOUD, Site

SLOTS = ("1-1", "1-2", "2-3", "2-4")
ROUTING = ("bgp", "static")
STATES = ("present", "absent")
ADOPT_KEYS = ("jdcloud_customer_gateway_id", "jdcloud_vpn_connection_id", "aws_vpn_connection_ids")
LINK_KEYS = (
    "name",
    "ends",
    "uid",
    "state",
    "routing",
    "proposal",
    "psk_generation",
    "rotate",
    "psks",
    "tunnels",
    "ranges",
    "adopt",
)
TUNNEL_KEYS = ("inside_cidr", "bandwidth_mbps", "admin_status", "proposal")
BANDWIDTH = (1, 1500)


def slots_of(address: int) -> tuple[str, ...]:
    """The slots of one JD address, which is one AWS connection."""
    return tuple(slot for slot in SLOTS if slot.startswith(f"{address}-"))


@dataclass(frozen=True)
class Tunnel:
    """What the inventory asks of one slot. `psk` is empty where the key is derived."""

    slot: str
    proposal: proposals.Proposal
    psk: str = ""
    inside: addressing.Network | None = None
    bandwidth_mbps: int | None = None
    admin_status: str = "UP"

    @property
    def address(self) -> int:
        """The ordinal of the JD address."""
        return int(self.slot.split("-")[0])


@dataclass(frozen=True)
class Link:
    """A link between a JD Cloud site and an AWS site."""

    name: str
    uid: str
    jdcloud: Site
    aws: Site
    state: str = "present"
    routing: str = "bgp"
    generation: int | None = None  # of the keys; None: the one that there is
    rotate: bool = False
    tunnels: tuple[Tunnel, ...] = ()
    jdcloud_ranges: tuple[addressing.Network, ...] = ()
    aws_ranges: tuple[addressing.Network, ...] = ()
    adopt: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def bgp(self) -> bool:
        return self.routing == "bgp"

    @property
    def absent(self) -> bool:
        return self.state == "absent"

    @property
    def derives_keys(self) -> bool:
        return any(not tunnel.psk for tunnel in self.tunnels)


def parse(
    data: t.Mapping[str, t.Any], sites: t.Mapping[str, Site], unknown: t.Collection[str] = ()
) -> tuple[Link | None, list[Fault]]:
    """A link of the inventory, and everything that is wrong with it.

    `sites` are the sites that were understood; `unknown` are names of sites whose own faults are reported elsewhere.
    """
    name = str(data.get("name") or "")
    place = f"link {name}"
    faults: list[Fault] = []
    uid = str(data.get("uid") or name)
    for key in data:
        if key not in LINK_KEYS:
            faults.append(Fault(f"{place}: {key}", "is not a known setting", ", ".join(LINK_KEYS), "correct its name"))
    for label, value in {"name": name, **({"uid": uid} if uid != name else {})}.items():
        if not naming.valid_name(value):
            text = f"{value!r} can't be part of names on both clouds"
            faults.append(Fault(f"{place}: {label}", text, naming.NAME_ALLOWED, "rename it, or set vpn_link_uid"))
    routing = _choice(data, "routing", ROUTING, place, faults)
    state = _choice(data, "state", STATES, place, faults)
    ends = _ends(data.get("ends"), sites, unknown, place, faults)
    proposal, found = proposals.parse(data.get("proposal"), f"{place}: proposal")
    faults.extend(found)
    generation = data.get("psk_generation")
    if generation is not None and (not isinstance(generation, int) or isinstance(generation, bool) or generation < 1):
        faults.append(Fault(f"{place}: psk_generation", f"{generation!r} is no generation", "1, 2, 3, …", "correct it"))
        generation = None
    tunnels = _tunnels(data.get("tunnels"), data.get("psks"), proposal, place, faults)
    adopt = _adopt(data.get("adopt") or {}, f"{place}: adopt", faults)
    if ends is None:
        return None, faults
    jdcloud, aws = ends
    ranges = _ranges(data.get("ranges"), jdcloud, aws, place, faults)
    link = Link(
        name=name,
        uid=uid,
        jdcloud=jdcloud,
        aws=aws,
        state=state,
        routing=routing,
        generation=generation,
        rotate=bool(data.get("rotate")),
        tunnels=tunnels,
        jdcloud_ranges=ranges[jdcloud.name],
        aws_ranges=ranges[aws.name],
        adopt=adopt,
    )
    return link, faults


def _choice(data: t.Mapping[str, t.Any], key: str, choices: tuple[str, ...], place: str, faults: list[Fault]) -> str:
    value = data.get(key) or choices[0]
    if value not in choices:
        faults.append(Fault(f"{place}: {key}", f"{value!r} is not known", ", ".join(choices), "choose one"))
        return choices[0]
    return str(value)


def _ends(
    value: t.Any, sites: t.Mapping[str, Site], unknown: t.Collection[str], place: str, faults: list[Fault]
) -> tuple[Site, Site] | None:
    where = f"{place}: ends"
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        remedy = "name the two sites that the link joins"
        faults.append(Fault(where, f"{value!r} does not name two sites", "a list of two names of vpn_sites", remedy))
        return None
    names = [str(v) for v in value]
    missing = [n for n in names if n not in sites and n not in unknown]
    for name in missing:
        allowed = ", ".join(sorted([*sites, *unknown])) or "vpn_sites is empty"
        faults.append(Fault(where, f"site {name!r} is not defined", allowed, "correct it, or define it in vpn_sites"))
    if any(n not in sites for n in names):
        return None
    ends = [sites[n] for n in names]
    if sorted(site.kind for site in ends) != [AWS, JDCLOUD]:
        kinds = " and ".join(f"{site.name} ({site.kind})" for site in ends)
        faults.append(Fault(where, f"joins {kinds}", "one jdcloud site and one aws site", "correct the ends"))
        return None
    first, second = ends
    return (first, second) if first.kind == JDCLOUD else (second, first)


def _adopt(value: t.Any, place: str, faults: list[Fault]) -> dict[str, t.Any]:
    if not isinstance(value, t.Mapping):
        faults.append(Fault(place, "is not a dictionary", ", ".join(ADOPT_KEYS), "correct it"))
        return {}
    for key in value:
        if key not in ADOPT_KEYS:
            faults.append(Fault(f"{place}.{key}", "is not known", ", ".join(ADOPT_KEYS), "correct its name"))
    ids = value.get("aws_vpn_connection_ids")
    if ids and (not isinstance(ids, (list, tuple)) or len({str(x) for x in ids}) != 2 or len(ids) != 2):
        # With one of the two adopted, nothing would tell whose the other is.
        text = f"{ids!r} does not name both AWS connections"
        faults.append(Fault(f"{place}.aws_vpn_connection_ids", text, "a list of two ids", "give both, or none"))
        return {}
    return dict(value)


def _tunnels(
    value: t.Any, keys: t.Any, base: proposals.Proposal, place: str, faults: list[Fault]
) -> tuple[Tunnel, ...]:
    settings = _by_slot(value, "tunnels", place, faults)
    psks = _by_slot(keys, "psks", place, faults)
    tunnels = [_tunnel(slot, settings.get(slot) or {}, psks.get(slot), base, place, faults) for slot in SLOTS]
    blocks: dict[addressing.Network, str] = {}
    for tunnel in tunnels:
        if tunnel.inside is not None:
            if tunnel.inside in blocks:
                text = f"{tunnel.inside} is also the block of slot {blocks[tunnel.inside]}"
                faults.append(Fault(f"{place}: tunnels.{tunnel.slot}.inside_cidr", text, "", "choose another one"))
            blocks[tunnel.inside] = tunnel.slot
    return tuple(tunnels)


def _by_slot(value: t.Any, key: str, place: str, faults: list[Fault]) -> t.Mapping[str, t.Any]:
    allowed = ", ".join(f"'{s}'" for s in SLOTS) + " (JD address - AWS address)"
    if value is not None and not isinstance(value, t.Mapping):
        faults.append(Fault(f"{place}: {key}", "is not a dictionary", f"slots: {allowed}", "correct it"))
        return {}
    for slot in value or {}:
        if slot not in SLOTS:
            faults.append(Fault(f"{place}: {key}.{slot}", "is not a slot", allowed, "correct it"))
    return value or {}


def _tunnel(slot: str, data: t.Any, key: t.Any, base: proposals.Proposal, place: str, faults: list[Fault]) -> Tunnel:
    where = f"{place}: tunnels.{slot}"
    if not isinstance(data, t.Mapping):
        faults.append(Fault(where, "is not a dictionary", ", ".join(TUNNEL_KEYS), "correct it"))
        data = {}
    for name in data:
        if name == "psk":
            remedy = "move it to vpn_link_psks, whose values are hidden"
            faults.append(Fault(f"{where}.psk", "does not belong here", "", remedy))
        elif name not in TUNNEL_KEYS:
            allowed = ", ".join(TUNNEL_KEYS)
            faults.append(Fault(f"{where}.{name}", "is not a known setting", allowed, "correct its name"))
    proposal, found = proposals.parse(data.get("proposal"), f"{where}.proposal", base)
    faults.extend(found)
    inside = None
    if data.get("inside_cidr"):
        inside, found = addressing.parse_block(data["inside_cidr"], f"{where}.inside_cidr")
        faults.extend(found)
    if key is not None:
        faults.extend(psk.validate(key, f"{place}: psks.{slot}"))
    bandwidth = data.get("bandwidth_mbps")
    low, high = BANDWIDTH
    if bandwidth is not None and (
        isinstance(bandwidth, bool) or not isinstance(bandwidth, int) or not low <= bandwidth <= high
    ):
        text = f"{bandwidth!r} is out of range"
        faults.append(Fault(f"{where}.bandwidth_mbps", text, f"{low} to {high} Mbit/s (JD Cloud)", "correct it"))
    status = data.get("admin_status") or "UP"
    if status not in ("UP", "DOWN"):
        faults.append(Fault(f"{where}.admin_status", f"{status!r} is not known", "UP, DOWN", "correct it"))
    return Tunnel(slot, proposal, str(key or ""), inside, bandwidth, str(status))


def _ranges(
    value: t.Any, jdcloud: Site, aws: Site, place: str, faults: list[Fault]
) -> dict[str, tuple[addressing.Network, ...]]:
    """The link's own choice of ranges per site; empty means the ranges of the site."""
    chosen: dict[str, tuple[addressing.Network, ...]] = {jdcloud.name: (), aws.name: ()}
    if value is not None and not isinstance(value, t.Mapping):
        faults.append(Fault(f"{place}: ranges", "is not a dictionary", "site name: list of ranges", "correct it"))
        return chosen
    for name, items in (value or {}).items():
        where = f"{place}: ranges.{name}"
        site = {jdcloud.name: jdcloud, aws.name: aws}.get(name)
        if site is None or not isinstance(items, (list, tuple)):
            allowed = f"a list for {jdcloud.name} or {aws.name}"
            faults.append(Fault(where, "is not a list of ranges of one of the link's ends", allowed, "correct it"))
            continue
        networks = []
        for item in items:
            network, found = addressing.parse_range(item, where)
            faults.extend(found)
            if network is None:
                continue
            if site.stated_ranges and not any(network.subnet_of(r) for r in site.stated_ranges):
                allowed = ", ".join(map(str, site.stated_ranges))
                faults.append(Fault(where, f"{network} lies outside the site", allowed, "correct it"))
            networks.append(network)
        chosen[name] = tuple(networks)
    return chosen
