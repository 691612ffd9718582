"""What a whole call shows of itself, at each level, sync and async alike."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import APIError, AsyncClient, Client, _transcript, verbosity
from assistants_server import LocalServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sk-of-the-test-0123456789"
# What differs from call to call, and what stands for it below.
CHANGING = [
    (r"127\.0\.0\.1:\d+", "HOST"),
    (r"port \d+", "port N"),
    (r"\d+\.\d ms", "N ms"),
    (r"(date|Date): .*", "date: D"),
    (r"req_\w+", "req_R"),
    (r"thread_[A-Za-z0-9]{24}", "thread_T"),
    (r'"created_at": ?\d+', '"created_at": C'),
    (r"assistants-client/[\w.]+", "assistants-client/V"),
]

SENT = """\
-> POST /v1/threads?q=1
-> Host: HOST
-> accept: application/json
-> accept-encoding: gzip, deflate
-> connection: keep-alive
-> user-agent: assistants-client/V
-> authorization: <REDACTED>
-> openai-beta: assistants=v2
-> content-type: application/json
-> x-mine: <REDACTED>
-> Content-Length: 25
"""
SENT_BODY = """\
>> {
>>   "metadata": {
>>     "a": "Zoë"
>>   }
>> }
"""
CONNECTED = """\
*  connecting to 127.0.0.1 port N
*  connected to 127.0.0.1 port N in N ms
"""
KEPT = """\
*  the connection is one that was kept
"""
BEGAN = """\
*  HTTP/1.1, response began after N ms
"""
GOT = """\
<- HTTP/1.1 200 OK
<- date: D
<- x-request-id: req_R
<- content-length: 126
<- content-type: application/json
"""
THROUGH = """\
*  the response is complete
"""
GOT_BODY = """\
<< {
<<   "id": "thread_T",
<<   "object": "thread",
<<   "created_at": C,
<<   "metadata": {
<<     "a": "Zoë"
<<   },
<<   "tool_resources": {}
<< }
"""
REFUSED = """\
<- HTTP/1.1 429 Too Many Requests
<- date: D
<- x-request-id: req_R
<- retry-after: 0
<- content-type: application/json
<- content-length: 102
"""
REFUSED_BODY = """\
<< {
<<   "error": {
<<     "message": "A fault was requested: 429.",
<<     "type": "rate_limit_error",
<<     "param": null,
<<     "code": null
<<   }
<< }
"""
RETRIED = """\
*  status 429; retry 1 of 2 in 0.0 s
"""
SUCCESS = {
    0: "",
    1: SENT + GOT,
    2: SENT + SENT_BODY + GOT + GOT_BODY,
    3: SENT + SENT_BODY + CONNECTED + BEGAN + GOT + THROUGH + GOT_BODY,
}
RETRY = {
    1: SENT + REFUSED + SENT + GOT,
    2: SENT + SENT_BODY + REFUSED + REFUSED_BODY + SUCCESS[2],
    3: "".join(
        [
            *(SENT, SENT_BODY, CONNECTED, BEGAN, REFUSED, THROUGH, REFUSED_BODY),
            *(RETRIED, SENT, SENT_BODY, KEPT, BEGAN, GOT, THROUGH, GOT_BODY),
        ]
    ),
}
ARGUMENTS: dict[str, Any] = {
    "metadata": {"a": "Zoë"},
    "extra_query": {"q": 1},
    "extra_headers": {"x-mine": "my-secret"},
}
SETTINGS: dict[str, Any] = {"api_key": KEY, "redact_headers": ("X-Mine",)}


@pytest.fixture(scope="module")
def running() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture
def server(running: LocalServer) -> LocalServer:
    running.faults.clear()
    return running


def plain(text: str) -> str:
    assert KEY not in text
    assert "my-secret" not in text
    for changing, name in CHANGING:
        text = re.sub(changing, name, text)
    return text


def call_sync(url: str, use: Callable[[Any], Any], **settings: Any) -> None:
    with Client(base_url=url, **SETTINGS, **settings) as client:
        use(client)


def call_async(url: str, use: Callable[[Any], Any], **settings: Any) -> None:
    async def run() -> None:
        async with AsyncClient(base_url=url, **SETTINGS, **settings) as client:
            await use(client)

    asyncio.run(run())


@pytest.fixture(params=[call_sync, call_async], ids=["sync", "async"])
def calling(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_each_level_of_a_success(
    calling: Any, level: Any, server: LocalServer, capsys: pytest.CaptureFixture[str]
) -> None:
    def use(client: Any) -> Any:
        return client.threads.create(**ARGUMENTS, verbosity=level)

    calling(server.url, use)
    assert plain(capsys.readouterr().err) == SUCCESS[level]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_retries_are_shown_one_after_the_other(
    calling: Any, level: Any, server: LocalServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults.add("429 retry-after=0 times=1")
    calling(
        server.url, lambda client: client.threads.create(**ARGUMENTS), verbosity=level
    )
    assert plain(capsys.readouterr().err) == RETRY[level]


def test_the_nearest_word_counts(
    calling: Any,
    server: LocalServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shown(call: int | None, client: int | None, within: Any) -> str:
        said = {} if call is None else {"verbosity": call}
        with verbosity(within):
            calling(
                server.url,
                lambda one: one.threads.create(**ARGUMENTS, **said),
                verbosity=client,
            )
        return plain(capsys.readouterr().err)

    monkeypatch.setenv("ASSISTANTS_VERBOSITY", "3")
    assert shown(1, 2, 3) == SUCCESS[1]
    assert shown(None, 2, 3) == SUCCESS[2]
    assert shown(None, None, 1) == SUCCESS[1]
    assert shown(0, 2, 3) == ""
    calling(server.url, lambda client: client.threads.create(**ARGUMENTS))
    assert plain(capsys.readouterr().err) == SUCCESS[3]


def test_a_failed_call_is_shown_to_its_end(
    calling: Any, server: LocalServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(APIError, match="No thread found"):
        calling(server.url, lambda one: one.threads.retrieve("thread_x", verbosity=2))
    *_, last = capsys.readouterr().err.partition("<- HTTP/1.1 404 Not Found\n")
    assert """<<     "message": "No thread found with id 'thread_x'.",\n""" in last
    with LocalServer() as gone:
        pass
    with pytest.raises(APIError, match=r"refused|attempts failed"):
        calling(
            gone.url,
            lambda client: client.threads.retrieve("t", verbosity=3),
            max_retries=0,
        )
    shown = plain(capsys.readouterr().err).splitlines()
    assert shown[-2] == "*  connecting to 127.0.0.1 port N"
    assert re.fullmatch(r"\*  failed after N ms: .*(refused|failed).*", shown[-1])


def test_a_body_that_is_read_in_pieces_is_shown_as_it_is_read(
    server: LocalServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with Client(base_url=server.url, **SETTINGS) as client:
        streaming = client.threads.with_streaming_response
        with streaming.create(**ARGUMENTS, verbosity=2) as answer:
            assert plain(capsys.readouterr().err) == SENT + SENT_BODY + GOT
            pieces = answer.iter_bytes(50)
            next(pieces)
            assert capsys.readouterr().err == ""  # no line is whole yet
            b"".join(pieces)
        (line,) = plain(capsys.readouterr().err).splitlines()
        assert line.startswith('<< {"id":"thread_T","object":"thread",')
        with streaming.create(verbosity=1) as answer:
            answer.read()
        assert "<< " not in capsys.readouterr().err
        run = client.assistants.create(model="m")
        events = client.threads.with_streaming_response.create_and_run(
            assistant_id=run.id, extra_body={"stream": True}, verbosity=2
        )
        with events as answer:
            capsys.readouterr()
            shown = []
            for each in answer.iter_lines():
                shown.append(capsys.readouterr().err)
                assert shown[-1] in ("", f"<< {each}\n")
            assert any(shown)


class Pieces(httpx.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield b"\x89PNG"
        yield b"\x00" * 70


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", ""])
def test_binary_bodies_are_shown_by_their_size(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def give(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Pieces(), headers={"content-type": kind})

    with httpx.Client(transport=httpx.MockTransport(give)) as http:
        client = Client(base_url="http://127.0.0.1:1", http_client=http, **SETTINGS)
        got = client.get("/files/f/content", cast_to=bytes, verbosity=2)
        assert got == b"\x89PNG" + b"\x00" * 70
        assert capsys.readouterr().err.splitlines()[-1] == "<< <74 bytes>"
        raw = client.with_streaming_response.threads.retrieve("t", verbosity=2)
        with raw as answer:
            assert b"".join(answer.iter_bytes()) == got
        *_, first, second = capsys.readouterr().err.splitlines()
        assert (first, second) == ("<< <4 bytes>", "<< <70 bytes>")


def test_a_server_that_repeats_the_key_is_not_quoted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def give(request: httpx.Request) -> httpx.Response:
        text = f"no: {request.headers['authorization']} {request.headers['api-key']}"
        return httpx.Response(401, json={"error": {"message": text}})

    with httpx.Client(transport=httpx.MockTransport(give)) as http:
        client = Client(
            base_url="http://127.0.0.1:1",
            http_client=http,
            api_key=lambda: "token-asked-for",
            default_headers={"api-key": "another-secret"},
        )
        with pytest.raises(APIError):
            client.threads.create(verbosity=3)
    shown = capsys.readouterr().err
    assert '<<     "message": "no: Bearer <REDACTED> <REDACTED>"' in shown
    assert "token-asked-for" not in shown
    assert "another-secret" not in shown


def test_a_logger_gets_what_stderr_would(
    server: LocalServer,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG, logger="assistants_client.wire"):
        call_sync(server.url, lambda one: one.threads.create(**ARGUMENTS), verbosity=2)
    assert capsys.readouterr().err == ""
    lines = [each.getMessage() for each in caplog.records if "wire" in each.name]
    assert plain("\n".join(lines)) + "\n" == SUCCESS[2]


def test_level_0_does_no_work(
    calling: Any, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("nobody asked for a transcript")

    monkeypatch.setattr(_transcript, "Transcript", never)
    calling(server.url, lambda client: client.threads.create())
