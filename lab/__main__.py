# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab from the command line: python -m lab up | down | env | status | reset | fault."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path

from lab import launcher
from lab.faults import KINDS
from lab.launcher import CLOUDS, Lab, LabError


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _up(options: argparse.Namespace) -> None:
    if launcher.is_running(options.dir):
        print("The lab already runs.")
    lab = launcher.start(options.dir)
    for cloud in CLOUDS:
        print(f"{cloud:8} {lab.endpoints[cloud]}  (admin {lab.admin_urls[cloud]})")


def _down(options: argparse.Namespace) -> None:
    print("The lab is stopped." if launcher.stop(options.dir) else "No lab runs.")


def _env(options: argparse.Namespace) -> None:
    for name, value in Lab.attach(options.dir).env.items():
        print(f"export {name}={_quoted(value)}")


def _quoted(value: str) -> str:
    """Always in single quotes, which shlex leaves out where it can."""
    return f"'{value}'" if "'" not in value else shlex.quote(value)


def _status(options: argparse.Namespace) -> int:
    folder = Path(options.dir).resolve()
    if not launcher.is_running(folder):
        alive = [cloud for cloud in CLOUDS if launcher.running(folder, cloud)]
        print(f"Only {alive[0]} runs; «up» starts the lab anew." if alive else "No lab runs.")
        return 1
    lab = Lab.attach(folder)
    for cloud in CLOUDS:
        answered = lab.admin(cloud, "GET", "/requests")["next"]
        pid = launcher.running(folder, cloud)
        print(f"{cloud:8} runs, pid {pid}, {lab.endpoints[cloud]}, admin {lab.admin_urls[cloud]}, {answered} requests")
    return 0


def _reset(options: argparse.Namespace) -> None:
    Lab.attach(options.dir).reset()
    print("Both clouds are as they were at the start.")


def _fault(options: argparse.Namespace) -> None:
    lab = Lab.attach(options.dir)
    if options.clear:
        lab.admin(options.cloud, "DELETE", "/faults")
    elif options.kind:
        names = ("operation", "kind", "count", "skip", "status", "code", "message", "seconds")
        given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
        lab.admin(options.cloud, "POST", "/faults", given)
    print(json.dumps(lab.admin(options.cloud, "GET", "/faults"), indent=2))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="Two emulated clouds on this machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--dir",
        type=Path,
        default=launcher.default_state_dir(),
        help="folder of the lab's state; default: $LAB_STATE_DIR, or .lab at the top of the repository",
    )
    for name, run, text in (
        ("up", _up, "start both clouds; leaves a lab that already runs as it is"),
        ("down", _down, "stop both clouds and forget their state"),
        ("env", _env, "print export lines for a shell; they hold keys"),
        ("status", _status, "tell what runs; exit status 1 when the lab does not"),
        ("reset", _reset, "empty both clouds"),
    ):
        commands.add_parser(name, parents=[common], help=text).set_defaults(run=run)
    fault = commands.add_parser(
        "fault", parents=[common], help="make calls fail; lists the faults when no kind is given"
    )
    fault.set_defaults(run=_fault)
    fault.add_argument("cloud", choices=CLOUDS)
    fault.add_argument("--kind", choices=KINDS)
    fault.add_argument("--operation", default="*", help="the call to hit, such as CreateVpnConnection; default: any")
    fault.add_argument("--count", type=int, help="how many calls to hit; default: 1")
    fault.add_argument("--skip", type=int, help="how many calls to let pass first; default: 0")
    fault.add_argument("--status", type=int, help="HTTP status of an error")
    fault.add_argument("--code", help="code of an error")
    fault.add_argument("--message", help="message of an error")
    fault.add_argument("--seconds", type=float, help="length of a delay")
    fault.add_argument("--clear", action="store_true", help="remove all faults of that cloud")
    return parser


if __name__ == "__main__":
    sys.exit(main())
