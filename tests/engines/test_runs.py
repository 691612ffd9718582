"""Whole runs through the server, answered by a scripted upstream, told by `openai`."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from openai import OpenAI

from assistants_server import LocalServer
from assistants_server.engines import ChatEngine, ResponsesEngine
from harness.scripted_server import Response, ScriptedServer, in_turn
from harness.scripted_server import chunk as http_chunk
from tests.engines.turns import function
from tests.engines.upstreams import (
    EVENTS,
    KEY,
    chat,
    chat_calls,
    chunk,
    refusal,
    stream,
    upstream,
)
from tests.server.openai_clients import IGNORED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.scripted_server import Action

pytestmark = pytest.mark.filterwarnings(IGNORED)
JSON = dict[str, Any]
TOOLS: Any = [function("multiply"), function("divide")]
CALLS = (("c1", "multiply", '{"a": 6, "b": 7}'), ("c2", "divide", '{"a": 6}'))


@contextmanager
def served(
    upstream_: ScriptedServer, engine: Any = ChatEngine, **options: Any
) -> Iterator[Any]:
    kept = {name: options.pop(name, None) for name in ("store", "max_turns")}
    kept["expires_after"] = options.pop("expires_after", 600)
    made = engine(f"{upstream_.url}/v1", first_pause=0.001, **options)
    with (
        LocalServer(engine=made, poll_after=5, **kept) as server,
        OpenAI(base_url=server.url, api_key="any", max_retries=0) as client,
    ):
        yield client


def begin(client: Any, text: Any = "Six times seven?", **options: Any) -> Any:
    assistant = client.beta.assistants.create(model="gpt-4o", **options)
    said = {"content": text, "role": "user"}
    thread = client.beta.threads.create(messages=[said])
    return {"thread_id": thread.id, "assistant_id": assistant.id}


def poll(client: Any, **given: Any) -> Any:
    return client.beta.threads.runs.create_and_poll(**given, poll_interval_ms=5)


def answer(client: Any, run: Any) -> str:
    (last, *_) = client.beta.threads.messages.list(run.thread_id).data
    return "".join(part.text.value for part in last.content if part.type == "text")


def test_a_run_is_answered_and_its_tokens_are_counted() -> None:
    with upstream(chat()) as up, served(up, models={"*": "llama"}) as client:
        run = poll(client, **begin(client, instructions="Be brief."))
        assert (run.status, answer(client, run)) == ("completed", "42")
        assert run.usage.model_dump() == {
            "prompt_tokens": 7,
            "completion_tokens": 2,
            "total_tokens": 9,
        }
        assert run.model == "gpt-4o"
        (request,) = up.requests
        assert request.json()["model"] == "llama"
        assert [each["role"] for each in request.json()["messages"]] == [
            "system",
            "user",
        ]


def test_parallel_calls_are_one_step_and_rounds_follow_each_other() -> None:
    more = chat_calls(("c3", "multiply", "{}"), text="Once more.")
    with upstream(chat_calls(*CALLS), more, chat()) as up, served(up) as client:
        run = poll(client, **begin(client, tools=TOOLS))
        for expected in (["c1", "c2"], ["c3"]):
            assert run.status == "requires_action"
            calls = run.required_action.submit_tool_outputs.tool_calls
            assert [call.id for call in calls] == expected
            outputs = [{"tool_call_id": call.id, "output": "42"} for call in calls]
            run = client.beta.threads.runs.submit_tool_outputs_and_poll(
                run_id=run.id,
                thread_id=run.thread_id,
                tool_outputs=outputs,
                poll_interval_ms=5,
            )
        assert (run.status, answer(client, run)) == ("completed", "42")
        steps = client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id)
        kinds = [step.type for step in steps][::-1]
        said = "message_creation"
        assert kinds == ["tool_calls", said, "tool_calls", said]
        roles = [each["role"] for each in up.requests[2].json()["messages"]]
        assert roles[1:] == ["assistant", "tool", "tool", "assistant", "tool"]


def test_arguments_are_streamed_as_they_come() -> None:
    pieces = [
        {"index": 0, "id": "c1", "function": {"name": "multiply", "arguments": ""}},
        *({"index": 0, "function": {"arguments": a}} for a in ('{"a"', ": 6", "}")),
    ]
    events = [chunk(tool_calls=[piece]) for piece in pieces]
    with upstream(stream(*events, chunk("tool_calls"))) as up, served(up) as client:
        given = begin(client, tools=TOOLS)
        deltas = []
        with client.beta.threads.runs.stream(**given) as run_stream:
            for event in run_stream:
                if event.event == "thread.run.step.delta":
                    details: Any = event.data.delta.step_details
                    deltas += [c.function.arguments for c in details.tool_calls]
    assert "".join(deltas) == '{"a": 6}'
    assert len(deltas) >= 3


def test_the_first_word_leaves_before_the_second_comes() -> None:
    heard = threading.Event()

    def answer_slowly(_: object) -> Iterator[Action]:
        yield Response(200, [], EVENTS).head("Transfer-Encoding: chunked")
        yield http_chunk(f"data: {json.dumps(chunk(content='4'))}\n\n".encode())
        yield heard
        rest = f"data: {json.dumps(chunk(content='2'))}\n\ndata: [DONE]\n\n"
        yield http_chunk(rest.encode())
        yield http_chunk(b"")

    words = []
    with ScriptedServer(answer_slowly) as up, served(up) as client:
        given = begin(client)
        with client.beta.threads.runs.stream(**given) as run_stream:
            for word in run_stream.text_deltas:
                words.append(word)
                heard.set()
    assert words == ["4", "2"]


def test_cancelling_closes_the_connection_of_the_upstream() -> None:
    with ScriptedServer(hanging) as up, served(up) as client:
        given = begin(client)
        run = client.beta.threads.runs.create(**given)
        up.until(lambda: bool(up.requests))
        client.beta.threads.runs.cancel(run.id, thread_id=run.thread_id)
        assert up.hung_up.wait(5)
        run = client.beta.threads.runs.poll(run.id, thread_id=run.thread_id)
        assert run.status == "cancelled"


def hanging(_: object) -> Iterator[Action]:
    from harness.scripted_server import HOLD

    yield Response(200, [], EVENTS).head("Transfer-Encoding: chunked")
    yield http_chunk(f"data: {json.dumps(chunk(content='4'))}\n\n".encode())
    yield HOLD


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (refusal(401, f"wrong key {KEY}"), "failed", "server_error"),
        (refusal(400, "no"), "failed", "invalid_prompt"),
        (
            refusal(429, "no", code="insufficient_quota"),
            "failed",
            "rate_limit_exceeded",
        ),
        (stream(chunk(content="4"), done=False), "failed", "server_error"),
    ],
)
def test_failures(reply: Response, status: str, code: str) -> None:
    with upstream(reply) as up, served(up, key=KEY) as client:
        run = poll(client, **begin(client))
        assert (run.status, run.last_error.code) == (status, code)
        assert KEY not in run.model_dump_json()
        assert f"127.0.0.1:{up.port}" in run.last_error.message


def test_incomplete_runs_and_messages() -> None:
    cut = stream(chunk(content="4"), chunk("length"))
    filtered = stream(chunk(content="4"), chunk("content_filter"))
    with upstream(cut, filtered) as up, served(up) as client:
        run = poll(client, **begin(client), max_completion_tokens=500)
        assert run.status == "incomplete"
        assert run.incomplete_details.reason == "max_completion_tokens"
        assert up.requests[0].json()["max_completion_tokens"] == 500
        run = poll(client, **begin(client))
        (message, *_) = client.beta.threads.messages.list(run.thread_id).data
        assert (run.status, message.status) == ("incomplete", "incomplete")
        assert message.incomplete_details is not None
        assert message.incomplete_details.reason == "content_filter"


def test_a_filter_before_the_first_word_is_told_of_as_well() -> None:
    """Runs have no reason for it, so there is a message that has."""
    filtered = stream(chunk(role="assistant"), chunk("content_filter"))
    with upstream(filtered) as up, served(up) as client:
        streamed = client.beta.threads.runs.create(**begin(client), stream=True)
        seen = [each for each in streamed if each.event != "done"]
        run = seen[-1].data
        (message, *_) = client.beta.threads.messages.list(run.thread_id).data
        assert (message.status, message.content) == ("incomplete", [])
        assert message.incomplete_details.reason == "content_filter"
        (step,) = client.beta.threads.runs.steps.list(
            run.id, thread_id=run.thread_id
        ).data
        assert step.status == "completed"
    assert [each.event for each in seen[-3:]] == [
        "thread.message.incomplete",
        "thread.run.step.completed",
        "thread.run.incomplete",
    ]


def test_images_go_along() -> None:
    content: Any = [{"type": "text", "text": "What is it?"}]
    with upstream(chat()) as up, served(up) as client:
        file = client.files.create(file=("a.png", b"\x89PNG"), purpose="vision")
        content.append({"type": "image_file", "image_file": {"file_id": file.id}})
        poll(client, **begin(client, content))
        (_, image) = up.requests[0].json()["messages"][-1]["content"]
    assert image["image_url"]["url"] == "data:image/png;base64,iVBORw=="


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        # As browsers name what they were not given a name for.
        ("blob", b"\x89PNG", "image/png"),
        ("a.png", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("photo", b"RIFF\0\0\0\0WEBP", "image/webp"),
        ("a", b"GIF89a", "image/gif"),
        ("a.svg", b"<svg/>", "image/svg+xml"),
    ],
)
def test_images_are_what_they_hold(name: str, content: bytes, kind: str) -> None:
    with upstream(chat()) as up, served(up) as client:
        file = client.files.create(file=(name, content), purpose="vision")
        part = {"type": "image_file", "image_file": {"file_id": file.id}}
        poll(client, **begin(client, [{"type": "text", "text": "So?"}, part]))
        (_, image) = up.requests[0].json()["messages"][-1]["content"]
    assert image["image_url"]["url"].startswith(f"data:{kind};base64,")


def test_what_is_no_image_is_told_the_operator(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with upstream(chat()) as up, served(up) as client:
        file = client.files.create(file=("blob", b"text"), purpose="vision")
        part = {"type": "image_file", "image_file": {"file_id": file.id}}
        poll(client, **begin(client, [{"type": "text", "text": "So?"}, part]))
        assert up.requests[0].json()["messages"][-1]["content"] == "So?"
    assert f"shows file {file.id}, which is no image" in caplog.text


def test_files_are_searched_and_cited() -> None:
    asked = chat_calls(("s1", "file_search", '{"query": "magic number"}'))
    cited = stream(
        chunk(content="It is 42\u30100:0\u2020a.txt\u3011."), chunk("stop"), done=True
    )
    with upstream(asked, cited) as up, served(up) as client:
        file = client.files.create(
            file=("a.txt", b"The magic number is 42."), purpose="assistants"
        )
        store = client.vector_stores.create()
        client.vector_stores.files.create_and_poll(file.id, vector_store_id=store.id)
        resources: Any = {"file_search": {"vector_store_ids": [store.id]}}
        tools: Any = [{"type": "file_search"}]
        given = begin(client, tools=tools, tool_resources=resources)
        run = poll(client, **given)
        assert run.status == "completed"
        (message, *_) = client.beta.threads.messages.list(run.thread_id).data
        part: Any = message.content[0]
        (citation,) = part.text.annotations
        assert citation.file_citation.file_id == file.id
        text = part.text.value
        assert text[citation.start_index : citation.end_index] == citation.text
        assert "The magic number" in up.requests[1].json()["messages"][-1]["content"]


def test_code_is_refused_when_the_run_is_created() -> None:
    with upstream(chat()) as up:
        with served(up) as client:
            given = begin(client, tools=[{"type": "code_interpreter"}])
            with pytest.raises(Exception, match="has no code_interpreter"):
                poll(client, **given)
        with served(up, leave_out=["code_interpreter"]) as client:
            given = begin(client, tools=[{"type": "code_interpreter"}])
            assert poll(client, **given).status == "completed"


def test_a_run_that_waits_outlives_its_server(tmp_path: Path) -> None:
    """With what Responses has to get back: reasoning, as it came."""
    reasoning = {"type": "reasoning", "id": "rs_1", "encrypted_content": "x"}
    call = {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "c1",
        "name": "multiply",
        "arguments": "{}",
    }
    said = {"type": "message", "id": "m", "content": [{"type": "x", "text": "42"}]}
    replies = [
        Response.of({"object": "response", "status": "completed", "output": output})
        for output in ([reasoning, call], [said])
    ]
    with ScriptedServer(in_turn(*replies)) as up:
        options: Any = {"engine": ResponsesEngine, "store": tmp_path / "state.db"}
        with served(up, **options) as client:
            run = poll(client, **begin(client, tools=TOOLS))
            assert run.status == "requires_action"
        with served(up, **options) as client:
            outputs: Any = [{"tool_call_id": "c1", "output": "42"}]
            run = client.beta.threads.runs.submit_tool_outputs_and_poll(
                run_id=run.id,
                thread_id=run.thread_id,
                tool_outputs=outputs,
                poll_interval_ms=5,
            )
            assert (run.status, answer(client, run)) == ("completed", "42")
        items = up.requests[1].json()["input"]
    assert items[1:] == [
        reasoning,
        call,
        {"type": "function_call_output", "call_id": "c1", "output": "42"},
    ]


def test_a_search_beside_a_call_is_a_step_after_it() -> None:
    asked = chat_calls(CALLS[0], ("s1", "file_search", '{"query": "hull"}'))
    with upstream(asked, chat()) as up, served(up) as client:
        stores = client.vector_stores
        store = stores.create()
        file = ("tide.txt", b"High water at Hull is at noon.")
        stores.files.upload_and_poll(
            vector_store_id=store.id, file=file, poll_interval_ms=5
        )
        given = begin(
            client,
            tools=[{"type": "file_search"}, *TOOLS],
            tool_resources={"file_search": {"vector_store_ids": [store.id]}},
        )
        run = poll(client, **given)
        outputs: Any = [{"tool_call_id": "c1", "output": "42"}]
        run = client.beta.threads.runs.submit_tool_outputs_and_poll(
            run_id=run.id,
            thread_id=run.thread_id,
            tool_outputs=outputs,
            poll_interval_ms=5,
        )
        assert (run.status, answer(client, run)) == ("completed", "42")
        steps = client.beta.threads.runs.steps.list(
            run.id, thread_id=run.thread_id, order="asc"
        )
        details: list[Any] = [step.step_details for step in steps]
        kinds = [call.type for each in details[:2] for call in each.tool_calls]
        assert kinds == ["function", "file_search"]
        *_, found = up.requests[1].json()["messages"]
    assert "High water at Hull" in found["content"]
