# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: how long the collection takes, against a script of plain SDK calls and against stock modules.

Every case is run in pairs, A B A B …, after one run of each that does not count; the ratio is that of each pair, and what is
quoted are medians with minimum and maximum. Writes a table and a JSON file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lab import launcher
from lab.launcher import Lab
from tests.bench import scenario
from tests.bench.measure import Measured, run
from tests.bench.scenario import Scenario

ROOT = Path(__file__).resolve().parents[2]
PENDING = 20.0
# The longest chain of calls of which each needs what the one before it told: border gateway, JD Cloud's connection, its
# addresses, AWS's customer gateway, connection; then, after the wait, the look that ends it, the addresses, the tunnels.
CHAIN = 8


@dataclass(frozen=True)
class Case:
    """What is measured; `targets` are the largest values that figures of the table may have (medians)."""

    name: str
    text: str
    run: Callable[[Bench], dict[str, Any]]
    links: int = 1
    targets: dict[str, float] = field(default_factory=dict)


class Bench:
    def __init__(self, lab: Lab, folder: Path, runs: int) -> None:
        self.lab, self.folder, self.runs = lab, folder, runs

    def env(self) -> dict[str, str]:
        foreign = ("AWS_", "JDCLOUD_", "ANSIBLE_", "VPN_", "LAB_")
        env = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        secret = {"VPN_PSK_MASTER_SECRET": self.lab.env["VPN_PSK_MASTER_SECRET"]}
        ansible = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_LOCAL_TEMP": str(self.folder / "tmp")}
        endpoints = {
            "JDCLOUD_ENDPOINT_URL": self.lab.endpoints["jdcloud"],
            "AWS_ENDPOINT_URL": self.lab.endpoints["aws"],
        }
        return {**env, **secret, **ansible, **endpoints}

    def ours(self, case: Scenario, *args: str, memory: bool = False) -> Measured:
        command = ["ansible-playbook", "-i", str(case.file), "intercloud.vpn.site", *args]
        return run(self.lab, command, self.env(), self.folder, memory)

    def reference(self, case: Scenario, action: str, *args: str) -> Measured:
        command = [sys.executable, str(Path(__file__).with_name("reference.py")), str(case.plan), action, *args]
        return run(self.lab, command, self.env(), self.folder)

    def stock(self, case: Scenario) -> Measured:
        plan = json.loads(case.plan.read_text(encoding="utf-8"))
        values = self.folder / "stock.json"
        values.touch(mode=0o600)
        values.write_text(json.dumps({"site": plan["sites"]["aws0"], "endpoint": plan["endpoints"]["aws"]}))
        book = str(Path(__file__).parent / "stock/site.yml")
        interpreter = "ansible_python_interpreter={{ ansible_playbook_python }}"
        command = ["ansible-playbook", "-i", "localhost,", "-c", "local", "-e", interpreter, "-e", f"@{values}", book]
        return run(self.lab, command, self.env(), self.folder)

    def scenario(self, links: int, latency_ms: int = 0, pending: float = 0.0) -> Scenario:
        """Empty clouds."""
        self.lab.reset()
        scenario.prepare(self.lab, latency_ms, pending, links)
        return scenario.write(self.lab, self.folder / f"links{links}", links)

    def pairs(self, *commands: Callable[[], Measured], runs: int = 0, warm: bool = True) -> list[list[Measured]]:
        """Each command's runs, taken in turn."""
        for command in commands if warm else ():
            command()
        found: list[list[Measured]] = [[] for _command in commands]
        for _run in range(runs or self.runs):
            for command, results in zip(commands, found, strict=True):
                results.append(command())
        return found

    def rerun(self, links: int, latency_ms: int = 0, *args: str) -> dict[str, Any]:
        case = self.scenario(links)
        self.ours(case)
        scenario.prepare(self.lab, latency_ms, 0.0, links)
        ours, plain = self.pairs(lambda: self.ours(case, *args), lambda: self.reference(case, "read"))
        return {"ours": ours, "reference": plain}

    def memory(self, links: int) -> float:
        return self.ours(scenario.write(self.lab, self.folder / f"links{links}", links), memory=True).memory


def one_link(bench: Bench) -> dict[str, Any]:
    found = bench.rerun(1)
    case = bench.scenario(1)
    bench.stock(case)
    (found["stock"],) = bench.pairs(lambda: bench.stock(case))
    return found


def links_part(bench: Bench) -> dict[str, Any]:
    return bench.rerun(1, 0, "--tags", "links")


def create(links: int, latency_ms: int = 50, *, sites: bool = True) -> Callable[[Bench], dict[str, Any]]:
    """With `sites` false they are made before the clock starts."""

    def empty(bench: Bench) -> Scenario:
        return bench.scenario(links, latency_ms, PENDING)

    def case(bench: Bench) -> dict[str, Any]:
        def ours(**how: bool) -> Measured:
            made = empty(bench)
            if sites:
                return bench.ours(made, **how)
            bench.ours(made, "--tags", "sites")
            return bench.ours(made, "--tags", "links", **how)

        found, reference = bench.pairs(ours, lambda: bench.reference(empty(bench), "create"), warm=False)
        result = {"ours": found, "reference": reference, "critical_path": PENDING + CHAIN * latency_ms / 1000}
        return {**result, "memory_mb": ours(memory=True).memory} if links == 100 else result

    return case


def rerun_hundred(bench: Bench) -> dict[str, Any]:
    found = bench.rerun(100)
    return {**found, "memory_mb": bench.memory(100)}


def rerun(links: int, latency_ms: int) -> Callable[[Bench], dict[str, Any]]:
    return lambda bench: bench.rerun(links, latency_ms)


REFERENCE, STOCK, PATH = "ours / reference", "ours / stock", "ours / critical path"
CASES = [
    Case("rerun-1", "re-run of one converged link and its two sites", one_link, targets={REFERENCE: 5, STOCK: 0.2}),
    Case("rerun-1-links", "its link part alone (--tags links)", links_part, targets={REFERENCE: 4}),
    Case("create-1", "create one link; 50 ms a call, AWS needs 20 s", create(1), targets={PATH: 1.15}),
    Case("create-40", "create 40 links and 13 sites, the same", create(40), 40, {PATH: 2}),
    Case(
        "create-40-links", "the links of that alone", create(40, sites=False), 40, {PATH: 2, "CPU s a link": 0.3}
    ),
    Case(
        "rerun-100", "re-run of 100 converged links", rerun_hundred, 100,
        {"CPU s a link": 0.25, "wall s a link": 0.15, "memory MB": 600},
    ),
]  # fmt: skip
# How it grows: each size at each latency. They have no targets, and run only where they are named or with --grid.
GRID = [
    Case(f"{what}-{links}-{latency}ms", f"{text} {links} links, {latency} ms a call", make(links, latency), links)
    for what, text, make in (("rerun", "re-run of", rerun), ("create", "create, AWS needs 20 s,", create))
    for links in (1, 10, 40, 100)
    for latency in (0, 50, 200)
]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command (5)")
    parser.add_argument("--json", type=Path, default=ROOT / ".cache/bench.json", help="where the figures go")
    parser.add_argument("cases", nargs="*", help=f"of {', '.join(case.name for case in CASES + GRID)}")
    parser.add_argument(
        "--grid", action="store_true", help="all sizes at all latencies, too (hours; --runs 1 for a look)"
    )
    options = parser.parse_args()
    results: dict[str, Any] = {"machine": f"{os.cpu_count()} CPUs, Python {platform.python_version()}", "cases": {}}
    with tempfile.TemporaryDirectory(prefix="intercloud-bench-") as name:
        lab = launcher.start(Path(name) / "lab")
        try:
            for case in CASES + GRID:
                chosen = case.name in options.cases if options.cases else case in CASES or options.grid
                if not chosen:
                    continue
                found = case.run(Bench(lab, Path(name), options.runs))
                figures = _figures(case, found)
                results["cases"][case.name] = {
                    "text": case.text, "targets": case.targets, **_plain(found), "figures": figures
                }  # fmt: skip
                print(_table(case, found, figures), flush=True)
        finally:
            lab.stop()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(f"All figures: {options.json}")


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    return {k: [asdict(m) for m in v] if isinstance(v, list) else v for k, v in found.items()}


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):7.2f} ({min(values):.2f}..{max(values):.2f})"


def _figures(case: Case, found: dict[str, Any]) -> dict[str, list[float]]:
    """What is compared with targets; ratios are those of the pairs."""
    ours: list[Measured] = found["ours"]
    figures = {
        f"ours / {who}": [a.wall / b.wall for a, b in zip(ours, found[who], strict=True)]
        for who in ("reference", "stock")
        if who in found
    }
    if path := found.get("critical_path"):
        figures[PATH] = [m.wall / path for m in ours]
    if case.links > 1:
        figures["wall s a link"] = [m.wall / case.links for m in ours]
        figures["CPU s a link"] = [m.cpu / case.links for m in ours]
    if memory := found.get("memory_mb"):
        figures["memory MB"] = [memory]
    return figures


def _table(case: Case, found: dict[str, Any], figures: dict[str, list[float]]) -> str:
    rows = [f"\n{case.name}: {case.text}"]
    for who, runs in ((who, runs) for who, runs in found.items() if isinstance(runs, list)):
        calls = sorted({m.number_of_calls for m in runs})
        rows.append(
            f"  {who:<10} wall s {_spread([m.wall for m in runs])}  CPU s {_spread([m.cpu for m in runs])}"
            f"  calls {'..'.join(str(n) for n in (calls[0], calls[-1])[: len(calls)])}"
        )
    for name, values in figures.items():
        limit = case.targets.get(name)
        verdict = "" if limit is None else f"  target {limit:g}: "
        if limit is not None:
            verdict += "met" if statistics.median(values) <= limit else "MISSED"
        rows.append(f"    {name:<20} {_spread(values)}{verdict}")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
