# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters between inventory, modules and clouds: nothing secret leaks, nothing is found by its place in a list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.intercloud.vpn.plugins.filter import adoption, awx, cloud_login, device, drift, probe, verify
from ansible_collections.intercloud.vpn.plugins.filter import link as filters
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import passing, psk
from hypothesis import given
from hypothesis import strategies as st

MODULES = (adoption, awx, cloud_login, device, drift, filters, probe, verify)
MASTER = "q8Xv2nT0bKc5Zr7LwYh3JmPd9sFgUaEi1oRt6CxVzNk="
AUTH = {"access_key": "AKOFTHISTEST", "secret_key": "secret-of-this-test"}
SITES: dict[str, Any] = {
    "jd": {"kind": "jdcloud", "region": "cn-north-1", "vpc": {"cidr": "10.1.0.0/16"}, "auth": AUTH},
    "aws": {"kind": "aws", "region": "us-east-1", "vpc": {"id": "vpc-1"}, "vpn_gateway": {"id": "vgw-1", "asn": 65001}},
}


def test_every_filter_is_registered_and_documented() -> None:
    registered = {k: f for module in MODULES for k, f in module.FilterModule().filters().items()}
    folder = Path(__file__).resolve().parents[2] / "plugins" / "filter"
    documented = {path.stem: yaml.safe_load(path.read_text()) for path in folder.glob("*.yml")}
    assert set(registered) == set(documented)
    for name, function in registered.items():
        assert function in [getattr(module, name, None) for module in MODULES]
        assert documented[name]["DOCUMENTATION"]["name"] == name


# Sites.


def test_a_login_holds_what_the_modules_of_its_cloud_take_and_no_more() -> None:
    login = cloud_login.cloud_login
    jdcloud = {**SITES["jd"], "auth": {**AUTH, "validate_certs": False, "ca_path": "/ca", "role_arn": "not JD Cloud's"}}
    assert login(jdcloud) == {**AUTH, "validate_certs": False, "ca_path": "/ca", "region": "cn-north-1"}
    role = {**AUTH, "profile": "p", "role_arn": "arn:x", "aws_ca_bundle": "/ca", "endpoint_url": "https://e"}
    assert login({**SITES["aws"], "auth": role}) == {**role, "region": "us-east-1"}
    assert login({}) == {}, "a link with a device has one cloud only"
    assert login({"kind": "aws", "region": "us-east-1"}) == {"region": "us-east-1"}


def test_public_sites_have_no_credentials() -> None:
    public = filters.public_sites(SITES)
    assert "secret-of-this-test" not in json.dumps(public)
    assert public["aws"] == SITES["aws"]
    assert public["jd"] == {key: value for key, value in SITES["jd"].items() if key != "auth"}
    assert SITES["jd"]["auth"] == AUTH, "the inventory itself stays as it is"


def test_public_sites_leave_what_is_wrong_for_the_plan_to_refuse() -> None:
    assert filters.public_sites({1: "broken"}) == {"1": "broken"}


def test_gather_sites_names_gateways_and_vpcs_by_id_or_else_by_name() -> None:
    assert filters.gather_sites(SITES) == [
        {"name": "jd", "kind": "jdcloud", "region": "cn-north-1", "gateway": "jd-bgw", "vpc": "jd-vpc", "auth": AUTH},
        {"name": "aws", "kind": "aws", "region": "us-east-1", "gateway": "vgw-1", "vpc": "vpc-1", "auth": {}},
    ]
    assert [site["name"] for site in filters.gather_sites(SITES, ["jd", "aws", "jd"])] == ["aws", "jd"]


def test_gather_sites_refuses_what_it_can_not_read_without_telling_credentials() -> None:
    with pytest.raises(AnsibleFilterError, match=r"gather_sites: vpn_sites\.jd\.region: is missing") as caught:
        filters.gather_sites({"jd": {**SITES["jd"], "region": None}})
    assert "secret-of-this-test" not in str(caught.value)
    with pytest.raises(AnsibleFilterError, match=r"gather_sites: vpn_sites\.moon: is NoneType, not a dictionary"):
        filters.gather_sites(SITES, ["moon"])


def test_subnet_ids_by_name_and_ids_as_they_are() -> None:
    made = [
        {"subnet": {"subnet_name": "apps", "subnet_id": "subnet-1"}},
        {"subnet": {"subnet_name": "data", "subnet_id": "subnet-2"}},
    ]
    assert filters.subnet_ids(["data", "subnet-9", "apps"], made) == ["subnet-2", "subnet-9", "subnet-1"]


# Links.

TOPOLOGY: dict[str, Any] = {"a": ["jd", "aws"], "b": {"ends": ["aws", "jd"], "uid": "old-b"}}


def test_link_ends_carry_their_names() -> None:
    assert filters.link_ends(TOPOLOGY, "a", SITES) == [{**SITES["jd"], "name": "jd"}, {**SITES["aws"], "name": "aws"}]
    assert [end["name"] for end in filters.link_ends(TOPOLOGY, "b", SITES)] == ["aws", "jd"]
    assert filters.link_ends(TOPOLOGY, "c", SITES) == []
    assert [end["name"] for end in filters.link_ends({"a": ["jd", "moon"]}, "a", SITES)] == ["jd"]


def test_link_settings_come_from_each_hosts_variables_and_the_topology() -> None:
    hostvars: dict[str, Any] = {
        "a": {"vpn_link_routing": "static", "vpn_link_psks": {"1-1": "own_key_1_1"}, "vpn_link_uid": None, "other": 1},
        "b": {"vpn_link_psk_generation": 2, "vpn_link_state": "present"},
        "c": {},
    }
    assert filters.link_settings(hostvars, ["a", "b", "c"], TOPOLOGY) == [
        {"name": "a", "ends": ["jd", "aws"], "routing": "static", "psks": {"1-1": "own_key_1_1"}},
        {"name": "b", "ends": ["aws", "jd"], "uid": "old-b", "psk_generation": 2, "state": "present"},
        {"name": "c", "ends": []},
    ]


def test_a_uid_of_the_host_and_a_state_of_the_playbook_win() -> None:
    hostvars = {"b": {"vpn_link_uid": "own", "vpn_link_state": "present"}}
    (settings,) = filters.link_settings(hostvars, ["b"], TOPOLOGY, "absent")
    assert (settings["uid"], settings["state"]) == ("own", "absent")
    assert filters.link_settings({"a": {}}, ["a"])[0]["ends"] == []


# Keys.

LINK = {"uid": "a", "psk_generation": 2, "psks": {"1-2": "own_key_1_2"}}
TUNNELS = [{"slot": "1-1", "tunnel_ip": "x"}, {"slot": "1-2", "tunnel_ip": "y"}]


def test_keys_are_added_under_the_name_that_each_module_wants() -> None:
    first = psk.derive(MASTER, "a", "1-1", 2)
    assert filters.with_keys(TUNNELS, LINK, MASTER) == [
        {"tunnel_ip": "x", "psk": first},
        {"tunnel_ip": "y", "psk": "own_key_1_2"},
    ]
    assert [x["pre_shared_key"] for x in filters.with_keys(TUNNELS, LINK, MASTER, "pre_shared_key")] == [
        first,
        "own_key_1_2",
    ]
    assert filters.with_keys(TUNNELS[:1], {"uid": "a"}, MASTER)[0]["psk"] == psk.derive(MASTER, "a", "1-1", 1)
    assert TUNNELS[0] == {"slot": "1-1", "tunnel_ip": "x"}, "the plan itself never gets a key"


def test_both_ends_of_a_slot_get_the_same_key() -> None:
    here = filters.with_keys(TUNNELS, LINK, MASTER)
    there = filters.with_keys(list(reversed(TUNNELS)), LINK, MASTER, "pre_shared_key")
    assert [x["psk"] for x in here] == [x["pre_shared_key"] for x in reversed(there)]


@pytest.mark.parametrize("master", [None, "", "weak"])
def test_no_key_is_ever_derived_from_a_missing_or_weak_master_secret(master: str | None) -> None:
    with pytest.raises(AnsibleFilterError, match="with_keys: vpn_link_master_secret: is ") as caught:
        filters.with_keys(TUNNELS, LINK, master)
    assert "weak" not in str(caught.value).replace("too weak", "")
    assert filters.with_keys(TUNNELS[1:], LINK, master) == [{"tunnel_ip": "y", "psk": "own_key_1_2"}]


# Addresses.

UNKNOWN = "(known after apply)"


def test_unknown_jd_cloud_addresses_are_filled_in_and_known_ones_stay() -> None:
    told = {"cloud_public_ip": ["116.0.0.1", "116.0.0.2"]}
    fresh = [{"address": 1, "ip_address": UNKNOWN}, {"address": 2, "ip_address": UNKNOWN}]
    assert [x["ip_address"] for x in passing.with_cloud_ips(fresh, told)] == ["116.0.0.1", "116.0.0.2"]
    pinned = [{"address": 1, "ip_address": UNKNOWN}, {"address": 2, "ip_address": "116.0.0.1"}]
    assert [x["ip_address"] for x in passing.with_cloud_ips(pinned, told)] == ["116.0.0.2", "116.0.0.1"]
    both = [{"address": 1, "ip_address": "116.0.0.2"}, {"address": 2, "ip_address": "116.0.0.1"}]
    assert passing.with_cloud_ips(both, told) == both
    assert passing.with_cloud_ips(fresh, {"cloud_public_ip": None}) == fresh
    assert [x["ip_address"] for x in passing.with_cloud_ips(fresh, {"cloud_public_ip": ["116.0.0.9"]})] == [
        "116.0.0.9",
        UNKNOWN,
    ]


BLOCKS = {"1-1": "169.254.9.0/30", "1-2": "169.254.9.4/30", "2-3": "169.254.9.8/30", "2-4": "169.254.9.12/30"}
OUTSIDE = {slot: f"52.0.0.{n}" for n, slot in enumerate(BLOCKS, 1)}
FAR_ENDS = [{"address": 1, "ip_address": "116.0.0.1"}, {"address": 2, "ip_address": "116.0.0.2"}]


def made(slots: list[str]) -> list[dict[str, Any]]:
    """AWS's connections, with their tunnels in the order of the slots."""
    tunnels = [{"tunnel_inside_cidr": BLOCKS[slot], "outside_ip_address": OUTSIDE[slot]} for slot in slots]
    return [{"tunnels": tunnels[:2]}, {"tunnels": tunnels[2:]}]


@given(st.permutations(list(BLOCKS)), st.permutations(list(BLOCKS)), st.permutations(FAR_ENDS))
def test_aws_addresses_are_joined_by_inside_block_in_whatever_order_things_come(
    planned: list[str], told: list[str], far: list[dict[str, Any]]
) -> None:
    tunnels = [
        {"slot": slot, "tunnel_ip": BLOCKS[slot], "customer_ip": UNKNOWN, "cloud_public_ip": UNKNOWN}
        for slot in planned
    ]
    result = passing.with_addresses(tunnels, far, made(told))
    assert [x["slot"] for x in result] == list(BLOCKS)
    for tunnel in result:
        assert tunnel["customer_ip"] == OUTSIDE[tunnel["slot"]]
        assert tunnel["cloud_public_ip"] == f"116.0.0.{tunnel['slot'][0]}"


@pytest.mark.parametrize(
    "connections", [[], [{"tunnels": None}], [{"tunnels": [{"tunnel_inside_cidr": "169.254.9.0/30"}]}]]
)
def test_a_block_that_aws_does_not_have_is_an_error(connections: list[dict[str, Any]]) -> None:
    tunnels = [{"slot": "1-1", "tunnel_ip": BLOCKS["1-1"]}]
    with pytest.raises(ValueError, match=r"AWS has no tunnel with inside block 169\.254\.9\.0/30 \(slot 1-1\)"):
        passing.with_addresses(tunnels, FAR_ENDS, connections)


def test_a_jd_cloud_address_that_is_still_unknown_is_an_error() -> None:
    far = [{"address": 1, "ip_address": UNKNOWN}, FAR_ENDS[1]]
    tunnels = [{"slot": slot, "tunnel_ip": BLOCKS[slot]} for slot in BLOCKS]
    with pytest.raises(ValueError, match=r"JD Cloud has not told its address 1 \(slot 1-1\)"):
        passing.with_addresses(tunnels, far, made(list(BLOCKS)))


# Verification.


def test_probes_are_the_hosts_with_their_own_address_else_the_one_that_ansible_uses() -> None:
    hostvars = {
        "one": {"vpn_probe_site": "jd", "vpn_probe_address": "10.1.1.5", "ansible_host": "203.0.113.5"},
        "two": {"vpn_probe_site": "aws", "ansible_host": "172.16.1.5"},
        "172.16.1.6": {"vpn_probe_site": "aws"},
    }
    assert verify.probes(hostvars, hostvars) == [
        {"host": "one", "site": "jd", "address": "10.1.1.5"},
        {"host": "two", "site": "aws", "address": "172.16.1.5"},
        {"host": "172.16.1.6", "site": "aws", "address": "172.16.1.6"},
    ]


def test_a_probe_without_a_site_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match=r"host one has no vpn_probe_site\. Remedy: name the site"):
        verify.probes({"one": {}}, ["one"])


def test_pings_are_planned_over_links_that_have_a_tunnel_up() -> None:
    probes = [
        {"host": "one", "site": "jd", "address": "10.1.1.5"},
        {"host": "two", "site": "aws", "address": "172.16.1.5"},
    ]
    links = [
        {"link": name, "ends": {"jdcloud": "jd", "aws": "aws"}, "tunnels": [{"state": "IPsec down"}, {"state": state}]}
        for name, state in (("works", "up"), ("fails", "IPsec up, BGP down"))
    ]
    batches = verify.ping_plan(probes, links, count="3", deadline="9", mtu="1300")
    assert [batch["command"].count("ping -n") for batch in batches] == [len(batch["pings"]) for batch in batches]
    plan = [ping for batch in batches for ping in batch["pings"]]
    assert all({ping["host"] for ping in batch["pings"]} == {batch["host"]} for batch in batches)
    assert {(ping["link"], ping["host"], ping["size"]) for ping in plan} == {
        ("works", host, size) for host in ("one", "two") for size in ("small", "large")
    }
    assert all("-c 3 " in ping["command"] and "-w 9 " in ping["command"] for ping in plan)
    assert {"-s 1272" in ping["command"] for ping in plan if ping["size"] == "large"} == {True}


def test_outcomes_are_read_from_the_results_of_the_loop() -> None:
    ping = {"link": "a", "size": "small", "host": "one", "from_site": "jd", "from_address": "10.1.1.5",
            "to_site": "aws", "to_address": "172.16.1.5", "command": "ping"}  # fmt: skip
    batch = {"host": "one", "pings": [ping, {**ping, "size": "large"}]}
    told = "1 5 packets transmitted, 0 received\n0 5 packets transmitted, 5 received, 0% packet loss\n"
    outcome, large = verify.ping_outcomes([{"item": batch, "stdout": told}])
    assert (large["size"], large["received"]) == ("large", 0)
    assert (outcome["sent"], outcome["received"], outcome["error"]) == (5, 5, "")
    assert "command" not in outcome


def test_the_topology_tells_uid_and_routing_unless_the_host_does() -> None:
    topology = {"a": {"ends": ["jd", "aws"], "uid": "old", "routing": "static"}, "b": ["jd", "aws"]}
    hosts: dict[str, Any] = {"a": {}, "b": {}}
    told, plain = filters.link_settings(hosts, hosts, topology)
    assert told == {"name": "a", "ends": ["jd", "aws"], "uid": "old", "routing": "static"}
    assert plain == {"name": "b", "ends": ["jd", "aws"]}
    assert filters.link_settings({"a": {"vpn_link_routing": "bgp"}}, ["a"], topology)[0]["routing"] == "bgp"


def test_a_survey_has_every_key_that_awx_keeps_and_numbers_as_numbers() -> None:
    asked = {"variable": "n", "question": "How many?", "type": "integer", "default": "3", "max": 9}
    assert awx.awx_survey([asked])["spec"] == [
        {"variable": "n", "question_name": "How many?", "question_description": "", "type": "integer", "required": True,
         "default": 3, "choices": [], "min": 0, "max": 9},
    ]  # fmt: skip
    assert awx.awx_survey([]) == {}


# VPN devices.

WITH_DEVICES = {"a": ["jd", "aws"], "b": ["jd", "hq"], "c": {"ends": ["hq", "aws"]}, "d": ["jd", "branch"], "e": "odd"}
GROUPS = {
    "all": ["a", "b", "c", "d", "hq", "branch"],
    "vpn_links": ["a", "b", "c", "d"],
    "vpn_devices": ["hq", "branch"],
}


def test_a_device_brings_its_links_into_the_plan() -> None:
    assert device.links_of(WITH_DEVICES, ["a", "hq"], GROUPS) == ["a", "b", "c"]
    assert device.links_of(WITH_DEVICES, ["c", "a"], GROUPS) == ["c", "a"]
    assert device.links_of(WITH_DEVICES, ["hq"], {**GROUPS, "all": ["b", "hq"]}) == ["b"], (
        "a job slice sees its own only"
    )
    assert device.links_of(None, ["x"], {}) == []


def test_the_keys_of_a_device_are_those_of_the_clouds() -> None:
    tunnels = [
        {"name": "b-1-1", "slot": "1-1", "mark": "g3-0a1b2c3d"},
        {"name": "b-2-1", "slot": "2-1", "mark": "g1-00000000"},
    ]
    model = {"links": [{"uid": "b", "tunnels": tunnels}]}
    found = device.device_keys(model, [{"name": "x", "uid": "b", "psks": {"2-1": "own_key_of_mine"}}], MASTER)
    assert found == {"b-1-1": psk.derive(MASTER, "b", "1-1", 3), "b-2-1": "own_key_of_mine"}
    for master in (None, "", "short"):
        with pytest.raises(AnsibleFilterError, match="vpn_link_master_secret"):
            device.device_keys(model, [], master)
    tunnels[0]["mark"] = "made by hand"
    with pytest.raises(AnsibleFilterError, match="has no mark"):
        device.device_keys(model, [], MASTER)


def test_addresses_of_jd_cloud_are_told_apart_by_their_numbers() -> None:
    connection = {"cloud_public_ip": ["116.196.112.7", "116.196.9.200"]}
    tunnels = [{"slot": "1-1"}, {"slot": "2-1"}]
    assert [x["cloud_public_ip"] for x in passing.with_jdcloud_ips(tunnels, connection)] == [
        "116.196.9.200",
        "116.196.112.7",
    ]
    with pytest.raises(ValueError, match="slots 1-1, 2-1"):
        passing.with_jdcloud_ips(tunnels, {})
