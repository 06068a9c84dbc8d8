# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: tags, as amazon.aws's modules treat them, and the Name tag as an option of its own."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_specifications,
    compare_aws_tags,
)

if t.TYPE_CHECKING:
    from .api import Ec2

Tags = dict[str, str]


def wanted(params: t.Mapping[str, t.Any]) -> Tags:
    """All tags that the options ask for: `tags`, the Name, and those that identify the resource."""
    name = {"Name": params["name"]} if params.get("name") else {}
    tags = {**(params.get("tags") or {}), **(params.get("match_tags") or {}), **name}
    return {key: str(value) for key, value in tags.items()}


def specification(params: t.Mapping[str, t.Any], resource_type: str) -> list[dict[str, t.Any]] | None:
    """The tags of a create call; None where there are none."""
    return t.cast("list[dict[str, t.Any]] | None", boto3_tag_specifications(wanted(params), [resource_type]))


@dataclass(frozen=True)
class TagChange:
    """What must be set and removed, and what the tags are then."""

    add: Tags
    remove: tuple[str, ...]
    before: Tags

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)

    @property
    def after(self) -> Tags:
        return {**{k: v for k, v in self.before.items() if k not in self.remove}, **self.add}

    def apply(self, ec2: Ec2, resource_id: str) -> None:
        if self.remove:
            ec2.write("delete_tags", Resources=[resource_id], Tags=[{"Key": key} for key in self.remove])
        if self.add:
            ec2.write("create_tags", Resources=[resource_id], Tags=ansible_dict_to_boto3_tag_list(self.add))


def compare(current: Tags, params: t.Mapping[str, t.Any]) -> TagChange:
    """Tags are removed only where `tags` was given, and never AWS's own."""
    purge = params.get("tags") is not None and bool(params.get("purge_tags"))
    add, remove = compare_aws_tags(current, wanted(params), purge)
    return TagChange(dict(sorted(add.items())), tuple(sorted(remove)), current)
