# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual private gateways: the Amazon side of VPN connections, attached to one VPC at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError, InvalidVpnGatewayAttachmentError
from moto.ec2.models.vpn_gateway import VPCGatewayAttachment
from moto.ec2.utils import random_vpn_gateway_id

from lab.aws.errors import incorrect_state, invalid_value, limit_exceeded, not_found
from lab.aws.resources import Lifecycle, VpnResource, select

if TYPE_CHECKING:
    from lab.aws.cloud import Cloud

_DEFAULT_ASN = 64512
_PRIVATE_ASNS = (range(64512, 65535), range(4200000000, 4294967295))


class VpnGateway(VpnResource):
    FILTERS = {
        "vpn-gateway-id": lambda self: [self.id],
        "amazon-side-asn": lambda self: [self.amazon_side_asn],
        "attachment.state": lambda self: [attachment.state for attachment in self.attachments.values()],
        "attachment.vpc-id": lambda self: self.attachments.keys(),
        "availability-zone": lambda self: [self.availability_zone],
        "state": lambda self: [self.state],
        "type": lambda self: ["ipsec.1"],
    }

    def __init__(
        self, backend: Any, cloud: Cloud, amazon_side_asn: int, availability_zone: str | None, tags: dict[str, str]
    ) -> None:
        self.amazon_side_asn = amazon_side_asn
        self.availability_zone = availability_zone
        self.attachments: dict[str, VPCGatewayAttachment] = {}  # moto's delete_vpc reads this
        super().__init__(backend, random_vpn_gateway_id(), Lifecycle(cloud.clock, "available"), tags)

    @property
    def attached_vpc(self) -> str | None:
        return next((vpc_id for vpc_id, found in self.attachments.items() if found.state == "attached"), None)

    def describe(self) -> dict[str, Any]:
        described: dict[str, Any] = {
            "VpnGatewayId": self.id,
            "State": self.state,
            "Type": "ipsec.1",
            "AmazonSideAsn": self.amazon_side_asn,
            "Tags": self.describe_tags(),
            "VpcAttachments": [{"VpcId": found.vpc_id, "State": found.state} for found in self.attachments.values()],
        }
        return described | ({"AvailabilityZone": self.availability_zone} if self.availability_zone else {})


class VpnGatewayBackend:
    cloud: Cloud
    vpn_gateways: dict[str, VpnGateway]

    def create_vpn_gateway(
        self,
        amazon_side_asn: int = _DEFAULT_ASN,
        availability_zone: str | None = None,
        tags: dict[str, str] | None = None,
    ) -> VpnGateway:
        if not any(amazon_side_asn in asns for asns in _PRIVATE_ASNS):
            raise invalid_value(f"Invalid ASN {amazon_side_asn}: use 64512 to 65534 or 4200000000 to 4294967294")
        live = [gateway for gateway in self.vpn_gateways.values() if gateway.is_live]
        if len(live) >= self.cloud.settings.vpn_gateways_per_region:
            raise limit_exceeded("VpnGateway", "The maximum number of virtual private gateways has been reached.")
        gateway = VpnGateway(self, self.cloud, amazon_side_asn, availability_zone, tags or {})
        self.vpn_gateways[gateway.id] = gateway
        return gateway

    def get_vpn_gateway(self, vpn_gateway_id: str) -> VpnGateway:
        gateway = self.vpn_gateways.get(vpn_gateway_id)
        if gateway is None or not gateway.is_live:
            raise not_found("VpnGateway", "vpnGateway", vpn_gateway_id)
        return gateway

    def describe_vpn_gateways(self, filters: Any = None, vpn_gw_ids: list[str] | None = None) -> list[VpnGateway]:
        for wanted in vpn_gw_ids or []:
            if wanted not in self.vpn_gateways:
                raise not_found("VpnGateway", "vpnGateway", wanted)
        chosen = [gateway for gateway in self.vpn_gateways.values() if not vpn_gw_ids or gateway.id in vpn_gw_ids]
        return select(VpnGateway, chosen, filters)

    def attach_vpn_gateway(self, vpn_gateway_id: str, vpc_id: str) -> VPCGatewayAttachment:
        gateway = self.get_vpn_gateway(vpn_gateway_id)
        self.get_vpc(vpc_id)  # type: ignore[attr-defined]
        if gateway.attached_vpc == vpc_id:
            return gateway.attachments[vpc_id]
        if gateway.attached_vpc:
            raise EC2ClientError(
                "VpnGatewayAttachmentLimitExceeded",
                f"The vpnGateway '{vpn_gateway_id}' is already attached to {gateway.attached_vpc}.",
            )
        if any(other.attached_vpc == vpc_id for other in self.vpn_gateways.values()):
            raise EC2ClientError(
                "InvalidVpcState", f"VPC {vpc_id} is currently attached to the Virtual Private Gateway."
            )
        self._refuse_while_pending(gateway)
        attachment = VPCGatewayAttachment(vpc_id, state="attached")  # type: ignore[abstract]
        gateway.attachments = {vpc_id: attachment}
        return attachment

    def detach_vpn_gateway(self, vpn_gateway_id: str, vpc_id: str) -> VPCGatewayAttachment:
        gateway = self.get_vpn_gateway(vpn_gateway_id)
        if gateway.attached_vpc != vpc_id:
            raise InvalidVpnGatewayAttachmentError(vpn_gateway_id, vpc_id)
        self._refuse_while_pending(gateway)
        gateway.attachments[vpc_id].state = "detached"  # stays described so, as on AWS
        self.stop_propagation_from(gateway.id)  # type: ignore[attr-defined]
        return gateway.attachments[vpc_id]

    def delete_vpn_gateway(self, vpn_gateway_id: str) -> VpnGateway:
        gateway = self.get_vpn_gateway(vpn_gateway_id)
        if gateway.attached_vpc or self.connections_of(gateway.id):  # type: ignore[attr-defined]
            raise incorrect_state(f"The vpnGateway '{vpn_gateway_id}' is in use.")
        gateway.lifecycle.enter("deleting", 0, then="deleted")
        return gateway

    def _refuse_while_pending(self, gateway: VpnGateway) -> None:
        connections = self.connections_of(gateway.id)  # type: ignore[attr-defined]
        if any(connection.state == "pending" for connection in connections):
            raise invalid_value("This call cannot be completed because there are pending VPNs or Virtual Interfaces")


class VpnGatewayCalls:
    """The API's operations that differ from moto's; `self` is moto's EC2 response class."""

    def create_vpn_gateway(self: Any) -> ActionResult:
        if self._get_param("Type") != "ipsec.1":
            raise invalid_value(f"Value ({self._get_param('Type')}) for parameter type is invalid. Use ipsec.1.")
        gateway = self.ec2_backend.create_vpn_gateway(
            self._get_param("AmazonSideAsn", _DEFAULT_ASN),
            self._get_param("AvailabilityZone"),
            self.tags_for("vpn-gateway"),
        )
        return ActionResult({"VpnGateway": gateway.describe()})

    def describe_vpn_gateways(self: Any) -> ActionResult:
        gateways = self.ec2_backend.describe_vpn_gateways(
            self._filters_from_querystring(), self._get_param("VpnGatewayIds", [])
        )
        return ActionResult({"VpnGateways": [gateway.describe() for gateway in gateways]})

    def delete_vpn_gateway(self: Any) -> ActionResult:
        self.ec2_backend.delete_vpn_gateway(self._get_param("VpnGatewayId"))
        return EmptyResult()
