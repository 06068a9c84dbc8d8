# SPDX-License-Identifier: GPL-3.0-or-later
"""How every module of the collection is run: results, failures with their details, warnings without secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.testing import patch_module_args
from ansible_collections.intercloud.vpn.plugins.module_utils._module import (
    MASK,
    Context,
    Declaration,
    Failure,
    run_module,
    scrub,
)

SECRET = "a-secret-of-this-test"
DECLARATION = Declaration(
    argument_spec={
        "name": {"type": "str"},
        "key": {"type": "str", "no_log": True},
        "other": {"type": "str"},
        "region": {"type": "str"},
        "zone": {"type": "str"},
        "state": {"choices": ["present", "absent"], "default": "present"},
    },
    mutually_exclusive=[["name", "other"]],
    required_one_of=[["name", "other"]],
    required_together=[["region", "zone"]],
    required_if=[["state", "absent", ["key"]]],
    required_by={"other": "key"},
)


def run(capsys: Any, function: Any, params: dict[str, Any], **options: Any) -> tuple[int, dict[str, Any]]:
    """The exit code of a module and what it printed."""
    declaration, factory = options.pop("declaration", DECLARATION), options.pop("factory", AnsibleModule)
    args = {**params, **{f"_ansible_{key}": value for key, value in options.items()}}
    with patch_module_args(args), pytest.raises(SystemExit) as stopped:
        run_module(declaration, function, factory)
    printed = capsys.readouterr().out
    assert SECRET not in printed
    return int(stopped.value.code or 0), json.loads(printed)


def test_a_result_is_returned(capsys: Any) -> None:
    code, result = run(capsys, lambda params, ctx: {"changed": True, "name": params["name"]}, {"name": "a"})
    assert (code, result["changed"], result["name"]) == (0, True, "a")


@pytest.mark.parametrize(("check_mode", "diff"), [(True, False), (False, True)])
def test_the_context_tells_how_the_module_was_called(capsys: Any, check_mode: bool, diff: bool) -> None:
    def function(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        return {"seen": [ctx.check_mode, ctx.diff]}

    _code, result = run(capsys, function, {"name": "a"}, check_mode=check_mode, diff=diff)
    assert result["seen"] == [check_mode, diff]


def test_a_failure_becomes_fail_json_with_its_details(capsys: Any) -> None:
    def function(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        raise Failure("bgw-1 could not be made: quota", http_status=429, request_id="r-1", error={"code": 8})

    code, result = run(capsys, function, {"name": "a"})
    assert code == 1
    assert result["failed"] is True
    assert result["msg"] == "bgw-1 could not be made: quota"
    assert (result["http_status"], result["request_id"], result["error"]) == (429, "r-1", {"code": 8})


def test_a_failure_hides_secrets_in_its_message_and_details(capsys: Any) -> None:
    def function(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        raise Failure(f"refused {params['key']}", body={"psk": params["key"]})

    code, result = run(capsys, function, {"name": "a", "key": SECRET})
    assert code == 1
    assert SECRET not in json.dumps(result)


@pytest.mark.parametrize("fails", [False, True])
def test_warnings_are_told_once_and_without_secrets_whether_the_module_fails_or_not(capsys: Any, fails: bool) -> None:
    def function(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        for _time in range(2):
            ctx.warn(f"the key {params['key']} is masked")
        ctx.warn("slow")
        if fails:
            raise Failure("no")
        return {"changed": False}

    warned: list[str] = []

    class Module(AnsibleModule):
        def warn(self, warning: str, **_more: Any) -> None:
            warned.append(warning)

    code, _result = run(capsys, function, {"name": "a", "key": SECRET}, factory=Module)
    assert (code, warned) == (int(fails), [f"the key {MASK} is masked", "slow"])


def test_what_is_no_failure_of_ours_is_not_swallowed() -> None:
    def function(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        raise ZeroDivisionError

    with patch_module_args({"name": "a"}), pytest.raises(ZeroDivisionError):
        run_module(DECLARATION, function)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "one of the following is required: name, other"),
        ({"name": "a", "other": "b", "key": "k" * 9}, "parameters are mutually exclusive: name|other"),
        ({"other": "b"}, "missing parameter(s) required by 'other': key"),
        ({"name": "a", "state": "absent"}, "state is absent but all of the following are missing: key"),
        ({"name": "b", "zone": "z"}, "parameters are required together: region, zone"),
    ],
)
def test_the_declared_rules_hold_before_the_function_runs(capsys: Any, params: dict[str, Any], text: str) -> None:
    def function(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        raise AssertionError("was called")

    code, result = run(capsys, function, params)
    assert code == 1
    assert text in result["msg"]


def test_a_module_that_does_not_support_check_mode_is_skipped_in_it(capsys: Any) -> None:
    declaration = Declaration(argument_spec={"name": {"type": "str"}}, supports_check_mode=False)
    code, result = run(
        capsys, lambda params, ctx: {"changed": True}, {"name": "a"}, check_mode=True, declaration=declaration
    )
    assert (code, result["skipped"]) == (0, True)


def test_another_factory_gets_the_same_arguments() -> None:
    seen: dict[str, Any] = {}

    class Module:
        check_mode, _diff, params, no_log_values = True, True, {"name": "a"}, {SECRET}

        def __init__(self, **kwargs: Any) -> None:
            seen.update(kwargs)

        def warn(self, text: str) -> None:
            seen["warned"] = text

        def exit_json(self, **result: Any) -> None:
            seen["result"] = result

    def function(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        ctx.warn(f"x {SECRET}")
        return {"changed": False, "check": ctx.check_mode}

    run_module(DECLARATION, function, factory=Module)
    assert seen.pop("result") == {"changed": False, "check": True}
    assert seen.pop("warned") == f"x {MASK}"
    assert seen == DECLARATION.kwargs()


@pytest.mark.parametrize(
    ("text", "secrets", "scrubbed"),
    [
        ("key=abc", ["abc"], f"key={MASK}"),
        ("abcdef abc", ["abc", "abcdef"], f"{MASK} {MASK}"),
        ("nothing here", ["", None, "x1"], "nothing here"),
        ("bytes abc", [b"abc"], f"bytes {MASK}"),
        ("number 12345", [12345], f"number {MASK}"),
    ],
)
def test_scrub(text: str, secrets: list[Any], scrubbed: str) -> None:
    assert scrub(text, secrets) == scrubbed


def test_values_that_are_no_options_are_hidden_where_the_module_says_so(capsys: Any) -> None:
    def function(params: dict[str, Any], ctx: Context) -> dict[str, Any]:
        ctx.hide([SECRET])
        ctx.warn(f"seen {SECRET}")
        return {"changed": False, "error": f"AWS refuses {SECRET}"}

    code, result = run(capsys, function, {"name": "a"})
    assert (code, result["error"].startswith("AWS refuses ")) == (0, True)
