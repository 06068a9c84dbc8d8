# SPDX-License-Identifier: GPL-3.0-or-later
"""One tunnel and the set of a connection, call by call; keys never leave."""

from __future__ import annotations

import json

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Context, Failure
from ansible_collections.intercloud.vpn.plugins.modules import jdcloud_vpn_tunnel, jdcloud_vpn_tunnels

KEY, OLD = "new_key_20_chars_123", "old_key_20_chars_456"
PAIR = {"vpn_connection_id": "vpn-1", "cloud_public_ip": "5.5.5.1", "customer_ip": "1.1.1.1"}
TUNNEL = {
    "vpnTunnelId": "t-1",
    "vpnConnectionId": "vpn-1",
    "cloudPublicIp": "5.5.5.1",
    "customerIp": "1.1.1.1",
    "psk": OLD,
    "tunnelIp": "169.254.1.0/30",
    "localTunnelIp": "169.254.1.2",
    "ikeVersion": "v2",
    "ikeMode": "",
    "ikeSaLifeSec": 14400,
    "bandwidthMbps": 100,
    "adminStatus": "UP",
    "opStatus": "UP",
}
DOWN = {**TUNNEL, "adminStatus": "DOWN", "opStatus": "DOWN"}
VPN = {"vpnConnectionId": "vpn-1", "vpnConnectionName": "n", "cloudPublicIp": ["5.5.5.1", "5.5.5.2"]}


def tunnel(ident: str, cloud: str, customer: str, **more):
    return {**TUNNEL, "vpnTunnelId": ident, "cloudPublicIp": cloud, "customerIp": customer, **more}


def no_key(*shown) -> bool:
    text = json.dumps(shown, default=str)
    return KEY not in text and OLD not in text


class TestOne:
    def test_create(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [])
        body = {"vpnConnectionId": "vpn-1", "cloudPublicIp": "5.5.5.1", "customerIp": "1.1.1.1", "psk": KEY}
        script.call("POST", "/vpnTunnels/", body, {"vpnTunnelId": "t-1"})
        script.call("GET", "/vpnTunnels/t-1", result={"vpnTunnel": {**TUNNEL, "psk": KEY}})
        result = run(jdcloud_vpn_tunnel, **PAIR, psk=KEY, diff=True)
        assert result["vpn_tunnel"]["psk_readable"] is True
        assert no_key(result)

    def test_create_down(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [])
        body = {"vpnConnectionId": "vpn-1", "cloudPublicIp": "5.5.5.1", "customerIp": "1.1.1.1", "psk": KEY}
        script.call("POST", "/vpnTunnels/", body, {"vpnTunnelId": "t-1"})
        script.call("GET", "/vpnTunnels/t-1", result={"vpnTunnel": TUNNEL})
        script.call("POST", "/vpnTunnels/t-1:adminStatus", {"adminStatus": "DOWN"})
        script.call("GET", "/vpnTunnels/t-1", result={"vpnTunnel": DOWN})
        assert run(jdcloud_vpn_tunnel, **PAIR, psk=KEY, admin_status="DOWN")["vpn_tunnel"]["admin_status"] == "DOWN"

    def test_again(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [TUNNEL])
        options = {"psk": OLD, "tunnel_ip": "169.254.1.0/30", "ike_mode": "main", "admin_status": "UP"}
        result = run(jdcloud_vpn_tunnel, **PAIR, **options)
        assert (result["changed"], no_key(result)) == (False, True)

    def test_check(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [])
        result = run(jdcloud_vpn_tunnel, **PAIR, psk=KEY, check=True, diff=True)
        assert (result["changed"], no_key(result)) == (True, True)

    @pytest.mark.parametrize("check", [True, False])
    def test_an_interruption_is_refused(self, run, script, check) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [TUNNEL])
        with pytest.raises(Failure) as caught:
            run(jdcloud_vpn_tunnel, **PAIR, psk=KEY, ike_sa_life_sec=3600, bandwidth_mbps=5, check=check)
        message = caught.value.message
        assert "psk from '(hidden)' to '(hidden, new value)', ike_sa_life_sec from 14400 to 3600" in message
        assert "would interrupt t-1 (5.5.5.1 - 1.1.1.1, UP)" in message
        assert "bandwidth_mbps" not in message
        assert no_key(message, caught.value.details)

    def test_an_interruption_with_consent(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [TUNNEL])
        script.call("PATCH", "/vpnTunnels/t-1", {"psk": KEY})
        script.call("GET", "/vpnTunnels/t-1", result={"vpnTunnel": {**TUNNEL, "psk": KEY}})
        result = run(jdcloud_vpn_tunnel, **PAIR, psk=KEY, allow_interruption=True, diff=True)
        assert result["diff"]["before"]["psk"] == "(hidden)"
        assert result["diff"]["after"]["psk"] == "(hidden, new value)"
        assert no_key(result)

    def test_a_tunnel_that_is_down_is_not_interrupted(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [DOWN])
        script.call("PATCH", "/vpnTunnels/t-1", {"ikeSaLifeSec": 3600})
        script.call("GET", "/vpnTunnels/t-1", result={"vpnTunnel": {**DOWN, "ikeSaLifeSec": 3600}})
        assert run(jdcloud_vpn_tunnel, **PAIR, ike_sa_life_sec=3600)["changed"] is True

    def test_bandwidth_does_not_interrupt(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [TUNNEL])
        script.call("PATCH", "/vpnTunnels/t-1", {"bandwidthMbps": 200})
        script.call("GET", "/vpnTunnels/t-1", result={"vpnTunnel": {**TUNNEL, "bandwidthMbps": 200}})
        assert run(jdcloud_vpn_tunnel, **PAIR, bandwidth_mbps=200)["changed"] is True

    def test_down_comes_first(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [TUNNEL])
        script.call("POST", "/vpnTunnels/t-1:adminStatus", {"adminStatus": "DOWN"})
        script.call("PATCH", "/vpnTunnels/t-1", {"bandwidthMbps": 200})
        script.call("GET", "/vpnTunnels/t-1", result={"vpnTunnel": DOWN})
        assert run(jdcloud_vpn_tunnel, **PAIR, bandwidth_mbps=200, admin_status="DOWN")["changed"] is True

    def test_up_comes_last(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [DOWN])
        script.call("PATCH", "/vpnTunnels/t-1", {"psk": KEY})
        script.call("POST", "/vpnTunnels/t-1:adminStatus", {"adminStatus": "UP"})
        script.call("GET", "/vpnTunnels/t-1", result={"vpnTunnel": TUNNEL})
        assert run(jdcloud_vpn_tunnel, **PAIR, psk=KEY, admin_status="UP")["changed"] is True

    @pytest.mark.parametrize("masked", ["******", "", None, "new_****"])
    def test_a_masked_key_is_not_compared(self, run, script, masked) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [{**TUNNEL, "psk": masked}])
        ctx = Context()
        result = run(jdcloud_vpn_tunnel, **PAIR, psk=KEY, ctx=ctx)
        assert (result["changed"], result["vpn_tunnel"]["psk_readable"]) == (False, False)
        assert "does not reveal the pre-shared key of t-1" in ctx.warnings[0]

    def test_a_masked_key_is_sent_by_force(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [{**DOWN, "psk": "******"}])
        script.call("PATCH", "/vpnTunnels/t-1", {"psk": KEY})
        script.call("GET", "/vpnTunnels/t-1", result={"vpnTunnel": {**DOWN, "psk": "******"}})
        assert run(jdcloud_vpn_tunnel, **PAIR, psk=KEY, force_psk=True)["changed"] is True

    def test_delete_sets_it_down_first(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [TUNNEL])
        script.call("POST", "/vpnTunnels/t-1:adminStatus", {"adminStatus": "DOWN"})
        script.call("DELETE", "/vpnTunnels/t-1")
        script.refuse("GET", "/vpnTunnels/t-1", 404, "NOT_FOUND", "gone")
        result = run(jdcloud_vpn_tunnel, **PAIR, state="absent")
        assert (result["changed"], no_key(result)) == (True, True)

    def test_delete_of_one_that_is_down(self, run, script) -> None:
        script.listing("/vpnTunnels/", "vpnTunnels", [DOWN])
        script.call("DELETE", "/vpnTunnels/t-1")
        script.refuse("GET", "/vpnTunnels/t-1", 404, "NOT_FOUND", "gone")
        assert run(jdcloud_vpn_tunnel, **PAIR, state="absent")["changed"] is True

    @pytest.mark.parametrize(
        "options",
        [
            {"psk": "0xabcdef"},
            {"psk": "has.a.dot"},
            {"psk": "x" * 21},
            {"tunnel_ip": "169.254.16.0/30"},
            {"tunnel_ip": "169.254.1.0/29"},
            {"tunnel_ip": "169.254.1.1/30"},
            {"tunnel_ip": "169.254.1.0/30", "local_tunnel_ip": "169.254.1.3"},
            {"ike_sa_life_sec": 59},
            {"ipsec_sa_lifebyte": 107_374_182_401},
            {"bandwidth_mbps": 0},
            {"customer_ip": "2001:db8::1"},
        ],
    )
    def test_what_the_spec_forbids(self, run, options) -> None:
        with pytest.raises(Failure, match="1 fault") as caught:
            run(jdcloud_vpn_tunnel, **{**PAIR, **options})
        assert options.get("psk", "?") not in caught.value.message


def wanted(cloud: str, customer: str, **more):
    names = jdcloud_vpn_tunnels.DECLARATION.argument_spec["tunnels"]["options"]
    return {**dict.fromkeys(names), "cloud_public_ip": cloud, "customer_ip": customer, **more}


class TestSet:
    def existing(self, script, tunnels) -> None:
        script.call("GET", "/vpnConnections/vpn-1", result={"vpnConnection": VPN})
        other = tunnel("t-other", "5.5.5.1", "1.1.1.1", vpnConnectionId="vpn-2")
        script.listing("/vpnTunnels/", "vpnTunnels", [other, *tunnels])

    def test_create_change_remove_leave(self, run, script) -> None:
        same = tunnel("t-1", "5.5.5.1", "1.1.1.1")
        slow = tunnel("t-2", "5.5.5.1", "1.1.1.2")
        much = tunnel("t-9", "5.5.5.2", "9.9.9.9", adminStatus="UP", opStatus="DOWN")
        self.existing(script, [much, slow, same])
        script.call("POST", "/vpnTunnels/t-9:adminStatus", {"adminStatus": "DOWN"})
        script.call("DELETE", "/vpnTunnels/t-9")
        script.refuse("GET", "/vpnTunnels/t-9", 404, "NOT_FOUND", "gone")
        script.call("PATCH", "/vpnTunnels/t-2", {"bandwidthMbps": 5})
        script.call("GET", "/vpnTunnels/t-2", result={"vpnTunnel": {**slow, "bandwidthMbps": 5}})
        body = {"vpnConnectionId": "vpn-1", "cloudPublicIp": "5.5.5.2", "customerIp": "1.1.1.3", "psk": KEY}
        script.call("POST", "/vpnTunnels/", body, {"vpnTunnelId": "t-3"})
        script.listing("/vpnTunnels/", "vpnTunnels", [slow, same, tunnel("t-3", "5.5.5.2", "1.1.1.3")])
        tunnels = [
            wanted("5.5.5.2", "1.1.1.3", psk=KEY),
            wanted("5.5.5.1", "1.1.1.1", psk=OLD),
            wanted("5.5.5.1", "1.1.1.2", bandwidth_mbps=5),
        ]
        result = run(jdcloud_vpn_tunnels, vpn_connection_id="vpn-1", tunnels=tunnels, diff=True)
        got = [(item["vpn_tunnel_id"], item["action"]) for item in result["vpn_tunnels"]]
        assert got == [("t-3", "created"), ("t-1", "unchanged"), ("t-2", "changed"), ("t-9", "removed")]
        assert result["changed"] is True
        assert no_key(result)

    def test_again(self, run, script) -> None:
        self.existing(script, [TUNNEL])
        tunnels = [wanted("5.5.5.1", "1.1.1.1", psk=OLD)]
        result = run(jdcloud_vpn_tunnels, vpn_connection_id="vpn-1", tunnels=tunnels)
        assert (result["changed"], result["vpn_tunnels"][0]["action"]) == (False, "unchanged")

    def test_check(self, run, script) -> None:
        self.existing(script, [tunnel("t-9", "5.5.5.2", "9.9.9.9", opStatus="DOWN")])
        tunnels = [wanted("5.5.5.1", "1.1.1.1", psk=KEY)]
        result = run(jdcloud_vpn_tunnels, vpn_connection_id="vpn-1", tunnels=tunnels, check=True, diff=True)
        assert [item["action"] for item in result["vpn_tunnels"]] == ["created", "removed"]
        assert no_key(result)

    def test_check_again(self, run, script) -> None:
        self.existing(script, [TUNNEL])
        tunnels = [wanted("5.5.5.1", "1.1.1.1", psk=OLD)]
        assert run(jdcloud_vpn_tunnels, vpn_connection_id="vpn-1", tunnels=tunnels, check=True)["changed"] is False

    def test_without_purge_nothing_is_removed(self, run, script) -> None:
        self.existing(script, [TUNNEL])
        result = run(jdcloud_vpn_tunnels, vpn_connection_id="vpn-1", tunnels=[], purge=False)
        assert result == {"changed": False, "vpn_tunnels": []}

    @pytest.mark.parametrize("check", [True, False])
    def test_every_interruption_is_refused_in_one_message(self, run, script, check) -> None:
        self.existing(script, [TUNNEL, tunnel("t-9", "5.5.5.2", "9.9.9.9")])
        tunnels = [wanted("5.5.5.1", "1.1.1.1", psk=KEY), wanted("5.5.5.2", "1.1.1.3", psk=KEY)]
        with pytest.raises(Failure) as caught:
            run(jdcloud_vpn_tunnels, vpn_connection_id="vpn-1", tunnels=tunnels, check=check)
        message = caught.value.message
        assert "VPN tunnel 5.5.5.1 - 1.1.1.1: changing psk from '(hidden)'" in message
        assert "VPN tunnel 5.5.5.2 - 9.9.9.9: removing it" in message
        assert caught.value.details["interrupts"] == ["t-1 (5.5.5.1 - 1.1.1.1, UP)", "t-9 (5.5.5.2 - 9.9.9.9, UP)"]
        assert no_key(message, caught.value.details)

    def test_all_are_removed_with_consent(self, run, script) -> None:
        self.existing(script, [TUNNEL])
        script.call("POST", "/vpnTunnels/t-1:adminStatus", {"adminStatus": "DOWN"})
        script.call("DELETE", "/vpnTunnels/t-1")
        script.refuse("GET", "/vpnTunnels/t-1", 404, "NOT_FOUND", "gone")
        result = run(jdcloud_vpn_tunnels, vpn_connection_id="vpn-1", tunnels=[], allow_interruption=True)
        assert result["vpn_tunnels"][0]["action"] == "removed"

    def test_one_failure_tells_what_was_done(self, run, script) -> None:
        self.existing(script, [tunnel("t-9", "5.5.5.2", "9.9.9.9", adminStatus="DOWN", opStatus="DOWN")])
        script.call("DELETE", "/vpnTunnels/t-9")
        script.refuse("GET", "/vpnTunnels/t-9", 404, "NOT_FOUND", "gone")
        body = {"vpnConnectionId": "vpn-1", "cloudPublicIp": "5.5.5.1", "customerIp": "1.1.1.1", "psk": KEY}
        script.refuse("POST", "/vpnTunnels/", 400, "INVALID_ARGUMENT", f"psk {KEY} is weak", body)
        script.listing("/vpnTunnels/", "vpnTunnels", [])
        tunnels = [wanted("5.5.5.1", "1.1.1.1", psk=KEY)]
        with pytest.raises(Failure, match=r"1 of 2 tunnels failed. What was done stays") as caught:
            run(jdcloud_vpn_tunnels, vpn_connection_id="vpn-1", tunnels=tunnels)
        details = caught.value.details
        assert details["changed"] is True
        assert [item["action"] for item in details["vpn_tunnels"]] == ["failed", "removed"]
        assert no_key(caught.value.message, details)

    def test_nothing_is_made_after_a_failed_removal(self, run, script) -> None:
        self.existing(script, [tunnel("t-9", "5.5.5.2", "9.9.9.9", adminStatus="DOWN", opStatus="DOWN")])
        script.refuse("DELETE", "/vpnTunnels/t-9", 403, "HTTP_FORBIDDEN", "no")
        tunnels = [wanted("5.5.5.1", "1.1.1.1", psk=KEY)]
        with pytest.raises(Failure) as caught:
            run(jdcloud_vpn_tunnels, vpn_connection_id="vpn-1", tunnels=tunnels)
        assert caught.value.details["changed"] is False
        assert [item["action"] for item in caught.value.details["vpn_tunnels"]] == ["skipped", "failed"]

    def test_faults_of_the_list(self, run) -> None:
        tunnels = [
            wanted("5.5.5.1", "1.1.1.1", psk=KEY, tunnel_ip="169.254.1.0/30"),
            wanted("5.5.5.1", "1.1.1.1", psk="bad key", tunnel_ip="169.254.1.0/30"),
        ]
        with pytest.raises(Failure) as caught:
            run(jdcloud_vpn_tunnels, vpn_connection_id="vpn-1", tunnels=tunnels)
        for part in (
            "3 faults",
            "tunnels[1].psk",
            "same two addresses as tunnels[0]",
            "is the block of tunnels[0] too",
        ):
            assert part in caught.value.message
        assert "bad key" not in caught.value.message

    def test_an_address_that_the_connection_does_not_have(self, run, script) -> None:
        self.existing(script, [])
        with pytest.raises(Failure) as caught:
            run(jdcloud_vpn_tunnels, vpn_connection_id="vpn-1", tunnels=[wanted("5.5.5.9", "1.1.1.1")])
        message = caught.value.message
        assert "5.5.5.9 is no address of VPN connection" in message and "Allowed: 5.5.5.1, 5.5.5.2" in message
        assert "tunnels[0].psk: is missing" in message
