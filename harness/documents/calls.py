"""Call every operation of a package over loopback, and let openapi-core judge it.

Arguments are made from the schemas. What arrives has to be what the document describes,
and to be read by openapi-core as the values that were given.
"""

from __future__ import annotations

import ast
import datetime
import importlib
import json
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from openapi_core import Config, OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as Seen

from codegen.document import is_json, parameters, request_body
from codegen.document import operations as operations_of
from codegen.plan.package import plan_package
from harness.documents.instances import Making, NoValueError
from harness.scripted_server import Response, ScriptedServer

if TYPE_CHECKING:
    from codegen.document import Operation
    from codegen.plan.operations import OperationModule
    from harness.scripted_server import Request

# What openapi-core (0.23) reads otherwise than OpenAPI says, or not at all: exploded
# objects of forms, styles of paths, and delimiters that are percent-encoded.
_UNREAD = {"label", "matrix", "spaceDelimited"}
_IGNORED = {"accept", "content-type", "authorization"}
_LONGEST = 300
# Checking the rest of a document for each of its operations would take hours.
_UNCHECKED = Config(spec_validator_cls=None)  # type: ignore[arg-type]


@dataclass
class Called:
    """What became of the calls.

    Attributes:
        calls: how many arrived, and were read as what was given.
        wrong: the others, each with the reason.
        unjudged: how many have something that openapi-core doesn't read.
        uncalled: how many operations no arguments were found for.
    """

    calls: int = 0
    wrong: list[str] = field(default_factory=list)
    unjudged: int = 0
    uncalled: int = 0


def call_all(document: dict[str, Any], package: Any, order: list[str]) -> Called:
    """Call all operations of a package.

    Args:
        document: the document that the package ships.
        package: the package.
        order: the schemas in the order in which they were named.
    """
    making = Making(document)
    planned = {one.place: one for one in plan_package(document, order).operations}
    found = Called()
    options = {"anonymous": True} if hasattr(package, "Credentials") else {}
    answer = Response(204, body=b"")
    with (
        ScriptedServer(lambda _: answer) as server,
        package.Client(base_url=server.url, **options) as client,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", DeprecationWarning)
        for operation in operations_of(document):
            module = planned[operation.at]
            called = _Call(document, operation, module, making)
            try:
                arguments = called.arguments()
            except NoValueError:
                found.uncalled += 1
                continue
            name = f"{package.__name__}.api.{module.tag}.{module.name}"
            try:
                client.send(importlib.import_module(name).build_request(**arguments))
                wrong = called.judged(server.requests.pop())
            except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
                wrong = repr(error)
            if wrong is None:
                found.unjudged += 1
            elif wrong:
                found.wrong.append(f"{module.tag}.{module.name}: {wrong}"[:_LONGEST])
            else:
                found.calls += 1
    return found


class _Call:
    """One operation, what is given to it, and what has to arrive."""

    def __init__(
        self,
        document: dict[str, Any],
        operation: Operation,
        module: OperationModule,
        making: Making,
    ) -> None:
        self._document = document
        self._operation = operation
        self._module = module
        self._making = making
        self._given: dict[tuple[str, str], Any] = {}
        self._body: Any = None
        self._is_read = True
        self._is_json = bool(module.bodies) and module.bodies[0].kind == "json"

    def arguments(self) -> dict[str, Any]:
        """Make the arguments of a call.

        Raises:
            NoValueError: there is none for one that has to be there.
        """
        named = {(p.quoted, p.location): p.name for p in self._module.parameters}
        result = {}
        for data, _ in parameters(self._document, self._operation):
            key = data["name"], data["in"]
            name = next(
                n for (q, where), n in named.items() if (_text(q), where) == key
            )
            content: dict[str, Any] = data.get("content") or {}
            media: dict[str, Any] = next(iter(content.values()), {})
            schema = data.get("schema", media.get("schema", {}))
            try:
                value = self._making.of(schema, full=True)
            except NoValueError:
                if data.get("required"):
                    raise
                continue
            if value == {"any": 1} and not content:
                # Of what may be anything, something that has one way to be written.
                value = "any"
            if value in ("", [], {}, None):
                continue
            result[name] = value
            self._given[key] = value
            explodes = data.get("explode", data["in"] in ("query", "cookie"))
            is_object = isinstance(value, dict) and not content
            style = data.get("style", "form")
            unread = style in _UNREAD or (
                is_object and (explodes or style == "deepObject")
            )
            self._is_read &= not unread
        return result | self._body_argument()

    def _body_argument(self) -> dict[str, Any]:
        if not self._module.bodies:
            return {}
        body, _ = request_body(self._document, self._operation)
        sent = self._module.usual
        assert sent is not None
        media_type = _text(sent.media_type)
        if sent.kind != "json" or media_type not in body["content"]:
            self._is_read &= sent.kind == "json"
            if sent.kind in ("content", "lines"):
                return {"body": b"content" if sent.kind == "content" else []}
        schemas = [
            media.get("schema", {})
            for name, media in body["content"].items()
            if name == media_type or is_json(name)
        ]
        self._body = self._making.of(schemas[0], files=sent.kind == "form")
        return {"body": self._body}

    def judged(self, request: Request) -> str | None:
        """Return what is wrong with what arrived; None where it can't be judged."""
        operation = self._operation
        method = self._module.method_name
        if request.method != method:
            return f"{request.method} came, not {method}"
        if not self._is_read:
            return None
        described = dict(operation.data)
        described.pop("security", None)
        described.pop("servers", None)
        item = {operation.method: described, "parameters": operation.shared_parameters}
        one = {
            "openapi": self._document["openapi"],
            "info": {"title": "t", "version": "1"},
            "servers": [{"url": "/"}],
            "paths": {operation.path: item},
            "components": self._document.get("components", {}),
        }
        judge = OpenAPI.from_dict(one, config=_UNCHECKED)
        with _seen(request) as seen:
            found = judge.unmarshal_request(WerkzeugOpenAPIRequest(seen))
        if found.errors and self._came(request):
            # It is what was given, letter by letter: it can't judge that.
            return None
        if found.errors:
            causes = [
                *found.errors,
                *(e.__cause__ for e in found.errors if e.__cause__),
            ]
            return "; ".join(map(repr, causes))
        for (name, place), value in self._given.items():
            if place == "header" and name.lower() in _IGNORED:
                continue
            came = getattr(found.parameters, place).get(name)
            if place == "header" and "_" in name:
                # What such a header is called is lost in WSGI.
                came = request.headers.get(name)
            if not _same(came, value):
                return f"{place} {name} is {came!r}, not {value!r}"
        if self._body is not None and not _same(found.body, self._body):
            return f"the body is {found.body!r}, not {self._body!r}"
        return ""

    def _came(self, request: Request) -> bool:
        """Return whether plain parameters and JSON came as they were given."""
        query, headers = dict(request.query), request.headers
        for (name, place), value in self._given.items():
            if place in ("query", "header") and not isinstance(value, dict | list):
                text = json.dumps(value) if isinstance(value, bool) else str(value)
                came = query.get(name) if place == "query" else headers.get(name)
                if came != text:
                    return False
        if isinstance(self._body, dict | list) and self._is_json:
            return bool(request.json() == self._body)
        return True


def _text(literal: str) -> str:
    """Return the text of a literal."""
    return str(ast.literal_eval(literal))


def _seen(request: Request) -> Seen:
    path, _, query = request.target.partition("?")
    builder = EnvironBuilder(
        path=path, query_string=query, method=request.method, data=request.body,
        headers=[*request.headers.multi_items()],
    )  # fmt: skip
    return Seen(builder.get_environ())


def _same(came: Any, given: Any) -> bool:
    """Return whether a value came as it was given, whatever type its format has."""
    if isinstance(given, dict):
        kept = came if isinstance(came, dict) else getattr(came, "__dict__", {})
        return all(_same(kept.get(key), value) for key, value in given.items())
    if isinstance(given, list):
        is_list = isinstance(came, list | tuple) and len(came) == len(given)
        return is_list and all(map(_same, came, given))
    if isinstance(came, datetime.datetime):
        return came == datetime.datetime.fromisoformat(given)
    if isinstance(came, datetime.date | UUID):
        return str(came) == str(given)
    # Of two types that may be, it reads the first; bytes have been decoded.
    return came == given or str(came) == str(given) or isinstance(came, bytes)
