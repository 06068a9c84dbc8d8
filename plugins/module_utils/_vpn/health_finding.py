# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what can be wrong with a link, in plain words with a remedy. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

ERROR, WARNING, INFO = "error", "warning", "info"

HEALTHY = "healthy"
NOT_CONFIGURED = "not configured"
RECORDS = "records differ"
ADMIN_DOWN = "admin DOWN"
MODIFYING = "being modified"
IPSEC_DOWN = "IPsec down"
BGP_DOWN = "IPsec up, BGP down"
NO_ROUTES = "BGP up, no routes"
NO_ROUTE = "route missing"
NO_PROPAGATION = "routes there, no propagation"
NEXT_HOP = "wrong next hop"
FIREWALL = "security group or network ACL in the way"
MTU = "MTU"
PING = "ping fails"
REDUNDANCY = "no redundancy"
# What causes what: the first of these that is found on a link is its verdict, because the later ones follow from it.
CAUSES = (
    NOT_CONFIGURED,
    RECORDS,
    ADMIN_DOWN,
    MODIFYING,
    IPSEC_DOWN,
    BGP_DOWN,
    NO_ROUTES,
    NO_ROUTE,
    NO_PROPAGATION,
    NEXT_HOP,
    FIREWALL,
    MTU,
    PING,
    REDUNDANCY,
)
# What waiting does not mend: somebody has to change a record.
LASTING = frozenset({NOT_CONFIGURED, RECORDS, ADMIN_DOWN, NO_PROPAGATION, NEXT_HOP, FIREWALL, MTU, PING})


@dataclass(frozen=True)
class Finding:
    """One thing that was found. `tunnel` is a slot, or empty where it concerns the whole link. Never holds a key."""

    level: str
    link: str
    tunnel: str
    verdict: str
    text: str
    remedy: str = ""

    @property
    def place(self) -> str:
        return f"link {self.link}" + (f", tunnel {self.tunnel}" if self.tunnel else "")

    @property
    def lasting(self) -> bool:
        return self.level == ERROR and self.verdict in LASTING

    def __str__(self) -> str:
        text = f"{self.place}: {self.verdict}: {self.text}"
        return f"{text}. Remedy: {self.remedy}." if self.remedy else f"{text}."

    def as_dict(self) -> dict[str, t.Any]:
        """For a return value."""
        return {**asdict(self), "place": self.place}


def worst(findings: t.Iterable[Finding]) -> str:
    """The verdict of the first cause among the errors."""
    found = {finding.verdict for finding in findings if finding.level == ERROR}
    return next((cause for cause in CAUSES if cause in found), HEALTHY)
