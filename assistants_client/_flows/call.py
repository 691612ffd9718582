"""One call of the API: from arguments to a request, from an answer to a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .._call import CallResult, received
from .._effects import Invoke, NoResponse, PreparedRequest
from .._errors import APIConnectionError, APITimeoutError, SentRequest, status_error
from .._options import checked_key, checked_retries, checked_timeout, without_user
from .._text import shortened
from .redirects import refusal
from .request import Headers, request_body, request_headers, request_url
from .retry import GaveUp, Policy, retry

if TYPE_CHECKING:
    from .._call import Call
    from .._effects import Flow
    from .._options import Options
    from .._redaction import Secrets

T = TypeVar("T")


def perform_call(
    call: Call[T], settings: Options, policy: Policy | None = None
) -> Flow[CallResult[T]]:
    """Carry out a call.

    Args:
        call: what to do.
        settings: those of the client.
        policy: how to retry; made from the settings without one.

    Raises:
        ConfigurationError: an argument can't be sent.
        APIConnectionError: no answer came.
        APIStatusError: the answer is an error.
    """
    options = call.options
    timeout = settings.timeout
    if "timeout" in options:
        timeout = checked_timeout(options["timeout"])
    retries = options.get("max_retries")
    retries = settings.max_retries if retries is None else checked_retries(retries)
    url = request_url(call, settings)
    content = request_body(call)
    headers = request_headers(call, settings, content)
    secrets = settings.secrets

    def prepare(attempt: int) -> Flow[PreparedRequest]:
        key = settings.api_key
        if not isinstance(key, str):
            found = yield Invoke(key)
            # Azure's libraries give an object that holds the token.
            key = checked_key(getattr(found, "token", found))
        # Whoever gives another authorization gives it in place of the key.
        also = settings.redact_headers
        given = Headers({"authorization": f"Bearer {key}"} | headers, also)
        secrets.learn_headers(given, also)
        return PreparedRequest(
            method=call.request.method,
            url=url,
            headers=given.sendable(),
            content=content,
            timeout=timeout,
            stream=call.stream or call.unread,
            limit=None if call.unread else settings.max_response_bytes,
        )

    shown = secrets.redact(without_user(url.partition("?")[0]))
    sent_request = SentRequest(call.request.method, shown)
    try:
        sent = yield from retry(prepare, policy or Policy(retries))
    except GaveUp as gave_up:
        raise _unanswered(gave_up, call, sent_request, secrets) from gave_up.last
    response = sent.response
    answer: CallResult[T] = CallResult(
        call,
        response,
        sent_request,
        sent.attempts,
        idle_timeout=_seconds(timeout),
        limit=settings.max_response_bytes,
        secrets=secrets,
    )
    if sent.unusable is not None:
        raise answer.undecodable(response, str(sent.unusable)) from sent.unusable
    if not 200 <= response.status_code <= 299:
        why = secrets.redact(refusal(call.request.method, url, response) or "")
        raise status_error(
            received(response, sent_request, secrets),
            why=why or None,
            operation=call.operation,
            attempts=sent.attempts,
        )
    return answer


def _seconds(timeout: Any) -> float | None:
    """Give how long one may wait for something to come, of any kind of timeout."""
    found = getattr(timeout, "read", timeout)
    return found if isinstance(found, int | float) else None


def _unanswered(
    gave_up: GaveUp, call: Call[Any], request: SentRequest, secrets: Secrets
) -> APIConnectionError:
    last: NoResponse = gave_up.last
    kind = APITimeoutError if last.timed_out else APIConnectionError
    return kind(
        shortened(secrets.redact(str(last))),
        request=request,
        operation=call.operation,
        attempts=gave_up.attempts,
    )
