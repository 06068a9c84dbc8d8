# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane's own life: nothing of it outlives the lab, and it takes up what the clouds hold."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import launcher
from lab.dataplane import capability
from lab.dataplane.place import Place
from lab.launcher import Lab

from .hand_made import Link, eventually


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    obstacles = capability.missing()
    if obstacles:
        pytest.skip("no data plane: " + "; ".join(obstacles))
    yield tmp_path
    launcher.stop(tmp_path)


def left(place: Place) -> list[str]:
    """What there is of a data plane: namespaces, processes, files."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    found = [line for line in listed.splitlines() if line.startswith(place.prefix)]
    for path in Path("/proc").glob("[0-9]*"):
        try:
            text = (path / "environ").read_text(errors="replace") + (path / "cmdline").read_text(errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        if str(place.folder) in text:
            found.append(path.name)
    return found + ([str(place.folder)] if place.folder.exists() else [])


def up(folder: Path) -> tuple[Lab, Link]:
    lab = launcher.start(folder, dataplane=True)
    link = Link(lab, 1).make()
    link.wait_up()
    return lab, link


def test_nothing_is_left_after_a_stop(folder: Path) -> None:
    lab, _link = up(folder)
    place = Place.of(folder.resolve())
    assert len(left(place)) > 20  # the search sees something
    lab.stop()
    assert left(place) == []


def test_nothing_is_left_after_everything_was_killed(folder: Path) -> None:
    up(folder)
    for name in launcher.MODULES:
        os.kill(int(launcher.running(folder, name) or 0), signal.SIGKILL)
    place = Place.of(folder.resolve())
    assert left(place)
    launcher.stop(folder)
    assert left(place) == []


def test_a_data_plane_that_was_killed_takes_up_what_the_clouds_hold(folder: Path) -> None:
    _lab, link = up(folder)
    os.kill(int(launcher.running(folder, launcher.DATAPLANE) or 0), signal.SIGKILL)
    eventually(lambda: not launcher.running(folder, launcher.DATAPLANE), "it is dead")
    link.lab = launcher.start(folder, dataplane=True)
    link.wait_up()


def test_a_reset_empties_it_and_it_goes_on(folder: Path) -> None:
    lab, link = up(folder)
    lab.reset()
    eventually(lambda: link.state()["ends"] == [], "no tunnel is left")
    place = Place.of(folder.resolve())
    eventually(
        lambda: (
            {name for name in left(place) if name.startswith(place.prefix)}
            == {place.prefix + name for name in ("inet", "hq", "hq-lan")}
        ),
        "only the Internet and the device are left",
    )
    Link(lab, 1).make().wait_up()


def test_its_daemons_show_no_key(folder: Path) -> None:
    """Neither in command lines and environments nor in readable files."""
    _lab, link = up(folder)
    place = Place.of(folder.resolve())
    keys = list(link.psk.values())
    for pid in (name for name in left(place) if name.isdigit()):
        for part in ("cmdline", "environ"):
            text = Path(f"/proc/{pid}/{part}").read_text(errors="replace")
            assert not [key for key in keys if key in text]
    assert place.folder.stat().st_mode & 0o077 == 0
    files = [path for path in place.folder.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert not [path for path in files if any(key in path.read_text(errors="replace") for key in keys)]
