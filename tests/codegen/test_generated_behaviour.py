"""Inline documents in, packages out: models do what the documents say."""

from __future__ import annotations

import ast
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

import pytest

from tests.cases import some
from tests.codegen.packages import code, every_module, imported
from tests.codegen.specs import (
    NULL,
    NUMBER,
    TEXT,
    array,
    const,
    document,
    obj,
    operation,
    ref,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.codegen.conftest import Make

# --- Names -------------------------------------------------------------------------

TAKEN = {
    "class": "class_",
    "from": "from_",
    "to_dict": "to_dict_",
    "is_set": "is_set_",
    "from_dict": "from_dict_",
    "list": "list_",
    "self": "self_",
    "additional_properties": "additional_properties_",
    "$ref": "ref",
    "type": "type",
    "camelCase": "camel_case",
    "with-dash": "with_dash",
    "9lives": "n9lives",
}


def test_properties_with_awkward_names_are_attributes(make: Make) -> None:
    package = make(document(Thing=obj(*TAKEN, **dict.fromkeys(TAKEN, TEXT))))
    value = {name: f"of {name}" for name in TAKEN}
    thing = package.models.Thing.from_dict({**value, "unknown": 1})
    assert {wire: getattr(thing, name) for wire, name in TAKEN.items()} == value
    assert thing.additional_properties == {"unknown": 1}
    assert thing.to_dict() == {**value, "unknown": 1}
    made = package.models.Thing(**{TAKEN[name]: value[name] for name in TAKEN})
    assert made.to_dict() == value
    assert set(package.models.ThingDict.__annotations__) == set(TAKEN)
    assert thing["$ref"] == "of $ref"
    assert thing.model_dump()["class_"] == thing.model_dump(by_alias=True)["class"]
    assert thing.model_dump(by_alias=True) == thing.to_dict() == dict(thing)
    del thing.class_
    assert not thing.is_set("class_")
    assert thing.is_set("from_")
    assert not thing.is_set("class")
    assert "class" not in thing
    assert thing.class_ is None


def test_schemas_with_awkward_names_are_classes(make: Make) -> None:
    names = ["object", "Model", "Any", "Request", "None", "my-schema", "a.b", "list_x"]
    package = make(document(**{name: obj(id=TEXT) for name in names}))
    classes = {name for name in package.models.__all__ if not name.endswith("Dict")}
    assert len(classes) == len(names) + 1
    for name in classes:
        assert name.isidentifier()
        assert getattr(package.models, name)().to_dict() == {}


@pytest.mark.parametrize("name", ["annotations", "lazy names", "typing"])
def test_tags_and_operations_hide_nothing_that_packages_need(
    make: Make, name: str
) -> None:
    module = name.replace(" ", "_")
    package = make(document({"/a": {"get": operation(name, tag=name)}}))
    tag = getattr(package.api, module)
    assert (package.api.__all__, tag.__all__) == ([module], [module])
    assert getattr(tag, module).build_request().path == "/a"


# --- Models ------------------------------------------------------------------------


def test_models_hold_models_in_every_arrangement(make: Make) -> None:
    holder = obj(
        one=ref("Part"),
        maybe={"anyOf": [ref("Part"), NULL]},
        many=array(ref("Part")),
        grid=array(array(ref("Part"))),
        named={"type": "object", "additionalProperties": ref("Part")},
        lists={"type": "object", "additionalProperties": array(ref("Part"))},
        maps=array({"type": "object", "additionalProperties": ref("Part")}),
        either={"anyOf": [ref("Part"), array(ref("Part")), TEXT]},
        alias=ref("Parts"),
    )
    package = make(
        document(Holder=holder, Part=obj(n=NUMBER), Parts=array(ref("Part")))
    )
    part = package.models.Part
    value = {
        "one": {"n": 1},
        "maybe": None,
        "many": [{"n": 1}, {"n": 2}],
        "grid": [[{"n": 1}], []],
        "named": {"a": {"n": 1}},
        "lists": {"a": [{"n": 1}]},
        "maps": [{"a": {"n": 1}}],
        "either": [{"n": 1}],
        "alias": [{"n": 1}],
    }
    found = package.models.Holder.from_dict(value)
    one = part(n=1)
    assert found.one == found.many[0] == found.grid[0][0] == found.named["a"] == one
    assert found.lists["a"] == found.either == found.alias == [one]
    assert found.maps == [{"a": one}]
    assert found.maybe is None
    assert found.to_dict() == value
    for other in ({"n": 2}, "text", [{"n": 3}, "x"]):
        again = package.models.Holder.from_dict({"either": other, "maybe": other})
        assert again.to_dict() == {"either": other, "maybe": other}
    assert package.models.Holder.from_dict({"either": {"n": 2}}).either == part(n=2)


def test_recursive_models_read_to_any_depth(make: Make) -> None:
    tree = obj(
        left=ref("Tree"),
        children=array(ref("Tree")),
        named={"type": "object", "additionalProperties": ref("Tree")},
        other={"anyOf": [ref("Tree"), NULL]},
        value={"oneOf": [ref("Leaf"), ref("Branch")]},
    )
    leaf = obj("kind", kind=const("leaf"))
    branch = obj("kind", kind=const("branch"), tree=ref("Tree"))
    package = make(document(Tree=tree, Leaf=leaf, Branch=branch))
    value: Any = {}
    for _ in range(60):
        value = {
            "left": value,
            "children": [{}],
            "named": {"a": {}},
            "other": None,
            "value": {"kind": "branch", "tree": {}},
        }
    found = package.models.Tree.from_dict(value)
    assert type(found.left.left.value.tree) is package.models.Tree
    assert found.to_dict() == value


def test_times_are_derived_and_the_values_stay(make: Make) -> None:
    moment = {**TEXT, "format": "date-time"}
    seconds = {**NUMBER, "format": "unixtime"}
    schema = obj(
        made=moment,
        ended={"anyOf": [moment, NULL]},
        at=seconds,
        maybe={"type": ["integer", "null"], "format": "unixtime"},
        day={**TEXT, "format": "date"},
        many=array(moment),
    )
    package = make(document(Thing=schema))
    text = "2024-02-29T12:30:00.5+02:00"
    thing = package.models.Thing.from_dict(
        {"made": text, "ended": None, "at": 0, "maybe": 1.5, "day": "2024-02-29"}
    )
    assert thing.made == text
    assert thing.made_datetime == datetime(2024, 2, 29, 10, 30, 0, 500_000, tzinfo=UTC)
    assert thing.ended_datetime is None
    assert thing.at_datetime == datetime(1970, 1, 1, tzinfo=UTC)
    assert thing.maybe_datetime == datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)
    assert not hasattr(thing, "day_datetime")
    assert not hasattr(thing, "many_datetime")
    wrong_times: list[Any] = ["never", 5, None, [], "9999-99-99T00:00:00Z"]
    for wrong in wrong_times:
        assert package.models.Thing.from_dict({"made": wrong}).made_datetime is None
    with pytest.raises(AttributeError):
        thing.made_datetime = None


def test_constants_are_defaults_where_they_are_required(make: Make) -> None:
    schema = obj(
        "kind",
        "version",
        "nothing",
        kind=const("thing"),
        version={"const": 2},
        nothing={"const": None},
        other=const("x"),
    )
    package = make(document(Thing=schema))
    thing = package.models.Thing()
    assert (thing.kind, thing.version, thing.nothing) == ("thing", 2, None)
    assert thing.to_dict() == {"kind": "thing", "version": 2, "nothing": None}
    assert package.models.Thing.from_dict({}).to_dict() == {}


def test_defaults_of_the_document_are_the_server_s_business(make: Make) -> None:
    package = make(document(Thing=obj("a", a=TEXT, b={**TEXT, "default": "x"})))
    assert package.models.Thing(a="1").to_dict() == {"a": "1"}


# --- Enums and unions --------------------------------------------------------------


def test_enums_are_literals_and_open(make: Make) -> None:
    package = make(
        document(
            Words={**TEXT, "enum": ["a", "b\\'", 'c"']},
            Numbers={**NUMBER, "enum": [1, -2]},
            Mixed={"enum": ["a", 1, True, None, 1.5]},
            Free={"anyOf": [TEXT, {**TEXT, "enum": ["gpt", "other"]}]},
            Flags={"type": "boolean", "enum": [True]},
            Floats={"type": "number", "enum": [1.5, 2]},
            Long={**NUMBER, "enum": [1, 2**63]},
            Half={"type": "number", "const": 1.5},
            Holder=obj(words=ref("Words"), free=ref("Free"), numbers=ref("Numbers")),
        )
    )
    models = package.models

    def literals(alias: Any) -> tuple[Any, ...]:
        return get_args(get_args(alias)[0])

    assert literals(models.Words) == ("a", "b\\'", 'c"')
    assert str in get_args(models.Words)
    assert literals(models.Numbers) == (1, -2)
    assert int in get_args(models.Numbers)
    # Type checkers know no literals of floats, nor of more than 64 bits.
    assert literals(models.Long) == (1,)
    assert models.Half is float
    assert package.check("new", "Free") == []
    every_module(package)
    value = {"words": "z", "free": "new", "numbers": "wrong"}
    assert models.Holder.from_dict(value).to_dict() == value
    found = package.check(value, "Holder")
    assert [each.path for each in found] == ["$.words", "$.numbers"]


def test_a_union_is_resolved_by_its_discriminator(make: Make) -> None:
    package = make(
        document(
            Pet={
                "oneOf": [ref("Cat"), ref("Dog"), ref("Farm")],
                "discriminator": {
                    "propertyName": "kind",
                    "mapping": {"puppy": ref("Dog")["$ref"]},
                },
            },
            Cat=obj("kind", kind=const("cat"), lives=NUMBER),
            Dog=obj("kind", kind={"enum": ["dog", "hound"]}, lives=NUMBER),
            Farm={"oneOf": [ref("Cow"), ref("Pig")]},
            Cow=obj("kind", kind=const("cow")),
            Pig=obj("kind", kind=const("pig")),
            Holder=obj(pet=ref("Pet"), pets=array(ref("Pet"))),
        )
    )
    models = package.models
    for kind, name in [
        *(("cat", "Cat"), ("dog", "Dog"), ("hound", "Dog"), ("cow", "Cow")),
        *(("pig", "Pig"), ("puppy", "Dog")),
    ]:
        value = {"pet": {"kind": kind, "lives": 9}, "pets": [{"kind": kind}]}
        found = models.Holder.from_dict(value)
        assert type(found.pet).__name__ == type(found.pets[0]).__name__ == name
        assert found.to_dict() == value
    strangers: list[Any] = [{"kind": "emu"}, {}, {"kind": None}, {"kind": ["cat"]}]
    for unknown in strangers:
        found = models.read_pet(unknown)
        assert type(found).__name__ == "UnknownObject"
        assert found.to_dict() == unknown
    for other in ("text", 5, None, [{"kind": "cat"}]):
        assert models.read_pet(other) == other


def test_a_union_without_a_discriminator_takes_what_fits_best(make: Make) -> None:
    package = make(
        document(
            Some={"anyOf": [ref("Small"), ref("Large"), ref("Const"), TEXT]},
            Small=obj("a", a=TEXT),
            Large=obj("a", "b", a=TEXT, b=TEXT),
            Const=obj("a", "k", a=TEXT, k=const("x")),
            Loose={"anyOf": [ref("Free"), ref("Freer")]},
            Free=obj(p=TEXT),
            Freer=obj(q=TEXT),
        )
    )
    read = package.models.read_some
    for value, name in [
        ({"a": "1"}, "Small"),
        ({"a": "1", "b": "2"}, "Large"),
        ({"a": "1", "k": "x"}, "Const"),
        ({"a": "1", "k": "y"}, "Small"),
        ({"z": 1}, "UnknownObject"),
    ]:
        found = read(value)
        assert type(found).__name__ == name
        assert found.to_dict() == value
    assert read("text") == "text"
    for value in ({"p": "1"}, {"q": "1"}, {}, {"other": 1}):
        assert package.models.read_loose(value).to_dict() == value


def test_unions_of_objects_maps_lists_and_plain_values(make: Make) -> None:
    package = make(
        document(
            Mix={
                "anyOf": [
                    *(ref("A"), ref("B"), TEXT, array(ref("A")), NULL),
                    {"type": "object", "additionalProperties": NUMBER},
                ]
            },
            A=obj("kind", kind=const("a")),
            B=obj("kind", kind=const("b")),
            Holder=obj(mix=ref("Mix")),
        )
    )
    models = package.models
    read = models.Holder.from_dict
    assert type(read({"mix": {"kind": "a"}}).mix) is models.A
    assert type(read({"mix": [{"kind": "a"}]}).mix[0]) is models.A
    assert read({"mix": {"n": 1}}).mix == {"n": 1}
    for value in ({"kind": "z"}, {"n": 1}, "x", None, [1, {"kind": "b"}], 5):
        assert read({"mix": value}).to_dict() == {"mix": value}


def test_patterns_that_python_doesn_t_know_are_passed_over(make: Make) -> None:
    patterns = ["(", "^\\p{L}+$", "[", "(?<n>x)", "a{,", "\\u{41}"]
    things = {
        f"Thing{number}": obj(a={**TEXT, "pattern": pattern})
        for number, pattern in enumerate(patterns)
    }
    package = make(document(**things))
    assert [type(package.check({"a": "x"}, name)) for name in things] == [list] * 6


# --- The package as a whole --------------------------------------------------------


def test_two_packages_of_one_process_don_t_know_each_other(make: Make) -> None:
    one = make(document(Thing=obj(a=TEXT), Only=obj(x=ref("Thing"))))
    two = make(document(Thing=obj(b=NUMBER)))
    first = one.models.Only.from_dict({"x": {"a": "1"}})
    second = two.models.Thing.from_dict({"a": "1"})
    assert first.x.a == "1"
    assert second.additional_properties == {"a": "1"}
    assert type(first.x) is not type(second)
    assert not hasattr(two.models, "Only")
    assert one.check({"b": "x"}, "Thing") == []
    assert [each.path for each in two.check({"b": "x"}, "Thing")] == ["$.b"]
    assert one.UNSET is not two.UNSET


def test_a_package_can_be_copied_under_another_name(make: Make, tmp_path: Path) -> None:
    package = make(
        document(
            Thing=obj(a={"oneOf": [ref("B"), ref("C")]}), B=obj(b=TEXT), C=obj(c=TEXT)
        )
    )
    source = package.__path__[0]
    target = tmp_path / "vendored_copy"
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    for name, tree in some(code(target).items()):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(package.__name__), name
        text = (target / name).read_text(encoding="utf-8")
        assert package.__name__ not in text, name
    with imported(target) as copy:
        every_module(copy)
        thing = copy.models.Thing.from_dict({"a": {"b": "x"}})
        assert type(thing.a) is copy.models.B
        assert type(thing).__module__ == "vendored_copy.models.thing"
        assert copy.check({"a": 5}, "Thing")


def test_descriptions_and_deprecation_are_in_the_docstrings(make: Make) -> None:
    thing = {**obj(a={**TEXT, "description": "What a is."}), "description": "A thing."}
    item = operation("getIt", schema=ref("Thing"))
    item |= {"summary": "Get it", "description": "Gets it.", "deprecated": True}
    package = make(document({"/a": {"get": item}}, Thing=thing))
    assert package.models.Thing.__doc__ == "A thing."
    module_ = package.api.things.get_it
    assert module_.__doc__.startswith("Get it")
    assert "Gets it." in module_.__doc__
    assert module_.sync.__doc__.startswith("Get it.")
