"""What is never told: keys, tokens and cookies, hidden wherever a server repeats them.

A server sees all that it is sent, and some say it again in what they complain about.
"""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any, Final

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
"""Query parameters by which some servers take what others take in a header."""
# Shorter ones would be found by chance.
_SHORTEST = 6
# Tokens that expire are followed by others; the oldest are forgotten.
_REMEMBERED = 64
# Where one of these is, letters may be written in other ways.
_ESCAPES = re.compile(r"[\\%&+]")
_SCHEME = re.compile(r"(?:bearer|basic|token|apikey|api-key)\s+", re.IGNORECASE)


class Secrets:
    """Texts that are hidden in whatever is told. Threads may share it."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        # The longest first, as one may be the beginning of another.
        self._texts: tuple[str, ...] = ()
        # With what finds them in all spellings, once that is needed.
        self._known: dict[str, re.Pattern[str] | None] = {}
        # The value of a header that was met last.
        self._met = ""
        self._lock = threading.Lock()
        for each in texts:
            self.learn(each)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {len(self._texts)} of them>"

    def learn(self, text: str) -> None:
        """Hide a text from now on, unless it is so short that it stands anywhere."""
        if text in self._known or len(text) < _SHORTEST:
            return
        with self._lock:
            known = {**self._known, text: None}
            while len(known) > _REMEMBERED:
                del known[next(iter(known))]
            self._known = known
            self._texts = tuple(sorted(known, key=len, reverse=True))

    def learn_headers(
        self, headers: Mapping[str, str | None], also: Iterable[str] = ()
    ) -> None:
        """Hide the values of those headers that hold secrets.

        Args:
            headers: by their names in lower case.
            also: names of headers that hold secrets besides the usual ones.
        """
        names = SECRET_HEADERS
        if also:
            names |= {name.lower() for name in also}
        for name, value in headers.items():
            # Nearly always, it is the same key again.
            if name in names and value and value != self._met:
                for each in _parts(name, value):
                    self.learn(each)
                self._met = value

    def redact(self, text: str) -> str:
        """Give a text without the secrets."""
        texts = self._texts
        if not texts:
            return text
        # Names of hosts come back in small letters.
        small = text.lower()
        for secret in texts:
            if secret.lower() in small:
                text = re.sub(re.escape(secret), REDACTED, text, flags=re.IGNORECASE)
                small = text.lower()
        if _ESCAPES.search(text):
            for secret in texts:
                text = self._spelt(secret).sub(REDACTED, text)
        return text

    def _spelt(self, secret: str) -> re.Pattern[str]:
        """Give what finds a secret however a server spells it."""
        found = self._known.get(secret)
        if found is None:
            found = re.compile("".join(map(_ways, secret)), re.IGNORECASE)
            if secret in self._known:
                self._known[secret] = found
        return found

    def redact_bytes(self, content: bytes) -> bytes:
        """Give the bytes of a text without the secrets."""
        if not self._texts:
            return content
        # All secrets are ASCII, as headers are.
        text = content.decode("latin-1")
        hidden = self.redact(text)
        return content if hidden is text else hidden.encode("latin-1")

    def redact_json(self, value: Any) -> Any:
        """Give JSON data without the secrets, in keys as in values."""
        if isinstance(value, str):
            return self.redact(value)
        if not self._texts or not isinstance(value, dict | list):
            return value
        try:
            written = json.dumps(value)
            hidden = self.redact(written)
            return value if hidden == written else json.loads(hidden)
        except (ValueError, RecursionError):
            # So deep that nobody can look whether one is in it.
            return None


def without_secrets(
    headers: Mapping[str, str | None], also: Iterable[str] = ()
) -> dict[str, str | None]:
    """Give headers as they may be shown; `also` names more that may not."""
    names = SECRET_HEADERS | {name.lower() for name in also}
    return {
        name: REDACTED if name.lower() in names and value else value
        for name, value in headers.items()
    }


def _parts(name: str, value: str) -> Iterator[str]:
    """Give what of a header's value is secret: not the scheme, nor names of cookies."""
    if "cookie" in name:
        for pair in value.split(";"):
            yield pair.partition("=")[2].strip()
    elif "authorization" in name:
        yield _SCHEME.sub("", value, count=1).strip()
    else:
        yield value


def _ways(letter: str) -> str:
    """Give a pattern of the ways in which a server may write a letter.

    It may be escaped as in JSON, in a URL or in HTML, whether it has to be or not.
    """
    number = ord(letter)
    ways = [
        re.escape(letter),
        rf"\\u{number:04x}",
        rf"%{number:02x}",
        f"&#0*{number};",
        rf"&#x0*{number:x};",
    ]
    if not letter.isalnum():
        ways += [rf"\\{re.escape(letter)}", *_NAMED.get(letter, ())]
    return f"(?:{'|'.join(ways)})"


_NAMED = {
    "&": ("&amp;",),
    "<": ("&lt;",),
    ">": ("&gt;",),
    '"': ("&quot;",),
    "'": ("&apos;",),
    " ": (r"\+",),
}
