# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters of role vpn_awx: surveys in AWX's shape, and what is wrong with lists of job templates."""

from __future__ import annotations

import typing as t
from collections import Counter

Record = dict[str, t.Any]
APPROVE = "approve"
CHOOSING = ("multiplechoice", "multiselect")
# AWX wants the default of a number to be a number.
NUMBERS: dict[str, type] = {"integer": int, "float": float}


def awx_survey(value: t.Sequence[Record]) -> Record:
    """The questions of a job template as AWX keeps them, with every key: so what is there compares as equal."""
    if not value:
        return {}
    return {"name": "", "description": "", "spec": [_question(item) for item in value]}


def _question(item: Record) -> Record:
    default = item.get("default") or ""
    if default and item.get("type") in NUMBERS:
        default = NUMBERS[item["type"]](default)
    return {
        "variable": item["variable"],
        "question_name": item["question"],
        "question_description": item.get("help") or "",
        "type": item.get("type") or "text",
        "required": bool(item.get("required", True)),
        "default": default,
        "choices": list(item.get("choices") or ()),
        "min": int(item.get("min") or 0),
        "max": int(item.get("max") or 1024),
    }


def awx_faults(value: t.Sequence[Record], workflow: t.Sequence[str]) -> list[str]:
    """What the types of single options can't tell, before the controller is asked."""
    names = [item["name"] for item in value]
    faults = [f"vpn_awx_job_templates: {name} is there twice; rename one" for name in _twice(names)]
    if APPROVE in names:
        faults.append(f"vpn_awx_job_templates: {APPROVE} is the word for an approval in vpn_awx_workflow; rename it")
    for item in value:
        if item.get("slices") is not None and int(item["slices"]) < 1:
            faults.append(f"vpn_awx_job_templates: {item['name']}: slices is {item['slices']}. Allowed: 1 and more")
        for question in item.get("survey") or ():
            choices, default = question.get("choices") or [], question.get("default")
            where = f"vpn_awx_job_templates: {item['name']}: question {question['variable']}"
            if (question.get("type") in CHOOSING) != bool(choices):
                faults.append(f"{where}: choices belong to {' and '.join(CHOOSING)}, which need them")
            elif question.get("type") == "password" and default:
                faults.append(f"{where}: a password has no default, because nobody could see whether it is the same")
            elif default and not _is_a(question.get("type"), default):
                faults.append(f"{where}: default {default!r} is no {question['type']}")
            elif choices and default and not set(default.split("\n")) <= set(choices):
                faults.append(f"{where}: default {default!r} is no choice. Allowed: {', '.join(choices)}")
    for step in workflow:
        if step not in (APPROVE, *names):
            faults.append(f"vpn_awx_workflow: {step} is no job template. Allowed: {', '.join([*names, APPROVE])}")
    return faults + [f"vpn_awx_workflow: {step} is there twice; name each step once" for step in _twice(workflow)]


def _is_a(kind: str | None, default: str) -> bool:
    try:
        NUMBERS.get(kind or "", str)(default)
    except ValueError:
        return False
    return True


def _twice(names: t.Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


class FilterModule:
    """Registers the filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"awx_faults": awx_faults, "awx_survey": awx_survey}
