"""Fuzzing heads and codings over a socket: what they do to answers and to waiting."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import TYPE_CHECKING, Any, Final

import httpx

from assistants_client import AssistantsError, AsyncClient, Client
from assistants_client._transcript import LOGGER
from harness.either_client import entered, finished, settled
from harness.fuzz.bench import KEY, listed, same, typed
from harness.fuzz.header_cases import answer, head
from harness.fuzz.responses import arguments_of, method_of, spoilt_answer
from harness.fuzz.runner import halves, text
from harness.fuzz.stream_faults import told
from harness.fuzz.waits import bounded_polls, bounded_retries
from harness.scripted_server import CLOSE, ScriptedServer, in_turn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random
    from typing import Self

    from harness.fuzz.header_cases import Headers
    from harness.fuzz.runner import Case

_VALUE: Final = {"id": "thread_1", "object": "thread", "metadata": {"é": "\u2028"}}
_OPERATIONS = (
    *("threads.retrieve", "threads.create", "threads.update", "threads.delete"),
    *("threads.runs.list", "stream"),
)
_WAYS = ("plain", "plain", "raw", "bytes", "text", "lines", "shown")
_STATUSES = (
    *(200,) * 12,
    *(201, 204, 206, 301, 302, 303, 307, 308, 304, 400, 404, 409),
    *(408, 429, 429, 500, 503, 520, 599, 600, 999, 100, 0),
)


class Heads:
    """The target: the bytes of an answer, and what its headers say of waiting."""

    name = "headers"

    def __init__(self) -> None:
        self._server = ScriptedServer()
        self._runner = asyncio.Runner()
        # Connections are used once: whether they are kept is the subject of others.
        limits = httpx.Limits(max_keepalive_connections=0)
        given: Any = {"limits": limits, "verify": False, "trust_env": False}
        self._http = httpx.Client(**given)
        self._async_http = httpx.AsyncClient(**given)
        settings: Any = {
            "base_url": f"{self._server.url}/v1",
            "api_key": KEY,
            "max_retries": 0,
            "timeout": 15.0,
        }
        self._client = Client(**settings, http_client=self._http)
        self._async_client = AsyncClient(**settings, http_client=self._async_http)

    def make(self, rng: Random) -> Case:
        """Make an answer whose head is odd."""
        headers = head(rng)
        status = rng.choice(_STATUSES)
        operation = rng.choice(_OPERATIONS)
        spoilt = rng.random() < 0.3
        content = spoilt_answer(rng, "ThreadObject") if spoilt else _CONTENT
        raw, honest = answer(rng, status, headers, content)
        honest = honest and not spoilt
        if operation == "stream" and rng.random() < 0.7:
            kind = [("content-type", "text/event-stream"), *headers]
            lines = [f"HTTP/1.1 200 OK\r\n{n}: {v}\r\n" for n, v in kind[:1]]
            raw = "".join([*lines, "\r\n"]).encode() + told(rng)
            status = 200
        trusted = ("content-type", "x-request-id", "retry-after", "retry-after-ms")
        plain = all(n.lower() in trusted and v.isprintable() for n, v in headers)
        return {
            "operation": operation,
            "way": rng.choice(_WAYS),
            "asynchronous": rng.random() < 0.4,
            "status": status,
            "honest": honest and plain and sum(len(v) for _, v in headers) < 9_000,
            "raw": text(raw),
            "headers": headers,
        }

    def smaller(self, case: Case) -> Iterator[Case]:
        """Leave out headers."""
        if case["asynchronous"]:
            yield {**case, "asynchronous": False}
        start, end, body = case["raw"].partition("\r\n\r\n")
        lines = start.split("\r\n")
        for at in range(1, len(lines)):
            rest = "\r\n".join(lines[:at] + lines[at + 1 :])
            yield {**case, "raw": f"{rest}{end}{body}", "honest": False}
        for at in range(len(case["headers"])):
            yield {**case, "headers": case["headers"][:at] + case["headers"][at + 1 :]}
        for each in halves(case["raw"]):
            yield {**case, "raw": each, "honest": False}

    def judge(self, case: Case) -> str:
        """Send the answer over the socket; see how long its headers have us wait."""
        headers: Headers = [(name, value) for name, value in case["headers"]]
        bounded_retries(case["status"], headers)
        bounded_polls(headers)
        self._server.requests.clear()
        raw = case["raw"].encode("latin-1")
        self._server.script = in_turn([raw, CLOSE], [_PLAIN, CLOSE])
        self._http.cookies.clear()
        self._async_http.cookies.clear()
        log: list[Any] = []
        client: Any = self._async_client if case["asynchronous"] else self._client
        use = _use(client, case, log)
        try:
            with _listening():
                if case["asynchronous"]:
                    self._runner.run(use)
                else:
                    finished(use)
            outcome = f"{case['status'] // 100}xx: a result"
        except AssistantsError as error:
            outcome = f"{case['status'] // 100}xx: {typed(error)}"
        assert len(self._server.requests) <= 3
        _nothing_held(self._http)
        _nothing_held(self._async_http)
        # Whatever came, the client is as good as before.
        self._server.script = in_turn([_PLAIN, CLOSE])
        if case["asynchronous"]:
            again: Any = self._runner.run(self._async_client.threads.retrieve("t"))
        else:
            again = self._client.threads.retrieve("t")
        assert same(again.to_dict(), _VALUE)
        whole = case["operation"] in ("threads.retrieve", "threads.create")
        plain = case["status"] in (200, 201) and case["way"] == "plain"
        if case["honest"] and whole and plain:
            assert same(log, [_VALUE]), f"{outcome}, {log}"
        return outcome

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._runner.run(self._async_http.aclose())
        self._runner.close()
        self._server.__exit__(None)


_CONTENT = json.dumps(_VALUE).encode()
_PLAIN = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    % len(_CONTENT)
) + _CONTENT


async def _use(client: Any, case: Case, log: list[Any]) -> None:
    operation, way = case["operation"], case["way"]
    if operation == "stream":
        more = {"verbosity": 2} if way == "shown" else {}
        runs = client.threads.runs
        stream = await settled(
            runs.create(
                thread_id="thread_1", assistant_id="asst_1", stream=True, **more
            )
        )
        try:
            for event in await listed(stream):
                assert repr(event)
        finally:
            await settled(stream.close())
        return
    given = arguments_of(operation)
    if way == "raw":
        given["max_retries"] = 0
        found = await settled(method_of(client.with_raw_response, operation)(**given))
        assert repr(found)
        assert type(found.text) is str
        assert found.headers is not None
        assert found.request_id is None or type(found.request_id) is str
        found.parse()
    elif way in ("bytes", "text", "lines"):
        await _piecewise(client, operation, way, given)
    elif way == "shown":
        await settled(method_of(client, operation)(**given, verbosity=3))
    else:
        value = await settled(method_of(client, operation)(**given))
        if hasattr(value, "to_dict"):
            log.append(value.to_dict())


async def _piecewise(client: Any, operation: str, way: str, given: Any) -> None:
    call = method_of(client.with_streaming_response, operation)(**given)
    async with entered(call) as found:
        for piece in await listed(getattr(found, f"iter_{way}")()):
            assert type(piece) is (bytes if way == "bytes" else str)


@contextlib.contextmanager
def _listening() -> Iterator[None]:
    """Look at what is shown of calls."""
    logger = logging.getLogger(LOGGER)
    lines = _Lines()
    level, propagate = logger.level, logger.propagate
    logger.addHandler(lines)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(lines)
        logger.setLevel(level)
        logger.propagate = propagate
        shown = "".join(lines.texts)
        assert KEY not in shown
        assert "\x1b" not in shown
        assert "\r" not in shown


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def _nothing_held(http: Any) -> None:
    """Check that no connection is left that somebody still holds."""
    pool = http._transport._pool
    held = [
        each for each in pool.connections if not (each.is_idle() or each.is_closed())
    ]
    assert not held, f"{held} are still held"
