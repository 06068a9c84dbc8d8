# SPDX-License-Identifier: GPL-3.0-or-later
"""What is pushed to a Linux device: carried out on a device of dictionaries, the next push is empty; foreign things stay."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._device import linux_push
from ansible_collections.intercloud.vpn.plugins.module_utils._device.linux_push import Found, Push
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Link, Tunnel
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.proposals import Proposal
from hypothesis import given
from hypothesis import strategies as st

from .frr import Frr

FOREIGN = {"/etc/swanctl/conf.d/mine.conf": (0o644, "mine\n")}
FOREIGN_LINES = [
    "ip prefix-list mine seq 5 permit 10.0.0.0/8",
    "router bgp 65300",
    "neighbor 10.9.9.9 remote-as 65009",
    "exit",
]


def tunnel(link: str, slot: str, number: int) -> Tunnel:
    return Tunnel(
        f"{link}-{slot}", number, slot, "g1-0a1b2c3d", "jdcloud", "192.88.99.1", "192.88.99.1", f"116.0.0.{number}",
        f"169.254.{number}.0/30", f"169.254.{number}.1", f"169.254.{number}.2", Proposal(), preference=number % 3,
    )  # fmt: skip


def link(uid: str, first: int, routing: str = "bgp", count: int = 2) -> Link:
    tunnels = tuple(tunnel(uid, f"1-{n + 1}", first + n) for n in range(count))
    return Link(uid, routing, 65000, ("192.168.50.0/24",), (f"10.{first}.0.0/16",), tunnels)


def device(*links: Link, family: str = "linux_frr", bgp_process: str = "shared") -> Device:
    return Device("hq", family, 65300, "192.88.99.1", "wan", bgp_process=bgp_process, links=links)


class Machine:
    """A device: files and FRR."""

    def __init__(self, bare: bool = False) -> None:
        self.files: dict[str, tuple[int, str]] = {} if bare else dict(FOREIGN)
        self.frr = Frr()
        if not bare:
            self.frr.type(FOREIGN_LINES)

    @property
    def found(self) -> Found:
        own = {path: held for path, held in self.files.items() if "icv" in path or "intercloud" in path}
        return Found(own, self.frr.show())

    def push(self, wanted: Device, **more: list[str]) -> Push:
        keys = {x.name: f"key_of_{x.name}" for x in wanted.tunnels}
        push = linux_push.plan(wanted, keys, self.found, **more)
        shown = json.dumps(push.diff)
        assert not [key for key in keys.values() if key in shown]
        for part in push.write:
            self.files[part.path] = (0o600 if part.secret else 0o644, part.text)
        self.frr.type(push.lines)
        for part in push.remove:
            del self.files[part.path]
        return push


LINKS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["bgp", "static"]), st.integers(1, 4)),
    unique_by=lambda item: item[0],
)


@given(LINKS, LINKS, st.sampled_from(["linux_frr", "linux_bird"]))
def test_a_push_is_a_fixed_point_from_wherever_it_starts(first: list, second: list, family: str) -> None:
    machine = Machine()
    for wanted in (first, second):
        links = [link(uid, 10 * (ord(uid) - 96), routing, count) for uid, routing, count in wanted]
        machine.push(device(*links, family=family))
        again = machine.push(device(*links, family=family))
        assert (again.changed, again.apply, again.diff) == (False, [], [])
    assert FOREIGN.items() <= machine.files.items()
    machine.push(device(family=family))
    assert machine.files == FOREIGN
    bare = Machine()
    assert machine.frr.show() == bare.frr.show()


def test_a_process_of_our_own_goes_with_the_last_link() -> None:
    machine = Machine(bare=True)
    machine.push(device(link("a", 10), bgp_process="own"))
    assert "router bgp 65300" in machine.frr.show()
    machine.push(device(bgp_process="own"))
    assert (machine.frr.show(), machine.files) == ("", {})


def test_links_to_be_kept_are_left_as_they_are() -> None:
    machine = Machine()
    machine.push(device(link("a", 10), link("b", 20)))
    before, lines = dict(machine.files), machine.frr.show()
    push = machine.push(device(), keep=["a", "b"])
    assert (push.changed, machine.files) == (False, before)
    machine.push(device(), keep=["a"])
    assert not [path for path in machine.files if "icv20" in path or "icv21" in path]
    assert {path for path in before if "icv10" in path} <= machine.files.keys()
    assert all(path in machine.files for path in before if "icv" not in path), "what all tunnels share stays"
    assert "network 192.168.50.0/24" in machine.frr.show()
    machine.push(device(link("a", 10), link("b", 20)))
    assert machine.files == before
    assert sorted(machine.frr.show().splitlines()) == sorted(lines.splitlines())


def test_with_only_no_other_tunnel_is_touched() -> None:
    machine = Machine()
    both = device(link("a", 10), link("b", 20))
    machine.push(both)
    changed = [replace(x, mark="g2-99999999") for x in both.links[0].tunnels]
    push = machine.push(device(replace(both.links[0], tunnels=tuple(changed)), both.links[1]), only=["a-1-2"])
    assert {part.path for part in push.write} == {
        "/etc/intercloud-vpn/tunnels/icv11", "/etc/swanctl/conf.d/icv11-key.conf"
    }  # fmt: skip
    assert push.remove == []


def test_a_new_key_restarts_one_tunnel_and_a_comment_none() -> None:
    machine = Machine()
    wanted = device(link("a", 10))
    machine.push(wanted)
    path = "/etc/swanctl/conf.d/icv10-key.conf"
    mode, text = machine.files[path]
    machine.files[path] = mode, text.replace("# Written by", "# Written long ago by")
    push = machine.push(wanted)
    assert ([part.path for part in push.write], push.apply) == ([path], [])
    machine.files[path] = mode, text.replace("key_of", "other")
    push = machine.push(wanted)
    assert [line for line in push.apply if "icv" in line] == [
        "swanctl --terminate --ike icv10 --timeout 5 || :", "swanctl --initiate --child icv10 --timeout 10 || :"
    ]  # fmt: skip


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666])
def test_a_key_that_others_may_read_is_closed(mode: int) -> None:
    machine = Machine()
    wanted = device(link("a", 10, count=1))
    machine.push(wanted)
    path = "/etc/swanctl/conf.d/icv10-key.conf"
    machine.files[path] = mode, machine.files[path][1]
    push = machine.push(wanted)
    assert ([part.path for part in push.write], push.apply) == ([path], [])
    assert push.diff[0]["before"] == f"mode {mode:04o}\n"


def test_what_is_read_is_what_is_ours() -> None:
    for family in ("linux_frr", "linux_bird"):
        patterns = linux_push.paths(device(family=family))
        assert "/etc/swanctl/conf.d/icv*.conf" in patterns
        assert "/etc/intercloud-vpn/tunnels/icv*" in patterns
        assert not [path for path in patterns if "icv0" in path]
