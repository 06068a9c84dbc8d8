# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError
from botocore.parsers import ResponseParserError

from .conftest import GLOBAL


def _status(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def _gateways(ec2):
    return len(ec2.describe_vpn_gateways()["VpnGateways"])


def test_an_error_is_answered_before_anything_is_done(aws, ec2):
    aws.fail(operation="CreateVpnGateway", kind="error", status=500, code="InternalError", message="no luck")
    assert _status(ec2.create_vpn_gateway, Type="ipsec.1") == (500, "InternalError")
    assert _gateways(ec2) == 0
    ec2.create_vpn_gateway(Type="ipsec.1")
    assert aws.admin("GET", "/faults") == {"faults": [], "held": 0}


def test_a_throttle_is_what_ec2_answers(aws, ec2):
    aws.fail(kind="throttle")
    assert _status(ec2.describe_vpcs) == (503, "RequestLimitExceeded")


@pytest.mark.parametrize("kind, done", [("reset", 0), ("reset_after", 1)])
def test_a_reset_loses_the_call_or_only_its_answer(aws, ec2, kind, done):
    aws.fail(operation="CreateVpnGateway", kind=kind)
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        ec2.create_vpn_gateway(Type="ipsec.1")
    assert _gateways(ec2) == done
    record = aws.admin("GET", "/requests")["requests"][0]
    assert (record["operation"], record["fault"], record["status"]) == ("CreateVpnGateway", kind, 200 if done else None)


def test_garbage_is_no_xml(aws, ec2):
    aws.fail(kind="garbage")
    with pytest.raises((ResponseParserError, ClientError)) as caught:
        ec2.describe_vpcs()
    assert "502" in str(caught.value) or "not well-formed" in str(caught.value)


def test_a_call_is_held_until_the_faults_are_cleared(aws, ec2):
    aws.fail(operation="writes", kind="hold")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(ec2.create_vpn_gateway, Type="ipsec.1")
        while aws.admin("GET", "/faults")["held"] == 0:
            assert not waiting.done()
        assert _gateways(ec2) == 0
        aws.admin("DELETE", "/faults")
        assert isinstance(waiting.exception(), (ConnectionClosedError, HTTPClientError))
    assert _gateways(ec2) == 0


def test_a_delay_answers_all_the_same(aws, ec2):
    aws.fail(kind="delay", seconds=0.01)
    ec2.describe_vpcs()
    assert aws.admin("GET", "/requests")["requests"][0]["fault"] == "delay"


def test_faults_count_what_they_match(aws, ec2):
    aws.fail(operation="DescribeVpcs", kind="throttle", skip=1, count=2)
    ec2.describe_vpn_gateways()
    ec2.describe_vpcs()
    for _ in range(2):
        _status(ec2.describe_vpcs)
    ec2.describe_vpcs()


def test_faults_can_be_cleared_and_wrong_ones_are_refused(aws, ec2):
    aws.fail(kind="throttle", count=5)
    aws.admin("DELETE", "/faults")
    ec2.describe_vpcs()
    for wrong in (
        {"kind": "gremlins"},
        {"operation": "*"},
        {"kind": "error", "colour": "red"},
        {"kind": "error", "count": -1},
    ):
        answer = requests.post(aws.admin_url + "/faults", json=wrong, timeout=10)
        assert answer.status_code == 400, wrong
        assert answer.json()["error"]


def test_the_request_log_tells_calls_and_no_keys(aws, site, refused):
    key = "never_in_a_log_1"
    aws.admin("DELETE", "/requests")
    connection = site.connect({"PreSharedKey": key})
    refused("InvalidParameterValue", site.connect, Options={"TunnelOptions": [{"PreSharedKey": "-" + key}]})
    site.describe(connection)
    refused("DryRunOperation", site.ec2.delete_vpn_gateway, VpnGatewayId=site.vgw_id, DryRun=True)
    records = [r for r in aws.admin("GET", "/requests")["requests"] if r["operation"] != "CreateCustomerGateway"]
    seen = [(r["operation"], r["write"], r["status"], r["error"]) for r in records]
    assert seen == [
        ("CreateVpnConnection", True, 200, None),
        ("CreateVpnConnection", True, 400, "InvalidParameterValue"),
        ("DescribeVpnConnections", False, 200, None),
        ("DeleteVpnGateway", False, 412, "DryRunOperation"),
    ]
    first = records[0]
    assert (first["account"], first["region"], first["service"]) == ("global", "us-east-1", "ec2")
    assert (first["method"], first["path"]) == ("POST", "/")
    text = aws.request_log.read_text()
    assert [json.loads(line) for line in text.splitlines()] == aws.admin("GET", "/requests")["requests"]
    for secret in (key, GLOBAL["access_key"], GLOBAL["secret_key"]):
        assert secret not in text


def test_a_request_id_is_the_same_in_answer_and_log(aws, ec2):
    answer = ec2.describe_vpcs()["ResponseMetadata"]
    assert aws.admin("GET", "/requests")["requests"][-1]["request_id"] == answer["RequestId"]
    assert answer["HTTPHeaders"]["x-amzn-requestid"] == answer["RequestId"]


def test_requests_are_numbered_and_stay_so_when_cleared(aws, ec2):
    first = aws.admin("GET", "/requests")["next"]
    ec2.describe_vpcs()
    page = aws.admin("GET", f"/requests?since={first}")
    assert [record["operation"] for record in page["requests"]] == ["DescribeVpcs"]
    aws.admin("DELETE", "/requests")
    assert aws.admin("GET", f"/requests?since={first}") == {"requests": [], "next": page["next"]}
    ec2.describe_vpcs()
    assert len(aws.admin("GET", f"/requests?since={page['next']}")["requests"]) == 1


def test_a_stranger_is_logged_without_an_account(aws):
    stranger = aws.client_with("AKIAQ2STRANGERQ2STRA", "x" * 40, "us-east-1")
    _status(stranger.describe_vpcs)
    record = aws.admin("GET", "/requests")["requests"][-1]
    assert (record["account"], record["error"], record["status"]) == (None, "AuthFailure", 401)


def test_calls_that_do_not_exist_or_are_not_emulated(aws, ec2):
    assert _status(ec2.describe_verified_access_groups) == (400, "UnsupportedOperation")
    s3 = aws.client_with(GLOBAL["access_key"], GLOBAL["secret_key"], "us-east-1", "sns")
    assert _status(s3.list_topics) == (400, "UnsupportedOperation")


def test_a_dry_run_changes_nothing(ec2):
    assert _status(ec2.create_vpn_gateway, Type="ipsec.1", DryRun=True) == (412, "DryRunOperation")
    assert _gateways(ec2) == 0


def test_settings_are_taken_whole_or_not_at_all(aws):
    before = aws.admin("GET", "/settings")
    for wrong in (
        {"pending_seconds": 9, "colour": 1},
        {"latency_ms": -1},
        {"redact_psks": "yes"},
        {"tunnel_order": "up"},
    ):
        answer = requests.patch(aws.admin_url + "/settings", json=wrong, timeout=10)
        assert answer.status_code == 400, wrong
    assert aws.admin("GET", "/settings") == before
    assert aws.admin("PATCH", "/settings", {"pending_seconds": 9})["pending_seconds"] == 9


def test_reset_empties_every_account_and_keeps_default_vpcs(aws, site):
    chinese = aws.client("ec2", "china", "cn-north-1")
    chinese.create_customer_gateway(Type="ipsec.1", IpAddress="116.198.1.1", BgpAsn=65000)
    site.connect()
    site.ec2.create_vpc(CidrBlock="10.9.0.0/16")
    aws.fail(kind="throttle")
    aws.admin("POST", "/reset")
    assert aws.admin("GET", "/requests")["requests"] == []
    assert site.ec2.describe_vpn_connections()["VpnConnections"] == []
    assert chinese.describe_customer_gateways()["CustomerGateways"] == []
    assert [vpc["IsDefault"] for vpc in site.ec2.describe_vpcs()["Vpcs"]] == [True]


def test_the_state_holds_everything_in_the_shapes_of_the_api(aws, site):
    connection = site.connect()
    state = aws.admin("GET", "/state")["accounts"]
    assert (state["china"]["partition"], state["china"]["regions"]) == ("aws-cn", {})
    region = state["global"]["regions"]["us-east-1"]
    assert region["VpnConnections"][0]["VpnConnectionId"] == connection["VpnConnectionId"]
    assert region["VpnConnections"][0]["Options"] == connection["Options"]
    assert region["VpnGateways"][0]["VpcAttachments"] == [{"VpcId": site.vpc_id, "State": "attached"}]
    assert region["Vpcs"][0]["VpcId"] == site.vpc_id
    assert region["SecurityGroups"][0]["GroupName"] == "default"
    assert len(region["Subnets"]) == len(site.ec2.describe_subnets()["Subnets"])


def test_telemetry_comes_from_the_admin_surface(aws, site):
    connection = site.connect()
    outside = connection["VgwTelemetry"][0]["OutsideIpAddress"]
    aws.pass_time(3600)
    body = {"Status": "UP", "StatusMessage": "2 BGP ROUTES", "AcceptedRouteCount": 2}
    first = aws.admin("POST", f"/tunnels/{outside}/telemetry", body)
    telemetry = {t["OutsideIpAddress"]: t for t in site.describe(connection)["VgwTelemetry"]}
    told, other = telemetry.pop(outside), telemetry.popitem()[1]
    assert (told["Status"], told["StatusMessage"], told["AcceptedRouteCount"]) == ("UP", "2 BGP ROUTES", 2)
    assert other["Status"] == "DOWN"
    assert told["LastStatusChange"] > other["LastStatusChange"]
    again = aws.admin("POST", f"/tunnels/{outside}/telemetry", body | {"AcceptedRouteCount": 3})
    assert again == first | {"AcceptedRouteCount": 3}  # the status has not changed, and so has not its time


@pytest.mark.parametrize(
    "method, path, body, status",
    [
        ("POST", "/tunnels/8.8.8.8/telemetry", {"Status": "UP"}, 404),
        ("POST", "/tunnels/8.8.8.8/telemetry", {"Status": "SIDEWAYS"}, 400),
        ("PUT", "/connections/vpn-0123456789abcdef0/learned-routes", [], 404),
        ("PUT", "/connections/vpn-0123456789abcdef0/learned-routes", ["nonsense"], 400),
        ("PUT", "/connections/vpn-0123456789abcdef0/learned-routes", {}, 400),
        ("POST", "/clock", {"advance": -1}, 400),
        ("POST", "/clock", {}, 400),
        ("GET", "/nowhere", None, 404),
    ],
)
def test_the_admin_surface_says_what_is_wrong(aws, method, path, body, status):
    answer = requests.request(method, aws.admin_url + path, json=body, timeout=10)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_static_connection_learns_nothing(aws, site):
    path = f"/connections/{site.connect(static=True)['VpnConnectionId']}/learned-routes"
    assert requests.put(aws.admin_url + path, json=["10.0.0.0/16"], timeout=10).status_code == 409


def test_connections_are_kept_alive(aws):
    with requests.Session() as session:
        ports = set()
        for _ in range(3):
            answer = session.get(aws.admin_url + "/settings", timeout=10, stream=True)
            ports.add(answer.raw.connection.sock.getsockname()[1])
            answer.content  # noqa: B018 - reading it to the end gives the connection back
        assert len(ports) == 1


def test_many_clients_at_once_get_what_they_ask_for(aws):
    def client():
        return boto3.client(
            "ec2",
            endpoint_url=aws.endpoint,
            aws_access_key_id=GLOBAL["access_key"],
            aws_secret_access_key=GLOBAL["secret_key"],
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=10),
        )

    ec2 = client()
    create = partial(ec2.create_customer_gateway, Type="ipsec.1", BgpAsn=65000)
    threads = [threading.Thread(target=create, kwargs={"IpAddress": f"116.198.2.{n}"}) for n in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = ec2.describe_customer_gateways()["CustomerGateways"]
    assert len({gateway["IpAddress"] for gateway in found}) == 20
