# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: which link gets which inside blocks. Pure.

What exists or is asked for wins; new blocks come by hash, past those in use on either gateway. Links of the topology
that are not planned now keep theirs or still get their turn, so that every slice of a job allots alike.
"""

from __future__ import annotations

import typing as t

from . import addressing, naming
from .faults import Fault
from .links import Link, ordered, shape
from .sites import Site
from .slots import EVERY, JDCLOUD_AWS
from .topology import Edge
from .view import View, link_of

Network = addressing.Network
Blocks = dict[str, Network]
Bound = tuple[Link, View]


def allot(
    bound: t.Sequence[Bound],
    edges: t.Sequence[Edge],
    sites: t.Mapping[str, Site],
    gathered: t.Mapping[str, t.Any],
    faults: list[Fault],
) -> dict[str, Blocks]:
    """The inside blocks of all planned links by uid and slot."""
    planned = {link.uid: link for link, _view in bound}
    slots = {edge.uid: _slots(edge, sites) for edge in edges}
    result = _settled(bound, faults)
    held = {uid: blocks for uid, blocks in _held(gathered, slots).items() if uid not in planned}
    taken: dict[str, set[Network]] = {end: set() for edge in edges for end in edge.ends}
    for _link, view in bound:
        for end, blocks in view.used_blocks.items():
            taken[end] |= blocks
    for edge in edges:
        for end in edge.ends:
            taken[end].update((result.get(edge.uid) or held.get(edge.uid) or {}).values())
    for edge in edges:
        settled = result.get(edge.uid) or held.get(edge.uid) or {}
        for slot in slots[edge.uid]:
            if slot in settled:
                continue
            used = set().union(*(taken[end] for end in edge.ends))
            block = addressing.choose_block(edge.uid, slot, used)
            if block is None:
                if edge.uid in planned:
                    text = f"no inside block is free for slot {slot}; all {len(addressing.BLOCKS)} are in use"
                    faults.append(Fault(f"link {edge.link}", text, "", "use another gateway"))
                block = addressing.BLOCKS[0]
            if edge.uid in planned:
                result.setdefault(edge.uid, {})[slot] = block
            for end in edge.ends:
                taken[end].add(block)
    return result


def _slots(edge: Edge, sites: t.Mapping[str, Site]) -> tuple[str, ...]:
    ends = ordered([sites[end] for end in edge.ends if end in sites])
    return shape(*ends) if ends else ()


def _settled(bound: t.Sequence[Bound], faults: list[Fault]) -> dict[str, Blocks]:
    """The blocks that the inventory asks for, else that the clouds hold. What two slots ask for is a fault."""
    result: dict[str, Blocks] = {}
    asked_by: dict[tuple[str, Network], str] = {}
    for link, view in bound:
        asked = {tunnel.slot: tunnel.inside for tunnel in link.tunnels if tunnel.inside is not None}
        held = {slot: block for slot, block in view.blocks.items() if slot not in asked}
        for slot, block in asked.items():
            ends = [(end, block) for end in (site.name for site in link.ends)]
            text = ""
            if any(block in used for used in view.used_blocks.values()):
                text = f"{block} is in use on one of the link's gateways"
            elif block in held.values():
                other = next(each for each, have in held.items() if have == block)
                text = f"{block} is the block of slot {other} already"
            elif any(end in asked_by for end in ends):
                other = next(asked_by[end] for end in ends if end in asked_by)
                text = f"{block} is asked for by link {other} too, on the same gateway"
            if text:
                faults.append(Fault(f"link {link.name}: tunnels.{slot}.inside_cidr", text, "", "choose another block"))
            asked_by.update(dict.fromkeys(ends, link.name))
        if asked or held:
            result[link.uid] = {**held, **asked}
    return result


def _held(gathered: t.Mapping[str, t.Any], slots: t.Mapping[str, tuple[str, ...]]) -> dict[str, Blocks]:
    """The blocks of every link that the clouds hold, by uid: AWS's tags name the slots, JD Cloud's tunnels do not.

    Which slot has which block does not matter here, only how many slots of a link need none any more.
    """
    found: dict[str, Blocks] = {}
    for data in gathered.values():
        if data is None:
            continue
        for connection in data.get("vpn_connections") or ():
            uid = link_of(connection)
            if not uid or connection.get("state") in ("deleted", "deleting"):
                continue
            tags = connection.get("tags") or {}
            blocks = {slot: tags[naming.TAG_SLOT + slot] for slot in EVERY if tags.get(naming.TAG_SLOT + slot)}
            ends = [
                str(tunnel["tunnel_ip"])
                for tunnel in data.get("vpn_tunnels") or ()
                if tunnel.get("vpn_connection_id") == connection.get("vpn_connection_id") and tunnel.get("tunnel_ip")
            ]
            own = slots.get(uid, JDCLOUD_AWS)
            if len(ends) == len(own):
                blocks = dict(zip(own, sorted(ends), strict=True))
            for slot, block in blocks.items():
                found.setdefault(uid, {}).setdefault(slot, Network(block))
    return found
