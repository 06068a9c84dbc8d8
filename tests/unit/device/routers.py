# SPDX-License-Identifier: GPL-3.0-or-later
"""Pushes to the lab's routers without SSH between: the same consoles, called directly."""

from __future__ import annotations

import importlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from ansible.module_utils.connection import ConnectionError
from ansible_collections.intercloud.vpn.plugins.module_utils._device.stand_ins import Mask
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Link, Tunnel
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.proposals import Proposal
from ansible_collections.intercloud.vpn.plugins.plugin_utils import ios_router, vyos_router
from ansible_collections.intercloud.vpn.plugins.plugin_utils.router_push import Job
from ansible_collections.intercloud.vpn.plugins.plugin_utils.router_session import Session

from lab.devices.routers.ios import Ios
from lab.devices.routers.server import Console, HungUp
from lab.devices.routers.vyos import Vyos
from lab.devices.routers.vyos import parse as vyos_lines

ROUTERS = {"vyos": (Vyos, vyos_router), "cisco_iosxe": (Ios, ios_router)}
# What an operator may have there, in both words.
FOREIGN_VYOS = """
set vpn ipsec authentication psk office id 'b.example'
set vpn ipsec authentication psk office secret 'the-operators-own'
set policy prefix-list mine rule 5 action 'permit'
set policy prefix-list mine rule 5 prefix '10.0.0.0/8'
set protocols bgp system-as '65300'
set protocols bgp neighbor 10.9.9.9 remote-as '65009'
set protocols bgp address-family ipv4-unicast network 10.77.0.0/16
set protocols static route 10.66.0.0/16 next-hop 192.0.2.1
"""
FOREIGN_IOS = """
crypto ikev2 keyring office
peer office
address 198.51.100.99
pre-shared-key the-operators-own
exit
exit
interface Tunnel7
description not ours
exit
ip prefix-list mine seq 5 permit 10.0.0.0/8
router bgp 65300
neighbor 10.9.9.9 remote-as 65009
address-family ipv4
network 10.77.0.0 mask 255.255.0.0
exit-address-family
exit
ip route 10.66.0.0 255.255.0.0 192.0.2.1
"""


def tunnel(link: str, slot: str, number: int, **more: Any) -> Tunnel:
    return Tunnel(
        **{
            "name": f"{link}-{slot}", "number": number, "slot": slot, "mark": "g1-0a1b2c3d", "cloud": "jdcloud",
            "local_address": "192.0.2.9", "local_id": "192.0.2.9", "remote_address": f"198.51.100.{number}",
            "inside": f"169.254.{number}.0/30", "device_inside": f"169.254.{number}.1",
            "cloud_inside": f"169.254.{number}.2", "proposal": Proposal(), "preference": number % 3, **more,
        }
    )  # fmt: skip


def link(uid: str, first: int, routing: str = "bgp", count: int = 2, **more: Any) -> Link:
    tunnels = tuple(tunnel(uid, f"1-{n + 1}", first + n, **more) for n in range(count))
    return Link(uid, routing, 65000, ("192.168.50.0/24",), (f"10.{first}.0.0/16",), tunnels)


def device(family: str, *links: Link, **more: Any) -> Device:
    return Device(**{"name": "hq", "family": family, "asn": 65300, "router_id": "192.0.2.9", "links": links, **more})


class _Connection:
    """As the collection's plugin behind ansible.netcommon.network_cli, over no network."""

    def __init__(self, console: Console, errors: list[re.Pattern[bytes]]) -> None:
        self._console, self._errors = console, errors

    def get(self, command: str, prompt: str | None, answer: str | None) -> str:
        try:
            said = self._console.say(command)
            if prompt and re.search(prompt, self._console.prompt):
                said += self._console.say(answer or "")
        except HungUp:
            raise ConnectionError("Socket is closed") from None
        if any(pattern.search(f"\n{said}".encode()) for pattern in self._errors):
            raise ConnectionError(said)
        return said.rstrip("\n")

    def run_commands(self, commands: list[dict[str, str]], check_rc: bool) -> list[str]:
        assert not check_rc
        try:
            return [self._console.say(line["command"]) for line in commands]
        except HungUp:
            return ["Socket is closed"]


@dataclass
class Machine:
    """A router of a family, and pushes to it."""

    family: str
    foreign: bool = True
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kind, self._plugin = ROUTERS[self.family]
        self.router: Any = kind(**self.options)
        if self.foreign and self.family == "vyos":
            self.router.running |= vyos_lines(FOREIGN_VYOS)
            self.router.files["config.boot"] = dict(self.router.running)
        elif self.foreign:
            self.router.configure(FOREIGN_IOS)
            self.router.console().say("write memory")

    @property
    def text(self) -> str:
        """Everything that is configured; what was encrypted anew is the same key."""
        text: str = self.router.show()
        for told, key in getattr(self.router, "keys", {}).items():
            text = text.replace(told, f"encrypted({key})")
        return text

    @property
    def saved(self) -> bool:
        name = "config.boot" if self.family == "vyos" else "startup-config"
        return bool(self.router.files[name] == self.router.running)

    def push(self, wanted: Device, generation: str = "", **more: Any) -> dict[str, Any]:
        keys = {x.name: f"key_of_{x.name}{generation}" for x in wanted.tunnels}
        mask = Mask(keys.values())
        collection, _dot, name = self._plugin.NETWORK_OS.rpartition(".")
        terminal = importlib.import_module(f"ansible_collections.{collection}.plugins.terminal.{name}")
        errors = terminal.TerminalModule.terminal_stderr_re
        session = Session(_Connection(self.router.console(), errors), mask, errors)
        result: dict[str, Any] = mask.data(self._plugin.push(session, Job(wanted, keys, mask, **more)))
        shown = json.dumps(result)
        hidden = [*keys.values(), "the-operators-own", *getattr(self.router, "keys", ())]
        assert not [key for key in hidden if key in shown]
        return result
