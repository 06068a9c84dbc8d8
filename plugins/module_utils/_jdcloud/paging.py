# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: reading every page of a list, and what stands in an answer."""

from __future__ import annotations

import typing as t

from .._module import Failure
from .operations import Operation

Record = dict[str, t.Any]
ReadPage = t.Callable[[dict[str, t.Any]], t.Any]

PAGE_SIZE = 100
PASSES = 5


def read_all(operation: Operation, read_page: ReadPage) -> list[Record]:
    """All items of all pages, each once.

    Where items vanish while the pages are read, others slip from a page not read yet to one that is. So the pages are
    read again until one pass saw as many items as JD Cloud counted throughout.
    """
    items: list[Record] = []
    for _pass in range(PASSES):
        items, complete = _one_pass(operation, read_page)
        if complete:
            break
    return items


def _one_pass(operation: Operation, read_page: ReadPage) -> tuple[list[Record], bool]:
    seen: dict[str, Record] = {}
    totals: set[int] = set()
    page = 0
    while True:
        page += 1
        result = read_page({"page_number": page, "page_size": PAGE_SIZE})
        items: list[Record] = content(operation, result, list)
        fresh = {_identity(operation, item): item for item in items}
        nothing_new = fresh.keys() <= seen.keys()
        seen.update(fresh)
        total = _total(operation, result)
        if total is not None:
            totals.add(total)
        # Past the end JD Cloud answers with its last page again, so «nothing new» is an end as well.
        if nothing_new or (total is not None and page * PAGE_SIZE >= total):
            return list(seen.values()), not totals or totals == {len(seen)}


def content(operation: Operation, result: t.Any, kind: type) -> t.Any:
    """What stands under the operation's result key; where it is missing, the table of operations is wrong."""
    if isinstance(result, dict):
        value = result.get(operation.result)
        if isinstance(value, kind):
            return value
        others = [key for key, item in result.items() if key != operation.result and item]
        if value is None and not others:
            return kind()
    have = ", ".join(result) if isinstance(result, dict) else type(result).__name__
    raise Failure(
        f"JD Cloud {operation.name}: the answer has no {operation.result!r} ({kind.__name__}), it has: {have}. "
        f"The operation is {operation.source}; correct its result with operations_file."
    )


def _identity(operation: Operation, item: Record) -> str:
    value = item.get(operation.identity) if isinstance(item, dict) else None
    if not value:
        raise Failure(
            f"JD Cloud {operation.name}: an item has no {operation.identity!r}. The operation is {operation.source}; "
            "correct its identity with operations_file."
        )
    return str(value)


def _total(operation: Operation, result: t.Any) -> int | None:
    """How many items there are; the vpc service says it as a float."""
    value = result.get("totalCount") if isinstance(result, dict) else None
    try:
        return None if value is None else int(float(value))
    except (TypeError, ValueError):
        raise Failure(f"JD Cloud {operation.name}: totalCount is {value!r} and no number.") from None
