"""Engines of a user's own: kinds, what they know, and what they can do wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import FunctionOutput, Text, ToolCall, Turn, Wait, deterministic
from tests.server.api import TIMEOUT, Api, Gate, function, text_of

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


async def async_generator(turn: Turn) -> AsyncIterator[str]:
    for word in turn.question.split():
        await asyncio.sleep(0)
        yield f"{word.upper()} "


def listing(turn: Turn) -> list[str]:
    return [*generator(turn)]


def text_in_tuple(turn: Turn) -> tuple[str]:
    return ("".join(generator(turn)),)


async def coroutine(turn: Turn) -> list[str]:
    await asyncio.sleep(0)
    return listing(turn)


async def coroutine_of_generator(turn: Turn) -> AsyncIterator[str]:
    await asyncio.sleep(0)
    return async_generator(turn)


class WithState:
    """An engine that is an object."""

    def __call__(self, turn: Turn) -> Iterator[str]:
        yield from generator(turn)

    async def later(self, turn: Turn) -> AsyncIterator[str]:
        async for piece in async_generator(turn):
            yield piece


def iterator(turn: Turn) -> Iterator[str]:
    return map(str.upper, [f"{word} " for word in turn.question.split()])


@pytest.mark.parametrize(
    "engine",
    [
        *(generator, async_generator, listing, text_in_tuple, coroutine),
        *(coroutine_of_generator, WithState(), WithState().later, iterator),
        lambda turn: (text for text in listing(turn)),
    ],
    ids=[
        *("generator", "async generator", "list", "tuple", "coroutine"),
        *("coroutine of generator", "object", "method", "iterator", "lambda"),
    ],
)
def test_engines_of_all_kinds(
    api: Api, assistant: str, thread: str, use_engine: Let, engine: Engine
) -> None:
    use_engine(engine)
    run = api.run(thread, assistant)
    assert run["status"] == "completed"
    assert api.answers(run) == ["HOW HIGH IS EVEREST? "]


@pytest.mark.parametrize("given", [[], iter(())], ids=["list", "iterator"])
def test_an_engine_may_say_nothing(
    api: Api, assistant: str, thread: str, use_engine: Let, given: Any
) -> None:
    use_engine(lambda turn: given)
    run = api.run(thread, assistant)
    assert (run["status"], api.answers(run)) == ("completed", [])


def test_empty_pieces_make_a_message(
    api: Api, assistant: str, thread: str, use_engine: Let
) -> None:
    use_engine(lambda turn: ["", Text("")])
    assert api.answers(api.run(thread, assistant)) == [""]


def test_what_a_turn_knows(
    api: Api, assistant: str, thread: str, use_engine: Let
) -> None:
    turns: list[Turn] = []

    def asking(turn: Turn) -> Iterator[Any]:
        turns.append(turn)
        yield "Well." if turn.number == 2 else ToolCall("height", {"turn": turn.number})

    use_engine(asking)
    run = api.run(thread, assistant, script=[["said to no one"]])
    api.submit(run, "8849")
    run = api.wait(run)
    api.submit(run, "8848")
    run = api.wait(run)
    first, second, third = turns
    assert [turn.number for turn in turns] == [0, 1, 2]
    assert first.outputs == ()
    one = FunctionOutput("height", '{"turn": 0}', "8849")
    assert second.outputs == (one,)
    assert third.outputs == (one, FunctionOutput("height", '{"turn": 1}', "8848"))
    for turn in turns:
        assert turn.question == "How high is Everest?"
        assert turn.messages == api.messages(thread)[:1]
        assert turn.functions == [function("height")["function"]]
        assert turn.script == (("said to no one",),)
        same = ("id", "model", "instructions", "tools", "tool_choice", "thread_id")
        assert {name: turn.run[name] for name in same} == {n: run[n] for n in same}
        assert turn.run["status"] == "in_progress"


def test_the_question_is_the_text_of_the_users_last_message(
    api: Api, assistant: str, use_engine: Let
) -> None:
    use_engine(lambda turn: [turn.question])
    said: list[Any] = [
        {"type": "text", "text": "One"},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "text", "text": "two"},
    ]
    messages = [
        {"role": "user", "content": "Zero"},
        {"role": "user", "content": said},
        {"role": "assistant", "content": "three"},
    ]
    thread = api.post("/threads", {"messages": messages})["id"]
    assert api.answers(api.run(thread, assistant)) == ["One\ntwo"]
    assert api.answers(api.run(api.thread(), assistant)) == [""]


def test_an_engine_reads_what_earlier_runs_wrote(
    api: Api, assistant: str, thread: str, use_engine: Let
) -> None:
    api.run(thread, assistant, script=[["8849 m"]])
    again = [{"role": "user", "content": "In feet?"}]
    use_engine(lambda turn: ["|".join(map(text_of, turn.messages))])
    run = api.run(thread, assistant, additional_messages=again)
    assert api.answers(run) == ["How high is Everest?|8849 m|In feet?"]


def test_an_engine_cannot_change_the_server_by_what_it_is_given(
    api: Api, assistant: str, thread: str, use_engine: Let
) -> None:
    def meddling(turn: Turn) -> list[str]:
        turn.messages[0]["content"] = []
        turn.run["status"] = "failed"
        turn.run["metadata"]["a"] = "b"
        turn.messages.clear()
        return ["Fine."]

    use_engine(meddling)
    before = api.messages(thread)
    run = api.run(thread, assistant)
    assert (run["status"], run["metadata"]) == ("completed", {})
    assert api.messages(thread)[:1] == before


def test_a_blocking_engine_holds_up_nobody(
    api: Api, assistant: str, use_engine: Let
) -> None:
    gate = Gate(after=("At last.",))
    use_engine(gate)
    # More than any pool of threads is likely to have.
    runs = [api.start(api.thread("Hi"), assistant) for _ in range(50)]
    assert gate.reached.wait(TIMEOUT)
    use_engine(deterministic)
    other = api.run(api.thread("Hi"), assistant, tools=[])
    assert other["status"] == "completed"
    use_engine(generator)
    assert api.answers(api.run(api.thread("Hi"), assistant)) == ["HI "]
    gate.open()
    for run in runs:
        assert api.wait(run)["status"] == "completed"


def test_waiting_holds_up_nobody(
    api: Api, assistant: str, thread: str, use_engine: Let
) -> None:
    use_engine(lambda turn: [Wait(3600)])
    run = api.wait(api.start(thread, assistant), "in_progress")
    use_engine(generator)
    assert api.run(api.thread("Hi"), assistant)["status"] == "completed"
    api.cancel(run)
    assert api.wait(run)["status"] == "cancelled"


def test_a_run_keeps_the_engine_that_it_began_with(
    api: Api, assistant: str, thread: str, use_engine: Let
) -> None:
    use_engine(lambda turn: ["Old." if turn.number else ToolCall("height")])
    run = api.run(thread, assistant)
    use_engine(lambda turn: ["New."])
    api.submit(run, "8849")
    assert api.answers(api.wait(run)) == ["Old."]
