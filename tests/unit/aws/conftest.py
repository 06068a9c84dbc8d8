# SPDX-License-Identifier: GPL-3.0-or-later
"""A real EC2 client whose answers are scripted (botocore's Stubber checks requests against the API model), and a clock
that only sleeping moves on."""

from __future__ import annotations

import boto3
import pytest
from ansible_collections.amazon.aws.plugins.module_utils import cloud
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import waiters
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.api import Ec2
from botocore.config import Config
from botocore.stub import Stubber


class Clock:
    """Sleeping only moves the clock on."""

    def __init__(self) -> None:
        self.time = 0.0
        self.sleeps: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(waiters, "sleep", clock.sleep)
    monkeypatch.setattr(waiters, "now", clock.now)
    monkeypatch.setattr(cloud.time, "sleep", clock.sleep)
    return clock


@pytest.fixture
def ec2() -> Ec2:
    client = boto3.client(
        "ec2",
        region_name="eu-central-1",
        aws_access_key_id="AKIDUNITTESTS",
        aws_secret_access_key="unit-tests-only",
        config=Config(retries={"total_max_attempts": 1, "mode": "standard"}),
    )
    return Ec2(client)


@pytest.fixture
def stub(ec2: Ec2):
    with Stubber(ec2.client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
