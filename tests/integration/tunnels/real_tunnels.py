# SPDX-License-Identifier: GPL-3.0-or-later
"""The three links of the lab, joined by site.yml, with tunnels that are real."""

from __future__ import annotations

from typing import Any

from tests.integration.playbooks.by_hand import Writer
from tests.integration.playbooks.conftest import Player
from tests.integration.playbooks.data_plane import LINKS, DataPlane
from tests.lab.dataplane.hand_made import eventually

Record = dict[str, Any]
VIRGINIA, IRELAND, BEIJING = LINKS
SLOTS = ("1-1", "1-2", "2-3", "2-4")


class RealTunnels(DataPlane):
    """The links as they were joined; what is broken later does not change which tunnel is which."""

    def __init__(self, player: Player) -> None:
        super().__init__(player)
        self.tunnels = {(link, slot): self.jd_tunnel(link, slot) for link in LINKS for slot in SLOTS}

    def pair(self, link: str, slot: str) -> tuple[str, str]:
        """JD Cloud's and AWS's outside address."""
        return self.tunnels[link, slot]["cloudPublicIp"], self.tunnels[link, slot]["customerIp"]

    def slot_of(self, end: str) -> tuple[str, str] | None:
        """Link and slot of an end as the data plane calls it; None if it came later."""
        pairs = {key: self.pair(*key) for key in self.tunnels}
        return next((key for key, (a, b) in pairs.items() if end in (f"{a}/{b}", f"{b}/{a}")), None)

    def writer(self, link: str) -> Writer:
        account, region, *_rest = LINKS[link]
        return Writer(self.lab, account, region)

    def ups(self) -> dict[str, set[str]]:
        """By link, the slots that carry packets as both ends see it."""
        ends = self.lab.admin("dataplane", "GET", "/state")["ends"]
        seen = {end["end"]: end["ipsec"] and end["bgp"] is not False for end in ends}
        found: dict[str, set[str]] = {link: set() for link in LINKS}
        for link, slot in self.tunnels:
            here, there = self.pair(link, slot)
            if seen.get(f"{here}/{there}") and seen.get(f"{there}/{here}"):
                found[link].add(slot)
        return found

    def told_up(self) -> dict[str, set[str]]:
        """By link, the slots that JD Cloud calls UP: an end whose peer has gone silent finds out by its next DPD."""
        records = [x for link in (VIRGINIA, BEIJING) for x in self.jdcloud(link).all("bgw", "vpnTunnels")]
        told = {(x["cloudPublicIp"], x["customerIp"]) for x in records if x["opStatus"] == "UP"}
        return {link: {slot for slot in SLOTS if self.pair(link, slot) in told} for link in LINKS}

    def wait_up(self, down: dict[str, set[str]] | None = None) -> None:
        """Until exactly these tunnels are down."""
        wanted = {link: set(SLOTS) - (down or {}).get(link, set()) for link in LINKS}
        eventually(lambda: self.ups() == wanted, f"exactly these are up: {wanted}")

    def probe(self, link: str) -> Record:
        """The machine at JD Cloud's end."""
        (machine,) = self.jdcloud(link).get("vm", "/instances?pageSize=100")["instances"]
        return dict(machine)

    def far_probe(self, link: str) -> Record:
        """The machine at AWS's end."""
        found = [i for r in self.aws(link).describe_instances()["Reservations"] for i in r["Instances"]]
        return next(i for i in found if i["State"]["Name"] == "running")
