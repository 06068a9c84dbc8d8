# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories, and the two clouds as `vpn_link_info` would have read them.

`Clouds` carries plans out write by write, as the roles do and through the same filters, so that a test can stop after
any write. Every plan and every refusal that passes through `Case` is searched for keys.
"""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Failure
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn import psk
from ansible_collections.intercloud.vpn.plugins.modules import vpn_link_plan

from .writer import Writer

MASTER = "q8Xv2nT0bKc5Zr7LwYh3JmPd9sFgUaEi1oRt6CxVzNk="
SLOTS = ("1-1", "1-2", "2-3", "2-4")
OWN_KEYS = {"1-1": "own_key_of_1_1", "1-2": "own_key_of_1_2", "2-3": "own_key_of_2_3", "2-4": "own_key_of_2_4"}
VALIDATOR = ArgumentSpecValidator(vpn_link_plan.DECLARATION.argument_spec)
Record = dict[str, Any]


def jdcloud_site(n: int = 1, **more: Any) -> Record:
    return {"kind": "jdcloud", "region": "cn-north-1", "vpc": {"cidr": f"10.{n}.0.0/16"}, **more}


def aws_site(n: int = 1, **more: Any) -> Record:
    gateway = {"asn": 65000 + n}
    return {
        "kind": "aws",
        "region": "us-east-1",
        "vpc": {"cidr": f"172.{15 + n}.0.0/16"},
        "vpn_gateway": gateway,
        **more,
    }


def device(addresses: int = 1, **more: Any) -> Record:
    public = [f"192.88.99.{n}" for n in range(1, addresses + 1)]
    return {
        "kind": "device",
        "family": "linux_frr",
        "asn": 65300,
        "addresses": public,
        "ranges": ["192.168.50.0/24"],
        "wan": "eth0",
        **more,
    }


@dataclass
class Case:
    """An inventory: by default one link `a` between the sites `jd` and `aws`."""

    sites: Record = field(default_factory=lambda: {"jd": jdcloud_site(), "aws": aws_site()})
    links: list[Record] = field(default_factory=lambda: [{"name": "a", "ends": ["jd", "aws"]}])
    topology: Record | None = None
    master: str | None = MASTER

    @classmethod
    def of(cls, **link: Any) -> Case:
        return cls(links=[{"name": "a", "ends": ["jd", "aws"], **link}])

    def run(self, gathered: Record | None = None, **more: Any) -> Record:
        """The module's own function, with parameters as Ansible hands them over."""
        params = {
            "sites": self.sites, "links": self.links, "topology": self.topology, "gathered": gathered,
            "master_secret": self.master, **more,
        }  # fmt: skip
        checked = VALIDATOR.validate(params)
        assert not checked.error_messages, checked.error_messages
        try:
            result = vpn_link_plan.run(checked.validated_parameters, Context())
        except Failure as failure:
            assert not failure.details
            self._search(failure.message)
            raise
        assert result["changed"] is False
        self._search(json.dumps(result))
        return result

    def plans(self, gathered: Record, **more: Any) -> Record:
        return self.run(gathered, **more)["plans"]

    def plan(self, gathered: Record, link: str = "a", **more: Any) -> Record:
        return self.plans(gathered, **more)[link]

    def refusal(self, gathered: Record | None = None, **more: Any) -> str:
        """The message of the refusal."""
        with pytest.raises(Failure) as caught:
            self.run(gathered, **more)
        moment = "before any cloud was asked" if gathered is None else "before anything was written"
        lines = caught.value.message.splitlines()
        assert lines[0].startswith(f"Refused, {moment}. {len(lines) - 1} fault")
        return caught.value.message

    def refused(self, place: str, *texts: str, gathered: Record | None = None, **more: Any) -> None:
        """Exactly this is refused: one fault, at this place, whose line holds all these texts."""
        message = self.refusal(gathered, **more)
        (line,) = message.splitlines()[1:]
        assert line.startswith(f"  1. {place}: "), message
        for text in texts:
            assert text in line, message

    def keys(self) -> set[str]:
        """Everything that must never be shown."""
        found = {self.master} if isinstance(self.master, str) and len(self.master) > 4 else set()
        for link in self.links:
            found.update(str(key) for key in (link.get("psks") or {}).values() if len(str(key)) > 4)
            uid, generation = str(link.get("uid") or link["name"]), link.get("psk_generation") or 1
            for slot in SLOTS:
                found.update(psk.derive(self.master or "", uid, slot, g) for g in (generation - 1, generation))
        return found

    def _search(self, text: str) -> None:
        for key in self.keys():
            assert key not in text


class Clouds:
    """What both clouds hold. Addresses and ids are given out in no order that says anything."""

    def __init__(self, sites: Record, real: dict[str, list[str]] | None = None) -> None:
        self.chance = random.Random(7)
        self.data: Record = {}
        for name, site in sites.items():
            if site["kind"] == "device":
                continue
            ranges = (real or {}).get(name) or [site["vpc"]["cidr"]]
            make = {"jdcloud": _jdcloud, "aws": _aws}[site["kind"]]
            self.data[name] = make(name, site, ranges)

    def id(self, prefix: str) -> str:
        return f"{prefix}-{self.chance.getrandbits(48):012x}"

    def ip(self, first: int) -> str:
        return f"{first}.{self.chance.randrange(256)}.{self.chance.randrange(256)}.{self.chance.randrange(1, 255)}"

    def gathered(self, seed: int = 0, masked: bool = False) -> Record:
        """An answer to the reads, with every list in some order; `masked` where no key reads back."""
        answer, chance = copy.deepcopy(self.data), random.Random(seed)
        for site in answer.values():
            for tunnel in [
                *site.get("vpn_tunnels", ()),
                *(x for c in site["vpn_connections"] for x in c.get("tunnels", ())),
            ]:
                tunnel["psk_digest"] = None if masked else tunnel["psk_digest"]
            _shuffle(site, chance)
        return answer

    def join(self, case: Case, seed: int = 0) -> Clouds:
        """Carries out whatever is planned for every link."""
        for name, plan in case.plans(self.gathered(seed)).items():
            self.work(case, name, plan)
        return self

    def work(self, case: Case, name: str, plan: Record, stop: int | None = None) -> list[str]:
        """Carries one plan out, or only its first writes; says what was written."""
        link = next(link for link in case.links if link["name"] == name)
        by_kind = {case.sites[end]["kind"]: self.data.get(end) for end in link["ends"]}
        writer = Writer(self, case, link, plan, by_kind.get("jdcloud"), by_kind.get("aws"))
        return list(islice(writer.writes(), stop))


def _shuffle(value: Any, chance: random.Random) -> None:
    if isinstance(value, dict):
        for item in value.values():
            _shuffle(item, chance)
    elif isinstance(value, list):
        chance.shuffle(value)
        for item in value:
            _shuffle(item, chance)


def _jdcloud(name: str, site: Record, ranges: list[str]) -> Record:
    """A JD Cloud site that exists, made by us unless ids say otherwise."""
    mark = f"intercloud.vpn site={name}"
    own_vpc, own_gateway = "id" not in site["vpc"], "id" not in site.get("border_gateway", {})
    vpc = {"vpc_id": f"vpc-{name}", "vpc_name": f"{name}-vpc", "description": mark} if own_vpc else {
        "vpc_id": site["vpc"]["id"], "vpc_name": "production", "description": "by hand"}  # fmt: skip
    gateway = {"bgw_id": f"bgw-{name}", "bgw_name": f"{name}-bgw", "description": mark} if own_gateway else {
        "bgw_id": site["border_gateway"]["id"], "bgw_name": "core", "description": None}  # fmt: skip
    # JD Cloud's prefix may be empty: the ranges are those of the subnets then.
    subnets = [{"subnet_id": f"subnet-{n}", "address_prefix": x} for n, x in enumerate(ranges)]
    vpc.update(address_prefix=ranges[0] if len(ranges) == 1 else "", subnets=subnets if len(ranges) > 1 else [])
    attachment = {"vpc_attachment_id": "att-1", "vpc_attachment_name": f"{name}-att", "propagate_type": "all",
                  "bgw_id": gateway["bgw_id"], "vpc_id": vpc["vpc_id"]}  # fmt: skip
    ids = site.get("route_tables") or [f"rtb-{name}"]
    tables = [{"route_table_id": x, "route_table_type": "default" if n == 0 else "custom", "vpc_id": vpc["vpc_id"],
               "route_propagations": []} for n, x in enumerate(ids)]  # fmt: skip
    return {"kind": "jdcloud", "region": site["region"], "border_gateways": [gateway], "vpcs": [vpc],
            "vpc_attachments": [attachment], "customer_gateways": [], "vpn_connections": [], "vpn_tunnels": [],
            "border_gateway_routes": [], "route_tables": tables, "quotas": {}}  # fmt: skip


def _aws(name: str, site: Record, ranges: list[str]) -> Record:
    """An AWS site that exists, made by us unless ids say otherwise."""
    own_vpc, own_gateway = "id" not in site["vpc"], "id" not in site["vpn_gateway"]
    tags = {"intercloud.vpn/site": name}
    vpc_id = f"vpc-{name}" if own_vpc else site["vpc"]["id"]
    vgw_id = f"vgw-{name}" if own_gateway else site["vpn_gateway"]["id"]
    vpc = {"vpc_id": vpc_id, "name": f"{name}-vpc" if own_vpc else "production", "cidr_blocks": ranges,
           "tags": tags if own_vpc else {}}  # fmt: skip
    gateway = {"vpn_gateway_id": vgw_id, "name": f"{name}-vgw" if own_gateway else "core", "state": "available",
               "amazon_side_asn": site["vpn_gateway"]["asn"], "tags": tags if own_gateway else {},
               "vpc_attachments": [{"vpc_id": vpc_id, "state": "attached"}]}  # fmt: skip
    table = {"route_table_id": f"rtb-{name}", "main": True, "vpc_id": vpc_id, "tags": {},
             "propagating_gateway_ids": [vgw_id]}  # fmt: skip
    return {"kind": "aws", "region": site["region"], "vpn_gateways": [gateway], "vpcs": [vpc], "subnets": [],
            "customer_gateways": [], "vpn_connections": [], "route_tables": [table]}  # fmt: skip
