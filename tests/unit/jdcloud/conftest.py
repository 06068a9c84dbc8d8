# SPDX-License-Identifier: GPL-3.0-or-later
"""A JD Cloud whose answers are scripted call by call, below the real client, signer and `requests`; and a clock that
only sleeping moves on."""

from __future__ import annotations

import io
import json
import typing as t
from collections import deque
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import requests
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud import client as client_module
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud import transport
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context

PAGE = {"pageNumber": "1", "pageSize": "100"}
ACCOUNT: dict[str, t.Any] = {
    "access_key": "AKSCRIPTED",
    "secret_key": "SKSCRIPTED",
    "region": "cn-north-1",
    "endpoint_url": "https://{service}.example.com",
    "api_deadline": 120,
    "api_timeout": 30,
    "state": "present",
    "wait": True,
    "wait_timeout": 300,
}


class Clock:
    """Sleeping only moves the clock on, and jitter is always all of it."""

    def __init__(self) -> None:
        self.time = 0.0
        self.sleeps: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds

    def jitter(self, most: float) -> float:
        return most


class Script(requests.adapters.BaseAdapter):
    """The calls that are expected, in order, with their answers."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: deque[tuple[tuple[str, str, dict[str, str], t.Any], t.Any]] = deque()
        self.sent: list[requests.PreparedRequest] = []
        self.timeouts: list[t.Any] = []

    def call(
        self,
        method: str,
        path: str,
        body: t.Any = None,
        result: t.Any = None,
        query: dict[str, str] | None = None,
        service: str = "bgw",
    ) -> Script:
        """A call that succeeds."""
        return self.answer(method, path, body, {"requestId": "r-1", "result": result}, query=query, service=service)

    def answer(
        self,
        method: str,
        path: str,
        body: t.Any = None,
        answer: t.Any = None,
        http: int = 200,
        query: dict[str, str] | None = None,
        service: str = "bgw",
    ) -> Script:
        """A call with any answer: a JSON value, raw text, or an exception to raise."""
        url = f"https://{service}.example.com/v1/regions/cn-north-1{path}"
        self.expected.append(((method, url, query or {}, body), (http, answer)))
        return self

    def refuse(
        self, method: str, path: str, http: int, status: str, message: str, body: t.Any = None, **more: t.Any
    ) -> Script:
        """A call that JD Cloud refuses."""
        error = {"code": http, "status": status, "message": message}
        return self.answer(method, path, body, {"requestId": "r-err", "error": error}, http, **more)

    def listing(self, path: str, key: str, items: list[t.Any], service: str = "bgw") -> Script:
        """A list that fits on one page."""
        result = {key: items, "totalCount": float(len(items))}
        return self.call("GET", path, result=result, query=PAGE, service=service)

    def send(self, request: requests.PreparedRequest, timeout: t.Any = None, **_kwargs: t.Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        got = (
            request.method,
            f"{parts.scheme}://{parts.netloc}{unquote(parts.path)}",
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            json.loads(request.body) if request.body else None,
        )
        assert self.expected, f"unexpected call {got}"
        wanted, (http, answer) = self.expected.popleft()
        assert got == wanted
        self.sent.append(request)
        self.timeouts.append(timeout)
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.status_code = http
        text = answer if isinstance(answer, str) else json.dumps(answer)
        response.raw = io.BytesIO(text.encode())
        response.request = request
        response.url = str(request.url)
        return response

    def close(self) -> None:
        pass


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(client_module, "Clock", lambda: clock)
    return clock


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> t.Iterator[Script]:
    script = Script()
    real = transport.make_session

    def make_session() -> requests.Session:
        session = real()
        session.mount("https://", script)
        return session

    monkeypatch.setattr(transport, "make_session", make_session)
    for name in ("ACCESS_KEY", "SECRET_KEY", "SECURITY_TOKEN", "REGION", "ENDPOINT_URL", "OPERATIONS_FILE"):
        monkeypatch.delenv(f"JDCLOUD_{name}", raising=False)
    yield script
    assert not script.expected, f"calls that were not made: {list(script.expected)}"


@pytest.fixture
def account() -> dict[str, t.Any]:
    """The options of an account."""
    return dict(ACCOUNT)


Runner = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def run(account: dict[str, t.Any], script: Script) -> Runner:
    """Runs the function of a module as Ansible would, with the options given."""

    def run(
        module: t.Any, check: bool = False, diff: bool = False, ctx: Context | None = None, **options: t.Any
    ) -> dict[str, t.Any]:
        spec = module.DECLARATION.argument_spec
        params = {name: option.get("default") for name, option in spec.items()}
        params.update({name: value for name, value in account.items() if name in spec})
        assert set(options) <= set(spec)
        params.update(options)
        result: dict[str, t.Any] = module.run(params, ctx or Context(check_mode=check, diff=diff))
        return result

    return run
