"""Read an OpenAPI document from a file or a URL, and trust nothing in it.

YAML is read by the JSON-like rules of YAML 1.2: `no`, `on` and `2024-08-06` stay the
text that they are. Anchors may be defined twice, as some published copies do. Aliases
are counted as what they expand to, so that a small file can't fill the memory.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from codegen.errors import SpecError, shorten

MAX_BYTES = 32 * 1024 * 1024
MAX_NODES = 2_000_000
MAX_DEPTH = 150
# Seconds for one step of a download, and for all of it.
FETCH_TIMEOUT = 30.0
FETCH_DEADLINE = 180.0

Document = dict[str, Any]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "<<"
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {
    word: word[0] in "tT"
    for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,400}\Z")
_OTHER_BASE = re.compile(r"0(?:o[0-7]{1,400}|x[0-9a-fA-F]{1,400})\Z")
_NO_NUMBERS = {".inf", ".nan"}
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]{1,400}|[0-9]{1,400}(?:\.[0-9]{0,400})?)(?:[eE][-+]?[0-9]{1,4})?\Z"
)


@dataclass(frozen=True)
class Source:
    """A document as it was read: its data and what identifies it."""

    name: str
    sha256: str
    document: Document

    @property
    def version(self) -> str:
        """Give `info.version`, or an empty text where there is none."""
        info = self.document.get("info")
        version = info.get("version") if isinstance(info, dict) else None
        return version if isinstance(version, str) else ""


def load(location: str | Path) -> Source:
    """Read the document at a path or an `http(s)://` URL.

    Raises:
        SpecError: it can't be read, is too large, or is not a JSON or YAML object.
    """
    text = str(location)
    if text.startswith(("http://", "https://")):
        shown = without_secrets(text).rstrip("/")
        return parse(fetch(text), name=shown.rpartition("/")[2])
    path = Path(location)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SpecError(f"can't read {text}: {error.strerror}") from error
    return parse(data, name=path.name)


def parse(data: bytes, *, name: str = "document") -> Source:
    """Read a document from bytes, JSON or YAML by its first character."""
    if len(data) > MAX_BYTES:
        raise SpecError(
            f"{name} is larger than {MAX_BYTES // 1024 // 1024} MiB",
            hint="No OpenAPI document needs that; is it the right file?",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"{name} is not UTF-8: byte {error.start}") from error
    is_json = text.lstrip()[:1] == "{"
    document = _parse_json(text, name) if is_json else _parse_yaml(text, name)
    if not isinstance(document, dict):
        raise SpecError(f"{name} holds no object, but {shorten(document)}")
    return Source(name, hashlib.sha256(data).hexdigest(), document)


def fetch(url: str) -> bytes:
    """Give what stands at a URL; of what is too large, a byte more than is allowed.

    Raises:
        SpecError: it can't be had, or takes too long.
    """
    import httpx

    shown = without_secrets(url)
    received = bytearray()
    deadline = time.monotonic() + FETCH_DEADLINE
    try:
        with httpx.stream(
            "GET", url, timeout=FETCH_TIMEOUT, follow_redirects=True
        ) as response:
            response.raise_for_status()
            for chunk in response.iter_bytes():
                received += chunk
                if len(received) > MAX_BYTES:
                    break
                if time.monotonic() > deadline:
                    raise SpecError(f"{shown} takes longer than {FETCH_DEADLINE:.0f} s")
    except httpx.HTTPStatusError as error:
        # Its own text names the whole URL.
        status = f"{error.response.status_code} {error.response.reason_phrase}"
        raise SpecError(f"can't fetch {shown}: {status.strip()}") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SpecError(f"can't fetch {shown}: {error}") from error
    return bytes(received)


def without_secrets(url: str) -> str:
    """Give a URL without its query and user, which may hold a key."""
    scheme, _, rest = url.partition("://")
    place = re.split("[?#]", rest, maxsplit=1)[0]
    host, slash, path = place.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _parse_json(text: str, name: str) -> Any:
    def refuse_constant(word: str) -> NoReturn:
        raise SpecError(f"{name} holds {word}, which is not JSON")

    try:
        value = json.loads(
            text, parse_constant=refuse_constant, object_pairs_hook=_unique_pairs
        )
    except RecursionError as error:
        raise SpecError(f"{name} is nested too deeply") from error
    except ValueError as error:
        # A flow mapping of YAML begins with a brace too.
        if isinstance(error, json.JSONDecodeError):
            return _parse_yaml(text, name, also=str(error))
        raise SpecError(f"{name} is not valid JSON: {error}") from error
    _measure(value, name)
    return value


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        double = next(key for key, count in counts.items() if count > 1)
        raise SpecError(f"the key {shorten(double)} stands twice in one object")
    return result


def _measure(value: Any, name: str) -> None:
    """Refuse what is too deep, too large or not writable as UTF-8."""
    pending: list[tuple[Any, int]] = [(value, 1)]
    nodes = 0
    while pending:
        item, depth = pending.pop()
        nodes += 1
        if depth > MAX_DEPTH:
            raise SpecError(f"{name} is nested more than {MAX_DEPTH} levels deep")
        if nodes > MAX_NODES:
            raise SpecError(f"{name} holds more than {MAX_NODES} values")
        if isinstance(item, dict):
            pending.extend((key, depth) for key in item)
            pending.extend((child, depth + 1) for child in item.values())
        elif isinstance(item, list):
            pending.extend((child, depth + 1) for child in item)
        elif isinstance(item, str) and not item.isascii():
            _check_text(item, name)
        elif isinstance(item, float) and not math.isfinite(item):
            raise SpecError(f"{name} holds a number that is too large for JSON")


def _check_text(text: str, name: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise SpecError(f"{name} holds text that is not Unicode: {text!a}") from error


def _parse_yaml(text: str, name: str, *, also: str = "") -> Any:
    try:
        return _Composer(yaml.parse(text, Loader=_LOADER), name).document()
    except yaml.YAMLError as error:
        where = " ".join(str(error).split())
        hint = f"Read as JSON: {also}" if also else ""
        raise SpecError(f"{name} is not valid YAML: {where}", hint=hint) from error


def reads_as_text(word: str) -> bool:
    """Tell whether a word without quotation marks is text in YAML."""
    return not (
        word in _NULL
        or word in _BOOLEANS
        or _INTEGER.match(word)
        or _OTHER_BASE.match(word)
        or _FLOAT.match(word)
        or word.lstrip("+-").lower() in _NO_NUMBERS
    )


class _Composer:
    """Build plain data from the events of a YAML parser."""

    def __init__(self, events: Iterator[Any], name: str) -> None:
        self._events = events
        self._name = name
        self._nodes = 0
        self._depth = 0
        # An anchor's value and how many nodes it counts; None while it is being read.
        self._anchors: dict[str, tuple[Any, int] | None] = {}

    def document(self) -> Any:
        """Read the one document of the stream."""
        value: Any = None
        seen = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                seen += 1
                if seen > 1:
                    raise SpecError(f"{self._name} holds more than one YAML document")
                value = self._node(next(self._events))
        return value

    def _node(self, event: Any) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        anchor = event.anchor
        before = self._nodes
        if anchor is not None:
            self._anchors[anchor] = None
        self._count(1, event)
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        else:
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise self._error(event, f"nested more than {MAX_DEPTH} levels deep")
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            value = self._mapping() if is_mapping else self._sequence()
            self._depth -= 1
        if anchor is not None:
            self._anchors[anchor] = (value, self._nodes - before)
        return value

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            raise self._error(event, f"no anchor &{event.anchor} before this alias")
        known = self._anchors[event.anchor]
        if known is None:
            raise self._error(event, f"&{event.anchor} contains itself")
        value, nodes = known
        self._count(nodes, event)
        return deepcopy(value)

    def _mapping(self) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: list[Any] = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, "a key must be a plain word or text")
            self._count(1, event)
            key = event.value
            if not key.isascii():
                _check_text(key, self._name)
            value = self._node(next(self._events))
            if key == _MERGE and event.implicit[0]:
                merged += value if isinstance(value, list) else [value]
            elif key in result:
                raise self._error(event, f"the key {shorten(key)} stands twice")
            else:
                result[key] = value
        for base in merged:
            if not isinstance(base, dict):
                raise SpecError(f"{self._name}: << merges something that is no mapping")
            result = {**base, **result}
        return result

    def _sequence(self) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            result.append(self._node(event))
        return result

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if not text.isascii():
            _check_text(text, self._name)
        tag = event.tag
        if tag is not None and tag != "!":
            if tag == "tag:yaml.org,2002:str":
                return text
            if not tag.startswith("tag:yaml.org,2002:"):
                raise self._error(event, f"the tag {shorten(tag)} is not known here")
        elif not event.implicit[0]:
            return text
        return self._plain(event, text)

    def _plain(self, event: Any, text: str) -> Any:
        """Resolve an unquoted word by the core rules of YAML 1.2."""
        if text in _NULL:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _INTEGER.match(text):
            return int(text)
        if _OTHER_BASE.match(text):
            return int(text, 0)
        if _FLOAT.match(text):
            number = float(text)
            if math.isfinite(number):
                return number
        if not reads_as_text(text):
            raise self._error(event, f"{text} is no number that JSON knows")
        return text

    def _count(self, nodes: int, event: Any) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise self._error(
                event, f"the document grows beyond {MAX_NODES} values by its aliases"
            )

    def _error(self, event: Any, message: str) -> SpecError:
        line = event.start_mark.line + 1
        return SpecError(f"{self._name}, line {line}: {message}")
