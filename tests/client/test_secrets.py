"""What is secret comes out nowhere, whoever repeats it, and in whichever spelling."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import (
    APIConnectionError,
    AssistantsError,
    AsyncClient,
    Client,
    ConfigurationError,
    RunTimeout,
    StreamInterrupted,
    ToolError,
    ToolSet,
    UnknownRunAction,
)
from assistants_client._redaction import REDACTED
from assistants_server import LocalServer
from harness.scripted_server import Request, Response, ScriptedServer
from tests.cases import each_case
from tests.client.secret_places import (
    CANARY,
    ECHOES,
    IN_HEADERS,
    PLACES,
    PLAIN,
    STREAMED,
    Place,
    call_async,
    call_sync,
    echo,
    holds,
    read,
    retrieve,
    stream,
    told_by,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.mark.parametrize("run", [call_sync, call_async])
@pytest.mark.parametrize("name", PLACES)
def test_a_secret_comes_out_nowhere(
    name: str,
    run: Any,
    server: ScriptedServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG, "assistants_client")
    place = PLACES[name]
    for answers, act in ((ECHOES, retrieve), (STREAMED, stream)):
        # Of a stream, what came is in our frames as well.
        frames = name in IN_HEADERS and answers is ECHOES
        for behaviour, answer in answers.items():
            server.requests.clear()
            server.script = answer
            client, error = run(place, server.url, act)
            assert isinstance(error, AssistantsError), behaviour
            # It went out, or nothing is shown by this.
            assert server.requests
            told = "\n".join(
                [
                    repr(client),
                    repr(client.options),
                    *told_by(error, frames=frames),
                    *(repr(vars(record)) for record in caplog.records),
                    *capfd.readouterr(),
                ]
            )
            assert not holds(told, place.secret), (behaviour, told)
            # Where it leads to is no URL, and isn't shown.
            assert REDACTED in read(told) or behaviour == "redirect"
            caplog.clear()


@each_case("run", [call_sync, call_async])
@each_case("name", ["key", "default header", "url", "http headers"])
def test_nobody_there_hears_nothing(name: str, run: Any) -> None:
    place = PLACES[name]
    _, error = run(place, "http://127.0.0.1:9", retrieve)
    assert isinstance(error, APIConnectionError)
    for text in told_by(error, frames=name in IN_HEADERS):
        assert not holds(text, place.secret)


@each_case("run", [call_sync, call_async])
@each_case("headers", [{"x-mine": f"{PLAIN}\n"}, {f"x mine {PLAIN}": "1"}])
def test_what_the_http_library_refuses_is_not_shown(
    headers: Any, run: Any, server: ScriptedServer
) -> None:
    place = Place(
        {"redact_headers": ["x-mine"], "api_key": PLAIN}, http={"headers": headers}
    )
    _, error = run(place, server.url, retrieve)
    assert isinstance(error, APIConnectionError)
    assert "llegal header" in str(error)
    for text in told_by(error, frames=False):
        assert not holds(text, PLAIN)


@each_case("options", ["default_headers", "extra_headers"])
@each_case("headers", [{f"x: {PLAIN}": "1"}, {f"x-{PLAIN}": "\n"}])
def test_a_header_that_can_not_be_sent_is_not_shown(options: str, headers: Any) -> None:
    place = (
        Place({options: headers, "api_key": PLAIN})
        if options == "default_headers"
        else Place({"api_key": PLAIN}, options={options: headers})
    )
    client, error = call_sync(place, "http://127.0.0.1:9", retrieve)
    assert isinstance(error, ConfigurationError)
    for text in (repr(client), *told_by(error, frames=options == "default_headers")):
        assert not holds(text, PLAIN)


@each_case(
    "url", ["https://me:{}/x@host", "https://{}@host:x", "https://me:{}@[", "{}@x"]
)
def test_a_url_that_can_not_be_used_is_not_shown(url: str) -> None:
    with pytest.raises(ConfigurationError, match="must be like") as caught:
        Client(base_url=url.format(PLAIN), api_key="k")
    assert PLAIN not in "".join(traceback.format_exception(caught.value))


def test_a_proxy_of_the_environment_keeps_its_password(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = server.url.partition("//")[2]
    monkeypatch.setenv("HTTP_PROXY", f"http://me:{PLAIN}@{host}")
    for answer in ("text", "no json"):
        server.script = ECHOES[answer]
        _, error = call_sync(Place(), "http://elsewhere.example", retrieve)
        assert "proxy-authorization" in error.response.text
        assert not any(holds(text, PLAIN) for text in told_by(error, frames=True))
    monkeypatch.setenv("HTTP_PROXY", f"http://me:{PLAIN}/x@{host}")
    with pytest.raises(ConfigurationError, match="HTTP_PROXY") as caught:
        Client(base_url=server.url, api_key="k")
    assert PLAIN not in "".join(traceback.format_exception(caught.value))


def test_a_run_that_failed_repeats_no_secret() -> None:
    def answer(seen: Request) -> Response:
        failed = {"code": "server_error", "message": echo(seen)}
        run = {"id": "run_1", "thread_id": "thread_1", "object": "thread.run"}
        return Response.of({**run, "status": "failed", "last_error": failed})

    def wait(client: Any, **_: Any) -> Any:
        return client.threads.runs.retrieve("run_1", thread_id="thread_1").wait()

    with ScriptedServer() as server:
        server.script = answer
        _, error = call_sync(PLACES["key"], server.url, wait)
    assert isinstance(error, AssistantsError)
    assert CANARY not in str(error)
    assert REDACTED in str(error)


CALL = {"id": "call_1", "type": "function"}
CALLS = [{**CALL, "function": {"name": CANARY, "arguments": "{}"}}]
OUTPUTS = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": CALLS}}
ACTION = {"status": "requires_action"}
ENDINGS: dict[str, dict[str, Any]] = {
    "state": {"status": CANARY},
    "action": {**ACTION, "required_action": {"type": CANARY}},
    "tool": {**ACTION, "required_action": OUTPUTS},
}
ERRORS: dict[str, tuple[type[AssistantsError], ...]] = {
    "state": (RunTimeout, StreamInterrupted),
    "action": (UnknownRunAction, UnknownRunAction),
    "tool": (ToolError, ToolError),
}


@each_case("run", [call_sync, call_async])
@each_case("ending", [*ENDINGS])
@each_case("streamed", [False, True])
def test_how_a_run_ends_repeats_no_secret(
    run: Any, ending: str, streamed: bool
) -> None:
    found = {"id": "run_1", "thread_id": "t", "object": "thread.run"}
    found |= ENDINGS[ending]
    event = f"event: thread.run.{found['status'][:15]}\ndata: {json.dumps(found)}\n\n"

    def answer(seen: Request) -> Response:
        if seen.method == "POST":
            return Response(200, event.encode(), "text/event-stream")
        return Response.of(found)

    def follow(client: Any, **_: Any) -> Any:
        runs, tools = client.threads.runs, ToolSet([spare], on_error="raise")
        if streamed:
            begun = runs.create_and_stream(thread_id="t", assistant_id="a", tools=tools)
            return read_to_its_end(begun)
        # In a state that nobody knows it could be waited for without end.
        limit = 0.05 if ending == "state" else None
        return runs.poll("run_1", thread_id="t", tools=tools, max_wait=limit)

    with ScriptedServer() as server:
        server.script = answer
        _, error = run(PLACES["key"], server.url, follow)
    assert isinstance(error, ERRORS[ending][streamed])
    assert CANARY not in error.message_long
    assert REDACTED in error.message_long


def read_to_its_end(begun: Any) -> Any:
    if hasattr(begun, "__enter__"):
        with begun as stream:
            return stream.until_done()

    async def read() -> None:
        async with begun as stream:
            await stream.until_done()

    return read()


def spare() -> None:
    """Do nothing."""


def test_what_is_read_stays_as_it_came() -> None:
    """Only what is told of a failure is changed: data is whosever it is."""
    with LocalServer() as server, Client(base_url=server.url, api_key=PLAIN) as client:
        made = client.threads.create(metadata={"note": PLAIN})
        assert client.threads.retrieve(made.id).metadata == {"note": PLAIN}


def test_certificates_are_checked() -> None:
    with Client(base_url="https://h", api_key=PLAIN) as client:
        _assert_checked(client._pool.get())

    async def main() -> None:
        async with AsyncClient(base_url="https://h", api_key=PLAIN) as client:
            _assert_checked(client._pool.get())

    asyncio.run(main())


def _assert_checked(http: Any) -> None:
    context = http._transport._pool._ssl_context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
