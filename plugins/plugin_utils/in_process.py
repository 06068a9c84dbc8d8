# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module of this collection inside the Ansible worker: no interpreter to start, no SDK to import again.

The same function with the same arguments gives the same result as the ordinary module, which is used wherever the
worker can't stand in for it. Every module has a one-line file in `plugins/action` that imports `ActionModule` from
here, so that `module_defaults` and action groups go by the module's own name.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import importlib.util
import json
import os
import shutil
import sys
import traceback
import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.release import __version__ as CORE
from ansible.utils.vars import merge_hash

from ..module_utils._module import Context, Failure, MissingLibrary, scrub

try:
    from ansible.module_utils.common.json import Direction, get_module_encoder
except ImportError as error:
    # An older core only warns that the collection does not support it, and then runs into this.
    raise AnsibleError(
        f"intercloud.vpn needs ansible-core 2.19 or newer, and this is {CORE} of {sys.executable}. "
        "Remedy: pip install 'ansible-core>=2.19' (Python 3.11 or newer)"
    ) from error

# Loaded here, in the process that workers are forked from; what is missing is reported by the module that needs it.
with contextlib.suppress(ImportError):
    from ..module_utils._aws import api

    for part in ("_gather", "_vpn.planner"):
        importlib.import_module(f"ansible_collections.intercloud.vpn.plugins.module_utils.{part}")
    api.warm()
# At its end a process looks for garbage among the hundreds of thousands of objects that this has made, for a fifth of a
# second, and is gone.
atexit.register(gc.freeze)

Record = dict[str, t.Any]
MODULES = "ansible_collections.intercloud.vpn.plugins.modules"
# The user's switch: false runs every module of the collection as an ordinary one.
SWITCH = "intercloud_in_process"
TO_MODULE = get_module_encoder("legacy", Direction.CONTROLLER_TO_MODULE)
FROM_MODULE = get_module_encoder("legacy", Direction.MODULE_TO_CONTROLLER)


NO_AMAZON_AWS = (
    "The collection amazon.aws is not installed where Ansible looks for collections. Remedy: ansible-galaxy collection "
    "install 'amazon.aws:>=10.1.0', or pip install ansible, which brings it."
)


class ActionModule(ActionBase):
    """A task of one of the collection's modules."""

    _supports_async = True

    def run(self, tmp: t.Any = None, task_vars: Record | None = None) -> Record:
        # The worker is a fork that ends with this task: to look for garbage in what it has inherited would copy it all.
        gc.freeze()
        result: Record = super().run(tmp, task_vars)
        return merge_hash(result, self.once(task_vars or {}))

    def once(self, task_vars: Record) -> Record:
        """The module's result, by whichever way it can be run here."""
        name = self._task.action.rpartition(".")[2]
        interpreter = self._interpreter(task_vars)
        if not self._possible(task_vars, interpreter):
            return self._as_module(name, task_vars)
        own: dict[str, str] = {}
        self._compute_environment_string(own)
        try:
            with environment(own):
                return self._in_worker(importlib.import_module(f"{MODULES}.{name}"))
        except (ImportError, MissingLibrary) as exc:
            if isinstance(exc, ImportError) and not has_amazon_aws():
                return {"failed": True, "msg": NO_AMAZON_AWS}
            # The interpreter that Ansible finds for modules may have what this one lacks.
            if interpreter and isinstance(exc, MissingLibrary):
                return {**exc.details, "failed": True, "msg": exc.message}
            return self._as_module(name, task_vars)

    def _possible(self, task_vars: Record, interpreter: str) -> bool:
        args = self._task.args
        return (
            self._connection.transport == "local"
            and not self._connection.become
            and not self._task.async_val
            and boolean(self._templar.template(task_vars.get(SWITCH, True)))
            and (not interpreter or _is_this(interpreter))
            # amazon.aws's own way to tell what was called; it needs amazon.aws's own module.
            and not args.get("debug_botocore_endpoint_logs")
        )

    def _interpreter(self, task_vars: Record) -> str:
        """The interpreter that the user chose for modules; empty where Ansible shall find one."""
        if self._task.delegate_to:
            task_vars = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        chosen = str(self._templar.template(task_vars.get("ansible_python_interpreter") or ""))
        return "" if chosen.startswith("auto") else chosen

    def _as_module(self, name: str, task_vars: Record) -> Record:
        result: Record = self._execute_module(
            module_name=f"intercloud.vpn.{name}",
            module_args=dict(self._task.args),
            task_vars=task_vars,
            wrap_async=bool(self._task.async_val and not self._connection.has_native_async),
        )
        return result

    def _in_worker(self, module: t.Any) -> Record:
        declaration = dict(module.DECLARATION.kwargs())
        check_mode = declaration.pop("supports_check_mode")
        args = json.loads(json.dumps(dict(self._task.args), cls=TO_MODULE))
        checked = ArgumentSpecValidator(**declaration).validate(args)
        params, hidden = checked.validated_parameters, checked._no_log_values
        ctx = Context(check_mode=self._task.check_mode, diff=self._task.diff)
        if checked.error_messages:
            result: Record = {"failed": True, "msg": self._unusable(checked.errors)}
        elif ctx.check_mode and not check_mode:
            result = {"skipped": True, "msg": f"remote module ({self._task.action}) does not support check mode"}
        else:
            result = _call(module.run, params, ctx)
        result["invocation"] = {"module_args": params}
        hidden = hidden | ctx.secrets
        if ctx.warnings:
            result["warnings"] = [scrub(warning, hidden) for warning in ctx.warnings]
        # As AnsibleModule does it: no bare true, false or null gives a secret away.
        plain = {key: value for key, value in result.items() if value is None or isinstance(value, bool)}
        cleaned: Record = {**remove_values(result, hidden), **plain}
        return t.cast("Record", json.loads(json.dumps(cleaned, cls=FROM_MODULE)))

    def _unusable(self, errors: t.Any) -> str:
        if isinstance(errors[0], UnsupportedError):
            return f"Unsupported parameters for ({self._task.action}) module: {errors.msg}"
        return str(errors.msg)


def _call(run: t.Any, params: Record, ctx: Context) -> Record:
    """The module's function, with what AnsibleModule makes of its end."""
    try:
        return dict(run(params, ctx))
    except MissingLibrary:
        raise
    except Failure as exc:
        return {**exc.details, "failed": True, "msg": exc.message}
    except Exception as exc:
        # Frames only: the errors behind this one, and values of variables, may quote a secret.
        frames = "".join(traceback.format_tb(exc.__traceback__))
        return {
            "failed": True,
            "msg": f"{type(exc).__name__}: {exc}. This is a fault of the module; please report it.",
            "module_traceback": frames,
        }


def has_amazon_aws() -> bool:
    """Whether the collection is where Ansible looks."""
    try:
        return importlib.util.find_spec("ansible_collections.amazon.aws") is not None
    except ImportError:
        return False


@contextlib.contextmanager
def environment(values: dict[str, str]) -> t.Iterator[None]:
    """A task's `environment:`. The items of a loop share one worker, hence what was there comes back."""
    before = {key: os.environ.get(key) for key in values}
    os.environ.update({key: str(value) for key, value in values.items()})
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def _is_this(interpreter: str) -> bool:
    """Whether it is the one that runs Ansible; a virtual environment's is a link to another's file."""
    path = shutil.which(interpreter) or interpreter
    same_place = os.path.dirname(os.path.abspath(path)) == os.path.dirname(sys.executable)
    return same_place and os.path.exists(path) and os.path.samefile(path, sys.executable)
