# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: a user's corrections of the table of operations.

The file is YAML (or JSON): a dictionary of operation names, each with what is otherwise than in `operations.py`:

    createBgwRoutes:
      path: /v1/regions/{regionId}/bgws/{bgwId}:addBgwRoutes
      wrap: bgwRoutes
      fields: {bgw_route_destination: destination}

`fields` is merged name by name; null means that JD Cloud does not take the field.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from ansible.module_utils.common.yaml import HAS_YAML, yaml_load

from .._module import Failure
from .operations import OPERATIONS, Operation

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SERVICES = tuple(sorted({operation.service for operation in OPERATIONS.values()}))
CARRIERS = ("body", "query")
TEXTS = ("service", "method", "path", "wrap", "carrier", "result", "identity")
KEYS = (*TEXTS, "fields")
REMEDY = "Correct the file that operations_file or JDCLOUD_OPERATIONS_FILE names."

Table = dict[str, Operation]


def load(path: str | None) -> Table:
    """The table of operations, with the corrections of a file where one is given."""
    if not path:
        return OPERATIONS
    file = Path(path).expanduser()
    try:
        return _load(str(file), file.stat().st_mtime_ns)
    except OSError as exc:
        raise Failure(f"The table of operations {path} can't be read: {exc.strerror}. {REMEDY}") from exc


@lru_cache(maxsize=8)
def _load(path: str, _changed: int) -> Table:
    if not HAS_YAML:
        raise Failure(f"The table of operations {path} can't be read: PyYAML is not installed on this host.")
    try:
        data = yaml_load(Path(path).read_text(encoding="utf-8"))
    except UnicodeDecodeError as exc:
        raise Failure(f"The table of operations {path} is not UTF-8 text. {REMEDY}") from exc
    except Exception as exc:  # PyYAML may be missing at import time, so its error class has no name here
        raise Failure(f"The table of operations {path} is neither YAML nor JSON: {exc}. {REMEDY}") from exc
    return merged(data, path)


def merged(data: t.Any, path: str) -> Table:
    """The built-in table with the corrections of a file; every fault of the file in one message."""
    faults: list[str] = []
    table = dict(OPERATIONS)
    if data is None:
        return table
    if not isinstance(data, dict):
        raise Failure(f"{path}: is {type(data).__name__}, not a dictionary of operations. {REMEDY}")
    for name, values in data.items():
        if name not in OPERATIONS:
            faults.append(f"{name}: is not an operation; known are {', '.join(sorted(OPERATIONS))}")
        elif not isinstance(values, dict):
            faults.append(f"{name}: is {type(values).__name__}, not a dictionary")
        else:
            table[name] = _merge(OPERATIONS[name], values, faults)
    if faults:
        raise Failure(f"{path}: " + "; ".join(faults) + f". {REMEDY}")
    return table


def _merge(operation: Operation, values: dict[str, t.Any], faults: list[str]) -> Operation:
    place = operation.name
    changes: dict[str, t.Any] = {}
    for key, value in values.items():
        if key not in KEYS:
            faults.append(f"{place}.{key}: is not known; known are {', '.join(KEYS)}")
        elif key == "fields":
            changes[key] = _fields(operation, value, faults)
        elif not isinstance(value, str):
            faults.append(f"{place}.{key}: is {type(value).__name__}, not text")
        else:
            changes[key] = value.upper() if key == "method" else value
    for key, allowed in (("method", METHODS), ("service", SERVICES), ("carrier", CARRIERS)):
        if key in changes and changes[key] not in allowed:
            faults.append(f"{place}.{key}: is {changes[key]!r}; allowed are {', '.join(allowed)}")
    if "path" in changes:
        _check_path(operation, changes["path"], faults)
    return replace(operation, source=f"{operation.source}, corrected", **changes)


def _fields(operation: Operation, value: t.Any, faults: list[str]) -> dict[str, str]:
    fields = dict(operation.fields)
    if not isinstance(value, dict):
        faults.append(
            f"{operation.name}.fields: is {type(value).__name__}, not a dictionary of our names to JD Cloud's"
        )
        return fields
    for ours, theirs in value.items():
        if ours not in operation.fields:
            known = ", ".join(operation.fields) or "none"
            faults.append(f"{operation.name}.fields.{ours}: is not a field; known are {known}")
        elif theirs is None:
            fields.pop(ours)
        elif isinstance(theirs, str):
            fields[ours] = theirs
        else:
            faults.append(f"{operation.name}.fields.{ours}: is {type(theirs).__name__}, not text or null")
    return fields


def _check_path(operation: Operation, path: str, faults: list[str]) -> None:
    if not path.startswith("/"):
        faults.append(f"{operation.name}.path: {path!r} does not start with '/'")
    known = set(re.findall(r"\{(\w+)\}", operation.path))
    for name in re.findall(r"\{(\w*)\}", path):
        if name not in known:
            faults.append(f"{operation.name}.path: {{{name}}} is not known; known are {', '.join(sorted(known))}")
