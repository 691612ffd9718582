"""Spans of the clients: agents, runs and tools, for who asks for them."""

from __future__ import annotations

import gc
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from assistants_client import (
    APIConnectionError,
    Client,
    ConfigurationError,
    NotFoundError,
    ToolError,
    ToolSet,
    _traces,
)
from assistants_server import LocalServer
from harness.either_client import entered, settled
from tests.client.both import KEY, KINDS, NAMES, mocked, use
from tests.client.tool_runs import add, declared, engine, fail, thread_for, wait
from tests.telemetry.exported import Exported, attributes, is_within
from tests.telemetry.exported import exported as exported

if TYPE_CHECKING:
    from collections.abc import Iterator

BOTH = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
SECRET = "xyzzyplugh"


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(engine=engine, poll_after=1) as server:
        yield server


def traceparent(span: Any) -> str:
    """Return how a request names a span."""
    found = span.context
    ids = f"{found.trace_id:032x}-{found.span_id:016x}"
    return f"00-{ids}-{found.trace_flags:02x}"


def sent(server: LocalServer, operation: str) -> list[str | None]:
    """Return what the requests for an operation named, the last ones first."""
    found = [each for each in server.exchanges if each.operation == operation]
    return [each.headers.get("traceparent") for each in reversed(found)]


async def asked(client: Any, *rounds: list[Any], **settings: Any) -> dict[str, Any]:
    """Return the arguments of a run that calls functions, round by round."""
    names = {name for calls in rounds for name, _ in calls}
    made = {"model": "gpt-4o", "tools": declared(names), **settings}
    assistant = await settled(client.assistants.create(**made))
    thread = await settled(client.threads.create(**thread_for(*rounds)))
    return {"thread_id": thread.id, "assistant_id": assistant.id}


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
@pytest.mark.parametrize("how", ["polled", "followed", "waited for", "iterated"])
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
        manager = runs.stream(**begins, tools=tools)
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
    kind: Any, server: LocalServer, exported: Exported
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


def test_a_span_that_is_forgotten_ends(exported: Exported) -> None:
    call = SimpleNamespace(request=SimpleNamespace(json=None), ids={})

    def nothing() -> Any:
        yield from ()

    span = _traces.traces_of(exported.provider).run(call, "http://127.0.0.1")
    assert [*span.within(nothing(), ends=False)] == []
    assert exported.spans == []
    del span
    gc.collect()
    assert attributes(exported.one("invoke_agent"))["server.port"] == 80


@BOTH
def test_what_fails_says_so_by_its_kind(
    kind: Any, server: LocalServer, exported: Exported
) -> None:
    async def act(client: Any) -> None:
        begins = await asked(client, [["fail", {"how": "key"}]])
        runs = client.threads.runs
        tools = ToolSet(fail, on_error="raise")
        with pytest.raises(ToolError):
            await settled(runs.create_and_poll(**begins, tools=tools))
        with pytest.raises(NotFoundError):
            await settled(runs.create(**{**begins, "assistant_id": "asst_none"}))

    use(kind, act, base_url=server.url, traces=exported.provider)
    raised, refused = exported.named("invoke_agent")
    used = exported.one("execute_tool fail")
    for span, why in ((raised, "ToolError"), (refused, "NotFoundError")):
        assert attributes(span)["error.type"] == why
        assert span.status.status_code is StatusCode.ERROR
        assert (span.status.description, [*span.events]) == (None, [])
    assert attributes(used)["error.type"] == "KeyError"
    assert attributes(raised)["assistants.run.id"].startswith("run_")


@BOTH
def test_a_run_that_failed_is_an_error(kind: Any, exported: Exported) -> None:
    async def act(client: Any) -> None:
        begins = await asked(client)
        await settled(client.threads.runs.create_and_poll(**begins))

    def broken(_: Any) -> Any:
        raise LookupError(SECRET)

    with LocalServer(engine=broken, poll_after=1) as server:
        use(kind, act, base_url=server.url, traces=exported.provider)
    invoked = exported.one("invoke_agent")
    assert attributes(invoked)["error.type"] == "server_error"
    assert attributes(invoked)["assistants.run.status"] == "failed"
    assert SECRET not in exported.text


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


@BOTH
def test_odd_responses_are_what_they_are_without_spans(
    kind: Any, exported: Exported
) -> None:
    import httpx

    for content, fails in ((b"[]", True), (b"", True), (b'{"id": 7}', False)):

        async def act(client: Any, fails: bool = fails) -> None:
            if not fails:
                assert (await settled(client.assistants.create(model="m"))).id == 7
                return
            with pytest.raises(Exception, match=r"^assistants\.create"):
                await settled(client.assistants.create(model="m"))

        http = mocked(kind, lambda _: httpx.Response(200, content=content))  # noqa: B023
        use(
            kind,
            act,
            base_url="https://x.openai.azure.com/openai/v1",
            traces=exported.provider,
            http_client=http,
        )
    said = [attributes(span) for span in exported.named("create_agent")]
    assert len(said) == 3
    assert said[0]["gen_ai.provider.name"] == "azure.ai.openai"
    assert said[0]["server.port"] == 443


@BOTH
def test_nothing_of_a_conversation_and_no_key_is_in_them(
    kind: Any, server: LocalServer, exported: Exported
) -> None:
    def tell(what: str) -> str:
        return f"{what} {SECRET}"

    async def act(client: Any) -> Any:
        begins = await asked(
            client,
            [["tell", {"what": SECRET}]],
            instructions=SECRET,
            description=SECRET,
            metadata={"a": SECRET},
        )
        return await settled(
            client.threads.runs.create_and_poll(
                **begins,
                tools={"tell": tell},
                additional_instructions=SECRET,
                extra_headers={"x-secret": SECRET},
                extra_query={"q": SECRET},
            )
        )

    key = f"sk-{SECRET}"
    run = use(kind, act, base_url=server.url, api_key=key, traces=exported.provider)
    assert SECRET in run.instructions
    assert len(exported.spans) == 3
    assert SECRET not in exported.text


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


def test_what_is_no_provider_or_not_installed_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: Any = "yes"
    with pytest.raises(ConfigurationError, match=r"traces must be True.*not str"):
        Client(base_url="http://127.0.0.1:1", api_key=KEY, traces=given)
    monkeypatch.setattr(_traces, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"pip install .*\[traces\]"):
        Client(base_url="http://127.0.0.1:1", api_key=KEY, traces=True)


def test_a_server_that_is_not_there(exported: Exported) -> None:
    with (
        Client(
            base_url="http://127.0.0.1:1/v1",
            api_key=KEY,
            max_retries=0,
            traces=exported.provider,
        ) as client,
        pytest.raises(APIConnectionError),
    ):
        client.assistants.create(model="m")
    span = exported.one("create_agent")
    assert attributes(span)["error.type"] == "APIConnectionError"
    assert json.loads(span.to_json())["status"] == {"status_code": "ERROR"}
