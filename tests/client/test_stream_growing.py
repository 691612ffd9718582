"""Pieces add up to the whole, however they are split."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistants_client._events.accumulate import Accumulated
from assistants_client._events.catch_up import catch_up, remainder
from assistants_client._events.parse import ParsedEvent, to_model
from assistants_client._events.snapshots import Snapshots
from tests.client.deltas import (
    MESSAGE,
    PARTS,
    STEP,
    Draw,
    Json,
    _merged,
    all_of,
    code_call,
    file_search,
    function_call,
    growing,
    image_part,
    noisy,
    refusal_part,
    text_part,
)


@st.composite
def splits(draw: Draw) -> tuple[str, Any, list[Json]]:
    """Return the final parts of a message or step, and deltas that add up to them."""
    kind = draw(st.sampled_from([MESSAGE, STEP]))
    one = (
        st.one_of(text_part(), refusal_part(), image_part())
        if kind == MESSAGE
        else st.one_of(function_call(), code_call(), file_search())
    )
    parts = draw(st.lists(one, max_size=3))
    queues = [
        [noisy(draw, piece, whole, index) for piece in pieces]
        for index, (whole, pieces) in enumerate(parts)
    ]
    pieces = _merged(draw, queues)
    deltas: list[Json] = []
    while pieces:
        # Several pieces may share a delta.
        size = draw(st.integers(1, 3))
        deltas.append(_delta(kind, pieces[:size]))
        pieces = pieces[size:]
    wholes = [whole for whole, _ in parts]
    return kind, all_of(kind, wholes), deltas


def _delta(kind: str, pieces: list[Json]) -> Json:
    noise = {"role": None} if kind == MESSAGE else {}
    return {PARTS[kind]: all_of(kind, pieces), **noise}


def created(kind: str) -> ParsedEvent:
    data = {"id": "x_1", "object": kind, "status": "in_progress", "role": "assistant"}
    return ParsedEvent(f"{kind}.created", {**data, PARTS[kind]: all_of(kind, [])})


def held(snapshots: Snapshots, kind: str) -> Json:
    """Return the accumulated message or step."""
    (found,) = (snapshots.messages if kind == MESSAGE else snapshots.steps).values()
    return found.snapshot()


@given(splits())
def test_any_split_adds_up_to_the_same(
    parts: tuple[str, Any, list[Json]],
) -> None:
    kind, whole, deltas = parts
    events = [created(kind), *(growing(kind, delta) for delta in deltas)]
    before = copy.deepcopy(events)
    snapshots = Snapshots()
    for event in events:
        snapshots.apply(event)
        held(snapshots, kind)
    now = held(snapshots, kind)
    assert now[PARTS[kind]] == whole
    assert (now["id"], now["role"], now["status"]) == (
        "x_1",
        "assistant",
        "in_progress",
    )
    assert events == before
    accumulated = Accumulated({})
    for delta in deltas:
        accumulated.add(delta)
    assert accumulated.snapshot().get(PARTS[kind], all_of(kind, [])) == whole
    completed = {**now, "status": "completed", PARTS[kind]: whole}
    snapshots.apply(ParsedEvent(f"{kind}.completed", completed))
    assert held(snapshots, kind) == completed
    assert held(snapshots, kind).keys() == now.keys()


@given(splits(), st.data())
def test_snapshots_in_between_change_nothing(
    parts: tuple[str, Any, list[Json]], data: st.DataObject
) -> None:
    kind, whole, deltas = parts
    accumulated, seen = Accumulated({PARTS[kind]: all_of(kind, [])}), []
    for delta in deltas:
        if data.draw(st.booleans()):
            found = accumulated.snapshot()
            seen.append((found, copy.deepcopy(found)))
        accumulated.add(delta)
    assert accumulated.snapshot()[PARTS[kind]] == whole
    assert all(found == copied for found, copied in seen)  # vacuous: as chance has it
    indexes = accumulated.indexes(
        *(["content"] if kind == MESSAGE else [PARTS[kind], "tool_calls"])
    )
    assert indexes == [*range(len(indexes))]


@given(splits(), st.data())
def test_what_is_missing_leads_from_anywhere_to_the_whole(
    parts: tuple[str, Any, list[Json]], data: st.DataObject
) -> None:
    kind, whole, deltas = parts
    accumulated = Accumulated({PARTS[kind]: all_of(kind, [])})
    for delta in deltas[: data.draw(st.integers(0, len(deltas)))]:
        accumulated.add(delta)
    before = accumulated.by_index()[PARTS[kind]]
    kept = copy.deepcopy((before, whole))
    piece = remainder(before, whole)
    assert (before, whole) == kept
    if piece is not None:
        accumulated.add({PARTS[kind]: piece})
    assert accumulated.snapshot()[PARTS[kind]] == whole
    assert remainder(whole, whole) is None


@given(splits(), st.data())
def test_catching_up_leads_to_the_same_as_the_stream(
    parts: tuple[str, Any, list[Json]], data: st.DataObject
) -> None:
    kind, whole, deltas = parts
    events = [created(kind), *(growing(kind, delta) for delta in deltas)]
    snapshots = Snapshots()
    for event in events[: data.draw(st.integers(0, len(events)))]:
        snapshots.apply(event)
    now = {**created(kind).data, "status": "completed", PARTS[kind]: whole}
    run = {"id": "run_1", "object": "thread.run", "status": "completed"}
    lists: tuple[list[Json], list[Json]] = (
        ([], [now]) if kind == MESSAGE else ([now], [])
    )
    for event in catch_up(snapshots, run, *lists):
        snapshots.apply(event)
        to_model(event)
    assert held(snapshots, kind) == now
    assert snapshots.run == run
    again = [*catch_up(snapshots, run, *lists)]
    assert again == [ParsedEvent("thread.run.completed", run)]
