# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tunnel is which, what differs, and what is refused before any call."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import tunnels
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.transform import vpn_connection
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure

from tests.unit.aws.samples import CIDR_A, CIDR_B, IP_A, IP_B, KEY_A, KEY_B, connection, tunnel


def outside(wanted: list[dict], current: dict) -> list[str]:
    pairs = tunnels.join(wanted, vpn_connection(current))
    return [have["outside_ip_address"] for want in wanted for paired, have in pairs if paired is want]


@pytest.mark.parametrize("order", list(itertools.permutations([tunnel(), tunnel(IP_B, CIDR_B, KEY_B)])))
def test_inside_block_decides_whatever_the_order(order):
    current = connection(*order)
    assert outside([{"tunnel_inside_cidr": CIDR_A}, {"tunnel_inside_cidr": CIDR_B}], current) == [IP_A, IP_B]
    assert outside([{"tunnel_inside_cidr": CIDR_B}, {"tunnel_inside_cidr": CIDR_A}], current) == [IP_B, IP_A]


def test_outside_address_decides_where_the_block_shall_change():
    assert outside([{"tunnel_inside_cidr": "169.254.9.0/30", "outside_ip_address": IP_B}], connection()) == [IP_B]


def test_entry_without_address_means_the_tunnel_that_is_so_already():
    wanted = [{"pre_shared_key": KEY_B}, {"pre_shared_key": KEY_A}]
    assert outside(wanted, connection()) == [IP_B, IP_A]


def test_the_one_that_is_left_is_meant():
    wanted = [{"tunnel_inside_cidr": "169.254.9.0/30"}, {"tunnel_inside_cidr": CIDR_A}]
    assert outside(wanted, connection()) == [IP_B, IP_A]


@pytest.mark.parametrize(
    "wanted",
    [
        [{"tunnel_inside_cidr": "169.254.9.0/30"}],
        [{"startup_action": "start"}, {"startup_action": "start"}],
        [{"outside_ip_address": "52.9.9.9"}, {"tunnel_inside_cidr": CIDR_A}],
    ],
)
def test_what_is_not_clear_is_refused(wanted):
    with pytest.raises(Failure, match=rf"which tunnel does .*{IP_A} \({CIDR_A}\), {IP_B} \({CIDR_B}\)"):
        tunnels.join(wanted, vpn_connection(connection()))


def test_contradicting_addresses_are_refused():
    wanted = [{"tunnel_inside_cidr": CIDR_A, "outside_ip_address": IP_B}]
    with pytest.raises(Failure, match=f"the inside block given for tunnel {IP_B} is that of tunnel {IP_A}"):
        tunnels.join(wanted, vpn_connection(connection()))


def test_lists_are_compared_without_order_and_keys_are_hidden():
    current = vpn_connection(
        connection(tunnel(Phase1DHGroupNumbers=[{"Value": 20}, {"Value": 19}]), tunnel(IP_B, CIDR_B, KEY_B))
    )
    same = [{"tunnel_inside_cidr": CIDR_A, "phase1_dh_group_numbers": [19, 20], "pre_shared_key": KEY_A}]
    assert tunnels.compare(same, current, tunnels.KEEP) == []
    other = [{**same[0], "pre_shared_key": "AnotherKey_000000009", "phase1_dh_group_numbers": [19]}]
    (change,) = tunnels.compare(other, current, tunnels.KEEP)
    assert change.interrupts
    assert change.request() == {"PreSharedKey": "AnotherKey_000000009", "Phase1DHGroupNumbers": [{"Value": 19}]}
    assert "AnotherKey" not in str(change.as_list()) and KEY_A not in str(change.as_list())
    assert {item["field"] for item in change.as_list()} == {"pre_shared_key", "phase1_dh_group_numbers"}


def test_defaults_that_aws_does_not_list_are_no_difference():
    wanted = [{"tunnel_inside_cidr": CIDR_A, "phase1_lifetime_seconds": 28800, "startup_action": "add"}]
    assert tunnels.compare(wanted, vpn_connection(connection()), tunnels.KEEP) == []


def test_lifecycle_control_alone_does_not_interrupt():
    wanted = [{"tunnel_inside_cidr": CIDR_A, "enable_tunnel_lifecycle_control": True}]
    (change,) = tunnels.compare(wanted, vpn_connection(connection()), tunnels.KEEP)
    assert not change.interrupts


def test_all_log_options_travel_together():
    wanted = [
        {"tunnel_inside_cidr": CIDR_A, "log_enabled": True, "log_group_arn": "arn:x", "startup_action": "start"},
    ]
    log = {"LogOptions": {"CloudWatchLogOptions": {"LogEnabled": True, "LogGroupArn": "arn:old"}}}
    current = vpn_connection(connection(tunnel(**log), tunnel(IP_B, CIDR_B, KEY_B)))
    (change,) = tunnels.compare(wanted, current, tunnels.KEEP)
    assert change.request() == {
        "StartupAction": "start",
        "LogOptions": {"CloudWatchLogOptions": {"LogEnabled": True, "LogGroupArn": "arn:x"}},
    }


@pytest.mark.parametrize("masked", ["REDACTED", "**REDACTED**", "********", ""])
def test_unreadable_key_is_kept_and_named_or_written(masked):
    current = vpn_connection(connection(tunnel(key=masked), tunnel(IP_B, CIDR_B, KEY_B)))
    wanted = [{"tunnel_inside_cidr": CIDR_A, "pre_shared_key": KEY_A}]
    assert tunnels.compare(wanted, current, tunnels.KEEP) == []
    assert tunnels.not_compared(wanted, current, tunnels.KEEP) == [IP_A]
    (change,) = tunnels.compare(wanted, current, tunnels.WRITE)
    assert change.request() == {"PreSharedKey": KEY_A}
    assert tunnels.not_compared(wanted, current, tunnels.WRITE) == []


FAULTS = [
    ({"pre_shared_key": "0startswithzero"}, "pre_shared_key: is not a key that AWS accepts"),
    ({"pre_shared_key": "short"}, "8 to 64 letters"),
    ({"pre_shared_key": "has-a-hyphen"}, "not a key that AWS accepts"),
    ({"tunnel_inside_cidr": "169.254.5.0/30"}, "169.254.5.0/30 is not accepted"),
    ({"tunnel_inside_cidr": "169.254.169.252/30"}, "not accepted"),
    ({"tunnel_inside_cidr": "169.254.8.1/30"}, "not accepted"),
    ({"tunnel_inside_cidr": "169.254.8.0/29"}, "not accepted"),
    ({"tunnel_inside_cidr": "10.0.0.0/30"}, "not accepted"),
    ({"tunnel_inside_cidr": "fd00::/126"}, "not accepted"),
    ({"tunnel_inside_ipv6_cidr": "2001:db8::/126"}, "a /126 of fd00::/8"),
    ({"phase1_lifetime_seconds": 899}, "900 to 28800"),
    ({"phase2_lifetime_seconds": 3601}, "900 to 3600"),
    ({"phase1_lifetime_seconds": 1200, "phase2_lifetime_seconds": 1200}, "1200 is not below"),
    ({"dpd_timeout_seconds": 29}, "30 or more"),
    ({"rekey_fuzz_percentage": 101}, "0 to 100"),
    ({"replay_window_size": 63}, "64 to 2048"),
    ({"rekey_margin_time_seconds": 59}, "60 to 1800"),
]


@pytest.mark.parametrize(("options", "message"), FAULTS)
def test_faults_say_place_and_allowed_values(options, message):
    (fault,) = tunnels.faults([{}, options])
    assert message in str(fault)
    assert str(fault).startswith("tunnel_options[1].")
    assert options.get("pre_shared_key", "no key") not in str(fault)


def test_good_tunnels_have_no_faults():
    edge = {"phase1_lifetime_seconds": 28800, "phase2_lifetime_seconds": 900, "dpd_timeout_seconds": 30}
    good = [
        {"pre_shared_key": KEY_A, "tunnel_inside_cidr": "169.254.6.0/30", **edge},
        {"pre_shared_key": "a.b_C" * 12, "tunnel_inside_cidr": "169.254.255.252/30", "rekey_fuzz_percentage": 0},
    ]
    assert tunnels.faults(good) == []


def test_three_tunnels_and_equal_addresses_are_faults():
    texts = [str(fault) for fault in tunnels.faults([{"tunnel_inside_cidr": CIDR_A}] * 2 + [{}])]
    assert texts == [
        "tunnel_options: has 3 entries. Allowed: at most 2. Remedy: remove the others.",
        f"tunnel_options: gives tunnel_inside_cidr {CIDR_A} twice. Remedy: give each tunnel its own.",
    ]
