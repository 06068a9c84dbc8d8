# Copyright (c) 2026, the intercloud.vpn authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module of amazon.aws, unchanged, in a child of the Ansible worker.

An ordinary run of such a module costs more than a second: an interpreter, boto3 and EC2's description are loaded anew
for each. The worker has them already, so its child only has to call the module's own `main()`. A child, because a
module may leave anything behind in its process; and it ends by ending its process.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
import traceback
import typing as t

from ansible.module_utils.common.json import Direction, get_module_decoder
from ansible.module_utils.testing import patch_module_args

try:
    import botocore.session

    from ..module_utils._aws.api import LOADER
except ImportError:  # who needs it is told what is missing by the module
    LOADER = None

Record = dict[str, t.Any]
MODULES = "ansible_collections.amazon.aws.plugins.modules"
# What its modules have in common, loaded in the process that workers are forked from.
with contextlib.suppress(ImportError):
    importlib.import_module(f"{MODULES}.ec2_vpc_net")

FROM_MODULE = get_module_decoder("legacy", Direction.MODULE_TO_CONTROLLER)


def run(name: str, args: Record) -> Record:
    """The result of module `amazon.aws.NAME`; `args` hold Ansible's own (`_ansible_…`) too."""
    module = importlib.import_module(f"{MODULES}.{name}")
    answer = _in_child(lambda: _main(module, args))
    for line in reversed(answer.splitlines()):
        if line.startswith("{"):
            with contextlib.suppress(ValueError):
                return t.cast("Record", json.loads(line, cls=FROM_MODULE))
    return {"failed": True, "msg": f"amazon.aws.{name} ended without a result. {answer.strip()[-2000:]}".strip()}


def _main(module: t.Any, args: Record) -> str:
    """What the module prints, as its process would."""
    if LOADER is not None:
        botocore.session.create_loader = lambda *_args, **_more: LOADER
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), patch_module_args(args):
        try:
            module.main()
        except SystemExit:
            pass
        except Exception as exc:
            # Frames only: an error's text and values of variables may quote a secret.
            frames = "".join(traceback.format_tb(exc.__traceback__))
            message = f"{type(exc).__name__} in {module.__name__}"
            return json.dumps({"failed": True, "msg": message, "module_traceback": frames})
    return printed.getvalue()


def _in_child(work: t.Callable[[], str]) -> str:
    """The text that a function returns, called in a child process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            with os.fdopen(writer, "w", encoding="utf-8") as pipe:
                pipe.write(work())
        finally:
            sys.stderr.flush()
            # No clean-up of what belongs to the worker: its files, its queues, its exit functions.
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer
