"""Tools with what pydantic knows: models as arguments, constraints, and results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

import annotated_types
import attrs
import pydantic
import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

from assistants_client import ConfigurationError, Tool, ToolError, tool
from assistants_client._outputs import written
from tests.cases import each_case
from tests.client.functions import parameters

T = TypeVar("T")


class Guest(BaseModel):
    """A guest."""

    first_name: str = Field(alias="first-name", description="what friends say")
    age: int = Field(18, ge=0)
    born: datetime | None = None
    friends: list[Guest] = []


class Circle(BaseModel):
    kind: Literal["circle"] = "circle"
    size: int


class Square(BaseModel):
    kind: Literal["square"] = "square"
    size: int
    turned: bool = False


class Strict(BaseModel):
    model_config = pydantic.ConfigDict(strict=True, extra="forbid")

    at: datetime


@pydantic.dataclasses.dataclass
class Ticket:
    number: int = Field(ge=1)


@dataclass
class Party:
    host: Guest
    shapes: dict[str, Circle | Square]


@attrs.define
class Hall:
    party: Party


class Box(BaseModel, Generic[T]):
    held: T


class Raw(BaseModel):
    held: bytes = b"\xff"
    at: date = date(2026, 1, 2)


ANN: Any = {"first-name": "Ann"}


def take(
    guest: Guest,
    shape: Circle | Square | None = None,
    hall: Hall | None = None,
    ticket: Ticket | None = None,
    strict: Strict | None = None,
    box: Box[int] | None = None,
    mixed: Circle | str | None = None,
) -> Any:
    return guest, shape, hall, ticket, strict, box, mixed


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {}),
        ({"guest": {**ANN, "friends": [ANN]}}, {}),
        ({"shape": {"size": 1, "turned": True}}, {1: Square(size=1, turned=True)}),
        ({"shape": {"kind": "square", "size": 1}}, {1: Square(size=1)}),
        ({"ticket": {"number": 1}}, {3: Ticket(number=1)}),
        (
            {"strict": {"at": "2026-01-02T00:00:00Z"}},
            {4: Strict(at=datetime(2026, 1, 2, tzinfo=UTC))},
        ),
        ({"box": {"held": 1}}, {5: Box[int](held=1)}),
        ({"mixed": "a"}, {6: "a"}),
        ({"mixed": {"size": 1}}, {6: Circle(size=1)}),
        ({"shape": None, "mixed": None}, {}),
        # What models write for what they leave out.
        ({"guest": {**ANN, "age": None, "friends": "", "born": ""}}, {}),
        ({"shape": {"size": 1, "kind": "square", "turned": None}}, {1: Square(size=1)}),
    ],
    ids=range(12),
)
def test_models_are_arguments(given: Any, found: Any) -> None:
    made = Tool(take)
    schema = parameters(made)
    Draft202012Validator.check_schema(schema)
    result = made.bind({"guest": ANN, **given})()
    assert result[0].first_name == "Ann"
    assert result[0].age == 18
    assert dict(enumerate(result[1:], 1)) == {**dict.fromkeys(range(1, 7)), **found}


def test_models_within_other_classes_are_read() -> None:
    party = {"host": ANN, "shapes": {"a": {"kind": "square", "size": 2}}}
    hall = Tool(take).bind({"guest": ANN, "hall": {"party": party}})()[2]
    assert hall.party.host == Guest(**ANN)
    assert hall.party.shapes == {"a": Square(size=2)}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"guest": {"first_name": "Ann"}},
            r"Field required - at `\$.guest.first-name`",
        ),
        (
            {"guest": {**ANN, "age": -1}},
            r"greater than or equal to 0 - at `\$.guest.age`",
        ),
        ({"guest": {"first-name": None}}, r"valid string - at `\$.guest.first-name`"),
        ({"guest": {**ANN, "friends": [{}]}}, r"at `\$.guest.friends\[0\].first-name`"),
        ({"guest": ANN, "ticket": {"number": 0}}, r"- at `\$.ticket.number`"),
        (
            {"guest": ANN, "strict": {"at": "x"}},
            r"valid datetime.* - at `\$.strict.at`",
        ),
        (
            {"guest": ANN, "mixed": {}},
            r"required - at `\$.mixed.size`; or Expected `str`",
        ),
        ({}, "missing required field `guest`"),
    ],
    ids=range(8),
)
def test_what_does_not_fit_a_model_is_named(given: Any, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        Tool(take).bind(given)


def test_models_are_described_without_references_where_that_can_be() -> None:
    found = parameters(Tool(take))
    guest = found["properties"]["guest"]
    assert guest["properties"]["first-name"] == {
        "type": "string",
        "description": "what friends say",
    }
    assert guest["description"] == "A guest."
    assert guest["properties"]["friends"]["items"] == {"$ref": "#/$defs/Guest"}
    assert [*found["$defs"]] == ["Guest"]
    strict = parameters(tool(strict=True)(take))
    assert strict["properties"]["guest"]["additionalProperties"] is False
    assert len(strict["properties"]["guest"]["required"]) == 4
    assert "default" not in str(strict)


def test_two_types_of_one_name_are_told_apart() -> None:
    def both(guest: Guest, other: Any) -> None: ...

    own: Any = type("Guest", (BaseModel,), {"__annotations__": {"one": "list[Guest]"}})
    own.model_rebuild(_types_namespace={"Guest": own})
    both.__annotations__["other"] = own
    found = parameters(Tool(both))
    assert [*found["$defs"]] == ["Guest", "Guest_2"]
    assert found["properties"]["other"]["properties"]["one"]["items"] == {
        "$ref": "#/$defs/Guest_2"
    }


def constrained(
    a: Annotated[int, Field(ge=1, le=5, description="the a")],
    b: Annotated[int, annotated_types.Gt(0)] = 1,
    c: int = Field(3, description="the c", ge=0),
    d: list[int] = Field(default_factory=lambda: [7]),  # noqa: B008
    e: Annotated[Party | None, Field(description="the e")] = None,
    f: pydantic.PositiveInt = 2,
) -> Any:
    return a, b, c, d, e, f


def test_constraints_of_annotations_hold() -> None:
    made = Tool(constrained)
    found = parameters(made)["properties"]
    assert found["a"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 5,
        "description": "the a",
    }
    assert found["c"] == {
        "type": "integer",
        "minimum": 0,
        "default": 3,
        "description": "the c",
    }
    assert found["e"]["description"] == "the e"
    assert made.bind({"a": 1})() == (1, 1, 3, [7], None, 2)
    assert made.bind({"a": 1})()[3] is not made.bind({"a": 1})()[3]
    for given in ({"a": 6}, {"a": 1, "b": 0}, {"a": 1, "c": -1}, {"a": 1, "f": 0}):
        with pytest.raises(ToolError, match="Input should be"):
            made.bind(given)


def test_a_union_may_have_a_discriminator() -> None:
    Shape = Annotated[Circle | Square, Field(discriminator="kind")]  # noqa: N806

    def draw(shape: Any) -> Any:
        return shape

    draw.__annotations__["shape"] = Shape
    found = parameters(Tool(draw))["properties"]["shape"]
    assert found["discriminator"]["propertyName"] == "kind"
    given = {"shape": {"kind": "square", "size": 1}}
    assert Tool(draw).bind(given)() == Square(size=1)


def test_what_one_type_leaves_out_another_reads() -> None:
    def draw(shape: Circle | dict[str, Any]) -> Any:
        return shape

    given = {"kind": None, "size": "large"}
    assert Tool(draw).bind({"shape": given})() == given


def test_what_pydantic_can_t_read_is_refused() -> None:
    class Odd(BaseModel):
        model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
        held: Tool[..., Any]

    def odd(given: Odd) -> None: ...

    with pytest.raises(ConfigurationError, match="can't be described as JSON: given: "):
        Tool(odd)


@each_case(
    ("output", "text"),
    [
        (Guest(**ANN, born=datetime(2026, 1, 2, tzinfo=UTC)), "2026-01-02T00:00:00Z"),
        ([Circle(size=1), Square(size=2)], '[{"kind":"circle","size":1},{"kind":"sq'),
        ({"a": Party(Guest(**ANN), {})}, '{"a":{"host":{"first-name":"Ann"'),
        (Hall(Party(Guest(**ANN), {})), '{"party":{"host":{"first-name":"Ann"'),
        (Ticket(number=1), '{"number":1}'),
        (Box[int](held=1), '{"held":1}'),
        (Raw(), '{"held":"/w==","at":"2026-01-02"}'),
    ],
)
def test_models_are_results(output: Any, text: str) -> None:
    assert text in written(output)
