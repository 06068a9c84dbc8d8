# SPDX-License-Identifier: GPL-3.0-or-later
"""What is pushed to routers that keep it: the next push is empty, foreign things stay, and a failure leaves no half."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Refused
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.proposals import Proposal
from ansible_collections.intercloud.vpn.plugins.plugin_utils.router_push import Failed
from hypothesis import given, settings
from hypothesis import strategies as st

from .routers import FOREIGN_IOS, Machine, device, link

FAMILIES = ["vyos", "cisco_iosxe", "juniper_srx"]
PROPOSALS = [
    {},
    {"ike_version": 1},
    {"ike_encryption": "aes256", "ipsec_encryption": "aes256"},
    {"ike_integrity": "sha384", "ike_dh_group": 20, "ipsec_pfs_group": 20},
    {"ike_version": 1, "ike_lifetime": 86400, "ipsec_lifetime": 3600, "ike_integrity": "sha1"},
]
LINKS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), st.sampled_from(["bgp", "static"]), st.integers(1, 4), st.integers(0, len(PROPOSALS) - 1),
        st.booleans(),
    ),
    unique_by=lambda item: item[0],
)  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
@given(first=LINKS, second=LINKS, zone=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_push_is_a_fixed_point_from_wherever_it_starts(family: str, first: list, second: list, zone: bool) -> None:
    machine = Machine(family)
    before = machine.text
    for wanted in (first, second):
        links = [
            link(uid, 10 * (ord(uid) - 96), routing, count, proposal=Proposal(**PROPOSALS[proposal]), enabled=enabled)
            for uid, routing, count, proposal, enabled in wanted
        ]
        whole = device(family, *links, zone_firewall=zone)
        result = machine.push(whole)
        assert "warnings" not in result
        again = machine.push(whole)
        assert (again["changed"], again["commands"], again["diff"], again["touched"]) == (False, [], [], [])
        assert machine.saved
    machine.push(device(family, zone_firewall=zone))
    assert machine.text == before
    fresh = Machine(family)
    if links:
        fresh.push(whole)
        direct = fresh.text
        machine.push(whole)
        assert machine.text == direct


@pytest.mark.parametrize("family", FAMILIES)
def test_a_process_of_our_own_goes_with_the_last_link(family: str) -> None:
    machine = Machine(family, foreign=False)
    before = machine.text
    zone = "" if family == "juniper_srx" else "intercloud"  # there it stays
    machine.push(device(family, link("a", 10), bgp_process="own", zone=zone))
    assert "65300" in machine.text
    machine.push(device(family, bgp_process="own", zone=zone))
    assert machine.text == before


@pytest.mark.parametrize("family", FAMILIES)
def test_check_mode_tells_and_changes_nothing(family: str) -> None:
    machine = Machine(family)
    before = machine.text
    result = machine.push(device(family, link("a", 10)), check_mode=True)
    assert result["changed"] and result["touched"] == ["a-1-1", "a-1-2", "shared"]
    assert "icv10" in result["diff"][0]["after"] and "icv10" not in result["diff"][0]["before"]
    assert machine.text == before


@pytest.mark.parametrize("family", FAMILIES)
def test_links_to_be_kept_are_left_as_they_are(family: str) -> None:
    machine = Machine(family)
    both = device(family, link("a", 10), link("b", 20))
    machine.push(both)
    before = machine.text
    assert not machine.push(device(family), keep=["a", "b"])["changed"]
    assert machine.text == before
    machine.push(device(family), keep=["a"])
    assert "icv20" not in machine.text and "icv10" in machine.text
    alone = Machine(family)
    alone.push(device(family, link("a", 10)))
    ours = {line for line in alone.text.splitlines() if "192.168.50.0" in line}
    assert ours and ours <= set(machine.text.splitlines()), "what all tunnels share stays"
    machine.push(both)
    assert machine.text == before


@pytest.mark.parametrize("family", FAMILIES)
def test_with_only_no_other_tunnel_is_touched(family: str) -> None:
    machine = Machine(family)
    machine.push(device(family, link("a", 10), link("b", 20)))
    rekeyed = device(family, link("a", 10, mark="g2-99999999"), link("b", 20, mark="g2-99999999"))
    result = machine.push(rekeyed, generation="-2", only=["a-1-2"])
    assert result["touched"] == ["a-1-2"]
    assert machine.text.count("key_of_a-1-2-2") == 1
    assert machine.text.count("-2-2") == machine.text.count("key_of_a-1-2-2"), "no other key"
    result = machine.push(rekeyed, generation="-2")
    assert result["touched"] == ["a-1-1", "b-1-1", "b-1-2"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_new_key_changes_the_key_and_its_marks_alone(family: str) -> None:
    machine = Machine(family)
    machine.push(device(family, link("a", 10)))
    result = machine.push(device(family, link("a", 10, mark="g2-99999999")), generation="-2")
    words = ("secret", "description", "pre-shared-key", "crypto ikev2 keyring", "peer", "interface", "exit", "delete")
    assert not [line for line in result["commands"] if not any(word in line for word in words)]
    assert "key_of_a-1-1-2" in machine.text


@pytest.mark.parametrize("family", ["vyos", "cisco_iosxe"])
def test_another_asn_is_refused(family: str) -> None:
    machine = Machine(family)
    before = machine.text
    with pytest.raises(Refused, match=r"hq runs BGP as AS 65300, and its links want AS 65400"):
        machine.push(device(family, link("a", 10), asn=65400))
    assert machine.text == before


@pytest.mark.parametrize("nth", [1, 2, 9, 30, 61])
def test_ios_puts_back_what_it_had_where_it_refuses_a_line(nth: int) -> None:
    machine = Machine("cisco_iosxe")
    machine.push(device("cisco_iosxe", link("a", 10)))
    before = machine.text
    machine.router.faults.refuse_line = nth
    with pytest.raises(Failed, match=r"put back to what it was; nothing was saved") as failed:
        machine.push(device("cisco_iosxe", link("a", 10), link("b", 20)))
    assert failed.value.applied == []
    assert (machine.text, machine.saved) == (before, True)
    assert machine.push(device("cisco_iosxe", link("a", 10), link("b", 20)))["changed"]


def test_ios_tells_what_stays_where_nothing_can_be_put_back() -> None:
    machine = Machine("cisco_iosxe")
    machine.router.faults.refuse_line, machine.router.faults.no_replace = 20, True
    with pytest.raises(Failed, match=r"could not be put back .*the last of them 'identity local address") as failed:
        machine.push(device("cisco_iosxe", link("a", 10)))
    applied = [line for line in failed.value.applied if not line.startswith("exit")]
    assert len(applied) == 19 and applied[-1] == machine.router.typed[-1]
    assert not [line for line in failed.value.applied if "key_of" in line]
    assert not machine.saved
    machine.router.faults.no_replace = False
    machine.push(device("cisco_iosxe", link("a", 10)))
    fresh = Machine("cisco_iosxe")
    fresh.push(device("cisco_iosxe", link("a", 10)))
    assert (machine.text, machine.saved) == (fresh.text, True)


def test_ios_reverts_by_itself_where_the_connection_breaks() -> None:
    machine = Machine("cisco_iosxe")
    machine.router.configure("archive\npath flash:archive\nexit")
    machine.router.console().say("write memory")
    before = machine.text
    machine.router.faults.hang_up_line = 25
    with pytest.raises(Failed, match=r"takes it back within 5 minutes"):
        machine.push(device("cisco_iosxe", link("a", 10)))
    assert machine.text != before
    machine.router.expire()
    assert machine.text == before


def test_ios_without_archive_heals_by_the_next_run() -> None:
    machine = Machine("cisco_iosxe")
    machine.router.faults.hang_up_line = 25
    with pytest.raises(Failed, match=r"a reload takes it back"):
        machine.push(device("cisco_iosxe", link("a", 10)))
    machine.push(device("cisco_iosxe", link("a", 10)))
    fresh = Machine("cisco_iosxe")
    fresh.push(device("cisco_iosxe", link("a", 10)))
    assert (machine.text, machine.saved) == (fresh.text, True)


def test_ios_changes_nothing_without_a_backup_and_saves_what_was_not_saved() -> None:
    machine = Machine("cisco_iosxe")
    wanted = device("cisco_iosxe", link("a", 10))
    before = machine.text
    machine.router.faults.no_space = True
    with pytest.raises(Failed, match=r"could not back its configuration up, so nothing was changed"):
        machine.push(wanted)
    assert machine.text == before
    machine.router.faults.no_space, machine.router.faults.no_save = False, True
    with pytest.raises(Failed, match=r"made but not saved"):
        machine.push(wanted)
    machine.router.faults.no_save = False
    assert machine.push(wanted, check_mode=True)["changed"] and not machine.saved
    assert machine.push(wanted)["changed"] and machine.saved
    assert not machine.push(wanted)["changed"]


def test_ios_with_keys_in_clear_knows_them_by_themselves() -> None:
    machine = Machine("cisco_iosxe", options={"encrypts": False})
    wanted = device("cisco_iosxe", link("a", 10))
    machine.push(wanted)
    assert not machine.push(wanted)["changed"]
    machine.router.configure("crypto ikev2 keyring icv10\npeer icv10\npre-shared-key by_hand\nexit\nexit")
    result = machine.push(wanted)
    assert result["touched"] == ["a-1-1"]
    assert "by_hand" not in str(result) and "(another key)" in result["diff"][0]["before"]
    assert "by_hand" not in machine.text


@pytest.mark.parametrize("nth", [1, 2, 30])
def test_vyos_changes_nothing_where_it_refuses_a_line(nth: int) -> None:
    machine = Machine("vyos")
    before = machine.text
    machine.router.faults.refuse_line = nth
    with pytest.raises(Failed, match=r"refused a line, and nothing was changed"):
        machine.push(device("vyos", link("a", 10)))
    assert (machine.text, machine.saved) == (before, True)


@pytest.mark.parametrize("half", [False, True])
def test_vyos_takes_a_failed_commit_back(half: bool) -> None:
    machine = Machine("vyos")
    before = machine.text
    machine.router.faults.fail_commit, machine.router.faults.half_commit = "[[vpn ipsec]] failed", half
    end = "what it had already changed was changed back" if half else "nothing was changed"
    with pytest.raises(Failed, match=rf"refused the commit, and {end}"):
        machine.push(device("vyos", link("a", 10)))
    assert (machine.text, machine.saved, machine.router.timer) == (before, True, None)


def test_vyos_takes_back_by_itself_what_nobody_confirms() -> None:
    machine = Machine("vyos")
    before = machine.text
    machine.router.faults.hang_up_at = "run show"
    with pytest.raises(Failed, match=r"takes it back within 5 minutes"):
        machine.push(device("vyos", link("a", 10)))
    assert machine.text != before
    machine.router.expire()
    assert machine.text == before


def test_vyos_is_not_believed_where_it_committed_nothing() -> None:
    machine = Machine("vyos")
    machine.router.faults.ignore_commit = "Another confirm is pending"
    with pytest.raises(Failed, match=r"did not commit, so nothing was changed: .*Another confirm is pending"):
        machine.push(device("vyos", link("a", 10)))


def test_vyos_without_a_confirmation_commits_at_once_and_saves_later() -> None:
    machine = Machine("vyos")
    wanted = device("vyos", link("a", 10))
    machine.router.faults.hang_up_at = "save"
    with pytest.raises(Failed, match=r"before the commit, so nothing was changed"):
        machine.push(wanted, minutes=0)
    machine.router.faults.hang_up_at = "run show"
    with pytest.raises(Failed, match=r"not saved, so a restart takes it back"):
        machine.push(wanted, minutes=0)
    machine.router.faults.hang_up_at = ""
    assert machine.push(wanted, minutes=0, check_mode=True)["changed"] and not machine.saved
    assert machine.push(wanted, minutes=0)["changed"] and machine.saved


def test_vyos_shows_that_a_key_was_changed_by_hand_and_neither_of_both() -> None:
    machine = Machine("vyos")
    wanted = device("vyos", link("a", 10))
    machine.push(wanted)
    path = ("vpn", "ipsec", "authentication", "psk", "icv10", "secret")
    machine.router.running.pop((*path, "key_of_a-1-1"))
    machine.router.running[(*path, "by_hand")] = None
    result = machine.push(wanted)
    assert result["commands"] == ["set vpn ipsec authentication psk icv10 secret ********"]
    assert "by_hand" not in str(result) and "(another key)" in result["diff"][0]["before"]


def test_the_test_would_notice_a_foreign_line_that_goes() -> None:
    machine = Machine("cisco_iosxe")
    before = machine.text
    machine.router.configure("no ip prefix-list mine")
    assert machine.text != before and "ip prefix-list mine" in FOREIGN_IOS


def test_one_changed_range_touches_what_names_it() -> None:
    machine = Machine("cisco_iosxe")
    first = device("cisco_iosxe", link("a", 10))
    machine.push(first)
    changed = replace(first.links[0], accept=("10.10.0.0/17",))
    result = machine.push(replace(first, links=(changed,)))
    assert not [line for line in result["commands"] if "crypto" in line or "interface" in line or "neighbor" in line]


@pytest.mark.parametrize("fault", ["refuse_load", "fail_commit"])
def test_junos_changes_nothing_where_it_refuses(fault: str) -> None:
    machine = Machine("juniper_srx")
    before = machine.text
    setattr(machine.router.faults, fault, "syntax error")
    with pytest.raises(Failed, match=r"refused the configuration, and nothing was changed: syntax error"):
        machine.push(device("juniper_srx", link("a", 10)))
    assert (machine.text, machine.saved) == (before, True)


def test_junos_is_left_alone_while_somebody_else_configures_it() -> None:
    machine = Machine("juniper_srx")
    machine.router.faults.locked_by_another = True
    with pytest.raises(Failed, match=r"could not be locked, and nothing was changed: .*other terminal"):
        machine.push(device("juniper_srx", link("a", 10)))


def test_junos_takes_back_by_itself_what_nobody_confirms() -> None:
    machine = Machine("juniper_srx")
    before = machine.text
    machine.router.faults.hang_up_after_commit = True
    with pytest.raises(Failed, match=r"takes it back within 5 minutes, without a restart"):
        machine.push(device("juniper_srx", link("a", 10)))
    assert machine.text != before
    machine.router.expire()
    assert machine.text == before


def test_junos_sets_a_policy_anew_where_its_terms_change_because_their_order_counts() -> None:
    machine = Machine("juniper_srx")
    first = device("juniper_srx", link("a", 10, count=1))
    machine.push(replace(first, links=(replace(first.links[0], accept=()),)))
    machine.push(first)
    terms = [line for line in machine.router.show().splitlines() if "policy-statement icv10-in" in line]
    assert ["term rest" in line for line in terms] == [False] * (len(terms) - 1) + [True]
