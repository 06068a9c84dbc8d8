# SPDX-License-Identifier: GPL-3.0-or-later
"""What people make on JD Cloud without our modules: plain signed HTTP that writes."""

from __future__ import annotations

import json
from typing import Any

import requests

from .clouds import JdCloud


class Writer(JdCloud):
    """JD Cloud's openapi by hand, writing too."""

    def post(self, service: str, path: str, **body: Any) -> dict[str, Any]:
        return self._write("POST", service, path, body)

    def patch(self, service: str, path: str, **body: Any) -> dict[str, Any]:
        return self._write("PATCH", service, path, body)

    def delete(self, service: str, path: str) -> dict[str, Any]:
        return self._write("DELETE", service, path, None)

    def _write(self, method: str, service: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        uri = f"{self.url}/v1/regions/{self.region}{path}"
        headers, data = {"content-type": "application/json"}, "" if body is None else json.dumps(body)
        self.signer.sign(method, service, self.region, uri, headers, data, self.credential, None)
        answer = requests.request(method, uri, headers=headers, data=data, timeout=30).json()
        assert "error" not in answer, answer
        return answer.get("result") or {}

    def make(self, service: str, kind: str, **body: Any) -> str:
        return self.post(service, f"/{kind}s/", **body)[f"{kind}Id"]
