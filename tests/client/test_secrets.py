"""What is secret comes out nowhere, whoever repeats it, and in whichever spelling."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import pickle
import ssl
import traceback
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import assistants_client
from assistants_client import APIConnectionError, AssistantsError, AsyncClient, Client
from assistants_client._redaction import REDACTED, Secrets, without_secrets
from assistants_server import LocalServer
from harness.scripted_server import Request, Response, ScriptedServer
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CANARY = "sk-canary/+=&<'>\"\\-0123456789"
PLAIN = "sk-canary-0123456789"
HOME = assistants_client.__path__[0]


class Place(NamedTuple):
    """Somewhere that a secret can be given."""

    settings: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it
    options: dict[str, Any] = {}  # noqa: RUF012
    http: dict[str, Any] = {}  # noqa: RUF012
    url: str = "{url}"
    secret: str = PLAIN


def _async_key() -> Any:
    async def found() -> str:
        return CANARY

    return found


PLACES: dict[str, Place] = {
    "key": Place({"api_key": CANARY}, secret=CANARY),
    "function": Place({"api_key": lambda: CANARY}, secret=CANARY),
    "default header": Place({"default_headers": {"Api-Key": CANARY}}, secret=CANARY),
    "other header": Place(
        {"default_headers": {"X-Mine": PLAIN}, "redact_headers": ("x-mine",)}
    ),
    "extra header": Place(options={"extra_headers": {"X-API-Key": PLAIN}}),
    "authorization": Place(options={"extra_headers": {"AUTHORIZATION": PLAIN}}),
    "basic": Place(options={"extra_headers": {"authorization": f"Basic {PLAIN}"}}),
    "cookie": Place(options={"extra_headers": {"cookie": f"a=1; session={PLAIN}"}}),
    "default query": Place({"default_query": {"api-key": CANARY}}, secret=CANARY),
    "extra query": Place(options={"extra_query": {"sig": PLAIN}}),
    "url": Place(url="http://me:{secret}@{host}"),
    "http headers": Place(http={"headers": {"api-key": PLAIN}}),
    "http auth": Place(http={"auth": ("me", PLAIN)}, settings={"api_key": "none-12"}),
    "http cookies": Place(http={"cookies": {"session": PLAIN}}),
}


def _echo(seen: Request) -> str:
    """Return all that came, as a server that is being debugged would."""
    bodies = [f"{name}: {value}" for name, value in seen.headers.items()]
    return "\n".join([seen.target, *bodies])


def _escaped(text: str) -> bytes:
    """Write JSON with each letter escaped, which means the same."""
    spelt = "".join(f"\\u{ord(letter):04x}" for letter in text)
    return f'{{"error": {{"message": "{spelt}", "code": "{spelt}"}}}}'.encode()


def _event(data: Any) -> bytes:
    return f"event: error\ndata: {json.dumps(data)}\n\n".encode()


# What a call is given stands in the frames of its methods, as in the caller's; and so
# do URLs.
IN_HEADERS = {name for name in PLACES if "header" in name} - {"extra header"}
IN_HEADERS |= {"key", "function", "http auth", "http cookies"}
_FIELDS = ("message", "code", "type", "param")
ECHOES: dict[str, Callable[[Request], Response]] = {
    "json": lambda s: Response.of({"error": dict.fromkeys(_FIELDS, _echo(s))}, 401),
    "escaped": lambda s: Response(400, _escaped(_echo(s))),
    "detail": lambda s: Response.of({"detail": [{"input": dict(s.headers)}]}, 422),
    "text": lambda s: Response(500, _echo(s).encode(), "text/plain"),
    "html": lambda s: Response(502, f"<html><h1>{_echo(s)}".encode(), "text/html"),
    "no json": lambda s: Response(200, _echo(s).encode()),
    "no object": lambda s: Response.of([_echo(s)]),
    "request id": lambda s: Response(
        404, headers={"x-request-id": quote(_echo(s)), "x-echo": json.dumps(_echo(s))}
    ),
    "redirect": lambda s: Response(
        307, headers={"location": f"http://{quote(_echo(s), safe='')}.example/"}
    ),
}
STREAMED: dict[str, Callable[[Request], Response]] = {
    "event": lambda s: Response(
        200, _event({"error": {"message": _echo(s)}}), "text/event-stream"
    ),
    "bare event": lambda s: Response(200, _event(_echo(s)), "text/event-stream"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def _settings(place: Place, url: str) -> dict[str, Any]:
    host = url.partition("//")[2]
    base = place.url.format(url=url, host=host, secret=quote(place.secret))
    return {"base_url": base, "api_key": "some-other-key", "max_retries": 0} | (
        place.settings | {"verbosity": 3, "timeout": 10}
    )


def _sync(place: Place, url: str, act: Callable[..., Any]) -> tuple[Any, Any]:
    http: Any = {}
    if place.http:
        http["http_client"] = httpx.Client(**place.http)
    with Client(**_settings(place, url), **http) as client:
        try:
            result = act(client, **place.options)
            return client, list(result) if hasattr(result, "__next__") else result
        except AssistantsError as error:
            return client, error
        finally:
            for each in http.values():
                each.close()


def _async(place: Place, url: str, act: Callable[..., Any]) -> tuple[Any, Any]:
    async def main() -> tuple[Any, Any]:
        http: Any = {}
        if place.http:
            http["http_client"] = httpx.AsyncClient(**place.http)
        async with AsyncClient(**_settings(place, url), **http) as client:
            try:
                result = await act(client, **place.options)
                if hasattr(result, "__anext__"):
                    result = [each async for each in result]
                return client, result
            except AssistantsError as error:
                return client, error
            finally:
                for each in http.values():
                    await each.aclose()

    return asyncio.run(main())


def _told(error: BaseException, *, frames: bool) -> Iterator[str]:
    """Yield all that an error says, with its causes and, on request, our frames."""
    seen: BaseException | None = error
    while seen is not None:
        yield repr(seen)
        yield str(seen)
        yield repr(vars(seen))
        request = getattr(seen, "_request", None)
        if request is not None:
            yield repr([*request.headers.raw, str(request.url)])
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, AssistantsError):
        yield pickle.dumps(error).decode("latin-1")
        yield repr(copy.copy(error))
        response = getattr(error, "response", None)
        if response is not None:
            yield response.text
            yield repr(response.json())
            yield repr(response.headers)
    found = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in found.stack:
        if frames and frame.filename.startswith(HOME):
            yield from (frame.locals or {}).values()


def _spellings(secret: str) -> set[str]:
    return {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1]}


def retrieve(client: Any, **options: Any) -> Any:
    return client.threads.retrieve("thread_1", **options)


def stream(client: Any, **options: Any) -> Any:
    return client.threads.runs.create(
        thread_id="thread_1", assistant_id="a", stream=True, **options
    )


@pytest.mark.parametrize("run", [_sync, _async])
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
            told = [
                repr(client),
                repr(client.options),
                *_told(error, frames=frames),
            ]
            told += [record.getMessage() for record in caplog.records]
            told += [repr(vars(record)) for record in caplog.records]
            told += [*capfd.readouterr()]
            for text in told:
                for spelt in _spellings(place.secret):
                    assert spelt not in text, (behaviour, text)
            assert any(REDACTED in text for text in told)
            caplog.clear()


@each_case("run", [_sync, _async])
@each_case("name", ["key", "default header", "url", "http headers"])
def test_nobody_there_hears_nothing(name: str, run: Any) -> None:
    place = PLACES[name]
    _, error = run(place, "http://127.0.0.1:9", retrieve)
    assert isinstance(error, APIConnectionError)
    for text in _told(error, frames=name in IN_HEADERS):
        for spelt in _spellings(place.secret):
            assert spelt not in text


def test_a_run_that_failed_repeats_no_secret() -> None:
    def answer(seen: Request) -> Response:
        failed = {"code": "server_error", "message": _echo(seen)}
        run = {"id": "run_1", "thread_id": "thread_1", "object": "thread.run"}
        return Response.of({**run, "status": "failed", "last_error": failed})

    def wait(client: Any, **_: Any) -> Any:
        return client.threads.runs.retrieve("run_1", thread_id="thread_1").wait()

    with ScriptedServer() as server:
        server.script = answer
        _, error = _sync(PLACES["key"], server.url, wait)
    assert isinstance(error, AssistantsError)
    assert CANARY not in str(error)
    assert REDACTED in str(error)


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


# --- The class itself --------------------------------------------------------------


@given(
    secret=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=6),
    before=st.text(max_size=9),
    after=st.text(max_size=9),
)
def test_all_spellings_are_hidden(secret: str, before: str, after: str) -> None:
    secrets = Secrets([secret])
    for spelt in _spellings(secret):
        told = secrets.redact(f"{before}{spelt}{after}")
        assert spelt not in told.replace(REDACTED, "")
    hidden = secrets.redact_json({"a": [secret, {secret: 1}], "b": None})
    if json.dumps(secret) not in ('"a"', '"b"'):
        assert secret not in repr(hidden).replace(REDACTED, "")


def test_what_holds_none_stays_as_it_is() -> None:
    secrets = Secrets(["short", "long enough"])
    value = {"a": ["short", 1.5, None, True]}
    assert secrets.redact_json(value) is value
    assert secrets.redact_bytes(b"\xff short") == b"\xff short"
    assert secrets.redact_bytes(b"\xff long enough") == b"\xff <REDACTED>"
    assert repr(secrets) == "<Secrets, 1 of them>"


def test_the_oldest_are_forgotten() -> None:
    secrets = Secrets(f"token-{number:04d}" for number in range(1000))
    assert secrets.redact("token-0000 token-0999") == f"token-0000 {REDACTED}"


def test_those_of_the_settings_are_remembered() -> None:
    with ScriptedServer(ECHOES["text"]) as server:
        client = Client(base_url=server.url, api_key=PLAIN, max_retries=0)
        for number in range(100):
            client.with_options(api_key=f"another-key-{number}")
        with client, pytest.raises(AssistantsError) as caught:
            client.threads.retrieve("thread_1")
    assert REDACTED in str(caught.value)
    assert PLAIN not in str(caught.value)


def test_headers_are_shown_without() -> None:
    headers = {"Authorization": PLAIN, "x-other": "1", "Cookie": None}
    assert without_secrets(headers) == {
        "Authorization": REDACTED,
        "x-other": "1",
        "Cookie": None,
    }
