# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what a plan consists of. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._render.model import Link as DeviceLink
from .diff import Change
from .faults import Fault

# The steps of role vpn_link, in the order of its task files. An action names the step that carries it out.
PRESENT_STEPS = (
    "rebuild",
    "roll",
    "jdcloud_customer_gateway",
    "jdcloud_vpn_connection",
    "aws_vpn_connections",
    "jdcloud_customer_ips",
    "jdcloud_vpn_tunnels",
    "jdcloud_routes",
    "jdcloud_propagations",
    "range_memory",
    "psk_marks",
)
# What is done with a tunnel at a time, or not at all without consent; all else is done for many links side by side.
CAREFUL_STEPS = ("rebuild", "roll")
ABSENT_STEPS = (
    "remove_jdcloud_routes",
    "remove_jdcloud_vpn",
    "remove_aws_vpn",
)


@dataclass(frozen=True)
class Action:
    """One thing to do: `verb` (create, modify, delete) a resource, why, what differs.

    `interrupts` are the slots whose traffic it interrupts; `rolls` those that negotiate anew, up or not; `forced` says
    that its module must be told that it may interrupt, though none of `changes` does so by itself.
    """

    step: str
    verb: str
    kind: str
    name: str
    reason: str
    changes: tuple[t.Mapping[str, t.Any], ...] = ()
    interrupts: tuple[str, ...] = ()
    rolls: tuple[str, ...] = ()
    forced: bool = False

    def __str__(self) -> str:
        parts = [f"{self.verb} {self.kind} {self.name}: {self.reason}"]
        parts += [f"{c['field']}: {_show(c['before'])} → {_show(c['after'])}" for c in self.changes]
        if self.interrupts:
            parts.append("INTERRUPTS " + ", ".join(self.interrupts))
        return "; ".join(parts)

    def as_dict(self) -> dict[str, t.Any]:
        """For a return value."""
        return {
            "step": self.step,
            "verb": self.verb,
            "kind": self.kind,
            "name": self.name,
            "reason": self.reason,
            "changes": [dict(change) for change in self.changes],
            "interrupts": list(self.interrupts),
            "rolls": list(self.rolls),
            "text": str(self),
        }


def _show(value: t.Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(str, value)) + "]"
    return str(value)


def shown(changes: t.Iterable[Change]) -> tuple[t.Mapping[str, t.Any], ...]:
    """Changes as an action carries them."""
    return tuple(change.as_dict() for change in changes)


@dataclass
class Plan:
    """What to do for one link. `faults` refuse the whole run; `blocked` says why this link alone can't go on."""

    link: str
    uid: str
    state: str
    actions: list[Action] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    data: dict[str, t.Any] = field(default_factory=dict)
    device: DeviceLink | None = None  # the device's side of a link with one

    @property
    def steps(self) -> list[str]:
        """The steps that have something to do, in order."""
        order = (*PRESENT_STEPS, *ABSENT_STEPS)
        return sorted({action.step for action in self.actions}, key=order.index)

    @property
    def interruptions(self) -> list[Action]:
        return [action for action in self.actions if action.interrupts]

    @property
    def forced_steps(self) -> list[str]:
        """Steps whose modules must be told that they may interrupt: it was consented to, or nothing is up there."""
        found = {a.step for a in self.actions if a.forced or a.interrupts or any(c["interrupts"] for c in a.changes)}
        return [step for step in self.steps if step in found]

    @property
    def side_by_side(self) -> bool:
        """Whether it can be carried out together with other links' plans: nothing to be asked or looked after."""
        careful = {*CAREFUL_STEPS, *ABSENT_STEPS} & set(self.steps)
        return bool(self.actions) and not (careful or self.blocked or self.interruptions)

    def as_dict(self) -> dict[str, t.Any]:
        """For a return value; holds no key."""
        return {
            "link": self.link,
            "uid": self.uid,
            "state": self.state,
            "converged": not self.actions,
            "side_by_side": self.side_by_side,
            "steps": self.steps,
            "forced_steps": self.forced_steps,
            "actions": [action.as_dict() for action in self.actions],
            "text": [str(action) for action in self.actions],
            "interrupts": sorted({slot for action in self.actions for slot in action.interrupts}),
            "blocked": list(self.blocked),
            "notes": list(dict.fromkeys(self.notes)),
            **self.data,
        }
