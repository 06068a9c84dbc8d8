# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: find → plan → apply → wait → result, the same for every kind of resource.

Check mode and normal mode share `plan`, so what is announced and what is done can't disagree.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._module import Context, Failure
from .._vpn.diff import HIDDEN_NEW, Change, immutable_message
from .client import Client, client_from_params
from .errors import REFUSED, JdCloudError
from .kinds import Kind, Params, Record
from .limits import check, refuse

ATTEMPTS = 3
FIRST_POLL = 0.5
LONGEST_POLL = 5.0
GROWTH = 1.5
DEFAULT_WAIT = 300


def manage(
    kind: Kind, params: Params, ctx: Context, client: Client | None = None, missing: bool = False
) -> dict[str, t.Any]:
    """Bring one resource to what a module's parameters ask for.

    `missing` says that the caller has just seen that there is none, so that it is not looked for once more. Where
    another run has made it meanwhile, the look after the create tells.
    """
    refuse(check(params))
    client = client or client_from_params(params, ctx)
    current = None if missing else find(kind, client, params)
    if params.get("state") == "absent":
        return _absent(kind, client, params, ctx, current)
    if current is None:
        return _create(kind, client, params, ctx)
    return _modify(kind, client, params, ctx, current)


def find(kind: Kind, client: Client, params: Params) -> Record | None:
    """The one resource that is meant: by id, else by its natural key. More than one is an error."""
    ident = params.get(kind.id)
    if ident is not None:
        found = kind.get(client, ident, params)
        if found is None and params.get("state") != "absent":
            raise Failure(
                f"{kind.noun} {ident} does not exist in {client.settings.region}. Correct {kind.id}, the region or the "
                "credentials; to make a new one, leave the id out."
            )
        return found
    return find_by_key(kind, client, params)


def find_by_key(kind: Kind, client: Client, params: Params) -> Record | None:
    """The one resource that has the natural key that the parameters give."""
    key, found = _with_key(kind, client, params)
    if len(found) > 1:
        ids = ", ".join(sorted(str(record.get(kind.id)) for record in found))
        what = ", ".join(f"{name} {params[name]}" for name in key)
        raise Failure(f"More than one {kind.noun} has {what}: {ids}. Give {kind.id} to say which one is meant.")
    return found[0] if found else None


def _with_key(kind: Kind, client: Client, params: Params) -> tuple[tuple[str, ...], list[Record]]:
    """The natural key that the parameters give, and all that have it."""
    key = next((key for key in kind.keys if all(params.get(name) for name in key)), None)
    if key is None:
        ways = " or ".join(" and ".join(names) for names in ((kind.id,), *kind.keys))
        raise Failure(f"Which {kind.noun} is meant? Give {ways}.")
    normalise = {field.name: field.normalise for field in kind.fields}

    def same(name: str, record: Record) -> bool:
        form = normalise.get(name) or str
        return record.get(name) is not None and form(record[name]) == form(params[name])

    records = [record for record in kind.read(client, params) if kind.belongs(record)]
    return key, [record for record in records if all(same(name, record) for name in key)]


def plan(kind: Kind, client: Client, params: Params, current: Record, ctx: Context) -> list[Change]:
    """What has to be changed; raises where JD Cloud can't, or where it would do harm. Reads only."""
    changes = kind.differences(params, current, ctx)
    fixed = [change for change in changes if change.field.immutable and not kind.allows(change)]
    if fixed:
        raise Failure(immutable_message(kind.noun, kind.label(current), fixed), changes=[c.as_dict() for c in changes])
    kind.guard(client, params, current, changes)
    return changes


def make(kind: Kind, client: Client, params: Params, ctx: Context) -> Record:
    """Create a resource, wait until it can be used, and set what JD Cloud takes only by a modify."""
    return complete(kind, client, params, ctx, create(kind, client, params))


@dataclass(frozen=True)
class Made:
    """The id of a new resource; whether it is ours, or another run's; its record, where it has been read already."""

    id: str
    ours: bool
    record: Record | None = None


def complete(kind: Kind, client: Client, params: Params, ctx: Context, made: Made) -> Record:
    """A new resource once it can be used, with what JD Cloud takes only by a modify."""
    current = made.record
    if current is None or (params.get("wait", True) and not kind.ready(current)):
        current = wait_until_ready(kind, client, made.id, params)
    sent = set(client.operations[kind.operation("create")].fields) if made.ours else set()
    rest = kind.differences({name: value for name, value in params.items() if name not in sent}, current, ctx)
    if rest:
        kind.modify(client, params, current, rest)
        current = kind.get(client, made.id, params) or current
    return current


def create(kind: Kind, client: Client, params: Params) -> Made:
    """Create a resource once: another run may make the same at the same time.

    Neither saw the other's when it looked before, so each looks again after. Whoever then sees two removes its own: the
    first one's look may have come too early to see the second, never the other way round.
    """
    for _attempt in range(ATTEMPTS):
        try:
            ident = _create_and_find(kind, client, params)
        except JdCloudError as refused:
            found = find_by_key(kind, client, params) if refused.kind == REFUSED else None
            if found is None:
                raise
            return Made(str(found[kind.id]), False, found)
        same = [] if kind.unique else _with_key(kind, client, params)[1]
        if len(same) < 2:
            return Made(ident, True, next((record for record in same if record.get(kind.id) == ident), None))
        ours = kind.get(client, ident, params)
        if ours is not None:
            remove(kind, client, params, ours)
        # Where both have removed theirs, the one that wakes first makes it.
        client.clock.sleep(FIRST_POLL + client.clock.jitter(GROWTH))
        found = find_by_key(kind, client, params)
        if found is not None:
            return Made(str(found[kind.id]), False, found)
    raise Failure(f"Other runs make the same {kind.noun} at the same time. Run again when they have ended.")


def _create_and_find(kind: Kind, client: Client, params: Params) -> str:
    answer = kind.create(client, params, lambda: find_by_key(kind, client, params))
    ident = _new_id(kind, client, answer) or (find_by_key(kind, client, params) or {}).get(kind.id)
    if not ident:
        name = kind.operation("create")
        raise Failure(
            f"{kind.noun}: {name} succeeded, but its answer has no {client.operations[name].result!r} and nothing is "
            "found by its name. Run again; if that fails too, correct the operation with operations_file."
        )
    return str(ident)


def remove(kind: Kind, client: Client, params: Params, current: Record) -> None:
    """Delete a resource, once JD Cloud allows it, and wait until it is gone."""
    ident, label = str(current[kind.id]), f"{kind.noun} {kind.label(current)}"

    def removable() -> bool | None:
        record = kind.get(client, ident, params)
        return record is None or kind.removable(record) or None

    if params.get("wait", True) and not kind.removable(current):
        # An earlier run may have been stopped while it was being made.
        wait_for(client, params, f"{label} to be removable", removable)
    kind.delete(client, current)
    if params.get("wait", True):
        wait_for(client, params, f"{label} to be gone", lambda: kind.get(client, ident, params) is None or None)


def wait_until_ready(kind: Kind, client: Client, ident: str, params: Params) -> Record:
    """A new resource once it is there and ready; with `wait: false` as it is."""
    wait = params.get("wait", True)

    def look() -> Record | None:
        record = kind.get(client, ident, params)
        return record if record is not None and (not wait or kind.ready(record)) else None

    return wait_for(client, params, f"{kind.noun} {ident} to be ready", look)


T = t.TypeVar("T")


def wait_for(client: Client, params: Params, what: str, look: t.Callable[[], T | None]) -> T:
    """What `look` returns as soon as it is not None."""
    seconds = params.get("wait_timeout") or DEFAULT_WAIT
    deadline = client.clock.now() + seconds
    pause = FIRST_POLL
    while True:
        found = look()
        if found is not None:
            return found
        if client.clock.now() + pause > deadline:
            raise Failure(
                f"Waited {seconds} seconds for {what}, in vain. It may still come: run again, or raise wait_timeout."
            )
        client.clock.sleep(pause)
        pause = min(LONGEST_POLL, pause * GROWTH)


def _new_id(kind: Kind, client: Client, answer: t.Any) -> str | None:
    """The id in the answer of a create: bare, in a list, in the object that was made, or in what a lookup found."""
    if not isinstance(answer, dict):
        return None
    operation = client.operations[kind.operation("create")]
    for value in (answer.get(kind.id), answer.get(operation.result)):
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str) and first:
            return first
    for value in answer.values():
        if isinstance(value, dict):
            ident = kind.record(value).get(kind.id)
            if isinstance(ident, str) and ident:
                return ident
    return None


def _absent(kind: Kind, client: Client, params: Params, ctx: Context, current: Record | None) -> dict[str, t.Any]:
    if current is None:
        return {"changed": False, **_diff(ctx, {}, {})}
    if not ctx.check_mode:
        remove(kind, client, params, current)
    public = kind.public(current)
    return {"changed": True, kind.name: public, **_diff(ctx, public, {})}


def _create(kind: Kind, client: Client, params: Params, ctx: Context) -> dict[str, t.Any]:
    values = kind.create_values(params)
    missing = [name for name in kind.required if values.get(name) in (None, [], "")]
    if missing:
        raise Failure(
            f"There is no such {kind.noun}, and to make one these options are needed too: {', '.join(missing)}."
        )
    if ctx.check_mode:
        names = [field.name for field in kind.fields if values.get(field.name) is not None]
        public = kind.public(kind.preview(values, {kind.id: None}, names))
    else:
        public = kind.public(make(kind, client, params, ctx))
    return {"changed": True, kind.name: public, "changes": [], **_diff(ctx, {}, public)}


def _modify(kind: Kind, client: Client, params: Params, ctx: Context, current: Record) -> dict[str, t.Any]:
    changes = plan(kind, client, params, current, ctx)
    after = current
    if changes and ctx.check_mode:
        after = kind.preview(params, current, [change.name for change in changes])
    elif changes:
        kind.modify(client, params, current, changes)
        after = kind.get(client, str(current[kind.id]), params) or current
    if not ctx.check_mode and params.get("wait", True) and not kind.ready(after):
        # An earlier run may have been stopped while it waited.
        after = wait_until_ready(kind, client, str(current[kind.id]), params)
    before = kind.public(current)
    shown = {change.name: change.before for change in changes if change.field.secret}
    hidden = {change.name: HIDDEN_NEW for change in changes if change.field.secret}
    return {
        "changed": bool(changes),
        kind.name: kind.public(after),
        "changes": [change.as_dict() for change in changes],
        **_diff(ctx, {**before, **shown}, {**kind.public(after), **hidden}),
    }


def _diff(ctx: Context, before: Record, after: Record) -> dict[str, t.Any]:
    return {"diff": {"before": before, "after": after}} if ctx.diff else {}
