# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a push to a router is, whichever family it has."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..module_utils._device.narrowing import kept_numbers, narrowed
from ..module_utils._device.stand_ins import Mask, tokens
from ..module_utils._render.families import render
from ..module_utils._render.model import Device
from ..module_utils._render.wording import label

Record = dict[str, t.Any]


class Failed(Exception):
    """The push did not succeed; the message says how the device was left. `applied` are lines that stay, masked."""

    def __init__(self, message: str, applied: t.Sequence[str] = ()) -> None:
        super().__init__(message)
        self.applied = list(applied)


@dataclass
class Job:
    """`keep` and `only` as the module has them; `minutes` after which an unconfirmed change is taken back."""

    device: Device
    keys: t.Mapping[str, str]
    mask: Mask
    keep: t.Sequence[str] = ()
    only: t.Sequence[str] = ()
    minutes: int = 5
    check_mode: bool = False

    def wanted(self, present: t.Mapping[int, tuple[str, str]]) -> tuple[Device, set[int]]:
        """What of the device this push brings about, and the numbers of tunnels that stay as they are."""
        names = {number: name for number, (name, _mark) in present.items()}
        kept = kept_numbers(names, self.keep, self.only)
        return narrowed(self.device, kept, self.only), kept

    def touched(self, labels: t.Iterable[str]) -> list[str]:
        """Tunnels by name where the model has them; `shared` for what they have in common."""
        known = {label(tunnel): tunnel.name for tunnel in self.device.tunnels}
        return sorted({known.get(item, item or "shared") for item in labels})


def text(device: Device) -> str:
    """The device's configuration with stand-ins for the keys."""
    parts = render(device, tokens(tunnel.name for tunnel in device.tunnels)) if device.links else []
    return "".join(part.text for part in parts)


def line_diff(what: str, before: str, after: str) -> list[Record]:
    return [{"before": before, "after": after, "before_header": what, "after_header": what}]
