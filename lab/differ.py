# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes JD Cloud's record of one tunnel differ from AWS's, as somebody at a console would, and takes it back.

What it was is kept in the lab's folder (0600: a key may be among it) until it is put back.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

import requests
from jdcloud_sdk.core.credential import Credential
from jdcloud_sdk.core.logger import Logger
from jdcloud_sdk.core.signer import Signer

from lab.launcher import Lab, LabError

Record = dict[str, Any]
_HASHES = ("sha256", "sha384")
_GROUPS = ("ecp256", "ecp384")
# What can be made to differ: the API's field, and two values of which the one is taken that it has not.
FIELDS: dict[str, tuple[str, tuple[str, str] | None]] = {
    "psk": ("psk", None),
    "ike-version": ("ikeVersion", ("v2", "v1")),
    "ike-group": ("ikeKeyExchange", _GROUPS),
    "ike-cipher": ("ikeCipher", ("aes128", "aes256")),
    "ike-hash": ("ikeAuth", _HASHES),
    "ipsec-cipher": ("ipsecCipher", ("aes128", "aes256")),
    "ipsec-hash": ("ipsecAuth", _HASHES),
    "pfs": ("ipsecKeyExchange", _GROUPS),
}
KEPT = "differ.json"


def make(lab: Lab, pair: str, what: str) -> None:
    """`pair`: JD Cloud's and AWS's outside address, as JD_ADDRESS/AWS_ADDRESS."""
    account, region, tunnel = _find(lab, pair)
    field, values = FIELDS[what]
    before = tunnel[field]
    other = secrets.token_hex(8) if values is None else next(value for value in values if value != before)
    _keep(lab, [*_kept(lab), {"account": account, "region": region, "tunnel": tunnel["vpnTunnelId"], field: before}])
    _modify(lab, account, region, tunnel["vpnTunnelId"], {field: other})


def undo(lab: Lab) -> int:
    """Put back what `make` has changed, the last first; how many changes those were."""
    kept = _kept(lab)
    for done, entry in enumerate(reversed(kept), start=1):
        fields = {name: value for name, value in entry.items() if name not in ("account", "region", "tunnel")}
        if _exists(lab, entry):
            _modify(lab, entry["account"], entry["region"], entry["tunnel"], fields)
        _keep(lab, kept[: len(kept) - done])
    return len(kept)


def _find(lab: Lab, pair: str) -> tuple[str, str, Record]:
    known = []
    for account, regions in lab.admin("jdcloud", "GET", "/state").items():
        for region, held in regions.items():
            for tunnel in held.get("vpnTunnel", {}).values():
                known.append(f"{tunnel['cloudPublicIp']}/{tunnel['customerIp']}")
                if known[-1] == pair:
                    return account, region, tunnel
    raise LabError(f"no tunnel is {pair}; there is {', '.join(sorted(known)) or 'none'}")


def _exists(lab: Lab, entry: Record) -> bool:
    state = lab.admin("jdcloud", "GET", "/state")
    return entry["tunnel"] in state.get(entry["account"], {}).get(entry["region"], {}).get("vpnTunnel", {})


def _modify(lab: Lab, account: str, region: str, tunnel_id: str, fields: Record) -> None:
    keys = next(item for item in lab.accounts if (item["cloud"], item["name"]) == ("jdcloud", account))
    uri = f"{lab.endpoints['jdcloud']}/v1/regions/{region}/vpnTunnels/{tunnel_id}"
    headers, body = {"content-type": "application/json"}, json.dumps(fields)
    credential = Credential(keys["access_key"], keys["secret_key"])
    Signer(Logger(-1)).sign("PATCH", "bgw", region, uri, headers, body, credential, None)
    with requests.Session() as session:
        session.trust_env = False  # a proxy has no way to this loopback
        answer = session.patch(uri, headers=headers, data=body, timeout=30)
    if not answer.ok:
        raise LabError(f"JD Cloud refused to modify {tunnel_id}: {answer.text.strip()}")


def _kept(lab: Lab) -> list[Record]:
    path = lab.state_dir / KEPT
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def _keep(lab: Lab, entries: list[Record]) -> None:
    path: Path = lab.state_dir / KEPT
    if not entries:
        path.unlink(missing_ok=True)
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(entries, file)
