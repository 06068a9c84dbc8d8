# SPDX-License-Identifier: GPL-3.0-or-later
"""The three links of the lab with real tunnels: what verify.yml says of each thing that can be wrong with them.

Each round breaks one thing on each of two or three links, so that every run of the playbook judges several.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from lab import differ
from lab.launcher import Lab
from tests.integration.playbooks.conftest import ROOT, Outcome, Player
from tests.integration.playbooks.data_plane import LINKS
from tests.lab.dataplane.hand_made import eventually
from tests.lab.dataplane.pinger import Pinger

from .real_tunnels import BEIJING, IRELAND, VIRGINIA, RealTunnels

Record = dict[str, Any]
TOPOLOGY = yaml.safe_load((ROOT / "inventories/lab/group_vars/all.yml").read_text())["vpn_topology"]


@pytest.fixture(autouse=True)
def healthy(lab: Lab, net: RealTunnels) -> Iterator[None]:
    net.wait_up()
    yield
    differ.undo(lab)
    lab.admin("dataplane", "DELETE", "/faults")


def look(net: RealTunnels, *args: str) -> Outcome:
    """verify.yml with the machines that there are, as hosts of an inventory: role vpn_probe would mend their groups."""
    hosts: Record = {}
    for link, ends in ((name, TOPOLOGY[name]) for name in LINKS):
        machine, far = net.probe(link), net.far_probe(link)
        for site, address, ident in (
            (ends[0], machine["privateIpAddress"], machine["instanceId"]),
            (ends[1], far["PrivateIpAddress"], far["InstanceId"]),
        ):
            hosts[f"{site}-host"] = {
                "vpn_probe_site": site, "vpn_probe_address": address, "vpn_probe_instance_id": ident,
            }  # fmt: skip
    inventory = net.player.folder / "machines.yml"
    inventory.write_text(yaml.safe_dump({"vpn_probes": {"hosts": hosts}}))
    given = (
        "-i",
        str(inventory),
        "-e",
        "vpn_verify_instances=none",
        "-e",
        "vpn_verify_timeout=0",
        "-e",
        "vpn_verify_ping_deadline=4",
    )
    outcome = net.player.run("intercloud.vpn.verify", *given, *args)
    assert outcome.changed == {}
    return outcome


def says(outcome: Outcome, link: str, slots: set[str], verdict: str, *texts: str) -> None:
    """The verdict, each of the texts in some finding, and that exactly these tunnels don't count."""
    facts = outcome.verified[link]
    assert facts["verdict"] == verdict, facts["text"]
    for text in texts:
        assert any(text in item for item in facts["text"]), (text, facts["text"])
    assert {tunnel["slot"] for tunnel in facts["tunnels"] if not tunnel["healthy"]} == slots


def test_the_main_job_ends_with_pings_through_real_tunnels(player: Player, joined: Outcome) -> None:
    facts = joined.verified
    assert set(facts) == set(LINKS)
    for link in facts.values():
        assert (link["verdict"], link["redundant"]) == ("healthy", True)
        assert [tunnel["state"] for tunnel in link["tunnels"]] == ["up"] * 4
        pings = link["pings"]
        assert {(item["from_site"], item["size"]) for item in pings} == {
            (site, size) for site in link["ends"].values() for size in ("small", "large")
        }
        assert all(item["received"] == item["sent"] for item in pings)
    again = player.run().ok()
    assert again.changed == {}


@pytest.mark.parametrize(
    ("slot", "differences"),
    [
        ("1-1", {VIRGINIA: ("psk", "the pre-shared keys differ"),
                 IRELAND: ("ike-group", "DH group (phase 1): JD Cloud has 20, AWS has 19"),
                 BEIJING: ("ike-cipher", "IKE cipher: JD Cloud has aes128, AWS has aes256")}),
        ("2-3", {VIRGINIA: ("ike-hash", "IKE integrity: JD Cloud has sha384, AWS has sha256"),
                 IRELAND: ("ipsec-cipher", "ESP cipher: JD Cloud has aes128, AWS has aes256"),
                 BEIJING: ("ipsec-hash", "ESP integrity: JD Cloud has sha384, AWS has sha256")}),
    ],
)  # fmt: skip
def test_records_that_differ(
    lab: Lab, player: Player, net: RealTunnels, slot: str, differences: dict[str, tuple[str, str]]
) -> None:
    for link, (what, _text) in differences.items():
        differ.make(lab, "/".join(net.pair(link, slot)), what)
    net.wait_up({link: {slot} for link in differences})
    outcome = look(net)
    assert outcome.code == 2
    for link, (_what, text) in differences.items():
        says(outcome, link, {slot}, "records differ", text)


def test_inside_block_peer_address_and_perfect_forward_secrecy(lab: Lab, player: Player, net: RealTunnels) -> None:
    """Another block on AWS; another customer gateway on AWS; PFS groups, which in the tunnel only a rekey betrays."""
    pfs = net.pair(IRELAND, "2-4")
    differ.make(lab, "/".join(pfs), "pfs")
    virginia, beijing = net.aws(VIRGINIA), net.aws(BEIJING)
    tunnel = net.tunnels[VIRGINIA, "1-1"]
    inside = {"VpnConnectionId": net.aws_connections(VIRGINIA)["1"]["VpnConnectionId"],
              "VpnTunnelOutsideIpAddress": tunnel["customerIp"]}  # fmt: skip
    virginia.modify_vpn_tunnel_options(**inside, TunnelOptions={"TunnelInsideCidr": "169.254.200.0/30"})
    one, two = (net.aws_connections(BEIJING)[number] for number in ("1", "2"))
    peer = {"VpnConnectionId": one["VpnConnectionId"]}
    beijing.modify_vpn_connection(**peer, CustomerGatewayId=two["CustomerGatewayId"])
    try:
        net.wait_up({VIRGINIA: {"1-1"}, BEIJING: {"1-1", "1-2"}})
        outcome = look(net)
        rekeyed = [rekeys(net, *net.pair(IRELAND, slot)) for slot in ("2-3", "2-4")]
    finally:
        for client, connection in ((virginia, inside["VpnConnectionId"]), (beijing, peer["VpnConnectionId"])):
            eventually(lambda c=client, x=connection: available(c, x), f"{connection} is no longer modified")
        virginia.modify_vpn_tunnel_options(**inside, TunnelOptions={"TunnelInsideCidr": tunnel["tunnelIp"]})
        beijing.modify_vpn_connection(**peer, CustomerGatewayId=one["CustomerGatewayId"])
    assert outcome.code == 2
    says(
        outcome,
        VIRGINIA,
        {"1-1"},
        "records differ",
        f"inside block: JD Cloud has {tunnel['tunnelIp']}, AWS has 169.254.200.0/30",
    )
    says(outcome, BEIJING, {"1-1", "1-2"}, "records differ", "JD Cloud's outside address: JD Cloud has")
    says(
        outcome,
        IRELAND,
        {"2-4"},
        "records differ",
        "PFS group (phase 2): JD Cloud has 20, AWS has 19",
        "falls at its next rekey",
    )
    assert rekeyed == [True, False]


def available(client: Any, connection_id: str) -> bool:
    (found,) = client.describe_vpn_connections(VpnConnectionIds=[connection_id])["VpnConnections"]
    return found["State"] == "available"


def rekeys(net: RealTunnels, here: str, there: str) -> bool:
    """Whether new keys can be negotiated while the tunnel is up."""
    before = spis(net, here, there)
    net.lab.admin("dataplane", "POST", "/rekey", {"end": f"{here}/{there}", "what": "child"})
    try:
        eventually(lambda: not spis(net, here, there) & before, "new keys", seconds=8)
    except AssertionError:
        return False
    return True


def spis(net: RealTunnels, here: str, there: str) -> set[str]:
    """The SPIs of what carries packets now; the tunnel must be up."""
    ends = net.lab.admin("dataplane", "GET", "/state")["ends"]
    (end,) = [item for item in ends if item["end"] == f"{here}/{there}"]
    found = {c["spi-in"] for sa in end["sas"] for c in sa["child-sas"].values() if c["state"] == "INSTALLED"}
    assert found
    return found


def test_what_the_tunnels_themselves_tell(lab: Lab, player: Player, net: RealTunnels) -> None:
    """Records agree; an endpoint is dead, an address of JD Cloud is dead, a tunnel was stopped."""
    here, there = net.pair(VIRGINIA, "1-1")
    lab.admin("dataplane", "POST", "/faults", {"kind": "kill", "end": f"{there}/{here}"})
    lab.admin("dataplane", "POST", "/faults", {"kind": "black_hole", "address": net.pair(IRELAND, "2-3")[0]})
    jd = net.writer(BEIJING)
    stopped = net.tunnels[BEIJING, "1-2"]["vpnTunnelId"]
    jd.post("bgw", f"/vpnTunnels/{stopped}:adminStatus", adminStatus="DOWN")
    try:
        net.wait_up({VIRGINIA: {"1-1"}, IRELAND: {"2-3", "2-4"}, BEIJING: {"1-2"}})
        eventually(lambda: {op_status(net, IRELAND, slot) for slot in ("2-3", "2-4")} == {"DOWN"}, "JD Cloud says DOWN")
        outcome = look(net, "-e", "vpn_verify_expectation=redundant")
    finally:
        jd.post("bgw", f"/vpnTunnels/{stopped}:adminStatus", adminStatus="UP")
    assert outcome.failed == [IRELAND]
    says(outcome, VIRGINIA, {"1-1"}, "IPsec down", "the two records agree")
    says(outcome, IRELAND, {"2-3", "2-4"}, "IPsec down", "no tunnel is up over JD Cloud's address 2")
    says(outcome, BEIJING, {"1-2"}, "admin DOWN")
    pinged = {link: {item["received"] for item in facts["pings"]} for link, facts in outcome.verified.items()}
    assert pinged == {link: {5} for link in LINKS}  # what is left carries everything


def op_status(net: RealTunnels, link: str, slot: str) -> str:
    return str(net.jd_tunnel(link, slot)["opStatus"])


def test_pings_that_firewalls_stop(player: Player, net: RealTunnels) -> None:
    """On AWS a security group, and a network ACL; on JD Cloud a security group."""
    virginia, ireland, jd = net.aws(VIRGINIA), net.aws(IRELAND), net.writer(BEIJING)
    probe = net.far_probe(VIRGINIA)
    group = probe["SecurityGroups"][0]["GroupId"]
    rules = virginia.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    virginia.revoke_security_group_ingress(GroupId=group, IpPermissions=rules)
    at_subnet = [{"Name": "association.subnet-id", "Values": [net.far_probe(IRELAND)["SubnetId"]]}]
    acl = ireland.describe_network_acls(Filters=at_subnet)["NetworkAcls"][0]["NetworkAclId"]
    deny = {"NetworkAclId": acl, "RuleNumber": 50, "Egress": False}
    ireland.create_network_acl_entry(**deny, Protocol="-1", RuleAction="deny", CidrBlock="10.10.0.0/16")
    theirs = net.probe(BEIJING)["primaryNetworkInterface"]["networkInterface"]["securityGroups"][0]["groupId"]
    held = jd.get("vpc", f"/networkSecurityGroups/{theirs}")["networkSecurityGroup"]["securityGroupRules"]
    admitting = [rule for rule in held if rule["direction"] == 0]
    jd.post(
        "vpc",
        f"/networkSecurityGroups/{theirs}:removeNetworkSecurityGroupRules",
        ruleIds=[rule["ruleId"] for rule in admitting],
    )
    try:
        outcome = look(net)
    finally:
        virginia.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
        ireland.delete_network_acl_entry(**deny)
        kept = ("protocol", "direction", "addressPrefix", "ruleAction", "fromPort", "toPort", "priority", "description")
        specs = [{key: rule[key] for key in kept if key in rule} for rule in admitting]
        jd.post(
            "vpc", f"/networkSecurityGroups/{theirs}:addNetworkSecurityGroupRules", networkSecurityGroupRuleSpecs=specs
        )
    in_the_way = "security group or network ACL in the way"
    says(outcome, VIRGINIA, set(), in_the_way, f"no rule of security group {group} admits a ping from")
    says(outcome, IRELAND, set(), in_the_way, f"network ACL {acl} denies", "rule 50 denies 10.10.0.0/16")
    says(outcome, BEIJING, set(), in_the_way, f"{theirs}")


def test_pings_that_are_lost_on_the_way(lab: Lab, player: Player, net: RealTunnels) -> None:
    """Long packets vanish; a route table of AWS no longer learns; one of JD Cloud no longer learns."""
    gateway = net.aws_connections(VIRGINIA)["1"]["VpnGatewayId"]
    lab.admin("dataplane", "POST", "/faults", {"kind": "short", "gateway": gateway, "bytes": 1000})
    ireland = net.aws(IRELAND)
    table = next(x for x in ireland.describe_route_tables()["RouteTables"] if x.get("PropagatingVgws"))
    learning = {"RouteTableId": table["RouteTableId"], "GatewayId": table["PropagatingVgws"][0]["GatewayId"]}
    ireland.disable_vgw_route_propagation(**learning)
    try:
        outcome = look(net)
    finally:
        ireland.enable_vgw_route_propagation(**learning)
    says(outcome, VIRGINIA, set(), "MTU", "(MTU 1400) are not")
    says(outcome, IRELAND, set(), "routes there, no propagation", "no propagation of 10.10.1.0/24 from")
    received = {(x["from_site"], x["size"]): x["received"] for x in outcome.verified[IRELAND]["pings"]}
    assert set(received.values()) == {0}
    assert outcome.verified[BEIJING]["verdict"] == "healthy"


def test_the_removal_of_one_link_loses_no_packet_of_the_others(player: Player, net: RealTunnels) -> None:
    first, second = (
        Pinger(net.lab, net.far_probe(link)["InstanceId"], net.probe(link)["privateIpAddress"])
        for link in (VIRGINIA, BEIJING)
    )
    with first, second:
        player.run("intercloud.vpn.teardown", "--limit", IRELAND).ok()
    assert (first.lost, second.lost) == (0, 0)
    assert first.sent > 20, "a second at least"
    ends = {end["end"] for end in net.lab.admin("dataplane", "GET", "/state")["ends"]}
    assert len(ends) == 2 * 8
