# SPDX-License-Identifier: GPL-3.0-or-later
"""Customer gateways: AWS's record of the device at the other end."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.utils import random_customer_gateway_id

from lab.aws.errors import (
    incorrect_state,
    invalid_combination,
    invalid_value,
    limit_exceeded,
    missing_parameter,
    not_found,
)
from lab.aws.resources import Lifecycle, VpnResource, select

if TYPE_CHECKING:
    from lab.aws.cloud import Cloud

_DEFAULT_ASN = 65000
_LAST_PLAIN_ASN = 2**31 - 1
_LAST_ASN = 2**32 - 1


class CustomerGateway(VpnResource):
    FILTERS = {
        "customer-gateway-id": lambda self: [self.id],
        "bgp-asn": lambda self: [self.asn],
        "ip-address": lambda self: [self.ip_address],
        "state": lambda self: [self.state],
        "type": lambda self: ["ipsec.1"],
    }

    def __init__(
        self, backend: Any, cloud: Cloud, ip_address: str, asn: int, device_name: str | None, tags: dict[str, str]
    ) -> None:
        self.ip_address, self.asn, self.device_name = ip_address, asn, device_name
        super().__init__(backend, random_customer_gateway_id(), Lifecycle(cloud.clock, "available"), tags)

    def describe(self) -> dict[str, Any]:
        described: dict[str, Any] = {
            "CustomerGatewayId": self.id,
            "State": self.state,
            "Type": "ipsec.1",
            "IpAddress": self.ip_address,
            "Tags": self.describe_tags(),
            "BgpAsn" if self.asn <= _LAST_PLAIN_ASN else "BgpAsnExtended": str(self.asn),
        }
        return described | ({"DeviceName": self.device_name} if self.device_name else {})


class CustomerGatewayBackend:
    cloud: Cloud
    customer_gateways: dict[str, CustomerGateway]

    def create_customer_gateway(
        self, ip_address: str, asn: int, device_name: str | None, tags: dict[str, str]
    ) -> CustomerGateway:
        live = [gateway for gateway in self.customer_gateways.values() if gateway.is_live]
        wanted = (ip_address, asn, device_name)
        for gateway in live:
            if (gateway.ip_address, gateway.asn, gateway.device_name) == wanted:
                return gateway  # as it is: a repeated request changes nothing, tags included
        if len(live) >= self.cloud.settings.customer_gateways_per_region:
            raise limit_exceeded("CustomerGateway", "The maximum number of customer gateways has been reached.")
        gateway = CustomerGateway(self, self.cloud, ip_address, asn, device_name, tags)
        self.customer_gateways[gateway.id] = gateway
        return gateway

    def get_customer_gateway(self, customer_gateway_id: str) -> CustomerGateway:
        gateway = self.customer_gateways.get(customer_gateway_id)
        if gateway is None or not gateway.is_live:
            raise not_found("CustomerGateway", "customerGateway", customer_gateway_id)
        return gateway

    def describe_customer_gateways(
        self, filters: dict[str, Any] | None = None, customer_gateway_ids: list[str] | None = None
    ) -> list[CustomerGateway]:
        for wanted in customer_gateway_ids or []:
            if wanted not in self.customer_gateways:
                raise not_found("CustomerGateway", "customerGateway", wanted)
        chosen = [
            g for g in self.customer_gateways.values() if not customer_gateway_ids or g.id in customer_gateway_ids
        ]
        return select(CustomerGateway, chosen, filters)

    def delete_customer_gateway(self, customer_gateway_id: str) -> None:
        gateway = self.get_customer_gateway(customer_gateway_id)
        if self.connections_of(gateway.id):  # type: ignore[attr-defined]
            raise incorrect_state("The customer gateway is in use.")
        gateway.lifecycle.enter("deleting", 0, then="deleted")


class CustomerGatewayCalls:
    """The API's operations; `self` is moto's EC2 response class."""

    def create_customer_gateway(self: Any) -> ActionResult:
        if self._get_param("Type") != "ipsec.1":
            raise invalid_value(f"Value ({self._get_param('Type')}) for parameter type is invalid. Use ipsec.1.")
        gateway = self.ec2_backend.create_customer_gateway(
            _check_address(self._get_param("IpAddress") or self._get_param("PublicIp")),
            _check_asn(self._get_param("BgpAsn"), self._get_param("BgpAsnExtended")),
            _check_device_name(self._get_param("DeviceName")),
            self.tags_for("customer-gateway"),
        )
        return ActionResult({"CustomerGateway": gateway.describe()})

    def describe_customer_gateways(self: Any) -> ActionResult:
        gateways = self.ec2_backend.describe_customer_gateways(
            self._filters_from_querystring(), self._get_param("CustomerGatewayIds", [])
        )
        return ActionResult({"CustomerGateways": [gateway.describe() for gateway in gateways]})

    def delete_customer_gateway(self: Any) -> ActionResult:
        self.ec2_backend.delete_customer_gateway(self._get_param("CustomerGatewayId"))
        return EmptyResult()


def _check_address(text: str | None) -> str:
    if not text:
        raise missing_parameter("IpAddress")
    try:
        address = IPv4Address(text)
    except AddressValueError:
        raise invalid_value(f"Value ({text}) for parameter ipAddress is invalid. Invalid IPv4 address.") from None
    if not address.is_global or address.is_multicast:
        raise invalid_value(f"Value ({text}) for parameter ipAddress is invalid. It must be Internet-routable.")
    return text


def _check_asn(plain: int | None, extended: int | None) -> int:
    if plain is not None and extended is not None:
        raise invalid_combination("Specify either BgpAsn or BgpAsnExtended")
    if extended is not None:
        if not _LAST_PLAIN_ASN < extended <= _LAST_ASN:
            raise invalid_value(f"BgpAsnExtended must be between {_LAST_PLAIN_ASN + 1} and {_LAST_ASN}")
        return extended
    asn = _DEFAULT_ASN if plain is None else plain
    if not 1 <= asn <= _LAST_PLAIN_ASN:
        raise invalid_value(f"Value ({asn}) for parameter bgpAsn is invalid. Use 1 to {_LAST_PLAIN_ASN}.")
    return asn


def _check_device_name(name: str | None) -> str | None:
    if name and len(name) > 255:
        raise invalid_value("DeviceName must have at most 255 characters")
    return name or None
