# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: how a module of this collection is declared and run.

A module file holds documentation, one `Declaration` and one function `run(params, ctx)` that returns the result
dictionary or raises `Failure`. `main()` is always the same line, `run_module(DECLARATION, run)`. The function never
touches an `AnsibleModule`, so that the same function also runs inside an Ansible worker (`plugin_utils/in_process.py`).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.text.converters import to_text

MASK = "********"


class Failure(Exception):
    """A module's failure: `message` says what, where and what to do; `details` become return values beside `msg`."""

    def __init__(self, message: str, **details: t.Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class MissingLibrary(Failure):
    """A Python library is not there. Raised before anything was asked or changed."""


@dataclass(frozen=True)
class Declaration:
    """What `AnsibleModule` needs to know of a module."""

    argument_spec: dict[str, t.Any]
    supports_check_mode: bool = True
    mutually_exclusive: t.Sequence[t.Sequence[str]] = ()
    required_together: t.Sequence[t.Sequence[str]] = ()
    required_one_of: t.Sequence[t.Sequence[str]] = ()
    required_if: t.Sequence[t.Sequence[t.Any]] = ()
    required_by: dict[str, t.Any] = field(default_factory=dict)

    def kwargs(self) -> dict[str, t.Any]:
        """The keyword arguments of `AnsibleModule` (and of `AnsibleAWSModule`)."""
        return {
            "argument_spec": self.argument_spec,
            "supports_check_mode": self.supports_check_mode,
            "mutually_exclusive": self.mutually_exclusive,
            "required_together": self.required_together,
            "required_one_of": self.required_one_of,
            "required_if": self.required_if,
            "required_by": self.required_by,
        }


@dataclass
class Context:
    """How a module was called, and what it wants to tell besides its result."""

    check_mode: bool = False
    diff: bool = False
    warnings: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def hide(self, secrets: t.Iterable[str]) -> None:
        """Keep values that are no module options, such as derived keys, out of the module's result."""
        self.secrets.update(secret for secret in secrets if secret)

    def warn(self, message: str) -> None:
        """Warn the user once; the message is scrubbed of `no_log` values before Ansible sees it."""
        if message not in self.warnings:
            self.warnings.append(message)


Run = t.Callable[[dict[str, t.Any], Context], dict[str, t.Any]]


def scrub(text: str, secrets: t.Iterable[str]) -> str:
    """Replace every secret in a text: `AnsibleModule.warn()` does not do it (ansible-core 2.19)."""
    for secret in sorted((to_text(s) for s in secrets if s), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def run_module(declaration: Declaration, run: Run, factory: t.Callable[..., t.Any] = AnsibleModule) -> None:
    """Run `run` as an ordinary Ansible module. `factory` is `AnsibleModule` or a subclass with the same arguments."""
    module = factory(**declaration.kwargs())
    ctx = Context(check_mode=module.check_mode, diff=module._diff)
    try:
        result, failure = run(module.params, ctx), None
    except Failure as exc:
        result, failure = exc.details, exc.message
    module.no_log_values.update(ctx.secrets)
    for warning in ctx.warnings:
        module.warn(scrub(warning, module.no_log_values))
    if failure is not None:
        module.fail_json(msg=failure, **result)
    module.exit_json(**result)
