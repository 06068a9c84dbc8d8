# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on purpose, accounts apart from each other, the request log, settings, and the server as a process."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from .conftest import PSK, REGION, Client, account


def _count(jd: Client) -> int:
    return int(jd.call("GET", "/bgws/")["totalCount"])


def _fault(jd: Client, kind: str, **more: Any) -> None:
    jd.admin("POST", "/faults", {"operation": "createBgw", "kind": kind, **more})


def test_an_error_is_answered_before_anything_is_done(jd: Client) -> None:
    _fault(jd, "error", status=503, code="UNAVAILABLE", message="later")
    assert jd.refused("POST", "/bgws/", {"bgwName": "a"}) == (503, "UNAVAILABLE", "later")
    assert _count(jd) == 0
    jd.bgw()
    assert jd.admin("GET", "/faults") == {"faults": [], "held": 0}


def test_throttling_and_garbage(jd: Client) -> None:
    _fault(jd, "throttle")
    assert jd.refused("POST", "/bgws/", {"bgwName": "a"})[:2] == (429, "RATE_LIMIT")
    _fault(jd, "garbage")
    answer = jd.raw("POST", "/bgws/", {"bgwName": "a"})
    assert answer.status_code == 502
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert _count(jd) == 0


@pytest.mark.parametrize(("kind", "made"), [("reset", 0), ("reset_after", 1)])
def test_broken_connections(jd: Client, kind: str, made: int) -> None:
    _fault(jd, kind)
    with pytest.raises(requests.ConnectionError):
        jd.raw("POST", "/bgws/", {"bgwName": "a"})
    assert _count(jd) == made, "carried out or not, the answer is lost"
    assert _count(jd) == made, "and the server goes on"


def test_a_call_is_held_until_the_faults_are_cleared(jd: Client) -> None:
    jd.admin("POST", "/faults", {"operation": "writes", "kind": "hold", "skip": 1})
    jd.bgw()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(jd.raw, "POST", "/bgws/", {"bgwName": "b"})
        while jd.admin("GET", "/faults")["held"] == 0:
            assert not waiting.done(), "reads and the first write pass"
        assert _count(jd) == 1, "the others are answered meanwhile"
        jd.admin("DELETE", "/faults")
        assert isinstance(waiting.exception(), requests.ConnectionError)
    assert _count(jd) == 1


def test_a_delay_only_delays(jd: Client) -> None:
    _fault(jd, "delay", seconds=0.01)
    jd.bgw()
    assert jd.admin("GET", "/faults") == {"faults": [], "held": 0}


def test_skip_count_and_operation(jd: Client) -> None:
    _fault(jd, "throttle", skip=1, count=2)
    codes = [jd.raw("POST", "/bgws/", {"bgwName": "a"}).status_code for _number in range(4)]
    assert codes == [200, 429, 429, 200]
    jd.admin("POST", "/faults", {"operation": "*", "kind": "throttle"})
    assert jd.raw("GET", "/customerGateways/").status_code == 429
    _fault(jd, "throttle")
    jd.admin("DELETE", "/faults")
    jd.bgw()


def test_the_rate_limit(jd: Client) -> None:
    jd.admin("PATCH", "/settings", {"rate_limit_per_minute": 1})
    codes = {jd.raw("GET", "/bgws/").status_code for _number in range(4)}
    assert 429 in codes
    jd.admin("PATCH", "/settings", {"rate_limit_per_minute": 0})
    assert jd.raw("GET", "/bgws/").status_code == 200


def test_accounts_and_regions_are_apart(server, jd: Client) -> None:
    bgw = jd.bgw()
    for stranger in (Client(server, "south"), Client(server, region="cn-east-1")):
        assert _count(stranger) == 0
        assert stranger.refused("GET", f"/bgws/{bgw}")[:2] == (404, "NOT_FOUND")
        assert stranger.refused("DELETE", f"/bgws/{bgw}")[:2] == (404, "NOT_FOUND")
    assert Client(server, region="cn-west-9").refused("GET", "/bgws/")[:2] == (400, "INVALID_ARGUMENT")


def test_the_request_log_tells_calls_and_no_keys(jd: Client) -> None:
    connection = jd.connection(jd.bgw(), jd.gateway())
    since = jd.admin("GET", "/requests?since=0")["next"]
    tunnel = jd.tunnel(connection)
    jd.refused("DELETE", f"/vpnTunnels/{tunnel}")
    told = jd.admin("GET", f"/requests?since={since}")
    shown = [(r["operation"], r["write"], r["status"], r["error"]) for r in told["requests"]]
    assert shown == [
        ("describeVpnConnection", False, 200, None),
        ("createVpnTunnel", True, 200, None),
        ("deleteVpnTunnel", True, 400, "FAILED_PRECONDITION"),
    ]
    assert {(r["account"], r["region"], r["service"]) for r in told["requests"]} == {("north", REGION, "bgw")}
    assert told["next"] == since + 3
    assert not any(secret in json.dumps(told) for secret in (PSK, "AKnorth", "SKnorth"))


def test_wrong_settings_and_faults_change_nothing(jd: Client) -> None:
    before = jd.admin("GET", "/settings")
    url = f"http://127.0.0.1:{jd.server.admin_port}"
    for path, body in (("/settings", {"colour": 1}), ("/settings", {"provisioning_s": 5, "mask_psk": "half"})):
        assert jd.session.patch(url + path, json=body, timeout=10).status_code == 400
    assert jd.session.post(f"{url}/faults", json={"kind": "flood"}, timeout=10).status_code == 400
    assert jd.admin("GET", "/settings") == before
    assert jd.admin("GET", "/faults") == {"faults": [], "held": 0}


def test_bodies_that_are_no_json_objects(jd: Client) -> None:
    for body in ("{", "[]", '"a"', ""):
        answer = jd.send("POST", "/bgws/", body)
        assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_connections_are_kept_alive(jd: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", jd.server.port, timeout=10)
    connection.connect()
    first = connection.sock
    for method, body in (("GET", None), ("POST", "{}"), ("GET", None)):
        connection.request(method, f"/v1/regions/{REGION}/bgws/", body)
        assert connection.getresponse().read()
        assert connection.sock is first
    connection.close()


def test_the_process_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    config, ready, log = (tmp_path / name for name in ("config.json", "ready.json", "requests.jsonl"))
    accounts = [account("north"), {"cloud": "aws", "name": "other"}]
    config.write_text(json.dumps({"accounts": accounts, "settings": {"mask_psk": "stars"}, "request_log": str(log)}))
    command = [sys.executable, "-m", "lab.jdcloud", "--config", str(config), "--ready", str(ready), "--port", "0"]
    process = subprocess.Popen(command, cwd=Path(__file__).resolve().parents[3])
    try:
        deadline = time.monotonic() + 30
        while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        told = json.loads(ready.read_text())
        assert told["pid"] == process.pid
        settings = requests.get(f"http://127.0.0.1:{told['admin_port']}/settings", timeout=10).json()
        assert settings["mask_psk"] == "stars"
        assert requests.get(f"http://127.0.0.1:{told['port']}/v1/regions/{REGION}/bgws/", timeout=10).status_code == 401
    finally:
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert [json.loads(line)["status"] for line in log.read_text().splitlines()] == [401]
