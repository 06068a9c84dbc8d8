# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: AWS customer gateways."""

from __future__ import annotations

import typing as t

from .._module import Context, Failure
from .._vpn.diff import differences, immutable_message
from . import network, tags
from .errors import ApiFailure
from .fields import CUSTOMER_GATEWAY
from .read import list_customer_gateways, living, one
from .spec import given

if t.TYPE_CHECKING:
    from .api import Ec2

Params = dict[str, t.Any]
Record = dict[str, t.Any]

MAX_OLD_ASN = 2147483647
MAX_ASN = 4294967295


def run(params: Params, ctx: Context, ec2: Ec2, missing: bool = False) -> Record:
    """`missing`: the caller has just seen that there is none. AWS gives out no second one of an address and name."""
    params = given(params)
    if params["bgp_asn"] is not None and not 1 <= params["bgp_asn"] <= MAX_ASN:
        raise Failure(f"bgp_asn {params['bgp_asn']} is out of range. Allowed: 1 to {MAX_ASN}.")
    current = None if missing else find(params, ec2)
    if params["state"] == "absent":
        return _absent(current, ctx, ec2)
    if params["customer_gateway_id"] and current is None:
        raise Failure(
            f"Customer gateway {params['customer_gateway_id']} does not exist {ec2.where}. "
            "Remedy: correct the id, region or credentials; or leave customer_gateway_id out to make a new one."
        )
    if current is None:
        return _create(params, ctx, ec2)
    return _update(current, params, ctx, ec2)


def find(params: Params, ec2: Ec2) -> Record | None:
    """By id; else by address or certificate, ASN and device name, as AWS tells gateways apart; else by name."""
    if params["customer_gateway_id"]:
        return one(lambda: list_customer_gateways(ec2, ids=[params["customer_gateway_id"]]))
    if params["ip_address"] or params["certificate_arn"]:
        key = {name: params[name] for name in ("ip_address", "certificate_arn") if params[name]}
        key |= {"bgp_asn": params["bgp_asn"], "device_name": params["device_name"]}
    elif params["name"]:
        key = {"name": params["name"]}
    else:
        return None
    found = [g for g in living(list_customer_gateways(ec2)) if all(g[name] == value for name, value in key.items())]
    if len(found) > 1:
        ids = ", ".join(sorted(gateway["customer_gateway_id"] for gateway in found))
        raise Failure(f"More than one customer gateway has {key} {ec2.where}: {ids}. Remedy: give customer_gateway_id.")
    return found[0] if found else None


def _absent(current: Record | None, ctx: Context, ec2: Ec2) -> Record:
    if current is None:
        return {"changed": False}
    if not ctx.check_mode:
        gateway_id = current["customer_gateway_id"]
        try:
            ec2.write("delete_customer_gateway", CustomerGatewayId=gateway_id)
        except ApiFailure as failure:
            if failure.code == "IncorrectState":
                raise Failure(
                    f"Customer gateway {gateway_id} is still used by a VPN connection {ec2.where}. "
                    "Remedy: delete that connection first, and wait until it is deleted.",
                    **failure.details,
                ) from None
            if not failure.not_found:
                raise
    return {"changed": True, "customer_gateway": {**current, "state": "deleted"}, "diff": _diff(current, {})}


def _create(params: Params, ctx: Context, ec2: Ec2) -> Record:
    wanted = {
        "name": params["name"],
        "ip_address": params["ip_address"],
        "bgp_asn": params["bgp_asn"],
        "device_name": params["device_name"],
        "certificate_arn": params["certificate_arn"],
        "type": params["type"] or "ipsec.1",
        "tags": tags.wanted(params),
    }
    if ctx.check_mode:
        # The address may only be known once the other cloud has made its end.
        planned = {"customer_gateway_id": None, "state": "planned", **wanted}
        return {"changed": True, "customer_gateway": planned, "diff": _diff({}, wanted)}
    if params["bgp_asn"] is None or not (params["ip_address"] or params["certificate_arn"]):
        raise Failure(
            "A new customer gateway needs bgp_asn and ip_address. "
            "Remedy: give both, or customer_gateway_id to take an existing one."
        )
    asn, device_name = params["bgp_asn"], params["device_name"] or ""
    answers: list[Record] = []

    def new_id(answer: Record) -> str:
        answers.append(network.customer_gateway(answer["CustomerGateway"]))
        return str(answers[-1]["customer_gateway_id"])

    gateway_id = ec2.create(
        "create_customer_gateway",
        new_id,
        lambda: (find(params, ec2) or {}).get("customer_gateway_id"),
        Type=wanted["type"],
        IpAddress=params["ip_address"],
        BgpAsn=asn if asn <= MAX_OLD_ASN else None,
        BgpAsnExtended=asn if asn > MAX_OLD_ASN else None,
        DeviceName=params["device_name"],
        CertificateArn=params["certificate_arn"],
        TagSpecifications=tags.specification(params, "customer-gateway"),
    )
    created = answers[-1] if answers else one(lambda: list_customer_gateways(ec2, ids=[gateway_id]))
    # EC2's lists may lag behind a create; what was asked for is what was made.
    created = created or {"customer_gateway_id": gateway_id, "state": "available", **wanted}
    # For an address and ASN that it knows, AWS may hand out the gateway that it has, which is somebody else's.
    _refuse_immutable({**created, "device_name": created["device_name"] or ""}, {**params, "device_name": device_name})
    return {"changed": True, "customer_gateway": created, "diff": _diff({}, created)}


def _update(current: Record, params: Params, ctx: Context, ec2: Ec2) -> Record:
    _refuse_immutable(current, params)
    change = tags.compare(current["tags"], params)
    if change and not ctx.check_mode:
        change.apply(ec2, current["customer_gateway_id"])
    after = {**current, "tags": change.after, "name": change.after.get("Name")}
    return {"changed": bool(change), "customer_gateway": after, "diff": _diff(current, after)}


def _refuse_immutable(current: Record, params: Params) -> None:
    changes = differences(CUSTOMER_GATEWAY, params, current)
    problem = immutable_message("Customer gateway", current["customer_gateway_id"], changes)
    if problem:
        raise Failure(problem, changes=[change.as_dict() for change in changes], customer_gateway=current)


def _diff(before: Record, after: Record) -> Record:
    return {"before": before, "after": after}
