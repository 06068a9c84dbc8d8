# SPDX-License-Identifier: GPL-3.0-or-later
"""A link as somebody makes it by hand: plain signed HTTP for JD Cloud, plain boto3 for AWS; a machine at either end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lab.launcher import Lab
from tests.integration.playbooks.by_hand import Writer
from tests.integration.playbooks.clouds import ec2

Record = dict[str, Any]
SLOTS = ("1-1", "1-2", "2-3", "2-4")  # JD Cloud's address, AWS's address
JD_REGION, AWS_REGION = "cn-north-1", "us-east-1"
JD_ASN = 65001
_ICMP = {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}


def eventually(holds: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """Wait until `holds` returns something true, and return it. The limit is generous: it only ends what is hopeless."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.1)
    return found


@dataclass
class Link:
    """Link number n joins 10.n.0.0/16 on JD Cloud and 172.(16+n).0.0/16 on AWS."""

    lab: Lab
    number: int
    static: bool = False
    ids: Record = field(default_factory=dict)
    psk: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.jd = Writer(self.lab, "north", JD_REGION)
        self.aws = ec2(self.lab, "global", AWS_REGION)
        self.jd_range, self.aws_range = f"10.{self.number}.0.0/16", f"172.{16 + self.number}.0.0/16"
        self.jd_host, self.aws_host = f"10.{self.number}.1.10", f"172.{16 + self.number}.1.10"
        self.outside: dict[str, tuple[str, str]] = {}  # slot → JD Cloud's and AWS's address

    def make(self) -> Link:
        self._jd_site()
        self._aws_site()
        self._join()
        return self

    def _jd_site(self) -> None:
        jd, name = self.jd, f"link{self.number}"
        vpc = jd.make("vpc", "vpc", vpcName=name, addressPrefix=self.jd_range)
        subnet = jd.make("vpc", "subnet", vpcId=vpc, subnetName=name, addressPrefix=f"10.{self.number}.1.0/24")
        bgw = jd.make("bgw", "bgw", bgwName=name)
        jd.make("bgw", "vpcAttachment", vpcAttachmentName=name, vpcId=vpc, bgwId=bgw, propagateType="all")
        table = jd.get("vpc", f"/vpcs/{vpc}")["vpc"]["routeTableIds"][0]
        jd.post("vpc", f"/routeTables/{table}:addRoutePropagation", bgwId=bgw, propagationCidrs=self.aws_range)
        group = jd.make("vpc", "networkSecurityGroup", networkSecurityGroupName=name, vpcId=vpc)
        rules = [
            {"protocol": 1, "direction": 0, "addressPrefix": self.aws_range, "ruleAction": "ALLOW"},
            {"protocol": 300, "direction": 1, "addressPrefix": "0.0.0.0/0", "ruleAction": "ALLOW"},
        ]
        path = f"/networkSecurityGroups/{group}:addNetworkSecurityGroupRules"
        jd.post("vpc", path, networkSecurityGroupRuleSpecs=rules)
        interface = {"subnetId": subnet, "primaryIpAddress": self.jd_host, "securityGroups": [group]}
        spec = {"name": name, "instanceType": "c.n3.small", "az": f"{JD_REGION}a", "imageId": "img-debian12",
                "primaryNetworkInterface": {"networkInterface": interface}}  # fmt: skip
        self.ids |= {"vpc": vpc, "subnet": subnet, "bgw": bgw, "table": table, "group": group}
        self.ids["jd_host"] = jd.post("vm", "/instances", instanceSpec=spec, maxCount=1)["instanceIds"][0]

    def _aws_site(self) -> None:
        aws = self.aws
        vpc = aws.create_vpc(CidrBlock=self.aws_range)["Vpc"]["VpcId"]
        cidr = f"172.{16 + self.number}.1.0/24"
        subnet = aws.create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]
        vgw = aws.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=65100 + self.number)["VpnGateway"]["VpnGatewayId"]
        aws.attach_vpn_gateway(VpnGatewayId=vgw, VpcId=vpc)
        at_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
        table = aws.describe_route_tables(Filters=at_vpc)["RouteTables"][0]["RouteTableId"]
        eventually(lambda: self._attached(vgw), "the VPN gateway is attached")
        aws.enable_vgw_route_propagation(RouteTableId=table, GatewayId=vgw)
        group = aws.describe_security_groups(Filters=at_vpc)["SecurityGroups"][0]["GroupId"]
        admitted = {**_ICMP, "IpRanges": [{"CidrIp": self.jd_range}]}
        aws.authorize_security_group_ingress(GroupId=group, IpPermissions=[admitted])
        acl = aws.describe_network_acls(Filters=at_vpc)["NetworkAcls"][0]["NetworkAclId"]
        made = aws.run_instances(
            ImageId="ami-12c6146b", InstanceType="t3.nano", MinCount=1, MaxCount=1, SubnetId=subnet,
            PrivateIpAddress=self.aws_host, SecurityGroupIds=[group],
        )["Instances"][0]  # fmt: skip
        self.ids |= {"aws_vpc": vpc, "aws_table": table, "vgw": vgw, "aws_group": group, "acl": acl}
        self.ids["aws_host"] = made["InstanceId"]

    def _attached(self, vgw: str) -> bool:
        gateway = self.aws.describe_vpn_gateways(VpnGatewayIds=[vgw])["VpnGateways"][0]
        return any(item["State"] == "attached" for item in gateway["VpcAttachments"])

    def _join(self) -> None:
        jd, name = self.jd, f"link{self.number}"
        later = [f"8.8.{self.number}.{i + 1}" for i in range(4)]  # AWS's addresses are not known yet
        ours = jd.make(
            "bgw", "customerGateway", customerGatewayName=name, customerIps=later, bgpAsn=65100 + self.number
        )
        here = {"bgwId": self.ids["bgw"], "cgwId": ours, "bgpEnabled": not self.static, "localAsn": JD_ASN}
        connection = jd.make("bgw", "vpnConnection", vpnConnectionName=name, **here)
        path = f"/vpnConnections/{connection}"
        cloud = eventually(lambda: jd.get("bgw", path)["vpnConnection"]["cloudPublicIp"], "JD Cloud has addresses")
        theirs = [self._aws_connection(jd_ip, first) for jd_ip, first in zip(cloud, (0, 2), strict=True)]
        self.ids |= {"cgw": ours, "connection": connection, "aws_connections": theirs}
        found = self.aws.describe_vpn_connections(VpnConnectionIds=theirs)["VpnConnections"]
        outside = {
            (c["VpnConnectionId"], o["TunnelInsideCidr"]): o["OutsideIpAddress"]
            for c in found
            for o in c["Options"]["TunnelOptions"]
        }
        for number, slot in enumerate(SLOTS):
            far = outside[theirs[number // 2], self._block(number)]
            self.outside[slot] = (cloud[number // 2], far)
        far_ips = [far for _near, far in self.outside.values()]
        jd.patch("bgw", f"/customerGateways/{ours}", customerIps=far_ips)
        self.ids["tunnels"] = {slot: self.jd_tunnel(slot) for slot in SLOTS}
        if self.static:
            eventually(lambda: self._aws_states() == {"available"}, "AWS's connections are available")
            for one in theirs:
                self.aws.create_vpn_connection_route(VpnConnectionId=one, DestinationCidrBlock=self.jd_range)
            route = {"bgwRouteDestination": self.aws_range, "bgwNexthopType": "vpn_connection"}
            bgw = self.ids["bgw"]
            jd.post("bgw", f"/bgws/{bgw}/bgwRoutes", bgwRouteSpecs=[{**route, "bgwRouteNexthop": connection}])

    def _aws_states(self) -> set[str]:
        ids = self.ids["aws_connections"]
        return {item["State"] for item in self.aws.describe_vpn_connections(VpnConnectionIds=ids)["VpnConnections"]}

    def _block(self, number: int) -> str:
        return f"169.254.{8 + self.number}.{4 * number}/30"

    def _aws_connection(self, jd_ip: str, first: int) -> str:
        """One connection of two tunnels, which are number `first` and the next."""
        customer = self.aws.create_customer_gateway(Type="ipsec.1", BgpAsn=JD_ASN, PublicIp=jd_ip)["CustomerGateway"]
        options = []
        for number in (first, first + 1):
            self.psk[SLOTS[number]] = f"link{self.number}_tunnel{number}"
            options.append({"TunnelInsideCidr": self._block(number), "PreSharedKey": self.psk[SLOTS[number]]})
        return str(
            self.aws.create_vpn_connection(
                Type="ipsec.1", CustomerGatewayId=customer["CustomerGatewayId"], VpnGatewayId=self.ids["vgw"],
                Options={"StaticRoutesOnly": self.static, "TunnelOptions": options},
            )["VpnConnection"]["VpnConnectionId"]
        )  # fmt: skip

    def jd_tunnel(self, slot: str) -> str:
        near, far = self.outside[slot]
        number = SLOTS.index(slot)
        base = self._block(number).rpartition(".")[0]
        inside = {"tunnelIp": self._block(number), "localTunnelIp": f"{base}.{4 * number + 2}"}
        ends = {"cloudPublicIp": near, "customerIp": far, "psk": self.psk[slot], "ipsecKeyExchange": "ecp256"}
        return self.jd.make("bgw", "vpnTunnel", vpnConnectionId=self.ids["connection"], **ends, **inside)

    def admin_status(self, slot: str, status: str) -> None:
        path = f"/vpnTunnels/{self.ids['tunnels'][slot]}:adminStatus"
        self.jd.post("bgw", path, adminStatus=status)

    def ends(self, slot: str) -> tuple[str, str]:
        """How the data plane calls the two ends of a tunnel."""
        near, far = self.outside[slot]
        return f"{near}/{far}", f"{far}/{near}"

    def up(self) -> set[str]:
        """Slots that carry packets, as both ends see it."""
        seen = {end["end"]: end["ipsec"] and end["bgp"] is not False for end in self.state()["ends"]}
        return {slot for slot in self.outside if all(seen.get(end, False) for end in self.ends(slot))}

    def state(self) -> Record:
        return self.lab.admin("dataplane", "GET", "/state")

    def wait_up(self, slots: set[str] | None = None) -> None:
        wanted = set(SLOTS) if slots is None else slots
        eventually(lambda: self.up() == wanted, f"link {self.number}: exactly {sorted(wanted)} are up")

    def remove(self) -> None:
        """Take down the connections of both clouds."""
        for slot in SLOTS:
            self.admin_status(slot, "DOWN")
            self.jd.delete("bgw", f"/vpnTunnels/{self.ids['tunnels'][slot]}")
        for one in self.ids["aws_connections"]:
            self.aws.delete_vpn_connection(VpnConnectionId=one)
        self.jd.delete("bgw", f"/vpnConnections/{self.ids['connection']}")
