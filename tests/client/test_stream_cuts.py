"""Streams that are cut, after each event and within: what came, and what follows."""

from __future__ import annotations

import asyncio
import itertools
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import (
    AsyncClient,
    Client,
    StreamInterrupted,
    ToolSet,
    tool_output,
)
from assistants_server import LocalServer
from tests.cases import some
from tests.client.cuts import (
    ENDED,
    KEY,
    Case,
    Recorded,
    Replayed,
    Stage,
    add,
    create_and_run_stream,
    cut_anywhere,
    engine,
    sent_before,
    use_async,
    use_sync,
    without_thread,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(params=[use_sync, use_async], ids=["sync", "async"])
def use(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def recorded() -> dict[str, list[Stage]]:
    """Return the streams of a run in a new thread, without a tool call and with."""
    transport = Recorded()
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


def test_what_came_is_with_the_error(case: Case, use: Any) -> None:
    broken = 0
    for number, cut, replayed in cut_anywhere(case, use):
        run, text, messages, steps = sent_before(case.stages, number, cut)
        # The run goes on when the outputs are submitted.
        waited = sent_before(case.stages, number, 0)[0]
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
            # No event of a run came yet, so it can't be known.
            unknown += 1
            with pytest.raises(StreamInterrupted):
                use(replayed, case.begin, options)
            continue
        found = use(replayed, case.begin, options)
        assert found == whole, (number, cut)
        assert len(replayed.posted) == len(case.stages)
    assert unknown <= 2


def test_streams_that_are_cut_twice_say_everything_once(
    recorded: dict[str, list[Stage]],
) -> None:
    """Before any two events; pieces of texts that were missed may come as one."""
    stages = recorded["call"]
    server = Replayed(stages)

    def answer(request: httpx.Request) -> httpx.Response:
        return server(request)

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as transport,
        Client(base_url="http://x/v1", api_key=KEY, http_client=transport) as client,
    ):
        whole = events_of(client)
        told = [each for each in whole if each[0][-5:] != "delta"]
        ends = (*ENDED, "created")
        sure = {each for each in told if each[0].rpartition(".")[2] in ends}
        starts = [stage.cuts()[::2] for stage in stages]
        pairs = itertools.product(enumerate(starts[0][2:]), enumerate(starts[1]))
        # Each place of either stream is tried with a third of those of the other.
        for (one, first), (other, second) in some(pairs):
            if (one + other) % 3:
                continue
            cuts = (first, second)
            server = Replayed(stages, dict(enumerate(cuts)))
            found = events_of(client)
            assert len(server.posted) == len(stages)
            came = iter(told)
            once = [each for each in found if each[0][-5:] != "delta"]
            # Each of them is among those that came later than the one before.
            assert all(each in came for each in once), cuts
            assert sure <= {*once}
            assert texts_in(found) == texts_in(whole)


def events_of(client: Client) -> list[tuple[str, str, Any]]:
    """Return the names of all events, the ids in them, and what deltas add."""
    with client.threads.create_and_run_stream(
        assistant_id="a", tools=ToolSet([add]), resume=True, poll_interval_ms=1
    ) as stream:
        events: list[Any] = [each for each in stream if each.event != "done"]
    return [(each.event, each.data.id, _text_in(each.data)) for each in events]


def _text_in(data: Any) -> str:
    if data.object != "thread.message.delta":
        return ""
    return "".join(part.text.value for part in data.delta.content)


def texts_in(events: list[tuple[str, str, Any]]) -> dict[str, str]:
    """Return the texts of messages, by their ids."""
    texts: dict[str, str] = {}
    for _, key, text in events:
        texts[key] = texts.get(key, "") + text
    return {key: text for key, text in texts.items() if text}


def test_each_way_to_end_is_named(recorded: dict[str, list[Stage]], use: Any) -> None:
    stages = recorded["go"]
    errors: list[tuple[Exception, str, bool]] = [
        (httpx.ReadTimeout("slow"), r"nothing came for too long \(slow\)", True),
        (httpx.RemoteProtocolError("peer closed"), "peer closed", False),
        (httpx.ReadError(""), "ReadError", False),
        (httpx.DecodingError("not gzip"), "not decodable", False),
    ]
    cut = stages[0].cuts()[5]
    for error, said, timed_out in errors:
        with pytest.raises(StreamInterrupted, match=said) as caught:
            use(Replayed(stages, {0: cut}, error), create_and_run_stream, {})
        assert caught.value.timed_out == timed_out
        assert "threads.create_and_run" in str(caught.value)


def over_http(
    server: LocalServer, fault: str, begin: Callable[..., Any], *, asynchronous: bool
) -> Any:
    """Follow a stream of a server with a fault; return its text, run and messages."""
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
