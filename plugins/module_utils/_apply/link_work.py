# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: steps 3 to 9 of the tutorial for one link, as its plan says.

What a step needs to know of the steps before it stands in `made`: ids, never keys.
"""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

from .._aws import customer_gateway, vpn_connection
from .._aws.spec import CUSTOMER_GATEWAY as AWS_CUSTOMER_GATEWAY
from .._aws.spec import VPN_CONNECTION as AWS_VPN_CONNECTION
from .._jdcloud import tunnel_set
from .._jdcloud.kinds import BORDER_GATEWAY_ROUTE, CUSTOMER_GATEWAY, VPN_CONNECTION
from .._jdcloud.resource import manage
from .._jdcloud.spec import TUNNEL
from .._module import Context, Failure, MissingLibrary
from .._vpn import naming, passing
from .._vpn.sites import AWS, JDCLOUD
from . import propagations
from .clouds import Clouds
from .site_work import NotReady, SiteWorks

Record = dict[str, t.Any]

# What messages call the steps; their order is that of the work.
BEGIN = {
    "jdcloud_customer_gateway": "step 3, JD Cloud's customer gateway",
    "jdcloud_vpn_connection": "step 4, JD Cloud's VPN connection",
    "aws_vpn_connections": "step 5, AWS's customer gateways and connections",
}
FINISH = {
    "aws_vpn_connections": "step 5, AWS's static routes",
    "jdcloud_customer_ips": "step 6, AWS's addresses on JD Cloud's customer gateway",
    "jdcloud_vpn_tunnels": "steps 7 and 8, JD Cloud's tunnels",
    "jdcloud_routes": "step 9, JD Cloud's static routes",
    "jdcloud_propagations": propagations.WHAT,
    "range_memory": "the note of the ranges",
    "psk_marks": "the marks of the keys",
}
# Results with one of these name a thing, which whoever counts what is managed wants to know.
COUNTED = ("customer_gateway", "vpn_connection")
WAIT = "step 5, waiting until AWS has made its connections"


def filled(spec: t.Mapping[str, t.Any], values: t.Mapping[str, t.Any]) -> Record:
    """Options with the defaults of an argument spec."""
    result: Record = {name: option.get("default") for name, option in spec.items()}
    for name, value in values.items():
        options = spec[name].get("options")
        several = options and isinstance(value, list)
        result[name] = [filled(options, item) for item in value] if several else value
    return result


class LinkWork:
    """The work on one link. `error` says what went wrong; `changed` is right even then. One that is not `ready` lacks
    a gateway, and is left for later."""

    def __init__(
        self,
        link: Record,
        plan: Record,
        made: Record,
        clouds: Clouds,
        sites: SiteWorks,
        master: str | None,
        timeout: int,
        ctx: Context,
    ) -> None:
        self.name, self.plan, self.made = str(link["name"]), plan, dict(made)
        # What the plan has seen missing is not looked for once more.
        self.missing = {(x["kind"], x["name"]) for x in plan["actions"] if x["verb"] == "create"}
        self.clouds, self.sites, self.master, self.timeout, self.ctx = clouds, sites, master, timeout, ctx
        self.adopt: Record = link.get("adopt") or {}
        self.jd, self.aws = clouds.end(link["ends"], JDCLOUD), clouds.end(link["ends"], AWS)
        self.keys = {**{key: plan.get(key) for key in ("uid", "psk_generation")}, "psks": link.get("psks") or {}}
        self.error, self.done, self.diffs = "", list[Record](), list[Record]()
        self.ready = all(end in sites for end in passing.without_gateways(plan, self.jd, self.aws))

    def begin(self) -> None:
        """Steps 3 to 5, without waiting for AWS."""
        try:
            self._each(BEGIN, "_begin_")
        except NotReady:
            self.ready = False

    @property
    def waits_for(self) -> list[str]:
        """Ids of the AWS connections that have to be there before the rest can be done."""
        return list(self.made.get("aws_connection_ids") or ())

    @property
    def static(self) -> bool:
        """Whether the border gateway knows the other end's ranges by static routes."""
        return bool(self.plan.get("jdcloud_routes"))

    @property
    def propagations(self) -> list[Record]:
        """What JD Cloud's route tables shall learn for this link."""
        return self.plan["jdcloud_propagations"] if "jdcloud_propagations" in self.plan["steps"] else []

    def finish(self, connections: list[Record] | None = None) -> None:
        """Steps 5 to 9, given the AWS connections that were waited for."""
        if connections is not None:
            self.made["aws"] = connections
        if not self.error:
            self._each(FINISH, "_finish_")

    def fail(self, what: str, exc: Exception) -> None:
        """Other links go on."""
        self.error = f"Link {self.name}, {what}: {exc}"

    def result(self) -> Record:
        """For the return value."""
        made = {key: value for key, value in self.made.items() if key != "aws"}
        return {"changed": any(x["changed"] for x in self.done), "error": self.error, "steps": self.done, "made": made}

    def _each(self, steps: t.Mapping[str, str], prefix: str) -> None:
        for step, what in steps.items():
            if step not in self.plan["steps"]:
                continue
            try:
                getattr(self, prefix + step)()
            except (MissingLibrary, NotReady):
                raise
            except (Failure, ValueError) as exc:
                # Of a set of tunnels some may have been made.
                self.note(step, {"changed": isinstance(exc, Failure) and bool(exc.details.get("changed"))})
                self.fail(what, exc)
            if self.error:
                return

    def note(self, step: str, result: Record) -> Record:
        thing = next((kind for kind in COUNTED if kind in result), "")
        record = result.get(thing) or {}
        name = record.get(f"{thing}_name") or record.get("name")
        told = {"kind": thing, "id": record[f"{thing}_id"], "name": name} if record else {}
        self.done.append({"step": step, "changed": bool(result["changed"]), **told})
        if self.ctx.diff and result.get("diff") and result["changed"]:
            self.diffs.append({**result["diff"], "before_header": f"{self.name}: {step}", "after_header": self.name})
        return result

    def _with_keys(self, tunnels: t.Iterable[Record], option: str = "psk") -> list[Record]:
        found = passing.with_keys(tunnels, self.keys, self.master, option)
        self.ctx.hide(tunnel[option] for tunnel in found)
        return found

    def _learn_gateways(self) -> None:
        self.plan = passing.with_gateways(self.plan, self.sites.gateway(self.jd), self.sites.gateway(self.aws))

    @property
    def _connection(self) -> Record:
        """JD Cloud's VPN connection: made in this run, else what was there when the link was planned."""
        return self.made.get("vpn_connection") or self.plan.get("vpn_connection") or {}

    @property
    def _far_ends(self) -> list[Record]:
        return passing.with_cloud_ips(self.plan["aws_connections"], self._connection)

    def _tunnels(self) -> list[Record]:
        """JD Cloud's tunnels with both public addresses."""
        planned = self.plan["jdcloud_vpn_tunnels"]
        if not self.aws:
            return passing.with_jdcloud_ips(planned, self._connection)
        there = self.made["aws"] if "aws" in self.made else self.plan["aws_made"]
        return passing.with_addresses(planned, self._far_ends, there)

    def _begin_jdcloud_customer_gateway(self) -> None:
        planned = self.plan["jdcloud_customer_gateway"]
        params = {
            "customer_gateway_id": self.adopt.get("jdcloud_customer_gateway_id"),
            # Stand-ins until AWS has told its own addresses; they are used at create only and never put back.
            **{key: planned.get(key) or None for key in ("customer_ips", "initial_customer_ips")},
            **{key: planned[key] for key in ("customer_gateway_name", "description", "bgp_asn")},
        }
        # A device's gateway is shared by its links.
        missing = bool(self.aws) and self._is_missing("jdcloud_customer_gateway", planned["customer_gateway_name"])
        with self.clouds.alone(self.jd, planned["customer_gateway_name"]):
            result = self._manage("jdcloud_customer_gateway", CUSTOMER_GATEWAY, params, missing)
        self.made["customer_gateway_id"] = result["customer_gateway"]["customer_gateway_id"]

    def _begin_jdcloud_vpn_connection(self) -> None:
        # Its description names AWS's gateway, too.
        self._learn_gateways()
        planned = self.plan["jdcloud_vpn_connection"]
        params = {
            "vpn_connection_id": self.adopt.get("jdcloud_vpn_connection_id"),
            **planned,
            "cgw_id": self.made.get("customer_gateway_id") or planned["cgw_id"],
            "allow_interruption": "jdcloud_vpn_connection" in self.plan["forced_steps"],
        }
        missing = self._is_missing("jdcloud_vpn_connection", planned["vpn_connection_name"])
        result = self._manage("jdcloud_vpn_connection", VPN_CONNECTION, params, missing)["vpn_connection"]
        self.made["vpn_connection"] = {key: result[key] for key in ("vpn_connection_id", "cloud_public_ip")}

    def _begin_aws_vpn_connections(self) -> None:
        if self.adopt.get("aws_vpn_connection_ids") is not None:
            return
        self.sites.wait(self.aws)
        self._learn_gateways()
        far_ends = self._far_ends
        with ThreadPoolExecutor(len(far_ends)) as pool:
            self.made["aws_connection_ids"] = list(pool.map(self._aws_connection, far_ends))

    def _aws_connection(self, far: Record) -> str:
        """The id of one AWS connection of two tunnels, made or changed, with its customer gateway."""
        ec2 = self.clouds.aws(self.aws)
        own = {key: far[key] for key in ("ip_address", "bgp_asn", "device_name")}
        params = filled(AWS_CUSTOMER_GATEWAY, {**own, "tags": far["customer_gateway_tags"], "purge_tags": False})
        missing = self._is_missing("aws_customer_gateway", far["name"])
        gateway = self.note("aws_vpn_connections", customer_gateway.run(params, self.context(), ec2, missing))
        params = {
            **{key: far[key] for key in ("vpn_gateway_id", "static_routes_only", "tags")},
            "customer_gateway_id": gateway["customer_gateway"]["customer_gateway_id"],
            "tunnel_options": self._with_keys(far["tunnel_options"], "pre_shared_key"),
            "allow_interruption": "aws_vpn_connections" in self.plan["forced_steps"],
            "wait": False,
        }
        missing = self._is_missing("aws_vpn_connection", far["name"])
        result = self._aws_change("aws_vpn_connections", far, params, missing)
        return str(result["vpn_connection"]["vpn_connection_id"])

    def _finish_aws_vpn_connections(self) -> None:
        for far in self._far_ends if "aws" in self.made else ():
            if far["static_routes_only"]:
                self._aws_change("aws_vpn_connections", far, {"routes": far["routes"], "purge_routes": True})

    def _finish_jdcloud_customer_ips(self) -> None:
        # JD Cloud changes these addresses only while no tunnel exists, so this comes before the first tunnel.
        planned = self.plan["jdcloud_customer_gateway"]
        params = {
            "customer_gateway_id": self.made.get("customer_gateway_id")
            or self.plan["jdcloud_vpn_connection"]["cgw_id"],
            "customer_ips": [x["customer_ip"] for x in self._tunnels()] if self.aws else planned["customer_ips"],
        }
        # A device's gateway is shared, so tunnels of other links may be on it.
        if not (self.aws and self._bare):
            self._manage("jdcloud_customer_ips", CUSTOMER_GATEWAY, params)
            return
        # JD Cloud itself refuses it where there is a tunnel after all, so nothing has to be read for it.
        ident = {"customer_gateway_id": params["customer_gateway_id"]}
        operation = CUSTOMER_GATEWAY.operation("modify")
        self.clouds.jdcloud(self.jd).call(operation, ident, {"customer_ips": params["customer_ips"]})
        self.note("jdcloud_customer_ips", {"changed": True, "diff": {"before": ident, "after": params}})

    def _finish_jdcloud_vpn_tunnels(self) -> None:
        params = {
            "vpn_connection_id": self._connection["vpn_connection_id"],
            "tunnels": [filled(TUNNEL, tunnel) for tunnel in self._with_keys(self._tunnels())],
            "allow_interruption": "jdcloud_vpn_tunnels" in self.plan["forced_steps"],
            "purge": self.adopt.get("jdcloud_vpn_connection_id") is None,
        }
        client, bare = self.clouds.jdcloud(self.jd), self._connection if self._bare else None
        self.note("jdcloud_vpn_tunnels", tunnel_set.manage_set(params, self.context(), client, bare))

    def _finish_jdcloud_routes(self) -> None:
        for action in self.plan["actions"]:
            if action["kind"] == "jdcloud_border_gateway_route":
                params = {
                    "bgw_id": self.plan["jdcloud_vpn_connection"]["bgw_id"],
                    "bgw_route_destination": action["name"],
                    "bgw_nexthop_type": "vpn_connection",
                    "bgw_route_nexthop": self._connection["vpn_connection_id"],
                    "state": "absent" if action["verb"] == "delete" else "present",
                }
                self._manage("jdcloud_routes", BORDER_GATEWAY_ROUTE, params)

    def _finish_jdcloud_propagations(self) -> None:
        # A static route is learned at once, so with these it comes last. With BGP it was done while AWS was waited for.
        if self.static:
            for table, wanted in propagations.by_table([self]).items():
                propagations.write(table, wanted)

    def _finish_range_memory(self) -> None:
        # Ranges that are gone are forgotten last: a run that was cut off still knows that they were ours.
        for far in self._far_ends:
            self._aws_change("range_memory", far, {"tags": self.plan["range_memory"]})

    def _finish_psk_marks(self) -> None:
        # The marks follow the keys. JD Cloud's is the last, so marks that differ tell of keys that are all in place.
        if self.aws and self.adopt.get("aws_vpn_connection_ids") is None:
            for far in self._far_ends:
                self._aws_change("psk_marks", far, {"tags": far["tags"]})
        if self.jd and self.adopt.get("jdcloud_vpn_connection_id") is None:
            description = self.plan["jdcloud_vpn_connection"]["description"]
            params = {"vpn_connection_id": self._connection["vpn_connection_id"], "description": description}
            self._manage("psk_marks", VPN_CONNECTION, params)

    def context(self) -> Context:
        """A context that shares its warnings."""
        return Context(diff=self.ctx.diff, warnings=self.ctx.warnings)

    def _is_missing(self, kind: str, name: str) -> bool:
        return (kind, name) in self.missing

    @property
    def _bare(self) -> bool:
        """Whether the plan has seen JD Cloud's connection without any tunnel, or no connection."""
        tunnels = [action for action in self.plan["actions"] if action["kind"] == "jdcloud_vpn_tunnel"]
        made = [action for action in tunnels if action["verb"] == "create"]
        adopted = self.adopt.get("jdcloud_vpn_connection_id") is not None
        return not adopted and len(tunnels) == len(made) == len(self.plan["jdcloud_vpn_tunnels"])

    def _manage(self, step: str, kind: t.Any, params: Record, missing: bool = False) -> Record:
        return self.note(step, manage(kind, params, self.context(), self.clouds.jdcloud(self.jd), missing))

    def _aws_change(self, step: str, far: Record, values: Record, missing: bool = False) -> Record:
        tags = {naming.TAG_LINK: far["device_name"], naming.TAG_ADDRESS: far["address"]}
        options = {"match_tags": tags, "purge_tags": False, "wait_timeout": self.timeout, **values}
        params = filled(AWS_VPN_CONNECTION, options)
        return self.note(step, vpn_connection.run(params, self.context(), self.clouds.aws(self.aws), missing))
