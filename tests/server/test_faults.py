"""Faults on demand: which requests they strike, and that the server outlives them."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_api.checking import check
from assistants_server.faults import HEADER, FaultMiddleware, Faults
from assistants_server.faults.grammar import FAULTS
from assistants_server.http.connections import Connections
from tests.server.faulty_server import (
    COMMENT,
    FRAMES,
    LIST,
    OBJECT,
    RUNS,
    THREAD,
    WHOLE,
    Bench,
    ask,
    get,
    split,
    stream,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.storeless

# One of each, and whether the connection can be used again.
EXAMPLES = {
    "404": True,
    "429": True,
    "500": True,
    "html": True,
    "text=503": True,
    "empty": True,
    "empty=204": True,
    "delay=0.001": True,
    "slow=0.001": True,
    "close=before-headers": False,
    "close=in-headers": False,
    "close=after-headers": False,
    "cut-body": False,
    "cut-stream=2": False,
    "end-stream=2": True,
    "error-event=2": True,
    "malformed": True,
    "drop=id": True,
    "null=id": True,
    "omit-nulls": True,
    "extra": True,
    "pages=bare": True,
    "frames=crlf": True,
    "stale-action=1": True,
    "run-as-json": True,
    "close-after-5xx": True,
}


@pytest.fixture(scope="module")
def running() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(running: Bench) -> Iterator[Bench]:
    with running.in_one_test():
        yield running


def test_nothing_goes_wrong_unasked(bench: Bench) -> None:
    assert get(bench).content == WHOLE
    assert stream(bench) == ([COMMENT, *FRAMES], True)
    assert bench.struck == [[], []]


def test_every_fault_has_an_example() -> None:
    names = {example.partition("=")[0] for example in EXAMPLES}
    assert {name for name in names if not name.isdecimal()} == {w.name for w in FAULTS}


@pytest.mark.parametrize("fault", EXAMPLES)
@pytest.mark.parametrize("call", ["GET " + THREAD, "GET " + RUNS, "POST " + RUNS])
def test_server_and_connection_outlive_a_fault(
    bench: Bench, fault: str, call: str
) -> None:
    reusable = EXAMPLES[fault] or (fault == "cut-stream=2" and call != "POST " + RUNS)
    method, path = call.split()
    with httpx.Client(base_url=bench.url, verify=False) as client:
        ports = []
        for _ in range(2):
            try:
                response = client.request(method, path, headers={HEADER: fault})
                ports.append(_port_of(response))
            except httpx.RemoteProtocolError:
                assert not reusable
        response = client.get(THREAD)
        assert response.json() == OBJECT
        ports.append(_port_of(response))
    if reusable:
        assert ports == [ports[0]] * 3
    else:
        assert len(set(ports)) == len(ports)


def _port_of(response: httpx.Response) -> int:
    address = response.extensions["network_stream"].get_extra_info("client_addr")
    port: int = address[1]
    return port


def test_pages_are_left_to_the_application(bench: Bench) -> None:
    bench.faults.add("pages=inclusive on=listRuns")
    assert get(bench, "pages=duplicate; 503 on=POST", path=RUNS).json() == LIST
    (struck,) = bench.struck
    assert [(f.name, f.value) for f in struck] == [
        ("pages", "duplicate"),
        ("pages", "inclusive"),
    ]


@pytest.mark.parametrize(
    ("faults", "status", "size"),
    [
        (["503; 500"], 503, None),
        (["extra; 404; html"], 404, None),
        (["500", "503"], 500, None),
        (["503; cut-body=9"], 503, 9),
        (["close=after-headers; 503"], 503, 0),
        (["cut-body=3; close=after-headers"], 200, 3),
        (["html; cut-stream=1"], 502, None),
    ],
)
def test_faults_combine(
    bench: Bench, faults: list[str], status: int, size: int | None
) -> None:
    arrived, _ = ask(bench, "GET", THREAD, *faults)
    head, body = split(arrived)
    assert head.startswith(b"HTTP/1.1 %d " % status)
    if size is not None:
        assert len(body) == size
    else:
        assert b"content-length: %d\r\n" % len(body) in head.lower() + b"\r\n"


def test_header_comes_before_the_settings(bench: Bench) -> None:
    bench.faults.add("500")
    assert get(bench, "503").status_code == 503
    assert get(bench).status_code == 500


def test_counting_follows_the_text_of_a_header(bench: Bench) -> None:
    text = "503 times=2 skip=1"
    assert [get(bench, text).status_code for _ in range(5)] == [200, 503, 503, 200, 200]
    assert get(bench, f"{text} key=other").status_code == 200
    assert get(bench, f"{text} key=other").status_code == 503
    # Each fault of a text has its own count.
    text = "503 times=1; 500 skip=1 times=1; 404 skip=2"
    assert [get(bench, text).status_code for _ in range(4)] == [503, 500, 404, 404]


def test_counting_of_settings_needs_no_header(bench: Bench) -> None:
    bench.faults.add("429 times=1 on=getThread; 500 times=1 on=POST,listRuns")
    statuses = [get(bench, path=path).status_code for path in (RUNS, THREAD) * 2]
    assert statuses == [500, 429, 200, 200]
    assert bench.client.post(bench.url + THREAD).status_code == 201


@pytest.mark.parametrize(
    ("on", "struck"),
    [
        ("getThread", True),
        ("GET", True),
        ("createRun,GET", True),
        ("listRuns", False),
        ("POST,DELETE", False),
    ],
)
def test_faults_are_for_some_requests(bench: Bench, on: str, *, struck: bool) -> None:
    assert get(bench, f"503 on={on}").is_error is struck


@pytest.mark.parametrize(
    ("fault", "handled"),
    [
        *((each, 0) for each in ("404", "html", "text", "empty", "404; extra")),
        *((f"close={each}-headers", 0) for each in ("before", "in")),
        *((each, 1) for each in ("close=after-headers", "delay=0.001", "slow=0.001")),
        *((each, 1) for each in ("cut-body", "cut-stream=1", "end-stream=1")),
        *((each, 1) for each in ("error-event=1", "malformed", "drop=id", "null=id")),
        *((each, 1) for each in ("extra", "pages=bare", "frames=crlf")),
        *((f"{each} handled=yes", 1) for each in ("404", "html", "text", "empty")),
        ("close=before-headers handled=yes", 1),
        ("close=in-headers handled=yes", 1),
        ("close=after-headers handled=no", 0),
        ("503; delay=0.001 handled=yes", 1),
        ("503 handled=no; close=before-headers handled=yes", 0),
    ],
)
@pytest.mark.parametrize("path", [THREAD, RUNS])
def test_request_is_carried_out_or_not(
    bench: Bench, fault: str, handled: int, path: str
) -> None:
    arrived, _ = ask(bench, "POST", path, fault, body=b"{}")
    bench.settle()
    assert bench.handled == [("POST", path, b"{}")] * handled
    if fault.startswith("404"):
        assert arrived.startswith(b"HTTP/1.1 404 ")
    if fault.startswith("close=before"):
        assert arrived == b""


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ("slwo=2", "'slwo=2'"),
        ("delay=\xff", "'delay=\xff'"),
        ("503 times=-1", "'times=-1'"),
        ("x" * 1001, "1001"),
    ],
)
def test_wrong_header_is_refused(bench: Bench, fault: str, named: str) -> None:
    for body in (b"", b"x" * 2_000_000):
        arrived, was_reset = ask(bench, "POST", THREAD, "429", fault, body=body)
        assert not was_reset
        head, answer = split(arrived)
        assert head.startswith(b"HTTP/1.1 400 ")
        assert check(json.loads(answer), "ErrorResponse") == []
        error = json.loads(answer)["error"]
        assert error["param"] == HEADER
        assert named in error["message"]
    assert bench.handled == []


def test_other_servers_get_an_error_that_names_the_protocol() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ask_directly() -> None:
        disturbing = FaultMiddleware(
            app,
            faults=Faults(["503 times=1"]),
            connections=Connections(),
            operation_of=lambda method, path: None,
        )
        transport = httpx.ASGITransport(disturbing)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as each:
            with pytest.raises(LookupError, match=r"http=connections\.protocol"):
                await each.get("/")
            assert (await each.get("/")).status_code == 204

    asyncio.run(ask_directly())
