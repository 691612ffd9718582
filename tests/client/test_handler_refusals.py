"""What is no handler, or no callback, and streams that a handler has none of."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import openai
import pytest

from assistants_client import (
    AssistantEventHandler,
    ConfigurationError,
)
from tests.client.story import (
    DONE,
    HANDLERS,
    Story,
    awaited,
    handler_for,
    run_as,
    sync,
    to_the_end,
)

if TYPE_CHECKING:
    pass


@pytest.mark.parametrize(
    "use",
    [
        next,
        operator.methodcaller("until_done"),
        operator.methodcaller("get_final_run"),
        lambda handler: [*handler.text_deltas],
    ],
    ids=range(4),
)
def test_a_handler_without_a_stream_says_so(use: Any) -> None:
    handler = AssistantEventHandler()
    handler.close()
    with pytest.raises(RuntimeError, match="the stream has not begun"):
        use(handler)


def test_a_handler_is_for_one_stream(follow: Any) -> None:
    handler = handler_for(follow)()
    follow(Story([run_as("completed"), DONE]), to_the_end, event_handler=handler)
    with pytest.raises(RuntimeError, match="a handler is for one stream"):
        follow(Story([]), to_the_end, event_handler=handler)


def test_what_is_no_handler_is_refused(follow: Any) -> None:
    kind, other = HANDLERS[follow is awaited], HANDLERS[follow is sync]
    message = f"event_handler must be an instance of {kind.__name__}, not "
    theirs = type("Mine", (getattr(openai, kind.__name__),), {})()
    with pytest.raises(ConfigurationError, match=f"{message}Mine of openai's: import"):
        follow(Story([]), to_the_end, event_handler=theirs)
    for given in (kind, other(), "x", print):
        story = Story([])
        with pytest.raises(ConfigurationError, match=message):
            follow(story, to_the_end, event_handler=given)
        assert story.requests == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"on_text": print}, "there is no on_text; there are: on_end, on_event"),
        ({"on_event": 3}, "on_event must be a function, not int"),
        ({"on_event": print, "event_handler": True}, "pass either an event_handler or"),
    ],
    ids=["unknown", "no function", "both"],
)
def test_callbacks_that_can_t_be_are_refused(
    follow: Any, given: Any, said: str
) -> None:
    if "event_handler" in given:
        given = {**given, "event_handler": handler_for(follow)()}
    story = Story([])
    with pytest.raises(ConfigurationError, match=said):
        follow(story, to_the_end, **given)
    assert story.requests == []
