# SPDX-License-Identifier: GPL-3.0-or-later
"""Every parameter that both clouds record of a tunnel is compared, whichever cloud departs from the other."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._vpn.health_records import PARAMETERS

from .living import Living
from .world import OWN_KEYS, SLOTS

SLOT = "2-3"
# Name of the parameter, what is changed (whose record, field, value), both values as they are told.
JD = [
    ("IKE version", "tunnel", "ike_version", "v1", "ikev1", "ikev2"),
    ("IKE cipher", "tunnel", "ike_cipher", "aes128", "aes128", "aes256"),
    ("IKE cipher", "tunnel", "ike_cipher", "3des", "3des", "aes256"),
    ("IKE integrity", "tunnel", "ike_auth", "sha1", "sha1", "sha256"),
    ("DH group (phase 1)", "tunnel", "ike_key_exchange", "modp2048", "14", "19"),
    ("ESP cipher", "tunnel", "ipsec_cipher", "aes192", "aes192", "aes256"),
    ("ESP integrity", "tunnel", "ipsec_auth", "sha384", "sha384", "sha256"),
    ("PFS group (phase 2)", "tunnel", "ipsec_key_exchange", "null", "none", "19"),
    ("PFS group (phase 2)", "tunnel", "ipsec_key_exchange", "modp1536", "5", "19"),
    ("IKE lifetime", "tunnel", "ike_sa_life_sec", 28800, "28800", "14400"),
    ("ESP lifetime", "tunnel", "ipsec_sa_life_sec", 1800, "1800", "3600"),
    ("inside block", "tunnel", "tunnel_ip", "169.254.9.0/30", "169.254.9.0/30", None),
    ("JD Cloud's inside address", "tunnel", "local_tunnel_ip", "169.254.9.1", "169.254.9.1", None),
    ("AWS's inside address", "tunnel", "remote_tunnel_ip", "169.254.9.2", "169.254.9.2", None),
    ("routing", "connection", "bgp_enabled", False, "static", "BGP"),
    ("JD Cloud's ASN", "connection", "local_asn", 64999, "64999", "65000"),
    ("AWS's ASN", "customer_gateway", "bgp_asn", 65222, "65222", "65001"),
]
AWS = [
    ("IKE version", "tunnel", "ike_versions", ["ikev1"], "ikev2", "ikev1"),
    ("IKE cipher", "tunnel", "phase1_encryption_algorithms", ["AES128"], "aes256", "aes128"),
    ("IKE cipher", "tunnel", "phase1_encryption_algorithms", ["AES256-GCM-16"], "aes256", "aes256-gcm-16"),
    ("IKE integrity", "tunnel", "phase1_integrity_algorithms", ["SHA2-384"], "sha256", "sha384"),
    ("DH group (phase 1)", "tunnel", "phase1_dh_group_numbers", [14, 20], "19", "14 or 20"),
    ("ESP cipher", "tunnel", "phase2_encryption_algorithms", ["AES128"], "aes256", "aes128"),
    ("ESP integrity", "tunnel", "phase2_integrity_algorithms", ["SHA1"], "sha256", "sha1"),
    ("PFS group (phase 2)", "tunnel", "phase2_dh_group_numbers", [14], "19", "14"),
    ("IKE lifetime", "tunnel", "phase1_lifetime_seconds", 28800, "14400", "28800"),
    ("ESP lifetime", "tunnel", "phase2_lifetime_seconds", 1800, "3600", "1800"),
    ("inside block", "tunnel", "tunnel_inside_cidr", "169.254.9.0/30", None, "169.254.9.0/30"),
    ("JD Cloud's inside address", "tunnel", "customer_inside_address", "169.254.9.1", None, "169.254.9.1"),
    ("AWS's inside address", "tunnel", "aws_inside_address", "169.254.9.2", None, "169.254.9.2"),
    ("routing", "connection", "static_routes_only", True, "BGP", "static"),
    ("JD Cloud's outside address", "customer_gateway", "ip_address", "203.0.113.9", None, "203.0.113.9"),
    ("JD Cloud's ASN", "customer_gateway", "bgp_asn", 64999, "65000", "64999"),
    ("AWS's ASN", "gateway", "amazon_side_asn", 65222, "65001", "65222"),
]
WARNINGS = ("IKE lifetime", "ESP lifetime")


def record(living: Living, cloud: str, which: str) -> dict[str, Any]:
    if cloud == "JD Cloud":
        return {
            "tunnel": living.jd_end(SLOT), "connection": living.connection,
            "customer_gateway": living.jd["customer_gateways"][0],
        }[which]  # fmt: skip
    return {
        "tunnel": living.aws_end(SLOT), "connection": living.aws_connection(SLOT),
        "customer_gateway": living.aws_customer_gateway(SLOT), "gateway": living.aws["vpn_gateways"][0],
    }[which]  # fmt: skip


CASES = [("JD Cloud", *row) for row in JD] + [("AWS", *row) for row in AWS]


@pytest.mark.parametrize(("cloud", "name", "which", "field", "value", "here", "there"), CASES)
def test_a_parameter_that_differs_is_told_with_both_values(
    cloud: str, name: str, which: str, field: str, value: Any, here: str | None, there: str | None
) -> None:
    living = Living()
    changed = record(living, cloud, which)
    assert field in changed
    changed[field] = value
    link = living.look()
    found = [x for x in link["findings"] if x["verdict"] == "records differ" and x["text"].startswith(f"{name}: ")]
    hit = {"tunnel": {SLOT}, "gateway": set(SLOTS)}.get(which, {"2-3", "2-4"} if cloud == "AWS" else set(SLOTS))
    assert {x["tunnel"] for x in found} == hit
    for finding in found:
        assert finding["level"] == ("warning" if name in WARNINGS else "error")
        match = re.fullmatch(rf"{re.escape(name)}: JD Cloud has (.+), AWS has (.+)", finding["text"])
        assert match, finding["text"]
        assert match[1] != match[2]
        assert here in (None, match[1])
        assert there in (None, match[2])
        assert finding["remedy"]
    assert link["expectation_met"] is (name in WARNINGS)
    assert link["verdict"] == ("healthy" if name in WARNINGS else "records differ")


def test_every_parameter_is_tried_on_both_clouds() -> None:
    names = {parameter.name for parameter in PARAMETERS}
    # An outside address that differs leaves no pair of records; that is tried below.
    assert {row[0] for row in JD} == names - {"JD Cloud's outside address", "AWS's outside address"}
    assert {row[0] for row in AWS} == names - {"AWS's outside address"}


@pytest.mark.parametrize("field", ["cloud_public_ip", "customer_ip"])
def test_other_outside_addresses_are_told_with_both_pairs(field: str) -> None:
    living = Living()
    end = living.jd_end(SLOT)
    right, end[field] = end[field], "203.0.113.7"
    level, slot, verdict, text = living.finding(expectation="any_tunnel")
    assert (level, slot, verdict) == ("error", SLOT, "records differ")
    assert "203.0.113.7" in text.partition("AWS has")[0]
    assert right in text.partition("AWS has")[2]


def test_an_aws_list_that_holds_jd_clouds_value_agrees() -> None:
    living = Living()
    for slot in SLOTS:
        living.aws_end(slot).update(
            phase1_encryption_algorithms=["AES128", "AES256"], phase2_dh_group_numbers=[2, 19], ike_versions=None
        )
    assert living.findings() == []


def test_asns_do_not_matter_without_bgp() -> None:
    living = Living("static")
    living.jd["customer_gateways"][0]["bgp_asn"] = 65222
    assert living.findings() == []


@pytest.mark.parametrize(("cloud", "field", "value"), [("JD", "ike_dpd_sec", 0), ("AWS", "dpd_timeout_action", "none")])
def test_dead_peer_detection_that_is_off_is_a_warning(cloud: str, field: str, value: Any) -> None:
    living = Living()
    end = living.jd_end(SLOT) if cloud == "JD" else living.aws_end(SLOT)
    assert field in end
    end[field] = value
    level, slot, verdict, text = living.finding()
    assert (level, slot, verdict) == ("warning", SLOT, "records differ")
    assert text.startswith(f"DPD: {cloud}")


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("cloud", ["JD", "AWS"])
def test_other_keys_are_told_without_the_keys(cloud: str, own: bool) -> None:
    living = Living(**({"psks": OWN_KEYS} if own else {}))
    end = living.jd_end(SLOT) if cloud == "JD" else living.aws_end(SLOT)
    end["psk_digest"] = "0123456789abcdef"
    link = living.look()
    assert [(x["tunnel"], x["text"]) for x in link["findings"]] == [(SLOT, "the pre-shared keys differ")]
    assert "0123456789abcdef" not in str(link)
    assert (link["verdict"], link["expectation_met"]) == ("records differ", False)


def test_masked_keys_are_judged_by_the_marks() -> None:
    living = Living()
    link = living.look(masked=True)
    assert link["expectation_met"]
    assert {(x["level"], x["text"]) for x in link["findings"]} == {
        (
            "info",
            "the pre-shared keys can't be compared: masked by JD Cloud and AWS; by the marks both are of generation 1",
        )
    }


def test_one_cloud_that_masks_is_named() -> None:
    living = Living()
    living.jd_end(SLOT)["psk_digest"] = None
    level, slot, _verdict, text = living.finding()
    assert (level, slot) == ("info", SLOT)
    assert "masked by JD Cloud;" in text


def test_masked_keys_with_other_marks_differ() -> None:
    living = Living()
    tags = living.aws_connection(SLOT)["tags"]
    tags["intercloud.vpn/psk"] = tags["intercloud.vpn/psk"].replace("g1-", "g2-")
    link = living.look(masked=True)
    wrong = [x for x in link["findings"] if x["level"] == "error"]
    assert {x["tunnel"] for x in wrong} == {"2-3", "2-4"}
    assert all("JD Cloud has generation 1, AWS generation 2" in x["text"] for x in wrong)
    tags["intercloud.vpn/psk"] = "g1-00000000"
    wrong = [x for x in living.look(masked=True)["findings"] if x["level"] == "error"]
    assert all(x["text"].endswith("they differ: they come of different master secrets") for x in wrong)
    assert len(wrong) == 2


def test_masked_keys_without_marks_stay_unknown() -> None:
    living = Living()
    living.connection["description"] = living.connection["description"].replace("psk=", "was=")
    found = living.look(masked=True)["findings"]
    assert {(x["level"], x["text"].rpartition(", ")[2]) for x in found} == {("info", "and no mark tells what they are")}
