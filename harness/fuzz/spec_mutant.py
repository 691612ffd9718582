"""A document under change: where one may change it, and what to put there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.fuzz.spec_edits import Edit, exists
from tests.codegen.payloads import NAMES, NO_NAMES, TEXTS
from tests.codegen.specs import Document, Steps, at, nodes, ref

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
MAPS = ("properties", "patternProperties", "$defs")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
TYPES = ["string", "integer", "number", "boolean", "object", "array", "null"]

# Letters that look like others, or become them when names are made of them.
LOOKALIKES = [
    *("\uff49\uff44", "\u0456d", "\u0131d", "\ufb01le", "\u017ftatus", "statu\u0455"),
    *("\u212a", "\u212b", "\u2460", "x\u00b2", "\u00aa"),
    *("metadata_", "_metadata", "meta_data", "METADATA", "Id", "ID", "id_", "__id__"),
    *("__class__", "__dict__", "__reduce__", "__set_name__", "__annotations__"),
    *("_property_names", "model", "attrs", "define", "field", "TYPE_CHECKING"),
]
ODD_NAMES = [*NAMES, *NO_NAMES, *LOOKALIKES, "z" * 121]
# As YAML or JSON could bring them.
WRONG: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 10**40, 1e300, "", "text", "#", "\u202e"),
    *([], [None], [[]], ["a", "a"], [1, "a"], {}, {"": None}, {"$ref": 1}, {"a": {}}),
    *({"type": "string"}, {"const": 1.5}, {"enum": [1, "a"]}, {"oneOf": [{}]}),
    *({"type": []}, {"type": ["string", "null"]}, {"not": {}}, [{"type": "null"}]),
]
NOWHERE = [
    *("#", "#/", "", "/", "x", "#/components/schemas/", "#/components/schemas/None"),
    *("other.yaml#/a", "http://127.0.0.1/a.json", "file:///etc/passwd", "../a.yaml"),
    *("#/info", "#/paths", "#/components/schemas", "#/components/responses/Failure"),
    *(
        "#/components/schemas/RunObject/properties/id",
        "#/components/schemas/Run%4Fbject",
    ),
    *("#/components/schemas/~2", "#/components/schemas/a~1b", "#/paths/~1threads/post"),
]
MEDIA = [
    *("application/json", "application/json; charset=utf-16", "text/plain", "*/*"),
    *("multipart/form-data", "application/x-www-form-urlencoded", "text/event-stream"),
    *("application/octet-stream", "application/vnd.x+json", "APPLICATION/JSON", ""),
]
STATUSES = [
    "default",
    "2XX",
    "201",
    "204",
    "299",
    "3XX",
    "200 ",
    "6XX",
    "x",
    "0",
    "2xx",
]


@dataclass
class Mutant:
    """A document under change, with the edits that were made so far."""

    document: Document
    random: Random
    edits: list[Edit]

    def put(self, place: Steps, value: Any) -> None:
        self._do(Edit("put", place, value))

    def drop(self, place: Steps) -> None:
        self._do(Edit("drop", place))

    def name(self, place: Steps, name: str) -> None:
        """Name a key anew; one that is there already is replaced."""
        if exists(self.document, (*place[:-1], name)):
            self._do(Edit("drop", place))
        else:
            self._do(Edit("name", place, name))

    def at(self, place: Steps) -> Any:
        return at(self.document, place)

    def schema(self, key: str | None = None) -> tuple[Steps, dict[str, Any]]:
        """Choose a schema that is an object, one that has a key if that is given."""
        return self._chosen(
            place
            for place in schemas(self.document)
            if key is None or key in _at(self.document, place)
        )

    def object(self) -> tuple[Steps, dict[str, Any]]:
        """Choose a schema with properties."""
        return self._chosen(
            place
            for place in schemas(self.document)
            if isinstance(_at(self.document, place).get("properties"), dict)
        )

    def operation(self) -> tuple[Steps, dict[str, Any]]:
        """Choose an operation."""
        return self._chosen(operations(self.document))

    def any_place(self) -> Steps:
        """Choose any place, those far down more often than they are."""
        places = [place for place in nodes(self.document) if place]
        return max(self.random.sample(places, 2), key=len)

    def text(self) -> str:
        return self.random.choice(TEXTS)

    def odd_name(self) -> str:
        return self.random.choice(ODD_NAMES)

    def schema_name(self) -> str:
        components = self.document.get("components")
        names = components.get("schemas") if isinstance(components, dict) else None
        return (
            self.random.choice([*names]) if isinstance(names, dict) and names else "X"
        )

    def small_schema(self) -> dict[str, Any]:
        random = self.random
        kinds: list[dict[str, Any]] = [
            {"type": random.choice(TYPES)},
            ref(self.schema_name()),
            {"type": "array", "items": ref(self.schema_name())},
            {"anyOf": [ref(self.schema_name()), {"type": "null"}]},
            {"oneOf": [ref(self.schema_name()), ref(self.schema_name())]},
            {"type": "string", "enum": ["a", self.text()]},
            {"type": "string", "const": self.text()},
            {"type": "object", "additionalProperties": ref(self.schema_name())},
            {"type": "object", "properties": {self.odd_name(): {"type": "string"}}},
            {"type": "integer", "format": "unixtime"},
        ]
        return random.choice(kinds)

    def _do(self, edit: Edit) -> None:
        self.document = edit.apply(self.document)
        self.edits.append(edit)

    def _chosen(self, places: Iterator[Steps]) -> tuple[Steps, dict[str, Any]]:
        found = [*places]
        if not found:
            raise LookupError
        place = self.random.choice(found)
        return place, _at(self.document, place)


def schemas(document: Document) -> Iterator[Steps]:
    todo: list[Steps] = [
        place
        for place in nodes(document)
        if place[-1:] == ("schema",)
        or (len(place) == 3 and place[:2] == ("components", "schemas"))
    ]
    while todo:
        place = todo.pop()
        schema = at(document, place)
        if not isinstance(schema, dict):
            continue
        yield place
        todo += [(*place, k) for k in ("items", "additionalProperties") if k in schema]
        for key in MAPS:
            if isinstance(schema.get(key), dict):
                todo += [(*place, key, name) for name in schema[key]]
        for key in MANY:
            if isinstance(schema.get(key), list):
                todo += [(*place, key, index) for index in range(len(schema[key]))]


def operations(document: Document) -> Iterator[Steps]:
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        if isinstance(item, dict):
            yield from (
                ("paths", path, method)
                for method in METHODS
                if isinstance(item.get(method), dict)
            )


def _at(document: Document, place: Steps) -> dict[str, Any]:
    found: dict[str, Any] = at(document, place)
    return found
