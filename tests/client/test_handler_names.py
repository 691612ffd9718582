"""A subclass of a handler may use any name for whatever it likes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import threading
from typing import Any

import attrs
import httpx
import pytest

from assistants_client import (
    AssistantEventHandler,
    AsyncAssistantEventHandler,
    Client,
    ConfigurationError,
    ToolSet,
    UsageError,
)
from assistants_client.streaming._async_session import AsyncSession
from assistants_client.streaming._plain_session import PlainSession
from assistants_client.streaming.registration import ALL
from tests.cases import some
from tests.client.story import (
    DONE,
    FIRST,
    KEY,
    SECOND,
    URL,
    Story,
    add,
    awaited,
    handler_for,
    run_as,
    text,
    to_the_end,
)

OURS = {
    name
    for each in (AssistantEventHandler, AsyncAssistantEventHandler)
    for base in each.__mro__[:-1]
    for name in vars(base)
    if not name.startswith("__")
}
WITHIN = {
    name
    for each in (PlainSession, AsyncSession)
    for base in each.__mro__[:-1]
    for name in (*vars(base), *PlainSession(AssistantEventHandler()).__dict__)
    if not name.startswith("__")
}
OTHERS = {
    "stream",
    "client",
    "snapshots",
    "state",
    "_stream",
    "_state",
    "x",
    "__private",
}
NAMES = sorted((OURS | WITHIN | OTHERS) - {*ALL})


def whole_story(follow: Any, handler: Any) -> list[str]:
    """Follow a stream by a handler; return what else it was called for."""
    story = Story(FIRST, SECOND)
    follow(
        story,
        follow_all,
        tools=ToolSet([add]),
        event_handler=handler,
    )
    return story.names


def follow_all(handler: Any) -> Any:
    """Consume a stream by iterating, which is all that needs no name."""

    async def consume() -> None:
        async for _ in handler:
            pass

    if isinstance(handler, AsyncAssistantEventHandler):
        return consume()
    return [*handler]


def test_all_names_that_are_ours_are_those_of_openai_or_documented() -> None:
    # What notebooks ask for, which a subclass may have of its own.
    assert {each for each in OURS if each.startswith("_")} <= {
        *("_is_protocol", "_repr_html_"),
    }
    assert {each for each in OURS - {*ALL} if not each.startswith("_")} == {
        *("current_event", "current_run", "current_message_snapshot"),
        *("current_run_step_snapshot", "run", "event_data", "text_deltas", "close"),
        *("until_done", "get_final_run", "get_final_messages", "get_final_run_steps"),
    }


def always(name: str) -> property:
    return property(lambda _: name)


def test_attributes_of_any_name_are_the_subclass_s(follow: Any) -> None:
    heard: list[str] = []

    def collect(self: Any, delta: Any, snapshot: Any) -> None:
        heard.append(delta.value)
        assert all(getattr(self, name) == name for name in some(NAMES))

    def init(self: Any) -> None:
        for name in NAMES:
            setattr(self, name, name)

    base = handler_for(follow)
    in_object = type("Mine", (base,), {"__init__": init, "on_text_delta": collect})
    own = {name: name for name in NAMES}
    in_class = type("Mine", (base,), {**own, "on_text_delta": collect})
    read = {name: always(name) for name in NAMES}
    computed = type("Mine", (base,), {**read, "on_text_delta": collect})
    for each in (in_object, in_class, computed):
        heard.clear()
        whole_story(follow, each())
        assert heard == ["Sun", "ny", "?", "Bye"]


def test_methods_of_any_name_are_the_subclass_s(follow: Any) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("nobody calls it")

    heard: list[str] = []
    methods: Any = dict.fromkeys(NAMES, never)
    methods["on_text_done"] = lambda _, text: heard.append(text.value)
    whole_story(follow, type("Mine", (handler_for(follow),), methods)())
    assert heard == ["Sunny", "?", "Bye"]


class Collecting:
    def on_text_delta(self: Any, delta: Any) -> None:
        self.stream.append(delta.value)


class WithSlots(Collecting):
    __slots__ = ("_session", "stream")

    def __init__(self, stream: list[str]) -> None:
        self.stream = stream

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def __getattribute__(self, name: str) -> Any:
        # Nobody asks for anything else.
        assert name in ("stream", "__class__", *ALL)
        return super().__getattribute__(name)


def test_a_name_of_another_base_is_that_of_the_base(follow: Any) -> None:
    heard: list[str] = []

    class Listening:
        def on_text_done(self, text: Any) -> None:
            heard.append(text.value)

    class Thread(threading.Thread):
        event_data = "collected"

        def run(self) -> None:
            heard.append("ran")

    base = handler_for(follow)
    threaded: Any = type("Mine", (Listening, base, Thread), {})
    handler = threaded()
    threading.Thread.__init__(handler)
    whole_story(follow, handler)
    handler.start()
    handler.join()
    assert heard == ["Sunny", "?", "Bye", "ran"]
    assert (handler.event_data, threaded.event_data) == ("collected", "collected")
    assert handler.current_run.status == "completed"


def test_handlers_may_be_dataclasses_and_have_slots(follow: Any) -> None:
    bases = (Collecting, handler_for(follow))
    fields: list[Any] = [("run", str), ("stream", list[str]), ("current_run", int, 3)]
    data: Any = dataclasses.make_dataclass("Data", fields, bases=bases)
    options: Any = {"frozen": True, "slots": True}
    frozen: Any = dataclasses.make_dataclass("F", ["stream"], bases=bases, **options)
    own = {"stream": attrs.field(), "_events": attrs.field(default=1)}
    of_attrs: Any = attrs.make_class("Attrs", own, bases=bases, slots=True)
    slots: Any = type("Slots", (WithSlots, handler_for(follow)), {"__slots__": ()})
    with pytest.raises(TypeError, match="run"):
        data(stream=[])
    for handler in (data("mine", []), frozen([]), of_attrs([]), slots([])):
        whole_story(follow, handler)
        assert handler.stream == ["Sun", "ny", "?", "Bye"]


def test_a_copy_of_a_handler_has_no_stream(follow: Any) -> None:
    handler = handler_for(follow)()
    handler.told = ["before"]
    follow(Story([run_as("completed"), DONE]), to_the_end, event_handler=handler)
    for again in (copy.deepcopy(handler), pickle.loads(pickle.dumps(handler))):
        assert again.told == ["before"]
        assert again.current_run is None
        follow(Story([run_as("completed"), DONE]), to_the_end, event_handler=again)
    with pytest.raises(UsageError, match="a handler is for one stream"):
        follow(Story([]), to_the_end, event_handler=handler)


def test_a_manager_that_is_entered_again_closes_the_first_stream() -> None:
    story = Story(FIRST, SECOND)
    with httpx.Client(transport=httpx.MockTransport(story.answer)) as http:
        runs = Client(base_url=URL, api_key=KEY, http_client=http).threads.runs
        manager = runs.stream(thread_id="thread_1", assistant_id="asst_1")
        with manager as stream:
            next(stream)
            with pytest.raises(UsageError, match="a handler is for one"), manager:
                pass
            next(stream)
        assert [*stream] == []
    assert len(story.requests) == 1


def test_a_handler_whose_stream_did_not_begin_can_be_used(follow: Any) -> None:
    handler = handler_for(follow)()
    with pytest.raises(IndexError):
        follow(Story(), to_the_end, event_handler=handler)
    follow(Story([run_as("completed"), DONE]), to_the_end, event_handler=handler)


def test_properties_are_of_objects_alone(follow: Any) -> None:
    base = handler_for(follow)
    with pytest.raises(AttributeError, match=r"Handler\.run is known of its objects"):
        _ = base.run
    assert base().current_event is None
    for name in ("run", "event_data", "text_deltas"):
        with pytest.raises(UsageError, match="the stream has not begun"):
            getattr(base(), name)


def test_what_accumulated_is_data_of_its_own(follow: Any) -> None:
    seen: list[Any] = []

    def use(found: Any) -> Any:
        assert found.event_data == {
            "thread": None,
            "run": None,
            "messages": [],
            "run_steps": [],
        }
        return found.until_done()

    class Seeing:
        def on_text_delta(self: Any) -> None:
            seen.append(self.event_data)
            self.event_data["messages"][0]["content"].clear()

    handler: Any = type("Mine", (Seeing, handler_for(follow)), {})()
    given = {"tools": ToolSet([add]), "event_handler": handler}
    follow(Story(FIRST, SECOND), use, **given)
    texts = [each["messages"][0]["content"][0] for each in seen]
    assert texts == [text("Sun"), *[text("Sunny")] * 3]
    found = handler.event_data
    assert found["run"]["status"] == "completed"
    assert [each["id"] for each in found["run_steps"]] == [
        f"step_{n}" for n in range(1, 5)
    ]
    assert copy.deepcopy(found) == pickle.loads(pickle.dumps(found)) == found
    message = handler.current_message_snapshot
    for again in (copy.deepcopy(message), pickle.loads(pickle.dumps(message))):
        assert again.to_dict() == message.to_dict() == found["messages"][1]


def test_a_subclass_with_an_odd_callback_is_refused_before_anything_is_sent(
    follow: Any,
) -> None:
    base = handler_for(follow)
    handler = base()
    handler.on_text_delta = "text"
    story = Story([])
    with pytest.raises(
        ConfigurationError, match="on_text_delta must be a function, not"
    ):
        follow(story, to_the_end, event_handler=handler)
    assert story.requests == []
    # None is a way to have none.
    handler.on_text_delta = None
    follow(Story([run_as("completed"), DONE]), to_the_end, event_handler=handler)


def test_the_methods_of_a_run_are_those_of_its_stream(follow: Any) -> None:
    seen: list[Any] = []

    class Seeing:
        def on_run_step_created(self: Any, _: Any) -> None:
            seen.append((self.run.status, self.run.has_ended, type(self.run).__name__))

    handler: Any = type("Mine", (Seeing, handler_for(follow)), {})()
    follow(Story(FIRST), to_the_end, event_handler=handler)
    kind = "AsyncRun" if follow is awaited else "Run"
    assert seen == [("in_progress", False, kind)]
    assert handler.run.required_action is not None
    assert callable(handler.run.cancel)
