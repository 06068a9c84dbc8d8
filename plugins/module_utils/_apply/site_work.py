# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what links need of a new site before they can begin.

That is the border gateway, or a virtual private gateway that is attached to its VPC. All else of a site is made by its
role, while AWS is at work on the links' connections.
"""

from __future__ import annotations

import typing as t
from concurrent.futures import Future, ThreadPoolExecutor

from .._aws import site as aws_site
from .._jdcloud.kinds import BORDER_GATEWAY
from .._jdcloud.resource import manage
from .._module import Context, Failure
from .._vpn.desired import UNKNOWN
from .._vpn.sites import AWS, JDCLOUD
from .clouds import Clouds

if t.TYPE_CHECKING:
    from .._aws.api import Ec2

Record = dict[str, t.Any]
# VPC and gateway of 8 sites at once.
WORKERS = 16


class NotReady(Failure):
    """A link can't begin, because its site could not be made so far. The site's role says why."""


class SiteWorks:
    """The work on new sites, begun at once; links wait for what they need of it."""

    def __init__(self, plans: t.Mapping[str, Record], clouds: Clouds, ctx: Context) -> None:
        self._plans, self._clouds, self._ctx = plans, clouds, ctx
        self._pool = ThreadPoolExecutor(WORKERS)
        self._gateways: dict[str, Future[str]] = {}
        self._ready: dict[str, Future[None]] = {}
        self._rest: list[Future[None]] = []
        # What was made, by site: kind of thing → its id.
        self.made: dict[str, dict[str, str]] = {}
        self.failures: list[Failure] = []

    def __enter__(self) -> SiteWorks:
        begin = {JDCLOUD: self._jdcloud, AWS: self._aws}
        for name, plan in self._plans.items():
            if self._clouds.kind(name) in begin:
                begin[self._clouds.kind(name)](name, plan["params"])
        return self

    def __exit__(self, *_exc: object) -> None:
        self._pool.shutdown()
        futures: list[Future[t.Any]] = [*self._gateways.values(), *self._ready.values(), *self._rest]
        for future in futures:
            error = future.exception()
            if isinstance(error, Failure):
                self.failures += [error] if str(error) not in map(str, self.failures) else []
            elif error is not None:
                raise error

    def __contains__(self, site: str) -> bool:
        return site in self._gateways

    @property
    def diffs(self) -> list[Record]:
        return [{"before": {}, "after": made, "before_header": x, "after_header": x} for x, made in self.made.items()]

    def gateway(self, site: str) -> str:
        """The id of the site's new gateway, as soon as it is known; empty where none is made."""
        return self._told(self._gateways.get(site)) or ""

    def wait(self, site: str) -> None:
        """Until connections can be made on the site's gateway."""
        self._told(self._ready.get(site))

    @staticmethod
    def _told(future: Future[t.Any] | None) -> t.Any:
        if future is None:
            return None
        try:
            return future.result()
        except Failure as failure:
            raise NotReady(failure.message) from failure

    def _jdcloud(self, name: str, params: Record) -> None:
        wanted = params["border_gateway"]
        if wanted is None or params["bgw_id"] != UNKNOWN:
            return
        ctx, client = Context(warnings=self._ctx.warnings), self._clouds.jdcloud(name)

        def make() -> str:
            result = manage(BORDER_GATEWAY, wanted, ctx, client, missing=True)
            return self._note(name, "bgw_id", str(result["border_gateway"]["bgw_id"]))

        self._gateways[name] = self._pool.submit(make)

    def _aws(self, name: str, params: Record) -> None:
        if not params["unattached"]:
            return
        ec2 = self._clouds.aws(name)

        def made(key: str, make: t.Callable[[Record, Ec2], str], wanted: Record) -> Future[str]:
            known: Future[str] = Future()
            if params[key] == UNKNOWN:
                return self._pool.submit(lambda: self._note(name, key, make(wanted, ec2)))
            known.set_result(params[key])
            return known

        vpc = made("vpc_id", aws_site.make_vpc, params["vpc"])
        gateway = made("vpn_gateway_id", aws_site.make_gateway, params["vpn_gateway"])

        def attach() -> None:
            aws_site.attach(gateway.result(), vpc.result(), ec2)
            self._note(name, "attached_vpc_id", vpc.result())

        self._gateways[name] = gateway
        # What they wait for was submitted before, so it has begun.
        self._ready[name] = self._pool.submit(attach)
        if params["vpc_id"] == UNKNOWN:
            self._rest.append(self._pool.submit(lambda: aws_site.name_hosts(vpc.result(), ec2)))

    def _note(self, site: str, what: str, ident: str) -> str:
        self.made.setdefault(site, {})[what] = ident
        return ident
