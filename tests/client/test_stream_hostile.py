"""Pieces that are odd, endless, deep or nonsense do no harm."""

from __future__ import annotations

import copy
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants_client._events.accumulate import Accumulated
from assistants_client._events.catch_up import catch_up, remainder
from assistants_client._events.parse import ParsedEvent, parse_event, to_model
from assistants_client._events.snapshots import RunSnapshot, Snapshots

if TYPE_CHECKING:
    from collections.abc import Callable
from tests.client.deltas import MESSAGE, STEP, growing


def test_items_without_an_index_stand_where_they_stand() -> None:
    grown = Accumulated({"content": [{"type": "text", "text": {"value": "a"}}]})
    for text in ("b", "c"):
        grown.add({"content": [{"text": {"value": text}}, {"text": {"value": text}}]})
    values = [each["text"]["value"] for each in grown.snapshot()["content"]]
    assert values == ["abc", "bc"]


@pytest.mark.parametrize("index", [True, -1, 10**30, 1.0, "1", None, [], {}], ids=repr)
def test_odd_indexes_take_no_room(index: Any) -> None:
    grown = Accumulated({"content": []})
    tracemalloc.start()
    try:
        grown.add({"content": [{"index": index, "text": {"value": "a"}}]})
        assert grown.snapshot()["content"] == [{"text": {"value": "a"}}]
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("reads", [False, True], ids=["unread", "read"])
def test_many_characters_one_by_one_take_the_room_of_a_text(reads: bool) -> None:
    grown = Accumulated({})
    deltas = {"content": [{"index": 0, "text": {"value": "x"}}]}
    tracemalloc.start()
    try:
        for number in range(20_000):
            grown.add(deltas)
            if reads and not number % 1000:
                grown.snapshot()
        assert len(grown.part("content", 0, "text", "value")) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    """Return a value as deep as asked for."""
    value: Any = "x"
    for _ in range(depth):
        value = wrap(value)
    return value


@pytest.mark.parametrize(
    "wrap",
    [lambda v: {"content": v}, lambda v: [v], lambda v: {"content": [v]}],
    ids=["objects", "lists", "both"],
)
def test_nothing_is_too_deep(wrap: Callable[[Any], Any]) -> None:
    value = nested(50_000, wrap)
    snapshots = Snapshots()
    for _ in range(2):
        snapshots.apply(growing(MESSAGE, {"content": value}))
        snapshots.apply(growing(STEP, {"step_details": value}))
    for each in (*snapshots.messages.values(), *snapshots.steps.values()):
        each.snapshot()
        each.part("content", 0)
        each.indexes("content")
    while isinstance(value, dict | list):
        # Else it would be taken apart by recursion at the end.
        value = value.pop() if isinstance(value, list) else value.pop("content")


NAMES = st.sampled_from(
    [
        *("id", "object", "status", "delta", "content", "index", "type", "text"),
        *("value", "annotations", "step_details", "tool_calls", "function", "output"),
        *("arguments", "code_interpreter", "input", "outputs", "logs", "refusal"),
        *("error", "event", "data", "message_creation", "message_id"),
    ]
)


WORDS = st.sampled_from(
    [
        *(MESSAGE, STEP, "thread.run", "thread", f"{MESSAGE}.delta", f"{STEP}.delta"),
        *("completed", "requires_action", "in_progress", "text", "a", "", "msg_1"),
    ]
)


hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5)
    ),
    max_leaves=25,
)


EVENTS = st.sampled_from(
    [
        *("thread.created", "thread.run.created", "thread.run.completed", "thread.run"),
        *(
            f"{kind}.{what}"
            for kind in (MESSAGE, STEP)
            for what in ("created", "delta")
        ),
        *(
            f"{MESSAGE}.completed",
            f"{STEP}.failed",
            "thread.",
            "",
            "error",
            "done",
            "x",
        ),
        *("thread.run.", "thread.message.", "thread.run.step."),
    ]
)


@settings(max_examples=100)
@given(st.lists(st.tuples(EVENTS, hostile), max_size=8), hostile, hostile)
def test_nothing_that_comes_does_harm(
    events: list[tuple[str, Any]], before: Any, now: Any
) -> None:
    kept = copy.deepcopy(events)
    for snapshots in (Snapshots(), RunSnapshot()):
        for name, data in events:
            snapshots.apply(ParsedEvent(name, data))
            to_model(ParsedEvent(name, data))
            for each in (*snapshots.messages.values(), *snapshots.steps.values()):
                each.snapshot()
                each.part("content", 0, "text")
                each.indexes("step_details", "tool_calls")
            assert snapshots.status is None or isinstance(snapshots.status, str)
            assert not (snapshots.ended and snapshots.requires_action)
    # As text: not a number is not equal to itself.
    assert repr(events) == repr(kept)
    remainder(before, now)


@given(EVENTS, st.text(max_size=30) | hostile.map(repr))
def test_any_text_can_be_told(name: str, data: str) -> None:
    to_model(parse_event(name, data))


@given(st.lists(st.tuples(EVENTS, hostile), max_size=4), hostile, hostile, hostile)
def test_what_was_missed_can_be_anything(
    events: list[tuple[str, Any]], run: Any, step: Any, message: Any
) -> None:
    snapshots = Snapshots()
    for name, data in events:
        snapshots.apply(ParsedEvent(name, data))
    steps = [step] if isinstance(step, dict) else []
    messages = [message] if isinstance(message, dict) else []
    for event in catch_up(
        snapshots, run if isinstance(run, dict) else {}, steps, messages
    ):
        snapshots.apply(event)
