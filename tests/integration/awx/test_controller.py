# SPDX-License-Identifier: GPL-3.0-or-later
"""`intercloud.vpn.awx` sets a controller up, the second run changes nothing, bad input is refused."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.playbooks.conftest import BIN, ROOT

from .awx_controller import Controller
from .templates import CREDENTIAL_TYPES, TEMPLATES, template

TOKEN = "token-of-this-test-0123456789"
SECRET = "secret-key-of-this-test-0123456789"
URL = "https://git.example.com/network/inventory.git"


@pytest.fixture(scope="module")
def controller() -> Iterator[Controller]:
    with Controller(TOKEN) as running:
        yield running


class Setup:
    """Runs the playbook as people do, with the address and the token in the environment."""

    def __init__(self, controller: Controller, folder: Path) -> None:
        self.controller, self.folder = controller, folder

    def run(self, *args: str, **variables: Any) -> tuple[int, str]:
        file = self.folder / "vars.json"
        given = {"vpn_awx_inventory_url": URL, **variables}
        file.write_text(json.dumps({k: v for k, v in given.items() if v is not None}))
        env = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "CONTROLLER_", "TOWER_"))}
        env |= {
            "PATH": f"{BIN}:{env['PATH']}",
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "tmp"),
            "ANSIBLE_REMOTE_TEMP": str(self.folder / "tmp"),
            "CONTROLLER_HOST": self.controller.url,
            "CONTROLLER_OAUTH_TOKEN": TOKEN,
            "CONTROLLER_VERIFY_SSL": "false",
            "no_proxy": "127.0.0.1",
        }
        command = ["ansible-playbook", "intercloud.vpn.awx", "-e", f"@{file}", *args]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def setup(controller: Controller, tmp_path_factory: pytest.TempPathFactory) -> Setup:
    return Setup(controller, tmp_path_factory.mktemp("awx"))


def credentials() -> list[dict[str, Any]]:
    """One is made with what the playbook is given, the others are left for people to fill in."""
    keys = {"access_key": "AKOFTHISTEST", "secret_key": SECRET}
    return [
        {"name": "JD Cloud", "type": "JD Cloud", "inputs": keys},
        {"name": "AWS", "type": "Amazon Web Services"},
        {"name": "VPN master secret", "type": "VPN master secret"},
    ]


@pytest.fixture(scope="module")
def applied(setup: Setup) -> str:
    """The preview on a new controller has written nothing; the run has made it all."""
    code, text = setup.run("--check")
    assert code == 0, text[-4000:]
    assert "the preview ends here" in text
    assert setup.controller.writes == []
    code, text = setup.run("-vvv", vpn_awx_credentials=credentials())
    assert code == 0, text[-4000:]
    return text


def test_everything_is_there(applied: str, controller: Controller) -> None:
    assert controller.names("job_templates") == sorted(f"VPN {item['name']}" for item in TEMPLATES)
    assert set(controller.names("credential_types")) == {"Amazon Web Services", *CREDENTIAL_TYPES}
    for item in TEMPLATES:
        have = controller.named("job_templates", f"VPN {item['name']}")
        assert have["playbook"] == f"playbooks/{item['playbook']}"
        assert have["job_type"] == item.get("job_type", "run")
        assert have["job_tags"] == item.get("tags", "")
        assert have["survey_enabled"] is bool(item.get("survey"))
        asked = [question["variable"] for question in controller.surveys.get(have["id"], {}).get("spec", [])]
        assert asked == [question["variable"] for question in item.get("survey", [])]
        used = [each["name"] for each in controller.linked("job_templates", have["id"], "credentials")]
        assert sorted(used) == ["AWS", "JD Cloud", "VPN master secret"]
        assert [each["name"] for each in controller.linked("job_templates", have["id"], "labels")] == ["intercloud.vpn"]
    slices = {name: controller.named("job_templates", f"VPN {name}")["job_slice_count"] for name in ("sites", "links")}
    assert slices == {"sites": 1, "links": 3}
    timeout = controller.surveys[controller.named("job_templates", "VPN verify")["id"]]["spec"][1]
    assert (timeout["default"], timeout["max"]) == (120, 3600)
    source = controller.named("inventory_sources", "VPN inventory")
    assert controller.objects["projects"][source["source_project"]]["scm_url"] == URL


def test_the_workflow_leads_from_the_check_over_the_approval_to_the_proof(applied: str, controller: Controller) -> None:
    nodes = {node["identifier"]: node for node in controller.objects["workflow_job_template_nodes"].values()}
    templates = controller.objects["job_templates"] | controller.objects["workflow_approval_templates"]
    follows = {
        name: [
            each["identifier"] for each in controller.linked("workflow_job_template_nodes", node["id"], "success_nodes")
        ]
        for name, node in nodes.items()
    }
    assert follows == {
        "check": ["approve"], "approve": ["sites"], "sites": ["links"], "links": ["devices"], "devices": ["verify"],
        "verify": [],
    }  # fmt: skip
    started = {name: templates[node["unified_job_template"]]["name"] for name, node in nodes.items()}
    assert started == {name: f"VPN {name}" for name in nodes}
    assert templates[nodes["approve"]["unified_job_template"]]["type"] == "workflow_approval_template"


def test_no_secret_is_printed(applied: str, controller: Controller) -> None:
    assert controller.named("credentials", "JD Cloud")["inputs"]["secret_key"] == SECRET
    assert SECRET not in applied
    assert TOKEN not in applied


def test_the_second_run_changes_nothing_and_keeps_what_people_have_entered(
    applied: str, setup: Setup, controller: Controller
) -> None:
    controller.named("credentials", "AWS")["inputs"] = {"username": "AKENTERED", "password": "entered-by-hand"}
    before, written = controller.state(), len(controller.writes)
    other = {"JD Cloud": {"secret_key": "another"}, "AWS": {"username": "AKOTHER", "password": "another"}}
    given = [{**item, "inputs": other.get(item["name"], {})} for item in credentials()]
    code, text = setup.run(vpn_awx_credentials=given)
    assert code == 0, text[-4000:]
    assert "changed=0" in text
    assert controller.state() == before
    assert len(controller.writes) == written


def test_a_job_template_more_is_one_entry_and_a_step_less_is_removed(
    applied: str, setup: Setup, controller: Controller
) -> None:
    lists: dict[str, Any] = {
        "vpn_awx_job_templates": [template("check"), {**template("links"), "slices": 5}],
        "vpn_awx_extra_job_templates": [{"name": "gather", "playbook": "gather.yml"}],
        "vpn_awx_workflow": ["check", "links"],
    }
    code, text = setup.run(**lists)
    assert code == 0, text[-4000:]
    assert "changed: [localhost] => (item=gather)" in text
    assert "changed: [localhost] => (item=links)" in text
    assert controller.named("job_templates", "VPN gather")["playbook"] == "playbooks/gather.yml"
    assert controller.named("job_templates", "VPN links")["job_slice_count"] == 5
    nodes = {node["identifier"]: node for node in controller.objects["workflow_job_template_nodes"].values()}
    assert set(nodes) == {"check", "links"}
    following = controller.linked("workflow_job_template_nodes", nodes["check"]["id"], "success_nodes")
    assert [node["identifier"] for node in following] == ["links"]


def test_bad_input_is_refused_before_the_controller_is_asked(
    applied: str, setup: Setup, controller: Controller
) -> None:
    asked = controller.requests
    code, text = setup.run(
        vpn_awx_extra_job_templates=[
            {"name": "check", "playbook": "site.yml"},
            {"name": "many", "playbook": "site.yml", "slices": 0,
             "survey": [{"variable": "a", "question": "?", "type": "multiplechoice", "choices": ["x"], "default": "y"},
                        {"variable": "b", "question": "?", "type": "multiselect"},
                        {"variable": "c", "question": "?", "type": "integer", "default": "two"},
                        {"variable": "d", "question": "?", "type": "password", "default": "known"}]},
        ],
        vpn_awx_workflow=["check", "aprove"],
    )  # fmt: skip
    assert code != 0
    flat = " ".join(text.split())
    for fault in (
        "vpn_awx_job_templates: check is there twice; rename one",
        "vpn_awx_job_templates: many: slices is 0. Allowed: 1 and more",
        "vpn_awx_job_templates: many: question a: default 'y' is no choice. Allowed: x",
        "question b: choices belong to multiplechoice and multiselect, which need them",
        "question c: default 'two' is no integer",
        "question d: a password has no default",
        "vpn_awx_workflow: aprove is no job template. Allowed: check, sites,",
    ):
        assert fault in flat, fault
    code, text = setup.run(
        vpn_awx_extra_job_templates=[{"name": "x", "playbok": "site.yml"}], vpn_awx_inventory_url=None
    )
    assert code != 0
    for fault in (
        "playbok",
        "missing required arguments: vpn_awx_inventory_url",
        "missing required arguments: playbook",
    ):
        assert fault in text, fault
    assert controller.requests == asked
