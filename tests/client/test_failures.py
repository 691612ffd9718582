"""What failures of an HTTP library mean: how far it came, and if it was too late."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from assistants_client._redaction import Secrets
from assistants_client._transport.failures import broken_off, late, unanswered
from assistants_client._transport.library import Library
from tests.cases import each_case

LIBRARY = Library("httpx")
KEY = "sk-of-nobody-else"
REFUSED = "the proxy refused the connection: "


def meaning(error: BaseException, *, waiting: bool = False, peer: str = "") -> Any:
    """Return what an error means, of a request whose head was sent."""
    trace = SimpleNamespace(stage="sent", reused=True)
    return unanswered(error, LIBRARY, trace, waiting, peer)


@each_case(
    "error, said, stage, timed_out, final",
    [
        (httpx.ReadError("reset"), "reset", "sent", False, False),
        (httpx.ReadError(""), "ReadError", "sent", False, False),
        (httpx.ConnectError("refused"), "refused", "connect", False, False),
        (httpx.UnsupportedProtocol("ftp"), "ftp", "connect", False, False),
        (httpx.ReadTimeout("late"), "timed out (late)", "sent", True, False),
        (httpx.ReadTimeout("it timed out"), "it timed out", "sent", True, False),
        (httpx.ConnectTimeout("late"), "timed out (late)", "connect", True, False),
        (
            TimeoutError(),
            "timed out (the head of the response came too slowly)",
            *("sent", True, False),
        ),
        (httpx.StreamConsumed(), "Attempted to read", "sent", False, False),
        (
            httpx.ProxyError("407 Proxy Authentication Required"),
            f"{REFUSED}407 Proxy Authentication Required; credentials go before the",
            *("connect", False, True),
        ),
        (
            httpx.ProxyError("403 Forbidden"),
            f"{REFUSED}403 Forbidden; it allows no connections there",
            *("connect", False, True),
        ),
        (
            httpx.ProxyError("503 Busy"),
            f"{REFUSED}503 Busy",
            *("connect", False, False),
        ),
        (httpx.ProxyError("40 x"), "the proxy refused", "connect", False, False),
    ],
)
def test_a_request_without_a_response(
    error: Exception, said: str, stage: str, timed_out: bool, final: bool
) -> None:
    found = meaning(error)
    assert str(found).startswith(said)
    assert (found.stage, found.timed_out, found.final) == (stage, timed_out, final)
    assert found.reused is not isinstance(error, httpx.ProxyError)


def test_a_fault_of_ours_is_none() -> None:
    assert meaning(RuntimeError("no event loop")) is None


def test_who_waited_for_a_connection_sent_nothing() -> None:
    found = meaning(TimeoutError(), waiting=True)
    assert str(found) == "timed out (no connection was free)"
    assert (found.stage, found.timed_out) == ("connect", True)


def test_a_proxy_is_named_that_can_not_be_reached() -> None:
    found = meaning(httpx.ConnectError("refused"), peer="proxy:3128")
    assert str(found) == "the proxy at proxy:3128 can't be reached: refused"
    assert str(meaning(httpx.ReadError("reset"), peer="proxy:3128")) == "reset"


def test_it_is_said_once_that_it_was_late() -> None:
    assert late("") == "timed out"
    assert late("slow") == "timed out (slow)"
    assert late("the connection timed out") == "the connection timed out"


@pytest.mark.parametrize(
    ("error", "said", "timed_out"),
    [
        (httpx.ReadError("reset"), "reset", False),
        (httpx.ReadError(""), "ReadError", False),
        (httpx.ReadTimeout("timed out"), "nothing came for too long", True),
        (httpx.ReadTimeout(""), "nothing came for too long", True),
        (httpx.ReadTimeout("slow"), "nothing came for too long (slow)", True),
    ],
)
def test_a_body_that_breaks_off(error: Exception, said: str, timed_out: bool) -> None:
    found = broken_off(error, LIBRARY, Secrets())
    assert str(found) == said
    assert (found.stage, found.timed_out) == ("answered", timed_out)


def test_errors_of_the_library_and_those_behind_them_keep_no_secret() -> None:
    secrets = Secrets()
    secrets.learn(KEY)
    url = f"http://user:{KEY}@x/v1?api_key={KEY}"
    behind = ValueError(f"{KEY} is odd", 1)
    error = httpx.ReadError(f"no {KEY}", request=httpx.Request("GET", url))
    error.__cause__ = behind
    broken_off(error, LIBRARY, secrets)
    assert KEY not in f"{error} {behind} {error.request.url} {error.request.headers}"
    assert (error.request.method, str(error.request.url)) == ("GET", "http://x/v1")
    assert behind.args[1:] == (1,)
