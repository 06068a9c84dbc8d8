# SPDX-License-Identifier: GPL-3.0-or-later
"""A module of amazon.aws that runs in the worker's child reads AWS's descriptions where the worker has them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.api import LOADER, warm
from ansible_collections.intercloud.vpn.plugins.plugin_utils import amazon_aws


def test_no_description_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botocore.session, "create_loader", botocore.session.create_loader)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    warm()

    def main() -> None:
        session = boto3.session.Session(region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        read: list[Any] = []
        monkeypatch.setattr(LOADER.file_loader, "load_file", read.append)
        session.client("ec2")
        print(json.dumps({"same": session._loader is LOADER, "read": read}))

    module: Any = SimpleNamespace(main=main, __name__="some")
    assert json.loads(amazon_aws._main(module, {})) == {"same": True, "read": []}
