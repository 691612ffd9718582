"""Spans of what fails, and what spans never say."""

from __future__ import annotations

import gc
import json
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.trace import StatusCode

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
from harness.either_client import settled
from tests.client.both import KEY, mocked, use
from tests.client.tool_runs import fail
from tests.client.traced import BOTH, asked
from tests.client.traced import server as server
from tests.telemetry.exported import Exported, attributes
from tests.telemetry.exported import exported as exported

if TYPE_CHECKING:
    pass

SECRET = "xyzzyplugh"


def test_a_span_that_is_forgotten_ends(exported: Exported) -> None:
    call = SimpleNamespace(body=None, ids={})

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


def test_what_is_no_provider_or_not_installed_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: Any = "yes"
    with pytest.raises(ConfigurationError, match=r"traces must be True.*not str"):
        Client(base_url="http://127.0.0.1:1", api_key=KEY, traces=given)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
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
