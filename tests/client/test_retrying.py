"""Retrying: what is sent again and when, without a network or a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from assistants_client._effects import NoResponse, Note, PreparedRequest
from assistants_client._flows.retry import (
    GaveUp,
    Sent,
    backoff,
    retry,
    server_wait,
)
from assistants_client._options import Policy
from harness.flow_driver import FlowDriver
from tests.cases import each_case

if TYPE_CHECKING:
    from assistants_client._effects import Flow

NOW = 1_790_000_000.0
METHODS = ("GET", "POST", "DELETE")


@frozen
class Answer:
    status_code: int
    headers: dict[str, str] = field(factory=dict)
    content: bytes = b""


class World(FlowDriver):
    """Retries requests that get the given responses."""

    def send(
        self, method: str = "GET", max_retries: int = 2, headers: Any = ()
    ) -> Sent:
        def prepare(attempt: int) -> Flow[PreparedRequest]:
            yield Note(f"attempt {attempt}")
            return PreparedRequest(
                method=method, url="http://x/y", headers=dict(headers)
            )

        policy = Policy(max_retries, jitter=lambda: 0.0, clock=lambda: NOW)
        return self.run(retry(prepare, policy))


def broken(
    stage: Literal["connect", "unsent", "sent", "answered"] = "sent", **options: bool
) -> NoResponse:
    return NoResponse(f"broke at {stage}", stage=stage, **options)


OK = Answer(200)


@each_case("status", [200, 201, 204, 301, 400, 401, 403, 404, 422])
@each_case("method", METHODS)
def test_what_is_answered_for_good_is_sent_once(method: str, status: int) -> None:
    world = World([Answer(status)])
    sent = world.send(method)
    assert (sent.attempts, sent.response.status_code) == (1, status)
    assert world.slept == []


@each_case("status", [408, 409, 429, 500, 502, 503, 520, 599])
@each_case("method", ["GET", "DELETE"])
def test_reading_and_deleting_are_repeated(method: str, status: int) -> None:
    world = World([Answer(status), Answer(status), OK])
    sent = world.send(method)
    assert (sent.attempts, sent.response) == (3, OK)
    assert world.slept == [0.5, 1.0]


@each_case(
    ("answer", "repeated"),
    [
        (Answer(429), True),
        (Answer(409), True),
        (Answer(503, {"retry-after": "1"}), True),
        (Answer(503, {"retry-after-ms": "10"}), True),
        (Answer(503), False),
        (Answer(408), False),
        (Answer(500), False),
        (Answer(500, {"x-should-retry": "true"}), False),
        (Answer(502, {"retry-after": "1"}), False),
        (broken("connect"), True),
        (broken("connect", timed_out=True), True),
        (broken("unsent"), True),
        (broken("unsent", timed_out=True), True),
        (broken("sent"), False),
        (broken("sent", reused=True), False),
        (broken("sent", timed_out=True), False),
        (broken("answered"), False),
    ],
)
def test_nothing_is_made_twice(answer: Answer | NoResponse, repeated: bool) -> None:
    world = World([answer, OK])
    if repeated:
        assert world.send("POST").response == OK
    elif isinstance(answer, NoResponse):
        with pytest.raises(GaveUp):
            world.send("POST")
    else:
        assert world.send("POST").response == answer
    assert len(world.sent) == 1 + repeated

    keyed = World([answer, OK])
    assert keyed.send("POST", headers={"Idempotency-Key": "k"}).response == OK
    assert len(keyed.sent) == 2


@each_case("method", METHODS)
@each_case("max_retries", [0, 1, 5])
def test_it_ends_after_the_last_retry(method: str, max_retries: int) -> None:
    world = World([Answer(429)] * (max_retries + 1))
    sent = world.send(method, max_retries)
    assert sent.response.status_code == 429
    assert sent.attempts == len(world.sent) == max_retries + 1

    silent = World([broken("connect")] * (max_retries + 1))
    with pytest.raises(GaveUp) as caught:
        silent.send(method, max_retries)
    assert caught.value.attempts == len(silent.sent) == max_retries + 1
    assert caught.value.last.stage == "connect"


@pytest.mark.parametrize("status", [400, 404, 422])
def test_the_server_may_ask_for_a_retry(status: int) -> None:
    world = World([Answer(status, {"x-should-retry": "true"}), OK])
    assert world.send("GET").response == OK


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_the_server_may_forbid_a_retry(status: int) -> None:
    answer = Answer(status, {"x-should-retry": "false", "retry-after": "1"})
    assert World([answer]).send("GET").attempts == 1


def test_a_success_is_never_repeated() -> None:
    answer = Answer(200, {"x-should-retry": "true"})
    assert World([answer]).send("GET").attempts == 1


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_stale_connection_costs_no_retry(method: str) -> None:
    world = World([broken("sent", reused=True), OK])
    sent = world.send(method, max_retries=0)
    assert (sent.attempts, sent.response) == (2, OK)
    assert world.slept == []
    assert any("stale" in note for note in world.notes)


def test_a_stale_connection_is_replaced_once() -> None:
    world = World([broken("sent", reused=True)] * 2)
    with pytest.raises(GaveUp) as caught:
        world.send("GET", max_retries=0)
    assert caught.value.attempts == 2


@pytest.mark.parametrize(
    "why",
    [broken("sent"), broken("answered", reused=True), broken("sent", timed_out=True)],
    ids=["fresh", "answered", "slow"],
)
def test_other_breaks_are_no_stale_connections(why: NoResponse) -> None:
    with pytest.raises(GaveUp):
        World([why]).send("GET", max_retries=0)


def test_each_attempt_is_prepared_anew() -> None:
    world = World([Answer(429), Answer(429), OK])
    world.send("POST")
    attempts = [note for note in world.notes if note.startswith("attempt")]
    assert attempts == ["attempt 0", "attempt 1", "attempt 2"]


def test_retries_are_told() -> None:
    world = World([Answer(429, {"retry-after": "3"}), broken("connect"), OK])
    world.send("GET")
    told = [note for note in world.notes if "retry" in note]
    assert told == [
        "status 429; retry 1 of 2 in 3.0 s",
        "broke at connect; retry 2 of 2 in 1.0 s",
    ]


@each_case(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": "121"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
        ({"retry-after": "Mon, 21 Sep 2026 14:13:30 GMT"}, 10.0),
        ({"retry-after": "Mon, 21 Sep 2026 14:13:10 GMT"}, 0.0),
        ({"retry-after": "Mon, 21 Sep 2037 14:13:10 GMT"}, None),
    ],
)
def test_the_server_says_how_long(headers: dict[str, str], seconds: float) -> None:
    assert server_wait(headers, NOW) == seconds


@given(st.text(max_size=40))
def test_no_retry_after_is_too_odd(text: str) -> None:
    wait = server_wait({"retry-after": text, "retry-after-ms": text}, NOW)
    assert wait is None or 0 <= wait <= 120


@given(st.integers(0, 1000), st.floats(0, 1))
def test_waits_double_up_to_eight_seconds(retries: int, jitter: float) -> None:
    longest = min(0.5 * 2**retries, 8)
    wait = backoff(retries, Policy(2, jitter=lambda: jitter))
    assert 0.75 * longest <= wait <= longest
