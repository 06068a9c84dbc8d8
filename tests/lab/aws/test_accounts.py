# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime

import pytest
import requests
from botocore.exceptions import ClientError

from .conftest import CHINA, GLOBAL


def _failure(call):
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def test_an_unknown_access_key_is_told_what_aws_tells(aws):
    stranger = aws.client_with("AKIAQ2STRANGERQ2STRA", GLOBAL["secret_key"], "us-east-1")
    assert _failure(stranger.describe_vpcs) == (
        401,
        "AuthFailure",
        "AWS was not able to validate the provided access credentials",
    )


@pytest.mark.parametrize("service, call", [("ec2", "describe_vpcs"), ("sts", "get_caller_identity")])
def test_a_wrong_secret_key_does_not_match(aws, service, call):
    forger = aws.client_with(GLOBAL["access_key"], CHINA["secret_key"], "us-east-1", service)
    assert _failure(getattr(forger, call))[:2] == (403, "SignatureDoesNotMatch")


def test_a_request_changed_on_its_way_does_not_match(aws):
    client = aws.client_with(GLOBAL["access_key"], GLOBAL["secret_key"], "us-east-1")

    def tamper(request, **_):
        request.body = request.body.replace("DescribeVpcs", "DescribeTags")

    client.meta.events.register("before-send", tamper)
    assert _failure(client.describe_vpcs)[1] == "SignatureDoesNotMatch"


def test_an_unsigned_request_is_refused(aws):
    answer = requests.post(aws.endpoint, data={"Action": "DescribeVpcs", "Version": "2016-11-15"}, timeout=10)
    assert answer.status_code == 403
    assert "MissingAuthenticationToken" in answer.text


def test_an_old_signature_has_expired(aws, monkeypatch):
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: past)
    client = aws.client_with(GLOBAL["access_key"], GLOBAL["secret_key"], "us-east-1")
    assert _failure(client.describe_vpcs)[1] == "RequestExpired"


@pytest.mark.parametrize("account, region", [(GLOBAL, "cn-north-1"), (CHINA, "us-east-1")])
def test_an_account_works_in_its_own_partition_only(aws, account, region):
    client = aws.client_with(account["access_key"], account["secret_key"], region)
    assert _failure(client.describe_vpcs)[:2] == (401, "AuthFailure")


@pytest.mark.parametrize(
    "account, region, arn",
    [
        ("global", "us-east-1", "arn:aws:iam::111122223333:user/lab"),
        ("china", "cn-north-1", "arn:aws-cn:iam::444455556666:user/lab"),
    ],
)
def test_arns_name_account_and_partition(aws, account, region, arn):
    assert aws.client("sts", account, region).get_caller_identity()["Arn"] == arn


def test_accounts_and_regions_hold_different_things(aws, ec2):
    ec2.create_vpn_gateway(Type="ipsec.1")
    assert len(ec2.describe_vpn_gateways()["VpnGateways"]) == 1
    assert aws.client("ec2", "global", "eu-west-1").describe_vpn_gateways()["VpnGateways"] == []
    assert aws.client("ec2", "china", "cn-north-1").describe_vpn_gateways()["VpnGateways"] == []


def test_nobody_acts_for_another_account_by_motos_header(aws):
    chinese = aws.client_with(CHINA["access_key"], CHINA["secret_key"], "cn-north-1", "sts")
    chinese.meta.events.register(
        "before-sign", lambda request, **_: request.headers.add_header("x-moto-account-id", GLOBAL["account_id"])
    )
    assert chinese.get_caller_identity()["Account"] == CHINA["account_id"]


def test_an_assumed_role_acts_for_its_account_and_needs_its_token(aws, ec2):
    ec2.create_vpn_gateway(Type="ipsec.1")
    role = aws.client("sts", "global", "us-east-1").assume_role(
        RoleArn="arn:aws:iam::111122223333:role/network", RoleSessionName="lab"
    )["Credentials"]
    keys = (role["AccessKeyId"], role["SecretAccessKey"], "us-east-1")
    assert len(aws.client_with(*keys, token=role["SessionToken"]).describe_vpn_gateways()["VpnGateways"]) == 1
    assert _failure(aws.client_with(*keys).describe_vpn_gateways)[1] == "AuthFailure"
