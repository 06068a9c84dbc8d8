# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks and gateways that exist already are joined by id, and the removal leaves them exactly as they were."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lab.launcher import Lab

from . import inventory
from .by_hand import Writer
from .clouds import ec2
from .conftest import Outcome, Player
from .inventory import AWS, JDCLOUD, LINK
from .shape import differences

FAR = "172.31.0.0/16"


@dataclass
class Network:
    """What somebody had built by hand, and what the inventory says of it."""

    jdcloud: dict[str, Any]
    aws: dict[str, Any]
    hosts: Path
    before: dict[str, Any]
    outcomes: dict[str, Outcome] = field(default_factory=dict)


def jdcloud_network(lab: Lab) -> dict[str, Any]:
    """A gateway in use: another connection with its tunnel and routes, and route tables that learn from it."""
    jd = Writer(lab, "north", "cn-north-1")
    vpc = jd.make("vpc", "vpc", vpcName="production", addressPrefix="10.10.0.0/16", description="do not touch")
    subnet = jd.make("vpc", "subnet", vpcId=vpc, subnetName="apps", addressPrefix="10.10.1.0/24")
    bgw = jd.make("bgw", "bgw", bgwName="core", description="of the network team")
    chosen = {"propagateType": "partial", "subnetIds": [subnet]}
    attachment = jd.make("bgw", "vpcAttachment", vpcAttachmentName="core", vpcId=vpc, bgwId=bgw, **chosen)
    branch = jd.make("bgw", "customerGateway", customerGatewayName="branch", customerIps=["52.8.8.8"], bgpAsn=65400)
    connection = jd.make("bgw", "vpnConnection", vpnConnectionName="branch", bgwId=bgw, cgwId=branch, bgpEnabled=False)
    ours = jd.get("bgw", f"/vpnConnections/{connection}")["vpnConnection"]["cloudPublicIp"]
    pair = {"cloudPublicIp": ours[0], "customerIp": "52.8.8.8"}
    inside = {"tunnelIp": "169.254.10.4/30", "localTunnelIp": "169.254.10.6"}
    jd.make("bgw", "vpnTunnel", vpnConnectionId=connection, psk="made-by-hand", **pair, **inside)
    for destination, hop_type, hop in (
        ("192.168.7.0/24", "vpn_connection", connection),
        ("10.10.200.0/24", "vpc_attachment", attachment),
    ):
        route = {"bgwRouteDestination": destination, "bgwNexthopType": hop_type, "bgwRouteNexthop": hop}
        jd.post("bgw", f"/bgws/{bgw}/bgwRoutes", bgwRouteSpecs=[route])
    main = jd.all("vpc", "routeTables")[0]["routeTableId"]
    custom = jd.make("vpc", "routeTable", vpcId=vpc, routeTableName="apps")
    jd.post("vpc", f"/routeTables/{custom}:associateRouteTable", subnetIds=[subnet])
    rule = {"nextHopType": "bgw", "nextHopId": bgw, "addressPrefix": "192.168.7.0/24", "description": "branch"}
    jd.post("vpc", f"/routeTables/{main}:addRouteTableRules", routeTableRuleSpecs=[rule])
    # One table learns something else from the gateway; the other learns the far end's range already, by hand.
    for table, cidrs in ((main, "192.168.7.0/24"), (custom, f"192.168.8.0/24,{FAR}")):
        jd.post("vpc", f"/routeTables/{table}:addRoutePropagation", bgwId=bgw, propagationCidrs=cidrs, priority=160)
    return {"kind": "jdcloud", "region": "cn-north-1", "vpc": {"id": vpc}, "border_gateway": {"id": bgw},
            "subnets": [{"name": "vpn-hosts", "cidr": "10.10.9.0/24"}], "route_tables": [main, custom]}  # fmt: skip


def tagged(kind: str, name: str) -> list[dict[str, Any]]:
    tags = [{"Key": "Name", "Value": name}, {"Key": "owner", "Value": "network team"}]
    return [{"ResourceType": kind, "Tags": tags}]


def aws_network(lab: Lab) -> dict[str, Any]:
    """A gateway in use: another connection, and one of two route tables that learns from it."""
    aws = ec2(lab, "global", "us-east-1")
    vpc = aws.create_vpc(CidrBlock=FAR, TagSpecifications=tagged("vpc", "production"))["Vpc"]["VpcId"]
    apps = aws.create_subnet(VpcId=vpc, CidrBlock="172.31.1.0/24", TagSpecifications=tagged("subnet", "apps"))
    gateway = aws.create_vpn_gateway(
        Type="ipsec.1", AmazonSideAsn=65101, TagSpecifications=tagged("vpn-gateway", "core")
    )["VpnGateway"]["VpnGatewayId"]
    aws.attach_vpn_gateway(VpnGatewayId=gateway, VpcId=vpc)
    tables = aws.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    main = tables[0]["RouteTableId"]
    aws.create_tags(Resources=[main], Tags=tagged("route-table", "main")[0]["Tags"])
    custom = aws.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table", "apps"))["RouteTable"]
    aws.associate_route_table(RouteTableId=custom["RouteTableId"], SubnetId=apps["Subnet"]["SubnetId"])
    aws.enable_vgw_route_propagation(RouteTableId=custom["RouteTableId"], GatewayId=gateway)
    branch = aws.create_customer_gateway(
        Type="ipsec.1", BgpAsn=65300, PublicIp="52.9.9.9", TagSpecifications=tagged("customer-gateway", "branch")
    )["CustomerGateway"]["CustomerGatewayId"]
    aws.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=branch, VpnGatewayId=gateway,
        TagSpecifications=tagged("vpn-connection", "branch"),
    )  # fmt: skip
    return {"kind": "aws", "region": "us-east-1", "vpc": {"id": vpc}, "vpn_gateway": {"id": gateway, "asn": 65101},
            "subnets": [{"name": "vpn-hosts", "cidr": "172.31.9.0/24"}],
            "route_tables": [main, custom["RouteTableId"]]}  # fmt: skip


def settled(player: Player) -> dict[str, Any]:
    """Both clouds' state once what is pending has become available and what AWS still lists as deleted is gone."""
    player.lab.admin("aws", "POST", "/clock", {"advance": 3600})
    state = player.state()
    for region in state["aws"]["accounts"]["global"]["regions"].values():
        del region["NetworkAcls"]  # moto goes on listing a deleted subnet there
    return state


@pytest.fixture(scope="module")
def network(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Network:
    """Made by hand, joined, joined again, and taken apart twice; with static routes, which leave the most behind."""
    player.lab.reset()
    sites = inventory.sites(player.lab)
    jdcloud = jdcloud_network(player.lab)
    aws = aws_network(player.lab)
    jdcloud["auth"], aws["auth"] = sites[JDCLOUD]["auth"], sites[AWS]["auth"]
    link = {"vpn_link_routing": "static"}
    hosts = inventory.write(tmp_path_factory.mktemp("adopted"), {JDCLOUD: jdcloud, AWS: aws}, link)
    built = Network(jdcloud, aws, hosts, settled(player))
    for step, playbook in (
        ("first", "intercloud.vpn.site"),
        ("second", "intercloud.vpn.site"),
        ("removal", "intercloud.vpn.teardown"),
        ("removal again", "intercloud.vpn.teardown"),
    ):
        built.outcomes[step] = player.run(playbook, inventory=hosts).ok()
        built.outcomes[step].facts["state"] = settled(player)
    return built


def test_the_link_is_joined_and_the_second_run_changes_nothing(network: Network) -> None:
    assert set(network.outcomes["first"].changed) == {JDCLOUD, AWS, LINK}
    assert network.outcomes["second"].changed == {}
    assert network.outcomes["second"].facts["state"] == network.outcomes["first"].facts["state"]


def test_joining_changes_nothing_of_what_was_there_but_what_it_must(network: Network) -> None:
    """Only route tables differ, and only by what the link adds to them."""
    jdcloud_before = network.before["jdcloud"]["north"]["cn-north-1"]
    jdcloud_now = network.outcomes["first"].facts["state"]["jdcloud"]["north"]["cn-north-1"]
    for kind in jdcloud_before:
        for ident, item in jdcloud_before[kind].items():
            if kind != "routeTable":
                assert jdcloud_now[kind][ident] == item, ident
    learned = {
        table: [(p["bgwId"], p["propagationCidrs"], p["priority"]) for p in item["routePropagations"]]
        for table, item in jdcloud_now["routeTable"].items()
    }
    main, custom = network.jdcloud["route_tables"]
    bgw = network.jdcloud["border_gateway"]["id"]
    assert learned == {main: [(bgw, f"192.168.7.0/24,{FAR}", 160)], custom: [(bgw, f"192.168.8.0/24,{FAR}", 160)]}
    aws_before, aws_now = (
        state["aws"]["accounts"]["global"]["regions"]["us-east-1"]
        for state in (network.before, network.outcomes["first"].facts["state"])
    )
    for kind in ("Vpcs", "Subnets", "VpnGateways", "VpnConnections", "CustomerGateways"):
        assert [item for item in aws_before[kind] if item not in aws_now[kind]] == [], kind


def test_the_removal_leaves_both_clouds_as_they_were(network: Network) -> None:
    assert set(network.outcomes["removal"].changed) == {JDCLOUD, AWS, LINK}
    assert differences(network.outcomes["removal"].facts["state"], network.before) == []


def test_a_second_removal_touches_nothing_that_was_made_by_hand(network: Network) -> None:
    """The link's marks are gone by then, so nothing tells any more what was there before it."""
    assert network.outcomes["removal again"].changed == {}
    assert differences(network.outcomes["removal again"].facts["state"], network.before) == []
