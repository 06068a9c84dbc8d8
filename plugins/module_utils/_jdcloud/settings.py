# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: how a JD Cloud account is reached: options, environment, and their faults."""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ansible.module_utils.basic import env_fallback

from .._module import Context, Failure

DEFAULT_ENDPOINT = "https://{service}.jdcloud-api.com"
DEFAULT_DEADLINE = 120
DEFAULT_TIMEOUT = 30
REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
REGIONS = "cn-north-1, cn-south-1, cn-east-1, cn-east-2"

CREDENTIALS: dict[str, t.Any] = {
    "access_key": {"type": "str", "no_log": True, "fallback": (env_fallback, ["JDCLOUD_ACCESS_KEY"])},
    "secret_key": {"type": "str", "no_log": True, "fallback": (env_fallback, ["JDCLOUD_SECRET_KEY"])},
    # Its environment variable is read in `from_params`: it belongs to the access key of the environment only.
    "security_token": {"type": "str", "no_log": True},
    "region": {"type": "str", "fallback": (env_fallback, ["JDCLOUD_REGION"])},
    "endpoint_url": {"type": "str", "fallback": (env_fallback, ["JDCLOUD_ENDPOINT_URL"])},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "api_deadline": {"type": "int", "default": DEFAULT_DEADLINE},
    "api_timeout": {"type": "int", "default": DEFAULT_TIMEOUT},
    "operations_file": {"type": "path", "fallback": (env_fallback, ["JDCLOUD_OPERATIONS_FILE"])},
}


@dataclass(frozen=True)
class Settings:
    """One account in one region. `repr` shows no secret."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    region: str
    security_token: str = field(default="", repr=False)
    endpoint_url: str = DEFAULT_ENDPOINT
    validate_certs: bool = True
    ca_path: str = ""
    deadline: float = DEFAULT_DEADLINE
    timeout: float = DEFAULT_TIMEOUT

    def endpoint(self, service: str) -> str:
        """Where a service is reached, without a slash at the end."""
        return self.endpoint_url.replace("{service}", service).rstrip("/")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return tuple(s for s in (self.access_key, self.secret_key, self.security_token) if s)


def from_params(params: t.Mapping[str, t.Any], ctx: Context | None = None) -> Settings:
    """Settings from a module's parameters or any dictionary of them; what is missing comes from the environment."""
    values = {name: params.get(name) or os.environ.get(f"JDCLOUD_{name.upper()}") or "" for name in _ENVIRONMENT}
    token = params.get("security_token") or ""
    if not token and values["access_key"] == os.environ.get("JDCLOUD_ACCESS_KEY"):
        token = os.environ.get("JDCLOUD_SECURITY_TOKEN") or ""
    _require(values)
    endpoint = values["endpoint_url"] or DEFAULT_ENDPOINT
    _check_endpoint(endpoint, ctx)
    if not REGION.fullmatch(values["region"]):
        raise Failure(f"region {values['region']!r} is not a JD Cloud region. Known are {REGIONS}.")
    ca_path = params.get("ca_path") or ""
    if ca_path and not Path(ca_path).exists():
        raise Failure(f"ca_path {ca_path} does not exist. Give a file or directory of certificate authorities (PEM).")
    for name in ("api_deadline", "api_timeout"):
        if params.get(name) is not None and params[name] < 1:
            raise Failure(f"{name} is {params[name]}; it must be at least 1 second.")
    validate = params.get("validate_certs")
    return Settings(
        access_key=values["access_key"],
        secret_key=values["secret_key"],
        region=values["region"],
        security_token=token,
        endpoint_url=endpoint,
        validate_certs=True if validate is None else bool(validate),
        ca_path=ca_path,
        deadline=params.get("api_deadline") or DEFAULT_DEADLINE,
        timeout=params.get("api_timeout") or DEFAULT_TIMEOUT,
    )


_ENVIRONMENT = ("access_key", "secret_key", "region", "endpoint_url")


def _require(values: t.Mapping[str, str]) -> None:
    missing = [name for name in ("access_key", "secret_key") if not values[name]]
    if missing:
        variables = " and ".join(f"JDCLOUD_{name.upper()}" for name in missing)
        raise Failure(
            f"No JD Cloud credentials: {' and '.join(missing)} not set. Set the option{'s' * (len(missing) > 1)}, or "
            f"{variables} in the environment of the host that runs the module."
        )
    if not values["region"]:
        raise Failure(f"No JD Cloud region: set region or JDCLOUD_REGION. Known are {REGIONS}.")


def _check_endpoint(endpoint: str, ctx: Context | None) -> None:
    try:
        parts = urlsplit(endpoint.replace("{service}", "service"))
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    bad = host is None or parts.scheme not in ("http", "https") or parts.query or parts.username or "{" in str(host)
    if bad or port == 0:
        raise Failure(
            f"endpoint_url {endpoint!r} is not an http or https address. It may hold the placeholder {{service}}, as "
            f"the default does: {DEFAULT_ENDPOINT}."
        )
    if ctx and parts.scheme == "http" and host not in ("localhost", "::1") and not str(host).startswith("127."):
        ctx.warn(f"endpoint_url {endpoint} is not encrypted: pre-shared keys are sent in the clear.")
