"""Types of arguments: what a model is told of them, and what becomes of its JSON."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Required,
    TypedDict,
    TypeVar,
)
from uuid import UUID

import attrs
import msgspec
import pytest
import typing_extensions
from jsonschema import Draft202012Validator

from assistants_client import ConfigurationError, Tool, ToolError, tool
from tests.cases import each_case
from tests.client.functions import parameters

if TYPE_CHECKING:
    from collections.abc import Callable


class Kind(enum.Enum):
    CAT = "cat"
    DOG = "dog"


@dataclass
class Cat:
    """A cat.

    :param name: what it listens to
    """

    kind: Literal[Kind.CAT]
    name: str = "Tom"
    lives: int = 9
    age: int = field(default=1, init=False)


@dataclass(kw_only=True)
class Dog:
    kind: Literal[Kind.DOG]
    tags: list[str] = field(default_factory=list)
    born: datetime | None = None
    weight: InitVar[float] = 1.0


@attrs.define
class Home:
    """A home.

    Attributes:
        rooms: how many.
    """

    _street: str
    pets: list[Cat | Dog] = attrs.Factory(list)
    rooms: int = attrs.field(default=1, validator=attrs.validators.ge(1))


class Trip(TypedDict, total=False):
    to: Required[Annotated[str, "the place"]]
    with_: Cat
    nights: int


class Visit(TypedDict):
    home: Home
    until: NotRequired[date]


class Point(NamedTuple):
    """A point."""

    x: int
    y: int = 0


T = TypeVar("T")
Name = NewType("Name", str)
Alias = typing_extensions.TypeAliasType("Alias", Cat)


@dataclass
class Box(Generic[T]):
    held: T


class Packet(msgspec.Struct):
    size: int


TOM = {"kind": "cat"}


def argument(type_: Any) -> Callable[[Any], Any]:
    def take(given: Any) -> Any:
        return given

    take.__annotations__["given"] = type_
    return take


@each_case(
    ("type_", "data", "value"),
    [
        (Cat, TOM, Cat(Kind.CAT)),
        (Cat | None, None, None),
        (Cat | Dog, {"kind": "dog", "weight": 2}, Dog(kind=Kind.DOG)),
        (Cat | str, "none", "none"),
        (list[Cat | Dog], [TOM, {"kind": "dog"}], [Cat(Kind.CAT), Dog(kind=Kind.DOG)]),
        (dict[str, list[Cat]], {"a": [TOM]}, {"a": [Cat(Kind.CAT)]}),
        (dict[Kind, Cat], {"dog": TOM}, {Kind.DOG: Cat(Kind.CAT)}),
        (dict[int, str], {"1": "a"}, {1: "a"}),
        (tuple[Cat, int], [TOM, 1], (Cat(Kind.CAT), 1)),
        (tuple[Cat, ...], [TOM], (Cat(Kind.CAT),)),
        (Home, {"street": "A", "pets": [TOM]}, Home("A", [Cat(Kind.CAT)])),
        (Trip, {"to": "Rome", "with_": TOM}, {"to": "Rome", "with_": Cat(Kind.CAT)}),
        (Visit, {"home": {"street": "A"}}, {"home": Home("A")}),
        (Point, {"x": 1}, Point(1)),
        (Box[int], {"held": 1}, Box(1)),
        (Packet | None, {"size": 1}, Packet(1)),
        (date | str, "2026-01-02", date(2026, 1, 2)),
        (date | str, "tomorrow", "tomorrow"),
        (Kind | str, "dog", Kind.DOG),
        (Literal[Kind.DOG, "cow", 1], "dog", Kind.DOG),
        (Literal[Kind.DOG, "cow", 1], 1, 1),
        (list[int] | set[str], ["a"], {"a"}),
        (dict[str, int] | Cat, TOM, Cat(Kind.CAT)),
        (set[Kind], ["dog"], {Kind.DOG}),
        (frozenset[Literal[Kind.DOG]], ["dog"], frozenset({Kind.DOG})),
        (deque[int], [1], deque([1])),
        (Iterable[int], [1], [1]),
        (datetime, "2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5)),  # noqa: DTZ001
        (datetime | None, None, None),
        (timedelta, "P1D", timedelta(days=1)),
        (UUID | None, str(UUID(int=1)), UUID(int=1)),
        (Decimal, "1.50", Decimal("1.50")),
        (int, 3.0, 3),
        (int | None, -2.0, -2),
        (Path, "a/b", Path("a/b")),
        (Name, "a", "a"),
        (Alias, TOM, Cat(Kind.CAT)),
        (typing_extensions.LiteralString, "a", "a"),
        (object, {"a": [1]}, {"a": [1]}),
        (Any, None, None),
    ],
)
def test_arguments_become_what_is_annotated(type_: Any, data: Any, value: Any) -> None:
    made = Tool(argument(type_))
    Draft202012Validator.check_schema(parameters(made))
    assert Draft202012Validator(parameters(made)).is_valid({"given": data})
    found = made.bind({"given": data})()
    assert found == value
    assert type(found) is type(value)


def test_strict_schemas_require_all_further_down_too() -> None:
    made = tool(strict=True)(argument(list[Home | Trip]))
    tom: Any = {**TOM, "name": None, "lives": None}
    home: Any = {"street": "A", "pets": [tom], "rooms": None}
    trip: Any = {"to": "Rome", "with_": None, "nights": 3}
    assert Draft202012Validator(parameters(made)).is_valid({"given": [home, trip]})
    found = made.bind({"given": [home, trip]})()
    assert found == [Home("A", [Cat(Kind.CAT)]), {"to": "Rome", "nights": 3}]
    del trip["with_"]
    assert not Draft202012Validator(parameters(made)).is_valid({"given": [trip]})
    with pytest.raises(ToolError, match="missing required field `with_`"):
        made.bind({"given": [trip]})


@each_case(
    ("type_", "data", "said"),
    [
        (Cat, {"kind": "cow"}, r"Invalid enum value 'cow' - at `\$.given.kind`"),
        (Cat, "Tom", r"Expected `object`, got `str` - at `\$.given`"),
        (Cat, {**TOM, "age": 2}, r"unknown field `age` - at `\$.given`"),
        (list[Cat], [TOM, {}], r"missing required field `kind` - at `\$.given\[1\]`"),
        (dict[str, Cat], {"a": 1}, r"got `int` - at `\$.given\[...\]`"),
        (dict[Kind, Cat], {"cow": TOM}, r"Invalid enum value 'cow' - at `\$.given`"),
        (tuple[Cat, int], [TOM], r"of length 2, got 1 - at `\$.given`"),
        (Home, {"street": "A", "rooms": 0}, r"Home: 'rooms' must be >= 1: 0 - at `\$."),
        (
            Cat | Dog,
            {"kind": "dog", "tags": [1]},
            r"got `int` - at `\$.given.tags\[0\]",
        ),
        (Trip, {}, r"missing required field `to` - at `\$.given`"),
        (Visit, {}, r"missing required field `home`"),
        # By one version of msgspec or another.
        (
            set[tuple[Any, ...]],
            [[[]]],
            r"(unhashable type: 'list'\)?|hashable value, got `tuple`) - at `\$.given",
        ),
        (Path, 1, r"Expected `str`, got `int` - at `\$.given`"),
        (int, 1e300, r"Expected `int`, got `float` - at `\$.given`"),
        (int, 1.5, r"Expected `int`, got `float` - at `\$.given`"),
        (str, 1.0, r"Expected `str`, got `float` - at `\$.given`"),
        (Literal[Kind.DOG, 1], True, r"Invalid enum value True - at `\$.given`"),
    ],
)
def test_what_does_not_fit_is_named(type_: Any, data: Any, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        Tool(argument(type_)).bind({"given": data})


VOID = [
    (int | None, "", None),
    (int | None, None, None),
    (str | None, "", ""),
    (Cat, {**TOM, "name": None, "lives": ""}, Cat(Kind.CAT)),
    (list[Cat], [{**TOM, "lives": None}], [Cat(Kind.CAT)]),
    (Trip, {"to": "", "nights": ""}, {"to": ""}),
]


@each_case(("type_", "data", "value"), VOID)
def test_null_and_no_text_stand_for_nothing(type_: Any, data: Any, value: Any) -> None:
    assert Tool(argument(type_)).bind({"given": data})() == value


def test_no_text_stands_for_no_argument_but_not_for_one_that_must_be() -> None:
    def wait(
        seconds: int, times: int = 3, unit: Kind = Kind.CAT, note: str = "x"
    ) -> Any:
        return seconds, times, unit, note

    made = Tool(wait)
    given = {"seconds": 1, "times": "", "unit": "", "note": ""}
    assert made.bind(given)() == (1, 3, Kind.CAT, "")
    with pytest.raises(ToolError, match=r"Expected `int`, got `str` - at `\$.seconds`"):
        made.bind({"seconds": ""})
    # A text that holds a number is none: the model is told, and corrects itself.
    with pytest.raises(ToolError, match=r"Expected `int`, got `str` - at `\$.times`"):
        made.bind({"seconds": 1, "times": "3"})


def test_words_come_from_annotations_and_from_docstrings() -> None:
    def take(
        a: Annotated[str, "the a"],
        b: Annotated[int, typing_extensions.Doc("the b")],
        c: Annotated[int, msgspec.Meta(ge=1, description="the c")],
        cat: Cat,
        mine: Annotated[Cat, "mine"],
        home: Home,
        trip: Trip,
        names: list[Annotated[str, "of somebody"]],
        maybe: Annotated[str | None, "perhaps"] = None,
    ) -> None:
        """Take.

        Args:
            a: not this.
            cat: some cat.
        """

    found = parameters(Tool(take))["properties"]
    words = {name: each.get("description") for name, each in found.items()}
    assert words == {
        "a": "the a",
        "b": "the b",
        "c": "the c",
        "cat": "some cat.",
        "mine": "mine",
        "home": "A home.",
        "trip": None,
        "names": None,
        "maybe": "perhaps",
    }
    assert found["c"]["minimum"] == 1
    assert found["cat"]["properties"]["name"]["description"] == "what it listens to"
    assert found["home"]["properties"]["rooms"]["description"] == "how many."
    assert found["trip"]["properties"]["to"]["description"] == "the place"
    assert found["names"]["items"]["description"] == "of somebody"
    assert "default" not in found["home"]["properties"]["pets"]
    assert found["cat"]["properties"]["lives"]["default"] == 9


def test_times_have_a_format() -> None:
    for type_, form in ((datetime, "date-time"), (date, "date"), (UUID, "uuid")):
        found = parameters(Tool(argument(type_)))["properties"]["given"]
        assert found == {"type": "string", "format": form}


def test_a_default_that_says_nothing_is_not_sent() -> None:
    def take(
        a: int = None,  # type: ignore[assignment] # noqa: RUF013 - as people write it
        b: float = float("nan"),
        c: str = "\ud800",
        d: Any = object,
        e: date = date(2026, 1, 2),
        f: int | None = None,
    ) -> None: ...

    found = parameters(Tool(take))["properties"]
    defaults = {n: each["default"] for n, each in found.items() if "default" in each}
    assert defaults == {"e": "2026-01-02", "f": None}


@dataclass
class Left:
    right: Right | None = None


@dataclass
class Right:
    left: Left | None = None


@pytest.mark.parametrize("strict", [False, True])
def test_types_that_hold_each_other_refer_to_each_other(strict: bool) -> None:
    made = tool(strict=strict)(argument(tuple[Left, Right]))
    schema = parameters(made)
    Draft202012Validator.check_schema(schema)
    assert schema["$defs"].keys() <= {"Left", "Right"}
    nothing: Any = {"left": None}
    data = [{"right": {"left": {"right": nothing}}}, nothing]
    assert Draft202012Validator(schema).is_valid({"given": data})
    found = made.bind({"given": data})()
    assert found == (Left(Right(Left(Right()))), Right())


def test_what_a_function_names_may_be_local() -> None:
    @dataclass
    class Local:
        inner: Local | None = None

    def take(given: Local) -> Any:
        return given

    made = Tool(take)
    assert made.bind({"given": {"inner": {}}})() == Local(Local())

    def used() -> Any:
        @dataclass
        class Found:
            number: int

        def take(given: Found) -> Any:
            return isinstance(given, Found)

        return take

    assert Tool(used()).bind({"given": {"number": 1}})() is True

    def gone() -> Any:
        @dataclass
        class Lost:
            number: int

        def take(given: Lost) -> Any:
            return given

        return take

    with pytest.raises(
        ConfigurationError, match="'Lost' is not defined; define what it"
    ):
        Tool(gone())
