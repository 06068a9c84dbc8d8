# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts both emulated clouds and the data plane, finds them again, and stops them; what it knows lies in one folder.

That folder (0700) holds, for `jdcloud`, `aws` and `dataplane` each: NAME.config.json (accounts, settings), NAME.pid,
NAME.ready.json (ports), NAME.log and, for the clouds, NAME.requests.jsonl; and lab.json, the accounts and the PSK
master secret of this start. What the data plane needs of the kernel is named after the folder, see
lab/dataplane/place.py.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from lab import credentials, processes
from lab.dataplane.place import Place

DATAPLANE = "dataplane"
MODULES = {"jdcloud": "lab.jdcloud", "aws": "lab.aws", DATAPLANE: "lab.dataplane"}
CLOUDS = ("jdcloud", "aws")
_DEFAULT_STATE_DIR = Path(__file__).resolve().parent.parent / ".lab"
_START_SECONDS = 60.0
_SUFFIXES = ("config.json", "ready.json", "ready.json.partial", "pid", "log", "requests.jsonl")


class LabError(Exception):
    """The lab cannot be started, or does not run."""


def default_state_dir() -> Path:
    return Path(os.environ.get("LAB_STATE_DIR") or _DEFAULT_STATE_DIR)


@dataclass(frozen=True)
class Lab:
    """A running lab. `env` holds keys: it is for the environment of clients, never for output."""

    state_dir: Path
    env: dict[str, str] = field(repr=False)
    accounts: list[dict[str, Any]] = field(repr=False)
    endpoints: dict[str, str]
    admin_urls: dict[str, str]

    @classmethod
    def attach(cls, state_dir: Path | str) -> Lab:
        """The lab that runs with this folder; LabError if none does."""
        folder = Path(state_dir).resolve()
        if not is_running(folder):
            raise LabError(f"no lab runs with {folder}; start one with: python -m lab up")
        known = _read_json(folder / "lab.json")
        ready = {cloud: _read_json(_file(folder, cloud, "ready.json")) for cloud in CLOUDS}
        endpoints = {cloud: f"http://127.0.0.1:{ready[cloud]['port']}" for cloud in CLOUDS}
        admin_urls, devices = _admin_urls(folder, CLOUDS), {}
        if running(folder, DATAPLANE):
            admin_urls |= _admin_urls(folder, (DATAPLANE,))
            devices = _read_json(_file(folder, DATAPLANE, "ready.json"))["devices"]
        env = _environment(known["accounts"], known["psk_master_secret"], endpoints, admin_urls)
        env["LAB_NAMESPACE_PREFIX"] = Place.of(folder).prefix
        env["LAB_DEVICES"] = json.dumps(devices)
        return cls(folder, env, known["accounts"], endpoints, admin_urls)

    @property
    def jdcloud_admin_url(self) -> str:
        return self.admin_urls["jdcloud"]

    @property
    def aws_admin_url(self) -> str:
        return self.admin_urls["aws"]

    def admin(self, cloud: str, method: str, path: str, body: Any = None) -> Any:
        """Call a cloud's admin surface; returns its JSON answer."""
        with requests.Session() as session:
            session.trust_env = False  # a proxy has no way to this loopback
            answer = session.request(method, self.admin_urls[cloud] + path, json=body, timeout=30)
        if not answer.ok:
            raise LabError(f"{cloud}: {method} {path} answered {answer.status_code}: {answer.text.strip()}")
        return answer.json() if answer.content else None

    @property
    def carries_packets(self) -> bool:
        return DATAPLANE in self.admin_urls

    def reset(self) -> None:
        """Both clouds as they were at the start; the data plane follows, and the device has forgotten everything."""
        for cloud in CLOUDS:
            self.admin(cloud, "POST", "/reset")
        if self.carries_packets:
            self.admin(DATAPLANE, "POST", "/devices/reset")

    def save(self) -> None:
        """Keep what both clouds hold. What a device has been told is not kept."""
        for cloud in CLOUDS:
            self.admin(cloud, "POST", "/save")

    def restore(self) -> None:
        """What `save` has kept, instead of what they hold now; the data plane follows."""
        for cloud in CLOUDS:
            self.admin(cloud, "POST", "/restore")

    def stop(self) -> None:
        stop(self.state_dir)


def start(state_dir: Path | str, settings: dict[str, dict[str, Any]] | None = None, dataplane: bool = False) -> Lab:
    """Start the lab, or attach to the one that already runs with this folder.

    `settings` maps `jdcloud`, `aws` and `dataplane` to settings that their servers start with. With `dataplane` packets
    really flow; the caller has made sure that the machine can (lab.dataplane.capability).
    """
    folder = Path(state_dir).resolve()
    unknown = set(settings or {}) - set(MODULES)
    if unknown:
        raise LabError(f"settings are for {', '.join(MODULES)}, not for {', '.join(sorted(unknown))}")
    with _locked(folder):
        if not is_running(folder):
            _clean_up(folder)  # what a lab that was killed has left, a surviving server included
            _start_servers(folder, settings or {}, dataplane)
        elif dataplane and not running(folder, DATAPLANE):
            _start_dataplane(folder, settings or {})
        return Lab.attach(folder)


def stop(state_dir: Path | str) -> bool:
    """Stop whatever of the lab runs and remove its state; False when there was nothing."""
    folder = Path(state_dir).resolve()
    if not folder.is_dir():
        return False
    with _locked(folder):
        found = (folder / "lab.json").exists()
        _clean_up(folder)
        if found:
            _remove_if_empty(folder)
        return found


def is_running(state_dir: Path | str) -> bool:
    folder = Path(state_dir).resolve()
    return (folder / "lab.json").exists() and all(running(folder, cloud) for cloud in CLOUDS)


def running(folder: Path, cloud: str) -> int | None:
    """The pid of a cloud's server if it runs and has become ready."""
    server = _server(folder, cloud)
    return server.pid if server and server.is_running and _file(folder, cloud, "ready.json").exists() else None


def _start_servers(folder: Path, settings: dict[str, dict[str, Any]], dataplane: bool) -> None:
    accounts = credentials.new_accounts()
    known = {"accounts": accounts, "psk_master_secret": credentials.new_psk_master_secret()}
    _write_private(folder / "lab.json", json.dumps(known))
    servers = {}
    try:
        for cloud in CLOUDS:  # both at once: starting is mostly imports
            log = _file(folder, cloud, "requests.jsonl")
            _write_private(log, "")
            servers[cloud] = _spawn(folder, cloud, settings, {"accounts": accounts, "request_log": str(log)})
        processes.wait_until_ready(servers, _START_SECONDS)
        if dataplane:
            _start_dataplane(folder, settings)
    except BaseException as error:
        _clean_up(folder)
        _remove_if_empty(folder)
        if isinstance(error, processes.StartFailed):
            raise LabError(str(error)) from None
        raise


def _start_dataplane(folder: Path, settings: dict[str, dict[str, Any]]) -> None:
    """It takes up what the clouds hold, whatever became of one that ran before."""
    place = Place.of(folder)
    place.clear()
    _file(folder, DATAPLANE, "ready.json").unlink(missing_ok=True)
    config = {"clouds": _admin_urls(folder, CLOUDS), "folder": str(place.folder), "prefix": place.prefix}
    processes.wait_until_ready({DATAPLANE: _spawn(folder, DATAPLANE, settings, config)}, _START_SECONDS)


def _spawn(folder: Path, name: str, settings: dict[str, dict[str, Any]], config: dict[str, Any]) -> Any:
    log, ready = _file(folder, name, "log"), _file(folder, name, "ready.json")
    _write_private(_file(folder, name, "config.json"), json.dumps({**config, "settings": settings.get(name, {})}))
    _write_private(log, "")
    process = processes.spawn(
        MODULES[name], ["--config", _config_argument(folder, name), "--ready", str(ready), "--port", "0"], log
    )
    _write_private(_file(folder, name, "pid"), str(process.pid))
    return process, ready, log


def _clean_up(folder: Path) -> None:
    """Stop what runs, then remove what this launcher writes and nothing else: the folder may be anyone's."""
    for names in ((DATAPLANE,), CLOUDS):  # first who asks, then who answers
        processes.stop(server for name in names if (server := _server(folder, name)))
    if _file(folder, DATAPLANE, "config.json").exists():
        Place.of(folder).clear()  # what it could not take down itself, if it was killed
    for name in MODULES:
        for suffix in _SUFFIXES:
            _file(folder, name, suffix).unlink(missing_ok=True)
    for name in ("lab.json", "differ.json"):
        (folder / name).unlink(missing_ok=True)


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


def _environment(
    accounts: list[dict[str, Any]], psk_master_secret: str, endpoints: dict[str, str], admin_urls: dict[str, str]
) -> dict[str, str]:
    first = {cloud: next(account for account in accounts if account["cloud"] == cloud) for cloud in CLOUDS}
    shown = ("cloud", "name", "access_key", "secret_key", "regions")
    return {
        "JDCLOUD_ENDPOINT_URL": endpoints["jdcloud"],
        "JDCLOUD_ACCESS_KEY": first["jdcloud"]["access_key"],
        "JDCLOUD_SECRET_KEY": first["jdcloud"]["secret_key"],
        "JDCLOUD_REGION": first["jdcloud"]["regions"][0],
        "AWS_ENDPOINT_URL": endpoints["aws"],
        "AWS_ACCESS_KEY_ID": first["aws"]["access_key"],
        "AWS_SECRET_ACCESS_KEY": first["aws"]["secret_key"],
        "AWS_DEFAULT_REGION": first["aws"]["regions"][0],
        "VPN_PSK_MASTER_SECRET": psk_master_secret,
        "LAB_ACCOUNTS": json.dumps([{name: account[name] for name in shown} for account in accounts]),
        "LAB_JDCLOUD_ADMIN_URL": admin_urls["jdcloud"],
        "LAB_AWS_ADMIN_URL": admin_urls["aws"],
        "LAB_DATAPLANE": "up" if DATAPLANE in admin_urls else "off",
        "LAB_DATAPLANE_ADMIN_URL": admin_urls.get(DATAPLANE, ""),
    }


def _admin_urls(folder: Path, names: Iterable[str]) -> dict[str, str]:
    ready = {name: _read_json(_file(folder, name, "ready.json")) for name in names}
    return {name: f"http://127.0.0.1:{ready[name]['admin_port']}" for name in names}


def _file(folder: Path, cloud: str, suffix: str) -> Path:
    return folder / f"{cloud}.{suffix}"


def _config_argument(folder: Path, cloud: str) -> str:
    """What tells this lab's servers from those of another folder."""
    return str(_file(folder, cloud, "config.json"))


def _server(folder: Path, cloud: str) -> processes.Server | None:
    """What should be running, by the pid that was noted when it was started."""
    try:
        pid = int(_file(folder, cloud, "pid").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    return processes.Server(pid, MODULES[cloud], _config_argument(folder, cloud))


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One start or stop at a time. The lock is on the folder itself, so it leaves nothing behind."""
    while True:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # While waiting, a stop may have removed the folder, and another start made a new one.
            if folder.exists() and os.path.samestat(os.fstat(descriptor), os.stat(folder)):
                yield
                return
        finally:
            os.close(descriptor)
