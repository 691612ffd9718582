"""Redaction of keys, tokens and cookies, wherever a server repeats them.

A server sees all that it is sent, and some say it again in what they complain about.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections import deque
from contextlib import suppress
from html import escape
from itertools import chain, takewhile
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from ._locks import lock_of, locked
from ._spellings import readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

REDACTED: Final = "<REDACTED>"
# Names of headers and of parameters. What counts tokens, names authors, or says how to
# log in is none, and neither is the key that a server recognises a request by.
_SECRET_NAME = re.compile(
    r"(?<!idempotency-)key(?!word)|token(?!s)|secret|passw|signature|cookie|credential"
    r"|auth(?!enticate$|or(?!i))",
    re.IGNORECASE,
)
_SECRET_PARAMETERS = frozenset({"code", "sig", "pass", "pwd", "jwt"})
# Shorter ones would be found by chance: the first nowhere, the others as whole words.
_SHORTEST, _SHORT = 4, 6
# What is sent where no key is needed.
_NO_KEY = "none"
# From so much of its beginning on a part is as bad as all of it; not a mere "sk-proj-".
_PART = 12
# Tokens that expire are followed by others; the oldest are forgotten.
_REMEMBERED = 64
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


class Secrets:
    """What is redacted wherever it is repeated. Threads may share it.

    Attributes:
        known: the texts that are looked for.
        sent: headers and parameters of requests, which are looked through when that
            is needed: most requests need it never.
    """

    def __init__(self, texts: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        """Begin.

        Args:
            texts: what is secret.
            names: headers whose values are, besides those that are called so.
        """
        self.known: frozenset[str] = frozenset()
        self.sent: deque[tuple[Mapping[str, str], list[tuple[str, str]]]] = deque(
            maxlen=_REMEMBERED
        )
        # What is looked for of each one, the oldest first.
        self._forms: dict[str, tuple[tuple[str, str], ...]] = {}
        self._names: frozenset[str] = frozenset()
        self._lock = lock_of(self)
        self.learn_names(names)
        self.learn(*texts)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {len(self.known)} of them>"

    def learn(self, *texts: str) -> None:
        """Redact texts from now on, unless they are too short to be secrets."""
        new = [each for each in texts if len(each) >= _SHORTEST and each != _NO_KEY]
        if not self.known.issuperset(new):
            self._remember(new)

    @locked
    def _remember(self, texts: list[str]) -> None:
        more = {text: (*_forms(text),) for text in texts if text not in self._forms}
        self._forms = dict([*self._forms.items(), *more.items()][-_REMEMBERED:])
        self.known = frozenset(self._forms)

    def learn_names(self, names: Iterable[str]) -> None:
        """Take the values of headers for secrets, whatever these are called."""
        self._names |= {name.lower() for name in names}

    def learn_headers(self, headers: Mapping[str, Any]) -> None:
        """Redact the values of those headers that hold secrets."""
        self.learn(*self.in_headers(headers))

    def learn_query(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Redact the values of those parameters that hold secrets."""
        self.learn(*in_query(pairs))

    def in_headers(self, headers: Mapping[str, Any]) -> Iterator[str]:
        """Iterate over the secrets in headers."""
        for name, value in headers.items():
            if isinstance(value, str) and self.has_secret(name):
                yield from _parts(name.lower(), value)

    def has_secret(self, header: str) -> bool:
        """Return whether a header of some name holds a secret."""
        return bool(_SECRET_NAME.search(header)) or header.lower() in self._names

    def shown(self, headers: Mapping[str, Any]) -> dict[str, Any]:
        """Return headers as they may be shown."""
        return {
            self.redact(name): REDACTED if value and self.has_secret(name) else value
            for name, value in headers.items()
        }

    def redact(self, text: str) -> str:
        """Return a text without the secrets, however they are spelt in it.

        What stands around them stays as it is, so JSON remains JSON.
        """
        self._look_through()
        forms = [*chain.from_iterable(self._forms.values())]
        if not forms:
            return text
        found = [
            (reading.place(begin), reading.place(end))
            for reading in readings(text)
            for begin, end in _found(forms, _folded(reading.text))
        ]
        pieces: list[str] = []
        done = 0
        for begin, end in sorted(found):
            if begin >= done:
                pieces += text[done:begin], REDACTED
            done = max(done, end)
        return "".join((*pieces, text[done:])) if found else text

    def hide_in(self, error: Any) -> None:
        """Remove the secrets from what an error says, and from its notes.

        For errors with texts of a server in them, such as the names of tools.
        """
        error.args = tuple(self._hidden(each) for each in error.args)
        if hasattr(error, "message"):
            error.message = self._hidden(error.message)
        if hasattr(error, "__notes__"):
            error.__notes__ = [self._hidden(each) for each in error.__notes__]

    def _hidden(self, value: object) -> object:
        return self.redact(value) if isinstance(value, str) else value

    def redact_bytes(self, content: bytes) -> bytes:
        """Return the bytes of a text without the secrets.

        They are read in the encoding in which a reader of JSON would take them, and as
        what everybody else would.
        """
        for encoding in {json.detect_encoding(content), "utf-8"}:
            errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
            text = content.decode(encoding, errors)
            redacted = self.redact(text)
            if redacted is not text:
                content = redacted.encode(encoding, errors)
        return content

    def redact_json(self, value: Any) -> Any:
        """Return JSON data without the secrets, in keys as in values."""
        try:
            return self._redacted(value)
        except RecursionError:
            # So deep that nobody can check whether one is in it.
            return None

    def _look_through(self) -> None:
        with suppress(IndexError):
            while True:
                headers, pairs = self.sent.popleft()
                self.learn(*self.in_headers(headers), *in_query(pairs))

    def _redacted(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, list):
            return [self._redacted(each) for each in value]
        if isinstance(value, dict):
            return {
                self.redact(name): self._redacted(each) for name, each in value.items()
            }
        return value


def in_query(pairs: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """Iterate over the secrets in the parameters of a query."""
    for name, value in pairs:
        if isinstance(value, str) and _is_secret_parameter(name):
            yield value


def in_user(url: str) -> Iterator[str]:
    """Iterate over the secrets in a URL: a user may be a token, as at GitHub's."""
    parts = urlsplit(url)
    for each in (parts.username, parts.password):
        if each:
            yield unquote(each)


def without_user(url: str) -> str:
    """Return a URL without the user and the password that may stand in it."""
    if "@" not in url:
        return url
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host))


def without_parameters(target: str) -> str:
    """Return a path and its query without the values of parameters that are secret."""
    path, mark, query = target.partition("?")
    pairs = [each.partition("=") for each in query.split("&")]
    shown = (
        f"{name}={REDACTED}"
        if _is_secret_parameter(unquote(name))
        else name + is_ + value
        for name, is_, value in pairs
    )
    return path + mark + "&".join(shown)


def _is_secret_parameter(name: str) -> bool:
    is_listed = name.partition("[")[0].lower() in _SECRET_PARAMETERS
    return is_listed or bool(_SECRET_NAME.search(name))


def _parts(name: str, value: str) -> Iterator[str]:
    """Return the secret parts of a value: not the scheme, nor names of cookies."""
    if "cookie" in name:
        for pair in value.split(";"):
            yield pair.partition("=")[2].strip()
        return
    scheme, _, rest = value.strip().partition(" ")
    yield rest.strip() or value
    if scheme.lower() == "basic":
        with suppress(ValueError):
            yield from b64decode(rest, validate=True).decode().split(":", 1)


def _forms(secret: str) -> Iterator[tuple[str, str]]:
    """Yield what readings of a text are searched for, each with what it begins with."""
    content = secret.encode("utf-8", "replace")
    # Read as texts are, and as its bytes, which may be escaped one by one.
    texts = {reading.text for reading in readings(secret)} | {content.decode("latin-1")}
    # Read with what stands before it, its beginning may seem to belong to that.
    texts |= {quote(content), quote(content, safe=""), escape(secret)}
    texts.add(json.dumps(secret, ensure_ascii=False)[1:-1])
    if len(content) >= _SHORT:
        texts.update(_in_base64(content))
    for text in texts:
        if len(text) >= _SHORTEST:
            form = _folded(text)
            yield form[: max(_PART, -(-len(form) // 2))], form


def _in_base64(content: bytes) -> Iterator[str]:
    """Yield what is the same wherever something stands in what was encoded."""
    for skipped in range(3):
        encoded = b64encode(bytes(skipped) + content).decode()
        inner = encoded[-(-skipped * 8 // 6) : (skipped + len(content)) * 8 // 6]
        yield inner
        yield inner.replace("+", "-").replace("/", "_")


def _found(forms: Iterable[tuple[str, str]], text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text has a form, or no less of it than its beginning."""
    for start, form in forms:
        begin = text.find(start)
        while begin >= 0:
            both = zip(form, text[begin : begin + len(form)], strict=False)
            end = begin + sum(
                1 for _ in takewhile(lambda pair: pair[0] == pair[1], both)
            )
            if len(form) >= _SHORT or _is_word(text, begin, end):
                yield begin, end
            begin = text.find(start, end)


def _is_word(text: str, begin: int, end: int) -> bool:
    around = text[max(begin - 1, 0) : begin] + text[end : end + 1]
    return not re.search(r"[\w-]", around)


def _folded(text: str) -> str:
    """Return a text with small letters, and a plus for the space that it may be."""
    small = text.lower()
    if len(small) != len(text):
        # There are letters whose small ones are two.
        small = text.translate(_LOWER)
    return small.replace("+", " ")
