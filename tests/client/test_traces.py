"""Spans of the clients: agents, runs and tools, for who asks for them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind

from assistants_client import (
    Client,
    ToolSet,
)
from assistants_server import LocalServer
from harness.either_client import entered, settled
from tests.client.both import KEY, use
from tests.client.tool_runs import add, wait
from tests.client.traced import BOTH, asked, sent, traceparent
from tests.client.traced import server as server
from tests.telemetry.exported import Exported, attributes, is_within
from tests.telemetry.exported import exported as exported

if TYPE_CHECKING:
    pass


@BOTH
def test_an_agent_that_is_created(
    kind: Any, server: LocalServer, exported: Exported
) -> None:
    async def act(client: Any) -> Any:
        return await settled(client.assistants.create(model="gpt-4o", name="Ada"))

    made = use(kind, act, base_url=server.url, traces=exported.provider)
    span = exported.one("create_agent Ada")
    assert span.kind is SpanKind.CLIENT
    assert attributes(span) == {
        "gen_ai.operation.name": "create_agent",
        "gen_ai.provider.name": "openai",
        "gen_ai.agent.name": "Ada",
        "gen_ai.agent.id": made.id,
        "gen_ai.request.model": "gpt-4o",
        "server.address": "127.0.0.1",
        "server.port": server.port,
    }
    assert sent(server, "createAssistant")[0] == traceparent(span)


@BOTH
@pytest.mark.parametrize("how", ["polled", "followed", "waited for", "tools sent"])
def test_a_run_and_its_tools(
    kind: Any, how: str, server: LocalServer, exported: Exported
) -> None:
    seen: list[Any] = []

    def seeing(a: int) -> int:
        seen.append(trace.get_current_span())
        return add(a)

    tools = ToolSet({"seeing": seeing, "wait": wait})
    rounds = [["seeing", {"a": 1}], ["wait", {"text": "x"}]], [["seeing", {"a": 2}]]

    async def act(client: Any) -> Any:
        begins = await asked(client, *rounds)
        runs = client.threads.runs
        if how == "polled":
            return await settled(runs.create_and_poll(**begins, tools=tools))
        if how == "waited for":
            run = await settled(runs.create(**begins))
            return await settled(run.wait(tools=tools))
        sends = how == "tools sent"
        manager = runs.stream(**begins, tools=tools, send_tools=sends)
        if kind is Client:
            with manager as handler:
                for _ in handler:
                    assert trace.get_current_span() is trace.INVALID_SPAN
                return handler.get_final_run()
        async with manager as handler:
            async for _ in handler:
                assert trace.get_current_span() is trace.INVALID_SPAN
            return await handler.get_final_run()

    run = use(kind, act, base_url=server.url, traces=exported.provider)
    *first, invoked = exported.named("invoke_agent")
    assert len(first) == (how == "waited for")
    assert invoked.kind is SpanKind.CLIENT
    assert attributes(invoked) == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "openai",
        "gen_ai.agent.id": run.assistant_id,
        "gen_ai.conversation.id": run.thread_id,
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": run.usage.prompt_tokens,
        "gen_ai.usage.output_tokens": run.usage.completion_tokens,
        "assistants.run.id": run.id,
        "assistants.run.status": "completed",
        "server.address": "127.0.0.1",
        "server.port": server.port,
    }
    tools_used = exported.named("execute_tool seeing")
    assert len(tools_used) == 2
    for span in [*tools_used, exported.one("execute_tool wait")]:
        assert is_within(span, invoked)
        said = attributes(span)
        assert said.pop("gen_ai.tool.call.id").startswith("call_")
        assert said == {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": span.name.rpartition(" ")[2],
            "gen_ai.tool.type": "function",
        }
    # What a tool does belongs to its span.
    ids = {span.context.span_id for span in tools_used if span.context}
    assert {span.get_span_context().span_id for span in seen} == ids
    assert sent(server, "submitToolOutputsToRun")[0] == traceparent(invoked)
    assert sent(server, "createRun")[0] == traceparent([*first, invoked][0])


@BOTH
def test_what_a_tool_returns_is_awaited_within_its_span(
    kind: Any, server: LocalServer, exported: Exported
) -> None:
    recording: list[bool] = []

    async def later() -> str:
        await asyncio.sleep(0)
        recording.append(trace.get_current_span().is_recording())
        return "so"

    def plain() -> Any:
        return later()

    async def act(client: Any) -> None:
        begins = await asked(client, [["plain", {}]])
        tools = {"plain": plain}
        await settled(client.threads.runs.create_and_poll(**begins, tools=tools))

    use(kind, act, base_url=server.url, traces=exported.provider)
    assert recording == [True]
    assert "error.type" not in attributes(exported.one("execute_tool plain"))


@BOTH
def test_events_that_are_iterated(
    kind: Any, server: LocalServer, exported: Exported
) -> None:
    async def act(client: Any) -> Any:
        begins = await asked(client)
        stream = await settled(client.threads.runs.create(**begins, stream=True))
        assert exported.named("invoke_agent") == []
        if kind is Client:
            return [event.event for event in stream]
        return [event.event async for event in stream]

    assert use(kind, act, base_url=server.url, traces=exported.provider)
    invoked = exported.one("invoke_agent")
    assert attributes(invoked)["assistants.run.status"] == "completed"
    assert sent(server, "createRun")[0] == traceparent(invoked)


@BOTH
def test_a_stream_that_is_left_ends_its_span_once(
    kind: Any,
    server: LocalServer,
    exported: Exported,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def act(client: Any) -> None:
        runs = client.threads.runs
        for reads in (False, True):
            stream = await settled(runs.create(**await asked(client), stream=True))
            if reads:
                await settled(next(stream) if kind is Client else anext(stream))
            await settled(stream.close())
            await settled(stream.close())

    use(kind, act, base_url=server.url, traces=exported.provider)
    unread, read = exported.named("invoke_agent")
    assert "assistants.run.id" not in attributes(unread)
    assert attributes(read)["assistants.run.status"] in ("queued", "in_progress")
    # Of a span that had ended, OpenTelemetry would complain.
    assert caplog.text == ""


@BOTH
def test_requests_within_a_span_of_ones_own_name_it(
    kind: Any, server: LocalServer, exported: Exported
) -> None:
    tracer = exported.provider.get_tracer("mine")

    async def act(client: Any) -> None:
        with tracer.start_as_current_span("mine"):
            await settled(client.models.list())
            await settled(client.assistants.create(model="m"))
            own = {"traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01"}
            await settled(client.models.list(extra_headers=own))

    use(kind, act, base_url=server.url, traces=exported.provider)
    mine, made = exported.one("mine"), exported.one("create_agent")
    assert is_within(made, mine)
    assert sent(server, "createAssistant")[0] == traceparent(made)
    assert sent(server, "listModels")[:2] == [
        "00-" + "1" * 32 + "-" + "2" * 16 + "-01",
        traceparent(mine),
    ]
    # No span of ours is made for what is for no agent.
    assert {span.name for span in exported.spans} == {"mine", "create_agent"}


@BOTH
def test_responses_that_are_read_by_the_caller(
    kind: Any, server: LocalServer, exported: Exported
) -> None:
    async def act(client: Any) -> None:
        begins = await asked(client)
        runs = client.threads.runs
        for number, how in enumerate((False, True)):
            raw = await settled(runs.with_raw_response.create(**begins, stream=how))
            if how:
                await settled(raw.parse().close())
            assert len(exported.named("invoke_agent")) == 3 * number + 1
            await ended(client, begins)
            opened = runs.with_streaming_response.create(**begins, stream=how)
            async with entered(opened) as response:
                assert len(exported.named("invoke_agent")) == 3 * number + 2
                assert await settled(response.read())
            await ended(client, begins)
            # What waits has one as well.
            await settled(runs.create_and_poll(**begins))
            assert len(exported.named("invoke_agent")) == 3 * number + 3

    async def ended(client: Any, begins: Any) -> None:
        run = None
        while run is None or run.status in ("queued", "in_progress"):
            (run, *_) = (
                await settled(client.threads.runs.list(begins["thread_id"]))
            ).data

    use(kind, act, base_url=server.url, traces=exported.provider)


def test_none_are_made_unless_they_are_asked_for(server: LocalServer) -> None:
    with Client(base_url=server.url, api_key=KEY) as client:
        assert client.options.traces is None
        assert "'traces': False" in repr(client) or "traces=False" in repr(client)
        client.assistants.create(model="m")
        assert sent(server, "createAssistant")[0] is None


def test_the_provider_of_the_process_gets_them(
    server: LocalServer, exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", exported.provider)
    with Client(base_url=server.url, api_key=KEY) as client:
        client.with_options(traces=True).assistants.create(model="m")
        client.assistants.create(model="m")
    assert exported.one("create_agent").kind is SpanKind.CLIENT
