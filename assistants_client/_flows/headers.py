"""Headers of requests: what a call needs, and what others say in the place of that."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from .._arguments import LEFT_OUT
from .._errors import ConfigurationError
from .._option_checks import mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._call import Call
    from .._effects import Upload
    from .._options import Options
    from .._redaction import Secrets

JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
CODINGS: Final = "gzip, deflate"
"""The content codings that responses may have: those whose decoding can be bounded."""
_FRAMING: Final = ("content-length", "transfer-encoding")
_NAME: Final = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)


class Headers(dict[str, Any]):
    """Headers to be sent, which don't show their secrets; nobody changes them.

    None stands for one that is not sent, whatever else would say it.
    """

    def __init__(self, headers: Mapping[str, object], secrets: Secrets) -> None:
        super().__init__(headers)
        self._secrets = secrets

    def __repr__(self) -> str:
        return repr(self._secrets.shown(self))


def new_headers(
    call: Call[object], settings: Options, content: bytes | Upload | None
) -> Headers:
    """Return the headers, in lower case so that one replaces another.

    Where a function returns the key, `with_key` has to add that.

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
    extra = mapping("extra_headers", call.options.get("extra_headers"))
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
        what = "must be printable ASCII text, without white space at its ends"
        raise ConfigurationError(f"the header {wrong[0]} {what}")
    framing = [name for name in _FRAMING if headers.get(name) is not None]
    if framing:
        # Such as the headers of a request that somebody hands on.
        what = "says how long this request is, which the client knows"
        raise ConfigurationError(f"the header {framing[0]} {what}: leave it out")
    if isinstance(settings.api_key, str):
        return with_key(settings.api_key, headers, secrets)
    return headers


def with_key(key: str, headers: Mapping[str, Any], secrets: Secrets) -> Headers:
    """Return what is sent: the headers with a key, and without those that are None."""
    # Whoever passes another authorization passes it in place of the key.
    whole = Headers({"authorization": f"Bearer {key}", **headers}, secrets)
    sent = {name: each for name, each in whole.items() if each is not None}
    return Headers(sent, secrets)


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
    return (
        isinstance(value, str)
        and value.isascii()
        and value.isprintable()
        and value == value.strip()
    )
