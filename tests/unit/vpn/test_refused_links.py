# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with links is refused offline: names, ends, proposals of both clouds, keys, blocks, ranges."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import planner

from .world import MASTER, OWN_KEYS, Case, Record, aws_site, jdcloud_site

SLOTS_ALLOWED = "Allowed: '1-1', '1-2', '2-3', '2-4' (JD address - AWS address). Remedy: correct it."
CHOOSE = "Remedy: choose one of these."
PROPOSAL_KEYS = "Allowed: ike_version, ike_encryption, ike_integrity, ike_dh_group, ike_lifetime, ipsec_encryption"
BOTH = "is not accepted by both clouds. Allowed:"
PROPOSALS: list[tuple[Any, str, str]] = [
    ({"ike_encryption": "aes192"}, ".ike_encryption", f"'aes192' {BOTH} aes128, aes256 (aes192 and 3des exist on JD Cloud only, GCM on AWS only). {CHOOSE}"),
    ({"ike_encryption": "3des"}, ".ike_encryption", f"'3des' {BOTH} aes128, aes256"),
    ({"ike_encryption": "AES128-GCM-16"}, ".ike_encryption", f"'AES128-GCM-16' {BOTH} aes128, aes256"),
    ({"ipsec_encryption": "aes192"}, ".ipsec_encryption", f"'aes192' {BOTH} aes128, aes256. {CHOOSE}"),
    ({"ike_integrity": "sha512"}, ".ike_integrity", f"'sha512' {BOTH} sha1, sha256, sha384. {CHOOSE}"),
    ({"ipsec_integrity": "md5"}, ".ipsec_integrity", f"'md5' {BOTH} sha1, sha256, sha384. {CHOOSE}"),
    ({"ike_dh_group": 5}, ".ike_dh_group", f"5 {BOTH} 2, 14, 19, 20 (AWS has no group 5 in phase 1; JD Cloud has no other groups). {CHOOSE}"),
    ({"ike_dh_group": "modp1536"}, ".ike_dh_group", f"'modp1536' {BOTH} 2, 14, 19, 20"),
    ({"ike_dh_group": 21}, ".ike_dh_group", f"21 {BOTH} 2, 14, 19, 20"),
    ({"ipsec_pfs_group": None}, ".ipsec_pfs_group", f"None {BOTH} 2, 5, 14, 19, 20 (AWS always wants perfect forward secrecy, so JD Cloud's 'null' can't be used). {CHOOSE}"),
    ({"ipsec_pfs_group": "null"}, ".ipsec_pfs_group", f"'null' {BOTH} 2, 5, 14, 19, 20"),
    ({"ipsec_pfs_group": 24}, ".ipsec_pfs_group", f"24 {BOTH} 2, 5, 14, 19, 20"),
    ({"ike_version": 3}, ".ike_version", f"3 {BOTH} 1, 2. {CHOOSE}"),
    ({"ike_version": True}, ".ike_version", f"True {BOTH} 1, 2. {CHOOSE}"),
    ({"ike_lifetime": 28801}, ".ike_lifetime", "28801 is out of range. Allowed: 900 to 28800 seconds. Remedy: choose a value in it."),
    ({"ike_lifetime": 899}, ".ike_lifetime", "899 is out of range"),
    ({"ipsec_lifetime": 3601}, ".ipsec_lifetime", "3601 is out of range. Allowed: 900 to 3600 seconds."),
    ({"ipsec_lifetime": "an hour"}, ".ipsec_lifetime", "'an hour' is out of range"),
    ({"ike_lifetime": 3600}, "", "ipsec_lifetime 3600 is not below ike_lifetime 3600. Allowed: ipsec_lifetime below ike_lifetime (AWS). Remedy: raise ike_lifetime."),
    ({"ike_lifetime": 1800, "ipsec_lifetime": 99999}, ".ipsec_lifetime", "99999 is out of range"),
    ({"cipher": "aes256"}, ".cipher", f"is not a proposal setting. {PROPOSAL_KEYS}"),
]  # fmt: skip


@pytest.mark.parametrize(("proposal", "place", "text"), PROPOSALS)
def test_a_proposal_that_not_both_clouds_accept(proposal: Any, place: str, text: str) -> None:
    Case.of(proposal=proposal).refused(f"link a: proposal{place}", text)
    Case.of(tunnels={"2-3": {"proposal": proposal}}).refused(f"link a: tunnels.2-3.proposal{place}", text)


LINK_FAULTS: list[tuple[Record, str, str]] = [
    ({"name": "x" * 29}, "link " + "x" * 29 + ": name", "Allowed: 1 to 28 letters, digits, '_' and '-', starting with a letter or digit. Remedy: rename it, or set vpn_link_uid."),
    ({"name": "a b"}, "link a b: name", "'a b' can't be part of names on both clouds"),
    ({"uid": "北京"}, "link a: uid", "'北京' can't be part of names on both clouds"),
    ({"uid": "_a"}, "link a: uid", "'_a' can't be part of names on both clouds"),
    ({"ends": ["jd"]}, "link a: ends", "['jd'] does not name two sites. Allowed: a list of two names of vpn_sites. Remedy: name the two sites that the link joins."),
    ({"ends": ["jd", "aws", "jd"]}, "link a: ends", "does not name two sites"),
    ({"ends": ["jd", "moon"]}, "link a: ends", "site 'moon' is not defined. Allowed: aws, aws2, jd, jd2. Remedy: correct it, or define it in vpn_sites."),
    ({"ends": ["jd", "jd2"]}, "link a: ends", "joins jd (jdcloud) and jd2 (jdcloud). Allowed: two of different kinds: jdcloud and aws, jdcloud and device, aws and device. Remedy: correct the ends."),
    ({"ends": ["aws2", "aws"]}, "link a: ends", "joins aws2 (aws) and aws (aws)"),
    ({"ends": ["jd", "jd"]}, "link a: ends", "joins jd (jdcloud) and jd (jdcloud)"),
    ({"psk_generation": 0}, "link a: psk_generation", "0 is no generation. Allowed: 1, 2, 3, …. Remedy: correct it."),
    ({"psk_generation": -1}, "link a: psk_generation", "-1 is no generation"),
    ({"tunnels": {"1-3": {}}}, "link a: tunnels.1-3", f"is not a slot. {SLOTS_ALLOWED}"),
    ({"psks": {"1": OWN_KEYS["1-1"]}}, "link a: psks.1", f"is not a slot. {SLOTS_ALLOWED}"),
    ({"tunnels": {"1-1": "UP"}}, "link a: tunnels.1-1", "is not a dictionary. Allowed: inside_cidr, bandwidth_mbps, admin_status, proposal."),
    ({"tunnels": {"1-1": {"mtu": 1400}}}, "link a: tunnels.1-1.mtu", "is not a known setting. Allowed: inside_cidr, bandwidth_mbps, admin_status, proposal. Remedy: correct its name."),
    ({"tunnels": {"1-1": {"psk": "hidden_key_1"}}}, "link a: tunnels.1-1.psk", "does not belong here. Remedy: move it to vpn_link_psks, whose values are hidden."),
    ({"tunnels": {"1-1": {"bandwidth_mbps": 1501}}}, "link a: tunnels.1-1.bandwidth_mbps", "1501 is out of range. Allowed: 1 to 1500 Mbit/s (JD Cloud). Remedy: correct it."),
    ({"tunnels": {"1-1": {"bandwidth_mbps": 0}}}, "link a: tunnels.1-1.bandwidth_mbps", "0 is out of range"),
    ({"tunnels": {"1-1": {"bandwidth_mbps": True}}}, "link a: tunnels.1-1.bandwidth_mbps", "True is out of range"),
    ({"tunnels": {"1-1": {"admin_status": "OFF"}}}, "link a: tunnels.1-1.admin_status", "'OFF' is not known. Allowed: UP, DOWN. Remedy: correct it."),
    ({"tunnels": {"2-3": {"inside_cidr": "169.254.3.0/30"}}}, "link a: tunnels.2-3.inside_cidr", "'169.254.3.0/30' is not an inside block for both clouds. Allowed: a /30 of 169.254.0.0/20 that is none of 169.254.0.0/30 to 169.254.5.0/30 (JD Cloud and AWS). Remedy: choose another one."),
    ({"tunnels": {"2-3": {"inside_cidr": "169.254.9.0/29"}}}, "link a: tunnels.2-3.inside_cidr", "'169.254.9.0/29' is not an inside block"),
    ({"tunnels": {"1-1": {"inside_cidr": "169.254.9.0/30"}, "2-3": {"inside_cidr": "169.254.9.0/30"}}}, "link a: tunnels.2-3.inside_cidr", "169.254.9.0/30 is also the block of slot 1-1. Remedy: choose another one."),
    ({"ranges": {"aws2": ["172.17.0.0/24"]}}, "link a: ranges.aws2", "is not a list of ranges of one of the link's ends. Allowed: a list for jd or aws. Remedy: correct it."),
    ({"ranges": {"jd": "10.1.0.0/24"}}, "link a: ranges.jd", "is not a list of ranges"),
    ({"ranges": {"jd": ["10.1.0.1/24"]}}, "link a: ranges.jd", "'10.1.0.1/24' is not a range"),
    ({"ranges": {"jd": ["10.2.0.0/24"]}}, "link a: ranges.jd", "10.2.0.0/24 lies outside the site. Allowed: 10.1.0.0/16. Remedy: correct it."),
    ({"adopt": {"vpc_id": "vpc-1"}}, "link a: adopt.vpc_id", "is not known. Allowed: jdcloud_customer_gateway_id, jdcloud_vpn_connection_id, aws_vpn_connection_ids."),
    ({"adopt": {"aws_vpn_connection_ids": "vpn-1"}}, "link a: adopt.aws_vpn_connection_ids", "'vpn-1' does not name both AWS connections. Allowed: a list of two ids. Remedy: give both, or none."),
    ({"adopt": {"aws_vpn_connection_ids": ["vpn-1"]}}, "link a: adopt.aws_vpn_connection_ids", "['vpn-1'] does not name both AWS connections"),
    ({"adopt": {"aws_vpn_connection_ids": ["vpn-1", "vpn-1"]}}, "link a: adopt.aws_vpn_connection_ids", "does not name both AWS connections"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "place", "text"), LINK_FAULTS)
def test_a_link_is_refused(change: Record, place: str, text: str) -> None:
    case = Case.of(**change)
    case.sites.update(jd2=jdcloud_site(2), aws2=aws_site(2))
    case.refused(place, text)


# What the module's own arguments refuse before the core sees it, the core refuses too: it is also called otherwise.
RAW: list[tuple[Record, str]] = [
    ({"colour": "red"}, "link a: colour: is not a known setting. Allowed: name, ends, uid, state, routing, proposal"),
    ({"routing": "ospf"}, "link a: routing: 'ospf' is not known. Allowed: bgp, static. Remedy: choose one."),
    ({"state": "gone"}, "link a: state: 'gone' is not known. Allowed: present, absent. Remedy: choose one."),
    ({"ends": "jd aws"}, "link a: ends: 'jd aws' does not name two sites"),
    ({"proposal": "strong"}, "link a: proposal: is str, not a dictionary. Allowed: ike_version"),
    ({"tunnels": ["1-1"]}, "link a: tunnels: is not a dictionary. Allowed: slots: '1-1'"),
    ({"psks": "hidden_key_1"}, "link a: psks: is not a dictionary. Allowed: slots: '1-1'"),
    ({"ranges": ["10.1.0.0/24"]}, "link a: ranges: is not a dictionary. Allowed: site name: list of ranges."),
    ({"adopt": ["vpn-1"]}, "link a: adopt: is not a dictionary. Allowed: jdcloud_customer_gateway_id"),
    ({"psk_generation": True}, "link a: psk_generation: True is no generation"),
    ({"psk_generation": "2"}, "link a: psk_generation: '2' is no generation"),
]


@pytest.mark.parametrize(("change", "text"), RAW)
def test_a_link_that_never_passed_the_modules_arguments(change: Record, text: str) -> None:
    inventory = planner.read_inventory(Case().sites, [{"name": "a", "ends": ["jd", "aws"], **change}], None, MASTER)
    (fault,) = inventory.faults
    assert str(fault).startswith(text)
    assert "hidden_key_1" not in str(fault)


KEYS = [
    "1234567",
    "0_starts_with_zero",
    "0xABCDEF0123",
    "dots.in.the.key",
    "dash-in-the-key",
    "x" * 21,
    "späte_umlaute",
]


@pytest.mark.parametrize("key", KEYS)
def test_an_own_key_that_not_both_clouds_accept_is_refused_and_never_quoted(key: str) -> None:
    text = ("is not a pre-shared key that both clouds accept. Allowed: 8 to 20 letters, digits and '_', not starting with 0 "
            "(both clouds). Remedy: choose another one.")  # fmt: skip
    case = Case.of(psks={"1-1": key})
    case.refused("link a: psks.1-1", text)
    assert key not in case.refusal()


@pytest.mark.parametrize(
    ("master", "problem"),
    [(None, "is missing, and tunnels without an own psk derive theirs from it"), ("", "is missing"),
     ("correct horse battery staple", "is too weak. Allowed: at least 32 random bytes as text.")],
)  # fmt: skip
def test_a_missing_or_weak_master_secret(master: str | None, problem: str) -> None:
    remedy = "Remedy: make one with: openssl rand -base64 32, and keep it in ansible-vault or a credential store."
    Case(master=master).refused("vpn_link_master_secret", problem, remedy)
    Case(links=[{"name": "a", "ends": ["jd", "aws"], "psks": {"1-1": OWN_KEYS["1-1"]}}], master=master).refused(
        "vpn_link_master_secret", problem
    )


def test_a_link_with_keys_of_its_own_or_that_goes_needs_no_master_secret() -> None:
    Case(links=[{**Case().links[0], "psks": OWN_KEYS}], master=None).run()
    Case(links=[{**Case().links[0], "state": "absent"}], master=None).run()


def test_every_fault_is_told_in_one_message() -> None:
    case = Case(
        {"jd": jdcloud_site(vpc={"cidr": "10.1.0.0/15"}), "aws": aws_site(vpn_gateway={"asn": 1}), "x y": {}},
        [{"name": "a", "ends": ["jd", "aws"], "psks": {"1-1": "bad.key.1", "1-2": "bad.key.2"},
          "proposal": {"ike_dh_group": 5, "ipsec_lifetime": 1}},
         {"name": "b", "ends": ["jd", "nowhere"]}],
        master="weak",
    )  # fmt: skip
    message = case.refusal()
    assert message.startswith("Refused, before any cloud was asked. 9 faults:\n  1. ")
    for place in ("vpn_sites.jd.vpc.cidr: ", "vpn_sites.aws.vpn_gateway.asn: ", "vpn_sites.x y: ", "link a: psks.1-1: ",
                  "link a: psks.1-2: ", "link a: proposal.ike_dh_group: ", "link a: proposal.ipsec_lifetime: ",
                  "link b: ends: ", "vpn_link_master_secret: "):  # fmt: skip
        assert message.count(place) == 1, place


def test_the_fault_of_a_site_is_not_told_again_for_each_of_its_links() -> None:
    sites = {"jd": jdcloud_site(), "aws": "broken"}
    Case(sites, topology={"a": ["jd", "aws"]}).refused("vpn_sites.aws", "is str, not a dictionary")


def test_what_is_right_is_accepted_in_the_forms_that_inventories_have() -> None:
    case = Case.of(proposal={"ike_dh_group": "14", "ike_encryption": "AES128", "ike_version": "1"})
    inventory = planner.read_inventory(case.sites, case.links, None, MASTER)
    assert inventory.faults == []
    proposal = inventory.links[0].tunnels[0].proposal
    assert (proposal.ike_dh_group, proposal.ike_encryption, proposal.ike_version) == (14, "aes128", 1)
    assert [tunnel.address for tunnel in inventory.links[0].tunnels] == [1, 1, 2, 2]
    assert inventory.links[0].slots_of(2) == ("2-3", "2-4")
