# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what a VPN device has to do for its links, vendor-neutral. Pure.

Every family's file turns this one model into its own configuration. It holds no key: keys are given beside it, by the
tunnel's name, when a configuration is written.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import asdict, dataclass

from .._vpn.proposals import Proposal

ROUTING = ("bgp", "static")
# JD Cloud asks for an MTU of at most 1400 and does no path MTU discovery; 40 bytes of IPv4 and TCP headers less.
MTU, MSS = 1400, 1360
# Both clouds' ends restart what they call dead after 30 s (JD Cloud asks every 10 s).
DPD_INTERVAL, DPD_TIMEOUT = 10, 30
# Both clouds negotiate the lower of both ends' hold times; AWS's own is 30 s.
BGP_KEEPALIVE, BGP_HOLD = 10, 30
FIRST_PREFERENCE = 200  # local preference of the best tunnel; each next one has 10 less

Network = ipaddress.IPv4Network


@dataclass(frozen=True)
class Tunnel:
    """One IPsec tunnel of the device, routed through an interface of its own.

    `number` is unique on the device and never changes while the tunnel lives (it is the place of the inside block in
    the pool, 0 to 1017), so it numbers the interface. `name` is the link's uid and the slot. `mark` says which key the
    tunnel has (`g2-0a1b2c3d`): it stands in a description, because most families show keys encrypted.
    `preference` is 0 for the tunnel to use first, 1 for the next one, and so on.
    """

    name: str
    number: int
    slot: str
    mark: str
    cloud: str  # jdcloud or aws
    local_address: str  # on the device's interface; behind NAT not the public one
    local_id: str  # IKE identity of the device: its public address
    remote_address: str  # also the cloud's IKE identity
    inside: str  # the /30
    device_inside: str
    cloud_inside: str
    proposal: Proposal
    preference: int = 0
    enabled: bool = True

    @property
    def behind_nat(self) -> bool:
        return self.local_address != self.local_id

    @property
    def local_preference(self) -> int:
        """For what is learned; the cloud's choice follows `prepend`."""
        return FIRST_PREFERENCE - 10 * self.preference

    @property
    def prepend(self) -> int:
        """How often the device's ASN is put before what it announces."""
        return self.preference


@dataclass(frozen=True)
class Link:
    """The tunnels of one link, and what may pass them. `announce` is behind the device, `accept` behind the cloud."""

    uid: str
    routing: str
    cloud_asn: int
    announce: tuple[str, ...]
    accept: tuple[str, ...]
    tunnels: tuple[Tunnel, ...]

    @property
    def bgp(self) -> bool:
        return self.routing == "bgp"


@dataclass(frozen=True)
class Device:
    """One device with all its links. `wan` is the interface that the tunnels leave by; `zone` that of all tunnels: the
    clouds route asymmetrically, so the way back may come through another tunnel. It is empty where a family
    has no zones or the device uses none.

    `bgp_process` is `shared` where the device may run BGP for other purposes (then the process itself and its router id
    are never removed or changed), `own` where it runs for these links alone. `zone_firewall` says that a family whose
    zones are optional filters between zones: an interface in a zone there talks to no interface without one.
    `tunnel_interfaces` is for Linux: `xfrm`, or `external` where something else makes interfaces of these names.
    """

    name: str
    family: str
    asn: int
    router_id: str
    wan: str = ""
    zone: str = "intercloud"
    bgp_process: str = "shared"
    zone_firewall: bool = False
    tunnel_interfaces: str = "xfrm"
    links: tuple[Link, ...] = ()

    @property
    def tunnels(self) -> tuple[Tunnel, ...]:
        return tuple(tunnel for link in self.links for tunnel in link.tunnels)

    def as_dict(self) -> dict[str, t.Any]:
        """As JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: t.Mapping[str, t.Any]) -> Device:
        """The opposite of `as_dict`; unknown keys are an error (TypeError)."""
        links = tuple(_link(item) for item in data.get("links", ()))
        return cls(**{**data, "links": links})


def _link(data: t.Mapping[str, t.Any]) -> Link:
    tunnels = tuple(Tunnel(**{**x, "proposal": Proposal(**x["proposal"])}) for x in data["tunnels"])
    return Link(**{**data, "announce": tuple(data["announce"]), "accept": tuple(data["accept"]), "tunnels": tunnels})


Keys = t.Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """A piece of a device's configuration: a file, or lines for a command line.

    `path` is empty for lines. `remove` is what takes exactly these lines away again; of a file, the commands to run
    once it is deleted. `apply` are the commands to run after a change, or to keep lines over a restart: each once,
    after the last part is written. Parts are written in their order and removed in the opposite one. `secret` says
    that keys stand in it: files get mode 0600, and no log shows it.
    """

    name: str
    text: str
    path: str = ""
    remove: str = ""
    apply: str = ""
    secret: bool = False


class Refused(ValueError):
    """What a family can't do, in one sentence that names the family, the setting and what it can do."""
