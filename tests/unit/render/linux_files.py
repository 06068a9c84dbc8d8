# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Linux families have in common, read back: strongSwan's files and the interfaces."""

from __future__ import annotations

import shlex
from typing import Any

from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Part, Tunnel

from . import strongswan

GROUPS = {"modp1024": 2, "modp1536": 5, "modp2048": 14, "ecp256": 19, "ecp384": 20}
ALWAYS = {"keyingtries": "0", "mobike": "no", "unique": "replace", "dpd_timeout": "30s"}
CHILD = {
    "mode": "tunnel",
    "local_ts": "0.0.0.0/0",
    "remote_ts": "0.0.0.0/0",
    "dpd_action": "restart",
    "close_action": "start",
    "start_action": "start",
}


def files(parts: list[Part]) -> dict[str, str]:
    """By path; no two parts write the same file."""
    held = {part.path: part.text for part in parts if part.path}
    assert len(held) == len([part for part in parts if part.path])
    return held


def ipsec(held: dict[str, str], x: Tunnel) -> dict[str, Any]:
    """Everything of one tunnel but its routing; fails on any setting that is not understood."""
    name = f"icv{x.number}"
    interface = dict(
        word.split("=", 1)
        for line in held[f"/etc/intercloud-vpn/tunnels/{name}"].splitlines()
        for word in shlex.split(line, comments=True)
    )
    assert interface.pop("WAN") == "eth0"
    assert set(interface) == {"DESCRIPTION", "ADDRESS", "MTU", "IF_ID", "ENABLED"}
    secrets = strongswan.read(held[f"/etc/swanctl/conf.d/{name}-key.conf"])["secrets"]
    assert set(secrets) == {f"ike-{name}"}
    secret = secrets[f"ike-{name}"]
    assert set(secret) == {"id-local", "id-remote", "secret"}
    config = strongswan.read(held[f"/etc/swanctl/conf.d/{name}.conf"])
    maker, link, mark = interface["DESCRIPTION"].split()
    assert (maker, link) == ("intercloud.vpn", x.name)
    common = {
        "key": secret["secret"],
        "inside": interface["ADDRESS"],
        "mtu": int(interface["MTU"]),
        "mark": mark,
        "enabled": interface["ENABLED"] == "yes",
        "ids": (secret["id-local"], secret["id-remote"]),
    }
    return {**common, **(_connection(config, name, interface["IF_ID"]) if config else {})}


def _connection(config: dict[str, Any], name: str, if_id: str) -> dict[str, Any]:
    assert set(config) == {"connections"} and set(config["connections"]) == {name}
    ike = dict(config["connections"][name])
    (child_name,) = ike["children"]
    child = dict(ike.pop("children")[child_name])
    assert child_name == name
    local, remote = ike.pop("local"), ike.pop("remote")
    assert {local.pop("auth"), remote.pop("auth")} == {"psk"}
    assert set(local) == set(remote) == {"id"}
    version = int(ike.pop("version"))
    assert version == 2 or ike.pop("aggressive") == "no"
    lifetime = int(ike.pop("rekey_time")[:-1]) + int(ike.pop("over_time")[:-1])
    cipher, integrity, group = ike.pop("proposals").split("-")
    esp_cipher, esp_integrity, pfs = child.pop("esp_proposals").split("-")
    esp_lifetime = int(child.pop("life_time")[:-1])
    assert 0.8 * esp_lifetime < int(child.pop("rekey_time")[:-1]) < esp_lifetime
    assert if_id == child.pop("if_id_in") == child.pop("if_id_out") == str(1700000 + int(name[3:]))
    assert child.pop("updown") == f"sh /etc/intercloud-vpn/interfaces updown {name}"
    found = {
        "version": version,
        "ike": (cipher, integrity, GROUPS[group], lifetime),
        "ipsec": (esp_cipher, esp_integrity, GROUPS[pfs], esp_lifetime),
        "addresses": (ike.pop("local_addrs"), ike.pop("remote_addrs")),
        "ids": (local["id"], remote["id"]),
        "dpd": int(ike.pop("dpd_delay")[:-1]),
    }
    assert ike == ALWAYS
    assert child == CHILD
    return found


def without_connection(facts: dict[str, Any]) -> dict[str, Any]:
    """What is left to compare of a tunnel that is shut down: its connection is not there."""
    gone = () if facts["enabled"] else ("version", "ike", "ipsec", "addresses", "dpd")
    return {key: value for key, value in facts.items() if key not in {*gone, "mss"}}
