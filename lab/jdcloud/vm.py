# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances, their types and images, as far as one needs them to have a machine in a subnet. Published."""

from __future__ import annotations

import ipaddress
from typing import Any

from lab.jdcloud import instance_specs as specs
from lab.jdcloud import schema
from lab.jdcloud.errors import invalid, precondition
from lab.jdcloud.store import Record, Region, now

_ZONES = ("a", "b", "c")
_TYPES = (("c.n3.small", 1, 1024), ("g.n3.medium", 1, 4096), ("g.n3.large", 2, 8192))
_DELETABLE = ("running", "stopped", "error")


def images(_region: Region) -> list[Record]:
    """Debian and Ubuntu, of the public ones; the ids are made up, for JD Cloud publishes none."""
    return [
        {"imageId": f"img-{name}", "name": name, "platform": platform, "osVersion": version, "architecture": "x86_64",
         "imageSource": "public", "osType": "linux", "status": "ready", "rootDeviceType": "cloudDisk",
         "systemDiskSizeGB": 20, "offline": False}
        for name, platform, version in (("debian12", "Debian", "12"), ("ubuntu2404", "Ubuntu", "24.04"))
    ]  # fmt: skip


def instance_types(region: Region) -> list[Record]:
    return [
        {"family": name.rpartition(".")[0], "instanceType": name, "cpu": cpu, "memoryMB": memory,
         "architecture": "x86_64", "nicLimit": 2, "cloudDiskCountLimit": 4,
         "state": [{"az": f"{region.name}{zone}", "inStock": True} for zone in _ZONES]}
        for name, cpu, memory in _TYPES
    ]  # fmt: skip


def settle(region: Region) -> None:
    """What was pending runs as soon as the time for it is over."""
    for instance in region.all("instance"):
        if instance["status"] == "pending" and region.settled(instance):
            instance["status"] = "running"


def view(region: Region, instance: Record) -> Record:
    names = {x["networkSecurityGroupId"]: x["networkSecurityGroupName"] for x in region.all("networkSecurityGroup")}
    groups = instance["_securityGroupIds"]
    interface = {
        "networkInterfaceId": instance["_networkInterfaceId"],
        "vpcId": instance["vpcId"],
        "subnetId": instance["subnetId"],
        "securityGroups": [{"groupId": group, "groupName": names[group]} for group in groups],
        "sanityCheck": 1,
        "primaryIp": {"privateIpAddress": instance["privateIpAddress"]},
        "secondaryIps": [],
    }
    return {
        **{key: value for key, value in instance.items() if key != "createdTime"},
        "primaryNetworkInterface": {"deviceIndex": 1, "autoDelete": True, "networkInterface": interface},
    }


def create(region: Region, body: Any) -> Record:
    """Custom creation; templates and high-availability groups are not emulated."""
    fields = schema.read(body, specs.CREATE_INSTANCES)
    spec = schema.read(fields["instanceSpec"], specs.INSTANCE, "instanceSpec.")
    _known("instanceSpec.imageId", spec["imageId"], [image["imageId"] for image in images(region)])
    _known("instanceSpec.instanceType", spec["instanceType"], [name for name, _cpu, _memory in _TYPES])
    _known("instanceSpec.az", spec["az"], [f"{region.name}{zone}" for zone in _ZONES])
    where = "instanceSpec.primaryNetworkInterface"
    attachment = schema.read(spec["primaryNetworkInterface"], specs.INTERFACE_ATTACHMENT, f"{where}.")
    interface = schema.read(attachment["networkInterface"], specs.INTERFACE, f"{where}.networkInterface.")
    subnet = region.parent("subnet", interface["subnetId"], f"{where}.networkInterface.subnetId")
    count, wanted = fields["maxCount"], interface.get("primaryIpAddress")
    if count > 1 and wanted:
        raise invalid("maxCount: one machine only with a primaryIpAddress")
    for key in spec.get("keyNames") or []:
        region.parent("keypair", key, "instanceSpec.keyNames")
    groups = _groups(region, subnet["vpcId"], interface.get("securityGroups"))
    made = []
    for _number in range(count):
        record = {
            "instanceName": spec["name"],
            "hostname": spec.get("hostname") or spec["name"],
            "instanceType": spec["instanceType"],
            "vpcId": subnet["vpcId"],
            "subnetId": subnet["subnetId"],
            "privateIpAddress": _address(region, subnet, wanted),
            "status": "pending",
            "description": spec.get("description") or "",
            "imageId": spec["imageId"],
            "az": spec["az"],
            "keyNames": ",".join(spec.get("keyNames") or []),
            "charge": {"chargeMode": "postpaid_by_duration"},
            "tags": spec.get("userTags") or [],
            "launchTime": now(),
            "_securityGroupIds": groups,
            "_networkInterfaceId": region.new_id("networkInterface"),
        }
        made.append(region.add("instance", record)["instanceId"])
    return {"instanceIds": made}


def _known(key: str, value: str, allowed: list[str]) -> None:
    if value not in allowed:
        raise invalid(f"{key}: '{value}' is not one of {', '.join(allowed)}")


def _groups(region: Region, vpc_id: str, wanted: list[str] | None) -> list[str]:
    """The given ones, else the VPC's default one."""
    of_vpc = region.children("networkSecurityGroup", "vpcId", vpc_id)
    if not wanted:
        return [x["networkSecurityGroupId"] for x in of_vpc if x["networkSecurityGroupType"] == "default"]
    if len(wanted) > 5:
        raise invalid("securityGroups: at most 5")
    for group in wanted:
        if group not in [x["networkSecurityGroupId"] for x in of_vpc]:
            raise invalid(f"securityGroups: {group} is no security group of {vpc_id}")
    return list(wanted)


def _address(region: Region, subnet: Record, wanted: str | None) -> str:
    """Given, or the next free one; network, gateway and broadcast address are nobody's."""
    block = ipaddress.IPv4Network(subnet["addressPrefix"])
    taken = {x["privateIpAddress"] for x in region.children("instance", "subnetId", subnet["subnetId"])}
    usable = [str(address) for address in list(block.hosts())[1:] if str(address) not in taken]
    if wanted is not None and wanted not in usable:
        raise invalid(f"primaryIpAddress: {wanted} is not free in {block}")
    if not usable:
        raise precondition(f"{subnet['subnetId']} has no free address")
    return wanted or usable[0]


def modify(region: Region, instance_id: str, body: Any) -> None:
    fields = schema.read(body, specs.MODIFY_INSTANCE, partial=True)
    instance = region.get("instance", instance_id)
    instance["instanceName"] = fields.get("name", instance["instanceName"])
    instance["description"] = fields.get("description", instance["description"])


def start(region: Region, instance_id: str, _body: Any) -> None:
    _switch(region, instance_id, "stopped", "running")


def stop(region: Region, instance_id: str, _body: Any) -> None:
    _switch(region, instance_id, "running", "stopped")


def _switch(region: Region, instance_id: str, before: str, after: str) -> None:
    settle(region)
    instance = region.get("instance", instance_id)
    if instance["status"] != before:
        raise precondition(f"{instance_id} is {instance['status']}, not {before}")
    instance["status"] = after


def delete(region: Region, instance_id: str) -> None:
    status = region.get("instance", instance_id)["status"]
    if status not in _DELETABLE:
        raise precondition(f"{instance_id} is {status}; it can be deleted when {', '.join(_DELETABLE)}")
    del region.resources["instance"][instance_id]
