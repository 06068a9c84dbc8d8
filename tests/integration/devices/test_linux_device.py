# SPDX-License-Identifier: GPL-3.0-or-later
"""What is pushed to a real Linux device over SSH: first changes, second does not; differences are shown and corrected; a
push that fails is taken back; one tunnel's new key restarts that tunnel only; removal leaves the device as it was."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbooks.conftest import Outcome
from tests.integration.playbooks.test_secrets import hits, secrets
from tests.lab.dataplane.hand_made import eventually
from tests.lab.dataplane.pinger import Pinger

from .conftest import AWS_LINK, DEVICE, JD_LINK, LAN, Device

FAILING = "#!/bin/sh\nexit 7\n"


def diff_of(outcome: Outcome) -> dict[str, dict[str, str]]:
    """What vpn_device_config has shown, by path."""
    results = [
        result
        for play in outcome.facts["plays"]
        for task in play["tasks"]
        if task["task"]["name"].endswith("Bring the device to what its links need")
        for result in task["hosts"].values()
    ]
    (result,) = results
    return {item["before_header"]: item for item in result.get("diff") or ()}


def sas(device: Device, number: int) -> set[str]:
    """The SPIs of a tunnel's SAs: a tunnel that was restarted has others."""
    told = device.ssh(f"swanctl --list-sas --raw --ike icv{number}")
    return set(re.findall(r"(?:initiator-spi|spi-in)=(\w+)", told))


@pytest.fixture
def settled(device: Device) -> Any:
    """The device as it should be, before and after."""
    before = device.configuration()
    yield before
    device.run("intercloud.vpn.site", "--limit", DEVICE).ok()
    assert device.configuration() == before


def test_a_second_run_changes_nothing(device: Device, settled: str) -> None:
    again = device.run("intercloud.vpn.site", "--diff").ok()
    assert (again.changed, diff_of(again)) == ({}, {})


def test_both_links_carry_packets(device: Device) -> None:
    verified = device.run("intercloud.vpn.verify").ok().verified
    for link, slots in ((JD_LINK, ["1-1", "2-2"]), (AWS_LINK, ["1-1", "1-2", "2-3", "2-4"])):
        assert verified[link]["verdict"] == "healthy"
        assert [tunnel["slot"] for tunnel in verified[link]["tunnels"]] == slots
        assert {ping["received"] for ping in verified[link]["pings"]} == {5}


def test_what_was_changed_by_hand_is_shown_and_corrected(device: Device, settled: str) -> None:
    number = device.numbers(JD_LINK)["1-1"]
    connection = f"/etc/swanctl/conf.d/icv{number}.conf"
    device.ssh(
        f"sed -i 's/dpd_delay = 10s/dpd_delay = 99s/' {connection}; rm /etc/intercloud-vpn/mss.nft; "
        f"vtysh -c 'configure terminal' -c 'route-map icv{number}-in permit 10' -c 'set local-preference 7' "
        f"-c exit -c 'ip prefix-list icv{number}-accept seq 99 permit 0.0.0.0/0' "
        # An orphan of ours, and things that are not ours at all.
        "-c 'ip prefix-list icv1009-accept seq 5 permit 0.0.0.0/0' "
        "-c 'ip prefix-list mine seq 5 permit 10.99.0.0/16' -c 'ip route 10.99.0.0/16 blackhole'; "
        "echo '# mine' >/etc/swanctl/conf.d/mine.conf"
    )
    changed = device.configuration()
    preview = device.run("intercloud.vpn.site", "--check", "--diff", "--limit", DEVICE).ok()
    shown = diff_of(preview)
    drift = device.run("intercloud.vpn.drift")
    assert (drift.code, device.configuration()) == (2, changed), "neither writes anything"
    assert f"Drift: 3 differences in {DEVICE}" in drift.text
    assert f"device  differs   device {connection}" in drift.text
    assert set(shown) == {connection, "/etc/intercloud-vpn/mss.nft", "FRR"}
    assert "dpd_delay = 99s" in shown[connection]["before"]
    assert "dpd_delay = 10s" in shown[connection]["after"]
    assert "set local-preference 200" in shown["FRR"]["after"]
    for line in (f"icv{number}-accept seq 99", "icv1009-accept seq 5"):
        assert line in shown["FRR"]["before"]
    assert device.run("intercloud.vpn.site", "--limit", DEVICE).ok().changed == {DEVICE: 1}
    left = [line for line in device.configuration().splitlines() if line not in settled.splitlines()]
    assert sorted(left) == [
        "/etc/swanctl/conf.d/mine.conf:# mine",
        "ip prefix-list mine seq 5 permit 10.99.0.0/16",
        "ip route 10.99.0.0/16 blackhole",
    ]
    device.ssh(
        "rm /etc/swanctl/conf.d/mine.conf; vtysh -c 'configure terminal' "
        "-c 'no ip prefix-list mine seq 5 permit 10.99.0.0/16' -c 'no ip route 10.99.0.0/16 blackhole' -c end -c 'write memory'"
    )


def test_a_key_that_differs_is_not_shown(device: Device, settled: str) -> None:
    number = device.numbers(AWS_LINK)["2-4"]
    path = f"/etc/swanctl/conf.d/icv{number}-key.conf"
    device.ssh(f"sed -i 's/secret = .*/secret = \"somebody_s_own_key\"/; $a # by hand' {path}; chmod 644 {path}")
    outcome = device.run("intercloud.vpn.site", "--diff", "--limit", DEVICE).ok()
    assert set(diff_of(outcome)) == {path}
    assert "somebody_s_own_key" not in outcome.text
    assert device.ssh(f"stat -c %a {path}").strip() == "600"


def test_a_push_that_fails_is_taken_back_and_the_next_run_heals(device: Device, settled: str) -> None:
    number = device.numbers(JD_LINK)["2-2"]
    connection = f"/etc/swanctl/conf.d/icv{number}.conf"
    device.ssh(f"sed -i 's/dpd_delay = 10s/dpd_delay = 55s/' {connection}; vtysh -c 'configure terminal' "
               f"-c 'no route-map icv{number}-in'; cp /usr/local/sbin/swanctl /root/swanctl")  # fmt: skip
    device.ssh("printf '#!/bin/sh\\ncase $* in --load-all*) exit 7;; esac\\nexec /root/swanctl \"$@\"\\n' "
               ">/usr/local/sbin/swanctl")  # fmt: skip
    before = device.configuration()
    outcome = device.run("intercloud.vpn.site", "--limit", DEVICE)
    assert outcome.failed == [DEVICE]
    (message,) = outcome.complaints
    assert "«swanctl --load-all --noprompt» failed with 7" in message
    # The same command can't take it back, either; the files and lines are as they were.
    assert "could not be taken back, either" in message
    device.ssh("cp /root/swanctl /usr/local/sbin/swanctl; rm /root/swanctl")
    assert "dpd_delay = 55s" in device.ssh(f"cat {connection}")
    assert device.configuration() == before
    assert device.run("intercloud.vpn.site", "--limit", DEVICE).ok().changed == {DEVICE: 1}


def test_a_new_key_restarts_its_tunnel_only(device: Device) -> None:
    jd, aws = device.numbers(JD_LINK), device.numbers(AWS_LINK)
    pings = device.run("intercloud.vpn.verify").ok().verified
    targets = {link: next(p["to_address"] for p in pings[link]["pings"] if p["from_site"] == DEVICE) for link in pings}
    before = {number: sas(device, number) for number in (*jd.values(), *aws.values())}
    with (
        Pinger(device.player.lab, LAN, targets[AWS_LINK]) as other,
        Pinger(device.player.lab, LAN, targets[JD_LINK]) as own,
    ):
        device.run("intercloud.vpn.rotate_psk", "--limit", JD_LINK).ok()
    after = {number: sas(device, number) for number in before}
    assert {number for number in before if before[number] & after[number]} == set(aws.values())
    assert other.lost == 0
    # Each of its two tunnels was down once, never both: the other took over.
    print(f"packets lost of {own.sent} over the link whose two tunnels were rolled: {own.lost}")
    assert own.longest_gap < 15
    assert device.run().ok().changed == {}


def test_no_key_is_written_anywhere(device: Device, tmp_path: Path) -> None:
    number = device.numbers(AWS_LINK)["1-1"]
    device.ssh(f"sed -i 's/secret = .*/secret = \"another_key\"/' /etc/swanctl/conf.d/icv{number}-key.conf")
    found = secrets(device.player)
    log = tmp_path / "ansible.log"
    outcome = device.player.run(
        "intercloud.vpn.site", "-vvvv", "--diff", inventory=device.hosts, ANSIBLE_LOG_PATH=str(log),
        ANSIBLE_CACHE_PLUGIN="jsonfile", ANSIBLE_CACHE_PLUGIN_CONNECTION=str(tmp_path / "cache"),
    ).ok()  # fmt: skip
    texts = {"output": outcome.text, "log": log.read_text(encoding="utf-8")}
    for path in (tmp_path / "cache").rglob("*"):
        texts[path.name] = path.read_text(encoding="utf-8")
    for end in device.player.lab.admin("aws", "GET", "/state")["accounts"].values():
        for held in end["regions"].values():
            for connection in held["VpnConnections"]:
                for n, option in enumerate(connection["Options"]["TunnelOptions"]):
                    found[f"key of {connection['VpnConnectionId']} {n}"] = option["PreSharedKey"]
    assert len([name for name in found if name.startswith("key of")]) >= 6
    assert {name: hits(found, text) for name, text in texts.items() if hits(found, text)} == {}
    assert "another_key" not in outcome.text
    assert any(key in device.ssh("cat /etc/swanctl/conf.d/*-key.conf") for key in found.values())


def test_the_removal_leaves_the_device_as_it_was(device: Device) -> None:
    device.run("intercloud.vpn.teardown", "--limit", f"{JD_LINK},{DEVICE}", "-e", "keep_sites=true").ok()
    assert device.numbers(JD_LINK) == {}
    assert len(device.numbers(AWS_LINK)) == 4
    ends = {end["end"] for end in device.player.lab.admin("dataplane", "GET", "/state")["ends"] if end["ipsec"]}
    assert len(ends) == 4, "the tunnels to AWS stay up"
    device.run("intercloud.vpn.teardown").ok()
    eventually(lambda: "icv" not in device.ssh("ip -o link"), "no interface is left")
    assert device.configuration() == device.factory
    assert device.run("intercloud.vpn.teardown").ok().changed == {}
