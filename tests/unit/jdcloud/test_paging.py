# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page, each item once, whatever happens meanwhile."""

from __future__ import annotations

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.operations import OPERATIONS
from ansible_collections.intercloud.vpn.plugins.module_utils._jdcloud.paging import read_all
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure

OPERATION = OPERATIONS["describeBgws"]


class Cloud:
    """Pages of a changing list; past the end it answers with its last page, as JD Cloud does."""

    def __init__(self, count: int, total: bool = True) -> None:
        self.items = [{"bgwId": f"bgw-{n}"} for n in range(count)]
        self.total = total
        self.reads = 0
        self.before = {}

    def page(self, values):
        self.reads += 1
        self.before.get(self.reads, lambda: None)()
        size = values["page_size"]
        pages = max(1, -(-len(self.items) // size))
        first = (min(values["page_number"], pages) - 1) * size
        result = {"bgws": self.items[first : first + size]}
        return {**result, "totalCount": float(len(self.items))} if self.total else result


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 250])
def test_all_pages_each_item_once(count, total) -> None:
    cloud = Cloud(count, total)
    assert read_all(OPERATION, cloud.page) == cloud.items
    if total:
        assert cloud.reads == max(1, -(-count // 100))


def test_an_item_that_vanishes_makes_none_slip_through() -> None:
    cloud = Cloud(250)
    cloud.before[2] = lambda: cloud.items.pop(0)
    assert read_all(OPERATION, cloud.page) == cloud.items


def test_an_item_that_comes_is_found() -> None:
    cloud = Cloud(150)
    cloud.before[2] = lambda: cloud.items.insert(0, {"bgwId": "bgw-new"})
    assert read_all(OPERATION, cloud.page) == cloud.items


def test_a_list_that_never_rests_ends_anyway() -> None:
    cloud = Cloud(150)
    cloud.before = {n: lambda: cloud.items.pop(0) for n in range(2, 40, 2)}
    ids = [item["bgwId"] for item in read_all(OPERATION, cloud.page)]
    assert len(ids) == len(set(ids))


def test_pages_shrunk_below_the_page_that_is_asked_for() -> None:
    cloud = Cloud(150)
    cloud.before[2] = lambda: cloud.items.__delitem__(slice(0, 100))
    assert read_all(OPERATION, cloud.page) == cloud.items


def test_an_item_without_id_blames_the_table() -> None:
    with pytest.raises(Failure, match=r"an item has no 'bgwId'.*operations_file"):
        read_all(OPERATION, lambda _values: {"bgws": [{"id": 1}], "totalCount": 1})


def test_a_list_under_another_key_is_not_an_empty_list() -> None:
    with pytest.raises(Failure, match=r"no 'bgws' \(list\), it has: gateways, totalCount"):
        read_all(OPERATION, lambda _values: {"gateways": [{"bgwId": "b"}], "totalCount": 1})
