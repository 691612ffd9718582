"""Small documents to build from, and how to vary them."""

from __future__ import annotations

import copy
import json
import os
import pickle
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegen import source
from codegen.engine import second_opinion
from codegen.errors import SpecError
from codegen.pipeline import facts
from codegen.plan import plan_package
from codegen.render import HTTP_LIBRARIES, render
from codegen.select import Selection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.normalise import Normalised
    from tests.codegen.conftest import Make

Document = dict[str, Any]
Steps = tuple[str | int, ...]

ROOT = Path(__file__).resolve().parents[2]
PINNED = ROOT / "openapi.yaml"
EVERYTHING = Selection(everything=True)

JSON = "application/json"
TEXT: Document = {"type": "string"}
NUMBER: Document = {"type": "integer"}
NULL: Document = {"type": "null"}
FLAG: Document = {"type": "boolean"}
BINARY: Document = {**TEXT, "format": "binary"}
FORM, URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"


def document(paths: Document | None = None, **schemas: Any) -> Document:
    """Write a document from its paths and its named schemas.

    Without paths, one operation answers with all the schemas, so that each is reached.
    """
    if paths is None:
        properties = {name: ref(name) for name in schemas}
        paths = {"/all": {"get": operation("getAll", schema=obj(**properties))}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas} if schemas else {},
    }


def operation(
    name: str,
    *parameters: Document,
    schema: Any = None,
    body: Document | None = None,
    responses: Document | None = None,
    tag: str = "things",
) -> Document:
    """Write an operation; `schema` is that of its one answer, `body` is its content."""
    content = {} if schema is None else {"content": {JSON: {"schema": schema}}}
    result: Document = {
        "operationId": name,
        "tags": [tag],
        "parameters": list(parameters),
        "responses": responses or {"200": {"description": "Good.", **content}},
    }
    if body is not None:
        result["requestBody"] = {"required": True, "content": body}
    return result


def parameter(
    name: str, place: str = "query", schema: Any = None, **more: Any
) -> Document:
    """Write a parameter, a text unless its schema says otherwise."""
    required = {"required": True} if place == "path" else {}
    schema = TEXT if schema is None else schema
    return {"name": name, "in": place, "schema": schema, **required, **more}


def sending(make: Make, *parameters: Document, path: str = "/a", **options: Any) -> Any:
    """Build one operation that sends something; return its module."""
    schemas = options.pop("schemas", {})
    item = {"post": operation("sendIt", *parameters, **options)}
    return make(document({path: item}, **schemas)).api.things.send_it


def obj(*required: str, **properties: Any) -> Document:
    """Write the schema of an object."""
    result: Document = {"type": "object", "properties": properties}
    return {**result, "required": list(required)} if required else result


def ref(name: str) -> Document:
    """Write a reference to a named schema."""
    escaped = name.replace("~", "~0").replace("/", "~1")
    return {"$ref": f"#/components/schemas/{escaped}"}


def array(items: Any) -> Document:
    return {"type": "array", "items": items}


def const(value: Any) -> Document:
    return {"type": "string", "const": value}


def taken(given: Document) -> Normalised:
    """Take all of a document into its normalised form, without any overlay."""
    return facts(given, EVERYTHING, None)


def write_code(given: Document, folder: Path, name: str) -> list[str]:
    """Write the package of a normalised document, not formatted, and without an index.

    As in a build, the engine has its say, too. What was written is returned.
    """
    package = plan_package(given)
    done = render(package, given, folder / name, HTTP_LIBRARIES[0])
    second_opinion(given, package)
    return done.written


def refusal(given: Document) -> str:
    """Plan a package from a document; return the words of the refusal, or nothing."""
    try:
        plan_package(taken(given).document)
    except SpecError as error:
        return str(error)
    return ""


def pinned() -> Document:
    """Return a copy of the pinned document, as if it were read anew."""
    copied: Document = pickle.loads(_pinned())
    return copied


@cache
def _pinned() -> bytes:
    return pickle.dumps(source.load(PINNED).document)


def written(folder: Path, given: Any, name: str = "spec.json") -> str:
    """Write a document as JSON and give the path."""
    path = folder / name
    path.write_text(json.dumps(given), encoding="utf-8")
    return str(path)


def nodes(value: Any, at: Steps = ()) -> Iterator[Steps]:
    """Return the way to every value inside of a document, itself included."""
    yield at
    if isinstance(value, dict):
        for key, child in value.items():
            yield from nodes(child, (*at, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from nodes(child, (*at, index))


def at(value: Any, steps: Steps) -> Any:
    """Return what stands at a place."""
    for step in steps:
        value = value[step]
    return value


def replaced(value: Any, steps: Steps, new: Any) -> Any:
    """Copy a document with another value at one place."""
    if not steps:
        return copy.deepcopy(new)
    result = copy.copy(value)
    result[steps[0]] = replaced(value[steps[0]], steps[1:], new)
    return result


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, compiled ones excepted."""
    found: dict[str, bytes] = {}
    start = len(str(folder)) + 1
    for place, folders, names in os.walk(folder):
        folders[:] = sorted({*folders} - {"__pycache__"})
        for path in (f"{place}/{name}" for name in sorted(names)):
            if os.path.isfile(path):  # noqa: PTH113 - of thousands, Path takes long
                with open(path, "rb") as file:  # noqa: PTH123
                    found[path[start:]] = file.read()
    return found


def put_tree(files: dict[str, bytes], target: Path) -> None:
    """Write what `tree` gave into a folder."""
    for folder in {(target / name).parent for name in files}:
        folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (target / name).write_bytes(data)
