# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's one device, `hq-router`: two public addresses, a network behind it, and a host in that network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lab.dataplane.netns import Namespaces
from lab.dataplane.plumbing import INTERNET, Plumbing
from lab.devices.interfaces import Interfaces
from lab.devices.machine import Machine
from lab.devices.ssh import SshPort
from lab.devices.swanctl import Swanctl

NAME = "hq-router"
# Globally routable, which both clouds demand, and nobody's: the relays of 6to4, given up (RFC 7526).
ADDRESSES = ("192.88.99.10", "192.88.99.11")
LAN, LAN_ADDRESS, HOST_ADDRESS = "192.168.50.0/24", "192.168.50.1", "192.168.50.10"
_SPACE, _HOST = "hq", "hq-lan"
_CABLE = ("100.127.254.1", "100.127.254.2")  # to the Internet; shared address space, as the other cables


class LinuxDevice:
    def __init__(self, spaces: Namespaces, plumbing: Plumbing, folder: Path) -> None:
        self.spaces, self.plumbing, self.folder = spaces, plumbing, folder / "hq"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.machine = Machine(spaces, self.folder / "machine", _SPACE, NAME)
        self.ssh = SshPort(self.machine, self.folder)
        self._begin()
        self.ssh.start()

    def _begin(self) -> None:
        """As it comes from the factory."""
        self._cables()
        self.machine.prepare()
        self.ssh.make_keys()
        self.interfaces = Interfaces(self.spaces, self.plumbing, self.folder, self.machine)
        self.swanctl = Swanctl(self.machine.programs, self.machine.shared, self.interfaces.swanctl)
        self.swanctl.start()
        self.machine.start()
        self.interfaces.start()

    def _end(self) -> None:
        self.interfaces.stop()
        self.swanctl.stop()
        self.spaces.unplug(INTERNET, _SPACE)
        self.spaces.delete(_SPACE, _HOST)

    def reset(self) -> None:
        """Back to the factory's state; the keys of SSH are new, its port stays."""
        self._end()
        self._begin()

    def stop(self) -> None:
        self.ssh.stop()
        self.interfaces.stop()
        self.swanctl.stop()

    def _cables(self) -> None:
        near, far = _CABLE
        self.spaces.add(_SPACE, _HOST)
        self.spaces.veth((INTERNET, _SPACE), (_SPACE, "wan"))
        self.spaces.veth((_SPACE, "lan"), (_HOST, "eth0"))
        own = [f"addr add {address}/32 dev wan" for address in ADDRESSES]
        self.spaces.batch(
            _SPACE,
            [
                f"addr add {far}/30 dev wan",
                *own,
                "link set wan up",
                f"route add default via {near} src {ADDRESSES[0]}",
                f"addr add {LAN_ADDRESS}/24 dev lan",
                "link set lan up",
            ],
        )
        routes = [f"route add {address}/32 via {far} dev {_SPACE}" for address in ADDRESSES]
        self.spaces.batch(INTERNET, [f"addr add {near}/30 dev {_SPACE}", f"link set {_SPACE} up", *routes])
        self.spaces.batch(
            _HOST,
            [f"addr add {HOST_ADDRESS}/24 dev eth0", "link set eth0 up", f"route add default via {LAN_ADDRESS}"],
        )

    def description(self) -> dict[str, Any]:
        """What an inventory needs."""
        return {
            NAME: {
                "host": "127.0.0.1",
                "port": self.ssh.port,
                "user": "root",
                "private_key_file": str(self.ssh.client_key),
                "known_hosts_file": str(self.ssh.known_hosts),
                "addresses": list(ADDRESSES),
                "ranges": [LAN],
                "lan_host": {"address": HOST_ADDRESS, "namespace": self.spaces.full(_HOST)},
                "tunnel_interfaces": "external",
            }
        }
