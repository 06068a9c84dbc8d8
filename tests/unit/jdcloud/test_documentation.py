# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules document is what they take."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from ansible.parsing.plugin_docs import read_docstring
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import add_fragments

MODULES = sorted((Path(__file__).resolve().parents[3] / "plugins" / "modules").glob("jdcloud_*.py"))
COMPARED = ("type", "elements", "choices", "default", "required")


def documented(path: Path) -> dict:
    data = read_docstring(str(path))
    add_fragments(data["doc"], str(path), fragment_loader)
    return data


def shape(options: dict, sub: str) -> dict:
    """What can be compared of options: argument specs and documentation name suboptions differently."""
    return {
        name: {
            **{key: option[key] for key in COMPARED if option.get(key) not in (None, False)},
            **({"sub": shape(option[sub], sub)} if sub in option else {}),
        }
        for name, option in options.items()
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_options(path) -> None:
    module = importlib.import_module(f"ansible_collections.intercloud.vpn.plugins.modules.{path.stem}")
    doc = documented(path)["doc"]
    assert doc["module"] == path.stem
    assert shape(doc["options"], "suboptions") == shape(module.DECLARATION.argument_spec, "options")
    assert doc["attributes"]["action_group"]["membership"] == ["intercloud.vpn.jdcloud"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_examples_and_return_values(path) -> None:
    module = importlib.import_module(f"ansible_collections.intercloud.vpn.plugins.modules.{path.stem}")
    data = documented(path)
    assert data["returndocs"]
    import yaml

    for task in yaml.safe_load(data["plainexamples"]):
        for options in (value for key, value in task.items() if key == f"intercloud.vpn.{path.stem}"):
            assert set(options) <= set(module.DECLARATION.argument_spec)


def test_every_kind_has_its_two_modules() -> None:
    names = {path.stem for path in MODULES}
    for kind in (
        "vpc",
        "subnet",
        "border_gateway",
        "vpc_attachment",
        "customer_gateway",
        "vpn_connection",
        "vpn_tunnel",
        "instance",
        "security_group",
    ):
        assert {f"jdcloud_{kind}", f"jdcloud_{kind}_info"} <= names
