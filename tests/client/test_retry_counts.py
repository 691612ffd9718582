"""How often a server sees a request, for each way in which things go wrong."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
import pytest

from assistants_client import (
    APIConnectionError,
    APITimeoutError,
    ConfigurationError,
    NotFoundError,
    RateLimitError,
)
from assistants_server import LocalServer
from harness.contract.each import call_each
from harness.scripted_server import LOOPBACK, Response, ScriptedServer
from tests.client.recording import KEY
from tests.client.retry_bench import KINDS, METHODS, PATIENCE, Bench, Kind
from tests.client.slept_time import SleptTime

if TYPE_CHECKING:
    from harness.scripted_server import Request

Use: TypeAlias = Callable[[Any], Any]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture(scope="module", params=[False, True], ids=["sync", "async"])
def bench(request: pytest.FixtureRequest, server: LocalServer) -> Iterator[Bench]:
    bench = Bench(server, asynchronous=request.param)
    yield bench
    bench.close()


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no time pass; return the seconds that should have."""
    return SleptTime(monkeypatch).slept


def assert_waited(waits: list[float], kind: Kind, retries: int) -> None:
    assert len(waits) == retries
    for number, seconds in enumerate(waits):
        longest = 0.5 * 2**number
        if kind.waits is None:
            assert 0.75 * longest <= seconds <= longest
        else:
            assert seconds == kind.waits


@pytest.mark.parametrize("method", METHODS)
def test_what_fails_for_ever(bench: Bench, waits: list[float], method: str) -> None:
    def check(kind: Kind) -> None:
        waits.clear()
        outcome = bench.call(method, kind.text(method))
        due = 3 if kind.repeats(method) else 1
        assert type(outcome.error) is kind.error
        sent = outcome.sent
        assert len(sent) == outcome.attempts == due
        assert_waited(waits, kind, due - 1)
        assert len({each.body for each in sent}) == 1
        if method == "POST":
            assert outcome.made == (0 if kind.post else 1)
        # By its key, a server knows that it has done it before.
        keys = {each.headers.get("idempotency-key") for each in sent}
        assert len(keys) == 1
        assert (keys == {None}) is (method != "POST with a key")

    # What decides is the same code for both kinds of client: a part shows that the
    # other drives it.
    call_each(KINDS[::3] if bench.asynchronous else KINDS, check)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_fails_once(bench: Bench, waits: list[float], method: str) -> None:
    def check(kind: Kind) -> None:
        waits.clear()
        outcome = bench.call(method, f"{kind.text(method)} times=1")
        repeated = kind.repeats(method)
        assert type(outcome.error) is (type(None) if repeated else kind.error)
        assert len(outcome.sent) == outcome.attempts == 1 + repeated
        assert_waited(waits, kind, int(repeated))
        assert outcome.made == (1 if method == "POST" else 0)

    call_each(KINDS, check)


@pytest.mark.parametrize("fault", ["500", "409", "close=before-headers"])
def test_what_is_deleted_at_last(bench: Bench, fault: str) -> None:
    outcome = bench.call("DELETE", f"{fault} times=2")
    assert (outcome.error, len(outcome.sent), outcome.made) == (None, 3, 0)
    # Where the first one got through, the next finds nothing, and that is told.
    outcome = bench.call("DELETE", f"{fault} handled=yes times=1")
    assert type(outcome.error) is NotFoundError
    assert (outcome.attempts, len(outcome.sent), outcome.made) == (2, 2, 0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("retries", [0, 2])
def test_a_kept_connection_that_breaks(
    bench: Bench, waits: list[float], method: str, retries: int
) -> None:
    # Once more and at once, besides the retries that there are.
    extra = int(method in ("GET", "DELETE"))
    again = 0 if method == "POST" else retries
    fault = f"close=before-headers handled={'yes' if method == 'POST' else 'no'}"
    outcome = bench.call(method, fault, kept=True, max_retries=retries)
    assert type(outcome.error) is APIConnectionError
    assert len(outcome.sent) == outcome.attempts == 1 + extra + again
    assert len(waits) == again
    assert method != "POST" or outcome.made == 1


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_stale_connection_costs_no_retry(
    bench: Bench, waits: list[float], method: str
) -> None:
    outcome = bench.call(
        method, "close=before-headers times=1", kept=True, max_retries=0
    )
    assert (outcome.error, waits) == (None, [])
    assert len(outcome.sent) == outcome.attempts == 2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", ["delay=60", "slow=60"])
def test_an_answer_that_takes_too_long(bench: Bench, method: str, fault: str) -> None:
    timeout = httpx.Timeout(PATIENCE, read=0.02)
    outcome = bench.call(method, fault, timeout=timeout, max_retries=1)
    assert type(outcome.error) is APITimeoutError
    assert outcome.attempts == (1 if method == "POST" else 2)
    # A busy server may come to see them after the client has given up.
    due = (outcome.attempts, 1 if method == "POST" else outcome.made)
    give_up = time.monotonic() + PATIENCE
    while (len(outcome.sent), outcome.made) != due and time.monotonic() < give_up:
        time.sleep(0.005)
    assert (len(outcome.sent), outcome.made) == due


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("retries", [0, 1, 5])
def test_as_often_as_was_said(bench: Bench, method: str, retries: int) -> None:
    outcome = bench.call(method, "429 retry-after=0", max_retries=retries)
    assert type(outcome.error) is RateLimitError
    assert len(outcome.sent) == outcome.attempts == 1 + retries


def create(client: Any) -> Any:
    return client.assistants.with_raw_response.create(model="m")


def serve_one(listener: socket.socket, seen: list[bytes]) -> None:
    """Answer the one request that comes."""
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(PATIENCE)
        request = b""
        while b'{"model":"m"}' not in request:
            request += connection.recv(65536)
        seen.append(request)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")


def test_nobody_there_yet(bench: Bench, waits: list[float]) -> None:
    seen: list[bytes] = []
    asked = 0
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.settimeout(PATIENCE)
        thread = threading.Thread(target=serve_one, args=(listener, seen))

        def key() -> str:
            nonlocal asked
            asked += 1
            if asked == 4:
                listener.listen()
                thread.start()
            return f"{KEY}-{asked}"

        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        with pytest.raises(APIConnectionError) as caught:
            bench.use(create, base_url=url, api_key=key, max_retries=1)
        assert (caught.value.attempts, asked, len(waits)) == (2, 2, 1)
        # This one begins in time for its first retry, and nothing comes twice.
        answer = bench.use(create, base_url=url, api_key=key)
        thread.join(PATIENCE)
    assert (answer.attempts, len(seen)) == (2, 1)
    assert f"Bearer {KEY}-4\r\n".encode() in seen[0]


@pytest.mark.parametrize(
    ("error", "repeated"),
    [
        (httpx.ConnectError, True),
        (httpx.ConnectTimeout, True),
        (httpx.PoolTimeout, True),
        (httpx.ReadTimeout, False),
        (httpx.WriteTimeout, False),
        (httpx.ReadError, False),
        (httpx.WriteError, False),
        (httpx.RemoteProtocolError, False),
    ],
)
def test_a_transport_that_does_not_tell_how_far_it_came(
    bench: Bench, error: type[httpx.TransportError], *, repeated: bool
) -> None:
    # That of a user, such as one that caches; only the error says something.
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise error("broken")

    kind = httpx.AsyncClient if bench.asynchronous else httpx.Client
    given = kind(transport=httpx.MockTransport(answer))
    with pytest.raises(APIConnectionError, match="broken") as caught:
        bench.use(create, base_url=bench.server.url, http_client=given)
    assert isinstance(caught.value, APITimeoutError) is issubclass(
        error, httpx.TimeoutException
    )
    assert len(sent) == caught.value.attempts == (3 if repeated else 1)


class Keys:
    """Returns another key each time, by functions of both kinds."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def plain(self) -> str:
        self.given.append(f"{KEY}-{len(self.given)}")
        return self.given[-1]

    async def awaited(self) -> str:
        return self.plain()

    def failing(self) -> str:
        if self.given:
            raise LookupError("no more keys")
        return self.plain()


@pytest.fixture
def busy() -> Iterator[ScriptedServer]:
    """Return a server that turns away the first two requests."""
    times = itertools.count(1)

    def answer(request: Request) -> Any:
        return Response.of({}, 429 if next(times) <= 2 else 200)

    with ScriptedServer(answer) as server:
        yield server


@pytest.mark.parametrize("method", ["plain", "awaited"])
def test_each_attempt_asks_for_the_key(
    bench: Bench, busy: ScriptedServer, method: str
) -> None:
    keys = Keys()
    function = getattr(keys, method)
    if method == "awaited" and not bench.asynchronous:
        with pytest.raises(TypeError, match="needs the asynchronous client"):
            bench.use(create, base_url=busy.url, api_key=function)
        assert busy.requests == []
        return
    answer = bench.use(create, base_url=busy.url, api_key=function)
    assert answer.attempts == 3
    assert keys.given == [f"{KEY}-0", f"{KEY}-1", f"{KEY}-2"]
    arrived = [each.headers.get_list("authorization") for each in busy.requests]
    assert arrived == [[f"Bearer {key}"] for key in keys.given]


def test_a_key_that_is_text_stays(bench: Bench, busy: ScriptedServer) -> None:
    bench.use(create, base_url=busy.url)
    assert [each.headers["authorization"] for each in busy.requests] == [
        f"Bearer {KEY}"
    ] * 3


def test_without_a_key_nothing_more_is_sent(bench: Bench, busy: ScriptedServer) -> None:
    keys = Keys()
    said = "the function that returns api_key failed: LookupError: no more keys"
    with pytest.raises(ConfigurationError, match=said):
        bench.use(create, base_url=busy.url, api_key=keys.failing)
    assert [each.headers["authorization"] for each in busy.requests] == [
        f"Bearer {KEY}-0"
    ]


def test_a_stale_connection_asks_for_the_key_too(bench: Bench) -> None:
    keys = Keys()
    outcome = bench.call(
        "GET", "close=before-headers times=1", kept=True, api_key=keys.plain
    )
    assert (outcome.attempts, len(keys.given)) == (2, 3)
