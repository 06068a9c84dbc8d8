# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: reads a link of the inventory, and tells everything that is wrong with it. Pure."""

from __future__ import annotations

import typing as t

from . import addressing, naming, proposals, psk, slots
from .faults import Fault
from .links import ROUTING, STATES, Link, Tunnel, ordered, shape
from .sites import DEVICE, JDCLOUD, PEER_ASN, Site

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
    known = shape(*ends) if ends else slots.EVERY
    first, second = (site.title for site in ends) if ends else ("near", "far")
    allowed = ", ".join(f"'{slot}'" for slot in known) + f" ({first} address - {second} address)"
    tunnels = _tunnels(data, known, allowed, proposal, place, faults)
    adopt = _adopt(data.get("adopt") or {}, f"{place}: adopt", faults)
    if ends is None:
        return None, faults
    near, far = ends
    _asns(near, far, place, faults)
    if adopt and DEVICE in (near.kind, far.kind):
        text = "is for links between JD Cloud and AWS"
        faults.append(Fault(f"{place}: adopt", text, "", "remove it; a device's link is made, not adopted"))
    ranges = _ranges(data.get("ranges"), near, far, place, faults)
    link = Link(
        name=name,
        uid=uid,
        near=near,
        far=far,
        state=state,
        routing=routing,
        generation=generation,
        rotate=bool(data.get("rotate")),
        tunnels=tunnels,
        near_ranges=ranges[near.name],
        far_ranges=ranges[far.name],
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
    ends = ordered([sites[n] for n in names])
    if ends is None:
        kinds = " and ".join(f"{n} ({sites[n].kind})" for n in names)
        allowed = "two of different kinds: jdcloud and aws, jdcloud and device, aws and device"
        faults.append(Fault(where, f"joins {kinds}", allowed, "correct the ends"))
    return ends


def _asns(near: Site, far: Site, place: str, faults: list[Fault]) -> None:
    """A device's ASN is checked against the cloud that it meets; the clouds' own are the sites' matter."""
    device = near if near.kind == DEVICE else far
    cloud = far if device is near else near
    if device.kind != DEVICE:
        return
    low, high = PEER_ASN
    if cloud.kind == JDCLOUD and not low <= device.asn <= high:
        allowed = f"{low} to {high}: JD Cloud's customer gateways take no other"
        text = f"asn {device.asn} of device {device.name} can't pair with JD Cloud"
        faults.append(Fault(place, text, allowed, f"change vpn_sites.{device.name}.asn"))
    if device.asn == cloud.asn:
        text = f"device {device.name} has the ASN of {cloud.name}, {cloud.asn}"
        faults.append(Fault(place, text, "two different ones", f"change vpn_sites.{device.name}.asn"))


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
    data: t.Mapping[str, t.Any],
    known: tuple[str, ...],
    allowed: str,
    base: proposals.Proposal,
    place: str,
    faults: list[Fault],
) -> tuple[Tunnel, ...]:
    settings, psks = (_by_slot(data, key, known, allowed, place, faults) for key in ("tunnels", "psks"))
    tunnels = [_tunnel(slot, settings.get(slot) or {}, psks.get(slot), base, place, faults) for slot in known]
    blocks: dict[addressing.Network, str] = {}
    for tunnel in tunnels:
        if tunnel.inside is not None:
            if tunnel.inside in blocks:
                text = f"{tunnel.inside} is also the block of slot {blocks[tunnel.inside]}"
                faults.append(Fault(f"{place}: tunnels.{tunnel.slot}.inside_cidr", text, "", "choose another one"))
            blocks[tunnel.inside] = tunnel.slot
    return tuple(tunnels)


def _by_slot(
    data: t.Mapping[str, t.Any], key: str, known: tuple[str, ...], allowed: str, place: str, faults: list[Fault]
) -> t.Mapping[str, t.Any]:
    value = data.get(key)
    if value is not None and not isinstance(value, t.Mapping):
        faults.append(Fault(f"{place}: {key}", "is not a dictionary", f"slots: {allowed}", "correct it"))
        return {}
    for slot in value or {}:
        if slot not in known:
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
    value: t.Any, near: Site, far: Site, place: str, faults: list[Fault]
) -> dict[str, tuple[addressing.Network, ...]]:
    """The link's own choice of ranges per site; empty means the ranges of the site."""
    chosen: dict[str, tuple[addressing.Network, ...]] = {near.name: (), far.name: ()}
    if value is not None and not isinstance(value, t.Mapping):
        faults.append(Fault(f"{place}: ranges", "is not a dictionary", "site name: list of ranges", "correct it"))
        return chosen
    for name, items in (value or {}).items():
        where = f"{place}: ranges.{name}"
        site = {near.name: near, far.name: far}.get(name)
        if site is None or not isinstance(items, (list, tuple)):
            allowed = f"a list for {near.name} or {far.name}"
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
