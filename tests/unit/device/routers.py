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
from ansible_collections.intercloud.vpn.plugins.plugin_utils import ios_router, junos_router, vyos_router
from ansible_collections.intercloud.vpn.plugins.plugin_utils.router_push import Job
from ansible_collections.intercloud.vpn.plugins.plugin_utils.router_session import Session
from lxml import etree

from lab.devices.routers.ios import Ios
from lab.devices.routers.junos import Junos, JunosNetconf, RpcError
from lab.devices.routers.junos import parse as junos_lines
from lab.devices.routers.server import Console, HungUp
from lab.devices.routers.vyos import Vyos
from lab.devices.routers.vyos import parse as vyos_lines

ROUTERS = {"vyos": (Vyos, vyos_router), "cisco_iosxe": (Ios, ios_router), "juniper_srx": (Junos, junos_router)}
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


FOREIGN_JUNOS = """
set security ike policy office pre-shared-key ascii-text "$9$the-operators-own"
set security zones security-zone trust interfaces ge-0/0/1.0
set security zones security-zone intercloud
set groups theirs system services ssh
set apply-groups theirs
set routing-options static route 10.66.0.0/16 next-hop 192.0.2.1
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
    return Device(
        **{
            "name": "hq",
            "family": family,
            "asn": 65300,
            "router_id": "192.0.2.9",
            "wan": "ge-0/0/0.0",
            "links": links,
            **more,
        }
    )


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


class _Netconf:
    """As the collection's plugin behind ansible.netcommon.netconf, over no network."""

    def __init__(self, session: JunosNetconf) -> None:
        self._session = session

    def __getattr__(self, request: str) -> Any:
        def call(**options: Any) -> str:
            element = etree.Element(_NETCONF.get(request, request.replace("_", "-")))
            for name, value in options.items():
                if name == "config":
                    etree.SubElement(element, "configuration-set").text = value
                elif name in {"format", "action"}:
                    element.set(name, value)
                elif name == "timeout":
                    etree.SubElement(element, "confirm-timeout").text = str(value)
                else:
                    etree.SubElement(element, name)
            try:
                return f"<rpc-reply>{self._session.reply(element)}</rpc-reply>"
            except RpcError as error:
                raise ConnectionError(f"<rpc-error><error-message>{error}</error-message></rpc-error>") from None
            except HungUp:
                raise ConnectionError("Not connected to NETCONF server") from None

        return call


_NETCONF = {"commit": "commit-configuration"}


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
        elif self.foreign and self.family == "juniper_srx":
            self.router.committed |= junos_lines(FOREIGN_JUNOS)
        elif self.foreign:
            self.router.configure(FOREIGN_IOS)
            self.router.console().say("write memory")

    @property
    def text(self) -> str:
        """Everything that is configured; what was encrypted anew is the same key."""
        text: str = self.router.show()
        if self.family == "juniper_srx":
            text = "\n".join(sorted(text.splitlines()))
        for told, key in getattr(self.router, "keys", {}).items():
            text = text.replace(told, f"encrypted({key})")
        return text

    @property
    def saved(self) -> bool:
        if self.family == "juniper_srx":
            return bool(self.router.waiting is None)
        name = "config.boot" if self.family == "vyos" else "startup-config"
        return bool(self.router.files[name] == self.router.running)

    def _session(self, mask: Mask) -> Any:
        if self.family == "juniper_srx":
            return junos_router.Session(_Netconf(self.router.netconf()), mask)
        collection, _dot, name = self._plugin.NETWORK_OS.rpartition(".")
        terminal = importlib.import_module(f"ansible_collections.{collection}.plugins.terminal.{name}")
        errors = terminal.TerminalModule.terminal_stderr_re
        return Session(_Connection(self.router.console(), errors), mask, errors)

    def push(self, wanted: Device, generation: str = "", **more: Any) -> dict[str, Any]:
        keys = {x.name: f"key_of_{x.name}{generation}" for x in wanted.tunnels}
        mask = Mask(keys.values())
        session = self._session(mask)
        result: dict[str, Any] = mask.data(self._plugin.push(session, Job(wanted, keys, mask, **more)))
        shown = json.dumps(result)
        hidden = [*keys.values(), "the-operators-own", *getattr(self.router, "keys", ())]
        assert not [key for key in hidden if key in shown]
        return result
