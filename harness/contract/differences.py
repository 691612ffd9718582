"""What two documents say differently, each difference named by its JSON path."""

from __future__ import annotations

import json
from typing import Any

from harness.contract.meaning import Reader, Shape, Value, step
from harness.contract.upstream_facts import PROSE

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_LISTS = {"enum", "required"}
_MISSING = "upstream has it, here it is missing"
_EXTRA = "it is not upstream's"
_NOTHING = ("nothing",)


class Due:
    """The facts that are due, read once for any number of comparisons."""

    def __init__(self, document: dict[str, Any]) -> None:
        # Upstream leaves `type: object` out here and there; ours must say it.
        self.reader = Reader(document, implied=True)
        self.schemas: dict[str, Any] = document["components"]["schemas"]
        self.outline = _outline(self.reader)


def differences(theirs: dict[str, Any] | Due, ours: dict[str, Any]) -> list[str]:
    """Return every difference between two documents; the paths are those of ours.

    Args:
        theirs: the facts that are due, repairs included.
        ours: the document that must agree.
    """
    facts = theirs if isinstance(theirs, Due) else Due(theirs)
    left, right = facts.reader, Reader(ours)
    comparison = _Comparison()
    due, got = facts.schemas, ours["components"]["schemas"]
    referred = _references(ours)
    for name in sorted({*due, *got}):
        at = f"$.components.schemas{step(name)}"
        if name not in got:
            comparison.report(at, _MISSING)
        elif name in due:
            # Null may stand where a schema is used instead of in the schema.
            comparison.values(left.named(name), right.named(name), at, but_null=True)
        elif f"#/components/schemas/{name}" not in referred:
            comparison.report(at, "it is not upstream's, and nothing refers to it")
    comparison.trees(facts.outline, _outline(right), "$")
    return list(comparison.found)


class _Comparison:
    def __init__(self) -> None:
        # A dict, as what stands in several places is told once, in order.
        self.found: dict[str, None] = {}

    def report(self, at: str, text: str) -> None:
        self.found[f"{at}: {text}"] = None

    def differ(self, at: str, theirs: Any, ours: Any) -> None:
        if json.dumps(theirs) != json.dumps(ours):
            due, got = _told(theirs), _told(ours)
            self.report(at, f"upstream has {due}, here stands {got}")

    def trees(self, theirs: Any, ours: Any, at: str) -> None:
        """Compare what holds schemas: paths, operations, parameters, responses."""
        if isinstance(theirs, Value) and isinstance(ours, Value):
            self.values(theirs, ours, at)
        elif isinstance(theirs, dict) and isinstance(ours, dict):
            for key in [*theirs, *(key for key in ours if key not in theirs)]:
                inner = at + (key if key.startswith("[?") else step(key))
                if key not in ours:
                    self.report(inner, _MISSING)
                elif key not in theirs:
                    self.report(inner, _EXTRA)
                else:
                    self.trees(theirs[key], ours[key], inner)
        else:
            self.differ(at, theirs, ours)

    def values(
        self, theirs: Value, ours: Value, place: str, *, but_null: bool = False
    ) -> None:
        """Compare two schemas that stand at a place, be it as a reference."""
        if theirs.hash == ours.hash:
            return
        if not but_null:
            self.differ(f"{place}, null allowed", theirs.null, ours.null)
        for key in sorted({*theirs.notes, *ours.notes}):
            due, got = (value.notes.get(key, _NOTHING) for value in (theirs, ours))
            self.differ(f"{place}.{key}", due, got)
        self.differ(f"{place}, levels up", theirs.levels_up, ours.levels_up)
        missing = _without(theirs.shapes, ours.shapes)
        extra = _without(ours.shapes, theirs.shapes)
        for one, other in _pairs(missing, extra):
            missing.remove(one)
            extra.remove(other)
            self.shapes(one, other)
        for shape in missing:
            text = f"upstream's alternative {_told(shape.label)} is missing here"
            self.report(ours.at, text)
        for shape in extra:
            text = f"the alternative {_told(shape.label)} is not upstream's"
            self.report(shape.at, text)

    def shapes(self, theirs: Shape, ours: Shape) -> None:
        for key in sorted({*theirs.facts, *ours.facts}):
            due, got = (s.facts.get(key, _NOTHING) for s in (theirs, ours))
            if key in _LISTS and isinstance(due, list) and isinstance(got, list):
                for item in due:
                    if item not in got:
                        self.report(f"{ours.at}.{key}", f"{item!r} is missing here")
                for item in got:
                    if item not in due:
                        self.report(f"{ours.at}.{key}", f"{item!r} is not upstream's")
            else:
                self.differ(f"{ours.at}.{key}", due, got)
        for name in [*theirs.children, *ours.children]:
            if name not in ours.children:
                self.report(f"{ours.at}.{name}", _MISSING)
            elif name not in theirs.children:
                self.report(f"{ours.at}.{name}", _EXTRA)
            else:
                inner = f"{ours.at}.{name}"
                self.values(theirs.children[name], ours.children[name], inner)


def _told(value: Any) -> str:
    return "nothing" if value is _NOTHING else json.dumps(value)


def _without(shapes: tuple[Shape, ...], others: tuple[Shape, ...]) -> list[Shape]:
    known = {shape.hash for shape in others}
    left = {shape.hash: shape for shape in shapes if shape.hash not in known}
    return list(left.values())


def _pairs(theirs: list[Shape], ours: list[Shape]) -> list[tuple[Shape, Shape]]:
    """Find the alternatives that are meant for the same thing."""
    if len(theirs) == len(ours) == 1:
        return [(theirs[0], ours[0])]
    by_label = {shape.label: shape for shape in ours}
    if len(by_label) < len(ours) or len({s.label for s in theirs}) < len(theirs):
        return []
    return [(s, by_label[s.label]) for s in theirs if s.label in by_label]


def _outline(reader: Reader) -> dict[str, Any]:
    """Return what a document says apart from its named schemas."""
    document = reader.document
    return {
        "info": {"version": document["info"]["version"]},
        "security": document.get("security"),
        "paths": {
            path: {
                method: _operation(reader, item, method, f"$.paths['{path}'].{method}")
                for method in METHODS
                if method in item
            }
            for path, item in document["paths"].items()
        },
        "components": {
            "securitySchemes": {
                name: _plain(scheme)
                for name, scheme in document["components"]["securitySchemes"].items()
            }
        },
    }


def _operation(
    reader: Reader, item: dict[str, Any], method: str, at: str
) -> dict[str, Any]:
    node = item[method]
    result = _plain(node)
    result["parameters"] = {}
    for each in [*item.get("parameters", []), *node.get("parameters", [])]:
        each = _resolved(reader, each)
        key = f"[?@.in=='{each.get('in')}' && @.name=='{each.get('name')}']"
        result["parameters"][key] = _holder(reader, each, f"{at}.parameters{key}")
    if "requestBody" in node:
        body = _resolved(reader, node["requestBody"])
        result["requestBody"] = _holder(reader, body, f"{at}.requestBody")
    result["responses"] = {
        code: _holder(reader, _resolved(reader, each), f"{at}.responses{step(code)}")
        for code, each in node.get("responses", {}).items()
    }
    return result


def _holder(reader: Reader, node: dict[str, Any], at: str) -> dict[str, Any]:
    """Read a parameter, body, response, header or media type."""
    result = {"required": False, **_plain(node)}
    if "schema" in node:
        result["schema"] = reader.value(node["schema"], f"{at}.schema")
    for key in ("content", "headers"):
        if key in node:
            result[key] = {
                name: _holder(
                    reader, _resolved(reader, each), f"{at}.{key}{step(name)}"
                )
                for name, each in node[key].items()
            }
    return result


def _resolved(reader: Reader, node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    _, _, section, name = node["$ref"].split("/")
    nothing = {"$ref to nothing": node["$ref"]}
    found: dict[str, Any] = reader.document["components"][section].get(name, nothing)
    return found


def _plain(node: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in node.items() if k not in PROSE and k[:2] != "x-"}


def _references(node: Any) -> set[str]:
    if isinstance(node, list):
        return {each for item in node for each in _references(item)}
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own | {each for item in node.values() for each in _references(item)}
