# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes of border gateways, rules and propagations of VPC route tables, VPCs and subnets; lists and their pages."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Client

FAR = "172.31.0.0/16"


@pytest.fixture
def net(jd: Client) -> dict[str, str]:
    """A VPC, attached, with a connection and the VPC's default route table."""
    vpc, bgw = jd.vpc(), jd.bgw()
    made = {"vpc": vpc, "subnet": jd.subnet(vpc), "bgw": bgw, "attachment": jd.attach(bgw, vpc)}
    return {**made, "connection": jd.connection(bgw, jd.gateway()), "table": jd.table(vpc)}


def _add_route(jd: Client, net: dict[str, str], destination: str = FAR) -> str:
    spec = {"bgwRouteDestination": destination, "bgwRouteNexthop": net["connection"]}
    specs = {"bgwRouteSpecs": [{**spec, "bgwNexthopType": "vpn_connection"}]}
    return str(jd.call("POST", f"/bgws/{net['bgw']}/bgwRoutes", specs)["bgwRouteIds"][0])


def _propagate(jd: Client, net: dict[str, str], cidrs: str = "0.0.0.0/0") -> str:
    body = {"propagationCidrs": cidrs, "bgwId": net["bgw"]}
    path = f"/routeTables/{net['table']}:addRoutePropagation"
    return str(jd.call("POST", path, body, "vpc")["routePropagationId"])


def _table(jd: Client, net: dict[str, str]) -> dict[str, Any]:
    return dict(jd.call("GET", f"/routeTables/{net['table']}", service="vpc")["routeTable"])


def _learned(jd: Client, net: dict[str, str]) -> set[tuple[str, str, int]]:
    rules = [rule for rule in _table(jd, net)["routeTableRules"] if rule["origin"] == "propagated"]
    assert all(rule["nextHopType"] == "bgw" for rule in rules)
    return {(rule["addressPrefix"], rule["nextHopId"], rule["priority"]) for rule in rules}


def test_static_and_propagated_routes_of_a_gateway(jd: Client, net: dict[str, str]) -> None:
    _add_route(jd, net)
    routes = jd.call("GET", f"/bgws/{net['bgw']}/bgwRoutes")["bgwRoutes"]
    shown = {(r["bgwRouteDestination"], r["origin"], r["bgwRouteNextHopType"], r["bgwRoutePriority"]) for r in routes}
    assert shown == {(FAR, "static", "vpnConnection", 100), ("10.1.1.0/24", "propagated", "vpcAttachment", 120)}
    jd.admin("PUT", f"/bgws/{net['bgw']}/learned-routes",
             [{"destination": "172.20.0.0/16", "vpnConnectionId": net["connection"]}])  # fmt: skip
    routes = jd.call("GET", f"/bgws/{net['bgw']}/bgwRoutes")["bgwRoutes"]
    assert ("172.20.0.0/16", 150) in {(r["bgwRouteDestination"], r["bgwRoutePriority"]) for r in routes}


def test_refused_routes_of_a_gateway(jd: Client, net: dict[str, str]) -> None:
    path, ident = f"/bgws/{net['bgw']}/bgwRoutes", _add_route(jd, net)
    spec = {"bgwRouteDestination": FAR, "bgwNexthopType": "vpn_connection", "bgwRouteNexthop": net["connection"]}
    assert jd.refused("POST", path, {"bgwRouteSpecs": [spec]})[:2] == (409, "ALREADY_EXISTS")
    elsewhere = jd.connection(jd.bgw(), jd.gateway(["9.9.9.9"]))
    foreign = {**spec, "bgwRouteNexthop": elsewhere}
    camel = {**spec, "bgwNexthopType": "vpnConnection"}
    for wrong in (foreign, camel, {**spec, "bgwRouteDestination": "far"}):
        assert jd.refused("POST", path, {"bgwRouteSpecs": [wrong]})[:2] == (400, "INVALID_ARGUMENT")
    jd.call(
        "PATCH", path, {"modifyBgwRouteSpecs": [{**spec, "bgwRouteId": ident, "bgwRouteDestination": "172.30.0.0/16"}]}
    )
    static = [r for r in jd.call("GET", path)["bgwRoutes"] if r["origin"] == "static"]
    assert [(r["bgwRouteId"], r["bgwRouteDestination"]) for r in static] == [(ident, "172.30.0.0/16")]
    assert jd.refused("DELETE", f"{path}?bgwRouteIds.1=no")[:2] == (404, "NOT_FOUND")


def test_a_table_learns_what_lies_in_its_ranges(jd: Client, net: dict[str, str]) -> None:
    _add_route(jd, net)
    _add_route(jd, net, "10.200.0.0/16")
    assert _learned(jd, net) == set()
    ident = _propagate(jd, net, "172.16.0.0/12,192.168.0.0/16")
    shown = _table(jd, net)["routePropagations"]
    assert [(p["propagationId"], p["priority"], p["propagationCidrType"], p["propagationCidrs"]) for p in shown] == [
        (ident, 150, "CIDR", "172.16.0.0/12,192.168.0.0/16")
    ]
    assert _learned(jd, net) == {(FAR, net["bgw"], 150)}
    body = {"routePropagationId": ident, "propagationCidrs": "10.0.0.0/8", "priority": 101}
    jd.call("POST", f"/routeTables/{net['table']}:modifyRoutePropagation", body, "vpc")
    assert _learned(jd, net) == {("10.200.0.0/16", net["bgw"], 101)}
    jd.call("POST", f"/routeTables/{net['table']}:removeRoutePropagation", {"routePropagationId": ident}, "vpc")
    assert _table(jd, net)["routePropagations"] == []


def test_with_a_data_plane_a_static_route_needs_a_tunnel_that_is_up(jd: Client, net: dict[str, str]) -> None:
    _add_route(jd, net)
    _propagate(jd, net)
    tunnel = jd.tunnel(net["connection"])
    assert _learned(jd, net), "nothing reports tunnel states yet"
    jd.admin("POST", f"/tunnels/{tunnel}/op-status", {"opStatus": "DOWN"})
    assert not _learned(jd, net)
    jd.admin("POST", f"/tunnels/{tunnel}/op-status", {"opStatus": "UP"})
    assert _learned(jd, net)


def test_refused_propagations(jd: Client, net: dict[str, str]) -> None:
    path, body = f"/routeTables/{net['table']}:addRoutePropagation", {"propagationCidrs": FAR, "bgwId": net["bgw"]}
    for wrong in ({"priority": 100}, {"priority": 256}):
        assert jd.refused("POST", path, {**body, **wrong}, "vpc")[:2] == (400, "OUT_OF_RANGE")
    assert jd.refused("POST", path, {**body, "propagationCidrs": "far"}, "vpc")[:2] == (400, "INVALID_ARGUMENT")
    assert jd.refused("POST", path, {**body, "bgwId": jd.bgw()}, "vpc")[0] == 400, "it is not attached"
    _propagate(jd, net)
    assert jd.refused("POST", path, body, "vpc")[:2] == (409, "ALREADY_EXISTS")
    gone = f"/routeTables/{net['table']}:removeRoutePropagation"
    assert jd.refused("POST", gone, {"routePropagationId": "no"}, "vpc")[:2] == (404, "NOT_FOUND")


def test_an_attachment_takes_its_propagations_along(jd: Client, net: dict[str, str]) -> None:
    _propagate(jd, net)
    jd.call("DELETE", f"/vpcAttachments/{net['attachment']}")
    assert _table(jd, net)["routePropagations"] == []
    assert jd.call("GET", f"/bgws/{net['bgw']}/bgwRoutes")["bgwRoutes"] == []


@pytest.mark.parametrize("prefix", ["8.8.0.0/16", "10.0.0.0/15", "10.0.0.0/29", "10.0.0.1/16", "x"])
def test_ranges_of_vpcs_that_are_wrong(jd: Client, prefix: str) -> None:
    body = {"vpcName": "v", "addressPrefix": prefix}
    assert jd.refused("POST", "/vpcs/", body, "vpc")[:2] == (400, "INVALID_ARGUMENT")


def test_subnets_lie_in_the_vpc_and_apart(jd: Client) -> None:
    vpc = jd.vpc()
    jd.subnet(vpc)
    for prefix in ("10.2.0.0/24", "10.1.1.128/25", "10.1.0.0/29"):
        body = {"vpcId": vpc, "subnetName": "s", "addressPrefix": prefix}
        assert jd.refused("POST", "/subnets/", body, "vpc")[:2] == (400, "INVALID_ARGUMENT")
    free = jd.call("POST", "/vpcs/", {"vpcName": "free"}, "vpc")["vpcId"]
    assert jd.subnet(free, "192.168.7.0/24")
    assert jd.refused("PATCH", f"/vpcs/{vpc}", {"addressPrefix": "10.0.0.0/16"}, "vpc")[:2] == (400, "INVALID_ARGUMENT")
    jd.call("PATCH", f"/vpcs/{vpc}", {"addressPrefix": ""}, "vpc")
    assert jd.subnet(vpc, "10.2.0.0/24"), "the limit is lifted"


def test_subnets_move_between_tables(jd: Client, net: dict[str, str]) -> None:
    body = {"vpcId": net["vpc"], "routeTableName": "t"}
    custom = jd.call("POST", "/routeTables/", body, "vpc")["routeTableId"]

    def home() -> str:
        return str(jd.call("GET", f"/subnets/{net['subnet']}", service="vpc")["subnet"]["routeTableId"])

    assert home() == net["table"]
    jd.call("POST", f"/routeTables/{custom}:associateRouteTable", {"subnetIds": [net["subnet"]]}, "vpc")
    assert home() == custom
    for table in (custom, net["table"]):
        assert jd.refused("DELETE", f"/routeTables/{table}", service="vpc")[:2] == (400, "FAILED_PRECONDITION")
    jd.call("POST", f"/routeTables/{custom}:disassociateRouteTable", {"subnetId": net["subnet"]}, "vpc")
    assert home() == net["table"]
    jd.call("DELETE", f"/routeTables/{custom}", service="vpc")


def test_pages(jd: Client) -> None:
    jd.admin("PATCH", "/settings", {"quotas": {"bgw": 30, "vpc": 30}})
    made = [jd.bgw() for _number in range(23)]

    def page(number: int, size: int = 10) -> list[str]:
        result = jd.call("GET", f"/bgws/?pageNumber={number}&pageSize={size}")
        assert result["totalCount"] == 23
        assert isinstance(result["totalCount"], int)
        return [bgw["bgwId"] for bgw in result["bgws"]]

    assert page(1) + page(2) + page(3) == made
    assert page(9) == page(3), "past the end comes the last page"
    assert len(jd.call("GET", "/bgws/")["bgws"]) == 20
    for query in ("pageSize=9", "pageSize=101", "pageNumber=0"):
        assert jd.refused("GET", f"/bgws/?{query}")[:2] == (400, "OUT_OF_RANGE")
    assert jd.refused("GET", "/bgws/?pageSize=x")[:2] == (400, "INVALID_ARGUMENT")
    jd.vpc()
    total = jd.call("GET", "/vpcs/", service="vpc")["totalCount"]
    assert isinstance(total, float), "the service vpc counts in doubles"


def test_filters_are_obeyed_only_where_they_are_published(jd: Client, net: dict[str, str]) -> None:
    other = jd.vpc("10.2.0.0/16")
    query = f"?filters.1.name=vpcIds&filters.1.values.1={other}"
    found = jd.call("GET", f"/vpcs/{query}", service="vpc")
    assert ([vpc["vpcId"] for vpc in found["vpcs"]], found["totalCount"]) == ([other], 1)
    everything = jd.call("GET", "/vpnConnections/?filters.1.name=bgwId&filters.1.values.1=none")
    assert everything["totalCount"] == 1
    assert jd.call("GET", "/connections/") == {"connections": [], "totalCount": 0}
