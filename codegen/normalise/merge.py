"""`allOf`, replaced by the one schema that it means.

Members that are unions are distributed: what is A or B, and C as well, is A and C, or B
and C. Where two members describe one property, the later one wins, and so it does where
both say something that one schema has no room for, such as two conditions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from codegen.document import (
    Schema,
    count_rewrites,
    is_null,
    resolve,
    rewrite_schema,
    union_key,
)
from codegen.errors import Path, SpecError
from codegen.normalise.implied import says_nothing
from codegen.normalise.nullable import NAME, is_note, without_notes
from codegen.source import Document

# In all of a document, and more than anybody writes: unions of unions multiply.
_MAX_VARIANTS = 5000
_OBJECT_WORDS = {"properties", "required", "additionalProperties"}
_TIGHTER: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems"), min),
    **dict.fromkeys(("minProperties", "minContains", "uniqueItems"), max),
    **dict.fromkeys(("maxProperties", "maxContains"), min),
}


def merge_all_of(document: Document) -> tuple[Document, int]:
    """Replace `allOf` by the one schema that it means."""
    work = _Merging(document)

    def rule(schema: Schema, at: Path) -> Schema:
        has_members = isinstance(schema.get("allOf"), list)
        return work.merged(schema, at) if has_members else work.beside(schema, at)

    return count_rewrites(document, rule)


class _NothingError(Exception):
    """No value fits both of two schemas."""


class _Merging:
    """Merge the schemas of one document; what is referred to is written out once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._written_out: dict[Path, Schema] = {}
        self._open: set[Path] = set()
        self._variants = 0

    def merged(self, schema: Schema, at: Path) -> Schema:
        """Return the one schema that an `allOf` and what stands beside it mean."""
        with self._opened(at):
            return self._merged(schema, at)

    def beside(self, schema: Schema, at: Path) -> Schema:
        """Return what a union means that has properties of its own beside it."""
        key = union_key(schema)
        own = schema.get("properties")
        if key is None or not own:
            return schema
        union = {k: v for k, v in schema.items() if is_note(k) or k == key}
        plain = [self._plain(member, at) for member in schema[key]]
        if not all(member.get("properties") or union_key(member) for member in plain):
            # Some only say what must be there.
            return schema
        if all(own.keys() <= member.get("properties", {}).keys() for member in plain):
            # The members say it all themselves.
            return union
        rest = {k: v for k, v in schema.items() if k not in union}
        notes = {k: v for k, v in union.items() if k != key}
        return self.merged({**notes, "allOf": [{key: schema[key]}, rest]}, at)

    @contextmanager
    def _opened(self, at: Path) -> Iterator[None]:
        if at in self._open:
            raise SpecError(
                "what is joined here contains itself", at=at, keyword="allOf"
            )
        self._open.add(at)
        try:
            yield
        finally:
            self._open.discard(at)

    def _merged(self, schema: Schema, at: Path) -> Schema:
        notes = {k: v for k, v in schema.items() if is_note(k)}
        members: list[Schema] = []
        for member in schema["allOf"]:
            if without_notes(member):
                members.append(member)
            else:
                notes = {**member, **notes}
        own = {k: v for k, v in schema.items() if not is_note(k) and k != "allOf"}
        if own:
            members.append(own)
        if not members:
            return notes
        result, *others = members
        for other in others:
            result = self._joined(result, other, at)
        return {**result, **notes}

    def _joined(self, first: Schema, second: Schema, at: Path) -> Schema:
        try:
            return self._both(first, second, at)
        except _NothingError as nothing:
            raise SpecError(
                f"nothing can be all that is joined here: {nothing}",
                at=at,
                hint="Write the joined schema out in the overlay.",
                keyword="allOf",
            ) from nothing

    def _plain(self, schema: Schema, at: Path) -> Schema:
        """Return what a schema refers to; its own `allOf` has been merged before."""
        seen: set[Path] = set()
        while "$ref" in schema:
            target, place = resolve(self._document, schema, at, "schemas")
            if place in seen:
                raise SpecError(
                    "what is joined here contains itself", at=place, keyword="allOf"
                )
            seen.add(place)
            schema = self._component(target, place)
        if "type" not in schema and schema.keys() & _OBJECT_WORDS:
            schema = {"type": "object", **schema}
        return schema

    def _component(self, schema: Schema, at: Path) -> Schema:
        """Return a named schema, with all that is inside of it merged."""
        if at not in self._written_out:
            with self._opened(at):
                self._written_out[at] = rewrite_schema(schema, at, self._rule)
        return self._written_out[at]

    def _rule(self, schema: Schema, at: Path) -> Schema:
        if isinstance(schema.get("allOf"), list):
            return self._merged(schema, at)
        return schema

    def _both(self, first: Schema, second: Schema, at: Path) -> Schema:
        """Return the schema of what two schemas both accept."""
        if "$ref" in first and without_notes(first) == without_notes(second):
            return {**first, **second}
        written = self._plain(first, at), self._plain(second, at)
        if _only_says_object(second) and _is_object(written[0]):
            # A reference may stay one.
            return first
        if _only_says_object(first) and _is_object(written[1]):
            return second
        for index, schema in enumerate(written):
            key = union_key(schema)
            if key is not None:
                return self._distributed(written[index], written[1 - index], index, at)
        one, other = map(without_notes, written)
        joined = _join(one, other)
        # What adds nothing leaves a reference as it is.
        return first if "$ref" in first and joined == one else joined

    def _distributed(
        self, union: Schema, other: Schema, index: int, at: Path
    ) -> Schema:
        key = union_key(union)
        assert key is not None
        rest = {k: v for k, v in union.items() if k not in (key, "discriminator")}
        if without_notes(rest):
            other = self._both(without_notes(rest), other, at)
        members = []
        for member in union[key]:
            if is_null(member) and other.get("type", "null") != "null":
                continue
            self._variants += 1
            if self._variants > _MAX_VARIANTS:
                raise SpecError(
                    "this allOf means too many alternatives", at=at, keyword="allOf"
                )
            try:
                first, second = (other, member) if index else (member, other)
                members.append(without_notes(self._both(first, second, at)))
            except _NothingError:
                continue
        if not members:
            raise _NothingError("none of the alternatives fits the others")
        return {**{k: v for k, v in rest.items() if is_note(k)}, key: members}


def _only_says_object(schema: Schema) -> bool:
    """Return whether all that a schema says is that it is an object, or not even that.

    Of others it may say that they may be there: that holds anyway.
    """
    said = {
        key: value
        for key, value in without_notes(schema).items()
        if not says_nothing(key, value)
        and not (key == "additionalProperties" and value in (True, {}))
    }
    return said in ({}, {"type": "object"})


def _is_object(schema: Schema) -> bool:
    return schema.get("type") == "object"


def _join(first: Schema, second: Schema) -> Schema:
    """Join two schemas without references, `allOf` and unions."""
    result = {**first, **second}
    if "properties" in first and "properties" in second:
        known: Schema = first["properties"]
        result["properties"] = known | {
            name: _refined(known[name], schema) if name in known else schema
            for name, schema in second["properties"].items()
        }
    if "required" in first and "required" in second:
        both = [*first["required"], *second["required"]]
        result["required"] = list(dict.fromkeys(both))
    for key in (first.keys() & second.keys()) - {"properties", "required"}:
        if not is_note(key) and first[key] != second[key]:
            result[key] = _joined_word(key, first[key], second[key])
    if "const" in result:
        values = result.pop("enum", [result["const"]])
        if result["const"] not in values:
            raise _NothingError("no value is in all of them")
    return result


def _joined_word(key: str, first: Any, second: Any) -> Any:
    """Return what a keyword says that two schemas both have; of some, the later one."""
    if key in _TIGHTER:
        return _TIGHTER[key](first, second)
    if key in ("items", "propertyNames"):
        return _refined(first, second)
    kinds = {type(first), type(second)}
    if key in ("patternProperties", "dependentSchemas") and kinds == {dict}:
        refined = {n: _refined(first[n], second[n]) for n in first.keys() & second}
        return {**first, **second, **refined}
    if key == "dependentRequired" and kinds == {dict}:
        both = {n: (first[n], second[n]) for n in first.keys() & second}
        lists = {
            n: [*a, *b] for n, (a, b) in both.items() if type(a) is type(b) is list
        }
        return {**first, **second, **lists}
    if key == "pattern":
        return f"^(?=[\\s\\S]*(?:{first}))(?=[\\s\\S]*(?:{second}))"
    if key == "not":
        return {"anyOf": [first, second]}
    if key == "multipleOf" and kinds == {int}:
        return math.lcm(first, second)
    if key == "type":
        if {first, second} == {"integer", "number"}:
            return "integer"
        raise _NothingError(f"{first} and {second}")
    if key == "enum":
        common = [value for value in first if value in second]
        if common:
            return common
        raise _NothingError("they have no value in common")
    if key == "const":
        raise _NothingError("each says another const")
    return second


def _refined(first: Any, second: Any) -> Any:
    """Join two descriptions of one value; the later one wins where they differ."""
    if not isinstance(first, dict) or not isinstance(second, dict):
        return second
    said = without_notes(second)
    if not said or without_notes(first) == said:
        return {**first, **second}
    kept = {k: v for k, v in first.items() if is_note(k) and k != NAME}
    if any("$ref" in s or union_key(s) for s in (first, second)):
        return second
    try:
        return {**kept, **second, **_join(without_notes(first), said)}
    except _NothingError:
        return second
