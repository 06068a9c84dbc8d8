# SPDX-License-Identifier: GPL-3.0-or-later
"""Things made to go wrong on purpose in the data plane, and their repair.

kill         the strongSwan of a tunnel's end dies and stays dead: `end` is `LOCAL/REMOTE`, its two public addresses
black_hole   what comes from or goes to `address` vanishes on the Internet
short        the tunnels of `gateway` lose packets longer than `bytes` without a word
"""

from __future__ import annotations

import ipaddress
from typing import Any

from lab.dataplane.fabric import Fabric

KINDS = ("kill", "black_hole", "short")
Record = dict[str, Any]


class Faults:
    def __init__(self, fabric: Fabric) -> None:
        self._fabric = fabric

    def as_list(self) -> list[Record]:
        with self._fabric.lock:
            ends = self._fabric.world.tunnels
            found: list[Record] = [
                {"kind": "kill", "end": f"{ends[key].local}/{ends[key].remote}"}
                for key, ike in self._fabric.ends.items()
                if ike.killed
            ]
            found += [{"kind": "black_hole", "address": item} for item in sorted(self._fabric.black_holes)]
            return found + [{"kind": "short", "gateway": k, "bytes": v} for k, v in self._fabric.longest.items()]

    def add(self, values: Record) -> None:
        """ValueError says what is wrong with it."""
        kind = values.get("kind")
        with self._fabric.lock:
            if kind == "kill":
                self._fabric.ends[self.end(values.get("end"))].kill()
            elif kind == "black_hole":
                self._fabric.black_holes.add(str(ipaddress.IPv4Address(values.get("address", ""))))
            elif kind == "short":
                known = sorted(self._fabric.world.gateways)
                if values.get("gateway") not in known:
                    raise ValueError(f"gateway must be one of {', '.join(known)}")
                self._fabric.longest[values["gateway"]] = int(values.get("bytes", 1000))
            else:
                raise ValueError(f"kind must be one of {', '.join(KINDS)}")
            self._fabric.faults_have_changed()

    def end(self, pair: Any) -> str:
        """The end that is `LOCAL/REMOTE`."""
        ends = {f"{end.local}/{end.remote}": key for key, end in self._fabric.world.tunnels.items()}
        if pair not in ends:
            raise ValueError(f"end must be one of {', '.join(sorted(ends)) or 'none: there is no tunnel'}")
        return ends[pair]

    def repair(self) -> None:
        """Everything that was made to go wrong is well again."""
        with self._fabric.lock:
            self._fabric.black_holes.clear()
            self._fabric.longest.clear()
            self._fabric.faults_have_changed()
            for key in [key for key, ike in self._fabric.ends.items() if ike.killed]:
                self._fabric.revive(key)
