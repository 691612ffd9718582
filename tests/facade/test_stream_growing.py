"""Messages and steps add up to the same, in whatever pieces they were told."""

from __future__ import annotations

import copy
import tracemalloc
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants_client._stream.growing import Grown
from assistants_client._stream.missed import missed, rest
from assistants_client._stream.reading import Told, as_model, told
from assistants_client._stream.snapshots import RunSnapshot, Snapshots

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]
Draw = Any
MESSAGE, STEP = "thread.message", "thread.run.step"
PARTS = {MESSAGE: "content", STEP: "step_details"}
texts = st.text(max_size=12)
ids = st.text("abc123", min_size=1, max_size=6)


def split(draw: Draw, text: str) -> list[str]:
    """Cut a text anywhere, into pieces that may be empty."""
    cuts = draw(st.lists(st.integers(0, len(text)), max_size=4).map(sorted))
    ends = [0, *cuts, len(text)]
    return [text[a:b] for a, b in pairwise(ends)]


def annotation(kind: str, **of_kind: Any) -> st.SearchStrategy[Json]:
    """Make annotations of a kind."""
    return st.fixed_dictionaries(
        {
            "type": st.just(kind),
            "text": texts,
            "start_index": st.integers(0, 9),
            "end_index": st.integers(0, 9),
            kind: st.fixed_dictionaries({"file_id": ids}),
        }
    )


notes: st.SearchStrategy[Json] = annotation("file_citation") | annotation("file_path")


@st.composite
def text_part(draw: Draw) -> tuple[Json, list[Json]]:
    """Give a text with annotations, and deltas that add up to it."""
    value, noted = draw(texts), draw(st.lists(notes, max_size=3))
    deltas: list[Json] = [{"text": {"value": piece}} for piece in split(draw, value)]
    for index, each in enumerate(noted):
        deltas.append({"text": {"annotations": [{"index": index, **each}]}})
    # Begun as servers do; what grows and what is noted then come in any order.
    order = _merged(
        draw, [deltas[: -len(noted) or None], deltas[len(deltas) - len(noted) :]]
    )
    begun: Json = {"type": "text", "text": {"value": "", "annotations": []}}
    return (
        {"type": "text", "text": {"value": value, "annotations": noted}},
        [begun, *order],
    )


@st.composite
def refusal_part(draw: Draw) -> tuple[Json, list[Json]]:
    """Give a refusal, and deltas that add up to it."""
    value = draw(texts)
    pieces: list[Json] = [{"refusal": piece} for piece in split(draw, value)]
    begun: Json = {"type": "refusal", "refusal": ""}
    return {"type": "refusal", "refusal": value}, [begun, *pieces]


@st.composite
def image_part(draw: Draw) -> tuple[Json, list[Json]]:
    """Give an image, which comes as a whole."""
    kind, name = draw(
        st.sampled_from([("image_file", "file_id"), ("image_url", "url")])
    )
    whole = {"type": kind, kind: {name: draw(ids), "detail": "auto"}}
    return whole, [copy.deepcopy(whole)]


@st.composite
def function_call(draw: Draw) -> tuple[Json, list[Json]]:
    """Give a call of a function, and deltas that add up to it."""
    name, key, arguments = draw(ids), draw(ids), draw(texts)
    output = draw(st.none() | texts)
    begun = {"name": name, "arguments": "", "output": None}
    deltas: list[Json] = [{"id": key, "type": "function", "function": begun}]
    deltas += [{"function": {"arguments": each}} for each in split(draw, arguments)]
    if output is not None:
        deltas.append({"function": {"output": output}})
    whole = {"name": name, "arguments": arguments, "output": output}
    return {"id": key, "type": "function", "function": whole}, deltas


@st.composite
def code_call(draw: Draw) -> tuple[Json, list[Json]]:
    """Give a use of the code interpreter, and deltas that add up to it."""
    key, code = draw(ids), draw(texts)
    outputs: list[Json] = []
    grow: list[list[Json]] = [
        [{"code_interpreter": {"input": each}} for each in split(draw, code)]
    ]
    for index, kind in enumerate(
        draw(st.lists(st.sampled_from(["logs", "image"]), max_size=3))
    ):
        at: Json = {"index": index, "type": kind}
        if kind == "logs":
            logs = draw(texts)
            outputs.append({"type": "logs", "logs": logs})
            given: list[Json] = [{**at, "logs": each} for each in split(draw, logs)]
        else:
            image = {"file_id": draw(ids)}
            outputs.append({"type": "image", "image": image})
            given = [{**at, "image": image}]
        grow.append([{"code_interpreter": {"outputs": [each]}} for each in given])
    begun: Json = {"input": "", "outputs": []}
    kind = "code_interpreter"
    return (
        {"id": key, "type": kind, kind: {"input": code, "outputs": outputs}},
        [{"id": key, "type": kind, kind: begun}, *_merged(draw, grow)],
    )


@st.composite
def file_search(draw: Draw) -> tuple[Json, list[Json]]:
    """Give a search, whose results come at once."""
    key = draw(ids)
    found = st.fixed_dictionaries(
        {
            "file_id": ids,
            "file_name": ids,
            "score": st.floats(0, 1),
            "content": st.lists(
                st.fixed_dictionaries({"type": st.just("text"), "text": texts}),
                max_size=2,
            ),
        }
    )
    whole = {
        "ranking_options": {"ranker": "auto", "score_threshold": draw(st.floats(0, 1))},
        "results": draw(st.lists(found, max_size=2)),
    }
    begun: Json = {"id": key, "type": "file_search", "file_search": {}}
    return {**begun, "file_search": whole}, [begun, {"file_search": whole}]


def _merged(draw: Draw, queues: list[list[Json]]) -> list[Json]:
    """Put pieces of several things in one order, that of each thing kept."""
    left = [[*each] for each in queues if each]
    found = []
    while left:
        queue = draw(st.sampled_from(left)) if len(left) > 1 else left[0]
        found.append(queue.pop(0))
        left = [each for each in left if each]
    return found


def noisy(draw: Draw, piece: Json, whole: Json, index: int) -> Json:
    """Give a piece with its index, and with what some servers repeat or leave null."""
    found = {"index": index, **copy.deepcopy(piece)}
    for name in ("id", "type"):
        how = draw(st.sampled_from(["as it is", "again", "null"]))
        if name in whole and name not in piece and how != "as it is":
            found[name] = whole[name] if how == "again" else None
    inner = found.get(whole["type"])
    if isinstance(inner, dict) and draw(st.booleans()):
        for name in whole[whole["type"]]:
            inner.setdefault(name, None)
    if draw(st.booleans()):
        found = dict(reversed(found.items()))
    return found


@st.composite
def growths(draw: Draw) -> tuple[str, Any, list[Json]]:
    """Give what a message or step has in the end, and deltas that add up to it."""
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
    return kind, _held(kind, wholes), deltas


def _held(kind: str, items: list[Json]) -> Any:
    return items if kind == MESSAGE else {"type": "tool_calls", "tool_calls": items}


def _delta(kind: str, pieces: list[Json]) -> Json:
    noise = {"role": None} if kind == MESSAGE else {}
    return {PARTS[kind]: _held(kind, pieces), **noise}


def created(kind: str) -> Told:
    data = {"id": "x_1", "object": kind, "status": "in_progress", "role": "assistant"}
    return Told(f"{kind}.created", {**data, PARTS[kind]: _held(kind, [])})


def growing(kind: str, delta: Json) -> Told:
    name = f"{kind}.delta"
    return Told(name, {"id": "x_1", "object": name, "delta": delta})


def held(snapshots: Snapshots, kind: str) -> Json:
    """Give the message or step as the stream told it."""
    (found,) = (snapshots.messages if kind == MESSAGE else snapshots.steps).values()
    return found.now()


@given(growths())
def test_any_split_adds_up_to_the_same(growth: tuple[str, Any, list[Json]]) -> None:
    kind, whole, deltas = growth
    events = [created(kind), *(growing(kind, delta) for delta in deltas)]
    before = copy.deepcopy(events)
    snapshots = Snapshots()
    for event in events:
        snapshots.take(event)
        held(snapshots, kind)
    now = held(snapshots, kind)
    assert now[PARTS[kind]] == whole
    assert (now["id"], now["role"], now["status"]) == (
        "x_1",
        "assistant",
        "in_progress",
    )
    assert events == before
    grown = Grown({})
    for delta in deltas:
        grown.add(delta)
    assert grown.now().get(PARTS[kind], _held(kind, [])) == whole
    completed = {**now, "status": "completed", PARTS[kind]: whole}
    snapshots.take(Told(f"{kind}.completed", completed))
    assert held(snapshots, kind) == completed
    assert held(snapshots, kind).keys() == now.keys()


@given(growths(), st.data())
def test_a_look_in_between_changes_nothing(
    growth: tuple[str, Any, list[Json]], data: st.DataObject
) -> None:
    kind, whole, deltas = growth
    grown, looks = Grown({PARTS[kind]: _held(kind, [])}), []
    for delta in deltas:
        if data.draw(st.booleans()):
            found = grown.now()
            looks.append((found, copy.deepcopy(found)))
        grown.add(delta)
    assert grown.now()[PARTS[kind]] == whole
    assert all(found == copied for found, copied in looks)
    indexes = grown.indexes(
        *(["content"] if kind == MESSAGE else [PARTS[kind], "tool_calls"])
    )
    assert indexes == [*range(len(indexes))]


@given(growths(), st.data())
def test_what_is_missing_leads_from_anywhere_to_the_whole(
    growth: tuple[str, Any, list[Json]], data: st.DataObject
) -> None:
    kind, whole, deltas = growth
    grown = Grown({PARTS[kind]: _held(kind, [])})
    for delta in deltas[: data.draw(st.integers(0, len(deltas)))]:
        grown.add(delta)
    before = grown.known()[PARTS[kind]]
    kept = copy.deepcopy((before, whole))
    piece = rest(before, whole)
    assert (before, whole) == kept
    if piece is not None:
        grown.add({PARTS[kind]: piece})
    assert grown.now()[PARTS[kind]] == whole
    assert rest(whole, whole) is None


@given(growths(), st.data())
def test_what_was_missed_is_told_as_a_stream_would(
    growth: tuple[str, Any, list[Json]], data: st.DataObject
) -> None:
    kind, whole, deltas = growth
    events = [created(kind), *(growing(kind, delta) for delta in deltas)]
    snapshots = Snapshots()
    for event in events[: data.draw(st.integers(0, len(events)))]:
        snapshots.take(event)
    now = {**created(kind).data, "status": "completed", PARTS[kind]: whole}
    run = {"id": "run_1", "object": "thread.run", "status": "completed"}
    lists: tuple[list[Json], list[Json]] = (
        ([], [now]) if kind == MESSAGE else ([now], [])
    )
    for event in missed(snapshots, run, *lists):
        snapshots.take(event)
        as_model(event)
    assert held(snapshots, kind) == now
    assert snapshots.run == run
    again = [*missed(snapshots, run, *lists)]
    assert again == [Told("thread.run.completed", run)]


def test_items_without_an_index_stand_where_they_stand() -> None:
    grown = Grown({"content": [{"type": "text", "text": {"value": "a"}}]})
    for text in ("b", "c"):
        grown.add({"content": [{"text": {"value": text}}, {"text": {"value": text}}]})
    values = [each["text"]["value"] for each in grown.now()["content"]]
    assert values == ["abc", "bc"]


@pytest.mark.parametrize("index", [True, -1, 10**30, 1.0, "1", None, [], {}], ids=repr)
def test_odd_indexes_take_no_room(index: Any) -> None:
    grown = Grown({"content": []})
    tracemalloc.start()
    try:
        grown.add({"content": [{"index": index, "text": {"value": "a"}}]})
        assert grown.now()["content"] == [{"text": {"value": "a"}}]
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("looks", [False, True], ids=["unread", "read"])
def test_many_characters_one_by_one_take_the_room_of_a_text(looks: bool) -> None:
    grown = Grown({})
    deltas = {"content": [{"index": 0, "text": {"value": "x"}}]}
    tracemalloc.start()
    try:
        for number in range(20_000):
            grown.add(deltas)
            if looks and not number % 1000:
                grown.now()
        assert len(grown.part("content", 0, "text", "value")) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    """Give a value as deep as asked for."""
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
        snapshots.take(growing(MESSAGE, {"content": value}))
        snapshots.take(growing(STEP, {"step_details": value}))
    for each in (*snapshots.messages.values(), *snapshots.steps.values()):
        each.now()
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
            snapshots.take(Told(name, data))
            as_model(Told(name, data))
            for each in (*snapshots.messages.values(), *snapshots.steps.values()):
                each.now()
                each.part("content", 0, "text")
                each.indexes("step_details", "tool_calls")
            assert snapshots.status is None or isinstance(snapshots.status, str)
            assert not (snapshots.ended and snapshots.waits)
    # As text: not a number is not equal to itself.
    assert repr(events) == repr(kept)
    rest(before, now)


@given(EVENTS, st.text(max_size=30) | hostile.map(repr))
def test_any_text_can_be_told(name: str, data: str) -> None:
    as_model(told(name, data))


@given(st.lists(st.tuples(EVENTS, hostile), max_size=4), hostile, hostile, hostile)
def test_what_was_missed_can_be_anything(
    events: list[tuple[str, Any]], run: Any, step: Any, message: Any
) -> None:
    snapshots = Snapshots()
    for name, data in events:
        snapshots.take(Told(name, data))
    steps = [step] if isinstance(step, dict) else []
    messages = [message] if isinstance(message, dict) else []
    for event in missed(
        snapshots, run if isinstance(run, dict) else {}, steps, messages
    ):
        snapshots.take(event)
