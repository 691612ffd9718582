"""Unions whose members are of one kind: arrays, dicts and classes are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases import some
from tests.codegen.packages import module
from tests.codegen.specs import (
    NUMBER,
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    ref,
    refusal,
)

if TYPE_CHECKING:
    from tests.codegen.conftest import Make


def dict_of(schema: Any) -> Document:
    return {"type": "object", "additionalProperties": schema}


def either(*members: Any, **more: Any) -> Document:
    return {"anyOf": list(members), **more}


def _schemas() -> Document:
    a, b = ref("A"), ref("B")
    return {
        "A": obj("a", a=TEXT, kind=const("a")),
        "B": obj("a", "b", a=TEXT, b=NUMBER),
        "Same": obj("a", a=TEXT, kind=const("same")),
        "Lists": either(array(a), array(b), array(dict_of(TEXT)), {"type": "null"}),
        "Nested": either(array(array(a)), array(either(b, TEXT)), TEXT),
        "Maps": either(dict_of(array(a)), dict_of(array(b)), NUMBER),
        "ClassOrMap": either(a, dict_of(TEXT)),
        "ClassOrRead": either(a, dict_of(b), array(a), array(b)),
        "Optional": either(a, ref("Same")),
        "OneOrMany": either(ref("Optional"), array(ref("Optional"))),
        "Many": array(ref("Optional")),
        "Deep": either(ref("Optional"), ref("Many"), TEXT),
        "Held": obj(
            inline=either(array(a), array(b)),
            again=array(either(array(a), array(b))),
            one=either(array(a), TEXT),
        ),
    }


@pytest.fixture(scope="module")
def package(make: Make) -> Any:
    return make(document(**_schemas()))


A, B = {"a": "x"}, {"a": "x", "b": 1}
OTHER = {"c": [1]}
# What is read, and the classes that its objects have become, in their order.
READ: list[tuple[str, Any, list[str]]] = [
    ("Lists", [A, A], ["A", "A"]),
    ("Lists", [B, B], ["B", "B"]),
    ("Lists", [{"c": "x"}, {}], []),
    ("Lists", [], []),
    # None of them fits all, so the one that fits most.
    ("Lists", [B, B, OTHER], ["B", "B", "B"]),
    ("Nested", [[A], []], ["A"]),
    ("Nested", [B, "x"], ["B"]),
    ("Nested", "x", []),
    ("Maps", {"k": [A]}, ["A"]),
    ("Maps", {"k": [B], "l": []}, ["B"]),
    ("Maps", 1, []),
    ("ClassOrMap", A, ["A"]),
    ("ClassOrMap", {"k": "x"}, []),
    ("ClassOrRead", A, ["A"]),
    ("ClassOrRead", {"k": B}, ["B"]),
    ("ClassOrRead", [B], ["B"]),
    ("ClassOrRead", [A], ["A"]),
    # A constant that may be left out still tells them apart where it is there.
    ("Optional", {"a": "x", "kind": "same"}, ["Same"]),
    ("Optional", {"a": "x", "kind": "a"}, ["A"]),
    ("Optional", {"a": "x"}, ["A"]),
    ("Optional", {"a": "x", "kind": "new"}, ["UnknownObject"]),
    ("OneOrMany", [{"a": "x", "kind": "same"}, A], ["Same", "A"]),
    ("Deep", [A], ["A"]),
    ("Deep", {"a": "x", "kind": "same"}, ["Same"]),
]
ODD: list[Any] = [None, True, 0, "", [], {}, [None], [[]], [[A, 1], {}], {"k": [None]}]


def classes(value: Any) -> list[str]:
    """Name the classes of what was read, outermost first, not those within them."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [name for each in inner for name in classes(each)]
    name = type(value).__name__
    return [] if name in ("str", "int", "float", "bool", "NoneType") else [name]


def test_values_are_read_as_the_alternative_that_they_fit(package: Any) -> None:
    to_json = module(package, "types").to_json
    failed = []
    for name, value, wanted in READ:
        found = _reader(package, name)(value)
        if classes(found) != wanted or to_json([found]) != [value]:
            failed.append((name, value, classes(found)))
    assert failed == []


def test_whatever_comes_comes_back(package: Any) -> None:
    to_json = module(package, "types").to_json
    for name in some({name for name, _, _ in READ}):
        read = _reader(package, name)
        values = [*ODD, *(value for _, value, _ in READ), [A, B, OTHER], {"k": [A, B]}]
        for value in values:
            assert to_json([read(value)]) == [value], (name, value)
    for value in [[A], [B], [A, B], "x", [[B], [A], 1]]:
        data = dict.fromkeys(("inline", "again", "one"), value)
        assert package.models.Held.from_dict(data).to_dict() == data


def test_inline_unions_of_arrays_get_a_name_and_are_typed(package: Any) -> None:
    fields = package.models.Held.__annotations__
    assert fields["inline"] == "HeldInline | None"
    assert fields["again"] == "list[HeldAgainItem] | None"
    assert fields["one"] == "list[A] | str | None"
    held = package.models.Held.from_dict({"inline": [B], "again": [[A], [B]]})
    assert classes(held.inline) == ["B"]
    assert classes(held.again) == ["A", "B"]
    annotation = _alias(package, "Lists")
    assert annotation == "list[A] | list[B] | list[dict[str, str]]"
    assert _alias(package, "ClassOrMap") == "A | dict[str, str]"
    assert _alias(package, "Optional") == "A | Same | UnknownObject"


def test_each_alternative_is_checked(package: Any) -> None:
    check = module(package, "checking").check
    assert check([A], "Lists") == check([B], "Lists") == []
    assert check([{"c": "x"}], "Lists") == []
    assert [each.path for each in check([{"a": 1}], "Lists")] == ["$[0].a"]
    assert check({"k": [A]}, "Maps") == []
    assert check({"k": "x"}, "ClassOrMap") == []


def test_aliases_that_double_each_time_are_refused_and_take_no_time() -> None:
    names = {
        f"N{i}": either(array(ref(f"N{i + 1}")), dict_of(ref(f"N{i + 1}")))
        for i in range(40)
    }
    said = refusal(document(**names, N40=obj(a=TEXT)))
    assert said.startswith("$.components.schemas.N")
    assert "nested in each other too many times" in said
    # Told apart by functions of their own, these are written once.
    names = {
        f"N{i}": either(array(ref(f"N{i + 1}")), array(array(ref(f"N{i + 1}"))))
        for i in range(40)
    }
    assert not refusal(document(**names, N40=obj(a=TEXT)))


def _reader(package: Any, name: str) -> Any:
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
    return getattr(package.models, f"read_{snake}", None) or _plain(package, name)


def _plain(package: Any, name: str) -> Any:
    """Read an alias where it is used: in the answer of the one operation."""
    parse = module(package, "api.things.get_all").parse_response

    class Answer:
        status_code, content = 200, b""
        headers: dict[str, str] = {}  # noqa: RUF012 - one answer

        def __init__(self, value: Any) -> None:
            self._value = value

        def json(self) -> Any:
            return {name: self._value}

    field = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
    return lambda value: getattr(parse(Answer(value)), field)


def _alias(package: Any, name: str) -> str:
    text: str = getattr(package.models, name)
    return text
