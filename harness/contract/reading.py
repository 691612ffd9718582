"""What a JSON value must have become after it was read, derived from its schema."""

from __future__ import annotations

from functools import cache
from typing import Any

from assistants_api.types import UnknownObject
from harness.contract.document import (
    SCHEMAS,
    Schema,
    is_object,
    model,
    python_name,
    reference,
    resolve,
    variants,
)
from harness.contract.instances import same


def chosen(schema: Schema, value: Any) -> str | None:
    """Return the class that a JSON object is read into, by its constants."""
    name, target = reference(schema), resolve(schema)
    while name and "$ref" in SCHEMAS[name]:
        # Another name for it.
        name = reference(SCHEMAS[name])
    if is_object(target):
        assert name is not None
        constants = {k: _texts(each) for k, each in target["properties"].items()}
        fits = all(
            value.get(key, texts[0]) == texts[0]
            for key, texts in constants.items()
            if len(texts) == 1
        )
        return name if fits else None
    found = [name for each in variants(target) if (name := chosen(each, value))]
    if len(found) > 1 and "discriminator" not in target:
        # Nothing tells them apart: the one that asks for most of what is there.
        full = [name for name in found if value.keys() >= _asked(name)[0]]
        return max(full, key=_demand) if full else None
    if len(found) > 1:
        key = target["discriminator"]["propertyName"]
        known = {name: _texts(SCHEMAS[name]["properties"][key]) for name in found}
        found = [name for name in found if value.get(key) in known[name]]
    return found[0] if found else None


def _asked(name: str) -> tuple[set[str], set[str]]:
    """Return the properties that a class requires, and those that are constants."""
    properties = SCHEMAS[name]["properties"]
    constants = {k for k, v in properties.items() if len(_texts(v)) == 1}
    return set(SCHEMAS[name].get("required", [])), constants


def _demand(name: str) -> tuple[int, int]:
    required, constants = _asked(name)
    return len(required), len(constants)


def _texts(schema: Schema) -> list[Any]:
    target = resolve(schema)
    return [target["const"]] if "const" in target else target.get("enum", [])


def assert_read(found: Any, value: Any, schema: Schema) -> None:
    """Compare what was read from a valid value with what the schema says it is."""
    target = resolve(schema)
    if isinstance(value, dict) and (name := chosen(schema, value)):
        assert type(found) is model(name)
        assert found.additional_properties == {
            key: value[key] for key in value.keys() - SCHEMAS[name]["properties"]
        }
        for key, inner in SCHEMAS[name]["properties"].items():
            attribute = getattr(found, python_name(key))
            if key in value:
                assert_read(attribute, value[key], inner)
            else:
                assert attribute is None
            assert found.is_set(key) == (key in value)
    elif isinstance(value, dict) and (variants(target) and _only_objects(target)):
        assert type(found) is UnknownObject
        assert same(found.data, value)
    elif isinstance(value, dict) and (values := _values(target)):
        assert type(found) is dict
        assert found.keys() == value.keys()
        for key, each in value.items():
            assert_read(found[key], each, values)
    elif isinstance(value, list) and (items := _items(target)):
        assert type(found) is list
        assert len(found) == len(value)
        for each, item in zip(found, value, strict=True):
            assert_read(each, item, items)
    else:
        assert same(found, value)


def _only_objects(schema: Schema) -> bool:
    """Return whether a union is of classes, so that dicts become objects."""
    targets = [resolve(each) for each in variants(schema)]
    return any(is_object(each) or _only_objects(each) for each in targets)


def _items(schema: Schema) -> Schema | None:
    targets = [schema, *map(resolve, variants(schema))]
    items = [each["items"] for each in targets if "items" in each]
    # Of several arrays, the one of objects is the one that is read.
    items.sort(key=lambda each: not _holds_class(each))
    return items[0] if items else None


def _holds_class(schema: Schema) -> bool:
    target = resolve(schema)
    return is_object(target) or any(map(_holds_class, variants(target)))


def _values(schema: Schema) -> Schema | None:
    """Return the schema of the values, of a map or of the one among the variants."""
    for each in [schema, *map(resolve, variants(schema))]:
        extra = each.get("additionalProperties")
        if isinstance(extra, dict) and not each.get("properties"):
            return extra
    return None


def construct(schema: Schema, value: Any) -> Any:
    """Make a value as a person would: models by keyword, all the way down."""
    if isinstance(value, dict) and (name := chosen(schema, value)):
        properties = SCHEMAS[name]["properties"]
        more = {key: inner for key, inner in value.items() if key not in properties}
        return model(name)(
            **{
                python_name(key): construct(properties[key], inner)
                for key, inner in value.items()
                if key in properties
            },
            **({"additional_properties": more} if more else {}),
        )
    if isinstance(value, dict) and (values := _values(resolve(schema))):
        return {key: construct(values, each) for key, each in value.items()}
    if isinstance(value, list) and (items := _items(resolve(schema))):
        return [construct(items, each) for each in value]
    return value


@cache
def hosts(name: str) -> list[tuple[str, str]]:
    """Return the class and property where a schema that is no class is read."""
    return [
        (host, key)
        for host, schema in SCHEMAS.items()
        if is_object(schema)
        for key, inner in schema["properties"].items()
        if _mentions(inner, name)
    ]


def _mentions(schema: Schema, name: str) -> bool:
    if reference(schema) == name:
        return True
    target = schema if is_object(resolve(schema)) else resolve(schema)
    inner = [*variants(target), *([target["items"]] if "items" in target else [])]
    return any(_mentions(each, name) for each in inner)
