# SPDX-License-Identifier: GPL-3.0-or-later
"""Pings: which are sent, how their output is read, what they mean, and which filter is in their way."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import health_firewalls, health_pings
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.addressing import Network

from .living import AWS_PROBE, JD_PROBE, Living
from .world import Record

PROBES = [
    {"host": "h1", "site": "jd", "address": JD_PROBE},
    {"host": "h2", "site": "aws", "address": AWS_PROBE},
    {"host": "h3", "site": "aws", "address": "172.16.1.6"},
    {"host": "h4", "site": "elsewhere", "address": "192.168.0.1"},
]
ANSWERED = """PING 172.16.1.5 (172.16.1.5) 56(84) bytes of data.

--- 172.16.1.5 ping statistics ---
5 packets transmitted, 4 received, 20% packet loss, time 801ms
rtt min/avg/max/mdev = 0.512/0.634/0.801/0.101 ms
"""
BUSYBOX = """--- 172.16.1.5 ping statistics ---
5 packets transmitted, 5 packets received, 0% packet loss
round-trip min/avg/max = 0.5/0.7/0.9 ms
"""


def test_every_pair_both_ways_small_and_large() -> None:
    plan = health_pings.plan(PROBES, "a", ("jd", "aws"), 5, 15, 1400)
    assert {(x["host"], x["to_address"], x["size"]) for x in plan} == {
        (host, to, size)
        for host, to in (("h1", AWS_PROBE), ("h1", "172.16.1.6"), ("h2", JD_PROBE), ("h3", JD_PROBE))
        for size in ("small", "large")
    }
    commands = {x["size"]: x["command"] for x in plan if x["host"] == "h2"}
    assert commands["small"] == f"LC_ALL=C ping -n -q -c 5 -i 0.2 -W 2 -w 15 {JD_PROBE}"
    assert commands["large"] == f"LC_ALL=C ping -n -q -c 5 -i 0.2 -W 2 -w 15 -M do -s 1372 {JD_PROBE}"


def test_an_address_can_not_become_a_command() -> None:
    probes = [PROBES[0], {"host": "h2", "site": "aws", "address": "1.1.1.1; reboot"}]
    command = health_pings.plan(probes, "a", ("jd", "aws"), 5, 15, 1400)[0]["command"]
    assert command.endswith(" '1.1.1.1; reboot'")
    (fault,) = health_pings.probe_faults(probes, ["jd", "aws"])
    assert str(fault).startswith("probes[1].address: '1.1.1.1; reboot' is no IPv4 address")


def test_a_probe_of_an_unknown_site_is_a_fault() -> None:
    (fault,) = health_pings.probe_faults(PROBES, ["jd", "aws"])
    assert str(fault) == "probes[3].site: 'elsewhere' is no known site. Allowed: aws, jd. Remedy: correct it."


@pytest.mark.parametrize(
    ("result", "sent", "received", "average", "error"),
    [
        ({"rc": 0, "stdout": ANSWERED}, 5, 4, 0.634, ""),
        ({"rc": 0, "stdout": BUSYBOX}, 5, 5, 0.7, ""),
        ({"rc": 1, "stdout": "5 packets transmitted, 0 received, 100% packet loss"}, 5, 0, None, ""),
        (
            {"rc": 1, "stdout": "5 packets transmitted, 0 received, +5 errors, 100% packet loss, time 4ms"},
            5, 0, None, "",
        ),
        ({"rc": 127, "stdout": "", "stderr": "sh: 1: ping: not found\r\n"}, 0, 0, None,
         "ping does not run on probe host h1: sh: 1: ping: not found"),
        ({"unreachable": True, "msg": "Failed to connect"}, 0, 0, None,
         "probe host h1 can't be reached: Failed to connect"),
        ({"rc": 2}, 0, 0, None, "ping does not run on probe host h1: it said nothing"),
    ],
)  # fmt: skip
def test_what_came_of_a_ping(result: Record, sent: int, received: int, average: float | None, error: str) -> None:
    ping = health_pings.plan(PROBES, "a", ("jd", "aws"), 5, 15, 1400)[0]
    outcome = health_pings.outcome(ping, result)
    assert (outcome["sent"], outcome["received"], outcome["average_ms"], outcome["error"]) == (
        sent, received, average, error,
    )  # fmt: skip
    assert (outcome["link"], outcome["from_address"], outcome["to_address"]) == ("a", JD_PROBE, AWS_PROBE)


def pings(small: int = 5, large: int = 5, back: tuple[int, int] = (5, 5), error: str = "") -> list[Record]:
    """Pings from JD Cloud to AWS, and back."""
    found = []
    for source, target, counts in (
        (("jd", JD_PROBE), ("aws", AWS_PROBE), (small, large)),
        (("aws", AWS_PROBE), ("jd", JD_PROBE), back),
    ):
        for size, received in zip(("small", "large"), counts, strict=True):
            found.append(
                {"link": "a", "size": size, "from_site": source[0], "from_address": source[1], "to_site": target[0],
                 "to_address": target[1], "sent": 5, "received": received, "average_ms": None,
                 "error": error if source[0] == "jd" else ""}
            )  # fmt: skip
    return found


def jd_firewall(*rules: Record, **more: Any) -> Record:
    groups = [{"id": "sg-jd", "rules": list(rules)}] if rules else []
    return {"site": "jd", "kind": "jdcloud", "address": JD_PROBE, "security_groups": groups, "notes": [], **more}


def jd_rule(direction: int, block: str, action: str = "ALLOW", priority: int = 50, protocol: int = 1) -> Record:
    return {"direction": direction, "rule_action": action, "priority": priority, "protocol": protocol,
            "address_prefix": block}  # fmt: skip


def aws_rule(inbound: bool, block: str, protocol: str = "icmp", kind: int = -1) -> Record:
    return {"inbound": inbound, "protocol": protocol, "icmp_type": kind, "cidrs": [block]}


def acl_rule(inbound: bool, number: int, allow: bool, block: str, protocol: str = "-1", kind: Any = None) -> Record:
    return {"inbound": inbound, "number": number, "allow": allow, "cidr": block, "protocol": protocol,
            "icmp_type": kind}  # fmt: skip


OPEN_GROUP = [aws_rule(True, "10.1.0.0/16"), aws_rule(False, "0.0.0.0/0", "-1")]
OPEN_ACL = [acl_rule(True, 100, True, "0.0.0.0/0"), acl_rule(False, 100, True, "0.0.0.0/0"),
            acl_rule(True, 32767, False, "0.0.0.0/0"), acl_rule(False, 32767, False, "0.0.0.0/0")]  # fmt: skip


def aws_firewall(groups: list[Record] | None = None, acl: list[Record] | None = None) -> Record:
    return {
        "site": "aws", "kind": "aws", "address": AWS_PROBE, "notes": [],
        "security_groups": [{"id": "sg-aws", "rules": OPEN_GROUP if groups is None else groups}],
        "network_acl": {"id": "acl-1", "rules": OPEN_ACL if acl is None else acl},
    }  # fmt: skip


OPEN_JD = jd_firewall(jd_rule(0, "172.16.0.0/16"), jd_rule(1, "0.0.0.0/0", protocol=300))


def test_answered_pings_say_nothing() -> None:
    link = Living().look(pings=pings())
    assert (link["findings"], link["expectation_met"], len(link["pings"])) == ([], True, 4)


def test_pings_of_other_links_do_not_count() -> None:
    assert Living().findings(pings=[{**ping, "link": "b"} for ping in pings(0, 0)]) == []


def test_large_packets_that_vanish_are_the_mtu() -> None:
    link = Living().look(pings=pings(large=0), firewalls=[OPEN_JD, aws_firewall(acl=[])])
    (finding,) = link["findings"]
    assert (finding["level"], finding["verdict"]) == ("error", "MTU")
    assert "1372 bytes that must not be fragmented (MTU 1400) are not" in finding["text"]
    assert not link["expectation_met"]


def test_some_lost_pings_are_a_warning() -> None:
    level, _slot, verdict, text = Living().finding(pings=pings(small=3))
    assert (level, verdict) == ("warning", "ping fails")
    assert text.endswith("40 % of 5 pings were lost")


def test_a_probe_that_can_not_ping_is_an_error() -> None:
    level, _slot, verdict, text = Living().finding(pings=pings(0, 0, error="ping does not run"))
    assert (level, verdict) == ("error", "ping fails")
    assert text.endswith("ping does not run")


def test_unanswered_pings_of_a_link_that_is_down_blame_no_filter() -> None:
    living = Living()
    living.down("1-1", "1-2", "2-3", "2-4")
    found = [x for x in living.look(pings=pings(0, 0), firewalls=[jd_firewall(), aws_firewall([])])["findings"]
             if x["verdict"] != "IPsec down"]  # fmt: skip
    assert [(x["verdict"], x["remedy"]) for x in found] == [("ping fails", "mend what is said of the link first")]


def test_nothing_explains_it() -> None:
    firewalls = [{**OPEN_JD, "notes": ["network ACL acl-jd of JD Cloud"]}, aws_firewall()]
    link = Living().look(pings=pings(0, 0), firewalls=firewalls)
    (finding,) = link["findings"]
    assert (finding["level"], finding["verdict"]) == ("error", "ping fails")
    assert "every group and ACL that could be read are in order" in finding["text"]
    assert finding["remedy"].endswith("not looked at: network ACL acl-jd of JD Cloud")
    assert not link["expectation_met"]


# From JD Cloud to AWS: what of AWS lets nothing in or no answer out.
AWS_FILTERS = [
    ([], None, f"no rule of security group sg-aws admits a ping from {JD_PROBE}/32"),
    ([aws_rule(True, "10.9.0.0/16")], None, "security group sg-aws"),
    ([aws_rule(True, "10.1.0.0/16", "tcp", 8)], None, "security group sg-aws"),
    ([aws_rule(True, "10.1.0.0/16", "icmp", 3)], None, "security group sg-aws"),
    (None, [acl_rule(True, 90, False, "10.1.1.0/24"), *OPEN_ACL], "(rule 90 denies 10.1.1.0/24)"),
    (None, [acl_rule(True, 90, False, "10.1.1.0/24", "1", 8), *OPEN_ACL], "network ACL acl-1 denies a ping from"),
    (None, [acl_rule(False, 90, False, "10.0.0.0/8"), *OPEN_ACL], "network ACL acl-1 denies a ping's answer to"),
    (None, [acl_rule(False, 90, False, "10.0.0.0/8", "1", 0), *OPEN_ACL], "denies a ping's answer to"),
    (None, OPEN_ACL[:1], "no rule of network ACL acl-1 admits a ping's answer to"),
    (None, OPEN_ACL[1:2], "no rule of network ACL acl-1 admits a ping from"),
]


@pytest.mark.parametrize(("groups", "acl", "text"), AWS_FILTERS)
def test_what_is_in_the_way_on_aws(groups: list[Record] | None, acl: list[Record] | None, text: str) -> None:
    link = Living().look(pings=pings(0, 0), firewalls=[OPEN_JD, aws_firewall(groups, acl)])
    info, finding = link["findings"]
    assert (info["level"], info["verdict"]) == ("info", "ping fails")
    assert (finding["level"], finding["verdict"]) == ("error", "security group or network ACL in the way")
    assert finding["text"].startswith(f"aws {AWS_PROBE}: ")
    assert text in finding["text"]
    assert link["verdict"] == "security group or network ACL in the way"
    assert (link["expectation_met"], link["worth_waiting"]) == (False, False)


AWS_OPEN = [
    (None, [acl_rule(True, 110, False, "10.1.1.0/24"), *OPEN_ACL]),
    (None, [acl_rule(True, 90, False, "10.1.1.0/24", "6"), *OPEN_ACL]),
    (None, [acl_rule(True, 90, False, "10.1.1.0/24", "1", 0), *OPEN_ACL]),
    ([aws_rule(True, "10.1.1.5/32", "icmp", 8)], None),
    ([aws_rule(True, "0.0.0.0/0", "-1")], None),
]


@pytest.mark.parametrize(("groups", "acl"), AWS_OPEN)
def test_what_is_not_in_the_way_on_aws(groups: list[Record] | None, acl: list[Record] | None) -> None:
    found = Living().findings(pings=pings(0, 0), firewalls=[OPEN_JD, aws_firewall(groups, acl)])
    assert [x[2] for x in found] == ["ping fails"]


JD_FILTERS = [
    ([jd_rule(0, "172.16.0.0/16"), jd_rule(1, "10.0.0.0/8")], "no rule of security group sg-jd admits a ping to"),
    ([jd_rule(1, "0.0.0.0/0"), jd_rule(1, "172.16.0.0/12", "DENY", 10)], "(rule 10 denies 172.16.0.0/12)"),
    ([jd_rule(1, "0.0.0.0/0"), jd_rule(1, "172.16.0.0/12", "DENY", 50)], "(rule 50 denies 172.16.0.0/12)"),
    ([jd_rule(1, "0.0.0.0/0", protocol=6)], "no rule of security group sg-jd admits a ping to"),
]


@pytest.mark.parametrize(("rules", "text"), JD_FILTERS)
def test_what_is_in_the_way_on_jd_cloud(rules: list[Record], text: str) -> None:
    found = Living().findings(pings=pings(0, 0), firewalls=[jd_firewall(*rules), aws_firewall()])
    (_info, finding) = found
    assert finding[2] == "security group or network ACL in the way"
    assert finding[3].startswith(f"jd {JD_PROBE}: ")
    assert text in finding[3]


def test_a_deny_that_ranks_behind_is_not_in_the_way() -> None:
    rules = [jd_rule(1, "0.0.0.0/0", priority=10), jd_rule(1, "172.16.0.0/12", "DENY", 50)]
    found = Living().findings(pings=pings(0, 0), firewalls=[jd_firewall(*rules), aws_firewall()])
    assert [x[2] for x in found] == ["ping fails"]


def test_the_way_back_is_judged_by_its_own_direction() -> None:
    """AWS pings JD Cloud: JD Cloud's group must let it in, AWS's let it out."""
    firewalls = [jd_firewall(jd_rule(1, "0.0.0.0/0")), aws_firewall([aws_rule(True, "0.0.0.0/0")])]
    found = Living().findings(pings=pings(back=(0, 0)), firewalls=firewalls)
    assert [x[3] for x in found if x[0] == "error"] == [
        f"aws {AWS_PROBE}: no rule of security group sg-aws admits a ping to {JD_PROBE}/32",
        f"jd {JD_PROBE}: no rule of security group sg-jd admits a ping from {AWS_PROBE}/32",
    ]


def test_without_pings_filters_are_warnings() -> None:
    link = Living().look(firewalls=[OPEN_JD, aws_firewall([])])
    assert [(x["level"], x["verdict"]) for x in link["findings"]] == [
        ("warning", "security group or network ACL in the way")
    ] * 2
    assert link["expectation_met"]


def test_a_single_probe_is_judged_against_the_other_end_s_ranges() -> None:
    texts = [x[3] for x in Living().findings(firewalls=[aws_firewall([aws_rule(True, "10.1.1.0/24"), OPEN_GROUP[1]])])]
    assert texts == [f"aws {AWS_PROBE}: no rule of security group sg-aws admits a ping from 10.1.0.0/16"]


def test_several_groups_count_as_one() -> None:
    record = aws_firewall([])
    record["security_groups"].append({"id": "sg-2", "rules": OPEN_GROUP})
    firewall = health_firewalls.understand(record)
    assert firewall.filters[0].title == "security groups sg-aws, sg-2"
    assert firewall.blocks(JD_PROBE, True) == []
    assert firewall.filters[0].blocks(Network("10.2.0.0/16"), True)
