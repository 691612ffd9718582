"""One call of the API: from arguments to a request, from an answer to a result."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypedDict, TypeVar
from urllib.parse import urlencode

from attrs import field, frozen

from .. import _api
from .._effects import Ask, NoAnswer, Prepared
from .._errors import (
    APIConnectionError,
    APITimeoutError,
    ConfigurationError,
    DecodeError,
    ReceivedResponse,
    SentRequest,
    status_error,
)
from .._options import checked_key, checked_retries, checked_timeout, without_user
from .retrying import GaveUp, Policy, retrying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._api import Request
    from .._effects import Flow, Reply
    from .._options import Options
    from .._verbosity import Verbosity

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)
_JSON = "application/json"
_EVENTS = "text/event-stream"
# Cookies say who someone is; errors that hold answers are kept and sent about.
_SECRET = frozenset({"set-cookie", "set-cookie2"})


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
        timeout: seconds for each attempt, none for no limit, or a timeout of httpx.
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
    """

    call: Call[T_co]
    reply: Reply
    request: SentRequest
    attempts: int

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
        except (_api.UndecodableBody, UnfitError) as error:
            raise DecodeError(
                received(reply, self.request),
                why=str(error) if isinstance(error, UnfitError) else None,
                operation=self.call.operation,
                attempts=self.attempts,
            ) from error


@frozen
class _Decoded:
    """An answer whose JSON is decoded by the quicker library."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        return decode(self.content)


def decode(content: bytes | str) -> Any:
    """Decode JSON, leniently where the quick decoder is strict, as with NaN.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return _decoder()(content)
    # What it raises where something is no JSON is a ValueError.
    except (ValueError, RecursionError):
        return json.loads(content)


@cache
def _decoder() -> Callable[[bytes | str], Any]:
    # Imported late: until something is to be decoded, it only takes time.
    import msgspec

    return msgspec.json.Decoder().decode


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
    url = _url(call, settings)
    content = _content(call)
    headers = _headers(call, settings, content)

    def prepare(attempt: int) -> Flow[Prepared]:
        key = settings.api_key
        if not isinstance(key, str):
            found = yield Ask(key)
            # Azure's libraries give an object that holds the token.
            key = checked_key(getattr(found, "token", found))
        given = {"authorization": f"Bearer {key}"} | headers
        return Prepared(
            method=call.request.method,
            url=url,
            headers={name: value for name, value in given.items() if value is not None},
            content=content,
            timeout=timeout,
            stream=call.stream or call.unread,
        )

    shown = without_user(url.partition("?")[0])
    sent_request = SentRequest(call.request.method, shown)
    try:
        sent = yield from retrying(prepare, policy or Policy(retries))
    except GaveUp as gave_up:
        raise _unanswered(gave_up, call, sent_request) from gave_up.last
    reply = sent.reply
    if not 200 <= reply.status_code <= 299:
        raise status_error(
            received(reply, sent_request),
            operation=call.operation,
            attempts=sent.attempts,
        )
    return Answer(call, reply, sent_request, sent.attempts)


def received(reply: Reply, request: SentRequest) -> ReceivedResponse:
    """Give of an answer what an error keeps."""
    headers = {
        name.lower(): value
        for name, value in reply.headers.items()
        if name.lower() not in _SECRET
    }
    return ReceivedResponse(reply.status_code, headers, reply.content, request)


def _url(call: Call[Any], settings: Options) -> str:
    given = call.options.get("extra_query") or {}
    extra = {_base(name) for name in given}
    own = call.request.query
    if extra:
        own = [pair for pair in own if _base(pair[0]) not in extra]
    pairs = [*own]
    if settings.default_query:
        taken = {*extra, *(_base(name) for name, _ in call.request.query)}
        for name, value in settings.default_query.items():
            if name not in taken:
                pairs += _pairs(name, value)
    for name, value in given.items():
        # Somebody may have written the brackets of a list, too.
        pairs += _pairs(_base(name) if isinstance(value, list) else name, value)
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{settings.base_url}{call.request.path}{query}"


def _base(name: str) -> str:
    return name.removesuffix("[]")


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Give a parameter as pairs: `a[]` for each item of a list, `a[b]` of an object."""
    if value is None:
        return
    if isinstance(value, list | tuple):
        for each in value:
            yield from _pairs(f"{name}[]", each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _pairs(f"{name}[{key}]", each)
    else:
        yield name, _written(value)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _listed(value: Any) -> Any:
    """Give what JSON has no word for: iterables as lists, and models within them."""
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray):
        return _api.to_json([*value])
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")


# Made once, as making it takes longer than encoding a body.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_listed
)


def _content(call: Call[Any]) -> bytes | None:
    body = call.request.json
    extra = call.options.get("extra_body")
    if extra:
        if call.request.method == "GET":
            raise ConfigurationError(f"{call.operation} is a GET: it has no extra_body")
        if body is not _api.UNSET and not isinstance(body, dict):
            raise ConfigurationError("extra_body goes with a body that is an object")
        body = {**({} if body is _api.UNSET else body), **_api.to_json(extra)}
    if body is _api.UNSET:
        return None
    try:
        return _ENCODER.encode(body).encode()
    except (TypeError, ValueError) as error:
        what = f"the arguments of {call.operation} can't be written as JSON"
        raise ConfigurationError(f"{what}: {error}") from error


def _headers(
    call: Call[Any], settings: Options, content: bytes | None
) -> dict[str, str | None]:
    """Give the headers, names in lower case so that one takes the place of another."""
    headers: dict[str, str | None] = {
        "accept": _EVENTS if call.stream else _JSON,
        "openai-beta": "assistants=v2",
    }
    if content is not None:
        headers["content-type"] = _JSON
    if settings.organization:
        headers["openai-organization"] = settings.organization
    if settings.project:
        headers["openai-project"] = settings.project
    key = call.options.get("idempotency_key")
    if key:
        headers["idempotency-key"] = key
    for more in (
        settings.default_headers,
        call.request.headers,
        call.options.get("extra_headers") or {},
    ):
        headers.update((name.lower(), value) for name, value in more.items())
    for name, value in headers.items():
        if value is not None and not _is_sendable(value):
            # What it is isn't told: it may be a key.
            raise ConfigurationError(f"the header {name} must be printable ASCII text")
    return headers


def _is_sendable(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _unanswered(
    gave_up: GaveUp, call: Call[Any], request: SentRequest
) -> APIConnectionError:
    last: NoAnswer = gave_up.last
    kind = APITimeoutError if last.timed_out else APIConnectionError
    return kind(
        str(last),
        request=request,
        operation=call.operation,
        attempts=gave_up.attempts,
    )
