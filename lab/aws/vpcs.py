# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs take their default network ACL with them when they are deleted; moto leaves it behind."""

from __future__ import annotations

from typing import Any


class VpcBackend:
    network_acls: dict[str, Any]

    def delete_vpc(self, vpc_id: str) -> Any:
        deleted = super().delete_vpc(vpc_id)  # type: ignore[misc]
        for acl_id in [key for key, acl in self.network_acls.items() if acl.vpc_id == vpc_id and acl.default]:
            del self.network_acls[acl_id]
        return deleted
