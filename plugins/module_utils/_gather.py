# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: reads everything about sites and links in a few list calls per account and region.

Read-only. Keys are replaced by keyed digests here, so that no result of a module ever holds one.
"""

from __future__ import annotations

import json
import typing as t
from concurrent.futures import ThreadPoolExecutor

from ._aws import read as aws_read
from ._aws.api import ec2_client
from ._jdcloud import read as jdcloud_read
from ._jdcloud.client import Client, client_from_params
from ._jdcloud.errors import JdCloudError
from ._jdcloud.tunnel import psk_readable
from ._module import Context
from ._vpn import psk
from ._vpn.sites import JDCLOUD

Record = dict[str, t.Any]
WORKERS = 16
JDCLOUD_QUOTAS = ("customer_gateway",)
JDCLOUD_GATEWAY_QUOTAS = ("vpn_connection", "bgw_route")


class Account(t.NamedTuple):
    """Sites that share credentials and region share their reads."""

    kind: str
    region: str
    auth: str


def gather(sites: t.Sequence[t.Mapping[str, t.Any]], digest_key: str | None, ctx: Context) -> dict[str, Record]:
    """What the clouds hold of each site: site name → records in snake_case, keys as digests."""
    accounts: dict[Account, list[t.Mapping[str, t.Any]]] = {}
    for site in sites:
        account = Account(site["kind"], site["region"], json.dumps(site.get("auth") or {}, sort_keys=True))
        accounts.setdefault(account, []).append(site)
    with ThreadPoolExecutor(WORKERS) as pool, ThreadPoolExecutor(max(1, len(accounts))) as outer:
        reads = [outer.submit(_account, account, group, pool, ctx) for account, group in accounts.items()]
        found: dict[str, Record] = {}
        for read in reads:
            found.update(read.result())
    for record in found.values():
        _hide_keys(record, digest_key)
    return found


def _account(
    account: Account, group: t.Sequence[t.Mapping[str, t.Any]], pool: ThreadPoolExecutor, ctx: Context
) -> dict[str, Record]:
    params = {**json.loads(account.auth), "region": account.region}
    params = {key: value for key, value in params.items() if value is not None}
    reader = _jdcloud if account.kind == JDCLOUD else _aws
    return reader(params, group, pool, ctx)


def _jdcloud(
    params: Record, group: t.Sequence[t.Mapping[str, t.Any]], pool: ThreadPoolExecutor, ctx: Context
) -> dict[str, Record]:
    client = client_from_params(params, ctx)
    kinds = {
        "border_gateways": "border_gateway",
        "vpcs": "vpc",
        "subnets": "subnet",
        "vpc_attachments": "vpc_attachment",
        "customer_gateways": "customer_gateway",
        "vpn_connections": "vpn_connection",
        "vpn_tunnels": "vpn_tunnel",
        "route_tables": "route_table",
    }
    pending = {key: pool.submit(jdcloud_read.list_all, client, kind) for key, kind in kinds.items()}
    lists = {key: future.result() for key, future in pending.items()}
    for vpc in lists["vpcs"]:
        vpc["subnets"] = [s for s in lists["subnets"] if s.get("vpc_id") == vpc.get("vpc_id")]
    quotas = {kind: pool.submit(_quota, client, kind, None, ctx) for kind in JDCLOUD_QUOTAS}
    found: dict[str, Record] = {}
    extra: dict[str, dict[str, t.Any]] = {}
    for site in group:
        gateways = [g for g in lists["border_gateways"] if _named(site["gateway"], g, "bgw_id", "bgw_name")]
        vpcs = [v for v in lists["vpcs"] if _named(site["vpc"], v, "vpc_id", "vpc_name")]
        extra[site["name"]] = {"gateways": gateways, "vpcs": vpcs, "routes": [], "quotas": {}}
        for gateway in gateways:
            bgw_id = gateway["bgw_id"]
            routes = pool.submit(jdcloud_read.list_all, client, "border_gateway_route", bgw_id=bgw_id)
            extra[site["name"]]["routes"].append(routes)
            for kind in JDCLOUD_GATEWAY_QUOTAS:
                future = pool.submit(_quota, client, kind, bgw_id, ctx)
                extra[site["name"]]["quotas"][kind] = future
    for site in group:
        own = extra[site["name"]]
        vpc_ids = {v.get("vpc_id") for v in own["vpcs"]}
        bgw_ids = {g.get("bgw_id") for g in own["gateways"]}
        found[site["name"]] = {
            "kind": JDCLOUD,
            "region": params["region"],
            "border_gateways": own["gateways"],
            "vpcs": own["vpcs"],
            "vpc_attachments": [a for a in lists["vpc_attachments"] if a.get("bgw_id") in bgw_ids],
            "customer_gateways": lists["customer_gateways"],
            "vpn_connections": lists["vpn_connections"],
            "vpn_tunnels": [dict(tunnel) for tunnel in lists["vpn_tunnels"]],
            "border_gateway_routes": [route for future in own["routes"] for route in future.result()],
            "route_tables": [x for x in lists["route_tables"] if x.get("vpc_id") in vpc_ids],
            "quotas": {kind: future.result() for kind, future in {**quotas, **own["quotas"]}.items()},
        }
    return found


def _quota(client: Client, kind: str, parent_id: str | None, ctx: Context) -> Record | None:
    """A quota; where JD Cloud does not know the inferred operation, the create itself will say what is exceeded."""
    try:
        return jdcloud_read.quota(client, kind, parent_id)
    except JdCloudError as exc:
        if exc.http_status != 404:
            raise
        ctx.warn(f"JD Cloud tells no quota of {kind}, so it can't be checked beforehand.")
        return None


def _aws(
    params: Record, group: t.Sequence[t.Mapping[str, t.Any]], pool: ThreadPoolExecutor, ctx: Context
) -> dict[str, Record]:
    ec2 = ec2_client(params)
    readers: dict[str, t.Callable[..., list[Record]]] = {
        "vpn_gateways": aws_read.list_vpn_gateways,
        "vpcs": aws_read.list_vpcs,
        "customer_gateways": aws_read.list_customer_gateways,
        "vpn_connections": aws_read.list_vpn_connections,
        "route_tables": aws_read.list_route_tables,
        "subnets": aws_read.list_subnets,
    }
    pending = {key: pool.submit(reader, ec2) for key, reader in readers.items()}
    lists = {key: future.result() for key, future in pending.items()}
    lists["vpn_gateways"] = aws_read.living(lists["vpn_gateways"])
    found: dict[str, Record] = {}
    for site in group:
        vpcs = [v for v in lists["vpcs"] if _named(site["vpc"], v, "vpc_id", "name")]
        vpc_ids = {v.get("vpc_id") for v in vpcs}
        found[site["name"]] = {
            "kind": "aws",
            "region": params["region"],
            "vpn_gateways": [g for g in lists["vpn_gateways"] if _named(site["gateway"], g, "vpn_gateway_id", "name")],
            "vpcs": vpcs,
            "subnets": [x for x in lists["subnets"] if x.get("vpc_id") in vpc_ids],
            "customer_gateways": aws_read.living(lists["customer_gateways"]),
            "vpn_connections": [
                {**c, "tunnels": [dict(x) for x in c["tunnels"]]}
                for c in lists["vpn_connections"]
                if c.get("state") != "deleted"
            ],
            "route_tables": [x for x in lists["route_tables"] if x.get("vpc_id") in vpc_ids],
        }
        if site.get("probe"):
            named = {"tag:Name": site["probe"], "instance-state-name": list(aws_read.KEPT)}
            machines = pool.submit(aws_read.list_instances, ec2, filters=named)
            groups = aws_read.list_security_groups(ec2, filters={"group-name": site["probe"]})
            found[site["name"]].update(machines=machines.result(), security_groups=groups)
    return found


def _named(wanted: str | None, item: Record, *keys: str) -> bool:
    """Whether an item has the wanted id or name; adoption, which names none, wants all."""
    return not wanted or wanted in [item.get(key) for key in keys]


def _hide_keys(record: Record, digest_key: str | None) -> None:
    for tunnel in record.get("vpn_tunnels") or ():
        readable = psk_readable(tunnel)
        key = tunnel.pop("psk", None)
        tunnel["psk_digest"] = psk.digest(digest_key, key) if digest_key and key and readable else None
    for connection in record["vpn_connections"]:
        for tunnel in connection.get("tunnels") or ():
            key = tunnel.pop("pre_shared_key", None)
            readable = tunnel.pop("pre_shared_key_readable", False)
            tunnel["psk_digest"] = psk.digest(digest_key, key) if digest_key and key and readable else None
