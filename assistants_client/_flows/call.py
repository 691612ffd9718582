"""One call: from its arguments to a request, from a response to its result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode

from .. import _api
from .._arguments import encoded, is_left_out, json_data
from .._call import CallResult, received
from .._effects import Invoke, NoResponse, PreparedRequest, TimeUp, Upload
from .._errors import (
    APIConnectionError,
    APITimeoutError,
    AssistantsError,
    ConfigurationError,
    SentRequest,
    status_error,
)
from .._ids import id_of, with_ids
from .._option_checks import (
    checked_key,
    checked_retries,
    checked_timeout,
    mapping,
)
from .._options import Policy
from .._outputs import failure_text
from .._redaction import without_user
from .._text import shortened
from .headers import JSON, new_headers, with_key
from .one_by_one import CREATE_AND_RUN, MISSING, create_one_by_one
from .redirects import refusal
from .retry import GaveUp, retry
from .uploads import LARGE, file_error, hung_up, noted, upload_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._call import Call
    from .._effects import Flow
    from .._options import Options
    from .._redaction import Secrets
    from .headers import Headers

T = TypeVar("T")

_OWN_HEADERS: Final = frozenset({"extra_headers", "idempotency_key"})
# What is one value in a query; a day or a moment is written as ISO 8601 has it.
_WRITTEN: Final = (str, int, float, Enum, date, time)
# Of these modules, so that they need not be imported.
_WRITTEN_OF: Final = frozenset({"decimal", "uuid"})


def perform_call(
    call: Call[T], settings: Options, policy: Policy | None = None
) -> Flow[CallResult[T]]:
    """Perform a call; what a server can't do at once, it is asked for in steps.

    Args:
        call: the call.
        settings: the settings of the client.
        policy: how to retry; made from the settings if not given.

    Raises:
        ConfigurationError: an argument can't be sent.
        FileError: a file can't be read to its end.
        APIConnectionError: no response came.
        APIStatusError: the response is an error.
        DecodeError: the response can't be read.
    """
    options, secrets = call.options, settings.secrets
    timeout = settings.timeout
    if "timeout" in options:
        timeout = checked_timeout(options["timeout"])
    retries = options.get("max_retries")
    retries = settings.max_retries if retries is None else checked_retries(retries)
    url = request_url(call, settings)
    content = request_body(call)
    request = PreparedRequest(
        method=call.request.method,
        url=url,
        headers=request_headers(call, settings, content),
        content=content,
        timeout=timeout,
        stream=call.stream or call.unread,
        limit=None if call.unread else settings.max_response_bytes,
    )
    if not secrets.known.issuperset(settings.own_secrets):
        # Other clients that share them have had many since these were learned.
        secrets.learn(*settings.own_secrets)

    tries = 0

    def prepare(attempt: int) -> Flow[PreparedRequest]:
        nonlocal tries
        tries = attempt
        if isinstance(settings.api_key, str):
            return request
        key = yield from _invoked(settings.api_key, secrets)
        headers = with_key(key, request.headers, secrets)
        return request.replaced(headers=headers)

    try:
        sent = yield from retry(prepare, policy or Policy(retries), call.operation)
    except (_api.UnusableFile, _api.BrokenFile) as error:
        why = f"{call.operation}: {secrets.redact(str(error))}"
        # The HTTP library raises it again without its cause.
        cause = error.__cause__ or error.__context__ or error
        raise file_error(error, why, tries=tries) from cause
    except GaveUp as gave_up:
        last: NoResponse = gave_up.last
        kind = APITimeoutError if last.timed_out else APIConnectionError
        path = without_user(url.partition("?")[0])
        unanswered = kind(
            shortened(secrets.redact(str(last))),
            request=SentRequest(request.method, secrets.redact(path)),
            operation=call.operation,
            attempts=gave_up.attempts,
        )
        raise noted(unanswered, gave_up.note or hung_up(content, last)) from last
    response = sent.response
    result: CallResult[T] = CallResult(
        call,
        response,
        url,
        sent.attempts,
        idle_timeout=_seconds(timeout),
        limit=settings.max_response_bytes,
        secrets=secrets,
    )
    if sent.unreadable is not None:
        unread = result.undecodable(response, str(sent.unreadable))
        note = None if call.accept == JSON else LARGE
        raise noted(unread, note) from sent.unreadable
    if not 200 <= response.status_code <= 299:
        spent = isinstance(content, Upload) and content.is_spent
        failed = status_error(
            received(response, result.request, secrets),
            why=refusal(request.method, url, response, secrets.redact, spent=spent),
            operation=call.operation,
            attempts=sent.attempts,
        )
        if call.operation == CREATE_AND_RUN and response.status_code in MISSING:
            return (
                yield from create_one_by_one(
                    call,
                    content,
                    failed,
                    lambda step: perform_call(step, settings, policy),
                )
            )
        raise noted(failed, sent.note)
    return result


def performed(call: Call[T], settings: Options) -> Flow[CallResult[T]]:
    """Perform a call in a span, if it is one that has one and spans are made.

    `perform_call` has the arguments and the errors.
    """
    flow = perform_call(call, settings)
    traces = settings.traces
    if traces is None:
        return flow
    return traces.marked(traces.call(call, flow, settings.base_url))


def _invoked(function: Callable[[], Any], secrets: Secrets) -> Flow[str]:
    """Return the key that a function returns.

    Raises:
        ConfigurationError: it fails, or returns none.
    """
    try:
        found = yield Invoke(function)
    except (AssistantsError, TimeUp):
        raise
    except Exception as error:
        what = secrets.redact(f"{type(error).__name__}: {failure_text(error)}")
        raise ConfigurationError(
            f"the function that returns api_key failed: {shortened(what)}"
        ) from error
    # Azure's libraries return an object that holds the token.
    key = checked_key(getattr(found, "token", found))
    secrets.learn(key)
    return key


def request_url(call: Call[object], settings: Options) -> str:
    """Return the whole URL of a request.

    Raises:
        ConfigurationError: a parameter can't be written.
    """
    given = _extra("extra_query", call.options)
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
        # The caller may have written the brackets of a list, too.
        pairs += _pairs(name if isinstance(value, str) else _base(name), value)
    url = f"{settings.base_url}{call.request.path}"
    if not pairs:
        return url
    settings.secrets.learn_query(pairs)
    try:
        return f"{url}?{urlencode(pairs)}"
    except UnicodeEncodeError as error:
        what = f"the query of {call.operation} has text that UTF-8 can't encode"
        raise ConfigurationError(what) from error


def _extra(name: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(name, options[name]) if name in options else {}


def _base(name: str) -> str:
    return name.removesuffix("[]")


def _pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Return a parameter as pairs: `a[]` per item of a list, `a[b]` per key."""
    if value is None or is_left_out(value):
        return
    if isinstance(value, _WRITTEN) or type(value).__module__ in _WRITTEN_OF:
        yield name, _written(value)
    elif isinstance(getattr(value, "id", None), str):
        # An object stands for its id, though one can iterate over it.
        yield name, id_of(name, value)
    elif callable(getattr(value, "model_dump", None)):
        yield from _pairs(name, json_data(value))
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _pairs(f"{name}[{key}]", each)
    elif isinstance(value, Iterable) and not isinstance(value, bytes | bytearray):
        for each in value:
            yield from _pairs(f"{name}[]", each)
    else:
        kind = type(value).__name__
        raise ConfigurationError(f"{name} can't be in a query: {kind} has no text form")


def _written(value: object) -> str:
    """Return a value as it is written in a query."""
    if isinstance(value, Enum):
        return _written(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date | time) else str(value)


def request_body(call: Call[object]) -> bytes | Upload | None:
    """Return the body of a request, None if it has none.

    Raises:
        ConfigurationError: an argument can't be written as JSON.
    """
    extra = _extra("extra_body", call.options)
    if call.request.files is not _api.UNSET or call.options.get("progress"):
        return upload_of(call)
    if call.content is not None and not extra:
        return call.content
    body = call.body
    if extra:
        if call.request.method == "GET":
            raise ConfigurationError(f"{call.operation} is a GET: it has no extra_body")
        if body is not _api.UNSET and not isinstance(body, dict):
            raise ConfigurationError("extra_body goes with a body that is an object")
        body = {**({} if body is _api.UNSET else body), **_api.to_json(with_ids(extra))}
    if body is _api.UNSET:
        return None
    try:
        return encoded(body).encode()
    except (TypeError, ValueError, RecursionError) as error:
        what = f"the arguments of {call.operation} can't be written as JSON"
        raise ConfigurationError(f"{what}: {error}") from error


def request_headers(
    call: Call[object], settings: Options, content: bytes | Upload | None
) -> Headers:
    """Return the headers; those of most calls are made once for all of their kind.

    Raises:
        ConfigurationError: one can't be sent.
    """
    if call.request.headers or not _OWN_HEADERS.isdisjoint(call.options):
        return new_headers(call, settings, content)
    kind = (call.accept, call.stream, isinstance(content, bytes))
    found = settings.made_headers.get(kind)
    if found is None:
        found = settings.made_headers[kind] = new_headers(call, settings, content)
    return found


def _seconds(timeout: object) -> float | None:
    """Return how long a stream may be silent, from any kind of timeout."""
    found = getattr(timeout, "read", timeout)
    return found if isinstance(found, int | float) else None
