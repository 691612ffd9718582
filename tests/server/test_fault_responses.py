"""Answers that fail or stay away, byte by byte as a client sees them."""

from __future__ import annotations

import socket
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from assistants_api.checking import check
from assistants_server.http.connections import Connection
from tests.server.faulty_server import (
    BIG,
    COMMENT,
    FRAMES,
    RUNS,
    THREAD,
    TIMEOUT,
    WHOLE,
    Bench,
    ask,
    big_body,
    get,
    request,
    split,
    stream,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.storeless

TORN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-len"
AN_HOUR = "3600"


@pytest.fixture(scope="module")
def running() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(running: Bench) -> Iterator[Bench]:
    with running.in_one_test():
        yield running


@pytest.mark.parametrize("status", [400, 401, 404, 408, 429, 499, 500, 503, 520, 599])
def test_status_comes_with_an_error_of_the_api(bench: Bench, status: int) -> None:
    response = get(bench, str(status))
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-request-id"].startswith("req_")
    assert check(response.json(), "ErrorResponse") == []
    assert str(status) in response.json()["error"]["message"]
    assert bench.handled == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("429", {"retry-after": "1"}),
        ("429 retry-after=7", {"retry-after": "7"}),
        ("429 retry-after=none", {}),
        ("503", {}),
        ("503 retry-after=0", {"retry-after": "0"}),
        ("503 retry-after=1.25", {"retry-after": "2", "retry-after-ms": "1250"}),
        ("500 should-retry=false", {"x-should-retry": "false"}),
        ("400 should-retry=true", {"x-should-retry": "true"}),
        ("html retry-after=3", {"retry-after": "3"}),
        ("text=429", {"retry-after": "1"}),
        ("empty=503 should-retry=true", {"x-should-retry": "true"}),
    ],
)
def test_retrying_is_advised(
    bench: Bench, fault: str, expected: dict[str, str]
) -> None:
    headers = get(bench, fault).headers
    names = ("retry-after", "retry-after-ms", "x-should-retry")
    assert {name: headers[name] for name in names if name in headers} == expected


@pytest.mark.parametrize(("given", "seconds"), [("90", 90), ("-90", -90)])
def test_retry_after_may_be_a_date(bench: Bench, given: str, seconds: int) -> None:
    before = int(time.time())
    header = get(bench, f"503 retry-after=date:{given}").headers["retry-after"]
    after = time.time()
    date = parsedate_to_datetime(header)
    assert header.endswith(" GMT")
    assert before + seconds <= date.timestamp() <= after + seconds


@pytest.mark.parametrize(
    ("fault", "status", "media", "start"),
    [
        ("html", 502, "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ("html=200", 200, "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ("text", 500, "text/plain; charset=utf-8", "S"),
        ("text=404", 404, "text/plain; charset=utf-8", "S"),
        ("empty", 404, None, ""),
        ("empty=200", 200, None, ""),
        ("empty=204", 204, None, ""),
        ("empty=304", 304, None, ""),
    ],
)
def test_replacement_is_sent_instead_of_the_response(
    bench: Bench, fault: str, status: int, media: str | None, start: str
) -> None:
    response = get(bench, fault)
    assert response.status_code == status
    assert response.headers.get("content-type") == media
    assert response.text.startswith(start)
    assert bool(response.text) is bool(start)
    length = None if status in (204, 304) else str(len(response.content))
    assert response.headers.get("content-length") == length


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        ("close=before-headers", b""),
        ("close=in-headers", TORN),
        ("close=after-headers", None),
    ],
)
@pytest.mark.parametrize("how", ["", "how=close", "how=reset"])
@pytest.mark.parametrize("call", ["GET " + THREAD, "POST " + RUNS])
def test_connection_is_closed_around_the_headers(
    bench: Bench, fault: str, arrives: bytes | None, how: str, call: str
) -> None:
    method, path = call.split()
    arrived, was_reset = ask(bench, method, path, f"{fault} {how}")
    assert was_reset is (how == "how=reset")
    # A reset may overtake what was sent before it.
    if arrives is None and not was_reset:
        head, body = split(arrived)
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert body == b""
        promise = b"transfer-encoding: chunked" if method == "POST" else b"%d"
        assert promise.replace(b"%d", b"content-length: %d" % len(WHOLE)) in (
            head.lower()
        )
    elif not was_reset:
        assert arrived == arrives
    elif arrives is not None:
        assert arrives.startswith(arrived)


def test_connection_is_closed_by_no_reset_after_a_large_request(bench: Bench) -> None:
    body = b"x" * 2_000_000
    assert ask(bench, "POST", THREAD, "close=before-headers", body=body) == (b"", False)
    assert bench.handled == []


@pytest.mark.parametrize(
    ("fault", "size"),
    [
        ("cut-body", len(WHOLE) // 2),
        ("cut-body=0", 0),
        ("cut-body=1", 1),
        (f"cut-body={len(WHOLE)}", len(WHOLE) - 1),
        ("cut-body=999999999", len(WHOLE) - 1),
        ("slow=0.001; cut-body=21", 21),
    ],
)
def test_body_is_cut(bench: Bench, fault: str, size: int) -> None:
    head, body = split(ask(bench, "GET", THREAD, fault)[0])
    assert b"content-length: %d\r\n" % len(WHOLE) in head.lower() + b"\r\n"
    assert body == WHOLE[:size]


def test_large_body_is_cut_where_it_should_be(bench: Bench) -> None:
    head, body = split(ask(bench, "GET", BIG, "cut-body=8000000")[0])
    assert b"content-length: %d\r\n" % len(big_body()) in head.lower() + b"\r\n"
    assert body == big_body()[:8_000_000]


def test_cut_may_be_a_reset(bench: Bench) -> None:
    for fault in ("cut-body how=reset", "cut-stream=1 how=reset"):
        assert ask(bench, "POST", RUNS, fault)[1]


def test_waits_are_as_asked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def note(connection: Connection, seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(Connection, "pause", note)
    assert get(bench, "delay=2; delay=0.5; 503").status_code == 503
    assert waits == [2.5]
    waits.clear()
    assert get(bench, "slow=0.25; slow=9").content == WHOLE
    assert waits == [0.25] * 4
    waits.clear()
    assert stream(bench, "slow=3; delay=1; end-stream=2")[0] == [COMMENT, *FRAMES[:2]]
    assert waits == [1, 3, 3, 3]
    waits.clear()
    assert get(bench, "empty; slow=1").content == b""
    assert waits == []


@pytest.mark.parametrize("call", ["GET " + THREAD, "POST " + RUNS])
@pytest.mark.parametrize(
    "fault",
    [
        f"delay={AN_HOUR}",
        f"delay={AN_HOUR}; close=in-headers how=reset handled=yes",
        f"slow={AN_HOUR}",
        f"slow={AN_HOUR}; cut-body how=reset",
    ],
)
def test_waiting_ends_with_the_connection(bench: Bench, fault: str, call: str) -> None:
    method, path = call.split()
    with socket.create_connection(("127.0.0.1", bench.port), TIMEOUT) as connection:
        connection.sendall(request(method, path, fault))
        assert bench.asked.wait(TIMEOUT)
        if fault.startswith("slow"):
            head, body = split(connection.recv(65536))
            assert head.startswith(b"HTTP/1.1 200 OK\r\n")
            assert body == b""
    bench.settle()


def test_waiting_ends_with_the_server() -> None:
    with Bench() as bench:
        results: list[tuple[bytes, bool]] = []
        asking = threading.Thread(
            target=lambda: results.append(ask(bench, "GET", THREAD, f"delay={AN_HOUR}"))
        )
        asking.start()
        assert bench.asked.wait(TIMEOUT)
        bench.server.loop.call_soon_threadsafe(bench.connections.abort)
        asking.join(TIMEOUT)
        assert [arrived for arrived, _ in results] == [b""]
        bench.settle()
