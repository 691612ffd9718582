"""Streams that are cut, after each event and within: what came, and what follows."""

from __future__ import annotations

import asyncio
import json
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import define, field, frozen

from assistants_client import (
    AsyncClient,
    Client,
    StreamInterrupted,
    ToolSet,
    tool,
    tool_output,
)
from assistants_client.local import CodeCall, FileSearch, LocalServer, ToolCall, Turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

KEY = "sk-of-the-test"
ENDED = ("completed", "requires_action")


@tool
def add(a: int) -> int:
    """Add one.

    Args:
        a: to what.
    """
    return a + 1


def engine(turn: Turn) -> Iterator[Any]:
    """Use what there is to use, and speak before and after."""
    if turn.question == "call" and not turn.outputs:
        yield ToolCall("add", {"a": 1})
        yield ToolCall("add", {"a": 2})
        return
    yield CodeCall("print(1)", logs="1\n", images=("file_1",))
    yield FileSearch(())
    yield from ("It is ", "d\u2028ne", ".")


@frozen
class Stage:
    """A stream as the server sent it, and what it then had to say of the run.

    Attributes:
        content: the bytes.
        found: JSON by the end of the path; lists in the order of creation.
    """

    content: bytes
    found: dict[str, Any]

    def frames(self) -> list[bytes]:
        """Give the events as bytes, each with its empty line."""
        return [each + b"\n\n" for each in self.content.split(b"\n\n")[:-1]]

    def cuts(self) -> list[int]:
        """Give where to cut: before and within each event, but not after the last."""
        found, at = [], 0
        for each in self.frames():
            found += [at, at + len(each) // 2]
            at += len(each)
        return found


class _Cut(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off."""

    def __init__(self, content: bytes, error: Exception | None) -> None:
        self._content = content
        self._error = error

    def __iter__(self) -> Iterator[bytes]:
        if self._content:
            yield self._content
        if self._error is not None:
            raise self._error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for each in self:
            yield each


@define
class Replayed:
    """A server that answers as a recorded one did, with a stream that is cut.

    Attributes:
        stages: what it sends, one stream after the other.
        at: in which of them it is cut, and after how many bytes.
        error: with what the connection breaks; none where it is closed.
        posted: the paths of what was sent.
    """

    stages: list[Stage]
    at: tuple[int, int] | None = None
    error: Exception | None = None
    posted: list[str] = field(factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.posted.append(request.url.path)
            number = len(self.posted) - 1
            content, error = self.stages[number].content, None
            if self.at is not None and self.at[0] == number:
                content, error = content[: self.at[1]], self.error
            headers = {"content-type": "text/event-stream", "x-request-id": "req_1"}
            return httpx.Response(200, headers=headers, stream=_Cut(content, error))
        found = self.stages[len(self.posted) - 1].found
        name = request.url.path.rpartition("/")[2]
        if name not in found:
            return httpx.Response(200, json=found["run"])
        items = found[name]
        if request.url.params.get("order", "desc") == "desc":
            items = items[::-1]
        return httpx.Response(
            200, json={"object": "list", "data": items, "has_more": False}
        )


@frozen
class Outcome:
    """What came of a stream: its end, and all texts on the way."""

    run: Any
    messages: list[Any]
    steps: list[Any]
    text: str


Method = Any
"""Begins a stream with a client, and options."""


def use_sync(replayed: Replayed, method: Method, options: dict[str, Any]) -> Outcome:
    with (
        httpx.Client(transport=httpx.MockTransport(replayed)) as transport,
        Client(base_url="http://x/v1", api_key=KEY, http_client=transport) as client,
        method(client, **options) as stream,
    ):
        text = "".join(stream.text_deltas)
        run = stream.get_final_run()
        messages = stream._final_messages() if stream._snapshots.messages else []
        return _outcome(run, messages, stream.get_final_run_steps(), text)


def use_async(replayed: Replayed, method: Method, options: dict[str, Any]) -> Outcome:
    async def use() -> Outcome:
        async with (
            httpx.AsyncClient(transport=httpx.MockTransport(replayed)) as transport,
            AsyncClient(
                base_url="http://x/v1", api_key=KEY, http_client=transport
            ) as client,
            method(client, **options) as stream,
        ):
            text = "".join([each async for each in stream.text_deltas])
            run = await stream.get_final_run()
            messages = stream._final_messages() if stream._snapshots.messages else []
            steps = await stream.get_final_run_steps()
            return _outcome(run, messages, steps, text)

    return asyncio.run(use())


def _outcome(run: Any, messages: list[Any], steps: list[Any], text: str) -> Outcome:
    return Outcome(
        run.to_dict(),
        [each.to_dict() for each in messages],
        [each.to_dict() for each in steps],
        text,
    )


@pytest.fixture(params=[use_sync, use_async], ids=["sync", "async"])
def use(request: pytest.FixtureRequest) -> Any:
    return request.param


class _Recorded(httpx.HTTPTransport):
    """Goes to the server, and keeps the bodies of streams."""

    def __init__(self) -> None:
        super().__init__()
        self.streams: list[bytes] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if response.headers["content-type"].startswith("text/event-stream"):
            content = response.read()
            response.close()
            self.streams.append(content)
            return httpx.Response(200, headers=response.headers, content=content)
        return response


@pytest.fixture(scope="module")
def recorded() -> dict[str, list[Stage]]:
    """Give what the server sends for a run in a new thread, without a call and with."""
    transport = _Recorded()
    with (
        LocalServer(engine=engine) as server,
        httpx.Client(transport=transport) as http,
        Client(base_url=server.url, api_key=KEY, http_client=http) as client,
    ):
        own = [{"type": "code_interpreter"}, {"type": "file_search"}]
        tools: Any = [add.definition, *own]
        assistant = client.assistants.create(model="m", tools=tools)

        def stage(events: Any) -> Stage:
            run = [each.data for each in events if each.event[:11] == "thread.run."][-1]
            ids: Any = {"thread_id": run.thread_id, "run_id": run.id}
            threads = client.threads
            steps = threads.runs.steps.list(**ids, order="asc")
            messages = threads.messages.list(**ids, order="asc")
            found = {
                "run": threads.runs.retrieve(**ids).to_dict(),
                "runs": [threads.runs.retrieve(**ids).to_dict()],
                "steps": [each.to_dict() for each in steps],
                "messages": [each.to_dict() for each in messages],
            }
            return Stage(transport.streams[-1], found)

        found = {}
        for question in ("go", "call"):
            said: Any = [{"role": "user", "content": question}]
            begun = client.threads.create_and_run(
                assistant_id=assistant.id, thread={"messages": said}, stream=True
            )
            found[question] = [stage([*begun])]
        run = found["call"][0].found["run"]
        calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        on = client.threads.runs.submit_tool_outputs(
            run["id"],
            thread_id=run["thread_id"],
            tool_outputs=[tool_output(each["id"], "2") for each in calls],
            stream=True,
        )
        found["call"].append(stage([*on]))
    return found


def without_thread(stage: Stage) -> Stage:
    """Give what the server sends where the thread was there before."""
    frames = [each for each in stage.frames() if b"event: thread.created" not in each]
    return Stage(b"".join(frames), stage.found)


@frozen
class Case:
    """A method, and what the server sends when it is called.

    Attributes:
        run_id: the run that the call itself names; none where it creates one.
    """

    begin: Method
    stages: list[Stage]
    run_id: str | None = None


def create_and_run_stream(client: Any, **options: Any) -> Any:
    return client.threads.create_and_run_stream(assistant_id="a", **options)


@pytest.fixture(
    params=["stream", "create_and_run_stream", "submit_tool_outputs_stream", "tools"]
)
def case(request: pytest.FixtureRequest, recorded: dict[str, list[Stage]]) -> Case:
    plain, (first, second) = recorded["go"][0], recorded["call"]
    run = second.found["run"]

    def submit(client: Any, **options: Any) -> Any:
        return client.threads.runs.submit_tool_outputs_stream(
            run_id=run["id"],
            thread_id=run["thread_id"],
            tool_outputs=[tool_output("call_1", "2")],
            **options,
        )

    def in_thread(client: Any, **options: Any) -> Any:
        return client.threads.runs.stream(
            thread_id=plain.found["run"]["thread_id"], assistant_id="a", **options
        )

    def with_tools(client: Any, **options: Any) -> Any:
        return client.threads.create_and_run_stream(
            assistant_id="a", tools=ToolSet([add]), **options
        )

    return {
        "stream": Case(in_thread, [without_thread(plain)]),
        "create_and_run_stream": Case(create_and_run_stream, [plain]),
        "submit_tool_outputs_stream": Case(submit, [second], run["id"]),
        "tools": Case(with_tools, [first, second]),
    }[request.param]


def cut_anywhere(case: Case, use: Any) -> Iterator[tuple[int, int, Replayed]]:
    """Give a server for each cut; some break the connection, and some close it.

    What follows a cut is the same code for both kinds of client, and what drives it
    knows no places; so that every third is enough for one of them.
    """
    for number, stage in enumerate(case.stages):
        for order, cut in enumerate(stage.cuts()):
            if use is use_async and order % 3:
                continue
            error = (httpx.ReadError("the cable was cut"), None)[order // 2 % 2]
            yield number, cut, Replayed(case.stages, (number, cut), error)


def told_until(stages: list[Stage], number: int, cut: int) -> Any:
    """Read what came before a cut, as simply as can be."""
    run, texts, messages, steps = None, "", [], []
    content = b"".join(each.content for each in stages[:number])
    content += stages[number].content[:cut]
    for block in content.split(b"\n\n")[:-1]:
        name, data = (line.partition(b": ")[2].decode() for line in block.split(b"\n"))
        if name == "done":
            continue
        value = json.loads(data)
        if value["object"] == "thread.run":
            run = value
        elif name == "thread.message.created":
            messages.append(value["id"])
        elif value["object"] == "thread.run.step" and value["id"] not in steps:
            steps.append(value["id"])
        elif name == "thread.message.delta":
            texts += value["delta"]["content"][0]["text"]["value"]
    return run, texts, messages, steps


def test_what_came_is_with_the_error(case: Case, use: Any) -> None:
    broken = 0
    for number, cut, replayed in cut_anywhere(case, use):
        run, text, messages, steps = told_until(case.stages, number, cut)
        # The run goes on when the outputs are submitted.
        waited = told_until(case.stages, number, 0)[0]
        over = bool(run) and run["status"] in ENDED and run != waited
        if over:
            found = use(replayed, case.begin, {})
            assert found.run["status"] == case.stages[-1].found["run"]["status"]
            continue
        broken += 1
        with pytest.raises(StreamInterrupted) as caught:
            use(replayed, case.begin, {})
        error = caught.value
        why = "the cable was cut" if replayed.error else "it ended before the run did"
        assert why in str(error)
        assert (error.__cause__ is not None) == bool(replayed.error)
        assert error.request_id == "req_1"
        known = run["id"] if run else case.run_id
        assert (error.run.id if error.run else None) == known
        assert [each.id for each in error.messages] == messages
        assert [each.id for each in error.steps] == steps
        written = "".join(
            part.text.value for each in error.messages for part in each.content
        )
        assert written == text
        again = pickle.loads(pickle.dumps(error))
        assert str(again) == str(error)
        assert (again.run, again.messages, again.steps) == (
            *(error.run, error.messages, error.steps),
        )
    assert broken > (7 if use is use_async else 20)


def test_a_cut_stream_goes_on_by_polling(case: Case, use: Any) -> None:
    whole = use(Replayed(case.stages), case.begin, {})
    assert whole.text == "It is d\u2028ne."
    assert whole.run == case.stages[-1].found["run"]
    options = {"resume": True, "poll_interval_ms": 1}
    unknown = 0
    for number, cut, replayed in cut_anywhere(case, use):
        content = case.stages[number].content
        begins = content.startswith((b"event: thread.created", b"event: thread.run.cr"))
        if begins and b"\n\n" not in content[:cut]:
            # Nothing was told of a run yet, so it can't be known.
            unknown += 1
            with pytest.raises(StreamInterrupted):
                use(replayed, case.begin, options)
            continue
        found = use(replayed, case.begin, options)
        assert found == whole, (number, cut)
        assert len(replayed.posted) == len(case.stages)
    assert unknown <= 2


def test_each_way_to_end_is_named(recorded: dict[str, list[Stage]], use: Any) -> None:
    stages = recorded["go"]
    errors: list[tuple[Exception, str, bool]] = [
        (httpx.ReadTimeout("slow"), r"nothing came for too long \(slow\)", True),
        (httpx.RemoteProtocolError("peer closed"), "peer closed", False),
        (httpx.ReadError(""), "ReadError", False),
        (httpx.DecodingError("not gzip"), "not gzip", False),
    ]
    cut = stages[0].cuts()[5]
    for error, said, timed_out in errors:
        with pytest.raises(StreamInterrupted, match=said) as caught:
            use(Replayed(stages, (0, cut), error), create_and_run_stream, {})
        assert caught.value.timed_out == timed_out
        assert "threads.create_and_run" in str(caught.value)


def over_http(
    server: LocalServer, fault: str, begin: Callable[..., Any], *, asynchronous: bool
) -> Any:
    """Follow a stream of a server with a fault; give its text, run and messages."""
    options: dict[str, Any] = {
        "extra_headers": {"X-Local-Fault": f"{fault} on=POST"},
        "poll_interval_ms": 2,
    }
    if not asynchronous:
        with (
            Client(base_url=server.url, api_key=KEY) as client,
            begin(client, **options) as stream,
        ):
            text = "".join(stream.text_deltas)
            return text, stream.get_final_run(), stream.get_final_messages()

    async def use() -> Any:
        async with (
            AsyncClient(base_url=server.url, api_key=KEY) as client,
            begin(client, **options) as stream,
        ):
            text = "".join([each async for each in stream.text_deltas])
            messages = await stream.get_final_messages()
            return text, await stream.get_final_run(), messages

    return asyncio.run(use())


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(engine=engine, poll_after=2) as server:
        yield server


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    "fault",
    [
        *("cut-stream=6", "cut-stream=6 how=reset", "end-stream=4", "cut-stream=40"),
        *("malformed event=9", "frames=no-done", "frames=unnamed", "frames=crlf"),
        "frames=unescaped",
    ],
)
def test_a_server_with_faults_is_followed_to_the_end(
    server: LocalServer, fault: str, asynchronous: bool
) -> None:
    with Client(base_url=server.url, api_key=KEY) as client:
        assistant = client.assistants.create(
            model="m", tools=[{"type": "code_interpreter"}, {"type": "file_search"}]
        )
    before = len(server.exchanges)

    def begin(client: Any, **options: Any) -> Any:
        return client.threads.create_and_run_stream(
            assistant_id=assistant.id,
            thread={"messages": [{"role": "user", "content": "go"}]},
            resume=True,
            **options,
        )

    text, run, messages = over_http(server, fault, begin, asynchronous=asynchronous)
    with Client(base_url=server.url, api_key=KEY) as client:
        now = client.threads.runs.retrieve(run.id, thread_id=run.thread_id)
    assert text == "It is d\u2028ne."
    assert now.to_dict() == run.to_dict()
    assert [each.content[0].text.value for each in messages] == [text]
    posted = [each.operation for each in server.exchanges[before:]]
    assert posted.count("createThreadAndRun") == 1
