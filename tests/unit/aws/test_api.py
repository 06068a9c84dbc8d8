# SPDX-License-Identifier: GPL-3.0-or-later
"""Retries, lost answers, errors and the ways to sign in."""

from __future__ import annotations

import boto3
import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._aws import api
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.errors import ApiFailure, explain
from ansible_collections.intercloud.vpn.plugins.module_utils._aws.read import list_route_tables, list_vpn_connections
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure
from botocore import exceptions as boto
from botocore.stub import Stubber

from tests.unit.aws.samples import connection, gateway

AUTH = {"access_key": "AKIDUNITTESTS", "secret_key": "unit-tests-only", "region": "eu-central-1"}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def create_gateway(ec2, find):
    return ec2.create(
        "create_customer_gateway",
        lambda answer: answer["CustomerGateway"]["CustomerGatewayId"],
        find,
        Type="ipsec.1",
        IpAddress="116.1.1.1",
        BgpAsn=65000,
    )


class Lossy:
    """Stands in for one method of a client: raises each of `failures` in turn, then answers."""

    def __init__(self, *failures, answer=None):
        self.failures = list(failures)
        self.answer = answer
        self.calls = 0

    def __call__(self, **_arguments):
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return self.answer


LOST = [
    boto.ConnectionClosedError(endpoint_url="https://ec2"),
    boto.ReadTimeoutError(endpoint_url="https://ec2"),
    boto.ClientError({"Error": {"Code": "InternalError"}, "ResponseMetadata": {"HTTPStatusCode": 500}}, "X"),
    boto.ClientError({"Error": {"Code": "502"}, "ResponseMetadata": {"HTTPStatusCode": 502}}, "X"),
    api.ResponseParserError("unable to parse"),
]
THROTTLED = boto.ClientError(
    {"Error": {"Code": "RequestLimitExceeded"}, "ResponseMetadata": {"HTTPStatusCode": 503}}, "X"
)


def test_botocore_itself_never_retries(monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "9")
    asked = {"retries": {"max_attempts": 7}, "read_timeout": 5}
    client = api.ec2_client({**AUTH, "aws_config": asked}).client
    assert client.meta.config.retries["total_max_attempts"] == 1
    assert client.meta.config.read_timeout == 5


@pytest.mark.parametrize("failure", LOST)
def test_reads_are_repeated(ec2, monkeypatch, failure):
    lossy = Lossy(failure, failure, answer={"CustomerGateways": [gateway()]})
    monkeypatch.setattr(ec2.client, "describe_customer_gateways", lossy)
    assert ec2.read("describe_customer_gateways", "CustomerGateways") == [gateway()]
    assert lossy.calls == 3


def test_reads_follow_pages(ec2, stub):
    pages = [
        {"RouteTables": [{"RouteTableId": "rtb-1"}], "NextToken": "more"},
        {"RouteTables": [{"RouteTableId": "rtb-2"}]},
    ]
    stub.add_response("describe_route_tables", pages[0], {})
    stub.add_response("describe_route_tables", pages[1], {"NextToken": "more"})
    assert [table["route_table_id"] for table in list_route_tables(ec2)] == ["rtb-1", "rtb-2"]


def test_filters_are_sent_as_ec2_wants_them(ec2, stub):
    filters = [{"Name": "state", "Values": ["available"]}, {"Name": "tag:a", "Values": ["b", "c"]}]
    stub.add_response("describe_vpn_connections", {"VpnConnections": [connection()]}, {"Filters": filters})
    assert len(list_vpn_connections(ec2, filters={"state": "available", "tag:a": ["b", "c"]})) == 1


def test_what_never_arrived_is_repeated_a_few_times(ec2, monkeypatch):
    unsent = boto.EndpointConnectionError(endpoint_url="https://ec2")
    lossy = Lossy(unsent, answer={"CustomerGateway": gateway()})
    monkeypatch.setattr(ec2.client, "create_customer_gateway", lossy)
    assert create_gateway(ec2, lambda: pytest.fail("looked")) == "cgw-1"
    lossy.failures = [unsent] * 99
    with pytest.raises(ApiFailure, match="region exists"):
        create_gateway(ec2, lambda: pytest.fail("looked"))
    assert lossy.calls == 2 + 4


@pytest.mark.parametrize("failure", LOST)
def test_a_create_with_lost_answer_is_found_and_not_repeated(ec2, monkeypatch, failure):
    lossy = Lossy(failure, answer={"CustomerGateway": gateway(CustomerGatewayId="cgw-second")})
    monkeypatch.setattr(ec2.client, "create_customer_gateway", lossy)
    assert create_gateway(ec2, lambda: "cgw-found") == "cgw-found"
    assert lossy.calls == 1


def test_a_create_that_never_arrived_is_repeated_after_looking(ec2, monkeypatch, clock):
    lossy = Lossy(LOST[0], answer={"CustomerGateway": gateway()})
    looks = []
    monkeypatch.setattr(ec2.client, "create_customer_gateway", lossy)
    assert create_gateway(ec2, lambda: looks.append(lossy.calls)) == "cgw-1"
    assert looks == [1, 1, 1] and lossy.calls == 2
    assert clock.time == sum(api.LOOK_AGAIN_SECONDS)


def test_a_create_that_appears_late_is_found(ec2, monkeypatch):
    lossy = Lossy(LOST[0], answer={"CustomerGateway": gateway(CustomerGatewayId="cgw-second")})
    answers = iter([None, None, "cgw-late"])
    monkeypatch.setattr(ec2.client, "create_customer_gateway", lossy)
    assert create_gateway(ec2, lambda: next(answers)) == "cgw-late"


def test_a_throttled_create_is_repeated_without_looking(ec2, monkeypatch):
    lossy = Lossy(THROTTLED, THROTTLED, answer={"CustomerGateway": gateway()})
    monkeypatch.setattr(ec2.client, "create_customer_gateway", lossy)
    assert create_gateway(ec2, lambda: pytest.fail("looked")) == "cgw-1"
    assert lossy.calls == 3


def test_a_refused_create_is_not_repeated(ec2, stub):
    stub.add_client_error("create_customer_gateway", "CustomerGatewayLimitExceeded", "too many", 400)
    with pytest.raises(ApiFailure, match=r"CreateCustomerGateway failed at EC2 in eu-central-1 .*quota is 50"):
        create_gateway(ec2, lambda: pytest.fail("looked"))


def test_throttling_ends(ec2, monkeypatch):
    lossy = Lossy(*[THROTTLED] * 99)
    monkeypatch.setattr(ec2.client, "describe_customer_gateways", lossy)
    with pytest.raises(ApiFailure, match="throttled every attempt"):
        ec2.read("describe_customer_gateways", "CustomerGateways")
    assert lossy.calls == 8


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("AuthFailure", "AWS China"),
        ("ExpiredToken", "new session token"),
        ("RequestExpired", "clock"),
        ("UnauthorizedOperation", r"Allow the action ec2:DescribeVpnConnections"),
        ("SignatureDoesNotMatch", "secret key does not belong"),
        ("VpnConnectionLimitExceeded", "10 a virtual private gateway"),
    ],
)
def test_refusals_say_what_where_and_what_to_do(ec2, stub, code, remedy):
    message = "You are not authorized. Encoded authorization failure message: aBcDeF"
    stub.add_client_error("describe_vpn_connections", code, message, 403, response_meta={"RequestId": "req-1"})
    with pytest.raises(ApiFailure, match=remedy) as caught:
        list_vpn_connections(ec2)
    text = caught.value.message
    assert text.startswith(
        "DescribeVpnConnections failed at EC2 in eu-central-1 (https://ec2.eu-central-1.amazonaws.com)"
    )
    assert f"{code} (HTTP 403, request req-1)" in text and "aBcDeF" not in text
    assert caught.value.details == {"error_code": code, "http_status": 403, "request_id": "req-1"}


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (boto.NoCredentialsError(), "AWS_ACCESS_KEY_ID"),
        (boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), "AWS_ACCESS_KEY_ID"),
        (boto.ProfileNotFound(profile="nobody"), "profile"),
        (boto.NoRegionError(), "AWS_REGION"),
        (boto.EndpointConnectionError(endpoint_url="https://ec2.no-where-1.amazonaws.com"), "region exists"),
        (boto.SSLError(endpoint_url="https://ec2", error="bad"), "aws_ca_bundle"),
        (boto.ParamValidationError(report="Unknown parameter"), "upgrade boto3"),
        (api.ResponseParserError("<html>"), "proxies"),
    ],
)
def test_other_errors_have_a_remedy_too(error, remedy):
    failure = explain(error, "DescribeVpcs", "at EC2")
    assert failure.message.startswith("DescribeVpcs failed at EC2: ")
    assert "Remedy: " in failure.message and remedy in failure.message


def test_a_key_in_an_error_is_hidden(ec2, stub):
    key = "Secretkey_in_message"
    stub.add_client_error("modify_vpn_tunnel_options", "InvalidParameterValue", f"bad key {key}", 400)
    with pytest.raises(ApiFailure) as caught:
        ec2.write_once(
            "modify_vpn_tunnel_options",
            VpnConnectionId="vpn-1",
            VpnTunnelOutsideIpAddress="52.1.1.1",
            TunnelOptions={"PreSharedKey": key},
        )
    assert "bad key ********" in caught.value.message
    assert key not in caught.value.message + str(caught.value.details)


def test_a_key_of_a_wrong_type_is_hidden_too(ec2):
    with pytest.raises(ApiFailure) as caught:
        ec2.write_once("modify_vpn_tunnel_options", VpnConnectionId="v", TunnelOptions={"PreSharedKey": 12345678901234})
    assert "12345678901234" not in caught.value.message


def test_no_credentials_at_all(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    ec2 = api.ec2_client({"region": "eu-central-1"})
    with pytest.raises(ApiFailure, match="no complete AWS credentials"):
        list_vpn_connections(ec2)


def test_unknown_profile():
    with pytest.raises(Failure, match=r"The config profile \(nobody\) could not be found"):
        api.ec2_client({"profile": "nobody", "region": "eu-central-1"})


def test_profile_and_keys_exclude_each_other():
    with pytest.raises(Failure, match="both a profile and access tokens"):
        api.ec2_client({**AUTH, "profile": "x"})


def test_endpoint_and_certificates_are_passed_on():
    client = api.ec2_client({**AUTH, "endpoint_url": "https://127.0.0.1:1", "validate_certs": False}).client
    assert client.meta.endpoint_url == "https://127.0.0.1:1"
    assert client._endpoint.http_session._verify is False


def test_the_environment_gives_the_endpoint(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert api.ec2_client(AUTH).client.meta.endpoint_url == "http://127.0.0.1:9"


@pytest.fixture
def sts(monkeypatch):
    """Role assumption: STS is scripted, EC2 clients are real."""
    client = boto3.client("sts", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    connect = api._connect
    monkeypatch.setattr(api, "_connect", lambda name, p, **more: client if name == "sts" else connect(name, p, **more))
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


ROLE = "arn:aws:iam::123456789012:role/vpn"


def test_a_role_is_assumed(sts):
    credentials = {
        "AccessKeyId": "ASIAOFTHEROLE0001",
        "SecretAccessKey": "role-secret",
        "SessionToken": "role-token",
        "Expiration": "2030-01-01T00:00:00Z",
    }
    sts.add_response(
        "assume_role", {"Credentials": credentials}, {"RoleArn": ROLE, "RoleSessionName": "intercloud.vpn"}
    )
    client = api.ec2_client({**AUTH, "role_arn": ROLE}).client
    signer = client._request_signer._credentials
    assert (signer.access_key, signer.secret_key, signer.token) == ("ASIAOFTHEROLE0001", "role-secret", "role-token")


def test_a_refused_role_says_so(sts):
    sts.add_client_error("assume_role", "AccessDenied", "not authorized", 403)
    with pytest.raises(ApiFailure, match=f"AssumeRole was refused for {ROLE} .* must trust this identity"):
        api.ec2_client({**AUTH, "role_arn": ROLE})
