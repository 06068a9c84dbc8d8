# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: one VPN tunnel: its key, its admin status, and what must not be interrupted."""

from __future__ import annotations

import typing as t

from .._module import Context
from .._vpn.diff import Change, Field, differences
from . import fields
from .errors import JdCloudError
from .interruption import carries, describe_tunnel, refuse_interruption
from .kinds import Kind, Params, Record
from .limits import PSK

if t.TYPE_CHECKING:
    from .client import Client

ADMIN_STATUS = Field("admin_status")
PSK_FIELD = next(field for field in fields.VPN_TUNNEL if field.name == "psk")


def psk_readable(tunnel: Params) -> bool:
    """Whether JD Cloud reveals a tunnel's key: whether it does is not documented, so a masked one is expected too."""
    psk = tunnel.get("psk")
    return isinstance(psk, str) and PSK.fullmatch(psk) is not None


class VpnTunnelKind(Kind):
    def public(self, record: Params) -> Record:
        public = {key: value for key, value in record.items() if key != "psk"}
        if "vpn_tunnel_id" in record:
            public["psk_readable"] = psk_readable(record)
        return public

    def differences(self, params: Params, current: Params, ctx: Context) -> list[Change]:
        desired = dict(params)
        if desired.get("psk") is not None and not psk_readable(current) and not desired.get("force_psk"):
            desired.pop("psk")
            ctx.warn(
                f"JD Cloud does not reveal the pre-shared key of {describe_tunnel(current)}: it was not compared. Set "
                "force_psk to true to send it."
            )
        if (desired.get("ike_version") or current.get("ike_version")) == "v2":
            desired.pop("ike_mode", None)  # JD Cloud ignores it for IKEv2
        return differences((*self.fields, ADMIN_STATUS), desired, current)

    def guard(self, client: Client, params: Params, current: Record, changes: list[Change]) -> None:
        interrupting = [change for change in changes if change.field.interrupts]
        if interrupting and not params.get("allow_interruption") and carries(current):
            refuse_interruption([(f"VPN tunnel {self.label(current)}", interrupting)], [current])

    def modify(self, client: Client, params: Params, current: Record, changes: list[Change]) -> None:
        """DOWN comes before the other changes and UP after them, so that they happen while the tunnel is down."""
        names = {change.name for change in changes}
        status = params.get("admin_status") if "admin_status" in names else None
        values = {name: params[name] for name in names - {"admin_status"}}
        if status == "DOWN":
            self.set_admin_status(client, current, status)
        if values:
            client.call(self.operation("modify"), {self.id: current[self.id]}, values)
        if status == "UP":
            self.set_admin_status(client, current, status)

    def set_admin_status(self, client: Client, current: Params, status: str) -> None:
        client.call("modifyAdminStatus", {self.id: current[self.id]}, {"admin_status": status})

    def delete(self, client: Client, current: Record) -> None:
        """JD Cloud deletes a tunnel only when its adminStatus is DOWN."""
        try:
            if current.get("admin_status") != "DOWN":
                self.set_admin_status(client, current, "DOWN")
            super().delete(client, current)
        except JdCloudError as error:
            if not error.not_found:  # somebody else may have deleted it meanwhile
                raise


VPN_TUNNEL = VpnTunnelKind(
    "vpn_tunnel",
    "VPN tunnel",
    "VpnTunnel",
    "VpnTunnels",
    fields.VPN_TUNNEL,
    "vpn_tunnel_id",
    (("vpn_connection_id", "cloud_public_ip", "customer_ip"),),
    ("vpn_connection_id", "cloud_public_ip", "customer_ip", "psk"),
    unique=True,
)
