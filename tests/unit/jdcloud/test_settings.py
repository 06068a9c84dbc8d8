# SPDX-License-Identifier: GPL-3.0-or-later
"""Where credentials come from, and what is said where they don't."""

from __future__ import annotations

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud import transport
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.client import client_from_params
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.settings import from_params
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Failure

KEYS = {"access_key": "ak", "secret_key": "sk", "region": "cn-north-1"}


@pytest.fixture(autouse=True)
def no_environment(monkeypatch) -> None:
    for name in ("ACCESS_KEY", "SECRET_KEY", "SECURITY_TOKEN", "REGION", "ENDPOINT_URL", "OPERATIONS_FILE"):
        monkeypatch.delenv(f"JDCLOUD_{name}", raising=False)


def test_no_credentials() -> None:
    with pytest.raises(Failure, match=r"access_key and secret_key not set.*JDCLOUD_ACCESS_KEY and JDCLOUD_SECRET_KEY"):
        from_params({})


def test_no_secret_key() -> None:
    with pytest.raises(Failure, match=r"credentials: secret_key not set. Set the option, or JDCLOUD_SECRET_KEY"):
        from_params({"access_key": "ak"})


def test_no_region() -> None:
    with pytest.raises(Failure, match=r"No JD Cloud region: set region or JDCLOUD_REGION. Known are cn-north-1"):
        from_params({"access_key": "ak", "secret_key": "sk"})


@pytest.mark.parametrize("region", ["cn north", "../x", "CN-NORTH-1"])
def test_a_region_that_is_none(region) -> None:
    with pytest.raises(Failure, match=r"is not a JD Cloud region"):
        from_params({**KEYS, "region": region})


def test_the_environment(monkeypatch) -> None:
    monkeypatch.setenv("JDCLOUD_ACCESS_KEY", "ak")
    monkeypatch.setenv("JDCLOUD_SECRET_KEY", "sk")
    monkeypatch.setenv("JDCLOUD_SECURITY_TOKEN", "token")
    monkeypatch.setenv("JDCLOUD_REGION", "cn-east-2")
    monkeypatch.setenv("JDCLOUD_ENDPOINT_URL", "https://api.example.com/{service}/")
    settings = from_params({})
    assert settings.secrets == ("ak", "sk", "token")
    assert settings.region == "cn-east-2"
    assert settings.endpoint("bgw") == "https://api.example.com/bgw"


def test_a_token_of_the_environment_never_meets_another_key(monkeypatch) -> None:
    monkeypatch.setenv("JDCLOUD_ACCESS_KEY", "other")
    monkeypatch.setenv("JDCLOUD_SECURITY_TOKEN", "token-of-other")
    assert from_params(KEYS).security_token == ""


def test_endpoints_by_default() -> None:
    assert from_params(KEYS).endpoint("vpc") == "https://vpc.jdcloud-api.com"


@pytest.mark.parametrize(
    "url", ["ftp://x", "bgw.example.com", "https://{region}.example.com", "https://h:99999", "https://"]
)
def test_an_endpoint_that_is_none(url) -> None:
    with pytest.raises(Failure, match=r"is not an http or https address. It may hold the placeholder {service}"):
        from_params({**KEYS, "endpoint_url": url})


@pytest.mark.parametrize(
    ("url", "warns"),
    [("http://127.0.0.1:8080", False), ("http://jd.example.com", True), ("https://jd.example.com", False)],
)
def test_keys_in_the_clear_are_warned_of(url, warns) -> None:
    ctx = Context()
    from_params({**KEYS, "endpoint_url": url}, ctx)
    assert bool(ctx.warnings) is warns


@pytest.mark.parametrize("option", ["api_deadline", "api_timeout"])
def test_times_that_are_none(option) -> None:
    with pytest.raises(Failure, match=rf"{option} is 0; it must be at least 1 second"):
        from_params({**KEYS, option: 0})


def test_certificates_that_do_not_exist() -> None:
    with pytest.raises(Failure, match=r"ca_path /does/not/exist does not exist"):
        from_params({**KEYS, "ca_path": "/does/not/exist"})


def test_a_missing_sdk_is_explained(monkeypatch) -> None:
    monkeypatch.setattr(transport, "SDK_ERROR", "Traceback")
    with pytest.raises(Failure, match=r"Failed to import the required Python library \(jdcloud-sdk\)"):
        client_from_params(KEYS)
