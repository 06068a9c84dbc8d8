# SPDX-License-Identifier: GPL-3.0-or-later
"""The job templates and credential types of role vpn_awx, read from the role: what is tested is what is set up."""

from __future__ import annotations

from typing import Any

import jinja2
import yaml

from tests.integration.playbooks.conftest import ROOT

ROLE = ROOT / "roles/vpn_awx"


class _Loader(yaml.SafeLoader):
    """Reads `!unsafe`, too."""


_Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))  # type: ignore[arg-type]


def _read(path: str) -> dict[str, Any]:
    return yaml.load((ROLE / path).read_text(encoding="utf-8"), _Loader)


TEMPLATES: list[dict[str, Any]] = _read("defaults/main.yml")["vpn_awx_job_templates"]
CREDENTIAL_TYPES: dict[str, dict[str, Any]] = {
    item["name"]: item for item in _read("vars/main.yml")["__vpn_awx_credential_types"]
}


def template(name: str) -> dict[str, Any]:
    return next(item for item in TEMPLATES if item["name"] == name)


def answers(name: str) -> dict[str, str]:
    """A survey's answers where nothing is changed: AWX hands them over as text."""
    return {item["variable"]: item["default"] for item in template(name).get("survey", [])}


def injected(type_name: str, **inputs: str) -> dict[str, str]:
    """The environment that a credential gives to a job; what was not entered is empty."""
    fields = {item["id"]: "" for item in CREDENTIAL_TYPES[type_name]["inputs"]["fields"]}
    assert set(inputs) <= set(fields)
    env = CREDENTIAL_TYPES[type_name]["injectors"]["env"]
    return {name: jinja2.Template(text).render(fields | inputs) for name, text in env.items()}
