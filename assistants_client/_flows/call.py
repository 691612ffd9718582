"""One call: from its arguments to a request, from a response to its result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode

from .. import _api
from .._arguments import LEFT_OUT, encoded, is_left_out, json_data
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
from .._options import (
    Policy,
    checked_key,
    checked_retries,
    checked_timeout,
    mapping,
)
from .._outputs import failure_text
from .._redaction import without_user
from .._text import shortened
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

T = TypeVar("T")

JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
_NAME: Final = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
# What is one value in a query; a day or a moment is written as ISO 8601 has it.
_WRITTEN: Final = (str, int, float, Enum, date, time)
# Of these modules, so that they need not be imported.
_WRITTEN_OF: Final = frozenset({"decimal", "uuid"})
CODINGS: Final = "gzip, deflate"
"""The content codings that responses may have: those whose decoding can be bounded."""


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
    options = call.options
    timeout = settings.timeout
    if "timeout" in options:
        timeout = checked_timeout(options["timeout"])
    retries = options.get("max_retries")
    retries = settings.max_retries if retries is None else checked_retries(retries)
    method, secrets = call.request.method, settings.secrets
    url = request_url(call, settings)
    content = request_body(call)
    headers = request_headers(call, settings, content)
    if not secrets.known.issuperset(settings.own_secrets):
        # Other clients that share them have had many since these were learned.
        secrets.learn(*settings.own_secrets)

    tries = 0

    def prepare(attempt: int) -> Flow[PreparedRequest]:
        key = settings.api_key
        nonlocal tries
        tries = attempt
        if not isinstance(key, str):
            found = yield from _invoked(key, secrets)
            # Azure's libraries return an object that holds the token.
            key = checked_key(getattr(found, "token", found))
            secrets.learn(key)
        # Whoever passes another authorization passes it in place of the key.
        given = Headers({"authorization": f"Bearer {key}"} | headers, secrets)
        sent = {name: each for name, each in given.items() if each is not None}
        return PreparedRequest(
            method=method,
            url=url,
            headers=Headers(sent, secrets),
            content=content,
            timeout=timeout,
            stream=call.stream or call.unread,
            limit=None if call.unread else settings.max_response_bytes,
        )

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
        path = url.partition("?")[0]
        unanswered = kind(
            shortened(secrets.redact(str(last))),
            request=SentRequest(method, secrets.redact(without_user(path))),
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
            why=refusal(method, url, response, secrets.redact, spent=spent),
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


def _invoked(key: Callable[[], Any], secrets: Secrets) -> Flow[Any]:
    """Return what the function returns that is to return a key.

    Raises:
        ConfigurationError: it fails.
    """
    try:
        return (yield Invoke(key))
    except (AssistantsError, TimeUp):
        raise
    except Exception as error:
        what = secrets.redact(f"{type(error).__name__}: {failure_text(error)}")
        raise ConfigurationError(
            f"the function that returns api_key failed: {shortened(what)}"
        ) from error


class Headers(dict[str, Any]):
    """Headers to be sent, which don't show their secrets; None sends none."""

    def __init__(self, headers: Mapping[str, object], secrets: Secrets) -> None:
        super().__init__(headers)
        self._secrets = secrets

    def __repr__(self) -> str:
        return repr(self._secrets.shown(self))


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
    """Return the headers, in lower case so that one replaces another.

    Raises:
        ConfigurationError: one can't be sent.
    """
    secrets = settings.secrets
    headers = Headers(
        {
            "accept": EVENTS if call.stream else call.accept,
            "accept-encoding": CODINGS,
            "openai-beta": "assistants=v2",
        },
        secrets,
    )
    if isinstance(content, bytes):
        headers["content-type"] = JSON
    if settings.organization:
        headers["openai-organization"] = settings.organization
    if settings.project:
        headers["openai-project"] = settings.project
    key = call.options.get("idempotency_key")
    if key:
        headers["idempotency-key"] = key
    extra = _extra("extra_headers", call.options)
    for more in (settings.default_headers, call.request.headers, extra):
        headers.update(_lowered(more))
    if extra:
        secrets.learn_headers(headers)
    # No name or value that may hold a key is in the message, or in a local variable.
    if not all(map(_is_name, headers)):
        what = "a name of a header has characters that none can have"
        raise ConfigurationError(f"{what}; what is secret goes into its value")
    wrong = [
        secrets.redact(name)
        for name, value in headers.items()
        if not (value is None or _is_sendable(value))
    ]
    if wrong:
        raise ConfigurationError(f"the header {wrong[0]} must be printable ASCII text")
    return headers


def _lowered(headers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Return headers by their names in lower case, without what is left out."""
    for name, value in headers.items():
        if type(value).__name__ not in LEFT_OUT:
            yield name.lower(), value
        elif type(value).__name__ == "Omit":
            # For `openai`, this one takes a header away.
            yield name.lower(), None


@lru_cache
def _is_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name))


def _is_sendable(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _seconds(timeout: object) -> float | None:
    """Return how long a stream may be silent, from any kind of timeout."""
    found = getattr(timeout, "read", timeout)
    return found if isinstance(found, int | float) else None
