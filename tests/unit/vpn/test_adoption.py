# SPDX-License-Identifier: GPL-3.0-or-later
"""What was made in the consoles, as an inventory; what can't be adopted, in plain words."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import adoption, proposals

NAMED: dict[str, Any] = {
    "jd": {"kind": "jdcloud", "region": "cn-north-1", "auth": {}},
    "aws": {"kind": "aws", "region": "us-east-1", "auth": {}},
}
IPS = ("114.67.0.1", "114.67.0.2")
OUTSIDE = {1: ("3.0.0.1", "3.0.0.2"), 2: ("3.0.0.3", "3.0.0.4")}


def block(address: int, n: int) -> str:
    return f"169.254.{10 + address}.{n * 4}/30"


def clouds() -> dict[str, Any]:
    """One link with BGP between two gateways, everything as the defaults of the collection have it."""
    proposal = proposals.Proposal()
    tunnels = [
        {
            "vpn_connection_id": "vpnconn-1", "cloud_public_ip": ip, "customer_ip": OUTSIDE[a][n],
            "tunnel_ip": block(a, n), "local_tunnel_ip": f"169.254.{10 + a}.{n * 4 + 2}", "admin_status": "UP",
            "bandwidth_mbps": 100, "psk_digest": None, **proposals.to_jdcloud(proposal),
        }
        for a, ip in enumerate(IPS, 1)
        for n in (0, 1)
    ]  # fmt: skip
    connections = [
        {
            "vpn_connection_id": f"vpn-{a}", "customer_gateway_id": f"cgw-{a}", "vpn_gateway_id": "vgw-1",
            "state": "available", "static_routes_only": False, "tags": {}, "routes": [],
            # AWS's order is no order.
            "tunnels": [
                {"outside_ip_address": OUTSIDE[a][n], "tunnel_inside_cidr": block(a, n), "psk_digest": None,
                 **proposals.to_aws(proposal)}
                for n in (1, 0)
            ],
        }
        for a in (2, 1)
    ]  # fmt: skip
    learned = {"bgw_id": "bgw-1", "propagation_cidrs": "172.31.0.0/16", "propagation_cidr_type": "CIDR"}
    attached = {"vpc_attachment_id": "vpcatt-1", "bgw_id": "bgw-1", "vpc_id": "vpc-jd", "propagate_type": "all"}
    return {
        "jd": {
            "kind": "jdcloud", "region": "cn-north-1", "vpc_attachments": [attached],
            "border_gateways": [{"bgw_id": "bgw-1", "bgw_name": "core"}],
            "vpcs": [{"vpc_id": "vpc-jd", "address_prefix": "10.10.0.0/16", "subnets": []}],
            "customer_gateways": [{"customer_gateway_id": "cgw-jd", "bgp_asn": 65101,
                                   "customer_ips": [ip for pair in OUTSIDE.values() for ip in pair]}],
            "vpn_connections": [{"vpn_connection_id": "vpnconn-1", "vpn_connection_name": "to virginia!", "cgw_id": "cgw-jd",
                                 "bgw_id": "bgw-1", "cloud_public_ip": list(IPS), "bgp_enabled": True, "local_asn": 65000}],
            "vpn_tunnels": tunnels, "border_gateway_routes": [], "quotas": {},
            "route_tables": [{"route_table_id": "rtb-jd", "vpc_id": "vpc-jd", "route_table_type": "default",
                              "route_propagations": [learned]}],
        },
        "aws": {
            "kind": "aws", "region": "us-east-1", "subnets": [],
            "vpn_gateways": [{"vpn_gateway_id": "vgw-1", "amazon_side_asn": 65101, "name": "",
                              "vpc_attachments": [{"vpc_id": "vpc-aws"}]}],
            "vpcs": [{"vpc_id": "vpc-aws", "cidr_blocks": ["172.31.0.0/16"]}],
            "customer_gateways": [{"customer_gateway_id": f"cgw-{a}", "ip_address": ip, "bgp_asn": 65000, "state": "available"}
                                  for a, ip in enumerate(IPS, 1)],
            "vpn_connections": connections,
            "route_tables": [{"route_table_id": "rtb-aws", "vpc_id": "vpc-aws", "main": True,
                              "propagating_gateway_ids": ["vgw-1"]},
                             {"route_table_id": "rtb-other", "vpc_id": "vpc-other", "main": True}],
        },
    }  # fmt: skip


def test_a_link_is_adopted_and_planned_without_a_change() -> None:
    found = adoption.adopt(NAMED, clouds())
    assert (found.refused, found.changes) == ([], [])
    assert found.topology == {"to-virginia": ["jd", "aws"]}
    assert found.sites["jd"] == {
        "kind": "jdcloud", "region": "cn-north-1", "vpc": {"id": "vpc-jd"}, "border_gateway": {"id": "bgw-1"},
        "route_tables": ["rtb-jd"],
    }  # fmt: skip
    assert found.sites["aws"]["vpn_gateway"] == {"id": "vgw-1", "asn": 65101}
    link = found.links["to-virginia"]
    assert link["vpn_link_adopt"]["aws_vpn_connection_ids"] == ["vpn-1", "vpn-2"]
    blocks = {slot: tunnel["inside_cidr"] for slot, tunnel in link["vpn_link_tunnels"].items()}
    assert blocks == {"1-1": block(1, 0), "1-2": block(1, 1), "2-3": block(2, 0), "2-4": block(2, 1)}


def test_the_inventory_refers_to_keys_and_holds_none() -> None:
    written = adoption.inventory_of(adoption.adopt(NAMED, clouds()), {"aws": {"profile": "prod"}})
    hosts = written["all"]["children"]["vpn_links"]["hosts"]
    assert hosts["to-virginia"]["vpn_link_psks"]["2-3"] == "{{ vpn_adopted_psks['to-virginia']['2-3'] }}"
    assert written["all"]["vars"]["vpn_sites"]["aws"]["auth"] == {"profile": "prod"}
    assert adoption.TRIAL_KEYS["1-1"] not in json.dumps(written)


def one_aws_connection(data: dict[str, Any]) -> None:
    data["aws"]["vpn_connections"].pop(0)


def three_tunnels(data: dict[str, Any]) -> None:
    data["jd"]["vpn_tunnels"].pop()


def foreign(data: dict[str, Any]) -> None:
    for gateway, ip in zip(data["aws"]["customer_gateways"], ("52.1.1.1", "52.1.1.2"), strict=True):
        gateway["ip_address"] = ip


def unequal_routing(data: dict[str, Any]) -> None:
    data["aws"]["vpn_connections"][0]["static_routes_only"] = True


def foreign_asn(data: dict[str, Any]) -> None:
    data["aws"]["vpn_gateways"][0]["amazon_side_asn"] = 64512


def ours(data: dict[str, Any]) -> None:
    data["jd"]["vpn_connections"][0]["description"] = "intercloud.vpn link=prod"


def strange_cipher(data: dict[str, Any]) -> None:
    for tunnel in data["jd"]["vpn_tunnels"]:
        tunnel["ike_cipher"] = "aes192"


def detached(data: dict[str, Any]) -> None:
    data["aws"]["vpn_gateways"][0]["vpc_attachments"] = []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (one_aws_connection, "half a link: no AWS connection leads to 114.67.0.2"),
        (three_tunnels, "half a link: JD Cloud has no tunnel 114.67.0.2 ↔ 3.0.0.4"),
        (foreign, "no AWS connection of the sites named leads to 114.67.0.1 or 114.67.0.2"),
        (unequal_routing, "one end speaks BGP and the other has static routes"),
        (foreign_asn, "64512 can't pair with JD Cloud"),
        (ours, "it is managed already, as link prod"),
        (strange_cipher, "'aes192' is not accepted by both clouds"),
        (detached, "gateway vgw-1 is attached to these VPCs: none"),
    ],
)
def test_what_cannot_be_adopted_is_told_and_left_out(spoil: Any, words: str) -> None:
    data = clouds()
    spoil(data)
    found = adoption.adopt(NAMED, data)
    assert (found.links, found.sites, found.topology) == ({}, {}, {})
    assert words in "; ".join(found.refused)


def test_an_aws_connection_that_leads_to_nobody_named_is_told() -> None:
    data = clouds()
    extra = {
        **copy.deepcopy(data["aws"]["vpn_connections"][0]),
        "vpn_connection_id": "vpn-9",
        "customer_gateway_id": "x",
    }
    data["aws"]["vpn_connections"].append(extra)
    data["aws"]["customer_gateways"].append({"customer_gateway_id": "x", "ip_address": "52.9.9.9", "bgp_asn": 65000})
    found = adoption.adopt(NAMED, data)
    assert list(found.links) == ["to-virginia"]
    (told,) = found.refused
    assert "vpn-9" in told
    assert "52.9.9.9" in told


def test_what_the_model_cannot_say_is_told_as_a_change() -> None:
    data = clouds()
    data["aws"]["vpn_connections"][0]["tunnels"][0]["phase1_encryption_algorithms"] = ["AES128", "AES256"]
    found = adoption.adopt(NAMED, data)
    assert list(found.links) == ["to-virginia"]
    assert len(found.changes) == 1
    assert "phase1_encryption_algorithms: [AES128, AES256] → [AES256]" in found.changes[0]


def test_a_tunnel_of_its_own_and_one_that_is_down() -> None:
    data = clouds()
    data["jd"]["vpn_tunnels"][1].update(admin_status="DOWN", bandwidth_mbps=7)
    found = adoption.adopt(NAMED, data)
    own = found.links["to-virginia"]["vpn_link_tunnels"]["1-2"]
    assert (own["admin_status"], own["bandwidth_mbps"], found.changes) == ("DOWN", 7, [])
