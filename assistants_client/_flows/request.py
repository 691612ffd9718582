"""The parts of a request: what a call says, and what the settings add to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from .. import _api
from .._errors import ConfigurationError
from .._redaction import SECRET_PARAMETERS, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._call import Call
    from .._options import Options

JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
CODINGS: Final = "gzip, deflate"
"""The content codings that answers may have; each is undone within bounds."""


class Headers(dict[str, Any]):
    """Headers to be sent, which don't show their secrets; a None sends none."""

    def __init__(
        self, headers: Mapping[str, Any], secret: tuple[str, ...] = ()
    ) -> None:
        """Begin; `secret` names headers that hold secrets besides the usual ones."""
        super().__init__(headers)
        self._secret = secret

    def __repr__(self) -> str:
        return repr(without_secrets(self, self._secret))

    def sendable(self) -> Headers:
        """Give those that are sent."""
        sent = {name: each for name, each in self.items() if each is not None}
        return Headers(sent, self._secret)


def request_url(call: Call[Any], settings: Options) -> str:
    """Give the whole URL of a request.

    Raises:
        ConfigurationError: a parameter can't be written.
    """
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
    url = f"{settings.base_url}{call.request.path}"
    if not pairs:
        return url
    for name, value in pairs:
        if name in SECRET_PARAMETERS:
            settings.secrets.learn(value)
    try:
        return f"{url}?{urlencode(pairs)}"
    except UnicodeEncodeError as error:
        what = f"the query of {call.operation} has text that UTF-8 can't encode"
        raise ConfigurationError(what) from error


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


def request_body(call: Call[Any]) -> bytes | None:
    """Give the body of a request; none where it has none.

    Raises:
        ConfigurationError: an argument can't be written as JSON.
    """
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
    except (TypeError, ValueError, RecursionError) as error:
        what = f"the arguments of {call.operation} can't be written as JSON"
        raise ConfigurationError(f"{what}: {error}") from error


def request_headers(
    call: Call[Any], settings: Options, content: bytes | None
) -> Headers:
    """Give the headers, names in lower case so that one takes the place of another.

    Raises:
        ConfigurationError: one can't be sent.
    """
    headers = Headers(
        {
            "accept": EVENTS if call.stream else JSON,
            "accept-encoding": CODINGS,
            "openai-beta": "assistants=v2",
        },
        settings.redact_headers,
    )
    if content is not None:
        headers["content-type"] = JSON
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
