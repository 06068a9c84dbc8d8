# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: VyOS's configuration as `set` lines: whose they are, and what differs. Pure."""

from __future__ import annotations

import re
import shlex
import typing as t
from dataclasses import dataclass

from .._render.wording import FIRST_INTERFACE
from .set_lines import Path
from .stand_ins import ANOTHER, MASK, TOKEN, Mask, masked

SECRET: Path = ("vpn", "ipsec", "authentication", "psk")
BGP: Path = ("protocols", "bgp")
DESCRIPTION = re.compile(r"intercloud\.vpn (\S+) (\S+)$")
# Where things of ours stand, and how deep: what is under one of them goes with it.
ROOTS = (
    (("vpn", "ipsec", "site-to-site", "peer"), r"icv(\d+)$"),
    (("vpn", "ipsec", "esp-group"), r"icv(\d+)$"),
    (("vpn", "ipsec", "ike-group"), r"icv(\d+)$"),
    (SECRET, r"icv(\d+)$"),
    (("policy", "prefix-list"), r"icv(\d+)-(?:accept|announce)$"),
    (("policy", "route-map"), r"icv(\d+)-(?:in|out)$"),
    (("interfaces", "vti"), r"vti(\d{5})$"),
)
# What names something goes before it.
ORDER = (
    ("protocols",),
    ("policy", "route-map"),
    ("policy",),
    ("vpn", "ipsec", "site-to-site"),
    ("vpn",),
    ("firewall",),
    ("interfaces",),
)


@dataclass(frozen=True)
class Difference:
    """`delete` and `set` lines, keys as stand-ins, and the text of what is ours before and after."""

    missing: tuple[Path, ...]
    surplus: tuple[Path, ...]
    commands: tuple[str, ...]
    before: str
    after: str


def without_keys(
    present: t.Iterable[Path], want: t.Iterable[Path], keys: t.Mapping[str, str], mask: Mask
) -> dict[Path, None]:
    """The device's lines with stand-ins for the keys. A key that is shown masked is judged by its mark."""
    lines, wanted = list(present), list(want)
    stand_ins = {path[4]: path[6] for path in wanted if path[:4] == SECRET and path[5:6] == ("secret",)}
    found: dict[Path, None] = {}
    for there in lines:
        path = there
        if _is_key(path):
            stand_in, shown = stand_ins.get(path[4], ""), path[-1]
            token = TOKEN.match(stand_in)
            if token and (shown == keys[token[1]] or (_hidden(shown) and _same_mark(path[4], lines, wanted))):
                path = (*path[:-1], stand_in)
            else:
                mask.hide("" if _hidden(shown) else shown, ANOTHER)
                path = (*path[:-1], ANOTHER if stand_in else MASK)
        found[path] = None
    return found


def _hidden(shown: str) -> bool:
    """As users without the right to see keys get them, and `strip-private` shows them."""
    return set(shown) <= {"*", "x"}


def _same_mark(name: str, *configurations: t.Iterable[Path]) -> bool:
    peer = ("vpn", "ipsec", "site-to-site", "peer", name, "description")
    told = [{path[6] for path in lines if path[:6] == peer} for lines in configurations]
    return told[0] == told[1] != set()


class Ours:
    """Tells whose a line is.

    `kept` are the numbers of tunnels that are to be left as the device has them; with any of them what tunnels share is
    not taken away. `zone` is the tunnels' zone where the model has one.
    """

    def __init__(
        self,
        present: t.Iterable[Path],
        want: t.Iterable[Path],
        asn: int,
        own_process: bool,
        kept: t.Collection[int],
        zone: str,
    ) -> None:
        lines = [*present, *want]
        self.numbers = {n for path in lines if (n := _named(path)) is not None and path[:2] != ("interfaces", "vti")}
        self.kept = set(kept)
        self.own_process = own_process and not self.kept and (*BGP, "system-as", str(asn)) in lines
        self.own_process_stays = any(path[:2] == BGP for path in want)
        self.zone = zone
        self.neighbors: dict[str, int] = {}
        announced: dict[str, set[int]] = {}
        self.hops: dict[Path, int] = {}
        for path in lines:
            if path[:3] == (*BGP, "neighbor") and path[4:7] == ("address-family", "ipv4-unicast", "route-map"):
                if name := re.match(r"icv(\d+)-", path[-1]):
                    self.neighbors[path[3]] = int(name[1])
            elif path[:2] == ("policy", "prefix-list") and path[2].endswith("-announce") and path[5:6] == ("prefix",):
                announced.setdefault(path[6], set()).add(int(_digits(path[2])))
            elif (
                path[:3] == ("protocols", "failover", "route")
                and path[6:7] == ("interface",)
                and (interface := re.match(r"vti(\d{5})$", path[7]))
            ):
                self.hops[path[:6]] = int(interface[1]) - FIRST_INTERFACE
        foreign = {p[3] for p in lines if p[:3] == ("protocols", "failover", "route") and p[:6] not in self.hops}
        self.whole_routes = {hop[3] for hop in self.hops} - foreign
        self.originated = {prefix for prefix, by in announced.items() if not by & self.kept}

    def root(self, path: Path) -> tuple[Path, str]:
        """The thing of ours that a line belongs to, and what it is called; empty where it is the operator's."""
        if (number := _named(path)) is not None:
            return self._of(number, path[: _depth(path)])
        if path[:3] == (*BGP, "neighbor") and path[3:4] and path[3] in self.neighbors:
            return self._of(self.neighbors[path[3]], path[:4])
        if path[:6] in self.hops:
            return self._of(self.hops[path[:6]], path[: 4 if path[3] in self.whole_routes else 6])
        if (
            path[:2] == ("firewall", "zone")
            and path[3:4] == ("interface",)
            and (member := re.match(r"vti(\d{5})$", path[4]))
        ):
            return self._of(int(member[1]) - FIRST_INTERFACE, path)
        shared = self._shared(path) if not self.kept else ()
        return shared, "shared" if shared else ""

    def _of(self, number: int, root: Path) -> tuple[Path, str]:
        ours = number in self.numbers and number not in self.kept
        return (root, f"icv{number}") if ours else ((), "")

    def _shared(self, path: Path) -> Path:
        if path[:2] == BGP and self.own_process and not self.own_process_stays:
            return BGP
        if path[:4] == (*BGP, "parameters", "router-id") and self.own_process:
            return path[:4]
        if path[:5] == (*BGP, "address-family", "ipv4-unicast", "network") and path[5:6] and path[5] in self.originated:
            return path[:6]
        if self.zone and path[:3] == ("firewall", "zone", self.zone):
            return path[:3]
        return ()


def tunnels(present: t.Iterable[Path]) -> dict[int, tuple[str, str]]:
    """By number which tunnels there are: `UID-SLOT`, and which key it has, as its interface's description says."""
    return {
        int(path[2][3:]) - FIRST_INTERFACE: (told[1], told[2])
        for path in present
        if path[:2] == ("interfaces", "vti") and path[3:4] == ("description",) and (told := DESCRIPTION.match(path[4]))
    }


def _named(path: Path) -> int | None:
    for above, pattern in ROOTS:
        if path[: len(above)] == above and len(path) > len(above) and (match := re.match(pattern, path[len(above)])):
            return int(match[1]) - (FIRST_INTERFACE if above[0] == "interfaces" else 0)
    return None


def _depth(path: Path) -> int:
    return next(len(above) + 1 for above, _pattern in ROOTS if path[: len(above)] == above)


def _digits(name: str) -> str:
    match = re.match(r"icv(\d+)-", name)
    return match[1] if match else "-1"


def compare(present: t.Mapping[Path, t.Any], want: t.Mapping[Path, t.Any], ours: Ours) -> Difference:
    roots = {path: root for path in present if (root := ours.root(path)[0])}
    held = [path for path in present if path in want or path in roots]
    missing = tuple(path for path in want if path not in present)
    surplus = tuple(path for path in held if path not in want)
    stays = [*want, *(path for path in present if path not in surplus)]
    deletions = {_least(path, len(roots[path]), stays): None for path in surplus}
    # What holds one value is replaced by `set`; a key is never said in order to be deleted.
    for path in list(deletions):
        if _is_key(path):
            del deletions[path]
            if not any(other[:6] == path[:6] for other in missing):
                deletions[path[:6]] = None
    gone = sorted((x for x in deletions if not any(x[:n] in deletions for n in range(1, len(x)))), key=_rank)
    commands = [f"delete {line(path)}" for path in gone] + [f"set {line(path)}" for path in missing]
    return Difference(missing, surplus, tuple(commands), _text(held), _text(want))


def way_back(now: t.Iterable[Path], then: t.Iterable[Path]) -> tuple[list[str], dict[str, str]]:
    """What turns a configuration into an earlier one, and the earlier keys behind its stand-ins."""
    now, then = list(now), list(then)
    lines, keys = [], {}
    for path in now:
        if path not in then:
            lines.append(f"delete {line(path[:-1] if _is_key(path) else path)}")
    for before in then:
        path = before
        if path not in now:
            if _is_key(path):
                keys[path[4]] = shlex.quote(path[-1])
                path = (*path[:-1], f"<key:{path[4]}>")
            lines.append(f"set {line(path)}")
    return lines, keys


def _is_key(path: Path) -> bool:
    return path[:4] == SECRET and path[5:6] == ("secret",)


def _least(path: Path, depth: int, stays: t.Sequence[Path]) -> Path:
    """The shortest beginning of the path, not above the thing of ours, under which nothing stays."""
    for length in range(depth, len(path)):
        if not any(other[:length] == path[:length] for other in stays):
            return path[:length]
    return path


def _rank(path: Path) -> int:
    return next((n for n, above in enumerate(ORDER) if path[: len(above)] == above), len(ORDER))


def line(path: Path) -> str:
    """As VyOS itself would show it; stand-ins and names are left as they are."""
    return " ".join(
        word if re.fullmatch(r"[\w./:@%+,=-]+", word) or TOKEN.fullmatch(word) else f"'{word}'" for word in path
    )


def _text(paths: t.Iterable[Path]) -> str:
    return "".join(sorted(f"set {masked(line(path))}\n" for path in paths))
