# SPDX-License-Identifier: GPL-3.0-or-later
"""The small parts: proposals mean the same on both clouds, names fit, marks read back, messages and diffs are plain."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import faults, naming, proposals
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.actions import Action, Plan, shown
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.diff import (
    Change,
    Field,
    differences,
    immutable_message,
)
from hypothesis import given
from hypothesis import strategies as st

# What each cloud's documentation says, in a form of its own: (name on JD Cloud, name on AWS).
GROUPS = {("modp1024", 2), ("modp1536", 5), ("modp2048", 14), ("ecp256", 19), ("ecp384", 20)}
CIPHERS = {("aes128", "AES128"), ("aes256", "AES256")}
HASHES = {("sha1", "SHA1"), ("sha256", "SHA2-256"), ("sha384", "SHA2-384")}
VERSIONS = {("v1", "ikev1"), ("v2", "ikev2")}
AWS_PHASE1_GROUPS = {2, *range(14, 25), 35}
AWS_PHASE2_GROUPS = {2, 5, *range(14, 25), 35, 36, 37}

SETTINGS = st.fixed_dictionaries(
    {
        **{key: st.sampled_from(values) for key, values in proposals.CHOICES.items()},
        "ike_lifetime": st.integers(3601, 28800),
        "ipsec_lifetime": st.integers(900, 3600),
    }
)


@given(SETTINGS)
def test_every_accepted_proposal_is_valid_and_means_the_same_on_both_clouds(settings: dict[str, Any]) -> None:
    proposal, found = proposals.parse(settings, "here")
    assert found == []
    jd, aws = proposals.to_jdcloud(proposal), proposals.to_aws(proposal)
    single = {key: value[0] for key, value in aws.items() if isinstance(value, list) and len(value) == 1}
    assert len(single) == 7, "AWS is sent single values"
    assert (jd["ike_version"], single["ike_versions"]) in VERSIONS
    for phase, cipher, auth, group in (("1", "ike_cipher", "ike_auth", "ike_key_exchange"),
                                       ("2", "ipsec_cipher", "ipsec_auth", "ipsec_key_exchange")):  # fmt: skip
        assert (jd[cipher], single[f"phase{phase}_encryption_algorithms"]) in CIPHERS
        assert (jd[auth], single[f"phase{phase}_integrity_algorithms"]) in HASHES
        assert (jd[group], single[f"phase{phase}_dh_group_numbers"]) in GROUPS
    assert single["phase1_dh_group_numbers"] in AWS_PHASE1_GROUPS
    assert single["phase2_dh_group_numbers"] in AWS_PHASE2_GROUPS
    assert jd["ike_sa_life_sec"] == aws["phase1_lifetime_seconds"] == settings["ike_lifetime"]
    assert jd["ipsec_sa_life_sec"] == aws["phase2_lifetime_seconds"] == settings["ipsec_lifetime"]
    assert 60 <= jd["ipsec_sa_life_sec"] < jd["ike_sa_life_sec"] <= 86400
    # One initiator, JD Cloud; both ends notice a dead peer.
    assert (jd["ike_dpd_sec"], aws["dpd_timeout_seconds"], aws["dpd_timeout_action"]) == (10, 30, "restart")
    assert aws["startup_action"] == "add"
    # JD Cloud ignores the mode with IKEv2.
    assert jd.get("ike_mode") == ("main" if settings["ike_version"] == 1 else None)


def test_every_value_of_the_table_is_accepted_alone() -> None:
    for key, values in proposals.CHOICES.items():
        for value in values:
            proposal, found = proposals.parse({key: value}, "here")
            assert (getattr(proposal, key), found) == (value, [])


def test_the_defaults_never_change() -> None:
    """New defaults would interrupt every existing tunnel."""
    assert proposals.Proposal() == proposals.Proposal(2, "aes256", "sha256", 19, 14400, "aes256", "sha256", 19, 3600)


def test_a_tunnels_proposal_lies_over_the_links() -> None:
    base, _found = proposals.parse({"ike_dh_group": 14, "ike_lifetime": 7200}, "here")
    proposal, found = proposals.parse({"ike_lifetime": 10800}, "here", base)
    assert (proposal.ike_dh_group, proposal.ike_lifetime, found) == (14, 10800, [])
    assert proposals.parse(None, "here", base) == (base, [])


NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,27}", fullmatch=True)
JDCLOUD_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z0-9_-]{1,32}")


@given(NAMES, st.sampled_from(sorted(naming.SUFFIXES)))
def test_a_valid_name_fits_jd_cloud_with_every_suffix_and_is_never_cut(name: str, kind: str) -> None:
    assert naming.valid_name(name)
    full = naming.resource_name(kind, name)
    assert JDCLOUD_NAME.fullmatch(full)
    assert full.startswith(name)
    assert full != name


@given(st.text(max_size=40))
def test_nothing_else_is_a_valid_name(name: str) -> None:
    assert naming.valid_name(name) is bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,27}", name))


def test_names_of_one_base_are_distinct_for_each_kind_of_a_cloud() -> None:
    for cloud in ("jdcloud_", "aws_"):
        suffixes = [suffix for kind, suffix in naming.SUFFIXES.items() if kind.startswith(cloud)]
        assert len(suffixes) == len(set(suffixes))


@given(NAMES, NAMES)
def test_a_mark_reads_back_and_fits_a_description(link: str, site: str) -> None:
    facts = {"link": link, "psk": "g999999-0a1b2c3d", "aws": "vgw-0123456789abcdef0", "site": site}
    text = naming.mark(**facts)
    assert naming.read_mark(text) == facts
    assert len(text) <= 256


@pytest.mark.parametrize("text", [None, "", "by hand", "not intercloud.vpn link=a", "intercloud.vpn-2 link=a"])
def test_what_is_not_our_mark_tells_nothing(text: str | None) -> None:
    assert naming.read_mark(text) == {}


def test_a_mark_that_somebody_has_edited_still_tells_what_it_can() -> None:
    assert naming.read_mark("intercloud.vpn  link=a do not touch x=1=2") == {"link": "a", "x": "1=2"}
    assert naming.mark(link="a", aws="") == "intercloud.vpn link=a"


def test_a_message_numbers_each_fault_once() -> None:
    one, two = faults.Fault("a", "is odd", "even", "add 1"), faults.Fault("b", "is gone")
    assert faults.message([one, two, one], "before x") == (
        "Refused, before x. 2 faults:\n  1. a: is odd. Allowed: even. Remedy: add 1.\n  2. b: is gone"
    )
    assert faults.message([two], "now").startswith("Refused, now. 1 fault:\n")


FIELDS = (
    Field("name"),
    Field("asn", immutable="Make a new one.", normalise=int),
    Field("ips", unordered=True, interrupts=True),
    Field("psk", secret=True, interrupts=True),
)


def test_a_difference_is_what_was_asked_for_and_is_not_so() -> None:
    current = {"name": "x", "asn": 65001, "ips": ["2", "1"], "psk": "current_key_1", "other": 1}
    assert differences(FIELDS, {"asn": "65001", "ips": ["1", "2"], "name": None, "other": 2}, current) == []
    changes = differences(FIELDS, {"name": "y", "asn": 65002, "ips": ["1", "3"], "psk": "another_key"}, current)
    assert [(c.name, c.before, c.after) for c in changes] == [
        ("name", "x", "y"), ("asn", 65001, 65002), ("ips", ["1", "2"], ["1", "3"]),
        ("psk", "(hidden)", "(hidden, new value)"),
    ]  # fmt: skip
    assert (
        immutable_message("gateway", "g", changes)
        == "gateway g: asn is 65001 and can't be changed to 65002. Make a new one."
    )
    assert differences(FIELDS, {"psk": "another_key"}, {}) == [Change(FIELDS[3], None, "(hidden, new value)")]


@given(st.dictionaries(st.sampled_from(["name", "asn", "ips", "psk"]), st.integers(1, 9)))
def test_nothing_differs_from_itself(values: dict[str, int]) -> None:
    record = {key: [value] if key == "ips" else value for key, value in values.items()}
    assert differences(FIELDS, record, record) == []


def test_an_action_is_told_in_one_line() -> None:
    changes = shown([Change(FIELDS[2], ["1"], ["1", "2"]), Change(FIELDS[0], None, "y")])
    action = Action("jdcloud_vpn_tunnels", "modify", "jdcloud_vpn_tunnel", "a 1-1", "differs", changes, ("1-1",))
    text = "modify jdcloud_vpn_tunnel a 1-1: differs; ips: [1] → [1, 2]; name: none → y; INTERRUPTS 1-1"
    assert str(action) == action.as_dict()["text"] == text
    plan = Plan("a", "a", "present", actions=[action, Action("jdcloud_vpn_connection", "create", "x", "y", "z")])
    told = plan.as_dict()
    assert told["steps"] == ["jdcloud_vpn_connection", "jdcloud_vpn_tunnels"], (
        "in the order of the role, not of the list"
    )
    assert plan.interruptions == [action]
    assert (told["converged"], told["interrupts"]) == (False, ["1-1"])
    json.dumps(told)
