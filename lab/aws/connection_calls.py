# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's operations on VPN connections and their tunnels; `self` is moto's EC2 response class."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from lab.aws import device_samples
from lab.aws.connections import VpnConnection
from lab.aws.errors import unsupported


class VpnConnectionCalls:
    def create_vpn_connection(self: Any) -> ActionResult:
        tags = self.tags_for("vpn-connection")
        return _answer(self.ec2_backend.create_vpn_connection(dict(self.params), tags))

    def describe_vpn_connections(self: Any) -> ActionResult:
        connections = self.ec2_backend.describe_vpn_connections(
            self._get_param("VpnConnectionIds", []), self._filters_from_querystring()
        )
        return ActionResult({"VpnConnections": [connection.describe() for connection in connections]})

    def delete_vpn_connection(self: Any) -> ActionResult:
        self.ec2_backend.delete_vpn_connection(self._get_param("VpnConnectionId"))
        return EmptyResult()

    def modify_vpn_connection(self: Any) -> ActionResult:
        connection = _connection(self)
        self.ec2_backend.modify_vpn_connection(connection, dict(self.params))
        return _answer(connection)

    def modify_vpn_connection_options(self: Any) -> ActionResult:
        connection = _connection(self)
        self.ec2_backend.modify_vpn_connection_options(connection, dict(self.params))
        return _answer(connection)

    def modify_vpn_tunnel_options(self: Any) -> ActionResult:
        if self._get_param("PreSharedKeyStorage"):
            raise unsupported("Moving a pre-shared key to another storage is not supported")
        connection = _connection(self)
        self.ec2_backend.modify_vpn_tunnel_options(
            connection,
            self._get_param("VpnTunnelOutsideIpAddress"),
            dict(self._get_param("TunnelOptions", {})),
            bool(self._get_param("SkipTunnelReplacement")),
        )
        return _answer(connection)

    def replace_vpn_tunnel(self: Any) -> ActionResult:
        connection = _connection(self)
        tunnel = connection.tunnel(self._get_param("VpnTunnelOutsideIpAddress"))
        connection.require_state("available")
        connection.begin_modification([tunnel])
        return ActionResult({"Return": True})

    def get_vpn_tunnel_replacement_status(self: Any) -> ActionResult:
        connection = _connection(self)
        tunnel = connection.tunnel(self._get_param("VpnTunnelOutsideIpAddress"))
        status = {
            "VpnConnectionId": connection.id,
            "CustomerGatewayId": connection.customer_gateway_id,
            "VpnGatewayId": connection.vpn_gateway_id,
            "TransitGatewayId": connection.transit_gateway_id,
            "VpnTunnelOutsideIpAddress": tunnel.outside_ip,
            "MaintenanceDetails": {"PendingMaintenance": "None"},
        }
        return ActionResult({name: value for name, value in status.items() if value})

    def get_active_vpn_tunnel_status(self: Any) -> ActionResult:
        connection = _connection(self)
        tunnel = connection.tunnel(self._get_param("VpnTunnelOutsideIpAddress"))
        status: dict[str, Any] = {"ProvisioningStatus": "available" if connection.state == "available" else "pending"}
        if tunnel.telemetry.ipsec_up:
            for phase in ("Phase1", "Phase2"):
                status[f"{phase}EncryptionAlgorithm"] = tunnel.effective(f"{phase}EncryptionAlgorithms")[0]
                status[f"{phase}IntegrityAlgorithm"] = tunnel.effective(f"{phase}IntegrityAlgorithms")[0]
                status[f"{phase}DHGroup"] = tunnel.effective(f"{phase}DHGroupNumbers")[0]
            status["IkeVersion"] = tunnel.effective("IKEVersions")[0]
        return ActionResult({"ActiveVpnTunnelStatus": status})

    def create_vpn_connection_route(self: Any) -> ActionResult:
        self.ec2_backend.create_vpn_connection_route(_connection(self), self._get_param("DestinationCidrBlock"))
        return EmptyResult()

    def delete_vpn_connection_route(self: Any) -> ActionResult:
        self.ec2_backend.delete_vpn_connection_route(_connection(self), self._get_param("DestinationCidrBlock"))
        return EmptyResult()

    def get_vpn_connection_device_types(self: Any) -> ActionResult:
        return ActionResult({"VpnConnectionDeviceTypes": device_samples.DEVICE_TYPES})

    def get_vpn_connection_device_sample_configuration(self: Any) -> ActionResult:
        sample = device_samples.sample(
            _connection(self),
            self._get_param("VpnConnectionDeviceTypeId"),
            self._get_param("InternetKeyExchangeVersion") or "ikev2",
        )
        return ActionResult({"VpnConnectionDeviceSampleConfiguration": sample})


def _connection(call: Any) -> VpnConnection:
    found: VpnConnection = call.ec2_backend.get_vpn_connection(call._get_param("VpnConnectionId"))
    return found


def _answer(connection: VpnConnection) -> ActionResult:
    return ActionResult({"VpnConnection": connection.describe()})
