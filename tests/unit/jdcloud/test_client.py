# SPDX-License-Identifier: GPL-3.0-or-later
"""What the client does with answers: success, refusals, retries under one deadline, lost answers."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.client import client_from_params
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.errors import JdCloudError
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure
from urllib3.exceptions import NameResolutionError, ProtocolError

RESET = requests.exceptions.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")))
TIMEOUT = requests.exceptions.ReadTimeout("read timed out")


@pytest.fixture
def client(script, account):
    return client_from_params(account)


def create(client, lookup=None):
    return client.call("createBgw", values={"bgw_name": "b", "description": None}, lookup=lookup)


BODY = {"bgwName": "b"}


def test_what_is_not_set_is_not_sent(client, script) -> None:
    script.call("POST", "/bgws/", BODY, {"bgwId": "bgw-1"})
    assert create(client) == {"bgwId": "bgw-1"}


def test_success_without_a_result_is_an_empty_one(client, script) -> None:
    script.answer("PATCH", "/bgws/bgw-1", BODY, {"requestId": "r"})
    assert client.call("modifyBgw", {"bgw_id": "bgw-1"}, {"bgw_name": "b"}) == {}


def test_a_nested_error_is_data(client, script) -> None:
    nested = {"bgwId": "bgw-1", "requestId": "x", "error": {"code": 500}}
    script.call("POST", "/bgws/", BODY, nested)
    assert create(client) == nested


@pytest.mark.parametrize("ident", [None, "", " "])
def test_an_empty_id_never_reaches_a_path(client, ident) -> None:
    with pytest.raises(Failure, match="deleteBgw needs bgw_id, and it is empty: nothing was sent"):
        client.call("deleteBgw", {"bgw_id": ident})


def test_booleans_and_lists_in_a_query_string(client, script) -> None:
    query = {"bgwRouteIds.1": "a&b=c", "bgwRouteIds.2": "true"}
    script.call("DELETE", "/bgws/bgw-1/bgwRoutes", None, {}, query=query)
    client.call("deleteBgwRoutes", {"bgw_id": "bgw-1"}, {"bgw_route_ids": ["a&b=c", True]})


def test_a_refusal_says_what_where_and_what_to_do(client, script) -> None:
    script.refuse("POST", "/bgws/", 429, "QUOTA_EXCEEDED", "bgw quota exceeded", BODY)
    with pytest.raises(JdCloudError) as caught:
        create(client)
    assert caught.value.message == (
        "JD Cloud createBgw failed: bgw quota exceeded (POST /v1/regions/cn-north-1/bgws/, HTTP 429 QUOTA_EXCEEDED, "
        "request id r-err). A quota is used up. Have it raised in JD Cloud's console, or remove what is not used "
        "(jdcloud_quota_info shows limits and counts)."
    )
    assert caught.value.details["error"] == {
        "operation": "createBgw",
        "message": "bgw quota exceeded",
        "code": 429,
        "status": "QUOTA_EXCEEDED",
        "http_status": 429,
        "request_id": "r-err",
        "details": None,
    }


@pytest.mark.parametrize(
    ("http", "status"),
    [
        (400, "INVALID_ARGUMENT"),
        (400, "FAILED_PRECONDITION"),
        (403, "HTTP_FORBIDDEN"),
        (409, "ABORTED"),
        (499, "CANCELLED"),
        (501, "NOT_IMPLEMENTED"),
    ],
)
def test_refusals_are_not_repeated(client, script, clock, http, status) -> None:
    script.refuse("GET", "/bgws/bgw-1", http, status, "no")
    with pytest.raises(JdCloudError):
        client.get("describeBgw", {"bgw_id": "bgw-1"})
    assert clock.sleeps == []


def test_an_expired_token_is_explained(client, script) -> None:
    script.refuse("GET", "/bgws/bgw-1", 401, "UNAUTHENTICATED", "token expired")
    with pytest.raises(JdCloudError, match=r"security_token may have expired.*clock"):
        client.get("describeBgw", {"bgw_id": "bgw-1"})


@pytest.mark.parametrize(
    ("http", "answer"),
    [
        (429, {"requestId": "r", "error": {"code": 429, "status": "RATE_LIMIT", "message": "slow down"}}),
        (500, {"requestId": "r", "error": {"code": 500, "status": "INTERNAL", "message": "oops"}}),
        (200, {"requestId": "r", "error": {"code": 503, "status": "UNAVAILABLE", "message": "later"}}),
        (502, "<html>Bad Gateway</html>"),
        (500, ""),
        (200, "{}"),
        (200, '{"result": {"bgw": {"bgwId": "bgw-1"}}}'),
        (200, ""),
        (0, RESET),
        (0, TIMEOUT),
    ],
)
def test_a_read_is_repeated(client, script, clock, http, answer) -> None:
    script.answer("GET", "/bgws/bgw-1", None, answer, http)
    script.call("GET", "/bgws/bgw-1", result={"bgw": {"bgwId": "bgw-1"}})
    assert client.get("describeBgw", {"bgw_id": "bgw-1"}) == {"bgwId": "bgw-1"}
    assert clock.sleeps == [1.0]


def test_repetitions_end_with_the_deadline(client, script, clock) -> None:
    for _attempt in range(11):
        script.refuse("GET", "/bgws/bgw-1", 503, "UNAVAILABLE", "down")
    with pytest.raises(JdCloudError, match="down"):
        client.get("describeBgw", {"bgw_id": "bgw-1"})
    assert clock.sleeps == [1.0, 2.0, 4.0, 8.0] + [15.0] * 6
    assert clock.time < 120
    assert script.timeouts[0] == (10.0, 30) and script.timeouts[-1] == (10.0, 15.0)


def test_a_wrong_address_fails_soon_and_says_so(client, script, clock) -> None:
    error = NameResolutionError("bgw.example.com", None, OSError("Name or service not known"))  # type: ignore[arg-type]
    for _attempt in range(3):
        script.answer("GET", "/bgws/bgw-1", None, requests.exceptions.ConnectionError(error))
    with pytest.raises(JdCloudError, match=r"bgw.example.com can't be reached: .*Check endpoint_url and region"):
        client.get("describeBgw", {"bgw_id": "bgw-1"})
    assert len(clock.sleeps) == 2


def test_an_untrusted_certificate_is_not_tried_again(client, script, clock) -> None:
    script.answer("GET", "/bgws/bgw-1", None, requests.exceptions.SSLError("self-signed certificate"))
    with pytest.raises(JdCloudError, match=r"certificate of bgw.example.com is not trusted"):
        client.get("describeBgw", {"bgw_id": "bgw-1"})
    assert clock.sleeps == []


@pytest.mark.parametrize("answer", [RESET, TIMEOUT])
def test_a_lost_create_is_looked_up_before_it_is_repeated(client, script, answer) -> None:
    script.answer("POST", "/bgws/", BODY, answer)
    assert create(client, lambda: {"bgw_id": "bgw-found"}) == {"bgw_id": "bgw-found"}


def test_a_lost_create_that_was_not_carried_out_is_repeated(client, script) -> None:
    script.answer("POST", "/bgws/", BODY, "<html>", 502)
    script.call("POST", "/bgws/", BODY, {"bgwId": "bgw-2"})
    looked = []
    assert create(client, lambda: looked.append(1)) == {"bgwId": "bgw-2"}
    assert looked == [1]


def test_a_lost_create_that_can_not_be_looked_up_is_not_repeated(client, script) -> None:
    script.answer("POST", "/bgws/", BODY, RESET)
    with pytest.raises(JdCloudError, match=r"It is not known whether it was carried out"):
        create(client)


def test_a_throttled_create_needs_no_lookup(client, script) -> None:
    script.refuse("POST", "/bgws/", 429, "RATE_LIMIT", "slow down", BODY)
    script.call("POST", "/bgws/", BODY, {"bgwId": "bgw-2"})
    assert create(client, lambda: pytest.fail("looked up")) == {"bgwId": "bgw-2"}


def test_a_lost_create_is_found_when_the_repetition_is_refused(client, script) -> None:
    script.answer("POST", "/bgws/", BODY, RESET)
    script.refuse("POST", "/bgws/", 409, "ALREADY_EXISTS", "name in use", BODY)
    answers = iter([None, {"bgw_id": "bgw-late"}])
    assert create(client, lambda: next(answers)) == {"bgw_id": "bgw-late"}


def test_a_create_that_stays_lost_says_that_it_is_not_known(client, script) -> None:
    for _attempt in range(11):
        script.answer("POST", "/bgws/", BODY, TIMEOUT)
    with pytest.raises(JdCloudError, match="It is not known whether it was carried out: run again"):
        create(client, lambda: None)


def test_lookups_share_the_deadline_of_their_create(client, script, clock) -> None:
    for _attempt in range(3):
        script.refuse("POST", "/bgws/", 429, "RATE_LIMIT", "slow down", BODY)
    script.answer("POST", "/bgws/", BODY, TIMEOUT)
    for _attempt in range(10):
        script.answer("GET", "/bgws/bgw-1", None, "", 502)
    with pytest.raises(JdCloudError, match="describeBgw"):
        create(client, lambda: client.get("describeBgw", {"bgw_id": "bgw-1"}))
    assert clock.time < 120


def test_a_lost_delete_is_repeated_and_not_found_is_success(client, script) -> None:
    script.answer("DELETE", "/bgws/bgw-1", None, RESET)
    script.refuse("DELETE", "/bgws/bgw-1", 404, "NOT_FOUND", "no such bgw")
    assert client.call("deleteBgw", {"bgw_id": "bgw-1"}) == {}


def test_a_lost_update_is_repeated(client, script) -> None:
    script.answer("PATCH", "/bgws/bgw-1", BODY, RESET)
    script.answer("PATCH", "/bgws/bgw-1", BODY, {"requestId": "r"})
    assert client.call("modifyBgw", {"bgw_id": "bgw-1"}, {"bgw_name": "b"}) == {}


def test_not_found_on_a_read_is_none(client, script) -> None:
    script.refuse("GET", "/bgws/bgw-1", 404, "NOT_FOUND", "no such bgw")
    assert client.get("describeBgw", {"bgw_id": "bgw-1"}) is None


def test_a_path_that_does_not_exist_is_no_missing_resource(client, script) -> None:
    script.answer("GET", "/bgws/bgw-1", None, "<html>no such page</html>", 404)
    with pytest.raises(JdCloudError, match=r"is inferred, not published.*operations_file"):
        client.get("describeBgw", {"bgw_id": "bgw-1"})


def test_an_answer_without_the_result_key_blames_the_table(client, script) -> None:
    script.call("GET", "/bgws/bgw-1", result={"borderGateway": {"bgwId": "bgw-1"}})
    with pytest.raises(
        Failure, match=r"no 'bgw' \(dict\), it has: borderGateway.*correct its result with operations_file"
    ):
        client.get("describeBgw", {"bgw_id": "bgw-1"})


def test_secrets_that_an_error_echoes_are_masked(client, script) -> None:
    error = {
        "code": 400,
        "status": "INVALID_ARGUMENT",
        "message": "bad psk S3cret_key of AKSCRIPTED",
        "details": [{"value": "S3cret_key", "secret": "SKSCRIPTED"}],
    }
    script.answer("PATCH", "/vpnTunnels/t-1", {"psk": "S3cret_key"}, {"requestId": "r", "error": error}, 400)
    with pytest.raises(JdCloudError) as caught:
        client.call("modifyVpnTunnel", {"vpn_tunnel_id": "t-1"}, {"psk": "S3cret_key"})
    shown = f"{caught.value.message} {caught.value.details}"
    assert "bad psk ******** of ********" in shown
    for secret in ("S3cret_key", "AKSCRIPTED", "SKSCRIPTED"):
        assert secret not in shown


def test_settings_show_no_secret(client) -> None:
    assert "SCRIPTED" not in repr(client.settings)
