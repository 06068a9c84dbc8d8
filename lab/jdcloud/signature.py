# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the signatures JDCLOUD2-HMAC-SHA256 and JDCLOUD3-HMAC-SHA256, as an openapi gateway does.

Both versions sign the same canonical request; they differ in the prefix of the key, in the end of the credential scope,
and in that version 3 always signs the host.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote_plus

from lab.jdcloud.errors import unauthenticated

_AUTHORIZATION = re.compile(
    r"(?P<algorithm>JDCLOUD[23]-HMAC-SHA256)\s+Credential=(?P<credential>[^,\s]+)\s*,"
    r"\s*SignedHeaders=(?P<headers>[^,\s]+)\s*,\s*Signature=(?P<signature>[0-9a-f]{64})\s*"
)
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"
_ALWAYS_SIGNED = {"JDCLOUD2": {"x-jdcloud-date", "x-jdcloud-nonce"}, "JDCLOUD3": {"x-jdcloud-date", "x-jdcloud-nonce", "host"}}


@dataclass(frozen=True)
class Message:
    """A request as it came over the wire: path and query still encoded, header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Claim:
    """What an Authorization header says."""

    version: str
    access_key: str
    day: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        return f"{self.day}/{self.region}/{self.service}/{self.version.lower()}_request"


def parse(authorization: str) -> Claim:
    if not authorization:
        raise unauthenticated("The header Authorization is missing")
    found = _AUTHORIZATION.fullmatch(authorization)
    parts = found["credential"].split("/") if found else []
    if found is None or len(parts) != 5:
        raise unauthenticated("The header Authorization is malformed")
    version = found["algorithm"].partition("-")[0]
    access_key, day, region, service, end = parts
    if end != f"{version.lower()}_request":
        raise unauthenticated(f"The credential scope must end in {version.lower()}_request")
    return Claim(version, access_key, day, region, service, tuple(found["headers"].split(";")), found["signature"])


def verify(message: Message, claim: Claim, secret_key: str, now: datetime, skew_seconds: float) -> None:
    """Raise 401 unless the message was signed with this key, recently, and is unchanged."""
    missing = _ALWAYS_SIGNED[claim.version] - set(claim.signed_headers)
    if missing:
        raise unauthenticated(f"These headers must be signed: {', '.join(sorted(missing))}")
    absent = [name for name in claim.signed_headers if name not in message.headers]
    if absent:
        raise unauthenticated(f"These signed headers are missing: {', '.join(sorted(absent))}")
    _check_date(message.headers["x-jdcloud-date"], claim, now, skew_seconds)
    declared = message.headers.get("x-jdcloud-content-sha256")
    if declared is not None and not hmac.compare_digest(declared.lower().encode(), _sha256(message.body).encode()):
        raise unauthenticated("x-jdcloud-content-sha256 does not match the body")
    if not hmac.compare_digest(signature(message, claim, secret_key), claim.signature):
        raise unauthenticated("The signature does not match the request")


def _check_date(text: str, claim: Claim, now: datetime, skew_seconds: float) -> None:
    try:
        signed = datetime.strptime(text, _DATE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise unauthenticated("x-jdcloud-date must have the form YYYYMMDDTHHMMSSZ") from None
    if text[:8] != claim.day:
        raise unauthenticated("The date of the credential scope is not that of x-jdcloud-date")
    if abs((now - signed).total_seconds()) > skew_seconds:
        raise unauthenticated(f"x-jdcloud-date is more than {skew_seconds:g} seconds away from the time of the server")


def signature(message: Message, claim: Claim, secret_key: str) -> str:
    """The signature that this message has to carry, in hex."""
    date = message.headers["x-jdcloud-date"].strip()
    canonical = canonical_request(message, claim.signed_headers)
    to_sign = "\n".join((f"{claim.version}-HMAC-SHA256", date, claim.scope, _sha256(canonical.encode())))
    key = (claim.version + secret_key).encode()
    for part in claim.scope.split("/"):
        key = _hmac(key, part)
    return _hmac(key, to_sign).hex()


def canonical_request(message: Message, signed_headers: tuple[str, ...]) -> str:
    names = sorted(signed_headers)
    return "\n".join(
        (
            message.method,
            _canonical_path(message.path),
            _canonical_query(message.query),
            *(f"{name}:{message.headers[name].strip()}" for name in names),
            "",
            ";".join(names),
            _sha256(message.body),
        )
    )


def _canonical_path(path: str) -> str:
    decoded = re.sub("/+", "/", unquote_plus(path))
    return quote("/" + decoded.removeprefix("/"), safe="/~")


def _canonical_query(query: str) -> str:
    """Decoded and encoded anew, then sorted; a name without `=` does not count."""
    pairs = [part.partition("=") for part in query.split("&")]
    encoded = [(_encode(name), _encode(value)) for name, equals, value in pairs if name and equals]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _encode(text: str) -> str:
    return quote(unquote_plus(text), safe="~")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
