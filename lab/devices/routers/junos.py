# SPDX-License-Identifier: GPL-3.0-or-later
"""Junos over NETCONF: candidate and committed configuration as set lines, a lock, commits that wait for another one.

It takes any path whose first word Junos knows, and at commit checks what names something: it proves the way of a push,
not the vendor's syntax.
"""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from lxml import etree

from .server import HungUp

Path = tuple[str, ...]
Config = dict[Path, None]
_TOP = ("apply-groups", "groups", "interfaces", "policy-options", "protocols", "routing-options", "security", "system")
# Of these there is one: a new value replaces the old one.
_SINGLE = (
    "authentication-algorithm", "authentication-method", "ascii-text", "bind-interface", "description", "df-bit",
    "dh-group", "encryption-algorithm", "export", "external-interface", "hold-time", "host-name", "ike-policy",
    "import", "interval", "ipsec-policy", "lifetime-seconds", "local-address", "local-as", "local-preference",
    "mss", "mtu", "peer-as", "proposals", "protocol", "router-id", "threshold", "version",
)  # fmt: skip


@dataclass
class Faults:
    """What goes wrong from now on."""

    refuse_load: str = ""
    fail_commit: str = ""
    hang_up_after_commit: bool = False
    locked_by_another: bool = False


@dataclass
class Junos:
    """One router. `keys` are those behind what it shows encrypted."""

    committed: Config = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    keys: dict[str, str] = field(default_factory=dict)
    waiting: Config | None = None  # to go back to where nobody confirms
    commits: int = 0

    def __post_init__(self) -> None:
        self.committed = {("system", "host-name", "gw"): None, **self.committed}

    def netconf(self) -> JunosNetconf:
        return JunosNetconf(self)

    def answer(self, session: JunosNetconf, message: bytes) -> tuple[bytes, bool]:
        """The reply to one NETCONF message, and whether it was the last one."""
        return _answer(session, message)

    def expire(self) -> None:
        """The time to confirm is over."""
        if self.waiting is not None:
            self.committed, self.waiting = self.waiting, None

    def show(self) -> str:
        return "".join(f"set {_line(path)}\n" for path in self.committed)


def parse(text: str) -> Config:
    return {tuple(shlex.split(line)[1:]): None for line in text.splitlines() if line.strip()}


def _line(path: Path) -> str:
    return " ".join(f'"{word}"' if " " in word or "$" in word else word for word in path)


class RpcError(Exception):
    """The device's answer to a request that it does not carry out."""


class JunosNetconf:
    """A session: requests in, the inside of an rpc-reply out."""

    capabilities = (
        "urn:ietf:params:netconf:base:1.0", "urn:ietf:params:netconf:capability:candidate:1.0",
        "urn:ietf:params:netconf:capability:confirmed-commit:1.0", "http://xml.juniper.net/netconf/junos/1.0",
    )  # fmt: skip

    def __init__(self, router: Junos) -> None:
        self.router = router
        self.candidate: Config = dict(router.committed)
        self._locked = False
        self._cut = False

    def reply(self, request: etree._Element) -> str:
        if self._cut:
            raise HungUp
        name = etree.QName(request).localname
        answers = {
            "lock": self._lock, "unlock": self._unlock, "discard-changes": self._discard,
            "close-session": lambda _request: "<ok/>",
            "get-configuration": self._show, "load-configuration": self._load, "commit-configuration": self._commit,
            "get-software-information": lambda _request: (
                "<software-information><host-name>gw</host-name><product-model>vsrx</product-model>"
                "<junos-version>22.4R1</junos-version></software-information>"
            ),
        }  # fmt: skip
        if name not in answers:
            raise RpcError(f"syntax error: {name}")
        return answers[name](request)

    def _lock(self, _request: etree._Element) -> str:
        if self.router.faults.locked_by_another:
            raise RpcError("configuration database locked by: other terminal p0 (pid 1) on since today")
        self._locked, self.candidate = True, dict(self.router.committed)
        return "<ok/>"

    def _unlock(self, _request: etree._Element) -> str:
        self._locked = False
        return "<ok/>"

    def _discard(self, _request: etree._Element) -> str:
        self.candidate = dict(self.router.committed)
        return "<ok/>"

    def _show(self, request: etree._Element) -> str:
        assert request.get("format") == "set"
        text = "".join(f"set {_line(path)}\n" for path in self.candidate)
        return f"<configuration-set>{escape(text)}</configuration-set>"

    def _load(self, request: etree._Element) -> str:
        if self.router.faults.refuse_load:
            raise RpcError(self.router.faults.refuse_load)
        for line in "".join(request.itertext()).strip().splitlines():
            verb, *words = shlex.split(line)
            self._edit(verb, tuple(words))
        return "<load-configuration-results><ok/></load-configuration-results>"

    def _edit(self, verb: str, path: Path) -> None:
        if path[0] not in _TOP:
            raise RpcError(f"syntax error: {path[0]}")
        if verb == "delete":
            gone = [held for held in self.candidate if held[: len(path)] == path]
            for held in gone:
                del self.candidate[held]
            if not gone:
                raise RpcError("statement not found")
            return
        if path[-2] == "ascii-text" and not path[-1].startswith("$9$"):
            path = (*path[:-1], self._encrypt(path[-1]))
        if path[-2] in _SINGLE:
            for held in [held for held in self.candidate if held[:-1] == path[:-1]]:
                del self.candidate[held]
        # What stands in a container stands for it.
        if not any(held[: len(path)] == path for held in self.candidate):
            self.candidate.pop(path[:-1], None)
            self.candidate[path] = None

    def _encrypt(self, key: str) -> str:
        told = f"$9${hashlib.sha256(f'{len(self.router.keys)} {key}'.encode()).hexdigest()[:30]}"
        self.router.keys[told] = key
        return told

    def _commit(self, request: etree._Element) -> str:
        router, confirmed = self.router, request.find("{*}confirmed") is not None
        if router.faults.fail_commit:
            raise RpcError(router.faults.fail_commit)
        groups = {path[1] for path in self.candidate if path[0] == "groups"}
        unknown = {path[1] for path in self.candidate if path[0] == "apply-groups"} - groups
        if unknown:
            raise RpcError(f"configuration group '{min(unknown)}' not defined")
        if self.candidate != router.committed:
            router.commits += 1
        router.waiting = dict(router.committed) if confirmed else None
        router.committed = dict(self.candidate)
        self._cut = router.faults.hang_up_after_commit
        return "<commit-results><ok/></commit-results>"


def _answer(session: JunosNetconf, message: bytes) -> tuple[bytes, bool]:
    rpc = etree.fromstring(message)
    number = rpc.get("message-id")
    request = next(iter(rpc))
    try:
        inside = session.reply(request)
    except RpcError as error:
        inside = (
            "<rpc-error><error-type>protocol</error-type><error-tag>operation-failed</error-tag>"
            f"<error-severity>error</error-severity><error-message>{escape(str(error))}</error-message></rpc-error>"
        )
    text = f'<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="{number}">{inside}</rpc-reply>'
    return text.encode(), etree.QName(request).localname == "close-session"
