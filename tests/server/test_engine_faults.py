"""What engines do wrong: they raise, talk nonsense, or never end."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import (
    CodeCall,
    Fail,
    FileSearch,
    Image,
    Incomplete,
    MadeFile,
    RefusedText,
    Text,
    ToolCall,
    Turn,
    Wait,
)
from tests.server.api import TIMEOUT, Api, function

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from assistants_server import Engine

    Let = Callable[[Any], None]


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(instructions="Be brief.", tools=[function("height")])


@pytest.fixture
def thread(api: Api) -> str:
    return api.thread("How high is Everest?")


def generator(turn: Turn) -> Iterator[str]:
    for word in turn.question.split():
        yield f"{word.upper()} "


def raising(turn: Turn) -> Iterator[str]:
    yield "It is"
    raise KeyError("a secret of the engine")


async def raising_later(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    raise KeyError("a secret of the engine")


def stopping(turn: Turn) -> list[str]:
    raise StopIteration("a secret of the engine")


def exiting(turn: Turn) -> list[str]:
    raise SystemExit("a secret of the engine")


async def raising_at_once(turn: Turn) -> list[str]:
    raise ValueError("a secret of the engine")


@pytest.mark.parametrize(
    ("engine", "named"),
    [
        (raising, "KeyError"),
        (raising_later, "KeyError"),
        (stopping, "StopIteration"),
        (exiting, "SystemExit"),
        (raising_at_once, "ValueError"),
    ],
)
def test_an_engine_that_raises_fails_its_run(
    api: Api,
    assistant: str,
    thread: str,
    use_engine: Let,
    engine: Engine,
    named: str,
) -> None:
    use_engine(engine)
    run = api.run(thread, assistant)
    assert run["status"] == "failed"
    assert run["last_error"]["code"] == "server_error"
    # What it raised is for those who run the server, and not for its clients.
    assert named in run["last_error"]["message"]
    assert "secret" not in run["last_error"]["message"]
    use_engine(generator)
    assert api.run(thread, assistant)["status"] == "completed"


def test_what_an_engine_raised_is_in_the_log(
    api: Api,
    assistant: str,
    thread: str,
    use_engine: Let,
    caplog: pytest.LogCaptureFixture,
) -> None:
    use_engine(raising)
    run = api.run(thread, assistant)
    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert record.name == "assistants_server"
    assert run["id"] in record.getMessage()
    assert record.exc_info
    assert isinstance(record.exc_info[1], KeyError)


CITED = {"type": "file_citation", "text": "[1]"}
NUMBER: Any = 7
WORD: Any = "long"


# By what it is: what an engine gives, and what the error then has to say.
NONSENSE: dict[str, tuple[Any, str]] = {
    "nothing": (None, "NoneType"),
    "text": ("text", "str"),
    "a number": (7, "int"),
    "a number at last": (["It is", 7], "int"),
    "a list of none": ([None], "NoneType"),
    "bytes": ([b"It is"], "bytes"),
    "a dict": ([{"call": "height"}], "dict"),
    "text after a call": ([ToolCall("height"), "It is"], "after a call"),
    "code after a call": ([ToolCall("height"), CodeCall("1")], "after a call"),
    "refusal after a call": ([ToolCall("height"), RefusedText("No")], "after a call"),
    "half an annotation": ([Text("It is", (CITED,))], "MessageAnnotation"),
    "half a result": ([FileSearch(({"file_id": "file-1"},))], "FileSearchCall"),
    "text of a number": ([Text(NUMBER)], "int"),
    "refusal of a number": ([RefusedText(NUMBER)], "int"),
    "image of a number": ([Image(NUMBER)], "int"),
    "file of text": ([MadeFile("a.txt", WORD)], "bytes"),
    "file named by a number": ([MadeFile(NUMBER, b"")], "int"),
    "call of a number": ([ToolCall(NUMBER)], "int"),
    "arguments of a number": ([ToolCall("height", NUMBER)], "int"),
    "a set as argument": ([ToolCall("height", {"of": {1, 2}})], "set"),
    "NaN as argument": ([ToolCall("height", {"of": math.nan})], "JSON"),
    "code of a number": ([CodeCall(NUMBER)], "int"),
    "logs of a number": ([CodeCall("1", logs=NUMBER)], "int"),
    "images of a number": ([CodeCall("1", images=(NUMBER,))], "int"),
    "half a character": (["It is \ud800"], "surrogate"),
    "half a character in a call": ([ToolCall("height", '"\ud800"')], "surrogate"),
    "no time": ([Wait(math.nan)], "nan"),
    "a time in words": ([Wait(WORD)], "str"),
    "an unknown failure": ([Fail("No.", WORD)], "rate_limit_exceeded"),
    "a failure of a number": ([Fail(NUMBER)], "int"),
    "an unknown limit": ([Incomplete(WORD)], "max_prompt_tokens"),
}


@pytest.mark.parametrize("what", [*NONSENSE])
def test_invalid_output_fails_the_run_and_says_why(
    api: Api,
    assistant: str,
    thread: str,
    use_engine: Let,
    what: str,
) -> None:
    given, said = NONSENSE[what]
    use_engine(lambda turn: given)
    run = api.run(thread, assistant)
    assert run["status"] == "failed"
    assert run["last_error"]["code"] == "server_error"
    assert said in run["last_error"]["message"]
    for step in api.steps(run):
        assert step["status"] != "in_progress"
    for message in api.messages(thread):
        assert message["status"] != "in_progress"
    use_engine(generator)
    assert api.run(thread, assistant)["status"] == "completed"


@pytest.mark.parametrize("kind", ["sync", "async", "silent"])
def test_an_endless_engine_can_be_cancelled(
    api: Api, assistant: str, thread: str, use_engine: Let, kind: str
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def endless(turn: Turn) -> Iterator[Any]:
        begun.set()
        try:
            while True:
                yield "" if kind == "sync" else Wait(0)
        finally:
            ended.set()

    async def endless_async(turn: Turn) -> AsyncIterator[str]:
        begun.set()
        try:
            while True:
                yield ""
        finally:
            ended.set()

    use_engine(endless_async if kind == "async" else endless)
    run = api.start(thread, assistant)
    # A run is in progress before its engine is asked for anything.
    assert begun.wait(TIMEOUT)
    # Others are served meanwhile.
    use_engine(generator)
    assert api.run(api.thread("Hi"), assistant)["status"] == "completed"
    api.cancel(run)
    assert api.wait(run)["status"] == "cancelled"
    # And it is told, so that it can clean up.
    assert ended.wait(TIMEOUT)


def test_an_engine_that_ignores_cancelling_is_abandoned(
    api: Api, assistant: str, thread: str, use_engine: Let
) -> None:
    enough = threading.Event()

    async def stubborn(turn: Turn) -> AsyncIterator[str]:
        while not enough.is_set():
            try:
                await asyncio.sleep(0.001)
            except asyncio.CancelledError:
                yield "Never mind."

    use_engine(stubborn)
    run = api.wait(api.start(thread, assistant), "in_progress")
    try:
        api.cancel(run)
        assert api.wait(run)["status"] == "cancelled"
    finally:
        enough.set()


class Closing:
    """An iterator that is no generator, and has something to close."""

    def __init__(self) -> None:
        self.begun, self.closed = threading.Event(), threading.Event()

    def __iter__(self) -> Closing:
        return self

    def __next__(self) -> str:
        self.begun.set()
        return ""

    def close(self) -> None:
        self.closed.set()


def test_an_iterator_is_closed(
    api: Api, assistant: str, thread: str, use_engine: Let
) -> None:
    endless = Closing()
    use_engine(lambda turn: endless)
    run = api.start(thread, assistant)
    # One that was never asked for anything has nothing to close.
    assert endless.begun.wait(TIMEOUT)
    api.cancel(run)
    assert endless.closed.wait(TIMEOUT)


def test_an_engine_may_clean_up_when_cancelled(
    api: Api, assistant: str, thread: str, use_engine: Let
) -> None:
    closed = threading.Event()

    def careful(turn: Turn) -> Iterator[Any]:
        try:
            yield Fail("No.")
            yield "never asked for"
        finally:
            closed.set()

    use_engine(careful)
    assert api.run(thread, assistant)["status"] == "failed"
    assert closed.wait(TIMEOUT)
