# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of instances, as the SDK's models have them; what is not emulated is taken and not looked at."""

from __future__ import annotations

import re
from typing import Any

from lab.jdcloud.errors import invalid
from lab.jdcloud.schema import Rule, Spec, anything, string, strings, text, whole

_NAME = re.compile(r"(?!\.)[\w.\-]{2,128}(?<!\.)")  # Chinese letters are letters too
_HOSTNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{1,63}")


def name(key: str, value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise invalid(f"{key}: 2 to 128 letters, digits, '_', '-' and '.', neither first nor last a '.'")
    return value


def hostname(key: str, value: Any) -> str:
    if not isinstance(value, str) or not _HOSTNAME.fullmatch(value):
        raise invalid(f"{key}: 2 to 64 letters, digits, '-' and '.'")
    return value


CREATE_INSTANCES: Spec = {
    "instanceSpec": Rule(anything, required=True),
    "maxCount": Rule(whole(1, 100), default=1),
    "clientToken": Rule(string),
}
INSTANCE: Spec = {
    "name": Rule(name, required=True),
    "az": Rule(string, required=True),
    "instanceType": Rule(string, required=True),
    "imageId": Rule(string, required=True),
    "primaryNetworkInterface": Rule(anything, required=True),
    "hostname": Rule(hostname),
    "description": Rule(text),
    "keyNames": Rule(strings),
    "password": Rule(string),
    "userdata": Rule(anything),
    "systemDisk": Rule(anything),
    "charge": Rule(anything),
    "userTags": Rule(anything),
    "noPassword": Rule(anything),
    "passwordAuth": Rule(string),
    "resourceGroupId": Rule(string),
}
INTERFACE_ATTACHMENT: Spec = {
    "deviceIndex": Rule(anything),
    "autoDelete": Rule(anything),
    "networkInterface": Rule(anything, required=True),
}
INTERFACE: Spec = {
    "subnetId": Rule(string, required=True),
    "az": Rule(string),
    "networkInterfaceName": Rule(name),
    "primaryIpAddress": Rule(string),
    "securityGroups": Rule(strings),
    "sanityCheck": Rule(whole(0, 1)),
    "description": Rule(text),
    "userTags": Rule(anything),
    "resourceGroupId": Rule(string),
}
MODIFY_INSTANCE: Spec = {"name": Rule(name), "description": Rule(text), "hostname": Rule(hostname)}
