"""Items of a response, whatever a server calls them in its events."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.engines.upstream_errors import UpstreamError
from assistants_server.upstream.response_events import ResponseEvents
from tests.cases import each_case
from tests.engines.turns import event, read_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

JSON = dict[str, Any]
ONE, TWO = ["c1", "multiply", '{"a": 6}'], ["c2", "divide", '{"b": 7}']


def called(call: str, name: str, arguments: str, **rest: Any) -> JSON:
    made = {"type": "function_call", "call_id": call, "name": name}
    return {**made, "arguments": arguments, **rest}


def said(text: str, **rest: Any) -> JSON:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "role": "assistant", "content": [part], **rest}


def ended(*items: JSON) -> JSON:
    response = {"object": "response", "status": "completed", "output": [*items]}
    return {"type": "response.completed", "response": response}


def streamed() -> Iterator[tuple[int, JSON]]:
    """Yield the events of a text and two calls, as OpenAI has them, by their places."""
    items = [said("42"), called(*ONE), called(*TWO)]
    for place, item in enumerate(items):
        empty = {**item, "content": []} if place == 0 else {**item, "arguments": ""}
        yield place, {"type": "response.output_item.added", "item": empty}
        text = "output_text" if place == 0 else "function_call_arguments"
        whole = "42" if place == 0 else item["arguments"]
        for piece in (whole[:1], whole[1:]):
            yield place, {"type": f"response.{text}.delta", "delta": piece}
        yield place, {"type": "response.output_item.done", "item": item}


def named(data: JSON, id: str) -> JSON:
    """Return the data of an event whose item has an id."""
    if "item" in data:
        return {**data, "item": {**data["item"], "id": id}}
    return {**data, "item_id": id, "content_index": 0}


NUMBERS = count()
WAYS: dict[str, Any] = {
    "as OpenAI": lambda place, data: {
        **named(data, f"item_{place}"),
        "output_index": place,
    },
    "without places, as llama.cpp": lambda place, data: named(data, f"item_{place}"),
    # teabranch/open-responses-server#63
    "all at one place": lambda place, data: {
        **named(data, f"item_{place}"),
        "output_index": 0,
    },
    # vercel/ai#18548, BerriAI/litellm#30072
    "by another id in each event, as GitHub": lambda place, data: {
        **named(data, f"item_{next(NUMBERS)}"),
        "output_index": place,
    },
    "by another id at its end, without places": lambda place, data: named(
        data, f"item_{place}{'_done' * data['type'].endswith('done')}"
    ),
    "without ids": lambda place, data: {**data, "output_index": place},
    "without either": lambda _, data: data,
}


def read(events: Iterable[JSON]) -> list[Any]:
    return read_all(ResponseEvents("a.test"), [event(each) for each in events])


@each_case("way", WAYS.values(), ids=WAYS)
@each_case("rest", ["the same", "others", "none"])
def test_each_is_read_once(way: Any, rest: str) -> None:
    events = [way(place, data) for place, data in streamed()]
    whole = [each["item"] for each in events if each["type"].endswith("done")]
    if rest == "others":
        # EricLBuehler/mistral.rs#2309
        whole = [{**each, "id": f"last_{n}"} for n, each in enumerate(whole)]
    last = ended(*whole) if rest != "none" else ended()
    assert read([*events, last]) == ["42", ONE, TWO]


def test_the_same_for_a_server_that_only_sends_whole_items() -> None:
    items = said("42"), called(*ONE), called(*TWO)
    kind = "response.output_item.done"
    for last in (ended(), ended(*items)):
        assert read([*({"type": kind, "item": i} for i in items), last]) == [
            *("42", ONE, TWO)
        ]
    assert read([ended(*items)]) == ["42", ONE, TWO]


@each_case("rest", [{}, {"id": "fc"}])
def test_calls_of_one_id_are_told_apart(rest: JSON) -> None:
    items = [called("c", *each[1:], **rest) for each in (ONE, TWO)]
    reader = ResponseEvents("a.test")
    one, two = read_all(reader, [event(ended(*items))])
    assert (one, two[1:]) == (["c", *ONE[1:]], TWO[1:])
    assert two[0] not in ("c", "")
    # What goes back to the server has the ids that outputs come with.
    assert [each["call_id"] for each in reader.items] == [one[0], two[0]]


def test_calls_without_any_id() -> None:
    items = [called("", *each[1:]) for each in (ONE, TWO)]
    one, two = read([ended(*items)])
    assert [one[1:], two[1:]] == [ONE[1:], TWO[1:]]
    assert len({one[0], two[0], ""}) == 3


def test_a_text_that_begins_otherwise_is_another_one() -> None:
    delta = {"type": "response.output_text.delta", "item_id": "a", "delta": "x"}
    assert read([delta, ended(said("42", id="b"))]) == ["x42"]


def test_a_content_may_be_a_text() -> None:
    assert read([ended({**said(""), "content": "42"})]) == ["42"]


def test_a_call_of_nothing_is_an_error() -> None:
    with pytest.raises(UpstreamError, match="without saying which"):
        read([ended(called("c1", "", "{}"))])
