# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole lab as a user has it: both real servers, from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import requests

ROOT = Path(__file__).resolve().parents[3]


def _lab(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "lab", *arguments],
        cwd=ROOT,
        env={**os.environ, "LAB_STATE_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def _exported(folder):
    lines = (line.removeprefix("export ") for line in _lab(folder, "env").splitlines())
    return {name: value.strip("'") for name, value in (line.split("=", 1) for line in lines)}


def test_up_use_and_down(folder):
    _lab(folder, "up")
    env = _exported(folder)
    accounts = {(a["cloud"], a["name"]): a for a in json.loads(env["LAB_ACCOUNTS"])}

    for name, region, partition in (("global", "us-east-1", "aws"), ("china", "cn-north-1", "aws-cn")):
        account = accounts["aws", name]
        sts = boto3.client(
            "sts",
            endpoint_url=env["AWS_ENDPOINT_URL"],
            region_name=region,
            aws_access_key_id=account["access_key"],
            aws_secret_access_key=account["secret_key"],
        )
        assert sts.get_caller_identity()["Arn"].startswith(f"arn:{partition}:")
    aws_requests = requests.get(env["LAB_AWS_ADMIN_URL"] + "/requests", timeout=10).json()["requests"]
    assert [record["account"] for record in aws_requests] == ["global", "china"]

    unsigned = requests.get(env["JDCLOUD_ENDPOINT_URL"] + "/v1/regions/cn-north-1/vpcs/", timeout=10)
    assert unsigned.status_code in (400, 401, 403)
    assert requests.get(env["LAB_JDCLOUD_ADMIN_URL"] + "/state", timeout=10).ok

    assert "already runs" in _lab(folder, "up")
    assert _exported(folder) == env
    _lab(folder, "reset")
    _lab(folder, "down")
    assert not folder.exists()
