# SPDX-License-Identifier: GPL-3.0-or-later
"""amazon.aws's own modules, unmodified, run by ansible-playbook against the emulated AWS: twice, then away again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from .conftest import GLOBAL

VPC = {"name": "stock", "cidr_block": "10.20.0.0/16"}
MODULES = "amazon.aws"


def _play(*tasks):
    return [{"hosts": "localhost", "gather_facts": False, "tasks": list(tasks)}]


PRESENT = _play(
    {f"{MODULES}.ec2_vpc_net": VPC, "register": "net"},
    {
        f"{MODULES}.ec2_vpc_subnet": {
            "vpc_id": "{{ net.vpc.id }}",
            "cidr": "10.20.1.0/24",
            "az": "us-east-1a",
            "tags": {"Name": "stock"},
        }
    },
    {f"{MODULES}.ec2_vpc_vgw": {"name": "stock", "vpc_id": "{{ net.vpc.id }}", "asn": 65001}, "register": "vgw"},
    {
        f"{MODULES}.ec2_vpc_vpn_info": {"filters": {"vpn-gateway-id": "{{ vgw.vgw.id }}"}},
        "register": "vpn",
        "no_log": True,
    },
    {"ansible.builtin.debug": {"msg": "connections={{ vpn.vpn_connections | length }}"}},
)
ABSENT = _play(
    {f"{MODULES}.ec2_vpc_vgw": {"name": "stock", "state": "absent"}},
    {f"{MODULES}.ec2_vpc_net_info": {"filters": {"tag:Name": "stock"}}, "register": "found"},
    {
        f"{MODULES}.ec2_vpc_subnet": {"vpc_id": "{{ item.id }}", "cidr": "10.20.1.0/24", "state": "absent"},
        "loop": "{{ found.vpcs }}",
    },
    {f"{MODULES}.ec2_vpc_net": VPC | {"state": "absent"}},
)


@pytest.fixture
def play(aws, tmp_path):
    """Run a play; returns its output and the number of changed tasks."""

    def run(name, tasks):
        playbook = tmp_path / f"{name}.yml"
        playbook.write_text(yaml.safe_dump(tasks))
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": aws.endpoint,
            "AWS_ACCESS_KEY_ID": GLOBAL["access_key"],
            "AWS_SECRET_ACCESS_KEY": GLOBAL["secret_key"],
            "AWS_DEFAULT_REGION": "us-east-1",
            "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.json",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_LOCALHOST_WARNING": "false",
        }
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", "-c", "local", playbook]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
        return done.stdout, json.loads(done.stdout)["stats"]["localhost"]["changed"]

    return run


def test_stock_modules_converge_and_leave_nothing(aws, ec2, play):
    default_vpc = ec2.describe_vpcs()["Vpcs"]
    output, changed = play("first", PRESENT)
    assert changed == 3
    assert "connections=0" in output

    gateway = ec2.describe_vpn_gateways()["VpnGateways"][0]
    assert (gateway["AmazonSideAsn"], gateway["VpcAttachments"][0]["State"]) == (65001, "attached")
    customer = ec2.create_customer_gateway(Type="ipsec.1", IpAddress="116.198.1.1", BgpAsn=65000)["CustomerGateway"]
    connection = ec2.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=customer["CustomerGatewayId"], VpnGatewayId=gateway["VpnGatewayId"]
    )["VpnConnection"]
    aws.admin("DELETE", "/requests")

    output, changed = play("second", PRESENT)
    assert changed == 0
    assert "connections=1" in output
    assert not [record for record in aws.admin("GET", "/requests")["requests"] if record["write"]]

    ec2.delete_vpn_connection(VpnConnectionId=connection["VpnConnectionId"])
    assert play("absent", ABSENT)[1] == 3
    assert ec2.describe_vpcs()["Vpcs"] == default_vpc
