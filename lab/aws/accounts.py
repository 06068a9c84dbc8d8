# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may call: accounts by access key, each in its own partition, and the signature of every request (SigV4).

Keys live in moto's IAM and STS, so that roles assumed through the emulated STS can call too.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition
from werkzeug import Request

_USER = "lab"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request, "
    r"SignedHeaders=(?P<headers>[^,]+), Signature=(?P<signature>[0-9a-f]{64})"
)
_CLOCK_SKEW_SECONDS = 900


@dataclass(frozen=True)
class Account:
    name: str
    account_id: str
    access_key: str
    secret_key: str
    regions: tuple[str, ...]

    @property
    def partition(self) -> str:
        return get_partition(self.regions[0])

    @classmethod
    def from_config(cls, entry: dict[str, Any]) -> Account:
        regions = tuple(entry["regions"])
        if len({get_partition(region) for region in regions}) != 1:
            raise ValueError(f"account {entry['name']}: its regions must be of one partition")
        return cls(entry["name"], entry["account_id"], entry["access_key"], entry["secret_key"], regions)


class Refused(Exception):
    """The request is not who it says it is. Carries AWS's status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def _auth_failure() -> Refused:
    return Refused(401, "AuthFailure", "AWS was not able to validate the provided access credentials")


@dataclass(frozen=True)
class Caller:
    account: Account
    region: str
    service: str


class Accounts:
    def __init__(self, accounts: list[Account]) -> None:
        self._accounts = accounts
        self.enrol()

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts)

    def enrol(self) -> None:
        """Make each account's key known to moto's IAM, so that GetCallerIdentity names its owner."""
        for account in self._accounts:
            iam = iam_backends[account.account_id][account.partition]
            user = iam.create_user(account.regions[0], _USER)
            key = user.create_access_key(prefix="AKIA")
            key.access_key_id, key.secret_access_key = account.access_key, account.secret_key
            iam.access_keys[account.access_key] = key

    def authenticate(self, request: Request, body: bytes) -> Caller:
        """The caller of a signed request; raises Refused with AWS's own codes."""
        header = request.headers.get("Authorization", "")
        if not header:
            raise Refused(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
        parts = _AUTHORIZATION.fullmatch(header)
        if not parts:
            raise _auth_failure()
        account, credentials = self._credentials(parts["key"], request.headers.get("X-Amz-Security-Token"))
        if get_partition(parts["region"]) != account.partition:
            raise _auth_failure()
        self._check_time(request.headers.get("X-Amz-Date", ""), parts["date"])
        if not hmac.compare_digest(_signature(request, body, parts, credentials), parts["signature"]):
            raise Refused(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                "Access Key and signing method.",
            )
        return Caller(account, parts["region"], parts["service"])

    def _credentials(self, access_key: str, token: str | None) -> tuple[Account, Credentials]:
        for account in self._accounts:
            known = iam_backends[account.account_id][account.partition].access_keys.get(access_key)
            if known is None:
                continue
            role = sts_backends[account.account_id][account.partition].get_assumed_role_from_access_key(access_key)
            if (role.session_token if role else None) != token:
                break
            return account, Credentials(access_key, known.secret_access_key, token)
        raise _auth_failure()

    @staticmethod
    def _check_time(stamp: str, date: str) -> None:
        try:
            signed = datetime.strptime(stamp, SIGV4_TIMESTAMP).replace(tzinfo=UTC)
        except ValueError:
            raise _auth_failure() from None
        if not stamp.startswith(date):
            raise _auth_failure()
        if abs((datetime.now(UTC) - signed).total_seconds()) > _CLOCK_SKEW_SECONDS:
            raise Refused(400, "RequestExpired", "Request has expired.")


def _signature(request: Request, body: bytes, parts: re.Match[str], credentials: Credentials) -> str:
    headers = {name: request.headers.get(name, "") for name in parts["headers"].split(";")}
    signed = AWSRequest(request.method, request.url, headers, body)
    signed.context["timestamp"] = request.headers["X-Amz-Date"]
    signer = SigV4Auth(credentials, parts["service"], parts["region"])
    return signer.signature(signer.string_to_sign(signed, signer.canonical_request(signed)), signed)
