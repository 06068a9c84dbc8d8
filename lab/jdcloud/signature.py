# SPDX-License-Identifier: GPL-3.0-or-later
"""Request signatures, V2 and V3, checked from the published algorithm and without the SDK.

canonical request = method, path (decoded, `//` collapsed, quoted again with safe `/~`), query (each part decoded and
quoted, sorted), signed headers, their names, SHA-256 of the body; signed with a key derived from the secret, date,
region and service.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote_plus

from lab.jdcloud.errors import ApiError, unauthenticated

VERSIONS = {
    "JDCLOUD2-HMAC-SHA256": ("JDCLOUD2", "jdcloud2_request"),
    "JDCLOUD3-HMAC-SHA256": ("JDCLOUD3", "jdcloud3_request"),
}
_AUTHORIZATION = re.compile(
    r"(?P<algorithm>JDCLOUD[23]-HMAC-SHA256) Credential=(?P<access_key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/"
    r"(?P<service>[^/]+)/(?P<terminator>\w+), ?SignedHeaders=(?P<headers>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Signed:
    """What an Authorization header says."""

    algorithm: str
    access_key: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str


def parse(authorization: str) -> Signed:
    match = _AUTHORIZATION.fullmatch(authorization.strip())
    if not match or VERSIONS[match["algorithm"]][1] != match["terminator"]:
        raise unauthenticated("The Authorization header is missing or malformed")
    return Signed(
        match["algorithm"], match["access_key"], match["date"], match["region"], match["service"],
        tuple(match["headers"].lower().split(";")), match["signature"],
    )  # fmt: skip


def canonical_path(path: str) -> str:
    decoded = re.sub("/+", "/", unquote_plus(path)) or "/"
    encoded = quote(decoded, safe="/~")
    return encoded if encoded.startswith("/") else f"/{encoded}"


def canonical_query(query: str) -> str:
    pairs = []
    for part in query.split("&"):
        name, separator, value = part.partition("=")
        if name:
            pairs.append([quote(unquote_plus(x), safe="~") for x in ([name, value] if separator else [name])])
    return "&".join("=".join(pair) for pair in sorted(pairs) if len(pair) == 2)


def signature(
    signed: Signed, secret: str, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> str:
    """The signature that a request should carry; `headers` are those of the request, names in lower case."""
    prefix, terminator = VERSIONS[signed.algorithm]
    canonical = "\n".join(
        [
            method,
            canonical_path(path),
            canonical_query(query),
            "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in signed.headers),
            ";".join(signed.headers),
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{signed.date}/{signed.region}/{signed.service}/{terminator}"
    moment = headers.get("x-jdcloud-date", "")
    text = "\n".join([signed.algorithm, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = (prefix + secret).encode()
    for part in (signed.date, signed.region, signed.service, terminator):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def verify(
    signed: Signed, secret: str, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes,
    skew_seconds: float, now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ApiError | None:  # fmt: skip
    """What is wrong with a request's signature, None where it is right."""
    moment = headers.get("x-jdcloud-date", "")
    try:
        sent = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return unauthenticated("x-jdcloud-date is missing or malformed")
    # The date is part of what is signed whether or not its header is; the SDK's signer leaves the header out.
    if "host" not in signed.headers:
        return unauthenticated("host must be signed")
    if moment[:8] != signed.date or abs((now() - sent).total_seconds()) > skew_seconds:
        return unauthenticated("The request has expired: check the clock")
    expected = signature(signed, secret, method, path, query, headers, body)
    if not hmac.compare_digest(expected, signed.signature):
        return unauthenticated("The request signature does not conform to the documented algorithm")
    return None
