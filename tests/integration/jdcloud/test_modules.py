# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules against the emulated JD Cloud: a whole life, lost answers, keys that read back masked, other writers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud import client as client_module
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud import read
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.client import client_from_params
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure

ROOT = Path(__file__).resolve().parents[3]
REAL_CLOCK = client_module.Clock
IPS = ["3.120.0.10", "3.120.0.11", "18.184.0.12", "18.184.0.13"]
KEY = "integration_key_0001"
NEGOTIATION = {
    "psk": KEY,
    "ike_version": "v2",
    "ike_cipher": "aes256",
    "ike_auth": "sha256",
    "ike_key_exchange": "ecp384",
    "ike_dpd_sec": 10,
    "ike_sa_life_sec": 28800,
    "ipsec_cipher": "aes256",
    "ipsec_auth": "sha256",
    "ipsec_key_exchange": "ecp256",
    "ipsec_sa_life_sec": 3600,
    "ipsec_sa_lifepkt": 0,
    "ipsec_sa_lifebyte": 0,
    "bandwidth_mbps": 100,
    "admin_status": "UP",
}


def tunnels(site, **more) -> list[dict[str, t.Any]]:
    """Two tunnels on either address of JD Cloud."""
    options = ("force_psk tunnel_ip local_tunnel_ip ike_mode charge_spec " + " ".join(NEGOTIATION)).split()
    pairs = zip([*site.cloud_ips[:1] * 2, *site.cloud_ips[1:] * 2], IPS, strict=True)
    return [
        {
            **dict.fromkeys(options),
            **NEGOTIATION,
            "cloud_public_ip": cloud,
            "customer_ip": customer,
            "tunnel_ip": f"169.254.1.{n * 4}/30",
            "local_tunnel_ip": f"169.254.1.{n * 4 + 2}",
            **more,
        }
        for n, (cloud, customer) in enumerate(pairs)
    ]


STEPS: list[tuple[str, str, dict[str, t.Any]]] = [
    ("jdcloud_vpc", "vpc", {"vpc_name": "v", "address_prefix": "10.0.0.0/16", "description": "d"}),
    ("jdcloud_subnet", "subnet", {"vpc_id": "", "subnet_name": "s", "address_prefix": "10.0.1.0/24"}),
    (
        "jdcloud_security_group",
        "security_group",
        {
            "vpc_id": "",
            "network_security_group_name": "g",
            "rules": [
                {"direction": "inbound", "protocol": "icmp", "action": "allow", "cidr": "172.31.0.0/16"},
                {"direction": "outbound", "protocol": "tcp", "action": "deny", "cidr": "0.0.0.0/0", "to_port": 25},
            ],
        },
    ),
    (
        "jdcloud_instance",
        "instance",
        {
            "instance_name": "probe",
            "subnet_id": "",
            "az": "cn-north-1a",
            "instance_type": "c.n3.small",
            "image_id": "img-debian12",
            "private_ip_address": "10.0.1.9",
            "security_group_ids": "",
        },
    ),
    ("jdcloud_border_gateway", "border_gateway", {"bgw_name": "b", "az_type": "standard"}),
    (
        "jdcloud_vpc_attachment",
        "vpc_attachment",
        {"vpc_attachment_name": "a", "bgw_id": "", "vpc_id": "", "propagate_type": "all"},
    ),
    (
        "jdcloud_customer_gateway",
        "customer_gateway",
        {"customer_gateway_name": "c", "bgp_asn": 65001, "customer_ips": IPS},
    ),
    (
        "jdcloud_vpn_connection",
        "vpn_connection",
        {
            "vpn_connection_name": "n",
            "bgw_id": "",
            "cgw_id": "",
            "bgp_enabled": False,
            "traffic_selectors": [
                {"local_subnet": "10.0.0.0/16", "remote_subnets": ["172.31.0.0/16"], "description": None}
            ],
        },
    ),
    (
        "jdcloud_vpn_tunnel",
        "vpn_tunnel",
        {
            "vpn_connection_id": "",
            "cloud_public_ip": "",
            "customer_ip": IPS[0],
            "tunnel_ip": "169.254.1.0/30",
            "local_tunnel_ip": "169.254.1.2",
            "ike_mode": "main",
            **NEGOTIATION,
        },
    ),
    (
        "jdcloud_border_gateway_route",
        "border_gateway_route",
        {
            "bgw_id": "",
            "bgw_route_destination": "172.31.0.0/16",
            "bgw_nexthop_type": "vpn_connection",
            "bgw_route_nexthop": "",
        },
    ),
    (
        "jdcloud_route_propagation",
        "route_propagation",
        {"route_table_id": "", "bgw_id": "", "propagation_cidrs": ["172.31.0.0/16"], "priority": 120},
    ),
]
KINDS = [
    "vpc",
    "subnet",
    "instance",
    "border_gateway",
    "vpc_attachment",
    "customer_gateway",
    "vpn_connection",
    "vpn_tunnel",
]
CREATES = [
    "createVpc",
    "createSubnet",
    "createNetworkSecurityGroup",
    "createInstances",
    "createBgw",
    "createVpcAttachment",
    "createCustomerGateway",
    "createVpnConnection",
    "createVpnTunnel",
    "createBgwRoutes",
    "addRoutePropagation",
]


class Life:
    """Makes everything once, step by step, and knows the ids that later steps need."""

    def __init__(self, lab) -> None:
        self.lab = lab
        self.known: dict[str, t.Any] = {}
        self.options: list[tuple[str, dict[str, t.Any]]] = []

    def steps(self) -> t.Iterator[tuple[str, str, dict[str, t.Any]]]:
        for name, key, template in STEPS:
            options = {option: self.known[option] if value == "" else value for option, value in template.items()}
            self.options.append((name, options))
            yield name, key, options

    def learn(self, key: str, result: dict[str, t.Any]) -> None:
        self.known.update({k: v for k, v in result[key].items() if k.endswith("_id")})
        if key == "vpc":
            tables = self.lab.run("jdcloud_route_table_info", vpc_ids=[result[key]["vpc_id"]])["route_tables"]
            self.known["route_table_id"] = tables[0]["route_table_id"]
        if key == "security_group":
            self.known["security_group_ids"] = [result[key]["network_security_group_id"]]
        if key == "customer_gateway":
            self.known["cgw_id"] = result[key]["customer_gateway_id"]
        if key == "vpn_connection":
            self.known["bgw_route_nexthop"] = result[key]["vpn_connection_id"]
            self.known["cloud_public_ip"] = result[key]["cloud_public_ip"][0]

    def make(self) -> None:
        for name, key, options in self.steps():
            self.learn(key, self.lab.run(name, **options))


def held(lab) -> t.Any:
    """What the cloud holds, without what tells the time."""
    return lab.ask("GET", "/state")


def test_a_whole_life_four_ways(lab) -> None:
    empty = json.dumps(held(lab), sort_keys=True)
    lab.settings(provisioning_s=0.2)
    life = Life(lab)
    for name, key, options in life.steps():
        lab.forget()
        assert lab.run(name, check=True, diff=True, **options)["changed"] is True, name
        assert lab.writes() == [], name
        result = lab.run(name, diff=True, **options)
        assert result["changed"] is True, name
        assert lab.writes(), name
        life.learn(key, result)
        lab.forget()
        assert lab.run(name, **options)["changed"] is False, name
        assert lab.run(name, check=True, **options)["changed"] is False, name
        assert lab.writes() == [], name
        assert KEY not in json.dumps(result), name
    for name, options in reversed(life.options):
        lab.forget()
        assert lab.run(name, check=True, state="absent", **options)["changed"] is True, name
        assert lab.writes() == [], name
        assert lab.run(name, state="absent", **options)["changed"] is True, name
        lab.forget()
        assert lab.run(name, state="absent", **options)["changed"] is False, name
        assert lab.run(name, check=True, state="absent", **options)["changed"] is False, name
        assert lab.writes() == [], name
    assert json.dumps(held(lab), sort_keys=True) == empty


def counts(lab) -> dict[str, int]:
    """How many there are of every kind that is listed by region."""
    client = client_from_params(lab.auth)
    return {kind: len(read.list_all(client, kind)) for kind in KINDS}


@pytest.mark.parametrize("kind", ["reset_after", "reset", "garbage", "throttle", "error"])
def test_every_create_goes_wrong_once(lab, kind) -> None:
    before = counts(lab)
    for operation in CREATES:
        lab.fault(operation, kind)
    life = Life(lab)
    life.make()
    assert lab.ask("GET", "/faults")["faults"] == []
    assert counts(lab) == {resource: count + 1 for resource, count in before.items()}
    client = client_from_params(lab.auth)
    assert len(read.list_all(client, "border_gateway_route", bgw_id=life.known["bgw_id"], origin="static")) == 1
    lab.forget()
    for name, options in life.options:
        assert lab.run(name, **options)["changed"] is False, name
    assert lab.writes() == []


@pytest.mark.parametrize("kind", ["reset_after", "reset", "garbage", "throttle"])
def test_every_delete_goes_wrong_once(lab, kind) -> None:
    life = Life(lab)
    life.make()
    for operation in (
        "Vpc",
        "Subnet",
        "NetworkSecurityGroup",
        "Instance",
        "Bgw",
        "VpcAttachment",
        "CustomerGateway",
        "VpnConnection",
        "VpnTunnel",
        "BgwRoutes",
    ):
        lab.fault(f"delete{operation}", kind)
    lab.fault("removeRoutePropagation", kind)
    lab.fault("modifyAdminStatus", kind)
    for name, options in reversed(life.options):
        assert lab.run(name, state="absent", **options)["changed"] is True, name
    assert lab.ask("GET", "/faults")["faults"] == []


class TestTunnels:
    def ensure(self, lab, site, wanted, **more):
        return lab.run("jdcloud_vpn_tunnels", vpn_connection_id=site.vpn_connection_id, tunnels=wanted, **more)

    def actions(self, result) -> list[str]:
        return [item["action"] for item in result["vpn_tunnels"]]

    def test_the_set_four_ways(self, lab, site) -> None:
        wanted = tunnels(site)
        assert self.actions(self.ensure(lab, site, wanted, check=True)) == ["created"] * 4
        assert lab.writes() == []
        result = self.ensure(lab, site, wanted, diff=True)
        assert [item["customer_ip"] for item in result["vpn_tunnels"]] == IPS
        assert lab.writes() == ["createVpnTunnel"] * 4
        assert KEY not in json.dumps(result)
        lab.forget()
        assert self.actions(self.ensure(lab, site, wanted)) == ["unchanged"] * 4
        assert self.actions(self.ensure(lab, site, wanted, check=True)) == ["unchanged"] * 4
        assert lab.writes() == []

    def test_what_is_too_much_is_set_down_and_removed(self, lab, site) -> None:
        wanted = tunnels(site)
        made = self.ensure(lab, site, wanted)["vpn_tunnels"]
        lab.ask("POST", f"/tunnels/{made[3]['vpn_tunnel_id']}/op-status", {"opStatus": "UP"})
        lab.forget()
        with pytest.raises(Failure, match=r"removing it would interrupt"):
            self.ensure(lab, site, wanted[:2])
        assert lab.writes() == []
        result = self.ensure(lab, site, wanted[:2], allow_interruption=True)
        assert self.actions(result) == ["unchanged", "unchanged", "removed", "removed"]
        assert sorted(lab.writes()) == ["deleteVpnTunnel"] * 2 + ["modifyAdminStatus"] * 2

    def test_a_key_changes_with_consent_only(self, lab, site) -> None:
        self.ensure(lab, site, tunnels(site))
        lab.forget()
        changed = tunnels(site, psk="integration_key_0002")
        with pytest.raises(Failure, match=r"psk from '\(hidden\)' to '\(hidden, new value\)'") as caught:
            self.ensure(lab, site, changed)
        assert "integration_key" not in json.dumps([caught.value.message, caught.value.details])
        assert lab.writes() == []
        assert self.actions(self.ensure(lab, site, changed, allow_interruption=True)) == ["changed"] * 4
        assert self.actions(self.ensure(lab, site, changed)) == ["unchanged"] * 4

    @pytest.mark.parametrize("masking", ["stars", "absent"])
    def test_keys_that_read_back_masked(self, lab, site, masking) -> None:
        lab.settings(mask_psk=masking)
        self.ensure(lab, site, tunnels(site))
        lab.forget()
        result = self.ensure(lab, site, tunnels(site, psk="integration_key_0002"))
        assert self.actions(result) == ["unchanged"] * 4
        assert {item["psk_readable"] for item in result["vpn_tunnels"]} == {False}
        assert lab.writes() == []

    def test_lost_answers_make_no_twins(self, lab, site) -> None:
        lab.fault("createVpnTunnel", "reset_after", count=4)
        assert self.actions(self.ensure(lab, site, tunnels(site))) == ["created"] * 4
        assert len(lab.run("jdcloud_vpn_tunnel_info")["vpn_tunnels"]) == 4

    def test_a_refusal_in_the_middle_leaves_something_to_go_on_from(self, lab, site) -> None:
        lab.fault("createVpnTunnel", "error", status=400, code="INVALID_ARGUMENT", message=f"no {KEY}", skip=1)
        with pytest.raises(Failure, match=r"1 of 4 tunnels failed. What was done stays") as caught:
            self.ensure(lab, site, tunnels(site))
        assert KEY not in json.dumps([caught.value.message, caught.value.details])
        assert sorted(self.actions(caught.value.details)) == ["created"] * 3 + ["failed"]
        assert sorted(self.actions(self.ensure(lab, site, tunnels(site)))) == ["created"] + ["unchanged"] * 3


def test_stand_ins_give_way_before_tunnels_exist_and_not_after(lab, site) -> None:
    stand_ins = ["9.9.9.1", "9.9.9.2"]
    options: dict[str, t.Any] = {"customer_gateway_name": "later", "bgp_asn": 65002, "initial_customer_ips": stand_ins}
    made = lab.run("jdcloud_customer_gateway", **options)["customer_gateway"]
    assert made["customer_ips"] == stand_ins
    known = {**options, "customer_ips": ["52.1.1.1", "52.1.1.2"]}
    assert lab.run("jdcloud_customer_gateway", **known)["changed"] is True
    assert lab.run("jdcloud_customer_gateway", **options)["changed"] is False
    lab.run("jdcloud_vpn_tunnels", vpn_connection_id=site.vpn_connection_id, tunnels=tunnels(site))
    lab.forget()
    with pytest.raises(Failure, match=r"only while no tunnel exists on the gateway"):
        lab.run("jdcloud_customer_gateway", customer_gateway_name="c", customer_ips=["52.1.1.3"])
    assert lab.writes() == []


def test_bgp_is_not_switched_under_tunnels(lab, site) -> None:
    lab.run("jdcloud_vpn_tunnels", vpn_connection_id=site.vpn_connection_id, tunnels=tunnels(site))
    lab.forget()
    options = {"vpn_connection_id": site.vpn_connection_id, "bgp_enabled": False}
    with pytest.raises(Failure, match=r"bgp_enabled from True to False would interrupt"):
        lab.run("jdcloud_vpn_connection", **options)
    assert lab.writes() == []
    assert lab.run("jdcloud_vpn_connection", **options, allow_interruption=True)["changed"] is True


def test_an_order_of_removal_that_jd_cloud_refuses(lab, site) -> None:
    with pytest.raises(Failure, match=r"Something still uses it. The order of removal is"):
        lab.run("jdcloud_customer_gateway", customer_gateway_id=site.cgw_id, state="absent")


def test_a_used_up_quota_is_not_tried_again(lab) -> None:
    lab.settings(quotas={"bgw": 0})
    lab.forget()
    with pytest.raises(Failure, match=r"HTTP 429 QUOTA_EXCEEDED.*A quota is used up"):
        lab.run("jdcloud_border_gateway", bgw_name="b")
    assert lab.writes() == ["createBgw"]


def test_quotas(lab, site) -> None:
    quotas = lab.run("jdcloud_quota_info", types=["vpn_connection"], parent_resource_id=site.bgw_id)["quotas"]
    assert [(quota["max_limit"], quota["count"]) for quota in quotas] == [(10, 1)]


def test_more_than_a_page(lab) -> None:
    lab.settings(quotas={"vpc": 300})
    before = len(lab.run("jdcloud_vpc_info")["vpcs"])
    client = client_from_params(lab.auth)
    for n in range(105):
        client.call("createVpc", values={"vpc_name": f"many-{n}"}, lookup=lambda: None)
    assert len(lab.run("jdcloud_vpc_info")["vpcs"]) == before + 105
    assert len(lab.run("jdcloud_vpc_info", vpc_names=["many-104"])["vpcs"]) == 1


def test_wrong_credentials(lab) -> None:
    with pytest.raises(Failure, match=r"HTTP 401 UNAUTHENTICATED.*Check access_key and secret_key") as caught:
        lab.run("jdcloud_vpc_info", secret_key="SKWRONG")
    assert "SKWRONG" not in str(caught.value.message)


def test_many_writers_of_one_propagation(lab, site) -> None:
    """JD Cloud replaces the whole list, and the last writer wins. Writers look again, and a re-run heals the rest."""
    lab.settings(latency_ms=20)
    table = lab.run("jdcloud_route_table_info", vpc_ids=[site.vpc_id])["route_tables"][0]["route_table_id"]
    ranges = [f"172.{n}.0.0/16" for n in range(16, 22)]
    start = threading.Barrier(len(ranges))
    options = {"route_table_id": table, "bgw_id": site.bgw_id}

    def write(cidr: str) -> dict[str, t.Any]:
        start.wait()
        return lab.run("jdcloud_route_propagation", **options, propagation_cidrs=[cidr])

    with ThreadPoolExecutor(len(ranges)) as pool:
        assert all(result["changed"] for result in pool.map(write, ranges))
    for cidr in ranges:
        lab.run("jdcloud_route_propagation", **options, propagation_cidrs=[cidr])
    found = lab.run("jdcloud_route_propagation", **options, propagation_cidrs=ranges)
    assert found["changed"] is False
    assert sorted(found["route_propagation"]["propagation_cidrs"]) == ranges
    for cidr in ranges:
        lab.run("jdcloud_route_propagation", **options, propagation_cidrs=[cidr], state="absent")
    assert lab.run("jdcloud_route_table_info", vpc_ids=[site.vpc_id])["route_tables"][0]["route_propagations"] == []


def test_as_ordinary_modules_nothing_leaks(lab, site, tmp_path) -> None:
    """Started by Ansible at -vvvv with diff and a log file: no key in any byte written."""
    play = tmp_path / "play.yml"
    log = tmp_path / "ansible.log"
    task = {
        "intercloud.vpn.jdcloud_vpn_tunnels": {
            **lab.auth,
            "vpn_connection_id": site.vpn_connection_id,
            "tunnels": [{k: v for k, v in item.items() if v is not None} for item in tunnels(site)],
        }
    }
    wrong = {"intercloud.vpn.jdcloud_vpn_tunnels": {**task["intercloud.vpn.jdcloud_vpn_tunnels"]}}
    wrong["intercloud.vpn.jdcloud_vpn_tunnels"]["tunnels"] = [
        {**item, "psk": "integration_key_0002"} for item in task["intercloud.vpn.jdcloud_vpn_tunnels"]["tunnels"]
    ]
    tasks = [task, {**task, "check_mode": True}, {**wrong, "ignore_errors": True}]
    play.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "connection": "local", "tasks": tasks}]))
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-vvvv", "--diff", str(play)]
    environment = {**os.environ, "ANSIBLE_LOG_PATH": str(log), "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "changed=1" in done.stdout and "ignored=1" in done.stdout
    assert "would interrupt" in done.stdout
    written = done.stdout + done.stderr + log.read_text()
    for secret in ("integration_key", lab.auth["access_key"], lab.auth["secret_key"]):
        assert secret not in written


def test_rules_of_a_security_group_are_a_set(lab) -> None:
    vpc = lab.run("jdcloud_vpc", vpc_name="rules", address_prefix="10.9.0.0/16")["vpc"]["vpc_id"]
    named = {"vpc_id": vpc, "network_security_group_name": "rules"}

    def rule(cidr: str, **more: t.Any) -> dict[str, t.Any]:
        return {"direction": "inbound", "protocol": "icmp", "action": "allow", "cidr": cidr, **more}

    def held_rules() -> list[str]:
        (group,) = lab.run("jdcloud_security_group_info", network_security_group_names=["rules"])["security_groups"]
        return sorted(item["cidr"] for item in group["rules"])

    lab.run("jdcloud_security_group", rules=[rule("172.31.0.0/16"), rule("172.30.0.0/16")], **named)
    assert held_rules() == ["172.30.0.0/16", "172.31.0.0/16"]
    other_order = [rule("172.30.0.0/16", priority=100, description="x"), rule("172.31.0.0/16")]
    assert lab.run("jdcloud_security_group", rules=other_order, purge_rules=True, **named)["changed"] is False
    added = lab.run("jdcloud_security_group", rules=[rule("172.29.0.0/16")], **named)
    assert [change["field"] for change in added["changes"]] == ["rules"]
    assert held_rules() == ["172.29.0.0/16", "172.30.0.0/16", "172.31.0.0/16"]
    assert lab.run("jdcloud_security_group", rules=[rule("172.29.0.0/16")], **named)["changed"] is False
    purged = lab.run("jdcloud_security_group", rules=[rule("172.29.0.0/16")], purge_rules=True, diff=True, **named)
    assert purged["changed"] is True
    assert held_rules() == ["172.29.0.0/16"]
    emptied = lab.run("jdcloud_security_group", rules=[], purge_rules=True, **named)
    assert (emptied["changed"], held_rules()) == (True, [])


def test_what_jd_cloud_can_not_change_of_an_instance(lab) -> None:
    life = Life(lab)
    life.make()
    options = next(options for name, options in life.options if name == "jdcloud_instance")
    with pytest.raises(
        Failure, match=r"instance_type is 'c.n3.small' and can't be changed to 'g.n3.large'.*Remove the"
    ):
        lab.run("jdcloud_instance", **{**options, "instance_type": "g.n3.large"})
    renamed = lab.run("jdcloud_instance", instance_id=life.known["instance_id"], instance_name="other")
    assert [change["field"] for change in renamed["changes"]] == ["instance_name"]


@pytest.mark.parametrize(
    ("module", "operation", "options"),
    [
        ("jdcloud_vpc", "createVpc", {"vpc_name": "twin"}),
        ("jdcloud_border_gateway", "createBgw", {"bgw_name": "twin"}),
        ("jdcloud_customer_gateway", "createCustomerGateway",
         {"customer_gateway_name": "twin", "bgp_asn": 65001, "customer_ips": ["3.120.0.10"]}),
    ],
)  # fmt: skip
def test_two_runs_that_make_the_same_end_with_one(lab, monkeypatch, module, operation, options) -> None:
    """Both have looked before either has made its own. Pauses are real here: they tell who is first."""
    monkeypatch.setattr(client_module, "Clock", REAL_CLOCK)
    lab.fault(operation, "delay", seconds=0.5, count=2)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(lab.run, module, **options) for _number in range(2)]
        found = [next(value for value in run.result().values() if isinstance(value, dict)) for run in runs]
    ident = next(name for name in found[0] if name.endswith("_id"))
    assert found[0][ident] == found[1][ident]
    assert lab.writes().count(operation) >= 2
    assert lab.run(module, **options)["changed"] is False
