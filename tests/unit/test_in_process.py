# SPDX-License-Identifier: GPL-3.0-or-later
"""When a module runs in the worker, when it does not, and what becomes of its end."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.intercloud.vpn.plugins.module_utils._module import (
    Context,
    Declaration,
    Failure,
    MissingLibrary,
)
from ansible_collections.intercloud.vpn.plugins.plugin_utils import in_process

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
SECRET = "a-secret-of-this-test"
SPEC = {"name": {"type": "str"}, "count": {"type": "int"}, "key": {"type": "str", "no_log": True}}


def test_every_module_has_an_action_of_its_name_and_no_action_lacks_a_module() -> None:
    modules, actions = ({path.stem for path in (PLUGINS / kind).glob("*.py")} for kind in ("modules", "action"))
    assert modules == actions
    for name in sorted(modules):
        action = importlib.import_module(f"ansible_collections.intercloud.vpn.plugins.action.{name}")
        module = importlib.import_module(f"ansible_collections.intercloud.vpn.plugins.modules.{name}")
        # One works on the device's own connection, where no worker stands in for anything.
        base = ActionBase if name == "vpn_device_config" else in_process.ActionModule
        assert issubclass(action.ActionModule, base)
        assert callable(module.run) and isinstance(module.DECLARATION, Declaration)


class Stage:
    """A task; `run` is its module's function."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, run: Any = None, **task: Any) -> None:
        module = SimpleNamespace(DECLARATION=Declaration(SPEC), run=run or (lambda params, ctx: {"changed": False}))
        monkeypatch.setattr(in_process.importlib, "import_module", lambda name: module)
        self.plugin = in_process.ActionModule.__new__(in_process.ActionModule)
        self.plugin._task = SimpleNamespace(
            **{"action": "intercloud.vpn.some", "args": {"name": "a", "key": SECRET}, "async_val": 0,
               "delegate_to": None, "check_mode": False, "diff": False, "environment": [], **task}
        )  # fmt: skip
        self.plugin._connection = SimpleNamespace(transport="local", become=None, has_native_async=False)
        self.plugin._templar = SimpleNamespace(template=lambda text: text)
        self.plugin._compute_environment_string = lambda out: out.update(*self.plugin._task.environment)
        self.plugin._execute_module = lambda **options: {"as": "a module", **options}

    def run(self, **task_vars: Any) -> dict[str, Any]:
        return self.plugin.once(task_vars)

    def in_worker(self, **task_vars: Any) -> bool:
        return self.run(**task_vars).get("as") != "a module"


def test_it_runs_in_the_worker_where_the_connection_is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch)
    assert stage.in_worker()
    for interpreter in (sys.executable, "auto_silent", Path(sys.executable).with_name("python3")):
        assert stage.in_worker(ansible_python_interpreter=str(interpreter))
    stage.plugin._task.delegate_to = "there"
    there = {"there": {"ansible_python_interpreter": "/opt/other/bin/python3"}}
    assert stage.in_worker(ansible_python_interpreter="/opt/other/bin/python3")
    assert not stage.in_worker(ansible_delegated_vars=there)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("_connection", "transport", "ssh"),
        ("_connection", "become", object()),
        ("_task", "async_val", 30),
        ("_task", "args", {"name": "a", "debug_botocore_endpoint_logs": True}),
    ],
)
def test_else_as_an_ordinary_module(monkeypatch: pytest.MonkeyPatch, part: str, name: str, value: Any) -> None:
    stage = Stage(monkeypatch)
    setattr(getattr(stage.plugin, part), name, value)
    result = stage.run()
    assert (result["as"], result["module_name"]) == ("a module", "intercloud.vpn.some")
    assert result["module_args"] == stage.plugin._task.args
    assert result["wrap_async"] == bool(stage.plugin._task.async_val)


@pytest.mark.parametrize("variables", [{"ansible_python_interpreter": "/opt/x/bin/python3"}, {in_process.SWITCH: "no"}])
def test_another_interpreter_and_the_switch(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    assert not Stage(monkeypatch).in_worker(**variables)


def test_a_library_that_is_missing_is_looked_for_where_modules_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        raise MissingLibrary("Failed to import x")

    assert not Stage(monkeypatch, run).in_worker()
    chosen = Stage(monkeypatch, run).run(ansible_python_interpreter=sys.executable)
    assert (chosen["failed"], chosen["msg"]) == (True, "Failed to import x")


def test_secrets_are_hidden_everywhere_in_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        ctx.warn(f"seen {params['key']}")
        return {"changed": True, "text": f"<{params['key']}>", "nested": [{"a": (params["key"],)}]}

    result = Stage(monkeypatch, run).run()
    assert SECRET not in json.dumps(result)
    assert result["changed"] is True
    assert result["text"] == "<********>"
    assert result["warnings"] == ["seen ********"]
    assert result["invocation"]["module_args"]["name"] == "a"


def test_values_that_are_no_options_are_hidden_where_the_module_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        ctx.hide(["a-derived-key", ""])
        ctx.warn("seen a-derived-key")
        return {"changed": False, "links": {"a": {"error": "AWS refuses a-derived-key"}}}

    result = Stage(monkeypatch, run).run()
    assert "a-derived-key" not in json.dumps(result)
    assert result["links"]["a"]["error"].startswith("AWS refuses ")


@pytest.mark.parametrize("error", [Failure(f"no {SECRET}", why=SECRET), ValueError(f"no {SECRET}")])
def test_failures_and_crashes_are_hidden_too(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def run(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        raise error

    result = Stage(monkeypatch, run).run()
    assert result["failed"] is True
    assert "no ********" in result["msg"]
    assert SECRET not in json.dumps(result)
    assert ("in run" in result.get("module_traceback", "")) == isinstance(error, ValueError)


def test_arguments_are_checked_and_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    stage = Stage(monkeypatch, lambda params, ctx: seen.append(params) or {}, args={"name": 1, "count": "2"})
    stage.run()
    assert seen == [{"name": "1", "count": 2, "key": None}]
    stage.plugin._task.args = {"count": "many"}
    assert "count" in stage.run()["msg"]
    stage.plugin._task.args = {"other": 1}
    assert stage.run()["msg"].startswith("Unsupported parameters for (intercloud.vpn.some) module: other")
    assert len(seen) == 1


def test_the_environment_of_a_task_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setenv("WAS_THERE", "before")
    values = {"WAS_THERE": "now", "WAS_NOT_THERE": 1}
    stage = Stage(
        monkeypatch, lambda params, ctx: seen.append((os.environ["WAS_THERE"], os.environ["WAS_NOT_THERE"])) or {},
        environment=[values],
    )  # fmt: skip
    stage.run()
    assert seen == [("now", "1")]
    assert os.environ["WAS_THERE"] == "before"
    assert "WAS_NOT_THERE" not in os.environ


def test_check_mode_and_diff_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    stage = Stage(monkeypatch, lambda p, ctx: seen.append((ctx.check_mode, ctx.diff)) or {}, check_mode=True, diff=True)
    stage.run()
    assert seen == [(True, True)]
