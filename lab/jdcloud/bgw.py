# SPDX-License-Identifier: GPL-3.0-or-later
"""Border gateways, VPC attachments and border gateway routes. Their paths are inferred, their models published."""

from __future__ import annotations

from typing import Any

from lab.jdcloud import schema
from lab.jdcloud.errors import exists, invalid, not_found, precondition
from lab.jdcloud.store import Record, Region, derived_id

ROUTE_PRIORITY = {"static": 100, "vpc": 120, "ebgp": 150}
READ_HOP = {"vpn_connection": "vpnConnection", "vpc_attachment": "vpcAttachment"}


def view_bgw(region: Region, bgw: Record) -> Record:
    bgw_id = bgw["bgwId"]
    return {
        **bgw,
        "vifIds": [],
        "vpcAttachmentIds": [a["vpcAttachmentId"] for a in region.children("vpcAttachment", "bgwId", bgw_id)],
        "vpnConnectionIds": [c["vpnConnectionId"] for c in region.children("vpnConnection", "bgwId", bgw_id)],
    }


def create_bgw(region: Region, body: Any) -> Record:
    fields = schema.read(body, schema.BGW)
    if fields["azType"] == "edge" and not fields.get("az"):
        raise invalid("az: required for an edge border gateway")
    if fields["azType"] == "standard":
        fields.pop("az", None)
    region.need_quota("bgw")
    return region.add("bgw", {"description": "", **fields})


def modify_bgw(region: Region, bgw_id: str, body: Any) -> None:
    region.get("bgw", bgw_id).update(schema.read(body, schema.MODIFY_BGW, partial=True))


def delete_bgw(region: Region, bgw_id: str) -> None:
    region.get("bgw", bgw_id)
    what = f"Border gateway {bgw_id}"
    region.refuse_use(what, region.children("vpnConnection", "bgwId", bgw_id), "vpnConnection")
    region.refuse_use(what, region.children("vpcAttachment", "bgwId", bgw_id), "vpcAttachment")
    region.resources["bgwRoute"] = {
        key: route for key, route in region.resources["bgwRoute"].items() if route["bgwId"] != bgw_id
    }
    del region.resources["bgw"][bgw_id]


def view_attachment(region: Region, attachment: Record) -> Record:
    subnets = propagated_subnets(region, attachment)
    return {
        **{key: value for key, value in attachment.items() if key != "subnetIds"},
        "status": "active" if region.settled(attachment) else "creating",
        "propagateCidrInfos": [{"subnetId": s["subnetId"], "subnetCidr": s["addressPrefix"]} for s in subnets],
    }


def propagated_subnets(region: Region, attachment: Record) -> list[Record]:
    """`all` tracks future subnets."""
    subnets = region.children("subnet", "vpcId", attachment["vpcId"])
    if attachment["propagateType"] == "all":
        return subnets
    return [s for s in subnets if s["subnetId"] in attachment["subnetIds"]] if attachment["subnetIds"] else []


def create_attachment(region: Region, body: Any) -> Record:
    fields = schema.read(body, schema.ATTACHMENT)
    region.parent("vpc", fields["vpcId"], "vpcId")
    region.parent("bgw", fields["bgwId"], "bgwId")
    for other in region.children("vpcAttachment", "bgwId", fields["bgwId"]):
        if other["vpcId"] == fields["vpcId"]:
            raise exists(f"{fields['vpcId']} is attached to {fields['bgwId']} already: {other['vpcAttachmentId']}")
    region.need_quota("vpc_attachment", fields["bgwId"])
    fields["subnetIds"] = _chosen_subnets(region, fields)
    return region.add("vpcAttachment", fields)


def _chosen_subnets(region: Region, fields: Record) -> list[str]:
    chosen = fields.get("subnetIds") or []
    if fields["propagateType"] != "partial":
        return []
    if not chosen:
        raise invalid("subnetIds: required where propagateType is partial")
    for subnet_id in chosen:
        if region.parent("subnet", subnet_id, "subnetIds")["vpcId"] != fields["vpcId"]:
            raise invalid(f"subnetIds: {subnet_id} is not in {fields['vpcId']}")
    return list(chosen)


def modify_attachment(region: Region, attachment_id: str, body: Any) -> None:
    attachment = region.get("vpcAttachment", attachment_id)
    fields = schema.read(body, schema.MODIFY_ATTACHMENT, partial=True)
    attribute = fields.pop("propagationAttribute", None)
    if attribute is not None:
        full = schema.read(attribute, schema.PROPAGATION_ATTRIBUTE, "propagationAttribute.")
        if full["vpcId"] != attachment["vpcId"]:
            raise invalid("propagationAttribute.vpcId: can not be changed")
        attachment.update(propagateType=full["propagateType"], subnetIds=_chosen_subnets(region, full))
    attachment.update(fields)


def delete_attachment(region: Region, attachment_id: str) -> None:
    """Takes its routes along, and the propagations of that border gateway in the VPC's route tables."""
    attachment = region.get("vpcAttachment", attachment_id)
    for table in region.children("routeTable", "vpcId", attachment["vpcId"]):
        table["routePropagations"] = [p for p in table["routePropagations"] if p["bgwId"] != attachment["bgwId"]]
    for route in region.children("bgwRoute", "bgwRouteNexthop", attachment_id):
        del region.resources["bgwRoute"][route["bgwRouteId"]]
    del region.resources["vpcAttachment"][attachment_id]


def routes(region: Region, bgw_id: str) -> list[Record]:
    """Static routes, ranges of attached VPCs, and what BGP has brought (told by the data plane)."""
    bgw = region.get("bgw", bgw_id)
    found = [dict(route) for route in region.children("bgwRoute", "bgwId", bgw_id)]
    for attachment in region.children("vpcAttachment", "bgwId", bgw_id):
        if region.settled(attachment):
            hop = ("vpcAttachment", attachment["vpcAttachmentId"])
            found += [
                _propagated(bgw_id, s["addressPrefix"], *hop, "vpc") for s in propagated_subnets(region, attachment)
            ]
    for learned in bgw.get("_learned") or ():
        if learned["vpnConnectionId"] in region.resources["vpnConnection"]:
            found.append(
                _propagated(bgw_id, learned["destination"], "vpnConnection", learned["vpnConnectionId"], "ebgp")
            )
    return found


def _propagated(bgw_id: str, destination: str, hop_type: str, hop: str, kind: str) -> Record:
    return {
        "bgwRouteId": derived_id("bgwRoute", bgw_id, destination, hop),
        "bgwId": bgw_id,
        "bgwRouteDestination": destination,
        "bgwRouteNexthop": hop,
        "bgwRouteNextHopType": hop_type,
        "origin": "propagated",
        "bgwRoutePriority": ROUTE_PRIORITY[kind],
        "description": "",
    }


def _need_route_operations(region: Region) -> None:
    if not region.settings.routes_are_published:
        raise not_found("operation", "bgwRoutes")


def create_routes(region: Region, bgw_id: str, body: Any) -> Record:
    _need_route_operations(region)
    region.get("bgw", bgw_id)
    specs = _list(body, "bgwRouteSpecs")
    region.need_quota("bgw_route", bgw_id, len(specs))
    read = [schema.read(item, schema.BGW_ROUTE, f"bgwRouteSpecs[{n}].") for n, item in enumerate(specs)]
    for fields in read:
        _check_route(region, bgw_id, fields)
    ids = []
    for fields in read:
        hop_type = fields.pop("bgwNexthopType", "vpn_connection")
        record = {"bgwId": bgw_id, "description": "", **fields, "bgwRouteNextHopType": READ_HOP[hop_type]}
        ids.append(region.add("bgwRoute", {**record, "origin": "static", "bgwRoutePriority": 100})["bgwRouteId"])
    return {"bgwRouteIds": ids}


def _check_route(region: Region, bgw_id: str, fields: Record, own_id: str | None = None) -> None:
    hop_type, hop = fields.get("bgwNexthopType", "vpn_connection"), fields["bgwRouteNexthop"]
    if hop_type not in READ_HOP:
        raise invalid(f"bgwNexthopType: {hop_type} is not emulated")
    kind = READ_HOP[hop_type]
    if region.parent(kind, hop, "bgwRouteNexthop")["bgwId"] != bgw_id:
        raise invalid(f"bgwRouteNexthop: {hop} is not on {bgw_id}")
    for other in region.children("bgwRoute", "bgwId", bgw_id):
        same = other["bgwRouteDestination"] == fields["bgwRouteDestination"] and other["bgwRouteNexthop"] == hop
        if same and other["bgwRouteId"] != own_id:
            raise exists(f"a route to {fields['bgwRouteDestination']} over {hop} exists: {other['bgwRouteId']}")


def modify_routes(region: Region, bgw_id: str, body: Any) -> None:
    _need_route_operations(region)
    for n, item in enumerate(_list(body, "modifyBgwRouteSpecs")):
        fields = schema.read(item, schema.MODIFY_BGW_ROUTE, f"modifyBgwRouteSpecs[{n}].")
        route = region.get("bgwRoute", fields["bgwRouteId"])
        _check_route(region, bgw_id, fields, route["bgwRouteId"])
        hop_type = fields.pop("bgwNexthopType", None)
        route.update(fields)
        if hop_type:
            route["bgwRouteNextHopType"] = READ_HOP[hop_type]


def delete_routes(region: Region, bgw_id: str, route_ids: list[str]) -> None:
    _need_route_operations(region)
    region.get("bgw", bgw_id)
    if not route_ids:
        raise invalid("bgwRouteIds: required")
    for route_id in route_ids:
        route = region.resources["bgwRoute"].get(route_id)
        if route is None or route["bgwId"] != bgw_id:
            raise not_found("bgwRoute", route_id)
        if route["origin"] != "static":
            raise precondition(f"{route_id} is a propagated route")
    for route_id in route_ids:
        del region.resources["bgwRoute"][route_id]


def _list(body: Any, key: str) -> list[Any]:
    items = body.get(key) if isinstance(body, dict) else None
    if not isinstance(items, list) or not items or set(body) != {key}:
        raise invalid(f"{key}: a list, and nothing else in the body")
    return items
