"""Callbacks where events are odd: repeated, missing, or without an object."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.client.story import (
    CALLED,
    FIRST,
    SECOND,
    WHOLE,
    Event,
    Story,
    asking,
    growth,
    text,
    to_the_end,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def without(*endings: str) -> Callable[[list[Event]], list[Event]]:
    return lambda events: [
        each
        for each in events
        if not each[0].startswith(("thread.message", "thread.run.step"))
        or not each[0].endswith(endings)
    ]


def twice(events: list[Event]) -> list[Event]:
    """Repeat all but pieces and what ends an answer."""
    return [
        again
        for each in events
        for again in [each] * (1 if each[0].endswith(("delta", "done")) else 2)
    ]


ODD: dict[str, Callable[[list[Event]], list[Event]]] = {
    "as they should": without("never"),
    "nothing completed": without("completed"),
    "nothing created": without("created"),
    "only pieces": without("created", "in_progress", "completed"),
    "only completed": without("created", "in_progress", "delta"),
    "twice": twice,
    "twice, nothing completed": lambda events: twice(without("completed")(events)),
}


@pytest.mark.parametrize("nothing", [None, 7, "text", []])
def test_what_is_no_object_is_no_news(follow: Any, nothing: Any) -> None:
    def odd(events: list[Event]) -> list[Event]:
        found = []
        for event in events:
            found.append(event)
            _, data = event
            if "delta" in data and "step_details" in data["delta"]:
                calls = {"type": "tool_calls", "tool_calls": [nothing]}
                found.append(growth(data["id"], {"step_details": calls}))
            elif "delta" in data:
                found.append(growth(data["id"], {"content": [nothing]}))
        return found

    story = Story(odd(FIRST), odd(SECOND))
    follow(story, to_the_end, **asking(story))
    more = ("on_run_step_delta", "on_message_delta")
    wanted = [name for name in CALLED.split() if name not in more]
    assert [name for name in story.names if name not in more] == wanted
    assert [each[0]["value"] for each in story.all("on_text_done")] == [
        *("Sunny", "?", "Bye"),
    ]
    done = [each[0]["function"]["arguments"] for each in story.all("on_tool_call_done")]
    assert done == ['{"a":0}', '{"a":1}', '{"a":0}']


@pytest.mark.parametrize("odd", ODD)
def test_each_begins_once_and_is_done_once(follow: Any, odd: str) -> None:
    story = Story(ODD[odd](FIRST), ODD[odd](SECOND))
    follow(story, to_the_end, **asking(story))
    counts = Counter(story.names)
    # Without their beginnings and ends, steps that write messages never have events.
    steps = 2 if odd == "only pieces" else 4
    for kind, number in {
        "text": 3,
        "message": 2,
        "tool_call": 3,
        "run_step": steps,
    }.items():
        assert counts[f"on_{kind}_created"] == number, kind
        assert counts[f"on_{kind}_done"] == number, kind
    assert counts["on_image_file_done"] == counts["on_end"] == 1
    assert [each[0]["value"] for each in story.all("on_text_done")] == [
        *("Sunny", "?", "Bye"),
    ]
    contents = [each[0]["content"] for each in story.all("on_message_done")]
    assert contents == [WHOLE, [text("Bye")]]
    for kind in ("message", "run_step", "tool_call", "text"):
        names = [n for n in story.names if n.startswith(f"on_{kind}_")]
        assert names[0] == f"on_{kind}_created"
        assert names[-1] == f"on_{kind}_done"
