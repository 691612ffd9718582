"""What is asked again, and how often: what may be otherwise a moment later."""

from __future__ import annotations

import asyncio
import re
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.engines import (
    ChatEngine,
    FunctionOutput,
    PastTurn,
    ResponsesEngine,
)
from assistants_server.engines.turn_events import Fail
from assistants_server.engines.upstream_errors import UpstreamError
from harness.scripted_server import CLOSE, RESET, Response, cut
from tests.engines.asking import ANSWER, QUICK, answered, ask, begun, failure
from tests.engines.turns import outputs_of, turn
from tests.engines.upstreams import EVENTS, KEY, chat, chunk, refusal, stream, upstream

if TYPE_CHECKING:
    from harness.scripted_server import Action


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520, 524])
def test_a_server_that_is_busy_is_asked_again(status: int) -> None:
    found, server = answered(refusal(status, "busy"), refusal(status, "busy"), chat())
    assert (found, len(server.requests)) == (ANSWER, 3)


@pytest.mark.parametrize("end", [CLOSE, RESET])
def test_so_is_one_that_breaks_off_before_its_first_word(end: Any) -> None:
    for at in (0, 20):
        found, server = answered([*cut(chat(), at, end)], chat())
        assert (found, len(server.requests)) == (ANSWER, 2)


def test_so_is_one_that_breaks_off_after_a_chunk_without_a_word() -> None:
    first = b'data: {"choices": [{"index": 0, "delta": {"role": "assistant"}}]}\n\n'
    head = Response(200, [], EVENTS).head("Transfer-Encoding: chunked")
    cut_off: list[Action] = [head, b"%x\r\n%b\r\n" % (len(first), first), CLOSE]
    found, server = answered(cut_off, chat())
    assert (found, len(server.requests)) == (ANSWER, 2)


FAILED_AT_ONCE: dict[str, Any] = {
    "a status": {"error": {"message": "busy", "code": 503}},
    "a status as text, as LiteLLM": {"error": {"message": "busy", "code": "500"}},
    "a type": {"error": {"message": "busy", "type": "server_error"}},
    "a limit": {"error": {"message": "busy", "code": "rate_limit_exceeded"}},
}


@pytest.mark.parametrize("body", FAILED_AT_ONCE.values(), ids=FAILED_AT_ONCE)
def test_so_is_one_whose_first_event_says_that_it_is_busy(body: Any) -> None:
    """Its status was 200: openai/openai-python#2699, QuantumNous/new-api#3142."""
    found, server = answered(stream(body), chat())
    assert (found, len(server.requests)) == (ANSWER, 2)


@pytest.mark.parametrize("code", ["server_error", "rate_limit_exceeded"])
def test_the_same_in_responses(code: str) -> None:
    """Azure and LiteLLM do so: earendil-works/pi#1458."""
    failed = {"status": "failed", "error": {"code": code, "message": "busy"}}
    whole = {"object": "response", "status": "completed", "output": []}
    event = {"type": "response.failed", "response": failed}
    with upstream(stream(event), Response.of(whole)) as server:
        engine = ResponsesEngine(server.url, **QUICK)
        assert outputs_of(engine, turn()) == []
        assert len(server.requests) == 2


def test_an_event_after_the_first_word_ends_the_turn() -> None:
    busy = {"error": {"message": "busy", "code": 503}}
    found, server = answered(stream(chunk(content="4"), busy), chat())
    assert found[0] == "4"
    assert isinstance(found[1], Fail)
    assert len(server.requests) == 1


def test_what_is_asked_again_is_logged_without_the_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    busy = {"error": {"message": f"busy {KEY}", "code": 503}}
    found, _ = answered(stream(busy), chat(), key=KEY)
    assert found == ANSWER
    (record,) = caplog.records
    assert "busy [key]; it is asked again in 0.0 s" in record.getMessage()


def test_one_that_breaks_off_later_is_not() -> None:
    with upstream(begun(CLOSE), chat()) as server:
        found = ask(server)
        assert found[0] == "4"
        assert isinstance(found[1], Fail)
        assert "broke off" in found[1].message
        assert len(server.requests) == 1


def test_it_is_not_asked_for_ever() -> None:
    found, server = failure(refusal(503, "busy"))
    assert (found.code, len(server.requests)) == ("server_error", 4)
    assert "answered 503: busy" in found.message


@pytest.mark.parametrize(
    "text", ["Loading model", "Model m is currently loading", "loading"]
)
def test_but_as_long_as_it_takes_to_load_a_model(text: str) -> None:
    """mindverse/Second-Me#20"""
    loading = refusal(503, text, type="unavailable_error")
    found, server = answered(*[loading] * 8, chat(), first_pause=0)
    assert (found, len(server.requests)) == (ANSWER, 9)


def test_nobody_there() -> None:
    with upstream(chat()) as server:
        url = server.url
    engine = ChatEngine(url, **QUICK)
    (found,) = outputs_of(engine, turn())
    assert isinstance(found, Fail)
    assert found.code == "server_error"
    assert "can't be reached (ConnectError: Connection refused)." in found.message


def test_what_can_not_be_decoded_is_said_of_the_server() -> None:
    coded = {"Content-Encoding": "gzip"}
    garbled = Response(200, b"garbled", EVENTS, coded)
    found, server = failure(garbled)
    assert (found.code, len(server.requests)) == ("server_error", 4)
    assert "can't be understood (DecodingError" in found.message
    with upstream(Response(200, b"garbled", headers=coded)) as server:
        engine = ChatEngine(server.url, **QUICK)
        with pytest.raises(UpstreamError, match=r"reached .DecodingError"):
            asyncio.run(engine.check())


def test_nobody_who_encrypts() -> None:
    with upstream(chat()) as server:
        engine = ChatEngine(server.url.replace("http:", "https:"), **QUICK)
        (found,) = outputs_of(engine, turn())
    assert isinstance(found, Fail)
    # What is said of it depends on the version of OpenSSL.
    assert re.search(r"can't be reached \(ConnectError: .*SSL", found.message)


@pytest.mark.parametrize("headers", [{}, {"retry-after-ms": "5"}, {"retry-after": "0"}])
def test_a_rate_limit_is_waited_for(headers: dict[str, str]) -> None:
    busy = [refusal(429, "slow down", headers)] * 6
    found, server = answered(*busy, chat())
    assert (found, len(server.requests)) == (ANSWER, 7)


@pytest.mark.parametrize(
    "told_",
    ["3600", formatdate(time.time() + 3600, usegmt=True)],
    # Their values differ from process to process.
    ids=["seconds", "date"],
)
def test_but_not_longer_than_the_run_lives(told_: str) -> None:
    late = refusal(429, "slow down", {"retry-after": told_})
    with upstream(late) as server:
        asked = turn(expires_at=int(time.time()) + 600)
        started = time.monotonic()
        (found,) = ask(server, asked)
        assert (found.code, len(server.requests)) == ("rate_limit_exceeded", 1)
        assert time.monotonic() - started < 5


def test_a_proxy_says_it_by_another_name() -> None:
    """LiteLLM does: BerriAI/litellm#21553."""
    late = refusal(429, "slow down", {"llm_provider-retry-after": "3600"})
    with upstream(late) as server:
        (found,) = ask(server, turn(expires_at=int(time.time()) + 600))
        assert (found.code, len(server.requests)) == ("rate_limit_exceeded", 1)


@pytest.mark.parametrize(
    "refused",
    [
        refusal(429, "no credit", code="insufficient_quota"),
        refusal(429, 'RateLimitError - {"error": {"code": "insufficient_quota"}}'),
        stream(
            {"error": {"message": "no", "code": "insufficient_quota", "type": "429"}}
        ),
    ],
)
def test_nothing_left_to_spend_is_not_waited_for(refused: Response) -> None:
    found, server = failure(refused)
    assert (found.code, len(server.requests)) == ("rate_limit_exceeded", 1)


THOUGHTS = stream(chunk(reasoning="Hm."), chunk("stop"))


@pytest.mark.parametrize(
    "silent",
    [THOUGHTS, stream(chunk(content="<think>Hm.</think>"), chunk("stop")), chat("")],
)
def test_so_is_one_that_thinks_and_says_nothing(silent: Response) -> None:
    """Whoever reads the last message would take the question for the answer."""
    found, server = answered(silent, silent, chat())
    assert (found[-2:], len(server.requests)) == (ANSWER, 3)
    failed, server = failure(silent)
    assert failed.code == "server_error"
    assert failed.message.endswith("ended its answer without a word.")
    assert len(server.requests) > 2


def test_so_it_is_in_responses_that_have_nothing_but_thoughts() -> None:
    data = {"object": "response", "status": "completed"}
    item = {"type": "reasoning", "id": "rs_1", "summary": []}
    silent = Response.of({**data, "output": [item]})
    with upstream(silent) as server:
        engine = ResponsesEngine(f"{server.url}/v1", **QUICK)
        (failed,) = outputs_of(engine, turn())
    assert isinstance(failed, Fail)
    assert failed.message.endswith("ended its answer without a word.")


def test_after_calls_there_may_be_nothing_to_say() -> None:
    call = FunctionOutput("lamp", "{}", "It is on.", "c1")
    with upstream(THOUGHTS) as server:
        found = ask(server, turn(number=1, past=(PastTurn("", (call,)),)))
    assert (found, len(server.requests)) == ([], 1)
