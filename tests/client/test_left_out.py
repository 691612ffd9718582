"""What stands for a value that is left out is left out everywhere."""

from __future__ import annotations

import enum
import inspect
import io
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest
from openai.types.beta import CodeInterpreterTool, FileSearchTool
from openai.types.beta.thread_create_params import Message

from assistants_api.models import AssistantToolsFileSearch
from assistants_client import ConfigurationError
from assistants_client._arguments import NOT_GIVEN
from assistants_client.resources._base import AsyncResource, Resource
from harness.either_client import entered, settled
from tests.client.both import KINDS, NAMES, mocked, use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
NOTHINGS: list[Any] = [openai.NOT_GIVEN, openai.omit, NOT_GIVEN]
nothings = pytest.mark.parametrize("nothing", NOTHINGS, ids=["given", "omit", "ours"])
RUN = {"id": "run_1", "status": "completed", "data": []}


def sent(kind: Any, call: Callable[[Any], Any], **settings: Any) -> httpx.Request:
    """Return the request that a call sends."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=RUN)

    async def act(client: Any) -> None:
        await settled(call(client))

    http = mocked(kind, answer)
    use(kind, act, **{"base_url": "http://x/v1", "http_client": http, **settings})
    return requests[-1]


def body(request: httpx.Request) -> Any:
    return json.loads(request.content)


@both
@nothings
def test_in_bodies(kind: Any, nothing: Any) -> None:
    def create(client: Any) -> Any:
        return client.threads.create_and_run(
            assistant_id="asst_1",
            instructions=nothing,
            stream=nothing,
            tools=[{"type": "file_search", "file_search": nothing}, nothing],
            thread={
                "metadata": nothing,
                "messages": [{"role": "user", "content": "x", "attachments": nothing}],
            },
            metadata={"a": "b", "c": nothing},
            extra_body={"more": {"d": [nothing, {"e": nothing}]}, "none": nothing},
        )

    assert body(sent(kind, create)) == {
        "assistant_id": "asst_1",
        "tools": [{"type": "file_search"}],
        "thread": {"messages": [{"role": "user", "content": "x"}]},
        "metadata": {"a": "b"},
        "more": {"d": [{}]},
    }


@both
@nothings
def test_in_every_method(kind: Any, nothing: Any) -> None:
    """All that may be left out, at once: what is sent is as if none was given."""
    sent: list[tuple[str, str, bytes, dict[str, str]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        is_form = "form-data" in request.headers.get("content-type", "")
        # Its boundary is another one each time.
        content = b"" if is_form else request.content
        headers = {"content-type": ""} if is_form else dict(request.headers)
        sent.append((request.method, str(request.url), content, headers))
        if b'"stream":true' in request.content:
            lines = f"event: thread.run.completed\ndata: {json.dumps(RUN)}\n\n"
            events = {"content-type": "text/event-stream"}
            return httpx.Response(200, text=lines, headers=events)
        return httpx.Response(200, json={**RUN, "status": ended(request)})

    async def act(client: Any) -> None:
        found = [*each_method(client)]
        assert len(found) > 55
        for name, method in found:
            parameters = inspect.signature(method).parameters
            needed = {
                each.name: NEEDED.get(each.name, "x")
                for each in parameters.values()
                if each.default is each.empty
            }
            if "submit" in name:
                needed["tool_outputs"] = [{"tool_call_id": "c", "output": "o"}]
            silent = dict.fromkeys(parameters.keys() - needed.keys(), nothing)
            for given in (needed, needed | silent):
                with warnings.catch_warnings(action="ignore"):
                    result = await settled(method(**given))
                if name.endswith("stream"):
                    async with entered(result) as stream:
                        await settled(stream.until_done())
                elif name.endswith("raw") or given.get("stream"):
                    await settled(result.close())
            half = len(sent) // 2
            assert sent[:half] == sent[half:], name
            assert half or name.endswith("bind")
            sent.clear()

    http = mocked(kind, answer)
    use(kind, act, base_url="http://x/v1", http_client=http)


NEEDED: dict[str, Any] = {"file": b"x", "files": [b"x"], "file_ids": ["file_1"]}


def ended(request: httpx.Request) -> str:
    """Return the status that ends what is waited for."""
    is_file = "/v1/files" in str(request.url)
    return "processed" if is_file else "completed"


def each_method(resource: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Iterate over the methods of a client that are made of declarations."""
    for name in dir(type(resource)):
        if name.startswith("_") or name in ("beta", "options"):
            continue
        found = getattr(resource, name)
        if hasattr(found, "__wrapped__"):
            yield f"{path}{name}", found
        elif isinstance(found, Resource | AsyncResource):
            yield from each_method(found, f"{path}{name}.")


@both
@nothings
def test_in_queries(kind: Any, nothing: Any) -> None:
    def listing(client: Any) -> Any:
        return client.threads.messages.list(
            "thread_1",
            limit=nothing,
            run_id=nothing,
            max_items=nothing,
            created_after=nothing,
            extra_query={
                "a": "b",
                "c": nothing,
                "d": [nothing, 1],
                "e": {"f": nothing},
            },
        )

    found = sent(kind, listing, default_query={"g": nothing, "h": 1})
    assert found.url.params.multi_items() == [("h", "1"), ("a", "b"), ("d[]", "1")]


@both
def test_in_headers(kind: Any) -> None:
    def create(client: Any) -> Any:
        more = {"x-a": openai.NOT_GIVEN, "x-b": NOT_GIVEN, "x-c": openai.omit}
        given = {"OpenAI-Beta": openai.omit, "x-default": openai.NOT_GIVEN, **more}
        return client.threads.create(extra_headers=given)

    defaults: Any = {"x-default": "here", "x-other": openai.NOT_GIVEN}
    defaults["x-api-key"] = NOT_GIVEN
    headers = sent(kind, create, default_headers=defaults).headers
    # The one of these takes a header away, as it does for `openai`.
    assert "openai-beta" not in headers
    assert headers["x-default"] == "here"
    assert not {"x-a", "x-b", "x-c", "x-other", "x-api-key"} & headers.keys()


@both
@nothings
def test_in_options_and_settings(kind: Any, nothing: Any) -> None:
    def create(client: Any) -> Any:
        changed = client.with_options(
            timeout=nothing, max_retries=nothing, default_headers=nothing
        )
        assert changed.options.timeout == client.options.timeout == 600.0
        assert changed.options.max_retries == client.options.max_retries == 2
        return changed.threads.runs.create_and_poll(
            thread_id="thread_1",
            assistant_id="asst_1",
            poll_interval_ms=nothing,
            max_wait=nothing,
            timeout=nothing,
            max_retries=nothing,
            idempotency_key=nothing,
            extra_headers=nothing,
            extra_query=nothing,
            extra_body=nothing,
        )

    left_out = dict.fromkeys(
        [
            *("organization", "project", "timeout", "max_retries", "verbosity"),
            *("default_headers", "default_query", "max_connections"),
        ],
        nothing,
    )
    found = sent(kind, create, **left_out)
    assert body(found) == {"assistant_id": "asst_1"}
    assert "idempotency-key" not in found.headers
    assert "openai-organization" not in found.headers


@both
@nothings
def test_in_custom_requests(kind: Any, nothing: Any) -> None:
    def post(client: Any) -> Any:
        return client.post(
            "/x",
            cast_to=dict,
            body={"a": nothing, "b": [{"c": nothing}]},
            options={"timeout": nothing, "headers": {"x-a": nothing}},
            max_retries=nothing,
        )

    assert body(sent(kind, post)) == {"b": [{}]}


class Colour(enum.Enum):
    RED = "red"


@both
def test_objects_become_what_they_are(kind: Any) -> None:
    def create(client: Any) -> Any:
        return client.assistants.create(
            model="m",
            tools=(
                each
                for each in [
                    CodeInterpreterTool(type="code_interpreter"),
                    FileSearchTool(type="file_search"),
                    AssistantToolsFileSearch(),
                ]
            ),
            metadata={"colour": Colour.RED, "numbers": {1}},
        )

    assert body(sent(kind, create)) == {
        "model": "m",
        "tools": [
            {"type": "code_interpreter"},
            {"type": "file_search"},
            {"type": "file_search"},
        ],
        "metadata": {"colour": "red", "numbers": [1]},
    }


@both
@pytest.mark.parametrize(
    ("value", "said"),
    [
        (io.StringIO("line 1\nline 2\n"), "an open file is no text"),
        (io.BytesIO(b"x"), "an open file is no text"),
        (Path("README.md"), "a path is no text"),
        (b"bytes", "JSON has nothing for bytes"),
        (object(), "JSON has nothing for object"),
        (CodeInterpreterTool, "JSON has nothing for"),
        (float("nan"), "Out of range float values"),
    ],
)
def test_what_is_no_json_is_refused(kind: Any, value: Any, said: str) -> None:
    for nested in (value, [{"a": value, "b": NOT_GIVEN}]):

        def create(client: Any, instructions: Any = nested) -> Any:
            return client.assistants.create(model="m", instructions=instructions)

        with pytest.raises(ConfigurationError, match=said):
            sent(kind, create)


@both
def test_a_thread_may_be_any_of_these(kind: Any) -> None:
    message: Message = {"role": "user", "content": "one"}

    async def start(client: Any) -> None:
        assistant = client.attach({"id": "asst_1", "object": "assistant"})
        await settled(assistant.start_thread("two", thread={"messages": [message]}))
        await settled(assistant.start_thread("two", thread=openai.NOT_GIVEN))
        wrongs: list[Any] = [[], "thread_1", 7]
        for wrong in wrongs:
            with pytest.raises(ConfigurationError, match="thread must be what"):
                await settled(assistant.start_thread("two", thread=wrong))

    requests: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(json.loads(request.content)["thread"])
        return httpx.Response(200, json=RUN)

    use(kind, start, base_url="http://x", http_client=mocked(kind, answer))
    two = {"role": "user", "content": "two"}
    assert requests == [{"messages": [message, two]}, {"messages": [two]}]


@both
@nothings
def test_in_methods_of_live_objects(kind: Any, nothing: Any) -> None:
    def add(client: Any) -> Any:
        thread = client.threads.bind("thread_1")
        return thread.add_message("x", role=nothing, attachments=nothing)

    assert body(sent(kind, add)) == {"role": "user", "content": "x"}

    def submit(client: Any) -> Any:
        run = client.threads.runs.bind("run_1", thread_id="thread_1")
        output = {"tool_call_id": "call_1", "output": "1"}
        return run.submit_tool_outputs(output, tool_approvals=nothing, stream=nothing)

    assert body(sent(kind, submit)) == {
        "tool_outputs": [{"tool_call_id": "call_1", "output": "1"}]
    }


@both
@nothings
def test_in_waiting_for_a_live_run(kind: Any, nothing: Any) -> None:
    def wait(client: Any) -> Any:
        data = {**RUN, "object": "thread.run", "thread_id": "t", "status": "queued"}
        run = client.attach(data)
        return run.wait(
            tools=nothing,
            timeout=nothing,
            on_update=nothing,
            poll_interval_ms=nothing,
            extra_headers=nothing,
        )

    assert sent(kind, wait).method == "GET"
