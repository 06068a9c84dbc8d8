# SPDX-License-Identifier: GPL-3.0-or-later
"""The published vectors, and everything that must be answered with 401."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests
from jdcloud_sdk.core.credential import Credential

from lab.jdcloud import signature
from lab.jdcloud.signature import Signed

from .conftest import REGION, Client


def _signed(version: int, key: str, date: str, service: str, headers: dict[str, str]) -> Signed:
    return Signed(f"JDCLOUD{version}-HMAC-SHA256", key, date, REGION, service, tuple(sorted(headers)), "")


def test_vector_of_version_2() -> None:
    headers = {
        "x-jdcloud-date": "20190214T104514Z",
        "x-jdcloud-nonce": "testnonce",
        "x-my-header": "test",
        "x-my-header_blank": " blank",
    }
    signed = _signed(2, "TESTAK", "20190214", "test", headers)
    query = "p1=p1&p0=p0&o=%&u=u"
    made = signature.signature(signed, "TESTSK", "POST", "/v1/resource:action", query, headers, b"body data")
    assert made == "2a98f83c074e7bee260bfc8ef64f009c07595bd93f7f0c3f4e156bf6479ed9bf"


def test_vector_of_version_3() -> None:
    headers = {
        "content-type": "application/json",
        "host": "apigw-internal-dev.cn-north-1.jcloudcs.com:8000",
        "x-jdcloud-date": "20190917T064708Z",
        "x-jdcloud-nonce": "X-Jdcloud-Nonce",
    }
    signed = _signed(3, "ak", "20190917", "apigatewaytestproductline", headers)
    path = "/v1/regions/cn-north-1/instances/中文:GET"
    made = signature.signature(signed, "sk", "GET", path, "", headers, b"")
    assert made == "936ed2dcb6fb4271ad640e0f46f1fe61763a0bad8bb4f4eb1224261f969612fa"


def _status(answer: requests.Response) -> str:
    content = answer.json()
    assert answer.status_code == content["error"]["code"] == 401
    assert content["requestId"]
    return str(content["error"]["status"])


def test_a_version_2_signature_is_accepted_over_http(jd: Client) -> None:
    host = jd.url.removeprefix("http://")
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": host, "x-jdcloud-date": moment, "x-jdcloud-nonce": "n"}
    path = f"/v1/regions/{REGION}/bgws/"
    signed = _signed(2, "AKnorth", moment[:8], "bgw", headers)
    made = signature.signature(signed, "SKnorth", "GET", path, "", headers, b"")

    def ask(text: str) -> requests.Response:
        scope = f"AKnorth/{moment[:8]}/{REGION}/bgw/jdcloud2_request"
        names = ";".join(sorted(headers))
        authorization = f"JDCLOUD2-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={text}"
        return jd.session.get(jd.url + path, headers={**headers, "Authorization": authorization}, timeout=10)

    assert ask(made).status_code == 200
    assert _status(ask("0" * 64)) == "UNAUTHENTICATED"


@pytest.mark.parametrize(("access_key", "secret_key"), [("AKnobody", "SKnorth"), ("AKnorth", "SKsouth")])
def test_wrong_keys(jd: Client, access_key: str, secret_key: str) -> None:
    jd.credential = Credential(access_key, secret_key)
    answer = jd.send("GET", "/bgws/")
    assert _status(answer) == "UNAUTHENTICATED"
    assert "SK" not in answer.text


def test_unsigned_and_malformed(jd: Client) -> None:
    url = f"{jd.url}/v1/regions/{REGION}/bgws/"
    for headers in ({}, {"Authorization": "Bearer x"}):
        assert _status(jd.session.get(url, headers=headers, timeout=10)) == "UNAUTHENTICATED"


@pytest.mark.parametrize("minutes", [-16, 16])
def test_the_clock_may_differ_by_15_minutes(jd: Client, minutes: int) -> None:
    def ask(offset: int) -> requests.Response:
        moment = datetime.now(UTC) + timedelta(minutes=offset)
        return jd.send("GET", "/bgws/", x_jdcloud_date=moment.strftime("%Y%m%dT%H%M%SZ"))

    assert ask(minutes - 2 if minutes > 0 else minutes + 2).status_code == 200
    assert _status(ask(minutes)) == "UNAUTHENTICATED"
    jd.admin("PATCH", "/settings", {"clock_skew_s": 3600})
    assert ask(minutes).status_code == 200


def test_what_was_signed_can_not_be_changed(jd: Client) -> None:
    request = jd.send("POST", "/bgws/", '{"bgwName": "a"}').request
    assert request.url
    for change in ({"data": b'{"bgwName": "b"}'}, {"method": "PATCH"}, {"url": request.url + "?a=b"}):
        asked = {"method": "POST", "url": request.url, "data": request.body, "headers": request.headers, **change}
        assert _status(jd.session.request(**asked, timeout=10)) == "UNAUTHENTICATED"


def test_region_and_service_belong_to_the_signature(jd: Client) -> None:
    assert jd.send("GET", "/vpcs/", service="bgw").status_code == 404
    assert jd.send("GET", "/vpcs/", service="vpc").status_code == 200
    jd.signed_region = "cn-east-1"
    answer = jd.send("GET", "/bgws/")
    assert _status(answer) == "UNAUTHENTICATED"
    assert "cn-east-1" in answer.json()["error"]["message"], "the signature is right, its region is not"


def test_security_tokens(server, jd: Client) -> None:
    temporary = Client(server, "temp")
    assert _status(temporary.send("GET", "/bgws/")) == "UNAUTHENTICATED"
    assert _status(temporary.send("GET", "/bgws/", x_jdcloud_security_token="other")) == "UNAUTHENTICATED"
    assert temporary.send("GET", "/bgws/", x_jdcloud_security_token="token").status_code == 200
    jd.admin("PATCH", "/settings", {"expired_tokens": True})
    assert _status(temporary.send("GET", "/bgws/", x_jdcloud_security_token="token")) == "UNAUTHENTICATED"
    assert jd.send("GET", "/bgws/").status_code == 200
