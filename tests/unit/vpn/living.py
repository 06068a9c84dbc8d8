# SPDX-License-Identifier: GPL-3.0-or-later
"""A link that works: what both clouds tell of it when every tunnel is up and every route is there."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import addressing, health, planner

from .world import Case, Clouds, Record, aws_site, jdcloud_site

JD_SUBNET, AWS_SUBNET = "10.1.1.0/24", "172.16.1.0/24"
JD_PROBE, AWS_PROBE = "10.1.1.5", "172.16.1.5"


class Living:
    """The link `a` between `jd` and `aws`; a test changes what it likes in `jd` and `aws` and looks again."""

    def __init__(self, routing: str = "bgp", **link: Any) -> None:
        sites = {
            "jd": jdcloud_site(subnets=[{"name": "apps", "cidr": JD_SUBNET}]),
            "aws": aws_site(subnets=[{"name": "apps", "cidr": AWS_SUBNET}]),
        }
        self.case = Case.of(routing=routing, **link)
        self.case.sites = sites
        self.clouds = Clouds(sites).join(self.case)
        self.jd, self.aws = self.clouds.data["jd"], self.clouds.data["aws"]
        self._subnets()
        self._tunnels()
        self._routes("10.1.0.0/16" if routing == "static" else JD_SUBNET, routing)

    def _subnets(self) -> None:
        self.jd["vpcs"][0]["subnets"] = [
            {"subnet_id": "subnet-jd", "subnet_name": "apps", "address_prefix": JD_SUBNET, "route_table_id": "rtb-jd"}
        ]
        self.aws["subnets"] = [{"subnet_id": "subnet-aws", "name": "apps", "cidr_block": AWS_SUBNET}]

    def _tunnels(self) -> None:
        for tunnel in self.jd["vpn_tunnels"]:
            block = addressing.Network(tunnel["tunnel_ip"])
            tunnel.update(admin_status="UP", op_status="UP", remote_tunnel_ip=addressing.peer_address(block))
        for connection in self.aws["vpn_connections"]:
            for tunnel in connection["tunnels"]:
                block = addressing.Network(tunnel["tunnel_inside_cidr"])
                tunnel["aws_inside_address"] = addressing.peer_address(block)
                tunnel["customer_inside_address"] = addressing.jdcloud_address(block)
                tunnel["telemetry"] = {
                    "status": "UP", "status_message": "1 BGP ROUTES", "accepted_route_count": 1,
                    "last_status_change": "2026-01-01T00:00:00+00:00",
                }  # fmt: skip
        self.connection["ha_status"] = "redundancy"

    def _routes(self, advertised: str, routing: str) -> None:
        known = self.jd["border_gateway_routes"]
        known.append(self.bgw_route(JD_SUBNET, "att-1", 120))
        if routing == "bgp":
            known.append(self.bgw_route("172.16.0.0/16", self.connection["vpn_connection_id"], 150))
        self.jd["route_tables"][0]["route_table_rules"] = [
            {"address_prefix": "10.1.0.0/16", "next_hop_type": "local", "next_hop_id": "local", "priority": 0},
            self.jd_rule("172.16.0.0/16", "bgw-jd", 150, "propagated"),
        ]
        self.aws["route_tables"][0]["routes"] = [
            {"destination": "172.16.0.0/16", "target": "local", "state": "active", "propagated": False},
            {"destination": "0.0.0.0/0", "target": "igw-1", "state": "active", "propagated": False},
            self.aws_route(advertised, "vgw-aws", propagated=True),
        ]

    @staticmethod
    def bgw_route(destination: str, hop: str, priority: int, origin: str = "propagated") -> Record:
        return {"bgw_id": "bgw-jd", "bgw_route_destination": destination, "bgw_route_nexthop": hop,
                "bgw_route_priority": priority, "origin": origin}  # fmt: skip

    @staticmethod
    def jd_rule(destination: str, hop: str, priority: int = 100, origin: str = "static") -> Record:
        kind = "bgw" if hop.startswith("bgw-") else "instance"
        return {"address_prefix": destination, "next_hop_type": kind, "next_hop_id": hop, "priority": priority,
                "origin": origin}  # fmt: skip

    @staticmethod
    def aws_route(destination: str, target: str, state: str = "active", propagated: bool = False) -> Record:
        return {"destination": destination, "target": target, "state": state, "propagated": propagated}

    @property
    def connection(self) -> Record:
        return self.jd["vpn_connections"][0]

    @property
    def jd_rules(self) -> list[Record]:
        return self.jd["route_tables"][0]["route_table_rules"]

    @property
    def aws_routes(self) -> list[Record]:
        return self.aws["route_tables"][0]["routes"]

    def aws_connection(self, slot: str) -> Record:
        return next(c for c in self.aws["vpn_connections"] if c["tags"]["intercloud.vpn/address"] == slot[0])

    def aws_end(self, slot: str) -> Record:
        connection = self.aws_connection(slot)
        block = connection["tags"][f"intercloud.vpn/slot-{slot}"]
        return next(x for x in connection["tunnels"] if x["tunnel_inside_cidr"] == block)

    def jd_end(self, slot: str) -> Record:
        outside = self.aws_end(slot)["outside_ip_address"]
        return next(x for x in self.jd["vpn_tunnels"] if x["customer_ip"] == outside)

    def aws_customer_gateway(self, slot: str) -> Record:
        wanted = self.aws_connection(slot)["customer_gateway_id"]
        return next(g for g in self.aws["customer_gateways"] if g["customer_gateway_id"] == wanted)

    def down(self, *slots: str) -> None:
        """IPsec falls."""
        for slot in slots:
            self.jd_end(slot)["op_status"] = "DOWN"
            self.aws_end(slot)["telemetry"].update(
                status="DOWN", status_message="IPSEC IS DOWN", accepted_route_count=0
            )

    def look(self, masked: bool = False, **question: Any) -> Record:
        """The link's health; no text in it may hold a key."""
        sites, links, master = self.case.sites, self.case.links, self.case.master
        inventory = planner.read_inventory(sites, links, None, master)
        assert inventory.faults == []
        found, faults = health.examine(inventory, self.clouds.gathered(3, masked), health.Question(**question))
        assert faults == []
        (link,) = [item.as_dict() for item in found]
        text = json.dumps(link)
        digests = {str(tunnel["psk_digest"]) for tunnel in self.jd["vpn_tunnels"] if tunnel["psk_digest"]}
        for key in self.case.keys() | digests:
            assert key not in text
        assert link["expectation_met"] is (link["waiting_for"] == [])
        return link

    def findings(self, **question: Any) -> list[tuple[str, str, str, str]]:
        """Level, slot, verdict and text of everything that is found."""
        return [(x["level"], x["tunnel"], x["verdict"], x["text"]) for x in self.look(**question)["findings"]]

    def finding(self, **question: Any) -> tuple[str, str, str, str]:
        (only,) = self.findings(**question)
        return only
