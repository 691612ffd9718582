"""The transcript of requests and responses, without their secrets."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Final

from ._redaction import Secrets, without_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ._verbosity import Verbosity

LOGGER: Final = "assistants_client.wire"
_LEVEL = logging.DEBUG
# A line that comes in pieces is shown in pieces from so many characters on.
_LONGEST_LINE = 65_536
_LONGEST_SECRET = 8192
_TEXT = re.compile(r"text/|application/(.*\+)?json", re.IGNORECASE)
# Some of it might be read as text, by chance.
_BINARY = re.compile(
    r"application/octet-stream|(audio|font|image|video)/", re.IGNORECASE
)
_decoder = getincrementaldecoder("utf-8")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")
_COLOURS = {"->": "36", ">>": "36", "<-": "32", "<<": "32", "* ": "2"}


class Transcript:
    """What is shown of one call: each request, response and event, line by line."""

    def __init__(
        self,
        level: Verbosity,
        *,
        secrets: Secrets | None = None,
        write: Callable[[str], None] | None = None,
    ) -> None:
        """Begin.

        Args:
            level: 1 shows headers, 2 bodies as well, 3 the connection as well.
            secrets: what is redacted.
            write: takes each line; the logger or stderr without it.
        """
        self._level = level
        self._secrets = Secrets() if secrets is None else secrets
        self._write = write or line

    @property
    def shows_bodies(self) -> bool:
        """Return whether bodies and events are shown."""
        return self._level >= 2

    @property
    def shows_connections(self) -> bool:
        """Return whether the connection is shown."""
        return self._level >= 3

    def request(
        self, start: str, headers: Iterable[tuple[str, str]], content: bytes | None
    ) -> None:
        """Show a request.

        Args:
            start: its first line.
            headers: names and values, as they go out.
            content: its body.
        """
        headers = [*headers]
        # A server may repeat them, in what it says is wrong with them.
        self._secrets.learn_headers(dict(headers))
        self._head("-> ", without_parameters(start), headers)
        if content and self.shows_bodies:
            self._body(">> ", content)

    def part(self, head: bytes, text: bytes | None, sent: int | None) -> None:
        """Show a part of a form, when it begins and when it was sent.

        Args:
            head: its boundary and headers.
            text: what it says, None where it is a file.
            sent: how many bytes it had; None at its beginning.
        """
        if not self.shows_bodies:
            return
        if sent is None:
            for each in head.decode("utf-8", "replace").split("\r\n")[:-1]:
                self._line(">> ", each)
        elif text:
            self._body(">> ", text)
        else:
            self._line(">> ", f"<{sent} bytes>")

    def response(self, start: str, headers: Iterable[tuple[str, str]]) -> None:
        """Show the head of a response."""
        self._head("<- ", start, headers)

    def content(self, content: bytes, content_type: str = "") -> None:
        """Show the body of a response; of one that is no text, its size."""
        if not (content and self.shows_bodies):
            return
        if _BINARY.match(content_type):
            self._line("<< ", _size(content))
        else:
            self._body("<< ", content)

    def flowing(self, content_type: str) -> Flowing:
        """Show the body of a response while it is read."""
        write = self._shown_part if self.shows_bodies else None
        return Flowing(write, content_type, self._secrets)

    def event(self, name: str, data: str) -> None:
        """Show an event of a stream."""
        if self.shows_bodies:
            self._line("<< ", f"type: {name}")
            for each in data.split("\n"):
                self._line("<< ", f"data: {each}")
            self._line("", "")

    def note(self, text: str) -> None:
        """Show what happens to the connection."""
        if self.shows_connections:
            self._line("*  ", text)

    def _head(
        self, prefix: str, start: str, headers: Iterable[tuple[str, str]]
    ) -> None:
        self._line(prefix, start)
        for name, value in headers:
            [(name, value)] = self._secrets.shown({name: value}).items()
            self._line(prefix, f"{name}: {value}")

    def _body(self, prefix: str, content: bytes) -> None:
        for each in _text(content).split("\n"):
            self._line(prefix, each.removesuffix("\r"))

    def _shown_part(self, text: str) -> None:
        self._line("<< ", text)

    def _line(self, prefix: str, text: str) -> None:
        text = self._secrets.redact(text)
        self._write(prefix + _CONTROL.sub(_escaped, text))


class Flowing:
    """The lines of a body that comes in pieces, each shown when it is whole."""

    def __init__(
        self, write: Callable[[str], None] | None, content_type: str, secrets: Secrets
    ) -> None:
        self._write = write
        self._secrets = secrets
        self._decoder = _decoder("replace") if _TEXT.match(content_type) else None
        self._begun = ""

    def take(self, piece: bytes) -> None:
        """Show what a piece makes whole."""
        if self._write is None or not piece:
            return
        if self._decoder is None:
            self._write(_size(piece))
            return
        *lines, self._begun = (self._begun + self._decoder.decode(piece)).split("\n")
        for each in lines:
            self._write(each.removesuffix("\r"))
        if len(self._begun) > _LONGEST_LINE:
            # What its end begins with may be a secret, of which there is more to come.
            begun = self._secrets.redact(self._begun)
            self._write(begun[:-_LONGEST_SECRET])
            self._begun = begun[-_LONGEST_SECRET:]

    def end(self) -> None:
        """Show what is left: a line without an end."""
        if self._write is not None and self._begun:
            self._write(self._begun)
        self._begun = ""


def line(text: str) -> None:
    """Hand a line to the logger if somebody listens there, else to stderr."""
    logger = logging.getLogger(LOGGER)
    if logger.hasHandlers() and logger.isEnabledFor(_LEVEL):
        logger.log(_LEVEL, "%s", text)
        return
    stream = sys.stderr
    if stream is None:
        return
    colour = _COLOURS.get(text[:2])
    if colour and stream.isatty() and not os.environ.get("NO_COLOR"):
        text = f"\x1b[{colour}m{text}\x1b[0m"
    # In one piece, so that threads don't write into each other's lines.
    stream.write(f"{text}\n")


def _text(content: bytes) -> str:
    """Return a body as it is shown: JSON indented, other text, or else its size."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return _size(content)
    if "\x00" in text:
        return _size(content)
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text.removesuffix("\n")


def _size(content: bytes) -> str:
    return f"<{len(content)} bytes>"


def _escaped(found: re.Match[str]) -> str:
    """Spell a character that would do something to a terminal."""
    return repr(found[0])[1:-1]
