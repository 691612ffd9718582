"""A call of the API and its result, as everything else passes them on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, TypedDict, TypeVar

from attrs import field, frozen

from . import _api
from ._error_messages import decoded
from ._errors import DecodeError, ReceivedResponse, SentRequest
from ._json import decode
from ._redaction import SECRET_HEADERS, Secrets

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._api import Request
    from ._effects import HttpResponse
    from ._verbosity import Verbosity

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
class CallResult(Generic[T_co]):
    """An answer of success to a call; what it says is read on demand.

    Attributes:
        call: the call that it answers.
        response: the response; of a stream, its body is still to be read.
        request: what was asked for.
        attempts: how often it was sent.
        idle_timeout: seconds after which a silent stream has ended; None for no limit.
        limit: how many bytes its body may be; none for no limit.
        secrets: what is hidden in errors.
    """

    call: Call[T_co]
    response: HttpResponse
    request: SentRequest
    attempts: int
    idle_timeout: float | None = None
    limit: int | None = None
    secrets: Secrets = field(factory=Secrets, repr=False)

    @property
    def request_id(self) -> str | None:
        """Give the server's name for the request, if it said so."""
        found = self.response.headers.get("x-request-id")
        return None if found is None else self.secrets.redact(found)

    def read(self) -> T_co:
        """Give what the answer says.

        Raises:
            DecodeError: it can't be read as what it should be.
        """
        return self.read_as(self.call.parse)

    def read_as(self, parse: Callable[[Any], U]) -> U:
        """Give what the answer says, read in another way; `read` has the errors."""
        response = self.response
        try:
            return parse(
                _Decoded(response.status_code, response.headers, response.content)
            )
        except UnfitError as error:
            why = str(error)
        except _api.UndecodableBody:
            why = None
        # Not from within, as the causes repeat the answer, whatever is in it.
        raise self.undecodable(response, why)

    def undecodable(
        self, response: HttpResponse, why: str | None = None
    ) -> DecodeError:
        """Give the error that this answer can't be read.

        Args:
            response: the response, as far as it was read.
            why: completes "it is"; that it is no JSON, without one.
        """
        return DecodeError(
            received(response, self.request, self.secrets),
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


def received(
    response: HttpResponse, request: SentRequest, secrets: Secrets
) -> ReceivedResponse:
    """Give of an answer what an error keeps, without the secrets that it repeats."""
    headers = {
        name.lower(): secrets.redact(value)
        for name, value in response.headers.items()
        if name.lower() not in SECRET_HEADERS
    }
    content = secrets.redact_bytes(response.content)
    if b"\\" in content:
        # JSON has many ways to spell a letter.
        value = decoded(content)
        hidden = secrets.redact_json(value)
        if hidden != value:
            content = json.dumps(hidden).encode()
    return ReceivedResponse(response.status_code, headers, content, request)
