# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of objects of the small AWX: fields with AWX's defaults, what they refer to, and AWX's rules for them."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"
Objects = dict[str, dict[int, dict[str, Any]]]


class Refused(Exception):
    """A request that AWX answers with 400."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(str(answer))
        self.answer = answer


@dataclass(frozen=True)
class Kind:
    """`fields` are AWX's own with their defaults; `also` are further kinds that a reference may lead to."""

    type: str
    fields: Mapping[str, Any]
    required: tuple[str, ...] = ("name", "organization")
    unique: tuple[str, ...] = ("name", "organization")
    references: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    associations: Mapping[str, str] = field(default_factory=dict)
    related: tuple[str, ...] = ()
    check: Callable[[Objects, dict[str, Any]], None] | None = None

    def defaults(self) -> dict[str, Any]:
        return copy.deepcopy(dict(self.fields))


NAMED: dict[str, Any] = {"name": "", "description": "", "organization": None}
OWNED = {"organization": "organizations"}
IDENTIFIER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
NOT_ALLOWED = re.compile(r"ANSIBLE_|PATH$|PYTHONPATH$|VIRTUAL_ENV$|JOB_ID$|INVENTORY_ID$")


def credential_type(_objects: Objects, item: dict[str, Any]) -> None:
    if item["kind"] not in ("cloud", "net"):
        raise Refused({"kind": [f'"{item["kind"]}" is not a valid choice.']})
    inputs, injectors = item["inputs"], item["injectors"]
    known = set()
    for each in inputs.get("fields", []):
        if not IDENTIFIER.fullmatch(each.get("id", "")) or "label" not in each:
            raise Refused({"inputs": [f"{each} is not a valid field"]})
        if each.get("type", "string") not in ("string", "boolean") or (
            each.get("type") == "boolean" and each.get("secret")
        ):
            raise Refused({"inputs": [f"{each['id']} has a type that is not supported"]})
        if set(each) - {
            "id",
            "label",
            "type",
            "secret",
            "multiline",
            "format",
            "choices",
            "help_text",
            "ask_at_runtime",
        }:
            raise Refused({"inputs": ["Additional properties are not allowed"]})
        known.add(each["id"])
    if not set(inputs.get("required", [])) <= known or set(inputs) - {"fields", "required"}:
        raise Refused({"inputs": ["'required' names fields that are not there"]})
    if set(injectors) - {"env", "extra_vars", "file"}:
        raise Refused({"injectors": ["Additional properties are not allowed"]})
    for name, template in {**injectors.get("env", {}), **injectors.get("extra_vars", {})}.items():
        if not IDENTIFIER.fullmatch(name) or (name in injectors.get("env", {}) and NOT_ALLOWED.match(name)):
            raise Refused({"injectors": [f"{name} is not allowed"]})
        for used in re.findall(r"{{\s*(.*?)\s*}}", template):
            if used not in known:
                raise Refused({"injectors": [f"{name} uses an undefined field ('{used}' is undefined)"]})


def credential(objects: Objects, item: dict[str, Any]) -> None:
    known = {each["id"] for each in objects["credential_types"][item["credential_type"]]["inputs"].get("fields", [])}
    if set(item["inputs"]) - known:
        raise Refused({"inputs": [f"Additional properties are not allowed ({sorted(set(item['inputs']) - known)})"]})


def project(_objects: Objects, item: dict[str, Any]) -> None:
    if item["scm_type"] == "git" and not item["scm_url"]:
        raise Refused({"scm_url": ["SCM URL is required."]})


def job_template(objects: Objects, item: dict[str, Any]) -> None:
    """A project has the playbooks of this collection; its organization is that of the job template."""
    if item["project"] is None:
        raise Refused({"project": ["This field is required."]})
    if item["playbook"] not in [f"playbooks/{path.name}" for path in PLAYBOOKS.glob("*.yml")]:
        raise Refused({"playbook": ["Playbook not found for project."]})
    if item["job_slice_count"] < 1:
        raise Refused({"job_slice_count": ["Ensure this value is greater than or equal to 1."]})
    item["organization"] = objects["projects"][item["project"]]["organization"]


def source(objects: Objects, item: dict[str, Any]) -> None:
    if item["source"] == "scm" and item["source_project"] is None:
        raise Refused({"source_project": ["Project required for scm type sources."]})


QUESTIONS: dict[str, type] = {
    **dict.fromkeys(("text", "textarea", "password", "multiplechoice", "multiselect"), str),
    "integer": int,
    "float": float,
}


def survey(spec: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a survey; AWX hides the default of a password."""
    for key, kind in (("name", str), ("description", str), ("spec", list)):
        if not isinstance(spec.get(key), kind):
            raise Refused({"error": f"Field '{key}' is missing from survey spec, or not a {kind.__name__}."})
    if not spec["spec"]:
        raise Refused({"error": "'spec' doesn't contain any items."})
    variables = [item.get("variable") for item in spec["spec"]]
    if len(set(variables)) < len(variables):
        raise Refused({"error": "'variable' duplicated in survey."})
    return {**spec, "spec": [_question(item) for item in spec["spec"]]}


def _question(item: dict[str, Any]) -> dict[str, Any]:
    for key, kind in (("type", str), ("question_name", str), ("variable", str), ("required", bool)):
        if not isinstance(item.get(key), kind):
            raise Refused({"error": f"'{key}' in survey question expected to be {kind.__name__}."})
    kind, default = item["type"], item.get("default", "")
    if kind not in QUESTIONS:
        raise Refused({"error": f"'{kind}' is not an allowed question type."})
    if default != "" and not isinstance(default, QUESTIONS[kind]):
        raise Refused({"error": f"Default value {default} expected to be {QUESTIONS[kind].__name__}."})
    if any(item.get(key) is not None and not isinstance(item[key], int) for key in ("min", "max")):
        raise Refused({"error": "The limits in a survey question are expected to be integer."})
    if kind in ("multiplechoice", "multiselect"):
        if "choices" not in item:
            raise Refused({"error": f"Survey question of type {kind} must specify choices."})
        if not set(default.splitlines()) <= set(item["choices"]):
            raise Refused({"error": "Default choice must be answered from the choices listed."})
    return {**item, "default": "$encrypted$"} if kind == "password" and default else item


LINKS = dict.fromkeys(("success_nodes", "failure_nodes", "always_nodes"), "workflow_job_template_nodes")
KINDS: dict[str, Kind] = {
    "organizations": Kind("organization", {"name": "", "description": ""}, ("name",), ("name",)),
    "labels": Kind("label", {"name": "", "organization": None}, references=OWNED),
    "execution_environments": Kind(
        "execution_environment", {**NAMED, "image": "", "pull": "", "credential": None},
        required=("name", "image"), unique=("name",), references={**OWNED, "credential": "credentials"},
    ),
    "credential_types": Kind(
        "credential_type",
        {"name": "", "description": "", "kind": "", "inputs": {}, "injectors": {}, "managed": False},
        required=("name", "kind"), unique=("name", "kind"), check=credential_type,
    ),
    "credentials": Kind(
        "credential", {**NAMED, "credential_type": None, "inputs": {}},
        required=("name", "credential_type"), unique=("name", "organization", "credential_type"),
        references={**OWNED, "credential_type": "credential_types"}, check=credential,
    ),
    "projects": Kind(
        "project",
        {**NAMED, "scm_type": "", "scm_url": "", "scm_branch": "", "scm_refspec": "", "credential": None,
         "scm_update_on_launch": False, "scm_update_cache_timeout": 0, "allow_override": False, "scm_revision": ""},
        references={**OWNED, "credential": "credentials"}, check=project,
    ),
    "inventories": Kind(
        "inventory", {**NAMED, "kind": "", "host_filter": None, "variables": ""}, references=OWNED,
    ),
    "inventory_sources": Kind(
        "inventory_source",
        {"name": "", "description": "", "inventory": None, "source": "", "source_path": "", "source_vars": "",
         "source_project": None, "credential": None, "execution_environment": None, "overwrite": False,
         "overwrite_vars": False, "update_on_launch": False, "update_cache_timeout": 0},
        required=("name", "inventory"), unique=("name", "inventory"), check=source,
        references={"inventory": "inventories", "source_project": "projects", "execution_environment": "execution_environments"},
    ),
    "job_templates": Kind(
        "job_template",
        {**NAMED, "job_type": "run", "inventory": None, "project": None, "playbook": "", "forks": 0, "limit": "",
         "verbosity": 0, "extra_vars": "", "job_tags": "", "skip_tags": "", "execution_environment": None,
         "ask_limit_on_launch": False, "ask_variables_on_launch": False, "survey_enabled": False,
         "allow_simultaneous": False, "job_slice_count": 1, "diff_mode": False, "become_enabled": False},
        required=("name",), check=job_template,
        references={"inventory": "inventories", "project": "projects", "execution_environment": "execution_environments"},
        associations={"credentials": "credentials", "labels": "labels"}, related=("survey_spec",),
    ),
    "workflow_job_templates": Kind(
        "workflow_job_template",
        {**NAMED, "inventory": None, "limit": "", "extra_vars": "", "survey_enabled": False, "allow_simultaneous": False},
        required=("name",), references=OWNED, associations={"labels": "labels"}, related=("survey_spec",),
    ),
    "workflow_job_template_nodes": Kind(
        "workflow_job_template_node",
        {"identifier": "", "workflow_job_template": None, "unified_job_template": None, "inventory": None, "limit": None},
        required=("workflow_job_template",), unique=("identifier", "workflow_job_template"), associations=LINKS,
        references={"workflow_job_template": "workflow_job_templates", "unified_job_template": "unified"},
        also={"unified_job_template": ("workflow_approval_templates",)},
    ),
    "workflow_approval_templates": Kind(
        "workflow_approval_template", {"name": "", "description": "", "timeout": 0}, required=("name",), unique=("id",),
    ),
}  # fmt: skip
