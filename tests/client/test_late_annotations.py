"""Functions may name what only type checkers import; Python 3.14 evaluates it late."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from assistants_client import AssistantEventHandler, ConfigurationError, Tool
from assistants_client.streaming.registration import check_all, places
from tests.client.functions import parameters

# Before 3.14, such a name has to be text.
UNKNOWN = "Weather" if sys.version_info >= (3, 14) else "'Weather'"
SOURCE = f"""
import functools
from dataclasses import dataclass
from assistants_client import AssistantEventHandler

def look_up(city: str) -> {UNKNOWN}:
    return city

async def look_up_later(city: str) -> list[{UNKNOWN}]:
    return [city]

@functools.wraps(look_up)
def wrapped(*args, **kwargs):
    return look_up(*args, **kwargs)

class Station:
    def look_up(self, city: str) -> {UNKNOWN}:
        return city

    def __call__(self, city: str) -> {UNKNOWN}:
        return city

def store(city: str, weather: {UNKNOWN}) -> None:
    pass

@dataclass
class Trip:
    city: str
    weather: {UNKNOWN}

def travel(trip: Trip) -> None:
    pass

class Handler(AssistantEventHandler):
    def on_text_delta(self, delta: {UNKNOWN}, snapshot: {UNKNOWN}) -> {UNKNOWN}:
        pass

class Needy(AssistantEventHandler):
    def on_text_done(self, text: {UNKNOWN}, more: {UNKNOWN}) -> None:
        pass
"""


@pytest.fixture(scope="module")
def defined() -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": __name__}
    # Not as this module has it, where annotations are text.
    exec(compile(SOURCE, "<defined>", "exec", dont_inherit=True), space)
    return space


def test_what_a_tool_returns_may_be_unknown(defined: dict[str, Any]) -> None:
    plain, station = defined["look_up"], defined["Station"]()
    functions = (plain, defined["wrapped"], station.look_up, station)
    for each in functions:
        made: Tool[..., Any] = Tool(each, name="look_up")
        assert parameters(made)["properties"] == {"city": {"type": "string"}}
        assert made.bind({"city": "Rome"})() == "Rome"
    later: Tool[..., Any] = Tool(defined["look_up_later"])
    assert parameters(later)["required"] == ["city"]


@pytest.mark.parametrize("name", ["store", "travel"])
def test_what_a_tool_takes_may_not_be(defined: dict[str, Any], name: str) -> None:
    with pytest.raises(ConfigurationError, match="name 'Weather' is not defined"):
        Tool(defined[name])


def test_callbacks_may_name_what_they_like(defined: dict[str, Any]) -> None:
    handler: AssistantEventHandler = defined["Handler"]()
    check_all(handler)
    assert places(handler.on_text_delta, "on_text_delta") == 2
    with pytest.raises(ConfigurationError, match=r"can't take \(text, more\)"):
        check_all(defined["Needy"]())
