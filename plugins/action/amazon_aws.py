# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module of amazon.aws where ours run, and lets no key of the login out of its result."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.common.parameters import remove_values

from ..module_utils._module import Failure
from ..plugin_utils import amazon_aws
from ..plugin_utils.in_process import NO_AMAZON_AWS, environment, has_amazon_aws
from ..plugin_utils.in_process import ActionModule as InProcess

try:
    from ..module_utils._aws.api import session_of
except ImportError:  # said below
    session_of = None

Record = dict[str, t.Any]
SECRETS = ("access_key", "secret_key", "session_token")
ENVIRONMENT = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY", "AWS_SECRET_KEY")


class ActionModule(InProcess):
    """A task that names a module of amazon.aws."""

    def once(self, task_vars: Record) -> Record:
        given = dict(self._task.args)
        name, options = str(given.pop("module", "")), given.pop("options", None) or {}
        shown = {"module": name, "options": options}
        if not has_amazon_aws():
            return {"failed": True, "msg": NO_AMAZON_AWS}
        if not name.isidentifier() or not isinstance(options, dict):
            message = "module must be the name of a module of amazon.aws, and options a dictionary"
            return {"failed": True, "msg": message}
        own: dict[str, str] = {}
        self._compute_environment_string(own)
        with environment(own):
            try:
                login = self._login(given)
            except Failure as exc:
                return {"failed": True, "msg": exc.message, "invocation": {"module_args": shown}}
            known = [*(login.get(key) for key in SECRETS), *map(os.environ.get, ENVIRONMENT)]
            result = self._run(name, {**login, **options}, task_vars)
        secrets = {str(value) for value in [*known, *_told(result)] if value}
        result["invocation"] = {"module_args": shown}
        return t.cast("Record", remove_values(result, secrets))

    def _login(self, given: Record) -> Record:
        """amazon.aws's modules assume no role themselves."""
        if not given.get("role_arn"):
            return given
        kept = {key: value for key, value in given.items() if key not in ("role_arn", "profile")}
        return {**kept, **session_of(given)}

    def _run(self, name: str, args: Record, task_vars: Record) -> Record:
        if self._possible(task_vars, self._interpreter(task_vars)):
            own = {
                "_ansible_module_name": f"amazon.aws.{name}",
                "_ansible_check_mode": self._task.check_mode,
                "_ansible_diff": self._task.diff,
                # It would write the access key into the system's log.
                "_ansible_no_log": True,
                "_ansible_remote_tmp": self.get_shell_option("remote_tmp", default="~/.ansible/tmp"),
            }
            try:
                return amazon_aws.run(name, {**args, **own})
            except ImportError as exc:
                return {"failed": True, "msg": f"amazon.aws has no module {name} that can be loaded here: {exc}"}
        logged, self._task.no_log = self._task.no_log, True
        try:
            result: Record = self._execute_module(f"amazon.aws.{name}", args, task_vars=task_vars)
        finally:
            self._task.no_log = logged
        return result


def _told(result: Record) -> list[t.Any]:
    """The keys that the module has found somewhere else, such as in a profile."""
    args = (result.get("invocation") or {}).get("module_args") or {}
    return [args.get(key) for key in SECRETS]
