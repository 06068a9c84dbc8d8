# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts both emulated clouds, finds them again, and stops them; all that it knows lies in one folder.

That folder (0700) holds, for `jdcloud` and `aws` each: NAME.config.json (accounts, settings), NAME.pid, NAME.ready.json
(ports), NAME.log and NAME.requests.jsonl; and lab.json, the accounts and the PSK master secret of this start.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from lab import credentials, processes

MODULES = {"jdcloud": "lab.jdcloud", "aws": "lab.aws"}
CLOUDS = tuple(MODULES)
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
        admin_urls = {cloud: f"http://127.0.0.1:{ready[cloud]['admin_port']}" for cloud in CLOUDS}
        env = _environment(known["accounts"], known["psk_master_secret"], endpoints, admin_urls)
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

    def reset(self) -> None:
        """Both clouds as they were at the start."""
        for cloud in CLOUDS:
            self.admin(cloud, "POST", "/reset")

    def stop(self) -> None:
        stop(self.state_dir)


def start(state_dir: Path | str, settings: dict[str, dict[str, Any]] | None = None) -> Lab:
    """Start the lab, or attach to the one that already runs with this folder.

    `settings` maps `jdcloud` and `aws` to settings that their servers start with.
    """
    folder = Path(state_dir).resolve()
    unknown = set(settings or {}) - set(CLOUDS)
    if unknown:
        raise LabError(f"settings are for {' and '.join(CLOUDS)}, not for {', '.join(sorted(unknown))}")
    with _locked(folder):
        if not is_running(folder):
            _clean_up(folder)  # what a lab that was killed has left, a surviving server included
            _start_servers(folder, settings or {})
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


def _start_servers(folder: Path, settings: dict[str, dict[str, Any]]) -> None:
    accounts = credentials.new_accounts()
    known = {"accounts": accounts, "psk_master_secret": credentials.new_psk_master_secret()}
    _write_private(folder / "lab.json", json.dumps(known))
    servers = {}
    try:
        for cloud in CLOUDS:  # both at once: starting is mostly imports
            servers[cloud] = _spawn(folder, cloud, accounts, settings.get(cloud, {}))
        processes.wait_until_ready(servers, _START_SECONDS)
    except BaseException as error:
        _clean_up(folder)
        _remove_if_empty(folder)
        if isinstance(error, processes.StartFailed):
            raise LabError(str(error)) from None
        raise


def _spawn(folder: Path, cloud: str, accounts: list[dict[str, Any]], settings: dict[str, Any]) -> Any:
    log, ready = _file(folder, cloud, "log"), _file(folder, cloud, "ready.json")
    request_log = _file(folder, cloud, "requests.jsonl")
    config = {"accounts": accounts, "settings": settings, "request_log": str(request_log)}
    _write_private(_file(folder, cloud, "config.json"), json.dumps(config))
    _write_private(log, "")
    _write_private(request_log, "")
    process = processes.spawn(
        MODULES[cloud], ["--config", _config_argument(folder, cloud), "--ready", str(ready), "--port", "0"], log
    )
    _write_private(_file(folder, cloud, "pid"), str(process.pid))
    return process, ready, log


def _clean_up(folder: Path) -> None:
    """Stop what runs, then remove what this launcher writes and nothing else: the folder may be anyone's."""
    processes.stop(server for cloud in CLOUDS if (server := _server(folder, cloud)))
    for cloud in CLOUDS:
        for suffix in _SUFFIXES:
            _file(folder, cloud, suffix).unlink(missing_ok=True)
    (folder / "lab.json").unlink(missing_ok=True)


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
    }


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
