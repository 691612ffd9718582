"""Unions are told apart by their constants; what is unknown is kept, enums included."""

from __future__ import annotations

import copy
import pickle
from typing import Any

from assistants_api.types import UnknownObject
from harness.contract.document import (
    ENUMS,
    OPERATIONS,
    SCHEMAS,
    UNIONS,
    Schema,
    model,
    python_name,
    references,
    told_apart,
    variants,
)
from harness.contract.each import for_each
from harness.contract.instances import same, samples
from harness.contract.reading import chosen, hosts
from tests.cases import some

# Streams are read by another way in, and tested there.
TOLD_APART = {
    name: found
    for name in UNIONS
    if (found := told_apart(name)) and not name.endswith("StreamEvent")
}
READ_ENUMS = [name for name in ENUMS if hosts(name)]


def test_enums_that_are_never_read_belong_to_parameters() -> None:
    parameters = [
        each.schema for operation in OPERATIONS for each in operation.parameters
    ]
    assert set(references(parameters)) == set(ENUMS) - set(READ_ENUMS)


@for_each(READ_ENUMS)
def test_unknown_values_of_enums_survive(name: str) -> None:
    for host, key in some(hosts(name)):
        for value in [*SCHEMAS[name]["enum"], "never heard of", "", "\u2028"]:
            data = {key: _wrapped(SCHEMAS[host]["properties"][key], value)}
            found = model(host).from_dict(data)
            assert getattr(found, python_name(key)) == data[key]
            assert same(found.to_dict(), data)


@for_each(TOLD_APART)
def test_each_variant_is_read_into_its_class(name: str) -> None:
    """Also where nothing but the property that tells them apart is there."""
    key, classes = TOLD_APART[name]
    for value, class_ in some(classes.items()):
        for data in ({key: value}, {key: value, "x_more": {}}, *samples(class_)):
            for read in some(_readers(name)):
                found = read(data)
                assert type(found) is model(class_), value
                assert same(found.to_dict(), data)


@for_each(TOLD_APART)
def test_unknown_variants_become_unknown_objects(name: str) -> None:
    key, _ = TOLD_APART[name]
    unknown = [{key: "x_new", "more": [{}, None]}, {key: None}, {key: {}}, {key: []}]
    for data in [*unknown, {}, {"more": 1}, {key: 1}, {key: True}]:
        before = copy.deepcopy(data)
        for read in some(_readers(name)):
            found = read(data)
            assert type(found) is UnknownObject
            assert same(found.data, before)
            assert same(found.to_dict(), before)
            assert copy.deepcopy(found) == found
            assert pickle.loads(pickle.dumps(found)) == found


@for_each(TOLD_APART)
def test_what_is_no_object_stays_as_it_came(name: str) -> None:
    for value in [None, "text", 1, 1.5, True, [], [1], ["a", {}]]:
        for read in some(_readers(name)):
            found = read(value)
            assert same(found, value)


@for_each(UNIONS)
def test_discriminators_of_the_document_agree_with_its_constants(name: str) -> None:
    discriminator = SCHEMAS[name].get("discriminator")
    if discriminator is None:
        return
    found = told_apart(name)
    assert found is not None
    key, classes = found
    assert discriminator["propertyName"] == key
    assert {
        value: chosen({"$ref": target}, {key: value})
        for value, target in discriminator["mapping"].items()
    } == classes


def _readers(name: str) -> list[Any]:
    """Return functions that read a value where a union's value is expected."""
    found = [_reader(host, key) for host, key in hosts(name)]
    assert found, f"no property holds {name}"
    return found


def _reader(host: str, key: str) -> Any:
    listed = "items" in _array_in(SCHEMAS[host]["properties"][key])

    def read(value: Any) -> Any:
        found = model(host).from_dict({key: [value] if listed else value})
        attribute = getattr(found, python_name(key))
        return attribute[0] if listed else attribute

    return read


def _wrapped(schema: Schema, value: Any) -> Any:
    return [value] if "items" in _array_in(schema) else value


def _array_in(schema: Schema) -> Schema:
    for each in [schema, *variants(schema)]:
        if "items" in each:
            return each
    return schema
