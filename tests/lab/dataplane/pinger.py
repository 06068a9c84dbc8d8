# SPDX-License-Identifier: GPL-3.0-or-later
"""Real pings from a machine of the lab, all the time while something happens."""

from __future__ import annotations

import itertools
import re
import signal
import subprocess
from typing import Any

from lab.launcher import Lab

INTERVAL = 0.05
_ANSWER = re.compile(r"icmp_seq=(\d+) ")
_SENT = re.compile(r"(\d+) packets transmitted")


class Pinger:
    """20 pings a second from one machine (its instance id) to an address, until the block ends."""

    def __init__(self, lab: Lab, source: str, target: str) -> None:
        self._command = ["ip", "netns", "exec", lab.env["LAB_NAMESPACE_PREFIX"] + source,
                         "ping", "-n", "-i", str(INTERVAL), target]  # fmt: skip
        self.answered: set[int] = set()
        self.sent = 0

    def __enter__(self) -> Pinger:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return self

    def __exit__(self, *_exception: Any) -> None:
        self._process.send_signal(signal.SIGINT)
        text, _none = self._process.communicate(timeout=20)
        self.answered = {int(number) for number in _ANSWER.findall(text)}
        sent = _SENT.search(text)
        assert sent, text
        self.sent = int(sent[1])

    @property
    def lost(self) -> int:
        # The last one may still have been on its way when ping was told to end.
        return len(set(range(1, self.sent)) - self.answered)

    @property
    def longest_gap(self) -> float:
        """Seconds without an answer, at most."""
        marks = [0, *sorted(self.answered), self.sent]
        return max(later - earlier for earlier, later in itertools.pairwise(marks)) * INTERVAL


def ping(lab: Lab, source: str, target: str, *options: str) -> bool:
    """Whether every one of three pings is answered."""
    where = ["ip", "netns", "exec", lab.env["LAB_NAMESPACE_PREFIX"] + source]
    command = [*where, "ping", "-n", "-c", "3", "-i", "0.1", "-W", "1", *options, target]
    return " 0% packet loss" in subprocess.run(command, capture_output=True, text=True, check=False).stdout
