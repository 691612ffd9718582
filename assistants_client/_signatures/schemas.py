"""JSON schemas of arguments: without references as far as possible, and without titles.

`strict` allows no description beside a reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

_REFERENCE: Final = "#/$defs/"
# What holds schemas by names, and what holds one, or a list of them.
_NAMED: Final = frozenset({"properties", "$defs", "patternProperties"})
_NESTED: Final = frozenset(
    {
        *("items", "anyOf", "allOf", "oneOf", "additionalProperties", "prefixItems"),
        *("not", "contains", "propertyNames"),
    }
)


class Definitions:
    """The schemas of types that hold themselves, by their names.

    Attributes:
        strict: whether schemas have to be ones that `strict` allows.
    """

    def __init__(self, *, strict: bool) -> None:
        """Begin, without any."""
        self.strict = strict
        self._within: list[Any] = []
        self._names: dict[int, str] = {}
        self._referred: list[Any] = []
        self._found: dict[str, Any] = {}
        # What other libraries defined, by how they did, so that it comes once.
        self._foreign: dict[str, str] = {}

    def whole(self, reader: Any) -> dict[str, Any]:
        """Return the schema of a reader, with the definitions that it refers to."""
        found: dict[str, Any] = reader.schema(self)
        while self._referred:
            each = self._referred.pop()
            self._found[self._names[id(each)]] = each.schema(self)
        return {**found, "$defs": self._found} if self._found else found

    @contextmanager
    def within(self, reader: Any) -> Iterator[dict[str, Any] | None]:
        """Enter the schema of a reader; yield a reference if it is within itself."""
        if reader in self._within:
            if id(reader) not in self._names:
                self._names[id(reader)] = self._free(reader.name)
                self._referred.append(reader)
            yield {"$ref": _REFERENCE + self._names[id(reader)]}
            return
        self._within.append(reader)
        try:
            yield None
        finally:
            self._within.pop()

    def inlined(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a schema that another library made, whose definitions join these."""
        named = schema.pop("$defs", {})
        names: dict[str, str] = {}
        found: dict[str, Any] = self._expanded(schema, named, (), names)
        done: set[str] = set()
        while left := names.keys() - done:
            for name in left:
                done.add(name)
                own = self._expanded(named[name], named, (name,), names)
                self._found[names[name]] = own
        return found

    def _free(self, name: str) -> str:
        taken = {*self._names.values(), *self._found}
        numbers = (f"{name}_{number}" for number in range(2, len(taken) + 3))
        return next(each for each in (name, *numbers) if each not in taken)

    def _joined(self, name: str, schema: dict[str, Any]) -> str:
        """Return the name of a definition that another library made."""
        key = f"{name} {json.dumps(schema, sort_keys=True, default=str)}"
        if key not in self._foreign:
            self._foreign[key] = self._free(name)
            self._found[self._foreign[key]] = {}
        return self._foreign[key]

    def _expanded(
        self,
        node: Any,
        named: dict[str, Any],
        within: tuple[str, ...],
        names: dict[str, str],
    ) -> Any:
        """Return a schema with references only where types hold themselves.

        Args:
            node: the schema, or a list of them.
            named: the schemas by the names that references have.
            within: the names of those that this is a part of.
            names: what those are called from now on that are referred to.
        """
        if isinstance(node, list):
            return [self._expanded(each, named, within, names) for each in node]
        if not isinstance(node, dict):
            return node
        name = str(node.get("$ref", "")).removeprefix(_REFERENCE)
        if name and name in within:
            if name not in names:
                names[name] = self._joined(name, named[name])
            return {"$ref": _REFERENCE + names[name]}
        if name in named:
            more = {key: value for key, value in node.items() if key != "$ref"}
            whole = {**named[name], **more}
            return self._expanded(whole, named, (*within, name), names)
        return self._closed(
            {
                key: self._part(key, value, named, within, names)
                for key, value in node.items()
                # Names of classes and arguments, which are said elsewhere, or nobody's.
                if key != "title" or not isinstance(value, str)
            }
        )

    def _part(self, key: str, value: Any, *rest: Any) -> Any:
        if key in _NAMED and isinstance(value, dict):
            return {name: self._expanded(each, *rest) for name, each in value.items()}
        return self._expanded(value, *rest) if key in _NESTED else value

    def _closed(self, node: dict[str, Any]) -> dict[str, Any]:
        """Return a schema as `strict` allows it, if that is asked for."""
        properties = node.get("properties")
        if self.strict and isinstance(properties, dict):
            for each in properties.values():
                each.pop("default", None)
            node = {
                **node,
                "required": [*properties],
                "additionalProperties": False,
            }
        return node
