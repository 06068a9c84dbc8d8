# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every family of this file, and the samples on their pages."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.intercloud.vpn.plugins.module_utils._render.families import render
from ansible_collections.intercloud.vpn.plugins.module_utils._render.model import Device, Refused

from .devices import changed_parts, device, keys, keys_stay_secret

LINES = ("fortinet_fortios", "h3c_comware", "huawei_usg", "juniper_srx")
WAN = {"fortinet_fortios": "port1", "juniper_srx": "ge-0/0/0.0"}
PAGES = Path(__file__).resolve().parents[3] / "docs" / "devices"


@pytest.mark.parametrize("family", [*LINES, "sheet"])
@pytest.mark.parametrize("proposal", ["default", "v1-256-sha256-14"])
def test_keys_stand_in_secret_parts_only(family: str, proposal: str) -> None:
    item = device(family, proposal=proposal)
    keys_stay_secret(item, render(item, keys(item)))


@pytest.mark.parametrize("family", LINES)
@pytest.mark.parametrize("changes", [{"mark": "g9-ffffffff"}, {"enabled": False}, {"preference": 5}])
@pytest.mark.parametrize("routing", ["bgp", "static"])
def test_a_change_of_one_tunnel_touches_its_part_alone(family: str, changes: dict[str, object], routing: str) -> None:
    before = device(family, routing=routing)
    link = before.links[0]
    other = replace(link, tunnels=(replace(link.tunnels[0], **changes), *link.tunnels[1:]))  # type: ignore[arg-type]
    after = replace(before, links=(other, *before.links[1:]))
    assert changed_parts(render(before, keys(before)), render(after, keys(after))) == {link.tunnels[0].name}


@pytest.mark.parametrize("family", LINES)
def test_one_tunnel_more_leaves_the_others_as_they_are(family: str) -> None:
    more = device(family, "four")
    link = more.links[0]
    fewer = replace(more, links=(replace(link, tunnels=link.tunnels[1:]),))
    assert changed_parts(render(fewer, keys(fewer)), render(more, keys(more))) == {link.tunnels[0].name}


@pytest.mark.parametrize("family", LINES)
def test_names_fit_the_longest_uid_and_the_highest_number(family: str) -> None:
    item = device(family, "two")
    link = item.links[0]
    tunnel = replace(link.tunnels[0], name="u" * 28 + "-1-1", number=1017, mark="g9999-0a1b2c3d")
    item = replace(item, links=(replace(link, uid="u" * 28, tunnels=(tunnel,)),))
    text = "\n".join(part.text for part in render(item, keys(item)))
    # 15 is the shortest limit of all: FortiOS's interfaces, Huawei's ike peers.
    assert {len(name) for name in re.findall(r"\bicv\d+\b", text)} == {7}
    assert max(len(x) for x in re.findall(r"intercloud\.vpn [^\"\n]+", text)) <= 63


@pytest.mark.parametrize("family", WAN)
def test_a_family_that_needs_the_outer_interface_says_so(family: str) -> None:
    item = replace(device(family), wan="")
    with pytest.raises(Refused, match=f"device office, family {family}: `wan` is empty; possible: .*{WAN[family]}"):
        render(item, keys(item))


@pytest.mark.parametrize("family", LINES)
def test_what_a_family_lacks_is_refused_with_what_it_has(family: str) -> None:
    data = device(family, "two").as_dict()
    data["links"][0]["tunnels"][1]["proposal"]["ike_integrity"] = "md5"
    item = Device.from_dict(data)
    wanted = f"device office, family {family}: office-aws-1-2: ike_integrity md5 .*possible: sha1, sha256, sha384$"
    with pytest.raises(Refused, match=wanted):
        render(item, keys(item))


def sample(family: str) -> Device:
    """Two tunnels to JD Cloud with BGP and a static one to AWS."""
    aws, jdcloud = device(family, bgp_process="shared").links
    static = replace(aws, routing="static", tunnels=aws.tunnels[:1], accept=aws.accept[:1])
    wan = WAN.get(family, "")
    return replace(device(family), wan=wan, links=(replace(jdcloud, tunnels=jdcloud.tunnels[:2]), static))


@pytest.mark.parametrize("family", [*LINES, "sheet"])
def test_the_sample_of_the_page_is_the_rendering(family: str) -> None:
    """UPDATE_PAGES=1 writes the samples anew."""
    item = sample(family)
    parts = render(item, {tunnel.name: f"<key of {tunnel.name}>" for tunnel in item.tunnels})
    shown = parts[:1] if family == "sheet" else parts
    blocks = ["".join(part.text for part in shown), "".join(part.remove for part in reversed(parts))]
    path = PAGES / f"{family}.md"
    page = path.read_text()
    if os.environ.get("UPDATE_PAGES"):
        fresh = iter(blocks)
        page = re.sub(r"```text\n.*?```", lambda _: f"```text\n{next(fresh)}```", page, flags=re.DOTALL)
        path.write_text(page)
    found = re.findall(r"```text\n(.*?)```", page, flags=re.DOTALL)
    assert found == [block for block in blocks if block]
