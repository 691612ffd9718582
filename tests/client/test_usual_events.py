"""The events that nearly all are, which are read in one go, come as all others do."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from assistants_client import _api
from assistants_client._events.parse import ParsedEvent, to_model
from assistants_client._events.snapshots import RunSnapshot
from assistants_client._usual import read_usual
from assistants_client.streaming.stream import _Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "thread.message.delta"
USUAL: dict[str, Any] = {
    "id": "msg_1",
    "object": NAME,
    "delta": {"content": [{"index": 0, "type": "text", "text": {"value": "Hi"}}]},
}
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    "",
    "text",
    [],
    {},
    ["x"],
    {"x": 1},
    [[1]],
    "image_file",
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of all that is within a value, and of what could be besides."""
    if isinstance(value, dict):
        for key in (*value, "more", "annotations", "role"):
            yield (*path, key)
            yield from places(value.get(key), (*path, key))
    elif isinstance(value, list):
        for index in range(len(value) + 1):
            yield (*path, index)
            yield from places([*value, None][index], (*path, index))


def others() -> Iterator[Any]:
    """Yield data of events that differ in one place from the usual one."""
    yield from VALUES
    for path in places(USUAL):
        for value in (*VALUES, ...):
            data = copy.deepcopy(USUAL)
            holder: Any = data
            for key in path[:-1]:
                holder = holder[key]
            if value is ...:
                if isinstance(holder, dict):
                    holder.pop(path[-1], None)
            elif isinstance(holder, list) and path[-1] == len(holder):
                holder.append(value)
            else:
                holder[path[-1]] = value
            yield data


def generally(name: str, data: Any) -> Any:
    return _api.read_assistant_stream_event({"event": name, "data": data})


def test_the_usual_event_is_read_in_one_go() -> None:
    found = read_usual(NAME, USUAL)
    assert found == generally(NAME, USUAL)
    assert found is not None
    assert found.to_dict() == {"event": NAME, "data": USUAL}
    assert list(found.to_dict()["data"]) == ["id", "object", "delta"]


def test_any_event_is_what_the_general_reader_makes_of_it() -> None:
    count = 0
    for data in others():
        before = json.dumps(data)
        found = to_model(ParsedEvent(NAME, data))
        assert found == generally(NAME, data), data
        assert found.to_dict() == {"event": NAME, "data": data}
        assert json.dumps(data) == before
        count += read_usual(NAME, data) is not None
    # Those that differ in what needs no reading.
    assert count > 4 * len(VALUES)


def test_events_of_other_names_are_not_usual() -> None:
    for name in ("", "thread.run.step.delta", "thread.message.created", "x"):
        assert read_usual(name, USUAL) is None
        assert to_model(ParsedEvent(name, USUAL)) == generally(name, USUAL)
    more = ParsedEvent(NAME, USUAL, {"seq": 7})
    assert to_model(more).to_dict() == {"event": NAME, "data": USUAL, "seq": 7}


def test_what_was_read_holds_nothing_of_what_it_was_read_from() -> None:
    data = copy.deepcopy(USUAL)
    found: Any = to_model(ParsedEvent(NAME, data))
    found.data.delta.content.append(1)
    found.data.delta.content[0].text.value = "changed"
    found.data.delta.content[0].text.annotations = [1]
    assert data == USUAL


def test_a_stream_knows_the_text_of_usual_events_and_of_others() -> None:
    delivery = _Delivery(RunSnapshot(), None)
    two = copy.deepcopy(USUAL)
    two["delta"]["content"] *= 2
    empty = copy.deepcopy(USUAL)
    empty["delta"]["content"][0]["text"]["value"] = ""
    for data in (USUAL, two, empty, {**USUAL, "delta": None}):
        delivery.take((None, ParsedEvent(NAME, data), None))
    assert [*delivery.pieces] == ["Hi", "Hi", "Hi"]
    assert delivery.count == 4
