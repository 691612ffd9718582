"""What a run says in its later turns, and what ends one in the middle."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from openai import OpenAI

from assistants_server import LocalServer
from assistants_server.engines import ChatEngine, ResponsesEngine
from assistants_server.engines.turn_events import (
    CodeCall,
    RefusedText,
    Text,
    ToolCallDelta,
)
from assistants_server.upstream.marks import Marks
from assistants_server.upstream.rounds import Round
from harness.scripted_server import HOLD, Response, ScriptedServer
from harness.scripted_server import chunk as http_chunk
from tests.engines.test_runs import TOOLS, answer, begin, poll, served
from tests.engines.upstreams import EVENTS, chat, chunk, stream, upstream
from tests.server.inside import let_pass
from tests.server.openai_clients import IGNORED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from harness.scripted_server import Action, Request

pytestmark = pytest.mark.filterwarnings(IGNORED)
JSON = dict[str, Any]
ENGINES = pytest.mark.parametrize("engine", [ChatEngine, ResponsesEngine])


def call(number: int, arguments: str = "") -> JSON:
    ids = {"id": f"fc_{number}", "call_id": f"c{number}"}
    return {"type": "function_call", "name": "multiply", "arguments": arguments, **ids}


def ended(*output: JSON, **rest: Any) -> JSON:
    whole = {"object": "response", "status": "completed", "output": [*output], **rest}
    return {"type": "response.completed", "response": whole}


def said(text: str, *annotations: JSON) -> JSON:
    part = {"type": "output_text", "text": text, "annotations": [*annotations]}
    return {"type": "message", "id": "m", "role": "assistant", "content": [part]}


def usage(read: int, written: int) -> JSON:
    return {"input_tokens": read, "output_tokens": written}


def submit(client: Any, run: Any) -> Any:
    calls = run.required_action.submit_tool_outputs.tool_calls
    outputs = [{"tool_call_id": each.id, "output": each.id.upper()} for each in calls]
    return client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id,
        thread_id=run.thread_id,
        tool_outputs=outputs,
        poll_interval_ms=5,
    )


def test_parallel_calls_of_responses_are_one_step_with_arguments_as_they_come() -> None:
    kind = "response.function_call_arguments.delta"
    pieces = [(1, '{"a"'), (2, '{"b"'), (1, ": 6}"), (2, ": 7}")]
    calls = [call(1, '{"a": 6}'), call(2, '{"b": 7}')]
    asked = stream(
        {"type": "response.output_item.added", "item": call(1)},
        {"type": "response.output_item.added", "item": call(2)},
        *({"type": kind, "item_id": f"fc_{n}", "delta": piece} for n, piece in pieces),
        ended(*calls, usage=usage(7, 2)),
    )
    told = stream(ended(said("42"), usage=usage(9, 1)))
    with upstream(asked, told) as up, served(up, ResponsesEngine) as client:
        deltas: dict[int, str] = {}
        many = 0
        with client.beta.threads.runs.stream(**begin(client, tools=TOOLS)) as events:
            for event in events:
                if event.event == "thread.run.step.delta":
                    details: Any = event.data.delta.step_details
                    for each in details.tool_calls:
                        piece = each.function.arguments or ""
                        deltas[each.index] = deltas.get(each.index, "") + piece
                        many += bool(piece)
            run: Any = events.current_run
        assert deltas == {0: '{"a": 6}', 1: '{"b": 7}'}
        assert many == len(pieces)
        run = submit(client, run)
        assert (run.status, answer(client, run)) == ("completed", "42")
        assert (run.usage.prompt_tokens, run.usage.completion_tokens) == (16, 3)
        steps = client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id)
        assert [(s.type, s.usage.total_tokens) for s in steps] == [
            ("message_creation", 10),
            ("tool_calls", 9),
        ]
        items = up.requests[1].json()["input"][1:]
    assert items == [
        *calls,
        {"type": "function_call_output", "call_id": "c1", "output": "C1"},
        {"type": "function_call_output", "call_id": "c2", "output": "C2"},
    ]


def test_what_a_run_says_of_itself_reaches_the_model() -> None:
    counted = {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 60}}
    first = stream(
        chunk(tool_calls=[{"index": 0, "id": "c1", "function": {"name": "multiply"}}]),
        chunk("tool_calls"),
        counted,
    )
    with upstream(first, chat()) as up, served(up) as client:
        given = begin(client, tools=TOOLS, instructions="Be brief.")
        client.beta.threads.messages.create(
            given["thread_id"], role="user", content="The last one."
        )
        run = poll(
            client,
            **given,
            additional_instructions="Be kind.",
            max_completion_tokens=500,
            truncation_strategy={"type": "last_messages", "last_messages": 1},
        )
        assert submit(client, run).status == "completed"
        one, two = (request.json() for request in up.requests)
    system, *others = one["messages"]
    assert system["role"] == "system"
    assert "Be brief." in system["content"]
    assert "Be kind." in system["content"]
    assert [each["content"] for each in others] == ["The last one."]
    limits = [each["max_completion_tokens"] for each in (one, two)]
    assert limits == [500, 440]


def test_the_upstreams_own_stores_are_searched_and_cited() -> None:
    found = {"file_id": "file_theirs", "filename": "a.txt", "score": 0.5, "text": "42"}
    search = {"type": "file_search_call", "id": "fs_1", "results": [found]}
    cited = {"type": "file_citation", "index": 9, "file_id": "file_theirs"}
    reply = stream(ended(search, said("It is 42.", {**cited, "filename": "a.txt"})))
    options: Any = {"built_in": ["file_search"]}
    with upstream(reply) as up, served(up, ResponsesEngine, **options) as client:
        resources: Any = {"file_search": {"vector_store_ids": ["vs_theirs"]}}
        tools: Any = [{"type": "file_search"}]
        run = poll(client, **begin(client, tools=tools, tool_resources=resources))
        assert run.status == "completed"
        (tool,) = up.requests[0].json()["tools"]
        assert tool["vector_store_ids"] == ["vs_theirs"]
        (message, *_) = client.beta.threads.messages.list(run.thread_id).data
        text = message.content[0].text
        (citation,) = text.annotations
        assert citation.file_citation.file_id == "file_theirs"
        assert text.value[citation.start_index : citation.end_index] == citation.text
        steps = client.beta.threads.runs.steps.list(
            run.id,
            thread_id=run.thread_id,
            include=["step_details.tool_calls[*].file_search.results[*].content"],
        )
        (result,) = steps.data[-1].step_details.tool_calls[0].file_search.results
        assert (result.file_name, result.content[0].text) == ("a.txt", "42")


@ENGINES
@pytest.mark.parametrize("late", ["I asked for it.\n", "\n"])
def test_what_is_said_after_calls_is_shown_in_the_next_turn(
    engine: Any, late: str
) -> None:
    """aimock 1.43 records such streams and plays them; line breaks say nothing."""
    piece = {
        "index": 0,
        "id": "c1",
        "function": {"name": "multiply", "arguments": "{}"},
    }
    replies: dict[Any, tuple[Response, Response]] = {
        ChatEngine: (
            stream(
                chunk(content="Hm."),
                chunk(tool_calls=[piece]),
                chunk(content=late),
                chunk("tool_calls"),
            ),
            chat(),
        ),
        ResponsesEngine: (
            stream(ended({**said("Hm."), "id": "m0"}, call(1, "{}"), said(late))),
            stream(ended({**said("42"), "id": "m2"})),
        ),
    }
    with upstream(*replies[engine]) as up, served(up, engine) as client:
        run = submit(client, poll(client, **begin(client, tools=TOOLS)))
        assert run.status == "completed"
        messages = client.beta.threads.messages.list(run.thread_id, run_id=run.id)
        texts = [message.content[0].text.value for message in messages][::-1]
        assert texts == ["Hm.", f"{late}\n42" if late.strip() else "42"]
        steps = client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id)
        assert [step.type for step in steps][::-1] == [
            "message_creation",
            "tool_calls",
            "message_creation",
        ]


def test_steps_of_the_upstream_after_calls_do_no_harm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    code = {"type": "code_interpreter_call", "id": "ci", "code": "6 * 7", "outputs": []}
    replies = stream(ended(call(1, "{}"), code)), stream(ended(said("42")))
    options: Any = {"built_in": ["code_interpreter"]}
    with upstream(*replies) as up, served(up, ResponsesEngine, **options) as client:
        run = submit(client, poll(client, **begin(client, tools=TOOLS)))
        assert (run.status, answer(client, run)) == ("completed", "42")
        assert code in up.requests[1].json()["input"]
    assert "CodeCall after calls of functions is not shown" in caplog.text


FIRST: dict[Any, JSON] = {
    ChatEngine: chunk(content="4"),
    ResponsesEngine: {"type": "response.output_text.delta", "delta": "4"},
}


def hanging(engine: Any) -> Callable[[Request], Iterator[Action]]:
    """Return a script that says one word and then nothing, until it is hung up on."""

    def respond(_: Request) -> Iterator[Action]:
        yield Response(200, [], EVENTS).head("Transfer-Encoding: chunked")
        yield http_chunk(f"data: {json.dumps(FIRST[engine])}\n\n".encode())
        yield HOLD

    return respond


@ENGINES
def test_cancelling_closes_the_connection(engine: Any) -> None:
    with ScriptedServer(hanging(engine)) as up, served(up, engine) as client:
        api = client.beta.threads.runs
        with api.stream(**begin(client)) as events:
            assert next(iter(events.text_deltas)) == "4"
            run: Any = events.current_run
            api.cancel(run.id, thread_id=run.thread_id)
            assert up.hung_up.wait(5)
        assert api.poll(run.id, thread_id=run.thread_id).status == "cancelled"


@ENGINES
def test_so_does_expiring(engine: Any) -> None:
    with (
        ScriptedServer(hanging(engine)) as up,
        LocalServer(engine=engine(f"{up.url}/v1"), expires_after=10) as server,
        OpenAI(base_url=server.url, api_key="any", max_retries=0) as client,
    ):
        api: Any = client.beta.threads.runs
        with api.stream(**begin(client)) as events:
            assert next(iter(events.text_deltas)) == "4"
            run: Any = events.current_run
            let_pass(server, 10)
            assert up.hung_up.wait(5)
        assert api.poll(run.id, thread_id=run.thread_id).status == "expired"


@ENGINES
def test_a_run_whose_server_ends_in_the_middle_is_answered_by_the_next(
    engine: Any, tmp_path: Path
) -> None:
    """The message goes on where the model says the same again."""
    rest = {**FIRST[ResponsesEngine], "delta": "2"}
    whole = stream(FIRST[ResponsesEngine], rest, ended())
    whole = whole if engine is ResponsesEngine else chat()
    goes_on = False

    def respond(request: Request) -> Any:
        return whole if goes_on else hanging(engine)(request)

    with ScriptedServer(respond) as up:
        options: Any = {"engine": engine, "store": tmp_path / "state.db"}
        with served(up, **options) as client:
            api = client.beta.threads.runs
            with api.stream(**begin(client)) as events:
                assert next(iter(events.text_deltas)) == "4"
                run: Any = events.current_run
        goes_on = True
        with served(up, **options) as client:
            api = client.beta.threads.runs
            run = api.poll(run.id, thread_id=run.thread_id, poll_interval_ms=5)
            assert (run.status, answer(client, run)) == ("completed", "42")
            said_ = client.beta.threads.messages.list(run.thread_id, run_id=run.id)
            assert [message.status for message in said_] == ["completed"]
        first, second = (request.json() for request in up.requests)
        assert first == second


def test_a_refusal_after_calls_is_kept_for_the_next_turn_and_code_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done, marks = Round(), Marks()
    called = ToolCallDelta("c1", "multiply", "{}")
    assert done.take(called, None, marks) == [called]
    for late in (RefusedText("I won't"), Text(" say.", ()), CodeCall("6 * 7", "42")):
        assert done.take(late, None, marks) == []
    assert done.late_text == "I won't say."
    assert [record.getMessage() for record in caplog.records] == [
        "CodeCall after calls of functions is not shown"
    ]
