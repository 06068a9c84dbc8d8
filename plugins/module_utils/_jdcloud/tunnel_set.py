# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: all tunnels of one VPN connection.

What is missing is made, what differs is changed, what should not be there is removed.
Tunnels are made and removed side by side, for each takes its time, and changed one after the other, so that the others
carry the traffic meanwhile.
"""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from .._module import Context, Failure
from .._vpn.diff import HIDDEN_NEW, Change
from .._vpn.faults import Fault
from . import limits
from .client import Client, client_from_params
from .errors import JdCloudError
from .fields import address, cidr
from .interruption import carries, refuse_interruption
from .kinds import VPN_CONNECTION, Params, Record
from .resource import Made, complete, create, remove
from .tunnel import VPN_TUNNEL

WORKERS = 4
SHARED = ("wait", "wait_timeout", "allow_interruption")
Pair = tuple[str, str]


@dataclass
class Step:
    """What happens to one tunnel. `current` is None before it is made; `result` is what it is afterwards."""

    action: str
    pair: Pair
    params: Record = field(default_factory=dict)
    current: Record | None = None
    changes: list[Change] = field(default_factory=list)
    result: Record | None = None
    error: Failure | None = None
    made: Made | None = None
    done: bool = False

    @property
    def what(self) -> str:
        return f"VPN tunnel {self.pair[0]} - {self.pair[1]}"

    def shown(self, failed: bool = False) -> Record:
        """For the return value: the tunnel without its key, what was done to it, and why."""
        action = self.action
        if failed and action != "unchanged" and not self.done:
            action = "failed" if self.error else "skipped"
        tunnel = self.result or self.current or {key: value for key, value in self.params.items() if value is not None}
        names = {"vpn_tunnel_id", "admin_status", *(item.name for item in VPN_TUNNEL.fields)}
        if not (self.result or self.current):
            tunnel = {"vpn_tunnel_id": None, **{key: value for key, value in tunnel.items() if key in names}}
        public = {**VPN_TUNNEL.public(tunnel), "action": action}
        if self.error:
            public["error"] = self.error.message
        return {**public, "changes": [change.as_dict() for change in self.changes]}


def manage_set(
    params: Params, ctx: Context, client: Client | None = None, bare: Record | None = None
) -> dict[str, t.Any]:
    """Bring all tunnels of a connection to what a module's parameters ask for.

    `bare` is the connection where the caller has just seen it without a tunnel, so that neither is read once more.
    """
    connection_id = params["vpn_connection_id"]
    limits.refuse(_faults(params))
    client = client or client_from_params(params, ctx)
    connection = bare or VPN_CONNECTION.get(client, connection_id, {})
    if connection is None:
        raise Failure(f"VPN connection {connection_id} does not exist in {client.settings.region}. Correct it.")
    tunnels = [] if bare else VPN_TUNNEL.read(client, {})
    existing = [item for item in tunnels if item.get("vpn_connection_id") == connection_id]
    steps = _plan(params, connection, existing, ctx)
    if not params.get("allow_interruption"):
        _guard(steps)
    if not ctx.check_mode:
        _apply(client, params, ctx, steps)
    changed = any(step.action != "unchanged" for step in steps)
    result: dict[str, t.Any] = {"changed": changed, "vpn_tunnels": [step.shown() for step in steps]}
    if ctx.diff:
        result["diff"] = _diff(steps)
    return result


def pair_of(tunnel: Params) -> Pair:
    """A tunnel has no name: its two public addresses are what it is known by."""
    return address(tunnel.get("cloud_public_ip")), address(tunnel.get("customer_ip"))


def _faults(params: Params) -> list[Fault]:
    faults = limits.check({"wait_timeout": params.get("wait_timeout")})
    pairs: dict[Pair, str] = {}
    blocks: dict[str, str] = {}
    for index, tunnel in enumerate(params["tunnels"]):
        place = f"tunnels[{index}]"
        faults += limits.check(tunnel, f"{place}.")
        first = pairs.setdefault(pair_of(tunnel), place)
        if first != place:
            faults.append(Fault(place, f"has the same two addresses as {first}", "one tunnel a pair", "remove one"))
        if tunnel.get("tunnel_ip"):
            first = blocks.setdefault(cidr(tunnel["tunnel_ip"]), place)
            if first != place:
                problem = f"{tunnel['tunnel_ip']} is the block of {first} too"
                faults.append(Fault(f"{place}.tunnel_ip", problem, "one block a tunnel", "choose another /30"))
    return faults


def _plan(params: Params, connection: Record, existing: list[Record], ctx: Context) -> list[Step]:
    """One step for every tunnel that is wanted, in that order, then one for every tunnel that is too much."""
    by_pair = {pair_of(tunnel): tunnel for tunnel in existing}
    addresses = [address(ip) for ip in connection.get("cloud_public_ip") or []]
    shared = {name: params.get(name) for name in SHARED}
    steps, faults = [], []
    for index, tunnel in enumerate(params["tunnels"]):
        pair = pair_of(tunnel)
        wanted = {**tunnel, **shared, "vpn_connection_id": params["vpn_connection_id"]}
        current = by_pair.pop(pair, None)
        if current is not None:
            changes = VPN_TUNNEL.differences(wanted, current, ctx)
            steps.append(Step("changed" if changes else "unchanged", pair, wanted, current, changes))
            continue
        if pair[0] not in addresses:
            place = f"tunnels[{index}].cloud_public_ip"
            allowed = ", ".join(addresses) or "none yet: wait until JD Cloud has assigned them"
            problem = f"{pair[0]} is no address of VPN connection {VPN_CONNECTION.label(connection)}"
            faults.append(Fault(place, problem, allowed, "correct it"))
        if not tunnel.get("psk"):
            faults.append(Fault(f"tunnels[{index}].psk", "is missing, and the tunnel has to be made", "", "give one"))
        steps.append(Step("created", pair, wanted))
    limits.refuse(faults)
    if params.get("purge", True):
        rest = sorted(by_pair.items())
        steps += [Step("removed", pair, dict(shared), current) for pair, current in rest]
    return steps


def _guard(steps: t.Sequence[Step]) -> None:
    """Refuses what interrupts: an interrupting change of a tunnel, and the removal of one that is UP."""
    wanted: list[tuple[str, list[Change]]] = []
    hit: list[Record] = []
    for step in steps:
        interrupting = [change for change in step.changes if change.field.interrupts]
        if step.current is None:
            continue
        if (interrupting and carries(step.current)) or (
            step.action == "removed" and step.current.get("op_status") == "UP"
        ):
            wanted.append((step.what, interrupting))
            hit.append(step.current)
    if wanted:
        refuse_interruption(wanted, hit)


def _apply(client: Client, params: Params, ctx: Context, steps: t.Sequence[Step]) -> None:
    """Removal comes first: it frees inside blocks and quota for what is made."""
    for action, workers in (("removed", WORKERS), ("changed", 1), ("created", WORKERS)):
        chosen = [step for step in steps if step.action == action]
        if not chosen:
            continue
        with ThreadPoolExecutor(max_workers=min(workers, len(chosen))) as pool:
            list(pool.map(partial(_carry_out, client), chosen))
            if action == "created":
                list(pool.map(partial(_complete, client, ctx, _told(client, chosen)), chosen))
        if any(step.error for step in chosen):
            _fail(steps)


def _told(client: Client, steps: t.Sequence[Step]) -> dict[str, Record]:
    """Tunnels by id: one list tells of all that were made. What it does not tell is read one by one."""
    if not any(step.made for step in steps):
        return {}
    try:
        return {tunnel["vpn_tunnel_id"]: tunnel for tunnel in VPN_TUNNEL.read(client, {})}
    except JdCloudError:
        return {}


def _complete(client: Client, ctx: Context, told: t.Mapping[str, Record], step: Step) -> None:
    if step.made is None:
        return
    try:
        made = replace(step.made, record=step.made.record or told.get(step.made.id))
        step.result = complete(VPN_TUNNEL, client, step.params, ctx, made)
        step.done = True
    except Failure as failure:
        step.error = failure


def _carry_out(client: Client, step: Step) -> None:
    try:
        if step.action == "created":
            step.made = create(VPN_TUNNEL, client, step.params)
            return
        if step.current is not None and step.action == "removed":
            remove(VPN_TUNNEL, client, step.params, step.current)
        elif step.current is not None:
            VPN_TUNNEL.modify(client, step.params, step.current, step.changes)
            step.result = VPN_TUNNEL.get(client, step.current["vpn_tunnel_id"], {}) or step.current
        step.done = True
    except Failure as failure:
        step.error = failure


def _fail(steps: t.Sequence[Step]) -> t.NoReturn:
    failed = [step for step in steps if step.error]
    listed = " ".join(f"{step.what} is not {step.action}: {step.error.message}" for step in failed if step.error)
    raise Failure(
        f"{len(failed)} of {len(steps)} tunnels failed. What was done stays; run again to go on from there. {listed}",
        changed=any(step.done for step in steps),
        vpn_tunnels=[step.shown(failed=True) for step in steps],
    )


def _diff(steps: t.Sequence[Step]) -> dict[str, t.Any]:
    before, after = {}, {}
    for step in steps:
        name = " - ".join(step.pair)
        if step.current is not None:
            hidden = {change.name: change.before for change in step.changes if change.field.secret}
            before[name] = {**VPN_TUNNEL.public(step.current), **hidden}
        if step.action != "removed":
            hidden = {change.name: HIDDEN_NEW for change in step.changes if change.field.secret}
            shown = {change.name: change.after for change in step.changes}
            public = {key: value for key, value in step.shown().items() if key not in ("action", "changes")}
            after[name] = {**public, **shown, **hidden}
    return {"before": before, "after": after}
