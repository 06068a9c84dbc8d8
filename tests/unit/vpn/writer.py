# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries the plan of one link out, as role `vpn_link` does: its steps in order, through the same passing.

Every write is one call that would change a cloud. What exists already is found by name or tag, as the modules find it,
and is not written again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import passing, psk

if TYPE_CHECKING:
    from .world import Case, Clouds

Record = dict[str, Any]


def find(items: list[Record], **wanted: Any) -> Record | None:
    return next((item for item in items if all(item.get(k) == v for k, v in wanted.items())), None)


class Writer:
    """The writes of one link's plan."""

    def __init__(
        self, clouds: Clouds, case: Case, link: Record, plan: Record, jd: Record | None, aws: Record | None
    ) -> None:
        jd, aws = jd or {}, aws or {}
        self.clouds, self.case, self.link, self.plan, self.jd, self.aws = clouds, case, link, plan, jd, aws
        self.keys = {"uid": plan["uid"], "psk_generation": link.get("psk_generation"), "psks": link.get("psks")}

    def writes(self) -> Iterator[str]:
        """Every write, done when it is yielded."""
        assert self.plan["interrupts"] == []
        assert self.plan["blocked"] == []
        for step in self.plan["steps"]:
            yield from getattr(self, step)()

    @property
    def connection(self) -> Record:
        found = find(
            self.jd["vpn_connections"], vpn_connection_name=self.plan["jdcloud_vpn_connection"]["vpn_connection_name"]
        )
        assert found is not None
        return found

    @property
    def customer_gateway(self) -> Record | None:
        name = self.plan["jdcloud_customer_gateway"]["customer_gateway_name"]
        return find(self.jd["customer_gateways"], customer_gateway_name=name)

    @property
    def aws_connections(self) -> list[Record]:
        uid = self.plan["uid"]
        return [c for c in self.aws["vpn_connections"] if c["tags"].get("intercloud.vpn/link") == uid]

    def _digest(self, key: str) -> str | None:
        return psk.digest(self.case.master, key) if self.case.master else None

    def jdcloud_customer_gateway(self) -> Iterator[str]:
        params = dict(self.plan["jdcloud_customer_gateway"])
        first = params.pop("initial_customer_ips", None)
        if self.customer_gateway is None:
            params["customer_ips"] = params["customer_ips"] or first
            self.jd["customer_gateways"].append({"customer_gateway_id": self.clouds.id("cgw"), **params})
            yield "create jdcloud_customer_gateway"

    def jdcloud_vpn_connection(self) -> Iterator[str]:
        params = self.plan["jdcloud_vpn_connection"]
        if find(self.jd["vpn_connections"], vpn_connection_name=params["vpn_connection_name"]) is None:
            gateway = self.customer_gateway
            assert gateway is not None
            self.jd["vpn_connections"].append(
                {**params, "vpn_connection_id": self.clouds.id("vpnconn"), "cgw_id": gateway["customer_gateway_id"],
                 "local_asn": 65000, "cloud_public_ip": [self.clouds.ip(116), self.clouds.ip(116)]}
            )  # fmt: skip
            yield "create jdcloud_vpn_connection"

    def aws_vpn_connections(self) -> Iterator[str]:
        far_ends = self.plan["aws_connections"]
        if self.jd:
            far_ends = passing.with_cloud_ips(far_ends, self.connection)
        gateways = []
        for far in far_ends:
            mine = {key: far[key] for key in ("ip_address", "bgp_asn", "device_name")}
            if find(self.aws["customer_gateways"], **mine) is None:
                self.aws["customer_gateways"].append(
                    {"customer_gateway_id": self.clouds.id("cgw"), "state": "available", **mine,
                     "tags": dict(far["customer_gateway_tags"])}
                )  # fmt: skip
                yield f"create aws_customer_gateway {far['address']}"
            gateways.append(find(self.aws["customer_gateways"], **mine))
        for far, gateway in zip(far_ends, gateways, strict=True):
            assert gateway is not None
            if self._far_connection(far) is None:
                self.aws["vpn_connections"].append(self._new_connection(far, gateway["customer_gateway_id"]))
                yield f"create aws_vpn_connection {far['address']}"
        for far in far_ends:
            connection = self._far_connection(far)
            assert connection is not None
            if {route["destination_cidr_block"] for route in connection["routes"]} != set(far["routes"]):
                connection["routes"] = [{"destination_cidr_block": x, "state": "available"} for x in far["routes"]]
                yield f"modify aws_vpn_connection {far['address']}"

    def _far_connection(self, far: Record) -> Record | None:
        address = str(far["address"])
        return next((c for c in self.aws_connections if c["tags"]["intercloud.vpn/address"] == address), None)

    def _new_connection(self, far: Record, gateway_id: str) -> Record:
        tunnels = passing.with_keys(far["tunnel_options"], self.keys, self.case.master, "pre_shared_key")
        return {
            "vpn_connection_id": self.clouds.id("vpn"), "customer_gateway_id": gateway_id, "state": "available",
            "vpn_gateway_id": far["vpn_gateway_id"], "static_routes_only": far["static_routes_only"],
            "tags": dict(far["tags"]), "routes": [],
            "tunnels": [
                {**{k: v for k, v in tunnel.items() if k != "pre_shared_key"},
                 "psk_digest": self._digest(tunnel["pre_shared_key"]), "outside_ip_address": self.clouds.ip(52),
                 "telemetry": {"status": "DOWN", "status_message": "IPSEC IS DOWN"}}
                for tunnel in tunnels
            ],
        }  # fmt: skip

    def jdcloud_customer_ips(self) -> Iterator[str]:
        gateway = self.customer_gateway
        assert gateway is not None
        ips = [tunnel["outside_ip_address"] for c in self.aws_connections for tunnel in c["tunnels"]]
        if sorted(gateway["customer_ips"]) != sorted(ips):
            gateway["customer_ips"] = ips
            yield "modify jdcloud_customer_gateway"

    def jdcloud_vpn_tunnels(self) -> Iterator[str]:
        if self.aws:
            far_ends = passing.with_cloud_ips(self.plan["aws_connections"], self.connection)
            tunnels = passing.with_addresses(self.plan["jdcloud_vpn_tunnels"], far_ends, self.aws_connections)
        else:
            tunnels = passing.with_jdcloud_ips(self.plan["jdcloud_vpn_tunnels"], self.connection)
        gateway, connection_id = self.customer_gateway, self.connection["vpn_connection_id"]
        assert gateway is not None
        for tunnel in passing.with_keys(tunnels, self.keys, self.case.master):
            assert tunnel["customer_ip"] in gateway["customer_ips"]
            pair = {key: tunnel[key] for key in ("cloud_public_ip", "customer_ip")}
            if find(self.jd["vpn_tunnels"], vpn_connection_id=connection_id, **pair) is None:
                digest = self._digest(tunnel.pop("psk"))
                self.jd["vpn_tunnels"].append(
                    {"vpn_tunnel_id": self.clouds.id("tun"), "vpn_connection_id": connection_id, **tunnel,
                     "psk_digest": digest, "op_status": "UP"}
                )  # fmt: skip
                yield "create jdcloud_vpn_tunnel"

    def jdcloud_routes(self) -> Iterator[str]:
        for action in self.plan["actions"]:
            if action["kind"] == "jdcloud_border_gateway_route":
                assert action["verb"] == "create"
                self.jd["border_gateway_routes"].append(
                    {"bgw_route_destination": action["name"], "origin": "static",
                     "bgw_route_nexthop": self.connection["vpn_connection_id"]}
                )  # fmt: skip
                yield "create jdcloud_border_gateway_route"

    def jdcloud_propagations(self) -> Iterator[str]:
        for item in self.plan["jdcloud_propagations"]:
            table = find(self.jd["route_tables"], route_table_id=item["route_table_id"])
            assert table is not None
            if not table["route_propagations"]:
                table["route_propagations"].append({"bgw_id": item["bgw_id"], "propagation_cidrs": ""})
            entry = table["route_propagations"][0]
            known = [x for x in entry["propagation_cidrs"].split(",") if x]
            if set(item["cidrs"]) - set(known):
                entry["propagation_cidrs"] = ",".join(sorted({*known, *item["cidrs"]}))
                yield "create jdcloud_route_propagation"

    # Removal. The APIs refuse another order, so the order is asserted here.

    def remove_jdcloud_routes(self) -> Iterator[str]:
        gone = self.plan["removals"]
        for cidr in gone["routes"]:
            route = find(
                self.jd["border_gateway_routes"],
                bgw_route_destination=cidr,
                bgw_route_nexthop=gone["vpn_connection_id"],
            )
            self.jd["border_gateway_routes"].remove(route or {})
            yield f"delete route {cidr}"
        for item in gone["propagations"]:
            table = find(self.jd["route_tables"], route_table_id=item["route_table_id"])
            assert table is not None
            entry = find(table["route_propagations"], bgw_id=gone["bgw_id"])
            if entry is None:
                continue
            left = [x for x in entry["propagation_cidrs"].split(",") if x not in item["cidrs"]]
            entry["propagation_cidrs"] = ",".join(left)
            if not left:
                table["route_propagations"].remove(entry)
            yield f"delete propagation {item['route_table_id']}"

    def remove_jdcloud_vpn(self) -> Iterator[str]:
        gone = self.plan["removals"]
        connection_id, gateway_id = gone["vpn_connection_id"], gone["customer_gateway_id"]
        if connection_id:
            for tunnel in [x for x in self.jd["vpn_tunnels"] if x["vpn_connection_id"] == connection_id]:
                self.jd["vpn_tunnels"].remove(tunnel)
                yield "delete tunnel"
            assert find(self.jd["border_gateway_routes"], bgw_route_nexthop=connection_id) is None
            self.jd["vpn_connections"].remove(find(self.jd["vpn_connections"], vpn_connection_id=connection_id) or {})
            yield "delete connection"
        if gateway_id:
            assert find(self.jd["vpn_connections"], cgw_id=gateway_id) is None
            gateway = find(self.jd["customer_gateways"], customer_gateway_id=gateway_id)
            self.jd["customer_gateways"].remove(gateway or {})
            yield "delete customer gateway"

    def remove_aws_vpn(self) -> Iterator[str]:
        gone = self.plan["removals"]
        for connection_id in gone["aws_connections"]:
            connection = find(self.aws["vpn_connections"], vpn_connection_id=connection_id)
            assert connection is not None
            # AWS goes on listing it for a while.
            connection.update(state="deleted")
            yield "delete AWS connection"
        for gateway_id in gone["aws_customer_gateways"]:
            gateway = find(self.aws["customer_gateways"], customer_gateway_id=gateway_id)
            self.aws["customer_gateways"].remove(gateway or {})
            yield "delete AWS customer gateway"
