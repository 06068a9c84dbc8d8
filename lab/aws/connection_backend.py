# SPDX-License-Identifier: GPL-3.0-or-later
"""All VPN connections of an account in a region: what may be created, changed and deleted, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.exceptions import EC2ClientError, InvalidTransitGatewayID

from lab.aws.connections import VpnConnection, check_cidr, check_network_cidrs
from lab.aws.errors import invalid_combination, invalid_value, limit_exceeded, missing_parameter, not_found
from lab.aws.resources import select
from lab.aws.tunnels import Tunnel, check

if TYPE_CHECKING:
    from lab.aws.cloud import Cloud

_TARGETS = ("VpnGatewayId", "TransitGatewayId")


class VpnConnectionBackend:
    cloud: Cloud
    vpn_connections: dict[str, VpnConnection]

    def connections_of(self, gateway_id: str) -> list[VpnConnection]:
        """Live connections that use a gateway of any kind."""
        return [
            connection
            for connection in self.vpn_connections.values()
            if connection.is_live and gateway_id in (connection.customer_gateway_id, connection.gateway_id)
        ]

    def inside_cidrs_in_use(self, gateway_id: str, besides: Tunnel | None = None) -> set[str]:
        tunnels = [tunnel for connection in self.connections_of(gateway_id) for tunnel in connection.tunnels]
        return {tunnel.inside_cidr for tunnel in tunnels if tunnel is not besides}

    def create_vpn_connection(self, request: dict[str, Any], tags: dict[str, str]) -> VpnConnection:
        if request.get("Type") != "ipsec.1":
            raise invalid_value(f"Value ({request.get('Type')}) for parameter type is invalid. Use ipsec.1.")
        target = self._check_target(request)
        customer_gateway = self.get_customer_gateway(request["CustomerGatewayId"])  # type: ignore[attr-defined]
        if self.cloud.settings.repeated_connection == "return":
            for existing in self.connections_of(target):
                if existing.customer_gateway_id == customer_gateway.id and existing.state != "deleting":
                    return existing
        self._check_quotas(target)
        connection = VpnConnection(self, self.cloud, request, tags)
        self.vpn_connections[connection.id] = connection
        if connection.transit_gateway_id:
            self.create_transit_gateway_vpn_attachment(  # type: ignore[attr-defined]
                vpn_id=connection.id, transit_gateway_id=connection.transit_gateway_id
            )
        return connection

    def get_vpn_connection(self, vpn_connection_id: str) -> VpnConnection:
        connection = self.vpn_connections.get(vpn_connection_id)
        if connection is None or not connection.is_live:
            raise not_found("VpnConnection", "vpnConnection", vpn_connection_id)
        return connection

    def describe_vpn_connections(
        self, vpn_connection_ids: list[str] | None = None, filters: dict[str, Any] | None = None
    ) -> list[VpnConnection]:
        for wanted in vpn_connection_ids or []:
            if wanted not in self.vpn_connections:
                raise not_found("VpnConnection", "vpnConnection", wanted)
        chosen = [c for c in self.vpn_connections.values() if not vpn_connection_ids or c.id in vpn_connection_ids]
        return select(VpnConnection, chosen, filters)

    def delete_vpn_connection(self, vpn_connection_id: str) -> None:
        self.get_vpn_connection(vpn_connection_id).delete()
        self._end_transit_attachment(vpn_connection_id)

    def modify_vpn_connection(self, connection: VpnConnection, request: dict[str, Any]) -> None:
        """Another customer gateway or another gateway on the Amazon side; the tunnels keep their addresses."""
        changes = [name for name in ("CustomerGatewayId", *_TARGETS) if request.get(name)]
        if len(changes) != 1:
            raise invalid_combination("Specify exactly one of CustomerGatewayId, VpnGatewayId and TransitGatewayId")
        connection.require_state("available")
        if changes == ["CustomerGatewayId"]:
            gateway = self.get_customer_gateway(request["CustomerGatewayId"])  # type: ignore[attr-defined]
            connection.customer_gateway_id = gateway.id
        else:
            self._move(connection, request)
        connection.begin_modification(connection.tunnels)

    def _move(self, connection: VpnConnection, request: dict[str, Any]) -> None:
        target = self._check_target(request)
        if connection.static_routes and request.get("TransitGatewayId"):
            raise invalid_combination("Delete the static routes before migrating to a transit gateway")
        if target == connection.gateway_id:
            raise invalid_value(f"The VPN connection {connection.id} already uses {target}")
        clash = {tunnel.inside_cidr for tunnel in connection.tunnels} & self.inside_cidrs_in_use(target)
        if clash:
            raise invalid_value(f"TunnelInsideCidr {', '.join(sorted(clash))} is already in use on {target}")
        self._check_gateway_quota(target)
        self._end_transit_attachment(connection.id)
        connection.vpn_gateway_id, connection.transit_gateway_id = (request.get(name) for name in _TARGETS)
        if connection.transit_gateway_id:
            self.create_transit_gateway_vpn_attachment(  # type: ignore[attr-defined]
                vpn_id=connection.id, transit_gateway_id=connection.transit_gateway_id
            )

    def modify_vpn_connection_options(self, connection: VpnConnection, request: dict[str, Any]) -> None:
        wanted = connection.network_cidrs | {name: cidr for name, cidr in request.items() if "NetworkCidr" in name}
        checked = check_network_cidrs(wanted, connection.transit_gateway_id)
        connection.require_state("available")
        connection.network_cidrs = checked
        connection.begin_modification(connection.tunnels)

    def modify_vpn_tunnel_options(
        self, connection: VpnConnection, outside_ip: str, options: dict[str, Any], skip_replacement: bool
    ) -> None:
        tunnel = connection.tunnel(outside_ip)
        if not options:
            raise missing_parameter("TunnelOptions")
        if skip_replacement and set(options) != {"EnableTunnelLifecycleControl"}:
            raise invalid_combination("SkipTunnelReplacement applies only to EnableTunnelLifecycleControl alone")
        check(tunnel.options | options, self.inside_cidrs_in_use(connection.gateway_id, besides=tunnel))
        connection.require_state("available")
        tunnel.options |= options
        if not skip_replacement:
            connection.begin_modification([tunnel])

    def create_vpn_connection_route(self, connection: VpnConnection, destination: str) -> None:
        if not connection.static_routes_only or not connection.vpn_gateway_id:
            raise invalid_combination(
                f"The VPN connection {connection.id} takes no static routes: set StaticRoutesOnly at create"
            )
        cidr = check_cidr(destination, "destinationCidrBlock")
        connection.require_state("available")
        if cidr not in connection.static_routes:
            connection.static_routes.append(cidr)

    def delete_vpn_connection_route(self, connection: VpnConnection, destination: str) -> None:
        connection.require_state("available")
        if destination not in connection.static_routes:
            raise EC2ClientError("InvalidRoute.NotFound", f"{connection.id} has no route to {destination}")
        connection.static_routes.remove(destination)

    def _check_target(self, request: dict[str, Any]) -> str:
        given = [request[name] for name in _TARGETS if request.get(name)]
        if len(given) > 1:
            raise invalid_combination("The request must not contain both VpnGatewayId and TransitGatewayId")
        if not given:
            raise missing_parameter("VpnGatewayId")
        if request.get("VpnGatewayId"):
            return str(self.get_vpn_gateway(given[0]).id)  # type: ignore[attr-defined]
        if given[0] not in self.transit_gateways:  # type: ignore[attr-defined]
            raise InvalidTransitGatewayID(given[0])
        return str(given[0])

    def _check_quotas(self, target: str) -> None:
        live = sum(connection.is_live for connection in self.vpn_connections.values())
        if live >= self.cloud.settings.vpn_connections_per_region:
            raise limit_exceeded("VpnConnection", "The maximum number of VPN connections has been reached.")
        self._check_gateway_quota(target)

    def _check_gateway_quota(self, target: str) -> None:
        most = self.cloud.settings.vpn_connections_per_gateway
        if target.startswith("vgw-") and len(self.connections_of(target)) >= most:
            raise limit_exceeded(
                "VpnConnection", f"The maximum number of VPN connections of {target} has been reached."
            )

    def _end_transit_attachment(self, vpn_connection_id: str) -> None:
        for attachment in self.transit_gateway_attachments.values():  # type: ignore[attr-defined]
            if attachment.resource_id == vpn_connection_id:
                attachment.state = "deleted"
