# SPDX-License-Identifier: GPL-3.0-or-later
"""What customer gateways, VPN gateways and VPN connections have in common: a state, tags and filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from moto.ec2.models.core import TaggedEC2Resource

from lab.aws.clock import Clock
from lab.aws.errors import invalid_value


class Lifecycle:
    """A state that changes by itself when its time has come."""

    def __init__(self, clock: Clock, state: str, seconds: float = 0.0, then: str = "available") -> None:
        self._clock = clock
        self.enter(state, seconds, then)

    def enter(self, state: str, seconds: float, then: str) -> None:
        self._transient, self._final = state, then
        self._until = self._clock.now() + seconds

    @property
    def state(self) -> str:
        return self._transient if self._clock.now() < self._until else self._final

    def settled_for(self) -> float:
        """Seconds since the final state was reached; negative while it is still to come."""
        return self._clock.now() - self._until


class VpnResource(TaggedEC2Resource):
    """Base of the three. FILTERS holds every filter that its Describe call knows, besides those on tags."""

    FILTERS: dict[str, Callable[[Any], Iterable[Any]]] = {}

    def __init__(self, backend: Any, resource_id: str, lifecycle: Lifecycle, tags: dict[str, str]) -> None:
        self.ec2_backend = backend
        self.id = resource_id
        self.lifecycle = lifecycle
        self.add_tags(tags)

    @property
    def state(self) -> str:
        return self.lifecycle.state

    @property
    def is_live(self) -> bool:
        """Whether it still counts: towards quotas, and as a user of the gateways that it names."""
        return self.state != "deleted"

    def get_tags(self) -> list[dict[str, str]]:
        # moto's own look-up matches every tag of the region against a pattern, for each resource described.
        own = self.ec2_backend.tags.get(self.id, {})
        return [{"resource_id": self.id, "key": key, "value": value} for key, value in own.items()]

    def describe_tags(self) -> list[dict[str, str]]:
        return [{"Key": tag["key"], "Value": tag["value"]} for tag in self.get_tags()]

    def get_filter_value(self, filter_name: str, method_name: str | None = None) -> list[str]:
        tags = self.get_tags()
        if filter_name.startswith("tag:"):
            return [tag["value"] for tag in tags if tag["key"] == filter_name.removeprefix("tag:")]
        if filter_name == "tag-key":
            return [tag["key"] for tag in tags]
        return [str(value) for value in self.FILTERS[filter_name](self) if value is not None]


Resource = TypeVar("Resource", bound=VpnResource)


def select(kind: type[Resource], resources: Iterable[Resource], filters: dict[str, Any] | None) -> list[Resource]:
    """Those that pass every filter; a filter passes when any of its values, `*` and `?` included, matches."""
    chosen = list(resources)
    for name, wanted in (filters or {}).items():
        if not name.startswith("tag:") and name not in ("tag-key", *kind.FILTERS):
            raise invalid_value(f"The filter '{name}' is invalid")
        patterns = [_pattern(text) for text in ([wanted] if isinstance(wanted, str) else wanted)]
        chosen = [
            resource
            for resource in chosen
            if any(pattern.fullmatch(value) for pattern in patterns for value in resource.get_filter_value(name))
        ]
    return chosen


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
