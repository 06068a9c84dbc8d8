# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: one signed HTTP request to JD Cloud and its answer, whatever it is.

The SDK's own client prints keys and swallows errors, so only its signer is used, with a logger that says nothing.
"""

from __future__ import annotations

import base64
import contextlib
import traceback
import typing as t
import uuid
from collections import deque
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

from ansible.module_utils.basic import missing_required_lib

from .._module import MissingLibrary
from .errors import Answer
from .settings import Settings

try:
    import requests

    REQUESTS_ERROR = None
except ImportError:
    REQUESTS_ERROR = traceback.format_exc()

try:
    from jdcloud_sdk.core.credential import Credential
    from jdcloud_sdk.core.logger import Logger
    from jdcloud_sdk.core.signer import Signer

    SDK_ERROR = None
except ImportError:
    SDK_ERROR = traceback.format_exc()

CONNECT_TIMEOUT = 10.0
SILENT = -1
NEVER_SENT = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")


class Unreachable(Exception):
    """The request was never sent. `definite` says that trying again can't help."""

    def __init__(self, reason: str, definite: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.definite = definite


class AnswerLost(Exception):
    """The request was sent, and what became of it is not known."""


def require_libraries() -> None:
    """Says what to install where something is missing."""
    for name, error in (("requests", REQUESTS_ERROR), ("jdcloud-sdk", SDK_ERROR)):
        if error:
            raise MissingLibrary(missing_required_lib(name), exception=error)


def make_session() -> requests.Session:
    """A session without anything that would touch a signed request: .netrc would replace its signature."""
    session = requests.Session()
    session.auth = lambda request: request
    return session


def sign(
    settings: Settings, method: str, service: str, url: str, body: str, headers: dict[str, str] | None = None
) -> dict[str, str]:
    """The headers of a signed request. A date or nonce among `headers` is used instead of a new one."""
    # The signer adds a date and a nonce by itself, but signs them only where they are given.
    headers = {
        "content-type": "application/json",
        "x-jdcloud-date": datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"),
        "x-jdcloud-nonce": str(uuid.uuid4()),
        **(headers or {}),
    }
    if settings.security_token:
        headers["x-jdcloud-security-token"] = base64.b64encode(settings.security_token.encode()).decode()
    Signer(Logger(SILENT)).sign(
        method=method,
        service=service,
        region=settings.region,
        uri=url,
        headers=headers,
        data=body,
        credential=Credential(settings.access_key, settings.secret_key),
        security_token=headers.get("x-jdcloud-security-token", ""),
    )
    return headers


class Transport:
    """Sends requests. May be shared between threads: a session, with its open connection, is one thread's at a time."""

    def __init__(self, settings: Settings) -> None:
        require_libraries()
        self.settings = settings
        self._idle: deque[requests.Session] = deque()

    @contextlib.contextmanager
    def _session(self) -> t.Iterator[requests.Session]:
        try:
            session = self._idle.pop()
        except IndexError:
            session = make_session()
        try:
            yield session
        finally:
            self._idle.append(session)

    def send(
        self, method: str, service: str, path: str, query: t.Mapping[str, str], body: str, timeout: float
    ) -> Answer:
        """One request; raises `Unreachable` or `AnswerLost` where there is no answer."""
        settings = self.settings
        # The signer reads "+" as a blank, so blanks are written %20.
        url = settings.endpoint(service) + path + ("?" + urlencode(query, quote_via=quote) if query else "")
        headers = sign(settings, method, service, url, body)
        headers["User-Agent"] = "intercloud.vpn"
        verify: bool | str = settings.validate_certs and (settings.ca_path or True)
        try:
            with self._session() as session:
                response = session.request(
                    method,
                    url,
                    data=body.encode() or None,
                    headers=headers,
                    timeout=(min(CONNECT_TIMEOUT, timeout), timeout),
                    verify=verify,
                    allow_redirects=False,
                )
            return Answer(response.status_code, response.content.decode("utf-8", "replace"))
        except requests.exceptions.SSLError as exc:
            raise Unreachable(f"the certificate of {_host(url)} is not trusted: {_cause(exc)}", definite=True) from None
        except requests.exceptions.ConnectTimeout:
            raise Unreachable(f"{_host(url)} does not answer") from None
        except requests.exceptions.ProxyError as exc:
            raise Unreachable(f"the proxy to {_host(url)} can't be reached: {_cause(exc)}") from None
        except requests.exceptions.ConnectionError as exc:
            name, cause = type(_reason(exc)).__name__, _cause(exc)
            if name in NEVER_SENT:
                raise Unreachable(f"{_host(url)} can't be reached: {cause}") from None
            raise AnswerLost(f"the connection to {_host(url)} broke: {cause}") from None
        except requests.exceptions.Timeout:
            raise AnswerLost(f"{_host(url)} did not answer within {timeout:.0f} seconds") from None
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as exc:
            raise AnswerLost(f"the answer of {_host(url)} broke off: {_cause(exc)}") from None
        except requests.exceptions.RequestException as exc:
            raise Unreachable(f"the request to {_host(url)} can't be made: {_cause(exc)}", definite=True) from None


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _reason(exc: BaseException) -> BaseException:
    """The innermost error that requests and urllib3 wrapped."""
    inner = getattr(exc, "reason", None) or next((arg for arg in exc.args if isinstance(arg, BaseException)), None)
    return _reason(inner) if isinstance(inner, BaseException) and inner is not exc else exc


def _cause(exc: BaseException) -> str:
    """The last part of the innermost error: what comes before names objects of the library."""
    return str(_reason(exc)).rpartition(": ")[2] or type(_reason(exc)).__name__
