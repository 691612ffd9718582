"""What keys may use in a minute, and what clients are told of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from assistants_server.layers.rate_limits import _duration as duration
from assistants_server.store.rates import Level, LocalRates
from tests.cases import each_case
from tests.server.api import Api, refused
from tests.server.keyed import client, make_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_minute_has_as_many_requests_as_it_says(clock: Clock) -> None:
    rates = LocalRates(clock)
    taken = [rates.take("k", 60)[0] for _ in range(61)]
    assert taken == [True] * 60 + [False]
    _, level = rates.take("k", 60)
    assert (level.remaining, round(level.reset)) == (0, 60)
    assert level.wait == pytest.approx(1, abs=0.01)
    # It comes back bit by bit, and never more than a minute's worth.
    clock.now += 1.001
    assert rates.take("k", 60)[0]
    assert not rates.take("k", 60)[0]
    clock.now += 3600
    taken = [rates.take("k", 60)[0] for _ in range(61)]
    assert taken == [True] * 60 + [False]


@pytest.mark.parametrize("limit", [1, 2, 7, 60, 1000, 10**6])
def test_what_remains_is_what_can_be_had(clock: Clock, limit: int) -> None:
    rates = LocalRates(clock)
    for count in range(min(limit, 50)):
        taken, level = rates.take("k", limit)
        assert taken
        assert level.remaining == limit - count - 1
        assert (level.wait > 0) == (level.remaining == 0)
    assert rates.take("k", limit)[0] == (limit > 50)


def test_keys_have_limits_of_their_own(clock: Clock) -> None:
    rates = LocalRates(clock)
    assert rates.take("a", 1)[0]
    assert not rates.take("a", 1)[0]
    assert rates.take("b", 1)[0]
    rates.spend("b", 10, 10)
    assert rates.level("b", "requests", 1).remaining == 0
    assert rates.level("a", "tokens", 10).remaining == 10


def test_tokens_are_owed_until_they_are_back(clock: Clock) -> None:
    rates = LocalRates(clock)
    assert rates.level("k", "tokens", 100) == Level(100, 100, 0, 0)
    rates.spend("k", 100, 250)
    level = rates.level("k", "tokens", 100)
    assert level.remaining == 0
    assert level.reset == pytest.approx(150)
    assert level.wait == pytest.approx(90.6)
    clock.now += 90.7
    assert rates.level("k", "tokens", 100).wait == 0
    assert rates.level("k", "tokens", 100).remaining == 1


@each_case(
    ("seconds", "text"),
    [
        (0, "0ms"),
        (0.1199, "120ms"),
        (1, "1s"),
        (1.5, "1.5s"),
        (59.9999, "60s"),
        (60, "1m0s"),
        (361.25, "6m1.25s"),
    ],
)
def test_durations_are_written_as_clients_read_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rates") / "state.db"


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[LocalServer]:
    with LocalServer(store=store) as server:
        yield server


def test_requests_beyond_the_limit_are_refused(
    server: LocalServer, store: Path
) -> None:
    # One comes back in half a minute.
    with client(server, make_key(store, requests=2)) as http:
        for remaining in (1, 0):
            response = http.get("/assistants")
            assert response.status_code == 200
            assert response.headers["x-ratelimit-limit-requests"] == "2"
            told = response.headers["x-ratelimit-remaining-requests"]
            assert told == str(remaining)
            assert "x-ratelimit-limit-tokens" not in response.headers
        response = http.get("/assistants")
        error = refused(response, 429)
        assert (error["type"], error["code"]) == (
            "rate_limit_error",
            "rate_limit_exceeded",
        )
        assert "2 requests a minute" in error["message"]
        assert 1 <= int(response.headers["retry-after"]) <= 30
        assert 1 <= int(response.headers["retry-after-ms"]) <= 30_000
        assert response.headers["x-ratelimit-remaining-requests"] == "0"
        # An error says it too, and another key isn't concerned.
    with client(server, make_key(store, requests=2)) as other:
        response = other.get("/nowhere")
        assert response.status_code == 404
        assert response.headers["x-ratelimit-remaining-requests"] == "1"


CALL: list[list[Any]] = [
    [{"call": "f", "arguments": {"a": "b" * 400}}],
    ["It is " + "so " * 200],
]
# Of four characters each: what a turn of the script reads and writes is more than half.
TOKENS = 200


def test_runs_wait_for_tokens_that_were_used(server: LocalServer, store: Path) -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    with client(server, make_key(store, tokens=TOKENS)) as http:
        api = Api(http)
        thread, assistant = api.thread("Hello"), api.assistant(tools=tools)
        assert left(http) == TOKENS
        waiting = api.run(thread, assistant, script=CALL)
        after_the_call = left(http)
        assert 0 < after_the_call < TOKENS - 100
        calls = waiting["required_action"]["submit_tool_outputs"]["tool_calls"]
        outputs = [{"tool_call_id": each["id"], "output": "1"} for each in calls]
        path = f"/threads/{thread}/runs/{waiting['id']}/submit_tool_outputs"
        run = api.wait(api.post(path, {"tool_outputs": outputs}))
        # A run ends, even where it took more than there was.
        assert run["status"] == "completed"
        assert run["usage"]["total_tokens"] > TOKENS
        assert left(http) == 0
        for url, body in (
            (f"/threads/{thread}/runs", {"assistant_id": assistant}),
            ("/threads/runs", {"assistant_id": assistant, "stream": True}),
            (path, {"tool_outputs": outputs}),
        ):
            response = http.post(url, json=body)
            error = refused(response, 429)
            assert error["code"] == "rate_limit_exceeded"
            assert f"{TOKENS} tokens a minute" in error["message"]
            assert int(response.headers["retry-after"]) > 0
        # What asks no model goes on.
        assert api.thread("Hello again")
        assert http.get(f"/threads/{thread}/messages").status_code == 200
    with client(server, make_key(store, tokens=TOKENS)) as other:
        assert left(other) == TOKENS


def test_tokens_are_taken_once_from_the_key_that_began(
    server: LocalServer, store: Path
) -> None:
    limit = 6000
    first, second = (make_key(store, tokens=limit) for _ in range(2))
    with client(server, first) as http, client(server, second) as other:
        api, begun = Api(http), time.monotonic()
        tools = [{"type": "function", "function": {"name": "f"}}]
        assistant = api.assistant(tools=tools)
        script = [[{"call": "f", "arguments": {"a": "b" * 8000}}], ["Hi"]]
        waiting = api.run(api.thread("Hello"), assistant, script=script)
        (call,) = waiting["required_action"]["submit_tool_outputs"]["tool_calls"]
        outputs = [{"tool_call_id": call["id"], "output": "1"}]
        path = f"/threads/{waiting['thread_id']}/runs/{waiting['id']}"
        body = {"tool_outputs": outputs}
        run = api.wait(api.post(f"{path}/submit_tool_outputs", body))
        used = run["usage"]["total_tokens"]
        assert used > limit / 3
        remaining = left(http)
        # So many come back in a second.
        back = (time.monotonic() - begun) * limit / 60
        assert limit - used <= remaining <= limit - used + back + 1
        assert left(other) == limit


def left(http: httpx.Client) -> int:
    """Return how many tokens are left, by what the server says."""
    return int(http.get("/models").headers["x-ratelimit-remaining-tokens"])
