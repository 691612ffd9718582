"""Functions with all kinds of arguments, for tests of tools."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NotRequired, Optional, TypedDict

import attrs

from assistants_client import Tool


class Unit(enum.Enum):
    CELSIUS = "c"
    FAHRENHEIT = "f"


class Place(TypedDict):
    city: str
    country: NotRequired[str]


@dataclass
class Day:
    number: int
    notes: list[str] = field(default_factory=list)


@attrs.define
class Plan:
    days: list[Day]
    weight: float = 1.0


@dataclass
class Tree:
    name: str
    children: list[Tree]


def everything(
    text: str,
    number: int,
    share: float,
    flag: bool,
    items: list[int],
    table: dict[str, float],
    mode: Literal["fast", "slow"],
    unit: Unit,
    maybe: Optional[str],  # noqa: UP045 - people write it
    place: Place,
    day: Day,
    plan: Plan,
    either: int | str,
    limit: int = 5,
    *,
    note: Annotated[str | None, "some words"] = None,
) -> str:
    """Take all there is.

    And more than that.

    Args:
        text: what is said,
            on two lines.
        number (int): how many.
        nothing: is no argument.

    Returns:
        nothing: at all.
    """
    return f"{text} {unit} {day} {limit} {note}"


def parameters(made: Tool[..., Any]) -> Any:
    return made.definition["function"]["parameters"]


def small(a: int, b: str = "x", c: list[bool] | None = None) -> Any:
    return a, b, c
