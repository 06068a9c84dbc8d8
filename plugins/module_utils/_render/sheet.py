# Copyright (c) 2026, the intercloud.vpn authors
# BSD-2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""**PRIVATE** to the collection: a sheet for any other device: text to configure from, JSON for own tools. Pure."""

from __future__ import annotations

import json
import typing as t

from .layout import layout
from .model import BGP_HOLD, BGP_KEEPALIVE, DPD_INTERVAL, DPD_TIMEOUT, MSS, MTU, Device, Keys, Part

FORMAT = 1  # of the JSON; a field that goes or changes its meaning makes it 2


def render(device: Device, keys: Keys) -> list[Part]:
    values = {
        "mtu": MTU,
        "mss": MSS,
        "dpd_interval": DPD_INTERVAL,
        "dpd_timeout": DPD_TIMEOUT,
        "bgp_keepalive": BGP_KEEPALIVE,
        "bgp_hold": BGP_HOLD,
    }
    text = layout("sheet/sheet", device=device, keys=keys, **values)
    data: dict[str, t.Any] = {"format": FORMAT, **values, "device": device.as_dict()}
    data["tunnels"] = {
        tunnel.name: {
            "pre_shared_key": keys[tunnel.name],
            "remote_id": tunnel.remote_address,
            "behind_nat": tunnel.behind_nat,
            "local_preference": tunnel.local_preference,
            "prepend": tunnel.prepend,
        }
        for tunnel in device.tunnels
    }
    return [
        Part("sheet", text, path=f"{device.name}.txt", secret=True),
        Part("data", json.dumps(data, indent=2) + "\n", path=f"{device.name}.json", secret=True),
    ]
