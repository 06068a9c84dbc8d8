# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells both emulated clouds what a data plane would: tunnels up and down, BGP up and down, routes learned."""

from __future__ import annotations

from typing import Any

from .clouds import JdCloud, ec2, live, tags
from .conftest import Player

# Link → JD Cloud account and region, AWS account and region, AWS's ranges, what JD Cloud announces (None: static).
Links = dict[str, tuple[str, str, str, str, list[str], list[str] | None]]
LINKS: Links = {
    "north-virginia": (
        "north",
        "cn-north-1",
        "global",
        "us-east-1",
        ["172.31.0.0/16"],
        ["10.10.1.0/24", "10.10.2.0/24"],
    ),
    "north-ireland": (
        "north",
        "cn-north-1",
        "global",
        "eu-west-1",
        ["172.30.0.0/16"],
        ["10.10.1.0/24", "10.10.2.0/24"],
    ),
    "south-beijing": ("south", "cn-south-1", "china", "cn-north-1", ["172.29.0.0/16"], None),
}


class DataPlane:
    """The three links of the lab's inventory, or others."""

    def __init__(self, player: Player, links: Links = LINKS) -> None:
        self.player, self.lab, self.links = player, player.lab, links

    def jdcloud(self, link: str) -> JdCloud:
        account, region, *_rest = self.links[link]
        return JdCloud(self.lab, account, region)

    def aws(self, link: str) -> Any:
        _jd, _region, account, region, *_rest = self.links[link]
        return ec2(self.lab, account, region)

    def connection(self, link: str) -> dict[str, Any]:
        return next(
            c for c in self.jdcloud(link).all("bgw", "vpnConnections") if c["vpnConnectionName"] == f"{link}-vpn"
        )

    def aws_connections(self, link: str) -> dict[str, dict[str, Any]]:
        """AWS's connections by the JD Cloud address that they lead to, «1» and «2»."""
        found = live(self.aws(link).describe_vpn_connections()["VpnConnections"])
        mine = [c for c in found if tags(c).get("intercloud.vpn/link") == link]
        return {tags(c)["intercloud.vpn/address"]: c for c in mine}

    def outside_ip(self, link: str, slot: str) -> str:
        connection = self.aws_connections(link)[slot[0]]
        block = tags(connection)[f"intercloud.vpn/slot-{slot}"]
        options = connection["Options"]["TunnelOptions"]
        return next(x["OutsideIpAddress"] for x in options if x["TunnelInsideCidr"] == block)

    def jd_tunnel(self, link: str, slot: str) -> dict[str, Any]:
        outside = self.outside_ip(link, slot)
        return next(x for x in self.jdcloud(link).all("bgw", "vpnTunnels") if x["customerIp"] == outside)

    def ipsec(self, link: str, slot: str, up: bool, bgp: bool = True, routes: int = 1) -> None:
        status = "UP" if up else "DOWN"
        tunnel_id = self.jd_tunnel(link, slot)["vpnTunnelId"]
        self.lab.admin("jdcloud", "POST", f"/tunnels/{tunnel_id}/op-status", {"opStatus": status})
        message = "IPSEC IS UP" if up and not bgp else "" if up else "IPSEC IS DOWN"
        told = {"Status": "UP" if up and bgp else "DOWN", "StatusMessage": message, "AcceptedRouteCount": routes}
        if not (up and bgp):
            told["AcceptedRouteCount"] = 0
        self.lab.admin("aws", "POST", f"/tunnels/{self.outside_ip(link, slot)}/telemetry", told)

    def learn(self, *links: str) -> None:
        """What the border gateways and AWS's connections have learned by BGP, of these links and no others."""
        learned: dict[str, list[dict[str, str]]] = {}
        for link in self.links:
            ranges, announced = self.links[link][4:]
            if announced is None:
                continue
            connection = self.connection(link)
            routes = learned.setdefault(connection["bgwId"], [])
            if link in links:
                routes += [{"destination": x, "vpnConnectionId": connection["vpnConnectionId"]} for x in ranges]
            for far in self.aws_connections(link).values():
                path = f"/connections/{far['VpnConnectionId']}/learned-routes"
                self.lab.admin("aws", "PUT", path, announced if link in links else [])
        for bgw_id, routes in learned.items():
            self.lab.admin("jdcloud", "PUT", f"/bgws/{bgw_id}/learned-routes", routes)

    def all_up(self) -> None:
        for link in self.links:
            for slot in ("1-1", "1-2", "2-3", "2-4"):
                self.ipsec(link, slot, True)
        self.learn(*self.links)
