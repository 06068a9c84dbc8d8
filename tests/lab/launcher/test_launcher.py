# SPDX-License-Identifier: GPL-3.0-or-later
"""The launcher's own behaviour, with servers that start at once."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
import threading

import pytest

from lab import launcher, processes
from lab.__main__ import main
from lab.launcher import Lab, LabError

pytestmark = pytest.mark.usefixtures("fake_clouds")


def _pid(folder, cloud):
    return launcher.running(folder, cloud)


def _kill(folder, cloud):
    """kill -9, and wait until the process is gone."""
    pid = _pid(folder, cloud)
    os.kill(pid, signal.SIGKILL)
    processes._children.pop(pid).wait()
    return pid


def _run(capsys, folder, *arguments):
    code = main([arguments[0], "--dir", str(folder), *arguments[1:]])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_up_starts_both_and_a_second_up_leaves_them(folder, capsys):
    assert _run(capsys, folder, "up")[0] == 0
    before = {cloud: _pid(folder, cloud) for cloud in launcher.CLOUDS}
    env = Lab.attach(folder).env
    assert all(before.values())
    code, out, _ = _run(capsys, folder, "up")
    assert (code, out.splitlines()[0]) == (0, "The lab already runs.")
    assert {cloud: _pid(folder, cloud) for cloud in launcher.CLOUDS} == before
    assert Lab.attach(folder).env == env


def test_down_stops_both_removes_the_state_and_succeeds_twice(folder, capsys):
    launcher.start(folder)
    pids = [_pid(folder, cloud) for cloud in launcher.CLOUDS]
    assert _run(capsys, folder, "down")[:2] == (0, "The lab is stopped.\n")
    assert not folder.exists()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert _run(capsys, folder, "down")[:2] == (0, "No lab runs.\n")


def test_down_leaves_files_of_others(folder):
    launcher.start(folder)
    (folder / "aws.notes").write_text("mine")
    launcher.stop(folder)
    assert [path.name for path in folder.iterdir()] == ["aws.notes"]


def test_down_does_not_remove_an_empty_folder_of_somebody(tmp_path):
    assert launcher.stop(tmp_path) is False
    assert tmp_path.is_dir()


def test_servers_outlive_their_launcher_in_sessions_of_their_own(folder):
    launcher.start(folder)
    assert {os.getsid(_pid(folder, cloud)) for cloud in launcher.CLOUDS} == {
        _pid(folder, cloud) for cloud in launcher.CLOUDS
    }


def test_a_stubborn_server_is_ended_all_the_same(folder, monkeypatch):
    monkeypatch.setattr(processes, "_STOP_SECONDS", 0.1)
    launcher.start(folder, {"aws": {"stubborn": True}})
    pid = _pid(folder, "aws")
    launcher.stop(folder)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("victims", [("aws",), ("jdcloud",), ("jdcloud", "aws")], ids="+".join)
def test_what_a_killed_lab_has_left_is_healed(folder, capsys, victims):
    old = launcher.start(folder)
    pids = {cloud: _pid(folder, cloud) for cloud in launcher.CLOUDS}
    for cloud in victims:
        _kill(folder, cloud)
    assert _run(capsys, folder, "status")[0] == 1
    with pytest.raises(LabError):
        Lab.attach(folder)
    new = launcher.start(folder)
    assert new.env["AWS_SECRET_ACCESS_KEY"] != old.env["AWS_SECRET_ACCESS_KEY"]
    for cloud in launcher.CLOUDS:
        assert _pid(folder, cloud) not in (None, pids[cloud])
        with pytest.raises(ProcessLookupError):
            os.kill(pids[cloud], 0)


def test_a_process_that_has_inherited_a_pid_is_left_alone(folder):
    launcher.start(folder)
    _kill(folder, "aws")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (folder / "aws.pid").write_text(str(stranger.pid))
        launcher.stop(folder)
        assert stranger.poll() is None
        stranger.communicate(b"\n")
        assert stranger.returncode == 0


def test_labs_with_folders_of_their_own_do_not_meet(folder, tmp_path):
    first, second = launcher.start(folder), launcher.start(tmp_path / "other")
    second.stop()
    assert launcher.is_running(folder)
    assert first.env["JDCLOUD_ACCESS_KEY"] != second.env["JDCLOUD_ACCESS_KEY"]


def test_two_starts_at_once_make_one_lab(folder):
    labs = []
    threads = [threading.Thread(target=lambda: labs.append(launcher.start(folder))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(labs) == 3
    assert labs[0] == labs[1] == labs[2]


def test_a_server_that_dies_is_reported_with_the_end_of_its_log(folder):
    with pytest.raises(LabError, match=r"(?s)aws ended with status 3 before it was ready:\n  no such luck"):
        launcher.start(folder, {"aws": {"die": "no such luck"}})
    assert not folder.exists()


def test_settings_reach_their_server_and_others_are_refused(folder):
    with pytest.raises(LabError, match="azure"):
        launcher.start(folder, {"azure": {}})
    lab = launcher.start(folder, {"aws": {"pending_seconds": 7}})
    assert lab.admin("aws", "GET", "/settings")["pending_seconds"] == 7
    assert "pending_seconds" not in lab.admin("jdcloud", "GET", "/settings")


def test_servers_do_not_inherit_a_users_cloud_settings(folder, monkeypatch):
    for name in ("AWS_PROFILE", "JDCLOUD_ACCESS_KEY", "VPN_PSK_MASTER_SECRET", "LAB_ACCOUNTS"):
        monkeypatch.setenv(name, "of-the-user")
    inherited = launcher.start(folder).admin("aws", "GET", "/settings")["inherited"]
    assert not {"AWS_PROFILE", "JDCLOUD_ACCESS_KEY", "VPN_PSK_MASTER_SECRET", "LAB_ACCOUNTS"} & set(inherited)
    assert "PATH" in inherited


def test_only_the_owner_reads_the_state(folder):
    launcher.start(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    holding_keys = [path for path in folder.iterdir() if path.suffix != ".json" or "ready" not in path.name]
    assert {stat.S_IMODE(path.stat().st_mode) for path in holding_keys} == {0o600}


def test_env_prints_export_lines_that_a_shell_reads_back(folder, capsys):
    lab = launcher.start(folder)
    code, out, err = _run(capsys, folder, "env")
    assert (code, err) == (0, "")
    assert all(re.fullmatch(r"export [A-Z_]+='.*'", line) for line in out.splitlines())
    script = f"{out}\n{shlex.quote(sys.executable)} -c 'import json, os; print(json.dumps(dict(os.environ)))'"
    shell = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True, env={})
    seen = json.loads(shell.stdout)
    assert {name: seen[name] for name in lab.env} == lab.env


def test_env_has_every_variable_in_its_real_shape(folder):
    env = launcher.start(folder).env
    shapes = {
        "JDCLOUD_ENDPOINT_URL": r"http://127\.0\.0\.1:\d+",
        "JDCLOUD_ACCESS_KEY": r"[0-9A-F]{32}",
        "JDCLOUD_SECRET_KEY": r"[0-9A-F]{32}",
        "JDCLOUD_REGION": "cn-north-1",
        "AWS_ENDPOINT_URL": r"http://127\.0\.0\.1:\d+",
        "AWS_ACCESS_KEY_ID": r"AKIA[A-Z2-7]{16}",
        "AWS_SECRET_ACCESS_KEY": r"[A-Za-z0-9/+]{40}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "VPN_PSK_MASTER_SECRET": r"[A-Za-z0-9_-]{43,}",
        "LAB_ACCOUNTS": r"\[.*\]",
        "LAB_JDCLOUD_ADMIN_URL": r"http://127\.0\.0\.1:\d+",
        "LAB_AWS_ADMIN_URL": r"http://127\.0\.0\.1:\d+",
        "LAB_DATAPLANE": "off",
        "LAB_DATAPLANE_ADMIN_URL": "",
        "LAB_NAMESPACE_PREFIX": r"icv[0-9a-f]{6}-",
        "LAB_DEVICES": r"\{\}",
    }
    assert set(env) == set(shapes)
    for name, shape in shapes.items():
        assert re.fullmatch(shape, env[name]), name


def test_accounts_are_two_on_jd_cloud_and_three_on_aws(folder):
    env = launcher.start(folder).env
    accounts = {(a["cloud"], a["name"]): a for a in json.loads(env["LAB_ACCOUNTS"])}
    names = {"jdcloud": {"north", "south"}, "aws": {"global", "china", "branch"}}
    assert set(accounts) == {(cloud, name) for cloud, held in names.items() for name in held}
    for account in accounts.values():
        assert set(account) == {"cloud", "name", "access_key", "secret_key", "regions"}
    jd_regions = {"cn-north-1", "cn-east-1", "cn-east-2", "cn-south-1"}
    assert set(accounts["jdcloud", "north"]["regions"]) == set(accounts["jdcloud", "south"]["regions"]) == jd_regions
    assert accounts["jdcloud", "south"]["regions"][0] == "cn-south-1"
    assert {"us-east-1", "eu-west-1"} < set(accounts["aws", "global"]["regions"])
    assert accounts["aws", "china"]["regions"] == ["cn-north-1", "cn-northwest-1"]
    assert env["AWS_ACCESS_KEY_ID"] == accounts["aws", "global"]["access_key"]
    assert env["JDCLOUD_SECRET_KEY"] == accounts["jdcloud", "north"]["secret_key"]
    assert len({account["access_key"] for account in accounts.values()}) == 5


def test_no_key_is_ever_printed_but_by_env(folder, capsys):
    lab = launcher.start(folder)
    keys = [account[name] for account in lab.accounts for name in ("access_key", "secret_key")]
    keys.append(lab.env["VPN_PSK_MASTER_SECRET"])
    printed = repr(lab)
    for command in (["up"], ["status"], ["reset"], ["fault", "aws", "--kind", "throttle"], ["down"]):
        code, out, err = _run(capsys, folder, *command)
        assert code == 0, err
        printed += out + err
    assert not [key for key in keys if key in printed]


@pytest.mark.parametrize("command", [["env"], ["reset"], ["fault", "aws"]], ids=lambda command: command[0])
def test_without_a_lab_the_message_says_how_to_start_one(folder, capsys, command):
    code, out, err = _run(capsys, folder, *command)
    assert (code, out) == (1, "")
    assert "python -m lab up" in err
    assert not folder.exists()


def test_status_and_reset(folder, capsys):
    launcher.start(folder)
    code, out, _ = _run(capsys, folder, "status")
    assert code == 0
    for cloud, line in zip(launcher.CLOUDS, out.splitlines(), strict=True):
        assert line.startswith(cloud)
        assert f"pid {_pid(folder, cloud)}," in line
        assert line.endswith("7 requests")
    _run(capsys, folder, "reset")
    lab = Lab.attach(folder)
    assert [lab.admin(cloud, "GET", "/settings")["resets"] for cloud in launcher.CLOUDS] == [1, 1]


def test_faults_from_the_command_line(folder, capsys):
    launcher.start(folder)
    wanted = ["fault", "jdcloud", "--kind", "error", "--operation", "createBgw", "--count", "2", "--status", "500"]
    fault = {"kind": "error", "operation": "createBgw", "count": 2, "status": 500}
    assert json.loads(_run(capsys, folder, *wanted)[1]) == {"faults": [fault]}
    assert json.loads(_run(capsys, folder, "fault", "jdcloud")[1]) == {"faults": [fault]}
    assert json.loads(_run(capsys, folder, "fault", "jdcloud", "--clear")[1]) == {"faults": []}


def test_the_folder_can_come_from_the_environment(folder, monkeypatch):
    monkeypatch.setenv("LAB_STATE_DIR", str(folder))
    assert launcher.default_state_dir() == folder
    monkeypatch.delenv("LAB_STATE_DIR")
    assert launcher.default_state_dir().name == ".lab"
