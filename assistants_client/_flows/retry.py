"""Retries: sending a request again where that can do no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._effects import Log, NoResponse, Note, Send, Sleep, UnreadableResponse
from .redirects import REDIRECTS, SPENT, follow_redirects, is_spent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._effects import Flow, HttpResponse, PreparedRequest
    from .._options import Policy

IDEMPOTENCY_KEY = "idempotency-key"
LONGEST_WAIT = 120.0
"""How many seconds a server may ask to wait; what is longer is ignored."""
_FIRST, _MOST = 0.5, 8.0
_RETRIED = (408, 409, 429)
# The server can't have seen the request.
_UNSENT = ("connect", "unsent")
_STALE = "the kept connection was stale"
_SAFE_METHODS = ("GET", "HEAD", "DELETE", "OPTIONS", "PUT")


class Sent:
    """A request that got a response, of whatever status.

    Attributes:
        response: the response.
        attempts: how often it was sent.
        unreadable: why the response can't be read, if it can't.
        note: why it was not sent again, if it should have been.
    """

    __slots__ = ("attempts", "note", "response", "unreadable")

    def __init__(
        self,
        response: HttpResponse,
        attempts: int,
        unreadable: UnreadableResponse | None = None,
        note: str | None = None,
    ) -> None:
        self.response = response
        self.attempts = attempts
        self.unreadable = unreadable
        self.note = note


class GaveUp(Exception):  # noqa: N818 - the caller turns it into an error
    """No attempt got a response; the last reason is the cause."""

    def __init__(
        self, last: NoResponse, attempts: int, note: str | None = None
    ) -> None:
        super().__init__(str(last))
        self.last = last
        self.attempts = attempts
        self.note = note


def retry(
    prepare: Callable[[int], Flow[PreparedRequest]],
    policy: Policy,
    operation: str = "a request",
) -> Flow[Sent]:
    """Send a request until its response is final, or it must not be sent again.

    A request that may create something is sent again only where the server can't have
    acted on the one before, so that nothing is made twice.

    Args:
        prepare: returns the request for an attempt, numbered from 0: a key may have
            changed meanwhile.
        policy: how often, and how long to wait in between.
        operation: what is sent, as the log names it.

    Raises:
        GaveUp: there is no response.
    """
    retries = 0
    refreshed = False
    while True:
        request = yield from prepare(retries)
        try:
            response: HttpResponse = yield Send(request)
            if response.status_code in REDIRECTS:
                response = yield from follow_redirects(request, response)
        except UnreadableResponse as error:
            # It would be no better the next time.
            if error.response is None:
                raise
            return Sent(error.response, retries + 1 + refreshed, error)
        except NoResponse as broken:
            attempts = retries + 1 + refreshed
            if broken.final:
                raise GaveUp(broken, attempts) from broken
            if _is_stale(request, broken) and not refreshed and not is_spent(request):
                refreshed = True
                yield from _tell(operation, f"{_STALE}; sending again at once")
                continue
            if retries >= policy.max_retries or not _may_resend(request, broken):
                raise GaveUp(broken, attempts) from broken
            if is_spent(request):
                raise GaveUp(broken, attempts, SPENT) from broken
            wait = backoff(retries, policy)
            why = str(broken)
        else:
            attempts = retries + 1 + refreshed
            if retries >= policy.max_retries or not _may_retry(request, response):
                return Sent(response, attempts)
            if is_spent(request):
                return Sent(response, attempts, note=SPENT)
            wait = _wait(response.headers, retries, policy)
            why = f"status {response.status_code}"
        retries += 1
        which = f"retry {retries} of {policy.max_retries}"
        yield from _tell(operation, f"{why}; {which} in {wait:.1f} s")
        yield Sleep(wait)


def _tell(operation: str, what: str) -> Flow[None]:
    """Write a line into the transcript, and one into the log."""
    yield Note(what)
    yield Log("info", f"{operation}: {what}")


def backoff(retries: int, policy: Policy) -> float:
    """Return the seconds to wait where the server says nothing: doubled each time."""
    longest = min(_FIRST * 2.0 ** min(retries, 8), _MOST)
    return longest * (1 - 0.25 * policy.jitter())


def server_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that a server asks to wait, unless they are too many.

    Args:
        headers: the headers of its response.
        now: seconds since 1970.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    after = headers.get("retry-after")
    seconds = _number(after)
    if seconds is None and after:
        # Few servers write a date, and the module takes long to import.
        from email.utils import parsedate_to_datetime

        try:
            seconds = parsedate_to_datetime(after).timestamp() - now
        except (ValueError, OverflowError):
            return None
        seconds = max(seconds, 0.0)
    return None if seconds is None else _bounded(seconds)


def _wait(headers: Mapping[str, str], retries: int, policy: Policy) -> float:
    asked = server_wait(headers, policy.clock())
    return backoff(retries, policy) if asked is None else asked


def _may_retry(request: PreparedRequest, response: HttpResponse) -> bool:
    """Return whether a request may be sent again after a response."""
    status = response.status_code
    if status < 400:
        # Before any header is asked for, which takes as long as all of this.
        return False
    asked = response.headers.get("x-should-retry", "").lower()
    if asked == "false":
        return False
    if not (asked == "true" or status in _RETRIED or status >= 500):
        return False
    return _is_repeatable(request) or _was_not_acted_on(response)


def _was_not_acted_on(response: HttpResponse) -> bool:
    """Return whether the server refused the request before it acted on it."""
    if response.status_code == 503:
        return "retry-after" in response.headers or "retry-after-ms" in response.headers
    return response.status_code in (409, 429)


def _may_resend(request: PreparedRequest, broken: NoResponse) -> bool:
    return broken.stage in _UNSENT or _is_repeatable(request)


def _is_repeatable(request: PreparedRequest) -> bool:
    """Return whether doing it twice does the same as doing it once."""
    names = {name.lower() for name in request.headers}
    return request.method in _SAFE_METHODS or IDEMPOTENCY_KEY in names


def _is_stale(request: PreparedRequest, broken: NoResponse) -> bool:
    """Return whether a kept connection had been closed before the request."""
    if not broken.reused or broken.timed_out:
        return False
    safe = request.method in ("GET", "DELETE")
    return broken.stage == "unsent" or (safe and broken.stage == "sent")


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _bounded(seconds: float) -> float | None:
    return seconds if seconds <= LONGEST_WAIT else None
