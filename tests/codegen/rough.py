"""Make a normal document rough: the same facts, written as upstream writes them.

What the normaliser does is undone at places that a random generator chooses, so that a
document without a word of upstream stands in for upstream's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from codegen.document import reference_to, rewrite_schema, rewrite_schemas
from tests.codegen.specs import NULL, TEXT, Document, document, obj, operation, ref

if TYPE_CHECKING:
    from random import Random

    from codegen.errors import Path

_PREFIX = "#/components/schemas/"
_WITHIN = {"items", "properties", "anyOf", "oneOf", "allOf"}
_SIMPLE = {"type", "properties", "required", "additionalProperties", "description"}


def rough(normal: Document, random: Random) -> Document:
    """Return the same facts as an earlier, cruder document would have them."""
    inline = [name for name in _may_be_inline(normal) if random.random() < 0.3]
    result = _without_names(normal, inline)
    always_null = _always_null(result)
    discriminated = not inline and random.random() < 0.5

    def rule(schema: Any, at: Path) -> Any:
        if len(at) == 3 and at[0] == "components" and at[2] in always_null:
            schema = {**schema, "nullable": True}
        if _is_null_of(schema, always_null):
            schema = {**schema, **schema["anyOf"][0]}
            del schema["anyOf"]
        if not discriminated:
            schema = {k: v for k, v in schema.items() if k != "discriminator"}
        for step in (_constant, _listed, _split, _nullable, _wrapped, _untyped):
            if random.random() < 0.5:
                schema = step(schema, random)
        return _noisy(schema, random)

    result = rewrite_schemas(result, rule)
    result["openapi"] = random.choice(["3.0.0", "3.0.3", "3.1.0"])
    if random.random() < 0.5:
        result.pop("tags", None)
    # As read from a file: no two places of it are the same object.
    read: Document = json.loads(json.dumps(_with_strangers(_shuffled(result, random))))
    return read


def _may_be_inline(normal: Document) -> list[str]:
    """Find the schemas that would get their name back."""
    used = json.dumps([normal["paths"], normal["components"]["responses"]])
    return [
        name
        for name, schema in normal["components"]["schemas"].items()
        if _wants_name(schema)
        and "default" not in schema
        # The overlay itself refers to answers by name.
        and json.dumps(reference_to(name)) not in used
    ]


def _wants_name(schema: Any) -> bool:
    values = schema.get("enum")
    return bool(schema.get("properties")) or (
        values is not None and all(isinstance(value, str) for value in values)
    )


def _without_names(normal: Document, names: list[str]) -> Document:
    """Write named schemas out wherever they are used; an overlay gives the names."""
    schemas = normal["components"]["schemas"]

    def rule(schema: Any, at: Path) -> Any:
        name = str(schema.get("$ref", "")).removeprefix(_PREFIX)
        if name not in names:
            return schema
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return {
            **rewrite_schema(schemas[name], at, rule),
            **beside,
            "x-schema-name": name,
        }

    result = rewrite_schemas(normal, rule)
    kept = result["components"]["schemas"]
    kept = {name: schema for name, schema in kept.items() if name not in names}
    return {**result, "components": {**result["components"], "schemas": kept}}


def _always_null(normal: Document) -> set[str]:
    """Find named objects that may be null wherever they are used."""
    text = json.dumps(normal)
    result = set()
    for name, schema in normal["components"]["schemas"].items():
        used = json.dumps(reference_to(name))
        optional = f'{{"anyOf": [{{"$ref": {used}}}, {{"type": "null"}}]'
        described = f'"anyOf": [{{"$ref": {used}}}, {{"type": "null"}}]'
        uses = text.count(f'"$ref": {used}')
        if schema.get("properties") and uses and uses == text.count(described):
            result.add(name)
        assert text.count(optional) <= text.count(described)
    return result


def _is_null_of(schema: Any, names: set[str]) -> bool:
    members = schema.get("anyOf") or [{}]
    reference = str(members[0].get("$ref", ""))
    return reference.removeprefix(_PREFIX) in names and members[1:] == [NULL]


def _constant(schema: Any, random: Random) -> Any:
    if "const" not in schema:
        return schema
    schema = {**schema, "enum": [schema["const"]]}
    if random.random() < 0.3:
        return schema
    del schema["const"]
    return {**schema, "x-stainless-const": True}


def _listed(schema: Any, random: Random) -> Any:
    """Say in one of many ways which values there are."""
    values = schema.get("enum") or []
    if len(values) < 2 or None in values:
        return schema
    rest = {k: v for k, v in schema.items() if k not in ("type", "enum")}
    constants = [{"const": value, "description": f"Is {value}."} for value in values]
    return random.choice(
        [
            {**rest, "enum": values},
            {**schema, "enum": [*values, random.choice(values)]},
            {**rest, random.choice(["anyOf", "oneOf"]): constants},
        ]
    )


def _split(schema: Any, random: Random) -> Any:
    """Write an object as two that are joined by `allOf`."""
    if not schema.get("properties") or not set(schema) <= _SIMPLE:
        return schema
    items = list(schema["properties"].items())
    at = random.randint(0, len(items))
    required = schema.get("required", [])
    parts = []
    for half in (dict(items[:at]), dict(items[at:])):
        needed = [name for name in required if name in half]
        parts.append({**obj(*needed, **half)})
    if [n for part in parts for n in part.get("required", [])] != required:
        return schema
    rest = {k: schema[k] for k in schema if k not in ("type", "properties", "required")}
    if "additionalProperties" in rest:
        parts[1]["additionalProperties"] = rest.pop("additionalProperties")
    return {**rest, "allOf": parts}


def _nullable(schema: Any, random: Random) -> Any:
    """Say in one of many ways that a value may be null."""
    members = schema.get("anyOf")
    if not isinstance(members, list) or members[-1] != NULL:
        return schema
    rest = {k: v for k, v in schema.items() if k not in ("anyOf", "discriminator")}
    others = members[:-1]
    if len(others) > 1:
        return random.choice(
            [
                {**rest, "anyOf": others, "nullable": True},
                {**rest, "oneOf": [NULL, *others]},
                {**rest, "anyOf": [{"oneOf": others}, NULL]},
            ]
        )
    (value,) = others
    if set(value) & {"anyOf", "oneOf", "allOf", "nullable", "$ref"} or set(value) & set(
        rest
    ):
        return random.choice(
            [
                {**rest, "allOf": [value, {"nullable": True}]},
                {**rest, "allOf": [value], "nullable": True},
                {**rest, "oneOf": [{"const": None}, value]},
                {"anyOf": [{**value, **rest}, {"enum": [None]}]},
            ]
        )
    if isinstance(value.get("enum"), list) and random.random() < 0.3:
        value = {**value, "enum": [*value["enum"], None]}
        return {**rest, **value}
    if isinstance(value.get("type"), str) and random.random() < 0.5:
        return {**rest, **value, "type": [value["type"], "null"]}
    return {**rest, **value, "nullable": True}


def _wrapped(schema: Any, random: Random) -> Any:
    """Wrap a reference, or a union's members, once more."""
    if "$ref" in schema and len(schema) > 1:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**rest, "allOf": [{"$ref": schema["$ref"]}]}
    for key in ("anyOf", "oneOf"):
        members = schema.get(key)
        if (
            isinstance(members, list)
            and len(members) > 1
            and "properties" not in schema
        ):
            first = random.choice([members[0], {key: [members[0]]}])
            # The overlay would repair what is within one of two copies alone.
            again = [] if {*members[0]} & _WITHIN else [members[0]]
            return {**schema, key: [first, *members[1:], *again]}
    return schema


def _untyped(schema: Any, random: Random) -> Any:
    if schema.get("properties") and schema.get("type") == "object":
        schema = {key: value for key, value in schema.items() if key != "type"}
    return schema


def _noisy(schema: Any, random: Random) -> Any:
    """Add what the generator has no use for, in any order."""
    noise = {
        "title": "A title",
        "example": {"$ref": "#/nowhere"},
        "x-any": [{"type": "string"}],
        "$comment": "A comment",
        "deprecated": False,
        "writeOnly": False,
    }
    if schema.get("properties"):
        noise["additionalProperties"] = True
    if schema.get("required"):
        noise["required"] = [*schema["required"], schema["required"][0]]
    noise = {key: value for key, value in noise.items() if key not in schema} | {
        key: value for key, value in noise.items() if key == "required"
    }
    added = {key: noise[key] for key in noise if random.random() < 0.2}
    items = [*schema.items(), *added.items()]
    random.shuffle(items)
    return dict(items)


def _shuffled(value: Document, random: Random) -> Document:
    """Mix the order of everything whose order says nothing."""
    components = {}
    for section, members in value["components"].items():
        items = list(members.items())
        random.shuffle(items)
        components[section] = dict(items)
    paths = {}
    for path, item in value["paths"].items():
        paths[path] = dict(item)
        for method, data in item.items():
            items = [*data.items(), ("x-note", "noise"), ("externalDocs", {})]
            random.shuffle(items)
            paths[path][method] = dict(items)
    items = [*value.items(), ("servers", []), ("x-any", {})]
    random.shuffle(items)
    return {**dict(items), "components": components, "paths": paths}


def _with_strangers(value: Document) -> Document:
    """Add operations and schemas that nobody asked for, wrong ones among them."""
    other = document(
        {"/other/{id}": {"get": operation("other", schema=ref("Stranger"))}},
        Stranger=obj(a={"allOf": [TEXT, {"oneOf": [ref("Stranger")]}]}),
    )
    return {
        **value,
        "paths": {**other["paths"], **value["paths"]},
        "components": {
            **value["components"],
            "schemas": {
                **other["components"]["schemas"],
                **value["components"]["schemas"],
            },
        },
    }
