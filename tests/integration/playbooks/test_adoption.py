# SPDX-License-Identifier: GPL-3.0-or-later
"""A VPN that was made by plain calls is read by gather.yml, and site.yml then changes nothing of it."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.launcher import Lab

from . import inventory
from .by_hand import Writer
from .clouds import ec2
from .conftest import Outcome, Player

BLOCKS = {0: ("169.254.11.0/30", "169.254.11.4/30"), 1: ("169.254.12.0/30", "169.254.12.4/30")}
NEAR, FAR = "10.10.0.0/16", "172.31.0.0/16"
JDCLOUD_TERMS = {
    "ikeVersion": "v2", "ikeKeyExchange": "modp2048", "ikeCipher": "aes128", "ikeAuth": "sha256", "ikeDpdSec": 10,
    "ikeSaLifeSec": 28800, "ipsecCipher": "aes128", "ipsecAuth": "sha256", "ipsecKeyExchange": "modp2048",
    "ipsecSaLifeSec": 3600,
}  # fmt: skip
AWS_TERMS: dict[str, Any] = {
    "IKEVersions": [{"Value": "ikev2"}], "Phase1LifetimeSeconds": 28800, "Phase2LifetimeSeconds": 3600,
    "StartupAction": "add", "DPDTimeoutSeconds": 30, "DPDTimeoutAction": "restart",
    **{f"Phase{n}EncryptionAlgorithms": [{"Value": "AES128"}] for n in (1, 2)},
    **{f"Phase{n}IntegrityAlgorithms": [{"Value": "SHA2-256"}] for n in (1, 2)},
    **{f"Phase{n}DHGroupNumbers": [{"Value": 14}] for n in (1, 2)},
}  # fmt: skip


def key(slot: str) -> str:
    return f"console_key_{slot.replace('-', '_')}"


def build(lab: Lab, bgp: bool, tunnels: int = 4) -> None:
    """The ten steps of the tutorial, by plain calls; the keys are known to nobody but whoever made them."""
    jd, aws = Writer(lab, "north", "cn-north-1"), ec2(lab, "global", "us-east-1")
    vpc = jd.make("vpc", "vpc", vpcName="production", addressPrefix=NEAR)
    jd.make("vpc", "subnet", vpcId=vpc, subnetName="apps", addressPrefix="10.10.1.0/24")
    bgw = jd.make("bgw", "bgw", bgwName="core")
    jd.make("bgw", "vpcAttachment", vpcAttachmentName="core", vpcId=vpc, bgwId=bgw, propagateType="all")
    standins = [f"192.31.196.{n}" for n in (1, 2, 3, 4)]
    cgw = jd.make("bgw", "customerGateway", customerGatewayName="aws", customerIps=standins, bgpAsn=65101)
    named = {"vpnConnectionName": "to-virginia", "bgpEnabled": bgp}
    connection = jd.make("bgw", "vpnConnection", bgwId=bgw, cgwId=cgw, **named)
    cloud_ips = sorted(jd.get("bgw", f"/vpnConnections/{connection}")["vpnConnection"]["cloudPublicIp"])
    far_vpc = aws.create_vpc(CidrBlock=FAR)["Vpc"]["VpcId"]
    gateway = aws.create_vpn_gateway(Type="ipsec.1", AmazonSideAsn=65101)["VpnGateway"]["VpnGatewayId"]
    aws.attach_vpn_gateway(VpnGatewayId=gateway, VpcId=far_vpc)
    table = aws.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [far_vpc]}])["RouteTables"][0]
    aws.enable_vgw_route_propagation(RouteTableId=table["RouteTableId"], GatewayId=gateway)
    made = []
    for n, ip in enumerate(cloud_ips):
        customer = aws.create_customer_gateway(Type="ipsec.1", BgpAsn=65000, PublicIp=ip)["CustomerGateway"]
        options = [
            {**AWS_TERMS, "TunnelInsideCidr": block, "PreSharedKey": f"start_{n}{m}_start"}
            for m, block in enumerate(BLOCKS[n])
        ]
        far = aws.create_vpn_connection(
            Type="ipsec.1", CustomerGatewayId=customer["CustomerGatewayId"], VpnGatewayId=gateway,
            Options={"StaticRoutesOnly": not bgp, "TunnelOptions": options},
        )["VpnConnection"]  # fmt: skip
        made.append(far["VpnConnectionId"])
    lab.admin("aws", "POST", "/clock", {"advance": 3600})
    found = {c["VpnConnectionId"]: c for c in aws.describe_vpn_connections(VpnConnectionIds=made)["VpnConnections"]}
    ends = [found[ident]["Options"]["TunnelOptions"] for ident in made]
    jd.patch("bgw", f"/customerGateways/{cgw}", customerIps=[x["OutsideIpAddress"] for end in ends for x in end])
    count = 0
    for n, ip in enumerate(cloud_ips):
        for m, end in enumerate(sorted(ends[n], key=lambda x: x["OutsideIpAddress"])):
            psk = key(f"{n + 1}-{2 * n + m + 1}")
            aws.modify_vpn_tunnel_options(
                VpnConnectionId=made[n], VpnTunnelOutsideIpAddress=end["OutsideIpAddress"],
                TunnelOptions={"PreSharedKey": psk},
            )  # fmt: skip
            lab.admin("aws", "POST", "/clock", {"advance": 3600})
            count += 1
            if count > tunnels:
                continue
            prefix, last = end["TunnelInsideCidr"].removesuffix("/30").rsplit(".", 1)
            jd.make(
                "bgw", "vpnTunnel", vpnConnectionId=connection, cloudPublicIp=ip, customerIp=end["OutsideIpAddress"],
                psk=psk, tunnelIp=end["TunnelInsideCidr"], localTunnelIp=f"{prefix}.{int(last) + 2}", **JDCLOUD_TERMS,
            )  # fmt: skip
    main = next(x for x in jd.all("vpc", "routeTables") if x["vpcId"] == vpc)["routeTableId"]
    jd.post("vpc", f"/routeTables/{main}:addRoutePropagation", bgwId=bgw, propagationCidrs=FAR, priority=160)
    if not bgp:
        route = {"bgwRouteDestination": FAR, "bgwNexthopType": "vpn_connection", "bgwRouteNexthop": connection}
        jd.post("bgw", f"/bgws/{bgw}/bgwRoutes", bgwRouteSpecs=[route])
        for ident in made:
            aws.create_vpn_connection_route(VpnConnectionId=ident, DestinationCidrBlock=NEAR)


def gather(player: Player, folder: Path) -> tuple[Outcome, Path]:
    """gather.yml with an inventory that says nothing but clouds, regions and credentials."""
    sites = {
        name: {key: site[key] for key in ("kind", "region", "auth")}
        for name, site in inventory.sites(player.lab).items()
    }
    minimal = inventory.write(folder / "minimal", sites, topology={"none": []})
    written = folder / "adopted.yml"
    before = len(player.writes())
    outcome = player.run("intercloud.vpn.gather", "-e", f"vpn_gather_path={written}", inventory=minimal)
    assert len(player.writes()) == before, "gather.yml has written to a cloud"
    return outcome, written


def filled(player: Player, folder: Path, links: list[str]) -> Path:
    """What the user fills: keys and credentials."""
    keys = {slot: key(slot) for slot in ("1-1", "1-2", "2-3", "2-4")}
    auth = {name: site["auth"] for name, site in inventory.sites(player.lab).items()}
    path = folder / "secrets.yml"
    path.write_text(yaml.safe_dump({"vpn_adopted_psks": dict.fromkeys(links, keys), "vpn_adopted_auth": auth}))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("routing", ["bgp", "static"])
def test_what_was_made_in_the_consoles_is_adopted_without_a_change(
    player: Player, tmp_path: Path, routing: str
) -> None:
    player.lab.reset()
    build(player.lab, routing == "bgp")
    outcome, written = gather(player, tmp_path)
    outcome.ok()
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    text = written.read_text(encoding="utf-8")
    auth = [x for site in inventory.sites(player.lab).values() for x in site["auth"].values()]
    for secret in [*auth, *(key(slot) for slot in ("1-1", "1-2", "2-3", "2-4"))]:
        assert secret not in text
        assert secret not in outcome.text
    assert "site.yml would change" not in outcome.text
    hosts = yaml.safe_load(text)["all"]["children"]["vpn_links"]["hosts"]
    assert list(hosts) == ["to-virginia"]
    assert hosts["to-virginia"]["vpn_link_routing"] == routing
    secrets = filled(player, tmp_path, list(hosts))
    common = ("-e", f"@{secrets}", "-e", "vpn_verify_enabled=false")
    state, before = player.state(), len(player.writes())
    for args in (("--check",), ()):
        run = player.run("intercloud.vpn.site", *common, *args, inventory=written).ok()
        assert run.changed == {}, run.text[-4000:]
    assert len(player.writes()) == before
    assert json.dumps(player.state(), sort_keys=True, default=str) == json.dumps(state, sort_keys=True, default=str)
    player.run("intercloud.vpn.drift", *common, inventory=written).ok()
    # The keys were compared, not passed over: with another one the run would change a tunnel.
    wrong = secrets.read_text(encoding="utf-8").replace(key("1-2"), "another_key_of_1_2")
    secrets.write_text(wrong, encoding="utf-8")
    drift = player.run("intercloud.vpn.drift", *common, inventory=written)
    assert drift.code == 2
    assert "Drift: 2 differences in to-virginia" in drift.text, drift.text[-3000:]


def test_half_a_link_is_told_and_not_written(player: Player, tmp_path: Path) -> None:
    player.lab.reset()
    build(player.lab, True, tunnels=3)
    outcome, written = gather(player, tmp_path)
    assert outcome.code != 0
    assert "half a link: JD Cloud has no tunnel" in outcome.text, outcome.text[-3000:]
    assert not written.exists()
