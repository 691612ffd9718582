"""Callbacks: with how many arguments each is called, and which are refused."""

from __future__ import annotations

import functools
import queue
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import (
    AssistantEventHandler,
    AsyncAssistantEventHandler,
    Client,
    ConfigurationError,
    Run,
    ToolSet,
)
from tests.client.story import (
    FIRST,
    KEY,
    SECOND,
    URL,
    Story,
    add,
    awaited,
    handler_for,
    to_the_end,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = ["Sun", "ny", "?", "Bye"]
BOTH = [("Sun", "Sun"), ("ny", "Sunny"), ("?", "?"), ("Bye", "Bye")]


class Listener:
    """Takes callbacks in all kinds of ways."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def one(self, delta: Any) -> None:
        self.heard.append(delta.value)

    def two(self, delta: Any, snapshot: Any) -> None:
        self.heard.append((delta.value, snapshot.value))

    def optional(self, delta: Any, snapshot: Any = None) -> None:
        self.two(delta, snapshot)

    def named(self, delta: Any, snapshot: Any = 0) -> None:
        self.two(delta, snapshot)

    def of_its_own(self, delta: Any, times: int = 1) -> None:
        self.heard.append(delta.value * times)

    def starred(self, *given: Any) -> None:
        self.two(*given)

    def only_by_name(self, delta: Any, *, times: int = 1) -> None:
        self.of_its_own(delta, times)

    def __call__(self, delta: Any) -> None:
        self.one(delta)


def ways(listener: Listener) -> dict[str, tuple[Callable[..., Any], list[Any]]]:
    lines: queue.Queue[Any] = queue.Queue()
    listener.lines = lines  # type: ignore[attr-defined]
    return {
        "one": (listener.one, TEXTS),
        "two": (listener.two, BOTH),
        "optional": (listener.optional, BOTH),
        "named": (listener.named, BOTH),
        "of its own": (listener.of_its_own, TEXTS),
        "starred": (listener.starred, BOTH),
        "only by name": (listener.only_by_name, TEXTS),
        "object": (listener, TEXTS),
        "lambda with a default": (lambda d, to=listener: to.one(d), TEXTS),
        "partial": (functools.partial(listener.of_its_own, times=1), TEXTS),
        "partial of two": (functools.partial(Listener.two, listener), BOTH),
        "none": (lambda: listener.heard.append(0), [0, 0, 0, 0]),
    }


@pytest.mark.parametrize("way", ways(Listener()))
def test_a_callback_takes_as_many_arguments_as_it_likes(follow: Any, way: str) -> None:
    listener = Listener()
    function, heard = ways(listener)[way]
    given = {"tools": ToolSet([add]), "on_text_delta": function}
    follow(Story(FIRST, SECOND), to_the_end, **given)
    assert listener.heard == heard


def test_functions_of_c_are_callbacks(follow: Any) -> None:
    deltas: list[Any] = []
    lines: queue.Queue[Any] = queue.SimpleQueue()  # type: ignore[assignment]
    calls: queue.Queue[Any] = queue.Queue()
    given: Any = {"on_text_delta": deltas.append, "on_message_delta": lines.put}
    given |= {"on_tool_call_delta": calls.put, "on_run_step_delta": print}
    follow(Story(FIRST, SECOND), to_the_end, tools=ToolSet([add]), **given)
    assert [each.value for each in deltas] == TEXTS
    assert lines.qsize() == 5
    assert calls.qsize() == 4


@pytest.mark.parametrize("static", [staticmethod, classmethod, None])
def test_methods_take_as_many_arguments_as_they_like(follow: Any, static: Any) -> None:
    heard: list[Any] = []
    # Of a class, and of an object, the first is bound.
    first: Any = (lambda d: heard.append(d.value)) if static is staticmethod else None
    function = first or (lambda _, d: heard.append(d.value))
    method = static(function) if static else function
    handler = type("Mine", (handler_for(follow),), {"on_text_delta": method})()
    follow(
        Story(FIRST, SECOND), to_the_end, tools=ToolSet([add]), event_handler=handler
    )
    assert heard == TEXTS


def test_a_callback_may_be_exchanged_on_the_way(follow: Any) -> None:
    heard: list[Any] = []

    class Changing:
        def on_text_delta(self: Any, delta: Any, snapshot: Any) -> None:
            heard.append((delta.value, snapshot.value))
            self.on_text_delta = lambda delta: heard.append(delta.value)

    handler = type("Mine", (Changing, handler_for(follow)), {})()
    given = {"tools": ToolSet([add]), "event_handler": handler}
    follow(Story(FIRST, SECOND), to_the_end, **given)
    assert heard == [("Sun", "Sun"), "ny", "?", "Bye"]


@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        (
            "on_text_delta",
            lambda a, b, c: 0,
            r"delta, snapshot, so .* take \(a, b, c\)",
        ),
        ("on_text_delta", lambda a, *, b: 0, r"delta, snapshot, so .* take \(a, b\)"),
        ("on_event", lambda a, b: 0, r"on_event is called with it, so it can't take"),
        ("on_end", lambda a: 0, r"on_end is called with nothing, so .* take \(a\)"),
        ("on_exception", lambda a, b: 0, "on_exception is called with exception, so"),
    ],
)
def test_a_callback_of_more_arguments_is_refused(
    follow: Any, name: str, function: Any, said: str
) -> None:
    story = Story([])
    with pytest.raises(ConfigurationError, match=said):
        follow(story, to_the_end, **{name: function})
    handler = handler_for(follow)()
    setattr(handler, name, function)
    with pytest.raises(ConfigurationError, match=said):
        follow(story, to_the_end, event_handler=handler)
    assert story.requests == []


async def later(*_: Any) -> None: ...
async def each(*_: Any) -> Any:
    yield 1


class Later:
    async def __call__(self, it: Any) -> None: ...


ASYNCHRONOUS = {
    "function": later,
    "generator": each,
    "object": Later(),
    "partial": functools.partial(later, 1),
    "method": Later().__call__,
}


@pytest.mark.parametrize("kind", ASYNCHRONOUS)
def test_a_plain_client_refuses_what_has_to_be_awaited(kind: str) -> None:
    function: Any = ASYNCHRONOUS[kind]
    story = Story([])
    said = (
        "on_text_done is asynchronous, and a plain client awaits nothing: use a plain"
    )
    with pytest.raises(ConfigurationError, match=said):
        follow_plainly(story, on_text_done=function)
    handler: Any = AssistantEventHandler()
    handler.on_text_done = function
    with pytest.raises(ConfigurationError, match=said):
        follow_plainly(story, event_handler=handler)
    with pytest.raises(ConfigurationError, match=f"Mine.{said}"):
        type("Mine", (AssistantEventHandler,), {"on_text_done": function})
    with pytest.raises(ConfigurationError, match=f"Mine.{said}"):

        class Mine(AssistantEventHandler):
            async def on_text_done(self, text: Any) -> None: ...  # type: ignore[override]

    assert story.requests == []


def follow_plainly(story: Story, **given: Any) -> None:
    from tests.client.story import sync

    sync(story, to_the_end, **given)


def test_a_mixin_s_callbacks_are_refused_too() -> None:
    class Mixin:
        async def on_end(self) -> None: ...

    with pytest.raises(ConfigurationError, match=r"Mine\.on_end is asynchronous"):
        type("Mine", (Mixin, AssistantEventHandler), {})

    class Fine(Mixin, AsyncAssistantEventHandler):
        pass

    # One that comes later is refused where it is used.
    class Other(AssistantEventHandler):
        pass

    other: Any = Other
    other.on_end = Mixin.on_end
    with pytest.raises(ConfigurationError, match=r"Other\.on_end is asynchronous"):
        follow_plainly(Story([]), event_handler=Other())


def test_what_a_plain_callback_returns_is_not_left_unawaited() -> None:
    with pytest.raises(
        ConfigurationError, match="on_text_done returned something to aw"
    ):
        follow_plainly(
            Story(FIRST, SECOND), tools=ToolSet([add]), on_text_done=lambda _: later()
        )


def test_a_generator_is_no_callback(follow: Any) -> None:
    def generate(delta: Any) -> Any:
        yield delta

    kinds: list[Any] = [generate, each] if follow is awaited else [generate]
    for function in kinds:
        with pytest.raises(
            ConfigurationError, match="has a `yield`, so that calling it"
        ):
            follow(Story([]), to_the_end, on_text_delta=function)


def test_both_kinds_of_callbacks_work_with_an_async_client() -> None:
    heard: list[str] = []

    async def delta(delta: Any) -> None:
        heard.append(delta.value)

    class Mine(AsyncAssistantEventHandler):
        async def on_text_delta(self, delta: Any) -> None:  # type: ignore[override]
            heard.append(delta.value)

        def on_text_done(self, text: Any) -> None:  # type: ignore[override]
            heard.append("done")

    for given in (
        {"on_text_delta": delta, "on_text_done": lambda: heard.append("done")},
        {"event_handler": Mine()},
    ):
        heard.clear()
        awaited(Story(FIRST, SECOND), to_the_end, tools=ToolSet([add]), **given)
        assert heard == ["Sun", "ny", "done", "?", "done", "Bye", "done"]


@pytest.mark.parametrize("name", ["on_update", "on_approval"])
def test_what_a_plain_client_awaits_nowhere_begins_no_run(name: str) -> None:
    story = Story([])
    with httpx.Client(transport=httpx.MockTransport(story.answer)) as http:
        client = Client(base_url=URL, api_key=KEY, http_client=http)
        runs: Any = client.threads.runs
        run: Any = Run.from_dict({"id": "run_1", "thread_id": "t", "status": "queued"})
        ids = {"thread_id": "t", "assistant_id": "a"}
        calls: list[Callable[..., Any]] = [
            functools.partial(runs.create_and_poll, **ids),
            functools.partial(runs.stream, **ids),
            functools.partial(runs.poll, "run_1", "t"),
            client.attach(run).wait,
        ]
        if name == "on_update":
            calls.append(functools.partial(client.files.wait_for_processing, "file_1"))
        for call in calls:
            with pytest.raises(ConfigurationError, match=f"{name} has to be awaited"):
                call(**{name: later})
    assert story.requests == []
