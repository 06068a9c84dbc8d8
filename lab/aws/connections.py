# SPDX-License-Identifier: GPL-3.0-or-later
"""A VPN connection: two tunnels between a customer gateway and a VPN (or transit) gateway, and its life."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from moto.ec2.utils import random_vpn_connection_id

from lab.aws import customer_configuration
from lab.aws.errors import incorrect_state, invalid_combination, invalid_value, unsupported
from lab.aws.resources import Lifecycle, VpnResource
from lab.aws.tunnels import Tunnel, complete

if TYPE_CHECKING:
    from lab.aws.cloud import Cloud

_ANY = "0.0.0.0/0"
_DEFAULT_AMAZON_ASN = 64512
_ONLY = {
    "EnableAcceleration": False,
    "TunnelInsideIpVersion": "ipv4",
    "OutsideIpAddressType": "PublicIpv4",
    "TunnelBandwidth": "standard",
}
_KEY_STORAGES = ("Standard", "SecretsManager")


class VpnConnection(VpnResource):
    FILTERS = {
        "vpn-connection-id": lambda self: [self.id],
        "customer-gateway-id": lambda self: [self.customer_gateway_id],
        "vpn-gateway-id": lambda self: [self.vpn_gateway_id],
        "transit-gateway-id": lambda self: [self.transit_gateway_id],
        "state": lambda self: [self.state],
        "type": lambda self: ["ipsec.1"],
        "option.static-routes-only": lambda self: [str(self.static_routes_only).lower()],
        "route.destination-cidr-block": lambda self: self.static_routes,
        "bgp-asn": lambda self: [self.customer_gateway.asn],
    }

    def __init__(self, backend: Any, cloud: Cloud, request: dict[str, Any], tags: dict[str, str]) -> None:
        options = request.get("Options", {})
        self._cloud = cloud
        self.customer_gateway_id: str = request["CustomerGatewayId"]
        self.vpn_gateway_id: str | None = request.get("VpnGatewayId")
        self.transit_gateway_id: str | None = request.get("TransitGatewayId")
        self.static_routes_only: bool = options.get("StaticRoutesOnly", False)
        self.static_routes: list[str] = []
        self.learned_routes: list[str] = []
        storage = request.get("PreSharedKeyStorage", "Standard")
        if storage not in _KEY_STORAGES:
            raise invalid_value(f"Invalid value '{storage}' for PreSharedKeyStorage: use {' or '.join(_KEY_STORAGES)}")
        self.keys_in_secrets_manager = storage == "SecretsManager"
        self.network_cidrs = check_network_cidrs(options, self.transit_gateway_id)
        self.created_as = cloud.next_serial()
        self.ec2_backend = backend
        self.tunnels = self._make_tunnels(options, backend.inside_cidrs_in_use(self.gateway_id))
        lifecycle = Lifecycle(cloud.clock, "pending", cloud.settings.pending_seconds)
        super().__init__(backend, random_vpn_connection_id(), lifecycle, tags)

    def _make_tunnels(self, options: dict[str, Any], used: set[str]) -> list[Tunnel]:
        for name, only in _ONLY.items():
            if options.get(name, only) != only:
                raise unsupported(f"{name} other than {only} is not supported")
        requested = options.get("TunnelOptions", [])
        if len(requested) > 2:
            raise invalid_value("TunnelOptions must hold at most two tunnels")
        # Blocks that the request names are taken first, so that one picked for the other tunnel cannot collide.
        named = {tunnel["TunnelInsideCidr"] for tunnel in requested if "TunnelInsideCidr" in tunnel}
        tunnels: list[Tunnel] = []
        for wanted in [*requested, {}, {}][:2]:
            taken = used | {tunnel.inside_cidr for tunnel in tunnels}
            settled = complete(wanted, taken if "TunnelInsideCidr" in wanted else taken | named)
            address = self._cloud.outside_addresses.allocate(self.ec2_backend.partition)
            tunnels.append(Tunnel(address, settled, self._cloud.new_telemetry()))
        return tunnels

    @property
    def gateway_id(self) -> str:
        """The Amazon side, whichever kind of gateway it is."""
        return self.vpn_gateway_id or self.transit_gateway_id or ""

    @property
    def customer_gateway(self) -> Any:
        return self.ec2_backend.customer_gateways[self.customer_gateway_id]

    @property
    def amazon_asn(self) -> int:
        if self.vpn_gateway_id:
            return int(self.ec2_backend.vpn_gateways[self.vpn_gateway_id].amazon_side_asn)
        options = self.ec2_backend.transit_gateways[self.transit_gateway_id].options
        return int(options.get("AmazonSideAsn") or _DEFAULT_AMAZON_ASN)

    @property
    def routes(self) -> list[str]:
        """What the gateway knows to lie behind this connection. Static routes count while a tunnel is up."""
        if not self.static_routes_only:
            return self.learned_routes
        telemetry = [tunnel.telemetry for tunnel in self.tunnels]
        reported = any(item.told for item in telemetry)
        return self.static_routes if not reported or any(item.ipsec_up for item in telemetry) else []

    def tunnel(self, outside_ip: str | None) -> Tunnel:
        for tunnel in self.tunnels:
            if tunnel.outside_ip == outside_ip:
                return tunnel
        raise invalid_value(f"The VPN connection {self.id} has no tunnel with the outside IP address {outside_ip}")

    def require_state(self, *allowed: str) -> None:
        if self.state not in allowed:
            raise incorrect_state(f"The VPN connection {self.id} is in state {self.state}, not {' or '.join(allowed)}")

    def begin_modification(self, replaced: list[Tunnel]) -> None:
        """Endpoints are being replaced: their tunnels are down until the other end has come back."""
        self.lifecycle.enter("modifying", self._cloud.settings.modifying_seconds, then="available")
        for tunnel in replaced:
            tunnel.telemetry.endpoint_replaced(self._cloud.clock.now())

    def delete(self) -> None:
        if self.state == "deleting":
            return
        self.require_state("available", "pending")
        self.lifecycle.enter("deleting", self._cloud.settings.deleting_seconds, then="deleted")
        for tunnel in self.tunnels:
            tunnel.telemetry.endpoint_replaced(self._cloud.clock.now())

    # AWS promises no order of tunnels: make it visible, and the same each time a connection is described.
    def _in_options_order(self) -> list[Tunnel]:
        swap = self._cloud.settings.tunnel_order == "mixed" and self.created_as % 2 == 0
        return self.tunnels[::-1] if swap else self.tunnels

    def _in_telemetry_order(self) -> list[Tunnel]:
        swap = self._cloud.settings.tunnel_order == "mixed" and self.created_as % 4 < 2
        return self.tunnels[::-1] if swap else self.tunnels

    def _in_configuration_order(self) -> list[Tunnel]:
        return self.tunnels[::-1] if self._cloud.settings.tunnel_order == "mixed" else self.tunnels

    def _redact(self, reveal: bool) -> bool:
        return not reveal and (self.keys_in_secrets_manager or self._cloud.settings.redact_psks)

    def configuration(self, reveal: bool) -> str:
        customer = self.customer_gateway
        ends = customer_configuration.Ends(
            customer.ip_address, str(customer.asn), str(self.amazon_asn), bgp=not self.static_routes_only
        )
        gateways = {"customer_gateway_id": self.customer_gateway_id, "vpn_gateway_id": self.vpn_gateway_id}
        if self.transit_gateway_id:
            gateways["transit_gateway_id"] = self.transit_gateway_id
        tunnels = [(tunnel, tunnel.key(self._redact(reveal))) for tunnel in self._in_configuration_order()]
        return customer_configuration.render(self.id, gateways, ends, tunnels)

    def describe(self, reveal: bool = False) -> dict[str, Any]:
        """As DescribeVpnConnections shows it; `reveal` shows keys even where AWS would not."""
        redact, with_defaults = self._redact(reveal), self._cloud.settings.describe_unset_options
        described: dict[str, Any] = {
            "VpnConnectionId": self.id,
            "State": self.state,
            "Type": "ipsec.1",
            "Category": "VPN",
            "CustomerGatewayId": self.customer_gateway_id,
            "VpnGatewayId": self.vpn_gateway_id,
            "TransitGatewayId": self.transit_gateway_id,
            "GatewayAssociationState": "associated",
            "Tags": self.describe_tags(),
            "Routes": [{"DestinationCidrBlock": cidr, "State": "available"} for cidr in self.static_routes],
            "Options": {
                **_ONLY,
                **self.network_cidrs,
                "StaticRoutesOnly": self.static_routes_only,
                "TunnelOptions": [tunnel.describe(redact, with_defaults) for tunnel in self._in_options_order()],
            },
            "VgwTelemetry": [tunnel.telemetry.describe(tunnel.outside_ip) for tunnel in self._in_telemetry_order()],
        }
        if self.keys_in_secrets_manager:
            place = f"{self.ec2_backend.partition}:secretsmanager:{self.ec2_backend.region_name}"
            described["PreSharedKeyArn"] = f"arn:{place}:{self.ec2_backend.account_id}:secret:s2svpn!{self.id}"
        if self.is_live:  # a deleted connection no longer tells how to configure its other end
            described["CustomerGatewayConfiguration"] = self.configuration(reveal)
        return {name: value for name, value in described.items() if value is not None}


def check_network_cidrs(options: dict[str, Any], transit_gateway_id: str | None) -> dict[str, str]:
    """The two ranges that the tunnels' traffic selectors are narrowed to."""
    if not transit_gateway_id and any(options.get(f"{end}Ipv6NetworkCidr") for end in ("Local", "Remote")):
        raise invalid_combination("IPv6 network CIDRs require a transit gateway")
    chosen = {}
    for name in ("LocalIpv4NetworkCidr", "RemoteIpv4NetworkCidr"):
        chosen[name] = check_cidr(options.get(name, _ANY), name)
    return chosen


def check_cidr(text: str, name: str) -> str:
    try:
        return str(IPv4Network(text))
    except ValueError:
        raise invalid_value(
            f"Value ({text}) for parameter {name} is invalid. This is not a valid CIDR block."
        ) from None
