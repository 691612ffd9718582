"""How streams end: in the middle of things, without listeners, or not begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_server import LocalServer
from tests.cases import some
from tests.server.api import (
    JSON,
    TIMEOUT,
    Api,
    Gate,
    function,
    outputs_for,
    path_of,
)
from tests.server.inside import let_pass
from tests.server.streams import (
    BEGINNING,
    CALLING,
    END,
    WRITING,
    WRITTEN,
    names,
    run_in,
    same_as_kept,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistants_server import Engine

TOOLS = [function("height"), function("place"), {"type": "file_search"}]
CALL = {"call": "height", "arguments": {"of": "Mount Everest, in metres"}}
HOLD = {"wait": 3600}
INCLUDE = "step_details.tool_calls[*].file_search.results[*].content"


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(tools=TOOLS)


@pytest.fixture
def thread(api: Api) -> str:
    return api.thread("How high is Everest?")


@pytest.mark.parametrize(
    ("last", "ending", "step"),
    [
        ({"fail": "No."}, "failed", "failed"),
        ({"incomplete": "max_prompt_tokens"}, "incomplete", "completed"),
    ],
)
def test_an_end_in_the_middle(
    api: Api, assistant: str, thread: str, last: JSON, ending: str, step: str
) -> None:
    body, path = {"assistant_id": assistant}, f"/threads/{thread}/runs"
    events = api.events(path, body, script=[["It is", last, " high."]])
    ends = [
        "thread.message.incomplete",
        *(f"thread.run.step.{step}", f"thread.run.{ending}", "done"),
    ]
    assert names(events) == [*BEGINNING, *WRITING, *ends]
    same_as_kept(api, events)
    # Before the first word, and after a call, there is less to end.
    events = api.events(path, body, script=[[last]])
    assert names(events) == [*BEGINNING, *ends[2:]]
    events = api.events(path, body, script=[[CALL, last]])
    assert names(events) == [*BEGINNING, *CALLING, *ends[1:]]
    same_as_kept(api, events)


def test_a_run_that_says_nothing(api: Api, assistant: str, thread: str) -> None:
    body = {"assistant_id": assistant}
    events = api.events(f"/threads/{thread}/runs", body, script=[[]])
    assert names(events) == [*BEGINNING, *END]


def test_a_run_that_is_cancelled_in_the_middle(
    api: Api, assistant: str, thread: str
) -> None:
    body, script = {"assistant_id": assistant}, [["It is", HOLD]]
    with api.stream(f"/threads/{thread}/runs", body, script=script) as stream:
        stream.until_text("It is")
        run = run_in(stream.seen)
        assert api.cancel(run)["status"] == "cancelling"
        events = stream.rest()
    assert names(events) == [
        *(*BEGINNING, *WRITING, "thread.run.cancelling"),
        *("thread.message.incomplete", "thread.run.step.cancelled"),
        *("thread.run.cancelled", "done"),
    ]
    same_as_kept(api, events)


def test_runs_that_expire_in_the_middle(
    hasty: tuple[LocalServer, Api],
) -> None:
    server, api = hasty
    body = {"assistant_id": api.assistant(tools=TOOLS)}
    run = api.run(api.thread("Hi"), body["assistant_id"], script=[[CALL], [HOLD]])
    outputs = {"tool_outputs": outputs_for(run, "8849")}
    path, script = f"/threads/{api.thread('Hi')}/runs", [["It is", HOLD]]
    submitted = f"{path_of(run)}/submit_tool_outputs"
    with (
        api.stream(path, body, script=script) as writing,
        api.stream(submitted, outputs) as going_on,
    ):
        writing.until_text("It is")
        going_on.until("thread.run.in_progress")
        let_pass(server, 10)
        writing.rest()
        going_on.rest()
    assert names(writing.seen) == [
        *(*BEGINNING, *WRITING, "thread.message.incomplete"),
        *("thread.run.step.expired", "thread.run.expired", "done"),
    ]
    assert names(going_on.seen) == [
        *("thread.run.step.completed", "thread.run.queued"),
        *("thread.run.in_progress", "thread.run.expired", "done"),
    ]
    for stream in (writing, going_on):
        same_as_kept(api, stream.seen)


def test_events_come_as_they_happen(
    api: Api,
    assistant: str,
    thread: str,
    use_engine: Callable[[Engine], None],
) -> None:
    gate = Gate("It is", after=(" high.",))
    use_engine(gate)
    with api.stream(f"/threads/{thread}/runs", {"assistant_id": assistant}) as stream:
        # The engine can't go on before these have come.
        stream.until_text("It is")
        run = api.again(run_in(stream.seen))
        assert run["status"] == "in_progress"
        (step,) = api.steps(run)
        assert step["status"] == "in_progress"
        gate.open()
        stream.until_text("It is high.")
        stream.rest()


def test_client_that_disconnects_does_not_stop_the_run(
    api: Api,
    assistant: str,
    thread: str,
    server: LocalServer,
    use_engine: Callable[[Engine], None],
) -> None:
    gate = Gate("It is", after=(" high.",))
    use_engine(gate)
    with (
        httpx.Client(base_url=server.url, timeout=TIMEOUT) as other,
        Api(other).stream(
            f"/threads/{thread}/runs", {"assistant_id": assistant}
        ) as stream,
    ):
        stream.until_text("It is")
    run = run_in(stream.seen)
    assert api.again(run)["status"] == "in_progress"
    gate.open()
    assert api.wait(run)["status"] == "completed"
    assert api.answers(run) == ["It is high."]


def test_outputs_can_be_streamed_after_leaving_early(
    api: Api, assistant: str, thread: str, server: LocalServer
) -> None:
    path, body = f"/threads/{thread}/runs", {"assistant_id": assistant}
    with (
        httpx.Client(base_url=server.url, timeout=TIMEOUT) as other,
        Api(other).stream(path, body, script=[[CALL], ["8849 m"]]) as stream,
    ):
        stream.until("thread.run.created")
    run = api.wait(run_in(stream.seen))
    outputs = {"tool_outputs": outputs_for(run, "8849")}
    events = api.events(f"{path_of(run)}/submit_tool_outputs", outputs)
    assert names(events)[-2:] == END


def test_streams_of_several_runs_do_not_mix(api: Api, server: LocalServer) -> None:
    assistant = api.assistant()
    script: list[list[Any]] = [["One", {"wait": 0}, " by one"]]
    threads = [api.thread("Hi") for _ in range(8)]
    body = {"assistant_id": assistant}
    with httpx.Client(base_url=server.url, timeout=TIMEOUT) as http:
        opened = [
            Api(http).stream(f"/threads/{thread}/runs", body, script=script)
            for thread in threads
        ]
        streams = [each.__enter__() for each in opened]
        for stream, thread in some(zip(streams[::-1], threads[::-1], strict=True)):
            events = stream.rest()
            assert names(events) == [*BEGINNING, *WRITTEN, *END]
            about = {data["thread_id"] for _, data in events[:3]}
            assert about == {thread}
            same_as_kept(api, events)
        for each in opened:
            each.__exit__(None, None, None)


@pytest.mark.parametrize("value", [False, None])
def test_no_stream_without_stream_true(
    api: Api, assistant: str, thread: str, value: bool | None
) -> None:
    run = api.run(thread, assistant, script=[[CALL], ["Hi"]], stream=value)
    outputs = {"tool_outputs": outputs_for(run, "8849"), "stream": value}
    api.post(f"{path_of(run)}/submit_tool_outputs", outputs)
    api.wait(run)


def test_an_error_is_no_stream(api: Api, assistant: str, thread: str) -> None:
    run = api.run(thread, assistant, script=[[CALL]])
    streamed = {"stream": True}
    api.start(thread, assistant, status=400, **streamed)
    api.start(thread, "asst_of_nobody", status=404, **streamed)
    path = f"{path_of(run)}/submit_tool_outputs"
    api.post(path, {"tool_outputs": [], **streamed}, status=400)
    api.post("/threads/runs", {**streamed, "assistant_id": "no"}, status=404)
    assert api.again(run) == run


def test_headers_of_a_stream(
    api: Api, http: httpx.Client, assistant: str, thread: str
) -> None:
    body = {"assistant_id": assistant, "stream": True, "tools": []}
    response = http.post(f"/threads/{thread}/runs", json=body)
    assert response.headers["content-type"].partition(";")[0] == "text/event-stream"
    assert "no-store" in response.headers["cache-control"]
    assert response.headers["x-request-id"]
    assert "content-length" not in response.headers
    assert response.text.endswith("event: done\ndata: [DONE]\n\n")
