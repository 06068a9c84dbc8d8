# SPDX-License-Identifier: GPL-3.0-or-later
"""What both clouds say when asked without our modules: plain signed HTTP for JD Cloud, plain boto3 for AWS."""

from __future__ import annotations

from typing import Any

import boto3
import requests
from jdcloud_sdk.core.credential import Credential
from jdcloud_sdk.core.logger import Logger
from jdcloud_sdk.core.signer import Signer

from lab.launcher import Lab


def account(lab: Lab, name: str) -> dict[str, Any]:
    return next(item for item in lab.accounts if item["name"] == name)


class JdCloud:
    """JD Cloud's openapi by hand."""

    def __init__(self, lab: Lab, name: str, region: str) -> None:
        keys = account(lab, name)
        self.url, self.region = lab.endpoints["jdcloud"], region
        self.credential = Credential(keys["access_key"], keys["secret_key"])
        self.signer = Signer(Logger(-1))

    def get(self, service: str, path: str) -> dict[str, Any]:
        uri = f"{self.url}/v1/regions/{self.region}{path}"
        headers = {"content-type": "application/json"}
        self.signer.sign("GET", service, self.region, uri, headers, "", self.credential, None)
        answer = requests.get(uri, headers=headers, timeout=30).json()
        assert "error" not in answer, answer
        return answer["result"]

    def all(self, service: str, kind: str) -> list[dict[str, Any]]:
        return self.get(service, f"/{kind}/?pageSize=100")[kind]


def ec2(lab: Lab, name: str, region: str) -> Any:
    keys = account(lab, name)
    return boto3.client(
        "ec2", region_name=region, endpoint_url=lab.endpoints["aws"],
        aws_access_key_id=keys["access_key"], aws_secret_access_key=keys["secret_key"],
    )  # fmt: skip


def tags(item: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in item.get("Tags") or []}


def live(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in items if item["State"] not in ("deleted", "deleting")]
