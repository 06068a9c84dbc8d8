# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: keys never leave a push. Pure.

A router's configuration is rendered, compared and shown with stand-ins for its keys; these take their place only in
what is sent to the device. Everything that a device says passes a mask, because it may repeat what it was told.
"""

from __future__ import annotations

import re
import typing as t

MASK = "********"
# A device may have a key that is not the wanted one; the two have to be told apart without showing either.
ANOTHER = f"{MASK} (another key)"
TOKEN = re.compile(r"<key:([^<>\s]+)>")


def tokens(names: t.Iterable[str]) -> dict[str, str]:
    """A stand-in for the key of each tunnel."""
    return {name: f"<key:{name}>" for name in names}


def reveal(text: str, keys: t.Mapping[str, str]) -> str:
    """The text with the keys themselves."""
    return TOKEN.sub(lambda match: keys[match[1]], text)


def masked(text: str) -> str:
    """The text as it may be shown."""
    return TOKEN.sub(MASK, text)


class Mask:
    """Hides the wanted keys, and those that a device turns out to have."""

    def __init__(self, secrets: t.Iterable[str] = ()) -> None:
        self._words: dict[str, str] = {}
        for secret in secrets:
            self.hide(secret)

    def hide(self, secret: str, word: str = MASK) -> None:
        """From now on; the first word for a secret stays."""
        if secret and secret != MASK:
            self._words.setdefault(secret, word)

    def text(self, text: str) -> str:
        # The longest first: one key may stand within another.
        for secret in sorted(self._words, key=len, reverse=True):
            text = text.replace(secret, self._words[secret])
        return text

    def data(self, value: t.Any) -> t.Any:
        """The same for everything in lists and dictionaries."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, t.Mapping):
            return {self.data(key): self.data(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.data(item) for item in value]
        return value
