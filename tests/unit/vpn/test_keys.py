# SPDX-License-Identifier: GPL-3.0-or-later
"""Pre-shared keys: valid on both clouds, distinct, the same for ever, and guarded by their marks."""

from __future__ import annotations

import re
import string

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import psk
from hypothesis import given, settings
from hypothesis import strategies as st

from .world import MASTER, SLOTS

# Each cloud's own rule, written down from its documentation and not from ours.
AWS = re.compile(r"(?!0)[A-Za-z0-9._]{8,64}")
JDCLOUD = re.compile(r"(?!0[xs])[0-9A-Za-z_-]{1,20}")
UIDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,27}", fullmatch=True)
WHO = st.tuples(UIDS, st.sampled_from(SLOTS), st.integers(1, 10**6))


@settings(max_examples=500)
@given(st.text(min_size=1), WHO)
def test_every_derived_key_is_valid_on_both_clouds(master: str, who: tuple[str, str, int]) -> None:
    key = psk.derive(master, *who)
    assert AWS.fullmatch(key)
    assert JDCLOUD.fullmatch(key)
    assert len(key) == 20
    assert psk.validate(key, "here") == []


@given(st.lists(WHO, min_size=2, max_size=20, unique=True))
def test_no_two_slots_links_or_generations_share_a_key(who: list[tuple[str, str, int]]) -> None:
    assert len({psk.derive(MASTER, *each) for each in who}) == len(who)


@given(UIDS, st.integers(1, 99))
def test_the_four_tunnels_of_a_link_never_share_a_key_nor_keep_one_in_a_rotation(uid: str, generation: int) -> None:
    keys = [psk.derive(MASTER, uid, slot, g) for slot in SLOTS for g in (generation, generation + 1)]
    assert len(set(keys)) == 8


@pytest.mark.parametrize(
    ("who", "key"),
    [
        (("north-virginia", "1-1", 1), "PI5EFyMYLKfdc1ktR3Xl"),
        (("north-virginia", "2-4", 1), "szHVAQbhxf8H_sox86GB"),
        (("north-virginia", "1-1", 2), "P8IjQo7LBdcFfg4E6eXC"),
        (("a", "1-1", 1), "voyl6NT7WHHOp_kkgfZ3"),
    ],
)
def test_a_later_version_derives_the_same_keys(who: tuple[str, str, int], key: str) -> None:
    """Another answer here would re-key every tunnel in production."""
    assert psk.derive(MASTER, *who) == key


def test_a_later_version_makes_the_same_marks_and_digests() -> None:
    assert psk.fingerprint(MASTER, "north-virginia") == "5663262c"
    assert str(psk.Marker(3, "5663262c")) == "g3-5663262c"
    assert psk.digest(MASTER, "PI5EFyMYLKfdc1ktR3Xl") == "92a48807bef66378"


@given(st.text(max_size=70), st.text(alphabet=string.ascii_letters + string.digits + "_-.", max_size=24))
def test_an_own_key_is_accepted_exactly_when_both_clouds_accept_it(wild: str, near: str) -> None:
    for key in (wild, near, near + "\n"):
        both = bool(AWS.fullmatch(key) and JDCLOUD.fullmatch(key))
        assert (psk.validate(key, "here") == []) is both


@pytest.mark.parametrize(
    "key", ["short", "0123456789", "0xabcdefgh", "x" * 21, "with.dot.in.it", "with-dash-in-it", 12345678]
)
def test_a_refused_key_is_not_quoted(key: object) -> None:
    (fault,) = psk.validate(key, "link a: psks.1-1")
    assert str(fault) == (
        "link a: psks.1-1: is not a pre-shared key that both clouds accept. Allowed: 8 to 20 letters, digits and '_', "
        "not starting with 0 (both clouds). Remedy: choose another one."
    )


@pytest.mark.parametrize(
    "master",
    [
        MASTER,
        "0123456789abcdef" * 4,
        "9fbe4c1a0d7e2b385f6c" * 4,
        "Jx2vQm-8TzR_w4LkYb9nHs6DcFe0PgAi3UoVqXr7MtE",
        "p&F9}s!2 L;x@4=W(c?7Y#u*8T^e%1K)v+6J~qB",
    ],
)
def test_32_random_bytes_are_enough(master: str) -> None:
    assert psk.validate_master(master, "here") == []


@pytest.mark.parametrize(
    ("master", "problem"),
    [
        (None, "is missing"),
        ("", "is missing"),
        (12345678901234567890123456789012, "is missing"),
        ("correct horse battery staple", "is too weak"),
        ("the quick brown fox jumps over a dog!", "is too weak"),
        ("0123456789abcdef" * 3, "is too weak"),
        (MASTER[:40], "is too weak"),
        ("a" * 64, "is too weak"),
        ("abcabcab" * 10, "is too weak"),
    ],
)
def test_a_master_secret_under_32_random_bytes_is_refused_and_not_quoted(master: str | None, problem: str) -> None:
    (fault,) = psk.validate_master(master, "vpn_link_master_secret")
    assert str(fault).startswith(f"vpn_link_master_secret: {problem}")
    assert "openssl rand -base64 32" in fault.remedy
    assert not master or str(master) not in str(fault)


@given(st.integers(1, 10**9), UIDS)
def test_a_mark_reads_back(generation: int, uid: str) -> None:
    marker = psk.Marker(generation, psk.fingerprint(MASTER, uid))
    assert psk.Marker.read(str(marker)) == marker


@pytest.mark.parametrize(
    "text", [None, "", "g1", "g1-xyz", "g-5663262c", "g1-5663262c ", "g1-5663262c0", "G1-5663262c"]
)
def test_what_is_no_mark_is_none(text: str | None) -> None:
    assert psk.Marker.read(text) is None


def test_a_mark_tells_masters_and_uids_apart() -> None:
    prints = {psk.fingerprint(master, uid) for master in (MASTER, MASTER[::-1]) for uid in ("a", "b")}
    assert len(prints) == 4
