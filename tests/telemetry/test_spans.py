"""Spans of the server: which there are, what they say, and how they belong together."""

from __future__ import annotations

import sys
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from assistants_server import LocalServer
from assistants_server.__main__ import main
from assistants_server.engines import ChatEngine
from assistants_server.telemetry.instruments import Instruments
from assistants_server.telemetry.spans import MissingTracesError, Spans
from tests.engines.upstreams import chat, chat_calls, refusal, upstream
from tests.server.api import talking, until
from tests.telemetry.exported import attributes, is_within

if TYPE_CHECKING:
    from pathlib import Path

    from tests.telemetry.exported import Exported

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = {"traceparent": f"00-{TRACE}-{SPAN}-01", "baggage": "user=ada"}
TOOLS = [{"type": "function", "function": {"name": "tide"}}]


def served(exported: Exported, **settings: Any) -> LocalServer:
    """Return a server whose spans are exported."""
    return LocalServer(poll_after=1, traces=exported.provider, **settings)


def test_a_request_a_run_its_turns_and_the_upstream_are_one_trace(
    exported: Exported,
) -> None:
    calls = chat_calls(("call_7", "tide", "{}"))
    with upstream(calls, chat("4 m", read=9, written=3)) as up:
        engine = ChatEngine(up.url, models={"m": "llama"})
        with (
            served(exported, engine=engine) as server,
            talking(server) as api,
        ):
            assistant = api.assistant(tools=TOOLS)
            thread = api.thread("Hi")
            path, body = f"/threads/{thread}/runs", {"assistant_id": assistant}
            run = api.http.post(path, json=body, headers=PARENT).json()
            run = api.wait(run, "requires_action")
            api.submit(run, "4 m")
            run = api.wait(run, "completed")
            invoked = exported.one("invoke_agent")
        sent = [request.headers for request in up.requests]
    request = exported.one("POST /threads/{thread_id}/runs")
    assert request.kind is SpanKind.SERVER
    assert request.parent is not None
    assert format(request.parent.span_id, "016x") == SPAN
    assert (
        attributes(request).items()
        >= {
            "http.request.method": "POST",
            "http.route": "/threads/{thread_id}/runs",
            "http.response.status_code": 200,
            "assistants.operation": "createRun",
        }.items()
    )
    assert is_within(invoked, request)
    assert attributes(invoked) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "openai",
        "gen_ai.agent.id": assistant,
        "gen_ai.conversation.id": thread,
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": run["usage"]["prompt_tokens"],
        "gen_ai.usage.output_tokens": run["usage"]["completion_tokens"],
        "assistants.run.id": run["id"],
        "assistants.run.status": "completed",
    }
    assert invoked.status.status_code is StatusCode.UNSET
    turns = exported.named("turn")
    assert [attributes(each)["assistants.turn.number"] for each in turns] == [0, 1]
    asked = exported.named("chat llama")
    for turn, one, headers in zip(turns, asked, sent, strict=True):
        assert is_within(turn, invoked)
        assert is_within(one, turn)
        assert one.kind is SpanKind.CLIENT
        assert one.context is not None
        span = f"{one.context.span_id:016x}"
        assert headers["traceparent"] == f"00-{TRACE}-{span}-01"
        assert "baggage" not in headers
    said = attributes(asked[1])
    assert asked[1].start_time is not None
    assert asked[1].end_time is not None
    took = (asked[1].end_time - asked[1].start_time) / 1e9
    assert 0 < said.pop("gen_ai.response.time_to_first_chunk") <= took
    assert (
        said.items()
        >= {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "llama",
            "gen_ai.usage.input_tokens": 9,
            "gen_ai.usage.output_tokens": 3,
            "server.address": "127.0.0.1",
        }.items()
    )
    tool = exported.one("execute_tool tide")
    assert is_within(tool, invoked)
    assert attributes(tool) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "tide",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": "call_7",
        "assistants.run.id": run["id"],
    }


def test_what_fails_says_so_by_its_kind(exported: Exported) -> None:
    with upstream(refusal(400, "no")) as up:
        engine = ChatEngine(up.url)
        with (
            served(exported, engine=engine) as server,
            talking(server) as api,
        ):
            api.run(api.thread("Hi"), api.assistant())
            exported.one("invoke_agent")
            api.get("/assistants/asst_none", status=404)
    for name, why in (
        ("invoke_agent", "invalid_prompt"),
        ("turn", "failed"),
        ("chat m", "UpstreamError"),
    ):
        found = exported.one(name)
        assert found.status.status_code is StatusCode.ERROR
        assert found.status.description is None
        assert attributes(found)["error.type"] == why
        assert [*found.events] == []
    lost = exported.one("GET /assistants/{assistant_id}")
    assert attributes(lost)["http.response.status_code"] == 404
    assert lost.status.status_code is StatusCode.UNSET


def test_requests_that_break_or_are_for_nothing(exported: Exported) -> None:
    with (
        LocalServer(
            faults=["503 on=listAssistants"], traces=exported.provider
        ) as server,
        talking(server) as api,
    ):
        api.http.get("/assistants")
        api.http.request("BREW", "/tea/secret")
    failed = exported.one("GET /assistants")
    assert attributes(failed)["error.type"] == "503"
    other = exported.one("_OTHER")
    assert attributes(other)["http.response.status_code"] == 404
    assert "secret" not in exported.text


def test_searches_of_the_server_are_tools(exported: Exported) -> None:
    with (
        served(exported) as server,
        talking(server) as api,
    ):
        store = api.post("/vector_stores", {})["id"]
        run = api.run(
            api.thread("Hi"),
            api.assistant(
                tools=[{"type": "file_search"}],
                tool_resources={"file_search": {"vector_store_ids": [store]}},
            ),
        )
        searched = exported.one("execute_tool file_search")
        exported.one("invoke_agent")
    assert is_within(searched, exported.one("turn"))
    assert attributes(searched) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "file_search",
        "gen_ai.tool.type": "datastore",
        "assistants.run.id": run["id"],
    }


def test_calls_that_nobody_answers_end_with_the_run(exported: Exported) -> None:
    script = [[{"call": "tide", "arguments": {}}]]
    with (
        served(exported) as server,
        talking(server) as api,
    ):
        run = api.run(api.thread("Hi"), api.assistant(tools=TOOLS), script=script)
        api.cancel(run)
        api.wait(run, "cancelled")
        tool = exported.one("execute_tool tide")
        invoked = exported.one("invoke_agent")
    assert attributes(tool)["error.type"] == "cancelled"
    assert attributes(invoked)["assistants.run.status"] == "cancelled"


def test_a_run_that_another_server_goes_on_with_stays_in_its_trace(
    exported: Exported, tmp_path: Path
) -> None:
    script = [[{"call": "tide", "arguments": {}}], ["done"]]
    store = tmp_path / "state.db"
    with served(exported, store=store) as server, talking(server) as api:
        assistant = api.assistant(tools=TOOLS)
        run = api.run(api.thread("Hi"), assistant, script=script)
    with (
        served(exported, store=store) as server,
        talking(server) as api,
    ):
        api.submit(run, "4 m")
        api.wait(run, "completed")
        until(lambda: len(exported.named("invoke_agent")) == 2, "the end of both")
    first, second = exported.named("invoke_agent")
    request = exported.one("POST /threads/{thread_id}/runs")
    assert is_within(first, request)
    assert is_within(second, request)
    assert "assistants.run.status" not in attributes(first)


def test_a_run_belongs_to_what_created_it_whoever_goes_on_with_it(
    exported: Exported,
) -> None:
    made = Spans(exported.provider)
    instruments = Instruments(spans=made)

    def go_on() -> None:
        with made.current("creates it", "server", {}):
            created_in = instruments.trace()
        # Such as the outputs that another process got.
        with (
            made.current("goes on", "server", {}),
            instruments.run("run_1", created_in),
        ):
            pass

    copy_context().run(go_on)
    assert is_within(exported.one("invoke_agent"), exported.one("creates it"))


def test_without_being_asked_for_there_are_none() -> None:
    with upstream(chat()) as up:
        engine = ChatEngine(up.url)
        with LocalServer(engine=engine, poll_after=1) as server, talking(server) as api:
            api.http.headers.update(PARENT)
            api.run(api.thread("Hi"), api.assistant())
        assert "traceparent" not in up.requests[0].headers


def test_without_the_package_it_is_said_how_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(MissingTracesError, match="need opentelemetry-api: pip"):
        LocalServer(traces=True)


def test_spans_that_go_nowhere_are_warned_of(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    exported: Exported,
) -> None:
    monkeypatch.setattr(LocalServer, "run", lambda *_: None)
    assert main(["--traces"]) == 0
    assert "spans go nowhere" in caplog.text
    caplog.clear()
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", exported.provider)
    assert main(["--traces"]) == 0
    assert caplog.text == ""
    assert Spans().has_provider()


def test_the_provider_of_the_process_gets_them(
    monkeypatch: pytest.MonkeyPatch, exported: Exported
) -> None:
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", exported.provider)
    with LocalServer(traces=True) as server, talking(server) as api:
        api.get("/assistants")
    assert exported.one("GET /assistants").kind is SpanKind.SERVER
