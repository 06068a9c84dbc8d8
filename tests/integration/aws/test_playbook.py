# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules as Ansible runs them, at -vvvv --diff: the same results, and no secret in a byte that is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.aws.conftest import ACCESS_KEY, ROOT, SECRET_KEY

KEYS = ["Playbook_secret_key_1", "Playbook_secret_key_2", "Playbook_secret_key_3"]
PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    intercloud.vpn.aws_customer_gateway: &auth
      access_key: "{{ lookup('env', 'TEST_ACCESS') }}"
      secret_key: "{{ lookup('env', 'TEST_SECRET') }}"
      endpoint_url: "{{ lookup('env', 'TEST_ENDPOINT') }}"
      region: eu-central-1
    intercloud.vpn.aws_vpn_connection: *auth
    intercloud.vpn.aws_vpn_connection_info: *auth
    intercloud.vpn.aws_route_propagation: *auth
  tasks:
    - intercloud.vpn.aws_customer_gateway: &gateway
        ip_address: 116.1.1.1
        bgp_asn: 65000
        device_name: a
      register: gateway
    - intercloud.vpn.aws_vpn_connection: &connection
        name: a
        customer_gateway_id: "{{ gateway.customer_gateway.customer_gateway_id }}"
        vpn_gateway_id: "{{ lookup('env', 'TEST_GATEWAY') }}"
        tunnel_options:
          - {tunnel_inside_cidr: 169.254.8.0/30, pre_shared_key: "{{ lookup('env', 'TEST_KEY_1') }}"}
          - {tunnel_inside_cidr: 169.254.8.4/30, pre_shared_key: "{{ lookup('env', 'TEST_KEY_2') }}"}
      register: made
    - intercloud.vpn.aws_vpn_connection: *connection
      register: again
    - intercloud.vpn.aws_vpn_connection: &changed
        name: a
        tunnel_options:
          - {tunnel_inside_cidr: 169.254.8.0/30, pre_shared_key: "{{ lookup('env', 'TEST_KEY_3') }}"}
      register: refused
      ignore_errors: true
    - intercloud.vpn.aws_vpn_connection:
        <<: *changed
        allow_interruption: true
      register: changed
    - intercloud.vpn.aws_vpn_connection:
        name: a
        tunnel_options: [{pre_shared_key: "0{{ lookup('env', 'TEST_KEY_3') }}"}]
      register: invalid
      ignore_errors: true
    - intercloud.vpn.aws_vpn_connection_info: {}
      register: info
    - intercloud.vpn.aws_route_propagation:
        route_table_ids: "{{ lookup('env', 'TEST_TABLE') }}"
        vpn_gateway_id: "{{ lookup('env', 'TEST_GATEWAY') }}"
      register: propagated
    - intercloud.vpn.aws_vpn_connection: {name: a, state: absent}
    - intercloud.vpn.aws_customer_gateway: {<<: *gateway, state: absent}
    - ansible.builtin.copy:
        dest: "{{ lookup('env', 'TEST_RESULTS') }}"
        content: "{{ vars | dict2items | selectattr('key', 'in', names) | items2dict | to_json }}"
        mode: "0600"
      vars:
        names: [gateway, made, again, refused, changed, invalid, info, propagated]
"""


@pytest.fixture(params=["in the worker", "as modules"])
def output(request, lab, site, tmp_path: Path) -> tuple[dict, str]:
    """What the playbook registered, and every byte that Ansible wrote: output, log, fact cache."""
    (tmp_path / "play.yml").write_text(PLAYBOOK)
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_LOG_PATH": str(tmp_path / "ansible.log"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(tmp_path / "facts"),
        "TEST_ACCESS": ACCESS_KEY,
        "TEST_SECRET": SECRET_KEY,
        "TEST_ENDPOINT": lab.endpoint,
        "TEST_GATEWAY": site.gateway_id,
        "TEST_TABLE": site.table_ids[0],
        "TEST_RESULTS": str(tmp_path / "results.json"),
        **{f"TEST_KEY_{number}": key for number, key in enumerate(KEYS, 1)},
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", "-c", "local"]
    command += ["-e", f"ansible_python_interpreter={sys.executable}", "-vvvv", "--diff", str(tmp_path / "play.yml")]
    command += ["-e", f"intercloud_in_process={request.param == 'in the worker'}"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    assert ("AnsiballZ_aws_" in done.stdout) == (request.param == "as modules")
    results = (tmp_path / "results.json").read_text()
    files = [path.read_text() for path in tmp_path.rglob("*") if path.is_file() and path.name != "play.yml"]
    return json.loads(results), "\n".join([done.stdout, done.stderr, *files])


def test_results_and_secrets(output):
    results, written = output
    changed = {name: result["changed"] for name, result in results.items() if not result.get("failed")}
    assert changed == {
        "gateway": True,
        "made": True,
        "again": False,
        "changed": True,
        "info": False,
        "propagated": True,
    }
    assert "these differences interrupt traffic" in results["refused"]["msg"]
    assert "pre_shared_key: is not a key that AWS accepts" in results["invalid"]["msg"]
    assert [item["field"] for item in results["changed"]["changes"]] == ["pre_shared_key"]
    assert "(hidden, new value)" in written
    # Ansible itself shows the invocation of each task at this verbosity, so the options do pass through the output.
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in written
    for secret in (*KEYS, ACCESS_KEY, SECRET_KEY):
        assert secret not in written
