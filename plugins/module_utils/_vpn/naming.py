# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: names of what we make, and the marks that say that it is ours. Pure.

JD Cloud names are 1 to 32 of Chinese characters, digits, letters, `_` and `-` (bgw 1.3.1 models), so a site or link
name leaves room for the longest suffix. Nothing is ever truncated.
"""

from __future__ import annotations

import re
import typing as t

MAX_NAME = 32
SUFFIXES = {
    "jdcloud_vpc": "-vpc",
    "jdcloud_border_gateway": "-bgw",
    "jdcloud_vpc_attachment": "-att",
    "jdcloud_customer_gateway": "-cgw",
    "jdcloud_device_gateway": "-dgw",
    "jdcloud_vpn_connection": "-vpn",
    "aws_vpc": "-vpc",
    "aws_vpn_gateway": "-vgw",
    "aws_connection_1": "-1",
    "aws_connection_2": "-2",
    "aws_connection_3": "-3",
    "aws_connection_4": "-4",
}
MAX_BASE = MAX_NAME - max(len(s) for s in SUFFIXES.values())
NAME_ALLOWED = f"1 to {MAX_BASE} letters, digits, '_' and '-', starting with a letter or digit"
# ASCII only, although JD Cloud also takes Chinese characters: the same name stands in AWS tags and DeviceName.
NAME_PATTERN = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{MAX_BASE - 1}}}")
# What is named by the user alone may use all of JD Cloud's alphabet.
JDCLOUD_ALLOWED = f"1 to {MAX_NAME} Chinese characters, letters, digits, '_' and '-'"
JDCLOUD_PATTERN = re.compile(rf"[\u4e00-\u9fffA-Za-z0-9_-]{{1,{MAX_NAME}}}")

MARK = "intercloud.vpn"
TAG_SITE = f"{MARK}/site"
TAG_LINK = f"{MARK}/link"
TAG_ADDRESS = f"{MARK}/address"
TAG_PSK = f"{MARK}/psk"
TAG_SLOT = f"{MARK}/slot-"
TAG_PROPAGATION = f"{MARK}/propagation"
TAG_RANGES = f"{MARK}/ranges"
MAX_TAG = 256


def valid_name(name: t.Any) -> bool:
    """Whether a site name, link name or uid can be used on both clouds with every suffix."""
    return isinstance(name, str) and NAME_PATTERN.fullmatch(name) is not None


def resource_name(kind: str, base: str) -> str:
    """The name of a resource of a site or link."""
    return base + SUFFIXES[kind]


def mark(**facts: str) -> str:
    """The text of a JD Cloud description: `intercloud.vpn link=a psk=g1-0a1b2c3d`; never over its 256 characters."""
    return " ".join([MARK, *(f"{key}={value}" for key, value in facts.items() if value)])


def read_mark(description: str | None) -> dict[str, str]:
    """The facts of a mark; empty where the description is not ours."""
    words = (description or "").split()
    if not words or words[0] != MARK:
        return {}
    return dict(word.split("=", 1) for word in words[1:] if "=" in word)
