# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that changes moto: its EC2 backend and response class, with the VPN behaviour laid over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.base_backend import BackendDict
from moto.ec2.models import EC2Backend, ec2_backends, route_tables
from moto.ec2.responses import EC2Response
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from lab.aws.cloud import Cloud
from lab.aws.connection_backend import VpnConnectionBackend
from lab.aws.connection_calls import VpnConnectionCalls
from lab.aws.customer_gateways import CustomerGatewayBackend, CustomerGatewayCalls
from lab.aws.errors import invalid_value
from lab.aws.resources import VpnResource
from lab.aws.route_propagation import RoutePropagationBackend, RoutePropagationCalls, RouteTable
from lab.aws.vpcs import VpcBackend
from lab.aws.vpn_gateways import VpnGatewayBackend, VpnGatewayCalls


class LabEC2Response(VpnConnectionCalls, CustomerGatewayCalls, VpnGatewayCalls, RoutePropagationCalls, EC2Response):
    """EC2's API of one request."""

    def call_action(self) -> Any:
        self.ec2_backend.forget_deleted()
        return super().call_action()

    def tags_for(self, resource_type: str) -> dict[str, str]:
        """The tags to give a new resource; AWS refuses a tag specification of another type."""
        tags: dict[str, str] = {}
        for specification in self._get_param("TagSpecifications", []):
            if specification.get("ResourceType") != resource_type:
                raise invalid_value(
                    f"'{specification.get('ResourceType')}' is not a valid taggable resource type for this operation."
                )
            tags |= {tag["Key"]: tag.get("Value", "") for tag in specification.get("Tags", [])}
        return tags


class LabEC2Backend(  # type: ignore[misc]  # methods that replace moto's take the layer's arguments, not moto's
    VpnConnectionBackend, CustomerGatewayBackend, VpnGatewayBackend, RoutePropagationBackend, VpcBackend, EC2Backend
):
    """EC2 of one account in one region. `install` binds it to its cloud."""

    cloud: Cloud

    @property
    def url_paths(self) -> dict[str, Callable[..., Any]]:
        return {"/": LabEC2Response.dispatch}

    def forget_deleted(self) -> None:
        """Drop what has been deleted for so long that AWS would no longer describe it."""
        for collection in (self.vpn_connections, self.customer_gateways, self.vpn_gateways):
            for resource in list[VpnResource](collection.values()):
                if self._is_forgotten(resource):
                    del collection[resource.id]
                    self.tags.pop(resource.id, None)

    def _is_forgotten(self, resource: VpnResource) -> bool:
        visible = self.cloud.settings.deleted_visible_seconds
        return not resource.is_live and resource.lifecycle.settled_for() >= visible


def install(cloud: Cloud) -> DomainDispatcherApplication:
    """Put the layer in place, for this process and this cloud; returns the application that serves it."""
    route_tables.RouteTable = RouteTable  # type: ignore[misc]
    ec2_backends.backend = type("LabEC2Backend", (LabEC2Backend,), {"cloud": cloud})
    return DomainDispatcherApplication(create_backend_app)


def remove() -> None:
    """Give this process moto as it was: tests that mock AWS may share it."""
    route_tables.RouteTable = RouteTable.__base__  # type: ignore[misc, assignment]
    ec2_backends.backend = EC2Backend
    BackendDict.reset()
