# SPDX-License-Identifier: GPL-3.0-or-later
"""Key pairs, of which only the public half is ever here: JD Cloud's own creation hands out a private key. Published."""

from __future__ import annotations

import re
from typing import Any

from lab.jdcloud import schema
from lab.jdcloud.errors import exists, invalid
from lab.jdcloud.schema import Rule, Spec, string
from lab.jdcloud.store import Record, Region, now

_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")


def _name(key: str, value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise invalid(f"{key}: 1 to 32 letters, digits, '_' and '-'")
    return value


_IMPORT: Spec = {"keyName": Rule(_name, required=True), "publicKey": Rule(string, required=True)}


def listed(region: Region) -> list[Record]:
    """With the instances that were made with each; JD Cloud finds a pair by its name and gives it no id."""
    machines = region.all("instance")
    return [
        {**pair, "instanceIds": [x["instanceId"] for x in machines if pair["keyName"] in x["keyNames"].split(",")]}
        for pair in region.all("keypair")
    ]


def add(region: Region, body: Any) -> Record:
    fields = schema.read(body, _IMPORT)
    name = fields["keyName"]
    if name in region.resources["keypair"]:
        raise exists(f"keyName: {name} exists")
    region.resources["keypair"][name] = {"keyName": name, "createTime": now(), "_publicKey": fields["publicKey"]}
    return {"keyName": name}


def delete(region: Region, name: str) -> None:
    """Instances that were made with it are left as they are [published]."""
    region.get("keypair", name)
    del region.resources["keypair"][name]
