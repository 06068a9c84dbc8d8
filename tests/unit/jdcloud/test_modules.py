# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules, call by call: do, again, in check mode, again in check mode; and what each refuses."""

from __future__ import annotations

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._module import Failure
from ansible_collections.intercloud.vpn.plugins.modules import (
    jdcloud_border_gateway,
    jdcloud_border_gateway_route,
    jdcloud_customer_gateway,
    jdcloud_subnet,
    jdcloud_vpc,
    jdcloud_vpc_attachment,
    jdcloud_vpn_connection,
)

VPC = {"vpcId": "vpc-1", "vpcName": "v", "addressPrefix": "10.0.0.0/16", "description": None}
BGW = {"bgwId": "bgw-1", "bgwName": "b", "description": "", "azType": "standard"}
ATTACHMENT = {
    "vpcAttachmentId": "att-1",
    "vpcAttachmentName": "a",
    "bgwId": "bgw-1",
    "vpcId": "vpc-1",
    "propagateType": "all",
    "status": "active",
    "propagateCidrInfos": [{"subnetId": "s-1", "subnetCidr": "10.0.1.0/24"}],
}
CGW = {"customerGatewayId": "cgw-1", "customerGatewayName": "c", "customerIps": ["1.1.1.1", "2.2.2.2"], "bgpAsn": 65001}
VPN = {
    "vpnConnectionId": "vpn-1",
    "vpnConnectionName": "n",
    "bgwId": "bgw-1",
    "cgwId": "cgw-1",
    "bgpEnabled": True,
    "localAsn": 65000,
    "cloudPublicIp": ["5.5.5.1", "5.5.5.2"],
    "trafficSelectors": [],
}
TUNNEL = {
    "vpnTunnelId": "t-1",
    "vpnConnectionId": "vpn-1",
    "cloudPublicIp": "5.5.5.1",
    "customerIp": "1.1.1.1",
    "psk": "old_key_1",
    "adminStatus": "UP",
    "opStatus": "UP",
}
ROUTE = {
    "bgwRouteId": "rt-1",
    "bgwId": "bgw-1",
    "bgwRouteDestination": "172.31.0.0/16",
    "bgwRouteNexthop": "vpn-1",
    "bgwRouteNextHopType": "vpnConnection",
    "origin": "static",
}


class TestVpc:
    options = {"vpc_name": "v", "address_prefix": "10.0.0.0/16"}

    def test_create(self, run, script) -> None:
        script.listing("/vpcs/", "vpcs", [], "vpc")
        body = {"vpcName": "v", "addressPrefix": "10.0.0.0/16", "userTags": [{"key": "team", "value": "net"}]}
        script.call("POST", "/vpcs/", body, {"vpcId": "vpc-1"}, service="vpc")
        script.listing("/vpcs/", "vpcs", [VPC], "vpc")
        result = run(jdcloud_vpc, **self.options, user_tags={"team": "net"}, diff=True)
        assert result["changed"] is True
        assert result["vpc"]["vpc_id"] == "vpc-1"
        assert result["vpc"]["description"] == ""
        assert result["diff"] == {"before": {}, "after": result["vpc"]}

    def test_again(self, run, script) -> None:
        script.listing("/vpcs/", "vpcs", [VPC], "vpc")
        result = run(jdcloud_vpc, **self.options)
        assert (result["changed"], result["changes"]) == (False, [])

    def test_check(self, run, script) -> None:
        script.listing("/vpcs/", "vpcs", [], "vpc")
        result = run(jdcloud_vpc, **self.options, check=True)
        assert result["changed"] is True
        assert result["vpc"] == {"vpc_id": None, "vpc_name": "v", "address_prefix": "10.0.0.0/16"}

    def test_check_again(self, run, script) -> None:
        script.listing("/vpcs/", "vpcs", [VPC], "vpc")
        assert run(jdcloud_vpc, **self.options, check=True)["changed"] is False

    def test_only_what_differs_is_sent(self, run, script) -> None:
        script.call("GET", "/vpcs/vpc-1", result={"vpc": VPC}, service="vpc")
        script.call("PATCH", "/vpcs/vpc-1", {"vpcName": "new"}, service="vpc")
        script.call("GET", "/vpcs/vpc-1", result={"vpc": {**VPC, "vpcName": "new"}}, service="vpc")
        result = run(jdcloud_vpc, vpc_id="vpc-1", vpc_name="new", description="")
        assert result["changes"] == [{"field": "vpc_name", "before": "v", "after": "new", "interrupts": False}]

    def test_the_prefix_can_be_taken_away(self, run, script) -> None:
        script.listing("/vpcs/", "vpcs", [VPC], "vpc")
        script.call("PATCH", "/vpcs/vpc-1", {"addressPrefix": ""}, service="vpc")
        script.call("GET", "/vpcs/vpc-1", result={"vpc": {**VPC, "addressPrefix": None}}, service="vpc")
        result = run(jdcloud_vpc, vpc_name="v", address_prefix="")
        assert (result["changed"], result["vpc"]["address_prefix"]) == (True, "")

    def test_the_prefix_can_not_be_changed_otherwise(self, run, script) -> None:
        script.listing("/vpcs/", "vpcs", [VPC], "vpc")
        with pytest.raises(
            Failure, match=r"address_prefix is '10.0.0.0/16' and can't be changed to '10.1.0.0/16'. Make"
        ):
            run(jdcloud_vpc, vpc_name="v", address_prefix="10.1.0.0/16", description="x")

    def test_delete_waits_until_it_is_gone(self, run, script, clock) -> None:
        script.listing("/vpcs/", "vpcs", [VPC], "vpc")
        script.call("DELETE", "/vpcs/vpc-1", service="vpc")
        script.call("GET", "/vpcs/vpc-1", result={"vpc": VPC}, service="vpc")
        script.refuse("GET", "/vpcs/vpc-1", 404, "NOT_FOUND", "gone", service="vpc")
        assert run(jdcloud_vpc, vpc_name="v", state="absent")["changed"] is True
        assert clock.sleeps == [0.5]

    def test_delete_in_check_mode(self, run, script) -> None:
        script.listing("/vpcs/", "vpcs", [VPC], "vpc")
        assert run(jdcloud_vpc, vpc_name="v", state="absent", check=True)["changed"] is True

    @pytest.mark.parametrize("check", [True, False])
    def test_delete_again(self, run, script, check) -> None:
        script.listing("/vpcs/", "vpcs", [], "vpc")
        assert run(jdcloud_vpc, vpc_name="v", state="absent", check=check) == {"changed": False}

    def test_two_of_a_name(self, run, script) -> None:
        script.listing("/vpcs/", "vpcs", [VPC, {**VPC, "vpcId": "vpc-0"}], "vpc")
        with pytest.raises(Failure, match=r"More than one VPC has vpc_name v: vpc-0, vpc-1. Give vpc_id"):
            run(jdcloud_vpc, **self.options)

    def test_an_id_that_does_not_exist(self, run, script) -> None:
        script.refuse("GET", "/vpcs/vpc-9", 404, "NOT_FOUND", "no", service="vpc")
        with pytest.raises(Failure, match="VPC vpc-9 does not exist in cn-north-1"):
            run(jdcloud_vpc, vpc_id="vpc-9")

    def test_faults_are_told_together_and_before_any_call(self, run) -> None:
        with pytest.raises(Failure) as caught:
            run(jdcloud_vpc, vpc_name="no blanks", address_prefix="11.0.0.0/16", description="x" * 257)
        for part in ("3 faults", "nothing was sent", "vpc_name: 'no blanks'", "address_prefix: '11.0.0.0/16'", "257"):
            assert part in caught.value.message

    def test_a_lost_create_is_not_repeated(self, run, script) -> None:
        script.listing("/vpcs/", "vpcs", [], "vpc")
        body = {"vpcName": "v", "addressPrefix": "10.0.0.0/16"}
        script.answer("POST", "/vpcs/", body, "", 502, service="vpc")
        script.listing("/vpcs/", "vpcs", [VPC], "vpc").listing("/vpcs/", "vpcs", [VPC], "vpc")
        assert run(jdcloud_vpc, **self.options)["vpc"]["vpc_id"] == "vpc-1"

    def test_a_list_that_lags_behind_the_create_is_made_up_for(self, run, script) -> None:
        script.listing("/vpcs/", "vpcs", [], "vpc")
        body = {"vpcName": "v", "addressPrefix": "10.0.0.0/16"}
        script.call("POST", "/vpcs/", body, {"vpcId": "vpc-1"}, service="vpc")
        script.listing("/vpcs/", "vpcs", [], "vpc")
        script.call("GET", "/vpcs/vpc-1", result={"vpc": VPC}, service="vpc")
        assert run(jdcloud_vpc, **self.options)["vpc"]["vpc_id"] == "vpc-1"

    def two(self, script) -> None:
        """Another run has made one between our look and our create."""
        script.listing("/vpcs/", "vpcs", [], "vpc")
        script.call(
            "POST", "/vpcs/", {"vpcName": "v", "addressPrefix": "10.0.0.0/16"}, {"vpcId": "vpc-2"}, service="vpc"
        )
        script.listing("/vpcs/", "vpcs", [VPC, {**VPC, "vpcId": "vpc-2"}], "vpc")
        script.call("GET", "/vpcs/vpc-2", result={"vpc": {**VPC, "vpcId": "vpc-2"}}, service="vpc")
        script.call("DELETE", "/vpcs/vpc-2", service="vpc")
        script.refuse("GET", "/vpcs/vpc-2", 404, "NOT_FOUND", "gone", service="vpc")

    def test_of_two_runs_that_make_the_same_the_one_that_sees_it_takes_the_others(self, run, script, clock) -> None:
        self.two(script)
        script.listing("/vpcs/", "vpcs", [VPC], "vpc")
        assert run(jdcloud_vpc, **self.options)["vpc"]["vpc_id"] == "vpc-1"
        assert len(clock.sleeps) == 1

    def test_where_both_have_removed_theirs_it_is_made_once_more(self, run, script, clock) -> None:
        self.two(script)
        script.listing("/vpcs/", "vpcs", [], "vpc")
        body = {"vpcName": "v", "addressPrefix": "10.0.0.0/16"}
        script.call("POST", "/vpcs/", body, {"vpcId": "vpc-3"}, service="vpc")
        mine = {**VPC, "vpcId": "vpc-3"}
        script.listing("/vpcs/", "vpcs", [mine], "vpc")
        assert run(jdcloud_vpc, **self.options)["vpc"]["vpc_id"] == "vpc-3"

    def test_what_another_run_has_made_meanwhile_is_taken(self, run, script) -> None:
        script.listing("/vpcs/", "vpcs", [], "vpc")
        body = {"vpcName": "v", "addressPrefix": "10.0.0.0/16"}
        script.refuse("POST", "/vpcs/", 409, "ALREADY_EXISTS", "there is one", body, service="vpc")
        script.listing("/vpcs/", "vpcs", [VPC], "vpc")
        assert run(jdcloud_vpc, **self.options)["vpc"]["vpc_id"] == "vpc-1"


def test_subnet_is_found_in_its_own_vpc_only(run, script) -> None:
    subnet = {"subnetId": "s-1", "subnetName": "s", "vpcId": "vpc-1", "addressPrefix": "10.0.1.0/24"}
    other = {**subnet, "subnetId": "s-2", "vpcId": "vpc-2"}
    script.listing("/subnets/", "subnets", [other, subnet], "vpc")
    result = run(jdcloud_subnet, subnet_name="s", vpc_id="vpc-1", address_prefix="10.0.1.0/24", ip_mask_len=0)
    assert (result["changed"], result["subnet"]["subnet_id"]) == (False, "s-1")


def test_what_is_missing_to_make_one_is_said(run, script) -> None:
    script.listing("/subnets/", "subnets", [], "vpc")
    with pytest.raises(Failure, match="no such subnet, and to make one these options are needed too: address_prefix"):
        run(jdcloud_subnet, subnet_name="s", vpc_id="vpc-1", check=True)


def test_a_natural_key_that_is_incomplete(run, script) -> None:
    with pytest.raises(Failure, match=r"Which subnet is meant. Give subnet_id or vpc_id and subnet_name"):
        run(jdcloud_subnet, subnet_name="s")


def test_border_gateway_whose_create_answers_with_an_object(run, script) -> None:
    script.listing("/bgws/", "bgws", [])
    script.call("POST", "/bgws/", {"bgwName": "b"}, {"bgw": BGW})
    script.listing("/bgws/", "bgws", [BGW])
    assert run(jdcloud_border_gateway, bgw_name="b")["border_gateway"]["bgw_id"] == "bgw-1"


def test_border_gateway_whose_create_answers_with_nothing(run, script) -> None:
    script.listing("/bgws/", "bgws", [])
    script.call("POST", "/bgws/", {"bgwName": "b"}, None)
    script.listing("/bgws/", "bgws", [BGW]).listing("/bgws/", "bgws", [BGW])
    assert run(jdcloud_border_gateway, bgw_name="b")["border_gateway"]["bgw_id"] == "bgw-1"


class TestVpcAttachment:
    options = {"vpc_attachment_name": "a", "bgw_id": "bgw-1", "vpc_id": "vpc-1", "propagate_type": "all"}

    def test_create_waits_until_active(self, run, script, clock) -> None:
        script.listing("/vpcAttachments/", "vpcAttachments", [])
        body = {"vpcAttachmentName": "a", "vpcId": "vpc-1", "propagateType": "all", "bgwId": "bgw-1"}
        script.call("POST", "/vpcAttachments/", body, {"vpcAttachmentId": "att-1"})
        script.refuse("GET", "/vpcAttachments/att-1", 404, "NOT_FOUND", "not yet")
        script.call("GET", "/vpcAttachments/att-1", result={"vpcAttachment": {**ATTACHMENT, "status": "creating"}})
        script.call("GET", "/vpcAttachments/att-1", result={"vpcAttachment": ATTACHMENT})
        assert run(jdcloud_vpc_attachment, **self.options)["vpc_attachment"]["subnet_ids"] == ["s-1"]
        assert clock.sleeps == [0.5, 0.75]

    def test_one_that_never_becomes_active(self, run, script, clock) -> None:
        script.listing("/vpcAttachments/", "vpcAttachments", [{**ATTACHMENT, "status": "creating"}])
        for _look in range(3):
            answer = {"vpcAttachment": {**ATTACHMENT, "status": "creating"}}
            script.call("GET", "/vpcAttachments/att-1", result=answer)
        with pytest.raises(Failure, match="Waited 2 seconds for VPC attachment att-1 to be ready, in vain"):
            run(jdcloud_vpc_attachment, **self.options, wait_timeout=2)

    def test_propagation_is_replaced_as_a_whole(self, run, script) -> None:
        script.listing("/vpcAttachments/", "vpcAttachments", [ATTACHMENT])
        attribute = {"vpcId": "vpc-1", "propagateType": "partial", "subnetIds": ["s-1", "s-2"]}
        script.call("PATCH", "/vpcAttachments/att-1", {"propagationAttribute": attribute})
        script.call(
            "GET", "/vpcAttachments/att-1", result={"vpcAttachment": {**ATTACHMENT, "propagateType": "partial"}}
        )
        options = {**self.options, "propagate_type": "partial", "subnet_ids": ["s-1", "s-2"]}
        result = run(jdcloud_vpc_attachment, **options)
        assert [change["field"] for change in result["changes"]] == ["propagate_type", "subnet_ids"]

    def test_the_order_of_subnets_does_not_matter(self, run, script) -> None:
        infos = [{"subnetId": "s-2"}, {"subnetId": "s-1"}]
        current = {**ATTACHMENT, "propagateType": "partial", "propagateCidrInfos": infos}
        script.listing("/vpcAttachments/", "vpcAttachments", [current])
        options = {**self.options, "propagate_type": "partial", "subnet_ids": ["s-1", "s-2"]}
        assert run(jdcloud_vpc_attachment, **options)["changed"] is False

    def test_back_to_all_names_no_subnets(self, run, script) -> None:
        script.listing("/vpcAttachments/", "vpcAttachments", [{**ATTACHMENT, "propagateType": "partial"}])
        attribute = {"vpcId": "vpc-1", "propagateType": "all"}
        script.call("PATCH", "/vpcAttachments/att-1", {"propagationAttribute": attribute})
        script.call("GET", "/vpcAttachments/att-1", result={"vpcAttachment": ATTACHMENT})
        assert run(jdcloud_vpc_attachment, **self.options)["changed"] is True

    def test_renaming_leaves_the_propagation_alone(self, run, script) -> None:
        script.listing("/vpcAttachments/", "vpcAttachments", [ATTACHMENT])
        script.call("PATCH", "/vpcAttachments/att-1", {"vpcAttachmentName": "new"})
        script.call("GET", "/vpcAttachments/att-1", result={"vpcAttachment": ATTACHMENT})
        assert run(jdcloud_vpc_attachment, bgw_id="bgw-1", vpc_id="vpc-1", vpc_attachment_name="new")["changed"] is True


class TestCustomerGateway:
    def test_stand_ins_only_at_create(self, run, script) -> None:
        script.listing("/customerGateways/", "customerGateways", [])
        body = {"customerGatewayName": "c", "customerIps": ["9.9.9.1", "9.9.9.2"], "bgpAsn": 65001}
        script.call("POST", "/customerGateways/", body, {"customerGatewayId": "cgw-1"})
        script.listing("/customerGateways/", "customerGateways", [CGW])
        stand_ins = ["9.9.9.1", "9.9.9.2"]
        run(jdcloud_customer_gateway, customer_gateway_name="c", bgp_asn=65001, initial_customer_ips=stand_ins)

    def test_stand_ins_are_never_put_back(self, run, script) -> None:
        script.listing("/customerGateways/", "customerGateways", [CGW])
        options = {"customer_gateway_name": "c", "initial_customer_ips": ["9.9.9.1", "9.9.9.2"]}
        assert run(jdcloud_customer_gateway, **options)["changed"] is False

    def test_addresses_known_at_once_beat_the_stand_ins(self, run, script) -> None:
        script.listing("/customerGateways/", "customerGateways", [])
        options = {"customer_gateway_name": "c", "bgp_asn": 65001, "customer_ips": ["1.1.1.1"]}
        result = run(jdcloud_customer_gateway, **options, initial_customer_ips=["9.9.9.1"], check=True)
        assert result["customer_gateway"]["customer_ips"] == ["1.1.1.1"]

    def test_the_order_of_addresses_does_not_matter(self, run, script) -> None:
        script.listing("/customerGateways/", "customerGateways", [CGW])
        options = {"customer_gateway_name": "c", "customer_ips": ["2.2.2.2", "1.1.1.1"]}
        assert run(jdcloud_customer_gateway, **options)["changed"] is False

    @pytest.mark.parametrize("check", [True, False])
    def test_addresses_do_not_change_under_tunnels(self, run, script, check) -> None:
        script.listing("/customerGateways/", "customerGateways", [CGW])
        script.listing("/vpnConnections/", "vpnConnections", [VPN, {**VPN, "vpnConnectionId": "vpn-2", "cgwId": "x"}])
        script.listing(
            "/vpnTunnels/", "vpnTunnels", [TUNNEL, {**TUNNEL, "vpnTunnelId": "t-2", "vpnConnectionId": "vpn-2"}]
        )
        with pytest.raises(Failure) as caught:
            run(jdcloud_customer_gateway, customer_gateway_name="c", customer_ips=["3.3.3.3"], check=check)
        message = caught.value.message
        assert "only while no tunnel exists on the gateway. Tunnels: t-1. Nothing was changed. Remove" in message
        assert "t-2" not in message and "old_key_1" not in f"{message} {caught.value.details}"

    def test_addresses_change_while_there_is_no_tunnel(self, run, script) -> None:
        script.listing("/customerGateways/", "customerGateways", [CGW])
        script.listing("/vpnConnections/", "vpnConnections", [VPN])
        script.listing("/vpnTunnels/", "vpnTunnels", [])
        script.call("PATCH", "/customerGateways/cgw-1", {"customerIps": ["3.3.3.3"]})
        script.call("GET", "/customerGateways/cgw-1", result={"customerGateway": {**CGW, "customerIps": ["3.3.3.3"]}})
        options = {"customer_gateway_name": "c", "customer_ips": ["3.3.3.3"]}
        assert run(jdcloud_customer_gateway, **options)["customer_gateway"]["customer_ips"] == ["3.3.3.3"]

    def test_the_asn_is_fixed(self, run, script) -> None:
        script.listing("/customerGateways/", "customerGateways", [CGW])
        with pytest.raises(Failure, match=r"bgp_asn is 65001 and can't be changed to 65002. It is fixed when"):
            run(jdcloud_customer_gateway, customer_gateway_name="c", bgp_asn=65002)

    @pytest.mark.parametrize("ips", [[], ["1.1.1.1"] * 2, ["1.1.1.1", "1.1.1.2", "1.1.1.3"], ["x"]])
    def test_addresses_that_jd_cloud_would_refuse(self, run, ips) -> None:
        with pytest.raises(Failure, match="customer_ips: "):
            run(jdcloud_customer_gateway, customer_gateway_name="c", customer_ips=ips)


class TestVpnConnection:
    options = {"vpn_connection_name": "n", "bgw_id": "bgw-1", "cgw_id": "cgw-1"}
    selectors = [{"local_subnet": "10.0.0.0/16", "remote_subnets": ["172.31.0.0/16"], "description": None}]
    wire = [{"localSubnet": "10.0.0.0/16", "remoteSubnets": ["172.31.0.0/16"]}]

    def test_create_waits_for_two_addresses_and_then_sets_the_selectors(self, run, script, clock) -> None:
        script.listing("/vpnConnections/", "vpnConnections", [])
        body = {"vpnConnectionName": "n", "bgwId": "bgw-1", "cgwId": "cgw-1"}
        script.call("POST", "/vpnConnections/", body, {"vpnConnectionId": "vpn-1"})
        script.listing("/vpnConnections/", "vpnConnections", [{**VPN, "cloudPublicIp": []}])
        script.call("GET", "/vpnConnections/vpn-1", result={"vpnConnection": {**VPN, "cloudPublicIp": ["5.5.5.1"]}})
        script.call("GET", "/vpnConnections/vpn-1", result={"vpnConnection": VPN})
        script.call("PATCH", "/vpnConnections/vpn-1", {"trafficSelectors": self.wire})
        answer = {"vpnConnection": {**VPN, "trafficSelectors": self.wire}}
        script.call("GET", "/vpnConnections/vpn-1", result=answer)
        result = run(jdcloud_vpn_connection, **self.options, traffic_selectors=self.selectors)
        assert result["vpn_connection"]["cloud_public_ip"] == ["5.5.5.1", "5.5.5.2"]

    def test_again(self, run, script) -> None:
        script.listing("/vpnConnections/", "vpnConnections", [{**VPN, "trafficSelectors": self.wire}])
        options = {**self.options, "traffic_selectors": self.selectors, "bgp_enabled": True}
        assert run(jdcloud_vpn_connection, **options)["changed"] is False

    def test_one_that_an_earlier_run_left_without_addresses_is_waited_for(self, run, script) -> None:
        script.listing("/vpnConnections/", "vpnConnections", [{**VPN, "cloudPublicIp": []}])
        script.call("GET", "/vpnConnections/vpn-1", result={"vpnConnection": VPN})
        result = run(jdcloud_vpn_connection, **self.options)
        assert (result["changed"], len(result["vpn_connection"]["cloud_public_ip"])) == (False, 2)

    @pytest.mark.parametrize("check", [True, False])
    def test_bgp_is_not_switched_off_under_tunnels(self, run, script, check) -> None:
        script.listing("/vpnConnections/", "vpnConnections", [VPN])
        script.listing("/vpnTunnels/", "vpnTunnels", [TUNNEL])
        with pytest.raises(Failure) as caught:
            run(jdcloud_vpn_connection, **self.options, bgp_enabled=False, check=check)
        assert "bgp_enabled from True to False would interrupt t-1 (5.5.5.1 - 1.1.1.1, UP)" in caught.value.message
        assert caught.value.details["interrupts"] == ["t-1 (5.5.5.1 - 1.1.1.1, UP)"]

    def test_bgp_is_switched_off_with_consent(self, run, script) -> None:
        script.listing("/vpnConnections/", "vpnConnections", [VPN])
        script.call("PATCH", "/vpnConnections/vpn-1", {"bgpEnabled": False})
        script.call("GET", "/vpnConnections/vpn-1", result={"vpnConnection": {**VPN, "bgpEnabled": False}})
        result = run(jdcloud_vpn_connection, **self.options, bgp_enabled=False, allow_interruption=True)
        assert result["vpn_connection"]["bgp_enabled"] is False

    def test_a_description_changes_without_looking_at_tunnels(self, run, script) -> None:
        script.listing("/vpnConnections/", "vpnConnections", [VPN])
        script.call("PATCH", "/vpnConnections/vpn-1", {"description": "d"})
        script.call("GET", "/vpnConnections/vpn-1", result={"vpnConnection": {**VPN, "description": "d"}})
        assert run(jdcloud_vpn_connection, **self.options, description="d")["changed"] is True

    def test_in_use(self, run, script) -> None:
        script.listing("/vpnConnections/", "vpnConnections", [VPN])
        script.refuse("DELETE", "/vpnConnections/vpn-1", 400, "FAILED_PRECONDITION", "has tunnels")
        with pytest.raises(Failure, match=r"Something still uses it. The order of removal is: static routes, tunnels"):
            run(jdcloud_vpn_connection, **self.options, state="absent")


class TestBorderGatewayRoute:
    options = {
        "bgw_id": "bgw-1",
        "bgw_route_destination": "172.31.0.0/16",
        "bgw_route_nexthop": "vpn-1",
        "bgw_nexthop_type": "vpn_connection",
    }
    path = "/bgws/bgw-1/bgwRoutes"
    spec = {
        "bgwRouteDestination": "172.31.0.0/16",
        "bgwNexthopType": "vpn_connection",
        "bgwRouteNexthop": "vpn-1",
    }

    def test_create_beside_a_propagated_twin(self, run, script) -> None:
        learned = {**ROUTE, "bgwRouteId": "rt-0", "origin": "propagated"}
        script.listing(self.path, "bgwRoutes", [learned])
        script.call("POST", self.path, {"bgwRouteSpecs": [self.spec]}, {"bgwRouteIds": ["rt-1"]})
        script.listing(self.path, "bgwRoutes", [learned, ROUTE])
        result = run(jdcloud_border_gateway_route, **self.options)
        assert result["border_gateway_route"]["bgw_route_id"] == "rt-1"

    def test_again(self, run, script) -> None:
        script.listing(self.path, "bgwRoutes", [ROUTE])
        assert run(jdcloud_border_gateway_route, **self.options)["changed"] is False

    def test_modify_repeats_what_the_spec_requires(self, run, script) -> None:
        script.listing(self.path, "bgwRoutes", [ROUTE])
        body = {"modifyBgwRouteSpecs": [{**self.spec, "bgwRouteId": "rt-1", "description": "d"}]}
        script.call("PATCH", self.path, body)
        script.listing(self.path, "bgwRoutes", [{**ROUTE, "description": "d"}])
        assert run(jdcloud_border_gateway_route, **self.options, description="d")["changed"] is True

    def test_another_next_hop_by_id(self, run, script) -> None:
        script.listing(self.path, "bgwRoutes", [ROUTE])
        spec = {**self.spec, "bgwRouteNexthop": "vpn-2", "bgwRouteId": "rt-1", "description": ""}
        script.call("PATCH", self.path, {"modifyBgwRouteSpecs": [spec]})
        script.listing(self.path, "bgwRoutes", [{**ROUTE, "bgwRouteNexthop": "vpn-2"}])
        options = {"bgw_id": "bgw-1", "bgw_route_id": "rt-1", "bgw_route_nexthop": "vpn-2"}
        assert run(jdcloud_border_gateway_route, **options)["changed"] is True

    def test_delete(self, run, script) -> None:
        script.listing(self.path, "bgwRoutes", [ROUTE])
        script.call("DELETE", self.path, query={"bgwRouteIds.1": "rt-1"})
        script.listing(self.path, "bgwRoutes", [])
        assert run(jdcloud_border_gateway_route, **self.options, state="absent")["changed"] is True
