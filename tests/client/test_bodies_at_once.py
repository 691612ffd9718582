"""A body that is written at once is the one that is made JSON data first."""

from __future__ import annotations

import json
from collections import OrderedDict
from datetime import UTC, datetime
from enum import Enum, IntEnum
from typing import Any
from unittest import mock

import openai
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistants_api.models import VectorStoreFileObject
from assistants_api.types import UNSET
from assistants_client import ConfigurationError, _call
from assistants_client._arguments import NOT_GIVEN
from assistants_client._call import make_call
from assistants_client._flows.call import request_body
from assistants_client._operations import CREATE_ASSISTANT, CREATE_RUN, CREATE_THREAD

OPERATIONS = {CREATE_ASSISTANT: {}, CREATE_THREAD: {}, CREATE_RUN: {"thread_id": "t"}}
FILE = {"id": "file_1", "object": "file", "bytes": 1}
AGENT = {"id": "asst_1", "object": "assistant"}


class Text(str):
    """A text of somebody's own."""

    __slots__ = ()


class Items(list[Any]):
    """A list of somebody's own."""


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Told:
    """What other clients return."""

    def to_dict(self) -> dict[str, Any]:
        return FILE


def lookup(city: str) -> str:
    """Look a city up."""
    return city


PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**80), 2**80),
    st.floats(),
    st.text(st.characters(codec=None), max_size=8),
)
ODD = st.sampled_from(
    [
        *(Text("x"), Colour.RED, Level.HIGH, "\ud800", "\x7f\x00\u2028"),
        *(datetime(2026, 1, 2, tzinfo=UTC), b"x", object(), Told(), lookup, {"x"}, 1j),
        *(UNSET, NOT_GIVEN, openai.omit, openai.NOT_GIVEN, OrderedDict(FILE)),
        *(
            FILE,
            VectorStoreFileObject.from_dict(FILE),
            {"id": "a", "object": "assistant"},
        ),
        *([FILE, "file_2"], (FILE,), [{"id": "a", "object": "assistant"}], "file_3"),
    ]
)
NAMES = st.one_of(
    st.sampled_from(["file_id", "file_ids", "vector_store_ids", "tools", "metadata"]),
    st.text(max_size=4),
)
KEYS = st.sampled_from([1, None, True, 0.5, Text("file_id"), Level.HIGH])
# Python shows and writes no number of so many digits.
HUGE = st.just(5000).map(lambda digits: 10**digits)


def _data(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)


def _anything(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, max_size=3)
    odd = st.dictionaries(NAMES | KEYS, inner, max_size=2)
    return st.one_of(_data(inner), odd, lists.map(tuple), lists.map(Items))


DATA = st.dictionaries(NAMES, st.recursive(PLAIN, _data), max_size=4)
ANYTHING = st.dictionaries(
    NAMES, st.recursive(PLAIN | ODD | HUGE, _anything, max_leaves=12), max_size=4
)


def sent(operation: Any, body: dict[str, Any]) -> bytes | str:
    """Return the body of a request, or why there is none."""
    try:
        call = make_call(operation, body, OPERATIONS[operation], lambda found: found)
        content = request_body(call)
    except ConfigurationError as error:
        return str(error)
    assert isinstance(content, bytes)
    return content


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
@given(body=DATA | ANYTHING)
@example(body={"metadata": {"a": [{"b": float("nan")}]}})
@example(body={"metadata": {"a": [{"file_id": FILE}, {"file_ids": [FILE]}]}})
@example(body={"metadata": {"a": [{"vector_store_ids": [AGENT]}]}})
@example(
    body={"metadata": [{1: 0, False: "x"}, {None: 1}, {0.5: {Text("file_id"): FILE}}]}
)
@example(body={"metadata": {"a": (Items([Colour.RED, Level.HIGH]), OrderedDict(FILE))}})
@example(body={"tools": [{"type": "function"}, lookup], "metadata": [UNSET, NOT_GIVEN]})
def test_whatever_it_holds(operation: Any, body: dict[str, Any]) -> None:
    found = sent(operation, body)
    with mock.patch.object(_call, "_content", return_value=None):
        expected = sent(operation, body)
    assert written(found) == written(expected)


def written(body: bytes | str) -> str:
    """Return what a body says; an exponent may be written as 1e22 or as 1e+22."""
    return repr(json.loads(body)) if isinstance(body, bytes) else body
