"""A call of the API: its operation and arguments before it is sent, its result after.

A call says how its result is read, so that performing it yields what the
method promises, the whole response, or a response that is still to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Generic,
    Protocol,
    TypeAlias,
    TypedDict,
    TypeVar,
)

from . import _api
from ._arguments import is_left_out
from ._errors import (
    KEPT,
    ConfigurationError,
    DecodeError,
    FalseSuccessError,
    ReceivedResponse,
    SentRequest,
)
from ._ids import id_of, ids_of, is_plain, with_ids
from ._json import CODEC, decode
from ._option_checks import mapping
from ._redaction import Secrets, without_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._api import Request
    from ._effects import HttpResponse
    from ._operation import Operation
    from ._traces import SpanOfCall
    from ._verbosity import Verbosity

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class HasId(Protocol):
    """An object that has an id, such as a thread."""

    @property
    def id(self) -> str:
        """Return the id."""
        ...


Id: TypeAlias = str | HasId
"""An id, or an object that has one."""


class SendOptions(TypedDict, total=False):
    """What every method takes, also those that send more than one request.

    Attributes:
        extra_headers: more headers, which replace those of the same name; None removes
            one.
        extra_query: more query parameters; None removes one.
        extra_body: more properties of the body.
        max_retries: how many times a request is retried at most.
        idempotency_key: a key by which the server recognises the same request; with
            one, a call that creates something is retried as well.
        verbosity: 0 to 3, how much of requests and responses is shown.
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
        timeout: seconds for each attempt, None for no limit, or a timeout object of
            the HTTP library.
    """

    timeout: Any


class UploadOptions(CallOptions, total=False):
    """What methods take that send files.

    Attributes:
        progress: whether a line on the terminal shows how much of the files was sent;
            or a function that is called with the bytes that were sent and their whole
            number, None if that is unknown. It may be asynchronous under the async
            client.
    """

    progress: bool | Callable[[int, int | None], Any]


Timeout: TypeAlias = Any
"""A timeout object of the HTTP library."""


OPTIONS: Final = frozenset(UploadOptions.__annotations__)


# It and its result are plain classes: to have one made by attrs takes half a
# millisecond at the import.
class Call(Generic[T_co]):
    """A call, before anything is sent.

    Attributes:
        operation: its name, such as "threads.runs.create".
        request: its request, as generated code builds it.
        read: reads the result of a successful response.
        options: the options of this call alone.
        ids: its path parameters.
        stream: whether the response is a stream of events.
        unread: whether the body of a successful response is left unread.
        accept: the media types that a response may have.
        content: the body of its request, where that could be written at once.
        trace: the span that the stream of the response belongs to, if there is one.
    """

    def __init__(
        self,
        *,
        operation: str,
        request: Request,
        read: Callable[[CallResult[object]], T_co],
        options: UploadOptions | None = None,
        ids: Mapping[str, str] | None = None,
        stream: bool = False,
        unread: bool = False,
        accept: str = "application/json",
        content: bytes | None = None,
        trace: SpanOfCall | None = None,
    ) -> None:
        self.operation: Final = operation
        self.request: Final = request
        self.read: Final = read
        self.options: Final[UploadOptions] = {} if options is None else options
        self.ids: Final[Mapping[str, str]] = {} if ids is None else ids
        self.stream: Final = stream
        self.unread: Final = unread
        self.accept: Final = accept
        self.content: Final = content
        self.trace: Final = trace

    def __repr__(self) -> str:
        return f"<a call of {self.operation}>"

    @property
    def body(self) -> Any:
        """Return the body of its request as JSON data, `UNSET` if it has none."""
        return self.request.json if self.content is None else decode(self.content)

    def replaced(self, **changes: Any) -> Call[Any]:
        """Return a copy with some attributes changed."""
        return Call(**{**vars(self), **changes})


class CallResult(Generic[T_co]):
    """A successful response to a call, which is read on demand.

    Attributes:
        call: the call.
        response: the response; that of a stream is still to be read.
        url: the URL of the request.
        attempts: how many requests were sent.
        idle_timeout: seconds after which a silent stream has ended; None for no limit.
        limit: how many bytes its body may have; None for no limit.
        secrets: what is redacted in errors.
    """

    def __init__(
        self,
        call: Call[T_co],
        response: HttpResponse,
        url: str,
        attempts: int,
        idle_timeout: float | None = None,
        limit: int | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        self.call: Final = call
        self.response: Final = response
        self.url: Final = url
        self.attempts: Final = attempts
        self.idle_timeout: Final = idle_timeout
        self.limit: Final = limit
        self.secrets: Final = Secrets() if secrets is None else secrets

    def __repr__(self) -> str:
        return f"<the result of {self.call.operation}, {self.response!r}>"

    @property
    def request(self) -> SentRequest:
        """Return the request, without what may be secret."""
        shown = self.secrets.redact(without_user(self.url.partition("?")[0]))
        return SentRequest(self.call.request.method, shown)

    @property
    def request_id(self) -> str | None:
        """Return the server's id of the request, if there is one."""
        found = self.response.headers.get("x-request-id")
        return None if found is None else self.secrets.redact(found)

    def read(self) -> T_co:
        """Return what the response says.

        Raises:
            DecodeError: it can't be read as what it should be.
        """
        return self.call.read(self)

    def json(self) -> object:
        """Return the body as JSON data; `read` has the errors."""
        # The body is in no variable, as tools report these, and secrets may be in it.
        try:
            return CODEC.decode(self.response.content)
        except CODEC.problems:
            pass
        try:
            return decode(self.response.content)
        except ValueError:
            pass
        # Not from within: the cause would repeat the body, whatever is in it.
        raise self.undecodable(self.response)

    def false_success(self, response: HttpResponse | None = None) -> FalseSuccessError:
        """Return the error that the body is one, in spite of its status.

        Args:
            response: the response, where it was read elsewhere.
        """
        return FalseSuccessError(
            received(response or self.response, self.request, self.secrets),
            operation=self.call.operation,
            attempts=self.attempts,
        )

    def undecodable(self, response: HttpResponse, why: str = "not JSON") -> DecodeError:
        """Return the error that the response can't be read.

        Args:
            response: the response, as far as it was read.
            why: completes "the response is".
        """
        return DecodeError(
            received(response, self.request, self.secrets),
            why=why,
            operation=self.call.operation,
            attempts=self.attempts,
        )


def make_call(
    operation: Operation[object, object],
    params: Mapping[str, object],
    ids: Mapping[str, object],
    read: Callable[[CallResult[object]], T],
) -> Call[T]:
    """Make a call from the arguments of a method.

    Args:
        operation: the operation.
        params: the keyword arguments: options, query parameters, and properties of the
            body, whether the document knows them or not.
        ids: the path parameters, as ids or as objects that have one.
        read: reads the result.

    Raises:
        ConfigurationError: an id is missing or wrong.
    """
    path, known, has_body, is_form = operation.parameters
    module = _api.endpoint(operation.module)
    options: Any = {}
    query: dict[str, object] = {}
    # What is sent is in the order of the arguments.
    rest = {**params}
    special = _special(operation)
    # Most of the arguments that a body is made of are none of them.
    for name in [each for each in params if each in special]:
        if name in OPTIONS:
            options[name] = rest.pop(name)
            continue
        if name in operation.ids:
            rest[name] = ids_of(name, rest[name], operation.kind)
        if name in known:
            value = rest.pop(name)
            if value is not None:
                query[name] = _in_query(name, value)
    own = [id_of(name, ids[name]) for name in path]
    content = None
    try:
        if has_body:
            if "tools" in rest:
                rest["tools"] = _definitions(rest["tools"])
            content = None if is_form else _content(rest)
            body = (
                rest if is_form else with_ids(rest) if content is None else _api.UNSET
            )
            request = module.build_request(*own, body=body, **query)
        else:
            request = module.build_request(*own, **query)
    except ValueError as error:
        raise ConfigurationError(f"{operation.name}: {error}") from error
    if rest and not has_body:
        # The API may know them: in the body of a POST, in the query of others.
        place = "extra_body" if request.method == "POST" else "extra_query"
        options[place] = {**rest, **mapping(place, options.get(place))}
    return Call(
        operation=operation.name,
        request=request,
        read=read,
        options=options,
        ids=dict(zip(path, own, strict=True)),
        stream=has_body and bool(rest.get("stream")),
        accept="*/*" if operation.kind == "bytes" else "application/json",
        content=content,
    )


@cache
def _special(operation: Operation[object, object]) -> frozenset[str]:
    """Return the arguments that are options, of the query, or perhaps objects."""
    return OPTIONS | operation.ids | operation.parameters.query


def _content(body: Any) -> bytes | None:
    """Return a body as it is sent, None where it has to be made JSON data first.

    Most need not be copied for that, once `msgspec` is there.
    """
    encode = CODEC.encode
    if encode is None or not is_plain(body):
        return None
    try:
        return encode(body)
    except CODEC.problems:
        # In its own words, it is said where `encoded` fails.
        return None


def _in_query(name: str, value: Any) -> Any:
    """Return a parameter of the query, a list where it is any other iterable.

    Raises:
        ConfigurationError: it would be sent as the text by which Python shows it.
    """
    if isinstance(value, str | int | float | Enum):
        return value
    if isinstance(value, Iterable) and not isinstance(value, bytes | Mapping):
        return [_in_query(name, each) for each in value if not is_left_out(each)]
    kind = type(value).__name__
    raise ConfigurationError(f"{name} must be text, a number or a list, not {kind}")


def _definitions(tools: Any) -> Any:
    """Return tools as they are sent: functions among them are described."""
    is_list = isinstance(tools, list | tuple)
    if tools is None or (is_list and all(type(each) is dict for each in tools)):
        return tools
    # Whoever has a function as a tool needs the module; few others do.
    from .tools import definitions_of

    return definitions_of(tools)


def received(
    response: HttpResponse, request: SentRequest, secrets: Secrets
) -> ReceivedResponse:
    """Return what an error keeps of a response, without secrets that it repeats."""
    headers = {
        secrets.redact(name.lower()): secrets.redact(value)
        for name, value in response.headers.items()
        if not secrets.has_secret(name)
    }
    content = secrets.redact_bytes(response.content[:KEPT])
    return ReceivedResponse(response.status_code, headers, content, request)
