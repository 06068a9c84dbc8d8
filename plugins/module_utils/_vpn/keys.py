# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: whether the clouds hold the keys that the link wants. Pure.

Digests tell it where a cloud reveals keys; the marks tell it where it does not.
"""

from __future__ import annotations

import typing as t

from . import psk
from .actions import Action, Plan
from .desired import Desired
from .diff import HIDDEN, HIDDEN_NEW, Change, Field
from .faults import Fault
from .links import Link
from .naming import TAG_PSK, read_mark
from .slots import near
from .view import Resource, View

PSK = Field("psk", interrupts=True, secret=True)
KeyDigest = t.Callable[[str, int], str]


def jdcloud_mark(view: View) -> psk.Marker | None:
    """What the JD Cloud connection says of its keys; None where it is not ours or not there."""
    if "jdcloud_vpn_connection" in view.adopted:
        return None
    return psk.Marker.read(read_mark((view.vpn_connection or {}).get("description")).get("psk"))


def aws_mark(connection: Resource, view: View) -> psk.Marker | None:
    """What an AWS connection says of its keys; None where it is not ours."""
    if "aws_vpn_connection" in view.adopted:
        return None
    return psk.Marker.read((connection.get("tags") or {}).get(TAG_PSK))


def check_marks(desired: Desired, view: View, plan: Plan) -> None:
    """A mark that another master secret, uid or generation has made is a fault: no typo re-keys production."""
    link = desired.link
    found = [(f"JD connection {(view.vpn_connection or {}).get('vpn_connection_id')}", jdcloud_mark(view))]
    for connection in view.aws_connections.values():
        found.append((f"AWS connection {connection.get('vpn_connection_id')}", aws_mark(connection, view)))
    for where, marker in found:
        if marker is None:
            continue
        if link.derives_keys and marker.fingerprint not in (desired.marker.fingerprint, desired.previous_fingerprint):
            text = f"{where} was made with another master secret, or under another uid"
            remedy = (
                "give the master secret that made it (and vpn_link_uid, if the link was renamed). To change the "
                "secret, give the old one too, as vpn_link_previous_master_secret"
            )
            plan.faults.append(Fault(f"link {link.name}", text, "", remedy))
        elif marker.generation > desired.marker.generation:
            text = f"{where} carries keys of generation {marker.generation}, the inventory asks for {link.generation}"
            remedy = f"set vpn_link_psk_generation: {marker.generation}, or leave it out: the clouds know it"
            plan.faults.append(Fault(f"link {link.name}", text, "", remedy))


def generation(link: Link, view: View, fingerprint: str, rotate: bool) -> tuple[int, list[Fault]]:
    """Which generation of keys is wanted. The marks know the one that there is; a mark moves only when both ends of
    every tunnel have the new keys, so marks that differ tell of a rotation whose keys are all in place."""
    marks = [m for m in (jdcloud_mark(view), *(aws_mark(c, view) for c in view.aws_connections.values())) if m]
    ours = [m for m in marks if m.fingerprint == fingerprint]
    current = max((m.generation for m in ours or marks), default=0)
    unfinished = bool(ours) and any(m != psk.Marker(current, fingerprint) for m in marks)
    after = current if unfinished else current + 1
    if link.generation is None:
        return (after if rotate else current) or 1, []
    if rotate and link.generation < after:
        text = f"is {link.generation} in the inventory, so a rotation can't count it up"
        remedy = f"set it to {after}, or leave it out: the clouds know it"
        return link.generation, [Fault(f"link {link.name}: vpn_link_psk_generation", text, str(after), remedy)]
    return link.generation, []


def move_marks(desired: Desired, view: View, plan: Plan) -> None:
    """The marks follow the keys, as the last step: AWS's first, JD Cloud's last."""
    found = [(f"AWS connection {c.get('vpn_connection_id')}", aws_mark(c, view)) for c in view.aws_connections.values()]
    found.append((f"JD connection {(view.vpn_connection or {}).get('vpn_connection_id')}", jdcloud_mark(view)))
    for where, marker in found:
        if marker is not None and marker != desired.marker:
            change = {"field": "psk mark", "before": str(marker), "after": str(desired.marker), "interrupts": False}
            reason = "follows the keys, once both ends of every tunnel have them"
            plan.actions.append(Action("psk_marks", "modify", "psk_mark", where, reason, (change,)))


def jdcloud_change(
    desired: Desired, slot: str, tunnel: Resource, view: View, key_digest: KeyDigest, plan: Plan
) -> list[Change]:
    """The change of key that a JD Cloud tunnel needs, if any."""
    if tunnel.get("psk_digest") is None and view.is_up(slot):
        there = view.aws_tunnel(slot) or {}
        if there.get("psk_digest") == key_digest(slot, desired.marker.generation):
            plan.notes.append(f"slot {slot}: JD Cloud does not reveal the key; it is AWS's, for the tunnel is up")
            return []
    return _change(desired, slot, tunnel, jdcloud_mark(view), key_digest, plan, "JD Cloud")


def aws_change(
    desired: Desired, slot: str, tunnel: Resource, view: View, key_digest: KeyDigest, plan: Plan
) -> list[Change]:
    """The change of key that an AWS tunnel needs, if any."""
    marker = aws_mark(view.aws_connections[near(slot)], view)
    return _change(desired, slot, tunnel, marker, key_digest, plan, "AWS")


def _change(
    desired: Desired,
    slot: str,
    tunnel: Resource,
    marker: psk.Marker | None,
    key_digest: KeyDigest,
    plan: Plan,
    cloud: str,
) -> list[Change]:
    have, wanted = tunnel.get("psk_digest"), desired.marker
    if have is None:
        plan.notes.append(f"slot {slot}: {cloud} does not reveal the key; judged by the mark alone")
        # A mark says nothing of a key of the user's own.
        differs = not desired.tunnel(slot).psk and marker is not None and marker != wanted
    else:
        differs = have != key_digest(slot, wanted.generation)
        if differs and not desired.tunnel(slot).psk and have == key_digest(slot, wanted.generation + 1):
            plan.notes.append(
                f"slot {slot}: {cloud} has the key of generation {wanted.generation + 1}: a rotation was cut off. "
                "intercloud.vpn.rotate_psk finishes it; a run that may interrupt takes it back"
            )
    return [Change(PSK, HIDDEN, HIDDEN_NEW)] if differs else []
