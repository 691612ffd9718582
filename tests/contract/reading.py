"""What a JSON value must have become after it was read, derived from its schema."""

from __future__ import annotations

from typing import Any

from assistants_api import UNSET
from assistants_api.types import UnknownObject
from tests.contract.document import (
    SCHEMAS,
    Schema,
    is_object,
    model,
    python_name,
    reference,
    resolve,
    variants,
)
from tests.contract.instances import same


def chosen(schema: Schema, value: Any) -> str | None:
    """Give the name of the class that an object of JSON is read into, by constants."""
    name, target = reference(schema), resolve(schema)
    if is_object(target):
        assert name is not None
        fits = all(
            value.get(key, inner["const"]) == inner["const"]
            for key, inner in target["properties"].items()
            if "const" in inner
        )
        return name if fits else None
    for each in variants(target):
        if found := chosen(each, value):
            return found
    return None


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
                assert attribute is UNSET
    elif isinstance(value, dict) and (variants(target) and _only_objects(target)):
        assert type(found) is UnknownObject
        assert same(found.data, value)
    elif isinstance(value, list) and (items := _items(target)):
        assert type(found) is list
        assert len(found) == len(value)
        for each, item in zip(found, value, strict=True):
            assert_read(each, item, items)
    else:
        assert same(found, value)


def _only_objects(schema: Schema) -> bool:
    """Tell whether a union is of classes, so that a dict in it has become an object."""
    targets = [resolve(each) for each in variants(schema)]
    return any(is_object(each) or _only_objects(each) for each in targets)


def _items(schema: Schema) -> Schema | None:
    """Give the schema of the items, of the one array among the variants if need be."""
    for each in [schema, *map(resolve, variants(schema))]:
        if "items" in each:
            items: Schema = each["items"]
            return items
    return None


def construct(schema: Schema, value: Any) -> Any:
    """Make a value as a person would: models by keyword, all the way down."""
    if isinstance(value, dict) and (name := chosen(schema, value)):
        properties = SCHEMAS[name]["properties"]
        return model(name)(
            **{
                python_name(key): construct(properties[key], inner)
                for key, inner in value.items()
            }
        )
    if isinstance(value, list) and (items := _items(resolve(schema))):
        return [construct(items, each) for each in value]
    return value


def hosts(name: str) -> list[tuple[str, str]]:
    """Give the class and property where a schema that is no class is read."""
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
