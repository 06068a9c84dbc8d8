# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: the VPC and the virtual private gateway of a new site, as far as a VPN needs them.

How they shall be in the end is the matter of amazon.aws's `ec2_vpc_net` and `ec2_vpc_vgw`, which role `aws_site` runs
afterwards. But AWS attaches no gateway that has a pending VPN connection, so it is attached before the first one; and
those modules look a dozen times and wait in steps of 15 seconds, all before AWS begins with what takes it minutes.
"""

from __future__ import annotations

import random
import typing as t
from dataclasses import dataclass

from .._module import Failure
from . import tags, waiters
from .errors import ApiFailure
from .read import list_vpcs, list_vpn_gateways, living, with_tags

if t.TYPE_CHECKING:
    from .api import Ec2

Record = dict[str, t.Any]

ATTEMPTS = 3
LONGEST_PAUSE = 2.0
WAIT_SECONDS = 320  # as long as ec2_vpc_vgw


@dataclass(frozen=True)
class _Kind:
    noun: str
    id: str
    tag_type: str
    operation: str
    answer: str
    argument: str
    list: t.Callable[..., list[Record]]


_VPC = _Kind("VPC", "vpc_id", "vpc", "vpc", "Vpc", "VpcId", list_vpcs)
_GATEWAY = _Kind(
    "virtual private gateway", "vpn_gateway_id", "vpn-gateway", "vpn_gateway", "VpnGateway", "VpnGatewayId",
    list_vpn_gateways,
)  # fmt: skip


def make_vpc(wanted: Record, ec2: Ec2) -> str:
    """The id of a VPC with `name`, `cidr_block` and `tags`, which the caller has just seen missing."""
    return _make(_VPC, wanted, ec2, CidrBlock=wanted["cidr_block"])


def name_hosts(vpc_id: str, ec2: Ec2) -> None:
    """Public DNS names for a VPC's hosts, which `ec2_vpc_net` gives to each VPC that it makes."""
    ec2.write("modify_vpc_attribute", VpcId=vpc_id, EnableDnsHostnames={"Value": True})


def make_gateway(wanted: Record, ec2: Ec2) -> str:
    """The id of a gateway with `name`, `asn` and `tags`, just seen missing; it is attached to nothing."""
    return _make(_GATEWAY, wanted, ec2, Type="ipsec.1", AmazonSideAsn=wanted["asn"])


def attach(gateway_id: str, vpc_id: str, ec2: Ec2) -> None:
    """Attach a gateway and wait until it is."""

    def attached() -> bool:
        found = list_vpn_gateways(ec2, ids=[gateway_id])
        return {"vpc_id": vpc_id, "state": "attached"} in (found[0]["vpc_attachments"] if found else [])

    try:
        ec2.write("attach_vpn_gateway", VpnGatewayId=gateway_id, VpcId=vpc_id)
    except ApiFailure:
        # A repeated call may be refused because the first one, whose answer was lost, or another run, has done it.
        if not attached():
            raise
    waiters.poll(attached, bool, WAIT_SECONDS, lambda _: f"{gateway_id} is not attached to {vpc_id} {ec2.where}")


def _make(kind: _Kind, wanted: Record, ec2: Ec2, **arguments: t.Any) -> str:
    """Two runs at once may each make one. Whoever then sees two removes its own: the first one's look may have come too
    early to see the second, never the other way round."""
    for _attempt in range(ATTEMPTS):
        ident = ec2.create(
            f"create_{kind.operation}",
            lambda answer: str(answer[kind.answer][kind.argument]),
            lambda: next(iter(_same(kind, wanted, ec2)), None),
            TagSpecifications=tags.specification(wanted, kind.tag_type),
            **arguments,
        )
        if len(_usable(kind, ident, wanted, ec2)) < 2:
            return ident
        _remove(kind, ident, ec2)
        waiters.sleep(random.uniform(0.5, LONGEST_PAUSE))  # noqa: S311 - spreads load, guards nothing
        for other in _same(kind, wanted, ec2):
            return other
    raise Failure(
        f"Other runs make the {kind.noun} {wanted['name']} {ec2.where} at the same time. "
        "Remedy: run again when they have ended."
    )


def _usable(kind: _Kind, ident: str, wanted: Record, ec2: Ec2) -> dict[str, Record]:
    """All that are meant, once the new one is among them and available."""
    return waiters.poll(
        lambda: _same(kind, wanted, ec2),
        lambda found: (found.get(ident) or {}).get("state") == "available",
        WAIT_SECONDS,
        lambda _found: f"The {kind.noun} {ident} is not available {ec2.where}",
    )


def _same(kind: _Kind, wanted: Record, ec2: Ec2) -> dict[str, Record]:
    """By id, those that have all the tags."""
    return {str(item[kind.id]): item for item in living(with_tags(kind.list, ec2, tags.wanted(wanted)))}


def _remove(kind: _Kind, ident: str, ec2: Ec2) -> None:
    try:
        ec2.write(f"delete_{kind.operation}", **{kind.argument: ident})
    except ApiFailure as failure:
        if not failure.not_found:
            raise
