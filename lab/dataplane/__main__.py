# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m lab.dataplane --config FILE --ready FILE`: carry out what the clouds are told, until SIGTERM."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path

import requests

from lab.dataplane.admin import create_admin
from lab.dataplane.clouds import Clouds
from lab.dataplane.events import EventLog
from lab.dataplane.fabric import Fabric
from lab.dataplane.faults import Faults
from lab.dataplane.netns import Namespaces
from lab.dataplane.observer import Observer
from lab.devices.linux import LinuxDevice
from lab.http_server import Server

_PAUSE_SECONDS = 0.2


class DataPlane:
    """Two threads: one brings about what is on record, one looks at what has become of it."""

    def __init__(self, config: dict[str, str], clouds: dict[str, str], timer_scale: float) -> None:
        folder = Path(config["folder"])
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        events = EventLog(folder / "events.jsonl")
        self.fabric = Fabric(Namespaces(config["prefix"]), folder, events, timer_scale)
        self.clouds = Clouds(clouds)
        self.observer = Observer(self.fabric, self.clouds, events)
        self.stopped = threading.Event()
        self._threads = [threading.Thread(target=self._repeat, args=(step,)) for step in (self._carry_out, self._look)]

    def start(self) -> None:
        self.fabric.start()
        self.device = LinuxDevice(self.fabric.spaces, self.fabric.plumbing, self.fabric.folder)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.stopped.set()
        for thread in self._threads:
            thread.join()
        self.device.stop()
        self.fabric.stop()

    def _repeat(self, step: object) -> None:
        while not self.stopped.wait(_PAUSE_SECONDS):
            try:
                step()  # type: ignore[operator]
            except requests.ConnectionError:
                continue  # the clouds are being stopped, or started
            except Exception:  # a lab that goes on with the next try teaches more than one that is dead
                traceback.print_exc(file=sys.stderr)
                self.clouds.again()

    def _carry_out(self) -> None:
        world = self.clouds.read()
        if world is not None and world != self.fabric.world:
            self.fabric.apply(world)

    def _look(self) -> None:
        self.observer.look()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.dataplane", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="where the clouds are, as JSON")
    parser.add_argument("--ready", type=Path, required=True, help="written when running: pid and admin_port")
    parser.add_argument("--port", type=int, default=0, help="port of the admin surface; 0 takes any that is free")
    arguments = parser.parse_args()
    config = json.loads(arguments.config.read_text(encoding="utf-8"))

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    plane = DataPlane(config, config["clouds"], float(config["settings"].get("timer_scale", 0.3)))
    plane.start()
    server = Server(create_admin(plane.observer, Faults(plane.fabric), plane.device), arguments.port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    partial = arguments.ready.with_name(arguments.ready.name + ".partial")
    ready = {"pid": os.getpid(), "admin_port": server.port, "devices": plane.device.description()}
    partial.write_text(json.dumps(ready), encoding="utf-8")
    partial.replace(arguments.ready)
    stop.wait()
    server.shutdown()
    plane.stop()


if __name__ == "__main__":
    main()
