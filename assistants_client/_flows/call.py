"""One call of the API: from arguments to a request, from an answer to a result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, TypedDict, TypeVar

from attrs import field, frozen

from .. import _api
from .._effects import Ask, NoAnswer, Prepared
from .._error_messages import decoded
from .._errors import (
    APIConnectionError,
    APITimeoutError,
    DecodeError,
    ReceivedResponse,
    SentRequest,
    status_error,
)
from .._json import decode
from .._options import checked_key, checked_retries, checked_timeout, without_user
from .._redaction import SECRET_HEADERS, Secrets
from .._text import shortened
from .redirects import refusal
from .request import Headers, request_body, request_headers, request_url
from .retry import GaveUp, Policy, retrying

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._api import Request
    from .._effects import Flow, Reply
    from .._options import Options
    from .._verbosity import Verbosity

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)


class SendOptions(TypedDict, total=False):
    """What every method takes, and what takes more than one request as well.

    Attributes:
        extra_headers: headers to send besides, in place of those of the same name; a
            None takes one away.
        extra_query: query parameters to send besides; a None takes one away.
        extra_body: properties to put into the body besides.
        max_retries: how often to send again at most.
        idempotency_key: a name for what is to be done, by which the server knows that
            two requests mean the same; with one, a call that creates something is sent
            again too.
        verbosity: 0 to 3, how much of the wire is shown.
    """

    extra_headers: Mapping[str, str | None] | None
    extra_query: Mapping[str, Any] | None
    extra_body: Mapping[str, Any] | None
    max_retries: int | None
    idempotency_key: str | None
    verbosity: Verbosity | None


class CallOptions(SendOptions, total=False):
    """What every method takes besides its own arguments.

    Attributes:
        timeout: seconds for each attempt, none for no limit, or an HTTP library's.
    """

    timeout: Any


OPTIONS: Final = frozenset(CallOptions.__annotations__)


class UnfitError(Exception):
    """An answer that is JSON, but not of the type that the caller asked for."""


@frozen(kw_only=True)
class Call(Generic[T_co]):
    """A call, before anything is sent.

    Attributes:
        operation: its name, such as "threads.runs.create".
        request: its request, as generated code builds it.
        parse: reads an answer of success, as generated code does it.
        options: what was said for this call only.
        stream: whether the answer is a stream of events.
        unread: whether the body of an answer of success is left to the caller to read.
    """

    operation: str
    request: Request
    parse: Callable[[Any], T_co]
    options: CallOptions = field(factory=CallOptions, repr=False)
    stream: bool = False
    unread: bool = False


@frozen
class Answer(Generic[T_co]):
    """An answer of success to a call; what it says is read on demand.

    Attributes:
        call: the call that it answers.
        reply: the answer; of a stream, its body is still to be read.
        request: what was asked for.
        attempts: how often it was sent.
        patience: how many seconds a stream may bring nothing; none for no limit.
        limit: how many bytes its body may be; none for no limit.
        secrets: what is hidden in errors.
    """

    call: Call[T_co]
    reply: Reply
    request: SentRequest
    attempts: int
    patience: float | None = None
    limit: int | None = None
    secrets: Secrets = field(factory=Secrets, repr=False)

    @property
    def request_id(self) -> str | None:
        """Give the server's name for the request, if it said so."""
        found = self.reply.headers.get("x-request-id")
        return None if found is None else self.secrets.hide(found)

    def read(self) -> T_co:
        """Give what the answer says.

        Raises:
            DecodeError: it can't be read as what it should be.
        """
        return self.read_as(self.call.parse)

    def read_as(self, parse: Callable[[Any], U]) -> U:
        """Give what the answer says, read in another way; `read` has the errors."""
        reply = self.reply
        try:
            return parse(_Decoded(reply.status_code, reply.headers, reply.content))
        except UnfitError as error:
            why = str(error)
        except _api.UndecodableBody:
            why = None
        # Not from within, as the causes repeat the answer, whatever is in it.
        raise self.undecodable(reply, why)

    def undecodable(self, reply: Reply, why: str | None = None) -> DecodeError:
        """Give the error that this answer can't be read.

        Args:
            reply: the answer, as far as it was read.
            why: completes "it is"; that it is no JSON, without one.
        """
        return DecodeError(
            received(reply, self.request, self.secrets),
            why=why,
            operation=self.call.operation,
            attempts=self.attempts,
        )


@frozen
class _Decoded:
    """An answer whose JSON is decoded by the quicker library."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return decode(self.content)


def calling(
    call: Call[T], settings: Options, policy: Policy | None = None
) -> Flow[Answer[T]]:
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

    def prepare(attempt: int) -> Flow[Prepared]:
        key = settings.api_key
        if not isinstance(key, str):
            found = yield Ask(key)
            # Azure's libraries give an object that holds the token.
            key = checked_key(getattr(found, "token", found))
        # Whoever gives another authorization gives it in place of the key.
        also = settings.redact_headers
        given = Headers({"authorization": f"Bearer {key}"} | headers, also)
        secrets.learn_headers(given, also)
        return Prepared(
            method=call.request.method,
            url=url,
            headers=given.sendable(),
            content=content,
            timeout=timeout,
            stream=call.stream or call.unread,
            limit=None if call.unread else settings.max_response_bytes,
        )

    shown = secrets.hide(without_user(url.partition("?")[0]))
    sent_request = SentRequest(call.request.method, shown)
    try:
        sent = yield from retrying(prepare, policy or Policy(retries))
    except GaveUp as gave_up:
        raise _unanswered(gave_up, call, sent_request, secrets) from gave_up.last
    reply = sent.reply
    answer: Answer[T] = Answer(
        call,
        reply,
        sent_request,
        sent.attempts,
        patience=_seconds(timeout),
        limit=settings.max_response_bytes,
        secrets=secrets,
    )
    if sent.unusable is not None:
        raise answer.undecodable(reply, str(sent.unusable)) from sent.unusable
    if not 200 <= reply.status_code <= 299:
        why = secrets.hide(refusal(call.request.method, url, reply) or "")
        raise status_error(
            received(reply, sent_request, secrets),
            why=why or None,
            operation=call.operation,
            attempts=sent.attempts,
        )
    return answer


def _seconds(timeout: Any) -> float | None:
    """Give how long one may wait for something to come, of any kind of timeout."""
    found = getattr(timeout, "read", timeout)
    return found if isinstance(found, int | float) else None


def received(reply: Reply, request: SentRequest, secrets: Secrets) -> ReceivedResponse:
    """Give of an answer what an error keeps, without the secrets that it repeats."""
    headers = {
        name.lower(): secrets.hide(value)
        for name, value in reply.headers.items()
        if name.lower() not in SECRET_HEADERS
    }
    content = secrets.hide_bytes(reply.content)
    if b"\\" in content:
        # JSON has many ways to spell a letter.
        value = decoded(content)
        hidden = secrets.hide_in(value)
        if hidden != value:
            content = json.dumps(hidden).encode()
    return ReceivedResponse(reply.status_code, headers, content, request)


def _unanswered(
    gave_up: GaveUp, call: Call[Any], request: SentRequest, secrets: Secrets
) -> APIConnectionError:
    last: NoAnswer = gave_up.last
    kind = APITimeoutError if last.timed_out else APIConnectionError
    return kind(
        shortened(secrets.hide(str(last))),
        request=request,
        operation=call.operation,
        attempts=gave_up.attempts,
    )
