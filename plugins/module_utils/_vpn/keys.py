# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: whether the clouds hold the keys that the link wants. Pure.

Digests tell it where a cloud reveals keys; the marks tell it where it does not.
"""

from __future__ import annotations

import typing as t

from . import psk
from .actions import Plan
from .desired import Desired
from .diff import HIDDEN, HIDDEN_NEW, Change, Field
from .faults import Fault
from .naming import TAG_PSK, read_mark
from .view import Resource, View

PSK = Field("psk", interrupts=True, secret=True)
KeyDigest = t.Callable[[str], str]


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
        if link.derives_keys and marker.fingerprint != desired.marker.fingerprint:
            text = f"{where} was made with another master secret, or under another uid"
            remedy = "give the master secret that made it (and vpn_link_uid, if the link was renamed)"
            plan.faults.append(Fault(f"link {link.name}", text, "", remedy))
        elif marker.generation > link.generation:
            text = f"{where} carries keys of generation {marker.generation}, the inventory asks for {link.generation}"
            remedy = f"set vpn_link_psk_generation: {marker.generation}"
            plan.faults.append(Fault(f"link {link.name}", text, "", remedy))


def jdcloud_change(
    desired: Desired, slot: str, tunnel: Resource, view: View, key_digest: KeyDigest, plan: Plan
) -> list[Change]:
    """The change of key that a JD Cloud tunnel needs, if any."""
    return _change(desired, slot, tunnel, jdcloud_mark(view), key_digest, plan, "JD Cloud")


def aws_change(
    desired: Desired, slot: str, tunnel: Resource, view: View, key_digest: KeyDigest, plan: Plan
) -> list[Change]:
    """The change of key that an AWS tunnel needs, if any."""
    marker = aws_mark(view.aws_connections[int(slot[0])], view)
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
    have = tunnel.get("psk_digest")
    if have is None:
        plan.notes.append(f"slot {slot}: {cloud} does not reveal the key; judged by the mark alone")
        # A generation says nothing of a key of the user's own.
        derived = not desired.tunnel(slot).psk
        differs = derived and marker is not None and marker.generation < desired.link.generation
    else:
        differs = have != key_digest(slot)
    return [Change(PSK, HIDDEN, HIDDEN_NEW)] if differs else []
