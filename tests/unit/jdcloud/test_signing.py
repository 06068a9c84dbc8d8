# SPDX-License-Identifier: GPL-3.0-or-later
"""How we call the SDK's signer: its own test vector, and what a request really carries."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud import transport
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.client import client_from_params
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.settings import Settings


def test_the_sdk_s_v3_vector() -> None:
    settings = Settings(access_key="ak", secret_key="sk", region="cn-north-1")
    headers = transport.sign(
        settings,
        "GET",
        "apigatewaytestproductline",
        "http://apigw-internal-dev.cn-north-1.jcloudcs.com:8000/v1/regions/cn-north-1/instances/%E4%B8%AD%E6%96%87:GET",
        "",
        {"x-jdcloud-date": "20190917T064708Z", "x-jdcloud-nonce": "X-Jdcloud-Nonce"},
    )
    assert headers["Authorization"] == (
        "JDCLOUD3-HMAC-SHA256 Credential=ak/20190917/cn-north-1/apigatewaytestproductline/jdcloud3_request, "
        "SignedHeaders=content-type;host;x-jdcloud-date;x-jdcloud-nonce, "
        "Signature=936ed2dcb6fb4271ad640e0f46f1fe61763a0bad8bb4f4eb1224261f969612fa"
    )


def test_the_signer_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    transport.sign(Settings(access_key="ak", secret_key="sk", region="cn-north-1"), "POST", "bgw", "https://h/x", "psk")
    assert capfd.readouterr() == ("", "")


def test_a_token_is_signed_as_base64(script, account) -> None:
    script.listing("/bgws/", "bgws", [])
    client_from_params({**account, "security_token": "STS-token"}).list("describeBgws")
    request = script.sent[0]
    assert request.headers["x-jdcloud-security-token"] == base64.b64encode(b"STS-token").decode()
    assert "x-jdcloud-security-token" in request.headers["Authorization"].split("SignedHeaders=")[1].split(",")[0]


def test_date_and_nonce_are_signed_and_new_each_time(script, account) -> None:
    for _call in range(2):
        script.listing("/bgws/", "bgws", [])
        client_from_params(account).list("describeBgws")
    first, second = (request.headers for request in script.sent)
    assert "SignedHeaders=content-type;host;x-jdcloud-date;x-jdcloud-nonce," in first["Authorization"]
    assert first["x-jdcloud-nonce"] != second["x-jdcloud-nonce"]


def test_a_netrc_does_not_replace_the_signature(script, account, tmp_path, monkeypatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine bgw.example.com login somebody password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    script.listing("/bgws/", "bgws", [])
    client_from_params(account).list("describeBgws")
    assert script.sent[0].headers["Authorization"].startswith("JDCLOUD3-HMAC-SHA256 ")


def test_ids_are_encoded_and_an_action_s_colon_is_sent_raw(script, account) -> None:
    script.call("POST", "/vpnTunnels/a/b?c:adminStatus", {"adminStatus": "UP"}, {})
    client_from_params(account).call("modifyAdminStatus", {"vpn_tunnel_id": "a/b?c"}, {"admin_status": "UP"})
    assert script.sent[0].url.endswith("/vpnTunnels/a%2Fb%3Fc:adminStatus")
