# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts in the wrong group, or in none, are told; hosts of other job slices are not missed."""

from __future__ import annotations

from typing import Any

from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import placing

from .world import Case

SITES = {"jd": {"kind": "jdcloud"}, "aws": {"kind": "aws"}}
TOPOLOGY = {"a": ["jd", "aws"]}


def faults(**groups: list[str]) -> list[str]:
    everywhere = sorted({host for hosts in groups.values() for host in hosts})
    return [str(fault) for fault in placing.faults({"all": everywhere, **groups}, SITES, TOPOLOGY)]


def test_everything_in_its_place() -> None:
    assert faults(jdcloud_sites=["jd"], aws_sites=["aws"], vpn_links=["a"], others=["router"]) == []


def test_a_slice_without_other_hosts_is_no_fault() -> None:
    assert faults(vpn_links=["a"]) == []
    assert faults() == []


def test_hosts_in_no_group() -> None:
    found = faults(ungrouped=["a", "aws"], jdcloud_sites=["jd"])
    assert len(found) == 2
    assert found[0].startswith("host a: does not stand in the group vpn_links")
    assert found[1].startswith("host aws: does not stand in the group aws_sites")


def test_a_site_in_the_other_clouds_group() -> None:
    (found,) = faults(jdcloud_sites=["jd", "aws"])
    assert found == (
        "host aws: stands in the group jdcloud_sites, but its kind is aws. "
        "Remedy: move it to its own group, or correct its kind."
    )


def test_what_is_no_dictionary_is_left_to_others() -> None:
    found = placing.faults({"all": ["jd"], "jdcloud_sites": ["jd"]}, ["jd"], None)
    assert [str(fault) for fault in found] == [
        "host jd: stands in the group jdcloud_sites, but vpn_sites does not define it. "
        "Allowed: vpn_sites is empty. Remedy: define it, or correct its name."
    ]


def test_the_module_tells_them_with_all_other_faults() -> None:
    case: Any = Case.of(uid="not a name!")
    case.topology = {"a": ["jd", "aws"]}
    text = case.refusal(groups={"all": ["a"], "ungrouped": ["a"]})
    assert "host a: does not stand in the group vpn_links" in text
    assert "uid" in text
