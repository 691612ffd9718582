"""Unions whose members are told apart by whatever their schemas say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from codegen.plan.literal import as_text
from tests.codegen.specs import (
    FLAG,
    NUMBER,
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    ref,
)

if TYPE_CHECKING:
    from tests.codegen.conftest import Make


def one_of(*names: str, **more: Any) -> Document:
    return {"oneOf": [ref(name) for name in names], **more}


def enum(*values: Any) -> Document:
    return {"enum": [*values]}


def joined(*parts: Any) -> Document:
    return {"allOf": [*parts]}


def _schemas() -> Document:
    by = {"propertyName": "petType"}
    mapped = {**by, "mapping": {"dog": ref("Dog")["$ref"]}}
    return {
        # Integers, true and false, several values, and constants through allOf.
        "Numbered": one_of("One", "Two"),
        "One": obj("type", type={**NUMBER, "enum": [1]}, text=TEXT),
        "Two": obj("type", type=joined({**NUMBER, "enum": [2, 3]}, ref("Numbers"))),
        "Numbers": {**NUMBER, "enum": [1, 2, 3]},
        "Outcome": one_of("Good", "Bad"),
        "Good": obj("ok", ok=const(True)),
        "Bad": obj("ok", ok=const(False), why=TEXT),
        "Several": one_of("First", "Second", "Third"),
        "First": obj("kind", kind=enum("a1", "a2")),
        "Second": obj(kind=enum("b")),
        "Third": obj(kind=enum("c1", "c2", None)),
        # Required, optional, what stands in them, and nothing else.
        "Structured": one_of("Needs", "Knows", "Numeric", "Textual"),
        "Needs": obj("a", a=TEXT),
        "Knows": obj(b=TEXT, c=TEXT),
        "Numeric": obj("at", at=NUMBER),
        "Textual": obj("at", at=TEXT),
        "Strict": one_of("Narrow", "Wide"),
        "Narrow": {**obj("x", x=TEXT), "additionalProperties": False},
        "Wide": {**obj("x", x=TEXT, y=TEXT), "additionalProperties": False},
        "Inner": one_of("WithCat", "WithFlag"),
        "WithCat": obj("in", **{"in": ref("One")}),
        "WithFlag": obj("in", **{"in": ref("Good")}),
        "Held": obj(it={"anyOf": [ref("Outcome"), array(ref("Numbered")), TEXT]}),
        # Bases and their children.
        "Pet": {**obj("petType", petType=TEXT), "discriminator": mapped},
        "Cat": joined(ref("Pet"), obj(name=TEXT)),
        "Dog": joined(ref("Pet"), obj(bark=TEXT)),
        "Puppy": joined(ref("Dog"), obj(age=NUMBER)),
        "Owner": obj(
            pet=ref("Pet"),
            best=joined(ref("Pet"), {"description": "The best."}),
            pets=array(ref("Pet")),
            dog=ref("Dog"),
        ),
        "Shape": {
            **obj("kind", kind=enum("round_one", "square")),
            "discriminator": {"propertyName": "kind"},
            "oneOf": [ref("RoundOne"), ref("Square")],
        },
        "RoundOne": joined(ref("Shape"), obj(radius=NUMBER)),
        "Square": joined(ref("Shape"), obj(kind=const("square"), side=NUMBER)),
        "Drawing": obj(shapes=array(ref("Shape"))),
        # Properties beside a union.
        "Beside": {**one_of("One", "Two"), **obj(extra=TEXT)},
        "Optional": one_of(
            "Left",
            "Right",
            discriminator={"propertyName": "side", "mapping": {"l": "Left"}},
        ),
        "Left": obj("x", side=TEXT, x=TEXT),
        "Right": obj("y", side=TEXT, y=TEXT),
    }


@pytest.fixture(scope="module")
def models(make: Make) -> Any:
    return make(document(**_schemas())).models


READ: list[tuple[str, Any, str]] = [
    ("numbered", {"type": 1}, "One"),
    ("numbered", {"type": 3}, "Two"),
    ("numbered", {"type": 4}, "UnknownObject"),
    ("numbered", {"type": [1]}, "UnknownObject"),
    ("numbered", {}, "UnknownObject"),
    ("outcome", {"ok": True}, "Good"),
    ("outcome", {"ok": False}, "Bad"),
    ("several", {"kind": "a2"}, "First"),
    ("several", {"kind": "b"}, "Second"),
    ("several", {"kind": None}, "Third"),
    ("several", {"kind": "d"}, "UnknownObject"),
    ("structured", {"a": "x"}, "Needs"),
    ("structured", {"c": "x"}, "Knows"),
    ("structured", {"at": 1}, "Numeric"),
    ("structured", {"at": "1"}, "Textual"),
    ("strict", {"x": "1"}, "Narrow"),
    ("strict", {"x": "1", "y": "2"}, "Wide"),
    ("inner", {"in": {"type": 1}}, "WithCat"),
    ("inner", {"in": {"ok": True}}, "WithFlag"),
    ("beside", {"type": 2, "extra": "x"}, "BesideTwo"),
    ("optional", {"side": "l", "x": "1"}, "Left"),
    ("optional", {"side": "Right", "y": "1"}, "Right"),
    ("optional", {"y": "1"}, "Right"),
    ("optional", {"side": "z", "y": "1"}, "UnknownObject"),
    ("any_pet", {"petType": "Cat", "name": "x"}, "Cat"),
    ("any_pet", {"petType": "dog"}, "Dog"),
    ("any_pet", {"petType": "Puppy"}, "Puppy"),
    ("any_pet", {"petType": "bird"}, "Pet"),
    ("any_pet", {}, "Pet"),
    ("any_dog", {"petType": "Puppy"}, "Puppy"),
    ("any_dog", {"petType": "dog"}, "Dog"),
    ("any_shape", {"kind": "round_one"}, "RoundOne"),
    ("any_shape", {"kind": "square"}, "Square"),
    ("any_shape", {"kind": "flat"}, "Shape"),
]


def test_each_is_read_as_what_its_schema_says(models: Any) -> None:
    found = [
        (union, value, type(getattr(models, f"read_{union}")(value)).__name__)
        for union, value, _ in READ
    ]
    wanted = [
        (union, value, name.replace("BesideTwo", _beside(models)))
        for union, value, name in READ
    ]
    assert found == wanted


def _beside(models: Any) -> Any:
    """Return what the class of `Beside` is called that is a `Two` as well."""
    names = [name for name in models.__dir__() if name.startswith("Beside")]
    found = [
        name
        for name in names
        if "extra" in getattr(getattr(models, name), "__slots__", ())
        and "text" not in getattr(models, name).__slots__
    ]
    assert len(found) == 1
    return found[0]


def test_lists_and_texts_stand_beside_objects(models: Any) -> None:
    def read(value: Any) -> Any:
        return models.Held.from_dict({"it": value}).it

    assert type(read({"ok": True})).__name__ == "Good"
    assert [type(x).__name__ for x in read([{"type": 1}, {"type": 3}])] == [
        "One",
        "Two",
    ]
    assert read("x") == "x"


def test_what_is_read_is_written_back(models: Any) -> None:
    for union, value, _ in READ:
        read = getattr(models, f"read_{union}")(value)
        assert (read.to_dict() if hasattr(read, "to_dict") else value) == value


def test_a_base_is_any_of_its_children_where_it_is_used(models: Any) -> None:
    dog = {"petType": "dog", "bark": "x"}
    given = {"pet": dog, "best": dog, "pets": [dog, {"petType": "?"}], "dog": dog}
    owner = models.Owner.from_dict(given)
    each = [owner.pet, owner.best, *owner.pets, owner.dog]
    assert [type(one).__name__ for one in each] == ["Dog", "Dog", "Dog", "Pet", "Dog"]
    assert owner.pet.bark == "x"
    assert owner.to_dict() == given
    shape = {"kind": "round_one", "radius": 1}
    assert type(models.Drawing.from_dict({"shapes": [shape]}).shapes[0]).__name__ == (
        "RoundOne"
    )


def test_a_base_is_checked_as_the_child_that_it_is(make: Make) -> None:
    package = make(document(**_schemas()))
    pets = [
        {"petType": "dog", "bark": 5},
        {"petType": "?"},
        {"petType": "?", "bark": 5},
    ]
    found = [[each.path for each in package.check(p, "AnyPet")] for p in pets]
    assert found == [["$.bark"], [], []]


def test_properties_of_what_is_no_object_say_nothing(make: Make) -> None:
    text = {**TEXT, "properties": {"a": FLAG}, "required": ["a"]}
    package = make(document(Text=text, Holder=obj(t=ref("Text"))))
    assert package.models.Holder.from_dict({"t": "x"}).t == "x"


def test_a_long_alias_of_one_kind_is_no_union() -> None:
    name = "OneWhoseNameIsSoLongThatItNeedsALineOfItsOwn"
    assert as_text(f"{name}Dict", name) == f'"{name}Dict"'
    assert as_text(f"{name} | Two", name) == f'Union["{name}", "Two"]'
