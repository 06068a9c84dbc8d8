# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's accounts: two on JD Cloud, three on AWS, with keys of realistic shape that are new at every start."""

from __future__ import annotations

import secrets
import string
from typing import Any

_JDCLOUD_REGIONS = ["cn-north-1", "cn-east-1", "cn-east-2", "cn-south-1"]
_AWS_REGIONS = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-central-1",
    "eu-north-1",
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-south-1",
    "sa-east-1",
    "ca-central-1",
]
_AWS_CHINA_REGIONS = ["cn-north-1", "cn-northwest-1"]
_BASE32 = string.ascii_uppercase + "234567"
_HEX = string.digits + "ABCDEF"


def new_accounts() -> list[dict[str, Any]]:
    """The first account of each cloud is the one that the plain environment variables carry."""
    return [
        _account("jdcloud", "north", _JDCLOUD_REGIONS),
        # Used with cn-south-1, so that region leads: it is the one that a client without a choice of its own takes.
        _account("jdcloud", "south", _JDCLOUD_REGIONS[::-1]),
        _account("aws", "global", _AWS_REGIONS),
        _account("aws", "china", _AWS_CHINA_REGIONS),
        # Reached by a role, with the keys of the first.
        _account("aws", "branch", _AWS_REGIONS),
    ]


def new_psk_master_secret() -> str:
    return secrets.token_urlsafe(48)


def _account(cloud: str, name: str, regions: list[str]) -> dict[str, Any]:
    if cloud == "jdcloud":
        keys = {"access_key": _random(_HEX, 32), "secret_key": _random(_HEX, 32)}
    else:
        secret = _random(string.ascii_letters + string.digits + "/+", 40)
        keys = {"access_key": "AKIA" + _random(_BASE32, 16), "secret_key": secret}
    # Account ids do not start with 0: whatever reads one as a number must not lose a digit.
    account_id = str(secrets.randbelow(9 * 10**11) + 10**11)
    return {"cloud": cloud, "name": name, "account_id": account_id, **keys, "regions": list(regions)}


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))
