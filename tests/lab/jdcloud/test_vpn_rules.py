# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of border gateways, attachments, customer gateways, connections and tunnels, one by one."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from .conftest import PSK, REGION, Client

INVALID, BUSY, EXISTS = (400, "INVALID_ARGUMENT"), (400, "FAILED_PRECONDITION"), (409, "ALREADY_EXISTS")
RANGE, MISSING, QUOTA = (400, "OUT_OF_RANGE"), (404, "NOT_FOUND"), (429, "QUOTA_EXCEEDED")


@pytest.fixture
def link(jd: Client) -> dict[str, str]:
    bgw, cgw = jd.bgw(), jd.gateway()
    return {"bgw": bgw, "cgw": cgw, "connection": jd.connection(bgw, cgw)}


@pytest.mark.parametrize("name", ["a", "a" * 32, "北京_gw-1"])
def test_names_that_are_right(jd: Client, name: str) -> None:
    assert jd.call("POST", "/bgws/", {"bgwName": name})


@pytest.mark.parametrize("name", ["", "a" * 33, "a b", "a.b", 7])
def test_names_that_are_wrong(jd: Client, name: Any) -> None:
    assert jd.refused("POST", "/bgws/", {"bgwName": name})[:2] == INVALID


def test_descriptions_end_at_256_characters(jd: Client) -> None:
    assert jd.call("POST", "/bgws/", {"bgwName": "a", "description": "é" * 256})
    assert jd.refused("POST", "/bgws/", {"bgwName": "b", "description": "é" * 257})[:2] == INVALID


def test_an_edge_border_gateway_needs_a_zone(jd: Client) -> None:
    body = {"bgwName": "a", "azType": "edge"}
    assert jd.refused("POST", "/bgws/", body)[2].startswith("az")
    assert jd.call("POST", "/bgws/", {**body, "az": "cn-north-1a"})


@pytest.mark.parametrize(
    ("path", "field"),
    [("bgws", "azType"), ("customerGateways", "bgpAsn"), ("vpnConnections", "localAsn"), ("vpnConnections", "cgwId"),
     ("vpnConnections", "bgwId"), ("vpnConnections", "providers"), ("vpnTunnels", "customerIp"),
     ("vpnTunnels", "cloudPublicIp"), ("vpnTunnels", "vpnConnectionId"), ("bgws", "colour")],
)  # fmt: skip
def test_unknown_and_immutable_fields_are_named(jd: Client, link: dict[str, str], path: str, field: str) -> None:
    tunnel = jd.tunnel(link["connection"])
    ids = {"bgws": link["bgw"], "customerGateways": link["cgw"], "vpnConnections": link["connection"]}
    status = jd.refused("PATCH", f"/{path}/{ids.get(path, tunnel)}", {field: "x"})
    assert status[:2] == INVALID
    assert field in status[2]


def test_null_is_as_good_as_absent(jd: Client) -> None:
    bgw = jd.call("POST", "/bgws/", {"bgwName": "a", "description": None, "azType": None})["bgwId"]
    assert jd.call("GET", f"/bgws/{bgw}")["bgw"]["azType"] == "standard"


def test_attachments(jd: Client) -> None:
    vpc, bgw = jd.vpc(), jd.bgw()
    first, second = jd.subnet(vpc), jd.subnet(vpc, "10.1.2.0/24")
    ident = jd.attach(bgw, vpc)

    def ranges() -> set[str]:
        shown = jd.call("GET", f"/vpcAttachments/{ident}")["vpcAttachment"]
        return {info["subnetCidr"] for info in shown["propagateCidrInfos"]}

    assert ranges() == {"10.1.1.0/24", "10.1.2.0/24"}
    jd.subnet(vpc, "10.1.3.0/24")
    assert "10.1.3.0/24" in ranges(), "«all» tracks future subnets"
    again = {"vpcAttachmentName": "x", "bgwId": bgw, "vpcId": vpc, "propagateType": "none"}
    assert jd.refused("POST", "/vpcAttachments/", again)[:2] == EXISTS

    def modify(**attribute: Any) -> dict[str, Any]:
        return {"propagationAttribute": {"vpcId": vpc, **attribute}}

    jd.call("PATCH", f"/vpcAttachments/{ident}", modify(propagateType="partial", subnetIds=[second]))
    assert ranges() == {"10.1.2.0/24"}
    jd.call("PATCH", f"/vpcAttachments/{ident}", modify(propagateType="none"))
    assert ranges() == set()
    for wrong in (modify(propagateType="partial"), modify(), modify(propagateType="some")):
        assert jd.refused("PATCH", f"/vpcAttachments/{ident}", wrong)[:2] == INVALID
    foreign = jd.subnet(jd.vpc("10.2.0.0/16"), "10.2.1.0/24")
    wrong = modify(propagateType="partial", subnetIds=[first, foreign])
    assert jd.refused("PATCH", f"/vpcAttachments/{ident}", wrong)[:2] == INVALID


def test_provisioning_can_be_seen(jd: Client) -> None:
    jd.admin("PATCH", "/settings", {"provisioning_s": 3600})
    ident = jd.attach(jd.bgw(), jd.vpc())
    assert jd.call("GET", f"/vpcAttachments/{ident}")["vpcAttachment"]["status"] == "creating"
    jd.admin("PATCH", "/settings", {"provisioning_s": 0})
    assert jd.call("GET", f"/vpcAttachments/{ident}")["vpcAttachment"]["status"] == "active"


@pytest.mark.parametrize(
    "ips",
    [[], ["8.8.8.1", "8.8.8.2", "8.8.8.3"], ["8.8.8.1", "8.8.8.1"], ["10.0.0.1"], ["192.0.2.1"], ["203.0.113.9"],
     ["100.64.0.1"], ["2001:4860:4860::8888"], ["8.8.8.8/32"], "8.8.8.8"],
)  # fmt: skip
def test_customer_addresses_that_are_wrong(jd: Client, ips: Any) -> None:
    body = {"customerGatewayName": "c", "customerIps": ips, "bgpAsn": 65001}
    assert jd.refused("POST", "/customerGateways/", body)[:2] == INVALID


@pytest.mark.parametrize(("asn", "status"), [(65000, RANGE), (65500, RANGE), ("65001", INVALID), (None, INVALID)])
def test_asns_that_are_wrong(jd: Client, asn: Any, status: tuple[int, str]) -> None:
    body = {"customerGatewayName": "c", "customerIps": ["8.8.8.8"], "bgpAsn": asn}
    assert jd.refused("POST", "/customerGateways/", body)[:2] == status


def test_equal_customer_gateways(server, jd: Client) -> None:
    jd.gateway(["8.8.8.1", "8.8.8.2"])
    same = {"customerGatewayName": "other", "customerIps": ["8.8.8.2", "8.8.8.1"], "bgpAsn": 65001}
    assert jd.refused("POST", "/customerGateways/", same)[:2] == EXISTS
    jd.gateway(["8.8.8.1", "8.8.8.2"], 65002)
    Client(server, region="cn-east-1").gateway(["8.8.8.1", "8.8.8.2"])


def test_customer_addresses_change_only_without_tunnels(jd: Client, link: dict[str, str]) -> None:
    path, new = f"/customerGateways/{link['cgw']}", {"customerIps": ["9.9.9.1", "9.9.9.2"]}
    tunnel = jd.tunnel(link["connection"])
    assert jd.refused("PATCH", path, new)[:2] == BUSY
    jd.call("PATCH", path, {"customerGatewayName": "renamed"})
    jd.call("POST", f"/vpnTunnels/{tunnel}:adminStatus", {"adminStatus": "DOWN"})
    jd.call("DELETE", f"/vpnTunnels/{tunnel}")
    jd.call("PATCH", path, new)
    shown = jd.call("GET", path)["customerGateway"]
    assert (shown["customerIps"], shown["customerGatewayName"]) == (new["customerIps"], "renamed")


def test_connections(jd: Client, link: dict[str, str]) -> None:
    path = f"/vpnConnections/{link['connection']}"
    shown = jd.call("GET", path)["vpnConnection"]
    assert (shown["bgpEnabled"], shown["localAsn"], shown["haStatus"]) == (True, 65000, "no_redundancy")
    others = jd.cloud_ips(jd.connection(link["bgw"], link["cgw"]))
    assert len({*shown["cloudPublicIp"], *others}) == 4
    assert all(ip_address(one).is_global for one in [*shown["cloudPublicIp"], *others])
    body = {"vpnConnectionName": "n", "bgwId": link["bgw"], "cgwId": link["cgw"]}
    assert "trafficSelectors" in jd.refused("POST", "/vpnConnections/", {**body, "trafficSelectors": []})[2]
    assert jd.refused("POST", "/vpnConnections/", {**body, "bgpEnabled": "true"})[:2] == INVALID
    for asn in (64511, 65535):
        assert jd.refused("POST", "/vpnConnections/", {**body, "localAsn": asn})[:2] == RANGE
    assert jd.refused("POST", "/vpnConnections/", {**body, "localAsn": 65001})[:2] == INVALID
    selectors = [{"localSubnet": "10.1.0.0/16", "remoteSubnets": ["10.2.0.0/16"]}]
    jd.call("PATCH", path, {"trafficSelectors": selectors, "bgpEnabled": False})
    shown = jd.call("GET", path)["vpnConnection"]
    assert (shown["trafficSelectors"], shown["bgpEnabled"]) == (selectors, False)


def test_defaults_of_a_tunnel(jd: Client, link: dict[str, str]) -> None:
    tunnel = jd.call("GET", f"/vpnTunnels/{jd.tunnel(link['connection'])}")["vpnTunnel"]
    expected = {
        "ikeVersion": "v2", "ikeMode": "main", "ikeKeyExchange": "ecp256", "ikeCipher": "aes128", "ikeAuth": "sha256",
        "ikeDpdSec": 10, "ikeSaLifeSec": 14400, "ipsecCipher": "aes128", "ipsecAuth": "sha256",
        "ipsecKeyExchange": "null", "ipsecSaLifeSec": 3600, "ipsecSaLifepkt": 0, "ipsecSaLifebyte": 0,
        "adminStatus": "UP", "opStatus": "DOWN", "localTunnelIp": "169.254.10.2", "remoteTunnelIp": "169.254.10.1",
        "psk": PSK, "remoteId": "8.8.8.1",
    }  # fmt: skip
    assert {name: tunnel[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [("psk", "", INVALID), ("psk", "a" * 21, INVALID), ("psk", "0xabc", INVALID), ("psk", "0sabc", INVALID),
     ("psk", "a.b", INVALID), ("tunnelIp", "169.254.16.0/30", INVALID), ("tunnelIp", "169.254.1.0/29", INVALID),
     ("tunnelIp", "169.254.1.1/30", INVALID), ("tunnelIp", "8.8.8.0/30", INVALID),
     ("localTunnelIp", "169.254.10.0", INVALID), ("localTunnelIp", "169.254.10.5", INVALID),
     ("ikeVersion", "v3", INVALID), ("ikeMode", "fast", INVALID), ("ikeKeyExchange", "modp4096", INVALID),
     ("ikeCipher", "aes512", INVALID), ("ikeAuth", "md5", INVALID), ("ikeDpdSec", 30, INVALID),
     ("ikeSaLifeSec", 59, RANGE), ("ikeSaLifeSec", 86401, RANGE), ("ipsecCipher", "3des", INVALID),
     ("ipsecAuth", "sha512", INVALID), ("ipsecKeyExchange", "none", INVALID), ("ipsecSaLifeSec", 59, RANGE),
     ("ipsecSaLifeSec", True, INVALID), ("ipsecSaLifepkt", 100_000_001, RANGE), ("ipsecSaLifepkt", -1, RANGE),
     ("ipsecSaLifebyte", 107_374_182_401, RANGE), ("bandwidthMbps", 0, RANGE), ("bandwidthMbps", 1501, RANGE),
     ("customerIp", "8.8.8.9", INVALID), ("cloudPublicIp", "8.8.8.8", INVALID), ("vpnConnectionId", "no", INVALID)],
)  # fmt: skip
def test_tunnel_values_that_are_wrong(
    jd: Client, link: dict[str, str], field: str, value: Any, status: tuple[int, str]
) -> None:
    refused = jd.refused("POST", "/vpnTunnels/", {**jd.tunnel_body(link["connection"]), field: value})
    assert refused[:2] == status
    assert field in refused[2]
    assert field != "psk" or not value or value not in refused[2], "a key is never repeated"


def test_a_pair_of_addresses_and_a_block_are_used_once(jd: Client, link: dict[str, str]) -> None:
    jd.tunnel(link["connection"])
    assert jd.refused("POST", "/vpnTunnels/", jd.tunnel_body(link["connection"], block=1))[:2] == EXISTS
    second = jd.connection(link["bgw"], link["cgw"])
    assert "tunnelIp" in jd.refused("POST", "/vpnTunnels/", jd.tunnel_body(second))[2]
    assert jd.tunnel(jd.connection(jd.bgw(), link["cgw"])), "another border gateway may use the block"


def test_tunnels_are_modified(jd: Client, link: dict[str, str]) -> None:
    path = f"/vpnTunnels/{jd.tunnel(link['connection'])}"
    jd.call("PATCH", path, {"ikeCipher": "aes256", "psk": "another"})
    jd.call("PATCH", path, {"localTunnelIp": "169.254.10.1"})
    shown = jd.call("GET", path)["vpnTunnel"]
    wanted = ("aes256", "another", "169.254.10.1", "169.254.10.2", "aes128")
    assert tuple(shown[k] for k in ("ikeCipher", "psk", "localTunnelIp", "remoteTunnelIp", "ipsecCipher")) == wanted


def test_high_availability_needs_both_cloud_addresses(jd: Client, link: dict[str, str]) -> None:
    path = f"/vpnConnections/{link['connection']}"

    def status() -> str:
        return str(jd.call("GET", path)["vpnConnection"]["haStatus"])

    first = jd.tunnel(link["connection"], 0, 1, 0)
    same = jd.tunnel(link["connection"], 1, 1, 1)
    for ident in (first, same):
        jd.admin("POST", f"/tunnels/{ident}/op-status", {"opStatus": "UP"})
    assert status() == "no_redundancy", "both lead to one customer address"
    other = jd.tunnel(link["connection"], 1, 3, 2)
    jd.admin("POST", f"/tunnels/{other}/op-status", {"opStatus": "UP"})
    assert status() == "redundancy"
    jd.call("POST", f"/vpnTunnels/{first}:adminStatus", {"adminStatus": "DOWN"})
    assert status() == "no_redundancy"


def test_the_order_of_deletion(jd: Client, link: dict[str, str]) -> None:
    vpc = jd.vpc()
    subnet, attachment = jd.subnet(vpc), jd.attach(link["bgw"], vpc)
    tunnel = jd.tunnel(link["connection"])
    spec = {"bgwRouteDestination": "172.31.0.0/16", "bgwNexthopType": "vpn_connection",
            "bgwRouteNexthop": link["connection"]}  # fmt: skip
    routes = f"/bgws/{link['bgw']}/bgwRoutes"
    route = jd.call("POST", routes, {"bgwRouteSpecs": [spec]})["bgwRouteIds"][0]
    steps = [
        ("bgw", f"/vpnTunnels/{tunnel}"), ("bgw", f"/vpnConnections/{link['connection']}"),
        ("bgw", f"/customerGateways/{link['cgw']}"), ("bgw", f"/bgws/{link['bgw']}"), ("vpc", f"/vpcs/{vpc}"),
    ]  # fmt: skip
    for service, path in steps:
        assert jd.refused("DELETE", path, service=service)[:2] == BUSY, path
    jd.call("POST", f"/vpnTunnels/{tunnel}:adminStatus", {"adminStatus": "DOWN"})
    jd.call("DELETE", f"/vpnTunnels/{tunnel}")
    assert jd.refused("DELETE", f"/vpnConnections/{link['connection']}")[:2] == BUSY, "the static route is left"
    jd.call("DELETE", f"{routes}?bgwRouteIds.1={route}")
    for path in (f"/vpnConnections/{link['connection']}", f"/customerGateways/{link['cgw']}"):
        jd.call("DELETE", path)
    assert jd.refused("DELETE", f"/bgws/{link['bgw']}")[:2] == BUSY, "the attachment is left"
    jd.call("DELETE", f"/vpcAttachments/{attachment}")
    jd.call("DELETE", f"/bgws/{link['bgw']}")
    jd.call("DELETE", f"/subnets/{subnet}", service="vpc")
    jd.call("DELETE", f"/vpcs/{vpc}", service="vpc")
    assert jd.refused("DELETE", f"/vpcs/{vpc}", service="vpc")[:2] == MISSING
    held = jd.admin("GET", "/state").get("north", {}).get(REGION, {})
    assert held == {}


def test_masked_keys(jd: Client, link: dict[str, str]) -> None:
    path = f"/vpnTunnels/{jd.tunnel(link['connection'])}"
    jd.admin("PATCH", "/settings", {"mask_psk": "stars"})
    assert set(jd.call("GET", path)["vpnTunnel"]["psk"]) == {"*"}
    jd.admin("PATCH", "/settings", {"mask_psk": "absent"})
    assert "psk" not in jd.call("GET", path)["vpnTunnel"]
    assert all("psk" not in one for one in jd.call("GET", "/vpnTunnels/")["vpnTunnels"])
    assert PSK in str(jd.admin("GET", "/state")), "the admin surface is the truth"


def test_quotas(jd: Client) -> None:
    bgw, cgw = jd.bgw(), jd.gateway()
    jd.admin("PATCH", "/settings", {"quotas": {"bgw": 1, "vpn_connection": 1, "customer_gateway": 1}})
    jd.connection(bgw, cgw)
    assert jd.refused("POST", "/bgws/", {"bgwName": "b"})[:2] == QUOTA
    assert jd.refused("POST", "/vpnConnections/", {"vpnConnectionName": "n", "bgwId": bgw, "cgwId": cgw})[:2] == QUOTA
    other = {"customerGatewayName": "d", "customerIps": ["9.9.9.9"], "bgpAsn": 65001}
    assert jd.refused("POST", "/customerGateways/", other)[:2] == QUOTA
    quota = jd.call("GET", f"/quotas/?type=vpn_connection&parentResourceId={bgw}")["quota"]
    assert quota == {"type": "vpn_connection", "parentResourceId": bgw, "maxLimit": 1, "count": 1}
    assert jd.refused("GET", "/quotas/?type=cgw")[:2] == INVALID, "a type of the modify operation only"
