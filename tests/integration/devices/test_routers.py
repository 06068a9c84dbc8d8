# SPDX-License-Identifier: GPL-3.0-or-later
"""Role vpn_device pushes to routers as users do: over SSH, by network_cli and libssh and the vendors' own collections."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device

from lab.devices.routers.server import PASSWORD, USER, SshServer
from tests.unit.device.routers import Machine, device, link

ROOT = Path(__file__).resolve().parents[3]
NETWORK_OS = {
    "vyos": "vyos.vyos.vyos",
    "cisco_iosxe": "cisco.ios.ios",
    "juniper_srx": "junipernetworks.junos.junos",
}
TRANSPORT = {"juniper_srx": "ansible.netcommon.netconf"}
FAMILIES = sorted(NETWORK_OS)
PLAY = [{"hosts": "all", "gather_facts": False, "roles": [{"role": "intercloud.vpn.vpn_device"}]}]


@dataclass
class Reached:
    """A router, its SSH server, and an inventory in which it is a host.

    libssh takes known hosts from the account's own file alone, which is none of a test's business: so keys of hosts are
    not checked here, but for one test that they are by default.
    """

    machine: Machine
    server: SshServer
    folder: Path
    sockets: str
    logged: bool = False  # although it is Junos

    def push(self, wanted: Device, *args: str, generation: str = "", **more: Any) -> dict[str, Any]:
        """What ansible-playbook did, with its result for the one task that counts, and all that it printed."""
        host = {
            "ansible_host": "127.0.0.1", "ansible_port": self.server.port, "ansible_user": USER, "ansible_password": PASSWORD,
            "ansible_connection": TRANSPORT.get(wanted.family, "ansible.netcommon.network_cli"), "ansible_network_cli_ssh_type": "libssh",
            "ansible_network_os": NETWORK_OS[wanted.family], "vpn_device_state": "pushed",
            "vpn_device_model": wanted.as_dict(),
            "vpn_device_keys": {x.name: f"key_of_{x.name}{generation}" for x in wanted.tunnels},
            **more,
        }  # fmt: skip
        inventory, play = self.folder / "hosts.yml", self.folder / "play.yml"
        inventory.write_text(yaml.safe_dump({"all": {"hosts": {"gw": host}}}), encoding="utf-8")
        play.write_text(yaml.safe_dump(PLAY), encoding="utf-8")
        env = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8", "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "json", "ANSIBLE_PERSISTENT_CONTROL_PATH_DIR": self.sockets,
            "ANSIBLE_HOST_KEY_CHECKING": "false",
            "ANSIBLE_PERSISTENT_BUFFER_READ_TIMEOUT": "0.01",
        }  # fmt: skip
        log = self.folder / "ansible.log"
        if wanted.family != "juniper_srx" or self.logged:
            env["ANSIBLE_LOG_PATH"] = str(log)
        done = subprocess.run(
            ["ansible-playbook", "-i", str(inventory), str(play), "-vvvv", "--diff", *args],
            capture_output=True, text=True, env=env, cwd=ROOT, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        text = done.stdout + done.stderr + (log.read_text(encoding="utf-8") if log.exists() else "")
        log.unlink(missing_ok=True)
        assert not [key for key in host["vpn_device_keys"].values() if key in text]
        return {"code": done.returncode, "text": text, **_result(done.stdout)}


def _result(text: str) -> dict[str, Any]:
    """The result of the role's task, as -v prints it."""
    begin = text.index("TASK [intercloud.vpn.vpn_device : Bring the device")
    for marker in ("=> {", "FAILED! => {"):
        place = text.find(marker, begin)
        if place >= 0:
            found: dict[str, Any] = json.JSONDecoder().raw_decode(text[place + len(marker) - 1 :])[0]
            return found
    raise AssertionError(text[-4000:])


@pytest.fixture
def reach(tmp_path: Path) -> Iterator[Any]:
    servers: list[SshServer] = []
    sockets = tempfile.mkdtemp(prefix="icv")

    def make(family: str) -> Reached:
        machine = Machine(family)
        servers.append(SshServer(machine.router))
        return Reached(machine, servers[-1], tmp_path, sockets)

    yield make
    for server in servers:
        server.close()
    shutil.rmtree(sockets)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_first_push_changes_the_second_does_not_and_a_hand_is_corrected(reach: Any, family: str) -> None:
    router = reach(family)
    wanted = device(family, link("a", 10, count=1), link("b", 20, "static", count=1))
    before = router.machine.text
    shown = router.push(wanted, "--check")
    assert shown["code"] == 0, shown["msg"]
    assert (shown["code"], shown["changed"], router.machine.text) == (0, True, before)
    first = router.push(wanted)
    assert (first["code"], first["changed"], first["commands"]) == (0, True, shown["commands"])
    assert "warnings" not in first
    assert router.machine.saved
    pushed = router.machine.text
    second = router.push(wanted)
    assert (second["code"], second["changed"], second["diff"]) == (0, False, [])

    if family == "vyos":
        console = router.machine.router.console()
        for line in ("configure", "set interfaces vti vti10010 mtu 1500", "commit", "save", "exit"):
            console.say(line)
    elif family == "juniper_srx":
        lines = router.machine.router.committed
        (mtu,) = (path for path in lines if path[1] == "icv10" and path[-2] == "mtu")
        del lines[mtu]
        lines[(*mtu[:-1], "1500")] = None
    else:
        router.machine.router.configure("interface Tunnel10010\nip mtu 1500")
    mended = router.push(wanted)
    assert (mended["code"], mended["changed"], mended["touched"]) == (0, True, ["a-1-1"])
    assert "1500" in mended["diff"][0]["before"] and "1500" not in mended["diff"][0]["after"]
    assert router.machine.text == pushed
    gone = router.push(device(family))
    assert (gone["code"], gone["changed"], router.machine.text) == (0, True, before)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_new_key_is_for_one_tunnel_and_shown_nowhere(reach: Any, family: str) -> None:
    router = reach(family)
    router.push(device(family, link("a", 10)))
    rekeyed = device(family, link("a", 10, mark="g2-99999999"))
    result = router.push(rekeyed, generation="-second", vpn_device_only=["a-1-2"])
    assert (result["code"], result["touched"]) == (0, ["a-1-2"])
    assert router.machine.text.count("key_of_a-1-2-second") == 1
    assert "key_of_a-1-1-second" not in router.machine.text
    hidden = ["key_of_", "the-operators-own", *getattr(router.machine.router, "keys", ())]
    assert not [key for key in hidden if key in result["text"]]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_push_that_fails_is_taken_back(reach: Any, family: str) -> None:
    router = reach(family)
    router.push(device(family, link("a", 10, count=1)))
    before = router.machine.text
    if family == "juniper_srx":
        router.machine.router.faults.fail_commit = "commit failed"
    else:
        router.machine.router.faults.refuse_line = 40
    result = router.push(device(family, link("a", 10, count=1), link("b", 20, count=1)))
    assert result["code"] == 2 and result["applied"] == []
    end = "put back to what it was" if family == "cisco_iosxe" else "nothing was changed"
    assert end in result["msg"]
    assert (router.machine.text, router.machine.saved) == (before, True)


def test_a_line_that_holds_a_key_is_refused_without_a_word_of_it(reach: Any) -> None:
    router = reach("cisco_iosxe")
    wanted = device("cisco_iosxe", link("a", 10, count=1))
    commands = router.push(wanted, "--check")["commands"]
    (key,) = (n for n, line in enumerate(commands) if line == "pre-shared-key ********")
    router.machine.router.faults.refuse_line = 1 + len([x for x in commands[:key] if not x.startswith("exit")])
    result = router.push(wanted)
    assert result["code"] == 2 and "'pre-shared-key ********'" in result["msg"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_connection_that_breaks_leaves_what_the_next_run_heals(reach: Any, family: str) -> None:
    router = reach(family)
    wanted = device(family, link("a", 10, count=1))
    faults = router.machine.router.faults
    if family == "vyos":
        faults.hang_up_at = "run show"
    elif family == "juniper_srx":
        faults.hang_up_after_commit = True
    else:
        faults.hang_up_line = 30
    result = router.push(wanted)
    assert result["code"] == 2 and "connection was lost" in result["msg"]
    if family == "vyos":
        faults.hang_up_at = ""
        router.machine.router.expire()
    elif family == "juniper_srx":
        faults.hang_up_after_commit = False
        router.machine.router.expire()
    healed = router.push(wanted)
    assert (healed["code"], healed["changed"]) == (0, True)
    whole = Machine(family)
    whole.push(wanted)
    assert (router.machine.text, router.machine.saved) == (whole.text, True)


def test_netconf_is_refused_where_it_would_be_logged(reach: Any) -> None:
    router = reach("juniper_srx")
    router.logged = True
    result = router.push(device("juniper_srx", link("a", 10)))
    assert result["code"] == 2 and "Remedy: run this play without log_path" in result["msg"]


def test_a_router_that_nobody_knows_is_not_talked_to(reach: Any) -> None:
    router = reach("vyos")
    result = router.push(device("vyos", link("a", 10)), ansible_host_key_checking=True)
    assert result["code"] == 2
    assert result["msg"].startswith("The device could not be read, and nothing was changed: ")
    assert "authenticity of host" in result["msg"]


@pytest.mark.parametrize(
    ("family", "settings", "told"),
    [
        ("vyos", {"ansible_network_os": "cisco.ios.ios"}, "set ansible_connection: ansible.netcommon.network_cli"),
        ("vyos", {"ansible_persistent_log_messages": True}, "with persistent_log_messages Ansible writes"),
        ("cisco_iosxe", {"vpn_device_confirm_minutes": 90}, "confirm_minutes is 90"),
    ],
)
def test_what_can_not_go_well_is_refused_before_the_device_is_asked(
    reach: Any, family: str, settings: dict[str, Any], told: str
) -> None:
    router = reach(family)
    before = router.machine.text
    result = router.push(device(family, link("a", 10)), **settings)
    assert result["code"] == 2
    assert result["msg"].startswith("Refused, before anything was touched: ") and told in result["msg"]
    assert router.machine.text == before
