# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what JD Cloud's route tables learn, of all links at once.

A propagation is one list that all links of a site share, and JD Cloud replaces it as a whole. So what several links
want of one table is one write.
"""

from __future__ import annotations

import typing as t

from .._jdcloud import propagation
from .._module import Failure

if t.TYPE_CHECKING:
    from .link_work import LinkWork

Record = dict[str, t.Any]
WHAT = "step 9, what JD Cloud's route tables learn"


class Table(t.NamedTuple):
    """A route table of a site, and the border gateway that it learns from."""

    site: str
    route_table_id: str
    bgw_id: str


def by_table(works: t.Iterable[LinkWork]) -> dict[Table, list[tuple[LinkWork, Record]]]:
    """What the links want, by table."""
    found: dict[Table, list[tuple[LinkWork, Record]]] = {}
    for work in works:
        for item in work.propagations:
            found.setdefault(Table(work.jd, item["route_table_id"], item["bgw_id"]), []).append((work, item))
    return found


def write(table: Table, wanted: t.Sequence[tuple[LinkWork, Record]]) -> None:
    """One table; where that fails, it is the failure of all links that want something of it."""
    cidrs = list(dict.fromkeys(cidr for _work, item in wanted for cidr in item["cidrs"]))
    old = dict.fromkeys(cidr for _work, item in wanted for cidr in item["replaces"])
    params = {
        "route_table_id": table.route_table_id,
        "bgw_id": table.bgw_id,
        "propagation_cidrs": cidrs,
        "replaces": [cidr for cidr in old if cidr not in cidrs],
    }
    works = list(dict.fromkeys(work for work, _item in wanted))
    first = works[0]
    try:
        with first.clouds.alone(*table):
            result = propagation.manage(params, first.context(), first.clouds.jdcloud(table.site))
    except Failure as exc:
        for work in works:
            work.fail(WHAT, exc)
        return
    for work in works:
        work.note("jdcloud_propagations", result if work is first else {"changed": result["changed"]})
