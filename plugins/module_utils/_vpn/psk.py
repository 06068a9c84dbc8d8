# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: pre-shared keys, derived and never stored. Pure.

A key is HMAC-SHA256(master secret, uid + slot + generation), written in the alphabet that both clouds accept: AWS
`[A-Za-z0-9._]`, 8 to 64, not starting with 0; JD Cloud `[A-Za-z0-9_-]`, 1 to 20, not starting with 0x or 0s.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import typing as t
from dataclasses import dataclass

from .faults import Fault

FIRST = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz123456789_"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
LENGTH = 20
PATTERN = re.compile(r"[A-Za-z1-9_][A-Za-z0-9_]{7,19}")
ALLOWED = "8 to 20 letters, digits and '_', not starting with 0 (both clouds)"
MASTER_BYTES = 32
MASTER_REMEDY = "make one with: openssl rand -base64 32, and keep it in ansible-vault or a credential store"


def _hmac(master: str, *parts: str) -> bytes:
    return hmac.new(master.encode(), "\x1f".join(("intercloud.vpn", *parts)).encode(), hashlib.sha256).digest()


def derive(master: str, uid: str, slot: str, generation: int) -> str:
    """The key of one tunnel: 20 characters, about 119 bits."""
    number = int.from_bytes(_hmac(master, "psk", uid, slot, str(generation)), "big")
    number, index = divmod(number, len(FIRST))
    key = FIRST[index]
    for _position in range(LENGTH - 1):
        number, index = divmod(number, len(ALPHABET))
        key += ALPHABET[index]
    return key


def digest(master: str, psk: str) -> str:
    """What may be shown of a key to compare it: keyed, so that a weak key can't be guessed from it."""
    return _hmac(master, "digest", psk).hex()[:16]


def fingerprint(master: str, uid: str) -> str:
    """What the clouds keep of the master secret, to notice a mistyped one: 32 bits, keyed by the link's uid."""
    return _hmac(master, "fingerprint", uid).hex()[:8]


@dataclass(frozen=True)
class Marker:
    """What a JD Cloud description and AWS tags say of a link's keys: `g2-0a1b2c3d`."""

    generation: int
    fingerprint: str

    def __str__(self) -> str:
        return f"g{self.generation}-{self.fingerprint}"

    @classmethod
    def read(cls, text: str | None) -> Marker | None:
        """The marker of a text, None where there is none."""
        match = re.fullmatch(r"g(\d+)-([0-9a-f]{8})", text or "")
        return cls(int(match[1]), match[2]) if match else None


def validate(psk: t.Any, place: str) -> list[Fault]:
    """A user's own key. The key itself never becomes part of a message."""
    if isinstance(psk, str) and PATTERN.fullmatch(psk):
        return []
    return [Fault(place, "is not a pre-shared key that both clouds accept", ALLOWED, "choose another one")]


def validate_master(master: t.Any, place: str) -> list[Fault]:
    """A master secret under 32 random bytes is refused: every key of a link hangs on it."""
    remedy = MASTER_REMEDY
    if not isinstance(master, str) or not master:
        return [Fault(place, "is missing, and tunnels without an own psk derive theirs from it", "", remedy)]
    if _bytes_of(master) < MASTER_BYTES or len(set(master)) < MASTER_BYTES // 3:
        return [Fault(place, "is too weak", f"at least {MASTER_BYTES} random bytes as text", remedy)]
    return []


def _bytes_of(text: str) -> int:
    """How many random bytes a text can hold at most: no readable text says a whole byte a character."""
    if re.fullmatch(r"[0-9a-fA-F]+", text):
        return len(text) // 2
    if re.fullmatch(r"[A-Za-z0-9+/_=-]+", text):
        return len(text.rstrip("=")) * 6 // 8
    # 95 printable characters are 6.57 bits each; so a passphrase of 32 characters is not 32 bytes.
    return int(len(text.encode()) * math.log2(95) / 8)
