# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: AWS's records of gateways, route tables and VPCs in our names. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

Record = dict[str, t.Any]


def customer_gateway(raw: t.Mapping[str, t.Any]) -> Record:
    tags = boto3_tag_list_to_ansible_dict(raw.get("Tags") or [])
    asn = raw.get("BgpAsnExtended") or raw.get("BgpAsn")
    return {
        "customer_gateway_id": raw["CustomerGatewayId"],
        "name": tags.get("Name"),
        "state": raw.get("State"),
        "type": raw.get("Type"),
        "ip_address": raw.get("IpAddress"),
        "bgp_asn": int(asn) if asn else None,
        "device_name": raw.get("DeviceName") or None,
        "certificate_arn": raw.get("CertificateArn") or None,
        "tags": tags,
    }


def vpn_gateway(raw: t.Mapping[str, t.Any]) -> Record:
    tags = boto3_tag_list_to_ansible_dict(raw.get("Tags") or [])
    attachments = [
        {"vpc_id": item.get("VpcId"), "state": item.get("State")}
        for item in raw.get("VpcAttachments") or []
        if item.get("State") != "detached"
    ]
    return {
        "vpn_gateway_id": raw["VpnGatewayId"],
        "name": tags.get("Name"),
        "state": raw.get("State"),
        "type": raw.get("Type"),
        "amazon_side_asn": raw.get("AmazonSideAsn"),
        "availability_zone": raw.get("AvailabilityZone"),
        "vpc_attachments": attachments,
        "tags": tags,
    }


_TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "EgressOnlyInternetGatewayId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
)


def route_table(raw: t.Mapping[str, t.Any]) -> Record:
    tags = boto3_tag_list_to_ansible_dict(raw.get("Tags") or [])
    associations = raw.get("Associations") or []
    return {
        "route_table_id": raw["RouteTableId"],
        "name": tags.get("Name"),
        "vpc_id": raw.get("VpcId"),
        "main": any(item.get("Main") for item in associations),
        "subnet_ids": sorted(item["SubnetId"] for item in associations if item.get("SubnetId")),
        "propagating_gateway_ids": sorted(item["GatewayId"] for item in raw.get("PropagatingVgws") or []),
        "routes": [
            {
                "destination": r.get("DestinationCidrBlock")
                or r.get("DestinationIpv6CidrBlock")
                or r.get("DestinationPrefixListId"),
                "target": next((r[key] for key in _TARGETS if r.get(key)), None),
                "state": r.get("State"),
                "origin": r.get("Origin"),
                "propagated": r.get("Origin") == "EnableVgwRoutePropagation",
            }
            for r in raw.get("Routes") or []
        ],
        "tags": tags,
    }


def vpc(raw: t.Mapping[str, t.Any]) -> Record:
    tags = boto3_tag_list_to_ansible_dict(raw.get("Tags") or [])
    associated = [
        item["CidrBlock"]
        for item in raw.get("CidrBlockAssociationSet") or []
        if (item.get("CidrBlockState") or {}).get("State", "associated") in ("associating", "associated")
    ]
    return {
        "vpc_id": raw["VpcId"],
        "name": tags.get("Name"),
        "state": raw.get("State"),
        "cidr_block": raw.get("CidrBlock"),
        "cidr_blocks": sorted({*associated, *([raw["CidrBlock"]] if raw.get("CidrBlock") else [])}),
        "is_default": bool(raw.get("IsDefault")),
        "tags": tags,
    }


def subnet(raw: t.Mapping[str, t.Any]) -> Record:
    tags = boto3_tag_list_to_ansible_dict(raw.get("Tags") or [])
    return {
        "subnet_id": raw["SubnetId"],
        "name": tags.get("Name"),
        "vpc_id": raw.get("VpcId"),
        "cidr_block": raw.get("CidrBlock"),
        "availability_zone": raw.get("AvailabilityZone"),
        "tags": tags,
    }


def instance(raw: t.Mapping[str, t.Any]) -> Record:
    tags = boto3_tag_list_to_ansible_dict(raw.get("Tags") or [])
    return {
        "instance_id": raw["InstanceId"],
        "name": tags.get("Name"),
        "state": (raw.get("State") or {}).get("Name"),
        "instance_type": raw.get("InstanceType"),
        "vpc_id": raw.get("VpcId"),
        "subnet_id": raw.get("SubnetId"),
        "private_ip_address": raw.get("PrivateIpAddress"),
        "security_group_ids": [item.get("GroupId") for item in raw.get("SecurityGroups") or []],
        "tags": tags,
    }


def security_group(raw: t.Mapping[str, t.Any]) -> Record:
    """Rules as AWS tells them: of ICMP, the ports are type and code."""
    sides = (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress"))
    return {
        "group_id": raw["GroupId"],
        "group_name": raw.get("GroupName"),
        "vpc_id": raw.get("VpcId"),
        **{
            side: [
                {
                    "protocol": rule.get("IpProtocol"),
                    "from_port": rule.get("FromPort"),
                    "to_port": rule.get("ToPort"),
                    "sources": sorted(
                        str(x.get("CidrIp") or x.get("CidrIpv6") or x.get("PrefixListId") or x.get("GroupId"))
                        for key in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
                        for x in rule.get(key) or []
                    ),
                }
                for rule in raw.get(key_of_side) or []
            ]
            for side, key_of_side in sides
        },
        "tags": boto3_tag_list_to_ansible_dict(raw.get("Tags") or []),
    }
