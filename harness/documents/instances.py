"""Values made from the schemas of a document in its normal form, always the same ones.

A small value has what must be there, a full one all that may be. They are made without
chance, and judged by a validator that isn't ours: what it refuses was not made.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any
from urllib.parse import quote

import jsonschema_rs

_NAME = "urn:document"
_PREFIX = "#/components/schemas/"
# Optional properties that are deeper than this are left out.
_DEEP = 3
_TOO_DEEP = 24
_TEXTS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T10:20:30Z",
    "uuid": "0b6b8f0e-4c5e-4f0a-9c9d-0123456789ab",
    "uri": "https://example.com/a",
    "url": "https://example.com/a",
    "email": "a@example.com",
    "ipv4": "192.0.2.1",
    "time": "10:20:30Z",
    "duration": "P1D",
}
# Tried where a pattern has to be met.
_TRIED = (
    *(
        "a",
        "A",
        "1",
        "abc",
        "ABC",
        "aA1",
        "12",
        "123",
        "1234",
        "0.5",
        "1.00",
        "#aabbcc",
    ),
    *_TEXTS.values(),
    *("EUR", "en", "en-US", "a/b", "+49301234567", "/a", "a_b", "0", "-1", "true"),
    *(
        "0123456789abcdef0123456789abcdef",
        "1" * 18,
        "A" * 16,
        "a" * 34,
        "AC" + "0" * 32,
    ),
)

# Ids that are a prefix and so many digits.
_DIGITS = re.compile(r"\^(\w+)\[0-9(?:a-f|A-F|a-fA-F|A-Fa-f)?\]\{(\d+)\}\$")


class Making:
    """Make values of one document's schemas, and judge values by them."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas: dict[str, Any] = document.get("components", {}).get("schemas", {})
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        # References are URLs for it, and take no letters beyond ASCII.
        document = {"components": {"schemas": _as_urls(self.schemas)}}
        draft = jsonschema_rs.Draft202012
        return jsonschema_rs.Registry([(_NAME, document)], draft=draft)

    def is_valid(self, value: Any, name: str) -> bool:
        """Return whether a value fits a named schema."""
        if name not in self._validators:
            schema = {"$ref": _NAME + quote(_PREFIX + _escaped(name), safe="#/~")}
            self._validators[name] = jsonschema_rs.Draft202012Validator(
                schema, registry=self._registry
            )
        return bool(self._validators[name].is_valid(value))

    def values(self, name: str) -> list[Any]:
        """Return the small and the full value of a named schema that are valid."""
        made: list[Any] = []
        for full in (False, True):
            try:
                value = self._made({"$ref": _PREFIX + _escaped(name)}, 0, full)
            except NoValueError:
                continue
            if self.is_valid(value, name) and value not in made:
                made.append(value)
        return made

    def of(self, schema: Any, *, full: bool = False, files: bool = False) -> Any:
        """Return a value of a schema.

        Args:
            schema: the schema.
            full: whether it has all that it may have, rather than what it must have.
            files: whether bytes stand where the schema has a file.

        Raises:
            NoValueError: none was found.
        """
        value = self._made(schema, 0, full)
        return self._with_files(schema, value) if files else value

    def _with_files(self, schema: Any, value: Any) -> Any:
        while isinstance(schema, dict) and "$ref" in schema:
            schema = self.schemas[schema["$ref"].removeprefix(_PREFIX)]
        schema = schema if isinstance(schema, dict) else {}
        if isinstance(value, dict):
            inner = schema.get("properties") or {}
            return {k: self._with_files(inner.get(k), v) for k, v in value.items()}
        if isinstance(value, list):
            return [self._with_files(schema.get("items"), each) for each in value]
        is_file = schema.get("format") == "binary" or "contentMediaType" in schema
        return b"content" if is_file and isinstance(value, str) else value

    def _made(self, schema: Any, depth: int, full: bool) -> Any:
        if depth > _TOO_DEEP:
            raise NoValueError
        if not isinstance(schema, dict):
            return "any"
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(_PREFIX)
            name = name.replace("~1", "/").replace("~0", "~")
            return self._made(self.schemas[name], depth + 1, full)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        for key in ("oneOf", "anyOf"):
            if key in schema and not schema.get("properties"):
                return self._first(schema[key], depth, full)
        return self._plain(schema, depth, full)

    def _first(self, members: list[Any], depth: int, full: bool) -> Any:
        last: Exception = NoValueError()
        # What is simple comes first where it is deep already.
        simple = [m for m in members if m.get("type") not in (None, "object", "array")]
        for member in [*simple, *members] if depth > _DEEP else members:
            try:
                return self._made(member, depth + 1, full)
            except NoValueError as error:
                last = error
        raise last

    def _plain(self, schema: dict[str, Any], depth: int, full: bool) -> Any:
        match schema.get("type"):
            case "object":
                return self._object(schema, depth, full)
            case "array":
                least = schema.get("minItems", 0)
                count = max(least, int(full and depth <= _DEEP))
                item = schema.get("items", {})
                return [self._made(item, depth + 1, full) for _ in range(count)]
            case "integer" | "number":
                return _number(schema)
            case "boolean":
                return True
            case "null":
                return None
            case "string":
                return _text(schema)
        return {"any": 1} if full else "any"

    def _object(self, schema: dict[str, Any], depth: int, full: bool) -> Any:
        required = set(schema.get("required") or [])
        for branch in (schema.get("anyOf") or schema.get("oneOf") or [])[:1]:
            required |= set(branch.get("required") or [])
        result: dict[str, Any] = {}
        for name, child in (schema.get("properties") or {}).items():
            try:
                if name in required or (full and depth <= _DEEP):
                    result[name] = self._made(child, depth + 1, full)
            except NoValueError:
                if name in required:
                    raise
        extra = schema.get("additionalProperties", True)
        least = schema.get("minProperties", 0)
        if extra is not False and isinstance(extra, dict) and extra and full:
            least = max(least, len(result) + (depth <= _DEEP))
        for number in range(len(result), least):
            child = extra if isinstance(extra, dict) else {}
            result[f"key_{number}"] = self._made(child, depth + 1, full)
        return result


class NoValueError(Exception):
    """No value was found for a schema."""


def _number(schema: dict[str, Any]) -> Any:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    step = schema.get("multipleOf", 1)
    value = low + (step if "exclusiveMinimum" in schema else 0)
    if high is not None and value > high:
        value = high - (step if "exclusiveMaximum" in schema else 0)
    if step != 1:
        value = round(value / step) * step
    whole = schema["type"] == "integer" or float(value).is_integer()
    return int(value) if whole else value


def _text(schema: dict[str, Any]) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    base: str = _TEXTS.get(schema.get("format", ""), "text")
    text: str
    pattern = schema.get("pattern")
    digits = _DIGITS.match(pattern or "")
    tried = [digits[1] + "0" * int(digits[2])] if digits else []
    for text in (base, *tried, *_TRIED) if pattern else (base,):
        text = (text + "a" * (least - len(text)))[:most]
        if pattern is None or _matches(pattern, text):
            return text
    raise NoValueError


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True


def _as_urls(node: Any) -> Any:
    """Copy schemas with the references percent-encoded."""
    if isinstance(node, list):
        return [_as_urls(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: quote(value, safe="#/~")
        if key == "$ref" and isinstance(value, str)
        else _as_urls(value)
        for key, value in node.items()
    }


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
