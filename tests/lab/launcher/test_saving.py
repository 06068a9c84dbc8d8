# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab holds is kept and comes back, as often as it is wanted, and nothing else of the meantime."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lab import launcher
from lab.launcher import Lab, LabError
from tests.integration.playbooks.by_hand import Writer
from tests.integration.playbooks.clouds import ec2
from tests.integration.playbooks.shape import differences


@pytest.fixture
def lab(tmp_path: Any) -> Iterator[Lab]:
    running = launcher.start(tmp_path / "lab")
    yield running
    running.stop()


def held(lab: Lab) -> Any:
    state = {cloud: lab.admin(cloud, "GET", "/state") for cloud in launcher.CLOUDS}
    # An account or region of which nothing was ever made is not told apart from one of which nothing is left.
    regions = state["aws"]["accounts"]
    used = {a: {r: x for r, x in account["regions"].items() if x["VpnGateways"]} for a, account in regions.items()}
    return {"jdcloud": state["jdcloud"], "aws": used}


def test_what_was_kept_comes_back(lab: Lab) -> None:
    jd, aws = Writer(lab, "north", "cn-north-1"), ec2(lab, "global", "us-east-1")
    vpc = jd.make("vpc", "vpc", vpcName="a", addressPrefix="10.1.0.0/16")
    gateway = aws.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=65101)["VpnGateway"]["VpnGatewayId"]
    customer = aws.create_customer_gateway(Type="ipsec.1", BgpAsn=65000, IpAddress="116.1.1.1")["CustomerGateway"]
    made = aws.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=customer["CustomerGatewayId"], VpnGatewayId=gateway
    )["VpnConnection"]["VpnConnectionId"]  # fmt: skip
    lab.admin("aws", "POST", "/clock", {"advance": 3600})  # until the connection is available
    kept = held(lab)
    lab.save()
    for _ in range(2):
        jd.delete("vpc", f"/vpcs/{vpc}")
        jd.make("vpc", "vpc", vpcName="b", addressPrefix="10.2.0.0/16")
        aws.delete_vpn_connection(VpnConnectionId=made)
        aws.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=65102)
        assert held(lab) != kept
        lab.restore()
        assert differences(held(lab), kept) == []
    written = [r["operation"] for r in lab.admin("aws", "GET", "/requests?since=0")["requests"] if r["write"]]
    assert written.count("DeleteVpnConnection") == 2, "the request log is not turned back"


def test_no_address_is_given_out_twice_after_a_reset(lab: Lab) -> None:
    aws = ec2(lab, "global", "us-east-1")

    def outside() -> set[str]:
        gateway = aws.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=65101)["VpnGateway"]["VpnGatewayId"]
        customer = aws.create_customer_gateway(Type="ipsec.1", BgpAsn=65000, IpAddress="116.1.1.1")["CustomerGateway"]
        aws.create_vpn_connection(
            Type="ipsec.1", CustomerGatewayId=customer["CustomerGatewayId"], VpnGatewayId=gateway
        )  # fmt: skip
        found = aws.describe_vpn_connections()["VpnConnections"]
        return {x["OutsideIpAddress"] for c in found for x in c["Options"]["TunnelOptions"]}

    first = outside()
    lab.save()
    lab.reset()
    lab.restore()
    assert first < outside()
    assert len(outside()) == 6


def test_what_was_never_kept_can_not_come_back(lab: Lab) -> None:
    with pytest.raises(LabError, match="nothing was saved"):
        lab.restore()
