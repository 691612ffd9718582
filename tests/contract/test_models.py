"""Every schema has its model: the same properties, the same types, the same kind."""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest

from assistants_api import UNSET, models
from assistants_api.types import Model
from harness.contract.annotations import (
    expanded,
    expected,
    expected_alias,
    expected_attribute,
    may_grow,
    source_aliases,
    spelled,
    union,
)
from harness.contract.document import (
    CLASSES,
    DOCUMENT,
    ENUMS,
    MAPS,
    SCHEMAS,
    UNIONS,
    Schema,
    class_name,
    is_unixtime,
    model,
    python_name,
    resolve,
    snake,
    variants,
)
from harness.contract.each import for_each
from harness.contract.instances import same, samples
from tests.cases import some

ALIASES = sorted(SCHEMAS.keys() - CLASSES)
FOLDER = Path(models.__path__[0])

each_class = for_each(CLASSES)
each_alias = for_each(ALIASES)


def test_every_schema_has_its_module_and_nothing_else_has() -> None:
    found = {module.name for module in pkgutil.iter_modules(models.__path__)}
    assert found == set(map(snake, SCHEMAS))


def test_every_schema_has_its_name() -> None:
    names = set(map(class_name, SCHEMAS))
    assert names <= set(dir(models))
    assert names <= set(models.__all__)
    for name in models.__all__:
        assert getattr(models, name) is not None
    assert len(CLASSES) + len(UNIONS) + len(ENUMS) + len(MAPS) + 1 == len(SCHEMAS)


def test_unknown_name_is_no_model() -> None:
    with pytest.raises(AttributeError, match="NoSuchModel"):
        model("NoSuchModel")


@each_class
def test_object_becomes_a_class(name: str) -> None:
    class_ = model(name)
    assert isinstance(class_, type)
    assert issubclass(class_, Model)
    assert attrs.has(class_)
    assert class_.__name__ == class_name(name)
    assert class_.__module__ == f"assistants_api.models.{snake(name)}"


@each_class
def test_properties_are_those_of_the_schema(name: str) -> None:
    assert [field.name for field in _fields(name)] == [
        python_name(key) for key in SCHEMAS[name]["properties"]
    ]


@each_class
def test_types_and_defaults_are_those_of_the_schema(name: str) -> None:
    assert {
        field.name: (spelled(field.type), field.default) for field in _fields(name)
    } == {
        python_name(key): (
            expected_attribute(schema, required=key in _required(name)),
            _default(schema, required=key in _required(name)),
        )
        for key, schema in SCHEMAS[name]["properties"].items()
    }


@each_class
def test_arguments_are_keywords(name: str) -> None:
    parameters = inspect.signature(model(name)).parameters.values()
    assert {each.kind for each in parameters} == {inspect.Parameter.KEYWORD_ONLY}


@each_class
def test_instances_have_slots_and_nothing_besides(name: str) -> None:
    value = model(name).from_dict({})
    # What `vars` returns is a copy.
    assert type(value).__dictoffset__ == 0
    with pytest.raises(AttributeError):
        value.no_such_property = 1


@each_class
def test_constants_need_no_argument(name: str) -> None:
    constants = {
        key: schema["const"]
        for key, schema in SCHEMAS[name]["properties"].items()
        if "const" in schema and key in _required(name)
    }
    others = [key for key in _required(name) if key not in constants]
    written = model(name)(**{python_name(key): None for key in others}).to_dict()
    assert same(written, dict.fromkeys(others) | constants)


@each_class
def test_required_arguments_are_required(name: str) -> None:
    class_ = model(name)
    properties = SCHEMAS[name]["properties"]
    needed = [
        key
        for key in _required(name)
        if _default(properties[key], required=True) is attrs.NOTHING
    ]
    for left_out in needed:  # vacuous: some need none
        keywords = {python_name(key): None for key in needed if key != left_out}
        with pytest.raises(TypeError, match=python_name(left_out)):
            class_(**keywords)


@each_class
def test_datetimes_are_derived_for_each_time_and_nothing_else(name: str) -> None:
    derived = {
        key: value
        for key, value in inspect.getmembers(model(name))
        if key.endswith("_datetime")
    }
    assert derived.keys() == {
        f"{python_name(key)}_datetime"
        for key, schema in SCHEMAS[name]["properties"].items()
        if is_unixtime(schema)
    }
    for value in derived.values():
        assert isinstance(value, property)
        assert value.fset is None
        result = inspect.signature(value.fget).return_annotation  # type: ignore[arg-type]
        assert spelled(result) == "None | datetime"


@each_class
def test_typed_dict_has_the_same_keys(name: str) -> None:
    typed = model(f"{class_name(name)}Dict")
    keys = {
        key: _is_required(typed, key, annotation)
        for key, annotation in typed.__annotations__.items()
    }
    assert keys == {key: key in _required(name) for key in SCHEMAS[name]["properties"]}


def test_what_a_body_leaves_open_has_a_dictionary_of_its_own() -> None:
    bodies = {
        media["schema"]["$ref"].rpartition("/")[2]
        for path in DOCUMENT["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and "requestBody" in operation
        for media in operation["requestBody"]["content"].values()
    }
    split = set()
    for name in bodies:
        properties = set(SCHEMAS[name]["properties"])
        apart = properties & {*_required(name), "stream"}
        if apart and apart < properties:
            split.add(name)
            optional = model(f"{name}OptionalDict")
            assert set(optional.__annotations__) == properties - apart
            assert optional.__optional_keys__ == properties - apart
    assert {"CreateRunRequest", "CreateMessageRequest"} <= split
    assert {
        name.removesuffix("OptionalDict")
        for name in models.__all__
        if name.endswith("OptionalDict")
    } == split


@each_class
def test_typed_dict_takes_models_and_dicts_alike(name: str) -> None:
    """Compare its types with the schema's, unions opened on both sides."""
    aliases = {class_name(alias): expected_alias(alias) for alias in _OPENED}
    written = _written_aliases()
    for key, annotation in some(
        model(f"{class_name(name)}Dict").__annotations__.items()
    ):
        schema = SCHEMAS[name]["properties"][key]
        wanted = expanded(expected(schema), aliases)
        wanted |= {f"{each}Dict" for each in wanted if each.split()[-1] in _CLASSES}
        # A date may be given as one, or as text.
        given = _text(annotation).replace("DateLike", "str")
        found = expanded(_unwrapped(given), written)
        assert found - _UNKNOWN == wanted - _UNKNOWN, key


@each_alias
def test_other_schema_becomes_an_alias(name: str) -> None:
    path = FOLDER / f"{snake(name)}.py"
    assert source_aliases(path)[class_name(name)] == expected_alias(name)


@for_each(UNIONS)
def test_dict_of_a_union_lists_its_variants(name: str) -> None:
    wanted = [_as_dict(each) for each in variants(SCHEMAS[name])]
    written = source_aliases(FOLDER / f"{snake(name)}.py")
    if may_grow(SCHEMAS[name]):
        assert written[f"{class_name(name)}Dict"] == union(wanted)


def _as_dict(schema: Schema) -> str:
    while "$ref" in schema and "$ref" in SCHEMAS[_named(schema)]:
        schema = SCHEMAS[_named(schema)]
    if "$ref" in schema and f"{class_name(_named(schema))}Dict" in models.__all__:
        return f"{class_name(_named(schema))}Dict"
    return expected(schema)


def _named(schema: Schema) -> str:
    name: str = schema["$ref"].rpartition("/")[2]
    return name


def test_kinds_that_are_known_have_an_alias_of_their_own() -> None:
    known = {name for name in models.__all__ if name.startswith("Known")}
    assert {"KnownAssistantStreamEvent", "KnownMessageContent"} <= known
    told_apart = {name for name in UNIONS if "discriminator" in SCHEMAS[name]}
    assert {f"Known{name}" for name in told_apart} <= known
    for name in known:
        whole = name.removeprefix("Known")
        alias = source_aliases(FOLDER / f"{snake(whole)}.py")[name]
        assert {*alias.split(" | ")} == _leaves(whole)


def _leaves(name: str) -> set[str]:
    """Return the classes that a union stands for, through unions of unions."""
    if name in CLASSES:
        return {name}
    if name not in UNIONS:
        return set()
    references = [each["$ref"] for each in variants(SCHEMAS[name]) if "$ref" in each]
    return {
        leaf
        for reference in references
        for leaf in _leaves(reference.rpartition("/")[2])
    }


@each_class
def test_model_says_what_it_holds(name: str) -> None:
    value = model(name).from_dict({"x_other": "there", **samples(name)[0]})
    shown = repr(value)
    assert shown.startswith(f"{class_name(name)}(")
    assert "x_other" in shown or shown.endswith("...)")
    # The text may stand in a string, but then behind a quotation mark.
    assert "=UNSET" not in shown


@each_class
def test_class_survives_pickling(name: str) -> None:
    assert pickle.loads(pickle.dumps(model(name))) is model(name)


def test_every_module_of_the_package_says_that_it_is_generated() -> None:
    package = importlib.import_module("assistants_api")
    for path in some(Path(package.__path__[0]).rglob("*.py")):
        first = path.read_text("utf-8").partition("\n")[0]
        assert first.startswith("# Generated by `"), path
        assert "python -m codegen build" in first, path


_OPENED = sorted({*ALIASES} - {*ENUMS})
_CLASSES = set(map(class_name, CLASSES))
_UNKNOWN = {"UnknownObject", "list of UnknownObject", "map of UnknownObject"}


def _fields(name: str) -> list[Any]:
    return [
        field
        for field in attrs.fields(model(name))
        if field.name != "additional_properties"
    ]


def _required(name: str) -> list[str]:
    found: list[str] = SCHEMAS[name].get("required", [])
    return found


def _default(schema: Schema, *, required: bool) -> Any:
    if not required:
        return UNSET
    found = resolve(schema)
    # A default that the document says counts where there has to be something.
    said = found.get("const", schema.get("default", found.get("default")))
    return attrs.NOTHING if said is None or isinstance(said, dict | list) else said


def _text(annotation: Any) -> str:
    """Return the text of a TypedDict's annotation, which Python keeps in a box."""
    text: str = annotation.__forward_arg__
    return spelled(text)


def _is_required(typed: Any, key: str, annotation: Any) -> bool:
    """Return whether a key is required; Python itself can't where it sees only text."""
    text = _text(annotation)
    if text.startswith(("Required[", "NotRequired[")):
        return text.startswith("Required[")
    return key in typed.__required_keys__


def _unwrapped(text: str) -> str:
    for wrapper in ("Required[", "NotRequired["):
        if text.startswith(wrapper):
            return text[len(wrapper) : -1]
    return text


@cache
def _written_aliases() -> dict[str, str]:
    """Read the aliases of unions, and of their dicts, as they were generated."""
    found: dict[str, str] = {}
    for name in _OPENED:
        found |= source_aliases(FOLDER / f"{snake(name)}.py")
    return found
