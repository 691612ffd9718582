"""Count what a document has, and look for each of it in a built package.

Nothing here knows the generator: the document is walked as plain data, and the package
as Python source.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_COMBINED = ("allOf", "anyOf", "oneOf")
_IN_PATH = re.compile(r"\{[^{}]*\}")
_NO_LETTER = re.compile("[^a-z0-9]")


@dataclass
class Counted:
    """What there is, and what of it is not in the package.

    Attributes:
        operations: how many operations the document has.
        schemas: how many schemas have a name there.
        unreached: how many of these no operation leads to.
        webhooks: how many webhooks there are; their payloads are among the schemas.
        modules: how many models the package has.
        dropped: what of the document is not in the package.
    """

    operations: int
    schemas: int
    unreached: int
    webhooks: int
    modules: int
    dropped: list[str] = field(default_factory=list)


class Module:
    """The source of one module: its texts, its functions and what they return."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tree = ast.parse(path.read_text("utf-8"))

    @cached_property
    def texts(self) -> frozenset[str]:
        """Return all constant texts."""
        return frozenset(_texts(self._tree))

    @cached_property
    def results(self) -> dict[str, str]:
        """Return what each function returns, as it is annotated."""
        return {
            node.name: ast.unparse(node.returns)
            for node in self._tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns
        }

    @cached_property
    def methods(self) -> frozenset[str]:
        """Name all functions, those of classes too."""
        nodes = ast.walk(self._tree)
        return frozenset(n.name for n in nodes if isinstance(n, ast.FunctionDef))

    @cached_property
    def calls(self) -> frozenset[str]:
        """Name the functions that are called."""
        nodes = ast.walk(self._tree)
        return frozenset(ast.unparse(n.func) for n in nodes if isinstance(n, ast.Call))

    @cached_property
    def route(self) -> tuple[str, str]:
        """Return the method and the path of an operation, without names in it."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Request":
                given = {word.arg: word.value for word in node.keywords}
                path = given["path"]
                first = path.args[0] if isinstance(path, ast.Call) else path
                template = ast.literal_eval(first)
                return ast.literal_eval(given["method"]), _IN_PATH.sub("{}", template)
        raise AssertionError(f"{self.path} sends nothing")


def count(document: dict[str, Any], package: Path) -> Counted:
    """Look for every operation, schema, property and value of a document.

    Args:
        document: a whole OpenAPI document.
        package: the folder of what was built of it.
    """
    schemas: dict[str, Any] = document["components"]["schemas"]
    api = [Module(path) for path in sorted((package / "api").glob("*/*.py"))]
    by_route = {m.route: m for m in api if m.path.name != "__init__.py"}
    models = {
        _key(path.stem): Module(path) for path in (package / "models").glob("*.py")
    }
    counted = Counted(
        operations=sum(1 for _ in operations(document)),
        schemas=len(schemas),
        unreached=len(schemas.keys() - reached(document)),
        webhooks=len(document.get("webhooks") or {}),
        modules=len(models) - 1,
    )
    seen: Counter[str] = Counter()
    for path, method, item, operation in operations(document):
        route = method.upper(), _IN_PATH.sub("{}", path)
        seen[str(route)] += 1
        module = by_route.get(route)
        if module is None:
            counted.dropped.append(f"{method} {path}")
        else:
            lacking = _lacking(document, item, operation, module)
            counted.dropped += [f"{method} {path}: {each}" for each in lacking]
    counted.dropped += [f"{route} is there twice" for route, n in seen.items() if n > 1]
    texts = frozenset[str]().union(*(m.texts for m in [*models.values(), *api]))
    for name, schema in schemas.items():
        model = models.get(_key(name))
        if model is None:
            counted.dropped.append(f"schema {name}")
            continue
        # Those of an `allOf` with a union in it are properties of its variants.
        there = model.texts if "from_dict" in model.methods else texts
        lost = sorted(_properties(document, schema) - there)
        counted.dropped += [f"property {name}.{each}" for each in lost]
    counted.dropped += [
        f"value {value!r}" for value in sorted(_values(document) - texts)
    ]
    return counted


def operations(
    document: dict[str, Any],
) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Go through the operations: path, method, path item, operation."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item, item[method]


def reached(document: dict[str, Any]) -> set[str]:
    """Name the schemas that operations lead to."""
    found: set[str] = set()
    seen: set[str] = set()
    pending = [*_references(document["paths"])]
    while pending:
        reference = pending.pop()
        if reference not in seen:
            seen.add(reference)
            if reference.startswith("#/components/schemas/"):
                found.add(reference.rpartition("/")[2])
            pending += _references(_target(document, reference))
    return found


def _lacking(
    document: dict[str, Any],
    item: dict[str, Any],
    operation: dict[str, Any],
    module: Module,
) -> Iterator[str]:
    """Name what of an operation its module doesn't have."""
    for given in [*item.get("parameters", []), *operation.get("parameters", [])]:
        parameter = _resolved(document, given)
        if parameter["in"] != "path" and parameter["name"] not in module.texts:
            yield f"parameter {parameter['name']}"
    body = _resolved(document, operation.get("requestBody", {}))
    for media_type in body.get("content", {}):
        if not _sends(module, media_type):
            yield f"body {media_type}"
    for status, given in operation["responses"].items():
        content = _resolved(document, given).get("content", {})
        for media_type, media in content.items():
            if not _reads(module, status, media_type, media):
                yield f"response {status} {media_type}"


def _sends(module: Module, media_type: str) -> bool:
    if media_type == "application/json":
        return "to_json" in module.calls
    if media_type == "multipart/form-data":
        return "multipart" in module.calls
    return media_type in module.texts


def _reads(module: Module, status: str, media_type: str, media: Any) -> bool:
    result = module.results["parse_response"]
    if media_type == "text/event-stream":
        event = module.results.get("stream", "Any")
        return bool(re.match(r"Generator\[(?!Any)", event))
    if "json" in media_type:
        says = bool(media.get("schema"))
        read = any(call.endswith("json_of") for call in module.calls)
        is_any = "Any" in re.split(r"[^\w\[]+", result)
        return read and not (says and is_any and status.startswith("2"))
    return "str" in result if media_type.startswith("text/") else "bytes" in result


def _properties(document: dict[str, Any], schema: Any) -> set[str]:
    """Name the properties of an object, those that `allOf` brings too."""
    found: set[str] = set()
    seen: set[str] = set()
    pending = [schema]
    while pending:
        each = pending.pop()
        if not isinstance(each, dict):
            continue
        found |= set(each.get("properties") or {})
        is_joined = each is not schema or "allOf" in schema
        if is_joined and "$ref" in each and each["$ref"] not in seen:
            seen.add(each["$ref"])
            target = _target(document, each["$ref"])
            # Of one schema alone it is another name.
            if len(_told(schema.get("allOf", []))) > 1 or "properties" in schema:
                pending.append(target)
        pending += each.get("allOf", [])
    return found


def _told(members: list[Any]) -> list[Any]:
    """Return the members of `allOf` that say more than words and null."""
    notes = {"description", "title", "nullable", "default", "deprecated", "type"}
    return [each for each in members if set(each) - notes]


def _values(node: Any, *, names: bool = False) -> set[str]:
    """Return the texts of all enums below a part of the document."""
    found: set[str] = set()
    if isinstance(node, list):
        for each in node:
            found |= _values(each)
    elif isinstance(node, dict):
        values = node.get("enum")
        if not names and isinstance(values, list):
            found |= {value for value in values if isinstance(value, str)}
        for key, child in node.items():
            if names or key not in ("enum", "example", "examples", "default"):
                found |= _values(child, names=key == "properties" and not names)
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _references(each)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for key, child in node.items():
            if key not in ("example", "examples") and not key.startswith("x-"):
                yield from _references(child)


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> Any:
    while "$ref" in node:
        node = _target(document, node["$ref"])
    return node


def _target(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _key(name: str) -> str:
    return _NO_LETTER.sub("", name.lower())
