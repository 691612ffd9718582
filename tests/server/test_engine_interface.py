"""What engines of real models need: usage, pieces of calls, state, turns, files."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import (
    CodeCall,
    Image,
    Incomplete,
    LocalServer,
    MadeFile,
    State,
    Text,
    ToolCall,
    ToolCallDelta,
    Turn,
    Usage,
)
from assistants_server.engines.outputs import problem_of
from tests.server.api import TIMEOUT, Api, calls_of, function, talking, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator

    from assistants_server import Engine
    from tests.server.conformance import Event

    Let = Callable[[Engine], None]

JSON = dict[str, Any]


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(tools=[function("add"), function("tell")])


def arguments_of(events: list[Event]) -> dict[int, str]:
    """Return what the deltas of calls make up, by index."""
    found: dict[int, str] = {}
    for name, data in events:
        if name == "thread.run.step.delta":
            for call in data["delta"]["step_details"]["tool_calls"]:
                piece = call["function"].get("arguments", "")
                found[call["index"]] = found.get(call["index"], "") + piece
    return found


def test_calls_come_in_pieces_with_ids_of_their_own(
    api: Api, assistant: str, use_engine: Let
) -> None:
    turns: list[Turn] = []

    async def pieces(turn: Turn) -> AsyncIterator[Any]:
        turns.append(turn)
        if turn.number:
            yield "done"
            return
        yield "Let me see. "
        yield ToolCallDelta("one", "add", '{"a"')
        yield ToolCallDelta("two", "tell")
        yield ToolCallDelta("one", arguments=": 1}")
        yield ToolCallDelta("two", arguments="{}")

    use_engine(pieces)
    thread = api.thread("Hi")
    events = api.events(f"/threads/{thread}/runs", {"assistant_id": assistant})
    assert arguments_of(events) == {0: '{"a": 1}', 1: "{}"}
    (run,) = api.get(f"/threads/{thread}/runs")["data"]
    assert [call["id"] for call in calls_of(run)] == ["one", "two"]
    assert [call["function"]["arguments"] for call in calls_of(run)] == (
        ['{"a": 1}', "{}"]
    )
    api.submit(run, "1", "2")
    run = api.wait(run, "completed")
    assert [step["type"] for step in api.steps(run)] == (
        ["message_creation", "tool_calls", "message_creation"]
    )
    (past,) = turns[1].past
    assert past.text == "Let me see. "
    assert [(each.id, each.name, each.output) for each in past.calls] == (
        [("one", "add", "1"), ("two", "tell", "2")]
    )
    assert turns[1].outputs == past.calls
    # What the user said, without what this run has said itself.
    assert [text_of(each) for each in turns[1].history] == ["Hi"]
    assert len(turns[1].messages) == 2


def test_an_id_is_new_to_clients_where_a_model_repeats_it(
    api: Api, assistant: str, use_engine: Let
) -> None:
    """Clients act once on an id."""
    turns: list[Turn] = []

    def repeating(turn: Turn) -> list[Any]:
        turns.append(turn)
        return [ToolCall("add", id="call_0")] if turn.number < 2 else ["done"]

    use_engine(repeating)
    run = api.run(api.thread("Hi"), assistant)
    (first,) = calls_of(run)
    api.submit(run, "1")
    run = api.wait(run)
    (second,) = calls_of(run)
    assert first["id"] == "call_0"
    assert second["id"].startswith("call_")
    assert second["id"] != "call_0"
    api.submit(run, "2")
    api.wait(run, "completed")
    assert [each.id for each in turns[2].outputs] == ["call_0", "call_0"]


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ([ToolCallDelta("one", arguments="{}")], "no name"),
        ([ToolCall("add", id="one"), ToolCall("add", id="one")], "twice"),
        ([ToolCallDelta("", "add")], "empty"),
        ([Usage(-1, 0)], "0 or more"),
        ([Usage(True, 0)], "bool"),
        ([State({"a": {1}})], "JSON"),
        ([State(7)], "int"),  # type: ignore[arg-type]
    ],
)
def test_what_is_wrong_fails_the_run(
    api: Api, assistant: str, use_engine: Let, outputs: list[Any], said: str
) -> None:
    use_engine(lambda turn: outputs)
    run = api.run(api.thread("Hi"), assistant)
    assert run["status"] == "failed"
    assert said in run["last_error"]["message"]


def test_usage_is_what_the_engine_says(
    api: Api, assistant: str, use_engine: Let
) -> None:
    def counting(turn: Turn) -> list[Any]:
        if turn.number == 0:
            # Of two steps in a turn the last one has all of it.
            return ["Well, ", ToolCall("add"), Usage(1, 1), Usage(100, 20, 64)]
        return [CodeCall("1"), "done", Usage(300, 7)]

    use_engine(counting)
    run = api.run(api.thread("Hi"), assistant)
    api.submit(run, "1")
    run = api.wait(run, "completed")
    assert run["usage"] == {
        "prompt_tokens": 400,
        "completion_tokens": 27,
        "total_tokens": 427,
        "prompt_token_details": {"cached_tokens": 64},
    }
    used = [step["usage"]["prompt_tokens"] for step in api.steps(run)]
    assert used == [0, 100, 0, 300]


def test_an_engine_makes_a_file_and_shows_it(
    api: Api, assistant: str, use_engine: Let
) -> None:
    def drawing(turn: Turn) -> Generator[Any, Any, None]:
        file: Any = yield MadeFile("../plots/a\u202e.png", b"...")
        yield CodeCall("plot()", images=(file,))
        yield Image(file)

    use_engine(drawing)
    run = api.run(api.thread("Draw it."), assistant)
    (step, _) = api.steps(run)
    ((image,),) = (
        call["code_interpreter"]["outputs"]
        for call in step["step_details"]["tool_calls"]
    )
    file = api.get(f"/files/{image['image']['file_id']}")
    assert (file["filename"], file["purpose"]) == ("a.png", "assistants_output")
    assert file["bytes"] == 3


def test_a_state_is_there_in_the_next_turn(
    api: Api, assistant: str, use_engine: Let
) -> None:
    seen: list[JSON] = []

    def remembering(turn: Turn) -> list[Any]:
        seen.append(turn.state)
        if turn.number == 2:
            return ["done"]
        if turn.number == 1:
            return [ToolCall("add")]
        return [State({"n": 1}), State({"n": 2}), ToolCall("add")]

    use_engine(remembering)
    run = api.run(api.thread("Hi"), assistant)
    for _ in range(2):
        assert "state" not in run
        api.submit(run, "1")
        run = api.wait(run)
    assert seen == [{}, {"n": 2}, {"n": 2}]


def test_a_turn_has_the_files_that_it_refers_to(
    api: Api, assistant: str, use_engine: Let
) -> None:
    def upload(name: str, content: bytes) -> str:
        sent = {"file": (name, content)}
        made = api.http.post("/files", files=sent, data={"purpose": "vision"})
        return str(made.json()["id"])

    image, text, gone = (
        upload("a.png", b"PNG"),
        upload("a.txt", b"a"),
        upload("b", b"b"),
    )
    content = [
        {"type": "image_file", "image_file": {"file_id": each}}
        for each in (image, gone)
    ]
    attached = [{"file_id": text, "tools": [{"type": "code_interpreter"}]}]
    message = {"role": "user", "content": content, "attachments": attached}
    thread = api.post("/threads", {"messages": [message]})["id"]
    api.delete(f"/files/{gone}")
    turns: list[Turn] = []

    def reading(turn: Turn) -> list[str]:
        turns.append(turn)
        return [each.read().decode() for each in turn.files.values()]

    use_engine(reading)
    run = api.run(thread, assistant)
    assert sorted("".join(api.answers(run))) == sorted("PNGa")
    files = turns[0].files
    assert files.keys() == {image, text}
    assert files[image].media_type == "image/png"
    assert (files[image].filename, files[image].size) == ("a.png", 3)


def test_a_turn_says_what_room_is_left(
    api: Api, assistant: str, use_engine: Let
) -> None:
    turns: list[Turn] = []

    def asking(turn: Turn) -> list[Any]:
        turns.append(turn)
        return [ToolCall("add"), Usage(30, 40)] if turn.number == 0 else ["done"]

    use_engine(asking)
    limits = {"max_prompt_tokens": 256, "max_completion_tokens": 300}
    run = api.run(api.thread("x" * 40), assistant, **limits)
    api.submit(run, "1")
    api.wait(run, "completed")
    assert [turn.completion_room for turn in turns] == [300, 260]
    assert turns[0].prompt_room == 256 - 10
    assert turns[1].prompt_room == 256 - 30 - 11


def test_a_filter_of_contents_is_the_reason_of_the_message(
    api: Api, assistant: str, use_engine: Let
) -> None:
    use_engine(lambda turn: ["So far", Incomplete("content_filter")])
    run = api.run(api.thread("Hi"), assistant)
    assert run["status"] == "incomplete"
    (message,) = api.messages(run["thread_id"], run_id=run["id"])
    assert message["incomplete_details"] == {"reason": "content_filter"}


class Whole:
    """An engine that is an object, with all that one may have."""

    models = ("large",)

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.ended = threading.Event()

    async def __call__(self, turn: Turn) -> AsyncIterator[Any]:
        try:
            yield Text("So far")
            await asyncio.sleep(3600)
        finally:
            self.ended.set()

    def refusal(self, run: JSON) -> str | None:
        kinds = [tool["type"] for tool in run["tools"]]
        return "No code here." if "code_interpreter" in kinds else None

    async def aclose(self) -> None:
        self.closed.set()


def test_an_engine_may_be_an_object() -> None:
    engine = Whole()
    with LocalServer(engine=engine) as server, talking(server) as api:
        assert [each["id"] for each in api.get("/models")["data"]] == ["large"]
        tools = [{"type": "code_interpreter"}]
        thread = api.thread("Hi")
        body = {"assistant_id": api.assistant(tools=tools)}
        error = api.post(f"/threads/{thread}/runs", body, status=400)["error"]
        assert error["message"] == "No code here."
        assert api.get(f"/threads/{thread}/runs")["data"] == []
        path = f"/threads/{thread}/runs"
        with api.stream(path, {"assistant_id": api.assistant()}) as stream:
            stream.until_text("So far")
            (run,) = api.get(path)["data"]
            api.cancel(run)
            # It is closed where it waits, so that it closes its own connections.
            assert engine.ended.wait(TIMEOUT)
            stream.rest()
        assert not engine.closed.is_set()
    assert engine.closed.is_set()


def test_each_kind_of_output_is_checked() -> None:
    for fine in (
        ToolCallDelta("one"),
        Usage(0, 0),
        State({}),
        ToolCall("add", id="one"),
    ):
        assert problem_of(fine) is None
