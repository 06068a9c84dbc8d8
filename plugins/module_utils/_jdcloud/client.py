# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: calls to JD Cloud by the name of the operation, with retries under one deadline."""

from __future__ import annotations

import contextlib
import json
import os
import random
import threading
import time
import typing as t
from dataclasses import dataclass
from urllib.parse import quote

from .._module import Context, Failure, scrub
from .._shared_reads import SharedReads
from . import overrides, paging, settings
from .convert import to_wire
from .errors import LOST, MALFORMED, REFUSED, UNREACHABLE, JdCloudError, interpret
from .operations import OPERATIONS, Operation
from .transport import AnswerLost, Transport, Unreachable

Record = dict[str, t.Any]
Values = t.Mapping[str, t.Any]
Lookup = t.Callable[[], t.Any]

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
FEW_ATTEMPTS = 3
UNREACHABLE_REMEDY = (
    "Check endpoint_url and region, the name resolution and the route of this host, and proxies in its environment."
)


class Clock:
    """Time, so that tests need not wait."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def jitter(self, most: float) -> float:
        """A pause between 0 and `most` («full jitter»): writers that failed together don't return together."""
        return random.uniform(0, most)  # noqa: S311 - spreads load, guards nothing


@dataclass(frozen=True)
class Request:
    """One call, ready to be signed and sent, as often as needed."""

    operation: Operation
    path: str
    query: t.Mapping[str, str]
    body: str
    secrets: tuple[str, ...]

    def hide(self, text: str) -> str:
        """A text of JD Cloud without the secrets that it may echo."""
        return scrub(text, self.secrets)


class Client:
    """One account in one region. May be shared between threads."""

    def __init__(
        self,
        config: settings.Settings,
        operations: t.Mapping[str, Operation] = OPERATIONS,
        transport: Transport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings = config
        self.operations = operations
        self.transport = transport or Transport(config)
        self.clock = clock or Clock()
        self._local = threading.local()
        self._reads = SharedReads()

    def call(
        self, name: str, path: Values | None = None, values: Values | None = None, lookup: Lookup | None = None
    ) -> t.Any:
        """The result of one operation.

        `path` and `values` carry our names; None is not sent. A create should come with a `lookup` that finds by its
        natural key what the create would make: where the answer is lost, what the lookup finds is returned instead.
        Deleting what does not exist (any more) succeeds.
        """
        operation = self.operations[name]
        request = self._request(operation, path or {}, values or {})
        lost = False
        attempt = 0
        with self._deadline() as deadline:
            while True:
                attempt += 1
                try:
                    return self._send(request, deadline)
                except JdCloudError as error:
                    if error.not_found and operation.effect == "delete":
                        return {}
                    lost = lost or (error.maybe_done and operation.effect == "create")
                    again = self._pause(error, attempt, deadline)
                    # A definite refusal after a lost answer may well be about what the lost call has made.
                    found = lookup() if lost and lookup else None
                    if found is not None:
                        return found
                    if not again or (lost and lookup is None):
                        raise (_unsure(error) if lost and error.maybe_done else error) from None

    def get(self, name: str, path: Values) -> Record | None:
        """One resource by its id, None where JD Cloud does not know it."""
        try:
            result = self.call(name, path)
        except JdCloudError as error:
            if error.not_found:
                return None
            raise
        found: Record = paging.content(self.operations[name], result, dict)
        return found or None

    def list(self, name: str, path: Values | None = None) -> list[Record]:
        """All items of all pages, each once. Threads that ask for the same at the same time share the answer."""
        key = (name, *sorted((path or {}).items()))
        found: list[Record] = self._reads(
            key, lambda: paging.read_all(self.operations[name], lambda values: self.call(name, path, values))
        )
        return found

    def _request(self, operation: Operation, path: Values, values: Values) -> Request:
        url_path = operation.path.replace("{regionId}", quote(self.settings.region, safe=""))
        for theirs, ours in operation.path_params.items():
            value = path.get(ours)
            if not isinstance(value, str) or not value.strip():
                raise Failure(f"{operation.name} needs {ours}, and it is empty: nothing was sent to JD Cloud.")
            url_path = url_path.replace(f"{{{theirs}}}", quote(value, safe=""))
        fields = operation.fields
        wire = to_wire({fields[key]: value for key, value in values.items() if key in fields and value is not None})
        secrets = (*self.settings.secrets, *_psks(values))
        if operation.in_query:
            return Request(operation, url_path, _query(wire), "", secrets)
        body = json.dumps({operation.wrap: [wire]} if operation.wrap else wire)
        return Request(operation, url_path, {}, body, secrets)

    def _send(self, request: Request, deadline: float) -> t.Any:
        operation = request.operation
        timeout = max(1.0, min(self.settings.timeout, deadline - self.clock.now()))
        where = f"{operation.method} {request.path}"
        try:
            answer = self.transport.send(
                operation.method, operation.service, request.path, request.query, request.body, timeout
            )
        except Unreachable as exc:
            kind = REFUSED if exc.definite else UNREACHABLE
            raise JdCloudError(exc.reason, operation, where, kind, remedy=UNREACHABLE_REMEDY) from None
        except AnswerLost as exc:
            raise JdCloudError(str(exc), operation, where, LOST) from None
        return interpret(answer, operation, where, request.hide)

    def _pause(self, error: JdCloudError, attempt: int, deadline: float) -> bool:
        """Whether the call may be repeated; has waited then."""
        few = error.kind in (UNREACHABLE, MALFORMED)
        if error.kind == REFUSED or (few and attempt >= FEW_ATTEMPTS):
            return False
        pause = self.clock.jitter(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempt, 10)))
        if self.clock.now() + pause >= deadline:
            return False
        self.clock.sleep(pause)
        return True

    @contextlib.contextmanager
    def _deadline(self) -> t.Iterator[float]:
        """One deadline for a call together with the lookups that it makes."""
        outer = getattr(self._local, "deadline", None)
        self._local.deadline = outer if outer is not None else self.clock.now() + self.settings.deadline
        try:
            yield self._local.deadline
        finally:
            self._local.deadline = outer


def client_from_params(params: Values, ctx: Context | None = None) -> Client:
    """A client from a module's parameters, or from any dictionary of the options of `settings.CREDENTIALS`."""
    table = overrides.load(params.get("operations_file") or os.environ.get("JDCLOUD_OPERATIONS_FILE"))
    return Client(settings.from_params(params, ctx), table)


def _unsure(error: JdCloudError) -> JdCloudError:
    error.message += " It is not known whether it was carried out: run again, an existing one is found and used."
    error.args = (error.message,)
    return error


def _query(wire: Values) -> dict[str, str]:
    """A query string's values: lists as `name.1`, `name.2`, booleans in lower case."""
    query = {}
    for name, value in wire.items():
        items = {f"{name}.{n}": item for n, item in enumerate(value, 1)} if isinstance(value, list) else {name: value}
        for key, item in items.items():
            query[key] = str(item).lower() if isinstance(item, bool) else str(item)
    return query


def _psks(value: t.Any) -> list[str]:
    """Every pre-shared key in a call's values."""
    if isinstance(value, t.Mapping):
        return [
            secret
            for key, item in value.items()
            for secret in ([item] if key == "psk" and isinstance(item, str) else _psks(item))
        ]
    if isinstance(value, (list, tuple)):
        return [secret for item in value for secret in _psks(item)]
    return []
