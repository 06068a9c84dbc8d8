# SPDX-License-Identifier: GPL-3.0-or-later
"""A small AWX: the part of its REST API that awx.awx's modules use, with the rules that AWX has for it.

It knows nothing of our roles. Kinds of objects and their fields are in awx_kinds.py. Fields that a kind does not have are
ignored, as AWX does, so a misspelt one shows in the second run as a change.
"""

from __future__ import annotations

import itertools
import json
import threading
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from . import awx_kinds
from .awx_kinds import KINDS, Refused

PREFIX = "/api/v2"
UNIFIED = ("job_templates", "projects", "inventory_sources", "workflow_job_templates")


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Requests are kept in `Controller.writes`."""


class Controller:
    """One controller with an organization `Default`, AWX's built-in type for AWS, and a token."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.objects: dict[str, dict[int, dict[str, Any]]] = {kind: {} for kind in KINDS}
        self.links: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[int, dict[str, Any]] = {}
        self.writes: list[str] = []
        self.requests = 0
        self._ids = itertools.count(1)
        self.create("organizations", {"name": "Default"})
        fields = [{"id": name, "type": "string", "label": name} for name in ("username", "password", "security_token")]
        fields[1]["secret"] = fields[2]["secret"] = True  # type: ignore[assignment]
        env = {"AWS_ACCESS_KEY_ID": "{{ username }}", "AWS_SECRET_ACCESS_KEY": "{{ password }}",
               "AWS_SESSION_TOKEN": "{{ security_token }}"}  # fmt: skip
        amazon = {
            "name": "Amazon Web Services",
            "kind": "cloud",
            "inputs": {"fields": fields},
            "injectors": {"env": env},
        }
        self.create("credential_types", amazon)["managed"] = True
        self.server = make_server("127.0.0.1", 0, _application(self), threaded=True, request_handler=_Quiet)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Controller:
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def names(self, kind: str) -> list[str]:
        return sorted(item["name"] for item in self.objects[kind].values())

    def named(self, kind: str, name: str) -> dict[str, Any]:
        return next(item for item in self.objects[kind].values() if item["name"] == name)

    def linked(self, kind: str, ident: int, association: str) -> list[dict[str, Any]]:
        target = KINDS[kind].associations[association]
        return [self.objects[target][other] for other in self.links.get((kind, ident, association), [])]

    def state(self) -> dict[str, Any]:
        """Everything that there is, to compare with."""
        links = {"/".join(map(str, key)): sorted(ids) for key, ids in self.links.items() if ids}
        return json.loads(json.dumps({"objects": self.objects, "links": links, "surveys": self.surveys}))

    def create(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        rules = KINDS[kind]
        for name in rules.required:
            if body.get(name) in (None, ""):
                raise Refused({name: ["This field is required."]})
        item = {**rules.defaults(), **{k: v for k, v in body.items() if k in rules.fields}}
        self._check(kind, item)
        ident = next(self._ids)
        self.objects[kind][ident] = item = {"id": ident, "type": rules.type, **item}
        return item

    def change(self, kind: str, ident: int, body: dict[str, Any]) -> dict[str, Any]:
        old = self.objects[kind][ident]
        if old.get("managed"):
            raise Refused({"detail": "Modifications not allowed for managed credential types"})
        item = {**old, **{k: v for k, v in body.items() if k in KINDS[kind].fields}}
        self._check(kind, item, ident)
        self.objects[kind][ident] = item
        return item

    def _check(self, kind: str, item: dict[str, Any], ident: int = 0) -> None:
        rules = KINDS[kind]
        for field, target in rules.references.items():
            if item.get(field) is None:
                continue
            targets = UNIFIED if target == "unified" else (target,)
            if not any(item[field] in self.objects[each] for each in (*targets, *rules.also.get(field, ()))):
                raise Refused({field: [f'Invalid pk "{item[field]}" - object does not exist.']})
        for other in self.objects[kind].values():
            if other["id"] != ident and all(other.get(key) == item.get(key) for key in rules.unique):
                raise Refused({"__all__": [f"{rules.type} with this {' and '.join(rules.unique)} already exists."]})
        if rules.check:
            rules.check(self.objects, item)

    def show(self, kind: str, item: dict[str, Any]) -> dict[str, Any]:
        url = f"{PREFIX}/{kind}/{item['id']}/"
        related = {name: f"{url}{name}/" for name in KINDS[kind].related}
        target = item.get("unified_job_template")
        if target in self.objects["workflow_approval_templates"]:
            related["unified_job_template"] = f"{PREFIX}/workflow_approval_templates/{target}/"
        shown = {**item, "url": url, "related": related, "summary_fields": {}}
        if kind == "credentials":
            fields = self.objects["credential_types"][item["credential_type"]]["inputs"].get("fields", [])
            secret = {field["id"] for field in fields if field.get("secret")}
            shown["inputs"] = {k: "$encrypted$" if k in secret else v for k, v in item["inputs"].items()}
        return shown

    def associate(self, kind: str, ident: int, association: str, body: dict[str, Any]) -> None:
        target = KINDS[kind].associations[association]
        if body["id"] not in self.objects[target]:
            raise Refused({"detail": f"{target} {body['id']} does not exist"})
        ids = self.links.setdefault((kind, ident, association), [])
        if body.get("disassociate"):
            ids.remove(body["id"])
            return
        if association == "credentials":
            wanted = self.objects["credentials"][body["id"]]["credential_type"]
            if any(self.objects["credentials"][other]["credential_type"] == wanted for other in ids):
                name = self.objects["credential_types"][wanted]["name"]
                raise Refused({"error": f"Cannot assign multiple {name} credentials."})
        ids.append(body["id"])

    def forget(self, kind: str, ident: int) -> None:
        del self.objects[kind][ident]
        self.links = {key: ids for key, ids in self.links.items() if key[:2] != (kind, ident)}
        for (owner, _id, association), ids in self.links.items():
            if KINDS[owner].associations[association] == kind and ident in ids:
                ids.remove(ident)


def _page(items: list[dict[str, Any]]) -> Response:
    return jsonify({"count": len(items), "next": None, "previous": None, "results": items})


def _matches(item: dict[str, Any]) -> bool:
    wanted = {k: v for k, v in request.args.items() if k not in ("page_size", "order_by")}
    either = {k.removeprefix("or__"): v for k, v in wanted.items() if k.startswith("or__")}
    if either and not any(str(item.get(k)) == v for k, v in either.items()):
        return False
    return all(str(item.get(k)) == v for k, v in wanted.items() if not k.startswith("or__"))


def _application(controller: Controller) -> Flask:
    app = Flask("awx")

    @app.before_request
    def authenticate() -> Any:
        controller.requests += 1
        if request.headers.get("Authorization") != f"Bearer {controller.token}":
            return jsonify({"detail": "Authentication credentials were not provided."}), 401
        if request.method != "GET":
            controller.writes.append(f"{request.method} {request.path}")
        return None

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Any:
        return jsonify(error.answer), 400

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Any:
        return jsonify({"detail": error.description}), error.code

    def item_of(kind: str, ident: int) -> dict[str, Any]:
        if kind not in KINDS or ident not in controller.objects[kind]:
            raise HTTPException("Not found.", Response(json.dumps({"detail": "Not found."}), 404))
        return controller.objects[kind][ident]

    @app.get(f"{PREFIX}/unified_job_templates/")
    def unified() -> Any:
        found = [controller.show(kind, item) for kind in UNIFIED for item in controller.objects[kind].values()]
        return _page([item for item in found if _matches(item)])

    @app.route(f"{PREFIX}/<kind>/", methods=["GET", "POST"])
    def many(kind: str) -> Any:
        if kind not in KINDS:
            return jsonify({"detail": "Not found."}), 404
        if request.method == "POST":
            return jsonify(controller.show(kind, controller.create(kind, request.get_json()))), 201
        shown = [controller.show(kind, item) for item in controller.objects[kind].values()]
        return _page([item for item in shown if _matches(item)])

    @app.route(f"{PREFIX}/<kind>/<int:ident>/", methods=["GET", "PATCH", "DELETE"])
    def one(kind: str, ident: int) -> Any:
        item = item_of(kind, ident)
        if request.method == "DELETE":
            controller.forget(kind, ident)
            return "", 204
        if request.method == "PATCH":
            item = controller.change(kind, ident, request.get_json())
        return jsonify(controller.show(kind, item))

    @app.route(f"{PREFIX}/<kind>/<int:ident>/survey_spec/", methods=["GET", "POST", "DELETE"])
    def survey(kind: str, ident: int) -> Any:
        item_of(kind, ident)
        if request.method == "GET":
            return jsonify(controller.surveys.get(ident, {}))
        if request.method == "POST":
            controller.surveys[ident] = awx_kinds.survey(request.get_json())
        else:
            controller.surveys.pop(ident, None)
        return jsonify({})

    @app.post(f"{PREFIX}/workflow_job_template_nodes/<int:ident>/create_approval_template/")
    def approval(ident: int) -> Any:
        node = item_of("workflow_job_template_nodes", ident)
        made = controller.create("workflow_approval_templates", request.get_json())
        node["unified_job_template"] = made["id"]
        return jsonify(controller.show("workflow_approval_templates", made)), 201

    @app.route(f"{PREFIX}/<kind>/<int:ident>/<association>/", methods=["GET", "POST"])
    def associated(kind: str, ident: int, association: str) -> Any:
        item_of(kind, ident)
        if association not in KINDS[kind].associations:
            return jsonify({"detail": "Not found."}), 404
        if request.method == "POST":
            controller.associate(kind, ident, association, request.get_json())
            return "", 204
        target = KINDS[kind].associations[association]
        return _page([controller.show(target, item) for item in controller.linked(kind, ident, association)])

    return app
