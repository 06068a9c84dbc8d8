# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab from the command line: python -m lab up | down | env | status | tunnels | break | differ | repair | …"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

from lab import differ, launcher, report
from lab.dataplane import capability
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
    obstacles = capability.missing() if options.dataplane else ["it was not asked for"]
    lab = launcher.start(options.dir, dataplane=not obstacles)
    for cloud in CLOUDS:
        print(f"{cloud:8} {lab.endpoints[cloud]}  (admin {lab.admin_urls[cloud]})")
    if lab.carries_packets:
        print(f"{'tunnels':8} real: strongSwan and BIRD in network namespaces {lab.env['LAB_NAMESPACE_PREFIX']}*")
        return
    print("\nNO DATA PLANE: both clouds answer, but no tunnel comes up and no packet flows, because", file=sys.stderr)
    for obstacle in obstacles:
        print(f"  - {obstacle}", file=sys.stderr)
    print("", file=sys.stderr)


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
        where = f"{lab.endpoints[cloud]}, admin {lab.admin_urls[cloud]}"
        print(f"{cloud:8} runs, pid {pid}, {where}, {answered} requests")
    if lab.carries_packets:
        pid = launcher.running(folder, launcher.DATAPLANE)
        print(f"{'tunnels':8} real, pid {pid}, admin {lab.admin_urls['dataplane']}")
    return 0


def _tunnels(options: argparse.Namespace) -> None:
    print("\n".join(report.tunnels(_with_packets(options))))


def _break(options: argparse.Namespace) -> None:
    names = ("end", "address", "gateway", "bytes")
    given = {name: getattr(options, name) for name in names if getattr(options, name, None) is not None}
    found = _with_packets(options).admin("dataplane", "POST", "/faults", {"kind": options.kind, **given})
    print(json.dumps(found, indent=2))


def _differ(options: argparse.Namespace) -> None:
    differ.make(Lab.attach(options.dir), options.tunnel, options.what)


def _repair(options: argparse.Namespace) -> None:
    lab = Lab.attach(options.dir)
    put_back = differ.undo(lab)
    if lab.carries_packets:
        lab.admin("dataplane", "DELETE", "/faults")
    print(f"Nothing is broken any more; records put back: {put_back}.")


def _with_packets(options: argparse.Namespace) -> Lab:
    lab = Lab.attach(options.dir)
    if not lab.carries_packets:
        raise LabError("this lab has no data plane; «up» says why")
    return lab


def _reset(options: argparse.Namespace) -> None:
    Lab.attach(options.dir).reset()
    print("Both clouds are as they were at the start.")


def _save(options: argparse.Namespace) -> None:
    Lab.attach(options.dir).save()
    print("Kept; «restore» brings it back.")


def _restore(options: argparse.Namespace) -> None:
    Lab.attach(options.dir).restore()
    print("Both clouds hold again what «save» has kept.")


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
        ("tunnels", _tunnels, "show the tunnels as the data plane sees them"),
        ("repair", _repair, "mend what «break» and «differ» have done"),
        ("reset", _reset, "empty both clouds"),
        ("save", _save, "keep what both clouds hold"),
        ("restore", _restore, "have again what «save» has kept"),
    ):
        command = commands.add_parser(name, parents=[common], help=text)
        command.set_defaults(run=run)
        if run is _up:
            command.add_argument("--no-dataplane", dest="dataplane", action="store_false", help="only the clouds")
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
    _add_break(commands, common)
    return parser


def _add_break(commands: Any, common: argparse.ArgumentParser) -> None:
    """Things that go wrong in the tunnels, on purpose."""
    breaking = commands.add_parser("break", help="make something of the data plane fail; «repair» mends it")
    kinds = breaking.add_subparsers(required=True, metavar="KIND", dest="kind")
    pair = "its own and the far public address, as OWN/FAR; «tunnels» shows them"
    for kind, name, text in (
        ("kill", "end", f"the strongSwan of one end dies: {pair}"),
        ("black_hole", "address", "what comes from or goes to this public address vanishes"),
        ("short", "gateway", "the tunnels of this gateway (its id) lose long packets without a word"),
    ):
        command = kinds.add_parser(kind, parents=[common], help=text)
        command.set_defaults(run=_break)
        command.add_argument(name)
        if kind == "short":
            command.add_argument("--bytes", type=int, help="the longest packet that passes; default: 1000")
    command = commands.add_parser(
        "differ", parents=[common], help="make JD Cloud's record of a tunnel differ from AWS's"
    )
    command.set_defaults(run=_differ)
    command.add_argument("tunnel", help="JD_ADDRESS/AWS_ADDRESS")
    command.add_argument("what", choices=sorted(differ.FIELDS))


if __name__ == "__main__":
    sys.exit(main())
