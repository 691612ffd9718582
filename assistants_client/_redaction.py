"""Redaction of keys, tokens and cookies, wherever a server repeats them.

A server sees all that it is sent, and some say it again in what they complain about.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

from ._locks import lock_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

REDACTED: Final = "<REDACTED>"
SECRET_HEADERS: Final = frozenset(
    {
        *("authorization", "proxy-authorization", "api-key", "x-api-key"),
        *("astra-api-token", "cookie", "set-cookie", "set-cookie2"),
        "ocp-apim-subscription-key",
    }
)
SECRET_PARAMETERS: Final = frozenset(
    {
        *("api-key", "api_key", "apikey", "key", "subscription-key"),
        *("token", "access_token", "sig", "signature"),
    }
)
"""Query parameters in which some servers take what others take in a header."""
# Shorter ones would be found by chance.
_SHORTEST = 6
# Tokens that expire are followed by others; the oldest are forgotten.
_REMEMBERED = 64
_SCHEME = re.compile(r"(?:bearer|basic|token|apikey|api-key)\s+", re.IGNORECASE)


class Secrets:
    """Texts that are redacted wherever they are repeated. Threads may share it.

    They are found in the spellings of `_spellings`, whatever the case of their letters.

    Attributes:
        known: the texts.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.known: frozenset[str] = frozenset()
        # The oldest first.
        self._texts: tuple[str, ...] = ()
        # The longest first, as one may be the beginning of another.
        self._spellings: tuple[str, ...] = ()
        self._lock = lock_of(self)
        self.learn(*texts)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {len(self.known)} of them>"

    def learn(self, *texts: str) -> None:
        """Redact texts from now on, unless they are too short to be secrets."""
        new = [each for each in texts if len(each) >= _SHORTEST]
        if self.known.issuperset(new):
            return
        with self._lock:
            self._texts = tuple(dict.fromkeys([*self._texts, *new]))[-_REMEMBERED:]
            self.known = frozenset(self._texts)
            spellings = {each for text in self._texts for each in _spellings(text)}
            self._spellings = tuple(sorted(spellings, key=len, reverse=True))

    def learn_headers(
        self, headers: Mapping[str, str | None], also: Iterable[str] = ()
    ) -> None:
        """Redact the values of those headers that hold secrets.

        Args:
            headers: by their names in lower case.
            also: names of headers that hold secrets besides the usual ones.
        """
        self.learn(*secret_values(headers, also))

    def redact(self, text: str) -> str:
        """Return a text without the secrets."""
        small = text.lower()
        for spelling in self._spellings:
            if spelling in small:
                text = re.sub(re.escape(spelling), REDACTED, text, flags=re.IGNORECASE)
                small = text.lower()
        return text

    def redact_bytes(self, content: bytes) -> bytes:
        """Return the bytes of a text without the secrets."""
        if not self.known:
            return content
        # All secrets are ASCII, as headers are.
        text = content.decode("latin-1")
        redacted = self.redact(text)
        return content if redacted is text else redacted.encode("latin-1")

    def redact_json(self, value: Any) -> Any:
        """Return JSON data without the secrets, in keys as in values."""
        if isinstance(value, str):
            return self.redact(value)
        if not self.known or not isinstance(value, dict | list):
            return value
        try:
            written = json.dumps(value)
            redacted = self.redact(written)
            return value if redacted == written else json.loads(redacted)
        except (ValueError, RecursionError):
            # So deep that nobody can check whether one is in it.
            return None


def without_user(url: str) -> str:
    """Return a URL without the user and the password that may stand in it."""
    if "@" not in url:
        return url
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host))


def without_secrets(
    headers: Mapping[str, str | None], also: Iterable[str] = ()
) -> dict[str, str | None]:
    """Return headers as they may be shown; `also` names more that may not."""
    names = SECRET_HEADERS | {name.lower() for name in also}
    return {
        name: REDACTED if name.lower() in names and value else value
        for name, value in headers.items()
    }


def secret_values(
    headers: Mapping[str, str | None], also: Iterable[str] = ()
) -> Iterator[str]:
    """Yield the secrets in headers, as `Secrets.learn_headers` has the arguments."""
    names = SECRET_HEADERS.union(name.lower() for name in also)
    for name, value in headers.items():
        if name in names and value:
            yield from _parts(name, value)


def _parts(name: str, value: str) -> Iterator[str]:
    """Return the secret parts of a value: not the scheme, nor names of cookies."""
    if "cookie" in name:
        for pair in value.split(";"):
            yield pair.partition("=")[2].strip()
    elif "authorization" in name:
        yield _SCHEME.sub("", value, count=1).strip()
    else:
        yield value


def _spellings(secret: str) -> set[str]:
    """Return how servers repeat a text: literally, or escaped for where they put it.

    That is in JSON, with or without its slashes escaped, in a URL, in HTML, or in
    base64. All are in small letters, as names of hosts come back.
    """
    written = json.dumps(secret)[1:-1]
    encoded = b64encode(secret.encode()).decode()
    return {
        each.lower()
        for each in (
            *(secret, written, written.replace("/", "\\/"), escape(secret)),
            *(quote(secret), quote(secret, safe=""), quote_plus(secret)),
            encoded.rstrip("="),
        )
    }
