# SPDX-License-Identifier: GPL-3.0-or-later
"""Derived keys: valid on both clouds, distinct, and the same for ever."""

from __future__ import annotations

import re

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import psk
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.links import SLOTS
from hypothesis import given
from hypothesis import strategies as st

from .world import MASTER

# Each cloud's own rule, written from its documentation and not from ours.
AWS = re.compile(r"(?!0)[A-Za-z0-9._]{8,64}")
JDCLOUD = re.compile(r"(?!0[xs])[0-9A-Za-z_-]{1,20}")


@given(st.text(min_size=32), st.text(min_size=1, max_size=28), st.sampled_from(SLOTS), st.integers(1, 10**6))
def test_every_derived_key_is_valid_on_both_clouds(master: str, uid: str, slot: str, generation: int) -> None:
    key = psk.derive(master, uid, slot, generation)
    assert AWS.fullmatch(key)
    assert JDCLOUD.fullmatch(key)
    assert psk.validate(key, "here") == []


@given(st.text(min_size=1, max_size=28), st.text(min_size=1, max_size=28), st.integers(1, 50))
def test_keys_are_distinct_by_uid_slot_and_generation(left: str, right: str, generation: int) -> None:
    cases = {(uid, slot, g) for uid in (left, right) for slot in SLOTS for g in (generation, generation + 1)}
    assert len({psk.derive(MASTER, *case) for case in cases}) == len(cases)


def test_a_later_version_derives_the_same_keys() -> None:
    assert psk.derive(MASTER, "north-virginia", "1-1", 1) == "PI5EFyMYLKfdc1ktR3Xl"
    assert psk.fingerprint(MASTER, "north-virginia") == "5663262c"


@pytest.mark.parametrize(
    "key", ["", "short", "0" * 20, "x" * 21, "with.dot.in.it", "dash-dash-dash", "0xabcdefgh", None, 7]
)
def test_an_own_key_that_one_cloud_refuses_is_a_fault_that_does_not_quote_it(key: object) -> None:
    (fault,) = psk.validate(key, "link a: psks.1-1")
    assert "8 to 20 letters" in str(fault)
    assert not key or str(key) not in str(fault)


@pytest.mark.parametrize(
    ("master", "good"),
    [
        (MASTER, True),
        ("0123456789abcdef" * 4, True),
        ("", False),
        (None, False),
        ("correct horse battery staple", False),
        ("a" * 64, False),
        ("0123456789abcdef" * 3, False),
        (MASTER[:-6], False),
    ],
)
def test_a_master_secret_under_32_random_bytes_is_refused(master: str | None, good: bool) -> None:
    faults = psk.validate_master(master, "vpn_link_master_secret")
    assert (faults == []) is good
    assert all(not master or master not in str(fault) for fault in faults)
    assert good or "openssl rand -base64 32" in str(faults[0])


def test_a_marker_reads_back() -> None:
    marker = psk.Marker(3, psk.fingerprint(MASTER, "a"))
    assert psk.Marker.read(str(marker)) == marker
    assert psk.Marker.read("g1-xyz") is None
    assert psk.Marker.read(None) is None
