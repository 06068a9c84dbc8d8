# SPDX-License-Identifier: GPL-3.0-or-later
"""Route tables that take over what a VPN gateway knows: propagation, and the routes that come of it."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import route_tables


class RouteTable(route_tables.RouteTable):
    """moto's, plus gateways that propagate into it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.propagating: list[str] = []

    @property
    def propagating_vgws(self) -> list[dict[str, str]]:
        return [{"GatewayId": gateway_id} for gateway_id in self.propagating]

    @property
    def routes(self) -> list[Any]:
        return [*super().routes, *self._propagated()]

    def _propagated(self) -> list[dict[str, str]]:
        """The gateways' routes, except where the table has a route of its own for the same range: that one wins."""
        taken = {route.destination_cidr_block for route in self._routes.values()}
        found: dict[str, str] = {}
        for gateway_id in self.propagating:
            if self.ec2_backend.vpn_gateways[gateway_id].attached_vpc != self.vpc_id:
                continue
            for connection in self.ec2_backend.connections_of(gateway_id):
                for cidr in connection.routes:
                    if cidr not in taken:
                        found.setdefault(cidr, gateway_id)
        return [
            {
                "DestinationCidrBlock": cidr,
                "GatewayId": gateway_id,
                "Origin": "EnableVgwRoutePropagation",
                "State": "active",
            }
            for cidr, gateway_id in found.items()
        ]

    def get_filter_value(self, filter_name: str, method_name: str | None = None) -> Any:
        propagated = self._propagated()
        if filter_name == "route.origin":
            return [route.origin for route in self._routes.values()] + [route["Origin"] for route in propagated]
        own = super().get_filter_value(filter_name, method_name)
        key = {"route.destination-cidr-block": "DestinationCidrBlock", "route.gateway-id": "GatewayId"}.get(filter_name)
        return [*own, *(route[key] for route in propagated)] if key else own


class RoutePropagationBackend:
    def enable_vgw_route_propagation(self: Any, route_table_id: str, gateway_id: str) -> None:
        table, gateway = self.get_route_table(route_table_id), self.get_vpn_gateway(gateway_id)
        if gateway.attached_vpc != table.vpc_id:
            raise EC2ClientError(
                "Gateway.NotAttached", f"resource {gateway_id} is not attached to network {table.vpc_id}"
            )
        if gateway_id not in table.propagating:
            table.propagating.append(gateway_id)

    def disable_vgw_route_propagation(self: Any, route_table_id: str, gateway_id: str) -> None:
        table, gateway = self.get_route_table(route_table_id), self.get_vpn_gateway(gateway_id)
        if gateway.id in table.propagating:
            table.propagating.remove(gateway.id)

    def stop_propagation_from(self: Any, gateway_id: str) -> None:
        for table in self.route_tables.values():
            if gateway_id in table.propagating:
                table.propagating.remove(gateway_id)


class RoutePropagationCalls:
    """The API's operations; `self` is moto's EC2 response class."""

    def enable_vgw_route_propagation(self: Any) -> ActionResult:
        self.ec2_backend.enable_vgw_route_propagation(self._get_param("RouteTableId"), self._get_param("GatewayId"))
        return EmptyResult()

    def disable_vgw_route_propagation(self: Any) -> ActionResult:
        self.ec2_backend.disable_vgw_route_propagation(self._get_param("RouteTableId"), self._get_param("GatewayId"))
        return EmptyResult()
