# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: what all Linux devices have in common: strongSwan and its route-based interfaces.

Every tunnel has files of its own, so a change of one leaves the others alone. strongSwan brings a tunnel's interface up
and down with its CHILD_SA: routes over a dead tunnel disappear with it, whichever daemon holds them.
"""

from __future__ import annotations

from .layout import layout
from .model import DPD_INTERVAL, DPD_TIMEOUT, MSS, MTU, Device, Keys, Part, Refused, Tunnel
from .wording import description, every_tunnel, label

FOLDER = "/etc/intercloud-vpn"
INTERFACES = f"sh {FOLDER}/interfaces"
FIRST_IF_ID = 1700000  # far from the small numbers that operators take
KINDS = ("xfrm", "external")
GROUPS = {2: "modp1024", 5: "modp1536", 14: "modp2048", 19: "ecp256", 20: "ecp384"}
LOAD = "swanctl --load-all --noprompt"
SETTINGS = "swanctl --reload-settings"
SYSTEMD = "[ ! -d /run/systemd/system ] ||"


def ipsec(device: Device, keys: Keys) -> list[Part]:
    """Everything but routing."""
    if device.tunnel_interfaces not in KINDS:
        raise Refused(
            f"device {device.name}: family {device.family} can't make tunnel_interfaces "
            f"{device.tunnel_interfaces!r}; it can {' and '.join(KINDS)}"
        )
    parts = [
        Part("interfaces", layout("linux/interfaces"), f"{FOLDER}/interfaces"),
        Part(
            "mss",
            layout("linux/mss", mss=MSS),
            f"{FOLDER}/mss.nft",
            remove="nft delete table ip intercloud_vpn || :\n",
            apply=f"nft -f {FOLDER}/mss.nft\n",
        ),
        Part(
            "service",
            layout("linux/service", interfaces=INTERFACES),
            "/etc/systemd/system/intercloud-vpn.service",
            remove="rm -f /etc/systemd/system/multi-user.target.wants/intercloud-vpn.service\n"
            f"{SYSTEMD} systemctl daemon-reload\n",
            apply=f"{SYSTEMD} systemctl daemon-reload\n{SYSTEMD} systemctl enable intercloud-vpn.service\n",
        ),
        Part(
            "retransmission",
            layout("linux/retransmission"),
            "/etc/strongswan.d/intercloud-vpn.conf",
            remove=f"{SETTINGS}\n",
            apply=f"{SETTINGS}\n",
        ),
    ]
    for _link, tunnel in every_tunnel(device):
        parts += _tunnel(device, tunnel, keys[tunnel.name])
    return parts


def _tunnel(device: Device, tunnel: Tunnel, key: str) -> list[Part]:
    name = label(tunnel)
    xfrm = device.tunnel_interfaces == "xfrm"
    if_id = FIRST_IF_ID + tunnel.number if xfrm else 0
    proposal = tunnel.proposal
    ike = f"{proposal.ike_encryption}-{proposal.ike_integrity}-{GROUPS[proposal.ike_dh_group]}"
    esp = f"{proposal.ipsec_encryption}-{proposal.ipsec_integrity}-{GROUPS[proposal.ipsec_pfs_group]}"
    interface = layout(
        "linux/tunnel",
        tunnel=tunnel,
        description=description(tunnel),
        mtu=MTU,
        if_id=if_id,
        wan=device.wan if xfrm else "",
    )
    connection = layout(
        "linux/connection",
        name=name,
        tunnel=tunnel,
        ike=ike,
        esp=esp,
        dpd_interval=DPD_INTERVAL,
        dpd_timeout=DPD_TIMEOUT,
        # IKEv1 tells the peer the sum, so the two make exactly the lifetime that the cloud has on record.
        ike_rekey=proposal.ike_lifetime - proposal.ike_lifetime // 10,
        ike_over=proposal.ike_lifetime // 10,
        ipsec_rekey=proposal.ipsec_lifetime - proposal.ipsec_lifetime // 10,
        if_id=if_id,
        updown=f"{INTERFACES} updown {name}" if xfrm else "",
    )
    gone = f"ip link delete dev {name} || :\n" if xfrm else f"ip address flush dev {name} || :\n"
    restart = f"{LOAD}\nswanctl --terminate --ike {name} --timeout 5 || :\n"
    if tunnel.enabled:
        restart += f"swanctl --initiate --child {name} --timeout 10 || :\n"
    return [
        Part(
            f"{tunnel.name} interface",
            interface,
            f"{FOLDER}/tunnels/{name}",
            remove=gone,
            apply=f"{INTERFACES} up {name}\n",
        ),
        Part(
            f"{tunnel.name} key",
            layout("linux/key", name=name, tunnel=tunnel, key=key),
            f"/etc/swanctl/conf.d/{name}-key.conf",
            remove=f"{LOAD}\n",
            apply=restart,
            secret=True,
        ),
        Part(
            f"{tunnel.name} connection",
            connection,
            f"/etc/swanctl/conf.d/{name}.conf",
            remove=f"{LOAD}\nswanctl --terminate --ike {name} --timeout 5 || :\n",
            apply=f"{LOAD}\n",
        ),
    ]
